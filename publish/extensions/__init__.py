"""What Sphinx does for this book and no setting of it can: one extension, `publish.extensions`.

Each module holds one concern, and a `setup` that is called here.
"""

import hashlib
from importlib import import_module
from pathlib import Path

MODULES = ("theme", "head", "figures", "math", "search", "glossary", "citations", "questions", "moving", "notebooks")


def _look():
    """A hash of all that decides how a page looks: str."""
    root = Path(__file__).resolve().parents[2]
    folders = ("publish/theme", "publish/extensions", "lecture_utils/moving")
    files = [path for name in folders for path in (root / name).rglob("*") if path.is_file()]
    key = hashlib.sha256()
    for path in sorted(path for path in files if path.suffix != ".pyc"):
        key.update(path.read_bytes())
    return key.hexdigest()


def setup(app):
    for name in MODULES:
        import_module(f"{__name__}.{name}").setup(app)
    # Sphinx looks only at texts and settings. As a setting, a changed style or script has all pages written again.
    app.add_config_value("book_look", _look(), "html", str)
    return {"version": "1", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
