"""The exercises of chapter 12, batch normalisation."""

import torch
from torch import nn

from lecture_utils.exercises.kinds import Choice, Function, Number, compare


# ---- 12.4, repair: the axes of a mean --------------------------------------------------------------------------------
def normalise(v, dims=(0, 2, 3), correction=0, root=True):
    var, mean = torch.var_mean(v, dims, correction=correction, keepdim=True)
    return (v - mean) / (var.sqrt() if root else var)


_IMAGES = (torch.arange(24.0) * 7 % 10).reshape(3, 2, 2, 2)


# ---- 12.5, build: one layer in place of two --------------------------------------------------------------------------
def fold(linear, norm, mean=True, root=True, bias=True, beta=True, gamma=True):
    gamma_ = norm.weight if gamma else torch.ones_like(norm.weight)
    spread = (norm.running_var + norm.eps).sqrt() if root else norm.running_var + norm.eps
    factor = gamma_ / spread  # (out,)
    folded = nn.Linear(linear.in_features, linear.out_features)
    with torch.no_grad():
        folded.weight[:] = factor[:, None] * linear.weight
        shifted = linear.bias - (norm.running_mean if mean else 0)
        folded.bias[:] = (factor if bias else 1) * shifted + (norm.bias if beta else 0)
    return folded


_FOLDS = [
    ({"gamma": False}, "gamma is missing: it is a factor of the weights, too."),
    ({"root": False}, "You divided by the variance."),
    ({"mean": False}, "The weights are right. The bias takes no notice of the running mean."),
    ({"beta": False}, "The weights are right. Where is beta?"),
    ({"bias": False}, "The weights are right. The normalisation scales the old bias, too."),
]


def _test_fold(answer):
    linear, norm = nn.Linear(4, 3), nn.BatchNorm1d(3)
    for tensor in (norm.weight.data, norm.bias.data, norm.running_mean, norm.running_var):
        tensor.copy_(0.5 + torch.rand(3))
    norm.eval()
    x = torch.randn(6, 4)  # (6, 4)
    with torch.no_grad():
        expected = norm(linear(x))  # (6, 3)
    found = answer(linear, norm)
    if not isinstance(found, nn.Linear):
        return "Your function should return one linear layer (nn.Linear)."
    with torch.no_grad():
        if compare(norm(linear(x)), expected):
            return "Your function changes a layer that it was given. Make a new one."
        for wrong, hint in _FOLDS:
            if compare(found(x), fold(linear, norm, **wrong)(x)) is None:
                return hint
        return compare(found(x), expected)


# ---- 12.6, repair: a memory from data --------------------------------------------------------------------------------
def refresh(net, x, momentum=None, reset=True, mode=True, rate=0.0):
    for part in net.modules():
        if isinstance(part, nn.BatchNorm1d):
            part.momentum = momentum
            if reset:
                part.reset_running_stats()
    for images in x.split(100):
        loss = (net.train(mode)(images) ** 2).sum()
        if rate:
            loss.backward()
            with torch.no_grad():
                for p in net.parameters():
                    p -= rate * p.grad


_WEIGHTS = "Your function changes weights. Only the memory may change: no optimiser, no step."
_UNMOVED = "The memory is that of a new layer, or the old one: in which mode does a layer learn it?"
_OLD = "Something of the old memory is left: each batch takes over a part of it only."
_LAST = "The memory is that of the last batch. Take the mean over all of them (`momentum=None`)."


def _test_refresh(answer):
    net = nn.Sequential(nn.Linear(5, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 4), nn.BatchNorm1d(4))
    for part in (net[1], net[4]):
        part.running_mean.fill_(3.0)
        part.running_var.fill_(50.0)
    x = 2 * torch.randn(400, 5) + torch.arange(400.0)[:, None] / 100  # (400, 5): the batches differ
    weights = [p.detach().clone() for p in net.parameters()]
    answer(net, x.clone())
    if not all(torch.equal(p, old) for p, old in zip(net.parameters(), weights, strict=True)):
        return _WEIGHTS
    with torch.no_grad():
        batches = net[0](x).unflatten(0, (4, 100))  # (4, 100, 6)
    mean, var = net[1].running_mean, net[1].running_var
    if not (mean.isfinite().all() and var.isfinite().all()):
        return "The memory holds nan or infinite numbers."
    if compare(mean, batches.mean(dim=(0, 1)), 1e-3) is None:
        right = compare(var, batches.var(dim=1).mean(dim=0), 0.5) is None
        return None if right else "The means are right, the variances are not."
    if mean.unique().numel() == 1:
        return _UNMOVED
    return _LAST if compare(mean, batches[-1].mean(dim=0), 1e-3) is None else _OLD


