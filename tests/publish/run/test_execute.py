"""Running chapters: only what changed, all of it, and never a failure that looks like success."""

import errno
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from publish import whole
from publish.book import environment_key, read
from publish.run import execute, kernel, warm
from publish.run.execute import in_order, main

ROOT = Path(__file__).resolve().parents[3]
BACKGROUND = "import sys; from pathlib import Path; from publish.book import Book; from publish.run import execute; "
BACKGROUND += "from publish.run import warm; warm.PRELOADED = {!r}; "
BACKGROUND += "sys.exit(execute.main(['--jobs', '2'], Book(Path({!r}))))"


def background(book, preloaded="ipykernel.kernelapp", **env):
    """A run of the book in a process of its own; these chapters need no PyTorch."""
    command = [sys.executable, "-c", BACKGROUND.format(preloaded, str(book.root))]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ | env
    )


def test_the_contents_give_chapters_in_order_and_skip_links(book):
    assert [path.stem for path in book.chapters()] == ["01_one", "02_two"]
    assert [name for _, name in book.documents()] == ["intro", "chapters/01_one", "chapters/02_two"]


def test_two_workers_end_together():
    """Of 3, 3, 2, 2 and 2 seconds the longest first would take 7; one chapter says nothing and counts as the budget."""
    words = ["3 seconds to run", "about 3 seconds to run", *["2 seconds to run"] * 3]
    chapters = [(text, new_notebook(cells=[new_markdown_cell(text)])) for text in words]
    busy = [0, 0]
    for text, _ in in_order(chapters, 2):
        busy[busy.index(min(busy))] += int(re.search(r"\d", text)[0])
    assert busy == [6, 6]
    chapters.append(("", new_notebook(cells=[new_markdown_cell("No word of it.")])))
    assert in_order(chapters, 2)[0][0] == "" and in_order([], 2) == []


def test_prose_and_looks_do_not_count_and_code_and_promised_errors_do(run, chapter, printed):
    assert run()[:2] == (0, ["01_one", "02_two"]) and printed("01_one") == "1\n"
    assert run()[1] == []
    chapter("01_one", "print(1)", text="other words")
    assert run()[1] == []
    chapter("01_one", "print(10)")
    assert run()[1] == ["01_one"] and printed("01_one") == "10\n"
    chapter("01_one", "print(1)")
    assert run()[1] == [], "what ran before is still known"
    chapter("02_two", "print(2)", tags=["draw"])
    assert run()[1] == []
    chapter("02_two", "print(2)\n1 / 0", tags=["raises-exception"])
    assert run()[1] == ["02_two"]


def test_helpers_requirements_python_and_data_count_but_not_words_or_litter(book, monkeypatch):
    key, helper = environment_key(book, "bundled"), book.root / "lecture_utils" / "helper.py"
    helper.write_text('"""Says more."""\n\nx = 1  # one\n')
    for litter in (".DS_Store", "helper.py~", ".helper.py.swp", ".#helper.py", "figure.mjs"):
        (helper.parent / litter).write_text("x")
    assert environment_key(book, "bundled") == key
    helper.write_text("x = 2\n")
    changed = environment_key(book, "bundled")
    (book.root / "requirements.txt").write_text("torch==3\n")
    keys = [key, changed, environment_key(book, "bundled"), environment_key(book, "MNIST:0")]
    monkeypatch.setattr(sys, "version", "4.0")
    assert len({*keys, environment_key(book, "bundled")}) == 5


def test_exercises_and_settings_of_figures_count_for_the_chapter_that_has_them(book, chapter, run):
    chapter("01_one", "x = 'check(\"1.1\")'")
    chapter("02_two", "x = 'show(\"wave\")'")
    for name in ("exercises/ch01.py", "exercises/ch11.py", "moving/wave.json"):
        path = book.root / "lecture_utils" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("1")
    assert run()[:2] == (0, ["01_one", "02_two"])
    for name, ran in (("exercises/ch01.py", ["01_one"]), ("exercises/ch11.py", []), ("moving/wave.json", ["02_two"])):
        (book.root / "lecture_utils" / name).write_text("2")
        assert run()[:2] == (0, ran), name


