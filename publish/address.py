"""The address of the book's repository: one setting in _config.yml, repeated in files that cannot read it.

    python -m publish.address                     # print it, and the files that disagree
    python -m publish.address URL [BRANCH]        # change it everywhere

A notebook's first cell has to name the address, because a reader may have the notebook alone.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import NamedTuple

from publish.whole import whole

ROOT = Path(__file__).resolve().parent.parent

#: Files that repeat the address, as patterns below the root.
REPEATED_IN = ("intro.md", "README.md", "CITATION.cff", "pyproject.toml", "chapters/*.ipynb")

_URL = re.compile(r"https://[\w.-]+/[\w.-]+/[\w.-]+")
_BRANCH = re.compile(r"[\w.-]+(/[\w.-]+)*")
_KEYS = {"url": re.compile(r"(?m)^  url: (\S+)$"), "branch": re.compile(r"(?m)^  branch: (\S+)$")}


class Address(NamedTuple):
    """Where the repository is: `url` (https, no slash at the end) and `branch`."""

    url: str
    branch: str


def read(root=ROOT):
    """The address in `root`/_config.yml.

    Raises
    ------
    ValueError
        The file has not exactly one `url:` and one `branch:` below `repository:`.
    """
    text = (root / "_config.yml").read_text(encoding="utf-8")
    found = {name: pattern.findall(text) for name, pattern in _KEYS.items()}
    for name, values in found.items():
        if len(values) != 1:
            raise ValueError(f"_config.yml: expected one '{name}:' below 'repository:', found {len(values)}")
    return Address(found["url"][0], found["branch"][0])


def files(root=ROOT):
    """The files that may repeat the address: list of Path."""
    return sorted(path for pattern in REPEATED_IN for path in root.glob(pattern))


def disagreeing(root=ROOT):
    """Notebooks whose first code cell installs from somewhere else: list of Path."""
    address = read(root)
    line = f'"git+{address.url}@{address.branch}"'
    notebooks = [path for path in files(root) if path.suffix == ".ipynb"]
    return [path for path in notebooks if line.replace('"', '\\"') not in path.read_text(encoding="utf-8")]


def change(url, branch=None, root=ROOT):
    """Write a new address into _config.yml and every file that repeats the old one.

    Each file is replaced whole. Running it again after an interrupt finishes the work, because _config.yml, which holds
    the old address, is written last.

    Returns
    -------
    list of Path
        The files that changed.

    Raises
    ------
    ValueError
        `url` is not of the form https://HOST/OWNER/NAME, or `branch` is not a branch name.
    """
    url = url.removesuffix("/").removesuffix(".git")
    if not _URL.fullmatch(url):
        raise ValueError(f"url: expected a form like https://github.com/OWNER/NAME, got {url!r}")
    old = read(root)
    new = Address(url, branch or old.branch)
    if not _BRANCH.fullmatch(new.branch):
        raise ValueError(f"branch: expected the name of a branch, got {branch!r}")
    changed = []
    for path in [*files(root), root / "_config.yml"]:
        text = path.read_text(encoding="utf-8")
        # The installing line names both; elsewhere the address stands alone.
        fresh = text.replace(f"git+{old.url}@{old.branch}", f"git+{new.url}@{new.branch}").replace(old.url, new.url)
        if path.name == "_config.yml":
            fresh = _KEYS["branch"].sub(f"  branch: {new.branch}", fresh)
        if fresh != text:
            with whole(path) as unfinished:
                unfinished.write_text(fresh, encoding="utf-8")
            changed.append(path)
    return changed


def main(arguments=None):
    """Print or change the address; 1 when a notebook disagrees."""
    parser = argparse.ArgumentParser(prog="python -m publish.address", description=__doc__.splitlines()[0])
    parser.add_argument("url", nargs="?", default="", help="https://github.com/OWNER/NAME")
    parser.add_argument("branch", nargs="?", help="the branch that notebooks install from")
    given = parser.parse_args(arguments)
    if given.url:
        try:
            changed = change(given.url, given.branch)
        except ValueError as error:
            parser.error(str(error))
        for path in changed:
            print(f"changed {path.relative_to(ROOT)}")
    print(f"{read().url}, branch {read().branch}")
    wrong = disagreeing()
    for path in wrong:
        print(f"disagrees: {path.relative_to(ROOT)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
