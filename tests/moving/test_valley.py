"""The figure of chapter 11: its bowl is the table's, its steps are SGD's, its goals can be reached."""

from itertools import product

import pytest
import torch
from sklearn.datasets import load_wine

NAMES = ["flavanoids", "total_phenols"]
STARTS = [[1.5, 2.3], [0.5, -2.0], [-1.0, 1.0], [-2.5, -0.5], [2.0, 0.0]]
CURES = [dict(zip(("centre", "scale", "whiten"), on, strict=True)) for on in product((False, True), repeat=3)]

wine = load_wine()
TABLE = torch.tensor(wine.data)
X = TABLE[:, [wine.feature_names.index(name) for name in NAMES]]
Y = (TABLE[:, 0] - TABLE[:, 0].mean()) / TABLE[:, 0].std(correction=0)
FACTS = {
    "means": X.mean(dim=0).tolist(),
    "covariance": torch.cov(X.T, correction=0).tolist(),
    "along": ((X - X.mean(dim=0)).T @ Y / len(Y)).tolist(),
}


def cured(unit, centre, scale, whiten):
    """The columns, made anew from the table."""
    x = X * torch.tensor([unit, 1.0])
    middle, deviation = x.mean(dim=0), x.std(dim=0, correction=0)
    z = (x - middle) / deviation
    x = x - middle if centre else x
    if whiten:
        values, vectors = torch.linalg.eigh(z.T @ z / len(z))
        return x / deviation @ (vectors * vectors[0].sign()) / values.sqrt()
    return x / deviation if scale else x


def descend(x, rate, start, steps):
    """Steps of torch's SGD on half the mean of squared errors: list of weights."""
    w = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer, path = torch.optim.SGD([w], lr=rate), [start]
    for _ in range(steps):
        optimizer.zero_grad()
        (torch.nn.functional.mse_loss(x @ w, Y) / 2).backward()
        optimizer.step()
        path.append(w.tolist())
    return path


@pytest.mark.parametrize("cures", CURES, ids=lambda cures: " ".join(name for name, on in cures.items() if on) or "none")
def test_the_bowl_and_the_steps_are_torchs(call, cures):
    for unit, start in zip((1.0, 4.0), STARTS, strict=False):
        x = cured(unit, **cures)
        bowl = call("valley", "bowl", FACTS, cures | {"unit": unit})
        assert [bowl["low"], bowl["high"]] == pytest.approx(torch.linalg.eigvalsh(x.T @ x / len(x)).tolist(), rel=1e-8)
        assert bowl["minimum"] == pytest.approx(torch.linalg.lstsq(x, Y[:, None]).solution[:, 0].tolist(), rel=1e-6)
        rate = 0.7 / bowl["high"]
        ours, theirs = call("valley", "walk", bowl, rate, start, 100), descend(x, rate, start, 100)
        assert torch.allclose(torch.tensor(ours), torch.tensor(theirs), rtol=1e-7, atol=1e-9)
        best = torch.tensor(bowl["minimum"])
        far = (torch.tensor(theirs) - best).norm(dim=1)
        assert call("valley", "distance", bowl, rate, start, 37) == pytest.approx((far[37] / far[0]).item(), rel=1e-4)


@pytest.mark.parametrize("start", STARTS)
def test_a_rate_of_the_slider_reaches_the_goal(call, start):
    # Goals are the steps at 2 / (largest + smallest curvature) and a twentieth more; the slider's rates are 1.2% apart.
    for cures in CURES:
        bowl = call("valley", "bowl", FACTS, cures | {"unit": 1})
        best = 2 / (bowl["low"] + bowl["high"])
        goal = 1.05 * call("valley", "stepsTo", bowl, best, start)
        slider = [10 ** (0.005 * round(torch.tensor(best).log10().item() / 0.005) + 0.005 * k) for k in (-1, 0)]
        assert min(call("valley", "stepsTo", bowl, rate, start) for rate in slider) <= max(goal + 1, 4)


def test_above_the_limit_it_never_arrives(call):
    bowl = call("valley", "bowl", FACTS, CURES[0] | {"unit": 1})
    assert call("valley", "stepsTo", bowl, 2.02 / bowl["high"], STARTS[0]) is None


@pytest.mark.parametrize(
    "state",
    [
        {"centre": True, "rate": 0.3},
        {"unit": 2, "scale": True, "rate": 0.08},
        {"whiten": True, "centre": True, "rate": 0.85},
        {"whiten": True, "rate": 0.05},
        {"rate": 0.1},
    ],
)
def test_the_program_in_pytorch_counts_the_same_steps(call, printed, state):
    state = {"unit": 1, "centre": False, "scale": False, "whiten": False, "start": [1.5, 2.3]} | state
    bowl = call("valley", "bowl", FACTS, state)
    steps = call("valley", "stepsTo", bowl, state["rate"], state["start"])
    assert printed(call("valley", "pytorch", NAMES, state)) == [steps]
