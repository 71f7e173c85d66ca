"""The recorder of devices: the record is whole or not written, and the message says what this machine has."""

import platform

import pytest

from lecture_utils.timing import load_records
from publish.tools import record_device


@pytest.fixture
def out(tmp_path, monkeypatch):
    """A file that holds an old record, two small nets to measure, and no accelerator."""
    monkeypatch.setattr(record_device, "CASES", [(16, 100), (512, 100)])
    monkeypatch.setattr(record_device, "SECONDS", 0.01)
    monkeypatch.setattr(record_device, "devices", lambda: ["cpu"])
    (tmp_path / "me.json").write_text("old")
    return tmp_path / "me.json"


def test_the_command_writes_a_whole_record_that_names_no_machine(out, capsys):
    record_device.main(["--out", str(out)])
    assert "width 512, batch 100: " in capsys.readouterr().out
    [found] = load_records(out.parent)
    assert found["label"].endswith(", 1 thread") and found["device"]["type"] == "cpu"
    assert [(case["width"], case["batch"]) for case in found["cases"]] == [(16, 100), (512, 100)]
    assert all(0 < case["total"]["median"] <= case["total"]["seconds"] for case in found["cases"])
    assert [path.name for path in out.parent.iterdir()] == ["me.json"] and platform.node() not in out.read_text()


def fails(*_, **__):
    raise RuntimeError("DefaultCPUAllocator: can't allocate memory")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--device", "cuda"], "--device: invalid choice: 'cuda' (choose from"),
        (["--threads", "0"], "--threads: expected at least 1, got 0"),
        (["--out", "nowhere/x.json"], "--out: there is no folder nowhere"),
        ([], "device: 'cpu' has too little memory for width 16, batch 100"),
    ],
)
def test_what_is_wrong_is_said_in_a_line_and_leaves_the_old_record(out, capsys, monkeypatch, arguments, says):
    monkeypatch.setattr(record_device, "time_step", fails)
    with pytest.raises(SystemExit):
        record_device.main(["--out", str(out), *arguments])
    assert says in capsys.readouterr().err and out.read_text() == "old"
    assert [path.name for path in out.parent.iterdir()] == ["me.json"]
