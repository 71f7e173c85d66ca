"""One build at a time in one checkout: others wait, and say for whom.

    python -m publish.lock COMMAND ...

runs a command under the lock. The system frees the lock when the command and all that it started have ended, however
they ended, so that a lock is never left behind.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager, suppress

try:
    import fcntl
except ImportError:  # no such lock on Windows, where no make runs either
    fcntl = None

from publish.book import Book

HELD = "BOOK_BUILD_LOCK"  # names, for the processes that a holder starts, the lock that they are under


def _acquire(book):
    """An open file that holds the lock, or None where this process already runs under it."""
    path = book.build / "lock"
    if fcntl is None or os.environ.get(HELD) == str(path):
        return None
    book.build.mkdir(parents=True, exist_ok=True)
    said = False
    while True:
        file = path.open("ab+", buffering=0)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not said:
                file.seek(0)
                holder = file.read().decode().strip() or "another process"
                print(f"Waiting for {holder}, which builds in {book.root} too", flush=True)
                said = True
            file.close()
            time.sleep(0.2)
            continue
        # Whoever removed _build also removed the lock: what is locked must be what others will see.
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                break
        file.close()
        book.build.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):  # the name is for the message only; a full disk must not stop here
        file.truncate(0)
        file.write(f"process {os.getpid()}, since {time.strftime('%H:%M:%S')}".encode())
    return file


@contextmanager
def building(book):
    """Hold the lock of the book while the block runs; waits for it first."""
    file = _acquire(book)
    if file is None:
        yield
        return
    os.environ[HELD] = str(book.build / "lock")
    try:
        yield
    finally:
        del os.environ[HELD]
        file.close()


def main(command, book=None):
    """Become the command, with the lock in hand."""
    if not command:
        sys.exit(__doc__)
    book = book or Book()
    file = _acquire(book)
    if file is not None:
        os.set_inheritable(file.fileno(), True)
        os.environ[HELD] = str(book.build / "lock")
    try:
        os.execvp(command[0], command)
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")


if __name__ == "__main__":
    main(sys.argv[1:])
