"""Pack the built site into one zip that a browser opens from the disk, with its search.

python -m publish.output.offline
"""

import sys
import zipfile

from publish.book import Book
from publish.whole import whole

_FOR_HOSTS = {"sitemap.xml", "404.html", ".nojekyll"}


def main(book=None):
    """Write the zip, the site in one folder, and say where it is; 1 where there is no site."""
    book = book or Book()
    site, target = book.site, book.build / f"{book.slug}.zip"
    if not (site / "index.html").exists():
        print(f"No zip was made: {site} holds no pages: run make book")
        return 1
    with whole(target) as unfinished, zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in site.rglob("*") if path.is_file()):
            if path.name not in _FOR_HOSTS:
                archive.write(path, f"{book.slug}/{path.relative_to(site).as_posix()}")
    print(f"The zip: {target} ({target.stat().st_size / 1e6:.1f} MB; unpack it and open {book.slug}/index.html)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
