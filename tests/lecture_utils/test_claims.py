"""Claims print one line, leave a record, and stop a run that proves them wrong."""

import json
import math
import os
import subprocess
import sys

import nbformat
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from lecture_utils.claims import KEY, ClaimError, claim, records

NUMBERS = st.floats(-1e6, 1e6)


@pytest.mark.parametrize(
    ("measured", "bounds", "says"),
    [
        (torch.tensor(2) > torch.tensor(1), {}, ""),
        (torch.tensor([3.0]), {"above": 2}, ": 3 > 2"),
        (0.5, {"above": 0.4, "below": 0.6}, ": 0.4 < 0.5 < 0.6"),
        (3, {"expected": 3}, ": 3 (expected 3)"),
        (torch.tensor(0.9979), {"expected": 0.9981, "within": 0.003}, ": 0.9979 (expected 0.9981 ± 0.003)"),
        # As many digits as the bounds need.
        (0.571708, {"below": 0.9}, ": 0.572 < 0.9"),
        (0.899996, {"below": 0.9}, ": 0.899996 < 0.9"),  # not 0.9 < 0.9
        (0.90000049, {"above": 0.9}, ": 0.9000005 > 0.9"),
        (23456.7, {"above": 1000}, ": 23457 > 1000"),
        (0.92137, {"expected": 0.9216, "within": 0.001}, ": 0.9214 (expected 0.9216 ± 0.001)"),
        (7.564e27, {"above": 1.2}, ": 7.56e+27 > 1.2"),
        (1234567, {"expected": 1234567}, ": 1234567 (expected 1.23457e+06)"),
        (math.inf, {"above": 3}, ": inf > 3"),
    ],
)
def test_a_claim_that_holds_prints_one_line(measured, bounds, says, capsys):
    claim("ch02.baseline", "it holds", measured, **bounds)
    assert capsys.readouterr().out == f"✓ ch02.baseline  it holds{says}\n"


@pytest.mark.parametrize(
    ("measured", "bounds"),
    [
        (False, {}),
        (0.99, {"expected": 0.9981, "within": 0.003}),
        (0.5, {"below": 0.5}),
        (0.5, {"above": 0.5}),
        (math.nan, {"expected": 0.0, "within": 1.0}),
        (math.nan, {"below": 1.0}),
        (math.inf, {"expected": 0.0, "within": 1.0}),
    ],
)
def test_a_claim_that_fails_raises_and_says_which_and_that_the_readers_change_may_be_why(capsys, measured, bounds):
    with pytest.raises(ClaimError, match=r"A43 does not hold: accuracy.*If you have changed the code above, that may "):
        claim("A43", "accuracy", measured, **bounds)
    assert capsys.readouterr().out.startswith("✗ A43")


def test_a_claim_not_made_on_this_data_checks_nothing_and_says_so(capsys):
    claim("A16", "counts of MNIST", 3, below=2, when=False)
    assert capsys.readouterr().out == "– A16  not claimed on this data: counts of MNIST\n"


def holds(measured, **bounds):
    try:
        claim("A01", "a number", measured, **bounds)
    except ClaimError:
        return False
    return True


@given(NUMBERS, st.floats(0, 1e3), st.floats(-2, 2))
def test_within_is_the_absolute_difference(expected, within, share):
    measured = expected + share * within
    assert holds(measured, expected=expected, within=within) == (abs(measured - expected) <= within)


@given(st.floats(), NUMBERS, NUMBERS)
def test_bounds_are_strict_and_both_count(measured, above, below):
    assert holds(measured, above=above) == (measured > above)
    assert holds(measured, below=below) == (measured < below)
    assert holds(measured, above=above, below=below) == (above < measured < below)


