"""A scene as a tissue: units, overrides, shapes filled, and errors that need the dictionary of the engine."""

# ruff: noqa: E501  (a table reads best with a row to a line)

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from scenes import edited

from paget.coupling.scene_tissue import scene_tissue
from paget.errors import PagetError
from paget.model import load_catalog, load_scene_file
from paget.tissue.compile import compile_definition
from paget.tissue.definition import Population

IGF, FLAT = "igf-macrophages", "flat-tumour"


def no_files(name, definition):
    raise AssertionError(f"no file is to be read: {name}")


def tissue_of(file, seed=1, read=no_files):
    catalog = load_catalog(built_in_only=True)
    return scene_tissue(load_scene_file(file, catalog), catalog, seed, read)


@pytest.fixture(scope="module")
def igf():
    return tissue_of(IGF)


def cell_type(tissue, name):
    return next(cell_type for cell_type in tissue.definition.cell_types if cell_type.name == name)


class TestDefinition:
    def test_it_compiles(self, igf):
        compile_definition(igf.definition, igf.biology.own)

    def test_factors_of_the_catalog_stand_first(self, igf):
        names = [factor.name for factor in igf.definition.factors]
        assert {"CSF-1", "IGF-1", "IGF-2", "insulin"} <= set(names[:-1]) <= set(load_catalog().factors)
        assert names[:-1] == sorted(names[:-1])
        assert names[-1] == "oxygen"
        oxygen = igf.definition.factors[-1]
        assert (oxygen.diffusion, oxygen.decay, oxygen.unit) == (1e5, 0.1, "mmHg")
        assert (oxygen.boundary, oxygen.initial) == ((38.0,) * 6, 38.0)

    def test_units_become_those_of_the_engine(self, tmp_path):
        tissue = tissue_of(
            edited(
                tmp_path, FLAT,
                ('value = 10, unit = "1/minute"', 'value = 600, unit = "1/hour"'),
                ('value = 1e5, unit = "um\\^2/minute"', 'value = 1.6666666666666667e-5, unit = "cm^2/s"'),
            )
        )  # fmt: skip
        assert tissue.definition.factors[0].diffusion == pytest.approx(1e5)
        assert cell_type(tissue, "malignant cell").behaviours["oxygen uptake"] == pytest.approx(10.0)

    def test_words_of_the_catalog_are_understood(self, tmp_path):
        """A fibroblast that secretes CSF-1, stated in molecules per cell; 0.37 of the volume holds it."""
        addition = (
            '[cell_types."fibroblast".behaviours]\n"secretion of CSF-1" = { value = 60, unit = "molecule/cell/minute", '
            'source = "assumed", kind = "assumed" }\n[[rules]]'
        )
        tissue = tissue_of(edited(tmp_path, IGF, (r"^\[\[rules\]\]", addition)))
        export = cell_type(tissue, "fibroblast").behaviours["CSF-1 export"]
        assert export == pytest.approx(60 / 0.602214076 / 0.37)

    def test_numbers_of_the_catalog_can_be_stated_anew(self, tmp_path, igf):
        change = '[factors."IGF-1"]\ndecay = { value = 1, unit = "1/hour", source = "assumed", kind = "assumed" }\n[factors.oxygen]'
        tissue = tissue_of(edited(tmp_path, IGF, (r"^\[factors.oxygen\]", change)))
        for before, after in zip(igf.definition.factors, tissue.definition.factors, strict=True):
            assert after == before if after.name != "IGF-1" else after.decay == pytest.approx(1 / 60)
        assert tissue.biology_hash != igf.biology_hash

    def test_vessels_stay_and_supply(self, igf):
        vessel = cell_type(igf, "endothelial cell")
        assert vessel.behaviours["is_movable"] == 0.0
        assert not vessel.motile
        # 1500 cells per mm3, each with its volume over that of the tissue, give the stated 5 per minute together
        rate = 1500e-9 * vessel.volume.total * vessel.behaviours["oxygen secretion"]
        assert rate == pytest.approx(5.0)
        assert vessel.behaviours["oxygen secretion target"] == 38.0

    def test_who_crawls_and_where(self, igf, tmp_path):
        assert cell_type(igf, "macrophage").motile
        assert cell_type(igf, "macrophage").chemotaxis.mode == "simple"
        assert not cell_type(igf, "tumour cell").motile
        weighted = edited(
            tmp_path, IGF, ("^chemotaxis = .*\n", ""),
            ('^"migration bias"', '"chemotactic response to CSF-1" = { value = -1, unit = "1", source = "assumed", kind = "assumed" }\n"migration bias"'),
        )  # fmt: skip
        assert cell_type(tissue_of(weighted), "macrophage").chemotaxis.mode == "weighted"

    def test_rules_of_both(self, igf):
        rule = igf.definition.rules[-1]
        assert (rule.signal, rule.behaviour, rule.increases, rule.saturation) == (
            "oxygen",
            "necrosis",
            False,
            0.0,
        )
        assert len(igf.definition.rules) > 5

    def test_a_rule_on_a_behaviour_of_the_catalog_has_its_limits(self, tmp_path):
        rule = (
            '[[rules]]\ncell_type = "tumour cell"\nsignal = "oxygen"\ndirection = "decreases"\nbehaviour = "death"\n'
            'half_maximum = { value = 1, unit = "mmHg", source = "assumed", kind = "assumed" }\n'
            'power = { value = 1, unit = "1", source = "assumed", kind = "assumed" }\n[[rules]]'
        )
        tissue = tissue_of(edited(tmp_path, IGF, (r"^\[\[rules\]\]", rule)))
        found = next(
            r for r in tissue.definition.rules if r.signal == "oxygen" and r.behaviour == "apoptosis"
        )
        assert found.saturation == tissue.definition.limits["tumour cell", "apoptosis"][0]


