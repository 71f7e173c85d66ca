"""The address of the book's repository: one setting in _config.yml, repeated in files that cannot read it.

    python -m publish.tools.address                     # print it, and the places that disagree
    python -m publish.tools.address URL [BRANCH]        # change it everywhere

A notebook's first cell has to name the address, because a reader may have the notebook alone.
"""

from __future__ import annotations

import argparse
import re
import sys
from typing import NamedTuple

import yaml

from publish.book import ROOT
from publish.whole import update

#: Files that may repeat the address, as patterns below the root. _config.yml comes last: an interrupted change can be
#: finished by a second one, as long as the old address stands there.
REPEATED_IN = ["*.md", "*.cff", "*.toml", ".github/**/*.yml", "chapters/*.md", "chapters/*.ipynb"]
REPEATED_IN += ["_toc.yml", "_config.yml"]

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


def texts(root=ROOT):
    """The files that may repeat the address, with what stands in them: dict of str by Path."""
    found = [path for pattern in REPEATED_IN for path in sorted(root.glob(pattern))]
    return {path: path.read_text(encoding="utf-8") for path in found}


def disagreeing(root=ROOT):
    """Places that name another address than _config.yml: list of str, each with its file and what stands there."""
    now = read(root)
    forms = {
        r"git clone (\S+)\s+cd (\S+)": (now.url, now.name),
        r"\.com/github/([\w.-]+/[\w.-]+)/blob/(\S+?)/[\w.-]+/[\w.-]+\.ipynb": (now.owner_and_name, now.branch),
        r"git\+(https://[^@\s]+)@([\w./-]+)": now,
        r'repository-code: "(.*)"': (now.url,),
    }
    return [
        f"{path.relative_to(root).as_posix()}: {match[0]}"
        for path, text in texts(root).items()
        for form, expected in forms.items()
        for match in re.finditer(form, text)
        if match.groups() != expected
    ]


def change(url, branch=None, root=ROOT):
    """Write a new address into _config.yml and every file that repeats the old one.

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
        (f"\n  branch: {old.branch}\n", f"\n  branch: {new.branch}\n"),
    ]
    changed = []
    for path, text in texts(root).items():
        for before, after in pairs:
            text = text.replace(before, after)
        changed += [path] if update(path, text) else []
    return changed


def main(arguments=None):
    """Print or change the address; 1 when a file disagrees."""
    parser = argparse.ArgumentParser(prog="python -m publish.tools.address", description=__doc__.splitlines()[0])
    parser.add_argument("url", nargs="?", default="", help="https://github.com/OWNER/NAME")
    parser.add_argument("branch", nargs="?", help="the branch that notebooks install from")
    given = parser.parse_args(arguments)
    try:
        for path in change(given.url, given.branch) if given.url else ():
            print(f"changed {path.relative_to(ROOT)}")
    except ValueError as error:
        parser.error(str(error))
    wrong = disagreeing()
    print("{}, branch {}".format(*read()), *(f"disagrees: {place}" for place in wrong), sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
