"""The exercises of chapter 5, stochastic gradient descent and batches."""

import math

import torch
from torch.nn import functional

from lecture_utils.exercises.kinds import Choice, Function, Number


# ---- 5.3, compute: the loss of an epoch ------------------------------------------------------------------------------
def mean_loss(losses, sizes):
    return (losses * sizes).sum() / sizes.sum()


_LOSSES = torch.tensor([0.9, 0.5, 0.1])  # (3,), of three batches
_SIZES = torch.tensor([100.0, 100.0, 20.0])  # (3,)

# ---- 5.4, predict: (4, 1) against (4,) -------------------------------------------------------------------------------
_Y = torch.tensor([0.0, 0.0, 1.0, 1.0])  # (4,)
_PAIRS = (_Y.reshape(4, 1) > 0.5) == _Y  # (4, 4)


# ---- 5.5, repair: the batches of an epoch ----------------------------------------------------------------------------
def batches(X, y, m):
    return [(X[rows], y[rows]) for rows in torch.randperm(len(X)).split(m)]


def _as_found(X, y, m):
    X, y = X[torch.randperm(len(X))], y[torch.randperm(len(y))]
    return [(X[i : i + m], y[i : i + m]) for i in range(0, len(X) - m, m)]


def _two_orders(X, y, m):
    X, y = X[torch.randperm(len(X))], y[torch.randperm(len(y))]
    return list(zip(X.split(m), y.split(m), strict=True))


def _no_last(X, y, m):
    return batches(X, y, m)[:-1]


def _drawn(X, y, m):
    return [(X[rows], y[rows]) for rows in torch.randint(len(X), (len(X),)).split(m)]


def _unshuffled(X, y, m):
    return list(zip(X.split(m), y.split(m), strict=True))


def _frozen(X, y, m):
    rows = torch.randperm(len(X), generator=torch.Generator().manual_seed(1))
    return [(X[r], y[r]) for r in rows.split(m)]


_PAIR = "Some images have the label of another image: `X` and `y` must follow the same permutation."
_MISSING = "Samples are missing: an epoch ends with a batch that may be short."
_TWICE = "Some samples come twice in an epoch, and others never. Does your code draw with replacement?"
_LARGE = "Each batch but the last should have m samples."
_SORTED = "The samples come in their old order: nothing shuffles them."
_SAME = "Two epochs have the same order. Each needs a new one: is a seed set inside?"


def _test_batches(function):
    X = torch.arange(20.0).reshape(20, 1)  # (20, 1)
    y = 2 * X + 1  # (20, 1)
    first, second = ([tuple(pair) for pair in function(X.clone(), y.clone(), 6)] for _ in range(2))
    if not all(torch.equal(2 * xx + 1, yy) for xx, yy in first):
        return _PAIR
    order, again = (torch.cat([xx for xx, _ in epoch]).flatten() for epoch in (first, second))
    if len(order) < len(X):
        return _MISSING
    if not torch.equal(order.sort().values, X.flatten()):
        return _TWICE
    if [len(xx) for xx, _ in first] != [6, 6, 6, 2]:
        return _LARGE
    if torch.equal(order, X.flatten()):
        return _SORTED
    return _SAME if torch.equal(order, again) else None


# ---- 5.7, compute: the indicator formula -----------------------------------------------------------------------------
def share_right(yhat, y):
    return (((yhat > 0.5) * 1 == y) * 1).sum() / len(y)


_YHAT = torch.tensor([0.1, 0.5, 0.7, 0.2, 0.9, 0.3]).reshape(6, 1)  # (6, 1)
_LABELS = torch.tensor([0.0, 0.0, 1.0, 1.0, 1.0, 0.0]).reshape(6, 1)  # (6, 1)


# ---- 5.8, build: the loss of a logit ---------------------------------------------------------------------------------
def logit_loss(z, y):
    return (z.clamp(min=0) - z * y + torch.log(1 + torch.exp(-z.abs()))).mean()


def _typed_in(yhat, y):
    return -(y * torch.log(yhat) + (1 - y) * torch.log(1 - yhat)).mean()


_CERTAIN = torch.tensor([200.0, -200.0, 0.5]), torch.tensor([1.0, 0.0, 1.0])  # (3,) each
_MISTAKEN = torch.tensor([-200.0, 150.0, -1.0]), torch.tensor([1.0, 0.0, 1.0])  # (3,) each

