"""Say where the tables in chapters/ and the chapters disagree; run nothing: python -m publish.numbers.check

Chapters that ran are read with what they left; of others, the source alone is read.
"""

import sys

from publish.book import Book
from publish.numbers import claims, lists


def main():
    """Print each fault; 1 where there is one."""
    book = Book()
    chapters, tables = claims.chapters(book), lists.read(book.root)
    if gone := lists.missing(chapters, tables["coverage"]):
        print(f"not checked: chapters of the coverage list are not in the contents: {', '.join(gone)}")
    if resting := [chapter.file for chapter in chapters if not chapter.ran]:
        print(f"not run yet, so tolerances are not checked in chapters {', '.join(resting)}")
    faults = lists.faults(chapters, tables)
    print("\n".join(faults) or "the tables agree with the chapters")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
