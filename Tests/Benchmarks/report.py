#!/usr/bin/env python3
"""What was measured, as lines for a terminal and as tables between the marks of a document.

    report.py FILE.json                          lines
    report.py FILE.json --into Performance.md    tables, from `<!-- figures -->` to `<!-- end of figures -->`
"""

import argparse
import json
import statistics

from aims import AIMS, ALONE, BEST, P99, P99_DURING

OURS = "cluster-proxy"
# Those that have a column in the tables.
NAMES = {OURS: OURS, "nginx": "nginx", "haproxy": "HAProxy", "envoy": "Envoy", "caddy": "Caddy", "node cluster": "Node's cluster"}
BEGIN, END = "<!-- figures -->\n", "<!-- end of figures -->"


class Result:
    """One work as it was measured: `rows` has for each peer its values, one a round, in the order of the rounds."""

    def __init__(self, name, measured):
        self.name, self.title, self.unit, self.rows = name, measured["title"], measured["unit"], measured["rows"]
        self.beside, self.date, self.load = measured["beside"], measured["date"], measured["load"]
        self.command, self.versions = measured["command"], measured["versions"]

    def value(self, peer, kind="values"):
        values = self.rows[peer][kind]
        return statistics.median(values) if values else None

    @property
    def others(self):
        return [peer for peer in self.rows if peer != OURS]

    def ratio(self, peer, kind="values"):
        """The median of the ratios within a round, so that a machine that drifts slows both."""
        if OURS not in self.rows:
            return None
        pairs = [(ours, other) for ours, other in zip(self.rows[OURS][kind], self.rows[peer][kind]) if other]
        return statistics.median(ours / other for ours, other in pairs) if pairs else None

    def best(self, kind="values"):
        """The peer that ours is the most of: the one with the least."""
        rated = [peer for peer in self.others if self.ratio(peer, kind) is not None]
        return max(rated, key=lambda peer: self.ratio(peer, kind), default=None)

    def aims(self):
        """For each aim what is aimed at, what was reached, and the most that it may be."""
        for than, most in AIMS.get(self.name, {}).items():
            peer = {BEST: self.best(), ALONE: OURS}.get(than, than)
            if peer not in self.rows:
                continue
            alone = than == ALONE or OURS not in self.rows
            yield peer, (self.value(peer) if alone else self.ratio(peer)), most, alone

    def p99_aim(self):
        """Where others were measured beside it: the best of them, and what ours is of it."""
        best = self.best("p99")
        if best:
            yield best, self.ratio(best, "p99")

    @property
    def p99_during(self):
        """What the 99th percentile rises to during a reload, of what it was before."""
        during, before = (self.rows[name]["p99"] for name in ["10,000 routes", "before"])
        return statistics.median(one / other for one, other in zip(during, before))


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def lines(result):
    """For a terminal."""
    yield f"\n{result.name}: {result.title} ({result.unit})"
    aims = {peer: (reached, most, alone) for peer, reached, most, alone in result.aims()}
    for peer, row in result.rows.items():
        p99 = result.value(peer, "p99")
        value = result.value(peer)
        yield "  " + "  ".join([
            f"{peer:18}", f"{number(value) if value is not None else '':>10}",
            f"p99 {p99:8.2f} ms" if p99 is not None else " " * 15,
            f"failed {row['failed']:4}" if "failed" in row else " " * 11,
            beside(result, peer, aims)]).rstrip()
    for best, ratio in result.p99_aim():
        yield f"  p99: ours is {ratio:.2f} of {best}'s, aim {P99:.2f}: {verdict(ratio, P99)}"
    if result.name == "reload":
        yield f"  p99: {result.p99_during:.2f} of what it was before, aim {P99_DURING:.2f}: {verdict(result.p99_during, P99_DURING)}"


def beside(result, peer, aims):
    ratio = result.ratio(peer) if peer != OURS else None
    text = f"ours is {ratio:.2f} of it" if ratio is not None else ""
    if peer in aims:
        reached, most, alone = aims[peer]
        text += f"{', ' if text else ''}aim {number(most) if alone else format(most, '.2f')}: {verdict(reached, most)}"
    return text


def verdict(reached, most):
    return "met" if round(reached, 2) <= most else "missed"


# Tables

