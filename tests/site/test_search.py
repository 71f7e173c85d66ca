"""What the search finds. The right answers are read from the sources of the chapters, not typed here."""

import json
import re

import pytest
from site_files import EN, documents_with


@pytest.fixture
def results(open_page):
    """``results("some words")``: the page of the search, once it has answered."""

    def results_(words, **options):
        page = open_page(f"en/search.html?q={words.replace(' ', '+')}", wait="domcontentloaded", **options)
        page.wait_for_function("document.querySelector('.search-summary')?.innerText")
        assert not page.errors
        return page

    return results_


@pytest.fixture
def search(results):
    """``search("some words")``: the documents found, best first."""

    def search_(words):
        links = results(words).locator("ul.search a").evaluate_all("links => links.map(a => a.getAttribute('href'))")
        return list(dict.fromkeys(link.partition(".html")[0] for link in links))

    return search_


# What is typed, and a pattern that tells from a chapter's source whether it should be found.
@pytest.mark.parametrize(
    ("typed", "stands_there"),
    [
        ("bcewithlogitsloss", "BCEWithLogitsLoss"),
        ("weight_decay", r"weight_decay(?!\.ipynb)"),
        ("torch.no_grad", r"torch\.no_grad"),
        ("logits", "logits?(?![a-z])"),
        ("ReLU", "relu(?![a-z])"),
        ("overfit", r"(?<![_\w])overfit"),
        ("784", r"(?<![\d.,])784(?![\d,])"),
        ("1989", r"\b1989\b"),
        ("60000", r"60,000\b"),
    ],
)
def test_what_is_typed_is_found_wherever_it_stands(typed, stands_there, search):
    expected = documents_with(stands_there)
    assert expected, "the book no longer has this: ask for something else"
    assert set(search(typed)) >= expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("batch", "batches"),
        ("bias", "biases"),
        ("matrix", "matrices"),
        ("loss", "losses"),
        ("generalise", "generalize"),
    ],
)
def test_forms_and_spellings_of_a_word_find_the_same(one, other, search):
    found = set(search(one))
    assert found and found == set(search(other))
    assert found >= documents_with(rf"\b({one}|{other})\b")


@pytest.mark.parametrize(("typed", "letter"), [("드롭아웃", "d"), ("배치 정규화", "b"), ("배치정규화", "b")])
def test_a_korean_word_finds_its_entry_in_the_glossary(typed, letter, results):
    page = results(typed)
    assert page.locator("ul.search a").first.get_attribute("href") == f"chapters/glossary.html#{letter}"
    first = page.locator("ul.search > li").first
    assert typed.replace(" ", "") in "".join(first.locator("mark").all_inner_texts())


@pytest.mark.parametrize(("typed", "chapter"), [("dropout", "07_"), ("weight decay", "08_"), ("augmentation", "09_")])
def test_the_chapter_on_a_subject_stands_first(typed, chapter, search):
    assert search(typed)[0].startswith(f"chapters/{chapter}")


@pytest.mark.parametrize(
    ("typed", "meant"), [("droput", "dropout"), ("momentun", "momentum"), ("weigth decay", "weight decay")]
)
def test_a_near_word_is_suggested_once(typed, meant, results):
    page = results(typed)
    assert page.locator("ul.search a").count() == 0
    assert page.locator(".search-advice a").all_inner_texts() == [meant]
    page.locator(".search-advice a").click()
    page.wait_for_function("document.querySelectorAll('ul.search a').length > 0")


@pytest.mark.parametrize("typed", ["constructor", "__proto__", "toString", "<xylophone>"])
def test_what_is_nowhere_gets_an_ordinary_answer(typed, results):
    page = results(typed)
    assert "Nothing found" in page.locator(".search-summary").inner_text()
    assert "undefined" not in page.locator("#search-results").inner_text()


def test_a_hit_leads_to_its_section_and_shows_whole_words_of_it(results):
    page = results("rate")
    links = page.locator("ul.search .search-hit a").evaluate_all("links => links.map(a => a.getAttribute('href'))")
    assert len({link.partition("#")[2] for link in links}) > 3
    for link in links:
        name, _, anchor = link.partition("#")
        assert f'id="{anchor}"' in (EN / name).read_text(encoding="utf-8"), link
    marked = {text.lower() for text in page.locator("ul.search mark").all_inner_texts()}
    assert marked and all(re.fullmatch(r"\w*", text) for text in marked)
    assert "enumerate" not in marked and "rate" in marked
    shown = page.locator("ul.search").inner_text()
    assert "Open in Colab" not in shown and "\\frac" not in shown and "Show the code" not in shown


def test_equal_hits_stand_in_the_order_of_the_contents(open_page, address):
    page = open_page("en/search.html")
    names = ["2. Two", "10. Ten", "11. Eleven"]
    book = {"pages": [[f"{i}.html", name] for i, name in enumerate(names)]}
    book["sections"] = [[i, "a", name, "An apple."] for i, name in enumerate(names)]
    page.route("**/sections.js", lambda route: route.fulfill(body=f"const BOOK = {json.dumps(book)};"))
    page.goto(f"{address}en/search.html?q=apples")
    page.wait_for_selector("ul.search a")
    assert page.locator("ul.search a").all_inner_texts() == names
