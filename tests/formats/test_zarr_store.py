"""Zarr stores: a series is read back, goes on after a resume, and is never torn."""

from __future__ import annotations

import numpy as np
import pytest
import zarr
from zarr.storage import LocalStore

from paget.errors import PagetError
from paget.formats.zarr_store import snapshots_in, write_zarr


def opened(path):
    return zarr.open_group(path, mode="r")


@pytest.fixture(params=[False, True], ids=["3-D", "2-D"])
def series(request, fake_tissue, tmp_path):
    """Three moments with 30, 0 and 17 cells, and their store."""
    moments = [fake_tissue.snapshot(n, request.param, seed=n, time=6.0 * n) for n in (30, 0, 17)]
    for number, moment in enumerate(moments):
        write_zarr(tmp_path / "a.zarr", moment, number, {"seed": 3})
    return moments, tmp_path / "a.zarr"


def test_fields(series):
    moments, path = series
    found = opened(path)
    assert found["level"].shape == (3, *moments[0].level.shape)
    assert found["level"].metadata.dimension_names == ("time", "factor", "z", "y", "x")
    assert found["level"].attrs["units"] == ["mmHg", "dimensionless"]
    for number, moment in enumerate(moments):
        np.testing.assert_array_equal(found["level"][number], moment.level)
    assert found["time"][:].tolist() == [180.0, 0.0, 102.0]
    assert (found["time"].attrs["units"], found["x"].attrs["units"]) == ("min", "um")
    domain = moments[0].definition.domain
    for axis, name in enumerate("xyz"):
        centres = found[name][:]
        assert centres[0] == domain.low[axis] + 10.0
        assert centres[-1] == domain.high[axis] - 10.0
        assert len(centres) == domain.shape[2 - axis]


def test_cells(series):
    moments, path = series
    found = opened(path)
    for number, moment in enumerate(moments):
        cells = found[f"cells/{number:08d}"]
        np.testing.assert_array_equal(cells["position"][:], moment.position)
        np.testing.assert_array_equal(cells["type"][:], moment.kind)
        np.testing.assert_array_equal(cells["identifier"][:], moment.identifier)
        np.testing.assert_array_equal(cells["dead"][:], moment.dead)
        np.testing.assert_array_equal(cells["velocity"][:], moment.cells["velocity"])
        np.testing.assert_array_equal(cells["contacts"][:], moment.contacts())
        np.testing.assert_array_equal(cells["springs"][:], moment.springs())
        assert cells["radius"].attrs["units"] == "um"
        assert all(array.attrs["meaning"] for _, array in cells.arrays())


def test_names_stand_in_the_attributes(series):
    found = opened(series[1])
    cells = found["cells/00000000"]
    assert found.attrs["schema"] == "tissue-zarr/1"
    assert found.attrs["factors"][0] == {
        "name": "oxygen", "units": "mmHg", "diffusion_um2_per_min": 1e5, "decay_per_min": 0.1,
    }  # fmt: skip
    assert found.attrs["cell_types"] == [{"name": "tumour", "code": 0}, {"name": "hunter", "code": 7}]
    names = [phase["name"] for phase in found.attrs["phases"]]
    assert [names[k] for k in cells["phase"][:8]] == [
        "G0/G1", "live", "apoptotic", "live", "necrotic swelling", "live", "necrotic lysed", "apoptotic",
    ]  # fmt: skip
    assert found.attrs["provenance"] == {"seed": 3}


def test_no_factor(fake_tissue, tmp_path):
    for number in range(2):
        write_zarr(tmp_path / "a.zarr", fake_tissue.snapshot(3, factors=0), number)
    assert opened(tmp_path / "a.zarr")["level"].shape == (2, 0, 5, 4, 3)


def test_large_layers_are_cut_into_chunks(fake_tissue, tmp_path, monkeypatch):
    monkeypatch.setattr("paget.formats.zarr_store.VOXELS_IN_A_CHUNK", 24)
    moment = fake_tissue.snapshot(3)
    found = opened(write_zarr(tmp_path / "a.zarr", moment, 0))
    assert found["level"].chunks == (1, 1, 2, 4, 3)
    np.testing.assert_array_equal(found["level"][0], moment.level)


def test_a_run_that_resumes_replaces_what_was_later(series, fake_tissue):
    moments, path = series
    again = fake_tissue.snapshot(9, moments[0].definition.domain.two_dimensional, seed=9, time=77.0)
    write_zarr(path, again, 1)
    found = opened(path)
    assert snapshots_in(path) == 2
    assert found["time"][:].tolist() == [180.0, 77.0]
    np.testing.assert_array_equal(found["level"][:], [moments[0].level, again.level])
    assert sorted(found["cells"].group_keys()) == ["00000000", "00000001"]


def test_moment_0_begins_anew(series, fake_tissue):
    _, path = series
    write_zarr(path, fake_tissue.snapshot(5), 0)
    assert snapshots_in(path) == 1


@pytest.mark.parametrize("number", [1, 5])
def test_a_gap_is_an_error(fake_tissue, tmp_path, number):
    with pytest.raises(PagetError, match="lacks moments"):
        write_zarr(tmp_path / "a.zarr", fake_tissue.snapshot(5), number)
    assert snapshots_in(tmp_path / "a.zarr") == 0


@pytest.mark.parametrize("allowed", [0, 1, 2, 3, 4, 5, 6, 9, 17, 40, 46, 47])
def test_stopped_after_any_number_of_files_it_is_one_moment_short(series, fake_tissue, monkeypatch, allowed):
    moments, path = series
    two = moments[0].definition.domain.two_dimensional
    done = 0
    write = LocalStore.set

    async def failing(store, key, value):
        nonlocal done
        done += 1
        if done > allowed:
            raise OSError(28, "No space left on device")
        await write(store, key, value)

    fourth = fake_tissue.snapshot(21, two, seed=21, time=300.0)
    with monkeypatch.context() as full:
        full.setattr(LocalStore, "set", failing)
        with pytest.raises(PagetError, match="No space left on device"):
            write_zarr(path, fourth, 3)
    found = opened(path)
    assert snapshots_in(path) == 3
    assert found["time"][:3].tolist() == [180.0, 0.0, 102.0]
    np.testing.assert_array_equal(found["level"][:3], [moment.level for moment in moments])
    write_zarr(path, fourth, 3)
    assert snapshots_in(path) == 4
    np.testing.assert_array_equal(opened(path)["level"][3], fourth.level)


def test_a_full_disk_is_an_error(series, fake_tissue, full_disk):
    moments, path = series
    two = moments[0].definition.domain.two_dimensional
    with full_disk(3000), pytest.raises(PagetError, match="cannot be written"):
        write_zarr(path, fake_tissue.snapshot(3000, two), 3)
    assert snapshots_in(path) == 3
    assert not list(path.rglob("*.partial"))
