"""What the package promises as a whole: light to import, one way of arrows, and only what the chapters need."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "lecture_utils").rglob("*.py"))
NEEDS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]


def imported(source):
    """What a program imports, wherever in it: set of str; "os.path" of `from os import path` as of `import os.path`."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]
    return {f"{getattr(node, 'module', '')}.{alias.name}".lstrip(".") for node in nodes for alias in node.names}


def code_of(chapter):
    cells = json.loads(chapter.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def test_modules_import_neither_each_other_nor_what_builds_the_book():
    public = {path.stem for path in MODULES if not path.stem.startswith("_")} | {"exercises"}
    for path in MODULES:
        names = imported(path.read_text(encoding="utf-8"))
        found = {name.split(".")[0] for name in names} & {"publish", "tests", "sphinx", "myst_nb"}
        found |= {name.split(".")[1] for name in names if name.startswith("lecture_utils.")} & public
        found -= {path.parent.name}  # modules of one folder belong together
        assert not found, path


def test_importing_a_module_loads_nothing_that_it_can_do_without():
    """In one process, from the lightest modules to all: what is loaded after each step."""
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in MODULES]
    light = [f"lecture_utils.{name}" for name in ("claims", "data", "moving", "exercises")]
    steps = [light, ["lecture_utils.plotting"], [name for name in names if not name.endswith("__init__")]]
    code = "import sys\n" + "".join(f"import {', '.join(step)}; print(*sys.modules)\n" for step in steps)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    at_first, with_plotting, at_last = map(set, map(str.split, done.stdout.splitlines()))
    assert not at_first & {"torch", "numpy", "matplotlib", "IPython"}
    assert "torch" not in with_plotting
    assert not at_last & {"fastai", "torchvision", "sklearn", "scipy", "pygraphviz"}


def test_the_package_asks_for_what_it_and_the_chapters_import_and_for_nothing_else():
    sources = [path.read_text(encoding="utf-8") for path in MODULES]
    sources += [code_of(path) for path in sorted((ROOT / "chapters").glob("*.ipynb"))]
    names = {name.split(".")[0] for source in sources for name in imported(source)}
    names -= set(sys.stdlib_module_names) | {"lecture_utils"}
    # There where notebooks are; fastdownload comes with fastai; pygraphviz is the optional way to draw.
    names -= {"IPython", "matplotlib_inline", "fastdownload", "pygraphviz"}
    providers = packages_distributions()
    assert {providers[name][0].lower().replace("_", "-") for name in names} | {"fastai"} == {
        re.match(r"[\w-]+", line)[0] for line in NEEDS
    }


def test_lower_bounds_admit_what_colab_has():
    colab = {"torch": (2, 11), "matplotlib": (3, 10), "numpy": (2, 1), "fastai": (2, 8, 8), "graphviz": (0, 21)}
    lowest = {name: tuple(map(int, bound.split("."))) for name, bound in (line.split(">=") for line in NEEDS)}
    assert colab.keys() <= lowest.keys()
    for name, has in colab.items():
        assert lowest[name] <= has, name
