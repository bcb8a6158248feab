#!/usr/bin/env python3
"""cluster-proxy beside its peers, on the same work, in one run.

What is compared is the processor time of the proxy alone (user and system, all of its processes) for each request,
in rounds of one measurement of everybody, so that a machine that drifts slows all alike. Only the ratios mean anything.

    compare.py --bin .build/release/cluster-proxy
    compare.py --only hello,relay --rounds 5 --seconds 4
    compare.py --only hello --also other=/path/to/another/cluster-proxy
    compare.py --json figures.json --markdown Performance.md

The proxy is bound to the first core and the load to the last. wrk and nginx are needed; HAProxy, Envoy, Caddy and node are
compared with where they are found (peers.py). Everything stays on the loopback address.
"""

import argparse
import datetime
import json
import os
import random
import shlex
import shutil
import sys
import tempfile

from figures import Figures
from peers import Peers, versions
from processes import processor_seconds
from report import Result, lines, results_of, write_into
from work import Works

WORKS = ["hello", "hello_short", "hello_kernel", "proxy", "proxy_short", "proxy_256", "proxy_20k", "proxy_100k", "proxy_10m", "mixed", "upload",
         "frames", "relay", "app", "files_1k", "files_100k", "routes"]
FIGURES = ["idle", "slow_clients", "memory", "times", "reload"]


def in_turns(work, rounds, seconds):
    rows = {peer.name: {"values": [], "p99": [], "failed": 0} for peer in work.peers}
    try:
        for peer in work.peers:
            work.load.run(peer.port, 1)
        for _ in range(rounds):
            # In another order each time: whoever comes next finds the machine as the one before has left it.
            for peer in random.sample(work.peers, len(work.peers)):
                pids = peer.pids()
                before = processor_seconds(pids)
                counted = work.load.run(peer.port, seconds)
                row = rows[peer.name]
                row["values"].append(work.cost(processor_seconds(pids) - before, counted))
                row["p99"].append(counted.p99)
                row["failed"] += counted.failed
    finally:
        for peer in work.peers:
            peer.stop()
    return rows


def measure(name, works, arguments):
    beside = ""
    if name in FIGURES:
        measurement = getattr(Figures(works, arguments.rounds), name)
        unit, rows = measurement()
    else:
        measurement = getattr(works, name)
        work = measurement()
        unit, beside, rows = work.unit, work.beside, in_turns(work, arguments.rounds, arguments.seconds)
    return {"title": measurement.__doc__.splitlines()[0].rstrip("."), "unit": unit, "beside": beside, "rows": rows}


def main():
    arguments = read_arguments()
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        works = Works(Peers(folder, builds(arguments)))
        for name in arguments.only.split(","):
            date, before = datetime.datetime.now(datetime.timezone.utc), os.getloadavg()[0]
            measured = measure(name, works, arguments)
            results[name] = {**measured, "date": date.strftime("%Y-%m-%d %H:%M"), "load": [before, os.getloadavg()[0]],
                             "command": command(name, arguments), "versions": versions()}
            print("\n".join(lines(Result(name, results[name]))), flush=True)
            if arguments.json:
                keep(arguments.json, results)
    if arguments.markdown:
        write_into(arguments.markdown, results_of(arguments.json) if arguments.json else [Result(*pair) for pair in results.items()])


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=".build/release/cluster-proxy")
    parser.add_argument("--also", action="append", default=[], metavar="NAME=BINARY", help="another build of ours, beside it")
    parser.add_argument("--only", default=",".join(WORKS + FIGURES), help="some of: " + ", ".join(WORKS + FIGURES))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of a turn")
    parser.add_argument("--json", metavar="FILE", help="where results are kept; those of other works that are there stay")
    parser.add_argument("--markdown", metavar="FILE", help="a document whose tables are written anew")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.only.split(",") if name not in WORKS + FIGURES]
    if unknown:
        parser.error(f"no such work: {', '.join(unknown)}")
    for needed in ["wrk", "nginx"]:
        if not shutil.which(needed):
            sys.exit(f"{needed} is needed: apt-get install {needed}")
    return arguments


def builds(arguments):
    found = {"cluster-proxy": os.path.abspath(arguments.bin)}
    for pair in arguments.also:
        name, _, path = pair.partition("=")
        found[name] = os.path.abspath(path)
    return found


def command(name, arguments):
    """That measures this work alone in the same way."""
    return shlex.join(["compare.py", "--only", name, "--rounds", str(arguments.rounds), "--seconds", str(arguments.seconds)])


def keep(path, results):
    kept = {}
    if os.path.exists(path):
        with open(path) as file:
            kept = json.load(file)
    kept.update(results)
    ordered = {name: kept[name] for name in WORKS + FIGURES if name in kept}
    with open(path, "w") as file:
        json.dump(ordered, file, indent=1, ensure_ascii=False)
        file.write("\n")


if __name__ == "__main__":
    main()
