"""The data of the book: pictures of handwritten digits, and the employment data.

`digits` takes the first of these that is there, and prints which:

1. what the environment variable ``LECTURE_MNIST`` names: a folder, a .tar.gz archive, or the word ``bundled``;
2. MNIST in fastai's data folder;
3. MNIST, downloaded by fastai;
4. where there is no network, the 1,797 digits that scikit-learn brings along.

Reading thousands of small files takes seconds, so the tensors are kept for next time: in the user's cache folder for
"lecture_utils", or where the environment variable ``LECTURE_CACHE`` says. All there can be deleted at any time. It is
made under another name, by one process at a time, and renamed when it is whole.
"""

from __future__ import annotations

import atexit
import configparser
import functools
import hashlib
import io
import os
import shutil
import tempfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import filelock
import platformdirs
import torch

from lecture_utils import _digit_files as digit_files
from lecture_utils._digit_files import DataError

# Raise it when what is kept changes its form: an older version's is then made again.
_FORM = "1"
_FOLDER = "digits"
_WAIT = 600  # seconds for another process that is making the same


@dataclass(frozen=True, eq=False)
class Digits:
    """Pictures of handwritten digits, as files and as tensors, in the same order.

    Attributes
    ----------
    folder : pathlib.Path
        Holds the PNG files in the layout of fastai's MNIST: training/3/37912.png, testing/7/60000.png.
    name : str
        "MNIST", "bundled digits", or "digits in NAME" for a folder or an archive of your own.
    train_images, test_images : torch.Tensor
        Grey levels, uint8 from 0 to 255, (n, 1, 28, 28), in the order of the file names.
    train_labels, test_labels : torch.Tensor
        The digits 0 to 9, int64 (n,).
    """

    folder: Path
    name: str
    train_images: torch.Tensor
    train_labels: torch.Tensor
    test_images: torch.Tensor
    test_labels: torch.Tensor

    @property
    def is_mnist(self):
        """Whether each digit is there as often as in MNIST, in training and in testing."""
        return digit_files.is_mnist(self.train_labels, self.test_labels)

    def __repr__(self):
        train, test = len(self.train_labels), len(self.test_labels)
        return f"Digits({self.name}: {train:,} training and {test:,} test images, folder={str(self.folder)!r})"


@dataclass(frozen=True, eq=False)
class Employment:
    """Who was employed, against a score for the curriculum vitae.

    Attributes
    ----------
    x : torch.Tensor
        The score, float32 (2000, 1), evenly from -1 to 1.
    y : torch.Tensor
        1 for employed and 0 for not, float32 (2000, 1).
    underlying : torch.Tensor
        The probability of 1, float32 (2000, 1).
    """

    x: torch.Tensor
    y: torch.Tensor
    underlying: torch.Tensor

    def __repr__(self):
        return f"Employment({len(self.y):,} people, {int(self.y.sum()):,} of them employed)"


def employment(seed=0):
    """Draw the employment data: 2,000 people, the score of each, and whether they were employed.

    The score x runs evenly from -1 to 1, and ``y ~ Bernoulli(sigmoid(5 - 15 relu(-x) - 5 relu(x)))``. The probability
    rises from 0.0000454 at -1 to 0.9933 near 0, and falls to 0.5 at 1.

    Source: lecture A (Guebin Choi, Jeonbuk National University, Special Topics in Machine Learning, week 6, 2022). Its
    file 2022-10-04-dnnex0.csv holds one draw; the formula agrees with the column "underlying" there to 1.2e-7.

    Parameters
    ----------
    seed : int
        The seed of the draw. The global random state is neither used nor changed.

    Returns
    -------
    Employment
        x, y and underlying, each float32 (2000, 1).

    Raises
    ------
    TypeError
        `seed` is not an integer.

    Examples
    --------
    >>> spec = employment(seed=0)
    >>> spec.x.shape, spec.y.dtype
    (torch.Size([2000, 1]), torch.float32)
    >>> print(f"{spec.underlying[0].item():.7f} {spec.underlying[-1].item():.1f}")
    0.0000454 0.5
    """
    if not isinstance(seed, int) or isinstance(seed, bool):
        raise TypeError(f"seed: expected an integer, got {seed!r}")
    x = torch.linspace(-1, 1, 2000).reshape(-1, 1)  # (2000, 1)
    underlying = torch.sigmoid(5 - 15 * torch.relu(-x) - 5 * torch.relu(x))
    y = torch.bernoulli(underlying, generator=torch.Generator().manual_seed(seed))
    return Employment(x, y, underlying)


