#!/usr/bin/env python3
"""What a thousand rolling restarts of an app leave behind, and how many requests fail meanwhile.

    restarts.py --bin .build/release/cluster-proxy --count 1000

Two instances of a program; each restart replaces both, one after the other, while sixteen clients ask. Looked at after ten restarts,
when everything is warm, and after the last: descriptors and private memory of the master and its built-in processes, processes,
and ports that listen.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time

from failures import Clients, Services
from processes import answers, private_bytes, read, tree

WARM = 10


class Remains:
    def __init__(self, service):
        everything = tree(service.started[0].pid)
        apps = service.serving()
        self.own = [pid for pid in everything if pid not in apps]
        self.descriptors = sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in self.own)
        self.memory = private_bytes(self.own)
        self.processes = len(everything)
        self.ports = sum(line.split()[3] == "0A" for kind in ["tcp", "tcp6"] for line in read(f"/proc/net/{kind}").splitlines()[1:])

    def row(self, count):
        return f"| {count} | {self.descriptors} | {self.memory / 1024:,.0f} KiB | {self.processes} | {self.ports} |"


def ready(service):
    end = time.monotonic() + 20
    while not answers(service.port) or len(service.serving()) < 2:
        if time.monotonic() > end:
            sys.exit("it does not serve")
        time.sleep(0.1)


def report(service, count):
    # Connections to instances are kept for the next request; those to instances that have gone are not.
    restart(service, 1)
    print(settled(service).row(count), flush=True)


def settled(service):
    """Once nothing of the last restart is under way."""
    last, now = None, Remains(service)
    end = time.monotonic() + 10
    while (last is None or vars(last) != vars(now)) and time.monotonic() < end:
        time.sleep(1)
        last, now = now, Remains(service)
    return now


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=".build/release/cluster-proxy")
    parser.add_argument("--count", type=int, default=1000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        service = Services(folder, os.path.abspath(arguments.bin)).cluster_proxy_node()
        try:
            ready(service)
            print("| restarts | descriptors | private memory | processes | listening ports |\n| --- | --- | --- | --- | --- |")
            with Clients(service.port, rate=50) as clients:
                done = restart(service, WARM)
            report(service, done)
            with Clients(service.port, rate=50) as clients:
                done += restart(service, arguments.count - WARM)
            report(service, done)
            print(f"\n{clients.answers.total()} requests: " + ", ".join(f"{count} {answer}" for answer, count in clients.answers.items()))
        finally:
            service.stop()


def restart(service, count):
    """How many have gone well, until the first that has not."""
    for turn in range(count):
        run = service.restart()
        if run.returncode:
            print(run.stderr.decode(), file=sys.stderr)
            return turn
    return count


if __name__ == "__main__":
    main()
