"""The figure of chapter 9: pictures and nets as the chapter moves and runs them, from the rounded weights sent."""

import pytest
import torch
from torch import nn
from torch.nn.functional import affine_grid, avg_pool2d, grid_sample, unfold


def move(x, right, down, degrees):
    """As in the chapter."""
    turn = torch.deg2rad(degrees)
    cos, sin = turn.cos(), turn.sin()
    r, d = right / 14, down / 14
    matrices = torch.stack([cos, -sin, -r, sin, cos, -d], dim=1).reshape(-1, 2, 3)
    return grid_sample(x, affine_grid(matrices, x.shape, align_corners=False), align_corners=False)


def windows(x):
    return unfold(avg_pool2d(x, 2), 6, stride=2).mT


def packed(net):
    """The weights in 31 steps on each side of 0, a letter each; the net gets the rounded ones too."""
    parts = []
    for parameter in net.parameters():
        scale = parameter.detach().abs().max() / 31
        steps = (parameter.detach() / scale).round()
        parameter.data = steps * scale
        parts.append({"scale": scale.item(), "steps": "".join(chr(94 + int(step)) for step in steps.flatten())})
    return parts


def blob(seed=0):
    """Something like a digit: two thick strokes in 16 shades."""
    torch.manual_seed(seed)
    y, x = torch.meshgrid(torch.arange(28.0), torch.arange(28.0), indexing="ij")
    ring = 1 - ((((x - 13) ** 2 + (y - 11) ** 2).sqrt() - 5).abs() / 2)
    stroke = 1 - (x - 17).abs() / 2 - (y - 17).clamp(max=0).abs() - (y - 23).clamp(min=0)
    return (torch.maximum(ring, stroke).clamp(0, 1) * 15).round() / 15


def text(picture):
    return "".join(f"{round(float(value) * 15):x}" for value in picture.flatten())


@pytest.fixture(scope="module")
def nets():
    torch.manual_seed(8)
    make = lambda: nn.Sequential(nn.Linear(36, 16), nn.ReLU(), nn.Flatten(), nn.Linear(400, 10))  # noqa: E731
    return {"without": make(), "with": make()}


@pytest.mark.parametrize("degrees", [0, 10, 90, -135, 180])
@pytest.mark.parametrize("shift", [(0, 0), (3, -2), (-7, 10)])
def test_a_picture_moves_as_in_the_chapter(call, shift, degrees):
    x = blob()
    right, down, turn = (torch.tensor([float(value)]) for value in (*shift, degrees))
    expected = move(x[None, None], right, down, turn)
    got = call("carry", "move", x.flatten().tolist(), *shift, degrees)
    assert torch.allclose(torch.tensor(got), expected.flatten(), atol=1e-4)


def test_what_is_shown_turns_about_its_own_middle_and_then_stands_where_the_handle_is(call):
    x = blob().flatten().tolist()
    shown = torch.tensor(call("carry", "placed", x, {"right": 2, "up": -3, "degrees": 90, "mirror": True}))
    expected = torch.zeros(28, 28)
    expected[3:, 2:] = blob().flip(1).rot90()[:-3, :-2]
    assert torch.allclose(shown.reshape(28, 28), expected, atol=1e-4)


@pytest.mark.parametrize(
    "place", [{"right": 0, "up": 0}, {"right": 3, "up": -4}, {"right": -2, "up": 1, "degrees": 35}]
)
def test_both_nets_believe_what_they_believe_in_pytorch(call, nets, place):
    parts = {name: packed(net) for name, net in nets.items()}
    got = call("carry", "answers", parts, text(blob()), place)
    shown = call("carry", "placed", blob().flatten().tolist(), place)
    shown = torch.tensor(shown).reshape(1, 1, 28, 28)
    for name, net in nets.items():
        with torch.no_grad():
            expected = net(windows(shown)).softmax(dim=1)[0]
        assert got[name] == pytest.approx(expected.tolist(), abs=1e-5)
    assert got["ink"] == pytest.approx((shown.sum() / blob().sum()).item(), abs=1e-5)


def test_the_way_is_walked_pixel_by_pixel(call):
    way = call("carry", "steps", [0, 0], [4, -2])
    assert way[-1] == [4, -2] and len(way) == 4
    assert all(max(abs(a - c), abs(b - d)) == 1 for (a, b), (c, d) in zip([[0, 0], *way], way, strict=False))
    assert call("carry", "steps", [1, 1], [1, 1]) == []


def test_a_drawing_is_moved_to_the_middle_of_its_ink(call):
    drawn = torch.zeros(28, 28)
    drawn[2:6, 20:24] = 1
    expected = torch.zeros(28, 28)
    expected[12:16, 12:16] = 1
    got = call("carry", "centred", drawn.flatten().tolist())
    assert torch.allclose(torch.tensor(got).float().reshape(28, 28), expected, atol=1e-6)
    assert call("carry", "centred", [0.0] * 784) == [0.0] * 784
