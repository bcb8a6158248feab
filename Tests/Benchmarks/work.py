"""The work that everybody is given in turns, and counted for. The first line that a method says of itself is its title."""

import os
import random
from dataclasses import dataclass

from loads import Frames, Wrk
from processes import LOAD_CORE, Server

TEXT = "Hello!, I am Worker #1"
ONE_ROUTE = "one route"
AS_SERVER = "as a server"
SIZES = {"1k": 1 << 10, "20k": 20 << 10, "100k": 100 << 10, "256k": 256 << 10, "10m": 10 << 20}
REQUEST, FRAME, GIGABYTE = "µs a request", "µs a frame", "s a GB"


@dataclass
class Work:
    peers: list
    load: object
    unit: str = REQUEST
    beside: str = ""  # whom the graph compares with, where that is not the best of all

    def cost(self, seconds, counted):
        if self.unit == GIGABYTE:
            return seconds / max(1, counted.bytes) * 1e9
        return seconds / max(1, counted.count) * 1e6


class Works:
    def __init__(self, peers):
        self.peers, self.folder = peers, peers.folder
        os.makedirs(f"{self.folder}/files", exist_ok=True)
        for name, size in SIZES.items():
            self.content(name, size)
        self.backend = peers.port()
        http = (f'sendfile on; tcp_nopush on; types {{ }} default_type text/plain; open_file_cache max=1000; server {{ listen PORT; '
                f'root {self.folder}/files; location = / {{ return 200 "{TEXT}\\n"; }} location / {{ }} {self.swallowing()} }}')
        self.backend_server = Server("backend", peers.nginx_command(self.backend, http), self.backend, self.folder, core=LOAD_CORE)

    def content(self, name, size):
        with open(f"{self.folder}/files/{name}", "wb") as file:
            file.write(random.Random(size).randbytes(size))

    def swallowing(self):
        """A place that answers when it has the whole body: nginx does so when it passes a request on, here without the body."""
        answer = f"unix:{self.folder}/swallowed"
        return (f'location /upload {{ client_max_body_size 0; client_body_buffer_size 2m; proxy_pass_request_body off; '
                f'proxy_set_header Content-Length ""; proxy_pass http://{answer}; }} }} '
                f'server {{ listen {answer}; location / {{ return 200 "{TEXT}\\n"; }}')

    def wrk(self, **settings):
        return Wrk(self.folder, **settings)

    # A fixed answer

    def hello(self):
        """A fixed answer on kept connections."""
        return Work(list(self.fixed_answers()), self.wrk())

    def hello_short(self):
        """A fixed answer, one request a connection."""
        return Work(list(self.fixed_answers(deferred=True)), self.wrk(fields=("Connection: close",)))

    def hello_kernel(self):
        """A fixed answer, `scheduling: kernel`.

        One request a connection, as above; the worker accepts by itself, as those of nginx do.
        """
        peers = self.fixed_answers(deferred=True, workers="{ count: 1, scheduling: kernel }")
        return Work(list(peers), self.wrk(fields=("Connection: close",)))

    def fixed_answers(self, deferred=False, workers="1"):
        route = f'workers: {workers}\nroutes:\n  - path: /\n    respond: "{TEXT}\\n"\n'
        server = f'server {{ listen PORT; location / {{ return 200 "{TEXT}\\n"; }} }}'
        yield from self.peers.ours(route)
        yield from self.peers.nginx(server)
        if deferred:
            yield from self.peers.nginx(server.replace("PORT;", "PORT deferred;"), name="nginx, deferred")
        yield from self.peers.haproxy("http", f'  http-request return status 200 content-type text/plain string "{TEXT}"')
        yield from self.peers.envoy_http({"direct_response": {"status": 200, "body": {"inline_string": TEXT + "\n"}}})
        yield from self.peers.caddy({"handler": "static_response", "body": TEXT + "\n"})
        yield from self.peers.node(TEXT)

    def routes(self, count=10000):
        """The last of 10,000 routes."""
        path = f"/r{count - 1}/items"
        routes = [f'  - path: /r{index}/items\n    respond: "{TEXT}\\n"\n' for index in range(count)]
        locations = "".join(f'location /r{index}/items {{ return 200 "{TEXT}\\n"; }} ' for index in range(count))
        peers = [*self.peers.ours("workers: 1\nroutes:\n" + "".join(routes)),
                 *self.peers.ours("workers: 1\nroutes:\n" + routes[-1], name=ONE_ROUTE),
                 *self.peers.nginx(f"server {{ listen PORT; {locations} }}")]
        return Work(peers, self.wrk(path=path), beside=ONE_ROUTE)

    # Requests that are forwarded

    def proxy(self):
        """Forwarded on kept connections."""
        return Work(list(self.proxies()), self.wrk())

    def proxy_short(self):
        """Forwarded, one request a connection."""
        return Work(list(self.proxies(deferred=True)), self.wrk(fields=("Connection: close",)))

    def proxy_256(self):
        """Forwarded on 256 kept connections."""
        # As many are kept to the server as nginx is told to keep: the others would be opened anew in each turn.
        upstreams = f"upstreams:\n  backend: {{ servers: [http://127.0.0.1:{self.backend}], keepalive: {{ max_idle: 256 }} }}\n"
        ours = self.peers.ours(f"workers: 1\n{upstreams}routes:\n  - path: /\n    upstream: backend\n")
        return Work([*ours, *self.nginx_proxy(), *self.others_forwarding()], self.wrk(connections=256))

    def proxy_20k(self):
        """Forwarded, an answer of 20 KiB."""
        return Work(list(self.proxies()), self.wrk(path="/20k"))

    def proxy_100k(self):
        """Forwarded, an answer of 100 KiB."""
        return Work(list(self.proxies()), self.wrk(path="/100k"))

    def proxy_10m(self):
        """Forwarded, an answer of 10 MiB."""
        return Work(list(self.proxies()), self.wrk(path="/10m", connections=8), GIGABYTE)

    def mixed(self, count=300):
        """Forwarded, answers of 100 bytes to 1 MB."""
        chance, paths = random.Random(1), []
        for index in range(count):
            self.content(f"mixed{index}", int(100 * 10 ** (4 * chance.random())))
            paths.append(f'"/mixed{index}"')
        script = (f"local paths, turn = {{ {', '.join(paths)} }}, 0\n"
                  "request = function() turn = turn % #paths + 1; return wrk.format(nil, paths[turn]) end\n")
        return Work(list(self.proxies()), self.wrk(script=script))

    def upload(self):
        """Forwarded, a request with 1 MiB of body."""
        script = 'wrk.method = "POST"\nwrk.body = string.rep("x", 1048576)\n'
        streaming = "client_max_body_size 0; proxy_request_buffering off;"
        buffering = "client_max_body_size 0; proxy_request_buffering on;"
        peers = [*self.ours_forwarding(), *self.nginx_proxy(streaming, name="nginx, streaming"),
                 *self.nginx_proxy(buffering, name="nginx, buffering"), *self.others_forwarding()]
        return Work(peers, self.wrk(path="/upload", connections=16, script=script))

    def frames(self):
        """WebSocket messages of 64 bytes."""
        load = Frames(self.folder)
        server = self.echo_server(load)
        upgrade = "proxy_set_header Upgrade $http_upgrade;"
        peers = [*self.ours_forwarding(server), *self.nginx_proxy(upgrade, connection="upgrade", backend=server), *self.others_forwarding(server)]
        return Work(peers, load, FRAME)

    def echo_server(self, load):
        port = self.peers.port()
        Server("echo", load.server(port), port, self.folder, core=LOAD_CORE)
        return port

    def proxies(self, deferred=False, nginx=""):
        yield from self.ours_forwarding()
        yield from self.nginx_proxy(nginx)
        if deferred:
            yield from self.nginx_proxy(nginx, name="nginx, deferred", listen="PORT deferred")
        yield from self.others_forwarding()

    def ours_forwarding(self, backend=None, more=""):
        return self.peers.ours(f"workers: 1\n{more}routes:\n  - path: /\n    upstream: http://127.0.0.1:{backend or self.backend}\n")

    def nginx_proxy(self, more="", name="nginx", listen="PORT", connection="", backend=None):
        return self.peers.nginx(f"""
            upstream backend {{ server 127.0.0.1:{backend or self.backend}; keepalive 256; keepalive_requests 1000000000; }}
            server {{ listen {listen}; location / {{ proxy_pass http://backend; proxy_http_version 1.1; {more}
              proxy_set_header Connection "{connection}"; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; }} }}""", name=name)

    def others_forwarding(self, backend=None):
        backend = backend or self.backend
        yield from self.peers.haproxy("http", f"  option forwardfor\n  default_backend b\nbackend b\n  http-reuse always\n  server s 127.0.0.1:{backend}")
        yield from self.peers.envoy_proxy(backend)
        yield from self.peers.caddy_proxy(backend)

    # Connections that are relayed

    def relay(self):
        """Relayed to a program (TCP).

        The program's own time is not counted.
        """
        peers = [*self.peers.ours(f"workers:\n  count: 1\n  command: [sh, {self.program()}]\n", others="nginx"),
                 *self.peers.nginx(stream=f"stream {{ server {{ listen PORT; proxy_pass 127.0.0.1:{self.backend}; }} }}"),
                 *self.peers.haproxy("tcp", f"  default_backend b\nbackend b\n  server s 127.0.0.1:{self.backend}"),
                 *self.peers.envoy_stream(self.backend)]
        return Work(peers, self.wrk())

    def app(self):
        """Forwarded to an app (`app:`), beside the same program as a server (`upstream:`).

        The program's own time is not counted.
        """
        app = f"workers: 1\napps:\n  web: {{ command: [sh, {self.program()}], instances: 1 }}\nroutes:\n  - path: /\n    app: web\n"
        server = f"workers: 1\nroutes:\n  - path: /\n    upstream: http://127.0.0.1:{self.backend}\n"
        peers = [*self.peers.ours(app, others="nginx"), *self.peers.ours(server, name=AS_SERVER), *self.nginx_proxy()]
        return Work(peers, self.wrk(), beside=AS_SERVER)

    def program(self):
        """One that serves the port that it is given, on the core of the load."""
        nginx = " ".join(self.peers.nginx_command(self.peers.port(), f'server {{ listen PORT; location / {{ return 200 "{TEXT}\\n"; }} }}'))
        template = nginx.split()[-1]
        private = template.rpartition("-")[2].removesuffix(".conf")
        return self.peers.file("program.sh", f"""
sed "s/127.0.0.1:{private}/127.0.0.1:$PORT/; s/{private}.pid/$PORT.pid/" {template} > {self.folder}/program-$PORT.conf
exec taskset -c {LOAD_CORE} nginx -p {self.folder} -c {self.folder}/program-$PORT.conf
""")

    # Files

    def files_1k(self):
        """A file of 1 KiB."""
        return Work(list(self.file_servers()), self.wrk(path="/1k"))

    def files_100k(self):
        """A file of 100 KiB."""
        return Work(list(self.file_servers()), self.wrk(path="/100k"))

    def file_servers(self):
        yield from self.peers.ours(f"workers: 1\nroutes:\n  - path: /\n    files: {self.folder}/files\n")
        yield from self.peers.nginx("sendfile on; tcp_nopush on; open_file_cache max=1000; types { } default_type text/plain; "
                                    f"server {{ listen PORT; root {self.folder}/files; }}")
        yield from self.peers.caddy({"handler": "file_server", "root": f"{self.folder}/files"})
