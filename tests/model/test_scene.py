"""Scenes: those of the catalog load; what is wrong in one gives one message that says where and what."""

# ruff: noqa: E501  (a table reads best with a row to a line)

from __future__ import annotations

import re

import pytest
from scenes import edited

from paget.errors import PagetError
from paget.model import describe, json_schema, list_catalog, load_catalog, load_scene_file

IGF = "igf-macrophages"
FLAT = "flat-tumour"
KILL = "lymphocytes-kill"


@pytest.fixture(scope="module")
def catalog():
    return load_catalog(built_in_only=True)


@pytest.mark.parametrize("name", [IGF, FLAT, KILL])
def test_the_scenes_of_the_catalog(name, catalog):
    scene = load_scene_file(name, catalog)
    assert scene is catalog.scenes[name]
    assert scene.title
    assert name in describe(catalog, name)


def test_settings_and_quantities_are_in_canonical_units(catalog):
    scene = catalog.scenes[IGF]
    assert scene.duration == 1440.0
    assert [float(edge) for edge in scene.domain.size] == [400.0] * 3
    assert scene.cells[0].mixture == {"tumour cell": 0.86, "macrophage": 0.14}
    assert scene.factors["oxygen"].boundary[0].level.canonical_unit == "mmHg"
    assert scene.factors["oxygen"].plasma.path == "scenes/igf-macrophages/factors/oxygen/plasma"
    assert catalog.scenes[FLAT].is_flat
    assert not scene.is_flat


def test_scenes_are_listed_and_have_a_schema(catalog):
    assert FLAT in [row["name"] for row in list_catalog(catalog, "scenes")]
    assert json_schema("scene")["properties"]["schema"]["const"] == "scene/1"


def test_a_description_tells_what_a_reader_asks(catalog):
    text = describe(catalog, IGF)
    for part in (
        "lm2-4 in scid", "oxygen: diffusion 100,000 um²/minute", "held at 38 mmHg",
        "86 % tumour cell and 14 % macrophage in a ball of radius 90 um", "Vessels", "crawls towards CSF-1",
        "oxygen decreases necrosis", "there is no CD8 T cell here", "ghaffarizadeh2018",
    ):  # fmt: skip
        assert part in text


def test_a_scene_file_is_described(tmp_path, catalog):
    file = edited(tmp_path, FLAT, ("schema", "schema"))
    assert "malignant cell" in describe(catalog, str(file))


TREATMENT = '[outputs]\n[[treatments]]\ndrug = "paclitaxel"\ndose = "15 mg/kg"\nroute = "i.v."\ndays = [0]\n'
TREATED = (r"^\[outputs\]\ntable = .*\ncheckpoint = .*\n", TREATMENT.removeprefix("[outputs]\n"))

