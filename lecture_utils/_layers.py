"""What a `torch.nn.Sequential` consists of: Linear layers, and what follows each of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import nn

SOFTMAX = (nn.Softmax, nn.LogSoftmax, nn.Softmin)
_ACTIVATIONS = (
    *SOFTMAX, nn.CELU, nn.ELU, nn.GELU, nn.Hardshrink, nn.Hardsigmoid, nn.Hardswish, nn.Hardtanh, nn.LeakyReLU,
    nn.LogSigmoid, nn.Mish, nn.ReLU, nn.ReLU6, nn.SELU, nn.Sigmoid, nn.SiLU, nn.Softplus, nn.Softshrink, nn.Softsign,
    nn.Tanh, nn.Tanhshrink, nn.Threshold,
)  # fmt: skip
_OTHERS = (nn.BatchNorm1d, nn.Dropout, nn.Flatten, nn.Identity)
_KNOWN = "Linear, activations without parameters (ReLU, Sigmoid, Tanh, ..., Softmax), Dropout, BatchNorm1d and Flatten"


@dataclass
class Layer:
    """A Linear layer with the modules that follow it. The first of a net is the input: no Linear, only the size."""

    linear: nn.Linear | None
    size: int
    after: list = field(default_factory=list)

    @property
    def bias(self):
        return self.linear is not None and self.linear.bias is not None


def read(net):
    """The layers of a net, the input first, or an error that says why the net cannot be drawn."""
    layers, size, giver = [Layer(None, 0)], None, None
    for place, module in _modules(net, "net"):
        if not isinstance(module, (nn.Linear, *_ACTIVATIONS, *_OTHERS)):
            raise ValueError(f"{place}: diagrams cannot show {type(module).__name__}; they show {_KNOWN}")
        linear = isinstance(module, nn.Linear)
        if linear or isinstance(module, nn.BatchNorm1d):
            sizes = (module.in_features, module.out_features) if linear else (module.num_features,)
            name = f"{type(module).__name__}({', '.join(map(str, sizes))})"
            if min(sizes) < 1:
                raise ValueError(f"{place}: {name} has no sizes yet; run data through the net once")
            if size not in (None, sizes[0]):
                raise ValueError(f"{place} does not fit: {name} takes {sizes[0]} features, but {giver} gives {size}")
            size, giver = sizes[-1], f"{place}, {name},"
        if linear:
            layers[0].size = layers[0].size or module.in_features
            layers.append(Layer(module, module.out_features))
        else:
            layers[-1].after.append(module)
    if len(layers) == 1:
        raise ValueError(f"net: expected at least one Linear layer, got {net}")
    return layers


def _modules(net, name):
    """[(place, module)] in order, "net[1][0]" being a place; a Sequential inside is unpacked."""
    if not isinstance(net, nn.Sequential):
        raise TypeError(f"{name}: expected a torch.nn.Sequential, got {type(net).__name__}")
    found = []
    for i, module in enumerate(net):
        place = f"{name}[{i}]"
        found += _modules(module, place) if isinstance(module, nn.Sequential) else [(place, module)]
    return found


# Words for it


def number_text(value):
    """Three significant digits, with a minus sign as wide as the digits."""
    value = value.item() or 0.0  # -0.0 is written 0
    return f"{value:.3g}".replace("-", "−")


def title(module):
    name = type(module).__name__
    return f"{name} {module.p:g}" if isinstance(module, nn.Dropout) else name


def role(layers, number):
    if number in (0, len(layers) - 1):
        return "output layer" if number else "input layer"
    return "hidden layer" if len(layers) == 3 else f"hidden layer {number}"


def in_words(layers):
    """ "input layer of 784; hidden layer of 32, ReLU; output layer of 1, Sigmoid"."""
    return "; ".join(
        ", ".join([f"{role(layers, number)} of {layer.size}", *map(title, layer.after)])
        for number, layer in enumerate(layers)
    )


def numbers_in_words(layers):
    """All weights and biases, a sentence for each layer."""
    said = ""
    for number, layer in enumerate(layers[1:], start=1):
        weights, bias = (
            ", ".join(map(number_text, values.flatten())) if values is not None else "none"
            for values in (layer.linear.weight, layer.linear.bias)
        )
        said += f" Layer {number}: weights {weights}; bias {bias}."
    return said
