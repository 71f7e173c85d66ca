"""A copy of the checkout, for tools that change many files at once."""

import os
import shutil
import subprocess
import sys

import pytest

from publish.book import Book

LEFT_OUT = shutil.ignore_patterns(".git", ".venv*", "_build", ".*_cache", "__pycache__", ".hypothesis", "*.egg-info")


@pytest.fixture
def copy(root, tmp_path):
    """A copy of the book: publish.book.Book."""
    shutil.copytree(root, tmp_path / "copy", ignore=LEFT_OUT)
    return Book(tmp_path / "copy")


@pytest.fixture
def content(copy):
    """``content()`` gives all files of the copy with their bytes: dict."""
    return lambda: {path: path.read_bytes() for path in copy.root.rglob("*") if path.is_file()}


@pytest.fixture
def run_tests(copy):
    """``run_tests(arguments)`` runs pytest in the copy and gives what it printed and its exit code."""

    def run_(*arguments):
        environment = os.environ | {"PYTHONPATH": str(copy.root), "LECTURE_MNIST": "bundled", "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "pytest", "-p", "no:xdist", "--tb=line", *arguments]
        done = subprocess.run(command, cwd=copy.root, env=environment, capture_output=True, text=True)
        return done.stdout, done.returncode

    return run_
