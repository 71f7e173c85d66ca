"""The figure of chapter 5: its runs are those of PyTorch's SGD, in the same orders."""

import pytest
import torch

SEED = 43052
torch.manual_seed(SEED)
X = torch.linspace(-1, 1, 10)
Y = 2 * X + 0.5 * torch.randn(10, 1)[:, 0]
STATE = {
    "x": X.tolist(),
    "y": Y.tolist(),
    "start": [-2.0, 5.0],
    "seed": SEED,
    "batch": 3,
    "rate": 0.05,
    "decay": 0,
    "epochs": 30,
    "order": "sorted",
}
RATES = (0.02, 0.05, 0.1, 0.2, 0.5, 0.8)  # the chapter's


def descended(start, seed, batch, rate, decay, epochs, order, **_):
    """The chapter's `descend`, with other orders: (intercept, slope) after each update."""
    net = torch.nn.Linear(1, 1)
    torch.nn.init.constant_(net.bias, start[0])
    torch.nn.init.constant_(net.weight, start[1])
    torch.manual_seed(seed)
    optimizer, path = torch.optim.SGD(net.parameters(), lr=rate), [list(start)]
    for epoch in range(epochs):
        optimizer.param_groups[0]["lr"] = rate * (1 - decay / 100) ** epoch
        rows = torch.randperm(10) if order == "shuffled" else torch.arange(10)
        for part in rows.split(batch):
            rows_ = torch.randint(10, (len(part),)) if order == "anew" else part
            torch.nn.functional.mse_loss(net(X[rows_, None]), Y[rows_, None]).backward()
            optimizer.step()
            optimizer.zero_grad()
            path.append([net.bias.item(), net.weight.item()])
    return path


@pytest.mark.parametrize("order", ["sorted", "shuffled", "anew"])
@pytest.mark.parametrize("change", [{}, {"batch": 1, "rate": 0.2, "decay": 20, "seed": 1}, {"batch": 10, "rate": 0.7}])
def test_a_run_is_that_of_pytorch(call, order, change):
    state = STATE | change | {"order": order}
    assert torch.tensor(call("bowl", "path", state)["places"]).numpy() == pytest.approx(
        torch.tensor(descended(**state)).numpy(), abs=1e-5
    )


@pytest.mark.parametrize("seed", [SEED, 0, 100, 200, 300])
def test_decay_beats_the_par_which_is_the_best_constant_rate(call, seed):
    state = STATE | {"seed": seed, "order": "shuffled"}
    cases = [{"batch": m, "rate": rate} for m in (1, 3, 10) for rate in RATES]
    *constant, decayed = call("bowl", "needed", state, [*cases, {"batch": 1, "rate": 0.2, "decay": 20}])
    par = min(one["samples"] or 300 for one in constant)
    assert 20 <= par <= 26
    assert decayed["samples"] < 0.85 * par


def test_the_formula_of_the_floor_holds_for_batches_drawn_anew(call):
    for batch, rate in ((1, 0.05), (4, 0.1)):
        state = STATE | {"batch": batch, "rate": rate, "order": "anew", "epochs": 100}
        means = torch.tensor(call("bowl", "needed", state)[0]["means"])
        assert means[len(means) // 2 :].mean() == pytest.approx(call("bowl", "floor", state), rel=0.25)


@pytest.mark.parametrize("order", ["sorted", "shuffled", "anew"])
def test_the_program_in_pytorch_prints_where_the_figures_run_ends(call, printed, order):
    state = STATE | {"order": order, "decay": 10, "rate": 0.1}
    assert printed(call("bowl", "pytorch", state)) == pytest.approx(call("bowl", "path", state)["places"][-1], abs=1e-5)
