"""The address of the book's repository: one setting in _config.yml, repeated in files that cannot read it.

    python -m publish.tools.address                     # print it, and the places that disagree
    python -m publish.tools.address URL [BRANCH]        # change it everywhere

A notebook's first cell has to name the address, because a reader may have the notebook alone.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import NamedTuple

import yaml

from publish.whole import whole

ROOT = Path(__file__).resolve().parents[2]

#: Files that may repeat the address, as patterns below the root.
REPEATED_IN = ("*.md", "*.cff", "*.toml", "*.yml", ".github/**/*.yml", "chapters/*.md", "chapters/*.ipynb")

#: The first code cell of every chapter: plain Python, so that a chapter is also a script.
SETUP = """\
import subprocess
import sys
from importlib.util import find_spec

if not find_spec("lecture_utils"):
    package = "git+{url}@{branch}"
    command = [sys.executable, "-m", "pip", "install", "-q", package]
    done = subprocess.run(command, capture_output=True)
    if done.returncode:
        sys.exit(
            "The book's package could not be installed. "
            "Is there a network? Run this cell again, then the others."
        )"""

_URL = re.compile(r"https://[\w.-]+/([\w.-]+)/([\w.-]+)")
_BRANCH = re.compile(r"[\w.-]+(/[\w.-]+)*")
# Where a file repeats the address: the repository itself, what Colab opens, and the folder that a clone makes.
_CLONE = re.compile(r"git clone (\S+)\s+cd (\S+)")
_COLAB = re.compile(r"colab\.research\.google\.com/github/([\w.-]+/[\w.-]+)/blob/(\S+?)/[\w.-]+/[\w.-]+\.ipynb")


class Address(NamedTuple):
    """Where the repository is: `url` (https, no slash at the end) and `branch`."""

    url: str
    branch: str

    @property
    def owner_and_name(self):
        """OWNER/NAME."""
        return "/".join(_URL.fullmatch(self.url).groups())

    @property
    def name(self):
        """The name of the repository, which is the name of the folder that `git clone` makes."""
        return _URL.fullmatch(self.url)[2]

    @property
    def setup(self):
        """The source of the first code cell of every chapter."""
        return SETUP.format(url=self.url, branch=self.branch)


def address(url, branch):
    """An address whose parts were checked.

    Raises
    ------
    ValueError
        `url` is not of the form https://HOST/OWNER/NAME, or `branch` is not a branch name.
    """
    url = url.removesuffix("/").removesuffix(".git")
    if not _URL.fullmatch(url):
        raise ValueError(f"url: expected a form like https://github.com/OWNER/NAME, got {url!r}")
    if not _BRANCH.fullmatch(branch):
        raise ValueError(f"branch: expected the name of a branch, got {branch!r}")
    return Address(url, branch)


def read(root=ROOT):
    """The address in `root`/_config.yml, below `repository:`."""
    repository = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))["repository"]
    return address(repository["url"], str(repository["branch"]))


def files(root=ROOT):
    """The files that may repeat the address, _config.yml last: list of Path."""
    found = {path for pattern in REPEATED_IN for path in root.glob(pattern)} - {root / "_config.yml"}
    return [*sorted(found), root / "_config.yml"]


def disagreeing(root=ROOT):
    """Places that name another address than _config.yml: list of str, each with its file and what stands there."""
    now, found = read(root), []
    for path in files(root):
        text, name = path.read_text(encoding="utf-8"), path.relative_to(root).as_posix()
        for url, folder in _CLONE.findall(text):
            if (url, folder) != (now.url, now.name):
                found.append(f"{name}: clones {url} and enters {folder}")
        for repository, branch in _COLAB.findall(text):
            if (repository, branch) != (now.owner_and_name, now.branch):
                found.append(f"{name}: opens {repository} at {branch} in Colab")
        if path.suffix == ".ipynb":
            cells = json.loads(text)["cells"]
            if not any("".join(cell["source"]) == now.setup for cell in cells):
                found.append(f"{name}: its first code cell does not install from {now.url}, branch {now.branch}")
        if path.suffix == ".cff" and f'repository-code: "{now.url}"' not in text:
            found.append(f"{name}: its repository-code is another one")
    return found


def change(url, branch=None, root=ROOT):
    """Write a new address into _config.yml and every file that repeats the old one.

    Each file is replaced whole. Running it again after an interrupt finishes the work, because _config.yml, which holds
    the old address, is written last.

    Parameters
    ----------
    url : str
        https://HOST/OWNER/NAME; a slash or ``.git`` at the end does not count.
    branch : str, optional
        The branch that notebooks install from; the present one if not given.

    Returns
    -------
    list of Path
        The files that changed.

    Raises
    ------
    ValueError
        As `address` says.
    """
    old = read(root)
    new = address(url, branch or old.branch)
    # What is longer comes first: the installing line and Colab's address name the branch too.
    pairs = [
        (f"{old.url}@{old.branch}", f"{new.url}@{new.branch}"),
        (f"github/{old.owner_and_name}/blob/{old.branch}/", f"github/{new.owner_and_name}/blob/{new.branch}/"),
        (old.url, new.url),
        (f"cd {old.name}\n", f"cd {new.name}\n"),
    ]
    changed = []
    for path in files(root):
        text = path.read_text(encoding="utf-8")
        fresh = text
        for before, after in pairs:
            fresh = fresh.replace(before, after)
        if path.name == "_config.yml":
            fresh = re.sub(r"(?m)^(  branch:) .*$", rf"\1 {new.branch}", fresh)
        if fresh != text:
            with whole(path) as unfinished:
                unfinished.write_text(fresh, encoding="utf-8")
            changed.append(path)
    return changed


def main(arguments=None):
    """Print or change the address; 1 when a file disagrees."""
    parser = argparse.ArgumentParser(prog="python -m publish.tools.address", description=__doc__.splitlines()[0])
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
    for line in wrong:
        print(f"disagrees: {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
