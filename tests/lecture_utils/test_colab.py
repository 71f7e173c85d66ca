"""A chapter runs where a reader opens it from the web: alone in an empty folder, without the repository."""

import json
import os
import re
import shutil
import subprocess
import sysconfig
import venv
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from publish.tools import address

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted((ROOT / "chapters").glob("[0-9]*.ipynb"))


def git(*arguments, **options):
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True, **options).stdout


@pytest.fixture(scope="module")
def colab(tmp_path_factory):
    """An environment that has the requirements but not the book; git finds the checkout at the book's address.

    The installed packages are shared with this test's own environment through a path file, which leaves out what is
    installed in editable form: lecture_utils.
    """
    folder = tmp_path_factory.mktemp("colab")
    venv.create(folder / "env", with_pip=True)
    python = folder / "env" / "bin" / "python"
    site = sysconfig.get_path("purelib", "venv", {"base": str(folder / "env")})
    (Path(site) / "shared.pth").write_text(sysconfig.get_path("purelib") + "\n")

    # What would be pushed: the tracked and new files as they are now, on the branch that the notebooks name.
    repository = folder / "repository"
    for name in git("ls-files", "--cached", "--others", "--exclude-standard", cwd=ROOT).splitlines():
        if (ROOT / name).is_file():
            (repository / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, repository / name)
    where = address.read()
    author = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    git("init", "-q", "-b", where.branch, cwd=repository)
    git("add", "-A", cwd=repository)
    git(*author, "commit", "-q", "-m", "as it is now", cwd=repository)

    environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    environment |= {
        "PATH": f"{python.parent}{os.pathsep}{environment['PATH']}",
        "LECTURE_MNIST": "bundled",
        "LECTURE_CACHE": str(folder / "cache"),
        "JUPYTER_PATH": str(folder / "env" / "share" / "jupyter"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{repository}.insteadOf",
        "GIT_CONFIG_VALUE_0": where.url,
    }
    spec = {"argv": [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"], "display_name": "Python 3"}
    kernel = folder / "env" / "share" / "jupyter" / "kernels" / "python3" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    kernel.write_text(json.dumps(spec | {"language": "python"}))
    return python, environment, folder


def test_a_chapter_runs_alone_and_brings_every_file_of_the_package(colab, tmp_path):
    """The smallest file, which is the chapter on diagrams. Other chapters need the files, which are all there."""
    python, environment, folder = colab
    where = [python, "-c", "import lecture_utils; print(lecture_utils.__file__)"]
    found = subprocess.run(where, env=environment, cwd=folder, capture_output=True)
    assert b"ModuleNotFoundError" in found.stderr, "the environment does not have the book"
    chapter = min(CHAPTERS, key=lambda path: path.stat().st_size)
    shutil.copy(chapter, tmp_path)
    command = [python, "-m", "pytest", "--nbmake", chapter.name, "-q", "-p", "no:cacheprovider"]
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert result.returncode == 0 and "1 passed" in result.stdout, result.stdout[-3000:] + result.stderr[-1000:]
    found = subprocess.run(where, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
    package = Path(found.stdout.strip()).parent
    assert package.is_relative_to(Path(python).parent.parent), f"lecture_utils came from {package}"
    tracked = [ROOT / name for name in git("ls-files", "lecture_utils", cwd=ROOT).splitlines()]
    wanted = [path.relative_to(ROOT) for path in tracked if path.is_file() and path.suffix != ".md"]
    assert len(wanted) > 40 and [path for path in wanted if not (package.parent / path).is_file()] == []


def test_where_the_install_fails_one_sentence_says_so_and_the_next_cells_do_not_run(colab, tmp_path, monkeypatch):
    python, environment, _ = colab
    subprocess.run([python, "-m", "pip", "uninstall", "-q", "-y", "lecture-utils"], env=environment, check=True)
    # No network: every address of git is a folder that is not there, and nothing listens where packages come from.
    environment = environment | {
        "GIT_CONFIG_KEY_0": f"url.file://{tmp_path}/nothing.insteadOf",
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_RETRIES": "0",
    }
    notebook = nbformat.read(CHAPTERS[0], as_version=4)
    setup = next(cell for cell in notebook.cells if cell.id == "setup-colab")
    notebook.cells = [setup, nbformat.v4.new_code_cell("print('the next cell')")]
    monkeypatch.setenv("JUPYTER_PATH", environment["JUPYTER_PATH"])  # where the kernel of that environment is found
    with pytest.raises(CellExecutionError):
        NotebookClient(notebook, timeout=None, kernel_name="python3").execute(env=environment, cwd=tmp_path)
    first, second = [cell.outputs for cell in notebook.cells]
    [stop] = [output for output in first if output["output_type"] == "error"]
    assert stop["ename"] == "SystemExit"
    assert re.fullmatch(r"The book's package could not be installed\. .*\?.* Run this cell again.*", stop["evalue"])
    assert [output for output in first if output is not stop and output.get("name") != "stderr"] == []
    assert not any("git" in output.get("text", "") for output in first)
    assert second == []
