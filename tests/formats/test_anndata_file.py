"""AnnData files: what was written is read back, and means what the snapshot says."""

from __future__ import annotations

import json

import anndata
import numpy as np
import pytest

from paget.errors import PagetError
from paget.formats.anndata_file import anndata_of, differing_behaviours, write_anndata


@pytest.fixture(params=[False, True], ids=["3-D", "2-D"])
def written(request, fake_tissue, tmp_path):
    """A snapshot, and what anndata reads of its file."""
    snapshot = fake_tissue.snapshot(40, two_dimensional=request.param)
    path = write_anndata(tmp_path / "a.h5ad", snapshot, {"seed": 7, "paget": None})
    return snapshot, anndata.read_h5ad(path)


def test_places(written):
    snapshot, found = written
    axes = 2 if snapshot.definition.domain.two_dimensional else 3
    np.testing.assert_array_equal(found.obsm["spatial"], snapshot.position[:, :axes])
    assert found.obsm["velocity"].shape == (40, axes)


def test_behaviours_as_they_are_in_each_cell(written):
    snapshot, found = written
    assert found.shape == (40, len(differing_behaviours(snapshot)))
    for name in found.var_names:
        number = snapshot.vocabulary.behaviour_number(name)
        np.testing.assert_array_equal(found[:, name].X.ravel(), snapshot.behaviour(number))
    assert found.var.loc["oxygen uptake"].tolist() == ["1/min", "uptake", False]
    assert found.var.loc["attack tumour"].tolist() == ["1/min", "attack", False]
    assert found.var.loc["necrosis"].tolist() == ["1/min", "necrosis", True]


def test_behaviours_that_all_cells_share_are_not_lost(written):
    snapshot, found = written
    shared = found.uns["shared_behaviours"]
    assert shared["cell-cell adhesion"] == 0.4
    assert set(shared) | set(found.var_names) == set(snapshot.vocabulary.behaviours)
    assert not set(shared) & set(found.var_names)


def test_states(written):
    snapshot, found = written
    obs = found.obs
    assert obs.index.tolist() == [str(i) for i in snapshot.identifier]
    assert obs["type"].tolist() == [["tumour", "hunter"][k] for k in snapshot.kind]
    assert obs["phase"].tolist()[:8] == [
        "G0/G1", "live", "apoptotic", "live", "necrotic swelling", "live", "necrotic lysed", "apoptotic",
    ]  # fmt: skip
    assert obs["dead"].sum() == 4
    assert obs["model"].cat.categories.tolist() == ["live", "apoptotic", "necrotic"]
    np.testing.assert_array_equal(obs["radius"], snapshot.radius)
    np.testing.assert_array_equal(obs["igf1r activity"], snapshot.cells["activity"][:, 0])
    np.testing.assert_array_equal(obs[["oxygen level", "debris level"]], snapshot.level_at_cells())


def test_graphs(written):
    snapshot, found = written
    near, far = found.obsp["spatial_connectivities"], found.obsp["spatial_distances"]
    pairs = snapshot.contacts()
    assert near.nnz == far.nnz == 2 * len(pairs)
    assert (near != near.T).nnz == (far != far.T).nnz == 0
    for one, other in pairs:
        assert near[one, other] == 1.0
        assert far[one, other] == pytest.approx(
            np.linalg.norm(snapshot.position[one] - snapshot.position[other])
        )
    assert found.obsp["springs"].nonzero()[0].tolist() == [0, 5]


def test_facts(written):
    snapshot, found = written
    assert found.uns["schema"] == "tissue-anndata/1"
    assert found.uns["time_min"] == 60.0
    assert found.uns["factors"].loc["oxygen"].tolist() == ["mmHg", 1e5, 0.1]
    assert found.uns["cell_types"]["code"].tolist() == [0, 7]
    assert found.uns["domain_um"]["low"].tolist() == list(snapshot.definition.domain.low)
    assert json.loads(found.uns["provenance"]) == {"seed": 7, "paget": None}
    assert set(found.uns["units"]) == set(found.obs.columns) | {"spatial", "velocity"}


@pytest.mark.parametrize("factors", [0, 1])
@pytest.mark.parametrize("cells", [0, 1])
def test_next_to_nothing(fake_tissue, tmp_path, cells, factors):
    found = anndata.read_h5ad(
        write_anndata(tmp_path / "a.h5ad", fake_tissue.snapshot(cells, factors=factors))
    )
    assert found.n_obs == cells
    assert len(found.uns["factors"]) == factors


def test_a_name_with_a_slash(fake_tissue, tmp_path):
    snapshot = fake_tissue.with_names(fake_tissue.snapshot(5), "IGF-1/2", "a/b")
    found = anndata.read_h5ad(write_anndata(tmp_path / "a.h5ad", snapshot))
    assert "IGF-1|2 level" in found.obs
    assert found.uns["factors"].index[0] == "IGF-1/2"
    assert found.obs["type"].iloc[0] == "a/b"


def test_in_memory_it_is_the_same(fake_tissue, tmp_path):
    snapshot = fake_tissue.snapshot(12)
    one, other = anndata_of(snapshot), anndata.read_h5ad(write_anndata(tmp_path / "a.h5ad", snapshot))
    np.testing.assert_array_equal(one.X, other.X)
    assert one.obs.columns.tolist() == other.obs.columns.tolist()


def test_a_full_disk_is_an_error_and_the_earlier_file_stays(fake_tissue, tmp_path, full_disk):
    path = write_anndata(tmp_path / "a.h5ad", fake_tissue.snapshot(12))
    before = path.read_bytes()
    with full_disk(20_000), pytest.raises(PagetError, match="cannot be written"):
        write_anndata(path, fake_tissue.snapshot(2000))
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["a.h5ad"]
    write_anndata(path, fake_tissue.snapshot(13))
    assert anndata.read_h5ad(path).n_obs == 13
