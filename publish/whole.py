"""Write a file so that it appears whole or not at all."""

import os
from contextlib import contextmanager


@contextmanager
def whole(target):
    """Give a path to write to, and put what was written there in the place of `target` when nothing failed.

    Parameters
    ----------
    target : pathlib.Path
        What stands there stays until the new file is complete, and for good where writing it fails.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> target = pathlib.Path(tempfile.mkdtemp()) / "numbers.csv"
    >>> with whole(target) as unfinished:
    ...     _ = unfinished.write_text("1,2")
    >>> target.read_text(), [path.name for path in target.parent.iterdir()]
    ('1,2', ['numbers.csv'])
    """
    unfinished = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        yield unfinished
        os.replace(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)


def update(target, text):
    """Let a file hold `text`; it is not touched where it does. Returns whether it changed."""
    if target.exists() and target.read_text(encoding="utf-8") == text:
        return False
    with whole(target) as unfinished:
        unfinished.write_text(text, encoding="utf-8")
    return True
