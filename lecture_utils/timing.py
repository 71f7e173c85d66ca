"""How long training takes on a device, measured right, and recorded measurements of devices that are not here.

    python -m lecture_utils.timing --device cuda --out lecture_utils/records/my_card.json

measures the nets of chapter 4 on a device and writes a record; every record in that folder is shown by the chapter.
"""

from __future__ import annotations

import argparse
import datetime
import functools
import itertools
import json
import logging
import math
import os
import re
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from lecture_utils._machine import describe, memory_in_use, peak_memory, software

RECORDS = Path(__file__).with_name("records")
PARTS = ("forward", "loss", "backward", "step")
#: (width, batch) of each case: widths 2^4 to 2^20 and the lecture's three at batch 100, batches 1 to 10^5 at width 512.
CASES = sorted(
    {(width, 100) for width in (*(2**k for k in range(4, 21)), 512, 20480, 204800)} | {(512, 10**k) for k in range(6)},
    key=lambda case: (case[0] * case[1], case),
)
QUICK = [(16, 100), (512, 100)]
METHOD = (
    "One step is forward, loss, backward, step of Adam and zero_grad, with float32 data that already lie on the device "
    "(no transfer inside). Total: median of repeated blocks after a warm-up, by torch.utils.benchmark.Timer, with the "
    "device synchronised before each reading of the clock. Parts: the same clock read between the parts of single "
    "steps, so on an accelerator they add up to more than the total. clock: time.time() around a loop of steps, read "
    "when the loop ends (stopped) and again when the device is done (finished), in seconds for all steps; cold is the "
    "first loop of a new net. first_steps: the first three steps of the process, in seconds. transfer: x and y to the "
    "device. memory_bytes: the most that the step held; on an accelerator what torch had allocated, on Linux resident "
    "memory above that before the net was made."
)


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

    Examples
    --------
    >>> print(Measurement(0.002, 0.0001, 7, 0.014))
    2 ms (IQR 0.1 ms, 7 repeats)
    """

    median: float
    iqr: float
    repeats: int
    seconds: float

    def __str__(self):
        scale, unit = (1, "s") if self.median >= 1 else (1e3, "ms") if self.median >= 1e-3 else (1e6, "µs")
        return f"{self.median * scale:.3g} {unit} (IQR {self.iqr * scale:.3g} {unit}, {self.repeats} repeats)"


def device(name):
    """The device of a name, once it is sure that this machine has it.

    Parameters
    ----------
    name : str
        "cpu", "cuda", "cuda:1" and so on, or "mps".

    Returns
    -------
    torch.device

    Raises
    ------
    ValueError
        There is no such device here, or the name is none; the message lists what is here.

    Examples
    --------
    >>> device("cpu")
    device(type='cpu')
    """
    match = re.fullmatch(r"(cpu|cuda|mps)(?::(\d+))?", name) if isinstance(name, str) else None
    if not match or (match[1] != "cuda" and match[2]):
        raise ValueError(f"name: expected 'cpu', 'cuda', 'cuda:1' (and so on) or 'mps', got {name!r}")
    cards = torch.cuda.device_count() if torch.cuda.is_available() else 0
    here = ["cpu"] + ["cuda"] * (cards > 0) + ["mps"] * torch.backends.mps.is_available()
    if match[1] == "cuda" and int(match[2] or 0) >= cards:
        why = "no card, or no driver for it" if torch.backends.cuda.is_built() else "this torch is built without CUDA"
        seen = f"{cards} CUDA device{'s' * (cards > 1)}" if cards else f"no CUDA device ({why})"
        raise ValueError(f"{name} is not there: torch sees {seen}; use one of: {', '.join(here)}")
    if match[1] not in here:
        raise ValueError(f"{name} is not there: torch sees no Metal GPU; use one of: {', '.join(here)}")
    return torch.device(name)


def measure(fn, *, seconds=0.3, repeats=5):
    """Time calls of `fn` by `torch.utils.benchmark.Timer`, with the threads that torch uses now.

    `fn` is called at least once before the measurement (warm-up). Before each reading of the clock an accelerator
    finishes what it was given. `Timer` by itself would use one thread.

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
    timer = _timer_class()("fn()", globals={"fn": fn}, timer=_now, num_threads=torch.get_num_threads())
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
    step = _stepper(net, loss_fn, optimizer, x, y)
    total = measure(step, seconds=seconds, repeats=repeats)
    rows, end = [], _now() + seconds
    while len(rows) < repeats or _now() < end:
        read = [_now()]
        yhat = net(x)
        read.append(_now())
        loss = loss_fn(yhat, y)
        read.append(_now())
        loss.backward()
        read.append(_now())
        optimizer.step()
        optimizer.zero_grad()
        read.append(_now())
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
    _now()
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
        "label", "kind" ("measured" with this module, or "cited" from elsewhere), "device", "software", "date",
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
        except (ValueError, KeyError, TypeError, AttributeError) as error:
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


