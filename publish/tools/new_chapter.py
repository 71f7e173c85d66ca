"""Start a chapter: a notebook with the frame of all chapters that runs and passes the tests as it is.

python -m publish.tools.new_chapter attention "Attention"              # behind the last chapter
python -m publish.tools.new_chapter attention "Attention" --after 07   # behind chapter 7
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import nbformat

from publish.book import Book, read
from publish.tools import address
from publish.whole import update

TEMPLATE = Path(__file__).with_name("chapter.ipynb")


def chapter_of(book, name):
    """The notebook that a maintainer means by "07", "7", "dropout" or "07_dropout".

    Raises
    ------
    ValueError
        None of the contents has that number or name.
    """
    wanted = Path(name).stem
    for path in book.chapters():
        number, _, rest = path.stem.partition("_")
        if wanted in (path.stem, rest, number, number.lstrip("0")):
            return path
    raise ValueError(f"name: expected a chapter of the contents, like 07 or 07_dropout, got {name!r}")


def line_of(stem):
    """A regular expression for the line of a chapter in _toc.yml."""
    return re.compile(rf"(?m)^( *- file: *)chapters/{re.escape(stem)}(\.ipynb)? *\n")


def new_chapter(book, name, title, after=None):
    """Write the notebook and its line in the contents.

    Parameters
    ----------
    book : publish.book.Book
    name : str
        Small letters, digits and underscores; the file is called by the next free number and this name.
    title : str
        The heading of the chapter.
    after : str, optional
        The chapter before it in the contents, see `chapter_of`; the last one if not given.

    Returns
    -------
    pathlib.Path
        The notebook.

    Raises
    ------
    ValueError
        An argument is not as described, or there is a chapter of that name.
    """
    folder, contents = book.root / "chapters", book.root / "_toc.yml"
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        raise ValueError(f"name: expected small letters, digits and underscores, like attention, got {name!r}")
    if not title.strip():
        raise ValueError(f"title: expected the heading of the chapter, got {title!r}")
    if known := [path.name for path in folder.glob(f"*_{name}.ipynb")]:
        raise ValueError(f"name: there is already {known[0]}")
    before = chapter_of(book, after) if after else book.chapters()[-1]
    number = 1 + max(int(path.stem[:2]) for path in folder.glob("[0-9][0-9]_*.ipynb"))
    path = folder / f"{number:02}_{name}.ipynb"
    line = line_of(before.stem)
    text, count = line.subn(rf"\g<0>\1chapters/{path.stem}\n", contents.read_text(encoding="utf-8"), count=1)
    if not count:
        raise ValueError(f"_toc.yml: no line '- file: chapters/{before.stem}' to put the new one behind")

    notebook = read(TEMPLATE)
    for cell in notebook.cells:
        for place, words in (("{title}", title.strip()), ("{number}", str(number)), ("{nn}", f"{number:02}")):
            cell.source = cell.source.replace(place, words)
        if cell.id == "setup-colab":
            cell.source = address.read(book.root).setup
    update(path, nbformat.writes(notebook) + "\n")
    update(contents, text)
    return path


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m publish.tools.new_chapter", description=__doc__.splitlines()[0])
    parser.add_argument("name", help="small letters, digits, underscores: attention")
    parser.add_argument("title", help="the heading: 'Attention'")
    parser.add_argument("--after", help="the chapter before it, like 07; the last one if not given")
    try:
        path = new_chapter(Book(), **vars(parser.parse_args(arguments)))
    except ValueError as error:
        parser.error(str(error))
    print(f"chapters/{path.name} is there and in _toc.yml. CONTRIBUTING.md, 'Add a chapter', says what comes next.")


if __name__ == "__main__":
    main()
