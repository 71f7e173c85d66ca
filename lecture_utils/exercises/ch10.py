"""The exercises of chapter 10, initialisation."""

import torch
from torch import nn

from lecture_utils.exercises.kinds import Choice, Function, Number

_KINDS = (nn.Conv2d, nn.Linear)


def _cnn():
    """A small net that holds two nets, as the lecture's does."""
    torch.manual_seed(0)
    convolutions = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Conv2d(8, 16, 3), nn.ReLU(), nn.Flatten())
    return nn.Sequential(convolutions, nn.Sequential(nn.Linear(256, 100), nn.ReLU(), nn.Linear(100, 10)))


def _layers(net):
    return [module for module in net.modules() if isinstance(module, _KINDS)]


# ---- 10.6, repair: a loop that reaches every layer -------------------------------------------------------------------
def _initialise(kinds=_KINDS, modules=nn.Module.modules, rule=nn.init.kaiming_normal_, bias=nn.init.zeros_):
    def initialise(net):
        for module in modules(net):
            if isinstance(module, kinds):
                rule(module.weight)
                bias(module.bias)

    return initialise


_INSIDE = "No weight has changed: look inside the nets that your net holds."
_CONV = "The convolutions kept PyTorch's default."
_LINEAR = "The linear layers kept PyTorch's default."
_BIAS = "The biases should be 0."
_SPREAD = "Every layer has got a start, but not He's: see the spread of its weights."


def _test_loop(initialise):
    net, before = _cnn(), _layers(_cnn())
    initialise(net)
    pairs = list(zip(_layers(net), before, strict=True))
    kept = [type(new) for new, old in pairs if torch.equal(new.weight, old.weight)]
    if kept:
        return _INSIDE if len(kept) == len(pairs) else _CONV if nn.Conv2d in kept else _LINEAR
    if any(new.bias.abs().max() > 0 for new, _ in pairs):
        return _BIAS
    ratios = [new.weight.std() * (new.weight[0].numel() / 2) ** 0.5 for new, _ in pairs]
    return _SPREAD if max(abs(ratio - 1) for ratio in ratios) > 0.35 else None  # the smallest layer has 72 weights


# ---- 10.8, build: the data choose the spread -------------------------------------------------------------------------
def _outputs(net, x):
    """The output of each layer."""
    found = []
    hooks = [layer.register_forward_hook(lambda module, given, u: found.append(u)) for layer in _layers(net)]
    with torch.no_grad():
        net(x)
    for hook in hooks:
        hook.remove()
    return found


def _data_start(size=torch.std, at_once=False, biases=True, layers=_layers):
    def data_start(net, x):
        for layer in _layers(net) if biases else ():
            nn.init.zeros_(layer.bias)
        before = _outputs(net, x)
        for number, layer in enumerate(layers(net)):
            layer.weight.data /= size((before if at_once else _outputs(net, x))[number])

    return data_start


_UNDONE = "No layer's output has changed: change the weights of the net that is handed in (`layer.weight.data`)."
_VARIANCE = "You divided by the variance."
_ORDER = "Only the first layer is right: the outputs of the others were measured before the layers below were scaled."
_LEFT_OUT = "The convolutions are right, and the linear layers still have their default weights."
_BIASES = "The biases should be 0: they add to the outputs, and are not divided."


def _test_data_start(data_start):
    net = _cnn()
    x = 3 * torch.randn(50, 1, 8, 8)  # (50, 1, 8, 8)
    nn.init.constant_(_layers(net)[0].bias[:4].detach(), 2.0)
    start = [layer.weight.clone() for layer in _layers(net)]
    data_start(net, x)
    if any(layer.bias.abs().max() > 0 for layer in _layers(net)):
        changed = any(not torch.equal(a, layer.weight) for a, layer in zip(start, _layers(net), strict=True))
        return _BIASES if changed else _UNDONE
    sizes = [float(u.std()) for u in _outputs(net, x)]
    if max(abs(size - 1) for size in sizes) < 0.01:
        return None
    if abs(sizes[0] - 1) > 0.01:
        plain = _cnn()
        nn.init.zeros_(_layers(plain)[0].bias)
        first = float(_outputs(plain, x)[0].std())
        return _VARIANCE if abs(sizes[0] * first - 1) < 0.01 else _wide(0, sizes[0])
    same = [torch.equal(a, layer.weight) for a, layer in zip(start, _layers(net), strict=True)]
    if same == [False, False, True, True]:
        return _LEFT_OUT
    if not any(same):
        return _ORDER
    number = next(i for i, size in enumerate(sizes) if abs(size - 1) > 0.01)
    return _wide(number, sizes[number])


