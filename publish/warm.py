"""Kernels that start with the heavy libraries already imported.

Each page imports PyTorch, torchvision and matplotlib: three seconds of computing, the same for every page. A process
imports them once (Python's own fork server), and each kernel is a copy of that process. What a page finds is a fresh
kernel: its own folder, environment and variables; only the work of importing is done.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from multiprocessing import forkserver

from jupyter_client.provisioning import LocalProvisioner

PRELOADED = "publish.preloaded"
_HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def is_worth_it(sources):
    """Whether pages with these sources, list of str, start sooner this way: two at least use PyTorch, on Linux.

    Elsewhere a process that has imported such libraries must not be copied, or cannot be.
    """
    return sys.platform == "linux" and sum("torch" in source for source in sources) > 1


def server():
    """Start the process that imports the libraries; a multiprocessing context that copies it."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([PRELOADED])
    # What the libraries read while they are imported; the rest a kernel gets from its own environment.
    path = os.pathsep.join(filter(None, [_HERE, os.environ.get("PYTHONPATH")]))
    given = {"OMP_NUM_THREADS": "1", "MPLBACKEND": "module://matplotlib_inline.backend_inline", "PYTHONPATH": path}
    before = {name: os.environ.get(name) for name in given}
    os.environ |= given
    try:
        forkserver.ensure_running()
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
    return context


class Provisioner(LocalProvisioner):
    """Starts Jupyter's Python kernel as a copy of the server's process, and any other kernel as usual."""

    def __init__(self, context, **options):
        super().__init__(**options)
        self._context = context

    async def launch_kernel(self, cmd, **kwargs):
        if cmd[1:3] != ["-m", "ipykernel_launcher"]:
            return await super().launch_kernel(cmd, **kwargs)
        arguments = cmd[3:], kwargs["env"], kwargs.get("cwd"), kwargs["stdout"].name
        self.process = _Process(self._context.Process(target=_kernel, args=arguments))
        # A group of its own, which the kernel makes as it begins: signals reach what a page starts, too.
        self.pid = self.pgid = self.process.pid
        self.cwd = kwargs.get("cwd")
        return self.connection_info


class _Process:
    """A process of multiprocessing with the names that subprocess.Popen has, as far as jupyter_client asks for them."""

    stdin = stdout = stderr = None

    def __init__(self, process):
        process.start()
        self._process, self.pid = process, process.pid

    def poll(self):
        return self._process.exitcode

    def wait(self):
        self._process.join()
        return self._process.exitcode

    def send_signal(self, number):
        os.kill(self.pid, number)

    def kill(self):
        self._process.kill()

    def terminate(self):
        self._process.terminate()


def _kernel(arguments, environment, folder, log):
    """Become a kernel."""
    os.setsid()
    terminal = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(terminal, stream.fileno())
    os.environ.clear()
    os.environ.update(environment)
    if folder:
        os.chdir(folder)
    multiprocessing.set_start_method(None, force=True)  # as in a process that nothing copied
    sys.argv = ["ipykernel_launcher", *arguments]
    from ipykernel.kernelapp import IPKernelApp

    threading.Thread(target=_end_with_the_run, daemon=True).start()
    IPKernelApp.launch_instance(arguments)


def _end_with_the_run():
    multiprocessing.parent_process().join()  # also when it was killed
    os._exit(1)