class TestCells:
    def test_shares_of_a_mixture_and_density_of_vessels(self, igf):
        names = [cell_type.name for cell_type in igf.definition.cell_types]
        counts = dict(zip(names, np.bincount(igf.population.kind, minlength=len(names)), strict=True))
        assert counts["endothelial cell"] == 96  # 1500 per mm3 in 0.064 mm3
        assert counts["macrophage"] / (counts["macrophage"] + counts["tumour cell"]) == pytest.approx(
            0.14, abs=0.04
        )

    def test_the_seed_moves_the_random_ones_only(self, igf):
        other = tissue_of(IGF, seed=2)
        packed = igf.population.kind != 1
        np.testing.assert_array_equal(igf.population.position[packed], other.population.position[packed])
        assert not np.any(igf.population.position[~packed] == other.population.position[~packed])

    def test_a_further_group_moves_no_other(self, igf, tmp_path):
        further = '[[cells]]\ntype = "fibroblast"\nshape = { kind = "layer", axis = "z", from = "-200 um", to = "-180 um" }\ncount = 20\n[[vessels]]'
        tissue = tissue_of(edited(tmp_path, IGF, (r"^\[\[vessels\]\]", further)))
        mine = tissue.population.kind != 2
        np.testing.assert_array_equal(tissue.population.position[mine], igf.population.position)
        np.testing.assert_array_equal(tissue.population.kind[mine], igf.population.kind)

    @pytest.mark.parametrize(
        "shape, filling, count",
        [
            ('{ kind = "disc", radius = "100 um" }', 'areal_density = "1000 cell/mm^2"', round(math.pi * 10)),
            ('{ kind = "disc", radius = "100 um", inner_radius = "50 um" }', "count = 17", 17),
            ('{ kind = "box", low = ["-50 um", "-50 um"], high = ["50 um", "50 um"] }', 'areal_density = "2e3 cell/mm^2"', 20),
            ('{ kind = "box" }', "count = 5", 5),
            ('{ kind = "layer", axis = "x", from = "-10 um", to = "10 um" }', "count = 9", 9),
            ('{ kind = "points", at = [["1 um", "2 um"], ["3 um", "4 um", "0 um"]] }', "", 2),
            ('{ kind = "line", from = ["0 um", "0 um"], to = ["100 um", "0 um"] }', "count = 11", 11),
            ('{ kind = "line", from = ["0 um", "0 um"], to = ["100 um", "0 um"] }', 'spacing = "25 um"', 5),
            ('{ kind = "line", from = ["0 um", "0 um"], to = ["100 um", "0 um"] }', "", 1 + int(100 / (1.9 * 8.4127))),
        ],
    )  # fmt: skip
    def test_shapes_in_two_dimensions(self, shape, filling, count, tmp_path):
        file = edited(
            tmp_path, FLAT, ("shape = .*\npacking = .*\nspacing = .*", f"shape = {shape}\n{filling}")
        )
        population = tissue_of(file).population
        assert len(population.kind) == count
        assert (population.position[:, 2] == 0.0).all()

    def test_cells_of_a_file(self, tmp_path):
        file = edited(
            tmp_path,
            FLAT,
            ("^type.*\nshape = .*\npacking = .*\nspacing = .*", 'shape = { kind = "csv", file = "c.csv" }'),
        )
        given = Population(np.ones((2, 3)), np.zeros(2, dtype=np.int32), np.array([1.0, np.nan]))
        asked = []
        tissue = tissue_of(file, read=lambda name, definition: asked.append(name) or given)
        assert asked == ["c.csv"]
        np.testing.assert_array_equal(tissue.population.volume, given.volume)


