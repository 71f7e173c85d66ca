"""What the search finds. The right answers are read from the sources of the chapters, not typed here."""

import pytest
from site_files import DOCUMENTS, documents_with


@pytest.fixture
def search(open_page):
    """``search("some words")``: the documents found, best first."""

    def search_(words):
        page = open_page(f"en/search.html?q={words.replace(' ', '+')}", wait="domcontentloaded")
        page.wait_for_function("document.querySelector('.search-summary')?.innerText")
        links = [link.get_attribute("href") for link in page.locator("ul.search > li > a").all()]
        return list(dict.fromkeys(link.partition(".html")[0] for link in links))

    return search_


# What is typed, and a pattern that tells from a chapter's source whether it should be found.
@pytest.mark.parametrize(
    ("typed", "stands_there"),
    [
        ("BCEWithLogitsLoss", "BCEWithLogitsLoss"),
        ("bcewithlogitsloss", "BCEWithLogitsLoss"),
        ("weight_decay", r"weight_decay(?!\.ipynb)"),
        ("torch.no_grad", "no_grad"),
        ("logits", "logits?(?![a-z])"),
        ("sigmoid", "sigmoid"),
        ("ReLU", "relu(?![a-z])"),
    ],
)
def test_a_name_is_found_wherever_it_stands(typed, stands_there, search):
    expected = documents_with(stands_there)
    assert expected, "the book no longer has this: ask for something else"
    assert set(search(typed)) >= expected


@pytest.mark.parametrize(
    ("one", "many"),
    [("epoch", "epochs"), ("batch", "batches"), ("bias", "biases"), ("matrix", "matrices"), ("loss", "losses")],
)
def test_singular_and_plural_find_the_same(one, many, search):
    found = set(search(one))
    assert found and found == set(search(many))
    assert found >= documents_with(rf"\b({one}|{many})\b")


def test_both_spellings_of_english_find_the_same(search):
    british, american = set(search("generalise")), set(search("generalize"))
    assert british and british == american
    assert set(search("regularization")) >= documents_with("regulari[sz]ation")


@pytest.mark.parametrize(
    ("typed", "chapter"),
    [("dropout", "07_"), ("weight decay", "08_"), ("universal approximation", "01_"), ("data augmentation", "09_")],
)
def test_the_chapter_on_a_subject_stands_first(typed, chapter, search):
    assert search(typed)[0].startswith(f"chapters/{chapter}")


def test_a_result_shows_the_text_of_its_page_and_nothing_else(search, open_page):
    page = open_page("en/search.html?q=dropout")
    page.wait_for_function("document.querySelector('ul.search li p')")
    shown = page.locator("ul.search > li").first.inner_text()
    assert "ropout" in shown
    assert "Light or dark" not in shown and "Open in Colab" not in shown and "\\frac" not in shown


def test_part_of_a_word_is_enough(search):
    assert set(search("overfit")) >= documents_with(r"(?<!06_)overfit")  # the link to a chapter is no word


def test_what_is_nowhere_is_not_found(search):
    assert search("xylophone") == []


def test_only_documents_are_found(search):
    assert set(search("network")) <= set(DOCUMENTS)
