"""The digits are whole or there is an error that says what to do; the employment data follows its formula."""

import errno
import hashlib
import http.server
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

import filelock
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lecture_utils import _digit_files as digit_files
from lecture_utils import data
from lecture_utils.data import DataError, digits, employment

MNIST = Path(__file__).resolve().parents[2] / "shared" / "data" / "mnist_png.tgz"
TRAIN, TEST = 20, 10  # pictures in the small set: two of each digit, and one
BUNDLED = data._BUNDLED
OFFLINE = 'import sys; sys.exit("s3.amazonaws.com cannot be reached (offline)")'


@pytest.fixture(autouse=True)
def nothing_of_the_users(tmp_path, monkeypatch):
    """An empty cache, no folder of fastai's, no network; and few bundled digits, which take no time to draw."""
    monkeypatch.delenv("LECTURE_MNIST", raising=False)
    monkeypatch.setenv("LECTURE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("FASTAI_HOME", str(tmp_path / "fastai"))
    monkeypatch.setattr(digit_files, "DOWNLOAD_CODE", OFFLINE)
    few = replace(BUNDLED, make=lambda folder: write_folder(folder, small_set() | {"training/0/99.png": png(99)}))
    monkeypatch.setattr(data, "_BUNDLED", few)


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
    monkeypatch.setattr(digit_files, "MNIST_COUNTS", ([TRAIN // 10] * 10, [TEST // 10] * 10))


def assert_small(found):
    """All of the small set, in its order."""
    levels = torch.cat([found.train_images, found.test_images])
    assert found.train_images.shape == (TRAIN, 1, 28, 28) and found.test_images.shape == (TEST, 1, 28, 28)
    assert levels.dtype == torch.uint8 and found.train_labels.dtype == found.test_labels.dtype == torch.int64
    assert torch.equal(levels, torch.arange(TRAIN + TEST, dtype=torch.uint8).reshape(-1, 1, 1, 1).expand_as(levels))
    assert torch.equal(torch.cat([found.train_labels, found.test_labels]), torch.arange(TRAIN + TEST) % 10)
    for part, images in (("training", found.train_images), ("testing", found.test_images)):
        assert len(list(found.folder.glob(f"{part}/*/*.png"))) == len(images)


def cache(tmp_path):
    """What is kept: names in the cache, but for the lock."""
    return {path.name for path in (tmp_path / "cache").glob("*")} - {"lock"}


# What is taken


def test_a_folder_is_taken_in_the_order_of_its_numbers(use, folder, capsys):
    found = use(folder)
    assert_small(found)
    assert found.folder == folder and found.name == "digits in my digits" and not found.is_mnist
    assert capsys.readouterr().out == (
        "Data: digits in my digits, 20 training and 10 test images\n(the folder my digits that LECTURE_MNIST names)\n"
    )


@pytest.mark.parametrize("root", ["mnist_png/", "", "./", "a/b/"])
def test_an_archive_is_taken_whatever_its_folder_is_called(use, tmp_path, capsys, root):
    found = use(write_archive(tmp_path / "small.tgz", small_set(), root=root))
    assert_small(found)
    assert found.folder.is_relative_to(tmp_path / "cache")
    assert capsys.readouterr().out.endswith("\n(the archive small.tgz that LECTURE_MNIST names)\n")


def test_other_files_are_passed_over(use, folder, tmp_path):
    others = {"training/README.txt": b"", "training/3/._5.PNG": b"x", "training/3/notes": b"x", "labels.csv": b""}
    assert_small(use(write_folder(folder, others)))
    assert_small(use(write_archive(tmp_path / "small.tgz", small_set() | others)))


def test_names_that_are_no_numbers_follow_in_the_order_of_their_text(use, folder):
    write_folder(folder, {"training/3/b.png": png(101), "training/9/a.png": png(100), "training/0/07.png": png(2)})
    found = use(folder)
    assert found.train_images[:4, 0, 0, 0].tolist() == [0, 1, 2, 2]
    assert found.train_images[-2:, 0, 0, 0].tolist() == [100, 101] and found.train_labels[-2:].tolist() == [9, 3]


def test_mnist_is_known_by_its_counts(use, folder, small_is_mnist):
    found = use(folder)
    assert found.is_mnist and found.name == "MNIST"
    (folder / "training/3/8.png").rename(folder / "training/4/8.png")
    found = use(folder)
    assert not found.is_mnist and found.name == "digits in my digits"


def test_the_result_says_what_it_is_and_cannot_be_changed(use, folder):
    found = use(folder)
    assert repr(found) == f"Digits(digits in my digits: 20 training and 10 test images, folder={str(folder)!r})"
    with pytest.raises(AttributeError):
        found.name = "MNIST"


@pytest.mark.parametrize("value", ["no/such/place", "Bundled", "https://example.org/mnist_png.tgz"])
def test_a_wrong_setting_is_an_error_and_never_other_data(use, value):
    with pytest.raises(DataError, match=r"LECTURE_MNIST names /.*, and there is no such .*the word bundled, or unset"):
        use(value)


def test_an_empty_setting_is_none(use, capsys):
    use(" ")
    assert "LECTURE_MNIST" not in capsys.readouterr().out


def test_the_bundled_digits(use, capsys, monkeypatch):
    monkeypatch.setattr(data, "_BUNDLED", BUNDLED)
    found = use("bundled")
    assert found.name == "bundled digits" and not found.is_mnist
    assert found.train_images.shape == (1437, 1, 28, 28) and found.test_images.shape == (360, 1, 28, 28)
    # The split and the enlargement that the book's figures were measured with.
    assert found.train_labels.bincount().tolist() == [151, 147, 141, 154, 151, 142, 137, 140, 135, 139]
    grey = found.train_images / 255
    assert grey.mean().item() == pytest.approx(0.3095, abs=5e-5) and grey.std().item() == pytest.approx(
        0.3492, abs=5e-5
    )
    assert found.train_images.min() == 0 and found.train_images.max() == 255
    assert found.train_labels[:5].tolist() == [6, 5, 3, 4, 4] and found.test_labels[:5].tolist() == [2, 8, 2, 6, 6]
    # A picture's name is its place, in the files as in the tensors.
    last = Image.open(found.folder / "testing" / str(found.test_labels[-1].item()) / "1796.png")
    assert np.array_equal(np.asarray(last), found.test_images[-1, 0].numpy())
    assert capsys.readouterr().out == (
        "Data: bundled digits, 1,437 training and 360 test images\n(bundled with scikit-learn, as LECTURE_MNIST says)\n"
    )


def test_mnist_itself(use, tmp_path):
    if not MNIST.is_file():
        pytest.skip(f"{MNIST} is not here")
    found = use(MNIST)
    assert found.is_mnist and found.name == "MNIST"
    assert found.train_images.shape == (60000, 1, 28, 28) and found.test_images.shape == (10000, 1, 28, 28)
    assert found.train_labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert (found.train_labels == 3).sum() == 6131 and (found.train_labels == 7).sum() == 6265
    # The three that lecture A prints: its fifth row with ink begins so.
    picture = np.asarray(Image.open(found.folder / "training" / "3" / "37912.png"))
    assert np.array_equal(picture, found.train_images[37912, 0].numpy()) and found.train_labels[37912] == 3
    assert [17, 66, 138, 149, 180, 138, 138, 86] in [row[row > 0].tolist()[:8] for row in picture]
    assert torch.equal(use(MNIST).train_images, found.train_images)
    shutil.rmtree(tmp_path / "cache")  # 70,000 files, which pytest would keep


# An archive that is not what it should be


def test_an_archive_cut_short_is_an_error_wherever_it_ends(use, archive, tmp_path):
    whole = archive.read_bytes()

    @settings(max_examples=25, deadline=None, derandomize=True)
    @given(st.integers(0, len(whole) - 1))
    def check(length):
        archive.write_bytes(whole[:length])
        with pytest.raises(DataError, match=re.escape(str(archive)) + ".*copy or download it again"):
            use(archive)
        assert not cache(tmp_path)

    check()


def test_the_error_for_a_cut_archive_tells_how_far_it_goes(use, archive):
    archive.write_bytes(archive.read_bytes()[:-8])
    size = archive.stat().st_size
    with pytest.raises(
        DataError, match=f"small.tgz is cut short: it ends in the middle, after {size:,} bytes and 30 pi"
    ):
        use(archive)


def test_an_archive_with_a_changed_byte_is_an_error_or_gives_the_same(use, archive, tmp_path):
    whole = archive.read_bytes()

    @settings(max_examples=30, deadline=None, derandomize=True)
    @given(st.integers(0, len(whole) - 1), st.integers(1, 255))
    def check(place, change):
        changed = bytearray(whole)
        changed[place] ^= change
        archive.write_bytes(changed)
        try:
            found = use(archive)
        except DataError as error:
            assert str(archive) in str(error)
            assert not cache(tmp_path)
        else:
            assert_small(found)
            shutil.rmtree(tmp_path / "cache")

    check()


@pytest.mark.parametrize("content", [b"", b"<html>Log in to the network first</html>", b"PK\x03\x04" + bytes(500)])
def test_what_is_no_archive_is_an_error(use, tmp_path, content):
    path = tmp_path / "mnist_png.tgz"
    path.write_bytes(content)
    with pytest.raises(
        DataError, match=rf"mnist_png.tgz, {len(content)} bytes, is no .tar.gz archive, or it is damaged"
    ):
        use(path)
    assert not cache(tmp_path)


@pytest.mark.parametrize(
    "name", ["../escaped.png", "/escaped.png", "mnist_png/../../escaped.png", "training/3/../../../e.png", "C:\\e.png"]
)
def test_a_member_that_points_outside_is_an_error(use, tmp_path, name):
    path = write_archive(tmp_path / "small.tgz", small_set(), tarfile.TarInfo(name))
    with pytest.raises(
        DataError, match=f"small.tgz has a member that points outside, {re.escape(repr(name))}; nothing"
    ):
        use(path)
    assert not cache(tmp_path) and not list(tmp_path.parent.glob("e*.png")) and not Path("/escaped.png").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_a_link_or_a_device_is_an_error(use, tmp_path, kind):
    member = tarfile.TarInfo("mnist_png/training/3/99.png")
    member.type, member.linkname = kind, "/etc/passwd"
    path = write_archive(tmp_path / "small.tgz", small_set(), member)
    with pytest.raises(DataError, match=r"a link or a device, 'mnist_png/training/3/99.png'; nothing of it was kept"):
        use(path)
    assert not cache(tmp_path)


def test_two_sets_in_one_archive_are_an_error(use, tmp_path):
    twice = {f"{root}/{name}": content for root in "ab" for name, content in small_set().items()}
    with pytest.raises(DataError, match=r"small.tgz has training/0/5.png twice; make it again"):
        use(write_archive(tmp_path / "small.tgz", twice, root=""))


# A folder that is not what it should be


@pytest.mark.parametrize(
    ("missing", "named"),
    [("training/7", "training/7"), ("testing/0", "testing/0"), ("testing", "testing/0, testing/1, testing/2")],
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
        (png(3, mode="P"), r"has 28 x 28 pixels of mode 'P'"),
        (png(3, mode="1"), r"has 28 x 28 pixels of mode '1'"),
    ],
    ids=["empty", "text", "cut", "large", "colour", "palette", "black-and-white"],
)
def test_a_picture_that_is_none_is_named(use, folder, tmp_path, content, says):
    write_folder(folder, {"training/3/8.png": content})
    with pytest.raises(DataError, match=f"the folder {re.escape(str(folder))}: training/3/8.png {says}"):
        use(folder)
    assert not cache(tmp_path)


# fastai's folder


def fastai_folder(tmp_path, pictures, data="data"):
    return write_folder(tmp_path / "fastai" / data / "mnist_png", pictures)


def test_fastais_folder_is_taken(tmp_path, small_is_mnist, capsys):
    fastai_folder(tmp_path, small_set())
    found = digits()
    assert_small(found)
    assert found.folder == tmp_path / "fastai" / "data" / "mnist_png"
    assert capsys.readouterr().out == "Data: MNIST, 20 training and 10 test images\n(fastai's folder)\n"


@pytest.mark.parametrize("data", ["elsewhere", "{tmp_path}/far away"])
def test_fastais_folder_is_where_its_settings_say(tmp_path, small_is_mnist, data):
    data = data.format(tmp_path=tmp_path)
    fastai_folder(tmp_path, small_set(), data)
    (tmp_path / "fastai").mkdir(exist_ok=True)
    (tmp_path / "fastai" / "config.ini").write_text(f"[DEFAULT]\ndata = {data}\narchive = archive\n")
    assert_small(digits())


def test_a_folder_that_fastai_left_unfinished_is_named_and_not_taken(tmp_path, small_is_mnist, capsys):
    pictures = small_set()
    del pictures["training/3/8.png"]
    folder = fastai_folder(tmp_path, pictures)
    assert digits().name == "bundled digits"
    assert (
        f"\nnot taken: fastai's folder {folder} is not the whole of MNIST: it has 19 training and 10 test images; "
        in (capsys.readouterr().out)
    )
    shutil.rmtree(folder / "testing")
    assert digits().name == "bundled digits"
    assert f"\nnot taken: fastai's folder {folder} has no .png file in testing/0, " in capsys.readouterr().out


def test_settings_of_fastai_that_cannot_be_read_are_named(tmp_path, capsys):
    fastai_folder(tmp_path, small_set())
    (tmp_path / "fastai" / "config.ini").write_text("data = x\n")
    assert digits().name == "bundled digits"
    assert f"not taken: {tmp_path / 'fastai' / 'config.ini'} cannot be read (" in capsys.readouterr().out


# The download


def test_without_a_network_the_bundled_digits_come_quickly(tmp_path, capsys):
    digits()
    started = time.perf_counter()
    assert digits().name == "bundled digits"
    assert time.perf_counter() - started < 5  # far less on an idle machine
    out, err = capsys.readouterr()
    assert out.splitlines()[-3:] == [
        "Data: bundled digits, 21 training and 10 test images",
        "(bundled with scikit-learn)",
        "MNIST could not be downloaded: s3.amazonaws.com cannot be reached (offline)",
    ]
    assert len(out.splitlines()) == 6 and not err and cache(tmp_path) == {"bundled"}


# Runs before the package's own code in the process that downloads: the real host becomes this test's own, and fastai's
# list of sizes and hashes is the test's.
REDIRECT = """
import urllib.request
real = urllib.request.OpenerDirector.open
def redirected(self, request, *arguments, **options):
    request = request if isinstance(request, urllib.request.Request) else urllib.request.Request(request)
    request.full_url = request.full_url.replace("https://s3.amazonaws.com", {host!r})
    return real(self, request, *arguments, **options)
urllib.request.OpenerDirector.open = redirected
stats = {stats!r}
if stats:
    import fastdownload.core
    url = "https://s3.amazonaws.com/fast-ai-imageclas/mnist_png.tgz"
    fastdownload.core.read_checks = lambda _: {{url: stats}}
"""
PACKAGES_OWN = digit_files.DOWNLOAD_CODE


class Host(http.server.BaseHTTPRequestHandler):
    """Answers every request with the server's `content`."""

    def do_HEAD(self):
        self.send_response(self.server.status)
        self.send_header("Content-Length", len(self.server.content))
        self.end_headers()

    def do_GET(self):
        self.do_HEAD()
        self.server.downloads += 1
        self.wfile.write(self.server.content)

    def log_message(self, *_):
        pass


@pytest.fixture
def host(monkeypatch, archive):
    """The server that fastai downloads from in this test; it has the small set."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Host) as server:
        server.content, server.status, server.downloads = archive.read_bytes(), 200, 0
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        server.address = f"http://127.0.0.1:{server.server_port}"
        yield server
        server.shutdown()
        thread.join()


def md5_and_size(content):
    return len(content), hashlib.md5(content[: 2**20]).hexdigest()


def test_the_download_by_fastai_is_kept_for_next_time(host, tmp_path, monkeypatch, small_is_mnist, capfd):
    code = REDIRECT.format(host=host.address, stats=md5_and_size(host.content))
    monkeypatch.setattr(digit_files, "DOWNLOAD_CODE", code + PACKAGES_OWN)
    monkeypatch.setattr(digit_files, "DOWNLOAD_BYTES", len(host.content))
    assert_small(digits())
    out, err = capfd.readouterr()
    assert re.fullmatch(
        r"Downloading MNIST, 0.0 MB:( \d+%)*\n"
        r"Data: MNIST, 20 training and 10 test images\n\(downloaded by fastai\)\n",
        out,
    )
    assert not err
    assert_small(digits())
    assert host.downloads == 1 and cache(tmp_path) == {"download"} and not (tmp_path / "fastai").exists()
    assert {path.name for path in (tmp_path / "cache" / "download").iterdir()} == {"digits", "tensors.pt"}


def test_a_download_of_the_wrong_hash_is_not_taken(host, tmp_path, monkeypatch, small_is_mnist, capfd):
    # fastai's own check finds it: the small archive comes in the place of the real one.
    monkeypatch.setattr(digit_files, "DOWNLOAD_CODE", REDIRECT.format(host=host.address, stats=None) + PACKAGES_OWN)
    assert digits().name == "bundled digits"
    out, err = capfd.readouterr()
    assert "MNIST could not be downloaded: Exception: Downloaded file is corrupt or not latest version\n" in out
    assert host.downloads == 1 and cache(tmp_path) == {"bundled"} and not err


def test_a_host_that_refuses_is_not_asked_twice(host, tmp_path, monkeypatch, capfd):
    host.status = 403
    monkeypatch.setattr(digit_files, "DOWNLOAD_CODE", REDIRECT.format(host=host.address, stats=None) + PACKAGES_OWN)
    assert digits().name == "bundled digits"
    assert "MNIST could not be downloaded: s3.amazonaws.com cannot be reached (Forbidden)\n" in capfd.readouterr().out
    assert host.downloads == 0 and cache(tmp_path) == {"bundled"}


def test_a_name_that_is_not_found_is_no_network(tmp_path, monkeypatch, capfd):
    failing = """
import socket
def getaddrinfo(*_, **__): raise socket.gaierror(-2, "Name or service not known")
socket.getaddrinfo = getaddrinfo
"""
    monkeypatch.setattr(digit_files, "DOWNLOAD_CODE", failing + PACKAGES_OWN)
    monkeypatch.setenv("no_proxy", "*")
    assert digits().name == "bundled digits"
    assert "s3.amazonaws.com cannot be reached ([Errno -2] Name or service not known)\n" in capfd.readouterr().out


HANG = "import time; time.sleep(60)"
HALF = f"""
import pathlib, sys
work = pathlib.Path(sys.argv[1])
(work / "answered").touch()
(work / "archive").mkdir()
(work / "archive" / "mnist_png.tgz.part").write_bytes(bytes(8_000_000))
{HANG}
"""


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (HANG, "no answer from s3.amazonaws.com for 1 seconds"),
        (HALF, "no new byte for 2 seconds, after 8,000,000 of 15,683,414"),
    ],
    ids=["at the start", "half-way"],
)
def test_a_network_that_hangs_does_not_hang_the_reader(monkeypatch, tmp_path, capfd, code, says):
    monkeypatch.setattr(digit_files, "DOWNLOAD_CODE", code)
    monkeypatch.setattr(digit_files, "NO_ANSWER", 1.0 if code is HANG else 30.0)
    monkeypatch.setattr(digit_files, "STALLED", 2.0)
    assert digits().name == "bundled digits"
    out, err = capfd.readouterr()
    assert f"\nMNIST could not be downloaded: {says}\n" in out and not err
    assert ("Downloading MNIST, 15.7 MB: 10% 20% 30% 40% 50%\n" in out) == (code is HALF)
    assert cache(tmp_path) == {"bundled"}


def test_an_interrupt_ends_the_download_too(monkeypatch, tmp_path, capfd):
    children = []
    real = subprocess.Popen

    def popen(*arguments, **options):
        children.append(real(*arguments, **options))
        return children[-1]

    monkeypatch.setattr(digit_files, "DOWNLOAD_CODE", HANG)
    monkeypatch.setattr(subprocess, "Popen", popen)
    monkeypatch.setattr(time, "sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        digits()
    assert children[0].returncode == -signal.SIGKILL and not cache(tmp_path)


def interrupt(*_, **__):
    raise KeyboardInterrupt


# The cache


@pytest.fixture
def reads(monkeypatch):
    """How often the pictures were read from their files."""
    counted = []
    real = digit_files.read

    def read(*arguments):
        counted.append(arguments)
        return real(*arguments)

    monkeypatch.setattr(digit_files, "read", read)
    return counted


@pytest.mark.parametrize("kind", ["folder", "archive"])
def test_the_pictures_are_read_once(use, folder, archive, reads, kind):
    path = {"folder": folder, "archive": archive}[kind]
    assert_small(use(path))
    assert_small(use(path))
    assert len(reads) == 1


def same(one, other):
    return one.shape == other.shape and torch.equal(one, other)


def change_in_place(file):
    file.write_bytes(png(200))
    # As long as before, and a tick of the clock later.
    state = file.stat()
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns + 4_000_000))


@pytest.mark.parametrize(
    "change",
    [
        change_in_place,
        lambda file: file.rename(file.with_name("2.png")),
        lambda file: file.with_name("1000.png").write_bytes(png(7)),
        lambda file: file.unlink(),
        lambda file: file.rename(file.parent.parent / "4" / file.name),
    ],
    ids=["written", "renamed", "added", "removed", "moved"],
)
def test_a_changed_folder_is_read_again(use, folder, reads, change):
    before = use(folder)
    change(folder / "training" / "3" / "8.png")
    after = use(folder)
    assert len(reads) == 2
    assert not same(before.train_images, after.train_images) or not same(before.train_labels, after.train_labels)
    use(folder)
    assert len(reads) == 2


def test_a_changed_archive_is_read_again(use, archive, tmp_path):
    assert_small(use(archive))
    state = archive.stat()
    changed = small_set() | {"training/3/8.png": png(200)}
    write_archive(archive, changed)
    os.utime(archive, ns=(state.st_atime_ns, state.st_mtime_ns))
    found = use(archive)
    assert found.train_images[3, 0, 0, 0] == 200
    assert Image.open(found.folder / "training" / "3" / "8.png").getpixel((0, 0)) == 200
    assert len(cache(tmp_path)) == 1


@pytest.mark.parametrize("kind", ["folder", "archive"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: b"",
        lambda whole: whole[: len(whole) // 2],
        lambda whole: b"not tensors at all",
        # One pixel, which torch.load by itself lets pass.
        lambda whole: whole.replace(bytes([4]) * 784, bytes([4]) * 783 + bytes([5])),
    ],
    ids=["empty", "cut", "other", "one pixel"],
)
def test_damaged_tensors_are_made_again(use, folder, archive, tmp_path, reads, kind, damage):
    path = {"folder": folder, "archive": archive}[kind]
    use(path)
    (kept,) = tmp_path.glob("cache/*/tensors.pt")
    whole = kept.read_bytes()
    kept.write_bytes(damage(whole))
    assert kept.read_bytes() != whole
    assert_small(use(path))
    assert len(reads) == 2


def test_a_cache_of_another_version_is_made_again(use, folder, reads, monkeypatch):
    use(folder)
    monkeypatch.setattr(data, "_FORM", "0")
    assert_small(use(folder))
    assert len(reads) == 2


def test_an_unpacked_archive_that_lost_a_file_is_unpacked_again(use, archive):
    next(use(archive).folder.glob("testing/*/*.png")).unlink()
    assert_small(use(archive))


def test_two_folders_of_one_name_are_two(use, folder, tmp_path):
    other = write_folder(tmp_path / "other" / folder.name, small_set() | {"training/3/8.png": png(200)})
    use(folder)
    assert use(other).train_images[3, 0, 0, 0] == 200
    assert_small(use(folder))


# A disk that cannot be written to


@pytest.fixture
def read_only(monkeypatch):
    """A cache that no user can make, not even the administrator."""
    monkeypatch.setenv("LECTURE_CACHE", f"{os.devnull}/cache")
    return (
        f"nothing is kept for next time, because {os.devnull}/cache cannot be written (Not a directory); let LECTURE_"
    )


def test_a_read_only_cache_is_no_obstacle_to_a_folder(use, folder, read_only, capsys, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", f"{os.devnull}/temporary")
    assert_small(use(folder))
    assert read_only in capsys.readouterr().out


def test_what_cannot_be_kept_lies_in_a_temporary_folder(use, archive, read_only, capsys, tmp_path, monkeypatch):
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    found = use(archive)
    assert_small(found)
    assert found.folder.is_relative_to(tmp_path / "temporary")
    assert read_only in capsys.readouterr().out


def test_without_any_place_the_error_names_both(use, archive, read_only, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", f"{os.devnull}/temporary")
    with pytest.raises(DataError) as caught:
        use(archive)
    assert str(caught.value) == (
        f"the archive {archive}: there is no room for its files: "
        f"{os.devnull}/cache cannot be written (Not a directory); let LECTURE_CACHE name a folder with 400 MB free; "
        f"nor can {os.devnull}/temporary be written (Not a directory)"
    )


def test_a_read_only_folder_of_ones_own_is_read(use, folder, tmp_path):
    for path in [*folder.rglob("*"), folder]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    assert_small(use(folder))
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


@pytest.fixture
def full(monkeypatch):
    """``full(folder, after)``: the disk that holds `folder` takes no more than so many files."""

    def full_(folder, after):
        real, written = Path.open, []

        def open_(path, mode="r", *arguments, **options):
            if "w" in mode and path.is_relative_to(folder):
                written.append(path)
                if len(written) > after:
                    raise OSError(errno.ENOSPC, "No space left on device", str(path))
            return real(path, mode, *arguments, **options)

        monkeypatch.setattr(Path, "open", open_)

    return full_


@pytest.mark.parametrize("after", [0, 7, TRAIN + TEST])
def test_a_full_cache_is_left_as_it_was(use, archive, tmp_path, full, capsys, monkeypatch, after):
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    full(tmp_path / "cache", after)
    assert_small(use(archive))
    assert f"because {tmp_path / 'cache'} cannot be written (No space left on device); let" in capsys.readouterr().out
    assert not cache(tmp_path)


def test_a_cache_that_gets_full_keeps_what_it_has(use, folder, archive, tmp_path, full, monkeypatch):
    use(folder)
    before = cache(tmp_path)
    full(tmp_path, 0)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(DataError, match=r"there is no room for its files.*No space left on device"):
        use(archive)
    assert cache(tmp_path) == before


def test_a_limit_of_the_system_itself(archive, tmp_path):
    """Pictures fit where a file may have 10 kB, their tensors do not."""
    code = (
        "import resource as r; r.setrlimit(r.RLIMIT_FSIZE, (10**4, 10**4)); from lecture_utils.data import *; digits()"
    )
    done = run(code, tmp_path, LECTURE_MNIST=str(archive), TMPDIR=str(tmp_path))
    assert done.returncode == 1
    assert re.search(
        r"DataError: the archive .*: there is no room for its files: .*/cache cannot be written \(File too large\); "
        r"let LECTURE_CACHE name .*; nor can .*/lecture_utils-\w+ be written \(File too large\)",
        done.stderr,
    )
    assert not cache(tmp_path) and not list(tmp_path.glob("lecture_utils-*"))


# Other processes, and interrupts


def start(code, tmp_path, **environment):
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env=os.environ | {"LECTURE_CACHE": str(tmp_path / "cache"), "OMP_NUM_THREADS": "1"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(code, tmp_path, **environment):
    child = start(code, tmp_path, **environment)
    out, err = child.communicate(timeout=60)
    return subprocess.CompletedProcess(code, child.returncode, out, err)


def test_two_that_start_at_once_make_it_once(archive, tmp_path):
    code = f"""
import pathlib, sys, time
from lecture_utils import _digit_files, data
real = _digit_files.unpack
def slowly(archive, folder):
    print("unpacks")
    real(archive, folder)
    time.sleep(1)
data.digit_files.unpack = slowly
pathlib.Path({str(tmp_path)!r}, sys.argv[0].strip("-") + f"ready{{time.time_ns()}}").touch()
while len(list(pathlib.Path({str(tmp_path)!r}).glob("*ready*"))) < 2:
    time.sleep(0.01)
found = data.digits()
print(found.train_images.sum().item(), len(list(found.folder.glob("*/*/*.png"))), "fastai" in sys.modules)
"""
    both = [start(code, tmp_path, LECTURE_MNIST=str(archive)) for _ in range(2)]
    outputs = [child.communicate(timeout=60) for child in both]
    assert [err for _, err in outputs] == ["", ""]
    lines = [line for out, _ in outputs for line in out.splitlines()]
    assert lines.count("unpacks") == 1
    assert lines.count(f"{sum(range(TRAIN)) * 784} {TRAIN + TEST} False") == 2


def test_one_that_waits_too_long_says_for_what(use, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(data, "_WAIT", 0.1)
    (tmp_path / "cache").mkdir()
    lock = tmp_path / "cache" / "lock"
    with (
        filelock.FileLock(lock),
        pytest.raises(DataError, match=f"{lock}: another process has been preparing the digits"),
    ):
        use(folder)
    assert_small(use(folder))


# Where an interrupt may fall: (module, name) of what is running.
MOMENTS = {
    "writing a picture": (Path, "write_bytes"),
    "reading a picture": (digit_files, "_picture"),
    "storing the tensors": (os, "fsync"),
    "renaming": (os, "replace"),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_interrupt_leaves_nothing_behind(use, archive, tmp_path, monkeypatch, moment):
    with monkeypatch.context() as patch:
        patch.setattr(*MOMENTS[moment], interrupt)
        with pytest.raises(KeyboardInterrupt):
            use(archive)
    assert not cache(tmp_path)
    assert_small(use(archive))


@pytest.mark.parametrize("moment", ["write_bytes", "replace"])
def test_what_a_killed_process_leaves_is_never_taken(use, archive, tmp_path, moment):
    code = f"""
import os, pathlib, signal
from lecture_utils.data import digits
real, calls = pathlib.Path.write_bytes, []
def write_bytes(path, content):
    calls.append(real(path, content[:50] if len(calls) == 7 else content))
    if len(calls) == 8:
        os.kill(os.getpid(), signal.SIGKILL)
def replace(*_):
    os.kill(os.getpid(), signal.SIGKILL)
{"pathlib.Path" if moment == "write_bytes" else "os"}.{moment} = {moment}
digits()
"""
    assert run(code, tmp_path, LECTURE_MNIST=str(archive)).returncode == -signal.SIGKILL
    left = cache(tmp_path)
    assert left and list(tmp_path.glob("cache/*/*/*/*/*.png"))
    found = use(archive)
    assert_small(found)
    assert found.folder.is_relative_to(tmp_path / "cache") and not cache(tmp_path) & left


# The employment data


def test_the_probability_of_employment_is_the_formulas():
    spec = employment(43052)
    for values in (spec.x, spec.y, spec.underlying):
        assert values.shape == (2000, 1) and values.dtype == torch.float32
    # The rows that lecture A prints.
    assert spec.x[[0, 1, 2, -2]].flatten().tolist() == pytest.approx([-1, -0.998999, -0.997999, 0.998999], abs=1e-6)
    assert spec.underlying[[0, 1, 2]].flatten().tolist() == pytest.approx([4.54e-5, 4.61e-5, 4.68e-5], abs=5e-8)
    assert spec.underlying[[1995, 1996, -1]].flatten().tolist() == pytest.approx([0.505002, 0.503752, 0.5], abs=1e-6)
    assert repr(spec).startswith("Employment(2,000 people, 1,")


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


@pytest.mark.parametrize("seed", [1.0, "1", None, True])
def test_a_seed_that_is_no_integer_is_an_error(seed):
    with pytest.raises(TypeError, match=rf"seed: expected an integer, got {re.escape(repr(seed))}"):
        employment(seed)