@pytest.mark.parametrize(
    ("arguments", "options", "error", "says"),
    [
        (("43", "text", True), {}, ValueError, "id"),
        (("A4", "text", True), {}, ValueError, "id"),
        (("A43.Train", "text", True), {}, ValueError, "id"),
        ((43, "text", True), {}, ValueError, "id"),
        (("A43", " ", True), {}, ValueError, "statement"),
        (("A43", "text", 0.93), {}, TypeError, "measured: expected a number with a bound"),
        (("A43", "text", torch.tensor([0.1])), {}, TypeError, "measured"),
        (("A43", "text", True), {"below": 1.0}, TypeError, "measured: expected a number"),
        (("A43", "text", 1.0), {"below": "1"}, TypeError, "below"),
        (("A43", "text", 1.0), {"above": math.nan}, ValueError, "above"),
        (("A43", "text", 1.0), {"within": 1.0}, TypeError, "within"),
        (("A43", "text", 1.0), {"expected": 1.0, "below": 2.0}, TypeError, "expected"),
        (("A43", "text", 1.0), {"expected": 1.0, "within": -0.1}, ValueError, "within"),
        (("A43", "text", 1.0), {"expected": 1.0, "within": math.nan}, ValueError, "within"),
        (("A43", "text", 1.0), {"expected": 1.0, "source": "book"}, ValueError, "source"),
        (("A43", "text", 1.0), {"below": 2.0, "source": "paper"}, ValueError, "source"),
        (("A43", "text", True), {"when": 1}, TypeError, "when"),
    ],
)
def test_wrong_arguments_are_named(arguments, options, error, says):
    with pytest.raises(error, match=says):
        claim(*arguments, **options)


def test_a_terminal_without_the_marks_shows_something_in_their_place():
    code = "from lecture_utils.claims import claim; claim('A12', 'fits', 1, below=2)\n"
    code += "from lecture_utils.exercises import *; check(declared(chapters()[0])[0].id, None)"
    environment = os.environ | {"PYTHONIOENCODING": "cp949"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    first, second = done.stdout.decode("cp949").splitlines()
    assert first == "? A12  fits: 1 < 2" and second.startswith("? ")


def test_a_notebook_keeps_a_record_of_each_claim():
    sources = (
        "from lecture_utils.claims import claim\n"
        "claim('A43', 'accuracy', 0.9979, expected=0.9981, within=0.003, source='lecture')\n"
        "claim('A16', 'counts', False, when=False)\n"
        "claim('ch01.same', 'the same', True)\n"
        "claim('ch01.both', 'between', 2, above=1, below=float('inf'))",
        "claim('ch01.nan', 'not a number', float('nan'), expected=0.0)",
    )
    cells = [nbformat.v4.new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(sources)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    with pytest.raises(CellExecutionError, match=r"ch01\.nan does not hold"):
        NotebookClient(notebook, timeout=None, kernel_name="python3").execute()
    number = {"statement": "accuracy", "measured": 0.9979, "expected": 0.9981, "within": 0.003, "source": "lecture"}
    between = {"statement": "between", "measured": 2, "above": 1, "below": "inf"}
    nan = {"statement": "not a number", "measured": "nan", "expected": 0.0, "within": 0, "source": "formula"}
    assert records(json.loads(nbformat.writes(notebook))) == [
        {"id": "A43", **number, "holds": True, "cell": "cell-0"},
        {"id": "A16", "statement": "counts", "holds": None, "cell": "cell-0"},
        {"id": "ch01.same", "statement": "the same", "holds": True, "cell": "cell-0"},
        {"id": "ch01.both", **between, "holds": True, "cell": "cell-0"},
        {"id": "ch01.nan", **nan, "holds": False, "cell": "cell-1"},
    ]
    # The line is what a page shows of it.
    shown = [output.data["text/plain"] for output in notebook.cells[0].outputs if KEY in output.metadata]
    assert [line[0] for line in shown] == ["✓", "–", "✓", "✓"]


def test_a_record_keeps_its_number_when_the_tensor_changes_later(monkeypatch):
    shown = []
    monkeypatch.setattr("lecture_utils._output._in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", lambda data, raw, metadata: shown.append((data, metadata[KEY])))
    weight, bound = torch.zeros(1), torch.tensor(0.5)
    claim("ch01.kept", "the weight is small", weight, below=bound)
    weight.add_(0.25)
    bound.fill_(0.125)
    [(data, record)] = shown
    assert data["text/plain"] == "✓ ch01.kept  the weight is small: 0 < 0.5"
    assert (record["measured"], record["below"]) == (0, 0.5)


def test_records_need_no_ids_of_cells():
    output = {"metadata": {KEY: {"id": "A12", "statement": "s", "holds": True}}}
    assert records({"cells": [{"outputs": [output, {}]}, {}]}) == [
        {"id": "A12", "statement": "s", "holds": True, "cell": None}
    ]
