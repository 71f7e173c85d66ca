"""Where a Chromium is that can print pages and test them."""

import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MISSING = (
    "no Chromium was found. On Debian and Ubuntu: apt-get install chromium; "
    "elsewhere: .venv/bin/playwright install chromium"
)


def chromium(playwright):
    """The path of a Chromium for `playwright` to launch: one of the system, else its own; None where there is none.

    Parameters
    ----------
    playwright : playwright.sync_api.Playwright
        What `sync_playwright` gives.
    """
    for name in NAMES:
        if found := shutil.which(name):
            return found
    own = playwright.chromium.executable_path
    return own if Path(own).exists() else None
