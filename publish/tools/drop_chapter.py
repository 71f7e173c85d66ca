"""Take a chapter out of the book: its files, what tables and lists hold for it alone, and links that lead to it.

    python -m publish.tools.drop_chapter 04

Where prose names the chapter, the words stay without the link, and the command lists them: they want a look.
"""

from __future__ import annotations

import argparse
import re

import nbformat

from publish.book import Book, read
from publish.tools import references
from publish.tools.new_chapter import chapter_of, line_of
from publish.whole import update

# An entry of the glossary: its terms, what stands below them, and last the places that it leads to.
_LINK = r"\[[^\]]+\]\([^)]*\)"
_ENTRY = re.compile(rf"(?m)(?:^[^\s`#].*\n)+(?:^  .*\n|^\n(?=  ))+^  ({_LINK}(?:, {_LINK})*)\n\n?")


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

    def entry(match):
        left = re.sub(rf"{link}(, )?", "", match[1]).removesuffix(", ")
        return match[0].replace(match[1], left) if left else ""

    text = _ENTRY.sub(entry, re.sub(rf"(?m)^\|.*{link}.*\n", "", text))
    return re.sub(link, r"\1", text), re.findall(link, text)


def drop_chapter(book, name):
    """Remove a chapter from a book.

    Parameters
    ----------
    book : publish.book.Book
    name : str
        "04", "cpu_vs_gpu" or "04_cpu_vs_gpu".

    Returns
    -------
    list of str
        What a reader of the sources should look at: a line for each link that lost its target.

    Raises
    ------
    ValueError
        No chapter of the contents is called so.
    """
    gone = chapter_of(book, name)
    found = []
    for page in [*sorted(book.root.glob("*.md")), *sorted((book.root / "chapters").glob("*.md"))]:
        text, words = without_links(page.read_text(encoding="utf-8"), gone.stem)
        update(page, text)
        found += [f"{book.name(page)}: '{word}' leads nowhere now" for word in words]
    for page in sorted({*(book.root / "chapters").glob("*.ipynb")} - {gone}):
        if gone.name not in page.read_text(encoding="utf-8"):
            continue
        notebook = read(page)
        for cell in (cell for cell in notebook.cells if cell.cell_type == "markdown"):
            cell.source, words = without_links(cell.source, gone.stem)
            found += [f"{book.name(page)}, {cell.id}: '{word}' leads nowhere now" for word in words]
        update(page, nbformat.writes(notebook) + "\n")
    _take_out(book.root / "_toc.yml", line_of(gone.stem))
    _take_out(book.root / "chapters" / "timings.csv", rf"(?m)^{gone.stem[:2]},.*\n")
    for paper in _cited(gone).difference(*map(_cited, book.chapters())):
        _take_out(book.root / "references.bib", rf"(?ms)^@\w+{{{re.escape(paper.key)},.*?^}}\n+")
    gone.unlink()
    (book.root / "lecture_utils" / "exercises" / f"ch{gone.stem[:2]}.py").unlink(missing_ok=True)
    return found


def _take_out(file, pattern):
    update(file, re.sub(pattern, "", file.read_text(encoding="utf-8")))


def _cited(chapter):
    return {paper for *_, paper in references.cited(references.prose(read(chapter)))}


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m publish.tools.drop_chapter", description=__doc__.splitlines()[0])
    parser.add_argument("name", help="the chapter: 04, or 04_cpu_vs_gpu")
    try:
        found = drop_chapter(Book(), parser.parse_args(arguments).name)
    except ValueError as error:
        parser.error(str(error))
    print("\n".join([*found, "The chapter is gone. CONTRIBUTING.md, 'Drop a chapter', says what to look at."]))


if __name__ == "__main__":
    main()
