"""nn.mjs takes PyTorch's steps: the same start from the same seed, then a hundred steps, compared after each."""

import math
from pathlib import Path

import pytest
import torch

from lecture_utils.training import fit

EXPERIMENT = Path(__file__).with_name("experiment.mjs")
SEED, ROWS = 43052, 200


class Box(torch.nn.Module):
    def forward(self, u):
        return torch.sigmoid(200 * (u + 0.5)) - torch.sigmoid(200 * (u - 0.5))


def hidden(*layers, width=16, outputs=1):
    return [("Linear", 1, width), *layers, ("Linear", width, outputs)]


ADAM = ("Adam", {"lr": 0.01})
CASES = {
    "sigmoid": (hidden(("Sigmoid",)), "mse", ADAM),
    "relu": (hidden(("ReLU",), width=64), "mse", ADAM),
    "leaky relu": (hidden(("LeakyReLU",)), "mse", ADAM),
    "tanh": (hidden(("Tanh",)), "mse", ADAM),
    "box": (hidden(("Box",), width=64), "mse", ADAM),
    "dropout": (hidden(("ReLU",), ("Dropout", 0.5), ("Linear", 16, 16), ("Dropout", 0.2)), "mse", ADAM),
    # What batch norm takes away (a bias before it, the length of the one weight) has the gradient 0 but for rounding,
    # and Adam makes steps of full size from that. So there is no bias, and there are many inputs.
    "batch norm": (
        hidden(("Tanh",), ("Linear", 16, 32, False), ("BatchNorm1d", 32), ("ReLU",), ("Linear", 32, 16)),
        "mse",
        ADAM,
    ),
    "layer norm": (hidden(("Tanh",), ("Linear", 16, 16), ("LayerNorm", 16), ("ReLU",)), "mse", ADAM),
    "bce": ([*hidden(("ReLU",)), ("Sigmoid",)], "bce", ADAM),
    "bce with logits": (hidden(("ReLU",)), "bceWithLogits", ADAM),
    "cross-entropy": (hidden(("ReLU",), outputs=3), "crossEntropy", ADAM),
    "sgd": (hidden(("ReLU",)), "mse", ("SGD", {"lr": 0.003})),
    "momentum": (hidden(("Tanh",)), "mse", ("SGD", {"lr": 0.003, "momentum": 0.9})),
    "sgd with decay": (hidden(("ReLU",)), "mse", ("SGD", {"lr": 0.003, "momentum": 0.5, "weightDecay": 0.1})),
    "adam with decay": (hidden(("ReLU",)), "mse", ("Adam", {"lr": 0.01, "weightDecay": 0.1})),
    "adam of other settings": (hidden(("Tanh",)), "mse", ("Adam", {"lr": 0.02, "betas": [0.8, 0.99], "eps": 1e-4})),
    "adamw": (hidden(("ReLU",)), "mse", ("AdamW", {"lr": 0.01})),
    "adamw of other settings": (hidden(("ReLU",)), "mse", ("AdamW", {"lr": 0.01, "weightDecay": 0.3})),
}
LOSSES = {
    "mse": torch.nn.MSELoss(),
    "bce": torch.nn.BCELoss(),
    "bceWithLogits": torch.nn.BCEWithLogitsLoss(),
    "crossEntropy": torch.nn.CrossEntropyLoss(),
}


