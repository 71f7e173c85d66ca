"""Every row of the lectures has its place in the book, and every number its reason."""

import shutil

import pytest

from publish import data_use, figures, places

CODE = (
    "x = 3\nsame = x == 3\nclaim('A01', 'a sentence', same)\nclaim('A01.power', 'a number', x, lecture=3, within=0)\n"
)


@pytest.fixture(scope="module")
def book(root):
    """The claims and marks of this book, and its code by (chapter, cell)."""
    cells = {
        (path.stem[:2], cell["id"]): cell["source"]
        for path in places.chapters(root)
        for cell in places.read(path)["cells"]
        if cell["cell_type"] == "code"
    }
    return places.places(root), cells


def test_every_row_has_a_place_and_every_place_a_row(root, book):
    assert places.faults(book[0], places.coverage(root)) == []


def test_every_number_of_a_lecture_is_met_and_every_tolerance_has_its_reason(root, book):
    tables = figures.table("figures.csv", root), figures.table("papers.csv", root)
    assert figures.faults(*tables, book[0], places.coverage(root), book[1]) == []


def test_marks_are_read_from_comments_and_nowhere_else():
    text = "words <!-- shows: B05, A40\nA28.later --> words <!-- B06 --> shows: B07"
    assert places.marked(text) == ["B05", "A40", "A28.later"]


def test_a_row_is_shown_by_each_claim_that_begins_with_it():
    found = [place("A43.test"), place("A43"), places.Place("A43", "chapters/01_x", "cell"), place("ch01.own")]
    assert {row: [p.id for p in its] for row, its in places.by_row(found).items()} == {
        "A43": ["A43", "A43.test", "A43"],
        "ch01": ["ch01.own"],
    }
    assert not places.by_row(found)["A43"][0].statement  # a mark comes first
    assert places.faults(found, {"A43": {}, "B05": {}}) == ["B05: no claim and no mark shows it"]


def test_a_claim_tells_what_it_checks():
    assert places.claims("%matplotlib inline\n" + CODE) == [
        ("A01", "a sentence", "x == 3", False),
        ("A01.power", "a number", "3", True),
    ]
    # A name that is set twice is left as it is: which of the two counts is not known.
    for again in ("s = not s", "s &= c", "for s in (a, b):\n    pass"):
        assert places.claims(f"s = a < b\n{again}\nclaim('A01', 'x', s)")[0][2] == "s"


@pytest.fixture
def copy(root, tmp_path):
    """A copy of what the tests of places read."""
    shutil.copytree(root / "chapters", tmp_path / "chapters")
    shutil.copy(root / "intro.md", tmp_path)
    return tmp_path


def test_what_is_lost_or_made_up_is_found(copy):
    before = set(places.faults(places.places(copy), places.coverage(copy)))
    path = next(copy.glob("chapters/05_*.ipynb"))
    text = path.read_text(encoding="utf-8")
    changed = text.replace('\\"A43\\"', '\\"ch05.other\\"').replace("# Summary", "# Summary <!-- shows: Z99 -->", 1)
    path.write_text(changed, encoding="utf-8")
    found = set(places.faults(places.places(copy), places.coverage(copy))) - before
    assert {fault.split(",")[0].split(":")[0] for fault in found} == {"A43", "chapters/05_sgd_and_batches"}
    assert any("'Z99' is no row" in fault for fault in found)


def place(id, **options):
    return places.Place(id, "chapters/01_x", "cell", "a sentence", **options)


ROW = {"id": "A01", "row": "A01", "kind": "compared", "figure": "", "value": "5", "place": "", "code": "", "seed": ""}
ROW |= {"within": "0.1", "why": "A reason."}
ROWS = {"A01": {"figure in the lecture": "5"}}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, None),
        ({"value": "6"}, "the lecture's figure of A01 is not there: [5.0]"),
        ({"why": ""}, "one sentence must say why"),
        ({"within": ""}, "the tolerance is missing"),
        ({"kind": "guessed"}, "kind is one of"),
        ({"kind": "checked"}, "'checked' for the others"),
        ({"kind": "setting", "place": "01:cell", "code": "x = 6"}, "'x = 6' does not stand in cell 01:cell"),
        ({"kind": "cited", "place": "01:other"}, "no place '01:other' in the book"),
        ({"id": "A01.power"}, "no such claim in the book"),
        ({"row": "Z99"}, "no row 'Z99' in the coverage list"),
    ],
)
def test_faults_of_a_figure_are_named(change, says):
    found = figures.faults([ROW | change], [], [place("A01", compares=True)], ROWS, {("01", "cell"): "x = 5"})
    assert (found == []) if says is None else any(says in fault for fault in found), found


def test_a_paper_needs_a_place_in_the_book():
    paper = {"id": "p", "standing": "cited", "claims": "", "place": "01:cell"}
    for change, ok in (({}, True), ({"place": ""}, False), ({"claims": "A99"}, False), ({"standing": "x"}, False)):
        found = figures.faults([], [paper | change], [], {}, {("01", "cell"): ""})
        assert (found == []) == ok, found


def test_a_changed_tolerance_needs_a_new_reason():
    records = {"chapters/01_x": [{"id": "A01", "statement": "s", "measured": 5, "lecture": 5, "within": 0.2}]}
    assert figures.changed_tolerances(records, [ROW]) == ["A01: within=0.2, and figures.csv explains 0.1"]
    assert figures.changed_tolerances(records, [ROW | {"within": "0.2"}]) == []


def test_the_data_behind_a_claim_are_followed():
    cells = [
        "from lecture_utils.data import digits, employment\nimport torch\npeople = employment(0)",
        "def scale(x):\n    return x / 255\n\nX = scale(digits().train_images)",
        "runs = []\nfor seed in range(3):\n    runs.append(X + seed)",
        "claim('A01', 's', max(runs) > 0)\nclaim('A02', 's', torch.ones(3) is not None)",
        "X = torch.ones(3)\nclaim('A03', 's', scale(X) > 0)\nclaim('A04', 's', people.x > 0)",
    ]
    found = {id_: set(used) for id_, used in data_use.data_of_claims(cells).items()}
    assert found == {"A01": {"digits"}, "A02": set(), "A03": set(), "A04": {"employment"}}
