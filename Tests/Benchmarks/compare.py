#!/usr/bin/env python3
"""cluster-proxy beside its peers, on the same work, in one run.

What is compared is the processor time of the proxy alone (user and system, all of its processes) for each request,
in rounds of one measurement of everybody, so that a machine that drifts slows all alike. Only the ratios mean anything.

    compare.py --bin .build/release/cluster-proxy
    compare.py --only hello,relay --rounds 5 --seconds 4
    compare.py --only hello --also other=/path/to/another/cluster-proxy

The proxy is bound to the first core and the load to the last. wrk is needed; nginx, HAProxy and node are compared with
where they are found. Everything stays on the loopback address.
"""

import argparse
import atexit
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

TEXT = "Hello!, I am Worker #1"
CORES = sorted(os.sched_getaffinity(0))
TICKS = os.sysconf("SC_CLK_TCK")


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def tree(pid):
    """A process and everything below it."""
    found = [pid]
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except FileNotFoundError:
        return found
    for thread in threads:
        for child in read(f"/proc/{pid}/task/{thread}/children").split():
            found += tree(int(child))
    return found


def processor_seconds(pids):
    total = 0
    for pid in pids:
        fields = read(f"/proc/{pid}/stat").rpartition(")")[2].split()
        if fields:
            total += int(fields[11]) + int(fields[12])
    return total / TICKS


def private_bytes(pids):
    total = 0
    for pid in pids:
        found = re.search(r"RssAnon:\s+(\d+)", read(f"/proc/{pid}/status"))
        total += int(found.group(1)) * 1024 if found else 0
    return total


def answers(port):
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Peer:
    """A running proxy. `others` is a word in the command line of processes that are not the proxy's own work."""

    def __init__(self, name, command, port, folder, others=None, environment=None):
        self.name, self.port, self.others = name, port, others
        with open(f"{folder}/{name}-{port}.log", "w") as log:
            self.process = subprocess.Popen(
                ["taskset", "-c", str(CORES[0])] + command, cwd=folder, stdout=log, stderr=log,
                env={**os.environ, **(environment or {})})
        atexit.register(self.stop)
        end = time.monotonic() + 10
        while not answers(port) or self.process.poll() is not None:
            if time.monotonic() > end or self.process.poll() is not None:
                sys.exit(f"{name} does not answer:\n" + read(log.name)[-2000:])
            time.sleep(0.02)
        time.sleep(0.3)

    def pids(self):
        return [pid for pid in tree(self.process.pid)
                if not (self.others and self.others in read(f"/proc/{pid}/cmdline"))]

    def stop(self):
        if self.process.poll() is not None:
            return
        members = tree(self.process.pid)
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pid in members[1:]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


