"""MultiCellDS folders: labels, bytes, values, and that pcdl and SciPy read them."""

from __future__ import annotations

import warnings
import xml.etree.ElementTree as ElementTree

import numpy as np
import pcdl
import pytest
import scipy.io

from paget.errors import PagetError
from paget.formats.physicell import multicellds
from paget.formats.physicell.labels import labels_of
from paget.formats.physicell.multicellds import MultiCellDSFolder, write_multicellds
from paget.tissue.cells import CYTOPLASMIC_SOLID, FLUID, NUCLEAR, NUCLEAR_SOLID, TOTAL

ORDER = """
ID position:3 total_volume cell_type cycle_model current_phase elapsed_time_in_phase nuclear_volume cytoplasmic_volume
fluid_fraction calcified_fraction orientation:3 polarity velocity:3 pressure number_of_nuclei total_attack_time
contact_with_basement_membrane current_cycle_phase_exit_rate elapsed_time_in_phase dead current_death_model
death_rates:d cytoplasmic_biomass_change_rate nuclear_biomass_change_rate fluid_change_rate calcification_rate
target_solid_cytoplasmic target_solid_nuclear target_fluid_fraction radius nuclear_radius surface_area
cell_cell_adhesion_strength cell_BM_adhesion_strength cell_cell_repulsion_strength cell_BM_repulsion_strength
cell_adhesion_affinities:n relative_maximum_adhesion_distance maximum_number_of_attachments attachment_elastic_constant
attachment_rate detachment_rate is_motile persistence_time migration_speed migration_bias_direction:3 migration_bias
motility_vector:3 chemotaxis_index chemotaxis_direction chemotactic_sensitivities:m secretion_rates:m uptake_rates:m
saturation_densities:m net_export_rates:m internalized_total_substrates:m fraction_released_at_death:m
fraction_transferred_when_ingested:m apoptotic_phagocytosis_rate necrotic_phagocytosis_rate other_dead_phagocytosis_rate
live_phagocytosis_rates:n attack_rates:n immunogenicities:n attack_target attack_damage_rate attack_duration
attack_total_damage_delivered fusion_rates:n transformation_rates:n asymmetric_division_probabilities:n damage
damage_rate damage_repair_rate stage
"""
"""Labels of data version 2 as PhysiCell 1.14.2 writes them; sizes d, n, m: death models, cell types, factors."""


def rows(folder, stem: str = "final") -> dict[str, np.ndarray]:
    """Rows of the cells matrix by label, found through the XML alone."""
    data = ElementTree.parse(folder / f"{stem}.xml").find(".//simplified_data")
    matrix = scipy.io.loadmat(folder / data.find("filename").text)["cells"]
    found = {}
    for label in data.iter("label"):
        first, size = int(label.get("index")), int(label.get("size"))
        found[label.text] = matrix[first : first + size] if size > 1 else matrix[first]
    return found


def time_step(path):
    """What pcdl reads."""
    with warnings.catch_warnings():  # of pandas, about pcdl's own ways
        warnings.simplefilter("ignore")
        return pcdl.TimeStep(str(path), verbose=False)


@pytest.fixture(params=[(3, 2), (2, 2), (3, 1), (3, 0)], ids=["3-D", "2-D", "one factor", "no factor"])
def written(request, fake_tissue, tmp_path):
    """A snapshot and the folder that it was written into."""
    dimensions, factors = request.param
    snapshot = fake_tissue.snapshot(40, dimensions == 2, factors)
    write_multicellds(tmp_path, "final", snapshot)
    return snapshot, tmp_path


