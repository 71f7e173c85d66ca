"""The pages about the numbers, in a small book: made from what ran, anew when it ran again, and never half."""

import json
import os
import subprocess
import sys

import nbformat
import pytest
from bs4 import BeautifulSoup

COVERAGE = "id,source,kind,what the lecture shows,figure in the lecture,chapter\n"
FIGURES = "id,row,kind,figure,value,place,code,seed,within,why\nA01,A01,compared,,5,,,,0.5,A reason.\n"


@pytest.fixture(scope="module")
def book(tmp_path_factory, root):
    """A book with one chapter and the two pages; ``book(...)`` changes it and builds it."""
    folder = tmp_path_factory.mktemp("book")
    (folder / "chapters").mkdir()
    (folder / "conf.py").write_text(
        "extensions = ['myst_nb', 'publish.extensions.lecture_map', 'publish.extensions.reproduction']\n"
        "nb_execution_mode = 'cache'\nhtml_theme = 'basic'\nexclude_patterns = ['out']\n"
        f"html_static_path = [{str(root / 'publish' / 'assets')!r}]\n"
    )
    (folder / "index.md").write_text("# Book\n\n```{toctree}\nchapters/01_one\nchapters/map\nchapters/report\n```\n")
    (folder / "chapters" / "map.md").write_text("# Map\n\n```{lecture-map} A\n```\n")
    parts = ("summary", "lectures", "papers", "claims", "robustness")
    directives = "\n\n".join(f"```{{reproduction}} {part}\n```" for part in parts)
    (folder / "chapters" / "report.md").write_text(f"# Report\n\n{directives}\n")
    (folder / "chapters" / "papers.csv").write_text("id,source,figure,standing,claims,place,note\n")
    (folder / "number.txt").write_text("5")

    def build(rows="A01,A,number,a number,5,one\nA02,A,idea,an idea,,one\n", code="", mark="A02", within=0.5):
        cells = [
            nbformat.v4.new_markdown_cell("# One\n\n## First\n\nText.", id="title"),
            nbformat.v4.new_code_cell(
                "from lecture_utils.claims import claim\nfrom pathlib import Path\n"
                f"x = float(Path('../number.txt').read_text()){code}\n"
                f"claim('A01', 'a number', x, lecture=5, within={within})\nclaim('ch01.big', 'it is big', x > 4)",
                id="measure",
            ),
            nbformat.v4.new_markdown_cell(f"## Second\n\n<!-- shows: {mark} -->\n\nAn idea.", id="idea"),
        ]
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}, "language_info": {"name": "python"}}
        notebook = nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata=kernel))
        files = {"01_one.ipynb": notebook, "coverage.csv": COVERAGE + rows, "figures.csv": FIGURES}
        for name, content in files.items():
            path = folder / "chapters" / name
            if not path.exists() or path.read_text() != content:
                path.write_text(content)
        command = [
            sys.executable,
            "-m",
            "sphinx",
            "-q",
            "-W",
            "--keep-going",
            "-b",
            "html",
            str(folder),
            str(folder / "out" / "html"),
        ]
        env = os.environ | {"PYTHONPATH": str(root)}
        return subprocess.run(command, capture_output=True, text=True, env=env)

    build.folder, build.out = folder, folder / "out" / "html"
    return build


def page(book, name):
    return BeautifulSoup((book.out / "chapters" / f"{name}.html").read_text(encoding="utf-8"), "lxml")


def report(book):
    return {entry["id"]: entry for entry in json.loads((book.out / "chapters" / "report.json").read_text())}


def test_pages_are_made_from_what_ran(book):
    built = book()
    assert built.returncode == 0, built.stderr
    table, chapter = page(book, "map").find("table"), page(book, "01_one")
    links = {link.get_text(): link["href"] for link in table.find_all("a")}
    assert links == {
        "One: First": "01_one.html#first",
        "a number": "01_one.html#claim-a01",
        "One: Second": "01_one.html#shows-a02",
    } or set(links.values()) == {"01_one.html#first", "01_one.html#claim-a01", "01_one.html#shows-a02"}
    for address in links.values():
        assert chapter.find(id=address.partition("#")[2]), address
    assert "shows: A02" not in str(chapter)
    assert report(book)["A01"]["measured"] == 5 and report(book)["ch01.big"]["compared"] == [[5.0, ">", 4]]
    assert (book.out / "chapters" / "report.csv").exists()


def test_a_second_build_writes_nothing(book):
    book()
    before = {
        path: path.stat().st_mtime_ns for path in book.out.rglob("*") if path.suffix in (".html", ".json", ".csv")
    }
    assert book().returncode == 0
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_code_that_ran_again_is_shown_anew(book):
    book()
    (book.folder / "number.txt").write_text("5.25")
    cache = next(book.folder.rglob("global.db")).parent
    subprocess.run(["rm", "-rf", str(cache)], check=True)  # as where the data of a chapter changed
    assert book().returncode == 0
    assert report(book)["A01"]["measured"] == 5.25
    assert "5.25" in page(book, "report").find(id="lecture-numbers").get_text()
    assert "5.25" in page(book, "01_one").get_text()


def test_a_build_that_fails_leaves_the_data_as_they_were(book):
    (book.folder / "number.txt").write_text("5")
    assert book().returncode == 0
    before = report(book)
    built = book(code=" * 2")
    assert built.returncode != 0 and "Executing notebook failed" in built.stderr
    assert "no place" not in built.stderr  # what follows from the failure is not told beside it
    assert report(book) == before
    assert not list(book.out.rglob("*.part"))


def test_a_place_that_is_gone_and_a_reason_that_is_old_stop_the_build(book):
    assert book().returncode == 0
    built = book(within=0.75)
    assert built.returncode != 0 and "A01: within=0.75, and figures.csv explains 0.5" in built.stderr
    # A claim in the source that left no record has no place on the page.
    built = book(code="\nif x < 0:\n    claim('A02.never', 'never reached', True)")
    assert built.returncode != 0 and "has no place 'claim-a02-never'" in built.stderr
    assert book().returncode == 0
