"""Pack the built site into one zip that a browser opens from the disk, with its search.

    python -m publish.offline

The same site gives the same zip, byte for byte.
"""

from __future__ import annotations

import sys
import zipfile

from publish.book import Book
from publish.lock import building
from publish.whole import whole

TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can name
# Parts that only a server or a further build needs.
LEFT_OUT = {".buildinfo", ".nojekyll", "objects.inv", "sitemap.xml", "robots.txt", "404.html"}


def packed(path, site):
    """Whether a file of the site belongs into the zip."""
    return path.is_file() and not (path.parent == site and path.name in LEFT_OUT)


def content(path):
    """What the zip holds for a file.

    From the disk a page may not read another, so search lists what it finds without a sentence from each page.
    """
    if path.name == "documentation_options.js":
        return path.read_bytes().replace(b"SHOW_SEARCH_SUMMARY: true", b"SHOW_SEARCH_SUMMARY: false")
    return path.read_bytes()


def pack(site, target, folder):
    """Write the zip: all files in one folder of the name `folder`."""
    files = [path for path in site.rglob("*") if packed(path, site)]
    files.sort(key=lambda path: path.relative_to(site).as_posix())
    with (
        whole(target) as unfinished,
        zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
    ):
        for path in files:
            entry = zipfile.ZipInfo(f"{folder}/{path.relative_to(site).as_posix()}", TIME)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            archive.writestr(entry, content(path), compresslevel=9)


def main(book=None):
    """Write the zip and say where it is; 1 where there is no site."""
    book = book or Book()
    with building(book):
        if not (book.site / "index.html").exists():
            print(f"No zip was made: {book.site} holds no pages; run make book first")
            return 1
        target = book.build / f"{book.slug}.zip"
        pack(book.site, target, book.slug)
        print(f"The zip: {target} ({target.stat().st_size / 1e6:.1f} MB; unpack it and open {book.slug}/index.html)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
