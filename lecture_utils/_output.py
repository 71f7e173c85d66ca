"""One line of output, with a record beside it where a notebook can hold one."""

import sys


def show(line, key, record, html=None):
    """Print a line; in a notebook it is an output of its own, whose metadata hold the record.

    Parameters
    ----------
    line : str
    key : str
        The name of the record in the metadata. Not a media type of its own: tools that show notebooks warn of media
        types that they do not know.
    record : dict
        What JSON can hold.
    html : str, optional
        What a notebook shows in place of the line.
    """
    if _in_notebook():
        from IPython.display import display

        data = {"text/plain": line} | ({"text/html": html} if html else {})
        display(data, raw=True, metadata={key: record})
        return
    say(line)


def say(line):
    """Print a line; what a terminal cannot show becomes a question mark (cp949 has no ✓)."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(line.encode(encoding, "replace").decode(encoding))


def _in_notebook():
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    return hasattr(get_ipython(), "kernel")
