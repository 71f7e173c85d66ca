"""The exercises of chapter 1, universal approximation."""

import torch
from torch import nn

from lecture_utils.exercises.kinds import Choice, Function, Net, Number


def _hidden(weights, biases, heights, shift, activation):
    """A net with one input and one hidden layer of the given numbers."""
    net = nn.Sequential(nn.Linear(1, len(weights)), activation, nn.Linear(len(weights), 1))
    net[0].weight.data = torch.tensor(weights).reshape(-1, 1)
    net[0].bias.data = torch.tensor(biases)
    net[2].weight.data = torch.tensor(heights).reshape(1, -1)
    net[2].bias.data = torch.tensor([shift])
    return net


def _at(net, *places):
    return net(torch.tensor(places).reshape(-1, 1)).reshape(len(places))


# ---- 1.4, repair: slopes in place of heights -------------------------------------------------------------------------
def heights(slopes):
    return slopes.diff(prepend=torch.zeros(1))


# ---- 1.5, build: a bump ----------------------------------------------------------------------------------------------
def _bump(left=1.0, right=3.0, height=-2.0, shift=2.0, w=20.0, biases=None):
    return _hidden([-w, w], biases or [w * right, -w * left], [height, height], shift, nn.Sigmoid())


_OUTSIDE = "Far from the bump your net is not 0: there one of the two stairs is up."
_DEPTH = "Between its edges your net does not have the height that was asked for."
_EDGES = "The edges stand at other places. The edge of a node is at -b/w: both numbers count."
_STEEP = "The edges are not four times as steep as the lecture's, whose weights are -5 and 5."


def _test_bump(net):
    if _at(net, -9.0, 9.0).abs().max() > 0.05:
        return _OUTSIDE
    if (_at(net, *torch.linspace(-9, 9, 721).tolist()) + 2).abs().min() > 0.1:
        return _DEPTH
    if (_at(net, 2.0) + 2).abs().max() > 0.05 or (_at(net, 1.0, 3.0) + 1).abs().max() > 0.2:
        return _EDGES
    return None if (_at(net, 0.95, 3.05) + 2 * torch.tensor(-1.0).sigmoid()).abs().max() < 0.02 else _STEEP


# ---- 1.6, build: |x| and the maximum ---------------------------------------------------------------------------------
_MANY = "Your net must have one hidden layer of two nodes: two linear layers, (n, 1) to (n, 2) to (n, 1)."
_LEFT = "Right of 0 all is well. Left of 0 the output should rise again: which node is on there?"
_SIGN = "This is x itself, without a kink: look at the sign of the second height."
_RIGHT = "Right of 0 your net is not x."


def _test_absolute(net):
    sizes = [tuple(layer.weight.shape) for layer in net.modules() if isinstance(layer, nn.Linear)]
    if sizes != [(2, 1), (1, 2)]:
        return _MANY
    line = torch.linspace(-3, 3, 13)
    y = _at(net, *line.tolist())
    if (y - line).abs().max() < 1e-4:
        return _SIGN
    if (y - line)[line >= 0].abs().max() > 1e-4:
        return _RIGHT
    return None if (y + line)[line < 0].abs().max() < 1e-4 else _LEFT


def largest(X):
    return X.amax(dim=1)


_X = torch.tensor([[1.0, 2.0], [2.0, 1.0], [-1.0, -3.0], [-3.0, -1.0], [0.5, -2.0], [-2.0, 0.5]])  # (6, 2)

