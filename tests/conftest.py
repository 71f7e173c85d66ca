"""What every test needs: no window, one thread, and no skipping where CI has to check."""

import os
from pathlib import Path

import hypothesis
import matplotlib
import pytest

matplotlib.use("Agg")
# A busy machine may take longer for an example; that is no fault.
hypothesis.settings.register_profile("patient", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("patient")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root():
    """The root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def need():
    """``need(found, what)`` skips the test where a tool is missing on a reader's machine, and fails in CI."""

    def need_(found, what):
        if not found:
            message = f"{what} is not here"
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(message)

    return need_
