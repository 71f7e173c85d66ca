"""The exercises of chapter 7, dropout."""

import torch
from torch import nn

from lecture_utils.exercises.kinds import Choice, Function, Net, Number
from lecture_utils.exercises.words import SAID


# ---- 7.5, repair: the lecture's mask that writes into its argument ---------------------------------------------------
def my_dropout(x):
    x = x.clone()
    x[:5, [0]] = torch.zeros(5).reshape(-1, 1)
    x[5:, [1]] = torch.zeros(5).reshape(-1, 1)
    return 2 * x


def _in_place(x):
    x[:5, [0]] = torch.zeros(5).reshape(-1, 1)
    x[5:, [1]] = torch.zeros(5).reshape(-1, 1)
    return 2 * x


def _undoubled(x):
    return my_dropout(x) / 2


# ---- 7.6, build: the backward pass -----------------------------------------------------------------------------------
def backward(grad, mask, p):
    return grad * mask / (1 - p)


_GRAD = torch.tensor([1.0, -2.0, 3.0, 0.5])  # (4,)
_MASK = torch.tensor([1.0, 0.0, 1.0, 0.0])  # (4,)


# ---- 7.7, build: a net with two dropout layers -----------------------------------------------------------------------
def _net(*places, p=0.5):
    """Three linear layers; `places` are the numbers of the linear layers that have dropout behind their ReLU."""
    layers = []
    for i, (a, b) in enumerate([(5, 20), (20, 20), (20, 1)]):
        layers += [nn.Linear(a, b)] + ([nn.ReLU()] if i < 2 else []) + ([nn.Dropout(p)] if i in places else [])
    return nn.Sequential(*layers)


_NONE = "No layer of your net drops anything: in training mode it repeats itself."
_OUTPUT = "The output itself is dropped. Then the net answers 0 to many of its inputs: end with the linear layer."
_INPUT = "The inputs are dropped, which the task does not ask for: put dropout behind the activations only."
_ONE = "Dropout belongs behind each of the two activations; one of them has none."
_SHARE = "Nodes are dropped with another probability than 0.5."


def _test_net(net):
    shapes = [tuple(layer.weight.shape) for layer in net.modules() if isinstance(layer, nn.Linear)]
    if shapes != [(20, 5), (20, 20), (1, 20)]:
        return f"Expected linear layers 5 → 20 → 20 → 1, got weights of the shapes {shapes}."
    linears, seen = [layer for layer in net.modules() if isinstance(layer, nn.Linear)], []
    for layer in linears:
        layer.register_forward_pre_hook(lambda _, given: seen.append((given[0] == 0).float().mean().item()))
    x = torch.randn(400, 5)  # (400, 5), no zeros
    net.train()
    out, again = net(x), net(x)
    zeros = seen[: len(linears)]  # the share of zeros that each layer receives
    net.eval()
    plain = net(x)
    if torch.equal(out, again):
        return _NONE
    if (out == 0).float().mean() > 0.1:
        return _OUTPUT
    if zeros[0] > 0.1:
        return _INPUT
    if not torch.equal(plain, net(x)):
        return "In evaluation mode your net still drops nodes: use nn.Dropout, which follows the mode."
    idle = seen[-len(linears) :]  # ReLU makes zeros as well
    dropped = [1 - (1 - a) / (1 - b) for a, b in zip(zeros[1:], idle[1:], strict=True)]
    if min(dropped) < 0.1:
        return _ONE
    return None if max(abs(share - 0.5) for share in dropped) < 0.1 else _SHARE


# ---- 7.8 and 7.9, derive ---------------------------------------------------------------------------------------------
def _spread(p):
    line = torch.linspace(0, 1, 101)  # (101,)
    return (p / (1 - p) * (line**2).sum()).sqrt().item()


def penalty(w, x, p):
    return p / (1 - p) * (w**2 * (x**2).mean(dim=0)).sum()


_W = torch.tensor([1.0, -2.0, 0.5])  # (3,)
_X = torch.tensor([[1.0, 2.0, -1.0], [3.0, 0.0, 2.0]])  # (2, 3)

