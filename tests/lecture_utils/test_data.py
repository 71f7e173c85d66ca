"""The digits are whole or there is an error that says what to do; the employment data follows its formula."""

import errno
import hashlib
import http.server
import io
import itertools
import os
import re
import shutil
import subprocess
import sys
import tarfile
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from lecture_utils import _digit_files as files
from lecture_utils import data
from lecture_utils.data import DataError, digits, employment, identity

TRAIN, TEST = 20, 10  # pictures in the small set: two of each digit, and one


@pytest.fixture(autouse=True)
def nothing_of_the_users(tmp_path, monkeypatch):
    """An empty cache, and no network: nothing listens at that address."""
    monkeypatch.delenv("LECTURE_MNIST", raising=False)
    monkeypatch.setenv("LECTURE_CACHE", str(tmp_path / "cache"))
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setattr(files, "_URL", "http://127.0.0.1:9/mnist_png.tgz")


def png(value, *, size=(28, 28), mode="L"):
    """The bytes of a picture, one level of grey all over."""
    content = io.BytesIO()
    Image.new("L", size, value).convert(mode).save(content, "PNG")
    return content.getvalue()


def small_set():
    """A name and the bytes of each picture. The k-th in order has grey level k, and the digits alternate.

    Sorted as text the order would be another, for the names go from 5 to 34.
    """
    pictures = {}
    for k in range(TRAIN + TEST):
        part = "training" if k < TRAIN else "testing"
        pictures[f"{part}/{k % 10}/{k + 5}.png"] = png(k)
    return pictures


def small_content():
    """The hash that the docstring of `files.identity` describes, written out."""
    rows = [bytes([k % 10]) + bytes([k]) * 784 for k in range(TRAIN + TEST)]
    whole = b"training" + b"".join(sorted(rows[:TRAIN])) + b"testing" + b"".join(sorted(rows[TRAIN:]))
    return hashlib.sha256(whole).hexdigest()


