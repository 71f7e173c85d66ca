"""Running pages: only what changed, all of it, and never a failure that looks like success."""

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from jupyter_cache import get_cache

from publish import execute, report
from publish.book import Book, environment_key
from publish.cache import Cache

TOC = {"format": "jb-book", "root": "intro", "chapters": [{"file": "chapters/01_one"}, {"file": "chapters/02_two"}]}
TEXT = "---\njupytext: {text_representation: {format_name: myst}}\nkernelspec: {name: python3}\n---\n# Hi\n"
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3"}, "language_info": {"name": "python"}}
START = "import sys; from pathlib import Path; from publish import execute, lock, book; b = book.Book(Path({!r}))"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A book of two tiny chapters in an empty folder."""
    monkeypatch.setenv("LECTURE_MNIST", "bundled")
    (tmp_path / "lecture_utils").mkdir()
    (tmp_path / "lecture_utils" / "helper.py").write_text("x = 1\n")
    (tmp_path / "requirements.txt").write_text("torch==2\n")
    (tmp_path / "chapters").mkdir()
    (tmp_path / "_toc.yml").write_text(json.dumps(TOC))
    (tmp_path / "intro.md").write_text(TEXT)
    write(tmp_path, "01_one", "print(1)")
    write(tmp_path, "02_two", "print(2)")
    return Book(tmp_path)


def write(root, name, *sources, text="words", **metadata):
    cells = [nbformat.v4.new_markdown_cell(text, id="text")]
    for number, source in enumerate(sources):
        cells.append(nbformat.v4.new_code_cell(source, id=f"code-{number}", metadata=metadata))
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), root / "chapters" / f"{name}.ipynb")


def run(book, capsys, jobs=2):
    """Run the book: the exit code, what ran, and all that was said."""
    code = execute.main(["--jobs", str(jobs)], book)
    said = capsys.readouterr().out
    return code, re.findall(r"^ran chapters/(\w+)|^ran (intro)", said, re.M), said


def names(found):
    return sorted(first or second for first, second in found)


def seal(book):
    """Take both pages as run, without running them."""
    cache = Cache(book)
    for page in book.pages():
        cache.keep(page, nbformat.read(page, as_version=4), 1.0, environment_key(book))
    return cache


def outdated(book):
    return [page.stem for page in Cache(book).outdated(book.pages(), environment_key(book))]


def background(book, *more):
    """A run of the book in a process of its own."""
    lines = [START.format(str(book.root)), *more, "sys.exit(execute.main(['--jobs', '2'], b))"]
    return subprocess.Popen(
        [sys.executable, "-c", "\n".join(lines)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "this took too long"
        time.sleep(0.05)
    return found


def kernel_of(book):
    """The kernel of a chapter that wrote its process number down and goes on for a minute."""
    file = book.root / "chapters" / "kernel"
    wait_for(lambda: file.exists() and file.read_text())
    return psutil.Process(int(file.read_text()))


ENDLESS = "import os, time; open('kernel', 'w').write(str(os.getpid()))", "time.sleep(60)"


# What is out of date


def test_a_second_run_does_nothing(book, capsys):
    code, ran, said = run(book, capsys)
    assert (code, names(ran)) == (0, ["01_one", "02_two"])
    assert "pages to run: 2 of 2" in said and "1 left" in said and "0 left" in said
    code, ran, said = run(book, capsys)
    assert (code, ran) == (0, []) and "nothing to run" in said


def test_prose_does_not_count_and_code_and_its_metadata_do(book):
    seal(book)
    assert outdated(book) == []
    write(book.root, "01_one", "print(1)", text="other words")
    assert outdated(book) == []
    write(book.root, "01_one", "print(11)")
    assert outdated(book) == ["01_one"]
    write(book.root, "01_one", "print(1)", tags=["hide-input"])
    assert outdated(book) == ["01_one"]


def test_helpers_and_requirements_count_but_not_their_comments(book):
    seal(book)
    helper = book.root / "lecture_utils" / "helper.py"
    helper.write_text('"""What it is for."""\nx = 1  # one\n')
    assert outdated(book) == []
    helper.write_text("x = 2\n")
    assert outdated(book) == ["01_one", "02_two"]
    helper.write_text("x = 1\n")
    assert outdated(book) == []
    (book.root / "lecture_utils" / "record.json").write_text("{}")
    assert outdated(book) == ["01_one", "02_two"]
    (book.root / "lecture_utils" / "record.json").unlink()
    (book.root / "requirements.txt").write_text("torch==3\n")
    assert outdated(book) == ["01_one", "02_two"]


def test_python_and_the_data_count(book, monkeypatch, tmp_path):
    seal(book)
    with monkeypatch.context() as change:
        change.setattr(sys, "version", "4.0")
        assert outdated(book) == ["01_one", "02_two"]
    archive = tmp_path / "digits.tgz"
    archive.write_bytes(b"one")
    monkeypatch.setenv("LECTURE_MNIST", str(archive))
    assert outdated(book) == ["01_one", "02_two"]
    seal(book)
    os.utime(archive, (1, 1))
    assert outdated(book) == []
    archive.write_bytes(b"two")
    assert outdated(book) == ["01_one", "02_two"]


def test_a_page_of_text_with_code_is_run_too(book, capsys):
    (book.root / "intro.md").write_text(TEXT + "```{code-cell} ipython3\n:tags: [hide-input]\n\nprint(0)\n```\n")
    assert names(run(book, capsys)[1]) == ["01_one", "02_two", "intro"]
    (book.root / "intro.md").write_text((book.root / "intro.md").read_text() + "\nMore words.\n")
    assert run(book, capsys)[1] == []


# Failures


def test_a_failed_page_is_named_with_its_cell_and_the_other_is_kept(book, capsys):
    write(book.root, "01_one", "print(1)", "def unlucky():\n    raise OSError('no luck')\nunlucky()")
    code, ran, said = run(book, capsys)
    assert code == 1 and names(ran) == ["02_two"]
    assert "FAILED chapters/01_one.ipynb" in said and "cell 'code-1'" in said
    assert "----> 3 unlucky()" in said and "OSError: no luck" in said and "\x1b" not in said
    assert said.rstrip().endswith("failed: chapters/01_one.ipynb")
    write(book.root, "01_one", "print('better')")
    code, ran, _ = run(book, capsys)
    assert code == 0 and names(ran) == ["01_one"]


def test_a_promised_error_that_does_not_come_is_a_failure(book, capsys):
    write(book.root, "01_one", "1 / 0", tags=["raises-exception"])
    write(book.root, "02_two", "1 / 1", tags=["raises-exception"])
    code, ran, said = run(book, capsys)
    assert code == 1 and names(ran) == ["01_one"]
    assert "cell 'code-0' is tagged raises-exception and did not raise" in said
    assert outdated(book) == ["02_two"]


def test_a_dead_kernel_and_an_unreadable_page_do_not_stop_the_others(book, capsys):
    write(book.root, "01_one", "import os; os.kill(os.getpid(), 9)")
    (book.root / "chapters" / "03_three.ipynb").write_text("{")
    (book.root / "_toc.yml").write_text(
        json.dumps(TOC | {"chapters": [*TOC["chapters"], {"file": "chapters/03_three"}]})
    )
    code, ran, said = run(book, capsys)
    assert code == 1 and names(ran) == ["02_two"]
    assert (
        "cell 'code-0': the kernel died (SIGKILL, as when memory runs out)" in said
        and "FAILED chapters/03_three.ipynb" in said
    )


def test_a_cell_that_never_ends_is_named(book, capsys):
    page = book.root / "chapters" / "01_one.ipynb"
    write(book.root, "01_one", "while True: pass")
    notebook = nbformat.read(page, as_version=4)
    notebook.metadata["execution"] = {"timeout": 1}
    nbformat.write(notebook, page)
    code, _, said = run(book, capsys)
    assert code == 1 and "cell 'code-0' took more than 1 seconds" in said


# Interruptions, faults of the cache, several builds


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_ended_run_leaves_no_kernel_and_keeps_what_ran(book, capsys, ending):
    write(book.root, "02_two", *ENDLESS)
    process = background(book)
    kernel = kernel_of(book)
    wait_for(lambda: outdated(book) == ["02_two"])
    process.send_signal(ending)
    said = process.communicate(timeout=60)[0]
    wait_for(lambda: not kernel.is_running() or kernel.status() == psutil.STATUS_ZOMBIE, 5)
    if ending != signal.SIGKILL:
        assert process.returncode == 128 + ending and f"Interrupted by {ending.name}" in said
    write(book.root, "02_two", "print(2)")
    code, ran, _ = run(book, capsys)
    assert code == 0 and names(ran) == ["02_two"]


def test_a_run_killed_while_it_writes_is_repaired(book, capsys):
    """jupyter-cache registers a page first and writes it then: end the process between the two."""
    seal(book)
    write(book.root, "02_two", "print(22)")
    process = background(book, "import os", "Path.write_text = lambda *a, **k: os._exit(9)")
    process.communicate(timeout=60)
    assert process.returncode == 9
    key = Cache(book).key(book.pages()[1])
    assert get_cache(book.cache).match_cache_notebook(nbformat.read(book.pages()[1], as_version=4)).hashkey == key
    assert outdated(book) == ["02_two"]
    code, ran, _ = run(book, capsys)
    assert code == 0 and names(ran) == ["02_two"]


@pytest.mark.parametrize("damage", ["cut", "missing", "seal", "foreign"])
def test_damaged_pages_run_again(book, damage):
    cache = seal(book)
    folder = book.cache / "executed" / cache.key(book.pages()[0])
    page = folder / "base.ipynb"
    if damage == "cut":
        page.write_bytes(page.read_bytes()[:-20])
    elif damage == "missing":
        page.unlink()
    elif damage == "seal":
        (folder / "seal.json").write_text("")
    else:
        (book.cache / "executed" / "abc").mkdir()
    cache = Cache(book)
    cache.repair()
    assert outdated(book) == ([] if damage == "foreign" else ["01_one"])
    assert len(list((book.cache / "executed").iterdir())) == (2 if damage == "foreign" else 1)


@pytest.mark.parametrize("content", [b"not a database" * 100, b"", None])
def test_a_damaged_database_is_made_anew(book, capsys, content):
    seal(book)
    if content is None:
        database = (book.cache / "global.db").read_bytes()
        content = database[: len(database) // 2]
    (book.cache / "global.db").write_bytes(content)
    code, ran, said = run(book, capsys)
    assert code == 0 and names(ran) == ["01_one", "02_two"]
    assert "damaged" in said


def test_a_full_disk_fails_the_page_and_spares_the_cache(book, capsys, monkeypatch):
    seal(book)
    write(book.root, "01_one", "print('x' * 100_000)")

    def full(*arguments, **options):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as change:
        change.setattr(os, "replace", full)
        code, _, said = run(book, capsys)
    assert code == 1 and "FAILED chapters/01_one.ipynb" in said and "No space left on device" in said
    assert outdated(book) == ["01_one"]
    assert names(run(book, capsys)[1]) == ["01_one"]


def test_a_page_too_large_for_the_disk_leaves_room_for_the_others(book, capsys):
    """No file may grow beyond 200 kB: the outputs of one page are larger."""
    write(book.root, "02_two", "print('x' * 400_000)")
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))"
    process = background(book, limit)
    said = process.communicate(timeout=60)[0]
    assert process.returncode == 1 and "FAILED chapters/02_two.ipynb" in said
    assert "its outputs could not be kept: [Errno 27] File too large" in said
    assert outdated(book) == ["02_two"] and len(list((book.cache / "executed").iterdir())) == 1
    assert names(run(book, capsys)[1]) == ["02_two"]


def test_two_builds_at_once_run_each_page_once(book):
    write(book.root, "01_one", "import time; open('runs', 'a').write('x'); time.sleep(1)")
    both = [background(book), background(book)]
    said = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert (book.root / "chapters" / "runs").read_text() == "x"
    waited = next(text for text in said if "Waiting" in text)
    holder = next(process.pid for process, text in zip(both, said, strict=True) if text is not waited)
    assert f"Waiting for process {holder}, since " in waited and "nothing to run" in waited


def test_a_command_under_the_lock_may_build_and_others_wait_for_all_it_started(book):
    start = START.format(str(book.root))
    nested = f"{start}\nwith lock.building(b): print('inside')"
    command = [sys.executable, "-c", f"{start}\nlock.main({[sys.executable, '-c', nested]!r}, b)"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60).stdout == "inside\n"
    command[-1] = f"{start}\nlock.main(['sh', '-c', 'sleep 1.5 & exit 0'], b)"
    begun = time.monotonic()
    subprocess.run(command, cwd=ROOT, timeout=20, check=True)
    waited = subprocess.run([sys.executable, "-c", nested], cwd=ROOT, capture_output=True, text=True, timeout=60).stdout
    assert "Waiting for process" in waited and time.monotonic() - begun > 1.5


CONFIG = """
title: A small book
only_build_toc_files: true
exclude_patterns: [_build]
execute: {execute_notebooks: cache}
sphinx: {local_extensions: {publish.extensions.fresh_cache: .}}
"""


def test_jupyter_book_by_itself_runs_what_is_out_of_date_and_shares_the_cache(book, capsys):
    (book.root / "_config.yml").write_text(CONFIG)
    (book.root / "lecture_utils" / "__init__.py").touch()
    shutil.copytree(ROOT / "publish", book.root / "publish", ignore=shutil.ignore_patterns("assets", "__pycache__"))
    shown = "import sys; sys.path.insert(0, '..'); from lecture_utils.helper import x; print('x is', x)"
    write(book.root, "01_one", shown, text="# One")
    write(book.root, "02_two", "1 / 1", text="# Two", tags=["raises-exception"])
    command = [Path(sys.executable).with_name("jupyter-book"), "build", str(book.root), "-W", "-n", "--keep-going"]
    built = subprocess.run(command, cwd=book.root, capture_output=True, text=True, timeout=300)
    assert (
        built.returncode and "cell 'code-0' is tagged raises-exception and did not raise" in built.stdout + built.stderr
    )
    assert outdated(book) == ["02_two"]  # what it ran need not run again
    write(book.root, "02_two", "print(2)", text="# Two")
    assert names(run(book, capsys)[1]) == ["02_two"]
    (book.root / "lecture_utils" / "helper.py").write_text("x = 2\n")
    page = book.build / "html" / "chapters" / "01_one.html"
    assert "x is 1" in page.read_text()
    subprocess.run(command, cwd=book.root, capture_output=True, timeout=300, check=True)
    assert "x is 2" in page.read_text()
    assert outdated(book) == []
    (book.root / "lecture_utils" / "helper.py").write_text("x = 3\n")
    assert names(run(book, capsys)[1]) == ["01_one", "02_two"]
    subprocess.run(command, cwd=book.root, capture_output=True, timeout=300, check=True)
    assert "x is 3" in page.read_text()


# Order and measurements


def test_the_longest_start_first(book):
    pages = book.pages()
    write(book.root, "03_new", "1")
    write(book.root, "04_says", "1", text="4 minutes to read · about 7 seconds to run.")
    pages += [book.root / "chapters" / "03_new.ipynb", book.root / "chapters" / "04_says.ipynb"]
    known = {"chapters/01_one.ipynb": {"seconds": 1.0}, "chapters/02_two.ipynb": {"seconds": 9.0}}
    order = [page.stem for page in execute.longest_first(pages, known, book.name)]
    assert order == ["03_new", "02_two", "04_says", "01_one"]


def test_pages_run_at_the_same_time_with_one_thread_each(book, capsys):
    meet = "import os, time; open({0!r}, 'w'); [time.sleep(0.05) for _ in range(200) if not os.path.exists({1!r})]"
    threads = "print('threads', os.environ['OMP_NUM_THREADS']); assert os.path.exists({1!r})"
    for one, other in (("01_one", "02_two"), ("02_two", "01_one")):
        write(book.root, one, meet.format(one, other), threads.format(one, other))
    code, _, said = run(book, capsys)
    assert code == 0, said
    assert "threads 1" in (book.cache / "executed" / Cache(book).key(book.pages()[0]) / "base.ipynb").read_text()


def test_the_report_shows_seconds_memory_and_slow_cells_and_marks_what_is_over(book, capsys, monkeypatch):
    write(book.root, "01_one", "import time; time.sleep(2)", "x = b'1' * 150_000_000; del x")
    assert run(book, capsys)[0] == 0
    figures = report.load(book)["pages"]["chapters/01_one.ipynb"]
    assert 150e6 < figures["peak"] < 350e6
    assert 2 < dict(figures["cells"])["code-0"] < figures["seconds"]
    monkeypatch.setattr(report, "BYTES", 150_000_000)
    assert report.main(book) == 0
    lines = capsys.readouterr().out.splitlines()
    (row,) = (line for line in lines if line.startswith("chapters/01_one.ipynb"))
    assert "over: takes 0.2 GB of memory, the budget is 0.15 GB" in row
    (row,) = (line for line in lines if line.startswith("chapters/02_two.ipynb"))
    assert "over" not in row
    slowest = lines[lines.index("slowest cells") + 1]
    assert slowest.endswith("chapters/01_one.ipynb  code-0")
    assert outdated(book) == []  # what was measured is not in the key


def test_damaged_measurements_are_measured_again(book, capsys):
    book.build.mkdir()
    for content in ("{", "[]", '{"pages": {"chapters/01_one.ipynb": {"seconds": 1}}}'):
        book.figures.write_text(content)
        assert report.load(book) == {"pages": {}, "run": None}
    assert report.main(book) == 1
    assert run(book, capsys)[0] == 0
    assert len(report.load(book)["pages"]) == 2
