"""Chapters run again with other seeds and threads: everything is moved, nothing stops, and nothing is run twice."""

import json
import os
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
random.seed(0); e = random.random()
from sklearn.utils import check_random_state
f = check_random_state(0).rand()
child = "import torch; torch.manual_seed(0); print(torch.rand(1).item())"
g = float(subprocess.check_output([sys.executable, "-c", child]))
torch.set_num_threads(1)
print(torch.get_num_threads(), a == g, [round(x, 6) for x in (a, b, c, d, e, f)])
"""


def draws(rerun):
    env = {key: value for key, value in os.environ.items() if key != "LECTURE_RERUN"}
    env |= {"PYTHONPATH": str(robustness.RERUN)} | ({"LECTURE_RERUN": rerun} if rerun else {})
    out = subprocess.run([sys.executable, "-c", DRAWS], env=env, capture_output=True, text=True, check=True).stdout
    threads, same, numbers = out.split(maxsplit=2)
    assert same == "True", "a process that a chapter starts draws the same numbers"
    return int(threads), json.loads(numbers)


def test_every_way_to_set_a_seed_is_moved_and_none_without_need():
    book = draws("")
    assert draws("0 1") == book
    threads, others = draws("1000 2")
    assert threads == 2
    assert not [i for i, (mine, other) in enumerate(zip(book[1], others, strict=True)) if mine == other]
    assert draws("1000 2")[1] == others


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
    constants = nbformat.v4.new_code_cell("RATES = (0.1, 0.2)\nEPOCHS = 5\nSEED = 1", id="constants")
    notebook.cells.insert(2, constants)
    nbformat.write(notebook, path)
    (book.root / "_toc.yml").write_text("format: jb-book\nroot: intro\nchapters: [file: chapters/01_one]\n")
    (book.root / "publish" / "numbers").mkdir(parents=True)
    return Book(book.root)


def test_claims_are_counted_and_what_is_done_is_not_done_again(small, capsys):
    arguments = ["--jobs", "2", "--seeds", "1"]
    assert robustness.main(arguments, small) == 0
    assert "7 runs to do" in capsys.readouterr().out  # as it is, other seeds, four settings, two threads
    rows = {(row["id"], row["seeds"], row["setting"], row["threads"]): row for row in table.read(small.root)}

    def held(id_, seeds="the book's", setting="as it is", threads="1"):
        return tuple(int(rows[id_, seeds, setting, threads][name]) for name in ("held", "runs"))

    assert held("A01", "other") == (1, 1) and held("A01.seed", threads="2") == (1, 1)
    assert held("A01.seed", "other") == (0, 1)  # it failed, and the cells after it went on
    assert held("A02", "other") == (0, 0)
    assert held("A03") == (0, 1)  # a claim that an error hides does not hold
    assert held("A04") == (1, 1) and held("A04", setting="rates doubled") == (0, 1)
    assert held("A04", setting="updates halved") == (1, 1)

    assert robustness.main(arguments, small) == 0
    assert "0 runs to do" in capsys.readouterr().out
    next(small.build.rglob("*seeds1*.json")).write_text("{")  # a file that was cut off
    plan = robustness.planned(small.chapters(), ["MNIST"], 1)
    assert len([run for run in plan if not robustness.is_done(small, run)]) == 1


def test_settings_are_found_by_their_names_and_scaled(small):
    notebook = read(small.chapters()[0])
    assert robustness.settings(notebook, "rates halved") == ["RATES"]
    changed = robustness.changed(notebook, "updates doubled")
    names = {}
    exec(next(cell.source for cell in changed.cells if cell.id == "constants"), names)
    assert names["EPOCHS"] == 10 and names["RATES"] == (0.1, 0.2)
    plan = robustness.planned(small.chapters(), ["MNIST", "bundled digits"])
    assert {run.data for run in plan} == {"no digits"} and len({run.file(small) for run in plan}) == len(plan) == 11
    assert len(robustness.planned(small.chapters(), ["MNIST"], only=("threads",))) == 2
