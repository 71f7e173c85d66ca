"""Two executions are compared byte by byte; only the numbers of cells that are listed as timings may differ."""

import re

import pytest

from publish.book import Book, read, rows
from publish.tools import determinism


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
        (picture("<svg>1</svg>"), picture("<svg>2</svg>"), False, False),
        (picture("<svg><path/></svg>"), picture("<svg><g/></svg>"), True, True),
    ],
)
def test_what_counts_as_alike(first, second, timing, alike):
    assert (determinism.text(first, timing) == determinism.text(second, timing)) == alike


def test_the_list_of_timings_names_cells_of_the_book(root):
    cells = {(path.stem[:2], cell.id) for path in Book().chapters() for cell in read(path).cells}
    listed = rows(root / "chapters" / "timings.csv")
    assert all(row["why"] for row in listed)
    assert not [row for row in listed if (row["chapter"], row["cell"]) not in cells]


DIFFERS = r"01_one: DIFFERS\n +cell 'code-0' differs:\n +.*\d{9}.*\n +.*\d{9}.*\n"


@pytest.mark.parametrize(
    ("source", "code", "says"),
    [("print(1)", 0, "1 cells alike"), ("import time; print(time.time_ns())", 1, DIFFERS)],
)
def test_chapters_run_twice_and_the_first_line_that_differs_is_shown(book, chapter, capsys, source, code, says):
    chapter("01_one", "print('same')\n" + source)
    assert determinism.main(["--jobs", "2", "--chapters", "01"], book) == code
    assert re.search(says, capsys.readouterr().out)
