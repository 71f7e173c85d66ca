"""Kernels that start with libraries imported: otherwise they are kernels like any other."""

import sys

import nbformat
import psutil
import pytest
import test_execute
from test_execute import ENDLESS, ROOT, background, kernel_of, names, outdated, run, wait_for, write

from publish import warm
from publish.cache import Cache

book = test_execute.book
is_worth_it = warm.is_worth_it  # the tests replace it

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere kernels start one by one")
# Few libraries, so that the tests are quick.
WARM = "from publish import warm; warm.is_worth_it = lambda sources: True; warm.PRELOADED = 'matplotlib.pyplot'"


@pytest.fixture(autouse=True)
def warmed(monkeypatch):
    monkeypatch.setattr(warm, "is_worth_it", lambda sources: True)
    monkeypatch.setattr(warm, "PRELOADED", "matplotlib.pyplot")


def outputs(book, number):
    """The outputs of a chapter as text, in the order of its cells."""
    executed = nbformat.read(book.cache / "executed" / Cache(book).key(book.pages()[number]) / "base.ipynb", 4)
    return [output for cell in executed.cells if cell.cell_type == "code" for output in cell.outputs]


def test_pages_find_libraries_imported_and_a_kernel_of_their_own(book, capsys, monkeypatch):
    monkeypatch.setenv("OF_THIS_RUN", "yes")
    seen = "import os, sys; print('matplotlib.pyplot' in sys.modules, os.environ['OF_THIS_RUN'], os.getcwd())"
    write(book.root, "01_one", seen, "os.environ['LEFT'] = sys.left = 'behind'")
    write(book.root, "02_two", seen, "print(os.environ.get('LEFT'), hasattr(sys, 'left'), __name__)")
    code, ran, said = run(book, capsys, jobs=1)
    assert code == 0 and names(ran) == ["01_one", "02_two"], said
    folder = book.root / "chapters"
    assert outputs(book, 0)[0].text == f"True yes {folder}\n"
    assert "".join(o.text for o in outputs(book, 1)) == f"True yes {folder}\nNone False __main__\n"


def test_figures_and_sources_are_as_in_any_kernel(book, capsys):
    write(book.root, "01_one", "import matplotlib.pyplot as plt\nplt.plot([1, 2]);", "%pwd")
    source = "import inspect\ndef f():\n    return 1", "print(inspect.getsource(f))", "import multiprocessing as m"
    write(book.root, "02_two", *source, "print(m.get_start_method(), m.current_process().daemon)")
    assert run(book, capsys)[0] == 0
    figure, folder = outputs(book, 0)
    assert "image/png" in figure.data and folder.data["text/plain"] == repr(str(book.root / "chapters"))
    method = "fork" if sys.version_info < (3, 14) else "forkserver"
    assert "".join(o.text for o in outputs(book, 1)) == f"def f():\n    return 1\n\n{method} False\n"


def test_a_dead_kernel_is_named_and_the_other_page_is_kept(book, capsys):
    write(book.root, "01_one", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    code, ran, said = run(book, capsys)
    assert code == 1 and names(ran) == ["02_two"]
    assert "cell 'code-0': the kernel died (SIGKILL, as when memory runs out)" in said


def test_an_error_is_named_with_its_cell(book, capsys):
    write(book.root, "01_one", "1 / 0")
    code, _, said = run(book, capsys)
    assert code == 1 and "cell 'code-0':" in said and "ZeroDivisionError" in said


@pytest.mark.parametrize("ending", ["terminate", "kill"])
def test_an_ended_run_leaves_no_kernel_and_no_child_of_one(book, ending):
    child = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
    write(book.root, "01_one", child, *ENDLESS)
    started = background(book, WARM)
    kernel = kernel_of(book)
    (of_kernel,) = kernel.children() if ending == "terminate" else (kernel,)
    getattr(started, ending)()
    assert started.wait(20) != 0
    for process in (kernel, of_kernel):
        wait_for(lambda one=process: not one.is_running() or one.status() == psutil.STATUS_ZOMBIE, 10)
    assert "01_one" in outdated(book)


def test_memory_and_computing_are_measured(book, capsys):
    from publish import report

    write(book.root, "01_one", "x = b'1' * 150_000_000; sum(range(20_000_000)); del x")
    assert run(book, capsys)[0] == 0
    figures = report.load(book)["pages"]["chapters/01_one.ipynb"]
    assert 150e6 < figures["peak"] < 450e6 and figures["cpu"] > 0.2


def test_it_is_for_several_pages_that_use_the_heavy_libraries():
    assert is_worth_it(["import torch", "import torch.nn"])
    assert not is_worth_it(["import torch", "print(1)"])


def test_what_it_imports_is_there_and_warns_of_nothing():
    import subprocess

    command = [sys.executable, "-c", "import sys, publish.preloaded; print('torch' in sys.modules)"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "True\n" and done.stderr == ""
