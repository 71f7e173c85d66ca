"""What the package promises as a whole: light to import, one way of arrows, and requirements that can be met."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "lecture_utils").glob("*.py"))
REQUIREMENTS = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_the_package_never_imports_what_builds_the_book(path):
    assert not [name for name in imported(path) if name.split(".")[0] in {"publish", "tests", "sphinx", "myst_nb"}]


def test_public_modules_do_not_import_each_other():
    public = {path.stem for path in MODULES if not path.stem.startswith("_")}
    for path in MODULES:
        siblings = {name.split(".")[1] for name in imported(path) if name.startswith("lecture_utils.")}
        assert not siblings & public, path.name


def modules_after(code):
    """The modules that a fresh Python has loaded after running `code`: set of str."""
    command = [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def test_importing_the_package_loads_nothing_heavy():
    loaded = modules_after("import lecture_utils, lecture_utils.claims")
    assert not loaded & {"torch", "fastai", "matplotlib", "IPython"}


def test_importing_a_module_never_imports_fastai():
    names = "; ".join(f"import lecture_utils.{path.stem}" for path in MODULES if path.stem != "__init__")
    code = f"{names}; import sys; print('fastai' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
        == "False"
    )


def test_every_requirement_is_pinned_exactly_and_installed():
    pins = dict(re.fullmatch(r"([\w.-]+)==([\w.+]+)", line).groups() for line in REQUIREMENTS)
    assert pins["torch"] == "2.14.1" and pins["torchvision"] == "0.29.1" and pins["fastai"] == "2.8.12"
    assert pins["jupyter-book"] == "1.0.4.post1"
    for name in ("torch", "fastai", "jupyter-book", "nbmake", "graphviz", "matplotlib", "altair"):
        assert version(name).partition("+")[0] == pins[name]


def test_lower_bounds_admit_what_colab_has():
    bounds = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    colab = {
        "torch": (2, 11),
        "altair": (5, 5),
        "matplotlib": (3, 10),
        "numpy": (2, 1),
        "fastai": (2, 8, 8),
        "graphviz": (0, 21),
    }
    lowest = {name: tuple(map(int, bound.split("."))) for name, bound in (line.split(">=") for line in bounds)}
    for name, has in colab.items():
        assert lowest[name] <= has, name


def test_the_requirements_hold_all_that_the_package_needs():
    pinned = {line.partition("==")[0].lower().replace("_", "-") for line in REQUIREMENTS}
    needs = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    assert {line.partition(">=")[0] for line in needs} <= pinned
