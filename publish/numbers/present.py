"""Prepare a chapter for its page: claims as lines with addresses, marks as anchors, cells that open on demand.

The notebook itself says only what a cell is, by its tags: finding, checks, draw, machinery, solution.
What that means on a page is
settled here. Other readers of the notebook (Jupyter, Colab) see the plain lines that claims print.
"""

from __future__ import annotations

import re
from html import escape

from lecture_utils.claims import KEY
from publish.book import Book
from publish.numbers import lists
from publish.numbers.claims import MARK, anchor, marked
from publish.numbers.html import against, link

#: What a reader sees, for another language.
WORDS = {
    "finding": ("Show the check", "Hide the check"),
    "machinery": ("Show the code that this rests on", "Hide the code that this rests on"),
    "draw": ("Show the code that draws this", "Hide the code that draws this"),
    "solution": ("Show the answer's code", "Hide the answer's code"),
    "checks": ("Checks of this section", "Hide the checks of this section"),
    "held": ("1 check of this section held", "{} checks of this section held"),
    "failed": ("1 check of this section failed", "{} checks of this section failed"),
    "unclaimed": ("1 is not claimed on these data", "{} are not claimed on these data"),
    "not claimed": "not claimed on these data",
}
#: What a page hides of a cell with such a tag, until a reader asks for it. The first tag that a cell has counts.
HIDDEN = {
    "solution": "hide-cell",
    "checks": "hide-cell",
    "finding": "hide-input",
    "machinery": "hide-input",
    "draw": "hide-input",
}
_TITLE = re.compile(r"\A#\s*@title\b.*\n*")


def present(notebook, book=None):
    """Prepare a notebook for myst-nb, in place.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        A chapter, with its outputs where it has run.
    book : publish.book.Book, optional

    Returns
    -------
    nbformat.NotebookNode
        The same notebook.
    """
    book = book or Book()
    tables, pages = lists.read(book.root), [name for _, name in book.documents()]
    linked = {row["place"].partition(":")[2] for row in [*tables["figures"], *tables["papers"]]}
    # The page lies in the folder of the chapters.
    return prepare(notebook, "reproduction.html" if "chapters/reproduction" in pages else "", linked)


def prepare(notebook, report, linked):
    """The work of `present` on plain data.

    Parameters
    ----------
    notebook : dict
    report : str
        The address of the page that lists all claims; "" where the book has none.
    linked : set of str
        The ids of cells that get an address of their own, such as "cell-full-run".
    """
    cells, named = [], set()
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = MARK.sub(_anchors, cell["source"])
        elif cell["cell_type"] == "code":
            if cell.get("id") in linked:
                cells.append(_place(notebook, anchor("cell", cell["id"])))
            cell["source"] = _TITLE.sub("", cell["source"])
            claims = [output for output in cell["outputs"] if KEY in output.get("metadata", {})]
            for output in claims:
                output["data"]["text/html"] = line(output["metadata"][KEY], report, named)
            _fold(cell, [output["metadata"][KEY] for output in claims])
        cells.append(cell)
    notebook["cells"] = cells
    return notebook


def line(record, report="", named=None):
    """The line of a claim on the page of its chapter: str, HTML.

    Parameters
    ----------
    record : dict
        As `lecture_utils.claims.records` gives it.
    report : str
        The address of the page that lists all claims.
    named : set of str, optional
        The addresses that the page has already: a claim that is made twice gets one for the first time only.
    """
    named = set() if named is None else named
    address = anchor("claim", record["id"])
    id_ = "" if address in named else f' id="{address}"'
    named.add(address)
    mark = {True: "✓", False: "✗", None: "–"}[record["holds"]]
    figures = WORDS["not claimed"] if record["holds"] is None else against(record)
    figures = f' <span class="claim-number">{escape(figures)}</span>' if figures else ""
    more = link(report and f"{report}#{anchor('number', record['id'])}", record["id"])
    return (
        f'<p class="claim"{id_}><span class="claim-mark">{mark}</span> {escape(record["statement"])}{figures} '
        f'<span class="claim-id">{more}</span></p>'
    )


def _anchors(match):
    names = marked(match[1])
    # A block of its own to Markdown, and nothing to see.
    return "".join(f'\n<div id="{anchor("shows", name)}"></div>\n' for name in names)


def _place(notebook, address):
    cell = {"cell_type": "markdown", "id": address, "metadata": {}, "source": f'<div id="{address}"></div>'}
    return type(notebook)(cell)


def _fold(cell, records):
    """Turn the tag that says what a cell is into the tag and the words by which a page hides it."""
    tags = cell["metadata"].get("tags", [])
    kind = next((kind for kind in HIDDEN if kind in tags), None)
    if kind is None:
        return
    show, hide = WORDS[kind]
    if kind == "checks" and records:
        show = _counted(records)
    cell["metadata"]["tags"] = [*(tag for tag in tags if not tag.startswith("hide-")), HIDDEN[kind]]
    cell["metadata"].setdefault("mystnb", {}).update(code_prompt_show=show, code_prompt_hide=hide)


def _counted(records):
    """What a closed cell of checks says: '6 checks of this section held, 1 is not claimed on these data'."""
    results = [record["holds"] for record in records]
    counts = {"held": results.count(True), "failed": results.count(False), "unclaimed": results.count(None)}
    if not counts["held"] and not counts["failed"]:
        return f"{WORDS['checks'][0]}: {WORDS['not claimed']}"
    said = (WORDS[name][count > 1].format(count) for name, count in counts.items() if count)
    return ", ".join(said)
