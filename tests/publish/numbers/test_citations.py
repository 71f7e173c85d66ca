"""The extension that links citations, on a book of one page."""

import pytest
from bs4 import BeautifulSoup
from sphinx.testing.util import SphinxTestApp

from publish.tools import references

CONF = """
extensions = ["myst_parser", "publish.extensions.citations"]
smartquotes = True
"""

PAGE = """# Title by Cybenko (1989)

As Cybenko (1989) says, `Cybenko (1989)` is code, (Kingma and Ba, 2015) is listed.
But Nielsen (2015) is not. D'Angelo and others (2024) too.

## References

{lines}
- Lecture A: Cybenko (1989) again.
"""


@pytest.fixture
def page(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "conf.py").write_text(CONF, encoding="utf-8")
    keys = ("cybenko1989approximation", "dangelo2024weight", "kingma2015adam")
    lines = "\n".join(paper.line for paper in references.papers() if paper.key in keys)
    (source / "index.md").write_text(PAGE.format(lines=lines), encoding="utf-8")
    app = SphinxTestApp(srcdir=source, builddir=tmp_path / "build", buildername="html", freshenv=True)
    app.build()
    html = (tmp_path / "build" / "html" / "index.html").read_text(encoding="utf-8")
    app.cleanup()
    return BeautifulSoup(html, "html.parser")


def test_citations_lead_to_the_lines_of_the_list(page):
    found = page.select("section a.reference.internal")
    links = {" ".join(a.get_text().split()): a["href"] for a in found}
    assert len(found) == 3  # none in the title, in code, or in the list itself
    assert links == {
        "Cybenko (1989)": "#ref-cybenko1989approximation",
        "Kingma and Ba, 2015": "#ref-kingma2015adam",
        "D’Angelo and others (2024)": "#ref-dangelo2024weight",
    }
    for anchor in links.values():
        assert page.select_one(f'li[id="{anchor[1:]}"]'), anchor
