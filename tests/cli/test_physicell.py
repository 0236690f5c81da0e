"""`paget physicell check` and `run`, as a user calls them."""

from __future__ import annotations

import csv
import io

import pytest
from scipy.io import loadmat

from paget.cli import main

SETTINGS = """<PhysiCell_settings>
<domain><x_min>-60</x_min><x_max>60</x_max><y_min>-60</y_min><y_max>60</y_max><z_min>-10</z_min><z_max>10</z_max>
<dx>20</dx><dy>20</dy><dz>20</dz><use_2D>true</use_2D></domain>
<overall><max_time>{max_time}</max_time></overall>
<save><folder>output</folder><full_data><interval>6</interval><enable>true</enable></full_data></save>
<options><virtual_wall_at_domain_edge>true</virtual_wall_at_domain_edge><random_seed>1</random_seed></options>
<microenvironment_setup><variable name="oxygen"><physical_parameter_set><diffusion_coefficient>100000
</diffusion_coefficient><decay_rate>0.1</decay_rate></physical_parameter_set><initial_condition>38</initial_condition>
</variable></microenvironment_setup>
<cell_definitions><cell_definition name="tumour" ID="0"><phenotype><cycle code="5"/><secretion>
<substrate name="oxygen"><uptake_rate>{uptake}</uptake_rate></substrate></secretion></phenotype></cell_definition>
</cell_definitions>
<initial_conditions><cell_positions type="csv" enabled="true"><folder>config</folder><filename>cells.csv</filename>
</cell_positions></initial_conditions></PhysiCell_settings>"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """`project(uptake="1")`: the folder of a project of four cells; the working folder is an empty one."""
    monkeypatch.chdir(tmp_path)

    def make(**numbers: str):
        config = tmp_path / "my project" / "config"
        config.mkdir(parents=True, exist_ok=True)
        text = SETTINGS.format(**{"max_time": "12", "uptake": "1", **numbers})
        (config / "PhysiCell_settings.xml").write_text(text)
        (config / "cells.csv").write_text(
            "x,y,z,type\n0,0,0,tumour\n20,0,0,tumour\n0,20,0,tumour\n99,0,0,tumour\n"
        )
        return config.parent

    return make


def test_check_says_what_becomes_of_each_element(project, capsys):
    assert main(["physicell", "check", str(project())]) == 0
    shown = capsys.readouterr().out
    assert "3 cells of 1 type, 1 factor on 6 x 6 x 1 voxels, 0 rules, 12 min" in shown
    assert "Runs as it is." in shown
    assert "1 cell lies outside the domain, left out (line 5)" in shown
    assert "domain/x_min" not in shown
    assert main(["physicell", "check", str(project()), "--all"]) == 0
    assert "domain/x_min" in capsys.readouterr().out
    assert main(["physicell", "check", str(project()), "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["status"] for row in rows} >= {"carried over", "done differently", "warning"}


def test_check_names_the_code_that_a_project_would_need(project, capsys):
    folder = project()
    (folder / "custom_modules").mkdir()
    code = "void create_cell_types( void ) { cell_defaults.functions.update_phenotype = mine; }\n"
    (folder / "custom_modules" / "custom.cpp").write_text(code)
    assert main(["physicell", "check", str(folder)]) == 0
    shown = capsys.readouterr().out
    assert "Would need what Paget does not run:\n  update_phenotype = mine" in shown


@pytest.mark.parametrize(
    "numbers, message",
    [
        (
            {"uptake": "-1"},
            "substrate[oxygen]/uptake_rate: is out of bounds (found '-1'; allowed: at least 0)",
        ),
        ({"max_time": "long"}, "overall/max_time: is not a finite number (found 'long')"),
        ({"max_time": "&e;"}, "PhysiCell_settings.xml:4: not well-formed XML: undefined entity"),
    ],
)
def test_bad_input_gives_one_line(project, capsys, numbers, message):
    assert main(["physicell", "run", str(project(**numbers))]) == 2
    shown = capsys.readouterr()
    assert shown.err.count("\n") == 1
    assert message in shown.err


def test_run_writes_what_physicell_would(project, tmp_path, capsys):
    folder = project()
    assert (
        main(["physicell", "run", str(folder), "--scheme", "physicell", "--threads", "1", "--until", "6.1"])
        == 0
    )
    shown = capsys.readouterr()
    assert "tumour" in shown.out
    assert "lies outside the domain" in shown.err
    result = tmp_path / "results" / "my project-until-6.1-scheme-physicell"
    assert (result / "carried-over.csv").is_file()
    assert (result / "input" / "config" / "cells.csv").is_file()
    names = {path.name for path in (result / "output").iterdir()}
    assert {
        "initial.xml",
        "output00000000.xml",
        "output00000001.xml",
        "final.xml",
        "PhysiCell_settings.xml",
    } <= names
    cells = loadmat(result / "output" / "final_cells.mat")["cells"]
    assert cells.shape[1] >= 3
