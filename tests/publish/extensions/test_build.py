"""A small book, built with the book's own settings: what only shows when all extensions work together."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[3]
PAGE = "# {}\n\nThe first paragraph says what it is, with $x^2$ in it.\n"


def build(root, *options):
    command = [Path(sys.executable).with_name("jupyter-book"), "build", root, *options]
    env = os.environ | {"SOURCE_DATE_EPOCH": "1577966400", "LECTURE_MNIST": "bundled", "PYTHONPATH": str(root)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """The folder of its pages, in English, beside a Korean edition, of the second of January 2020."""
    root = tmp_path_factory.mktemp("book")
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    config["sphinx"]["config"]["html_context"]["editions"] = {"en": "English", "ko": "한국어"}
    config["exclude_patterns"].append("publish")
    (root / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    (root / "_toc.yml").write_text("format: jb-book\nroot: intro\nchapters:\n  - file: page\n")
    for name, title in (("intro", "A small book"), ("page", "A page")):
        (root / f"{name}.md").write_text(PAGE.format(title), encoding="utf-8")
    (root / "requirements.txt").write_text("", encoding="utf-8")
    shutil.copy(ROOT / "references.bib", root)
    shutil.copytree(ROOT / "chapters", root / "chapters", ignore=shutil.ignore_patterns("*.ipynb", "*.md"))
    shutil.copytree(ROOT / "publish", root / "publish", ignore=shutil.ignore_patterns("__pycache__"))
    build(root, "-W", "--keep-going")
    return root / "_build" / "html"


@pytest.fixture(scope="module")
def page(book):
    return BeautifulSoup((book / "page.html").read_text(encoding="utf-8"), "lxml")


def test_the_other_edition_is_one_click_away_on_the_same_page_or_its_landing_page(book, page):
    switch = page.select_one("a.edition-switch")
    assert (switch["href"], switch["lang"], switch.get_text()) == ("./../ko/page.html", "ko", "한국어")
    alternates = {link["hreflang"]: link["href"] for link in page.select("link[rel=alternate]")}
    canonical = page.select_one("link[rel=canonical]")["href"]
    assert alternates == {"en": canonical, "ko": canonical.replace("/en/", "/ko/")}

    search = BeautifulSoup((book / "search.html").read_text(encoding="utf-8"), "lxml")  # no page of the contents
    assert search.select_one("a.edition-switch")["href"].endswith("../ko/intro.html")
    assert search.select_one("meta[name=robots]")["content"] == "noindex"
    assert not search.select_one("link[rel=canonical]")


def test_the_date_is_the_one_that_the_build_was_given(page):
    assert "2 January 2020" in page.select_one(".build-stamp").get_text()


def test_a_second_build_finds_nothing_to_do_and_a_third_what_changed(book):
    root, made = book.parent.parent, [path for path in book.rglob("*.html") if "_static" not in path.parts]
    before = {path: path.stat().st_mtime_ns for path in made}
    build(root)
    assert {path: path.stat().st_mtime_ns for path in made} == before
    script = root / "publish" / "theme" / "assets" / "book.js"
    script.write_text(script.read_text(encoding="utf-8") + "\n// changed\n", encoding="utf-8")
    build(root)
    assert (book / "_static" / "book.js").read_text(encoding="utf-8").endswith("// changed\n")
    assert all(path.stat().st_mtime_ns != before[path] for path in made)
