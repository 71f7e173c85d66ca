"""Make an environment with the oldest or the newest PyTorch that the book supports, beside .venv.

    python -m publish.tools.versions oldest     # the lower bounds of pyproject.toml
    python -m publish.tools.versions newest     # what the package index has and the other packages allow

It stands in .venv-oldest or .venv-newest; the last line printed is its Python. All other packages are those of
requirements.txt. `make oldest` and `make newest` run the chapters in it (publish/tools/robustness.py).
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tomllib
import venv

from publish.book import ROOT

MOVED = ("torch", "torchvision")
#: What runs a chapter, besides what it imports.
RUNNING = ("ipykernel", "nbclient", "sphinx-external-toc", "psutil", "filelock", "pygraphviz")
# PyTorch brings its own versions of these.
_BROUGHT = re.compile(r"(torch|torchvision|triton|sympy|fsspec|networkx|nvidia-.*|cuda-.*)==")


def wanted(which, root=ROOT):
    """What is installed, and what holds the rest in place: two lists of str, as pip takes them.

    Parameters
    ----------
    which : str
        "oldest" or "newest".

    Raises
    ------
    ValueError
        pyproject.toml has no lower bound for PyTorch.
    """
    needed = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    bounds = dict(line.split(">=") for line in needed)
    if lost := [name for name in MOVED if name not in bounds]:
        raise ValueError(f"pyproject.toml: expected a lower bound for {lost[0]}")
    # "2.9" is the first of its versions: 2.9.0.
    moved = [f"{name}=={bounds[name]}.0" if which == "oldest" else name for name in MOVED]
    text = (root / "requirements.txt").read_text(encoding="utf-8")
    pins = re.findall(r"(?m)^[\w.-]+==[^\s;\\]+(?: ; [^\\\n]+)?", text)  # without the hashes
    return [*moved, *(name for name in bounds if name not in MOVED), *RUNNING], [
        pin for pin in pins if not _BROUGHT.match(pin)
    ]


def main(arguments=None):
    """Make the environment where it is not there yet, and print its Python."""
    parser = argparse.ArgumentParser(prog="python -m publish.tools.versions", description=__doc__.splitlines()[0])
    parser.add_argument("which", choices=("oldest", "newest"))
    which = parser.parse_args(arguments).which
    folder = ROOT / f".venv-{which}"
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    install, pins = wanted(which)
    stamp, held, key = folder / "installed", folder / "constraints.txt", "\n".join([*install, *pins])
    if not (stamp.exists() and stamp.read_text() == key):
        venv.create(folder, clear=True, with_pip=True)
        held.write_text("\n".join(pins), encoding="utf-8")
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--constraint", held, *install], check=True)
        stamp.write_text(key)
    print(python)
    return 0


if __name__ == "__main__":
    sys.exit(main())
