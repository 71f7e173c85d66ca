"""What the tests of moving figures share: PyTorch on one thread, as in the chapters, and Node."""

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
    """``printed(code)``: the numbers that a program prints."""
    return node.printed
