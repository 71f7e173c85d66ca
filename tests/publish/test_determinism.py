"""Two executions are compared byte by byte; only the numbers of cells that are listed as timings may differ."""

import nbformat
import pytest

from publish import determinism, figures, places


def text(content):
    return [{"output_type": "stream", "name": "stdout", "text": content}]


def picture(svg):
    return [{"output_type": "display_data", "data": {"image/svg+xml": svg, "text/plain": "<Figure>"}, "metadata": {}}]


@pytest.mark.parametrize(
    ("first", "second", "timing", "alike"),
    [
        (text("0.5 s\n"), text("0.5 s\n"), False, True),
        (text("0.5 s\n"), text("0.6 s\n"), False, False),
        (text("0.5 s, −1,000.5e-06\n"), text("12 s, 7\n"), True, True),
        (text("took 0.5 s\n"), text("lasted 0.5 s\n"), True, False),  # words count also in timings
        (text("step  9 %\n"), text("step 10 %\n"), True, True),  # aligned to the right
        (text("a\n"), text("a\nb\n"), False, False),
        (text("a\n"), [], True, False),
        (text("a\nb\n"), text("a\n") + text("b\n"), False, True),  # the same, in two pieces
        (picture("<svg>1</svg>"), picture("<svg>2</svg>"), False, False),
        (picture("<svg><path/></svg>"), picture("<svg><g/></svg>"), True, True),
    ],
)
def test_what_counts_as_alike(first, second, timing, alike):
    assert (determinism.difference(first, second, timing) is None) == alike


def test_the_first_line_that_differs_is_shown():
    found = determinism.compare({"one": text("a\nb\nc\n"), "two": []}, {"one": text("a\nx\ny\n"), "two": []}, set())
    assert found == ["cell 'one' differs:\n    text: b\n    text: x"]


def test_a_cell_on_the_list_without_need_is_found():
    outputs = {"one": text("1 s\n"), "two": text("2 s\n")}
    assert determinism.needless(outputs, outputs | {"one": text("3 s\n")}, {"one", "two"}) == ["two"]


def test_the_list_of_timings_names_cells_of_the_book(root):
    cells = {
        (path.stem[:2], cell["id"])
        for path in places.chapters(root)
        for cell in places.read(path)["cells"]
        if cell["cell_type"] == "code"
    }
    rows = figures.table("timings.csv", root)
    assert not [row for row in rows if (row["chapter"], row["cell"]) not in cells]
    assert all(row["why"] for row in rows)


@pytest.mark.parametrize(("source", "code"), [("print(1)", 0), ("import time; print(time.time_ns())", 1)])
def test_a_chapter_runs_twice_and_is_compared(tmp_path, monkeypatch, capsys, source, code):
    (tmp_path / "chapters").mkdir()
    monkeypatch.setattr(determinism, "ROOT", tmp_path)
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}, "language_info": {"name": "python"}}
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source, id="only")], metadata=kernel)
    nbformat.write(notebook, tmp_path / "chapters" / "01_one.ipynb")
    assert determinism.main(["--jobs", "2"]) == code
    said = capsys.readouterr().out
    assert ("cell 'only' differs" in said) == bool(code)
