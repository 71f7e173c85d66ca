// Makes the tables of class "numbers" sortable by their heads and filterable by chapter. Without it, all rows are there.
"use strict";

function valueOf(row, column) {
  const cell = row.cells[column];
  const value = cell.dataset.sort ?? cell.textContent.trim();
  return value !== "" && Number.isFinite(Number(value)) ? Number(value) : value;
}

// Numbers come before texts, and empty cells come last in both directions.
function compare(a, b, direction) {
  if (a === "" || b === "") return (a === "") - (b === "");
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
  const order = typeof a === "number" ? a - b : a.localeCompare(b, document.documentElement.lang, {numeric: true});
  return direction * order;
}

function sortBy(table, head) {
  const ascending = head.getAttribute("aria-sort") !== "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
  const body = table.tBodies[0];
  const keyed = [...body.rows].map((row) => [valueOf(row, head.cellIndex), row]);
  keyed.sort(([a], [b]) => compare(a, b, ascending ? 1 : -1));
  body.append(...keyed.map(([, row]) => row));
}

function makeSortable(table) {
  table.classList.add("sortable");
  for (const head of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.title = "Sort by this column";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sortBy(table, head));
    head.append(button);
  }
}

function makeFilterable(table) {
  const rows = [...table.tBodies[0].rows];
  const groups = [...new Set(rows.map((row) => row.dataset.group))].filter(Boolean);
  if (groups.length < 2) return;
  const bar = document.createElement("div");
  const label = document.createElement("label");
  const select = document.createElement("select");
  const count = document.createElement("span");
  bar.className = "numbers-bar";
  select.id = `${table.id}-chapter`;
  label.htmlFor = select.id;
  label.textContent = "Chapter";
  select.append(new Option("all", ""), ...groups.map((group) => new Option(group, group)));
  count.setAttribute("role", "status");
  select.addEventListener("change", () => {
    for (const row of rows) row.hidden = select.value !== "" && row.dataset.group !== select.value;
    count.textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length} rows`;
  });
  bar.append(label, select, count);
  table.before(bar);
}

// A link to a row opens what it stands in, also where the browser does not.
function openTarget() {
  const row = document.getElementById(decodeURIComponent(location.hash.slice(1))), folded = row?.closest("details");
  if (!folded || folded.open) return;
  folded.open = true;
  row.scrollIntoView();
}
addEventListener("hashchange", openTarget);
openTarget();

for (const table of document.querySelectorAll("table.numbers")) {
  makeSortable(table);
  makeFilterable(table);
}
