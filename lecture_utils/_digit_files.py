"""Where `lecture_utils.data` gets pictures of digits from, and how it reads them.

A set of digits is a folder with the layout of fastai's MNIST: ``training/3/37912.png``, ``testing/7/60000.png``, and so
on. `unpack`, `download` and `draw_bundled` each make such a folder; `scan` and `read` work on any. Content that is
wrong is a `DataError`; a disk that cannot be written to is an `OSError`, which the caller knows what to do about.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import shutil
import subprocess
import sys
import tarfile
import time
import zlib
from gzip import BadGzipFile
from pathlib import Path, PurePosixPath, PureWindowsPath

import numpy as np
import torch
from PIL import Image

PARTS = ("training", "testing")
_FOLDERS = [(part, digit) for part in PARTS for digit in range(10)]
#: How often each digit stands in MNIST, from 0 to 9, in training and in testing.
MNIST_COUNTS = (
    [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
    [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
)
# The size that fastai's checks ask of the download; the host is tried first, because `import fastai` takes seconds.
DOWNLOAD_BYTES = 15_683_414
NO_ANSWER, STALLED = 5.0, 60.0  # seconds without an answer, seconds without a new byte
# fastai downloads in a process of its own: that one can be stopped when the network hangs, prints its bar where no page
# shows it, and leaves neither fastai nor settings of fastai in the reader's session.
DOWNLOAD_CODE = """
import pathlib, sys, urllib.request
url = "https://s3.amazonaws.com/fast-ai-imageclas/mnist_png.tgz"
try:
    urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=4).close()
except OSError as error:
    sys.exit(f"s3.amazonaws.com cannot be reached ({getattr(error, 'reason', error)})")
