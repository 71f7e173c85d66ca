"""The figure of chapter 1: what it computes is what the chapter's own code computes, seed for seed."""

import pytest
import torch

from lecture_utils.training import fit

SEED = 43052
BUMPS = [{"left": -9.0, "right": -4.5, "height": 4.0}, {"left": 1.0, "right": 3.5, "height": 1.5}]
POINTS = [{"x": -10, "y": 6.5}, {"x": -4.25, "y": 0.5}, {"x": 2.5, "y": 1.0}]
BY_HAND = {
    "bumps": {"kind": "bumps", "bumps": BUMPS, "steepness": 2.5, "floor": 0.25, "target": "lecture"},
    "kinks": {"kind": "kinks", "points": POINTS, "target": "wave"},
}
DATA = torch.linspace(-10, 10, 100).reshape(-1, 1)
TARGETS = {
    "lecture": lambda x: torch.sin(2 * x) + torch.sin(0.5 * x) + torch.exp(-0.2 * x),
    "hills": lambda x: 2 * torch.exp(-((x + 4) ** 2) / 6) + 3 * torch.exp(-((x - 4) ** 2) / 3),
    "wave": lambda x: 2 * torch.sin(0.9 * x),
}
ACTIVATIONS = {"bumps": torch.nn.Sigmoid, "kinks": torch.nn.ReLU}


def trained(kind, nodes, target, seed, rate, steps):
    """The losses of the chapter's `train`."""
    torch.manual_seed(seed)
    net = torch.nn.Sequential(torch.nn.Linear(1, nodes), ACTIVATIONS[kind](), torch.nn.Linear(nodes, 1))
    optimizer = torch.optim.Adam(net.parameters(), lr=rate, fused=True)
    return fit(net, [(DATA, TARGETS[target](DATA))], torch.nn.MSELoss(), optimizer, epochs=steps)


@pytest.mark.parametrize("seed", [SEED, 0, 1, 2, 3])
def test_training_ends_where_the_chapters_does(call, seed):
    job = {"kind": "bumps", "nodes": 6, "target": "lecture", "seed": seed, "rate": 0.01, "steps": 500}
    ours, theirs = call("bumps", "losses", job), trained(**job)
    assert ours[:100] == pytest.approx(theirs[:100], rel=1e-4)
    assert f"{ours[-1]:.2g}" == f"{theirs[-1]:.2g}"


@pytest.mark.parametrize("job", [("kinks", 6, "wave", 0.03), ("kinks", 10, "hills", 0.01), ("bumps", 2, "wave", 0.1)])
def test_so_do_other_nets_targets_and_rates(call, job):
    job = dict(zip(("kind", "nodes", "target", "rate"), job, strict=True), seed=1, steps=200)
    assert call("bumps", "losses", job) == pytest.approx(trained(**job), rel=1e-3)


def test_bumps_by_hand_are_pairs_of_sigmoids(call):
    x = DATA[:, 0]
    expected = sum(
        bump["height"] * (torch.sigmoid(2.5 * (x - bump["left"])) - torch.sigmoid(2.5 * (x - bump["right"])))
        for bump in BUMPS
    )
    assert call("bumps", "drawn", BY_HAND["bumps"], x.tolist()) == pytest.approx((expected + 0.25).tolist(), abs=1e-5)


def test_kinks_by_hand_join_the_points(call):
    assert call("bumps", "drawn", BY_HAND["kinks"], [-10, -4.25, -0.875, 2.5]) == pytest.approx(
        [6.5, 0.5, 0.75, 1], abs=1e-5
    )


@pytest.mark.parametrize("kind", BY_HAND)
@pytest.mark.parametrize("run", [None, {"rate": 0.02, "steps": 30, "seed": 5}, {"rate": 0.02, "steps": 30}])
def test_the_program_in_pytorch_prints_the_figures_losses(call, printed, kind, run):
    state = BY_HAND[kind]
    numbers = printed(call("bumps", "pytorch", state, run))
    assert numbers[0] == pytest.approx(call("bumps", "lossByHand", state), rel=1e-4)
    if run and "seed" in run:
        job = {"kind": kind, "nodes": len(call("bumps", "byHand", state)[0]), "target": state["target"], **run}
        assert numbers[1] == pytest.approx(call("bumps", "losses", job)[-1], rel=1e-4)
    assert len(numbers) == (2 if run else 1)
