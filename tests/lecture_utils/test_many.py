"""Nets side by side train as if each were alone."""

import pytest
import torch
from torch import nn

from lecture_utils.many import SideBySide, step_at_own_rates

RATES = (0.003, 0.01, 0.03, 0.1)


def make_net(seed):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Linear(8, 1)).double()


def data():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(40, 3, generator=generator, dtype=torch.float64)
    return x, x.prod(dim=1, keepdim=True)


RULES = {
    "SGD": lambda p, lr: torch.optim.SGD(p, lr=lr),
    "momentum": lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.9, weight_decay=0.1),
    "Adam": lambda p, lr: torch.optim.Adam(p, lr=lr, weight_decay=0.1),
    "AdamW": lambda p, lr: torch.optim.AdamW(p, lr=lr, weight_decay=0.1),
}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_each_net_of_a_stack_trains_as_if_alone(rule):
    x, y = data()
    nets = SideBySide([make_net(seed) for seed in range(len(RATES))])
    optimizer = rule(nets.parameters(), 1)
    for _ in range(50):
        loss = ((nets(x) - y) ** 2).mean(dim=(1, 2)).sum()
        loss.backward()
        step_at_own_rates(nets, optimizer, torch.tensor(RATES, dtype=torch.float64))
        optimizer.zero_grad()
    nets.eval()
    for i, rate in enumerate(RATES):
        net = make_net(i)
        alone = rule(net.parameters(), rate)
        for _ in range(50):
            nn.functional.mse_loss(net(x), y).backward()
            alone.step()
            alone.zero_grad()
        net.eval()
        assert (nets(x)[i] - net(x)).abs().max() < 1e-9
        other = make_net(9)
        other.load_state_dict(nets.net(i))
        assert torch.allclose(other.eval()(x), net(x), atol=1e-9)


def test_each_net_may_have_a_batch_of_its_own():
    made = [nn.Linear(2, 1) for _ in range(3)]
    x = torch.randn(3, 5, 2)
    assert torch.allclose(SideBySide(made)(x, each=True), torch.stack([n(b) for n, b in zip(made, x, strict=True)]))


def test_dropout_draws_for_each_net():
    net = nn.Sequential(nn.Linear(1, 1), nn.Dropout(0.5)).eval()  # a new module is in training mode whatever is in it
    outputs = SideBySide([net] * 2)(torch.ones(200, 1))
    assert not torch.equal(outputs[0], outputs[1])


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match=r"nets: expected at least one"):
        SideBySide([])
    with pytest.raises(ValueError, match=r"all of one shape"):
        SideBySide([nn.Linear(1, 1), nn.Linear(2, 1)])
    nets = SideBySide([nn.Linear(1, 1)])
    with pytest.raises(ValueError, match=r"optimizer: expected lr=1"):
        step_at_own_rates(nets, torch.optim.SGD(nets.parameters(), lr=0.1), torch.ones(1))
    with pytest.raises(ValueError, match=r"rates: expected shape \(1,\)"):
        step_at_own_rates(nets, torch.optim.SGD(nets.parameters(), lr=1), torch.ones(2))
