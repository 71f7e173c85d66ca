"""Write the list of references at the end of each chapter, and the bibliography, from references.bib.

    python -m publish.references [--check]

A chapter cites a paper in plain words on one line, "Cybenko (1989)", "Kingma and Ba (2015)" or "Srivastava and others
(2014)", which read the same in a notebook and on a page. What it cites, it lists: this module finds the citations and
writes the list.
Lectures and manuals stand in a cell of their own behind it.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from pathlib import Path

import nbformat
from pybtex.database import parse_file

from publish.places import chapters

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "references.bib"
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

    @property
    def pattern(self):
        """A regular expression that matches a citation of this paper, in any of its forms."""
        first, *rest = (re.escape(name) for name in self.names)
        forms = [first] if not rest else [f"{first} and {rest[0]}"] if len(rest) == 1 else [f"{first} and others"]
        if len(rest) == 2:
            forms.append(f"{first}, {rest[0]} and {rest[1]}")
        spaced = "|".join(forms).replace("'", "['’]")
        return rf"(?<!\w)(?:{spaced})(?:['’]s?)?,? (?:\({self.year}\b\)?|{self.year}\b)"


def _surname(person):
    return " ".join([*person.prelast_names, *person.last_names])


def _short(person):
    """A person as a list of references has it: 'Bishop, C. M.'."""
    initials = " ".join(f"{name[0]}." for name in [*person.first_names, *person.middle_names])
    return f"{_surname(person)}, {initials}"


def _authors(people):
    if len(people) > 3:
        return f"{_short(people[0])}, and others"
    names = [_short(person) for person in people]
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + ", and " + names[-1]


def _where(fields):
    """Where it appeared: '*Neural Networks*, 6(6), 861–867', or '' for a paper that is on arXiv only."""
    name = fields.get("journal") or fields.get("booktitle")
    if not name:
        return fields.get("publisher", "")
    volume = fields.get("volume", "") + (f"({fields['number']})" if "number" in fields else "")
    return ", ".join(part for part in (f"*{name}*", volume, fields.get("pages", "").replace("--", "–")) if part)


def _address(fields):
    if "doi" in fields:
        return f"https://doi.org/{fields['doi']}"
    if "eprint" in fields:
        return f"https://arxiv.org/abs/{fields['eprint']}"
    return fields.get("url") or (f"ISBN {fields['isbn']}" if "isbn" in fields else "")


@cache
def papers():
    """The entries of references.bib, sorted as lists of references are: by names, then by year."""
    found = []
    for key, entry in parse_file(str(FILE), "bibtex").entries.items():
        people, fields = entry.persons["author"], entry.fields
        title = fields["title"].strip("{}")  # braces keep capitals as they are
        title = f"*{title}*" if entry.type == "book" else title
        parts = [f"{_authors(people)} ({fields['year']})", title, _where(fields)]
        text = ". ".join(part.rstrip(".") for part in parts if part).replace("?.", "?")
        text += ("" if text.endswith("?") else ".") + f" {_address(fields)}"
        names = tuple(_surname(person) for person in people)
        found.append(Paper(key, names, fields["year"], f"- {text.strip()}"))
    return tuple(sorted(found, key=lambda paper: ([name.lower() for name in paper.names], paper.year)))


def plain_start(paper):
    """How the paper's line begins when it is shown, without Markdown: 'Cybenko, G. (1989). Approximation'."""
    head, title = paper.line.removeprefix("- ").split("). ", 1)
    return f"{head}). " + title.lstrip("*").split()[0].rstrip("*.,:?")


def cited(text):
    """The citations in a text: list of (start, end, Paper), in the order in which they stand."""
    found = [(*match.span(), paper) for paper in papers() for match in re.finditer(paper.pattern, text)]
    return sorted(found, key=lambda citation: citation[:2])


def unknown(text):
    """What looks like a citation and is none of references.bib: list of str."""
    known = [(start, end) for start, end, _ in cited(text)]
    return [
        match[0]
        for match in LOOKS_CITED.finditer(text)
        if not any(start < match.end() and match.start() < end for start, end in known)
    ]


def prose(notebook):
    """The Markdown of a chapter before its list of references: str."""
    before = takewhile(lambda cell: not cell.source.startswith(HEADING), notebook.cells)
    return "\n\n".join(cell.source for cell in before if cell.cell_type == "markdown")


def listed(notebook):
    """The list of references that belongs to a notebook: str, Markdown with the heading."""
    used = {paper for _, _, paper in cited(prose(notebook))}
    return "\n".join([HEADING, "", *(paper.line for paper in papers() if paper in used)])


def bibliography(root):
    """The page of all papers, each with the chapters that cite it: str, Markdown."""
    cites = {}
    for path in chapters(root):
        for paper in {paper for _, _, paper in cited(prose(nbformat.read(path, as_version=4)))}:
            cites.setdefault(paper, []).append(f"[{int(path.stem[:2])}]({path.name})")
    lines = [
        f"{paper.line.rstrip('.')} (chapter{'s' if len(cites[paper]) > 1 else ''} {', '.join(cites[paper])})"
        for paper in papers()
        if paper in cites
    ]
    return "\n".join(["# Bibliography", "", "The papers and books that the chapters cite.", "", *lines, ""])


def main(arguments=None):
    """Write the lists, or with --check say which are not up to date; 0 when there is nothing to complain of."""
    parser = argparse.ArgumentParser(prog="python -m publish.references", description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing; fail when a list is not up to date")
    check = parser.parse_args(arguments).check
    stale = 0
    for path in chapters(ROOT):
        notebook = nbformat.read(path, as_version=4)
        (cell,) = (cell for cell in notebook.cells if cell.source.startswith(HEADING))
        wanted = listed(notebook)
        for citation in unknown(prose(notebook)):
            stale += 1
            print(f"{path.name}: {citation!r} is not in references.bib")
        if cell.source != wanted:
            if check:
                stale += 1
                print(f"{path.name}: its list of references is not up to date; run: make format")
            else:
                cell.source = wanted
                nbformat.write(notebook, path)
    page, wanted = ROOT / "chapters" / "bibliography.md", bibliography(ROOT)
    if not page.exists() or page.read_text(encoding="utf-8") != wanted:
        if check:
            stale += 1
            print(f"{page.name} is not up to date; run: make format")
        else:
            page.write_text(wanted, encoding="utf-8")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
