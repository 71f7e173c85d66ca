"""The figure of chapter 12: its scores and its memory are those of BatchNorm1d, and its goals can be reached."""

import pytest
import torch

SEEDS = range(5)
START = {"mean": [0.0, 0.0], "variance": [1.0, 1.0]}


def batch_of(seed):
    return torch.randn(8, 2, generator=torch.Generator().manual_seed(seed), dtype=torch.float64) + 0.5


def layer(memory, alpha=0.1):
    norm = torch.nn.BatchNorm1d(2, momentum=alpha).double()
    norm.running_mean[:] = torch.tensor(memory["mean"])
    norm.running_var[:] = torch.tensor(memory["variance"])
    return norm


@pytest.mark.parametrize("seed", SEEDS)
def test_both_modes_are_pytorchs(call, seed):
    batch, memory = batch_of(seed), {"mean": [0.3, -0.2], "variance": [1.5, 0.4]}
    ours, norm = call("company", "answers", batch.tolist(), memory), layer(memory)
    assert ours["evaluation"] == pytest.approx(norm.eval()(batch).sum(dim=1).tolist(), rel=1e-6)
    assert ours["training"] == pytest.approx(norm.train()(batch).sum(dim=1).tolist(), rel=1e-6)
    assert sum(ours["training"]) == pytest.approx(0, abs=1e-9)  # so never has a whole batch the same answer


@pytest.mark.parametrize("alpha", [0.01, 0.1, 1.0])
def test_so_is_the_memory(call, alpha):
    batch, norm = batch_of(0), layer(START, alpha)
    for _ in range(12):
        norm(batch)
    found = call("company", "remember", batch.tolist(), START, alpha, 12)
    assert found["mean"] == pytest.approx(norm.running_mean.tolist(), rel=1e-6)
    assert found["variance"] == pytest.approx(norm.running_var.tolist(), rel=1e-6)


def test_a_settled_memory_says_what_the_batch_says(call):
    batch = batch_of(3).tolist()
    found = call("company", "answers", batch, call("company", "settled", batch))
    assert [score > 0 for score in found["training"]] == [score > 0 for score in found["evaluation"]]


def test_the_program_in_pytorch_prints_the_figures_numbers(call, printed):
    batch, memory = batch_of(1).tolist(), {"mean": [0.25, -0.5], "variance": [1.5, 0.5]}
    found, later = call("company", "answers", batch, memory), call("company", "remember", batch, memory, 0.3)
    expected = found["evaluation"] + found["training"] + later["mean"] + later["variance"]
    assert printed(call("company", "pytorch", batch, memory, 0.3)) == pytest.approx(expected, rel=1e-4, abs=1e-5)
