"""The zip of the site: all that a reader needs, in one folder."""

import zipfile

from publish.book import Book
from publish.output import offline


def test_the_zip_holds_the_site_in_one_folder(tmp_path, capsys):
    book = Book(tmp_path)
    (tmp_path / "_config.yml").write_text("title: A small book\n")
    assert offline.main(book) == 1 and "run make book" in capsys.readouterr().out
    for name in ("index.html", "404.html", "en/intro.html", "en/404.html", "en/sitemap.xml", "en/_static/inner.pdf"):
        (book.site / name).parent.mkdir(parents=True, exist_ok=True)
        (book.site / name).write_text(name)
    assert offline.main(book) == 0
    assert str(book.build / "a-small-book.zip") in capsys.readouterr().out
    with zipfile.ZipFile(book.build / "a-small-book.zip") as archive:
        names = archive.namelist()
    assert names == [f"a-small-book/{name}" for name in ("en/_static/inner.pdf", "en/intro.html", "index.html")]
