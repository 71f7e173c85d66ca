"""The second figure of chapter 8: its pair is the chapter's, and PyTorch's from the price that it names."""

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

CURVATURE, CENTRE = [[2.0, 0.5], [0.5, 0.8]], [2.0, 1.4]
ORDERS = {"L1": 1, "L2": 2, "max": torch.inf}


def error(w, curvature=CURVATURE, centre=CENTRE):
    away = np.subtract(w, centre)
    return 0.5 * away @ np.array(curvature) @ away


def by_scipy(norm, budget, curvature, centre):
    """As in the chapter, for other budgets."""
    faces = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])
    left = {"L1": lambda w: 1 - faces @ w, "L2": lambda w: 1 - w @ w, "max": lambda w: 1 - np.concatenate([w, -w])}
    rule = {"type": "ineq", "fun": left[norm]}
    found = minimize(lambda v: error(budget * v, curvature, centre), [0, 0], constraints=rule, tol=1e-13)
    return budget * found.x


def drawings(seeds):
    for seed in seeds:
        rng = np.random.default_rng(seed)
        root = rng.standard_normal((2, 2))
        yield (root @ root.T + 0.3 * np.eye(2)).tolist(), (rng.uniform(1, 2.5, 2) * rng.choice([-1, 1], 2)).tolist()


EACH_DRAWING = pytest.mark.parametrize("drawing", [(CURVATURE, CENTRE), *drawings(range(5))], ids=["chapter", *"01234"])


@pytest.mark.parametrize("norm", ORDERS)
@EACH_DRAWING
def test_the_pair_is_the_chapters(call, norm, drawing):
    for budget in (0.3, 1, 1.7, 1.75, 2.2, 3.1):
        found = call("touch", "contact", norm, budget, *drawing)["pair"]
        expected = by_scipy(norm, budget, *drawing)
        assert found == pytest.approx(expected, abs=2e-4)
        assert error(found, *drawing) <= error(expected, *drawing) + 1e-9
        assert torch.linalg.vector_norm(torch.tensor(found).double(), ord=ORDERS[norm]).item() <= budget + 1e-6


def by_price(norm, price):
    """The pair without a budget, with a price on its norm (L2: on half of its square)."""
    A, c = torch.tensor(CURVATURE, dtype=torch.float64), torch.tensor(CENTRE, dtype=torch.float64)
    if norm == "L2":
        return torch.linalg.solve(A + price * torch.eye(2, dtype=torch.float64), A @ c)
    w, rate = torch.zeros(2, dtype=torch.float64), 0.2
    for _ in range(2000):  # the chapter's proximal step
        w = w - rate * A @ (w - c)
        if norm == "L1":
            w = w.sign() * (w.abs() - rate * price).clamp(min=0)
        else:  # that of the largest size: what exceeds a level is cut, a level lower by the price
            levels = torch.stack([w.abs().max() - rate * price, (w.abs().sum() - rate * price) / 2])
            level = levels.max().clamp(min=0)
            w = w.clamp(-level, level)
    return w


@pytest.mark.parametrize("norm", ORDERS)
def test_its_price_leads_pytorch_to_the_same_pair(call, norm):
    for budget in (0.3, 1, 1.6, 1.9):
        found = call("touch", "contact", norm, budget, CURVATURE, CENTRE)
        expected = by_price(norm, found["price"]).tolist()
        assert found["pair"] == pytest.approx(expected, abs=1e-9)
        assert (0 in found["pair"]) == (0 in expected) == (norm == "L1" and budget < 1.72)


def test_a_cross_inside_costs_nothing(call):
    assert call("touch", "contact", "L1", 3.4, CURVATURE, CENTRE) == {"pair": CENTRE, "price": 0}


@EACH_DRAWING
def test_the_par_can_be_met_under_l1_alone(call, drawing):
    """The par is the best of budgets in steps of 0.05, as in the chapter; the reader's steps are 0.01.

    Seen for the chapter's drawing and for five others, in place of five seeds.
    """
    budgets = [k / 100 for k in range(5, 351)]
    pairs = {norm: [call("touch", "contact", norm, budget, *drawing)["pair"] for budget in budgets] for norm in ORDERS}
    free = {norm: [error(pair, *drawing) for pair in found if 0 in pair] for norm, found in pairs.items()}
    assert [norm for norm, errors in free.items() if errors] == ["L1"]
    par = min(errors for errors, budget in zip(free["L1"], budgets, strict=False) if round(100 * budget) % 5 == 0)
    assert min(free["L1"]) == free["L1"][-1] <= par < free["L1"][0]


@pytest.mark.parametrize("norm", ORDERS)
@pytest.mark.parametrize("budget", [1.13, 3.45])
def test_the_program_in_pytorch_prints_the_figures_numbers(call, printed, norm, budget):
    state = {"norm": norm, "budget": budget, "curvature": CURVATURE, "centre": CENTRE}
    found = call("touch", "contact", norm, budget, CURVATURE, CENTRE)["pair"]
    *pair, height = printed(call("touch", "pytorch", state))
    assert pair == pytest.approx(found, abs=1e-4)
    assert height == pytest.approx(error(found), abs=1e-6)
