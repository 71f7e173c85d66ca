"""Citations and lists of references: what is cited is listed, what is listed is cited, all are in references.bib."""

import nbformat
import pytest

from publish.book import Book
from publish.tools import references


def paper(key):
    return next(paper for paper in references.papers() if paper.key == key)


def test_chapters_list_what_they_cite_and_every_paper_is_cited_and_no_two_alike(capsys):
    assert references.main(["--check"], Book()) == 0, capsys.readouterr().out
    proses = [references.prose(nbformat.read(path, as_version=4)) for path in Book().chapters()]
    assert not [prose for prose in proses if "et al." in prose], "write: and others"
    assert set(references.papers()) == {paper for prose in proses for _, _, paper in references.cited(prose)}
    texts = [f"{paper.names[:3]} {paper.year}" for paper in references.papers()]
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("as Cybenko (1989) proved", "cybenko1989approximation"),
        ("(Cybenko, 1989)", "cybenko1989approximation"),
        ("Cybenko's 1989 proof is no citation, Kingma and Ba (2015) is", "kingma2015adam"),
        ("Srivastava and others (2014)", "srivastava2014dropout"),
        ("Chen, Dobriban and Lee (2020)", "chen2020group"),
        ("D’Angelo and others (2024)", "dangelo2024weight"),
        ("Cubuk and others (2020)", "cubuk2020randaugment"),
    ],
)
def test_a_citation_is_found_in_each_form(text, key, samples):
    found = [(text[start:end], paper.key) for start, end, paper in references.cited(text)]
    assert key in {key for _, key in found}
    assert not references.unknown(text.replace("Cybenko's 1989", "That"))


def test_what_is_in_no_file_is_reported(samples):
    text = "Ba (2015), Nobody (1999), Nobody and Someone (2001), and Nobody, Someone and Other (2002); in June"
    cited = ["Ba (2015", "Nobody (1999", "Nobody and Someone (2001", "Nobody, Someone and Other (2002"]
    assert references.unknown(text) == cited


def test_a_line_is_written_as_lists_of_references_are(samples):
    assert paper("leshno1993multilayer").line == (
        "- Leshno, M., and others (1993). Multilayer feedforward networks with a nonpolynomial activation function can "
        "approximate any function. *Neural Networks*, 6(6), 861–867. https://doi.org/10.1016/S0893-6080(05)80131-5"
    )
    assert paper("bishop2006pattern").line == (
        "- Bishop, C. M. (2006). *Pattern Recognition and Machine Learning*. Springer. ISBN 978-0-387-31073-2"
    )
    assert "modern deep learning? *Advances" in paper("dangelo2024weight").line


def chapter(prose, listed):
    cells = [nbformat.v4.new_markdown_cell(text, id=f"c{i}") for i, text in enumerate((prose, listed))]
    return nbformat.v4.new_notebook(cells=cells)


def test_a_list_gains_what_is_cited_and_loses_what_is_not(book, capsys, samples):
    path = book.root / "chapters" / "01_one.ipynb"
    old = f"## References\n\n{paper('nielsen2015neural').line}"
    nbformat.write(chapter("# T\n\nKingma and Ba (2015), Nobody (1999).", old), path)
    before = path.read_bytes()
    assert references.main(["--check"], book) == 1 and path.read_bytes() == before
    said = capsys.readouterr().out
    assert "01_one.ipynb: its list of references is not up to date" in said and "'Nobody (1999'" in said
    assert "02_two.ipynb: no cell begins with '## References'" in said  # a line, and no traceback
    references.main([], book)
    listed = nbformat.read(path, as_version=4).cells[1].source
    assert listed == f"## References\n\n{paper('kingma2015adam').line}"
    both = chapter("Kingma and Ba (2015), and Cybenko (1989).", "## References")
    one = nbformat.read(path, as_version=4)
    cybenko, kingma = references.bibliography({"chapters/01_a.ipynb": one, "chapters/02_b.ipynb": both}).splitlines()
    assert cybenko.startswith("- Cybenko, G. (1989)") and cybenko.endswith("(chapter [2](/chapters/02_b.ipynb))")
    assert kingma.endswith("(chapters [1](/chapters/01_a.ipynb), [2](/chapters/02_b.ipynb))")
