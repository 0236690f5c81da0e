"""Checkpoints: what was put comes back, two are kept, a damaged one is passed over."""

from __future__ import annotations

import numpy as np
import pytest

from paget.errors import PagetError
from paget.formats import checkpoint
from paget.formats.checkpoint import CheckpointStore

STATE = {
    "cells/kind": np.arange(5, dtype=np.int32),
    "step_number": np.array(7),
    "scheme": np.array("default"),
}


@pytest.fixture
def store(tmp_path):
    return CheckpointStore(tmp_path / "checkpoints")


def test_what_was_put_comes_back(store):
    store.put(0.7, STATE, {"run": "abc"})
    found = store.newest()
    assert (found.time, found.note["run"]) == (0.7, "abc")
    assert found.state.keys() == STATE.keys()
    for name, array in STATE.items():
        np.testing.assert_array_equal(found.state[name], array)
        assert found.state[name].dtype == array.dtype


def test_the_newest_two_are_kept(store):
    for time in (0.0, 999.9, 1000.0, 20000.0):
        store.put(time, STATE, {})
    assert [path.name for path in sorted(store.folder.iterdir())] == [
        "0000001000.0000.npz", "0000020000.0000.npz",
    ]  # fmt: skip
    assert store.newest().time == 20000.0


def test_nothing_there(store):
    assert store.newest() is None


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty"])
def test_a_damaged_one_is_passed_over(store, damage, caplog):
    store.put(1.0, STATE, {})
    path = store.put(2.0, {"field": np.ones(1000)}, {})
    content = bytearray(path.read_bytes())
    if damage == "flipped":
        content[len(content) // 2] ^= 1
    path.write_bytes({"cut": content[: len(content) // 2], "flipped": content, "empty": b""}[damage])
    assert store.newest().time == 1.0
    assert "damaged" in caplog.text


def test_a_newer_format_is_refused(store, monkeypatch):
    with monkeypatch.context() as newer:
        newer.setattr(checkpoint, "SCHEMA", "checkpoint/2")
        store.put(1.0, STATE, {})
    with pytest.raises(PagetError, match="another format version"):
        store.newest()


def test_objects_are_refused(store):
    with pytest.raises(TypeError, match="Python objects"):
        store.put(1.0, {"x": np.array([None])}, {})
    assert store.newest() is None
