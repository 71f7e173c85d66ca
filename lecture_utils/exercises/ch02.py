"""The exercises of chapter 2, fitting anything."""

import math

import torch
from torch import nn

from lecture_utils.exercises.kinds import Choice, Function, Number


# ---- 2.5, repair: a step of training ---------------------------------------------------------------------------------
def step(net, loss_fn, optimizer, x, y):
    loss = loss_fn(net(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()


def _emptied(net, loss_fn, optimizer, x, y):
    loss_fn(net(x), y).backward()
    optimizer.zero_grad()
    optimizer.step()


def _unemptied(net, loss_fn, optimizer, x, y):
    loss_fn(net(x), y).backward()
    optimizer.step()


def _early(net, loss_fn, optimizer, x, y):
    loss = loss_fn(net(x), y)
    optimizer.step()
    optimizer.zero_grad()
    loss.backward()


_STILL = "The weights do not move: when the optimizer steps, there are no gradients."
_HEAP = "The first step is right, and the second one still holds the gradient of the first."
_LATE = "The first step has no gradient yet: backward must come before it."


def _test_step(answer):
    weights = []
    for do in (step, answer):
        torch.manual_seed(0)
        x = torch.randn(20, 1)  # (20, 1)
        net = nn.Linear(1, 1)
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        seen = [net.weight.item()]
        for _ in range(3):
            do(net, nn.MSELoss(), optimizer, x, 3 * x + 1)
            seen.append(net.weight.item())
        weights.append(seen)
    right, yours = weights
    same = [math.isclose(a, b, abs_tol=1e-6) for a, b in zip(right, yours, strict=True)]
    if all(same):
        return None
    if yours[-1] == yours[0]:
        return _STILL
    if same[1]:
        return _HEAP
    return _LATE if yours[1] == yours[0] else "The weights move by another step than the loop of this chapter makes."


# ---- 2.6, build: does a node live? -----------------------------------------------------------------------------------
def alive(w, b):
    return w.abs() + b > 0


_W = torch.tensor([0.5, 0.5, -0.5, -0.5, 0.2, -0.2, 0.2, 0.9])  # (8,)
_B = torch.tensor([-0.6, -0.4, -0.4, -0.6, 0.3, 0.3, -0.3, 0.1])  # (8,)


# ---- 2.7, build: the baseline of squares as a linear rule ------------------------------------------------------------
def linear(X, m3, m7):
    return 2 * X @ (m7 - m3) + m3.square().sum() - m7.square().sum()


_X = torch.tensor([[1.0, 0.0, 2.0], [0.0, 3.0, 1.0]])  # (2, 3)
_THREE, _SEVEN = torch.tensor([1.0, 2.0, 0.0]), torch.tensor([0.0, 1.0, 3.0])  # (3,) each

_COSTS = [-math.log(0.9), -math.log(0.1)]

EXERCISES = [
    Choice(
        "2.1",
        right="d",
        because="Both are spread to the shape (200, 200), with a warning only.",
        wrong={
            "a": "PyTorch can spread these two shapes to a common one, so it does not stop.",
            "b": "The numbers are, but which of them are compared with which?",
            "c": "`MSELoss` takes a mean over everything that it compares. How many pairs are these?",
        },
    ),
    Number(
        "2.2",
        right=sum(_COSTS) / 2,
        within=0.005,
        because="It is the mean of -log 0.9 and -log 0.1.",
        wrong={
            -math.log(0.5): "That is the loss of the mean probability. Take the logarithms first.",
            sum(_COSTS): "That is the sum of both. The loss is their mean.",
            _COSTS[0]: "That is what the first person costs.",
            _COSTS[1]: "That is what the second person costs.",
            sum(_COSTS) / 2 / math.log(10): "The logarithm is the natural one.",
        },
    ),
    Choice(
        "2.3",
        right="c",
        because="Each step uses the sum of all gradients since the start.",
        wrong={
            "a": "`backward` adds to the gradients that are there. What does `step` find then?",
            "b": "At first it may. But what if the valley is reached, and the sum still points on?",
            "d": "There are gradients, so the weights move. There are even too many of them.",
        },
    ),
    Number(
        "2.4",
        right=200 * 0.001,
        within=1e-4,
        because="Much larger weights are out of reach in this time.",
        wrong={
            0.001: "That is one step.",
            200: "That is the number of steps.",
            200**0.5 * 0.001: "So far goes who changes direction at random. How far, at most?",
        },
    ),
    Function(
        "2.5",
        right=step,
        test=_test_step,
        because="Backward, step, and only then remove the gradients.",
        wrong=[(_emptied, _STILL), (_unemptied, _HEAP), (_early, _LATE)],
    ),
    Function(
        "2.6",
        right=alive,
        cases=[(_W, _B)],
        because="At one end of the data the node's line has its largest value.",
        wrong=[
            (lambda w, b: w > 0, "A slope upwards is not enough, nor is it needed: where does the line pass 0?"),
            (lambda w, b: b > 0, "A node may be below 0 in the middle and live at an end."),
            (lambda w, b: b.abs() < w.abs(), "So the kink lies inside. A node without a kink can be on everywhere."),
            (lambda w, b: w + b > 0, "That is the right end of the data. The line may be higher at the left end."),
            (lambda w, b: w.abs() > b, "The sign of the bias: a large bias lifts the line."),
            (lambda w, b: w.abs() + b < 0, "These are the dead ones."),
        ],
    ),
    Function(
        "2.7",
        right=linear,
        cases=[(_X, _THREE, _SEVEN)],
        because="The squares of the pixels cancel.",
        wrong=[
            (
                lambda X, m3, m7: 2 * X @ (m7 - m3),
                "The weights are right. Something is left that has no pixel of X in it.",
            ),
            (
                lambda X, m3, m7: X @ (m7 - m3) + m3.square().sum() - m7.square().sum(),
                "The offset is right. Look at the mixed term of a square: how often does it stand there?",
            ),
            (lambda X, m3, m7: -linear(X, m3, m7), "The sign: a positive value has to mean nearer to the seven."),
            (
                lambda X, m3, m7: 2 * X @ (m7 - m3) + m7.square().sum() - m3.square().sum(),
                "The weights are right, the sign of the offset is not.",
            ),
        ],
    ),
    Choice(
        "2.8",
        right="b",
        because="Only the last bias can learn, and the share is the best constant.",
        wrong={
            "a": "They say the same of everybody, but the last bias has been trained. What is the best constant?",
            "c": "The nodes give 0, and a bias and a sigmoid follow.",
            "d": "With nodes that are 0 at every x the output cannot depend on x.",
        },
    ),
]
