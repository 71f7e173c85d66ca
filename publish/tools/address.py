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

from publish.book import ROOT, Book
from publish.whole import update

#: Files that may repeat the address, as patterns below the root.
REPEATED_IN = ["*.md", "*.cff", "chapters/*.md", "chapters/*.ipynb", "_config.yml"]
#: How it stands there; {0} is an `Address`.
FORMS = (
    "repository:\n  url: {0.url}\n  branch: {0.branch}\n",  # the setting itself
    "git+{0.url}@{0.branch}",
    ".com/github/{0.repository}/blob/{0.branch}/chapters/",
    "git clone {0.url}\n  cd {0.name}\n",
    'repository-code: "{0.url}"',
)
_URL = r"https://[\w.-]+/[\w.-]+/[\w.-]+"
_BRANCH = r"[\w.-]+(?:/[\w.-]+)*"

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


class Address(NamedTuple):
    """Where the repository is: `url` (https, no slash at the end) and `branch`."""

    url: str
    branch: str

    @property
    def repository(self):
        """OWNER/NAME."""
        return "/".join(self.url.split("/")[-2:])

    @property
    def name(self):
        """The name of the repository, which is the name of the folder that `git clone` makes."""
        return self.url.rpartition("/")[2]

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
    if not re.fullmatch(_URL, url):
        raise ValueError(f"url: expected a form like https://github.com/OWNER/NAME, got {url!r}")
    if not re.fullmatch(_BRANCH, branch):
        raise ValueError(f"branch: expected the name of a branch, got {branch!r}")
    return Address(url, branch)


def read(root=ROOT):
    """The address in `root`/_config.yml, below `repository:`."""
    repository = Book(root).config["repository"]
    return address(repository["url"], str(repository["branch"]))


def _files(root):
    return [path for pattern in REPEATED_IN for path in sorted(root.glob(pattern))]


def _forms(where):
    """For each form a regular expression that finds it with any address, and how it stands with this one."""
    return [(re.sub(r"\\\{.+?\\\}", r"[\\w:/.-]+", re.escape(form)), form.format(where)) for form in FORMS]


def disagreeing(root=ROOT):
    """Places that name another address than _config.yml: list of str, each with its file and what stands there."""
    forms = _forms(read(root))
    return [
        f"{path.relative_to(root).as_posix()}: {found}"
        for path in _files(root)
        for form, wanted in forms
        for found in re.findall(form, path.read_text(encoding="utf-8"))
        if found != wanted
    ]


def change(url, branch=None, root=ROOT):
    """Write a new address into _config.yml and every place that repeats it.

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
        As `address` says, or the setting in _config.yml is written in another way.
    """
    forms, changed = _forms(address(url, branch or read(root).branch)), []
    setting, _ = forms[0]
    if not re.search(setting, (root / "_config.yml").read_text(encoding="utf-8")):
        raise ValueError(f"_config.yml: expected these lines, without quotes:\n{FORMS[0].format(read(root))}")
    for path in _files(root):
        text = path.read_text(encoding="utf-8")
        for form, wanted in forms:
            text = re.sub(form, wanted, text)
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
