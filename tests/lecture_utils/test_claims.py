"""Claims print one line, leave a record, and stop a run that proves them wrong."""

import json

import nbformat
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from lecture_utils.claims import KEY, ClaimError, claim, records


def test_a_claim_that_holds_prints_one_line(capsys):
    claim("A43", "training accuracy", torch.tensor(0.9979), lecture=0.9981, within=0.003)
    claim("ch02.baseline", "the network beats the baseline", torch.tensor(2) > torch.tensor(1))
    assert capsys.readouterr().out.splitlines() == [
        "✓ A43  training accuracy: 0.9979 (expected 0.9981 ± 0.003)",
        "✓ ch02.baseline  the network beats the baseline",
    ]


@pytest.mark.parametrize(
    ("measured", "compare"),
    [
        (False, {}),
        (0.99, {"lecture": 0.9981, "within": 0.003}),
        (float("nan"), {"lecture": 0.0, "within": 1.0}),
        (float("inf"), {"lecture": 0.0, "within": 1.0}),
    ],
)
def test_a_claim_that_fails_raises_and_says_which(capsys, measured, compare):
    with pytest.raises(ClaimError, match=r"A43 does not hold: accuracy"):
        claim("A43", "accuracy", measured, **compare)
    assert capsys.readouterr().out.startswith("✗ A43")


def test_a_claim_not_made_on_this_data_checks_nothing_and_says_so(capsys):
    claim("A16", "counts of MNIST", False, when=False)
    assert capsys.readouterr().out == "– A16  not claimed on this data: counts of MNIST\n"


@given(st.floats(-1e6, 1e6), st.floats(0, 1e3), st.floats(-2, 2))
def test_the_bound_is_the_absolute_difference(lecture, within, share):
    measured = lecture + share * within
    holds = abs(measured - lecture) <= within
    try:
        claim("A01", "a number", measured, lecture=lecture, within=within)
    except ClaimError:
        assert not holds
    else:
        assert holds


@pytest.mark.parametrize(
    ("arguments", "options", "error", "says"),
    [
        (("43", "text", True), {}, ValueError, "id"),
        (("A4", "text", True), {}, ValueError, "id"),
        (("A43.Train", "text", True), {}, ValueError, "id"),
        ((43, "text", True), {}, ValueError, "id"),
        (("A43", " ", True), {}, ValueError, "statement"),
        (("A43", "text", 0.93), {}, TypeError, "measured"),
        (("A43", "text", torch.tensor([0.1])), {}, TypeError, "measured"),
        (("A43", "text", 1.0), {"lecture": 1.0}, TypeError, "both"),
        (("A43", "text", 1.0), {"within": 1.0}, TypeError, "both"),
        (("A43", "text", True), {"lecture": 1.0, "within": 0.1}, TypeError, "measured"),
        (("A43", "text", 1.0), {"lecture": 1.0, "within": -0.1}, ValueError, "within"),
        (("A43", "text", 1.0), {"lecture": 1.0, "within": float("nan")}, ValueError, "within"),
        (("A43", "text", True), {"when": 1}, TypeError, "when"),
    ],
)
def test_wrong_arguments_are_named(arguments, options, error, says):
    with pytest.raises(error, match=says):
        claim(*arguments, **options)


def executed(*sources):
    cells = [nbformat.v4.new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(sources)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    client = NotebookClient(notebook, timeout=60, kernel_name="python3")
    try:
        client.execute()
    except CellExecutionError:
        return notebook, True
    return notebook, False


def test_a_notebook_keeps_a_record_of_each_claim():
    notebook, failed = executed(
        "from lecture_utils.claims import claim\n"
        "claim('A43', 'accuracy', 0.9979, lecture=0.9981, within=0.003)\n"
        "claim('A16', 'counts', False, when=False)",
        "claim('ch01.nan', 'not a number', float('nan'), lecture=0.0, within=1.0)",
    )
    assert failed
    assert records(json.loads(nbformat.writes(notebook))) == [
        {
            "id": "A43",
            "statement": "accuracy",
            "measured": 0.9979,
            "lecture": 0.9981,
            "within": 0.003,
            "holds": True,
            "cell": "cell-0",
        },
        {"id": "A16", "statement": "counts", "holds": None, "cell": "cell-0"},
        {
            "id": "ch01.nan",
            "statement": "not a number",
            "measured": "nan",
            "lecture": 0.0,
            "within": 1.0,
            "holds": False,
            "cell": "cell-1",
        },
    ]
    # The line is what a page shows of it.
    shown = [output.data["text/plain"] for output in notebook.cells[0].outputs if KEY in output.metadata]
    assert [line[0] for line in shown] == ["✓", "–"]