def digits():
    """Find the pictures of digits, say in one line which, and read them.

    Returns
    -------
    Digits
        The folder, the name of the data, and training and test images and labels.

    Raises
    ------
    DataError
        What ``LECTURE_MNIST`` names is not there or not whole, or no disk can be written to. The message names the file
        or folder, says what is wrong with it and what to do.

    Examples
    --------
    >>> import os, tempfile
    >>> from unittest import mock
    >>> with tempfile.TemporaryDirectory() as cache:
    ...     with mock.patch.dict(os.environ, LECTURE_MNIST="bundled", LECTURE_CACHE=cache):
    ...         data = digits()
    Data: bundled digits, 1,437 training and 360 test images
    (bundled with scikit-learn, as LECTURE_MNIST says)
    >>> data.train_images.shape, data.train_images.dtype
    (torch.Size([1437, 1, 28, 28]), torch.uint8)
    """
    setting = os.environ.get("LECTURE_MNIST", "").strip()
    source, folder, tensors, remarks = _named(setting) if setting else _found()
    train, test = len(tensors[1]), len(tensors[3])
    name = "MNIST" if digit_files.is_mnist(tensors[1], tensors[3]) else source.name
    # A line each: what is longer would be cut off in a narrow window.
    print(f"Data: {name}, {train:,} training and {test:,} test images", f"({source.origin})", *remarks, sep="\n")
    return Digits(folder, name, *tensors)


@dataclass(frozen=True)
class _Source:
    """One place that digits can come from: a folder that is there, or what makes one."""

    origin: str  # for the line that is printed
    name: str  # of the data, where it is not MNIST
    key: str  # of its place in the cache
    label: str  # how an error names it
    folder: Path | None = None
    make: Callable[[Path], None] | None = None
    state: str = ""  # changes when what the folder is made from does
    mnist_only: bool = False


_BUNDLED = _Source(
    "bundled with scikit-learn", "bundled digits", "bundled", "the bundled digits", make=digit_files.draw_bundled
)
_DOWNLOAD = _Source(
    "downloaded by fastai", "MNIST", "download", "the downloaded MNIST", make=digit_files.download, mnist_only=True
)


def _named(setting):
    """What LECTURE_MNIST names. A wrong value is an error: other data in its place could go unnoticed."""
    if setting == "bundled":
        source = replace(_BUNDLED, origin=f"{_BUNDLED.origin}, as LECTURE_MNIST says")
        return source, *_open(source)
    path = Path(setting).expanduser().absolute()
    place = hashlib.sha256(str(path).encode()).hexdigest()[:16]
    if os.path.isdir(path):
        source = _Source(
            f"the folder {path.name} that LECTURE_MNIST names",
            f"digits in {path.name}",
            f"folder-{place}",
            f"the folder {path}",
            folder=path,
        )
    elif os.path.isfile(path):
        try:
            with path.open("rb") as archive:
                state = hashlib.file_digest(archive, "sha256").hexdigest()
        except OSError as error:
            raise DataError(f"the archive {path} cannot be read ({error.strerror}); allow reading it") from error
        source = _Source(
            f"the archive {path.name} that LECTURE_MNIST names",
            f"digits in {path.name}",
            f"archive-{place}",
            f"the archive {path}",
            make=functools.partial(digit_files.unpack, path),
            state=state,
        )
    else:
        raise DataError(
            f"LECTURE_MNIST names {path}, and there is no such folder or file; "
            "let it name a folder, a .tar.gz archive, or the word bundled, or unset it"
        )
    return source, *_open(source)


def _found():
    """MNIST from fastai's folder or by a download; without a network, the bundled digits."""
    remarks = []
    try:
        folder = _fastai_folder()
        if os.path.isdir(folder):
            source = _Source(
                "fastai's folder", "MNIST", "fastai", f"fastai's folder {folder}", folder=folder, mnist_only=True
            )
            return source, *_open(source)
    except DataError as error:
        remarks.append(f"not taken: {error}")
    root = _root()
    try:
        return _DOWNLOAD, *_load(_DOWNLOAD, root), remarks
    except DataError as error:
        remarks.append(str(error))
    except OSError as error:
        remarks.append(f"MNIST was not downloaded, because {_unwritable(root, error)}")
    folder, tensors, more = _open(_BUNDLED)
    return _BUNDLED, folder, tensors, remarks + more


