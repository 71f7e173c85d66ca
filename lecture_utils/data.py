"""The data of the book: pictures of handwritten digits, and the employment data.

`digits` takes the first of these that is there, and prints which:

1. what the environment variable ``LECTURE_MNIST`` names: a folder, a .tar.gz archive, or the word ``bundled``;
2. MNIST, downloaded by fastai;
3. where there is no network, the 1,797 digits that scikit-learn brings along.

Reading thousands of small files takes seconds, so the arrays are kept for next time: in the user's cache folder for
"lecture_utils", or where the environment variable ``LECTURE_CACHE`` says. All there can be deleted at any time. It is
made under another name, by one process at a time, and renamed when it is whole.
"""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import filelock
import platformdirs

from lecture_utils import _digit_files as files
from lecture_utils._digit_files import DataError

if TYPE_CHECKING:  # the functions import it: who asks for `identity` does not wait for torch
    import torch

_WAIT = 600  # seconds for another process that is making the same


@dataclass(frozen=True, eq=False, repr=False)
class Digits:
    """Pictures of handwritten digits, as files and as tensors, in the same order.

    Attributes
    ----------
    name : str
        "MNIST", "bundled digits", or "digits in NAME" for a folder or an archive of your own.
    train_images, test_images : torch.Tensor
        Grey levels, uint8 from 0 to 255, (n, 1, 28, 28), in the order of the file names.
    train_labels, test_labels : torch.Tensor
        The digits 0 to 9, int64 (n,).
    identity : str
        Tells one set of digits from another by the content: "MNIST:02129b6d738f", "bundled" or "digits:9f86d081884c".
    folder : pathlib.Path
        The PNG files, laid out as fastai's MNIST: training/3/37912.png, testing/7/60000.png.
    """

    name: str
    train_images: torch.Tensor
    train_labels: torch.Tensor
    test_images: torch.Tensor
    test_labels: torch.Tensor
    identity: str
    folder: Path

    @property
    def is_mnist(self):
        """Whether these are the pictures and labels of MNIST, all of them and no others."""
        return self.identity.startswith("MNIST:")

    def __repr__(self):
        train, test = len(self.train_labels), len(self.test_labels)
        return f"Digits({self.name}: {train:,} training and {test:,} test images)"


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
    import torch

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
        What ``LECTURE_MNIST`` names is not there or not whole, or the cache cannot be written to. The message names the
        file or folder, says what is wrong with it and what to do. Other data never take the place of what was named.

    Examples
    --------
    >>> import os, tempfile
    >>> from unittest import mock
    >>> with tempfile.TemporaryDirectory() as cache:
    ...     with mock.patch.dict(os.environ, LECTURE_MNIST="bundled", LECTURE_CACHE=cache):
    ...         data = digits()
    Data: bundled digits, 1,437 training and 360 test images
    (bundled with scikit-learn)
    >>> data.train_images.shape, data.train_images.dtype
    (torch.Size([1437, 1, 28, 28]), torch.uint8)
    """
    import torch

    source, remark = _source(), ""
    try:
        identity, arrays, folder = _load(source)
    except DataError as error:
        if source.key != "MNIST":  # other data in the place of what was named could go unnoticed
            raise
        source, remark = _BUNDLED, f"\n{error}"
        identity, arrays, folder = _load(source)
    name = "MNIST" if identity.startswith("MNIST:") else source.name
    counts = f"{len(arrays[1]):,} training and {len(arrays[3]):,} test images"
    # A line each: what is longer would be cut off in a narrow window.
    print(f"Data: {name}, {counts}\n({source.origin}){remark}")
    return Digits(name, *map(torch.from_numpy, arrays), identity, folder)


def identity():
    """What tells the digits that `digits` would give from others, at once, because no picture is read.

    Returns
    -------
    str
        As `Digits.identity`. Empty where only `digits` can tell: nothing has been read yet, it has changed since then,
        or a download has to be tried.

    Raises
    ------
    DataError
        What ``LECTURE_MNIST`` names is not there.

    Examples
    --------
    >>> from unittest import mock
    >>> with mock.patch.dict(os.environ, LECTURE_MNIST="bundled"):
    ...     identity()
    'bundled'
    """
    source = _source()
    return "bundled" if source is _BUNDLED else _kept_identity(source)


# The sources


@dataclass(frozen=True)
class _Source:
    """One place that digits can come from."""

    origin: str  # for the line that is printed
    name: str  # of the data, where it is not MNIST
    label: str  # how an error names it
    key: str  # of its place in the cache: another where the pictures have changed
    lay: Callable | None = None  # lays the pictures into a new folder
    folder: Path | None = None  # or where they lie already


_BUNDLED = _Source("bundled with scikit-learn", "bundled digits", "the bundled digits", "bundled", files.bundled)


def _source():
    """What LECTURE_MNIST names or, where it is not set, MNIST."""
    setting = os.environ.get("LECTURE_MNIST", "").strip()
    if setting == "bundled":
        return _BUNDLED
    if not setting:
        return _Source("downloaded by fastai", "", "the downloaded MNIST", "MNIST", files.download)
    path = Path(os.path.abspath(Path(setting).expanduser()))  # "a/../b" and "b" are one place in the cache
    if not path.is_dir() and not path.is_file():
        raise DataError(
            f"LECTURE_MNIST names {setting}, and there is no such folder or file (looked for {path}); "
            "let it name a folder, a .tar.gz archive, or the word bundled, or unset it"
        )
    kind = "folder" if path.is_dir() else "archive"
    origin, label = f"the {kind} {path.name} that LECTURE_MNIST names", f"the {kind} {path}"
    lay, folder = (None, path) if path.is_dir() else (functools.partial(files.unpack, path), None)
    return _Source(origin, f"digits in {path.name}", label, files.state(path, label), lay, folder)


# The cache: for each source a folder with digits.npz, identity and, where they do not lie elsewhere, pictures


def _place(source):
    named = os.environ.get("LECTURE_CACHE")
    root = Path(named or platformdirs.user_cache_dir("lecture_utils", appauthor=False)).expanduser().absolute()
    return root / "digits-4" / source.key  # the number rises when what is kept changes its form


def _load(source):
    """The identity of the digits, their arrays, and the folder with the pictures."""
    identity, arrays = _kept(source) or _make(source)
    return identity, arrays, source.folder or _place(source) / "pictures"


def _kept_identity(source):
    try:
        return (_place(source) / "identity").read_text(encoding="utf-8")
    except OSError:
        return ""


def _kept(source):
    """The identity and the arrays that the cache holds, or None."""
    import numpy as np

    try:
        with np.load(_place(source) / "digits.npz") as kept:  # compares check sums
            arrays = [kept[name] for name in kept.files]
    except Exception:  # a damaged file can raise anything: it is made again
        return None
    identity = _kept_identity(source)
    return (identity, arrays) if identity else None


def _make(source):
    """Read the pictures and keep what was read: whole or not at all, and by one process only."""
    place = _place(source)
    work = place.with_name("unfinished")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(place.with_name("lock"), timeout=_WAIT):
            if kept := _kept(source):  # by another process, while this one waited
                return kept
            shutil.rmtree(work, ignore_errors=True)  # of a process that was killed: only who has the lock makes it
            work.mkdir()
            try:
                made = _fill(source, work)
                shutil.rmtree(place, ignore_errors=True)
                os.replace(work, place)
            finally:
                shutil.rmtree(work, ignore_errors=True)
    except OSError as error:  # a lock that another process holds too long is one too
        raise DataError(
            f"{source.label}: {place.parent.parent} cannot be written ({error.strerror or error}); "
            "let LECTURE_CACHE name a folder with 400 MB free"
        ) from error
    return made


def _fill(source, work):
    """Make all that is kept of a source, and return the identity and the arrays."""
    import numpy as np

    if source.lay:
        source.lay(work / "pictures")
    arrays = files.read(source.folder or work / "pictures", source.label)
    identity = "bundled" if source is _BUNDLED else files.identity(arrays)
    if source.key == "MNIST" and not identity.startswith("MNIST:"):
        raise DataError(f"{source.label} is not MNIST as it was published; name a copy of your own in LECTURE_MNIST")
    np.savez(work / "digits.npz", *arrays)
    (work / "identity").write_text(identity, encoding="utf-8")
    return identity, arrays
