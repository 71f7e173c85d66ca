"""Numbers, links and tables as HTML that a screen reader, a phone and a page without JavaScript can use.

The roles are written out because a phone shows each row as a card, and cells that are no longer laid out as a table
would lose them. publish/assets/numbers.js makes the tables of class "numbers" sortable and filterable.
"""

from __future__ import annotations

from html import escape


class Cell(str):
    """What stands in a cell: HTML. `sort`: by what its column is sorted, "" for the text."""

    def __new__(cls, html, sort=""):
        cell = super().__new__(cls, html)
        cell.sort = sort if isinstance(sort, str | int | float) and not isinstance(sort, bool) else ""
        return cell


def text(content, sort=""):
    """Plain text as a cell."""
    return Cell(escape(str(content)), sort)


def link(address, content):
    """HTML of a link with a plain text; the text alone where there is no address."""
    return (
        f'<a class="reference internal" href="{escape(address)}">{escape(content)}</a>' if address else escape(content)
    )


def number(value):
    """A number for a reader, six digits at most, with a true minus sign.

    Examples
    --------
    >>> number(0.9981050138), number(-16), number(-4.9e-06), number(12661), number("nan")
    ('0.998105', '−16', '−4.9e−06', '12661', 'nan')
    """
    return (value if isinstance(value, str) else f"{value:.6g}").replace("-", "−")


def bound(record):
    """What a record allows its number to be: str; "" where it has no number.

    Examples
    --------
    >>> bound({"below": 0.03}), bound({"above": -1, "below": 2}), bound({"expected": 0.5, "within": 0.1})
    ('< 0.03', '> −1 and < 2', '0.5 ± 0.1')
    >>> bound({"expected": 57, "within": 0}), bound({})
    ('exactly 57', '')
    """
    if "expected" in record:
        within = record.get("within")
        return f"{number(record['expected'])} ± {number(within)}" if within else f"exactly {number(record['expected'])}"
    return " and ".join(f"{sign} {number(record[side])}" for side, sign in _SIDES.items() if side in record)


_SIDES = {"above": ">", "below": "<"}


def against(record):
    """The number of a record beside its bound, as a chapter shows it: str; "" where it has no number.

    Examples
    --------
    >>> against({"measured": 0.01, "below": 0.03}), against({"measured": 1, "above": -1, "below": 2})
    ('0.01 < 0.03', '−1 < 1 < 2')
    >>> against({"measured": 0.4, "expected": 0.5, "within": 0.1}), against({"holds": True})
    ('0.4 (expected 0.5 ± 0.1)', '')
    """
    if "measured" not in record:
        return ""
    measured = number(record["measured"])
    if "expected" in record:
        return f"{measured} (expected {bound(record).removeprefix('exactly ')})"
    if "above" in record and "below" in record:
        return f"{number(record['above'])} < {measured} < {number(record['below'])}"
    return f"{measured} {bound(record)}"


def table(caption, columns, rows, *, classes="numbers", id):
    """A table.

    Parameters
    ----------
    caption : str
        What the table shows: plain text.
    columns : list of str
        The heads of the columns. The first column names the row.
    rows : list of (str, str, list of Cell)
        For each row its id on the page ("" for none), the name of its group, by which a reader may filter, and its
        cells.
    classes, id : str
        For the table.

    Returns
    -------
    str
        HTML without an empty line, so that it is one block to Markdown.

    Raises
    ------
    ValueError
        A row has not one cell for each column.
    """
    head = "".join(f'<th role="columnheader" scope="col">{escape(column)}</th>' for column in columns)
    body = "\n".join(_row(anchor, group, columns, cells) for anchor, group, cells in rows)
    return (
        f'<table role="table" class="table {escape(classes)}" id="{id}">\n<caption>{escape(caption)}</caption>\n'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>\n'
        f'<tbody role="rowgroup">\n{body}\n</tbody></table>\n'
    )


def _row(anchor, group, columns, cells):
    if len(cells) != len(columns):
        raise ValueError(f"rows: expected {len(columns)} cells, got {len(cells)}")
    written = []
    for i, (column, cell) in enumerate(zip(columns, cells, strict=True)):
        tag, role = ('th scope="row"', "rowheader") if i == 0 else ("td", "cell")
        sort = f' data-sort="{escape(str(cell.sort))}"' if cell.sort != "" else ""
        label = f' data-label="{escape(column)}"' + (' class="number"' if isinstance(cell.sort, int | float) else "")
        written.append(f'<{tag} role="{role}"{label}{sort}>{cell}</{tag.split()[0]}>')
    named = f' id="{anchor}"' if anchor else ""
    return f'<tr role="row"{named} data-group="{escape(group)}">{"".join(written)}</tr>'