class Bench:
    def __init__(self, arguments, folder):
        self.arguments, self.folder = arguments, folder
        self.nextPort = 18100
        self.binaries = {"cluster-proxy": os.path.abspath(arguments.bin)}
        for pair in arguments.also:
            name, _, path = pair.partition("=")
            self.binaries[name] = os.path.abspath(path)

    def port(self):
        self.nextPort += 1
        return self.nextPort

    def file(self, name, text):
        path = f"{self.folder}/{name}"
        with open(path, "w") as file:
            file.write(text)
        return path

    # Peers

    def ours(self, configuration, others=None):
        for name, binary in self.binaries.items():
            port = self.port()
            path = self.file(f"{name}-{port}.yaml", f"port: {port}\nadmin: {{ socket: off }}\n" + configuration)
            yield Peer(name, [binary, "--config", path], port, self.folder, others)

    def nginx(self, name, http="", stream=""):
        if shutil.which("nginx"):
            port = self.port()
            yield Peer(name, ["nginx", "-p", self.folder, "-c", self.nginxFile(port, http, stream)], port, self.folder)

    def nginxFile(self, port, http, stream=""):
        temporary = "".join(f"{kind}_temp_path {self.folder}/t; " for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
        module = "/usr/lib/nginx/modules/ngx_stream_module.so"
        load = f"load_module {module};" if stream and os.path.exists(module) else ""
        return self.file(f"nginx-{port}.conf", f"""
            {load} user root; worker_processes 1; daemon off; pid {self.folder}/{port}.pid; error_log {self.folder}/{port}.err;
            events {{ worker_connections 9000; }}
            http {{ access_log off; keepalive_requests 1000000000; {temporary} {http.replace("PORT", f"127.0.0.1:{port}")} }}
            {stream.replace("PORT", f"127.0.0.1:{port}")}""")

    def haproxy(self, mode, body):
        if shutil.which("haproxy"):
            port = self.port()
            path = self.file(f"haproxy-{port}.cfg", f"""
global
  nbthread 1
  maxconn 4500
defaults
  mode {mode}
  timeout client 60s
  timeout server 60s
  timeout connect 5s
frontend f
  bind 127.0.0.1:{port}
{body}
""")
            yield Peer("haproxy", ["haproxy", "-f", path], port, self.folder)

    def node(self):
        if shutil.which("node"):
            port = self.port()
            path = self.file(f"cluster-{port}.js", f"""
                const cluster = require('node:cluster'), http = require('node:http');
                if (cluster.isPrimary) cluster.fork();
                else http.createServer((_, answer) => answer.end('{TEXT}\\n')).listen({port}, '127.0.0.1');""")
            yield Peer("node cluster", ["node", path], port, self.folder)

    # Work

    def fixedAnswers(self, deferred=False):
        route = f'workers: 1\nroutes:\n  - path: /\n    respond: "{TEXT}\\n"\n'
        server = f'server {{ listen PORT; location / {{ return 200 "{TEXT}\\n"; }} }}'
        yield from self.ours(route)
        yield from self.nginx("nginx", server)
        if deferred:
            yield from self.nginx("nginx, deferred", server.replace("PORT;", "PORT deferred;"))
        yield from self.haproxy("http", f'  http-request return status 200 content-type text/plain string "{TEXT}"')
        yield from self.node()

    def hello(self):
        """A fixed answer on kept connections."""
        return list(self.fixedAnswers()), []

    def hello_short(self):
        """A fixed answer, one request a connection."""
        return list(self.fixedAnswers(deferred=True)), ["Connection: close"]

    def relay(self):
        """Connections relayed to one program, whose own time is not counted."""
        backend = self.port()
        http = f'server {{ listen PORT; location / {{ return 200 "{TEXT}\\n"; }} }}'
        self.keep(Peer("backend", ["taskset", "-c", str(CORES[-1]), "nginx", "-p", self.folder, "-c", self.nginxFile(backend, http)],
                       backend, self.folder))
        program = self.file("program.sh", f"""
sed "s/127.0.0.1:{backend}/127.0.0.1:$PORT/; s/{backend}.pid/$PORT.pid/" {self.folder}/nginx-{backend}.conf > {self.folder}/program-$PORT.conf
exec taskset -c {CORES[-1]} nginx -p {self.folder} -c {self.folder}/program-$PORT.conf
""")
        peers = list(self.ours(f"workers:\n  count: 1\n  command: [sh, {program}]\n", others="nginx"))
        peers += self.nginx("nginx", stream=f"stream {{ server {{ listen PORT; proxy_pass 127.0.0.1:{backend}; }} }}")
        peers += self.haproxy("tcp", f"  default_backend b\nbackend b\n  server s 127.0.0.1:{backend}")
        return peers, []

    def files_1k(self):
        """A file of 1 KiB on kept connections."""
        return self.files(1 << 10), []

    def files_100k(self):
        """A file of 100 KiB on kept connections."""
        return self.files(100 << 10), []

    def files(self, size):
        os.makedirs(f"{self.folder}/files", exist_ok=True)
        self.file("files/content", "x" * size)
        self.path = "/content"
        peers = list(self.ours(f"workers: 1\nroutes:\n  - path: /\n    files: {self.folder}/files\n"))
        peers += self.nginx("nginx", "sendfile on; tcp_nopush on; open_file_cache max=1000; types { } default_type text/plain; "
                                     f"server {{ listen PORT; root {self.folder}/files; }}")
        return peers

    kept = []
    path = "/"

    def keep(self, peer):
        self.kept.append(peer)

    def load(self, port, fields, seconds):
        command = ["taskset", "-c", str(CORES[-1]), "wrk", "-t1", "-c64", f"-d{seconds}", "--latency"]
        for field in fields:
            command += ["-H", field]
        text = subprocess.run(command + [f"http://127.0.0.1:{port}{self.path}"], capture_output=True, text=True).stdout
        count = int(re.search(r"(\d+) requests in", text).group(1))
        value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", text).groups()
        failed = sum(int(number) for number in re.findall(r"(?:connect|read|write|timeout) (\d+)|Non-2xx or 3xx responses: (\d+)", text)
                     for number in number if number)
        return count, float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit], failed

    def measure(self, name):
        peers, fields = getattr(self, name)()
        rows = {peer.name: [] for peer in peers}
        try:
            for peer in peers:
                self.load(peer.port, fields, 1)
            for _ in range(self.arguments.rounds):
                for peer in peers:
                    pids = peer.pids()
                    before = processor_seconds(pids)
                    count, p99, failed = self.load(peer.port, fields, self.arguments.seconds)
                    rows[peer.name].append(((processor_seconds(pids) - before) / max(1, count) * 1e6, p99, failed))
        finally:
            for peer in peers + self.kept:
                peer.stop()
            self.kept = []
            self.path = "/"
        return {peer: {"microseconds": statistics.median(row[0] for row in row_list),
                       "p99_milliseconds": statistics.median(row[1] for row in row_list),
                       "failed": sum(row[2] for row in row_list)} for peer, row_list in rows.items()}

    def idle(self, count=4000):
        """Private bytes that a kept connection costs while nothing happens on it."""
        rows = {}
        for peer in self.fixedAnswers():
            before, held = private_bytes(peer.pids()), []
            for _ in range(count):
                client = socket.create_connection(("127.0.0.1", peer.port))
                client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                client.recv(4096)
                held.append(client)
            rows[peer.name] = (private_bytes(peer.pids()) - before) / count
            for client in held:
                client.close()
            peer.stop()
        return rows

    def times(self, rounds=9):
        """Milliseconds from exec to the first answer, and from the death of a worker to the readiness of the next."""
        starts, replacements = [], []
        for _ in range(rounds):
            port = self.port()
            socketPath = f"{self.folder}/admin-{port}"
            path = self.file(f"times-{port}.yaml", f'port: {port}\nadmin: {{ socket: "{socketPath}" }}\nworkers: 2\n'
                             f'routes:\n  - path: /\n    respond: "{TEXT}\\n"\n')
            binary = self.binaries["cluster-proxy"]
            begun = time.monotonic()
            process = subprocess.Popen([binary, "--config", path], stderr=subprocess.PIPE, text=True)
            while not self.isServed(port):
                time.sleep(0.0002)
            starts.append((time.monotonic() - begun) * 1000)
            # Both are ready before one of them is killed.
            ready = 0
            while ready < 2:
                ready += "is ready" in process.stderr.readline()
            status = subprocess.run([binary, "status", "--json", "--config", path, "--admin", socketPath], capture_output=True, text=True)
            begun = time.monotonic()
            os.kill(json.loads(status.stdout)["workers"][0]["pid"], signal.SIGKILL)
            while "is ready" not in process.stderr.readline():
                pass
            replacements.append((time.monotonic() - begun) * 1000)
            process.terminate()
            process.communicate()
        return {"first answer": statistics.median(starts), "replacement ready": statistics.median(replacements)}

    def isServed(self, port):
        try:
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                return TEXT.encode() in client.makefile("rb").read()
        except OSError:
            return False


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=".build/release/cluster-proxy")
    parser.add_argument("--also", action="append", default=[], metavar="NAME=BINARY", help="another build of ours, beside it")
    parser.add_argument("--only", default="hello,hello_short,files_1k,files_100k,relay,idle,times")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--json", metavar="FILE")
    arguments = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is needed: apt-get install wrk")
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        bench = Bench(arguments, folder)
        for name in arguments.only.split(","):
            work = getattr(bench, name)
            print(f"\n{name}: {work.__doc__}")
            if name in ("idle", "times"):
                results[name] = work()
                for peer, value in results[name].items():
                    print(f"  {peer:20} {value:10.1f}")
                continue
            results[name] = bench.measure(name)
            ours = results[name]["cluster-proxy"]["microseconds"]
            for peer, row in results[name].items():
                ratio = "" if peer == "cluster-proxy" else f"ours is {ours / row['microseconds']:.2f} of it"
                print(f"  {peer:20} {row['microseconds']:8.2f} us   p99 {row['p99_milliseconds']:7.2f} ms   failed {row['failed']:3}   {ratio}")
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump(results, file, indent=2)


if __name__ == "__main__":
    main()