def write_folder(folder, pictures):
    for name, content in pictures.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def write_archive(path, pictures, *extra, root="mnist_png/"):
    with tarfile.open(path, "w:gz") as tar:
        for name, content in pictures.items():
            member = tarfile.TarInfo(root + name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        for member in extra:
            tar.addfile(member)
    return path


@pytest.fixture
def folder(tmp_path):
    return write_folder(tmp_path / "my digits", small_set())


@pytest.fixture
def archive(tmp_path):
    return write_archive(tmp_path / "small.tgz", small_set())


@pytest.fixture
def use(monkeypatch):
    """``use(path)`` names it in LECTURE_MNIST and reads the digits."""

    def use_(path):
        monkeypatch.setenv("LECTURE_MNIST", str(path))
        return digits()

    return use_


@pytest.fixture
def small_is_mnist(monkeypatch):
    monkeypatch.setattr(files, "MNIST", small_content())


def assert_small(found):
    """All of the small set, in its order, as tensors and as files."""
    levels = torch.cat([found.train_images, found.test_images])
    assert found.train_images.shape == (TRAIN, 1, 28, 28) and found.test_images.shape == (TEST, 1, 28, 28)
    assert levels.dtype == torch.uint8 and found.train_labels.dtype == found.test_labels.dtype == torch.int64
    assert torch.equal(levels, torch.arange(TRAIN + TEST, dtype=torch.uint8).reshape(-1, 1, 1, 1).expand_as(levels))
    assert torch.equal(torch.cat([found.train_labels, found.test_labels]), torch.arange(TRAIN + TEST) % 10)
    assert {path.relative_to(found.folder).as_posix() for path in found.folder.glob("*/*/*.png")} == set(small_set())
    assert all((found.folder / name).read_bytes() == content for name, content in small_set().items())


def cache(tmp_path):
    """What is kept: names in the cache, but for the lock."""
    return {path.name for path in (tmp_path / "cache").glob("*/*")} - {"lock"}


# What is taken


def test_a_folder_is_taken_in_the_order_of_its_numbers(use, folder, capsys):
    found = use(folder)
    assert_small(found)
    assert found.folder == folder and found.name == "digits in my digits" and not found.is_mnist
    assert repr(found) == "Digits(digits in my digits: 20 training and 10 test images)"
    assert capsys.readouterr().out == (
        "Data: digits in my digits, 20 training and 10 test images\n(the folder my digits that LECTURE_MNIST names)\n"
    )
    with pytest.raises(AttributeError):
        found.name = "MNIST"


@pytest.mark.parametrize("root", ["", "./", "a/b/"])
def test_an_archive_is_taken_whatever_its_folder_is_called(use, tmp_path, capsys, root):
    found = use(write_archive(tmp_path / "small.tgz", small_set(), root=root))
    assert_small(found)
    assert found.folder.is_relative_to(tmp_path / "cache")
    assert capsys.readouterr().out.endswith("\n(the archive small.tgz that LECTURE_MNIST names)\n")


def test_other_files_are_passed_over(use, folder, tmp_path):
    others = {"training/README.txt": b"", "training/3/._5.png": b"x", "pretraining/3/1.png": b"x"}
    assert len(use(write_folder(folder, others)).train_labels) == TRAIN
    assert_small(use(write_archive(tmp_path / "small.tgz", small_set() | others)))


def test_mnist_is_known_by_its_content_whatever_it_came_in(use, folder, tmp_path, small_is_mnist):
    renamed = {name[:-4] + "-renamed.png": content for name, content in small_set().items()}
    for source in (folder, write_archive(tmp_path / "other.tgz", renamed)):
        found = use(source)
        assert found.is_mnist and found.name == "MNIST" and found.identity == f"MNIST:{small_content()[:12]}"
    # As many of each digit, but one pixel is another.
    picture = np.full((28, 28), 3, np.uint8)
    picture[27, 27] = 4
    Image.fromarray(picture).save(folder / "training/3/8.png")
    found = use(folder)
    assert not found.is_mnist and found.name == "digits in my digits" and found.identity.startswith("digits:")
    # The same pictures, two labels exchanged.
    write_folder(folder, small_set() | {"training/3/8.png": png(4), "training/4/9.png": png(3)})
    assert not use(folder).is_mnist


@pytest.mark.parametrize("value", ["no/such/place", "Bundled", "https://example.org/mnist_png.tgz"])
def test_a_wrong_setting_is_an_error_and_never_other_data(use, value, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    says = rf"LECTURE_MNIST names {value}, and there is no such .*looked for {tmp_path}/.*the word bundled, or unset it"
    with pytest.raises(DataError, match=says):
        use(value)
    with pytest.raises(DataError, match=says):
        identity()


def test_a_path_may_be_relative_or_begin_with_the_home_folder_or_hold_blanks(use, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for setting in (" my digits ", "~/my digits", "./my digits/", f"../{tmp_path.name}/{folder.name}"):
        assert_small(use(setting))
    assert len(cache(tmp_path)) == 1, "all of them name one place in the cache"


def test_the_bundled_digits(use, capsys):
    found = use("bundled")
    assert found.name == found.identity + " digits" == "bundled digits" and not found.is_mnist
    assert found.train_images.shape == (1437, 1, 28, 28) and found.test_images.shape == (360, 1, 28, 28)
    # The split and the enlargement that the book's figures were measured with.
    assert found.train_labels.bincount().tolist() == [151, 147, 141, 154, 151, 142, 137, 140, 135, 139]
    grey = found.train_images / 255
    assert abs(grey.mean().item() - 0.3095) < 5e-5 and abs(grey.std().item() - 0.3492) < 5e-5
    assert found.train_images.min() == 0 and found.train_images.max() == 255
    assert found.train_labels[:5].tolist() == [6, 5, 3, 4, 4] and found.test_labels[:5].tolist() == [2, 8, 2, 6, 6]
    # A picture's name is its place, in the files as in the tensors.
    last = Image.open(found.folder / "testing" / str(found.test_labels[-1].item()) / "1796.png")
    assert np.array_equal(np.asarray(last), found.test_images[-1, 0].numpy())
    assert capsys.readouterr().out == (
        "Data: bundled digits, 1,437 training and 360 test images\n(bundled with scikit-learn)\n"
    )


def test_mnist_itself(monkeypatch, capsys):
    """As the book takes it: what LECTURE_MNIST names, or what was downloaded before; in CI it is downloaded here."""
    monkeypatch.undo()  # the user's network, and the user's cache: reading MNIST anew takes a minute
    in_ci = os.environ.get("CI") == "true"
    if not (in_ci or os.environ.get("LECTURE_MNIST") or identity()):
        pytest.skip("MNIST is not here: LECTURE_MNIST does not name it, and no build has downloaded it yet")
    found = digits()
    if not found.is_mnist:  # a build that must not be published without MNIST fails; others may be without a network
        stop = pytest.fail if in_ci and os.environ.get("BOOK_NEEDS_MNIST") else pytest.skip
        stop(f"MNIST is not here: {' '.join(capsys.readouterr().out.split())}")
    assert found.name == "MNIST" and identity() == found.identity == "MNIST:02129b6d738f"
    assert sum(1 for _ in found.folder.glob("training/3/*.png")) == 6131
    assert found.train_images.shape == (60000, 1, 28, 28) and found.test_images.shape == (10000, 1, 28, 28)
    assert found.train_labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert (found.train_labels == 3).sum() == 6131 and (found.train_labels == 7).sum() == 6265
    # The three that lecture A prints: its fifth row with ink begins so.
    assert found.train_labels[37912] == 3
    rows = [row[row > 0].tolist()[:8] for row in found.train_images[37912, 0]]
    assert [17, 66, 138, 149, 180, 138, 138, 86] in rows


# What publish asks: which digits, without reading them


def test_the_identity_is_known_once_the_digits_were_read(use, folder, archive, monkeypatch):
    for path in (folder, archive):
        monkeypatch.setenv("LECTURE_MNIST", str(path))
        assert identity() == "" and use(path).identity == identity() == f"digits:{small_content()[:12]}"
    write_folder(folder, {"training/3/8.png": png(99)})
    monkeypatch.setenv("LECTURE_MNIST", str(folder))
    assert identity() == "" and use(folder).identity == identity() != f"digits:{small_content()[:12]}"


def test_asking_for_the_identity_loads_nothing_heavy():
    code = "import sys; from lecture_utils.data import identity; identity(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "numpy", "PIL", "sklearn", "fastai"} & set(done.stdout.split())


# An archive that is not what it should be


def test_an_archive_that_is_cut_or_changed_anywhere_is_an_error_or_gives_the_same(use, archive, tmp_path):
    whole = archive.read_bytes()

    @settings(max_examples=25)
    @example(0, 0)
    @example(len(whole) - 8, 0)  # the check sum
    @given(st.integers(0, len(whole) - 1), st.integers(0, 255))
    def check(place, change):
        changed = whole[:place]  # cut there, or with another byte there
        if change:
            changed += bytes([whole[place] ^ change]) + whole[place + 1 :]
        archive.write_bytes(changed)
        try:
            found = use(archive)
        except DataError as error:
            assert f"{archive}, {len(changed):,} bytes, is cut short or damaged" in str(error) and not cache(tmp_path)
        else:
            assert change, "what is cut is never taken"
            assert_small(found)
            shutil.rmtree(tmp_path / "cache")

    check()


def test_what_is_no_archive_is_an_error(use, archive):
    archive.write_bytes(b"<html>Log in to the network first</html>")
    says = rf"{archive}, 40 bytes, .*or no \.tar\.gz archive \(.*\); copy or download it again"
    with pytest.raises(DataError, match=says):
        use(archive)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("training/3/../../../e.png", tarfile.REGTYPE),
        ("mnist_png/training/3/99.png", tarfile.SYMTYPE),
        ("mnist_png/training/3/99.png", tarfile.FIFOTYPE),
    ],
    ids=["path", "link", "pipe"],
)
def test_a_member_that_points_elsewhere_is_never_followed(use, tmp_path, name, kind):
    odd = tarfile.TarInfo(name)
    odd.type, odd.linkname = kind, "/etc/passwd"
    assert_small(use(write_archive(tmp_path / "small.tgz", small_set(), odd)))
    assert not list(tmp_path.rglob("*e.png"))


def test_two_sets_in_one_archive_are_an_error(use, tmp_path):
    twice = {f"{root}/{name}": content for root in "ab" for name, content in small_set().items()}
    with pytest.raises(DataError, match=r"small.tgz has training/0/5.png twice; make it again"):
        use(write_archive(tmp_path / "small.tgz", twice, root=""))


# A folder that is not what it should be


@pytest.mark.parametrize(
    ("missing", "named"),
    [("training/7", "training/7"), ("testing", "testing/0, testing/1, testing/2")],
)
def test_a_digit_that_is_missing_is_named(use, folder, tmp_path, missing, named):
    shutil.rmtree(folder / missing)
    with pytest.raises(DataError, match=f"the folder {re.escape(str(folder))} has no .png file in {named}.*must hold"):
        use(folder)
    pictures = {name: content for name, content in small_set().items() if not name.startswith(f"{missing}/")}
    with pytest.raises(DataError, match=f"the archive .*small.tgz has no .png file in {named}"):
        use(write_archive(tmp_path / "small.tgz", pictures))
    assert not cache(tmp_path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", r"cannot be read as a PNG picture \(cannot identify image file"),
        (b"no picture", r"cannot be read as a PNG picture"),
        (png(3)[:-30], r"cannot be read as a PNG picture"),
        (png(3, size=(32, 32)), r"has 32 x 32 pixels of mode 'L'; save it with 28 x 28 pixels of mode 'L', grey"),
        (png(3, mode="RGB"), r"has 28 x 28 pixels of mode 'RGB'"),
    ],
    ids=["empty", "text", "cut", "large", "colour"],
)
def test_a_picture_that_is_none_is_named(use, folder, tmp_path, content, says):
    write_folder(folder, {"training/3/8.png": content})
    with pytest.raises(DataError, match=f"the folder {re.escape(str(folder))}: training/3/8.png {says}"):
        use(folder)
    assert not cache(tmp_path)


# The download


def test_without_a_network_the_bundled_digits_come_and_say_so(tmp_path, capsys):
    assert digits().name == "bundled digits"
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "Data: bundled digits, 1,437 training and 360 test images",
        "(bundled with scikit-learn)",
        "MNIST could not be downloaded: s3.amazonaws.com cannot be reached ([Errno 111] Connection refused)",
    ]
    assert not err and cache(tmp_path) == {"bundled"}
    assert identity() == "", "the network may be back next time"