EXERCISES = [
    Number(
        "7.1",
        right=1 / (1 - 0.6),
        within=0.01,
        because="Survivors are divided by the share that is kept, 1 - p.",
        wrong={
            0.6: "That is p, the share that is dropped. A survivor is divided by the share that is kept.",
            0.4: "That is the share that is kept. Survivors grow: divide by it.",
            1 / 0.6: "You divided by p, the share that is dropped. Divide by the share that is kept.",
        },
    ),
    Number(
        "7.2",
        right=1 - 0.8,
        within=0.01,
        because="The test has all terms of each sum, training had this share of them.",
        wrong={
            0.8: "That is p. Which share of the terms was there in training?",
            1
            / (
                1 - 0.8
            ): "The inverted form does so, in training. The test of the plain form must make numbers smaller.",
            1: "Then the test's sums are larger than those that the next layer was trained on.",
        },
    ),
    Number(
        "7.3",
        right=100 * (1 - 0.5**2),
        within=0.5,
        because="A node goes without a gradient only when both examples drop it.",
        wrong={
            50: "That would be one mask for both examples. Each example has its own.",
            100: "Some nodes are dropped by both masks. How many?",
            25: "These are the nodes that both masks drop, or that both keep.",
        },
    ),
    Choice(
        "7.4",
        right="b",
        because="`no_grad` only stops autograd; the layers go on dropping until `eval` tells them not to.",
        wrong={
            "a": "`no_grad` changes what autograd stores. Does it change what a dropout layer does?",
            "c": "The layer is in training mode, so it does scale: on average each sum is right. But one pass?",
            "d": "No weight changes without an optimiser's step.",
        },
    ),
    Function(
        "7.5",
        right=my_dropout,
        cases=[(torch.arange(1.0, 21.0).reshape(10, 2),)],
        because="The input stays as it was, so both orders get the same numbers.",
        wrong=[
            (_in_place, "The result is right, but your function still changes its argument. Work on a copy (`clone`)."),
            (_undoubled, "The survivors must be doubled, as in the lecture's function."),
        ],
    ),
    Function(
        "7.6",
        right=backward,
        cases=[(_GRAD, _MASK, 0.5), (_GRAD, _MASK, 0.75)],
        because="Same mask, same factor as forward.",
        wrong=[
            (lambda grad, mask, p: grad * mask, "The mask is right. Forward has a factor: where is it here?"),
            (lambda grad, mask, p: grad / (1 - p), "The factor is right, but dropped inputs get a gradient too."),
            (lambda grad, mask, p: grad * mask * (1 - p), "The factor is upside down: survivors grew in forward."),
            (lambda grad, mask, p: grad * mask / p, "Divide by the share that is kept, not by p."),
            (lambda grad, mask, p: grad * (torch.rand_like(grad) > p) / (1 - p), SAID["random"]),
        ],
    ),
    Net(
        "7.7",
        test=_test_net,
        right=lambda: _net(0, 1),
        wrong=[
            (_net, _NONE),
            (lambda: _net(0, 1, 2), _OUTPUT),
            (lambda: nn.Sequential(nn.Dropout(0.5), *_net(0, 1)), _INPUT),
            (lambda: _net(0), _ONE),
            (lambda: _net(1), _ONE),
            (lambda: _net(0, 1, p=0.2), _SHARE),
        ],
    ),
    Number(
        "7.8",
        right=_spread(0.5),
        within=0.05,
        because="For p = 0.5 the factor p / (1 - p) is 1.",
        wrong={
            _spread(0.9): "That is the spread for p = 0.9.",
            _spread(0.5) ** 2: "That is the variance. Its square root is asked for.",
            0.5 * _spread(0.5): "That is the spread without the factor 1 / (1 - p) of the survivors.",
        },
    ),
    Function(
        "7.9",
        right=penalty,
        cases=[(_W, _X, 0.5), (_W, _X, 0.2)],
        because="Each weight pays in proportion to the mean square of its input.",
        wrong=[
            (lambda w, x, p: p / (1 - p) * (w**2).sum(), "Each weight must count with the mean square of its input."),
            (lambda w, x, p: p * (w**2 * (x**2).mean(dim=0)).sum(), "The survivors grow: p alone is not the variance."),
            (
                lambda w, x, p: (1 - p) / p * (w**2 * (x**2).mean(dim=0)).sum(),
                "The fraction is upside down: without dropout there is no penalty.",
            ),
            (
                lambda w, x, p: p / (1 - p) * (w**2 * x.mean(dim=0) ** 2).sum(),
                "Take the mean of the squares, not the square of the mean.",
            ),
            (
                lambda w, x, p: p / (1 - p) * (w**2 * (x**2).sum(dim=0)).sum(),
                "The loss is a mean over the examples, so take the mean of the squares, not their sum.",
            ),
        ],
    ),
]