def data(loss, dtype):
    x = torch.linspace(-10, 10, ROWS, dtype=dtype).reshape(-1, 1)
    y = torch.sin(2 * x) + torch.sin(0.5 * x) + torch.exp(-0.2 * x)
    if loss == "crossEntropy":
        return x, ((x[:, 0] + 10) // 7).long()
    return x, y if loss == "mse" else (torch.sin(x) > 0).to(dtype)


def flat(tensors):
    return [tensor.detach().reshape(-1).tolist() for tensor in tensors]


def in_torch(layers, loss, optimiser, dtype, steps):
    """What `experiment` of experiment.mjs gives, by PyTorch; and the masks that dropout drew."""
    torch.manual_seed(SEED)
    made = [Box() if kind == "Box" else getattr(torch.nn, kind)(*rest) for kind, *rest in layers]
    net = torch.nn.Sequential(*made).to(dtype)
    x, y = data(loss, dtype)
    masks = []
    for layer in net:
        if isinstance(layer, torch.nn.Dropout):
            masks.append([])
            layer.register_forward_hook(lambda _, i, o, kept=masks[-1]: kept.append((o != 0).to(dtype)))
    kind, options = optimiser
    options = {"weight_decay" if name == "weightDecay" else name: value for name, value in options.items()}
    steady = getattr(torch.optim, kind)(net.parameters(), **options)
    got = {"first": flat(net.parameters()), "losses": fit(net, [(x, y)], LOSSES[loss], steady, epochs=steps)}
    masks = [flat(kept) for kept in masks]
    out = net.eval()(x.requires_grad_())
    (back,) = torch.autograd.grad(out.mean(), x)
    return got | {"weights": flat(net.parameters()), "out": flat([out])[0], "back": flat([back])[0]}, masks


def both(call, case, dtype, steps):
    layers, loss, optimiser = CASES[case]
    name = str(dtype).removeprefix("torch.")
    theirs, masks = in_torch(layers, loss, optimiser, dtype, steps)
    x, y = data(loss, dtype)
    job = {"dtype": name, "seed": SEED, "layers": layers, "loss": loss, "optimiser": optimiser, "n": ROWS}
    job |= {"x": x.reshape(-1).tolist(), "y": y.reshape(-1).tolist(), "steps": steps, "masks": masks}
    if dtype is torch.float64:  # whose random numbers PyTorch rounds once less; figures start in float32
        job["start"] = theirs["first"]
    return call(EXPERIMENT, "experiment", job), theirs


def gap(ours, theirs):
    """The largest difference, of numbers above 1 in shares of them."""
    if isinstance(ours, list):
        assert len(ours) == len(theirs)
        return max((gap(a, b) for a, b in zip(ours, theirs, strict=True)), default=0)
    return abs(ours - theirs) / max(1, abs(theirs))


@pytest.mark.parametrize("case", CASES)
def test_a_hundred_steps_in_float64_are_pytorchs(call, case):
    ours, theirs = both(call, case, torch.float64, 100)
    assert {name: gap(ours[name], theirs[name]) for name in ours if gap(ours[name], theirs[name]) >= 1e-9} == {}
    assert ours["losses"][-1] < ours["losses"][0]


@pytest.mark.parametrize("case", CASES)
def test_the_start_in_float32_is_pytorchs_bit_for_bit_and_first_steps_are_close(call, case):
    # Later the roundings of float32 grow, in PyTorch against its own float64 just as much; through a box at once.
    ours, theirs = both(call, case, torch.float32, 10)
    assert ours["first"] == theirs["first"]
    if case != "box":
        assert max(gap(ours[name], theirs[name]) for name in ("losses", "weights")) < 1e-4


@pytest.mark.parametrize("n", [1, 5, 16, 21, 100, 10_000])
@pytest.mark.parametrize("seed", [0, SEED, 2**32 - 1])
def test_random_numbers_are_pytorchs(call, seed, n):
    got = call(EXPERIMENT, "random", seed, n)
    drawn = {
        name: getattr(torch, name)(n, generator=torch.Generator().manual_seed(seed))
        for name in ("rand", "randn", "randperm")
    }
    assert got["rand"] == drawn["rand"].tolist()
    assert got["randperm"] == drawn["randperm"].tolist()
    assert torch.allclose(torch.tensor(got["randn"]), drawn["randn"], rtol=1e-5, atol=1e-6)
    twice = torch.Generator().manual_seed(seed)
    drawn = torch.cat([torch.randn(count, generator=twice) for count in (3, 4, n)])
    assert torch.allclose(torch.tensor(got["twice"]), drawn, rtol=1e-5, atol=1e-6)


def test_numbers_outside_what_a_sigmoid_can_tell_apart_give_no_nan(call):
    assert call("nn", "bceWithLogits", [1000.0, -1000.0], [0.0, 1.0]) == pytest.approx(1000)
    assert call("nn", "bce", [1.0, 0.0], [0.0, 1.0]) == pytest.approx(100)
    assert math.isfinite(call("nn", "box", 1e6))