def tables(results):
    beside_others = [result for result in results if OURS in result.rows and result.others]
    alone = [result for result in results if result not in beside_others]
    yield from costs(beside_others)
    yield from latencies([result for result in beside_others if result.best("p99")])
    yield from figures(alone)
    yield from runs(results)


def costs(results):
    """What ours is of each peer stands in brackets."""
    yield row_of(["", "", *NAMES.values(), "and", "aim"])
    yield row_of(["---"] * (len(NAMES) + 4))
    for result in results:
        cells = {peer: f"{number(result.value(peer))} ({result.ratio(peer):.2f})" for peer in result.others}
        yield row_of([result.title, result.unit, f"**{number(result.value(OURS))}**", *in_columns(cells), *aims_of(result)])
    yield "\n"


def latencies(results):
    yield row_of(["99th percentile, ms", *NAMES.values(), "and", "ours of the best"])
    yield row_of(["---"] * (len(NAMES) + 3))
    for result in results:
        cells = {peer: f"{result.value(peer, 'p99'):.2f}" for peer in result.others}
        best, ratio = next(result.p99_aim())
        yield row_of([result.title, f"**{result.value(OURS, 'p99'):.2f}**", *in_columns(cells), f"{ratio:.2f} of {named(best)}: {verdict(ratio, P99)}"])
    yield "\n"


def in_columns(cells):
    """Those that have a column of their own, and the others by name in the last one."""
    others = [f"{peer} {cell}" for peer, cell in cells.items() if peer not in NAMES]
    return [cells.get(peer, "") for peer in NAMES if peer != OURS] + ["; ".join(others)]


def aims_of(result):
    yield "; ".join(f"{number(most)} {result.unit}: {verdict(reached, most)}" if alone else f"{most:.2f} of {named(peer)}: {verdict(reached, most)}"
                    for peer, reached, most, alone in result.aims())


def named(peer):
    return NAMES.get(peer, peer)


def figures(results):
    yield row_of(["", "", "", "99th percentile, ms", "failed", "aim"])
    yield row_of(["---"] * 6)
    for result in results:
        aims = {peer: f"{number(most)} {result.unit}: {verdict(reached, most)}" for peer, reached, most, _ in result.aims()}
        for name, row in result.rows.items():
            value, p99 = result.value(name), result.value(name, "p99")
            yield row_of([result.title, name, f"**{number(value)} {result.unit}**" if value is not None else "",
                          f"{p99:.2f}" if p99 is not None else "", row.get("failed", ""), aims.get(name, "")])
        if result.name == "reload":
            yield row_of([result.title, "during it, of before", "", f"{result.p99_during:.2f}", "", f"{P99_DURING:.2f}: {verdict(result.p99_during, P99_DURING)}"])
    yield "\n"


def runs(results):
    """Each work with the command that measured it, when, how busy the machine was, and what was not answered as it should."""
    yield row_of(["measured by", "at (UTC)", "load average, before and after", "failed: ours, others'"])
    yield row_of(["---"] * 4)
    for result in results:
        failed = {peer: row.get("failed", 0) for peer, row in result.rows.items()}
        others = ", ".join(f"{named(peer)} {count}" for peer, count in failed.items() if count and peer != OURS)
        yield row_of([f"`{result.command}`", result.date, " → ".join(f"{load:.1f}" for load in result.load), f"{failed.get(OURS, 0)}, {others or 0}"])
    versions = {name: version for result in results for name, version in result.versions.items()}
    yield "\n" + ", ".join(f"{named(name)} {version}" for name, version in versions.items()) + ".\n"


def row_of(cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |\n"


def write_into(path, results):
    with open(path) as file:
        text = file.read()
    before, begun, rest = text.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not (begun and ended):
        raise SystemExit(f"{path} has no place for figures: {BEGIN.strip()} … {END}")
    with open(path, "w") as file:
        file.write(before + begun + "".join(tables(results)) + ended + after)


def results_of(path):
    with open(path) as file:
        return [Result(name, measured) for name, measured in json.load(file).items()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--into", metavar="DOCUMENT")
    arguments = parser.parse_args()
    results = results_of(arguments.file)
    if arguments.into:
        write_into(arguments.into, results)
    else:
        print("\n".join(line for result in results for line in lines(result)))


if __name__ == "__main__":
    main()
