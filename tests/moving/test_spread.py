"""The figure of chapter 10: spreads and cosines are PyTorch's, seed for seed, and σ can beat the formula's."""

import pytest
import torch

SEEDS = range(5)
ACTIVATIONS = {
    "relu": torch.relu,
    "leaky": lambda u: torch.nn.functional.leaky_relu(u, 0.2),
    "tanh": torch.tanh,
    "linear": lambda u: u,
}
ASKED = {"activation": "relu", "depth": 30, "width": 50, "sigma": 0.2, "cosine": 0, "seed": 0}


def spread(tensors):
    return [tensor.std().item() for tensor in tensors]


def in_torch(activation, depth, width, sigma, cosine, seed):
    """The numbers of a net whose weights are drawn one layer after the other."""
    torch.manual_seed(seed)
    pair, back = torch.randn(2, width).double(), torch.randn(2, width).double()
    a, b = torch.linalg.qr(pair.T).Q.T * torch.linalg.qr(pair.T).R.diagonal().sign()[:, None]
    v = width**0.5 * torch.stack([a, cosine * a + (1 - cosine**2) ** 0.5 * b]).requires_grad_()
    us, vs, cosines = [], [], [cosine]
    for _ in range(depth):
        us.append(sigma * v @ torch.randn(width, width).double().T)
        us[-1].retain_grad()
        v = ACTIVATIONS[activation](us[-1])
        vs.append(v.detach())
        x, y = torch.nn.functional.normalize(vs[-1], dim=1, eps=0)
        cosines.append((x @ y).item())
    us[-1].backward(back)
    forward, backward = spread(vs), spread([u.grad for u in us])
    return {
        "forward": [one / forward[0] for one in forward],
        "backward": [one / backward[-1] for one in backward],
        "cosines": cosines,
    }


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(
    "change",
    [{}, {"width": 10, "seed": 3, "sigma": 0.5}, {"width": 100, "depth": 12, "cosine": 0.6}, {"sigma": 0.02}],
)
def test_spreads_and_cosines_are_pytorchs(call, activation, change):
    job = ASKED | {"activation": activation} | change
    ours, theirs = call("spread", "signals", job), in_torch(**job)
    for name, found in theirs.items():
        assert ours[name] == pytest.approx(found, rel=1e-4, abs=1e-5 if name == "cosines" else 0), name


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_program_in_pytorch_prints_the_figures_numbers(call, printed, activation):
    state = ASKED | {"activation": activation, "sigma": 0.17, "cosine": 0.3}
    ours = call("spread", "signals", state)
    expected = [ours["forward"][-1], ours["backward"][0], ours["cosines"][-1]]
    assert printed(call("spread", "pytorch", state)) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("seed", SEEDS)
def test_some_sigma_that_a_reader_can_reach_beats_the_formula(call, seed):
    # With ReLU both ends go as σ to the power of 29, so the best σ lets them miss 1 by the same factor.
    he = ASKED | {"seed": seed, "sigma": (2 / 50) ** 0.5}
    found = call("spread", "signals", he)
    f, b = found["forward"][-1], found["backward"][0]
    sigma = round(he["sigma"] * (f * b) ** (-1 / 58), 3)  # what the slider shows
    best = call("spread", "away", call("spread", "signals", he | {"sigma": sigma}))
    assert best == pytest.approx(max(f / b, b / f) ** 0.5, rel=0.1)
    assert best < call("spread", "away", found)


def test_no_sigma_changes_the_cosine_behind_a_relu(call):
    last = [call("spread", "signals", ASKED | {"sigma": sigma})["cosines"][-1] for sigma in (0.02, 0.2, 1)]
    assert last == pytest.approx([last[0]] * 3) and last[0] > 0.8
    assert call("spread", "signals", ASKED | {"activation": "linear", "width": 100})["cosines"][-1] < 0.8
