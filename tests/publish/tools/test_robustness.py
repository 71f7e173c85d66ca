"""Chapters run again with other seeds and threads: everything is moved, nothing stops, and nothing is run twice."""

import os
import re
import subprocess
import sys

import nbformat
import pytest

from publish.book import Book, read
from publish.numbers import robustness as table
from publish.tools import robustness

DRAWS = """
import random, subprocess, sys
import numpy as np, torch
torch.manual_seed(0); a = torch.rand(1).item()
b = torch.rand(1, generator=torch.Generator().manual_seed(0)).item()
c = np.random.default_rng(0).random()
np.random.seed(0); d = np.random.rand()
e = np.random.RandomState(0).rand()
random.seed(0); f = random.random()
torch.set_num_threads(1)
print([round(x, 6) for x in (a, b, c, d, e, f)], torch.get_num_threads())
if len(sys.argv) == 1:  # a process that the chapter starts
    subprocess.run([sys.executable, __file__, "once"])
"""


def test_every_way_to_set_a_seed_is_moved_also_in_processes_that_a_chapter_starts(tmp_path):
    (tmp_path / "draws.py").write_text(DRAWS)
    env = os.environ | {"PYTHONPATH": str(robustness.RERUN)}
    command, lines = [sys.executable, tmp_path / "draws.py"], []
    for more, rerun in ((["once"], ""), ([], "1000 2")):
        lines += subprocess.check_output(command + more, env=env | {"LECTURE_RERUN": rerun}, text=True).splitlines()
    book, moved, again = ([float(word) for word in re.findall(r"[\d.]+", line)] for line in lines)
    assert (book.pop(), moved[-1], again) == (1, 2, moved)
    assert not [i for i, (mine, other) in enumerate(zip(book, moved, strict=False)) if mine == other]


SOURCES = (
    "import torch\nfrom lecture_utils.claims import claim",
    "torch.manual_seed(0)\nx = torch.rand(1)\nclaim('A01', 'always', x, expected=0.5, within=0.5)",
    "claim('A01.seed', 'one seed', x, expected=0.4963, within=0.001)",
    "claim('A02', 'not here', False, when=False)",
    "1 / 0\nclaim('A03', 'never reached', True)",
    "claim('A04', 'at the rate of the book', RATES[0], expected=0.1)",
)


@pytest.fixture
def small(book, chapter):
    """A book whose only chapter has settings, and claims that depend on the seed and on a setting."""
    chapter("01_one", *SOURCES)
    path = book.root / "chapters" / "01_one.ipynb"
    notebook = read(path)
    constants = nbformat.v4.new_code_cell("RATES = (0.1, 0.2)\nSEED = 1", id="constants")
    notebook.cells.insert(2, constants)
    nbformat.write(notebook, path)
    (book.root / "_toc.yml").write_text("format: jb-book\nroot: intro\nchapters: [file: chapters/01_one]\n")
    (book.root / "publish" / "numbers").mkdir(parents=True)
    return Book(book.root)


def test_claims_are_counted_and_what_is_done_is_not_done_again(small, capsys):
    arguments = ["--jobs", "2", "--seeds", "1"]
    robustness.main(arguments, small)
    assert "5 runs to do" in capsys.readouterr().out  # as it is, other seeds, two rates, two threads
    rows = {(row["id"], row["seeds"], row["setting"], row["threads"]): row for row in table.read(small.root)}

    def held(id_, seeds="the book's", setting="as it is", threads="1"):
        return tuple(int(rows[id_, seeds, setting, threads][name]) for name in ("held", "runs"))

    assert held("A01", "other") == (1, 1) and held("A01.seed", threads="2") == (1, 1)
    assert held("A01.seed", "other") == (0, 1)  # it failed, and the cells after it went on
    assert held("A02", "other") == (0, 0)
    assert held("A03") == (0, 1)  # a claim that an error hides does not hold
    assert held("A04") == (1, 1) and held("A04", setting="rates doubled") == (0, 1)

    robustness.main(arguments, small)
    assert "0 runs to do" in capsys.readouterr().out
    next(small.build.rglob("*seeds1*.json")).write_text("{")  # a file that was cut off
    plan = robustness.planned(small.chapters(), ["MNIST"], 1)
    assert len([run for run in plan if not robustness.is_done(small, run)]) == 1


def test_settings_are_found_by_their_names_and_scaled(small):
    path = small.chapters()[0]
    notebook = read(path)
    (constants,) = (cell for cell in notebook.cells if cell.id == "constants")
    constants.source += "\nEPOCHS = 5"
    nbformat.write(notebook, path)
    assert robustness.settings(notebook, "rates halved") == ["RATES"]
    names = {}
    robustness.changed(notebook, "updates doubled")
    exec(constants.source, names)
    assert names["EPOCHS"] == 10 and names["RATES"] == (0.1, 0.2)
    plan = robustness.planned(small.chapters(), ["MNIST", "bundled digits"])
    assert {run.data for run in plan} == {"no digits"} and len({run.file(small) for run in plan}) == len(plan) == 11
    assert len(robustness.planned(small.chapters(), ["MNIST"], only=("threads",))) == 2
