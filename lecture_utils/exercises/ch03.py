"""The exercises of chapter 3, network diagrams."""

import math

import torch
from torch import nn

from lecture_utils.exercises.kinds import Choice, Net, Number, Shape, Tensor


def _linears(net):
    return [layer for layer in net.modules() if isinstance(layer, nn.Linear)]


def _chain(*modules):
    """A net of numbers and modules: a pair of numbers becomes a linear layer."""
    return nn.Sequential(*(nn.Linear(*m) if isinstance(m, tuple) else m for m in modules))


# ---- 3.2: the six nets of the quiz, as sizes and other modules -------------------------------------------------------
_LINEAR = torch.tensor([2, 2, 1, 1, 3, 3])  # linear layers
_ALL = torch.tensor([3, 4, 1, 2, 5, 8])  # modules

# ---- 3.4: parameters of the homework's net ---------------------------------------------------------------------------
_PAIRS = [(784, 128), (128, 64), (64, 10)]
_WEIGHTS = sum(a * b for a, b in _PAIRS)
_BIASES = sum(b for _, b in _PAIRS)


# ---- 3.5, build: the net of a picture --------------------------------------------------------------------------------
_TURNED = "The sizes are the wrong way round: nn.Linear takes first what comes in, then what goes out."
_BARE = "A linear layer stands right behind another. What is written in the boxes between them?"
_ENDS = "The last box has no word in it: the output is a sum, without an activation."
_BEND = "The word in the boxes is Tanh; your net bends otherwise."


def _test_picture(net):
    sizes = [(layer.in_features, layer.out_features) for layer in _linears(net)]
    if sizes == [(3, 2), (2, 3), (1, 2)]:
        return _TURNED
    if sizes != [(2, 3), (3, 2), (2, 1)]:
        return f"Each step between two boxes is one linear layer of their sizes. Yours have the sizes {sizes}."
    first, second, last = _linears(net)
    x = 3 * torch.randn(200, 2)  # (200, 2)
    bent = last(torch.tanh(second(torch.tanh(first(x)))))  # (200, 1)
    y = net(x)
    if torch.allclose(y, bent, atol=1e-5):
        return None
    if torch.allclose(y, last(second(first(x))), atol=1e-4):
        return _BARE
    return _ENDS if torch.allclose(y, torch.tanh(bent), atol=1e-5) else _BEND


# ---- 3.6, build: the homework's net ----------------------------------------------------------------------------------
_SOFTMAX = "The outputs of your net are probabilities already: the loss would apply a second softmax."
_LOG = "Your net ends with the logarithms of probabilities. It would train, but the loss does this step itself."
_RELU = "The scores of your net are never negative: the last box of the figure has no ReLU."
_FLAT = "There is no ReLU between two of the linear layers, so together they are one."


def _test_homework(net):
    sizes = [(layer.in_features, layer.out_features) for layer in _linears(net)]
    if sizes != _PAIRS:
        return f"Expected linear layers of the sizes {_PAIRS}, got {sizes}."
    seen = []
    for layer in _linears(net)[1:]:
        layer.register_forward_pre_hook(lambda _, given: seen.append(given[0].min().item()))
    out = net(torch.randn(100, 784))  # (100, 10)
    if torch.allclose(out.sum(dim=1), torch.ones(100), atol=1e-4):
        return _SOFTMAX
    if torch.allclose(out.logsumexp(dim=1), torch.zeros(100), atol=1e-4):
        return _LOG
    if min(seen) < 0:
        return _FLAT
    return _RELU if out.min() >= 0 else None


# ---- 3.7, build: no biases -------------------------------------------------------------------------------------------
def _unbiased(rows, heights, bias=False):
    net = _chain((2, len(rows)), nn.ReLU(), (len(rows), 1), nn.Sigmoid())
    if not bias:
        net = nn.Sequential(
            nn.Linear(2, len(rows), bias=False), nn.ReLU(), nn.Linear(len(rows), 1, bias=False), nn.Sigmoid()
        )
    net[0].weight.data = torch.tensor(rows)
    net[2].weight.data = torch.tensor([heights])
    return net


_BIAS = "There is a bias in your net: `bias=False` is asked for in both layers."
_COLUMNS = "Your net must take two columns: (n, 2) to (n, 1)."
_CONSTANT = "At x = 0 your net gives one half: nothing carries the 1 to the second layer."
_SWAPPED = "Your net reads x from the first column. There the 1 stands, and x in the second."
_ONE = "At x = 0 your net is right, elsewhere not: compare your weights with those of `small`."


def _test_no_bias(net):
    if any(layer.bias is not None for layer in _linears(net)):
        return _BIAS
    if not _linears(net) or _linears(net)[0].in_features != 2:
        return _COLUMNS
    x = torch.linspace(-2, 2, 9).reshape(-1, 1)  # (9, 1)
    ones = torch.ones_like(x)  # (9, 1)
    right = torch.sigmoid(4.5 - 9.0 * torch.relu(-x) - 4.5 * torch.relu(x))  # (9, 1)
    y = net(torch.cat([ones, x], dim=1))
    if y.shape != right.shape:
        return _COLUMNS
    if torch.allclose(y, right, atol=1e-5):
        return None
    if torch.allclose(net(torch.cat([x, ones], dim=1)), right, atol=1e-5):
        return _SWAPPED
    at_zero = y[4, 0].item()
    if abs(at_zero - 0.5) < 1e-5:
        return _CONSTANT
    return _ONE if abs(at_zero - right[4, 0].item()) < 1e-5 else "Already at x = 0 your net differs from `small`."


