"""The store of finished subjects: what goes in comes out, what is torn counts as not done."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paget.errors import PagetError
from paget.formats.parts import PartStore


@pytest.fixture
def store(tmp_path) -> PartStore:
    return PartStore(tmp_path / "parts")


class TestRoundTrip:
    def test_arrays_and_note(self, store):
        arrays = {
            "day": np.linspace(0, 42, 7),
            "count": np.arange(6, dtype=np.int64).reshape(2, 3),
            "names": np.array(["lung", "bone µ"]),
            "empty": np.empty((0, 3)),
            "file": np.array([np.nan, np.inf]),
            "row": np.array([(1, 2.5)], dtype=[("site", "i4"), ("volume", "f8")]),
        }
        store.put("paclitaxel + xentuzumab/7", arrays, {"left": "humane endpoint", "day": 31.5})
        part = store.get("paclitaxel + xentuzumab/7")
        assert part is not None
        assert part.note == {"left": "humane endpoint", "day": 31.5}
        assert set(part.arrays) == set(arrays)
        for name, array in arrays.items():
            assert part.arrays[name].dtype == array.dtype
            np.testing.assert_array_equal(part.arrays[name], array)

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.sets(st.text(min_size=1, max_size=20), max_size=5))
    def test_any_key(self, tmp_path_factory, keys):
        store = PartStore(tmp_path_factory.mktemp("parts"))
        for key in keys:
            store.put(key, {"n": np.array([len(key)])})
        assert store.done() == keys
        assert {part.key: int(part.arrays["n"][0]) for part in store} == {key: len(key) for key in keys}

    def test_a_part_is_replaced_as_a_whole(self, store):
        store.put("a", {"x": np.ones(1000)})
        store.put("a", {"y": np.zeros(2)})
        assert set(store.get("a").arrays) == {"y"}

    def test_python_objects_are_refused(self, store):
        with pytest.raises(TypeError, match="Python objects"):
            store.put("a", {"x": np.array([{}, None], dtype=object)})
        assert store.done() == set()

    def test_absent(self, store):
        assert store.get("nothing") is None
        assert "nothing" not in store

    def test_the_same_content_gives_the_same_bytes(self, store, tmp_path):
        for name in ("one", "two"):
            PartStore(tmp_path / name).put("k", {"x": np.arange(5.0)}, {"b": 1})
        one, two = (next((tmp_path / name).glob("*.part")).read_bytes() for name in ("one", "two"))
        assert one == two


class TestTornParts:
    @pytest.mark.parametrize("fault", ["truncated", "one bit", "empty", "foreign", "header only"])
    def test_removed_and_not_done(self, store, fault):
        """Planted faults: each must be noticed, and the whole part beside it must stay."""
        store.put("good", {"x": np.arange(100.0)})
        store.put("bad", {"x": np.arange(100.0)})
        path = store.folder / "bad.part"
        content = bytearray(path.read_bytes())
        if fault == "truncated":
            content = content[:-7]
        elif fault == "one bit":
            content[len(content) // 2] ^= 4
        elif fault == "empty":
            content = bytearray()
        elif fault == "foreign":
            content = bytearray(b"PK\x03\x04 not ours")
        else:
            content = content[:78]
        path.write_bytes(content)
        assert store.done() == {"good"}
        assert not path.exists()
        assert store.get("bad") is None

    def test_leftovers_of_a_killed_writer_are_cleared(self, store):
        (store.folder / "x.part.123.tmp").write_bytes(b"half")
        again = PartStore(store.folder)
        assert again.done() == set()
        assert not list(store.folder.iterdir())


def test_what_others_are_writing_stays_in_a_shared_folder(store):
    (store.folder / "x.part.123.tmp").write_bytes(b"half")
    PartStore(store.folder, shared=True).put("k", {"x": np.arange(2.0)})
    assert (store.folder / "x.part.123.tmp").exists()
    PartStore(store.folder)
    assert not (store.folder / "x.part.123.tmp").exists()


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(PagetError, match="cannot keep finished subjects"):
        PartStore(tmp_path / "file" / "parts")
