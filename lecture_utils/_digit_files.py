"""Where `lecture_utils.data` gets pictures of digits from, and how it reads them.

`from_folder`, `from_archive`, `from_download` and `bundled` each go through the pictures of one source, as a part, a
digit, a file name and the bytes of a PNG file: ("training", 3, "37912.png", b"..."). Content that is wrong is a
`DataError`; a disk that cannot be written to is an `OSError`, which the caller knows what to do about.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import urllib.request
import zlib
from gzip import BadGzipFile
from pathlib import Path

PARTS = ("training", "testing")
#: `content` of MNIST as it was published.
MNIST = "02129b6d738f01d8c7a5be9a44fe519453a217a4d6a45cef678313b1503e1f0e"
#: Seconds without an answer at first, and without a new byte later, after which a network counts as not there.
NO_ANSWER, STALLED = 5, 60


_URL = "https://s3.amazonaws.com/fast-ai-imageclas/mnist_png.tgz"
# By itself fastai's download would wait without an end.
_DOWNLOAD = """
import functools, sys
import fastdownload.core as core
from fastai.data.external import URLs, untar_data
core.download_url = functools.partial(core.download_url, timeout=float(sys.argv[2]), show_progress=False)
untar_data(URLs.MNIST, base=sys.argv[1])
"""
_IN_LAYOUT = re.compile(r"(?<![^/])(training|testing)/([0-9])/([^/\\:.][^/\\:]*\.(?i:png))$")


class DataError(RuntimeError):
    """There is no data, or not what was expected; the message names the file or folder and says what to do."""


def from_folder(folder, label):
    """The pictures in a folder: training/3/37912.png, and so on. `label` is how an error names it."""
    with _readable(label):
        for part, digit, entry in _entries(folder):
            yield part, digit, entry.name, Path(entry).read_bytes()


def folder_state(folder, label):
    """A hash of the names, sizes and times of all pictures: it changes whenever one of them does."""
    state = hashlib.sha256()
    with _readable(label):
        for part, digit, entry in _entries(folder):
            file = entry.stat()
            state.update(os.fsencode(f"{part}/{digit}/{entry.name} {file.st_size} {file.st_mtime_ns}\0"))
    return state.hexdigest()


def _entries(folder):
    for part in PARTS:
        for digit in range(10):
            place = folder / part / str(digit)
            for entry in sorted(os.scandir(place), key=lambda entry: entry.name) if place.is_dir() else ():
                if entry.name.lower().endswith(".png") and not entry.name.startswith("."):
                    yield part, digit, entry


@contextlib.contextmanager
def _readable(label):
    try:
        yield
    except OSError as error:
        raise DataError(f"{label}: {error.filename} cannot be read ({error.strerror}); allow reading it") from error


def from_archive(path):
    """The pictures in a .tar.gz archive that holds training/<digit>/*.png and testing/<digit>/*.png at any depth.

    Raises
    ------
    DataError
        The archive is cut short or damaged, is no archive, or has a picture twice.
    """
    label, size, names = f"the archive {path}", path.stat().st_size, set()
    try:
        with tarfile.open(path, "r:gz") as tar:
            for member in tar:
                found = _IN_LAYOUT.search(member.name)
                if not (found and member.isfile()):  # a link, or a path that leads elsewhere, is never followed
                    continue
                if found[0] in names:
                    raise DataError(f"{label} has {found[0]} twice; make it again from one set of digits")
                names.add(found[0])
                yield found[1], int(found[2]), found[3], tar.extractfile(member).read()
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


def from_download(work):
    """The pictures that fastai's ``untar_data(URLs.MNIST)`` brings; its folder is then `work` / "pictures".

    Raises
    ------
    DataError
        There is no network, it stalls, or what came is not what fastai expects.
    """
    base = work / "fastai"
    try:  # first, because `import fastai` takes seconds
        urllib.request.urlopen(urllib.request.Request(_URL, method="HEAD"), timeout=NO_ANSWER).close()
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise DataError(f"MNIST could not be downloaded: s3.amazonaws.com cannot be reached ({reason})") from error
    print("Downloading MNIST, 15.7 MB ...", flush=True)
    # In a process of its own, which leaves neither fastai nor its settings in the reader's session.
    command = [sys.executable, "-c", _DOWNLOAD, base, str(STALLED)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    if done.returncode:
        said = (done.stderr.strip() or f"exit status {done.returncode}").splitlines()[-1]
        raise DataError(f"MNIST could not be downloaded: {said}")
    shutil.move(base / "data" / "mnist_png", work / "pictures")
    yield from from_archive(base / "archive" / "mnist_png.tgz")


def bundled():
    """The 1,797 digits that come with scikit-learn: 1,437 for training and 360 for testing.

    Each is enlarged from 8x8 to 28x28 by Pillow's bicubic filter, after its 17 levels of grey were spread over 0 to
    255. The parts and the order are those of ``train_test_split(..., test_size=360, random_state=0)``. As in MNIST, the
    name of a file is its place in that order.

    Source: E. Alpaydin and C. Kaynak (1998), https://doi.org/10.24432/C50P49, the test part.
    """
    import numpy as np
    from PIL import Image
    from sklearn.datasets import load_digits

    data = load_digits()
    shuffled = np.random.RandomState(0).permutation(len(data.target))
    grey = np.rint(data.images * (255 / 16)).astype(np.uint8)  # (1797, 8, 8)
    for place, i in enumerate([*shuffled[360:], *shuffled[:360]]):
        content = io.BytesIO()
        Image.fromarray(grey[i]).resize((28, 28), Image.Resampling.BICUBIC).save(content, "PNG")
        yield PARTS[0] if place < 1437 else PARTS[1], int(data.target[i]), f"{place}.png", content.getvalue()


def write(pictures, folder):
    """Write pictures as files, in the layout of fastai's MNIST."""
    for part, digit, name, content in pictures:
        place = folder / part / str(digit)
        place.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)


def read(pictures, label):
    """The pictures as arrays, in the order of their names, numbers by size: 2.png before 10.png.

    Returns
    -------
    list of numpy.ndarray
        Training images, uint8 (n, 1, 28, 28); training labels, int64 (n,); test images; test labels.
    """
    import numpy as np

    found = {part: [] for part in PARTS}
    for part, digit, name, content in pictures:
        stem = name[:-4]
        place = (0, int(stem), name) if stem.isascii() and stem.isdigit() else (1, 0, name)
        found[part].append((place, digit, _pixels(content, f"{label}: {part}/{digit}/{name}")))
    have = {(part, digit) for part in PARTS for _, digit, _ in found[part]}
    missing = [f"{part}/{digit}" for part in PARTS for digit in range(10) if (part, digit) not in have]
    if missing:
        raise DataError(
            f"{label} has no .png file in {', '.join(missing)}; complete it: in training and in testing, each of the "
            "folders 0 to 9 must hold some, as in fastai's MNIST"
        )
    arrays = []
    for part in PARTS:
        order = sorted(found[part], key=lambda picture: picture[:2])
        arrays.append(np.frombuffer(bytearray().join(pixels for *_, pixels in order), np.uint8).reshape(-1, 1, 28, 28))
        arrays.append(np.array([digit for _, digit, _ in order], np.int64))
    return arrays


def _pixels(content, label):
    """The 784 grey levels of a PNG file, row by row: bytes."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as file:
            found = f"{file.width} x {file.height} pixels of mode {file.mode!r}"
            if found == "28 x 28 pixels of mode 'L'":
                return file.tobytes()
    except (OSError, SyntaxError, ValueError) as error:
        raise DataError(f"{label} cannot be read as a PNG picture ({error}); replace it") from error
    raise DataError(f"{label} has {found}; save it with 28 x 28 pixels of mode 'L', grey of 8 bits")


def content(arrays):
    """What the digits are, whatever they came in: the sha256 of all pictures, in an order that names do not change.

    For training, and then for testing, the bytes are: the name of the part, and all pictures in the order of their own
    bytes, each as the byte of its label and its 784 grey levels row by row.
    """
    found = hashlib.sha256()
    for part, images, labels in zip(PARTS, arrays[::2], arrays[1::2], strict=True):
        found.update(part.encode())
        pictures = (bytes([label]) + image.tobytes() for image, label in zip(images, labels, strict=True))
        found.update(b"".join(sorted(pictures)))
    return found.hexdigest()