pathlib.Path(sys.argv[1], "answered").touch()
from fastai.data.external import URLs, untar_data
untar_data(URLs.MNIST, base=sys.argv[1])
"""


class DataError(RuntimeError):
    """There is no data, or not what was expected; the message names the file or folder and says what to do."""


def unpack(archive, folder):
    """Make `folder` from a .tar.gz archive that holds training/<digit>/*.png and testing/<digit>/*.png at any depth.

    Raises
    ------
    DataError
        The archive is cut short or damaged, is no archive, or has a member that could end up outside of the folder.
    """
    label, size, names = f"the archive {archive}", archive.stat().st_size, set()
    _make_folders(folder)
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for member in tar:
                if _is_outside(member.name):
                    raise DataError(f"{label} has a member that points outside, {member.name!r}; {_NOT_TRUSTED}")
                if not (member.isfile() or member.isdir()):
                    raise DataError(f"{label} has a member that is a link or a device, {member.name!r}; {_NOT_TRUSTED}")
                parts = PurePosixPath(member.name).parts
                if member.isdir() or not _in_layout(parts):
                    continue
                name = "/".join(parts[-3:])
                if name in names:
                    raise DataError(f"{label} has {name} twice; make it again from one set of digits")
                names.add(name)
                content = tar.extractfile(member).read()
                (folder / name).write_bytes(content)
            while tar.fileobj.read(2**20):  # to the very end, where the check sum stands
                pass
    except EOFError as error:
        raise DataError(
            f"{label} is cut short: it ends in the middle, after {size:,} bytes and {len(names):,} pictures; "
            "copy or download it again"
        ) from error
    except (tarfile.TarError, zlib.error, BadGzipFile) as error:
        raise DataError(
            f"{label}, {size:,} bytes, is no .tar.gz archive, or it is damaged ({error}); copy or download it again"
        ) from error


_NOT_TRUSTED = "nothing of it was kept; take an archive from a source that you trust"


def _is_outside(name):
    paths = PurePosixPath(name), PureWindowsPath(name)
    return any(path.anchor or ".." in path.parts for path in paths)


def _make_folders(folder):
    for part, digit in _FOLDERS:
        (folder / part / str(digit)).mkdir(parents=True)


def _in_layout(parts):
    return len(parts) >= 3 and parts[-3] in PARTS and parts[-2] in set("0123456789") and _is_picture(parts[-1])


def _is_picture(name):
    return name.lower().endswith(".png") and not name.startswith(".")


def download(folder):
    """Make `folder` by fastai's ``untar_data(URLs.MNIST)``, which checks size and hash; prints how far it is.

    Raises
    ------
    DataError
        There is no network, it stalls, or what came is not what fastai expects.
    """
    work = folder.parent / "fastai"
    work.mkdir(parents=True)
    log = work / "log"
    with log.open("w") as stderr:
        child = subprocess.Popen(
            [sys.executable, "-c", DOWNLOAD_CODE, work],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            env=os.environ | {"TMPDIR": str(work)},  # where fastai unpacks: the same disk, and cleaned up with it
        )
    try:
        problem = _watch(child, work)
    finally:
        child.kill()
        child.wait()
    if not problem and child.returncode:
        problem = (log.read_text(errors="replace").strip().splitlines() or [f"exit status {child.returncode}"])[-1]
    if problem:
        raise DataError(f"MNIST could not be downloaded: {problem}")
    os.replace(work / "data" / "mnist_png", folder)
    shutil.rmtree(work)


def _watch(child, work):
    """Wait for the process that downloads, and show how far it is; return what is wrong with the network, or None."""
    answered, size, percent, heard = False, 0, 0, time.monotonic()
    try:
        while child.poll() is None:
            time.sleep(0.05)
            if not answered and (work / "answered").exists():
                answered = True
                print(f"Downloading MNIST, {DOWNLOAD_BYTES / 1e6:.1f} MB:", end="", flush=True)
            before = size
            with contextlib.suppress(FileNotFoundError):  # renamed just now
                size = sum(path.stat().st_size for path in work.glob("archive/*.tgz*"))
            if size > before or size >= DOWNLOAD_BYTES:  # when all is there, it is unpacked, which may take its time
                heard = time.monotonic()
            while percent + 10 <= 100 * size / DOWNLOAD_BYTES:
                percent += 10
                print(f" {percent}%", end="", flush=True)
            if answered and time.monotonic() - heard > STALLED:
                return f"no new byte for {STALLED:.0f} seconds, after {size:,} of {DOWNLOAD_BYTES:,}"
            if not answered and time.monotonic() - heard > NO_ANSWER:
                return f"no answer from s3.amazonaws.com for {NO_ANSWER:.0f} seconds"
    finally:
        print(end="\n" if answered else "")
    return None


def draw_bundled(folder):
    """Make `folder` from the 1,797 digits that come with scikit-learn: 1,437 for training and 360 for testing.

    Each is enlarged from 8x8 to 28x28 by Pillow's bicubic filter, after its 17 levels of grey were spread over 0 to
    255. The parts and the order are those of ``train_test_split(..., test_size=360, random_state=0)``. As in MNIST, the
    name of a file is its place in that order.

    Source: E. Alpaydin and C. Kaynak (1998), https://doi.org/10.24432/C50P49, the test part.
    """
    from sklearn.datasets import load_digits

    data = load_digits()
    shuffled = np.random.RandomState(0).permutation(len(data.target))
    grey = np.rint(data.images * (255 / 16)).astype(np.uint8)  # (1797, 8, 8)
    _make_folders(folder)
    for name, i in enumerate([*shuffled[360:], *shuffled[:360]]):
        part = PARTS[0] if name < 1437 else PARTS[1]
        picture = Image.fromarray(grey[i]).resize((28, 28), Image.Resampling.BICUBIC)
        picture.save(folder / part / str(data.target[i]) / f"{name}.png")


def scan(folder, label):
    """What lies in `folder`: the PNG files, and a fingerprint that changes whenever one of them does.

    Returns
    -------
    files : dict
        From ("training", 3) and so on to the sorted list of file names; empty where none is there.
    fingerprint : str
        A hash of the names, sizes and times of all files: it notices a file that was added, removed, renamed, replaced
        or written to, but not one whose time was set back afterwards.
    """
    files, fingerprint = {}, hashlib.sha256()
    for part, digit in _FOLDERS:
        states = []
        try:
            with os.scandir(folder / part / str(digit)) as entries:
                for entry in entries:
                    if _is_picture(entry.name):
                        state = entry.stat()
                        states.append((entry.name, f"{state.st_size} {state.st_mtime_ns}"))
        except (FileNotFoundError, NotADirectoryError):
            pass
        except OSError as error:
            raise DataError(f"{label}: {part}/{digit} cannot be read ({error.strerror}); allow reading it") from error
        states.sort()
        files[part, digit] = [name for name, _ in states]
        fingerprint.update("\0".join(itertools.chain((part, str(digit)), *states)).encode(errors="surrogateescape"))
    return files, fingerprint.hexdigest()


def read(folder, files, label):
    """The pictures as tensors, in the order of their names, numbers by size: 2.png before 10.png.

    Parameters
    ----------
    folder, files
        The folder and what `scan` found there.
    label : str
        How an error names the folder.

    Returns
    -------
    list of torch.Tensor
        Training images, uint8 (n, 1, 28, 28); training labels, int64 (n,); test images; test labels.
    """
    missing = [f"{part}/{digit}" for (part, digit), names in files.items() if not names]
    if missing:
        raise DataError(
            f"{label} has no .png file in {', '.join(missing)}; complete it: in training and in testing, each of the "
            "folders 0 to 9 must hold some, as in fastai's MNIST"
        )
    tensors = []
    for part in PARTS:
        order = sorted((_place(name), digit) for digit in range(10) for name in files[part, digit])
        pictures = [_picture(folder, f"{part}/{digit}/{name}", label) for (*_, name), digit in order]
        tensors.append(torch.from_numpy(np.stack(pictures)[:, None]))  # (n, 1, 28, 28)
        tensors.append(torch.tensor([digit for _, digit in order]))
    return tensors


def _place(name):
    stem = name[:-4]
    return (0, int(stem), name) if stem.isascii() and stem.isdigit() else (1, 0, name)


def _picture(folder, name, label):
    try:
        with Image.open(Path(folder, name), formats=["PNG"]) as file:
            found = f"{file.width} x {file.height} pixels of mode {file.mode!r}"
            if found == "28 x 28 pixels of mode 'L'":
                return np.asarray(file)  # (28, 28)
    except (OSError, SyntaxError, ValueError) as error:
        raise DataError(f"{label}: {name} cannot be read as a PNG picture ({error}); replace it") from error
    raise DataError(f"{label}: {name} has {found}; save it with 28 x 28 pixels of mode 'L', grey of 8 bits")


def is_mnist(train_labels, test_labels):
    """Whether the labels are as many, digit by digit, as those of MNIST."""
    found = [labels.bincount(minlength=10).tolist() for labels in (train_labels, test_labels)]
    return found == list(MNIST_COUNTS)