BAD = [
    ("seed too large", FLAT, [("^seed = 1", "seed = 9223372036854775808")], ("must be at most",), "seed"),
    ("unknown key", FLAT, [('voxel = "20 um"', 'voxle = "20 um"')], ("unknown key", "'voxel'"), "voxle"),
    ("length without unit", FLAT, [('voxel = "20 um"', "voxel = 20")], ("has no unit", "20 um"), "voxel = 20"),
    ("duration in a wrong unit", FLAT, [('"48 hour"', '"48 um"')], ("wrong unit", "'minute'"), "48 um"),
    ("no duration", FLAT, [('"48 hour"', '"0 hour"')], ("must be above 0",), "0 hour"),
    ("four dimensions", FLAT, [(r'\["800 um", "800 um"\]', '["8 um", "8 um", "8 um", "8 um"]')], ("two lengths (a flat tissue) or three",), "8 um"),
    ("one dimension", FLAT, [(r'\["800 um", "800 um"\]', '["8 um"]')], ("two lengths",), '"8 um"'),
    ("scheme", FLAT, [("^seed = 1", 'seed = 1\nscheme = "physicel"')], ("unknown choice", "'physicell'"), "physicel"),
    ("number without source", FLAT, [(', source = "ghaffarizadeh2018"', "")], ("source is missing",), "diffusion"),
    ("unknown source", FLAT, [("ghaffarizadeh2018", "ghafarizadeh2018")], ("no key of references.bib", "'ghaffarizadeh2018'"), "ghafarizadeh2018"),
    ("level in a wrong unit", FLAT, [('level = { value = 38, unit = "mmHg"', 'level = { value = 38, unit = "nM"')], ("wrong unit", "mmHg"), "level = "),
    ("unknown unit of a factor", FLAT, [('^unit = "mmHg"', 'unit = "bar"')], ("unknown choice", "mmHg"), '^unit = "bar"'),
    ("unknown face", FLAT, [(r'(level = .*)', r'\1' + '\nfaces = ["left"]')], ("unknown choice", "xmin"), "left"),
    ("two levels at a face", FLAT, [(r'(level = .*)', r'\1' + '\n[[factors.oxygen.boundary]]\n' + r'\1' + '\nfaces = ["xmin"]')], ("two levels at one face",), ""),
    ("factor without numbers", FLAT, [(r"^decay = .*\n", "")], ("of this scene alone needs decay",), "factors.oxygen"),
    ("misspelt factor of the catalog", IGF, [(r"^\[factors.oxygen\]", '[factors."IGF-I"]\ndecay = { value = 1, unit = "1/day", source = "assumed", kind = "assumed" }\n[factors.oxygen]')], ("no factor of the catalog", "needs unit", "Did you mean 'IGF-"), "IGF-I"),
    ("unit of a factor of the catalog", IGF, [(r"^\[factors.oxygen\]", '[factors."IGF-1"]\nunit = "mmHg"\n[factors.oxygen]')], ("keeps its unit",), '"mmHg"'),
    ("exchange without plasma", IGF, [(r"^plasma = .*\n", "")], ("exchange_with_blood needs plasma",), "factors.oxygen"),
    ("exchange without vessels", IGF, [(r"^\[\[vessels\]\]\n.*\n.*\n", "")], ("there are no vessels to exchange with",), "exchange_with_blood"),
    ("tumour without host", IGF, [('^host = "scid"\n', "")], ("a tumour needs a host", "scid"), "tumour"),
    ("unknown tumour", IGF, [('"lm2-4"', '"lm24"')], ("unknown tumour", "'lm2-4'"), "lm24"),
    ("rejected graft", IGF, [('"scid"', '"c57bl6"')], ("rejects a human tumour",), "c57bl6"),
    ("unknown mechanism", IGF, [('"DDR2"', '"IGF axes"')], ("unknown mechanism", "'IGF axis'"), "IGF axes"),
    ("mechanism without tumour", FLAT, [("^duration", 'without = ["IGF axis"]\nduration')], ("without needs a tumour and a host",), "without"),
    ("edit of nothing", IGF, [("^duration", 'edits = [{ in = "tumour", kind = "knock-out", receptor = "CXCR2" }]\nduration')], ("no cell of the tumour has this",), "edits"),
    ("unknown cell type", FLAT, [('type = "malignant cell"\nshape', 'type = "malignnt cell"\nshape')], ("unknown cell type", "'malignant cell'"), "malignnt"),
    ("cell type that the host lacks", IGF, [('"macrophage" = "14 %"', '"CD8 T cell" = "14 %"')], ("there is no CD8 T cell here: scid has no T cells",), "14 %"),
    ("vessels of unknown cells", IGF, [(r"^\[\[vessels\]\]", '[[vessels]]\ntype = "endothelium"')], ("unknown cell type", "endothelial cell"), "endothelium"),
    ("vessels in a scene of its own", FLAT, [(r"^\[outputs\]", '[[vessels]]\nshape = { kind = "points", at = [["0 um", "0 um"]] }\n[outputs]')], ("unknown cell type", "endothelial cell"), "vessels"),
    ("shares above one", IGF, [('"86 %"', '"96 %"')], ("must add up to 1", "1.1"), "mixture"),
    ("type and mixture", IGF, [("^mixture", 'type = "macrophage"\nmixture')], ("gives type and mixture",), "mixture"),
    ("no type", IGF, [("^mixture.*\n", "")], ("neither type nor mixture",), "cells"),
    ("unknown shape", FLAT, [('kind = "disc"', 'kind = "disk"')], ("unknown choice", "'disc'"), "disk"),
    ("no radius", FLAT, [(', radius = "200 um"', "")], ("radius is missing",), "shape"),
    ("two fillings", FLAT, [('^packing = "hexagonal"', 'packing = "hexagonal"\ncount = 3')], ("needs one of the ways to fill a shape",), "cells"),
    ("no filling", FLAT, [('^packing = .*\nspacing = .*\n', "")], ("needs one of the ways to fill a shape", "count"), "cells"),
    ("spacing without packing", FLAT, [('^packing = "hexagonal"', "count = 3")], ("spacing needs packing",), "spacing"),
    ("no cells", FLAT, [('^packing = .*\nspacing = .*\n', "count = 0\n")], ("must be at least 1",), "count = 0"),
    ("points with a count", FLAT, [('shape = .*\npacking = "hexagonal"\nspacing = .*', 'shape = { kind = "points", at = [["0 um", "0 um"]] }\ncount = 3')], ("points bring their own places",), "count = 3"),
    ("vessels from a file", IGF, [(r'^shape = \{ kind = "box" \}\ndensity = .*', 'shape = { kind = "csv", file = "v.csv" }')], ("placed by shapes",), "v.csv"),
    ("rule twice", FLAT, [('(?s)(\\[\\[rules\\]\\].*?saturation.*?\n)', r"\1\1")], ("the same rule stands twice",), r"\[\[rules\]\]"),
    ("rule of unknown cells", FLAT, [('cell_type = "malignant cell"', 'cell_type = "benign cell"')], ("unknown cell type", "'malignant cell'"), "benign"),
    ("direction", FLAT, [('direction = "increases"', 'direction = "promotes"')], ("unknown choice", "increases"), "promotes"),
    ("chemotaxis towards nothing", IGF, [('factor = "CSF-1"', 'factor = "CSF-2"')], ("unknown factor", "'CSF-1'"), "CSF-2"),
    ("cycle of a cell of the catalog", IGF, [(r'^\[cell_types."macrophage"\]', '[cell_types."macrophage"]\ncycle = "live"')], ("keeps its cycle",), "cycle"),
    ("unknown cycle", FLAT, [('cycle = "flow cytometry"', 'cycle = "flow"')], ("unknown choice", "flow cytometry"), 'cycle = "flow"'),
    ("nucleus larger than the cell", FLAT, [("^cycle", 'nuclear_volume = { value = 3000, unit = "um^3", source = "assumed", kind = "assumed" }\ncycle')], ("the nucleus is as large as the cell",), "nuclear_volume"),
    ("unknown drug", IGF, [TREATED, ('"paclitaxel"', '"placitaxel"')], ("unknown drug", "'paclitaxel'"), "placitaxel"),
    ("drug without host", FLAT, [(r"^\[outputs\]\n.*", TREATMENT.removeprefix("[outputs]\n"))], ("treatments needs a tumour and a host",), "treatments"),
    ("route", IGF, [TREATED, ('"i.v."', '"s.c."')], ("no kinetics by this route",), '"s.c."'),
    ("dose after the end", IGF, [TREATED, (r"days = \[0\]", "days = [0, 3]")], ("after the end of the scene (24 hour)", "day 3"), "days"),
    ("no day", IGF, [TREATED, (r"days = \[0\]\n", "")], ("says no day",), "treatments"),
    ("unknown format", FLAT, [('^table = "1 hour"', 'snapshots = [{ format = "vkt", every = "1 hour" }]')], ("unknown choice", "'vtk'"), "vkt"),
    ("factor of a format with all factors", FLAT, [('^table = "1 hour"', 'snapshots = [{ format = "vtk", every = "1 hour", factor = "oxygen" }]')], ("factor is for pictures",), "snapshots"),
    ("picture of an unknown factor", FLAT, [('^table = "1 hour"', 'snapshots = [{ format = "png", every = "1 hour", factor = "oxgen" }]')], ("unknown factor", "'oxygen'"), "oxgen"),
    ("newer schema", FLAT, [("scene/1", "scene/2")], ("scene/2 is newer than this Paget reads (1)",), "scene/2"),
    ("a trial in the place of a scene", FLAT, [("scene/1", "trial/1")], ("this is the place of a scene",), "trial/1"),
]  # fmt: skip


