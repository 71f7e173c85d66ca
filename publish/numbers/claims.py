"""What a chapter claims and what it shows, and where.

What a claim says and what it measured comes from the record that it left when the chapter ran. What is shown in words
or in a picture, with no claim of its own, is marked in a Markdown cell by a comment on a line of its own, which readers
do not see:

    <!-- shows: B05 -->
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lecture_utils.claims import records
from publish.book import read as read_notebook
from publish.run.data import identity
from publish.run.store import Store, show

#: The comments that mark what a text shows. The whole line is matched.
MARK = re.compile(r"(?m)^[ \t]*<!--\s*shows:\s*([^>]*?)\s*-->[ \t]*$")
_HEADING_OR_MARK = re.compile(rf"(?m)^(#+) +(.*\S)|{MARK.pattern[4:]}")
_FENCED = re.compile(r"(?ms)^ *(```+|~~~+|:::+).*?^ *\1 *$")


@dataclass(frozen=True)
class Place:
    """A claim or a mark in a chapter.

    Attributes
    ----------
    id : str
        The claim's id, or what the mark names: "A43", "A43.test", "ch02.baseline".
    cell, section : str
        The id of the cell, and the title of the section it stands in.
    kind : str
        "mark", or the tag of the claim's cell: "finding", "checks" or "".
    record : dict or None
        What the claim left when it ran (`lecture_utils.claims.records`); None for a mark.
    """

    id: str
    cell: str
    section: str
    kind: str
    record: dict | None = None

    @property
    def row(self):
        """The row of the coverage list: "A43"; for a claim of the book's own, the chapter: "ch02"."""
        return self.id.partition(".")[0]

    @property
    def anchor(self):
        """The id of the place on the page of its chapter."""
        return anchor("shows" if self.kind == "mark" else "claim", self.id)


@dataclass(frozen=True)
class Chapter:
    """What the pages of numbers need of a chapter.

    Attributes
    ----------
    document : str
        Its name for Sphinx: "chapters/05_sgd_and_batches".
    number : int
        Its number in this book.
    title : str
    places : list of Place
        In the order in which they stand.
    code : dict
        The source of each code cell by its id.
    notebook : nbformat.NotebookNode
    """

    document: str
    number: int
    title: str
    places: list
    code: dict
    notebook: dict

    @property
    def stem(self):
        """The name of its file: "05_sgd_and_batches"."""
        return self.document.rpartition("/")[2]

    @property
    def file(self):
        """The two digits that its file begins with, by which tables call it: "05"."""
        return self.stem[:2]

    @property
    def group(self):
        """By what a reader filters a table: "5 SGD and batches"."""
        return f"{self.number} {self.title}"

    def address(self, anchor):
        """The address of a place as pages in the same folder write it."""
        return f"{self.stem}.html#{anchor}"


def anchor(kind, name):
    """An id for a page: ``anchor("claim", "A43.test")`` is "claim-a43-test"."""
    return f"{kind}-{re.sub(r'[^a-z0-9]+', '-', name.lower())}"


def marked(names):
    """What a mark names: list of str. Words that have not the form of a row are given too, so that they are found."""
    return re.findall(r"[^\s,]+", names)


def read(notebook, document, number):
    """What the pages of numbers need of an executed notebook: Chapter."""
    title = section = ""
    places, code = [], {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            for marks, heading, names in _HEADING_OR_MARK.findall(_FENCED.sub("", cell["source"])):
                section = re.sub(r"[*`]", "", heading) or section
                title = section if marks == "#" else title
                places += [Place(name, cell["id"], section, "mark") for name in marked(names)]
        elif cell["cell_type"] == "code":
            code[cell["id"]] = cell["source"]
            kind = next((tag for tag in cell["metadata"].get("tags", []) if tag in ("finding", "checks")), "")
            left = records({"cells": [cell]})
            places += [Place(record["id"], cell["id"], section, kind, record) for record in left]
    return Chapter(document, number, title, places, code, notebook)


def chapters(book):
    """The chapters of a book in order, with what they left when they ran last: list of Chapter."""
    store, found = Store(book, identity()), []
    for number, path in enumerate(book.chapters(), 1):
        source = read_notebook(path)
        found.append(read(show(source, store.find(source)), book.name(path).removesuffix(".ipynb"), number))
    return found
