"""Pictures of networks as the lectures draw them, made from the network itself.

`draw` turns a `torch.nn.Sequential` into a diagram, and `gv` takes free-hand DOT text.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from torch import nn

from lecture_utils import _layers
from lecture_utils._layout import STYLE, Columns, Drawing

#: The most that is drawn: Linear layers in a net, nodes in a layer drawn whole, the same with numbers on the edges, and
#: the same where larger layers get dots.
MAX_LAYERS, MAX_WHOLE, MAX_NUMBERED, MAX_NODES = 12, 16, 6, 5

_SUBSCRIPTS = str.maketrans("0123456789in", "₀₁₂₃₄₅₆₇₈₉ᵢₙ")
#: How an observation is called in code.
_ROWS = {"1": "0", "2": "1", "i": "i", "n": "n-1"}


@dataclass(frozen=True)
class _Detail:
    """One level of detail: what is drawn, and the sentence about it in the alternative text."""

    says: str
    rows: tuple = (None,)  # the observations; None stands for all of them at once
    formula: bool = False  # a net of one node is drawn with x, ŵ and ŷ instead of X, u and v
    bias: bool = False  # the bias as a node 1 with edges of its own
    numbers: bool = False  # the parameters themselves on the edges
    boxes: bool = False  # a grey box around each layer
    merged: str = ""  # the name of a node where u -> v is one node
    dots: bool = False  # large layers abbreviated, and boxes named by their role in place of their number


_DETAILS = {
    "observations": _Detail(
        "Drawn for observations 1, 2, dots, n, with the bias as a node 1.",
        ("1", "2", "⋮", "n"),
        formula=True,
        bias=True,
    ),
    "one observation": _Detail("Drawn for observation i, with the bias as a node 1.", ("i",), formula=True, bias=True),
    "no index": _Detail("The bias is a node 1.", formula=True, bias=True),
    "bias absorbed": _Detail("The bias is inside the node.", formula=True),
    "weights": _Detail("Every edge carries its number, and the bias is a node 1.", bias=True, numbers=True),
    "general": _Detail("u is the linear part of a layer, v the same after the activation."),
    "layers": _Detail("Grey boxes join the linear part u and the activation v of each layer.", boxes=True),
    "nodes": _Detail("Linear part and activation are one node.", boxes=True, merged="node"),
    "features": _Detail("Linear part and activation are one feature.", boxes=True, merged="feature"),
    "abbreviated": _Detail("", boxes=True, merged="node", dots=True),
}


def draw(net, detail="abbreviated"):
    """Draw a network at one of the lectures' levels of detail.

    Parameters
    ----------
    net : torch.nn.Sequential
        Of Linear, activation, Softmax, Dropout, BatchNorm1d and Flatten layers; a Sequential inside it is unpacked.
    detail : str
        ==================  ==========================================================================================
        "observations"      every observation (first, second, dots, n-th) with the bias as a node 1
        "one observation"   observation i only
        "no index"          the same without the index i
        "bias absorbed"     the same without the node 1: ``bias=True``
        "weights"           the numbers of the module on the edges, three significant digits, the bias as a node 1
        "general"           u (after the linear transformation) and v (after the activation), no numbers
        "layers"            the same in grey boxes Layer 0, Layer 1, ...
        "nodes"             each pair u -> v is one node
        "features"          the same, called feature
        "abbreviated"       Input, Hidden and Output layer; layers of more than 5 as x1, x2, dots, x784
        ==================  ==========================================================================================

    Returns
    -------
    Drawing
        A `graphviz.Source` that notebooks show as SVG, with three more attributes: `svg`; `alt`, the net in words; and
        `edges`, how many parameters the picture has an edge for ("drawn") and has not ("abbreviated": at a node that
        is not drawn; "bias absorbed"; "batch norm"). The four add up to the number of parameters of the net, except
        where a module stands in it twice. With several observations an edge is counted once.

    Raises
    ------
    TypeError, ValueError
        The net is no Sequential, holds another module, does not fit together, or is too large to draw.
    RuntimeError
        No graphviz is installed.

    Examples
    --------
    >>> net = nn.Sequential(nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, 1), nn.Sigmoid())
    >>> picture = draw(net)
    >>> picture.edges
    {'drawn': 12, 'abbreviated': 25108, 'bias absorbed': 33, 'batch norm': 0}
    >>> print(picture.alt)
    Network diagram, from left to right: input layer of 784; hidden layer of 32, ReLU; output layer of 1, Sigmoid. \
