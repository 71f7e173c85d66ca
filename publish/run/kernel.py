"""Run one notebook in a kernel of its own, and note what it took."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import time
from contextlib import suppress
from pathlib import Path

import psutil
from jupyter_client import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from publish.book import code_cells
from publish.run import warm


def environment(book, **more):
    """The environment that chapters run in: the caller's, without what would change what they show.

    Pages must not depend on who builds them: matplotlib and IPython start from their defaults, and text is UTF-8.

    Returns
    -------
    dict of str
    """
    settings = book.build / "settings"  # of the kernels: empty
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "matplotlibrc").touch()
    shaping = ("MPL", "MATPLOTLIB", "IPYTHON", "PYTHONWARNINGS", "PYTHONSTARTUP", "PYTHONIOENCODING", "LC_", "LANG")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(shaping)}
    return kept | {
        "OMP_NUM_THREADS": "1",  # one chapter a core is faster than one chapter on all cores
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MATPLOTLIBRC": str(settings / "matplotlibrc"),
        "MPLCONFIGDIR": str(settings),  # its list of fonts, too
        "IPYTHONDIR": str(settings / "ipython"),
        "PYTHONUTF8": "1",
        "LC_ALL": "C.UTF-8",
        **more,
    }


def execute(notebook, folder, env, log, *, start=None, allow_errors=False, timeout=300, started=None):
    """Execute a notebook in place, in a thread that is not the main one or where no other notebook runs.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Gets its outputs, and in its metadata under "took" the seconds, the computing time of the kernel in seconds
        ("cpu"), its peak memory in bytes, and the seconds of each cell by id.
    folder : pathlib.Path
        Where its code runs.
    env : dict
        The kernel's environment.
    log : pathlib.Path
        Gets what the kernel writes to the terminal.
    start : multiprocessing.context.BaseContext, optional
        What `publish.run.warm.server` gave: the kernel then starts with libraries imported.
    allow_errors : bool
        Whether cells go on after one that fails.
    timeout : float
        Seconds that a cell may take; the notebook's own metadata may say otherwise.
    started : callable, optional
        Called with the id of the kernel's process.

    Returns
    -------
    str
        What went wrong, "" where nothing did.
    """
    kernel = AsyncKernelManager()
    if start:
        kernel.provisioner = warm.Provisioner(start, parent=kernel, kernel_spec=kernel.kernel_spec)
    client = NotebookClient(
        notebook,
        kernel,
        timeout=notebook.metadata.get("execution", {}).get("timeout", timeout),
        allow_errors=allow_errors,
        record_timing=False,
        coalesce_streams=True,  # what a cell prints may arrive in several pieces: how many depends on the moment
    )
    return asyncio.run(_execute(client, folder, env, log, started))


async def _execute(client, folder, env, log, started):
    kernel, error, current = client.km, "", ""
    took = {"seconds": 0.0, "cpu": 0.0, "peak": 0, "cells": {}}
    begun = time.monotonic()

    def begin(cell, cell_index):
        nonlocal current
        current = cell.get("id", f"number {cell_index}")
        took["cells"][current] = time.monotonic()

    def end(cell, cell_index, execute_reply):
        took["cells"][current] = round(time.monotonic() - took["cells"][current], 3)

    client.on_cell_execute, client.on_cell_executed = begin, end
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as terminal:
        try:
            await kernel.start_kernel(env=env, cwd=str(folder), stdout=terminal, stderr=terminal)
            if started:
                started(kernel.provisioner.pid)
            await client.async_execute()
        except CellExecutionError as reason:
            error = f"cell {current!r}:\n{reason.traceback}"
        except CellTimeoutError:
            error = f"cell {current!r} took more than {client.timeout} seconds"
        except DeadKernelError:
            status = await kernel.provisioner.poll()
            cause = signal.Signals(-status).name if status and status < 0 else f"exit status {status}"
            memory = ", as when memory runs out" if status == -9 else ""
            error = f"cell {current!r}: the kernel died ({cause}{memory})"
        except RuntimeError as reason:
            error = f"the kernel did not start: {reason} ({log} may say why)"
        finally:
            if kernel.has_kernel:
                took.update(_measured(kernel.provisioner.pid))
                if client.kc is not None:
                    client.kc.stop_channels()
                await kernel.shutdown_kernel(now=True)
    client.nb.metadata["took"] = took | {"seconds": round(time.monotonic() - begun, 2)}
    return re.sub(r"\x1b\[[0-9;]*m", "", error)


def _measured(pid):
    """Computing time and highest memory of a process: Linux knows the latter exactly; elsewhere it is today's."""
    with suppress(psutil.Error, OSError):
        process = psutil.Process(pid)
        times, peak = process.cpu_times(), process.memory_info().rss
        with suppress(OSError, TypeError):
            peak = int(re.search(r"VmHWM:\s*(\d+) kB", Path(f"/proc/{pid}/status").read_text())[1]) * 1024
        return {"cpu": round(sum(times[:4]), 2), "peak": peak}
    return {}


def silent_faults(notebook):
    """What no error tells: list of str, one for each fault.

    An error that was promised by the tag raises-exception and did not come; a figure that is described
    (mystnb.image.alt) and was not drawn; a text on stderr, a warning say, that readers would not see.
    """
    found = []
    for cell in code_cells(notebook):
        expected = "raises-exception" in cell.metadata.get("tags", [])
        if expected and not any(output.output_type == "error" for output in cell.outputs):
            found.append(f"cell {cell.id!r} is tagged raises-exception and did not raise")
        described = cell.metadata.get("mystnb", {}).get("image", {}).get("alt")
        if described and not any(kind.startswith("image/") for o in cell.outputs for kind in o.get("data", {})):
            found.append(f"cell {cell.id!r} describes a figure and shows none")
        told = "".join(o.text for o in cell.outputs if o.output_type == "stream" and o.name == "stderr")
        if told and not expected:
            found.append(f"cell {cell.id!r} wrote to stderr:\n{told.rstrip()}")
    return found
