"""Run one notebook in a kernel of its own, and measure it."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import time
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from publish import warm

SECONDS_A_CELL = 300
_SAMPLE = 0.5  # seconds between looks at the memory


class _Client(NotebookClient):
    """nbclient's client for several kernels in one process: it installs no signal handlers, and it measures."""

    def __init__(self, notebook, context, **options):
        super().__init__(notebook, record_timing=False, **options)
        self.context = context
        self.cells, self.current, self.cpu, self.peak = [], "", 0.0, 0
        self.status = None  # with which the kernel ended by itself
        self._begun = 0.0
        self.on_cell_execute, self.on_cell_executed = self._cell_begins, self._cell_ends

    def _cell_begins(self, cell, cell_index):
        self.current, self._begun = cell.get("id") or f"number {cell_index}", time.monotonic()

    def _cell_ends(self, cell, cell_index, execute_reply):
        self.cells.append((self.current, round(time.monotonic() - self._begun, 3)))

    @asynccontextmanager
    async def async_setup_kernel(self, **options):
        self.km = self.create_kernel_manager()
        if self.context:
            self.km.provisioner = warm.Provisioner(self.context, parent=self.km, kernel_spec=self.km.kernel_spec)
        watch = None
        try:
            await self.async_start_new_kernel(**options)
            process = psutil.Process(self.km.provisioner.pid)
            watch = asyncio.create_task(self._watch(process))
            await self.async_start_new_kernel_client()
            yield
            self._look(process)
        except BaseException:
            with suppress(AttributeError):
                self.status = self.km.provisioner.process.poll()
            self.shutdown_kernel = "immediate"  # a cell may be running: the kernel would not hear a polite word
            raise
        finally:
            if watch:
                watch.cancel()
            if self.km is not None and self.km.has_kernel:
                await asyncio.shield(self._async_cleanup_kernel())

    async def _watch(self, process):
        while True:
            self._look(process)
            await asyncio.sleep(_SAMPLE)

    def _look(self, process):
        """Note memory and computing time of the kernel and of what it started."""
        with suppress(psutil.Error, OSError, ValueError):
            times = process.cpu_times()
            self.cpu = times.user + times.system + times.children_user + times.children_system
            now = process.memory_info().rss
            children = sum(_resident(child) for child in process.children(recursive=True))
            self.peak = max(self.peak, now + children, _highest(process.pid))


def _cause(status):
    """Why a kernel ended, in words, from its exit status as subprocess gives it."""
    if status is None or status >= 0:
        return f"exit status {status}"
    return signal.Signals(-status).name + (", as when memory runs out" if status == -signal.SIGKILL else "")


def _resident(process):
    with suppress(psutil.Error):
        return process.memory_info().rss
    return 0


def _highest(pid):
    """The most memory that a process ever had, in bytes: Linux knows it exactly, elsewhere the samples have to do."""
    with suppress(OSError):
        found = re.search(r"VmHWM:\s*(\d+) kB", Path(f"/proc/{pid}/status").read_text())
        return int(found[1]) * 1024 if found else 0
    return 0


async def run(notebook, folder, log, context=None):
    """Execute a notebook in place, on one core.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Gets its outputs; its metadata stay, so that the cache knows it again.
    folder : pathlib.Path
        Where its code runs.
    log : pathlib.Path
        Gets what the kernel writes to the terminal, a warning about local sockets at least.
    context : multiprocessing.context.BaseContext, optional
        What `publish.warm.server` gave: the kernel then starts with libraries imported.

    Returns
    -------
    tuple
        The figures {"seconds", "cpu", "peak" in bytes, "cells": [(id, seconds)]}, and the error as text ("" for none).
    """
    timeout = notebook.metadata.get("execution", {}).get("timeout", SECONDS_A_CELL)
    client = _Client(notebook, context, timeout=timeout, resources={"metadata": {"path": str(folder)}})
    # One page a core is faster than one page on all cores.
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    begun, error = time.monotonic(), ""
    with log.open("a", encoding="utf-8") as terminal:
        try:
            await client.async_execute(env=environment, stdout=terminal, stderr=terminal)
        except CellExecutionError as reason:
            error = f"cell {client.current!r}:\n{reason.traceback}"
        except CellTimeoutError:
            error = f"cell {client.current!r} took more than {timeout} seconds"
        except DeadKernelError:
            error = f"cell {client.current!r}: the kernel died ({_cause(client.status)})"
        except RuntimeError as reason:
            error = f"the kernel did not start: {reason} ({log} may say why)"
    figures = {
        "seconds": round(time.monotonic() - begun, 3),
        "cpu": round(client.cpu, 2),
        "peak": client.peak,
        "cells": client.cells,
    }
    return figures, re.sub(r"\x1b\[[0-9;]*m", "", error) or silent_error(notebook)


def silent_error(notebook):
    """A cell that is tagged to raise and did not: its text would promise an error that no reader gets."""
    for cell in notebook.cells:
        expected = "raises-exception" in cell.metadata.get("tags", [])
        if expected and not any(output.output_type == "error" for output in cell.outputs):
            return f"cell {cell.get('id')!r} is tagged raises-exception and did not raise"
    return ""