Large layers show the first nodes, dots and the last node.
    """
    if detail not in _DETAILS:
        raise ValueError(f"detail: expected one of {', '.join(map(repr, _DETAILS))}, got {detail!r}")
    layers = _layers.read(net)
    _refuse_absurd(layers, detail)
    lone = len(layers) == 2 and layers[0].size == layers[1].size == 1 and not layers[0].after
    how = replace(_DETAILS[detail], formula=lone and _DETAILS[detail].formula)
    shown = [_shown(layer.size, MAX_NODES if how.dots else layer.size) for layer in layers]
    titles = {number: _title_of(layers, number, how) for number in range(len(layers))} if how.boxes else None
    picture = _merged(layers, how, shown, titles) if how.merged else _apart(layers, how, titles)
    return Drawing(picture.dot(), alt=_alt(layers, how, shown), edges=_counts(layers, how, shown, picture))


def gv(dot, *, alt=""):
    """Draw free-hand DOT text in the style of `draw`.

    Parameters
    ----------
    dot : str
        The body of a directed graph (without ``digraph {...}`` around it), drawn from left to right.
    alt : str, optional
        What the picture shows, for a reader who does not see it. Without it, the labels are listed.

    Returns
    -------
    Drawing

    Raises
    ------
    TypeError, ValueError
        `dot` is no text, or not in the DOT language.
    RuntimeError
        No graphviz is installed.

    Examples
    --------
    >>> gv('"입력" -> u; u -> "ŷ" [label=sigmoid]').alt
    'Diagram with 3 nodes and 2 edges. Its labels: 입력, u, ŷ, sigmoid.'
    """
    if not isinstance(dot, str):
        raise TypeError(f"dot: expected a text in the DOT language, got {type(dot).__name__}")
    # On one line with the reader's first line, so that the line numbers of errors are the reader's.
    return Drawing(f"digraph {{ rankdir=LR; {STYLE} {dot}\n}}", alt=alt)


# Drawing it


def _refuse_absurd(layers, detail):
    if len(layers) - 1 > MAX_LAYERS:
        raise ValueError(f"net: draw() shows at most {MAX_LAYERS} Linear layers, got {len(layers) - 1}")
    how, largest = _DETAILS[detail], max(layer.size for layer in layers)
    most = MAX_NUMBERED if how.numbers else MAX_WHOLE
    if largest > most and not how.dots:
        raise ValueError(
            f"detail={detail!r} draws every node, at most {most} in a layer, but the net has a layer of "
            f"{largest}; detail='abbreviated' draws large layers with dots"
        )


def _shown(size, most):
    """The features that are drawn, None standing for the dots: the first two and the last of a large layer."""
    return list(range(size)) if size <= most else [0, 1, None, size - 1]


def _merged(layers, how, shown, titles):
    """Each feature one node."""
    picture, before = Columns(titles=titles), []
    for number, (layer, features) in enumerate(zip(layers, shown, strict=True)):
        name = "x" if number == 0 else "ŷ" if number == len(layers) - 1 else how.merged
        here = []
        for y, j in zip(_middle(len(features)), features, strict=True):
            index = "" if j is None or (layer.size == 1 and name != how.merged) else str(j + 1)
            label = "⋮" if j is None else name + (index if name == how.merged else index.translate(_SUBSCRIPTS))
            here.append((picture.node((number, "u"), label, y), j))
        for head, j in here:
            for tail, i in before:
                picture.edge(tail, head, "dots" if None in (i, j) else "weight")
        before = here
    return picture


def _apart(layers, how, titles):
    """Each feature a node u after the linear transformation and a node v after what follows it."""
    # High enough for the names of all modules on an edge, and for the numbers on the edges between two nodes.
    height = max(34, 6 + 17 * max(len(layer.after) for layer in layers))
    if how.numbers:
        height = max(height, 17 * (1 + max(layer.size for layer in layers)))
    picture = Columns(height, titles)
    _observation(picture, layers, how, how.rows[0], 0)
    top, bottom = picture.extent()
    middle = 0
    for before, row in pairwise(how.rows):
        middle += 1.1 + (0 if before == "⋮" else bottom) - (0 if row == "⋮" else top)
        if row == "⋮":
            for column in picture.widths:
                picture.node(column, "⋮", middle)
        else:
            _observation(picture, layers, how, row, middle)
    return picture


def _observation(picture, layers, how, row, middle):
    """The nodes and edges of one observation, or of all at once."""
    before = []
    for number, layer in enumerate(layers):
        bias_next = how.bias and number + 1 < len(layers) and layers[number + 1].bias
        for part in "uv"[: 1 + bool(layer.after)]:
            # A bias node stands below its column; below v it leaves v where u is.
            ys = [middle + y for y in _middle(layer.size + (bias_next and not layer.after))]
            names = [_name(layers, number, part, j, row, how) for j in range(layer.size)]
            here = [picture.node((number, part), *node) for node in zip(names, ys, strict=False)]
            if part == "v":
                _activate(picture, before, here, layer.after)
            elif number:
                _connect(picture, before, here, layer, how)
            before = here
        if bias_next:
            before = [*before, picture.node((number, part), "1", ys[0] + layer.size)]


def _middle(count):
    """The rows of `count` nodes around row 0."""
    return [i - (count - 1) / 2 for i in range(count)]


def _name(layers, number, part, j, row, how):
    """What stands in a node: "u1[:,0]" as in code, or the lectures' "x₁" and "ŵ₀ + ŵ₁x₁" in a net of one node."""
    layer = layers[number]
    last = number == len(layers) - 1 and (part == "v" or not layer.after)
    if how.formula:
        index = (row or "").translate(_SUBSCRIPTS)
        if number == 0:
            return "x" + index
        absorbed = f"ŵx, bias={layer.bias}"
        formula = absorbed if not how.bias else f"ŵ₀ + ŵ₁x{index}" if layer.bias else f"ŵ₁x{index}"
        return f"ŷ{index}" if part == "v" else f"ŷ{index} = {formula}" if last else formula
    letter = "X" if number == 0 and part == "u" else part + str(number) * (len(layers) > 2)
    if last:
        letter = "ŷ" if layer.size > 1 or row else f"{letter} = ŷ"
    places = [] if row is None else [_ROWS[row]]
    if layer.size > 1:
        places = [*(places or [":"]), str(j)]
    return f"{letter}[{','.join(places)}]" if places else letter