class TestLabels:
    @pytest.mark.parametrize("factors", [0, 1, 2])
    def test_names_sizes_and_order_are_those_of_the_format(self, fake_tissue, factors):
        sizes = {"3": 3, "d": 2, "n": 2, "m": factors}
        expected = [
            (name, sizes[size] if size else 1)
            for name, _, size in (word.partition(":") for word in ORDER.split())
        ]
        assert [
            (label.name, label.size) for label in labels_of(fake_tissue.snapshot(factors=factors))
        ] == expected

    def test_rows_and_bytes(self, written):
        snapshot, folder = written
        factors = len(snapshot.definition.factors)
        count = 69 + 2 + 7 * 2 + 8 * factors + 1
        assert (folder / "final_cells.mat").stat().st_size == 20 + len("cells") + 8 * count * 40
        voxels = np.prod(snapshot.definition.domain.shape)
        name = len("multiscale_microenvironment")
        assert (folder / "final_microenvironment0.mat").stat().st_size == 20 + name + 8 * (
            4 + factors
        ) * voxels
        assert (folder / "initial_mesh0.mat").stat().st_size == 20 + len("mesh") + 8 * 4 * voxels

    def test_indices_follow_from_sizes(self, written):
        row = 0
        for label in ElementTree.parse(written[1] / "final.xml").iter("label"):
            assert int(label.get("index")) == row
            row += int(label.get("size"))

    def test_blocks_of_cells_change_nothing(self, fake_tissue, tmp_path, monkeypatch):
        snapshot = fake_tissue.snapshot(40)
        write_multicellds(tmp_path, "one", snapshot)
        monkeypatch.setattr(multicellds, "BLOCK", 7)
        write_multicellds(tmp_path, "other", snapshot)
        assert (tmp_path / "one_cells.mat").read_bytes() == (tmp_path / "other_cells.mat").read_bytes()


