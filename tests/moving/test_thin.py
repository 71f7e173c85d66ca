"""The second figure of chapter 7: a training with dropout is PyTorch's, mask for mask; two ways lead below the goal."""

import pytest
import torch
from torch import nn

STATE = {"seed": 0, "points": 20, "width": 32, "noise": 0.7, "rate": 0.02, "steps": 500, "p": 0.5}
SEEDS = range(5)


class Dropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        self.p = p

    def forward(self, u):
        return u * (torch.rand(u.shape, dtype=torch.float32) >= self.p) / (1 - self.p) if self.training else u


def trained(seed, points, width, noise, rate, steps, p):
    """Both losses before the first step and after each, by PyTorch."""
    torch.manual_seed(seed)
    z = torch.randn(points, dtype=torch.float32).reshape(-1, 1)
    line = lambda n: torch.linspace(-3, 3, n, dtype=torch.float64).reshape(-1, 1)  # noqa: E731
    linear = lambda a, b: nn.Linear(a, b, dtype=torch.float64)  # noqa: E731
    x, places = line(points), line(101)
    y = torch.sin(x) + noise * z
    hidden = [[linear(a, width), nn.ReLU(), Dropout(p)] for a in (1, width)]
    net = nn.Sequential(*hidden[0], *hidden[1], linear(width, 1))
    optimizer, found = torch.optim.Adam(net.parameters(), lr=rate), {"own": [], "fresh": []}
    for _ in range(steps + 1):
        with torch.no_grad():
            net.eval()
            found["own"].append((net(x) - y).square().mean().item())
            found["fresh"].append((net(places) - torch.sin(places)).square().mean().item())
        (net.train()(x) - y).square().mean().backward()
        optimizer.step()
        optimizer.zero_grad()
    return found


@pytest.mark.parametrize("changes", [{}, {"p": 0}, {"seed": 3, "width": 8, "noise": 0.1, "p": 0.2}], ids=str)
def test_a_training_is_pytorchs(call, changes):
    state = STATE | changes
    ours, theirs = call("thin", "losses", state), trained(**state)
    for name in ("own", "fresh"):
        assert ours[name][:100] == pytest.approx(theirs[name][:100], rel=1e-4)
        assert ours[name][-1] == pytest.approx(theirs[name][-1], rel=0.01)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_goal_is_met_with_dropout_and_without_it_by_a_stop(call, seed):
    """The goal is 0.8 times what no dropout has after all steps; p = 0.5 and a stop by step 60 both come below.

    So it was with 19 of 20 other starts, too: with one, dropout ends as high as the net without it.
    """
    plain, dropped = (call("thin", "losses", STATE | {"seed": seed, "p": p})["fresh"] for p in (0, 0.5))
    assert dropped[-1] < 0.8 * plain[-1]
    assert min(plain[:61]) < 0.8 * plain[-1]
    if seed == 0:  # the chapter's
        assert 0.8 * plain[-1] == pytest.approx(0.35, abs=0.01)


def test_the_program_in_pytorch_prints_the_figures_losses(call, printed):
    for p in (0, 0.3):
        state = STATE | {"p": p, "steps": 30, "seed": 1}
        ours = call("thin", "losses", state)
        expected = [ours["own"][-1], ours["fresh"][-1]]
        assert printed(call("thin", "pytorch", state, 30)) == pytest.approx(expected, rel=1e-3)
