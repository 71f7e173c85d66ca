"""Write every page again when the book's own assets or extensions changed: Sphinx looks only at texts and templates."""

import hashlib
from pathlib import Path


def fingerprint(folders):
    """A hash of all files in some folders, and of their names: str."""
    key = hashlib.sha256()
    for folder in folders:
        for path in sorted(path for path in Path(folder).rglob("*") if path.is_file() and path.suffix != ".pyc"):
            key.update(f"\0{path.relative_to(folder).as_posix()}\0".encode() + path.read_bytes())
    return key.hexdigest()


def _outdated(app, env):
    assets = [Path(app.srcdir, folder) for folder in app.config.html_static_path]
    now = fingerprint([*(folder for folder in assets if Path(app.srcdir) in folder.parents), Path(__file__).parent])
    if getattr(env, "book_assets", None) == now:
        return []
    env.book_assets = now
    return sorted(env.found_docs)


def setup(app):
    app.connect("env-updated", _outdated)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
