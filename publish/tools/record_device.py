"""Measure the nets of chapter 4 on a device and write a record, which the chapter then shows beside the others.

python -m publish.tools.record_device --device cuda --out lecture_utils/records/my_card.json
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import datetime
import json
import os
import platform
import re
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import torch

from lecture_utils.timing import Measurement, check, clock, measure, now, time_step
from publish.whole import whole

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
        There is no such device here; the message lists what is here.

    Examples
    --------
    >>> device("cpu")
    device(type='cpu')
    """
    cards = torch.cuda.device_count() if torch.cuda.is_available() else 0
    here = ["cpu", *["cuda"][:cards], *(f"cuda:{i}" for i in range(cards))]
    here += ["mps"] * torch.backends.mps.is_available()
    if name not in here:
        raise ValueError(f"device: torch sees {', '.join(here)} on this machine, got {name!r}")
    return torch.device(name)


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
        See `lecture_utils.timing.load_records`.
    """
    where = device(name)
    if threads is not None:
        torch.set_num_threads(threads)
    done, left_out, end = [], [], time.monotonic() + limit
    first = _step(*_problem(16, 100, where))
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
    command = f"python -m publish.tools.record_device --device {name}" + (f" --threads {threads}" if threads else "")
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


def _problem(width, batch, where):
    """The lecture's net and data, made on the CPU so that every device starts from the same numbers."""
    torch.manual_seed(5)
    x = torch.linspace(0, 1, batch).reshape(-1, 1)  # (batch, 1)
    y = torch.randn(batch).reshape(-1, 1) * 0.01  # (batch, 1)
    net = torch.nn.Sequential(torch.nn.Linear(1, width), torch.nn.ReLU(), torch.nn.Linear(width, 1)).to(where)
    return net, torch.nn.MSELoss(), torch.optim.Adam(net.parameters()), x.to(where), y.to(where)


def _step(net, loss_fn, optimizer, x, y):
    def step():
        loss_fn(net(x), y).backward()
        optimizer.step()
        optimizer.zero_grad()

    return step


def _case(width, batch, where, seconds):
    before = memory_in_use(where)
    problem = _problem(width, batch, where)
    step = _step(*problem)
    memory = peak_memory(step, where, before)
    times = time_step(*problem, seconds=seconds, repeats=3)
    most = max(1, min(1000, int(seconds / times["total"].median)))  # the lecture's loop has 1,000 steps
    cold = _loop(_step(*_problem(width, batch, where)), most, cold=True)
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
    now()
    stopped, finished = clock(step, steps)
    return {"steps": steps, "cold": cold, "stopped": stopped, "finished": finished}


# The machine


def memory_in_use(where):
    """Bytes in use now: torch's on an accelerator, the process's on Linux, None elsewhere."""
    if where.type == "cuda":
        return torch.cuda.memory_allocated(where)
    if where.type == "mps":
        return torch.mps.current_allocated_memory()
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)  # glibc: what earlier nets left would hide what the next needs
    return _status("VmRSS")


def peak_memory(step, where, before):
    """The most bytes that one step held, above `before`; None where the system does not tell."""
    if where.type == "cuda":
        torch.cuda.reset_peak_memory_stats(where)
        step()
        torch.cuda.synchronize(where)
        return torch.cuda.max_memory_allocated(where) - before
    try:
        Path("/proc/self/clear_refs").write_text("5")  # sets the peak back to what is resident now
    except OSError:
        return None
    step()
    peak = _status("VmHWM")
    return peak and max(0, peak - before) if where.type == "cpu" else None


def _status(field):
    try:
        found = re.search(rf"{field}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    except OSError:
        return None
    return int(found[1]) * 1024 if found else None


def describe(where):
    """What the device is, for a record, and a short label for a figure. No name of the machine."""
    about = {"type": where.type, "name": _processor(), "cores": os.cpu_count(), "threads": torch.get_num_threads()}
    if where.type == "cuda":
        card = torch.cuda.get_device_properties(where)
        about = {"type": "cuda", "name": card.name, "memory_bytes": card.total_memory, "driver": _driver()}
        about |= {"multiprocessors": card.multi_processor_count, "host": _processor()}
    plural = f"{about.get('threads')} thread{'s' * (about.get('threads') != 1)}"
    return about, about["name"] + {"cpu": f", {plural}", "mps": " (Metal GPU)"}.get(where.type, "")


def _processor():
    try:
        found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    except OSError:
        found = None
    return found[1].strip() if found else platform.processor() or platform.machine()


def _driver():
    command = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout.split()[0]
    except (OSError, subprocess.SubprocessError, IndexError):
        return None


def software():
    settings = sorted(name for name in os.environ if name.startswith(("MALLOC_", "THP_", "OMP_", "KMP_", "PYTORCH_")))
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "system": " ".join([platform.system(), platform.machine(), *platform.libc_ver()]).strip(),
        "settings": {name: os.environ[name] for name in settings},
    }


# The command


def main(arguments=None):
    """The command line: measure a device and write a record, whole or not at all."""
    parser = argparse.ArgumentParser(prog="python -m publish.tools.record_device", description=main.__doc__)
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
        check(found)
        with whole(options.out) as unfinished:
            unfinished.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    except ValueError as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        print("interrupted: nothing was written", file=sys.stderr)
        return 130
    print(f"{options.out}: {found['label']}, {len(found['cases'])} cases")
    return 0


if __name__ == "__main__":
    sys.exit(main())