class TestValues:
    """Each against the arrays of the cells, or a number of the definition, looked up here by hand."""

    @pytest.fixture
    def found(self, fake_tissue, tmp_path):
        snapshot = fake_tissue.snapshot(40)
        write_multicellds(tmp_path, "final", snapshot)
        return snapshot, rows(tmp_path)

    def test_place_and_state(self, found):
        snapshot, row = found
        np.testing.assert_array_equal(row["ID"], np.arange(40))
        np.testing.assert_array_equal(row["position"].T, snapshot.cells["place"][:, :3])
        np.testing.assert_array_equal(row["radius"], snapshot.cells["place"][:, 3])
        np.testing.assert_array_equal(row["velocity"].T, snapshot.cells["velocity"])
        np.testing.assert_array_equal(row["pressure"], snapshot.cells["pressure"])
        np.testing.assert_array_equal(row["elapsed_time_in_phase"], snapshot.cells["elapsed"])
        np.testing.assert_array_equal(row["cell_type"], np.where(snapshot.kind == 0, 0, 7))
        np.testing.assert_array_equal(row["number_of_nuclei"], 1.0)
        np.testing.assert_array_equal(row["polarity"], 0.0)

    def test_volumes(self, found):
        snapshot, row = found
        volume = snapshot.cells["volume"]
        np.testing.assert_array_equal(row["total_volume"], volume[:, TOTAL])
        np.testing.assert_array_equal(row["nuclear_volume"], volume[:, NUCLEAR])
        np.testing.assert_allclose(
            row["nuclear_volume"] + row["cytoplasmic_volume"], row["total_volume"], rtol=1e-14
        )
        np.testing.assert_allclose(row["fluid_fraction"], volume[:, FLUID] / volume[:, TOTAL], rtol=1e-14)
        np.testing.assert_allclose(row["radius"] ** 3, row["total_volume"] * 0.75 / np.pi, rtol=1e-12)
        np.testing.assert_allclose(
            row["nuclear_radius"] ** 3, row["nuclear_volume"] * 0.75 / np.pi, rtol=1e-12
        )
        np.testing.assert_allclose(row["surface_area"], 4 * np.pi * row["radius"] ** 2, rtol=1e-14)
        alive = row["dead"] == 0
        solids = (
            volume[alive, CYTOPLASMIC_SOLID],
            volume[alive, NUCLEAR_SOLID],
        )  # new cells are at their targets
        np.testing.assert_allclose(row["target_solid_cytoplasmic"][alive], solids[0], rtol=1e-12)
        np.testing.assert_allclose(row["target_solid_nuclear"][alive], solids[1], rtol=1e-12)
        assert not row["target_solid_nuclear"][~alive].any()

    def test_phases_and_deaths(self, found):
        _, row = found
        assert row["dead"].nonzero()[0].tolist() == [2, 4, 6, 7]
        assert row["cycle_model"][[0, 1, 2, 4, 6, 7]].tolist() == [6, 5, 100, 101, 101, 100]
        assert row["current_phase"][[0, 8, 10, 12, 14, 1]].tolist() == [4, 4, 10, 12, 13, 14]
        assert row["current_phase"][[2, 4, 6, 7]].tolist() == [100, 101, 102, 100]
        assert row["current_death_model"][[0, 2, 4, 6]].tolist() == [0, 0, 1, 1]
        assert row["target_fluid_fraction"][[0, 2, 4, 6]].tolist() == [0.75, 0.0, 1.0, 0.0]
        rates = row["current_cycle_phase_exit_rate"]
        assert rates[[0, 8, 10, 1]].tolist() == [0.001, 0.001, 0.0, 0.0]
        assert rates[2] == 1 / 516
        assert rates[6] == 1 / 86400

    def test_rates_of_change_follow_the_way_of_dying(self, found):
        _, row = found
        names = [
            "cytoplasmic_biomass_change_rate",
            "nuclear_biomass_change_rate",
            "fluid_change_rate",
            "calcification_rate",
        ]
        rates = np.array([row[name] for name in names])
        assert rates[:, 0].tolist() == [0.0045, 0.0055, 0.05, 0.0]
        np.testing.assert_allclose(rates[:, 2], [1 / 60, 0.35 / 60, 0.05, 0.0])
        np.testing.assert_allclose(rates[:, 4], [0.0032 / 60, 0.013 / 60, 0.67 / 60, 0.0042 / 60])
        np.testing.assert_allclose(rates[:, 6], [0.0032 / 60, 0.013 / 60, 0.05 / 60, 0.0042 / 60])

    def test_behaviours(self, found):
        snapshot, row = found
        tumour, hunter = 0, 1  # rows of cells: even ones are tumour cells
        assert row["cell_adhesion_affinities"][:, tumour].tolist() == [1.0, 0.3]
        assert row["relative_maximum_adhesion_distance"][[tumour, hunter]].tolist() == [1.25, 1.5]
        assert row["attack_rates"][:, hunter].tolist() == [0.2, 0.0]
        assert row["transformation_rates"][:, hunter].tolist() == [0.01, 0.0]
        assert row["chemotactic_sensitivities"][:, hunter].tolist() == [0.0, 1.0]
        assert row["chemotaxis_index"][[tumour, hunter]].tolist() == [0, 1]
        assert row["saturation_densities"][:, tumour].tolist() == [1.0, 3.0]
        assert row["immunogenicities"][:, tumour].tolist() == [1.0, 1.0]
        assert row["fraction_transferred_when_ingested"][:, tumour].tolist() == [1.0, 1.0]
        assert row["stage"][[tumour, hunter]].tolist() == [2.5, 0.0]
        necrosis, speed = (
            snapshot.types.column[snapshot.vocabulary.behaviour_number(name)]
            for name in ("necrosis", "migration speed")
        )
        np.testing.assert_array_equal(row["death_rates"][0], np.where(snapshot.kind == 0, 5.31667e-05, 0.0))
        np.testing.assert_array_equal(row["death_rates"][1], snapshot.cells["columns"][:, necrosis])
        np.testing.assert_array_equal(row["migration_speed"], snapshot.cells["columns"][:, speed])

    def test_the_dead_neither_secrete_nor_crawl_and_take_up_a_tenth(self, found):
        _, row = found
        alive, dead = [0, 1], [2, 7]  # a tumour cell and a hunter each
        assert row["uptake_rates"][0][alive].tolist() == [10.0, 1.0]
        assert row["uptake_rates"][0][dead].tolist() == [1.0, 0.1]
        assert row["secretion_rates"][1][[0, 2]].tolist() == [2.0, 0.0]
        assert row["net_export_rates"][1][[0, 2]].tolist() == [0.7, 0.0]
        assert row["is_motile"][[0, 1, 7]].tolist() == [0.0, 1.0, 0.0]
        assert row["motility_vector"][:, 1].all()
        assert not row["motility_vector"][:, 7].any()

    def test_interactions(self, found):
        snapshot, row = found
        assert row["attack_target"][[0, 1]].tolist() == [-1.0, 0.0]
        np.testing.assert_array_equal(row["total_attack_time"], snapshot.cells["attack"][:, 0])
        np.testing.assert_array_equal(row["attack_total_damage_delivered"], snapshot.cells["attack"][:, 1])
        np.testing.assert_array_equal(row["damage"], snapshot.cells["damage"])
        np.testing.assert_array_equal(row["internalized_total_substrates"].T, snapshot.cells["held"])

    def test_arrays_that_a_model_has_not(self, fake_tissue, tmp_path):
        write_multicellds(tmp_path, "final", fake_tissue.snapshot(10, rich=False))
        row = rows(tmp_path)
        assert set(row["attack_target"]) == {-1.0}
        assert set(row["number_of_nuclei"]) == {1.0}
        assert not np.concatenate([row["damage"], row["calcified_fraction"], *row["motility_vector"]]).any()

    def test_2d_cells_divide_in_the_plane(self, fake_tissue, tmp_path):
        write_multicellds(tmp_path, "final", fake_tissue.snapshot(5, two_dimensional=True))
        row = rows(tmp_path)
        assert row["orientation"].tolist() == [[0.0] * 5, [0.0] * 5, [1.0] * 5]
        assert set(row["polarity"]) == {1.0}


