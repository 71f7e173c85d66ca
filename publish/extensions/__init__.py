"""What Sphinx does for this book and no setting of it can: one extension, `publish.extensions`.

Each module holds one concern, and a `setup` that is called here.
"""

import hashlib
from importlib import import_module

from publish.book import ROOT

MODULES = ("theme", "head", "figures", "math", "search", "glossary", "citations", "questions", "moving", "notebooks")


def inside(node, kinds):
    """Whether a node of docutils stands in a node of one of some kinds."""
    while node := node.parent:
        if isinstance(node, kinds):
            return True
    return False


def _hash(*patterns):
    """A hash of the files below the root that fit one of some patterns: str."""
    paths = sorted(path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file())
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()


def setup(app):
    for name in MODULES:
        import_module(f"{__name__}.{name}").setup(app)
    # Sphinx looks only at texts and settings. As a setting, code that changed has every page read again, and a style or
    # a script that changed has every page written again.
    app.add_config_value("book_code", _hash("publish/**/*.py"), "env", str)
    app.add_config_value("book_look", _hash("publish/theme/**/*", "lecture_utils/moving/**/*"), "html", str)
    return {"version": "1", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
