"""Editions side by side: complete, with one style sheet, with a root that leads to the first, and never half."""

import json
import re

import pytest
from bs4 import BeautifulSoup

from publish.book import Book
from publish.output import sheet, tell
from publish.output.site import assemble

PAGE = """<html><head><link rel="stylesheet" href="_static/a.css?v=1" />
<link rel="stylesheet" href="_static/sub/b.css" /></head><body><p class="note" id="top">LANGUAGE</p></body></html>"""


@pytest.fixture
def book(tmp_path):
    """``book("en", "ko")``: a book of these editions, built."""
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: intro\n")

    def built(*languages):
        config = {"html_context": {"editions": {language: language.upper() for language in languages}}}
        text = json.dumps({"title": "A book & more", "sphinx": {"config": config}})
        (tmp_path / "_config.yml").write_text(text)
        for number, language in enumerate(languages):
            folder = tmp_path / "_build" / (f"html-{language}" if number else "html")
            (folder / "_static" / "sub").mkdir(parents=True)
            for name in ("intro.html", "404.html"):
                (folder / name).write_text(PAGE.replace("LANGUAGE", language))
            (folder / "_static" / "a.css").write_text(".note{a:1}.gone{a:2}")
            (folder / "_static" / "sub" / "b.css").write_text("p{a:url(x.woff2)}")
            for name in ("a.js.map", "fontawesome.js", "kept.js"):
                (folder / "_static" / name).write_text("")
            (folder / ".buildinfo").touch()
        return Book(tmp_path)

    return built


def test_an_edition_stands_in_its_folder_with_one_sheet_and_without_what_no_reader_loads(book):
    book = book("en")
    assert assemble(book) == book.site / "index.html"
    files = {path.relative_to(book.site).as_posix() for path in book.site.rglob("*") if path.is_file()}
    assert {"en/intro.html", "404.html", ".nojekyll", "en/_static/kept.js"} <= files
    assert not [name for name in files if re.search(r"buildinfo|\.map|fontawesome", name)]
    text = (book.site / "en" / "_static" / "style.css").read_text()
    assert text.split() == [".note{a:1}", 'p{a:url("sub/x.woff2")}']
    links = BeautifulSoup((book.site / "en" / "intro.html").read_text(), "lxml").select("link[rel=stylesheet]")
    assert len(links) == 1 and links[0]["href"].startswith("_static/style.css?v=")


def test_the_root_leads_to_the_first_edition_and_names_all(book):
    book = book("en", "ko")
    page = BeautifulSoup(assemble(book).read_text(), "lxml")
    assert page.select_one("meta[http-equiv=refresh]")["content"] == "0; url=en/intro.html"
    assert [(a["href"], a["lang"], a.get_text()) for a in page.select("a")] == [
        ("en/intro.html", "en", "EN"),
        ("ko/intro.html", "ko", "KO"),
    ]
    assert page.title.get_text() == "A book & more" and (book.site / "ko" / "intro.html").exists()


def test_a_new_site_replaces_the_old_one_whole_or_not_at_all(book, capsys):
    book = book("en", "ko")
    assemble(book)
    (book.site / "en" / "old_chapter.html").touch()
    assemble(book)
    assert not (book.site / "en" / "old_chapter.html").exists()
    assert [path.name for path in book.build.iterdir() if path.name.startswith("site")] == ["site"]
    (book.build / "html-ko" / "intro.html").unlink()
    assert tell("The book", assemble, book) == 1
    assert re.search("The book was not made: .*'ko'.*run make book", capsys.readouterr().out)
    assert (book.site / "en" / "intro.html").exists()


USED = """.note{a:b} | #top>b{a:b} | .open{a:b} | ul{a:b} | :root{--x:1} | .note:not(.gone){a:b}
| [data-theme=dark] .note:hover::before{content:"x"} | @media print{.note{a:b}}
| @font-face{font-family:a;src:url(data:x)} | /*! MIT licence */"""
WOFF = 'src:url("a.woff2") format("woff2")'
CHANGED = [
    (".gone{a:b}", ""),
    ("p.note .gone{a:b}", ""),
    ("#gone{a:b}", ""),
    (".gone,.note{a:b}", ".note{a:b}"),
    ("@media print{.gone{a:b}}", ""),
    ("/* why */ .note{a:b}", ".note{a:b}"),
    (f'@font-face{{{WOFF},url("a.ttf") format("truetype")}}', f"@font-face{{{WOFF}}}"),
]


@pytest.mark.parametrize(("rule", "left"), [(rule.strip(),) * 2 for rule in USED.split("|")] + CHANGED)
def test_what_is_used_stays_letter_by_letter_and_what_is_not_goes(rule, left, tmp_path):
    (tmp_path / "a.css").write_text(rule)
    used = sheet.words(['<p class="note" id="top">', 'box.classList.add("open")'])
    assert sheet.join(tmp_path, ["a.css"], used).strip() == left
