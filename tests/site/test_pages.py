"""The built pages as files: formulas rendered, nothing asked of other hosts, a text for every picture, no dead link."""

import json
import re
from importlib.metadata import version
from itertools import pairwise
from urllib.parse import unquote, urlparse

import pytest
from bs4 import BeautifulSoup
from PIL import Image
from site_files import BOOK, CHAPTERS, DOCUMENTS, EN, SITE, pages, published_below, sitemap, weight


@pytest.fixture(scope="module")
def soups():
    return {SITE / page: BeautifulSoup((SITE / page).read_text(encoding="utf-8"), "lxml") for page in pages()}


def test_every_document_has_its_page(soups):
    assert not [name for name in DOCUMENTS if EN / f"{name}.html" not in soups]


def test_style_sheets_ask_no_other_host_and_name_files_that_are_there():
    for path in SITE.rglob("*.css"):
        for address in re.findall(r"url\([\"']?([^\"')]+)", path.read_text(encoding="utf-8")):
            if not address.startswith(("data:", "#")):
                assert (path.parent / address).exists(), (path, address)


def test_formulas_are_rendered_and_right(soups):
    for page, soup in soups.items():
        assert not soup.select(".katex-error"), page
        for element in soup.select(".math"):
            assert element.select(".katex"), (page, element.get_text()[:80])


def test_every_picture_has_a_size_and_a_text_that_is_not_a_file_name(soups):
    for page, soup in soups.items():
        for image in soup.select("article img"):
            alt = image.get("alt", "")
            assert len(alt.split()) >= 3, (page, image.get("src"))
            assert not re.search(r"_images|\.(svg|png|jpe?g)\b", alt), (page, alt)
            assert int(image.get("width", 0)) > 0 < int(image.get("height", 0)), (page, image.get("src"))


def test_figures_are_drawings_and_small():
    # A page without figures takes 140 of the 200 kB that its reader may wait for (rule S3): one has to fit beside that.
    large = {path.name: weight(path) for path in (EN / "_images").iterdir() if weight(path) > 60_000}
    assert not large
    assert not [path.name for path in (EN / "_images").iterdir() if path.suffix != ".svg"]


def test_links_inside_the_site_lead_somewhere(soups):
    places = {page: {element["id"] for element in soup.select("[id]")} for page, soup in soups.items()}
    for page, soup in soups.items():
        for link in soup.select("a[href]"):
            address = urlparse(link["href"])
            if address.scheme or address.netloc or not (address.path or address.fragment):
                continue
            path = unquote(address.path)
            inside = SITE / path.removeprefix(published_below()) if path.startswith("/") else page.parent / path
            target = inside.resolve() if path else page
            target = target / "index.html" if target.is_dir() else target
            assert target.exists(), (page, link["href"])
            if address.fragment and target in soups:
                assert unquote(address.fragment) in places[target], (page, link["href"])


def test_no_markup_is_left_raw(soups):
    for page, soup in soups.items():
        for element in soup.select("article p, article li"):
            text = "".join(words for words in element.strings if not words.find_parent(class_="katex"))
            assert ":::" not in text and "{cite" not in text and "](" not in text, (page, text[:80])


def test_every_page_says_what_it_is(soups):
    titles, descriptions = [], []
    for page, soup in soups.items():
        assert soup.html["lang"] == "en", page
        assert len(soup.select("h1")) == 1, page
        titles.append(soup.title.get_text())
        if page.relative_to(EN).with_suffix("").as_posix() in DOCUMENTS:
            descriptions.append(soup.select_one("meta[name=description]")["content"])
    assert len(set(titles)) == len(titles)
    assert len(set(descriptions)) == len(descriptions)
    assert all(40 <= len(text) <= 160 and "\\" not in text for text in descriptions)


def test_the_sitemap_names_every_document_by_its_canonical_address(soups):
    canonical = {page: link["href"] for page, soup in soups.items() for link in soup.select("link[rel=canonical]")}
    assert sorted(sitemap()) == sorted(canonical.values())
    assert {page.relative_to(EN).with_suffix("").as_posix() for page in canonical} >= set(DOCUMENTS)
    for page, address in canonical.items():
        assert address.endswith("/en/" + page.relative_to(EN).as_posix())


def test_a_shared_link_shows_a_card(soups):
    base = sitemap()[0].partition("/en/")[0]
    for name in DOCUMENTS:
        soup = soups[EN / f"{name}.html"]
        said = {meta["property"]: meta["content"] for meta in soup.select("meta[property^='og:']")}
        assert said["og:url"] == soup.select_one("link[rel=canonical]")["href"]
        assert said["og:title"] and said["og:description"]
        with Image.open(SITE / said["og:image"].removeprefix(base + "/")) as card:
            assert card.size == (int(said["og:image:width"]), int(said["og:image:height"])) == (1200, 630)


def test_each_page_names_its_neighbours_in_reading_order(soups):
    for before, after in pairwise(EN / f"{name}.html" for name in DOCUMENTS):
        for page, link, neighbour in ((before, "a.right-next", after), (after, "a.left-prev", before)):
            assert (page.parent / soups[page].select_one(link)["href"]).resolve() == neighbour


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_can_be_opened_downloaded_and_reported(name, soups):
    page, repository = EN / f"{name}.html", BOOK.config["repository"]
    kinds = ("colab", "download", "report")
    found = {kind: soups[page].select_one(f"a.chapter-button--{kind}")["href"] for kind in kinds}
    owner_and_name, branch = repository["url"].removeprefix("https://github.com/"), repository["branch"]
    assert found["colab"] == f"https://colab.research.google.com/github/{owner_and_name}/blob/{branch}/{name}.ipynb"
    notebook = json.loads((page.parent / found["download"]).read_text(encoding="utf-8"))
    assert notebook == json.loads((BOOK.root / f"{name}.ipynb").read_text(encoding="utf-8"))
    assert found["report"].startswith(repository["url"] + "/issues/new?")
    assert f"{name}.ipynb" in unquote(found["report"])


def test_the_foot_names_the_build(soups):
    for name in DOCUMENTS:
        text = " ".join(soups[EN / f"{name}.html"].select_one(".build-stamp").get_text().split())
        assert re.search(r"This build: \d{1,2} [A-Z][a-z]+ 20\d\d", text), (name, text)
        assert f"PyTorch {version('torch').partition('+')[0]}" in text, (name, text)
        assert re.search(r"[\d,]+ training and [\d,]+ test images", text), (name, text)


def test_the_root_leads_to_the_landing_page():
    for page in (SITE / "index.html", EN / "index.html"):
        soup = BeautifulSoup(page.read_text(encoding="utf-8"), "lxml")
        target = soup.select_one("meta[http-equiv=refresh]")["content"].partition("url=")[2]
        assert (page.parent / target).resolve() == EN / f"{DOCUMENTS[0]}.html"
        assert soup.select_one("a")["href"] == target
        assert soup.title.get_text() == BOOK.config["title"] and soup.html["lang"] == "en"


def test_all_pages_name_one_style_sheet_and_nothing_is_published_that_no_page_needs(soups):
    sheets = {
        link["href"].partition("_static/")[2] for s in soups.values() for link in s.select("link[rel=stylesheet]")
    }
    assert len(sheets) == 1 and sheets.pop().startswith("style.css?v=")
    suffixes = {path.suffix for path in SITE.rglob("*") if path.is_file()}
    assert not suffixes & {".map", ".ttf", ".po", ".mo", ".scss"}
    assert not list(SITE.rglob("*thebe*")) + list(SITE.rglob("fontawesome*.js"))