EXERCISES = [
    Number(
        "1.1",
        right=-4 / 8,
        because="There 8x + 4 is 0, and the sigmoid is one half.",
        wrong={
            4 / 8: "There 8x + 4 is positive, so the node is already up.",
            -4: "That is where x + 4 is 0. What does the weight do?",
            4: "The bias alone is no place. Where is 8x + 4 equal to 0?",
            -2: "You divided the weight by the bias.",
        },
    ),
    Number(
        "1.2",
        right=0.09 / (300 / 100) ** 2,
        within=1e-4,
        because="The error of kinks falls with the square of their number.",
        wrong={
            0.09 / 3: "So falls the error of boxes. Kinks gain more.",
            0.09 / 6: "Take the square of 3, not its double.",
            0.09 / 4: "That would be twice the kinks.",
            0.09 / 27: "That is the third power: more than kinks can do.",
        },
    ),
    Choice(
        "1.3",
        right="c",
        because="Neighbours' edges add up to 1, so the net goes gently from height to height.",
        wrong={
            "a": "So it is when edges become wider than a box. Here the net must go from one height to the next: what "
            "does a soft edge do to a stair?",
            "b": "The heights at the centres hardly change. But the largest error is not at a centre.",
        },
    ),
    Function(
        "1.4",
        right=heights,
        cases=[(torch.tensor([0.0, 2.0, -1.0]),), (torch.tensor([1.0, 1.0, 3.0, -2.0]),)],
        because="A height is a change of slope.",
        wrong=[
            (lambda slopes: slopes, "These are the slopes. A node that is on stays on: the next one only adds to it."),
            (lambda slopes: slopes.diff(), "The changes are right, but the first node brings a change too."),
            (
                lambda slopes: -slopes.diff(prepend=torch.zeros(1)),
                "The sign: where the slope grows, the height is > 0.",
            ),
            (lambda slopes: slopes.cumsum(0), "You add up. Slopes are the sums of heights: go the other way."),
            (lambda slopes: slopes.diff(prepend=slopes[:1]), "Before its first kink the line is flat."),
        ],
    ),
    Net(
        "1.5",
        test=_test_bump,
        right=_bump,
        because="Where one stair is up, the shift brings the sum to 0.",
        wrong=[
            (lambda: _bump(shift=-2.0), _OUTSIDE),
            (lambda: _bump(shift=0.0), _OUTSIDE),
            (lambda: _bump(height=2.0, shift=-2.0), _DEPTH),
            (lambda: _bump(biases=[15.0, -5.0]), _EDGES),
            (lambda: _bump(left=-3.0, right=-1.0), _EDGES),
            (lambda: _bump(w=5.0), _STEEP),
            (lambda: _bump(w=80.0), _STEEP),
        ],
    ),
    Net(
        "1.6a",
        test=_test_absolute,
        right=lambda: _hidden([1.0, -1.0], [0.0, 0.0], [1.0, 1.0], 0.0, nn.ReLU()),
        wrong=[
            (lambda: _hidden([1.0], [0.0], [1.0], 0.0, nn.ReLU()), _MANY),
            (lambda: _hidden([1.0, 1.0], [0.0, 0.0], [0.5, 0.5], 0.0, nn.ReLU()), _LEFT),
            (lambda: _hidden([1.0, -1.0], [0.0, 0.0], [1.0, -1.0], 0.0, nn.ReLU()), _SIGN),
            (lambda: _hidden([1.0, -1.0], [0.0, 0.0], [2.0, 1.0], 0.0, nn.ReLU()), _RIGHT),
        ],
    ),
    Function(
        "1.6b",
        right=largest,
        cases=[(_X,)],
        because="One node for the difference, two that carry the other input.",
        wrong=[
            (lambda X: torch.relu(X[:, 0] - X[:, 1]), "That is by how much the first is larger. Larger than what?"),
            (
                lambda X: torch.relu(X[:, 0] - X[:, 1]) + torch.relu(X[:, 1]),
                "Good where the second input is positive. One ReLU node loses negative numbers: two carry them.",
            ),
            (lambda X: X.amin(dim=1), "This is the minimum."),
            (lambda X: X.sum(dim=1), "This is the sum: nothing bends."),
            (lambda X: torch.relu(X).amax(dim=1), "Where both inputs are negative, the maximum is negative too."),
        ],
    ),
    Number(
        "1.7",
        right=50 + 1,
        because="Each kink divides one piece in two.",
        wrong={
            50: "That is the number of kinks.",
            100: "A node brings one kink, and a kink one more piece.",
            51 * 2: "A node brings one kink, and a kink one more piece.",
            2**50: "So many need many layers. In one layer kinks only add up.",
        },
    ),
    Choice(
        "1.8",
        right="c",
        because="Only the start was changed, and training passed the staircase.",
        wrong={
            "a": "The staircase by hand has as many sigmoid nodes.",
            "b": "One of the two starts trained sigmoids well.",
            "d": "At the same four rates, how did the other start do?",
        },
    ),
]
