"""What a record of timings says about the machine: its processor or card, its software, and the memory in use."""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import re
import subprocess
from pathlib import Path

import torch


def memory_in_use(where):
    """Bytes in use now: torch's on an accelerator, the process's on Linux, None elsewhere."""
    if where.type == "cuda":
        return torch.cuda.memory_allocated(where)
    if where.type == "mps":
        return torch.mps.current_allocated_memory()
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(
            0
        )  # glibc: give back what earlier nets left, or it would hide what the next needs
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
