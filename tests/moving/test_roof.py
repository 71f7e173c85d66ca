"""The second figure of chapter 4: its counts are PyTorch's, its roof and its limits are the chapter's."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

CARD = {"launch": 18.96, "bandwidth": 936.0, "arithmetic": 35600.0}
SHAPES = [(512, 16), (16, 16), (60, 100), (4096, 16), (16384, 62), (8192, 1024)]


def by_torch(width, batch):
    """Operations as PyTorch counts them, and the bytes of the three matrices; "meta" has shapes and no numbers."""
    x, weight = torch.empty(batch, width, device="meta"), torch.empty(width, width, device="meta")
    with FlopCounterMode(display=False) as counter:
        y = x @ weight
    return counter.get_total_flops(), sum(one.numel() * one.element_size() for one in (x, weight, y))


@pytest.mark.parametrize(("width", "batch"), SHAPES)
def test_operations_and_bytes_are_pytorchs_and_the_longest_time_counts(call, printed, width, batch):
    state = {**CARD, "width": width, "batch": batch}
    work, size = by_torch(width, batch)
    times = {"launch": 18.96e-6, "bandwidth": size / 936e9, "arithmetic": work / 35.6e12}  # seconds
    found = call("roof", "product", state)
    assert found["intensity"] == pytest.approx(work / size, rel=1e-12)
    assert found["times"] == pytest.approx({name: 1e6 * time for name, time in times.items()}, rel=1e-12)
    assert found["limit"] == max(times, key=times.get)
    assert found["speed"] == pytest.approx(work / max(times.values()) / 1e9, rel=1e-12)
    numbers = printed(call("roof", "python", state))
    assert numbers == pytest.approx([found[name] for name in ("intensity", "time", "speed")], rel=1e-12)


def test_each_of_the_three_limits_holds_somewhere(call):
    limits = [
        call("roof", "product", {**CARD, "width": w, "batch": n})["limit"] for w, n in (SHAPES[0], SHAPES[3], SHAPES[5])
    ]
    assert limits == ["launch", "bandwidth", "arithmetic"]


@pytest.mark.parametrize("bandwidth", [300.0, 600.0, 936.0, 1555.0, 3350.0])
def test_the_par_is_what_the_corner_of_the_roof_asks_for(call, bandwidth):
    """FLOP per byte end at half the batch, so 80% of the arithmetic need a batch of 1.6 times the corner.

    Seen for five bandwidths in place of five seeds, as nothing here is random.
    """
    corner = 35600 / bandwidth
    enough, few = (
        call("roof", "product", {**CARD, "bandwidth": bandwidth, "width": 16384, "batch": batch})["speed"] / 35600
        for batch in (int(1.6 * corner * 1.04) + 1, int(1.6 * corner))
    )
    assert few < 0.8 <= enough
