"""The table of populations: rows from the arrays of the engine, and a file that survives interruptions."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from paget.errors import PagetError
from paget.formats.population import PopulationTable, population_columns, population_rows, read_population
from paget.tissue.cells import APOPTOTIC, DEAD, NECROTIC, OUTSIDE, REMOVED, Cells

COLUMNS = population_columns(["oxygen", "debris"])


@pytest.fixture
def simulation(fake_tissue):
    """Five cells: three tumour cells (one apoptotic, one necrotic), two hunters; and two that are absent."""
    cells = Cells(0, {})
    cells.append(7)
    cells["kind"][:] = [0, 0, 0, 1, 1, 0, 1]
    cells["place"][:, 0] = [3.0, 0.0, 0.0, 0.0, -6.0, 25.0, 25.0]
    cells["place"][:, 1] = [4.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    cells["flags"][:] = [0, DEAD, DEAD, 0, 0, REMOVED, OUTSIDE]
    cells["model"][1:3] = APOPTOTIC, NECROTIC
    cells["pressure"][:] = [1.0, 2.0, 6.0, 0.5, 1.5, 99.0, 99.0]
    cells["voxel"][:] = [0, 1, 2, 3, 4, 5, 6]
    definition = fake_tissue.definition()
    level = np.arange(120.0).reshape(2, *definition.domain.shape)
    return SimpleNamespace(cells=cells, definition=definition, fields=SimpleNamespace(level=level), time=12.0)


def test_rows(simulation):
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in population_rows(simulation)]
    assert [row["type"] for row in rows] == ["all", "tumour", "hunter"]
    everything, tumour, hunter = rows
    assert list(everything.values()) == [12.0, "all", 3, 1, 1, 5, 6.0, 2.2, 2.0, 0.0, 62.0, 60.0]
    assert list(tumour.values()) == [12.0, "tumour", 1, 1, 1, 3, 5.0, 3.0, 1.0, 0.0, 61.0, 60.0]
    assert list(hunter.values()) == [12.0, "hunter", 2, 0, 0, 2, 6.0, 1.0, 3.5, 3.0, 63.5, 63.0]


def test_no_cells(simulation):
    simulation.cells["flags"][:] = REMOVED
    for row in population_rows(simulation):
        assert row[2:6] == [0, 0, 0, 0]
        assert np.isnan(row[6:]).all()


def test_the_centre_is_that_of_the_domain(simulation):
    domain = replace(simulation.definition.domain, low=(-20.0, -40.0, -50.0), high=(40.0, 40.0, 50.0))
    simulation.definition = replace(simulation.definition, domain=domain)
    assert population_rows(simulation)[0][6] == 16.0


class TestFile:
    @pytest.fixture
    def table(self, tmp_path, simulation):
        table = PopulationTable(tmp_path, COLUMNS)
        table.start()
        for simulation.time in (0.0, 6.0, 12.0):
            table.append(population_rows(simulation))
        return table

    def test_what_was_written_is_read(self, table, tmp_path, simulation):
        frame = read_population(tmp_path)
        assert frame.columns.tolist() == COLUMNS
        assert frame["time_min"].tolist() == [0.0] * 3 + [6.0] * 3 + [12.0] * 3
        assert frame["total"].tolist() == [5, 3, 2] * 3
        assert frame.iloc[-3:].to_numpy().tolist() == population_rows(simulation)

    def test_parquet_has_the_same(self, table, tmp_path):
        pd.testing.assert_frame_equal(pd.read_parquet(table.finish()), read_population(tmp_path))

    def test_a_run_that_resumes_writes_the_same_bits(self, table, tmp_path, simulation):
        before = table.path.read_bytes()
        with table.path.open("a") as stream:
            stream.write("18.0,all,3,1")  # torn by a crash
        table.start(before=6.0)
        assert read_population(tmp_path)["time_min"].max() == 6.0
        simulation.time = 12.0
        table.append(population_rows(simulation))
        assert table.path.read_bytes() == before

    def test_another_table_is_not_continued(self, table, tmp_path):
        PopulationTable(tmp_path, population_columns(["oxygen"])).start(before=6.0)
        assert len(read_population(tmp_path)) == 0

    @pytest.mark.parametrize("name", ["NA", "null", "7", 'a "quoted", name'])
    def test_odd_names_of_types(self, tmp_path, name):
        table = PopulationTable(tmp_path, population_columns([]))
        table.start()
        table.append([[0.0, name, 0, 0, 0, 0, float("nan"), float("nan")]])
        frame = pd.read_parquet(table.finish())
        assert frame["type"].tolist() == [name]
        assert frame["mean_pressure"].isna().all()

    def test_no_table(self, tmp_path):
        with pytest.raises(PagetError, match=r"no population\.csv"):
            read_population(tmp_path)

    def test_a_damaged_table(self, tmp_path):
        (tmp_path / "population.csv").write_bytes(b"")
        with pytest.raises(PagetError, match="cannot be read"):
            read_population(tmp_path)

    def test_a_full_disk(self, table, simulation, full_disk):
        with full_disk(table.path.stat().st_size + 10), pytest.raises(PagetError, match="cannot be written"):
            table.append(population_rows(simulation))
