"""Where the parts of the book are, and what its chapters depend on besides their own code."""

from __future__ import annotations

import ast
import configparser
import hashlib
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


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
    def cache(self):
        """The executed pages, where jupyter-book looks for them."""
        return self.build / ".jupyter_cache"

    @property
    def site(self):
        """The folder of the built pages."""
        edition = self.build / "site" / "en"
        return edition if edition.exists() else self.build / "html"

    @property
    def slug(self):
        """The name of files that hold the whole book, made from its title."""
        title = re.search(r"^title: *(.+)$", (self.root / "_config.yml").read_text(encoding="utf-8"), re.M)[1]
        return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")

    @property
    def figures(self):
        """The file of what each page took when it last ran: seconds and memory."""
        return self.build / "execution.json"

    def pages(self):
        """The pages that hold code, in the order of the table of contents: list of pathlib.Path."""
        import yaml

        toc = yaml.safe_load((self.root / "_toc.yml").read_text(encoding="utf-8"))
        return [path for name in _names(toc) if (path := self._with_code(name))]

    def name(self, page):
        """How messages call a page: its path below the root, such as chapters/01_universal_approximation.ipynb."""
        return page.relative_to(self.root).as_posix()

    def _with_code(self, name):
        notebook = self.root / f"{name.removesuffix('.ipynb').removesuffix('.md')}.ipynb"
        if notebook.exists():
            return notebook
        text = notebook.with_suffix(".md")
        return text if text.exists() and "```{code-cell}" in text.read_text(encoding="utf-8") else None


def _names(entry):
    """The documents that an entry of the table of contents and all below it name, in order."""
    for key in ("root", "file"):
        if key in entry:
            yield entry[key]
    for key in ("parts", "chapters", "sections"):
        for below in entry.get(key, ()):
            yield from _names(below)


def read(page):
    """A page as a notebook, read as myst-nb reads it, so that the cache knows it again."""
    if page.suffix == ".ipynb":
        import nbformat

        return nbformat.read(page, as_version=4)
    from myst_nb.core.read import read_myst_markdown_notebook

    notebook = read_myst_markdown_notebook(page.read_text(encoding="utf-8"), add_source_map=True, path=page)
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id = f"number-{number}"  # in place of a random one, which says nothing in a report
    return notebook


def environment_key(book):
    """A hash of what all chapters depend on: Python, the pinned packages, lecture_utils, and the data in use.

    Comments and docstrings of lecture_utils do not count, its other files do: the style sheet and the recorded
    measurements decide what a chapter shows.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    key = hashlib.sha256(sys.version.encode())
    files = (p for p in (book.root / "lecture_utils").rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    for path in [*sorted(files), book.root / "requirements.txt"]:
        content = _code(path) if path.suffix == ".py" else path.read_bytes()
        key.update(f"\0{path.relative_to(book.root).as_posix()}\0".encode() + content)
    key.update(repr(data_in_use()).encode())
    return key.hexdigest()


def _code(path):
    """A module without its comments, docstrings and layout."""
    try:
        tree = ast.parse(path.read_bytes())
    except SyntaxError:  # the chapters will say so
        return path.read_bytes()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = getattr(node.body[0], "value", None)
            if isinstance(node.body[0], ast.Expr) and isinstance(getattr(first, "value", None), str):
                del node.body[0]
    return ast.dump(tree).encode()


def data_in_use():
    """What tells one set of digits from another, without the seconds of reading them.

    Follows the order in which `lecture_utils.data.digits` looks. An archive counts by its content, a folder by its
    place and by the times of its folders, which change when a file is added or removed.

    Returns
    -------
    tuple of str
        Begins with "named", "fastai", "download" or "bundled".
    """
    import platformdirs

    setting = os.environ.get("LECTURE_MNIST", "").strip()
    if setting == "bundled":
        return ("bundled",)
    if setting:
        return "named", _state(Path(setting).expanduser().absolute())
    home = Path(os.environ.get("FASTAI_HOME", "~/.fastai")).expanduser().absolute()
    settings = configparser.ConfigParser()
    try:
        settings.read(home / "config.ini", encoding="utf-8")
        folder = home / settings["DEFAULT"].get("data", "data") / "mnist_png"
    except (configparser.Error, UnicodeDecodeError, OSError):
        folder = home / "data" / "mnist_png"
    if folder.is_dir():
        return "fastai", _state(folder)
    kept = os.environ.get("LECTURE_CACHE") or platformdirs.user_cache_dir("lecture_utils", appauthor=False)
    downloaded = (Path(kept).expanduser().absolute() / "download" / "tensors.pt").is_file()
    return ("download",) if downloaded else ("bundled",)


def _state(path):
    try:
        if path.is_file():
            with path.open("rb") as archive:
                return hashlib.file_digest(archive, "sha256").hexdigest()
        folders = [path, *path.glob("*"), *path.glob("*/[0-9]")]
        return f"{path} {[folder.stat().st_mtime_ns for folder in sorted(folders)]}"
    except OSError:  # not there: the chapters will say so
        return f"{path} is not there"