class TestFields:
    def test_voxels_run_x_first(self, written):
        snapshot, folder = written
        found = scipy.io.loadmat(folder / "final_microenvironment0.mat")["multiscale_microenvironment"]
        mesh = scipy.io.loadmat(folder / "initial_mesh0.mat")["mesh"]
        np.testing.assert_array_equal(found[:4], mesh)
        nz, ny, nx = snapshot.definition.domain.shape
        low = snapshot.definition.domain.low
        for v, (k, j, i) in enumerate(np.ndindex(nz, ny, nx)):
            assert mesh[:, v].tolist() == [
                low[0] + 20 * i + 10,
                low[1] + 20 * j + 10,
                low[2] + 20 * k + 10,
                8000.0,
            ]
            np.testing.assert_array_equal(found[4:, v], snapshot.level[:, k, j, i])


class TestPcdl:
    """pcdl, the field's reader of these folders, agrees."""

    @pytest.fixture(params=[(3, 2), (2, 2), (3, 1)], ids=["3-D", "2-D", "one factor"])
    def step(self, request, fake_tissue, tmp_path):
        dimensions, factors = request.param
        snapshot = fake_tissue.snapshot(40, dimensions == 2, factors)
        write_multicellds(tmp_path, "final", snapshot)
        return snapshot, time_step(tmp_path / "final.xml")

    def test_cells(self, step):
        snapshot, found = step
        frame = found.get_cell_df()
        assert found.get_time() == 60.0
        assert frame.index.tolist() == list(range(40))
        np.testing.assert_array_equal(
            frame[["position_x", "position_y", "position_z"]].to_numpy(), snapshot.position
        )
        assert frame["dead"].sum() == 4
        assert frame.loc[[0, 2, 4, 6], "current_phase"].tolist() == [
            "G0G1_phase",
            "apoptotic",
            "necrotic_swelling",
            "necrotic_lysed",
        ]
        assert frame.loc[[1, 2], "cycle_model"].tolist() == [
            "live_cells_cycle_model",
            "apoptosis_death_model",
        ]
        assert frame.loc[0, "oxygen_uptake_rates"] == 10.0
        assert found.get_celltype_list() == ["tumour", "hunter"]

    def test_levels(self, step):
        snapshot, found = step
        for number, factor in enumerate(snapshot.definition.factors):
            at = found.get_cell_df()[factor.name]
            np.testing.assert_array_equal(at.to_numpy(), snapshot.level_at_cells()[:, number])
            grid = found.get_conc_df().set_index(["voxel_k", "voxel_j", "voxel_i"])[factor.name].sort_index()
            np.testing.assert_array_equal(grid.to_numpy(), snapshot.level[number].ravel())

    def test_graphs(self, step):
        snapshot, found = step
        graph = found.get_neighbor_graph_dict()
        pairs = {(one, other) for one, partners in graph.items() for other in partners if one < other}
        assert pairs == {tuple(pair) for pair in snapshot.contacts().tolist()}
        assert found.get_spring_graph_dict()[0] == {5}
        assert not any(found.get_attached_graph_dict().values())

    def test_units_and_parameters(self, step):
        snapshot, found = step
        units = found.get_unit_dict()
        assert (units["time"], units["spatial_unit"], units["oxygen"]) == ("min", "micron", "mmHg")
        assert units["oxygen_diffusion_coefficient"] == "micron^2/min"
        table = found.get_substrate_df()
        for factor in snapshot.definition.factors:
            assert table.loc[factor.name].tolist() == [factor.decay, factor.diffusion]

    def test_no_cells_at_all(self, fake_tissue, tmp_path):
        found = time_step(write_multicellds(tmp_path, "final", fake_tissue.snapshot(0)))
        assert len(found.get_cell_df()) == 0
        assert len(found.get_conc_df()) == 60


