#!/usr/bin/env python3
"""One picture of what was measured: for each work what ours is of the best of the others, with a line where both are equal.

    plot.py FILE.json PICTURE.svg
"""

import argparse
from html import escape

from report import OURS, named, results_of

WIDTH, LEFT, RIGHT, TOP, STEP, BAR = 860, 290, 180, 64, 26, 14
MOST = 1.3  # of the best; what is beyond is cut there, with its number beside it

STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328 } .quiet { fill: #59636e; font-size: 12px } .title { font-size: 15px; font-weight: 600 }
  .bar { fill: #0969da } .grid { stroke: #d1d9e0 } .equal { stroke: #59636e; stroke-width: 1.5 } .aim { stroke: #bc4c00; stroke-width: 2.5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .quiet { fill: #9198a1 } .bar { fill: #4493f8 } .grid { stroke: #3d444d } .equal { stroke: #9198a1 } .aim { stroke: #f0883e }
  }
"""


class Bar:
    def __init__(self, result):
        self.title, self.best = result.title.replace("`", ""), result.beside or result.best()
        self.ratio = result.ratio(self.best)
        self.aim = self.nearest(list(result.aims()))

    def nearest(self, aims):
        """The aim beside the best, else the first; one beside another is drawn as much above or below what was reached."""
        for peer, reached, most, _ in sorted(aims, key=lambda aim: aim[0] != self.best):
            return most * self.ratio / reached
        return None


def place(ratio):
    return LEFT + min(ratio, MOST) / MOST * (WIDTH - LEFT - RIGHT)


def picture(bars):
    height = TOP + STEP * len(bars) + 44
    bottom = TOP + STEP * len(bars)
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" '
           f'aria-label="What cluster-proxy costs of what the best of the others costs">\n<style>{STYLE}</style>\n')
    yield text(12, 22, "Cost beside the best of the others", "title")
    yield text(12, 41, "processor time of the proxy (private memory where it says bytes); shorter is better", "quiet")
    for ratio in [0, 0.25, 0.5, 0.75, 1.25]:
        yield line(place(ratio), TOP - 6, bottom, "grid")
        yield text(place(ratio), bottom + 16, f"{ratio:g}", "quiet", "middle")
    for index, bar in enumerate(bars):
        yield from drawn(bar, TOP + STEP * index)
    yield line(place(1), TOP - 6, bottom, "equal")
    yield text(place(1), bottom + 16, "1 = equal", "quiet", "middle")
    yield line(LEFT, bottom + 24, bottom + 38, "aim") + text(LEFT + 8, bottom + 36, "what is aimed at", "quiet")
    yield "</svg>\n"


def drawn(bar, top):
    yield text(LEFT - 10, top + 12, bar.title, anchor="end")
    yield f'<rect class="bar" x="{LEFT}" y="{top}" width="{place(bar.ratio) - LEFT:.1f}" height="{BAR}" rx="2"/>\n'
    if bar.aim:
        yield line(place(bar.aim), top - 3, top + BAR + 3, "aim")
    yield text(WIDTH - RIGHT + 10, top + 12, f"{bar.ratio:.2f} of {named(bar.best)}")


def line(x, top, bottom, kind):
    return f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{bottom}"/>\n'


def text(x, y, words, kind="", anchor="start"):
    return f'<text class="{kind}" x="{x:.1f}" y="{y}" text-anchor="{anchor}">{escape(words)}</text>\n'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("picture")
    arguments = parser.parse_args()
    results = [result for result in results_of(arguments.file) if OURS in result.rows and result.others]
    with open(arguments.picture, "w") as file:
        file.write("".join(picture([Bar(result) for result in results])))


if __name__ == "__main__":
    main()
