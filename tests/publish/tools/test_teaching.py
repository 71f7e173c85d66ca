"""The page for teachers names commands that are there; the files for Binder install what chapters need."""

import os
import re
import subprocess

from publish.book import ROOT

TEXT = (ROOT / "chapters" / "teaching.md").read_text(encoding="utf-8")
BINDER = ROOT / ".binder"


def test_every_command_of_the_page_is_one_of_the_makefile():
    targets = set(re.findall(r"(?m)^([a-z-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8")))
    code = re.findall(r"(?m)`[^`]+`|^    .*$", TEXT)
    commands = set(re.findall(r"\bmake ([a-z-]+)", " ".join(code)))
    assert {"slides", "assignment", "address", "drop-chapter", "new-chapter", "test"} <= commands <= targets
    assert all((ROOT / name).exists() for name in re.findall(r"`([\w./-]+\.(?:md|yml))`", TEXT))


def test_the_files_for_binder_are_whole():
    build = BINDER / "postBuild"
    assert os.access(build, os.X_OK)
    assert subprocess.run(["bash", "-n", build]).returncode == 0
    assert re.fullmatch(r"python-3\.1[123]\n", (BINDER / "runtime.txt").read_text())
    assert "graphviz" in (BINDER / "apt.txt").read_text().split()
    assert "uv" in (BINDER / "requirements.txt").read_text().split()
