"""The zip of the site: the same bytes from the same site, and each page once."""

import os
import zipfile

from publish import offline


def site(folder):
    (folder / "_static").mkdir(parents=True)
    for name in ("index.html", "404.html", "_static/inner.pdf", "_static/404.html"):
        (folder / name).write_text(name)
    (folder / "_static" / "documentation_options.js").write_text("{SHOW_SEARCH_SUMMARY: true,}")
    return folder


def test_the_same_site_gives_the_same_bytes(tmp_path):
    folder = site(tmp_path / "site")
    offline.pack(folder, tmp_path / "one.zip", "book")
    for path in [*folder.rglob("*"), folder]:
        os.utime(path, (2_000_000_000, 2_000_000_000))
        path.chmod(0o700)
    offline.pack(folder, tmp_path / "two.zip", "book")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_the_zip_holds_the_pages_in_one_folder_alone(tmp_path):
    folder = site(tmp_path / "site")
    offline.pack(folder, tmp_path / "book.zip", "book")
    with zipfile.ZipFile(tmp_path / "book.zip") as archive:
        names = archive.namelist()
        assert b"SHOW_SEARCH_SUMMARY: false" in archive.read("book/_static/documentation_options.js")
    parts = ["404.html", "documentation_options.js", "inner.pdf"]
    assert names == [*(f"book/_static/{name}" for name in parts), "book/index.html"]