@pytest.mark.parametrize("name, scene, changes, says, at", BAD, ids=[row[0] for row in BAD])
def test_bad_scene_file(name, scene, changes, says, at, tmp_path, catalog):
    file = edited(tmp_path, scene, *changes)
    with pytest.raises(PagetError) as caught:
        load_scene_file(file, catalog)
    message = str(caught.value)
    for text in (file.name, *says):
        assert text in message, f"{text!r} is not in: {message}"
    if at:
        found = file.read_text()
        lines = {
            found.count("\n", 0, match.start()) + 1 for match in re.finditer(at, found, flags=re.MULTILINE)
        }
        assert caught.value.line in lines, f"line {caught.value.line} is not in {lines}: {message}"


def test_an_unknown_scene(catalog):
    with pytest.raises(PagetError, match=r"no such scene, nor such a file .* Did you mean 'flat-tumour'"):
        load_scene_file("flat-tumor", catalog)


def test_a_scene_of_a_project_folder(tmp_path):
    (tmp_path / "scenes").mkdir()
    file = edited(tmp_path / "scenes", FLAT, ('name = "flat-tumour"', 'name = "mine"'))
    file.rename(file.with_name("mine.toml"))
    assert "mine" in load_catalog(tmp_path).scenes
    file.with_name("mine.toml").rename(file)
    with pytest.raises(PagetError, match=r"named like the item .*allowed: mine\.toml"):
        load_catalog(tmp_path)
