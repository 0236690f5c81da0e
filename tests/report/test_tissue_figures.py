"""Pictures of tissues: what is drawn is what the snapshot and the table say."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import matplotlib.image
import numpy as np
import pandas as pd
import pytest

from paget.errors import PagetError
from paget.formats.population import population_columns
from paget.report.figures.slices import TYPE_COLOURS, cell_colours, clock, save_slice, slice_image
from paget.report.figures.tissue import save_summary, time_scale, tissue_summary


@pytest.fixture(scope="module")
def fake_tissue():
    """The small tissues of the tests of formats."""
    path = Path(__file__).parents[1] / "formats" / "fake_tissue.py"
    spec = importlib.util.spec_from_file_location("fake_tissue", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def discs(ax):
    """Centres and radii of the cells in a picture."""
    (collection,) = ax.collections
    sizes = np.asarray(collection._widths)  # half widths; Matplotlib has no public way to ask
    return np.asarray(collection.get_offsets()), sizes


class TestSlices:
    @pytest.mark.parametrize("across, at", [("z", None), ("z", 12.0), ("x", -5.0), ("y", 20.0)])
    def test_cells_are_cut_where_the_plane_cuts_them(self, fake_tissue, across, at):
        snapshot = fake_tissue.snapshot(60)
        normal = "xyz".index(across)
        away = snapshot.position[:, normal] - (at or 0.0)
        cut = np.abs(away) < snapshot.radius
        expected = np.sqrt(snapshot.radius[cut] ** 2 - away[cut] ** 2)
        offsets, radii = discs(slice_image(snapshot, across=across, at=at))
        plane = [axis for axis in range(3) if axis != normal]
        order, drawn = np.lexsort(snapshot.position[cut][:, plane].T), np.lexsort(offsets.T)
        np.testing.assert_allclose(offsets[drawn], snapshot.position[cut][:, plane][order])
        np.testing.assert_allclose(radii[drawn], expected[order], rtol=1e-12)

    @pytest.mark.parametrize(
        "across, at, cut",
        [
            ("z", -50.0, (0, slice(None), slice(None))),
            ("z", 29.0, (3, slice(None), slice(None))),
            ("y", -1.0, (slice(None), 1, slice(None))),
            ("x", 30.0, (slice(None), slice(None), 2)),
        ],
    )
    def test_the_layer_of_voxels(self, fake_tissue, across, at, cut):
        snapshot = fake_tissue.snapshot(3)
        ax = slice_image(snapshot, "debris", across=across, at=at)
        np.testing.assert_array_equal(ax.images[0].get_array(), snapshot.level[1][cut])
        rest = [axis for axis in range(3) if axis != "xyz".index(across)]
        domain = snapshot.definition.domain
        assert ax.images[0].get_extent() == [
            edge for axis in rest for edge in (domain.low[axis], domain.high[axis])
        ]

    def test_limits_hold_for_pictures_in_a_row(self, fake_tissue):
        ax = slice_image(fake_tissue.snapshot(3), limits=(0.0, 50.0))
        assert ax.images[0].get_clim() == (0.0, 50.0)

    def test_colours_tell_type_and_death(self):
        edge, face = cell_colours(np.array([0, 1, 0, 1, 7]), np.array([0, 0, 1, 2, 0]))
        assert len(np.unique(face, axis=0)) == 4
        np.testing.assert_array_equal(face[0], face[4])  # the colours have come round
        assert len(TYPE_COLOURS) == 7
        assert (edge != face).any(axis=1).all()

    @pytest.mark.parametrize(
        "cells, factors, two", [(0, 2, False), (0, 0, True), (20, 0, False), (20, 1, True)]
    )
    def test_next_to_nothing(self, fake_tissue, tmp_path, cells, factors, two):
        path = save_slice(tmp_path / "s" / "a.png", fake_tissue.snapshot(cells, two, factors))
        assert matplotlib.image.imread(path).shape[0] > 300

    def test_the_same_moment_gives_the_same_bytes(self, fake_tissue, tmp_path):
        one, other = (save_slice(tmp_path / name, fake_tissue.snapshot(20)) for name in ("a.png", "b.png"))
        assert one.read_bytes() == other.read_bytes()

    @pytest.mark.parametrize(
        "options, message",
        [
            ({"factor": "oxigen"}, "Did you mean 'oxygen'"),
            ({"across": "w"}, "unknown axis"),
            ({"at": 51.0}, "outside the domain"),
        ],
    )
    def test_what_is_not_there(self, fake_tissue, tmp_path, options, message):
        with pytest.raises(PagetError, match=message):
            save_slice(tmp_path / "a.png", fake_tissue.snapshot(3), **options)

    def test_a_full_disk(self, fake_tissue, tmp_path, monkeypatch):
        def full(path, content):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("paget.report.render.write_bytes", full)
        with pytest.raises(PagetError, match="No space left"):
            save_slice(tmp_path / "a.png", fake_tissue.snapshot(3))

    @pytest.mark.parametrize("minutes, text", [(0, "0 min"), (90, "90 min"), (2160, "36 h"), (17280, "12 d")])
    def test_clock(self, minutes, text):
        assert clock(minutes) == text


def table(factors=("oxygen", "IGF-1"), types=("tumour", "macrophage"), times=5):
    """Numbers that a reader can recognise: everything grows by 1 an hour."""
    rows = [
        [60.0 * k, name, 100 + k, k, 2 * k, 100 + 4 * k, 50.0 + k, 1.0, *[float(k)] * (2 * len(factors))]
        for k in range(times)
        for name in ("all", *types)
    ]
    return pd.DataFrame(rows, columns=population_columns(list(factors)))


class TestSummary:
    def test_axes_and_lines(self):
        axes = tissue_summary(table(), {"oxygen": "mmHg"})
        assert [ax.get_ylabel() for ax in axes] == [
            "Cells", "Outermost cell (µm)", "Mean pressure", "Oxygen at cells (mmHg)", "IGF-1 at cells",
        ]  # fmt: skip
        live, dead = axes[0].lines[:2]
        assert live.get_ydata().tolist() == [100, 101, 102, 103, 104]
        assert dead.get_ydata().tolist() == [0, 3, 6, 9, 12]
        assert live.get_xdata().tolist() == [0, 60, 120, 180, 240] or axes[0].get_xlabel() == "Time (h)"
        assert len(axes[1].lines) == 3

    @pytest.mark.parametrize("factors", [0, 1, 12])
    @pytest.mark.parametrize("types", [1, 9])
    def test_any_number_of_factors_and_types(self, factors, types):
        names = [f"factor {k}" for k in range(factors)]
        axes = tissue_summary(table(names, [f"type {k}" for k in range(types)]), {})
        assert len(axes) == 3 + min(factors, 9)

    def test_a_tissue_that_dies_out(self):
        dying = table()
        dying.loc[dying["time_min"] > 60, dying.columns[6:]] = np.nan
        assert len(tissue_summary(dying, {})) == 5

    def test_files(self, tmp_path):
        path = save_summary(tmp_path / "figures", table(times=1), {"oxygen": "mmHg"}, "A title")
        assert path == tmp_path / "figures" / "tissue.png"
        assert sorted(file.name for file in path.parent.iterdir()) == ["tissue.png", "tissue.svg"]

    @pytest.mark.parametrize("last, unit", [(60, "min"), (600, "h"), (6 * 1440, "d")])
    def test_time_scale(self, last, unit):
        assert time_scale(last)[1] == unit
