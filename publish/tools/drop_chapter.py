"""Take a chapter out of the book: its notebook, its exercises, its line in the contents, and links that lead to it.

    python -m publish.tools.drop_chapter 04

Where prose names the chapter, the words stay without the link, and the command lists them: they want a look.
"""

from __future__ import annotations

import argparse
import json
import re
import sys

from publish.book import Book
from publish.tools.new_chapter import chapter_of
from publish.whole import whole

# The last line of an entry of the glossary: the places that the entry leads to.
_LINK = r"\[[^\]]+\]\([^)]*\)"
_PLACES = re.compile(rf"  {_LINK}(, {_LINK})*\n")


def _write(path, text):
    with whole(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8")


def without_links(text, stem):
    """Markdown without its links to a chapter, and the words that they had.

    A row of a table that leads to the chapter and an entry of the glossary that leads nowhere else go with it.

    Examples
    --------
    >>> without_links("as in [chapter 4](04_gpu.ipynb#the-roofline).", "04_gpu")
    ('as in chapter 4.', ['chapter 4'])
    >>> without_links("| seconds | [4](04_gpu.ipynb) |\\n| input | [1](01_x.ipynb) |\\n", "04_gpu")
    ('| input | [1](01_x.ipynb) |\\n', [])
    """
    link = rf"\[([^\]]+)\]\((?:\.\./)?(?:chapters/)?{re.escape(stem)}\.ipynb[^)]*\)"
    kept, entry_dropped = [], False
    for line in text.splitlines(keepends=True):
        if entry_dropped and not line.strip():  # the empty line behind an entry
            entry_dropped = False
            continue
        entry_dropped = False
        if line.startswith("|") and re.search(link, line):
            continue
        places = _PLACES.fullmatch(line) and re.findall(_LINK, line)
        if places and not (left := [place for place in places if not re.fullmatch(link, place)]):
            while kept[-1].startswith(" ") or not kept[-1].strip():
                kept.pop()
            while kept[-1].strip() and not kept[-1].startswith("```"):
                kept.pop()  # its terms
            entry_dropped = True
        else:
            kept.append(f"  {', '.join(left)}\n" if places else line)
    text = "".join(kept)
    return re.sub(link, r"\1", text), re.findall(link, text)


def drop_chapter(name, book=None):
    """Remove a chapter from a book.

    Parameters
    ----------
    name : str
        "04", "cpu_vs_gpu" or "04_cpu_vs_gpu".
    book : publish.book.Book, optional

    Returns
    -------
    list of str
        What a reader of the sources should look at: a line for each link that lost its target.

    Raises
    ------
    ValueError
        No chapter of the contents is called so.
    """
    book = book or Book()
    path = chapter_of(book, name)
    found = []
    for page in [*sorted(book.root.glob("*.md")), *sorted((book.root / "chapters").glob("*.md"))]:
        text, words = without_links(page.read_text(encoding="utf-8"), path.stem)
        found += [f"{book.name(page)}: '{word}' leads nowhere now" for word in words]
        if text != page.read_text(encoding="utf-8"):
            _write(page, text)
    for page in (book.root / "chapters").glob("*.ipynb"):
        notebook = json.loads(page.read_text(encoding="utf-8"))
        changed = False
        for cell in notebook["cells"] if page != path else ():
            text, words = without_links("".join(cell["source"]), path.stem)
            if words and cell["cell_type"] == "markdown":
                cell["source"], changed = text.splitlines(keepends=True), True
                found += [f"{book.name(page)}, {cell.get('id')}: '{word}' leads nowhere now" for word in words]
        if changed:
            _write(page, json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")
    contents = book.root / "_toc.yml"
    line = rf"(?m)^ *- file: *chapters/{re.escape(path.stem)}(\.ipynb)? *\n"
    _write(contents, re.sub(line, "", contents.read_text(encoding="utf-8")))
    path.unlink()
    (book.root / "lecture_utils" / "exercises" / f"ch{path.stem[:2]}.py").unlink(missing_ok=True)
    return found


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m publish.tools.drop_chapter", description=__doc__.splitlines()[0])
    parser.add_argument("name", help="the chapter: 04, or 04_cpu_vs_gpu")
    given = parser.parse_args(arguments)
    try:
        found = drop_chapter(given.name)
    except ValueError as error:
        parser.error(str(error))
    print("\n".join([*found, "The chapter is gone. CONTRIBUTING.md, 'Drop a chapter', says what to look at."]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