EXERCISES = [
    Number(
        "5.1",
        right=5 * math.ceil(10_000 / 64),
        within=0.1,
        because="Each epoch ends with a short batch, and this one makes an update too.",
        wrong={
            5 * (10_000 // 64): "Your epochs leave out what does not fill a batch. The loader leaves nothing out.",
            5 * 10_000 / 64: "There is no part of an update. What happens to the images that do not fill a batch?",
            math.ceil(5 * 10_000 / 64): "Your last batch reaches into the next epoch. Each epoch begins anew.",
            math.ceil(10_000 / 64): "That is one epoch.",
            5 * 10_000: "That would be one update for each image. Here an update takes a batch.",
        },
    ),
    Number(
        "5.2",
        right=32 * 2**2,
        within=0.1,
        because="The variance falls as 1/m, and the standard deviation as its root.",
        wrong={
            32 * 2: "That halves the variance. The standard deviation is its root.",
            32 / 2: "A smaller batch knows less: its gradients spread more.",
            32 / 4: "A smaller batch knows less: its gradients spread more.",
            32 * 2**4: "Too large: you have squared twice.",
        },
    ),
    Number(
        "5.3a",
        right=100 / 20,
        within=0.01,
        because="The images of a batch share one update.",
        wrong={
            1: "Every batch makes one update, with the mean over its images. Among how many is it shared?",
            20 / 100: "Upside down: the fewer images share an update, the more each of them counts.",
            100 - 20: "You subtracted. Compare the weights 1/20 and 1/100.",
        },
    ),
    Function(
        "5.3b",
        right=mean_loss,
        cases=[(_LOSSES, _SIZES), (_LOSSES[:2], _SIZES[1:])],
        because="Each loss counts with the number of its images.",
        wrong=[
            (lambda losses, sizes: losses.mean(), "A short batch counts as much as a full one in your mean."),
            (lambda losses, sizes: (losses * sizes).sum(), "The weights are right. Which sum makes a mean of it?"),
            (
                lambda losses, sizes: (losses * sizes).mean(),
                "You divide by the number of batches; the losses of how many images have you added?",
            ),
            (
                lambda losses, sizes: (losses / sizes).sum() / (1 / sizes).sum(),
                "Your weights are upside down: a short batch counts most.",
            ),
        ],
    ),
    Number(
        "5.4",
        right=(_PAIRS.sum() / len(_Y)).item(),
        within=0.01,
        because="All pairs are compared, and their number is divided by that of the answers.",
        wrong={
            1: "That would be each prediction against its own answer. Which shape has the comparison?",
            _PAIRS.float().mean().item(): "That is the share of equal pairs. By what does the expression divide?",
            _PAIRS.sum().item(): "That many pairs are equal. The expression divides their number.",
            0: "PyTorch does compare these shapes: it spreads both to the same shape first.",
        },
    ),
    Function(
        "5.5",
        right=batches,
        test=_test_batches,
        because="One permutation for both, a new one in each epoch, and no sample is lost.",
        wrong=[
            (_as_found, _PAIR),
            (_two_orders, _PAIR),
            (_no_last, _MISSING),
            (_drawn, _TWICE),
            (lambda X, y, m: batches(X, y, 2 * m), _LARGE),
            (_unshuffled, _SORTED),
            (_frozen, _SAME),
        ],
    ),
    Choice(
        "5.6",
        right="a",
        because="There 0 is multiplied by the logarithm of 0, before any training.",
        wrong={
            "b": "There the logarithm of 0 has the factor 1: the loss is infinite. That is not nan yet.",
            "c": "Look at the sigmoids of the net before its first step: the sums of raw pixels are large.",
            "d": "`float32` holds 255 and sums of many such numbers. What does the sigmoid make of large sums?",
        },
    ),
    Function(
        "5.7",
        right=share_right,
        cases=[(_YHAT, _LABELS), (_YHAT, 1 - _LABELS)],
        because="The indicator is 1 where both are equal; its mean is the accuracy.",
        wrong=[
            (lambda yhat, y: ((yhat > 0.5) == y).sum(), "You have counted; the accuracy is a share."),
            (lambda yhat, y: ((yhat > 0.5) != y).sum() / len(y), "That is the share of the mistakes."),
            (
                lambda yhat, y: ((yhat >= 0.5) == y).sum() / len(y),
                "An output of exactly one half is a zero in the formula.",
            ),
            (lambda yhat, y: (yhat == y).sum() / len(y), "Outputs are probabilities: make zeros and ones of them."),
            (lambda yhat, y: ((yhat > 0) == y).sum() / len(y), "The threshold 0 is for logits. These are sigmoids."),
        ],
    ),
    Function(
        "5.8",
        right=lambda z, y: functional.binary_cross_entropy_with_logits(z, y),
        cases=[_CERTAIN, _MISTAKEN],
        within=1e-4,
        because="No logarithm of 0 can occur, and nothing is cut off.",
        wrong=[
            (
                lambda z, y: _typed_in(torch.sigmoid(z), y),
                "A sigmoid of exactly 0 or 1 gives nan. Simplify the formula before you compute it.",
            ),
            (
                lambda z, y: functional.binary_cross_entropy(torch.sigmoid(z), y),
                "`BCELoss` cuts its logarithms off: your loss is too small where a net is certain and wrong.",
            ),
            (
                lambda z, y: _typed_in(torch.sigmoid(z).clamp(1e-7, 1 - 1e-7), y),
                "To cut the sigmoid off hides the nan: your loss is too small where a net is certain and wrong.",
            ),
            (
                lambda z, y: (torch.log(1 + torch.exp(z)) - z * y).mean(),
                "The exponential of a large logit is infinite. Which part can leave the logarithm first?",
            ),
            (
                lambda z, y: (z.clamp(min=0) + z * y + torch.log(1 + torch.exp(-z.abs()))).mean(),
                "A logit of 200 with y = 1 must cost almost nothing. Look at your signs.",
            ),
            (lambda z, y: 3 * logit_loss(z, y), "This is the sum over the images; the loss is their mean."),
        ],
    ),
]
