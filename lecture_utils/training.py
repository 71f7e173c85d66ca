"""The training loop and the accuracy, once chapter 5 has written both by hand."""

from __future__ import annotations

import torch


def fit(net, loader, loss_fn, optimizer, *, epochs):
    """Train `net` in place: predict, loss, backward, step, once for each batch.

    Each batch is moved to the device of the net's parameters. The net is put into training mode and left in it.

    Parameters
    ----------
    net : torch.nn.Module
        Has at least one parameter.
    loader : iterable of (x, y)
        The batches of one epoch, in order: a DataLoader, or a list such as ``[(X, y)]`` for the full batch. It is gone
        through once an epoch. x has shape (m, ...); y has the shape that `loss_fn` asks for.
    loss_fn : callable
        ``loss_fn(yhat, y)`` gives the mean over the batch, as PyTorch's losses do by default.
    optimizer : torch.optim.Optimizer
        Holds the net's parameters.
    epochs : int
        At least 1.

    Returns
    -------
    list of float
        For each epoch the mean of the losses that the steps used, each batch weighted by its size, so that a short
        last batch counts for no more than its examples.

    Raises
    ------
    ValueError
        `epochs` is below 1, the loader gives no batch, or a floating-point y has another shape than the net's output:
        (m,) against (m, 1) would be spread to (m, m) by some losses.
    TypeError
        `epochs` is not an int.

    Notes
    -----
    Derived in chapter 5, 'The loop by hand'.

    Examples
    --------
    >>> x = torch.linspace(-1, 1, 8).reshape(-1, 1)
    >>> net = torch.nn.Linear(1, 1)
    >>> optimizer = torch.optim.SGD(net.parameters(), lr=0.5)
    >>> losses = fit(net, [(x, 2 * x)], torch.nn.MSELoss(), optimizer, epochs=50)
    >>> len(losses), losses[-1] < 1e-6
    (50, True)
    """
    if isinstance(epochs, bool) or not isinstance(epochs, int):
        raise TypeError(f"epochs: expected an int, got {epochs!r}")
    if epochs < 1:
        raise ValueError(f"epochs: expected at least 1, got {epochs}")
    device = next(net.parameters()).device
    net.train()
    losses = []
    for epoch in range(epochs):
        total, seen = 0.0, 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            yhat = net(x)
            if y.is_floating_point() and y.shape != yhat.shape:
                raise ValueError(f"loader: expected y of shape {tuple(yhat.shape)} as the output, got {tuple(y.shape)}")
            loss = loss_fn(yhat, y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            total += loss.item() * len(x)
            seen += len(x)
        if not seen:
            raise ValueError(f"loader: expected batches, got none in epoch {epoch + 1} (a generator runs through once)")
        losses.append(total / seen)
    return losses


def accuracy(net, x, y, *, threshold=0.5):
    """The share of examples whose predicted class is the right one.

    The net is asked in evaluation mode and without gradients, 1,000 examples at a time; after that each of its modules
    is again in the mode it was in.

    Parameters
    ----------
    net : torch.nn.Module
        Its output has shape (n, 1) for two classes, or (n, k) for k classes.
    x : torch.Tensor
        Shape (n, ...), n at least 1; moved to the net's device.
    y : torch.Tensor
        Two classes: floating point 0 and 1, shape (n, 1). Else: int64 from 0 to k - 1, shape (n,).
    threshold : float
        Two classes only: above it the prediction is class 1. Use 0.5 where the net ends in a sigmoid, and 0 where its
        output is a logit.

    Returns
    -------
    float
        From 0 to 1, or nan where an output is nan: such a net predicts no class.

    Raises
    ------
    ValueError
        The shapes or dtypes do not fit together as above, or the outputs leave [0, 1] though the threshold is 0.5.

    Notes
    -----
    Derived in chapter 5, 'The loop by hand'; the shapes in its exercise 5.4.

    Examples
    --------
    >>> x = torch.tensor([[-2.0], [-1.0], [1.0], [3.0]])
    >>> accuracy(torch.nn.Sigmoid(), x, torch.tensor([[0.0], [1.0], [1.0], [1.0]]))
    0.75
    >>> accuracy(torch.nn.Identity(), torch.eye(3), torch.tensor([0, 1, 1]))
    0.6666666666666666
    """
    if len(x) == 0 or len(x) != len(y):
        raise ValueError(f"x, y: expected equal lengths of at least 1, got {len(x)} and {len(y)}")
    yhat = _outputs(net, x)
    y = y.to(yhat.device)
    if y.is_floating_point():
        if yhat.shape != y.shape or y.shape != (len(y), 1):
            raise ValueError(f"y: expected shape (n, 1) for y and output, got {tuple(y.shape)} and {tuple(yhat.shape)}")
        if not ((y == 0) | (y == 1)).all():
            raise ValueError("y: expected only 0 and 1 in a floating-point y, got other values")
        if threshold == 0.5 and ((yhat < 0) | (yhat > 1)).any():
            raise ValueError("threshold: outputs outside [0, 1] are logits: expected threshold=0, got 0.5")
        right = (yhat > threshold) == (y == 1)
    else:
        if y.dtype != torch.int64 or y.ndim != 1 or yhat.ndim != 2 or yhat.shape[1] < 2:
            raise ValueError(
                f"y: expected int64 of shape (n,) with outputs (n, k), got {y.dtype} of {tuple(y.shape)} "
                f"with {tuple(yhat.shape)}"
            )
        right = yhat.argmax(dim=1) == y
    if yhat.isnan().any():
        return float("nan")
    return right.sum().item() / len(y)


def _outputs(net, x):
    """The net's outputs for all of x, in evaluation mode; every module gets its own mode back."""
    device = next((p.device for p in net.parameters()), x.device)
    modes = [(module, module.training) for module in net.modules()]
    net.eval()
    try:
        with torch.no_grad():
            return torch.cat([net(part.to(device)) for part in x.split(1000)])
    finally:
        for module, mode in modes:
            module.training = mode