def record(name, *, threads=None, cases=CASES, seconds=0.6, limit=240.0, show=print):
    """Measure the lecture's kind of net on a device.

    Parameters
    ----------
    name : str
        See `device`.
    threads : int, optional
        Threads on the CPU; torch's number where not given.
    cases : list of (int, int)
        Hidden nodes and batch size of each net, small ones first.
    seconds : float
        For each measurement; a large net takes longer, because each is repeated at least three times.
    limit : float
        Seconds after which no further case is begun; what is left out is shown and noted.
    show : callable
        Takes a line of progress.

    Returns
    -------
    dict
        See `load_records`.
    """
    where = device(name)
    if threads is not None:
        torch.set_num_threads(threads)
    done, left_out, end = [], [], time.monotonic() + limit
    first = _stepper(*_problem(16, 100, where))
    first_steps = [_loop(first, 1, cold=True)["finished"] for _ in range(3)]
    for number, (width, batch) in enumerate(cases, 1):
        line = f"[{number}/{len(cases)}] width {width}, batch {batch}: "
        if time.monotonic() > end:
            left_out.append({"width": width, "batch": batch, "why": f"the limit of {limit:g} s was reached"})
            show(line + "left out, the time is up")
            continue
        try:
            done.append(_case(width, batch, where, seconds))
            show(line + str(Measurement(**done[-1]["total"])))
        except (MemoryError, RuntimeError) as error:
            if isinstance(error, RuntimeError) and "memory" not in str(error):
                raise
            left_out.append({"width": width, "batch": batch, "why": "not enough memory"})
            show(line + "left out, not enough memory")
    about, label = describe(where)
    command = f"python -m lecture_utils.timing --device {name}" + (f" --threads {threads}" if threads else "")
    return {
        "label": label,
        "kind": "measured",
        "device": about,
        "software": software(),
        "date": datetime.date.today().isoformat(),
        "method": METHOD,
        "source": command,
        "first_steps": first_steps,
        "cases": done,
        "left_out": left_out,
    }


def main(arguments=None):
    """The command line: measure a device and write a record, whole or not at all."""
    parser = argparse.ArgumentParser(prog="python -m lecture_utils.timing", description=main.__doc__)
    parser.add_argument("--device", default="cpu", metavar="NAME", help="cpu, cuda, cuda:1 or mps")
    parser.add_argument("--threads", type=int, metavar="N", help="threads on the CPU")
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="where the record goes, a .json file")
    parser.add_argument("--limit", type=float, default=240, metavar="SECONDS", help="begin no case after this (240)")
    parser.add_argument("--quick", action="store_true", help="two small nets only, to see that it works")
    options = parser.parse_args(arguments)
    if not options.out.parent.is_dir():
        parser.error(f"--out: there is no folder {options.out.parent}")
    if options.threads is not None and options.threads < 1:
        parser.error(f"--threads: expected at least 1, got {options.threads}")
    cases, seconds = (QUICK, 0.02) if options.quick else (CASES, 0.6)
    try:
        found = record(options.device, threads=options.threads, cases=cases, seconds=seconds, limit=options.limit)
        _write(found, options.out)
    except ValueError as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        print("interrupted: nothing was written", file=sys.stderr)
        return 130
    print(f"{options.out}: {found['label']}, {len(found['cases'])} cases")
    return 0


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


