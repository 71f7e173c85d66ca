"""Pack the built site into one zip that a browser opens from the disk, with its search.

python -m publish.output.offline
"""

import sys
import zipfile

from publish.output import NotMade, tell
from publish.whole import whole

_FOR_HOSTS = {"sitemap.xml", "404.html", ".nojekyll"}


def pack(book):
    """Write the zip: the site in one folder. Returns its path and what to do with it, in words."""
    site, target = book.site, book.build / f"{book.slug}.zip"
    if not (site / "index.html").exists():
        raise NotMade(f"{site} holds no pages: run make book")
    with whole(target) as unfinished, zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in site.rglob("*") if path.is_file()):
            if path.name not in _FOR_HOSTS:
                archive.write(path, f"{book.slug}/{path.relative_to(site).as_posix()}")
    return f"{target} ({target.stat().st_size / 1e6:.1f} MB; unpack it and open {book.slug}/index.html)"


def main(book=None):
    return tell("The zip", pack, book)


if __name__ == "__main__":
    sys.exit(main())
