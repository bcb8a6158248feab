#!/usr/bin/env python3
"""How many requests fail while a service is restarted, and while its processes are killed.

The same program, two processes of it, under cluster-proxy and under what people use instead, each in the way of its manual:

    failures.py --bin .build/release/cluster-proxy

Sixteen clients ask 200 times a second, half of them on connections that they keep. In `restarts` the service is restarted three
times in its own graceful way; in `kills` one of the processes that serve is killed every half second. A failure is an answer
that is not 200, or none. Nothing is counted but GET.
"""

import argparse
import collections
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from peers import Peers, program
from processes import answers, read, tree

NODE = """
const server = require('node:http').createServer((request, response) => setTimeout(() => response.end('hello'), 20));
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => { server.close(() => process.exit(0)); server.closeIdleConnections(); });
"""

# Node's own cluster, as its manual has it: what exits is forked anew; a rolling restart by USR2.
NODE_CLUSTER = """
const cluster = require('node:cluster');
if (!cluster.isPrimary) {
  require('node:http').createServer((request, response) => setTimeout(() => response.end('hello'), 20)).listen(PORT, '127.0.0.1');
} else {
  for (let number = 0; number < 2; number++) cluster.fork();
  cluster.on('exit', (worker) => { if (!worker.exitedAfterDisconnect) cluster.fork(); });
  process.on('SIGUSR2', () => {
    for (const old of Object.values(cluster.workers)) cluster.fork().once('listening', () => old.disconnect());
  });
}
"""

FLASK = """
import time
from flask import Flask
application = Flask(__name__)

@application.route("/")
def hello():
    time.sleep(0.02)
    return "hello"
"""


class Clients:
    """Sixteen of them, for as long as something is done to the service."""

    def __init__(self, port, count=16, rate=200):
        self.port, self.count, self.pause = port, count, count / rate
        self.answers, self.isOver = collections.Counter(), False
        self.threads = [threading.Thread(target=self.run, args=(index % 2 == 0,)) for index in range(count)]

    def run(self, keeps):
        connection = None
        while not self.isOver:
            start = time.monotonic()
            try:
                connection = connection or socket.create_connection(("127.0.0.1", self.port), 20)
                connection.settimeout(20)
                more = "" if keeps else "Connection: close\r\n"
                connection.sendall(f"GET / HTTP/1.1\r\nHost: localhost\r\n{more}\r\n".encode())
                status, closes = self.answer(connection)
                self.answers["200" if status == 200 else f"status {status}"] += 1
                if closes or not keeps:
                    connection.close()
                    connection = None
            except OSError as error:
                self.answers[type(error).__name__] += 1
                connection = None
            time.sleep(max(0, self.pause - (time.monotonic() - start)))

    @staticmethod
    def answer(connection):
        data = b""
        while b"\r\n\r\n" not in data:
            piece = connection.recv(65536)
            if not piece:
                raise ConnectionResetError("no answer")
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
        if fields.get(b"transfer-encoding") == b"chunked":
            while not body.endswith(b"0\r\n\r\n"):
                body += Clients.more(connection)
        else:
            while len(body) < int(fields.get(b"content-length", 0)):
                body += Clients.more(connection)
        return int(head.split()[1]), fields.get(b"connection") == b"close"

    @staticmethod
    def more(connection):
        piece = connection.recv(65536)
        if not piece:
            raise ConnectionResetError("a cut answer")
        return piece

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        time.sleep(1)
        return self

    def __exit__(self, *_):
        time.sleep(1)
        self.isOver = True
        for thread in self.threads:
            thread.join()


class Service:
    """`serving` finds the processes that may be killed, `restart` asks for a graceful restart."""

    def __init__(self, name, port, started, serving, restart):
        self.name, self.port, self.started, self.serving, self.restart = name, port, started, serving, restart

    def measure(self):
        with Clients(self.port) as clients:
            for _ in range(3):
                self.restart()
                time.sleep(3)
        restarts = clients.answers
        with Clients(self.port) as clients:
            for _ in range(20):
                for pid in self.serving()[:1]:
                    os.kill(pid, signal.SIGKILL)
                time.sleep(0.5)
        return restarts, clients.answers

    def stop(self):
        for process in self.started:
            for pid in reversed(tree(process.pid)):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            process.wait()


