"""A claim's record has the numbers that were compared, and never a number that was not."""

import json

import nbformat
import pytest
from nbclient import NotebookClient

from lecture_utils.claims import records


@pytest.fixture(scope="module")
def recorded():
    """``recorded(cell, ...)`` runs cells in one kernel and gives what the claims of each compared."""
    kernel = nbformat.v4.new_notebook(cells=[])
    client = NotebookClient(kernel, timeout=60, kernel_name="python3", allow_errors=True)
    with client.setup_kernel():

        def run(*sources):
            kernel.cells = [nbformat.v4.new_code_cell(source) for source in sources]
            for i, cell in enumerate(kernel.cells):
                client.execute_cell(cell, i)
            found = records(json.loads(nbformat.writes(kernel)))
            return [record.get("compared") for record in found]

        run("import torch\nfrom lecture_utils.claims import claim\nt = torch.tensor([1.0, 3.0])\nloss = 0.25")
        yield run


@pytest.mark.parametrize(
    ("code", "numbers"),
    [
        ("claim('A01', 's', loss < 0.5)", [[0.25, "<", 0.5]]),
        ("claim('A01', 's', 0.1 < loss <= 0.5 * 1)", [[0.1, "<", 0.25, "≤", 0.5]]),
        ("claim('A01', 's', bool(t.max() > 2 and len(t) == 2))", [[3.0, ">", 2], [2, "=", 2]]),
        ("claim(\n    'A01',\n    'größer',\n    t.mean() > max(loss, 0.3),\n)", [[2.0, ">", 0.3]]),
        ("good = loss < 1\nclaim('A01', 's', good)", [[0.25, "<", 1]]),
        ("claim('A01', 's', loss > 1)", [[0.25, ">", 1]]),  # it fails, and the record says with what
        ("for a in (1, 2):\n    claim('A01', 's', a < 3)", [[1, "<", 3]]),
        # What follows gives nothing.
        ("good = loss < 1\nloss, old = 0.5, loss\nclaim('A01', 's', good)\nloss = old", None),
        ("xs = [1]\ngood = len(xs) < 2\nxs.append(2)\nclaim('A01', 's', good)", None),
        ("def noisy():\n    print('!')\n    return 1\n\nclaim('A01', 's', noisy() > 0)", None),
        ("claim('A01', 's', torch.rand(1).item() < 2)", None),
        ("claim('A01', 's', bool((t > 0).all()))", None),
        ("claim('A01', 's', t.tolist() == [1.0, 3.0])", None),
        ("claim('A01', 's', loss < 0.5 or loss > 9)", None),
        ("claim('A01', 's', not loss > 1)", None),
        ("claim('A01', 's', float('nan') != 1)", None),
        ("it = iter([1, 2])\nclaim('A01', 's', max(it) > 1)", None),
    ],
)
def test_what_was_compared(recorded, code, numbers):
    assert recorded(code)[0] == numbers


def test_nothing_is_worked_out_twice_that_has_an_effect(recorded):
    assert recorded(
        "torch.manual_seed(0)\nclaim('A01', 's', torch.rand(1) < 2)\nafter = torch.rand(1).item()\n"
        "torch.manual_seed(0)\ntorch.rand(1)\nclaim('A02', 's', after == torch.rand(1).item())",
    ) == [None, None]


def test_a_call_without_source_is_as_good_as_any(capsys):
    exec("from lecture_utils.claims import claim; claim('A01', 'a sentence', 1 < 2)", {})
    assert capsys.readouterr().out == "✓ A01  a sentence\n"