WRONG = [
    ("1 / 0", {}, "ZeroDivisionError"),
    ("import os; os.kill(os.getpid(), 9)", {}, "the kernel died (SIGKILL, as when memory runs out)"),
    ("1", {"tags": ["raises-exception"]}, "is tagged raises-exception and did not raise"),
    ("1", {"mystnb": {"image": {"alt": "a line"}}}, "describes a figure and shows none"),
    ("import sys; print('beware', file=sys.stderr)", {}, "beware"),
    ("import warnings; warnings.warn('beware')", {}, "beware"),
]


def test_what_is_wrong_fails_the_chapter_alone_and_is_not_kept(book, run, chapter, printed):
    names = [f"{number}_wrong" for number in range(10, 10 + len(WRONG))]
    for name, (source, metadata, _) in zip(names, WRONG, strict=True):
        chapter(name, source, **metadata)
    chapters = [{"file": f"chapters/{name}"} for name in (*names, "02_two")]
    (book.root / "_toc.yml").write_text(json.dumps({"format": "jb-book", "root": "intro", "chapters": chapters}))
    for ran in (["02_two"], []):  # and again: what was refused once is not taken the next time
        code, done, said = run()
        assert code == 1 and done == ran
        for name, (*_, says) in zip(names, WRONG, strict=True):
            its = said.partition(f"FAILED chapters/{name}.ipynb")[2].partition("FAILED")[0]
            assert says in its and "'code-0'" in its and printed(name) is None
    assert printed("02_two") == "2\n"


def test_a_file_that_is_no_notebook_does_not_stop_the_others(book, run, printed):
    (book.root / "chapters" / "01_one.ipynb").write_text("{")
    code, _, said = run()
    assert code == 1 and "chapters/01_one.ipynb: 01_one.ipynb is no notebook" in said and printed("02_two") == "2\n"


def test_a_notebook_without_cell_ids_gets_some(book, run, printed):
    path = book.root / "chapters" / "01_one.ipynb"
    content = json.loads(path.read_text())
    content["nbformat_minor"] = 0
    for cell in content["cells"]:
        del cell["id"]
    path.write_text(json.dumps(content))
    assert run()[0] == 0 and printed("01_one") == "1\n"
    assert [cell.id for cell in read(path).cells] == ["cell-0", "cell-1"]


def test_a_cell_that_never_ends_is_named(book, chapter):
    chapter("01_one", "while True: pass")
    path = book.chapters()[0]
    notebook = read(path)
    notebook.metadata["execution"] = {"timeout": 1}
    error = kernel.execute(notebook, path.parent, dict(os.environ), path.with_suffix(".log"))
    assert error == "cell 'code-0' took more than 1 seconds"


# One chapter alone runs in a fresh Python, two in copies of a process.
@pytest.mark.parametrize(
    ("ending", "alone"),
    [(signal.SIGINT, True), (signal.SIGTERM, False), (signal.SIGKILL, True), (signal.SIGKILL, False)],
)
def test_an_ended_run_leaves_no_kernel_and_keeps_what_ran(book, run, chapter, printed, tmp_path, ending, alone):
    mark = tmp_path / "processes"
    waits = "import os, pathlib, subprocess, time; child = subprocess.Popen(['sleep', '600']); "
    waits += f"pathlib.Path({str(mark)!r}).write_text(f'{{os.getpid()}} {{child.pid}}'); time.sleep(600)"
    if alone:
        run()
    chapter("02_two", waits)
    process = background(book)
    while not (printed("01_one") and mark.exists() and len(mark.read_text().split()) == 2):
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.05)
    its_kernel, child = map(psutil.Process, map(int, mark.read_text().split()))
    process.send_signal(ending)
    assert process.wait() != 0 and printed("01_one") == "1\n" and printed("02_two") is None
    ends = [its_kernel] if ending == signal.SIGKILL else [its_kernel, child]
    assert not [one for one in psutil.wait_procs(ends, timeout=30)[1] if one.status() != psutil.STATUS_ZOMBIE]
    if ending == signal.SIGKILL:
        child.kill()


def test_a_damaged_file_runs_again(book, run):
    run()
    for file in (book.build / "executed").rglob("*.ipynb"):
        file.write_text(file.read_text()[:-40])
    assert run()[1] == ["01_one", "02_two"]