class Host(http.server.BaseHTTPRequestHandler):
    """Serves the server's `content`; where it `hangs`, at first or later, it waits until the client gives up."""

    def do_HEAD(self):
        if self.server.hangs == "at first":
            self.rfile.read(1)
        else:
            self.send_response(200)
            self.send_header("Content-Length", len(self.server.content))
            self.end_headers()

    def do_GET(self):
        self.do_HEAD()
        if self.server.hangs == "later":
            self.wfile.write(self.server.content[:1000])
            self.rfile.read(1)
        else:
            self.wfile.write(self.server.content)

    def log_message(self, *_):
        pass


@pytest.fixture
def host(monkeypatch, archive):
    """The server that fastai downloads from in this test; it has the small set."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Host) as server:
        server.content, server.hangs = archive.read_bytes(), None
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/mnist_png.tgz"
        monkeypatch.setattr(files, "_URL", url)
        monkeypatch.setattr(files, "_DOWNLOAD", files._DOWNLOAD.replace("URLs.MNIST", repr(url)))
        yield server
        server.shutdown()


def test_the_download_by_fastai_is_kept_for_next_time(host, tmp_path, small_is_mnist, capfd):
    found = digits()
    assert_small(found)
    assert capfd.readouterr() == (
        "Downloading MNIST, 15.7 MB ...\nData: MNIST, 20 training and 10 test images\n(downloaded by fastai)\n",
        "",
    )
    host.content = b"no second download"
    assert_small(digits())
    assert cache(tmp_path) == {"MNIST"}
    assert identity() == found.identity == f"MNIST:{small_content()[:12]}"


@pytest.mark.parametrize("when", ["at first", "later"])
def test_a_network_that_hangs_does_not_hang_the_reader(host, monkeypatch, tmp_path, capfd, when):
    host.hangs = when
    monkeypatch.setattr(files, "NO_ANSWER", 0.5)
    monkeypatch.setattr(files, "STALLED", 0.5)
    assert digits().name == "bundled digits"
    out, err = capfd.readouterr()
    assert re.search(r"\nMNIST could not be downloaded: .*timed out", out) and not err
    assert cache(tmp_path) == {"bundled"}


def test_a_download_of_other_content_is_not_taken(monkeypatch, tmp_path, capsys):
    """fastai looks at the first megabyte alone."""
    monkeypatch.setattr(files, "download", lambda folder: write_folder(folder, small_set()))
    assert digits().name == "bundled digits" and cache(tmp_path) == {"bundled"}
    assert "\nthe downloaded MNIST is not MNIST as it was published; name a copy" in capsys.readouterr().out


# The cache


def write_anew(file):
    state = file.stat()
    file.write_bytes(png(200))
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns + 4_000_000))  # a tick of the clock later


@pytest.mark.parametrize(
    "change",
    [
        write_anew,
        lambda file: file.rename(file.with_name("2.png")),
        lambda file: file.rename(file.parent.parent / "4" / file.name),
        lambda file: file.unlink(),
    ],
    ids=["written", "renamed", "moved", "removed"],
)
def test_a_changed_folder_is_read_again(use, folder, change):
    before = use(folder)
    change(folder / "training" / "3" / "8.png")
    assert identity() == ""
    after = use(folder)
    one, other = ([x.train_images.tolist(), x.train_labels.tolist()] for x in (before, after))
    assert one != other


def test_a_changed_archive_is_read_again(use, archive, tmp_path):
    use(archive)
    state = archive.stat()
    write_archive(archive, small_set() | {"training/3/8.png": png(200)})
    os.utime(archive, ns=(state.st_atime_ns, state.st_mtime_ns))
    found = use(archive)
    assert found.train_images[3, 0, 0, 0] == 200
    assert Image.open(found.folder / "training" / "3" / "8.png").getpixel((0, 0)) == 200


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole.replace(bytes([4]) * 784, bytes([4]) * 783 + bytes([5])),
    ],
    ids=["cut", "one pixel"],
)
def test_what_is_damaged_is_made_again(use, archive, tmp_path, damage):
    use(archive)
    (kept,) = tmp_path.glob("cache/*/*/digits.npz")
    kept.write_bytes(damage(kept.read_bytes()))
    assert_small(use(archive))


def test_two_folders_of_one_name_are_two(use, folder, tmp_path):
    other = write_folder(tmp_path / "other" / folder.name, small_set() | {"training/3/8.png": png(200)})
    use(folder)
    assert use(other).train_images[3, 0, 0, 0] == 200
    assert_small(use(folder))


def test_a_cache_that_cannot_be_written_is_an_error_that_names_it(use, archive, monkeypatch):
    nowhere = f"{os.devnull}/cache"  # which not even the administrator can make
    monkeypatch.setenv("LECTURE_CACHE", nowhere)
    says = rf"the archive {archive}: {nowhere} cannot be written \(Not a directory\); let LECTURE_CACHE name a folder"
    with pytest.raises(DataError, match=says):
        use(archive)


# At every moment: killed, interrupted, or the disk is full


def die_at(moment, folder):
    """Kill this process when it is about to change something in a folder for the so-manieth time."""
    moments = itertools.count(1)
    events = {"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree"}

    def hook(event, arguments):
        if event not in events or str(folder) not in str(arguments[0]) or str(arguments[0]).endswith("lock"):
            return
        if (event != "open" or arguments[2] & (os.O_WRONLY | os.O_RDWR)) and next(moments) == moment:
            os.kill(os.getpid(), 9)

    sys.addaudithook(hook)


def test_killed_at_any_moment_it_leaves_what_the_next_can_use(use, archive, tmp_path):
    # Between 10 and 64 one picture is written like another.
    for moment in itertools.chain(range(1, 10), range(10, 64, 9), itertools.count(64)):
        child = os.fork()
        if not child:
            try:
                die_at(moment, tmp_path / "cache")
                assert_small(use(archive))
                os._exit(0)
            finally:
                os._exit(1)
        status = os.waitpid(child, 0)[1]
        assert status in (0, 9), f"moment {moment}"
        assert_small(use(archive))
        assert len(cache(tmp_path)) == 1, "what was left unfinished is cleared away"
        shutil.rmtree(tmp_path / "cache")
        if status == 0:  # the work was done before the moment came
            break
    assert moment > 64, "the hook sees what is written"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left on device")])
@pytest.mark.parametrize("step", ["unpack", "identity"])
def test_interrupted_or_with_a_full_disk_it_leaves_nothing(use, archive, tmp_path, monkeypatch, error, step):
    def stop(*arguments):
        whole(*arguments)
        raise error

    whole = getattr(files, step)
    monkeypatch.setattr(files, step, stop)
    with pytest.raises((KeyboardInterrupt, DataError)) as caught:
        use(archive)
    assert caught.type is KeyboardInterrupt or "cannot be written (No space left on device); let" in str(caught.value)
    assert not cache(tmp_path)


def test_two_that_start_at_once_make_it_once(use, archive, tmp_path, monkeypatch):
    """Both have looked into the empty cache before either goes on to make it."""
    both, reads, read = threading.Barrier(2), [], files.read

    class Lock(data.filelock.FileLock):
        def __enter__(self):
            both.wait(timeout=60)
            return super().__enter__()

    monkeypatch.setattr(data.filelock, "FileLock", Lock)
    monkeypatch.setattr(files, "read", lambda *arguments: reads.append(1) or read(*arguments))
    with ThreadPoolExecutor(2) as pool:
        for found in pool.map(use, [archive, archive]):
            assert_small(found)
    assert len(reads) == 1


# The employment data


def test_the_probability_of_employment_is_the_formulas():
    spec = employment(43052)
    for values in (spec.x, spec.y, spec.underlying):
        assert values.shape == (2000, 1) and values.dtype == torch.float32
    # The rows that lecture A prints.
    assert spec.x[[0, 1, 2, -2]].flatten().tolist() == pytest.approx([-1, -0.998999, -0.997999, 0.998999], abs=1e-6)
    assert spec.underlying[[0, 1, 2]].flatten().tolist() == pytest.approx([4.54e-5, 4.61e-5, 4.68e-5], abs=5e-8)
    assert spec.underlying[[1995, 1996, -1]].flatten().tolist() == pytest.approx([0.505002, 0.503752, 0.5], abs=1e-6)


def test_the_draw_follows_the_probability():
    draws = torch.stack([employment(seed).y for seed in range(200)])  # (200, 2000, 1)
    assert set(draws.unique().tolist()) == {0.0, 1.0}
    underlying = employment(0).underlying
    error = (draws.mean(dim=0) - underlying) / (underlying * (1 - underlying) / 200 + 1e-4).sqrt()
    assert error.abs().max() < 5 and abs(error.mean()) < 0.1


def test_the_draw_depends_on_the_seed_alone():
    state = torch.get_rng_state()
    first = employment(1)
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(99)
    assert torch.equal(employment(1).y, first.y) and not torch.equal(employment(2).y, first.y)
    assert torch.equal(employment(2).x, first.x)


@pytest.mark.parametrize("seed", [1.0, True])
def test_a_seed_that_is_no_integer_is_an_error(seed):
    with pytest.raises(TypeError, match=rf"seed: expected an integer, got {re.escape(repr(seed))}"):
        employment(seed)
