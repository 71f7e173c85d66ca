"""Where the book shows what: the claims and the marks in the sources of the chapters.

A claim names its row of chapters/coverage.csv by its id ("A43", "A43.test"). What is shown in words or in a picture,
with no claim of its own, is marked in a Markdown cell by a comment, which readers do not see:

    <!-- shows: B05 -->

Nothing here runs a chapter.
"""

from __future__ import annotations

import ast
import csv
import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

_MARK = re.compile(r"<!--\s*shows:\s*(.*?)\s*-->", re.DOTALL)
_ROW = re.compile(r"[A-Z]\d\d(\.[a-z0-9-]+)?")


@dataclass(frozen=True)
class Place:
    """A claim or a mark in a chapter.

    Attributes
    ----------
    id : str
        The claim's id, or what the mark names: "A43", "A43.test", "ch02.baseline".
    document : str
        The chapter as Sphinx names it: "chapters/05_sgd_and_batches".
    cell : str
        The id of the cell.
    statement : str
        What is claimed; "" for a mark.
    checked : str
        The code whose truth is claimed or whose value is compared; "" for a mark.
    compares : bool
        Whether the claim compares a number (`lecture=` and `within=`).
    """

    id: str
    document: str
    cell: str
    statement: str = ""
    checked: str = ""
    compares: bool = False

    @property
    def row(self):
        """The row of the coverage list: "A43"; for a claim of the book's own, the chapter: "ch02"."""
        return self.id.partition(".")[0]

    @property
    def anchor(self):
        """The id of the place on the page of its chapter."""
        return anchor("claim" if self.statement else "shows", self.id)


def anchor(kind, name):
    """An id for a page: ``anchor("claim", "A43.test")`` is "claim-a43-test"."""
    return f"{kind}-{re.sub(r'[^a-z0-9]+', '-', name.lower())}"


def chapters(root=ROOT):
    """The notebooks of the book, in order: list of Path."""
    return sorted((root / "chapters").glob("[0-9][0-9]_*.ipynb"))


def read(path):
    """A notebook as JSON gives it: dict. Sources are joined to one text each."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return notebook


def coverage(root=ROOT):
    """The rows of chapters/coverage.csv by id: dict of dict."""
    with open(root / "chapters" / "coverage.csv", encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def marked(text):
    """What the marks in a text name, in order: list of str. Words that name no row are given as they are."""
    return [word for names in _MARK.findall(text) for word in re.split(r"[\s,]+", names) if word]


def is_row(name):
    """Whether a mark's word has the form of a row, or of a row with a word."""
    return bool(_ROW.fullmatch(name))


def claims(source):
    """The calls of `claim` in the code of a cell: list of (id, statement, code that is checked, whether it compares).

    A name that the same cell sets once is replaced by what it is set to, so that the code speaks.
    """
    tree = ast.parse(re.sub(r"(?m)^(\s*)[%!].*$", r"\1pass", source))
    assigned = [node for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)]
    stores = Counter(n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
    found = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "claim"):
            continue
        measured = node.args[2]
        values = [a.value for a in assigned if a.targets[0].id == getattr(measured, "id", None)]
        if len(values) == 1 and stores[node.args[2].id] == 1:
            measured = values[0]
        names = {keyword.arg for keyword in node.keywords}
        compares = "lecture" in names or (None in names)  # **figure holds both
        found.append((node.args[0].value, node.args[1].value, ast.unparse(measured), compares))
    return found


_MYST_CODE = re.compile(r"(?ms)^```\{code-cell\}[^\n]*\n(?:^:[^\n]*\n)*(.*?)^```")


def places(root=ROOT):
    """All claims and marks of the book, the landing page first: list of Place.

    Raises
    ------
    SyntaxError
        A code cell is not Python.
    """
    landing = (root / "intro.md").read_text(encoding="utf-8") if (root / "intro.md").exists() else ""
    codes = [code for code in _MYST_CODE.findall(landing) if "claim(" in code]
    found = [Place(c[0], "intro", "", *c[1:]) for code in codes for c in claims(code)]
    for path in chapters(root):
        document = path.relative_to(root).with_suffix("").as_posix()
        for cell in read(path)["cells"]:
            if cell["cell_type"] == "markdown":
                found += [Place(name, document, cell["id"]) for name in marked(cell["source"])]
            elif "claim(" in cell["source"]:
                found += [Place(c[0], document, cell["id"], *c[1:]) for c in claims(cell["source"])]
    return found


def by_row(found):
    """Places by the row that they show: dict of lists, marks before claims."""
    rows = {}
    for place in sorted(found, key=lambda place: bool(place.statement)):
        rows.setdefault(place.row, []).append(place)
    return rows


def faults(found, rows):
    """What is wrong with the places of a book whose coverage list has `rows`: list of str, empty where all is right.

    A row without a place; a mark or a claim of a lecture that names no row; a mark that stands twice.
    """
    shown = by_row(found)
    wrong = [f"{row}: no claim and no mark shows it" for row in rows if row not in shown]
    for place in found:
        if place.row not in rows and not (place.statement and place.row.startswith("ch")):
            wrong.append(f"{place.document}, cell {place.cell}: {place.id!r} is no row of the coverage list")
    marks = [place.id for place in found if not place.statement]
    return wrong + [f"{name}: marked {marks.count(name)} times" for name in sorted(set(marks)) if marks.count(name) > 1]
