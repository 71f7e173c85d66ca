"""Chapters run again with other seeds and threads: everything is moved, nothing stops, and nothing is run twice."""

import json
import os
import subprocess
import sys

import nbformat
import pytest

from publish import robustness, runs

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


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A book of one tiny chapter whose second claim depends on the seed."""
    (tmp_path / "chapters").mkdir()
    monkeypatch.setattr(robustness, "ROOT", tmp_path)
    monkeypatch.setattr(robustness, "_name_of_digits", lambda mnist: robustness.BUNDLED)
    write(tmp_path)
    return tmp_path


def write(root, more=""):
    sources = [
        "import torch\nfrom lecture_utils.claims import claim\nfrom pathlib import Path\n" + more,
        "torch.manual_seed(0)\nx = torch.rand(1)\nclaim('A01', 'always', x, lecture=0.5, within=0.5)",
        "claim('A01.seed', 'one seed', abs(x - 0.4963) < 0.001)",
        "claim('A02', 'not here', False, when=False)",
        "1 / 0\nclaim('A03', 'never reached', True)",
        "claim('A04', 'after all that', True)",
    ]
    cells = [nbformat.v4.new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(sources)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}, "language_info": {"name": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), root / "chapters" / "01_one.ipynb")


def test_claims_are_counted_and_what_is_done_is_not_done_again(book, capsys):
    assert robustness.main(["--jobs", "1", "--seeds", "1"]) == 0
    said = capsys.readouterr().out
    assert "3 runs to do" in said  # the book's seeds and others on one thread, the book's on two
    rows = (book / "chapters" / "robustness.csv").read_text().splitlines()
    held = {tuple(row.split(",")[i] for i in (0, 3, 4)): tuple(row.split(",")[6:8]) for row in rows[1:]}
    assert held["A01", "other", "1"] == ("1", "1") and held["A01.seed", "the book's", "2"] == ("1", "1")
    assert held["A01.seed", "other", "1"] == ("1", "0")  # it failed, and the cells after it went on
    assert held["A02", "other", "1"] == ("0", "0")
    assert held["A03", "other", "1"] == ("1", "0")  # a claim that an error hides does not hold
    assert held["A04", "other", "1"] == ("1", "1")
    assert "A01.seed: no digits, other seeds" in said

    assert robustness.main(["--jobs", "1", "--seeds", "1"]) == 0
    assert "0 runs to do" in capsys.readouterr().out
    next(book.rglob("*seeds1*.json")).write_text("{")  # a file that was cut off
    assert (
        len([r for r in robustness.planned(robustness.places.chapters(book), [], 1) if not robustness.is_done(r)]) == 1
    )
    write(book, more="# new code")
    assert (
        len([r for r in robustness.planned(robustness.places.chapters(book), [], 1) if not robustness.is_done(r)]) == 3
    )


def test_the_plan_covers_seeds_threads_and_data(book):
    write(book, more="digits()")
    (path,) = robustness.places.chapters(book)
    plan = {(run.data, run.shift, run.threads) for run in robustness.planned([path], ["MNIST", "bundled digits"])}
    assert plan == {(d, s, 1) for d in ("MNIST", "bundled digits") for s in range(6)} | {
        (d, 0, 2) for d in ("MNIST", "bundled digits")
    }
    assert len(robustness.planned([path], ["MNIST"], full=True)) == 12
    assert {run.threads for run in robustness.planned([path], ["MNIST"], threads=[1])} == {1}
    assert len({run.file for run in robustness.planned([path], ["MNIST", "bundled digits"], full=True)}) == 24


def double(x, y):
    return x * y


def test_tasks_run_in_processes_of_their_own(tmp_path):
    found = runs.in_parallel(double, [(1, 2), (3, 4), (5, 6)], 2, tmp_path / "log" / "kernels.log")
    assert sorted(found) == [2, 12, 30]
