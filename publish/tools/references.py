"""Write the list of references at the end of each chapter from references.bib, and gather them for the bibliography.

    python -m publish.tools.references [--check]

A chapter cites a paper in plain words on one line, "Cybenko (1989)", "Kingma and Ba (2015)" or "Srivastava and others
(2014)", which read the same in a notebook and on a page. What it cites, it lists: this module finds the citations and
writes the list. Lectures and manuals stand in a cell of their own behind it.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import takewhile

import nbformat
from pybtex.database import parse_file

from publish.book import ROOT, Book

HEADING = "## References"
# What looks like a citation: a name, perhaps a second one or "others", and a year.
_NAME = r"[A-Z][\w’'-]*[a-z]"
LOOKS_CITED = re.compile(rf"{_NAME}(?:(?:, {_NAME})*,? and (?:others|{_NAME}))?,? \(?(?:19|20)\d\d\b")


@dataclass(frozen=True)
class Paper:
    """One entry of references.bib: `names` are surnames, `line` is the entry as a chapter lists it, in Markdown."""

    key: str
    names: tuple[str, ...]
    year: str
    line: str

    @cached_property
    def pattern(self):
        """A regular expression that matches a citation of this paper, in any of its forms."""
        first, *rest = (re.escape(name) for name in self.names)
        forms = [f"{first} and others"] if len(rest) > 1 else [" and ".join([first, *rest])]
        if len(rest) == 2:
            forms.append(f"{first}, {rest[0]} and {rest[1]}")
        spaced = "|".join(forms).replace("'", "['’]")
        return re.compile(rf"(?<!\w)(?:{spaced})(?:['’]s?)?,? (?:\({self.year}\b\)?|{self.year}\b)")


def _short(person):
    """A person as a list of references has it: 'Bishop, C. M.'."""
    initials = " ".join(f"{name[0]}." for name in [*person.first_names, *person.middle_names])
    return f"{_surname(person)}, {initials}"


def _surname(person):
    return " ".join([*person.prelast_names, *person.last_names])


def _line(entry):
    """An entry of references.bib as an item of a list: authors, year, title, where it appeared, address."""
    people, fields = [_short(person) for person in entry.persons["author"]], entry.fields
    people = [people[0], "others"] if len(people) > 3 else people
    authors = ", ".join(people[:-1]) + ", and " + people[-1] if len(people) > 1 else people[0]
    title = fields["title"].strip("{}")  # braces keep capitals as they are
    where, name = fields.get("publisher", ""), fields.get("journal") or fields.get("booktitle")
    if name:
        volume = fields.get("volume", "") + (f"({fields['number']})" if "number" in fields else "")
        where = ", ".join(part for part in (f"*{name}*", volume, fields.get("pages", "").replace("--", "–")) if part)
    parts = [f"{authors} ({fields['year']})", f"*{title}*" if entry.type == "book" else title, where]
    text = ". ".join(part.rstrip(".") for part in parts if part).replace("?.", "?")
    forms = {"doi": "https://doi.org/{}", "eprint": "https://arxiv.org/abs/{}", "url": "{}", "isbn": "ISBN {}"}
    address = next((form.format(fields[name]) for name, form in forms.items() if name in fields), "")
    return f"- {text}{'' if text.endswith('?') else '.'} {address}".strip()


@cache
def papers(path=ROOT / "references.bib"):
    """The entries of a file of BibTeX, sorted as lists of references are: by names, then by year."""
    found = []
    for key, entry in parse_file(path).entries.items():
        names = tuple(_surname(person) for person in entry.persons["author"])
        found.append(Paper(key, names, entry.fields["year"], _line(entry)))
    return tuple(sorted(found, key=lambda paper: ([name.lower() for name in paper.names], paper.year)))


def cited(text):
    """The citations in a text: list of (start, end, Paper), in the order in which they stand."""
    found = [(*match.span(), paper) for paper in papers() for match in paper.pattern.finditer(text)]
    return sorted(found, key=lambda citation: citation[:2])


def unknown(text):
    """What looks like a citation and is none of references.bib: list of str."""
    known = {i for start, end, _ in cited(text) for i in range(start, end)}
    return [match[0] for match in LOOKS_CITED.finditer(text) if known.isdisjoint(range(*match.span()))]


def prose(notebook):
    """The Markdown of a chapter before its list of references: str."""
    before = takewhile(lambda cell: not cell.source.startswith(HEADING), notebook.cells)
    return "\n\n".join(cell.source for cell in before if cell.cell_type == "markdown")


def listed(notebook):
    """The list of references that belongs to a notebook: str, Markdown with the heading."""
    used = {paper for _, _, paper in cited(prose(notebook))}
    return "\n".join([HEADING, "", *(paper.line for paper in papers() if paper in used)])


def bibliography(notebooks):
    """All papers that chapters cite, each with links to these chapters: str, a list in Markdown.

    `notebooks` are the chapters in order, by their names: "chapters/05_sgd_and_batches.ipynb".
    """
    cites = {}
    for number, (name, notebook) in enumerate(notebooks.items(), 1):
        for paper in {paper for _, _, paper in cited(prose(notebook))}:
            cites.setdefault(paper, []).append(f"[{number}](/{name})")
    chapters = {paper: f"chapter{'s' * (len(links) > 1)} {', '.join(links)}" for paper, links in cites.items()}
    return "".join(f"{paper.line.rstrip('.')} ({chapters[paper]})\n" for paper in papers() if paper in cites)


def main(arguments=None, book=None):
    """Write the lists, or with --check say which are not up to date; 0 when there is nothing to complain of."""
    parser = argparse.ArgumentParser(prog="python -m publish.tools.references", description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing; fail when a list is not up to date")
    check = parser.parse_args(arguments).check
    faults = []
    for path in (book or Book()).chapters():
        notebook = nbformat.read(path, as_version=4)
        cell = next((cell for cell in notebook.cells if cell.source.startswith(HEADING)), None)
        wanted = listed(notebook)
        faults += [f"{path.name}: {citation!r} is not in references.bib" for citation in unknown(prose(notebook))]
        if cell is None:
            faults.append(f"{path.name}: no cell begins with {HEADING!r}")
        elif cell.source != wanted and check:
            faults.append(f"{path.name}: its list of references is not up to date; run: make format")
        elif cell.source != wanted:
            cell.source = wanted
            nbformat.write(notebook, path)
    print("\n".join(faults), end="\n" * bool(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
