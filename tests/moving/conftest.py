"""What the tests of moving figures share: PyTorch on one thread, as in the chapters, Node, and programs in Python."""

import contextlib
import io

import node
import pytest
import torch


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def call():
    """``call("bumps", "losses", {…})``: see tests/node.py."""
    return node.call


@pytest.fixture(scope="session")
def printed():
    """``printed(code)``: the numbers that a program prints, in order."""
    return _printed


def _printed(code):
    """It runs in this process: another one needs two seconds to load PyTorch."""
    said, dtype = io.StringIO(), torch.get_default_dtype()
    try:
        with contextlib.redirect_stdout(said):
            exec(compile(code, "program", "exec"), {"__name__": "__main__"})
    finally:
        torch.set_default_dtype(dtype)
    numbers = []
    for word in said.getvalue().split():
        with contextlib.suppress(ValueError):
            numbers.append(float(word))
    return numbers
