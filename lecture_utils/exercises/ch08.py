"""The exercises of chapter 8, weight decay."""

import math

import torch
from torch import nn

from lecture_utils.exercises.kinds import Choice, Function, Number


# ---- 8.4, repair: the proximal step ----------------------------------------------------------------------------------
def soft(w, step):
    return w.sign() * (w.abs() - step).clamp(min=0)


_W = torch.tensor([0.5, -0.5, 0.02, -0.02, 0.0, 3.0])  # (6,)


# ---- 8.5, build: a penalty on some parameters ------------------------------------------------------------------------
def penalty(net, l1, l2):
    return l1 * net[0].weight.abs().sum() + 0.5 * l2 * (net[2].weight ** 2).sum()


def _all_parameters(net, l1, l2):
    return penalty(net, l1, l2) + l1 * net[0].bias.abs().sum() + 0.5 * l2 * (net[2].bias ** 2).sum()


def _swapped(net, l1, l2):
    return l1 * net[2].weight.abs().sum() + 0.5 * l2 * (net[0].weight ** 2).sum()


def _no_half(net, l1, l2):
    return l1 * net[0].weight.abs().sum() + l2 * (net[2].weight ** 2).sum()


def _no_square(net, l1, l2):
    return l1 * net[0].weight.abs().sum() + 0.5 * l2 * net[2].weight.norm()


def _no_size(net, l1, l2):
    return l1 * net[0].weight.sum() + 0.5 * l2 * (net[2].weight ** 2).sum()


def _detached(net, l1, l2):
    return penalty(net, l1, l2).item()


_WRONG_PENALTIES = [
    (_all_parameters, "Your biases pay too. A bias does not make a curve steep."),
    (_swapped, "The two layers have changed their places."),
    (_no_half, "The squares have lost their factor of one half: all decay twice as fast as said."),
    (_no_square, "Take the sum of the squares itself, without a root."),
    (_no_size, "Weights of different signs cancel in your first sum: where is their size?"),
]
_NO_GRADIENT = "The value is right, but autograd cannot go through it: give a tensor that depends on the weights."


def _test_penalty(function):
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    for prices in ((0.3, 0.0), (0.0, 0.7), (0.2, 0.5)):
        given, right = function(net, *prices), penalty(net, *prices).item()
        value = _value(given)
        if abs(value - right) > 1e-5:
            known = [hint for wrong, hint in _WRONG_PENALTIES if abs(_value(wrong(net, *prices)) - value) < 1e-5]
            return known[0] if known else f"For the prices {prices} your penalty is too {_side(value, right)}."
        if not getattr(given, "requires_grad", False):
            return _NO_GRADIENT
    return None


def _value(given):
    return float(given.detach() if isinstance(given, torch.Tensor) else given)


def _side(value, right):
    return "large" if value > right else "small"


EXERCISES = [
    Number(
        "8.1",
        right=(1 - 0.01 * 0.1) ** 600,
        within=0.005,
        because="Each update multiplies the weight by the same number, a little below 1.",
        wrong={
            (1 - 0.1) ** 600: "You have left the learning rate out: each update multiplies by 1 minus their product.",
            1 - 600 * 0.01 * 0.1: "Each update takes a part of what is left, not of the first weight.",
            1 - 0.01 * 0.1: "That is what one update leaves.",
            1 - (1 - 0.01 * 0.1) ** 600: "That is what is lost.",
        },
    ),
    Number(
        "8.2",
        right=2 * 0.01 / 10,
        within=1e-5,
        because="Divide the lecture's formula by n, and compare the factors of the squares.",
        wrong={
            0.01 / 10: "You divided by n. PyTorch has a one half in its penalty, and the lecture has none.",
            2 * 0.01: "You have seen the one half. By what does `mse_loss` divide the squared errors?",
            0.01: "The same number, but not the same formula: compare both terms.",
            0.01 / 20: "The one half is on the other side.",
        },
    ),
    Number(
        "8.3",
        right=0.1 * 0.001 / 0.01,
        within=1e-4,
        because="In AdamW the product of rate and price decides, for equally many updates.",
        wrong={
            0.1: "With the same price, a larger rate makes each update decay more.",
            0.1 * 0.01 / 0.001: "The wrong way round: your weights would decay a hundred times too fast.",
            0.1 * 0.001: "That is the product. Which price gives it at your rate?",
        },
    ),
    Function(
        "8.4",
        right=soft,
        cases=[(_W, 0.1), (_W, 0.01)],
        because="Small weights stop at zero and stay there.",
        wrong=[
            (lambda w, step: w - step * w.sign(), "Small weights still jump over zero to the other side."),
            (lambda w, step: (w - step).clamp(min=0), "Negative weights are lost. They should move towards zero too."),
            (
                lambda w, step: torch.where(w.abs() > step, w, torch.zeros_like(w)),
                "Small weights are zero. Large ones should move as well.",
            ),
            (
                lambda w, step: torch.where(w.abs() > step, w - step, torch.zeros_like(w)),
                "Negative weights move away from zero.",
            ),
            (lambda w, step: (w.abs() - step).clamp(min=0), "The sizes are right. Where are the signs?"),
            (lambda w, step: w * (1 - step), "That is the decay of L2: no weight becomes exactly zero."),
        ],
    ),
    Function(
        "8.5",
        right=penalty,
        test=_test_penalty,
        because="Each layer pays its own price, and the biases pay nothing.",
        wrong=[*_WRONG_PENALTIES, (_detached, _NO_GRADIENT)],
    ),
    Choice(
        "8.6",
        right="c",
        because="The diamond's corners stand out; a circle has none.",
        wrong={
            "a": "Which point of a circle would be special to an ellipse?",
            "b": "An ellipse meets the diamond at a corner for many directions of its centre, not for one only.",
            "d": "Some ellipses meet the diamond on one of its sides.",
        },
    ),
    Choice(
        "8.7",
        right="b",
        because="Rounding errors grow by the condition number, here squared; a penalty makes it small.",
        wrong={
            "a": "`float32` holds much larger numbers. What does it do to the digits of a number?",
            "c": "Ten different points do give an inverse. How large are its entries?",
        },
    ),
    Number(
        "8.8",
        right=math.log(10),
        within=0.01,
        because="A mean in place of a sum divides by n, and the logarithm moves by that of n.",
        wrong={
            10: "Prices differ by this factor. What does the logarithm make of a factor?",
            1: "That is the logarithm to the base ten.",
            1 / 10: "That is a factor between two prices. Their logarithms differ by a number that is added.",
        },
    ),
]
