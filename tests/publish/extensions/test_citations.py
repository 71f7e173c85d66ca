"""The extension that links citations, on a book of one page."""

from bs4 import BeautifulSoup

from publish.tools import references

CONF = 'extensions = ["myst_parser", "publish.extensions.citations"]'
PAGE = """# Title by Cybenko (1989)

As Cybenko (1989) says, `Cybenko (1989)` is code, (Kingma and Ba, 2015) is listed.
But Nielsen (2015) is not. D'Angelo and others (2024) too.

## References

{lines}
- Lecture A: Cybenko (1989) again.
"""


def test_citations_lead_to_the_lines_of_the_list(tmp_path, sphinx, samples):
    keys = ("cybenko1989approximation", "dangelo2024weight", "kingma2015adam")
    lines = "\n".join(paper.line for paper in references.papers() if paper.key in keys)
    (tmp_path / "conf.py").write_text(CONF, encoding="utf-8")
    (tmp_path / "index.md").write_text(PAGE.format(lines=lines), encoding="utf-8")
    page = BeautifulSoup((sphinx(tmp_path) / "index.html").read_text(encoding="utf-8"), "html.parser")
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
