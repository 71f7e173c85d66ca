"""Put all pages of the book into one page for paper: nothing to press, links inside, every id once.

Sphinx's own `singlehtml` would do half of it. But each chapter has a section "Exercises", and it gives all of these one
id; it also renders the whole book a second time.
"""

from __future__ import annotations

import copy
import re
from pathlib import Path

from publish.book import render
from publish.output import built

_ASSETS = Path(__file__).resolve().parent.parent / "theme" / "assets"
# The site's own sheet lays pages out for screens; the paper has one of its own, and formulas and code get theirs.
_SHEETS = (_ASSETS / "katex" / "katex.min.css", _ASSETS / "print" / "print.css")
#: The heading of the last pages, for another language.
ANSWERS = "Answers to the predictions"


def assemble(book):
    """One page of HTML from all built pages of a book.

    Returns
    -------
    str
        The page. Its pictures and style sheets are named by file addresses. In its table of contents, each
        `<b data-page="TARGET">000</b>` waits for the number of the page on which that target stands.

    Raises
    ------
    NotMade
        A page of the table of contents has not been built.
    """
    documents = book.documents()
    known = {name for _, name in documents}
    contents, chapters, answers, part = [], [], [], ""
    for number, (caption, name) in enumerate(documents):
        article = built.article(book, name)
        said = _take_answers(article)
        _for_paper(article)
        _rewrite(article, book, name, known)
        heading = article.h1.get_text().strip()
        if said:
            questions = {one["data-question"]: one for one in article.find_all(attrs={"data-question": True})}
            answers.append((heading, [_answered(questions[name], spoken) for name, spoken in said]))
        opens = caption if caption != part else ""
        part = caption or part
        contents += [(0, caption, f"part-{number}")] if opens else []
        contents.append((1, heading, _target(name)))
        contents += [(2, h2.get_text().strip(), h2.find_parent("section")["id"]) for h2 in article.find_all("h2")]
        if caption:  # chapters stand one level below the parts
            for one in article.find_all(re.compile(r"^h[1-5]$")):
                one.name = f"h{int(one.name[1]) + 1}"
        chapters.append((number, _target(name), heading, opens, article.decode_contents()))
    return render(
        "paper.html",
        title=book.title,
        sheets=[sheet.as_uri() for sheet in _SHEETS],
        colours=built.CODE,
        lines=[book.config["author"], book.config["repository"]["url"]],
        contents=contents + ([(1, ANSWERS, "answers")] if answers else []),
        chapters=chapters,
        answers_title=ANSWERS,
        answers=answers,
    )


def _take_answers(article):
    """Take the answers to predictions out of a page: list of (name of the prediction, answer)."""
    answers = article.find_all(class_="answer")
    found = [(answer["data-answers"], answer["data-spoken"]) for answer in answers]
    for cell in [answer.find_parent(class_="cell") for answer in answers]:
        cell.decompose()
    return found


def _answered(form, spoken):
    """A prediction of a page: the id of its question, the question as HTML, and its answer."""
    question = copy.copy(form.legend)
    question.strong.extract()  # "Predict."
    return form["id"], question.decode_contents().strip(), spoken


def _for_paper(article):
    """Remove what belongs to a screen.

    Code that a page shows on demand stays out, and of a section's checks their one line stays. Answers are open: they
    stand at the end of their chapter.
    """
    for element in article.find_all("form", class_="question"):  # a question is to be read, and answered with a pen
        element.name = "div"
    for element in article.find_all(["button", "input", "form"]):
        element.decompose()
    for element in article.find_all("noscript"):
        element.unwrap()
    for element in article.find_all("details"):
        cell = element.find_parent(class_="cell")
        kind = cell["class"] if cell else []
        title = element.find("summary", recursive=False)
        if "hide" not in element.get("class", []):  # an answer, or a hint
            element.name, element["class"] = "div", ["folded", *element.get("class", [])]
            if title:
                title.name, title["class"] = "p", ["folded-title"]
        elif "tag_checks" in kind:
            element.name, element["class"] = "p", ["checks"]
            element.string = title.p.get_text()
        elif "tag_solution" in kind or element.find(class_="cell_output"):
            title.decompose()
            element.unwrap()
        else:
            element.decompose()


def _rewrite(article, book, name, known):
    """Make ids unique in the whole book, let links lead inside it, and name pictures by their files."""
    for element in article.find_all(id=True):
        element["id"] = f"{_target(name)}--{element['id']}"

    def link(file, fragment):
        target = file.removesuffix(".html")
        return f"#{_target(target)}" + f"--{fragment}" * bool(fragment) if target in known else None

    built.redirect(article, book, name, link, lambda file: file.as_uri())
    for around in article.find_all("a"):  # a picture that shows itself larger when it is pressed
        if around.find("img", recursive=False):
            around.unwrap()


def _target(name):
    return name.replace("/", "-")
