"""The loop is the loop by hand, and the accuracy counts right or refuses."""

import copy
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.data import DataLoader, TensorDataset

from lecture_utils.training import accuracy, fit


def small_net():
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1))


def small_data(n=10):
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(n, 3, generator=generator)
    return x, (x.sum(dim=1, keepdim=True) > 0).float()


@settings(max_examples=25)
@given(n=st.integers(1, 12), m=st.integers(1, 13), epochs=st.integers(1, 3))
def test_fit_gives_the_weights_of_the_loop_by_hand(n, m, epochs):
    x, y = small_data(n)
    loader = DataLoader(TensorDataset(x, y), batch_size=m)
    loss_fn = torch.nn.BCEWithLogitsLoss()
    net, other = small_net(), small_net().eval()

    optimizer = torch.optim.Adam(net.parameters())
    for _ in range(epochs):
        for xx, yy in loader:
            yhat = net(xx)
            loss = loss_fn(yhat, yy)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
    fit(other, loader, loss_fn, torch.optim.Adam(other.parameters()), epochs=epochs)

    for left, right in zip(net.parameters(), other.parameters(), strict=True):
        assert torch.equal(left, right) and right.grad is None
    assert other.training


def test_fit_weights_the_short_last_batch_by_its_size():
    x, y = small_data(7)
    net, loss_fn = small_net(), torch.nn.BCEWithLogitsLoss()
    whole = loss_fn(net(x), y).item()
    frozen = torch.optim.SGD(net.parameters(), lr=0.0)
    [loss] = fit(net, DataLoader(TensorDataset(x, y), batch_size=3), loss_fn, frozen, epochs=1)
    assert loss == pytest.approx(whole, rel=1e-6)
    parts = [loss_fn(net(a), b).item() for a, b in zip(x.split(3), y.split(3), strict=True)]
    assert abs(sum(parts) / 3 - whole) > 1e-3, "the plain mean would differ, so the test can fail"


def test_fit_refuses_what_would_be_spread_to_n_by_n():
    x, y = small_data()
    net = small_net()
    before = copy.deepcopy(net.state_dict())
    with pytest.raises(ValueError, match=r"loader: expected y of shape \(10, 1\) as the output, got \(10,\)"):
        fit(net, [(x, y[:, 0])], torch.nn.MSELoss(), torch.optim.SGD(net.parameters(), lr=0.1), epochs=1)
    assert all(torch.equal(before[k], v) for k, v in net.state_dict().items())


def test_fit_takes_class_numbers():
    net = torch.nn.Linear(3, 3)
    optimizer = torch.optim.SGD(net.parameters(), lr=1.0)
    losses = fit(net, [(torch.eye(3), torch.arange(3))], torch.nn.CrossEntropyLoss(), optimizer, epochs=30)
    assert losses[-1] < losses[0]
    assert accuracy(net, torch.eye(3), torch.arange(3)) == 1


@pytest.mark.parametrize(("epochs", "error"), [(0, ValueError), (-1, ValueError), (1.0, TypeError), (True, TypeError)])
def test_fit_refuses_epochs(epochs, error):
    net = small_net()
    with pytest.raises(error, match="epochs: expected"):
        fit(net, [small_data()], torch.nn.BCEWithLogitsLoss(), torch.optim.SGD(net.parameters()), epochs=epochs)


def test_fit_refuses_a_generator_that_is_used_up():
    net = small_net()
    once = (batch for batch in [small_data()])
    with pytest.raises(ValueError, match=r"loader: .* none in epoch 2"):
        fit(net, once, torch.nn.BCEWithLogitsLoss(), torch.optim.SGD(net.parameters(), lr=0.1), epochs=2)


def test_accuracy_of_probabilities_and_of_logits_agree():
    x, y = small_data(2500)
    net = small_net()
    probability = torch.nn.Sequential(net, torch.nn.Sigmoid())
    by_hand = ((net(x) > 0) == (y == 1)).float().mean().item()
    assert accuracy(net, x, y, threshold=0) == pytest.approx(by_hand)
    assert accuracy(probability, x, y) == pytest.approx(by_hand)
    assert isinstance(accuracy(probability, x, y), float) and all(p.grad is None for p in net.parameters())


def test_accuracy_refuses_logits_at_the_threshold_of_probabilities():
    x = torch.tensor([[-2.0], [0.3], [4.0]])
    with pytest.raises(ValueError, match="threshold"):
        accuracy(torch.nn.Identity(), x, torch.ones(3, 1))


@pytest.mark.parametrize(
    ("out", "y"),
    [
        (torch.rand(4, 1), torch.ones(4)),  # would count 16 comparisons: 200%
        (torch.rand(4), torch.ones(4)),
        (torch.rand(4, 2), torch.ones(4, 2)),
        (torch.rand(4, 2), torch.ones(4, 1)),
        (torch.rand(4), torch.ones(4, 1)),
        (torch.rand(4, 1), torch.ones(4, dtype=torch.int64)),
        (torch.rand(4, 3), torch.ones(4, 1, dtype=torch.int64)),
        (torch.rand(4, 3), torch.ones(4, dtype=torch.uint8)),
        (torch.rand(4, 1), torch.ones(5, 1)),
        (torch.rand(0, 1), torch.ones(0, 1)),
        (torch.rand(4, 1), torch.full((4, 1), 0.5)),
    ],
)
def test_accuracy_refuses_shapes(out, y):
    with pytest.raises(ValueError, match="y: "):
        accuracy(torch.nn.Identity(), out, y)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_accuracy_of_nan_is_nan(bad):
    out = torch.tensor([[0.0, 1.0], [bad, 0.0]])
    score = accuracy(torch.nn.Identity(), out, torch.tensor([1, 0]))
    assert math.isnan(score) if math.isnan(bad) else score == 1


def test_accuracy_uses_evaluation_mode_and_puts_every_mode_back():
    net = torch.nn.Sequential(torch.nn.Dropout(0.9), torch.nn.Linear(2, 2), torch.nn.Dropout(0.9))
    torch.nn.init.eye_(net[1].weight)
    torch.nn.init.zeros_(net[1].bias)
    net[0].eval()
    y = torch.tensor([0, 1] * 50)
    assert accuracy(net, torch.eye(2).repeat(50, 1), y) == 1
    assert [m.training for m in net.modules()] == [True, False, True, True]
    with pytest.raises(RuntimeError):
        accuracy(net, torch.ones(1, 3), torch.tensor([0]))
    assert [m.training for m in net.modules()] == [True, False, True, True]
