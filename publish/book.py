"""Where the parts of the book are, and what its chapters depend on besides their own code."""

from __future__ import annotations

import ast
import csv
import hashlib
import re
import sys
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import jinja2
import nbformat
import yaml
from sphinx_external_toc.parsing import parse_toc_yaml

ROOT = Path(__file__).resolve().parent.parent
# What of lecture_utils decides what a chapter shows. Editors leave other files there.
_CODE = (".py", ".mplstyle", ".json")


@dataclass(frozen=True)
class Book:
    """A checkout of the book.

    Attributes
    ----------
    root : pathlib.Path
        The folder that holds `_toc.yml`.
    """

    root: Path = ROOT

    @property
    def build(self):
        """The folder of all that is made."""
        return self.root / "_build"

    @property
    def pages(self):
        """The folder of the texts and tables that are made from executed chapters; pages include them."""
        return self.build / "pages"

    @property
    def html(self):
        """The folder of the pages as Sphinx built them."""
        return self.build / "html"

    @property
    def site(self):
        """The folder of the built pages, ready for a host."""
        return self.build / "site"

    @cached_property
    def config(self):
        """The content of `_config.yml`: dict; author and repository, which a book may leave out, are empty then."""
        found = yaml.safe_load((self.root / "_config.yml").read_text(encoding="utf-8"))
        return {"author": "", "repository": {"url": "", "branch": ""}} | found

    @property
    def title(self):
        return self.config["title"]

    @property
    def slug(self):
        """The name of files that hold the whole book, made from its title."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")

    def documents(self):
        """The pages in the order of the contents: list of (caption of their part or "", name without suffix)."""
        contents = parse_toc_yaml(self.root / "_toc.yml")

        def below(caption, name):
            yield caption, re.sub(r"\.(ipynb|md)$", "", name)
            for tree in contents[name].subtrees:
                for item in (item for item in tree.items if isinstance(item, str)):  # not addresses of other sites
                    yield from below(tree.caption or caption, str(item))

        return list(below("", contents.root.docname))

    def chapters(self):
        """The notebooks of the book, in the order of the contents: list of pathlib.Path."""
        paths = (self.root / f"{name}.ipynb" for _, name in self.documents())
        return [path for path in paths if path.exists()]

    def name(self, path):
        """How messages and links call a file: its path below the root, such as chapters/05_sgd_and_batches.ipynb."""
        return path.relative_to(self.root).as_posix()


def render(template, **values):
    """What a template of publish/theme/templates makes of some values: str, HTML."""
    loader = jinja2.FileSystemLoader(ROOT / "publish" / "theme" / "templates")
    return jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True).get_template(template).render(values)


def rows(path):
    """The rows of a table in a CSV file: list of dict of str; empty where there is no file."""
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines())) if path.exists() else []


def read(path):
    """A notebook: nbformat.NotebookNode. Cells without an id, as old editors leave them, get one: "cell-3".

    Raises
    ------
    ValueError
        The file is no notebook; the message names it.
    """
    try:
        return parse(path.read_text(encoding="utf-8"))
    except Exception as error:  # of JSON, of its schema, of the encoding
        raise ValueError(f"{path.name} is no notebook: {str(error).splitlines()[0]}") from error


def parse(text):
    """The notebook in a text; see `read`."""
    notebook = nbformat.reads(text, as_version=4)
    for number, cell in enumerate(notebook.cells):
        cell.setdefault("id", f"cell-{number}")
    notebook.nbformat_minor = max(5, notebook.nbformat_minor)
    return notebook


def code_cells(notebook):
    """The code cells of a notebook, in order: list."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def code_of(notebook):
    """What tells one version of a chapter's code from another: str, 16 hexadecimal digits. Prose does not count."""
    cells = [(cell.source, "raises-exception" in cell.metadata.get("tags", [])) for cell in code_cells(notebook)]
    return hashlib.sha256(repr(cells).encode()).hexdigest()[:16]


def environment_key(book, data):
    """A hash of what all chapters depend on: Python, the pinned packages, the code of lecture_utils, and the data.

    Comments and docstrings do not count, nor does what one chapter alone depends on (`own_files`).

    Parameters
    ----------
    book : Book
    data : str
        What `lecture_utils.data.identity` says of the digits in use.

    Returns
    -------
    str
        12 hexadecimal digits.
    """
    key = hashlib.sha256(f"{sys.version}\0{data}".encode())
    package = book.root / "lecture_utils"
    files = {path for path in package.rglob("*") if path.suffix in _CODE and not path.name.startswith(".")}
    for path in [*sorted(files - set(_owned(book))), book.root / "requirements.txt"]:
        key.update(_content(book, path))
    return key.hexdigest()[:12]


def own_files(book, notebook):
    """A hash of what this chapter alone takes from lecture_utils: its exercises, the settings of its moving figures.

    Empty where it takes nothing, else 8 hexadecimal digits.
    """
    code = "\n".join(cell.source for cell in code_cells(notebook))
    contents = [_content(book, path) for path, word in sorted(_owned(book).items()) if word in code]
    return hashlib.sha256(b"".join(contents)).hexdigest()[:8] if contents else ""


def _owned(book):
    """The files that belong to single chapters, and what then stands in the chapter's code."""
    package = book.root / "lecture_utils"
    exercises = {path: f'"{int(path.stem[2:])}.' for path in (package / "exercises").glob("ch[0-9][0-9].py")}
    return exercises | {path: f'"{path.stem}"' for path in (package / "moving").glob("*.json")}


def _content(book, path):
    content = path.read_bytes()
    content = _without_words(content) if path.suffix == ".py" else content
    return f"\0{book.name(path)}\0".encode() + content


@cache  # a build asks for each chapter
def _without_words(module):
    """A module without its comments, docstrings and layout."""
    try:
        tree = ast.parse(module)
    except SyntaxError:  # the chapters will say so
        return module
    for node in ast.walk(tree):
        may_have_one = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if may_have_one and ast.get_docstring(node):
            del node.body[0]
    return ast.dump(tree).encode()