def _wide(number, size):
    return f"The output of layer {number} (counted from 0) has the standard deviation {size:.3g}."


EXERCISES = [
    Number(
        "10.1",
        right=(2 / 200) ** 0.5,
        within=1e-4,
        because="The variance is 2 over fan-in.",
        wrong={
            2 / 200: "That is the variance.",
            (1 / 200) ** 0.5: "That keeps the size of a sum. ReLU then takes half of the mean square away.",
            (1 / 600) ** 0.5: "That is PyTorch's default.",
            1 / 200: "Fan-in is there; look at He's formula again. And is it the variance that is asked for?",
        },
    ),
    Number(
        "10.2",
        right=16 * 3 * 3,
        because="One number of a new channel is a sum over all old channels and the window.",
        wrong={
            3 * 3: "The window reaches through all the channels below.",
            32 * 3 * 3: "That is the fan-out: who uses one number. Fan-in counts what goes into one.",
            16 * 32 * 3 * 3: "That counts all weights of the layer. Fan-in is that of one new channel.",
            16 * 3: "The window has two sides.",
            16: "That would be a window of one pixel.",
            16 * 3 * 3 + 1: "The bias is no input.",
        },
    ),
    Number(
        "10.3",
        right=2**-10,
        within=2e-6,
        because="Each layer divides the mean square by 2, and so the spread by its root.",
        wrong={
            2**-20: "That is left of the mean square. The spread is its root.",
            2**-0.5: "That is one layer.",
            1 / 20: "The factors of the layers multiply.",
            0.5: "That is left of the mean square behind one layer.",
            1: "So it is with He's start. ReLU keeps half of the mean square.",
        },
    ),
    Number(
        "10.4",
        right=(2**0.5) ** 22,
        within=0.5,
        because="Positive factors pass through ReLU, layer by layer.",
        wrong={
            2**0.5: "That makes up for one layer.",
            22 * 2**0.5: "The factors of the layers multiply.",
            2**22: "Each weight was divided by the root of 2.",
            (2**0.5) ** 21: "Count the last layer, too.",
            2**-11: "That is what the smaller weights do to the logits. The images must make up for it.",
        },
    ),
    Number(
        "10.5",
        right=10,
        because="Dropout gives each node a gradient of its own.",
        wrong={
            1: "That needs equal gradients. Do nodes get them that are dropped for different images?",
            7: "A dropped node comes back in the next step. Which nodes are left equal?",
            3: "A dropped node comes back in the next step. Which nodes are left equal?",
        },
    ),
    Function(
        "10.6",
        right=_initialise(),
        test=_test_loop,
        because="`modules` goes inside, and both kinds of layers are reached.",
        wrong=[
            (_initialise(modules=nn.Module.children), _INSIDE),
            (_initialise(kinds=nn.Linear), _CONV),
            (_initialise(kinds=nn.Conv2d), _LINEAR),
            (_initialise(bias=lambda bias: None), _BIAS),
            (_initialise(rule=nn.init.xavier_normal_), _SPREAD),
            (_initialise(rule=lambda weight: nn.init.normal_(weight, std=0.02)), _SPREAD),
        ],
    ),
    Choice(
        "10.7",
        right="b",
        because="One number cannot hold both.",
        wrong={
            "a": "So it is hoped. Compare the first gradient with the last.",
            "c": "They do not stay, but look again at which end they are larger.",
            "d": "tanh cannot exceed 1.",
        },
    ),
    Function(
        "10.8",
        right=_data_start(),
        test=_test_data_start,
        because="Each layer was measured behind those that were scaled.",
        wrong=[
            (lambda net, x: None, _UNDONE),
            (_data_start(size=torch.var), _VARIANCE),
            (_data_start(at_once=True), _ORDER),
            (_data_start(layers=lambda net: _layers(net)[:2]), _LEFT_OUT),
            (_data_start(biases=False), _BIASES),
        ],
    ),
]
