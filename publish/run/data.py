"""Which digits a build uses: asked once, before chapters start, so that all of them use the same."""

from __future__ import annotations

import os
import subprocess
import sys

from lecture_utils.data import DataError
from lecture_utils.data import identity as at_hand

SETTING = "LECTURE_MNIST"
#: Set in the environment where a build must not be published on other digits than MNIST.
NEEDED = "BOOK_NEEDS_MNIST"


def settle():
    """Decide which digits all chapters use, fetch them where they are missing, and say so to what this process starts.

    A path in LECTURE_MNIST is made absolute here, once: chapters run in another folder.

    Returns
    -------
    str
        The identity of the digits, as `lecture_utils.data.identity` gives it: "MNIST:..." or "bundled", for example.

    Raises
    ------
    lecture_utils.data.DataError
        What LECTURE_MNIST names cannot be used, or the build needs MNIST and has other digits.
    """
    setting = os.environ.get(SETTING, "").strip()
    if setting and setting != "bundled":
        os.environ[SETTING] = os.path.abspath(os.path.expanduser(setting))
    if not at_hand():
        _fetch()
    found = identity()
    if os.environ.get(NEEDED, "") not in ("", "0", "false") and not found.startswith("MNIST"):
        raise DataError(
            f"this build must use MNIST ({NEEDED} is set), and it has {found}. Is there a network? "
            f"Or let {SETTING} name a folder or archive that holds MNIST."
        )
    return found


def identity():
    """The identity of the digits that chapters use now: what is at hand, and the bundled digits where nothing is."""
    return at_hand() or "bundled"


def _fetch():
    """Let the package look for the digits as a chapter would: it downloads MNIST, or says why it cannot."""
    code = "from lecture_utils.data import digits; digits()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode:
        raise DataError((done.stderr.strip().splitlines() or ["the digits cannot be read"])[-1])
    print(done.stdout.strip(), flush=True)
    if not at_hand():
        os.environ[SETTING] = "bundled"  # chapters then need not try, each for itself
