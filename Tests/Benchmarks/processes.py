"""Processes as /proc shows them, and servers that run for as long as they are measured."""

import atexit
import os
import re
import signal
import socket
import subprocess
import sys
import time

CORES = sorted(os.sched_getaffinity(0))
PROXY_CORE, LOAD_CORE = str(CORES[0]), str(CORES[-1])
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


class Server:
    """A running server. `others` is a word in the command line of processes below it that are not its own work."""

    def __init__(self, name, command, port, folder, core=PROXY_CORE, others=None, environment=None):
        self.name, self.port, self.others = name, port, others
        with open(f"{folder}/{name}-{port}.log", "w") as log:
            self.process = subprocess.Popen(["taskset", "-c", core] + command, cwd=folder, stdout=log, stderr=log,
                                            env={**os.environ, **(environment or {})})
        atexit.register(self.stop)
        end = time.monotonic() + 20
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