def _now():
    """The time at which all devices have finished, in seconds since some moment."""
    if _has_accelerator():
        torch.accelerator.synchronize()
    return time.perf_counter()


@functools.cache
def _has_accelerator():
    return torch.accelerator.is_available()


def _summary(times, spent):
    low, middle, high = statistics.quantiles(times, n=4, method="inclusive")
    return Measurement(middle, high - low, len(times), spent)


def _stepper(net, loss_fn, optimizer, x, y):
    def step():
        yhat = net(x)
        loss = loss_fn(yhat, y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()

    return step


def _problem(width, batch, where):
    """The lecture's net and data, made on the CPU so that every device starts from the same numbers."""
    torch.manual_seed(5)
    x = torch.linspace(0, 1, batch).reshape(-1, 1)  # (batch, 1)
    y = torch.randn(batch).reshape(-1, 1) * 0.01  # (batch, 1)
    net = torch.nn.Sequential(torch.nn.Linear(1, width), torch.nn.ReLU(), torch.nn.Linear(width, 1)).to(where)
    return net, torch.nn.MSELoss(), torch.optim.Adam(net.parameters()), x.to(where), y.to(where)


def _case(width, batch, where, seconds):
    before = memory_in_use(where)
    problem = _problem(width, batch, where)
    step = _stepper(*problem)
    memory = peak_memory(step, where, before)
    times = time_step(*problem, seconds=seconds, repeats=3)
    most = max(1, min(1000, int(seconds / times["total"].median)))  # the lecture's loop has 1,000 steps
    cold = _loop(_stepper(*_problem(width, batch, where)), most, cold=True)
    warm = [_loop(step, 10**k, cold=False) for k in range(4) if 10**k <= most]
    x, y = problem[3].cpu(), problem[4].cpu()
    transfer = measure(lambda: (x.to(where), y.to(where)), seconds=seconds / 4) if where.type != "cpu" else None
    return {
        "width": width,
        "batch": batch,
        **{part: asdict(value) for part, value in times.items()},
        "transfer": transfer and asdict(transfer),
        "memory_bytes": memory,
        "clock": [cold, *warm],
    }


def _loop(step, steps, *, cold):
    _now()
    stopped, finished = clock(step, steps)
    return {"steps": steps, "cold": cold, "stopped": stopped, "finished": finished}


def _check(found):
    """Raise where a record is not as `load_records` says."""
    for field in ("label", "kind", "date", "method", "source"):
        if not isinstance(found[field], str) or not found[field]:
            raise ValueError(f"{field}: expected text, got {found[field]!r}")
    datetime.date.fromisoformat(found["date"])
    if found["kind"] not in ("measured", "cited"):
        raise ValueError(f"kind: expected 'measured' or 'cited', got {found['kind']!r}")
    if not found["device"]["name"] or not found["device"]["type"] or "torch" not in found["software"]:
        raise ValueError("device, software: expected a name, a type and the version of torch")
    if not found["cases"]:
        raise ValueError("cases: expected at least one")
    for case in found["cases"]:
        for part in ("total", *PARTS) if found["kind"] == "measured" else ():
            if Measurement(**case[part]).repeats < 1:
                raise ValueError(f"{part}: expected at least one repeat")
        values = [case["width"], case["batch"], seconds_per_step(case), case["clock"][0]["steps"]]
        if not all(isinstance(value, int | float) and math.isfinite(value) and value > 0 for value in values):
            raise ValueError(f"width {case['width']}, batch {case['batch']}: expected positive numbers, got {values}")


def _write(found, path):
    """Write the record under its name only when it is whole."""
    _check(found)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".part", delete=False, encoding="utf-8") as file:
        try:
            json.dump(found, file, indent=1)
            file.write("\n")
            file.close()
            os.chmod(file.name, 0o644)
            os.replace(file.name, path)
        except BaseException:
            os.unlink(file.name)
            raise


if __name__ == "__main__":
    sys.exit(main())
