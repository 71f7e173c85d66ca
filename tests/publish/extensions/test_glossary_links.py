"""Links to the glossary: the first bold use of a term on a page and nothing else, up to date after every build."""

import pytest
from bs4 import BeautifulSoup

GLOSSARY = """\
# Glossary

```{glossary}
batch
  A group. A **node** in bold leads nowhere from here.

dead node
  % also: dead, died out
  A node without a gradient.

node
unit
  A part of a layer.

test data
  They measure.
```
"""
CHAPTER = """\
# One **node**

A node is a **node**, and a second **node** is no definition.
Two **Batches**, a **unit** and *test data*; it is **dead**, then it has **died out**.

**Test
data:** they measure. [A **dead node**](glossary.md) has its link. **Nothing.** A **node of a list**.
"""


@pytest.fixture
def root(tmp_path):
    """The folder of a book of two pages."""
    (tmp_path / "conf.py").write_text(
        "from publish.extensions.glossary import setup\n"
        "extensions = ['myst_parser']\nhtml_theme = 'basic'\nroot_doc = 'glossary'\nnitpicky = True\n"
    )
    write(tmp_path, "glossary", GLOSSARY)
    write(tmp_path, "chapter", CHAPTER)
    return tmp_path


def write(root, name, text):
    (root / f"{name}.md").write_text(f"---\norphan: true\n---\n\n{text}", encoding="utf-8")


def page(out, name="chapter"):
    return BeautifulSoup((out / f"{name}.html").read_text(encoding="utf-8"), "lxml").select_one("[role=main]")


def links(out):
    """The links of the chapter to the glossary: list of (text, anchor)."""
    found = page(out).select("a[href*='#term-']")
    return [(" ".join(link.get_text().split()), link["href"].partition("#term-")[2]) for link in found]


LINKED = [("node", "node"), ("Batches", "batch"), ("unit", "unit"), ("dead", "dead-node"), ("Test data:", "test-data")]


def test_the_first_bold_use_of_each_term_is_a_link_and_looks_like_a_term(root, sphinx):
    out = sphinx(root)
    assert links(out) == LINKED
    glossary = page(out, "glossary")
    assert {f"term-{anchor}" for _, anchor in LINKED} <= {term["id"] for term in glossary.select("dt[id]")}
    for link in page(out).select("a[href*='#term-']"):
        assert link["href"].startswith("glossary.html#") and link.select_one("span.std-term")
        assert link.parent.name == "strong" and link.parent.get_text() == link.get_text()
        assert not link.find_parent(["h1", "h2"]) and not link.find_parent("a")
    # The glossary does not link to itself and hides its other forms.
    assert not glossary.select("dd a[href*='#term-']") and "also:" not in glossary.get_text()


def test_a_page_that_did_not_change_follows_the_glossary_and_is_not_written_without_need(root, sphinx):
    written = (sphinx(root) / "chapter.html").stat().st_mtime_ns
    assert (sphinx(root) / "chapter.html").stat().st_mtime_ns == written
    write(root, "glossary", GLOSSARY.replace("batch\n", "heap\n").replace("% also: dead,", "% also:"))
    assert links(sphinx(root)) == [LINKED[0], LINKED[2], ("died out", "dead-node"), LINKED[4]]
    write(root, "glossary", "# Glossary\n\nEmpty.\n")
    assert links(sphinx(root)) == []


def test_many_processes_find_the_same_links_and_other_formats_are_built(root, sphinx):
    for i in range(8):  # Sphinx reads in parallel from a handful of pages on
        write(root, f"more{i}", f"# More {i}\n\nA **batch**.\n")
    assert links(sphinx(root, parallel=2)) == LINKED
    assert "died out" in (sphinx(root, "text") / "chapter.txt").read_text(encoding="utf-8")
