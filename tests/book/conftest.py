"""Each test of a chapter runs once for every chapter of the contents."""

import pytest
from reading import NOTEBOOKS, read


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request):
    """The file of a chapter."""
    return request.param


@pytest.fixture
def notebook(path):
    """A chapter, read from its file."""
    return read(path)
