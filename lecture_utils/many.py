"""Many nets of one shape, trained side by side as one, once chapter 2 has shown that each trains as if alone."""

from __future__ import annotations

import copy

import torch
from torch.func import functional_call, stack_module_state, vmap


class SideBySide(torch.nn.Module):
    """Nets of one shape as one module: every parameter has a leading dimension, one entry for each net.

    The loss of all is the *sum* of the nets' own losses: then each net gets exactly its own gradient, because no net's
    loss depends on another's parameters.

    Parameters
    ----------
    nets : sequence of torch.nn.Module
        At least one; of the same classes and shapes. They are copied: the nets themselves do not change.

    Raises
    ------
    ValueError
        There is no net, or their parameters differ in name or shape.

    Notes
    -----
    Derived in chapter 2, 'Many nets at once'; https://docs.pytorch.org/tutorials/intermediate/ensembling.html.

    Examples
    --------
    >>> def make_net(seed):
    ...     _ = torch.manual_seed(seed)
    ...     return torch.nn.Sequential(torch.nn.Linear(1, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1))
    >>> nets = SideBySide([make_net(seed) for seed in range(20)])
    >>> x = torch.linspace(-1, 1, 50).reshape(-1, 1)  # (50, 1)
    >>> nets(x).shape
    torch.Size([20, 50, 1])
    """

    def __init__(self, nets):
        super().__init__()
        nets = list(nets)
        shapes = [[(name, tensor.shape) for name, tensor in net.state_dict().items()] for net in nets]
        if not nets or any(shape != shapes[0] for shape in shapes):
            raise ValueError(f"nets: expected at least one net, all of one shape, got {nets!r}")
        parameters, buffers = stack_module_state(nets)
        self.count = len(nets)
        # Every tensor of this one holds those of all nets: it is only called inside vmap, which takes them apart again.
        self._stacked = copy.deepcopy(nets[0]).train()
        for name, tensor in self._state().items():
            tensor.data = {**parameters, **buffers}[name]

    def forward(self, x, *, each=False):
        """The outputs of all nets.

        Parameters
        ----------
        x : torch.Tensor
            Shape (m, ...), the same for all nets; with `each`, shape (nets, m, ...), one batch for each net.
        each : bool
            Whether each net gets a batch of its own.

        Returns
        -------
        torch.Tensor
            Shape (nets, m, ...). Nets that draw random numbers (dropout) draw their own.
        """

        def one(state, x):
            return functional_call(self._stacked, state, (x,))

        return vmap(one, in_dims=(0, 0 if each else None), randomness="different")(self._state(), x)

    def net(self, i):
        """A copy of the parameters and buffers of net `i`, for `load_state_dict`: dict of torch.Tensor."""
        return {name: tensor[i].detach().clone() for name, tensor in self._state().items()}

    def _state(self):
        return {**dict(self._stacked.named_parameters()), **dict(self._stacked.named_buffers())}


def step_at_own_rates(nets, optimizer, rates):
    """Make one step of an optimiser, but let each net go its own share of the way.

    Every rule whose step is proportional to the learning rate (SGD, momentum, Adam, AdamW, with weight decay) gives so
    each net the step that it would make alone at its own rate.

    Parameters
    ----------
    nets : SideBySide
    optimizer : torch.optim.Optimizer
        Holds the parameters of `nets` and has the learning rate 1.
    rates : torch.Tensor
        Shape (nets,): the learning rate of each net.

    Raises
    ------
    ValueError
        The optimiser has another learning rate than 1, or there is not one rate for each net.

    Examples
    --------
    >>> nets = SideBySide([torch.nn.Linear(1, 1, bias=False) for _ in range(2)])
    >>> optimizer = torch.optim.SGD(nets.parameters(), lr=1)
    >>> (weights,) = nets.parameters()
    >>> before = weights.detach().clone()
    >>> nets(torch.ones(1, 1)).sum().backward()
    >>> step_at_own_rates(nets, optimizer, torch.tensor([0.1, 0.2]))
    >>> (before - weights.detach()).flatten().round(decimals=4)
    tensor([0.1000, 0.2000])
    """
    if any(group["lr"] != 1 for group in optimizer.param_groups):
        raise ValueError(f"optimizer: expected lr=1, got {[group['lr'] for group in optimizer.param_groups]}")
    if tuple(rates.shape) != (nets.count,):
        raise ValueError(f"rates: expected shape ({nets.count},), one for each net, got {tuple(rates.shape)}")
    before = [parameter.detach().clone() for parameter in nets.parameters()]
    optimizer.step()
    with torch.no_grad():
        for parameter, old in zip(nets.parameters(), before, strict=True):
            share = rates.to(parameter).reshape(-1, *[1] * (parameter.ndim - 1))
            torch.lerp(old, parameter, share, out=parameter)