EXERCISES = [
    Number(
        "12.1",
        right=1 - (1 - 0.1) ** 2,
        within=1e-4,
        because="The start of 0 keeps the weight 0.9 times 0.9.",
        wrong={
            0.1 + 0.1: "The second step keeps a part of the first: it moves a tenth of the way that is left.",
            0.1: "That is after one batch.",
            1 - 0.1**2: "That is with the two weights exchanged: alpha is that of the new value.",
            1: "The memory starts at 0, and forgets it slowly.",
            0.9**2: "That is the weight which the start still has.",
        },
    ),
    Number(
        "12.2",
        right=2 * 16,
        because="The memory is kept, and not learned.",
        wrong={
            16: "Each channel has more than one.",
            4 * 16: "That counts the memory, too. No gradient reaches it.",
            4 * 16 + 1: "That counts the memory and the count of batches, too. No gradient reaches them.",
            16 * 16: "No channel looks at another one.",
            2 * 16 + 1: "The count of batches is kept, and not learned.",
        },
    ),
    Number(
        "12.3",
        right=3**2,
        because="The gradient is smaller, and what it turns is larger.",
        wrong={
            3: "That makes up for one of two things: the smaller gradient, or the larger weights.",
            1: "The outputs do not see the size. What about the gradient?",
            1 / 3: "Large weights turn slowly. Do they need a smaller rate?",
            1 / 9: "Upside down: large weights turn slowly.",
            27: "Gradient and weights: two factors.",
        },
    ),
    Function(
        "12.4",
        right=normalise,
        cases=[(_IMAGES,), (_IMAGES[:2] ** 2,)],
        within=1e-3,  # with an epsilon it is right as well
        because="One mean and one deviation for each channel.",
        wrong=[
            (lambda v: normalise(v, 0, 1), "That is the function as it was: each place has its own mean."),
            (lambda v: normalise(v, 0), "Each place still has its own mean."),
            (lambda v: normalise(v, (2, 3)), "Each image has its own mean: that would be instance normalisation."),
            (lambda v: normalise(v, (1, 2, 3)), "These are means over one image, as in layer normalisation."),
            (lambda v: normalise(v, (0, 1, 2, 3)), "All channels share one mean. Each should have its own."),
            (lambda v: normalise(v, correction=1), "The axes are right. By which number is a sum of squares divided?"),
            (lambda v: normalise(v, root=False), "The axes are right, but you divide by the variance."),
        ],
    ),
    Function(
        "12.5",
        right=fold,
        test=_test_fold,
        because="In evaluation mode the layer costs nothing.",
        wrong=[(lambda linear, norm, wrong=wrong: fold(linear, norm, **wrong), hint) for wrong, hint in _FOLDS],
    ),
    Function(
        "12.6",
        right=refresh,
        test=_test_refresh,
        because="The weights are as they were, and the memory fits them.",
        wrong=[
            (lambda net, x: None, _UNMOVED),
            (lambda net, x: refresh(net, x, mode=False), _UNMOVED),
            (lambda net, x: refresh(net, x, momentum=0.1, reset=False), _OLD),
            (lambda net, x: refresh(net, x, momentum=0.1), _OLD),
            (lambda net, x: refresh(net, x, momentum=1.0), _LAST),
            (lambda net, x: refresh(net, x, rate=0.01), _WEIGHTS),
        ],
    ),
    Choice(
        "12.7",
        right="b",
        because="A shift can do harm, if it is large enough.",
        wrong={
            "a": "The noise stands behind the layer. Who takes it back there?",
            "c": "Is there a spread left that a ReLU can tell from the noise?",
        },
    ),
]
