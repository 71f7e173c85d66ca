"""Measure the nets of chapter 4 on a device and write a record, which the chapter then shows beside the others.

python -m publish.tools.record_device --device cuda --out lecture_utils/records/my_card.json
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import re
from dataclasses import asdict
from pathlib import Path

import torch

from lecture_utils.timing import clock, time_step
from publish.whole import update

#: (width, batch) of each case: widths 2^4 to 2^20 and the lecture's three at batch 100, batches 1 to 10^5 at width 512.
CASES = sorted({(w, 100) for w in (*(2**k for k in range(4, 21)), 20480, 204800)} | {(512, 10**k) for k in range(6)})
#: For each measurement; a large net takes longer, because each is repeated at least three times.
SECONDS = 0.6
METHOD = (
    "One step is forward, loss, backward, step of Adam and zero_grad, with float32 data that lie on the device. Total: "
    "median of repeated blocks after a warm-up, the device synchronised before each reading of the clock. Parts: the "
    "same clock read between the parts of single steps. clock: time.time() around a loop of steps, read when the loop "
    "ends (stopped) and again when the device is done (finished), in seconds for all steps."
)


def devices():
    """The devices of this machine by the names that torch has for them: list of str."""
    cards = [f"cuda:{i}" for i in range(torch.cuda.device_count())]
    return ["cpu", *(["cuda", *cards] if cards else []), *(["mps"] if torch.backends.mps.is_available() else [])]


def measure(width, batch, device):
    """The times of one net: a case of `lecture_utils.timing.load_records`."""
    torch.manual_seed(5)
    x = torch.linspace(0, 1, batch).reshape(-1, 1)  # (batch, 1)
    y = torch.randn(batch, 1) * 0.01  # (batch, 1)
    net = torch.nn.Sequential(torch.nn.Linear(1, width), torch.nn.ReLU(), torch.nn.Linear(width, 1)).to(device)
    loss_fn, optimizer = torch.nn.MSELoss(), torch.optim.Adam(net.parameters())
    x, y = x.to(device), y.to(device)

    def step():
        loss_fn(net(x), y).backward()
        optimizer.step()
        optimizer.zero_grad()

    times = time_step(net, loss_fn, optimizer, x, y, seconds=SECONDS, repeats=3)
    steps = max(1, min(1000, int(SECONDS / times["total"].median)))  # the lecture's loop has 1,000
    stopped, finished = clock(step, steps)
    loop = {"steps": steps, "cold": False, "stopped": stopped, "finished": finished}
    return {"width": width, "batch": batch, **{part: asdict(time) for part, time in times.items()}, "clock": [loop]}


def record(device):
    """A record of a device, of the form that `lecture_utils.timing.load_records` describes: dict.

    Parameters
    ----------
    device : str
        One of `devices`.

    Raises
    ------
    ValueError
        The device has too little memory for a case.
    """
    measured = []
    for width, batch in CASES:
        try:
            measured.append(measure(width, batch, device))
        except (MemoryError, RuntimeError) as error:
            if isinstance(error, RuntimeError) and "memory" not in str(error):
                raise
            raise ValueError(f"device: {device!r} has too little memory for width {width}, batch {batch}") from error
        print(f"width {width}, batch {batch}: {measured[-1]['total']['median']:.2g} s a step", flush=True)
    threads = torch.get_num_threads()
    name = torch.cuda.get_device_name(device) if device[:4] == "cuda" else _processor()
    more = {"cpu": f", {threads} thread{'s' * (threads > 1)}", "mps": " (Metal GPU)"}.get(device, "")
    return {
        "label": name + more,
        "kind": "measured",
        "device": {"type": device.partition(":")[0], "name": name, "cores": os.cpu_count(), "threads": threads},
        "software": {"python": platform.python_version(), "torch": torch.__version__, "system": platform.system()},
        "date": datetime.date.today().isoformat(),
        "method": METHOD,
        "source": f"python -m publish.tools.record_device --device {device}",
        "cases": measured,
    }


def _processor():
    info = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*:\s*(.+)", info.read_text()) if info.exists() else None
    return found[1].strip() if found else platform.processor() or platform.machine()


def main(arguments=None):
    """Measure a device and write its record, whole or not at all."""
    parser = argparse.ArgumentParser(prog="python -m publish.tools.record_device", description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cpu", choices=devices(), help="as torch names it")
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="threads on the CPU (1)")
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="where the record goes, a .json file")
    given = parser.parse_args(arguments)
    if not given.out.parent.is_dir():
        parser.error(f"--out: there is no folder {given.out.parent}")
    if given.threads < 1:
        parser.error(f"--threads: expected at least 1, got {given.threads}")
    torch.set_num_threads(given.threads)
    try:
        update(given.out, json.dumps(record(given.device), indent=1) + "\n")
    except ValueError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
