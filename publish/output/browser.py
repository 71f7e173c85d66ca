"""Find a Chromium that can print pages and test them."""

import os
import shutil

from playwright.sync_api import Error

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MISSING = (
    "no Chromium that starts was found. On Debian and Ubuntu: apt-get install chromium; "
    "elsewhere: .venv/bin/playwright install chromium; or let CHROMIUM name one"
)


def launch(playwright, **options):
    """Start the first Chromium that starts: the one that CHROMIUM names, or the system's, or playwright's own.

    What is found may not be usable: Ubuntu's `chromium-browser` only prints how to install one.

    Parameters
    ----------
    playwright : playwright.sync_api.Playwright
        What `sync_playwright` gives.
    **options
        For playwright's `launch`.

    Returns
    -------
    playwright.sync_api.Browser or None
        None where none starts; `MISSING` says what to do then.
    """
    named = os.environ.get("CHROMIUM")
    found = [named] if named else [*filter(None, map(shutil.which, NAMES)), playwright.chromium.executable_path]
    for path in found:
        try:
            return playwright.chromium.launch(executable_path=path, **options)
        except Error:
            continue
    return None