def _fastai_folder():
    """Where fastai keeps MNIST, read from its settings as fastai reads them, but without the seconds of its import."""
    home = Path(os.environ.get("FASTAI_HOME", "~/.fastai")).expanduser().absolute()
    settings = configparser.ConfigParser()
    try:
        settings.read(home / "config.ini", encoding="utf-8")
        data = settings["DEFAULT"].get("data", "data")
    except (configparser.Error, UnicodeDecodeError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"{home / 'config.ini'} cannot be read ({reason}); correct or delete it") from error
    return home / data / "mnist_png"


def _root():
    named = os.environ.get("LECTURE_CACHE")
    return Path(named or platformdirs.user_cache_dir("lecture_utils", appauthor=False)).expanduser().absolute()


def _unwritable(folder, error):
    return f"{folder} cannot be written ({error.strerror or error}); let LECTURE_CACHE name a folder with 400 MB free"


def _open(source):
    """The folder, the tensors, and remarks; where nothing can be kept for next time, they last for this session."""
    root = _root()
    try:
        return *_load(source, root), []
    except OSError as error:
        first = error
    remarks = [f"nothing is kept for next time, because {_unwritable(root, first)}"]
    if source.folder:
        return source.folder, _read(source, source.folder)[0], remarks
    spare = Path(tempfile.gettempdir())
    try:
        spare = Path(tempfile.mkdtemp(prefix="lecture_utils-"))
        atexit.register(shutil.rmtree, spare, ignore_errors=True)
        return *_load(source, spare), remarks
    except OSError as error:
        raise DataError(
            f"{source.label}: there is no room for its files: {_unwritable(root, first)}; "
            f"nor can {spare} be written ({error.strerror or error})"
        ) from error


def _load(source, root):
    """The folder and the tensors, from the cache in `root`, or made there: whole or not at all, and only once."""
    place = root / source.key
    kept = _kept(source, place)
    if kept:
        return kept
    root.mkdir(parents=True, exist_ok=True)
    try:
        with filelock.FileLock(root / "lock", timeout=_WAIT):
            kept = _kept(source, place)  # by another process, while this one waited for the lock
            if not kept:
                work = root / "unfinished"
                shutil.rmtree(work, ignore_errors=True)  # of a process that was killed: only who has the lock makes it
                try:
                    kept = _make(source, place, work)
                finally:
                    shutil.rmtree(work, ignore_errors=True)
            return kept
    except filelock.Timeout as error:
        raise DataError(
            f"{root / 'lock'}: another process has been preparing the digits for {_WAIT} seconds; end it, and try again"
        ) from error


def _kept(source, place):
    """What is kept in `place`, if it is whole and its source has not changed since; else None."""
    file = place / "tensors.pt"
    if not file.is_file():
        return None
    folder = source.folder or place / _FOLDER
    try:
        kept = torch.load(file, weights_only=True)
        tensors = kept["tensors"]
        if kept["sum"] == _sum(tensors) and kept["state"] == _state(source, digit_files.scan(folder, source.label)[1]):
            return folder, tensors
    except Exception:  # a damaged file can raise anything: it is made again
        return None
    return None


def _make(source, place, work):
    """Make the folder and the tensors in `work`, and rename it to `place` when all is written."""
    work.mkdir()
    folder = source.folder or work / _FOLDER
    if source.make:
        source.make(folder)
    tensors, state = _read(source, folder)
    content = io.BytesIO()  # torch.save would turn a full disk's OSError into something else
    torch.save({"tensors": tensors, "sum": _sum(tensors), "state": state}, content)
    with (work / "tensors.pt").open("wb") as file:
        file.write(content.getbuffer())
        file.flush()
        os.fsync(file.fileno())
    shutil.rmtree(place, ignore_errors=True)
    os.replace(work, place)
    return source.folder or place / _FOLDER, tensors


def _read(source, folder):
    """The tensors of a folder, and the state they were read in, taken before: a later change will be noticed."""
    files, fingerprint = digit_files.scan(folder, source.label)
    tensors = digit_files.read(folder, files, source.label)
    if source.mnist_only and not digit_files.is_mnist(tensors[1], tensors[3]):
        raise DataError(
            f"{source.label} is not the whole of MNIST: it has {len(tensors[1]):,} training and {len(tensors[3]):,} "
            "test images; delete it"
        )
    return tensors, _state(source, fingerprint)


def _state(source, fingerprint):
    return f"{_FORM} {source.state} {fingerprint}"


def _sum(tensors):
    return [zlib.crc32(tensor.numpy()) for tensor in tensors]
