"""The figure of chapter 7: its masks, means and distances are PyTorch's, seed for seed."""

import pytest
import torch

STATE = {"seed": 7, "nodes": 50, "input": 5.0, "p": 0.5, "passes": 1000}
BEHIND = {"linear": torch.nn.Identity(), "relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}
FACTORS = [k / 100 for k in range(101)]
SEEDS = [7, 0, 1, 2, 3]


def distances(seed, nodes, input, p, passes, behind, factors):
    """What the chapter computes: all masks at once."""
    torch.manual_seed(seed)
    first, second = torch.nn.Linear(1, nodes), torch.nn.Linear(nodes, nodes, bias=False)
    with torch.no_grad():
        u = torch.relu(first(torch.tensor([input])))
        mean = BEHIND[behind](second(u * (torch.rand(passes, nodes) >= p))).mean(dim=0)
        evaluated = BEHIND[behind](second(u) * torch.tensor(factors)[:, None])
    return (evaluated - mean).square().mean(dim=1).sqrt().tolist()


@pytest.mark.parametrize("behind", BEHIND)
@pytest.mark.parametrize("change", [{}, {"seed": 0, "p": 0.8, "passes": 100}])
def test_distances_are_those_of_pytorch(call, behind, change):
    state, factors = STATE | change, [0.2, 0.5, 1.0]
    expected = distances(**state, behind=behind, factors=factors)
    assert call("passes", "distances", state, behind, factors) == pytest.approx(expected, rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_factor_beats_the_par_behind_tanh_and_hardly_behind_relu(call, seed):
    best = {}
    for behind in ("tanh", "relu"):
        found = call("passes", "distances", STATE | {"seed": seed}, behind, FACTORS)
        best[behind] = min(found) / found[50], FACTORS[found.index(min(found))]
    assert best["tanh"][0] < 0.5 and best["tanh"][1] < 0.5
    assert best["relu"][0] > 0.9


@pytest.mark.parametrize("behind", BEHIND)
def test_the_program_in_pytorch_prints_the_figures_distances(call, printed, behind):
    state = STATE | {"passes": 200}
    numbers = printed(call("passes", "pytorch", state | {"behind": behind, "factor": 0.4}))
    assert numbers[0::2] == [0.4, 0.5]
    assert numbers[1::2] == pytest.approx(call("passes", "distances", state, behind, [0.4, 0.5]), rel=1e-4)
