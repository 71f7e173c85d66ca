"""Where a Chromium is that can print pages and test them."""

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MISSING = (
    "no Chromium was found. On Debian and Ubuntu: apt-get install chromium; "
    "elsewhere: .venv/bin/playwright install chromium; or let CHROMIUM name one"
)


def chromium(playwright):
    """The path of a Chromium for `playwright` to launch; None where there is none.

    Looks for the one that the environment variable CHROMIUM names, for one of the system, and for playwright's own.

    Parameters
    ----------
    playwright : playwright.sync_api.Playwright
        What `sync_playwright` gives.
    """
    if named := os.environ.get("CHROMIUM"):
        return named
    for name in NAMES:
        if found := shutil.which(name):
            return found
    own = playwright.chromium.executable_path
    return own if Path(own).exists() else None