class Services:
    def __init__(self, folder, binary):
        self.folder, self.binary, self.peers = folder, binary, Peers(folder, {"cluster-proxy": binary})
        for name, text in {"server.js": NODE, "hello.py": FLASK}.items():
            self.peers.file(name, text)
        self.python = os.path.abspath(".build/python/bin/python")

    def start(self, command, environment=None):
        log = open(f"{self.folder}/{len(os.listdir(self.folder))}.log", "w")
        return subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, env={**os.environ, **(environment or {})})

    def below(self, process, word):
        return [pid for pid in tree(process.pid)[1:] if word in read(f"/proc/{pid}/cmdline")]

    def ours(self, name, command, word):
        port = self.peers.port()
        path = self.peers.file(f"cluster-{port}.yaml", f"""
listen: ["127.0.0.1:{port}"]
workers: 2
restart: {{ backoff: {{ initial: 10ms, max: 200ms }} }}
apps:
  web: {{ command: {command}, instances: 2 }}
routes:
  - path: /
    app: web
""")
        process = self.start([self.binary, "--config", path])
        run = [self.binary, "restart", "web", "--config", path]
        return Service(name, port, [process], lambda: self.below(process, word), lambda: subprocess.run(run, capture_output=True))

    def cluster_proxy_node(self):
        return self.ours("cluster-proxy, node", "[node, server.js]", "server.js")

    def cluster_proxy_gunicorn(self):
        if os.path.exists(self.python):
            command = f"exec {self.python} -m gunicorn --threads 8 --bind 127.0.0.1:$PORT hello:application"
            return self.ours("cluster-proxy, gunicorn", f"'{command}'", "gunicorn")

    def node_cluster(self):
        port = self.peers.port()
        path = self.peers.file("cluster.js", NODE_CLUSTER.replace("PORT", str(port)))
        process = self.start(["node", path])
        return Service("Node's cluster", port, [process], lambda: tree(process.pid)[1:], lambda: process.send_signal(signal.SIGUSR2))

    def nginx_node(self):
        """nginx before two processes that a service manager starts again when they end; restarted one after the other."""
        ports = [self.peers.port(), self.peers.port()]
        loop = "while true; do PORT=$0 node server.js & trap 'kill -TERM $!; wait $!' USR2; wait $!; wait $!; done"
        keepers = [self.start(["bash", "-c", loop, str(port)]) for port in ports]
        port, nginx = self.nginx(ports)

        def restart():
            for keeper, port in zip(keepers, ports):
                for pid in self.below(keeper, "server.js"):
                    os.kill(pid, signal.SIGTERM)
                time.sleep(0.5)
                # The next one waits until this one is back.
                end = time.monotonic() + 15
                while not answers(port) and time.monotonic() < end:
                    time.sleep(0.1)
        return Service("nginx, node", port, [nginx, *keepers], lambda: [pid for keeper in keepers for pid in self.below(keeper, "server.js")][:1],
                       restart)

    def nginx_gunicorn(self):
        if os.path.exists(self.python):
            behind = self.peers.port()
            gunicorn = self.start([self.python, "-m", "gunicorn", "--workers", "2", "--threads", "8", "--bind", f"127.0.0.1:{behind}",
                                   "hello:application"])
            port, nginx = self.nginx([behind])
            return Service("nginx, gunicorn", port, [nginx, gunicorn], lambda: tree(gunicorn.pid)[1:],
                           lambda: gunicorn.send_signal(signal.SIGHUP))

    def nginx(self, ports):
        port = self.peers.port()
        servers = " ".join(f"server 127.0.0.1:{one};" for one in ports)
        command = self.peers.nginx_command(port, f"""
            upstream app {{ {servers} keepalive 16; }}
            server {{ listen PORT; location / {{ proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; }} }}""")
        return port, self.start(command)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=".build/release/cluster-proxy")
    arguments = parser.parse_args()
    if not (program("node") and program("nginx")):
        sys.exit("node and nginx are needed")
    print("| service | failed during three restarts | why | failed during twenty kills | why |\n| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        services = Services(folder, os.path.abspath(arguments.bin))
        for make in [services.cluster_proxy_node, services.node_cluster, services.nginx_node, services.cluster_proxy_gunicorn,
                     services.nginx_gunicorn]:
            service = make()
            if service:
                time.sleep(3)
                try:
                    print("| " + " | ".join([service.name, *map(cell, service.measure())]) + " |", flush=True)
                finally:
                    service.stop()


def cell(answers):
    failed = sum(count for name, count in answers.items() if name != "200")
    why = ", ".join(f"{count} {name}" for name, count in sorted(answers.items()) if name != "200")
    return f"{failed} of {sum(answers.values())} | {why}"


if __name__ == "__main__":
    main()
