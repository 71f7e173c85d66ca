"""From columns of nodes to DOT text, and from DOT text to SVG with whichever graphviz there is.

That is the program `dot` or, where it is missing, the library inside pygraphviz.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from html import escape, unescape
from importlib.util import find_spec
from itertools import pairwise

import graphviz

#: How both kinds of diagrams look. Hangul falls back to a Korean font; the white ground reads on dark pages too.
STYLE = (
    'graph [bgcolor="white" {font}]; node [{font} shape=box style="rounded,filled" fillcolor="white" color="#333333" '
    'margin="0.07,0.03" width=0.3 height=0.3]; edge [{font} color="#333333" arrowsize=0.6];'
).replace("{font}", 'fontname="Helvetica,Arial,NanumGothic,Noto Sans KR,sans-serif" fontsize=14')

_GREY = "#E6E6E6"

_MISSING = """No graphviz is installed, so the diagram cannot be drawn. Run one of

    pip install pygraphviz          (in a notebook: %pip install pygraphviz)
    conda install graphviz
    apt-get install graphviz        (macOS: brew install graphviz)

and run this again."""

_BY_LIBRARY = """
import sys

import pygraphviz

graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode())
sys.stdout.buffer.write(graph.draw(format="svg", prog="dot"))
"""


class Drawing(graphviz.Source):
    """A diagram that notebooks show as SVG, which `draw` and `gv` make of DOT text.

    Attributes
    ----------
    svg : str
        The picture: one `<svg>` element, one CSS pixel to a unit, with `alt` as its title and label.
    alt : str
        What a reader who does not see the picture is told. Where none is given, the labels in the picture are listed.
    edges : dict of str to int, or None
        See `lecture_utils.diagrams.draw`.

    Raises
    ------
    ValueError
        The DOT text is wrong; the message shows the line.
    RuntimeError
        No graphviz is installed; the message says what to install.
    """

    def __init__(self, source, *, alt="", edges=None):
        super().__init__(source)
        svg = _svg(source)
        self.alt = alt or _listing(svg)
        self.edges = edges
        self.svg = _label(svg, self.alt)

    def _repr_mimebundle_(self, include=None, exclude=None, **_):
        """What Jupyter and Colab show: the picture, and its text where pictures cannot be shown."""
        return {"image/svg+xml": self.svg, "text/plain": self.alt}


class Columns:
    """Nodes in columns and straight edges from left to right: what every diagram of a net consists of.

    The places are computed here, so that a picture is the same with every version of graphviz; graphviz shapes the
    nodes, cuts the edges at them and writes the SVG. Lengths are in pixels, y counts rows downwards.

    Parameters
    ----------
    row : float
        From one row to the next.
    titles : dict of int to str, optional
        The titles of the grey boxes. A column (2, "u") belongs to box 2.

    Attributes
    ----------
    widths : dict of (int, str) to float
        The width of each column, that of its widest node.
    edges : list of (str, str, str, str, float)
        Tail, head, kind, label, and where between tail (0) and head (1) the label stands (None: halfway between the
        columns). The kind is "weight", "bias", "activation" or "dots", and the class of the edge in the SVG.
    """

    def __init__(self, row=34, titles=None):
        self.row, self.titles, self.edges = row, titles, []
        self.widths = {}
        self._nodes = {}  # name -> (label, column, y)

    def node(self, column, label, y):
        """Add a node, and return its name: the label, numbered where it repeats."""
        self.widths[column] = max(_width(label), self.widths.get(column, 0))
        name, number = label, 1
        while name in self._nodes:
            number += 1
            name = f"{label} ({number})"
        self._nodes[name] = (label, column, y)
        return name

    def edge(self, tail, head, kind, label="", at=None):
        """Add an edge between two nodes, by their names."""
        self.edges.append((tail, head, kind, label, at))

    def extent(self):
        """The first and the last row."""
        rows = [y for *_, y in self._nodes.values()]
        return min(rows), max(rows)

    def dot(self):
        """The DOT text."""
        across = self._across()
        at = {name: (across[column], y * self.row) for name, (_, column, y) in self._nodes.items()}
        lines = [f"digraph {{ layout=neato; inputscale=72; splines=line; {STYLE}"]
        lines += self._boxes(across) if self.titles else []
        for name, (label, *_) in self._nodes.items():
            shape = {"⋮": "shape=plaintext style=solid", "1": "shape=circle margin=0.02"}.get(label, "")
            lines.append(f"  {_quote(name)} [label={_quote(label)} {_at(*at[name])} {shape}]")
        for tail, head, kind, *_ in self.edges:
            look = 'style=dashed color="#888888" arrowhead=none' if kind == "dots" else ""
            lines.append(f"  {_quote(tail)} -> {_quote(head)} [class={kind} {look}]")
        # Labels are nodes that come last and so lie on the edges: no version of graphviz puts them in the way.
        ground = _GREY if self.titles else "white"
        look = f'shape=box style=filled class=label color="{ground}" fillcolor="{ground}" margin="0.02,0" height=0.2'
        for number, (tail, head, _, label, part) in enumerate(self.edges):
            if label:
                (x0, y0), (x1, y1) = at[tail], at[head]
                if part is None:
                    left, right = (self.widths[self._nodes[name][1]] for name in (tail, head))
                    part = 0.5 + (left - right) / 4 / (x1 - x0)
                place = _at(x0 + part * (x1 - x0), y0 + part * (y1 - y0))
                lines.append(f"  {_quote(f'label {number}')} [label={_quote(label)} {place} {look}]")
        return "\n".join([*lines, "}"])

    def _across(self):
        """Column -> x of its middle: as near as nodes, labels and titles allow."""
        columns = sorted(self.widths)
        across = {columns[0]: 0}
        for before, column in pairwise(columns):
            left, right = self.widths[before] / 2, self.widths[column] / 2
            steps = [left + 44 + right]
            if self.titles and before[0] != column[0]:
                sides = (max(self.widths[c], _width(self.titles[c[0]])) / 2 for c in (before, column))
                steps.append(26 + sum(sides))
            for _, head, _, label, at in self.edges:
                if label and self._nodes[head][1] == column:
                    width = _width(label)
                    if at is None:
                        steps.append(left + width + 20 + right)
                    else:
                        steps += [(left + width / 2 + 8) / at, (width / 2 + right + 16) / (1 - at)]
            across[column] = across[before] + max(steps)
        return across

    def _boxes(self, across):
        """The grey boxes as nodes that come first and so lie below."""
        first, last = self.extent()
        lines = 1 + max(title.count("\n") for title in self.titles.values())
        top, bottom = (first - 0.5) * self.row - 7 - 17 * lines, (last + 0.5) * self.row + 5
        look = f'fixedsize=true class=box color="{_GREY}" fillcolor="{_GREY}"'
        for box, title in self.titles.items():
            sides = [(across[c], width / 2) for c, width in self.widths.items() if c[0] == box]
            left, right = min(x - half for x, half in sides) - 7, max(x + half for x, half in sides) + 7
            middle, high = (left + right) / 2, 17 * (1 + title.count("\n"))
            size = f"width={max(right - left, _width(title)) / 72:.3f} height={(bottom - top) / 72:.3f}"
            yield f'  {_quote(f"box {box}")} [label="" {_at(middle, (top + bottom) / 2)} {size} {look}]'
            place = _at(middle, top + 6 + high / 2)
            yield f"  {_quote(f'title {box}')} [label={_quote(title)} {place} shape=plaintext style=solid class=title]"


def _width(text):
    """About how wide graphviz makes a node with this text."""
    return 14 + max(sum(4.2 if letter in " ,.:()[]ijl⋮" else 8 for letter in line) for line in text.split("\n"))


def _at(x, y):
    return f'pos="{x:.1f},{-y:.1f}!"'


def _quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _svg(source):
    """The bare `<svg>` element that graphviz makes of `source`."""
    command = ["dot", "-Tsvg"]
    if not shutil.which("dot"):
        if not find_spec("pygraphviz"):
            raise RuntimeError(_MISSING)
        # In a process of its own, whose messages can be read: the library writes them past Python.
        command = [sys.executable, "-c", _BY_LIBRARY]
    done = subprocess.run(command, input=source.encode(), capture_output=True, check=False)
    if done.returncode:
        raise ValueError(_complaint(source, done.stderr.decode(errors="replace")))
    # Without prologue, comments and the names of nodes as tooltips; a unit is a pixel, not a point.
    text = done.stdout.decode()
    text = text[text.index("<svg") :].strip()
    text = re.sub(r"<!--.*?-->\n?|<title>.*?</title>\n?", "", text, flags=re.DOTALL)
    return re.sub(r'(width|height)="([\d.]+)pt"', r'\1="\2"', text, count=2)


def _complaint(source, said):
    """One readable message from graphviz's, with the line of the DOT text it is about."""
    found = re.search(r"syntax error in line (\d+)(?: near '(.*?)')?", said)
    if not found:
        return f"graphviz cannot draw this DOT text: {said.strip() or 'it gave no reason'}\n\n{source}"
    number, near = int(found[1]), f" near {found[2]!r}" if found[2] else ""
    lines = source.splitlines()
    line = lines[min(number, len(lines)) - 1].split(STYLE)[-1]
    return f"the DOT text has a syntax error in line {number}{near}:\n\n    {line.strip()}"


def _label(svg, alt):
    """The picture with its alternative text inside, and narrower where the page is."""
    start = f'<svg role="img" aria-label="{escape(alt)}" style="max-width:100%;height:auto"'
    head, _, rest = svg.removeprefix("<svg").partition(">")
    return f"{start}{head}><title>{escape(alt)}</title>{rest}"


def _listing(svg):
    """An alternative text for a diagram of which nothing is known but its picture."""
    counts = " and ".join(
        f"{n} {what}{'s' * (n != 1)}" for what in ("node", "edge") for n in [len(re.findall(f'class="{what}[ "]', svg))]
    )
    labels = dict.fromkeys(unescape(found).strip() for found in re.findall(r"<text[^>]*>(.*?)</text>", svg))
    return f"Diagram with {counts}. Its labels: {', '.join(filter(None, labels))}."
