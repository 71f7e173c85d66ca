"""The figure of chapter 4: its model is the chapter's, and the steps that it times are PyTorch's."""

from pathlib import Path

import pytest
import torch

from lecture_utils.training import fit

CARD = {"operations": 69, "width": 204800, "batch": 100, "launch": 18.96, "bandwidth": 442.0, "places": 1024}
MODELS = [
    {**CARD, "steps": 60, "wait": False},
    {**CARD, "steps": 3, "wait": True},
    {**CARD, "steps": 20, "places": 8, "wait": False},
    {**CARD, "steps": 20, "width": 512, "wait": False},
]


def two_clocks(pieces, launch, each, places):
    """The chapter's model."""
    asked, done, now = [], [0.0] * places, 0.0
    for _ in range(pieces):
        now = max(now, done[-places]) + launch
        asked.append(now)
        done.append(max(done[-1], now) + each)
    return asked, done[places:]


def by_hand(state):
    bytes_ = (44 * state["batch"] + 84) * state["width"]
    each = bytes_ / (state["bandwidth"] * 1e6) / state["operations"]
    return two_clocks(state["steps"] * state["operations"], state["launch"] / 1000, each, state["places"])


@pytest.mark.parametrize("state", MODELS, ids=["long", "short", "few-places", "narrow"])
def test_pieces_are_asked_for_and_done_as_in_the_chapters_model(call, printed, state):
    ours, (asked, done) = call("queue", "course", state), by_hand(state)
    assert ours["asked"] == pytest.approx(asked, rel=1e-9)
    assert ours["done"] == pytest.approx(done, rel=1e-9)
    assert printed(call("queue", "python", state)) == pytest.approx([(done if state["wait"] else asked)[-1], done[-1]])


@pytest.mark.parametrize("width", [16, 512, 20480, 204800, 10**6])
def test_a_step_of_a_long_loop_takes_the_floor_or_the_slope(call, width):
    state = {**CARD, "width": width, "steps": 400}
    assert call("queue", "clocks", {**state, "wait": True})["truth"] / 400 == pytest.approx(
        call("queue", "perStep", state), rel=0.01
    )


@pytest.mark.parametrize("places", [64, 256, 1024, 2048, 4096])
def test_the_par_is_about_twenty_queues(call, places):
    """Seen for five queues in place of five seeds, as nothing here is random: the clock misses the last queue."""
    steps = 20 * places // CARD["operations"] + 1
    state = {**CARD, "places": places, "wait": False}
    found = [call("queue", "clocks", {**state, "steps": n}) for n in (steps, int(0.85 * steps))]
    long, short = (1 - one["clock"] / one["truth"] for one in found)
    assert long < 0.05 < short


def test_the_crossing_is_where_both_take_the_same_time(call):
    widths, cpu = [512, 20480, 204800], [0.0005, 0.004, 0.07]
    found = call("queue", "crossing", CARD, widths, cpu)
    line = cpu[0] * (found / 512) ** (torch.tensor(8.0).log() / torch.tensor(40.0).log()).item()
    assert 1000 * line == pytest.approx(CARD["operations"] * CARD["launch"] / 1000, rel=1e-6)
    assert call("queue", "crossing", {**CARD, "launch": 1000}, widths, [0.0005, 0.0006, 0.0007]) is None


def test_the_step_that_is_timed_is_the_chapters(call):
    torch.manual_seed(5)
    x, y = torch.linspace(0, 1, 100).reshape(-1, 1), torch.randn(100).reshape(-1, 1) * 0.01
    net = torch.nn.Sequential(torch.nn.Linear(1, 64), torch.nn.ReLU(), torch.nn.Linear(64, 1))
    losses = fit(net, [(x, y)], torch.nn.MSELoss(), torch.optim.Adam(net.parameters()), epochs=20)
    experiment = Path(__file__).with_name("experiment.mjs")
    assert call(experiment, "timed", 64, 100, 20) == pytest.approx(losses, rel=1e-3)
