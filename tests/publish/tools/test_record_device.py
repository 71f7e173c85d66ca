"""The recorder of devices: the record is whole or not written, and the message says what this machine has."""

import json
import os
import platform
import signal
import subprocess
import sys

import pytest
import torch

from lecture_utils.timing import PARTS, load_records
from publish.tools import record_device
from publish.tools.record_device import device, main, record


def command(*arguments):
    return [sys.executable, "-m", "publish.tools.record_device", *map(str, arguments)]


@pytest.mark.parametrize("name", ["gpu", "", "cpu:0", "cuda:x", "CUDA", None, 0])
def test_a_device_that_is_none_is_named(name):
    with pytest.raises(ValueError, match=rf"device: torch sees cpu.* on this machine, got {name!r}$"):
        device(name)


def test_the_message_says_which_devices_are_here(monkeypatch):
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match=r"torch sees cpu on this machine, got 'cuda'"):
        device("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert device("cuda") == torch.device("cuda") and device("cuda:1") == torch.device("cuda:1")
    with pytest.raises(ValueError, match=r"torch sees cpu, cuda, cuda:0, cuda:1 on this machine, got 'cuda:2'"):
        device("cuda:2")


def test_the_command_writes_a_whole_record(tmp_path):
    out = tmp_path / "me.json"
    arguments = command("--device", "cpu", "--threads", 1, "--quick", "--out", out)
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert "[1/2] width 16, batch 100: " in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["me.json"]
    [found] = load_records(tmp_path)
    assert found["device"]["type"] == "cpu" and found["device"]["threads"] == 1
    assert found["label"].endswith(", 1 thread") and found["software"]["torch"] == torch.__version__
    assert platform.node() not in out.read_text()
    assert len(found["first_steps"]) == 3 and all(seconds > 0 for seconds in found["first_steps"])
    assert [(case["width"], case["batch"]) for case in found["cases"]] == [(16, 100), (512, 100)]
    for case in found["cases"]:
        for part in ("total", *PARTS):
            time = case[part]
            # Seconds a call: all repeats together took at least as long as the middle one of each.
            assert 0 < time["median"] <= time["seconds"] and time["repeats"] >= 3 and time["iqr"] >= 0
        assert {loop["cold"] for loop in case["clock"]} == {True, False}
        assert all(0 < loop["stopped"] <= loop["finished"] for loop in case["clock"])


def test_the_command_says_what_is_wrong(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    for arguments, words in [
        (["--device", "cuda", "--out", str(tmp_path / "x.json")], "got 'cuda'"),
        (["--out", str(tmp_path / "nowhere" / "x.json")], "there is no folder"),
        (["--threads", "0", "--out", str(tmp_path / "x.json")], "--threads: expected at least 1"),
    ]:
        with pytest.raises(SystemExit):
            main(arguments)
        assert words in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_an_interrupt_leaves_no_file_and_the_old_record(tmp_path):
    out = tmp_path / "me.json"
    out.write_text("old")
    # A test run that was started in the background ignores the interrupt, and its children would inherit that.
    process = subprocess.Popen(
        command("--out", out, "--threads", 1),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    process.stdout.readline()  # the first case is measured
    process.send_signal(signal.SIGINT)
    _, error = process.communicate()
    assert process.returncode == 130 and "nothing was written" in error
    assert [path.name for path in tmp_path.iterdir()] == ["me.json"] and out.read_text() == "old"


def test_what_is_no_record_leaves_the_old_one(tmp_path, capsys):
    out = tmp_path / "me.json"
    out.write_text("old")
    with pytest.raises(SystemExit):
        main(["--quick", "--limit", "-1", "--out", str(out)])  # no case is measured
    assert "cases: expected" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["me.json"] and out.read_text() == "old"


def test_time_runs_out_and_says_so():
    lines = []
    found = record("cpu", cases=[(16, 100), (32, 100)], seconds=0.001, limit=-1, show=lines.append)
    assert not found["cases"] and len(found["left_out"]) == 2
    assert "left out, the time is up" in lines[0]
    json.dumps(found)


@pytest.mark.parametrize("message", ["DefaultCPUAllocator: can't allocate memory", "mat1 and mat2 shapes"])
def test_a_case_that_needs_too_much_memory_is_left_out_and_other_errors_are_not_hidden(monkeypatch, message):
    def fails(*_, **__):
        raise RuntimeError(message)

    monkeypatch.setattr(record_device, "time_step", fails)
    if "memory" not in message:
        with pytest.raises(RuntimeError, match="mat1"):
            record("cpu", cases=[(16, 100)], show=lambda line: None)
        return
    found = record("cpu", cases=[(16, 100)], show=lambda line: None)
    assert found["left_out"] == [{"width": 16, "batch": 100, "why": "not enough memory"}]
