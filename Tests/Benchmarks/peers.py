"""The proxies that are compared, each with the configuration that its users would write for the work.

A method yields a running server, or nothing where the program is not found. Envoy and Caddy are looked for where the
variables ENVOY and CADDY say, else on PATH.
"""

import json
import os
import re
import resource
import shutil
import subprocess

from processes import Server, answers

STREAM = "/usr/lib/nginx/modules/ngx_stream_module.so"
ENVOY_TYPES = "type.googleapis.com/envoy.extensions.filters"


def program(name):
    return os.environ.get(name.upper()) or shutil.which(name)


def versions():
    """What each program says of itself, and the kernel."""
    options = {"nginx": "-v", "haproxy": "-v", "envoy": "--version", "caddy": "version", "node": "--version"}
    found = {"Linux": os.uname().release.partition("-")[0]}
    for name, option in options.items():
        if program(name):
            run = subprocess.run([program(name), option], capture_output=True, text=True)
            found[name] = (re.search(r"\d+\.\d+\.\d+", run.stdout + run.stderr) or [""])[0]
    return found


class Peers:
    def __init__(self, folder, binaries):
        self.folder, self.binaries = folder, binaries
        self.last_port = 18100

    def port(self):
        self.last_port += 1
        while answers(self.last_port):
            self.last_port += 1
        return self.last_port

    def file(self, name, text):
        path = f"{self.folder}/{name}"
        with open(path, "w") as file:
            file.write(text)
        return path

    def ours(self, configuration, others=None, name=None):
        """Every build that is compared; with a name, the first of them under that name."""
        builds = {name: self.binaries["cluster-proxy"]} if name else self.binaries
        for build, binary in builds.items():
            port = self.port()
            path = self.file(f"{build}-{port}.yaml", f"listen: [\"127.0.0.1:{port}\"]\nadmin: {{ socket: off }}\n" + configuration)
            yield Server(build, [binary, "--config", path], port, self.folder, others=others)

    # nginx

    def nginx(self, http="", stream="", name="nginx"):
        if program("nginx"):
            port = self.port()
            yield Server(name, self.nginx_command(port, http, stream), port, self.folder)

    def nginx_command(self, port, http, stream=""):
        """`PORT` in the blocks becomes the address to listen on."""
        temporary = "".join(f"{kind}_temp_path {self.folder}/t; " for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
        load = f"load_module {STREAM};" if stream and os.path.exists(STREAM) else ""
        path = self.file(f"nginx-{port}.conf", f"""
            {load} user root; worker_processes 1; daemon off; pid {self.folder}/{port}.pid; error_log {self.folder}/{port}.err;
            events {{ worker_connections 16000; }}
            http {{ access_log off; keepalive_requests 1000000000; {temporary} {http.replace("PORT", f"127.0.0.1:{port}")} }}
            {stream.replace("PORT", f"127.0.0.1:{port}")}""")
        return [program("nginx"), "-p", self.folder, "-c", path]

    # HAProxy

    def haproxy(self, mode, body):
        if program("haproxy"):
            port = self.port()
            descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
            path = self.file(f"haproxy-{port}.cfg", f"""
global
  nbthread 1
  maxconn {min(9000, descriptors // 2 - 100)}
defaults
  mode {mode}
  timeout client 60s
  timeout server 60s
  timeout connect 5s
frontend f
  bind 127.0.0.1:{port}
{body}
""")
            yield Server("haproxy", [program("haproxy"), "-f", path], port, self.folder)

    # Envoy

    def envoy_http(self, action, backend=None):
        """`action` is what is done with every request, as a route has it."""
        host = {"name": "all", "domains": ["*"], "routes": [{"match": {"prefix": "/"}, **action}]}
        router = {"name": "router", "typed_config": {"@type": f"{ENVOY_TYPES}.http.router.v3.Router"}}
        yield from self.envoy("http_connection_manager.v3.HttpConnectionManager", {
            "route_config": {"virtual_hosts": [host]}, "http_filters": [router], "use_remote_address": True,
            "upgrade_configs": [{"upgrade_type": "websocket"}]}, backend)

    def envoy_proxy(self, backend):
        return self.envoy_http({"route": {"cluster": "backend", "timeout": "0s"}}, backend)

    def envoy_stream(self, backend):
        return self.envoy("tcp_proxy.v3.TcpProxy", {"cluster": "backend"}, backend)

    def envoy(self, filter_type, settings, backend):
        if program("envoy"):
            port = self.port()
            configuration = {"@type": f"{ENVOY_TYPES}.network.{filter_type}", "stat_prefix": "bench", **settings}
            listener = {"address": envoy_address(port), "filter_chains": [{"filters": [{"name": "filter", "typed_config": configuration}]}]}
            path = self.file(f"envoy-{port}.json", json.dumps({"static_resources": {
                "listeners": [listener], "clusters": [envoy_cluster(backend)] if backend else []}}))
            yield Server("envoy", [program("envoy"), "-c", path, "--concurrency", "1", "--disable-hot-restart", "-l", "error"],
                         port, self.folder)

    # Caddy

    def caddy(self, handler):
        if program("caddy"):
            port = self.port()
            server = {"listen": [f"127.0.0.1:{port}"], "automatic_https": {"disable": True}, "routes": [{"handle": [handler]}]}
            path = self.file(f"caddy-{port}.json", json.dumps({
                "admin": {"disabled": True}, "logging": {"logs": {"default": {"level": "ERROR"}}},
                "apps": {"http": {"servers": {"bench": server}}}}))
            yield Server("caddy", [program("caddy"), "run", "--config", path], port, self.folder,
                         environment={"GOMAXPROCS": "1", "HOME": self.folder})

    def caddy_proxy(self, backend):
        return self.caddy({"handler": "reverse_proxy", "upstreams": [{"dial": f"127.0.0.1:{backend}"}]})

    # Node's cluster

    def node(self, text):
        if program("node"):
            port = self.port()
            path = self.file(f"cluster-{port}.js", f"""
                const cluster = require('node:cluster'), http = require('node:http');
                if (cluster.isPrimary) cluster.fork();
                else http.createServer((_, answer) => answer.end('{text}\\n')).listen({port}, '127.0.0.1');""")
            yield Server("node cluster", [program("node"), path], port, self.folder)


def envoy_address(port):
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def envoy_cluster(backend):
    bounds = {"max_connections": 16000, "max_pending_requests": 16000, "max_requests": 16000}
    return {"name": "backend", "connect_timeout": "5s", "circuit_breakers": {"thresholds": [bounds]}, "load_assignment": {
        "cluster_name": "backend", "endpoints": [{"lb_endpoints": [{"endpoint": {"address": envoy_address(backend)}}]}]}}
