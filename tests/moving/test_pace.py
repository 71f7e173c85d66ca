"""The second figure of chapter 12: its nets are PyTorch's, step for step, and its goals are fair."""

import pytest
import torch
from torch import nn

from lecture_utils.training import fit

STATE = {"seed": 0, "depth": 6, "width": 16, "points": 32, "steps": 60, "rate": 0.01}
NORMS = {"plain": nn.Identity, "batch": nn.BatchNorm1d, "layer": nn.LayerNorm}
SEEDS = range(5)
# The goals are 1.1 times the plain net's best of six of these; the best of all twelve is the same for each seed.
RATES = (0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0)


def trained(kind, seed, depth, width, points, steps, rate):
    """The losses before the first step and after each, by PyTorch."""
    x = torch.linspace(-1, 1, points, dtype=torch.float64).reshape(-1, 1)
    y = torch.sin(6 * x)
    torch.manual_seed(seed)
    layers = []
    for k in range(depth):
        linear = nn.Linear(width if k else 1, width, dtype=torch.float64)
        linear.weight.data *= 6**0.5
        layers += [linear, NORMS[kind](width, dtype=torch.float64), nn.ReLU()]
    net = nn.Sequential(*layers, nn.Linear(width, 1, dtype=torch.float64))
    return fit(net, [(x, y)], nn.MSELoss(), torch.optim.SGD(net.parameters(), lr=rate), epochs=steps + 1)


@pytest.mark.parametrize("kind", NORMS)
@pytest.mark.parametrize("changes", [{}, {"rate": 0.1, "seed": 3}, {"rate": 0.05, "steps": 20, "depth": 2}], ids=str)
def test_a_training_is_pytorchs(call, kind, changes):
    state = STATE | changes
    assert call("pace", "losses", kind, state) == pytest.approx(trained(kind, **state), rel=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_goal_is_met_by_the_plain_net_somewhere_and_by_batch_norm_over_a_factor_of_ten(call, seed):
    ends = lambda kind, *rates: call("pace", "ends", kind, STATE | {"seed": seed}, rates)  # noqa: E731
    plain, layer = (min(end for end in ends(kind, *RATES) if end is not None) for kind in ("plain", "layer"))
    # So the finding is not one of a goal that was set high: the others at their best against poor rates.
    assert max(ends("batch", 0.02, 0.1, 0.3)) < 0.2 * plain
    assert max(ends("batch", 0.05, 0.1)) < 0.2 * layer


def test_a_net_that_blows_up_is_left_alone(call):
    losses = call("pace", "losses", "batch", STATE | {"rate": 1})
    assert len(losses) == 61 and losses[-1] is None and losses[0] is not None


def test_the_range_of_rates_below_a_goal(call):
    tries = [{"rate": rate, "ends": ends} for rate, ends in ((0.1, [0.2, 0.1]), (0.01, [0.4, 0.2]), (0.3, [None, 0.1]))]
    tries[2]["ends"][0] = 1e9
    assert call("pace", "below", tries, 0, 0.3) == [0.1, 0.1]
    assert call("pace", "below", tries, 1, 0.3) == [0.01, 0.3]
    assert call("pace", "below", tries, 0, 0.01) == []


def test_the_program_in_pytorch_prints_the_figures_losses(call, printed):
    state = STATE | {"rate": 0.05}
    expected = [call("pace", "losses", kind, state)[-1] for kind in NORMS]
    assert printed(call("pace", "pytorch", state)) == pytest.approx(expected, rel=1e-4)
