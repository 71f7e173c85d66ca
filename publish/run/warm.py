"""Kernels that start with the heavy libraries already imported.

Each chapter imports PyTorch and matplotlib: seconds of computing, the same for every chapter. A process imports them
once (Python's own fork server), and each kernel is a copy of that process. What a chapter finds is a fresh kernel: its
own folder, environment and variables; only the work of importing is done.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import threading
from multiprocessing import forkserver

from jupyter_client.provisioning import LocalProvisioner

from publish.book import ROOT

PRELOADED = "publish.run.preloaded"


def _use(environment):
    """Let the environment of this process be another one; the old one."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment)
    return before


def server(env):
    """Start the process that imports the libraries, where that is possible and safe: on Linux.

    Parameters
    ----------
    env : dict of str
        The environment of the kernels: what the libraries read while they are imported.

    Returns
    -------
    multiprocessing.context.BaseContext or None
        What copies that process.
    """
    if sys.platform != "linux":
        return None
    if len(tempfile.gettempdir()) > 60 and os.access("/tmp", os.W_OK):
        tempfile.tempdir = "/tmp"  # TMPDIR is longer than the address of a socket may be
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([PRELOADED])
    before = _use(env | {"PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), env.get("PYTHONPATH")]))})
    try:
        forkserver.ensure_running()
    finally:
        _use(before)
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
        # A group of its own, which the kernel makes as it begins: signals reach what a chapter starts, too.
        self.pid = self.pgid = self.process.pid
        self.cwd = kwargs.get("cwd")
        return self.connection_info


class _Process:
    """A process of multiprocessing with the names that subprocess.Popen has, as far as jupyter_client asks for them."""

    stdin = stdout = stderr = None

    def __init__(self, process):
        process.start()
        self._process, self.pid = process, process.pid
        self.kill, self.terminate = process.kill, process.terminate

    def poll(self):
        return self._process.exitcode

    def wait(self):
        self._process.join()
        return self._process.exitcode

    def send_signal(self, number):
        if self.poll() is None:
            os.kill(self.pid, number)


def _kernel(arguments, environment, folder, log):
    """Become a kernel."""
    os.setsid()
    terminal = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(terminal, stream.fileno())
    _use(environment)
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
