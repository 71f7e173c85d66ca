"""Make slides of each chapter from its built page: `_build/slides/07_dropout.html`, for reveal.js, which comes along.

    python -m publish.output.slides

A section of the chapter is a stack of slides: right leads to the next section, down through this one. A slide ends
with what its cell shows. Checks, solutions and code that a page shows on demand stay out; a prediction stands alone on
its slide, and its answer opens with a press.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from publish.book import render
from publish.output import built, tell

_THEME = Path(__file__).resolve().parent.parent / "theme"
_LEFT_OUT = "button, input, noscript, .room, .said, .pst-js-only, .tag_checks, .tag_solution, details.hide"
_SECTIONS_LEFT_OUT = ("answers", "references")
#: Letters on a slide, about; more begin another one.
LENGTH = 700


def stacks(article):
    """The slides of a page: list of stacks, one for each section; a stack is a list of slides, a slide one of HTML.

    Parameters
    ----------
    article : bs4.Tag
        The article of a built page. It is changed.
    """
    for element in article.select("form.question"):
        element.name, element.attrs = "div", {"class": element["class"]}
    top = article.find("section")
    parts = [part for part in top.find_all("section", recursive=False) if part.get("id") not in _SECTIONS_LEFT_OUT]
    blocks = [child for child in top.find_all(recursive=False) if child.name != "section"]
    found = [_slides(blocks), *(_slides(_flat(part)) for part in parts)]
    return [stack for stack in found if stack]


def _flat(section):
    """The blocks of a section; those of the sections in it follow."""
    for child in section.find_all(recursive=False):
        if child.name == "section":
            yield from _flat(child)
        else:
            yield child


def _slides(blocks):
    found, length = [[]], 0
    for block in blocks:
        kind, text = block.get("class", []), block.get_text().strip()
        if not text and not block.find(["img", "svg", "video"]):
            continue
        alone = "question" in kind
        if "tag_answer" in kind and len(found) > 1:  # below what was measured
            found[-1 if found[-1] else -2].append(block)
            continue
        begins = block.name in ("h2", "h3") or alone or length + len(text) > LENGTH
        if begins and found[-1] and not (len(found[-1]) == 1 and found[-1][0].name in ("h2", "h3")):
            found.append([])
            length = 0
        found[-1].append(block)
        length += len(text)
        if alone or "cell" in kind:
            found.append([])
            length = 0
    return ["".join(map(str, slide)) for slide in found if slide]


def make_slides(book):
    """Write the slides of all chapters of a book. Returns their folder.

    Raises
    ------
    NotMade
        A page has not been built.
    """
    target = book.build / "slides"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(_THEME / "slides", target / "assets")
    shutil.copytree(_THEME / "assets" / "katex", target / "assets" / "katex")
    names = [book.name(path).removesuffix(".ipynb") for path in book.chapters()]
    for name in names:
        article = built.article(book, name)
        for element in article.select(_LEFT_OUT):
            element.decompose()
        _rewrite(article, book, name, {f"{other}.html" for other in names}, target)
        html = render(
            "slides.html",
            language=book.config["sphinx"]["config"].get("language", "en"),
            title=f"{article.h1.get_text().strip()} · {book.title}",
            colours=built.CODE,
            stacks=stacks(article),
        )
        (target / f"{Path(name).name}.html").write_text(html, encoding="utf-8")
    return target


def _rewrite(article, book, name, slides, target):
    """Bring the pictures along, and let links lead to other slides or out; the address of a slide is not an anchor."""
    for element in article.find_all(id=True):
        if element.name != "section":  # sections go by theirs, and are no part of the slides
            del element["id"]

    def link(file, _):
        return Path(file).name if file in slides and file != f"{name}.html" else None

    def picture(file):
        shutil.copy(file, target / "assets" / file.name)
        return f"assets/{file.name}"

    built.redirect(article, book, name, link, picture)


if __name__ == "__main__":
    sys.exit(tell("The slides", make_slides))