def test_a_full_disk_fails_the_chapter_and_leaves_nothing_half_written(book, run, printed, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(whole.os, "replace", full)
        code, ran, said = run()
    assert code == 1 and ran == [] and "could not be kept: [Errno 28] No space left" in said
    assert not list((book.build / "executed").rglob("*.part")) and run()[1] == ["01_one", "02_two"]


def test_two_builds_at_once_run_each_chapter_once_also_with_a_very_long_temporary_folder(book, tmp_path):
    folder = tmp_path / ("x" * 100)
    folder.mkdir()
    both = [background(book, TMPDIR=str(folder)), background(book, TMPDIR=str(folder))]
    said = "".join(process.communicate()[0] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert said.count("ran chapters/") == 2 and "nothing to run" in said


def test_the_callers_settings_do_not_reach_chapters(run, chapter, printed, executed, monkeypatch, tmp_path):
    (tmp_path / "matplotlibrc").write_text("lines.linestyle: --\n")
    profile = tmp_path / "ipython" / "profile_default"
    profile.mkdir(parents=True)
    (profile / "ipython_config.py").write_text("c.InteractiveShell.ast_node_interactivity = 'all'\n")
    monkeypatch.setenv("MATPLOTLIBRC", str(tmp_path / "matplotlibrc"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.setenv("PYTHONIOENCODING", "cp949")
    look = "import matplotlib, os\nprint(matplotlib.rcParams['lines.linestyle'], matplotlib.get_backend(), '✓')"
    chapter("01_one", look)
    chapter("02_two", "print(3, flush=True)\nprint(4, flush=True)\n1\n2")
    assert run()[0] == 0
    assert printed("01_one").split() == ["-", "module://matplotlib_inline.backend_inline", "✓"]
    stream, shown = executed("02_two").cells[1].outputs  # what is printed is one output, however it arrived
    assert (stream.text, shown.data["text/plain"]) == ("3\n4\n", "2")


@pytest.mark.parametrize(("quota", "jobs"), [("150000 100000", 1), ("max 100000", None), ("50000 100000", 1)])
def test_a_container_with_less_time_than_cores_runs_fewer_at_once(quota, jobs, monkeypatch, tmp_path):
    (tmp_path / "cpu.max").write_text(f"{quota}\n")
    monkeypatch.setattr(execute, "QUOTA", tmp_path / "none")
    unlimited = execute.cores()
    monkeypatch.setattr(execute, "QUOTA", tmp_path / "cpu.max")
    assert execute.cores() == (jobs or unlimited)


def test_kernels_start_with_libraries_imported_and_are_each_their_own(book, chapter, printed):
    look = "import sys, os, multiprocessing\nprint('torch' in sys.modules, 'x' in globals(), os.getcwd()[-8:]); x = 1\n"
    look += "print(multiprocessing.get_start_method(allow_none=True), os.environ['OMP_NUM_THREADS'])"
    chapter("01_one", look)
    chapter("02_two", look + "\n")
    assert background(book, warm.PRELOADED).wait() == 0
    expected = f"{sys.platform == 'linux'} False chapters\n"
    assert printed("01_one").startswith(expected) and printed("02_two").startswith(expected)
    assert printed("01_one").split()[-1] == "1"


def test_the_report_shows_time_memory_and_slow_cells(run, chapter):
    chapter("01_one", "numbers = list(range(10**6)); print(sum(numbers))")
    run()
    code, _, said = run("--report")
    assert code == 0 and "01_one.ipynb" in said and "MB" in said and "code-0" in said
    chapter("01_one", "print(3)")
    assert "has not run as it is now" in run("--report")[2]


def test_digits_that_are_not_there_end_the_run_with_a_line(run, monkeypatch):
    monkeypatch.setenv("LECTURE_MNIST", "/nowhere/m.tgz")
    code, ran, said = run()
    assert (code, ran) == (1, []) and re.fullmatch(r"FAILED LECTURE_MNIST names /nowhere/m\.tgz, .*\n", said)


def test_a_wrong_number_of_jobs_is_named(book, capsys):
    with pytest.raises(SystemExit):
        main(["--jobs", "0"], book)
    assert "--jobs: expected at least 1, got 0" in capsys.readouterr().err
