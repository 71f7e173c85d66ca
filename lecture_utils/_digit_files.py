"""Where `lecture_utils.data` gets pictures of digits from, and how it reads them.

`unpack`, `download` and `bundled` each lay the pictures of one source into a new folder, as fastai's MNIST has them:
training/3/37912.png. `read` makes arrays of such a folder. Content that is wrong is a `DataError`; a disk that cannot
be written to is an `OSError`, which the caller knows what to do about.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import urllib.request
import zlib

PARTS = ("training", "testing")
#: The sha256 of MNIST as it was published (see `identity`).
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
print(untar_data(URLs.MNIST, base=sys.argv[1]))
"""
_IN_LAYOUT = re.compile(r"(?<![^/])(training|testing)/([0-9])/([^/\\:.][^/\\:]*\.png)$")


class DataError(RuntimeError):
    """There is no data, or not what was expected; the message names the file or folder and says what to do."""


def unpack(archive, folder):
    """Lay the pictures of a .tar.gz archive, where training/ and testing/ may lie at any depth, into a new folder."""
    label = f"the archive {archive}"
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for member in tar:
                found = _IN_LAYOUT.search(member.name)
                if found and member.isfile():  # a link, or a path that leads elsewhere, is never followed
                    path = folder / found[0]
                    path.parent.mkdir(parents=True, exist_ok=True)
                    with path.open("xb") as file:
                        file.write(tar.extractfile(member).read())
            while tar.fileobj.read(2**20):  # to the very end, where the check sum stands
                pass
    except FileExistsError as error:
        raise DataError(f"{label} has {found[0]} twice; make it again from one set of digits") from error
    except (EOFError, tarfile.TarError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(
            f"{label}, {archive.stat().st_size:,} bytes, is cut short or damaged, or no .tar.gz archive ({error}); "
            "copy or download it again"
        ) from error


def download(folder):
    """Let fastai's ``untar_data(URLs.MNIST)`` bring the pictures into a new folder."""
    try:  # first, because `import fastai` takes seconds
        urllib.request.urlopen(urllib.request.Request(_URL, method="HEAD"), timeout=NO_ANSWER).close()
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise DataError(f"MNIST could not be downloaded: s3.amazonaws.com cannot be reached ({reason})") from error
    print("Downloading MNIST, 15.7 MB ...", flush=True)
    # In a process of its own, which leaves neither fastai nor its settings in the reader's session.
    command = [sys.executable, "-c", _DOWNLOAD, folder.with_name("fastai"), str(STALLED)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    if done.returncode:
        said = (done.stderr.strip() or f"exit status {done.returncode}").splitlines()[-1]
        raise DataError(f"MNIST could not be downloaded: {said}")
    shutil.move(done.stdout.strip().splitlines()[-1], folder)
    shutil.rmtree(folder.with_name("fastai"))


def bundled(folder):
    """Lay the 1,797 digits that come with scikit-learn into a new folder: 1,437 for training and 360 for testing.

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
        path = folder / PARTS[place >= 1437] / str(data.target[i]) / f"{place}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(grey[i]).resize((28, 28), Image.Resampling.BICUBIC).save(path)


def _pictures(folder, part):
    """The files of a part in the order of their numbers: 2.png before 10.png."""
    found = folder.glob(f"{part}/[0-9]/[!.]*.png")
    return sorted(found, key=lambda path: (len(path.stem), path.stem, path.parent.name))


def state(path, label):
    """A hash of an archive's bytes, or of a folder's place and the names, sizes and times of its pictures."""
    try:
        if not path.is_dir():
            with path.open("rb") as archive:
                return hashlib.file_digest(archive, "sha256").hexdigest()[:16]
        found = hashlib.sha256(os.fsencode(path))
        for part in PARTS:
            for picture in _pictures(path, part):
                file = picture.stat()
                found.update(os.fsencode(f"{picture} {file.st_size} {file.st_mtime_ns}\0"))
        return found.hexdigest()[:16]
    except OSError as error:
        raise DataError(f"{label} cannot be read ({error}); allow reading it") from error


def read(folder, label):
    """The pictures of a folder as arrays, in the order of their numbers.

    Returns
    -------
    list of numpy.ndarray
        Training images, uint8 (n, 1, 28, 28); training labels, int64 (n,); test images; test labels.
    """
    import numpy as np

    arrays = []
    for part in PARTS:
        pictures = _pictures(folder, part)
        labels = [int(path.parent.name) for path in pictures]
        missing = [f"{part}/{digit}" for digit in range(10) if digit not in labels]
        if missing:
            raise DataError(
                f"{label} has no .png file in {', '.join(missing)}; complete it: in training and in testing, each of "
                "the folders 0 to 9 must hold some, as in fastai's MNIST"
            )
        pixels = bytearray().join(_pixels(path, f"{label}: {path.relative_to(folder)}") for path in pictures)
        arrays += [np.frombuffer(pixels, np.uint8).reshape(-1, 1, 28, 28), np.array(labels, np.int64)]
    return arrays


def _pixels(path, label):
    """The 784 grey levels of a PNG file, row by row: bytes."""
    from PIL import Image

    try:
        with Image.open(path, formats=["PNG"]) as file:
            found = f"{file.width} x {file.height} pixels of mode {file.mode!r}"
            if found == "28 x 28 pixels of mode 'L'":
                return file.tobytes()
    except (OSError, SyntaxError, ValueError) as error:
        raise DataError(f"{label} cannot be read as a PNG picture ({error}); replace it") from error
    raise DataError(f"{label} has {found}; save it with 28 x 28 pixels of mode 'L', grey of 8 bits")


def identity(arrays):
    """What the digits are, whatever they came in: "MNIST:" or "digits:" and the start of a sha256.

    It does not depend on the names of files. For training, and then for testing, the bytes are: the name of the part,
    and all pictures in the order of their own bytes, each as the byte of its label and its 784 grey levels row by row.
    """
    found = hashlib.sha256()
    for part, images, labels in zip(PARTS, arrays[::2], arrays[1::2], strict=True):
        found.update(part.encode())
        rows = (bytes([label]) + image.tobytes() for image, label in zip(images, labels, strict=True))
        found.update(b"".join(sorted(rows)))
    content = found.hexdigest()
    return f"{'MNIST' if content == MNIST else 'digits'}:{content[:12]}"
