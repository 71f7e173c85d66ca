"""What a chapter claims and what it shows, and where.

What a claim says and what it measured comes from the record that it left when the chapter ran. The source tells only
where it stands; of a chapter that has not run, it is all there is. What is shown in words or in a picture, with no
claim of its own, is marked in a Markdown cell by a comment on a line of its own, which readers do not see:

    <!-- shows: B05 -->
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from IPython.core.inputtransformer2 import TransformerManager

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
        What the claim left when it ran (`lecture_utils.claims.records`).
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
    ran : bool
        Whether it was executed.
    places : list of Place
        In the order in which they stand.
    code : dict
        The source of each code cell by its id.
    notebook : nbformat.NotebookNode
    """

    document: str
    number: int
    title: str
    ran: bool
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


def claimed(source):
    """The ids of claims that can be read in the code of a cell without running it: list of str, in order.

    Examples
    --------
    >>> claimed("%matplotlib inline\\nclaim('A01', 'a', 1)\\nfor i in x:\\n    claim(statement='b', id='A02', **y)")
    ['A01', 'A02']
    """
    if "claim" not in source:
        return []
    nodes = ast.walk(ast.parse(TransformerManager().transform_cell(source)))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    calls = [call for call in calls if getattr(call.func, "id", getattr(call.func, "attr", "")) == "claim"]
    found = []
    for call in sorted(calls, key=lambda call: call.lineno):
        values = call.args[:1] + [keyword.value for keyword in call.keywords if keyword.arg == "id"]
        found += [value.value for value in values if isinstance(value, ast.Constant)]
    return found


def read(notebook, document, number):
    """What the pages of numbers need of a notebook, executed or not: Chapter.

    Raises
    ------
    SyntaxError
        A cell is not Python; the message names it.
    """
    kept = records(notebook)
    told = {record["id"] for record in kept}
    title = section = ""
    places, code, ran = [], {}, False
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            for marks, heading, names in _HEADING_OR_MARK.findall(_FENCED.sub("", cell["source"])):
                section = re.sub(r"[*`]", "", heading) or section
                title = section if marks == "#" else title
                places += [Place(name, cell["id"], section, "mark") for name in marked(names)]
        elif cell["cell_type"] == "code":
            code[cell["id"]] = cell["source"]
            ran = ran or bool(cell["outputs"])
            kind = next((tag for tag in cell["metadata"].get("tags", []) if tag in ("finding", "checks")), "")
            found = [(record["id"], record) for record in kept if record["cell"] == cell["id"]]
            try:
                found += [(id_, None) for id_ in claimed(cell["source"]) if id_ not in told]
            except SyntaxError as error:
                raise SyntaxError(f"{document}, cell {cell['id']}: {error}") from error
            places += [Place(id_, cell["id"], section, kind, record) for id_, record in found]
    return Chapter(document, number, title, ran, places, code, notebook)


def chapters(book):
    """The chapters of a book in order, with what they left when they ran last: list of Chapter."""
    store, found = Store(book, identity()), []
    for number, path in enumerate(book.chapters(), 1):
        source = read_notebook(path)
        found.append(read(show(source, store.find(source)), book.name(path).removesuffix(".ipynb"), number))
    return found
