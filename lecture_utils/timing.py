"""How long training takes on a device, measured right, and recorded measurements of devices that are not here."""

from __future__ import annotations

import datetime
import functools
import itertools
import json
import logging
import math
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import torch

#: The book's own records.
RECORDS = Path(__file__).with_name("records")
PARTS = ("forward", "loss", "backward", "step")
# Asked once: asking takes microseconds, as short parts of a step do.
_has_accelerator = functools.cache(torch.accelerator.is_available)


@dataclass(frozen=True)
class Measurement:
    """The time of one call.

    Attributes
    ----------
    median, iqr : float
        Median and interquartile range over the repeats, in seconds a call.
    repeats : int
        How many times it was measured; one repeat may be the mean over a block of calls.
    seconds : float
        Time of all repeats together.
    """

    median: float
    iqr: float
    repeats: int
    seconds: float


def measure(fn, *, seconds=0.3, repeats=5):
    """Time calls of `fn` by `torch.utils.benchmark.Timer`, with the threads that torch uses now.

    `fn` is called at least once before (warm-up), and an accelerator finishes before each reading of the clock.

    Parameters
    ----------
    fn : callable
        Called without arguments.
    seconds : float
        Measure for at least this long.
    repeats : int
        Measure at least this often.

    Returns
    -------
    Measurement

    Raises
    ------
    ValueError
        `seconds` is not positive, or `repeats` is below 2 (there would be no spread).

    Examples
    --------
    >>> x = torch.ones(100)
    >>> measure(lambda: x + 1, seconds=0.01).median < 0.01
    True
    """
    if not seconds > 0:
        raise ValueError(f"seconds: expected a positive number, got {seconds!r}")
    if repeats < 2:
        raise ValueError(f"repeats: expected at least 2, got {repeats!r}")
    timer = _timer_class()("fn()", globals={"fn": fn}, timer=now, num_threads=torch.get_num_threads())
    run = timer.blocked_autorange(min_run_time=seconds)
    times, spent = list(run.times), sum(run.raw_times)
    while len(times) < repeats:  # a slow `fn`
        run = timer.blocked_autorange(min_run_time=(repeats - len(times)) * spent / len(times))
        times, spent = times + run.times, spent + sum(run.raw_times)
    return _summary(times, spent)


def time_step(net, loss_fn, optimizer, x, y, *, seconds=0.3, repeats=5):
    """Time one step of training, and its four parts. The net is trained on the way.

    Parameters
    ----------
    net, loss_fn, optimizer
        What the loop of chapter 1 uses.
    x, y : torch.Tensor
        One batch, on the net's device: moving it is not part of the step.
    seconds, repeats
        As in `measure`, for the whole steps and again for the parts.

    Returns
    -------
    dict of str to Measurement
        "total", measured over whole steps; "forward", "loss", "backward" and "step" (with zero_grad). The device is
        made to finish after each part, so on an accelerator the parts add up to more than the total.

    Examples
    --------
    >>> net = torch.nn.Linear(1, 1)
    >>> times = time_step(net, torch.nn.MSELoss(), torch.optim.SGD(net.parameters()), torch.ones(9, 1),
    ...                   torch.ones(9, 1), seconds=0.01)
    >>> list(times)
    ['total', 'forward', 'loss', 'backward', 'step']
    """

    def step():
        loss_fn(net(x), y).backward()
        optimizer.step()
        optimizer.zero_grad()

    total = measure(step, seconds=seconds, repeats=repeats)
    rows, end = [], now() + seconds
    while len(rows) < repeats or now() < end:
        read = [now()]
        yhat = net(x)
        read.append(now())
        loss = loss_fn(yhat, y)
        read.append(now())
        loss.backward()
        read.append(now())
        optimizer.step()
        optimizer.zero_grad()
        read.append(now())
        rows.append([after - before for before, after in itertools.pairwise(read)])
    return {"total": total} | {
        part: _summary(times, sum(times)) for part, times in zip(PARTS, zip(*rows, strict=True), strict=True)
    }


def clock(step, steps):
    """The lecture's way: ``time.time()`` around a loop. Nothing waits for the device, nothing warms up.

    Parameters
    ----------
    step : callable
        One step of training.
    steps : int
        How often to call it.

    Returns
    -------
    stopped, finished : float
        Seconds from the start to the end of the loop, which is what the lecture prints, and to the moment when the
        device was done. On a CPU the two are the same; on an accelerator the first can be far too small.

    Examples
    --------
    >>> stopped, finished = clock(lambda: torch.ones(10), steps=3)
    >>> stopped <= finished
    True
    """
    start = time.time()
    for _ in range(steps):
        step()
    stopped = time.time() - start
    now()
    return stopped, time.time() - start


def load_records(folder=RECORDS):
    """All recorded measurements, in the order of their file names.

    Parameters
    ----------
    folder : path
        Holds one JSON file for each device.

    Returns
    -------
    list of dict
        "label", "kind" ("measured", or "cited" from elsewhere), "device", "software", "date",
        "method", "source" and "cases". Each case has "width", "batch" and "clock", and, where measured, "total",
        "forward", "loss", "backward", "step" (each with the fields of `Measurement`), "transfer" (also one, or None)
        and "memory_bytes".

    Raises
    ------
    ValueError
        A file is no such record; the message names it.

    Examples
    --------
    >>> [record["date"] for record in load_records() if record["label"] == "lecture, GPU (2022)"]
    ['2022-10-12']
    """
    records = []
    for path in sorted(Path(folder).glob("*.json")):
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            _check(record)
        except (ValueError, KeyError, TypeError) as error:
            reason = f"{error} is missing" if isinstance(error, KeyError) else error
            raise ValueError(f"{path}: this is no record of timings: {reason}; measure again, or remove it") from error
        records.append(record)
    return records


def seconds_per_step(case):
    """The seconds of one step in a case of a record: the median, or for a cited case the lecture's clock.

    Examples
    --------
    >>> seconds_per_step({"clock": [{"steps": 1000, "stopped": 2.0}]})
    0.002
    """
    if "total" in case:
        return case["total"]["median"]
    return case["clock"][0]["stopped"] / case["clock"][0]["steps"]


def _timer_class():
    """`torch.utils.benchmark.Timer`, whose import warns on the many machines that have a CUDA compiler, but no card."""
    logger = logging.getLogger("torch.utils.cpp_extension")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        from torch.utils.benchmark import Timer
    finally:
        logger.setLevel(level)
    return Timer


def now():
    """The time in seconds since some moment, read when all devices have finished what they were given."""
    if _has_accelerator():
        torch.accelerator.synchronize()
    return time.perf_counter()


def _summary(times, spent):
    low, middle, high = statistics.quantiles(times, n=4, method="inclusive")
    return Measurement(middle, high - low, len(times), spent)


def _check(record):
    """Raise KeyError, TypeError or ValueError where a record is not as `load_records` says."""
    missing = {"label", "kind", "device", "software", "date", "method", "source", "cases"} - set(record)
    if missing or record["kind"] not in ("measured", "cited"):
        raise ValueError(f"expected kind 'measured' or 'cited', and {', '.join(sorted(missing)) or 'no other'}")
    datetime.date.fromisoformat(record["date"])
    for case in record["cases"]:
        parts = ("total", *PARTS) if record["kind"] == "measured" else ()
        numbers = [case["width"], case["batch"], seconds_per_step(case), *(case[part]["median"] for part in parts)]
        if not all(0 < number < math.inf for number in numbers):
            raise ValueError(f"width {case['width']}, batch {case['batch']}: expected positive numbers, got {numbers}")
