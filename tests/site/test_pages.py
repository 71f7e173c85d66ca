"""The built pages: formulas rendered, nothing asked of other hosts, a text for every picture, no dead link inside."""

from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest
import yaml
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parent.parent.parent
SITE = ROOT / "_build" / "html"
PAGES = sorted(path for path in SITE.rglob("*.html") if "_static" not in path.parts)
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
# Attributes through which a browser loads something when it opens the page.
LOADED = (("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src"), ("source", "src"))
# These links only name another page.
NAMING = {"canonical", "author", "index", "search", "next", "prev"}


@pytest.fixture(scope="module")
def soups():
    return {page: BeautifulSoup(page.read_text(encoding="utf-8"), "lxml") for page in PAGES}


def test_every_chapter_has_its_page(soups):
    names = [chapter["file"] for part in TOC["parts"] for chapter in part["chapters"]]
    assert not [name for name in [TOC["root"], *names] if SITE / f"{name}.html" not in soups]


def test_no_page_asks_another_host(soups):
    asked = set()
    for soup in soups.values():
        for tag, attribute in LOADED:
            for element in soup.find_all(tag):
                names_only = tag == "link" and NAMING & set(element.get("rel", []))
                if not names_only and urlparse(element.get(attribute, "")).netloc:
                    asked.add(element[attribute])
    assert not asked


def test_style_sheets_ask_no_other_host():
    asked = [path for path in SITE.rglob("*.css") if "url(http" in path.read_text(encoding="utf-8").replace('"', "")]
    assert not asked


def test_formulas_are_rendered_and_right(soups):
    for page, soup in soups.items():
        assert not soup.select(".katex-error"), page
        for element in soup.select(".math"):
            assert element.select(".katex"), (page, element.get_text()[:80])


def test_every_picture_has_a_text_that_is_not_a_file_name(soups):
    for page, soup in soups.items():
        for image in soup.select("article img"):
            alt = image.get("alt", "")
            assert len(alt.split()) >= 3 and "_images" not in alt, (page, image.get("src"))


def test_links_inside_the_site_lead_somewhere(soups):
    for page, soup in soups.items():
        for link in soup.select("a[href]"):
            address = urlparse(link["href"])
            if address.scheme or address.netloc or not (address.path or address.fragment):
                continue
            target = (page.parent / unquote(address.path)).resolve() if address.path else page
            target = target / "index.html" if target.is_dir() else target
            assert target.exists(), (page, link["href"])
            if address.fragment and target in soups:
                found = soups[target].find(id=unquote(address.fragment))
                assert found or link["href"] == "#", (page, link["href"])


def test_no_markup_is_left_raw(soups):
    for page, soup in soups.items():
        for element in soup.select("article p, article li"):
            text = element.get_text()
            assert ":::" not in text and "{cite" not in text and "](" not in text, (page, text[:80])