class TestFolder:
    def test_names(self, fake_tissue, tmp_path):
        folder = MultiCellDSFolder(tmp_path / "output", settings=b"<PhysiCell_settings/>")
        snapshot = fake_tissue.snapshot(3)
        for path in (
            folder.initial(snapshot),
            folder.save(snapshot),
            folder.save(snapshot),
            folder.final(snapshot),
        ):
            assert path.exists()
        names = {path.name for path in (tmp_path / "output").iterdir()}
        assert len(names) == 4 * 6 + 2
        assert {"initial.xml", "output00000001_cells.mat", "final_spring_attached_cells_graph.txt"} <= names
        assert (tmp_path / "output" / "PhysiCell_settings.xml").read_bytes() == b"<PhysiCell_settings/>"

    def test_going_on_after_a_resume(self, fake_tissue, tmp_path):
        assert (
            MultiCellDSFolder(tmp_path, number=12).save(fake_tissue.snapshot(3)).name == "output00000012.xml"
        )

    def test_names_that_xml_must_escape(self, fake_tissue, tmp_path):
        snapshot = fake_tissue.with_names(fake_tissue.snapshot(3), 'O2 <&> "x"', "µ & co")
        root = ElementTree.parse(write_multicellds(tmp_path, "final", snapshot)).getroot()
        assert root.find(".//variable").get("name") == 'O2 <&> "x"'
        assert root.find(".//cell_types/type").text == "µ & co"

    def test_a_full_disk_is_an_error_and_earlier_output_stays(self, fake_tissue, tmp_path, full_disk):
        folder = MultiCellDSFolder(tmp_path)
        folder.save(fake_tissue.snapshot(30))
        before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        with full_disk(2000), pytest.raises(PagetError, match="cannot be written"):
            folder.save(fake_tissue.snapshot(30, time=66.0))
        after = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        assert before.items() <= after.items()
        assert "output00000001.xml" not in after
        assert not [name for name in after if name.endswith(".tmp")]
        assert folder.save(fake_tissue.snapshot(30)).name == "output00000001.xml"