RULE = '\n[[rules]]\ncell_type = "tumour cell"\nsignal = "{signal}"\ndirection = "decreases"\nbehaviour = "{behaviour}"\nhalf_maximum = {{ value = {half}, unit = "1", source = "assumed", kind = "assumed" }}\npower = {{ value = 1, unit = "1", source = "assumed", kind = "assumed" }}\n{rest}\n\n# About'
SATURATION = 'saturation = { value = 0, unit = "1/minute", source = "assumed", kind = "assumed" }'


def rule(signal="pressure", behaviour="necrosis", half=1, rest=SATURATION):
    return ("\n# About", RULE.format(signal=signal, behaviour=behaviour, half=half, rest=rest))


BAD = [
    ("unknown behaviour", FLAT, [('"oxygen uptake"', '"oxigen uptake"')], ("unknown behaviour", "'oxygen uptake'"), "oxigen uptake"),
    ("unit of a behaviour", FLAT, [('"oxygen uptake" = { value = 10, unit = "1/minute"', '"oxygen uptake" = { value = 10, unit = "um/minute"')], ("wrong unit",), "oxygen uptake"),
    ("negative rate", FLAT, [('"oxygen uptake" = { value = 10', '"oxygen uptake" = { value = -10')], ("must not be negative",), "oxygen uptake"),
    ("bias above one", IGF, [('"migration bias" = { value = 0.5, (.*), range = .*', r'"migration bias" = { value = 1.5, \1 }')], ("must be at most 1",), "migration bias"),
    ("behaviour of the catalog", IGF, [('^"necrosis"', '"death"')], ("is stated by the catalog",), '^"death"'),
    ("behaviour without meaning here", IGF, [('^"necrosis"', '"cohesion"')], ("unknown behaviour",), "cohesion"),
    ("unknown signal", IGF, [rule(signal="presure")], ("unknown signal", "'pressure'"), "presure"),
    ("signal without meaning here", IGF, [rule(signal="collagen density")], ("is absent in a tissue",), 'signal = "collagen density"'),
    ("unit of a half-maximum", FLAT, [('half_maximum = { value = 21.5, unit = "mmHg"', 'half_maximum = { value = 21.5, unit = "nM"')], ("wrong unit",), "21.5"),
    ("half-maximum of nothing", IGF, [rule(half=0)], ("must be above 0",), "value = 0"),
    ("no saturation", IGF, [rule(rest="")], ("needs a saturation",), r"\[\[rules\]\]"),
    ("saturation of the catalog's limits", IGF, [rule(behaviour="death")], ("leave saturation out",), "^saturation"),
    ("rule that the catalog has", IGF, [rule(behaviour="cycle entry", rest="")], ("the catalog has this rule",), r"\[\[rules\]\]"),
    ("chemotaxis twice", IGF, [('^"migration bias"', '"chemotactic response to CSF-1" = { value = 1, unit = "1", source = "assumed", kind = "assumed" }\n"migration bias"')], ("use one of them",), "chemotaxis = "),
    ("steps that do not fit", FLAT, [(r"^\[domain\]", '[steps]\nphenotype = "0.25 minute"\n[domain]')], ("whole multiple", "multiples of 0.1 minute"), "phenotype"),
    ("mechanics below diffusion", FLAT, [(r"^\[domain\]", '[steps]\nmechanics = "0.001 minute"\n[domain]')], ("whole multiple", "multiples of 0.01 minute"), "mechanics"),
    ("domain below a voxel", FLAT, [('"800 um", "800 um"', '"10 um", "800 um"')], ("shorter than a voxel", "10 um"), "10 um"),
    ("out of the domain", FLAT, [('radius = "200 um"', 'radius = "500 um"')], ("reaches out of the domain", "800 um x 800 um"), "500 um"),
    ("ball in a flat tissue", FLAT, [('kind = "disc"', 'kind = "ball"')], ("a flat tissue has no ball",), '"ball"'),
    ("layer along z in a flat tissue", FLAT, [(r'\{ kind = "disc", radius = "200 um" \}', '{ kind = "layer", axis = "z", from = "0 um", to = "1 um" }')], ("no layer along z",), "layer"),
    ("nothing between the radii", FLAT, [('radius = "200 um"', 'radius = "200 um", inner_radius = "200 um"')], ("inner radius must be below",), "inner_radius"),
    ("two coordinates in a solid tissue", IGF, [('radius = "90 um"', 'radius = "90 um", centre = ["0 um", "0 um"]')], ("needs three lengths",), "centre"),
    ("corners the wrong way round", IGF, [(r'\{ kind = "box" \}', '{ kind = "box", low = ["1 um", "0 um", "0 um"], high = ["0 um", "1 um", "1 um"] }')], ("lower corner must be below",), "box"),
    ("areal density in space", IGF, [('density = "1500 cell/mm.3"', 'areal_density = "1500 cell/mm^2"')], ("use density",), "areal_density"),
    ("density in a plane", FLAT, [("^packing = .*\nspacing = .*", 'density = "1500 cell/mm^3"')], ("use areal_density",), "density"),
    ("no room for a cell", IGF, [('density = "1500 cell/mm.3"', 'density = "1 cell/mm^3"')], ("has room for no cell",), "box"),
    ("more cells than any machine", IGF, [('density = "1500 cell/mm.3"', 'density = "1500 cell/um^3"')], ("more cells than any machine", "9.6e+10"), "vessels"),
    ("packing of points", IGF, [('spacing = "16 um"', 'spacing = "16 nm"')], ("more cells than any machine",), "cells"),
]  # fmt: skip


@pytest.mark.parametrize("name, scene, changes, says, at", BAD, ids=[row[0] for row in BAD])
def test_bad_scene(name, scene, changes, says, at, tmp_path):
    file = edited(tmp_path, scene, *changes)
    with pytest.raises(PagetError) as caught:
        tissue_of(file)
    message = str(caught.value)
    for text in (file.name, *says):
        assert text in message, f"{text!r} is not in: {message}"
    found = file.read_text()
    lines = {found.count("\n", 0, match.start()) + 1 for match in re.finditer(at, found, flags=re.MULTILINE)}
    assert caught.value.line in lines, f"line {caught.value.line} is not in {lines}: {message}"


def test_the_scenes_that_are_edited_are_right():
    for name in (IGF, FLAT):
        tissue_of(name)