def _connect(picture, before, here, layer, how):
    """The edges of one Linear layer; with the bias as a node, that node is the last of `before`."""
    # There labels never meet, though their edges cross.
    at = 1 / (len(here) + 1) if len(here) <= len(before) else 1 - 1 / (len(before) + 1)
    for j, head in enumerate(here):
        for i, tail in enumerate(before):
            bias = i == layer.linear.in_features
            label = "" if not how.formula else "ŵ₀" if bias else "ŵ₁" if how.bias else "ŵ"
            if how.numbers:
                label = _layers.number_text(layer.linear.bias[j] if bias else layer.linear.weight[j, i])
            picture.edge(tail, head, "bias" if bias else "weight", label, at)


def _activate(picture, before, here, after):
    """The edges from u to v: each to its own, but after a softmax each v depends on every u."""
    joined = any(isinstance(module, _layers.SOFTMAX) for module in after)
    for j, head in enumerate(here):
        for tail in before if joined else [before[j]]:
            label = "\n".join(map(_layers.title, after)) if not (joined and (j or tail != before[0])) else ""
            picture.edge(tail, head, "activation", label)


def _title_of(layers, number, how):
    """The title of a grey box, with the modules after the Linear layer where no edge names them."""
    head = _layers.role(layers, number).capitalize() if how.dots else f"Layer {number}"
    return "\n".join([head, *(map(_layers.title, layers[number].after) if how.merged else ())])


def _alt(layers, how, shown):
    """The net in words."""
    says = how.says
    if any(None in features for features in shown):
        says = "Large layers show the first nodes, dots and the last node."
    if how.numbers and sum(layer.linear.weight.numel() for layer in layers[1:]) <= 12:
        says += _layers.numbers_in_words(layers)
    return f"Network diagram, from left to right: {_layers.in_words(layers)}. {says}".strip()


def _counts(layers, how, shown, picture):
    """How many parameters have an edge in the picture, and where the others are."""
    drawn = sum(kind in ("weight", "bias") for _, _, kind, *_ in picture.edges) // max(len(how.rows) - 1, 1)
    whole = [len(features) - (None in features) for features in shown]
    biases = sum(layer.size for layer in layers if layer.bias)
    norms = [module for layer in layers for module in layer.after if isinstance(module, nn.BatchNorm1d)]
    pairs = zip(pairwise(layers), pairwise(whole), strict=True)
    return {
        "drawn": drawn,
        "abbreviated": sum(one.size * two.size - a * b for (one, two), (a, b) in pairs),
        "bias absorbed": 0 if how.bias else biases,
        "batch norm": sum(parameter.numel() for module in norms for parameter in module.parameters()),
    }
