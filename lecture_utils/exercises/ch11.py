"""The exercises of chapter 11, input normalisation."""

import torch

from lecture_utils.exercises.kinds import Choice, Function, Number, compare


# ---- 11.5, repair: a scaling that leaks ------------------------------------------------------------------------------
def scaled(train, test):
    spread = train.std(dim=0, correction=0)  # (d,)
    return (test - train.mean(dim=0)) / torch.where(spread == 0, 1, spread)


def _leaky(train, test):
    both = torch.cat([train, test])
    return scaled(both, test)


def _with_nan(train, test):
    return (test - train.mean(dim=0)) / train.std(dim=0, correction=0)


def _one_less(train, test):
    spread = train.std(dim=0)  # (d,)
    return (test - train.mean(dim=0)) / torch.where(spread == 0, 1, spread)


def _one_pair(train, test):
    return (test - train.mean()) / train.std(correction=0)


_TRAIN = torch.tensor([[1.0, 100.0, 5.0], [2.0, 300.0, 5.0], [6.0, 200.0, 5.0], [3.0, 600.0, 5.0]])  # (4, 3)
_TEST = torch.tensor([[4.0, 700.0, 5.0], [0.0, 300.0, 6.0]])  # (2, 3)


# ---- 11.6, build: fold a scaling into a layer ------------------------------------------------------------------------
def fold(W, b, mu, sigma):
    return W / (255 * sigma), b - mu / sigma * W.sum(dim=1)


_NO_255 = "W' is 255 times too large: it gets raw pixels."
_NO_SIGMA = "Where is sigma in W'?"
_SAME_BIAS = "b cannot stay as it is: even a black image is shifted by mu."
_UNDIVIDED = "W' is right. In b', mu is divided, too."
_SIGN = "W' is right. The shift of b' has the wrong sign: mu is subtracted from the pixels."
_MEAN = "W' is right. b' takes the sum over the inputs of each node (a row of W), not over all of W."


def _test_fold(answer):
    W, b, mu, sigma = torch.tensor([[1.0, 2.0, -4.0], [0.5, 3.0, 1.0]]), torch.tensor([0.5, -1.0]), 0.2, 0.4
    found = answer(W.clone(), b.clone(), mu, sigma)
    if not isinstance(found, tuple | list) or len(found) != 2:
        return "Your function should give two tensors, W' and b'."
    right_W, right_b = fold(W, b, mu, sigma)

    def same(one, other):
        return compare(one, other, 1e-5) is None

    if not same(found[0], right_W):
        if same(found[0], right_W * 255):
            return _NO_255
        return _NO_SIGMA if same(found[0], right_W * sigma) else f"W': {compare(found[0], right_W)}"
    if same(found[1], right_b):
        return None
    known = {
        _SAME_BIAS: b,
        _UNDIVIDED: b - mu * W.sum(dim=1),
        _SIGN: b + mu / sigma * W.sum(dim=1),
        _MEAN: b - mu / sigma * W.sum(),
    }
    hint = next((hint for hint, other in known.items() if same(found[1], other)), None)
    return hint or f"b': {compare(found[1], right_b)}"


EXERCISES = [
    Number(
        "11.1",
        right=2 / 4,
        because="A step multiplies the distance by 1 - 4 times the rate.",
        wrong={
            1 / 4: "At this rate one step lands at the minimum. A little further is still nearer than before.",
            4: "That is the curvature. The steeper the bend, the shorter the step must be.",
            4 / 2: "Upside down: a larger curvature asks for a smaller rate.",
        },
    ),
    Number(
        "11.2",
        right=(14 - 13) / 0.8,
        within=1e-3,
        because="The numbers of training belong to the model.",
        wrong={
            0: "Its own mean makes 0 of every bottle.",
            14 - 13: "That is centred, and not yet scaled.",
            (14 - 13) * 0.8: "The deviation divides.",
            14 / 0.8: "That is scaled, and not centred.",
            (14 - 13) / 0.8**2: "That is divided by the variance.",
        },
    ),
    Choice(
        "11.3",
        right="b",
        because="A distance adds up columns; a tree looks at one at a time.",
        wrong={
            "a": "What happens to a tree's questions when a column is written in another unit?",
            "c": "What happens to a tree's questions when a unit changes? And to a sum over all columns?",
            "d": "A distance adds up all columns. Which of them counts most?",
        },
    ),
    Number(
        "11.4a",
        right=10 * 10,
        because="The gradient and the feature are both ten times larger.",
        wrong={
            10: "That is how the gradient grows. What is the changed weight multiplied by?",
            1: "The gradient holds the feature, and so does the prediction.",
            1000: "Gradient and feature: two factors of ten.",
        },
    ),
    Number(
        "11.4b",
        right=10,
        because="Adam's step does not see the gradient's size; the prediction sees the feature's.",
        wrong={
            1: "The step of the weight stays. What is the weight multiplied by?",
            100: "That is SGD. Adam divides the gradient by its size.",
            0.1: "Nothing here divides by the feature.",
        },
    ),
    Function(
        "11.5",
        right=scaled,
        cases=[(_TRAIN, _TEST), (_TRAIN * 2, _TEST[:1])],
        because="One test row alone gets the same numbers as among others.",
        wrong=[
            (_leaky, "The test data still take part in the mean or in the deviation."),
            (lambda train, test: scaled(test, test), "These are the test data's own numbers."),
            (_with_nan, "A column that is constant in training still becomes nan or infinite."),
            (_one_less, "Almost: the chapter divides the sum of squares by n (`correction=0`)."),
            (_one_pair, "Each column has a mean and a deviation of its own (`dim=0`)."),
            (lambda train, test: scaled(train, train), "This scales the training data. The test data are asked for."),
        ],
    ),
    Function(
        "11.6",
        right=fold,
        test=_test_fold,
        because="The next layer takes the scaling over.",
        wrong=[
            (lambda W, b, mu, sigma: (W / sigma, fold(W, b, mu, sigma)[1]), _NO_255),
            (lambda W, b, mu, sigma: (W / 255, fold(W, b, mu, sigma)[1]), _NO_SIGMA),
            (lambda W, b, mu, sigma: (W / (255 * sigma), b), _SAME_BIAS),
            (lambda W, b, mu, sigma: (W / (255 * sigma), b - mu * W.sum(dim=1)), _UNDIVIDED),
            (lambda W, b, mu, sigma: (W / (255 * sigma), b + mu / sigma * W.sum(dim=1)), _SIGN),
            (lambda W, b, mu, sigma: (W / (255 * sigma), b - mu / sigma * W.sum()), _MEAN),
        ],
    ),
    Choice(
        "11.7",
        right="b",
        because="The mean image was the steepest direction.",
        wrong={
            "a": "The curvature is about mean squares, and these hold the mean, too.",
            "c": "That is whitening. Neighbouring pixels still go together.",
            "d": "Curvature comes from squares. Which numbers have the smaller ones?",
        },
    ),
]
