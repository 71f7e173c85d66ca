"""The oldest PyTorch is the one that pyproject.toml names; nothing else moves."""

import pytest

from publish.tools import versions


def test_oldest_and_newest(root):
    oldest, pins = versions.wanted("oldest", root)
    assert {"torch==2.9.0", "torchvision==0.24.0", "fastai", "ipykernel"} <= set(oldest)
    assert {"torch", "torchvision"} <= set(versions.wanted("newest", root)[0])
    assert any(pin.startswith("numpy==") for pin in pins)
    assert not [pin for pin in pins if pin.startswith(("torch", "triton", "nvidia-"))]


def test_a_missing_bound_is_named(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["numpy>=2.0"]\n')
    (tmp_path / "requirements.txt").write_text("")
    with pytest.raises(ValueError, match="lower bound for torch"):
        versions.wanted("oldest", tmp_path)