_ROWS, _HEIGHTS = [[0.0, -1.0], [0.0, 1.0], [1.0, 0.0]], [-9.0, -4.5, 4.5]

EXERCISES = [
    Shape(
        "3.1",
        right=(5, 3),
        because="One row for each output; the layer computes x @ weight.T + bias.",
        wrong={
            (3, 5): "That is the order of the arguments. PyTorch keeps one row for each output.",
            (5,): "That is the shape of the bias.",
            (15,): "The number of weights is right; they form a table.",
            (5, 4): "The bias is kept apart from the weight.",
        },
    ),
    Tensor(
        "3.2",
        right=lambda: _LINEAR - 1,
        because="All layers that learn are hidden, but the last.",
        wrong=[
            (lambda: _LINEAR, "These are all layers. The last one gives the output: is it hidden?"),
            (lambda: _LINEAR + 1, "These are the boxes of a picture. Which of them are neither first nor last?"),
            (lambda: _ALL, "These are all modules. Count those that learn, and then the hidden ones."),
            (lambda: _ALL - _LINEAR, "These are the modules that learn nothing."),
        ],
    ),
    Number(
        "3.3a",
        right=3,
        because="Three linear layers.",
        wrong={
            2: "That is the number of hidden layers.",
            4: "Is a module that only rescales a layer counted for itself? Or did you count the input?",
            8: "That is the number of modules. Which of them learn?",
        },
    ),
    Number(
        "3.3b",
        right=64 + 32,
        because="The hidden layers have 64 and 32 nodes.",
        wrong={
            64 + 32 + 10: "The ten outputs are not hidden.",
            784 + 64 + 32: "The input is not hidden, and its features are no nodes of a layer.",
            64: "There is a second hidden layer.",
            64 + 64 + 32: "BatchNorm rescales the nodes of the layer before it, and adds none.",
        },
    ),
    Number(
        "3.4",
        right=_WEIGHTS + _BIASES,
        because="Weights, and one bias for each node.",
        wrong={
            _WEIGHTS: "The weights are right. `nn.Linear` has `bias=True` as its default.",
            _WEIGHTS + _BIASES + 784: "The features of the input have no biases.",
            784 + _BIASES: "That is the number of features and nodes.",
            _BIASES: "These are the biases alone.",
        },
    ),
    Net(
        "3.5",
        test=_test_picture,
        right=lambda: _chain((2, 3), nn.Tanh(), (3, 2), nn.Tanh(), (2, 1)),
        because="Each step is a linear layer, each word a module.",
        wrong=[
            (lambda: _chain((3, 2), nn.Tanh(), (2, 3), nn.Tanh(), (1, 2)), _TURNED),
            (lambda: _chain((2, 3), (3, 2), (2, 1)), _BARE),
            (lambda: _chain((2, 3), nn.Tanh(), (3, 2), nn.Tanh(), (2, 1), nn.Tanh()), _ENDS),
            (lambda: _chain((2, 3), nn.ReLU(), (3, 2), nn.ReLU(), (2, 1)), _BEND),
        ],
    ),
    Net(
        "3.6",
        test=_test_homework,
        right=lambda: _chain((784, 128), nn.ReLU(), (128, 64), nn.ReLU(), (64, 10)),
        because="The softmax of the figure is in the loss.",
        wrong=[
            (lambda: _chain((784, 128), nn.ReLU(), (128, 64), nn.ReLU(), (64, 10), nn.Softmax(dim=1)), _SOFTMAX),
            (lambda: _chain((784, 128), nn.ReLU(), (128, 64), nn.ReLU(), (64, 10), nn.LogSoftmax(dim=1)), _LOG),
            (lambda: _chain((784, 128), nn.ReLU(), (128, 64), nn.ReLU(), (64, 10), nn.ReLU()), _RELU),
            (lambda: _chain((784, 128), (128, 64), nn.ReLU(), (64, 10)), _FLAT),
        ],
    ),
    Net(
        "3.7",
        test=_test_no_bias,
        right=lambda: _unbiased(_ROWS, _HEIGHTS),
        because="A third node carries the 1.",
        wrong=[
            (lambda: _unbiased(_ROWS, _HEIGHTS, bias=True), _BIAS),
            (lambda: _unbiased(_ROWS[:2], _HEIGHTS[:2]), _CONSTANT),
            (lambda: _unbiased([row[::-1] for row in _ROWS], _HEIGHTS), _SWAPPED),
            (lambda: _unbiased(_ROWS, [-4.5, -9.0, 4.5]), _ONE),
        ],
    ),
    Choice(
        "3.8a",
        right="b",
        because="A sum does not depend on the order of its terms.",
        wrong={
            "a": "The picture does change. Compute the output for some x: both nodes still give the same two terms.",
            "c": "Look at the numbers on the edges, before and after.",
            "d": "The function stays. But do the edges carry the same numbers in the same places?",
        },
    ),
    Number(
        "3.8b",
        right=math.factorial(5),
        because="Five for the first place, four for the second, and so on.",
        wrong={
            5: "So many nodes can stand first. And then?",
            5 * 4 // 2: "These are the pairs that can be swapped. Swaps can follow each other.",
            2**5: "So many sets can be made of five nodes; here all five stand in an order.",
            5**5: "Then one node could stand in several places.",
        },
    ),
]
