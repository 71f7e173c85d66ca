"""Slides from built pages: what stands on one, and that they need nothing but their folder."""

import hashlib
import json

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import sync_playwright

from publish.book import ROOT, Book
from publish.output import NotMade
from publish.output.browser import MISSING, launch
from publish.output.slides import make_slides

PAGE = """<html><body><article><section id="one"><h1>1. One<a class="headerlink" href="#one">#</a></h1><p>Opening.</p>
<section id="first"><h2>First</h2><p>Words. <a href="02_two.html#here">Two</a> <a href="../intro.html">Home</a></p>
<form class="question choice" data-question="ch01.x"><fieldset><legend>Predict. Which?</legend>
<label><input type="radio"><span>(a) this</span></label><button>Commit</button><p class="said"></p></fieldset></form>
<div class="cell"><div class="cell_input"><pre>print(1)</pre></div><div class="cell_output"><pre>1</pre></div></div>
<div class="cell tag_answer"><details class="hide"><pre>answer()</pre></details><div class="answer"><p class="said"></p>
<details><summary>Answer</summary><p>(a) so</p></details></div></div>
<div class="cell tag_draw"><details class="hide"><pre>plot()</pre></details>
<img src="../_images/a.svg" alt="a line"></div>
<div class="cell tag_checks"><details class="hide"><pre>claim()</pre></details></div></section>
<section id="exercises"><h2>Exercises</h2><section id="e"><h3>Exercise 1.1</h3><p>Why?</p></section></section>
<section id="answers"><h2>Answers</h2><p>Because.</p></section></section></article></body></html>"""


@pytest.fixture
def made(tmp_path):
    """The slides of a book of two chapters: their folder."""
    for folder in ("chapters", "_build/html/chapters", "_build/html/_images"):
        (tmp_path / folder).mkdir(parents=True)
    toc = {"format": "jb-book", "root": "intro", "chapters": [{"file": f"chapters/{n}"} for n in ("01_one", "02_two")]}
    (tmp_path / "_toc.yml").write_text(json.dumps(toc))
    (tmp_path / "_config.yml").write_text("title: Two Chapters\nsphinx: {config: {language: en}}\n")
    for name in ("01_one", "02_two"):
        (tmp_path / f"chapters/{name}.ipynb").touch()
        (tmp_path / f"_build/html/chapters/{name}.html").write_text(PAGE)
    picture = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M 0 0 L 9 9"/></svg>'
    (tmp_path / "_build/html/_images/a.svg").write_text(picture)
    (tmp_path / "intro.md").touch()
    folder = make_slides(Book(tmp_path))
    assert sorted(file.name for file in folder.glob("*.html")) == ["01_one.html", "02_two.html"]
    return folder


def test_a_slide_holds_one_step_and_nothing_that_gives_answers_away(made):
    soup = BeautifulSoup((made / "01_one.html").read_text(encoding="utf-8"), "lxml")
    stacks = [
        [" ".join(slide.get_text(" ").split()) for slide in stack.find_all("section", recursive=False)]
        for stack in soup.select(".slides > section")
    ]
    assert stacks == [
        ["1. One Opening."],
        ["First Words. Two Home", "Predict. Which? (a) this", "print(1) 1 Answer (a) so", ""],
        ["Exercises Exercise 1.1 Why?"],
    ]
    assert soup.select_one("img")["src"] == "assets/a.svg" and soup.select_one("details:not([open])")
    assert [link["href"] for link in soup.select("main a")] == ["02_two.html"]


def test_the_slides_need_nothing_but_their_folder(made, need):
    with sync_playwright() as playwright:
        browser = launch(playwright)
        need(browser, MISSING)
        page, asked, errors = browser.new_page(), [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto((made / "01_one.html").as_uri())
        page.wait_for_function("Reveal.isReady()")
        places = [page.evaluate("Object.values(Reveal.getIndices()).slice(0, 2)")]
        for key in ("ArrowRight", "ArrowDown", "Home"):
            page.keyboard.press(key)
            places.append(page.evaluate("Object.values(Reveal.getIndices()).slice(0, 2)"))
        browser.close()
    assert places == [[0, 0], [1, 0], [1, 1], [0, 0]]
    assert not errors and all(url.startswith((made.as_uri(), "data:")) for url in asked), asked


def test_a_page_that_is_not_built_is_named(made):
    book = Book(made.parent.parent)
    (book.html / "chapters/02_two.html").unlink()
    with pytest.raises(NotMade, match="02_two"):
        make_slides(book)


@pytest.mark.parametrize(
    ("name", "sha256"),
    [
        ("reveal.js", "aa1bbbf2617b23a623b23612cb3c5bdb63de512e652bf20fcfa832b045d37844"),
        ("reveal.css", "615ee850cbbb98a0f688b60ed37b21819a3f54c9f3e6f20e33e63693ab74a0c0"),
    ],
)
def test_what_others_wrote_is_as_they_published_it(name, sha256):
    """reveal.js 6.0.2, MIT licence."""
    assert hashlib.sha256((ROOT / "publish/theme/slides" / name).read_bytes()).hexdigest() == sha256
