"""What is measured outside of turns: private memory, times, and how others fare meanwhile."""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import time

from loads import SlowClients, Wrk, finished
from processes import private_bytes
from work import TEXT, Works

OURS = "cluster-proxy"
BYTES, MILLISECONDS = "bytes", "ms"


class Figures:
    """Each method gives its unit and the rows: of a name the values, and the 99th percentiles and failures where there are any."""

    def __init__(self, works: Works, rounds):
        self.works, self.peers, self.folder, self.rounds = works, works.peers, works.folder, rounds

    def idle(self, count=4000):
        """Private bytes of an idle connection."""
        rows = {}
        for peer in self.works.fixed_answers():
            before, held = private_bytes(peer.pids()), []
            for _ in range(count):
                client = socket.create_connection(("127.0.0.1", peer.port))
                client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                client.recv(4096)
                held.append(client)
            rows[peer.name] = row([(private_bytes(peer.pids()) - before) / count])
            for client in held:
                client.close()
            peer.stop()
        return BYTES, rows

    def slow_clients(self, count=5000, seconds=4):
        """Private bytes of a slow client.

        The 99th percentile is that of others, who ask at a steady pace meanwhile.
        """
        steady = Wrk(self.folder, connections=32, script="function delay() return 10 end\n")
        # The others wait a minute for a head. nginx, which would write to files what is not taken, holds it back as all do.
        peers = [*self.works.ours_forwarding(more="timeouts: { header: 60s }\n"), *self.works.nginx_proxy("proxy_max_temp_file_size 0;"),
                 *self.works.others_forwarding()]
        rows = {}
        for peer in peers:
            steady.run(peer.port, 1)
            before = private_bytes(peer.pids())
            slow = SlowClients(peer.port, count, "/256k")
            counted = [steady.run(peer.port, seconds) for _ in range(self.rounds)]
            rows[peer.name] = row([(private_bytes(peer.pids()) - before) / count], [each.p99 for each in counted],
                                  sum(each.failed for each in counted) + slow.stop())
            peer.stop()
        return BYTES, rows

    def memory(self):
        """Private memory."""
        path, _ = self.configuration(f'  - path: /\n    respond: "{TEXT}\\n"\n')
        process = self.started(path)
        self.ready(process)
        workers = [worker["pid"] for worker in self.status(path)["workers"]]
        rows = {"a worker at rest": row([private_bytes(workers) / len(workers)]), "the master": row([private_bytes([process.pid])])}
        self.end(process)
        return BYTES, rows

    def times(self):
        """Starts.

        From exec to the first answer, and from the death of a worker to the readiness of the next.
        """
        starts, replacements = [], []
        for _ in range(max(9, self.rounds)):
            path, port = self.configuration(f'  - path: /\n    respond: "{TEXT}\\n"\n')
            begun = time.monotonic()
            process = self.started(path)
            while not served(port):
                time.sleep(0.0002)
            starts.append((time.monotonic() - begun) * 1000)
            self.ready(process)
            worker = self.status(path)["workers"][0]["pid"]
            begun = time.monotonic()
            os.kill(worker, signal.SIGKILL)
            self.ready(process, count=1)
            replacements.append((time.monotonic() - begun) * 1000)
            self.end(process)
        return MILLISECONDS, {"first answer": row(starts), "replacement ready": row(replacements)}

    def reload(self, count=10000):
        """Reload.

        From the command to its end, with the 99th percentile of requests in a second before it and in the one that it is in.
        """
        routes = "".join(f'  - path: /r{index}\n    respond: "{TEXT}\\n"\n' for index in range(count))
        load = Wrk(self.folder, path="/r0", connections=16, script="function delay() return 5 end\n")
        rows = {"10,000 routes": row([], [], 0), "before": row([], [], 0)}
        path, port = self.configuration(routes)
        process = self.started(path)
        self.ready(process)
        for turn in range(self.rounds):
            counted = load.run(port, 1)
            rows["before"]["p99"].append(counted.p99)
            with open(path, "a") as file:
                file.write(f'  - path: /turn{turn}\n    respond: "{TEXT}\\n"\n')
            running = load.start(port, 1)
            time.sleep(0.2)
            begun = time.monotonic()
            self.command("reload", path)
            rows["10,000 routes"]["values"].append((time.monotonic() - begun) * 1000)
            counted = finished(running)
            rows["10,000 routes"]["p99"].append(counted.p99)
            rows["10,000 routes"]["failed"] += counted.failed
        self.end(process)
        return MILLISECONDS, rows

    # A cluster that commands can be given to

    def configuration(self, routes):
        port = self.peers.port()
        path = f"{self.folder}/commanded-{port}.yaml"
        with open(path, "w") as file:
            file.write(f"port: {port}\nadmin: {{ socket: {self.admin(path)} }}\nworkers: 2\nroutes:\n{routes}")
        return path, port

    def admin(self, path):
        return path.replace("commanded", "admin").removesuffix(".yaml")

    def started(self, path):
        process = subprocess.Popen([self.peers.binaries[OURS], "--config", path], stderr=subprocess.PIPE, text=True)
        atexit.register(process.kill)
        return process

    def ready(self, process, count=2):
        while count > 0:
            line = process.stderr.readline()
            if not line:
                sys.exit("the cluster has ended")
            count -= "is ready" in line

    def status(self, path):
        return json.loads(self.command("status", path, "--json"))

    def command(self, name, path, *options):
        command = [self.peers.binaries[OURS], name, *options, "--config", path, "--admin", self.admin(path)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def end(self, process):
        process.terminate()
        process.communicate()


def row(values, p99=(), failed=None):
    return {"values": list(values), "p99": list(p99), **({} if failed is None else {"failed": failed})}


def served(port):
    try:
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            return TEXT.encode() in client.makefile("rb").read()
    except OSError:
        return False
