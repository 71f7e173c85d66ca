"""Times are those of a clock that the tests turn, and a record that is none is named."""

import copy
import json
import math

import pytest
import torch

from lecture_utils import timing
from lecture_utils.timing import Measurement, clock, load_records, measure, seconds_per_step, time_step


@pytest.fixture
def tick(monkeypatch):
    """``tick(seconds)`` moves the clock, which stands still else."""
    now = [0.0]
    monkeypatch.setattr(timing, "now", lambda: now[0])

    def tick_(seconds):
        now[0] += seconds

    return tick_


def measured(**changes):
    times = {part: {"median": 1e-3, "iqr": 1e-5, "repeats": 5, "seconds": 0.1} for part in ("total", *timing.PARTS)}
    loop = {"steps": 10, "cold": True, "stopped": 0.02, "finished": 0.02}
    record = {
        "label": "a card",
        "kind": "measured",
        "device": {"type": "cuda", "name": "a card"},
        "software": {"torch": "2.14"},
        "date": "2026-01-01",
        "method": "by test",
        "source": "a test",
        "cases": [{"width": 512, "batch": 100, **times, "transfer": None, "memory_bytes": None, "clock": [loop]}],
    }
    return record | changes


def test_measure_gives_median_and_spread_of_one_call(tick):
    durations = iter([9.0, 1.0, 9.0, 2.0, 3.0, 9.0, 4.0, 9.0, 5.0])  # 9: the warm-up before each run of measurements
    found = measure(lambda: tick(next(durations)), seconds=0.5, repeats=5)
    assert found == Measurement(median=3.0, iqr=2.0, repeats=5, seconds=15.0)


def test_measure_measures_blocks_of_short_calls(tick):
    found = measure(lambda: tick(1e-6), seconds=0.1, repeats=5)
    assert found.median == pytest.approx(1e-6) and found.iqr < 1e-9
    assert found.seconds >= 0.1 - 1e-9


def test_measure_uses_the_threads_of_torch():
    before = torch.get_num_threads()
    seen = set()
    try:
        torch.set_num_threads(2)
        measure(lambda: seen.add(torch.get_num_threads()), seconds=0.001)
        assert seen == {2}
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("arguments", [{"seconds": 0}, {"seconds": math.nan}, {"repeats": 1}])
def test_measure_refuses(arguments):
    with pytest.raises(ValueError, match=f"{next(iter(arguments))}: expected"):
        measure(lambda: None, **arguments)


def test_parts_are_told_apart(tick):
    class Slow(torch.nn.Linear):
        def forward(self, x):
            tick(3)
            return super().forward(x)

    class Optimizer(torch.optim.SGD):
        def step(self):
            tick(0.5)
            super().step()

        def zero_grad(self):
            tick(0.25)
            super().zero_grad()

    def loss_fn(yhat, y):
        tick(2)
        loss = ((yhat - y) ** 2).mean()
        loss.register_hook(lambda _: tick(5))
        return loss

    net = Slow(1, 1)
    times = time_step(net, loss_fn, Optimizer(net.parameters()), torch.ones(4, 1), torch.ones(4, 1), seconds=1)
    medians = {part: value.median for part, value in times.items()}
    assert medians == {"total": 10.75, "forward": 3, "loss": 2, "backward": 5, "step": 0.75}
    assert all(value.iqr == 0 and value.repeats >= 5 for value in times.values())


def test_time_step_does_what_the_loop_does():
    net = torch.nn.Linear(1, 1)
    same = copy.deepcopy(net)
    x, y = torch.ones(4, 1), torch.ones(4, 1)
    steps = []

    class Counting(torch.optim.SGD):
        def step(self):
            steps.append(1)
            super().step()

    time_step(net, torch.nn.MSELoss(), Counting(net.parameters(), lr=0.01), x, y, seconds=0.01)
    optimizer = torch.optim.SGD(same.parameters(), lr=0.01)
    for _ in steps:
        torch.nn.MSELoss()(same(x), y).backward()
        optimizer.step()
        optimizer.zero_grad()
    assert torch.equal(net.weight, same.weight)
    assert net.weight.grad is None


def test_the_lectures_clock_stops_before_the_device_is_done(monkeypatch):
    """A device that works later: each step is queued in no time, and takes 10 s when somebody waits for it."""
    queue, seconds = [], [0.0]

    def wait():
        seconds[0] += 10 * len(queue)
        queue.clear()

    monkeypatch.setattr(timing, "now", wait)
    monkeypatch.setattr(timing.time, "time", lambda: seconds[0])
    assert clock(lambda: queue.append(1), 5) == (0, 50)


def test_the_clock_synchronises_an_accelerator(monkeypatch):
    calls = []
    monkeypatch.setattr(timing, "_has_accelerator", lambda: True)
    monkeypatch.setattr(torch.accelerator, "synchronize", lambda: calls.append("waited"))
    monkeypatch.setattr(timing.time, "perf_counter", lambda: calls.append("read"))
    timing.now()
    assert calls == ["waited", "read"]


def test_the_books_records_are_whole():
    records = load_records()
    cited = {
        (record["device"]["type"], case["width"]): 1000 * seconds_per_step(case)
        for record in records
        for case in record["cases"]
        if record["kind"] == "cited"
    }
    lecture = {"cpu": (0.537, 3.806, 65.340), "cuda": (1.451, 1.308, 2.078)}
    for kind, seconds in lecture.items():
        assert [cited[kind, width] for width in (512, 20480, 204800)] == pytest.approx(seconds, abs=0.001)
    ours = [record for record in records if record["kind"] == "measured"]
    assert {1, 2} <= {record["device"].get("threads") for record in ours if record["device"]["type"] == "cpu"}
    for record in ours:
        known = {(case["width"], case["batch"]) for case in record["cases"] + record["left_out"]}
        assert known >= {(2**20, 100), (512, 10**5), *((width, 100) for width in (512, 20480, 204800))}
        assert max(case["memory_bytes"] or 1e9 for case in record["cases"]) > 1e8, "2^20 nodes need much"


def test_a_new_file_is_loaded_with_the_others(tmp_path):
    for name in ("b.json", "a.json"):
        (tmp_path / name).write_text(json.dumps(measured(label=name)))
    assert [record["label"] for record in load_records(tmp_path)] == ["a.json", "b.json"]
    assert seconds_per_step(load_records(tmp_path)[0]["cases"][0]) == 1e-3


def broken():
    case = measured()["cases"][0]
    yield "{", "Expecting"
    yield "[]", "expected .*date"
    yield json.dumps({k: v for k, v in measured().items() if k != "date"}), "expected .* and date"
    yield json.dumps(measured(date="yesterday")), "yesterday"
    yield json.dumps(measured(kind="guessed")), "expected kind 'measured' or 'cited'"
    yield json.dumps(measured(cases=[case | {"width": 0}])), "positive numbers"
    yield json.dumps(measured(cases=[case | {"total": case["total"] | {"median": math.nan}}])), "positive numbers"
    yield json.dumps(measured(cases=[{k: v for k, v in case.items() if k != "loss"}])), "'loss' is missing"


@pytest.mark.parametrize(("text", "reason"), list(broken()))
def test_a_bad_record_is_named(tmp_path, text, reason):
    (tmp_path / "good.json").write_text(json.dumps(measured()))
    (tmp_path / "odd.json").write_text(text)
    with pytest.raises(ValueError, match=rf"odd\.json: this is no record of timings: .*{reason}"):
        load_records(tmp_path)
