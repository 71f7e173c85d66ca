"""How often claims held in other runs: counted by condition, and only for the chapters' present code."""

from publish.numbers import robustness


def run(shift, held, **changes):
    claims = [{"id": "A43", "holds": held, "measured": 0.99 + shift / 1000}, {"id": "ch05.mnist", "holds": None}]
    base = {"chapter": "05", "code": "c1", "data": "MNIST", "threads": 1, "torch": "2.9", "shift": shift}
    return base | {"setting": robustness.AS_IT_IS, "claims": claims} | changes


def test_runs_are_counted_by_condition():
    runs = [run(0, True), run(1, True), run(2, False), run(0, True, threads=2), run(0, False, setting="rates doubled")]
    rows = robustness.rows_of(runs)
    counted = {(r["id"], r["setting"], r["seeds"], r["threads"]): (r["held"], r["runs"]) for r in rows}
    assert counted["A43", "as it is", "other", "1"] == ("1", "2")
    assert counted["A43", "as it is", "the book's", "2"] == ("1", "1")
    assert counted["A43", "rates doubled", "the book's", "1"] == ("0", "1")
    assert counted["ch05.mnist", "as it is", "other", "1"] == ("0", "0")
    assert robustness.held_again(rows) == {"A43": (3, 5)}
    assert next(row["lowest"] + " " + row["highest"] for row in rows if row["seeds"] == "other") == "0.991 0.992"
    assert robustness.failures(rows) == {
        "A43": ["other seeds: held on MNIST in 1 of 2", "rates doubled: held on MNIST in 0 of 1"]
    }
    both = robustness.rows_of([run(1, False), run(1, False, data="bundled digits"), run(0, False, torch="2.14")])
    assert robustness.failures(both)["A43"] == [
        "other seeds, PyTorch 2.9: held on MNIST in 0 of 1, on bundled digits in 0 of 1",
        "PyTorch 2.14: held on MNIST in 0 of 1",
    ]
    assert robustness.held_again(robustness.comparable(rows, {"A43"})) == {"A43": (2, 3)}


def test_results_of_other_code_are_left_out_and_replaced_when_measured_again():
    old = robustness.rows_of([run(0, True), run(0, True, torch="2.14")])
    assert robustness.current(old, {"05": "c2"}) == []
    new = robustness.merged(old, robustness.rows_of([run(0, False, code="c2")]))
    found = [(row["torch"], row["held"], row["code"]) for row in new if row["id"] == "A43"]
    assert found == [("2.14", "1", "c1"), ("2.9", "0", "c2")]


def test_the_table_is_read_as_it_was_written(tmp_path):
    assert robustness.read(tmp_path) == []
    (tmp_path / "publish" / "numbers").mkdir(parents=True)
    rows = robustness.rows_of([run(0, True), run(3, False)])
    robustness.write(tmp_path, rows)
    assert robustness.read(tmp_path) == rows
