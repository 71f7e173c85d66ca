"""Editions side by side: complete, with a root that leads to the first, and never half."""

import pytest
from bs4 import BeautifulSoup

from publish.site import assemble


@pytest.fixture
def built(tmp_path):
    def built_(language):
        folder = tmp_path / "built" / language
        (folder / "_static").mkdir(parents=True)
        for name in ("intro.html", "404.html", "_static/style.css", ".buildinfo"):
            (folder / name).write_text(f"{language} {name}")
        return language, language.upper(), folder

    return built_


def test_an_edition_stands_in_the_folder_of_its_language(tmp_path, built):
    site = tmp_path / "site"
    assemble(site, [built("en")], title="A book", landing="intro")
    assert (site / "en" / "intro.html").read_text() == "en intro.html"
    assert (site / "en" / "_static" / "style.css").exists()
    assert not (site / "en" / ".buildinfo").exists()
    assert (site / "404.html").read_text() == "en 404.html"


def test_the_root_leads_to_the_first_edition_and_names_all(tmp_path, built):
    site = tmp_path / "site"
    assemble(site, [built("en"), built("ko")], title="A book & more", landing="intro")
    page = BeautifulSoup((site / "index.html").read_text(), "lxml")
    assert page.select_one("meta[http-equiv=refresh]")["content"] == "0; url=en/intro.html"
    assert [(a["href"], a["lang"], a.get_text()) for a in page.select("a")] == [
        ("en/intro.html", "en", "EN"),
        ("ko/intro.html", "ko", "KO"),
    ]
    assert page.title.get_text() == "A book & more"
    assert (site / "ko" / "intro.html").exists()


def test_a_new_site_replaces_the_old_one_whole(tmp_path, built):
    site = tmp_path / "site"
    (site / "en").mkdir(parents=True)
    (site / "en" / "old_chapter.html").touch()
    assemble(site, [built("en")], title="A book", landing="intro")
    assert not (site / "en" / "old_chapter.html").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("site")] == ["site"]


def test_without_a_built_edition_the_old_site_stays(tmp_path, built):
    site = tmp_path / "site"
    assemble(site, [built("en")], title="A book", landing="intro")
    editions = [("en", "EN", tmp_path / "built" / "en"), ("ko", "KO", tmp_path / "built" / "ko")]
    with pytest.raises(FileNotFoundError, match=r"'ko'.*build it first"):
        assemble(site, editions, title="A book", landing="intro")
    assert (site / "en" / "intro.html").exists()
