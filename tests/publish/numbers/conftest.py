"""A chapter that makes claims in every legal way, run once, and small books that hold it."""

import copy

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbclient import NotebookClient

from publish.numbers import pages
from publish.run.data import identity
from publish.run.store import Store

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="100"/>'
CELLS = [
    ("markdown", "# One\n\nFirst words. Is it so? 9 minutes to read · 1 second to run.", "title", []),
    ("markdown", "## First\n\nText.\n\n```\n<!-- shows: Z99 -->\n## No heading\n```\n", "text", []),
    ("code", "from lecture_utils.claims import claim\nx = 0.0139\nprint('Data: MNIST, 60,000 training')", "set-up", []),
    (
        "code",
        "# @title The loss\nclaim('A01', f'the loss is {\"small\"} & <fine>', x, below=0.03)",
        "loss",
        ["finding", "hide-input"],
    ),
    ("markdown", "## Second\n\n<!-- shows: A02 -->\n\nAn idea.", "idea", []),
    (
        "code",
        "claim(id='A01.keyword', statement='by keyword', measured=x, above=0, below=1)\n"
        "for i in (1, 2):\n    claim(f'ch01.loop-{i}', f'number {i}', i, expected=i + 0.5, within=1)\n"
        "def repeat(id, **bounds):\n    claim(id, statement='in a function', **bounds)\n"
        "repeat('ch01.function', measured=True)\n"
        "claim('ch01.mnist', 'on MNIST', 0.5, above=0.9, when=False)",
        "second-checks",
        ["checks", "hide-cell"],
    ),
    ("code", "claim('ch01.lost', 'it fails', 3, expected=1, within=0.5)", "lost", ["raises-exception"]),
    ("code", f"from IPython.display import SVG\nSVG({SVG!r})", "table", []),
    ("code", f"SVG({SVG.replace('100', '200')!r})", "curve", ["draw"]),
]
COVERAGE = (
    "id,source,kind,what the lecture shows,figure in the lecture,chapter\n"
    "A01,A,number,a number,0.014,one\nA02,A,idea,an idea,,one\nB01,B,idea,of chapter two,,two\n"
)
FIGURES = (
    "id,row,kind,figure,value,place,code,seed,within,why\nA01,A01,compared,,0.014,,,lecture,,A reason.\n"
    "A02.size,A02,setting,the size,0.0139,01:set-up,x = 0.0139,,,\nB01.date,B01,cited,a date,1989,02:start,,,,A date.\n"
    "ch01.loop-1,,compared,,,,,,1,One.\nch01.loop-2,,compared,,,,,,1,Two.\nch01.lost,,compared,,,,,,0.5,Three.\n"
)
PAPERS = (
    "id,source,figure,standing,claims,place,note\np,He (2015),a curve,smaller,A01,,A note.\n"
    "q,Ho (2016),a table,cited,,02:start,\n"
)
GALLERY = "chapter,question,picture\n02_two,How <many>?,\n"
SURPRISES = "id,sentence\nA01,Loss {:.1%} & small: {ch01.loop-2}.\nch01.mnist,Not {} here.\nch01.lost,Fails {}.\n"
TABLES = {"coverage": COVERAGE, "figures": FIGURES, "papers": PAPERS, "gallery": GALLERY, "surprises": SURPRISES}


def notebook(cells=CELLS):
    """A notebook of (kind, source, id, tags)."""
    kinds = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    made = [kinds[kind](source, id=id, metadata={"tags": tags} if tags else {}) for kind, source, id, tags in cells]
    made[-1].metadata["mystnb"] = {"image": {"alt": 'A "curve"'}}
    return nbformat.v4.new_notebook(cells=made)


@pytest.fixture(scope="session")
def ran_once():
    return NotebookClient(notebook(), timeout=120).execute()


@pytest.fixture
def ran(ran_once):
    """The chapter with its outputs, free to be changed."""
    return copy.deepcopy(ran_once)


@pytest.fixture
def book(book, ran):
    """A book of two chapters, the first of which has run, with the tables that are written by hand."""
    second = [("markdown", "# Two\n\n## Start\n\n<!-- shows: B01 -->", "title", []), ("code", "y = 1", "start", [])]
    for name, content in (("01_one", notebook()), ("02_two", notebook(second))):
        nbformat.write(content, book.root / "chapters" / f"{name}.ipynb")
    for name, content in TABLES.items():
        (book.root / "chapters" / f"{name}.csv").write_text(content)
    (book.root / "_config.yml").write_text("repository: {url: https://github.com/ada/nets, branch: main}\n")
    ran.metadata["took"] = {"seconds": 1}
    Store(book, identity()).keep(ran)
    return book


@pytest.fixture
def page(book):
    """``page("gallery")`` writes the parts of pages and gives one of them: bs4.BeautifulSoup."""

    def page_(name):
        pages.write(book)
        return BeautifulSoup((book.pages / f"{name}.md").read_text(encoding="utf-8"), "lxml")

    return page_
