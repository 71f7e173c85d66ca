"""A book of two tiny chapters, which run in seconds."""

import json
from pathlib import Path

import nbformat
import pytest
from sphinx.testing.util import SphinxTestApp

from publish.book import Book, code_cells, read
from publish.run import warm
from publish.run.data import identity
from publish.run.execute import main
from publish.run.store import Store
from publish.tools import references

TOC = {
    "format": "jb-book",
    "root": "intro",
    "chapters": [{"file": "chapters/01_one"}, {"url": "https://example.org"}, {"file": "chapters/02_two"}],
}
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3"}, "language_info": {"name": "python"}}


@pytest.fixture
def book(tmp_path, monkeypatch):
    """Two chapters that print 1 and 2."""
    monkeypatch.setenv("LECTURE_MNIST", "bundled")
    (tmp_path / "lecture_utils").mkdir()
    (tmp_path / "lecture_utils" / "helper.py").write_text("x = 1\n")
    (tmp_path / "requirements.txt").write_text("torch==2\n")
    (tmp_path / "chapters").mkdir()
    (tmp_path / "_toc.yml").write_text(json.dumps(TOC))
    (tmp_path / "_config.yml").write_text("title: Two Chapters\n")
    (tmp_path / "intro.md").write_text("# Hi\n")
    write(tmp_path, "01_one", "print(1)")
    write(tmp_path, "02_two", "print(2)")
    return Book(tmp_path)


def write(root, name, *sources, text="words", **metadata):
    """Write a chapter: one cell of text, and a code cell for each source, with ids code-0, code-1 and so on."""
    cells = [nbformat.v4.new_markdown_cell(text, id="text")]
    for number, source in enumerate(sources):
        cells.append(nbformat.v4.new_code_cell(source, id=f"code-{number}", metadata=metadata))
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), root / "chapters" / f"{name}.ipynb")


@pytest.fixture
def chapter(book):
    """``chapter("01_one", "print(1)")`` writes a chapter of the book anew."""
    return lambda name, *sources, **options: write(book.root, name, *sources, **options)


@pytest.fixture
def run(book, capsys, monkeypatch):
    """``run()`` runs the book as a user does: the exit code, the chapters that ran, and all that was said."""
    monkeypatch.setattr(warm, "PRELOADED", "ipykernel.kernelapp")  # these chapters need no PyTorch

    def run_(*arguments):
        code = main(["--jobs", "2", *arguments], book)
        said = capsys.readouterr().out
        return code, sorted(line.split()[1].split("/")[1][:6] for line in said.splitlines() if line[:4] == "ran "), said

    return run_


@pytest.fixture
def executed(book):
    """``executed("01_one")`` gives the chapter as it ran last with its present code; None where it has not."""
    return lambda name: Store(book, identity()).find(read(book.root / "chapters" / f"{name}.ipynb"))


@pytest.fixture
def printed(executed):
    """``printed("01_one")`` gives what the chapter printed when it ran as it is now; None where it has not."""

    def printed_(name):
        if (ran := executed(name)) is None:
            return None
        outputs = [output for cell in code_cells(ran) for output in cell.outputs]
        return "".join(output.text for output in outputs if output.output_type == "stream")

    return printed_


@pytest.fixture
def samples(monkeypatch):
    """Nine papers of samples.bib stand in the place of references.bib, whose entries come and go with chapters."""
    found = references.papers(Path(__file__).with_name("samples.bib"))
    monkeypatch.setattr(references, "papers", lambda: found)


@pytest.fixture
def sphinx():
    """``sphinx(folder)`` builds the pages of a folder with a conf.py, without a warning: the path of what was built."""

    def build(folder, builder="html", parallel=0):
        app = SphinxTestApp(builder, srcdir=folder, parallel=parallel)
        try:
            app.build()
            assert not app.warning.getvalue()
            return Path(app.outdir)
        finally:
            app.cleanup()

    return build
