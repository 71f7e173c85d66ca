"""What is made of the built pages: the site, the slides, the PDF, the zip."""

from publish.book import Book


class NotMade(Exception):
    """Something cannot be made of the pages; the message says why, and what to do."""


def tell(what, make, book=None):
    """Print where something is that `make` makes of a book's pages; 1, and why, where it cannot be made."""
    try:
        print(f"{what}: {make(book or Book())}")
    except NotMade as error:
        print(f"{what} was not made: {error}")
        return 1
    return 0
