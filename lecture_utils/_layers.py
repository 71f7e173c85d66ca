"""What a `torch.nn.Sequential` consists of: Linear layers, and what follows each of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import nn
from torch.nn.parameter import is_lazy

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
    modules = _modules(net, "net")
    for place, module in modules:
        if not isinstance(module, (nn.Linear, *_ACTIVATIONS, *_OTHERS)):
            raise ValueError(f"{place}: diagrams cannot show {type(module).__name__}; they show {_KNOWN}")
        if any(is_lazy(parameter) for parameter in module.parameters()):
            raise ValueError(f"{place}: {module} has no sizes yet; run data through the net once")
    if not any(isinstance(module, nn.Linear) for _, module in modules):
        raise ValueError(f"net: expected at least one Linear layer, got {net}")
    _fit_together(modules)
    return _group(modules)


def _modules(net, name):
    """[(place, module)] in order, "net[1][0]" being a place; a Sequential inside is unpacked."""
    if not isinstance(net, nn.Sequential):
        raise TypeError(f"{name}: expected a torch.nn.Sequential, got {type(net).__name__}")
    found = []
    for i, module in enumerate(net):
        place = f"{name}[{i}]"
        found += _modules(module, place) if isinstance(module, nn.Sequential) else [(place, module)]
    return found


def _fit_together(modules):
    """Raise where a layer does not take what the one before gives."""
    size, giver = None, None
    for place, module in modules:
        if isinstance(module, nn.Linear):
            needs, gives = module.in_features, module.out_features
        elif isinstance(module, nn.BatchNorm1d):
            needs = gives = module.num_features
        else:
            continue
        if min(needs, gives) < 1:
            raise ValueError(f"{place}: expected at least one feature, got {_sized(module)}")
        if size not in (None, needs):
            raise ValueError(f"{place} does not fit: {_sized(module)} takes {needs} features, but {giver} gives {size}")
        size, giver = gives, f"{place}, {_sized(module)},"


def _group(modules):
    """The modules as layers: each Linear with what follows it."""
    layers = [Layer(None, next((m.in_features for _, m in modules if isinstance(m, nn.Linear)), 0))]
    for _, module in modules:
        if isinstance(module, nn.Linear):
            layers.append(Layer(module, module.out_features))
        else:
            layers[-1].after.append(module)
    return layers


def _sized(module):
    """ "Linear(784, 128)", "BatchNorm1d(128)"."""
    sizes = (module.in_features, module.out_features) if isinstance(module, nn.Linear) else (module.num_features,)
    return f"{type(module).__name__}({', '.join(map(str, sizes))})"


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
