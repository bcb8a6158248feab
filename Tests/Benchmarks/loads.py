"""Who asks: wrk, with a line of Lua at its end that says what it has counted, and clients of our own."""

import base64
import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass

from processes import LOAD_CORE

HERE = os.path.dirname(os.path.abspath(__file__))

COUNT = """
done = function(summary, latency)
  local e = summary.errors
  print(string.format("counted %d %d %d %d", summary.requests, summary.bytes, latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""


@dataclass
class Counted:
    count: int
    bytes: int
    p99: float  # milliseconds
    failed: int

    @staticmethod
    def of(text):
        for line in text.splitlines():
            if line.startswith("counted "):
                count, size, microseconds, failed = map(int, line.split()[1:])
                return Counted(count, size, microseconds / 1000, failed)
        sys.exit("the load has counted nothing:\n" + text)


@dataclass
class Wrk:
    """Kept connections that ask as fast as they are answered, unless the fields or the script say otherwise."""

    folder: str
    path: str = "/"
    connections: int = 64
    fields: tuple = ()
    script: str = ""

    def start(self, port, seconds):
        script = f"{self.folder}/load.lua"
        with open(script, "w") as file:
            file.write(COUNT + self.script)
        command = ["wrk", "-t1", f"-c{self.connections}", f"-d{seconds}", "--timeout", "10s", "-s", script]
        for field in self.fields:
            command += ["-H", field]
        return started(command + [f"http://127.0.0.1:{port}{self.path}"])

    def run(self, port, seconds):
        return finished(self.start(port, seconds))


@dataclass
class Frames:
    """Open WebSockets, each with one message on its way; in C, so that it is not they who are waited for."""

    folder: str
    connections: int = 64

    @property
    def program(self):
        program = f"{self.folder}/frames"
        if not os.path.exists(program):
            subprocess.run(["cc", "-O2", "-o", program, f"{HERE}/frames.c"], check=True)
        return program

    def run(self, port, seconds):
        return finished(started([self.program, "load", str(port), str(self.connections), str(seconds)]))

    def server(self, port):
        """The command of what echoes their messages."""
        # RFC 6455 §4.2.2: what proves that it has read their key, of 16 zeros.
        read = base64.b64encode(bytes(16)) + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        return [self.program, "serve", str(port), base64.b64encode(hashlib.sha1(read).digest()).decode()]


class SlowClients:
    """Clients that take an answer or send a head little by little, from the moment that all of them are there."""

    def __init__(self, port, count, path):
        self.process = started([sys.executable, f"{HERE}/slow.py", str(port), str(count), path])
        self.lost = None
        if self.process.stdout.readline() != "ready\n":
            sys.exit("the slow clients did not come about")

    def stop(self):
        """How many the server has closed meanwhile."""
        self.process.terminate()
        return int(self.process.communicate()[0].split()[-1])


def started(command):
    return subprocess.Popen(["taskset", "-c", LOAD_CORE] + command, stdout=subprocess.PIPE, text=True)


def finished(process):
    return Counted.of(process.communicate()[0])
