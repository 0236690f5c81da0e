"""A PhysiCell project as a job: options, copies of its files, the job built again from them."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from paget.errors import PagetError
from paget.runs.execution import provenance_of
from paget.runs.physicell_job import InitialLevels, job_of_recipe, physicell_job
from paget.tissue.compile import compile_definition
from paget.tissue.fields import Fields

SETTINGS = """<PhysiCell_settings>
<domain><x_min>-50</x_min><x_max>50</x_max><y_min>-50</y_min><y_max>50</y_max><z_min>-10</z_min><z_max>10</z_max>
<dx>20</dx><dy>20</dy><dz>20</dz><use_2D>true</use_2D></domain>
<overall><max_time>30</max_time></overall>
<save><folder>output</folder><full_data><interval>10</interval><enable>{enable}</enable></full_data></save>
<options><random_seed>7</random_seed></options>
<microenvironment_setup><variable name="oxygen"><physical_parameter_set><diffusion_coefficient>1</diffusion_coefficient>
<decay_rate>0</decay_rate></physical_parameter_set></variable><options>
<initial_condition type="csv" enabled="{levels}"><filename>../levels.csv</filename></initial_condition></options>
</microenvironment_setup>
<cell_definitions><cell_definition name="a" ID="0"/></cell_definitions>
<initial_conditions><cell_positions type="csv" enabled="{cells}"><folder>config</folder><filename>cells.csv</filename>
</cell_positions></initial_conditions></PhysiCell_settings>"""


@pytest.fixture
def project(tmp_path):
    """`project(enable="true", levels="true", cells="true")`: the folder of a project, one of its files outside."""

    def make(**switches: str):
        folder = tmp_path / "my project"
        (folder / "config").mkdir(parents=True, exist_ok=True)
        text = SETTINGS.format(**{"enable": "true", "levels": "true", "cells": "true", **switches})
        (folder / "config" / "PhysiCell_settings.xml").write_text(text)
        (folder / "config" / "cells.csv").write_text("0,0,0,0\n10,0,0,0\n")
        rows = [f"{x},{y},0,{80 + x - y}" for x in range(-40, 50, 20) for y in range(-40, 50, 20)]
        (tmp_path / "levels.csv").write_text("\n".join(rows))
        return folder

    return make


def test_options_of_the_project_and_of_the_command(project):
    job, read = physicell_job(project())
    assert (job.name, job.until, job.seed, job.scheme) == ("my project", 30, 7, "default")
    assert [(output.name, output.every) for output in job.outputs] == [
        ("initial and final", 30),
        ("MultiCellDS", 10),
    ]
    assert list(job.inputs) == ["config/PhysiCell_settings.xml", "config/cells.csv", "files/levels.csv"]
    assert read.needs == []
    other, _ = physicell_job(project(enable="false"), until=12, seed=3, scheme="physicell")
    assert (other.until, other.seed, other.scheme) == (12, 3, "physicell")
    assert [output.name for output in other.outputs] == ["initial and final"]


def test_the_job_can_be_built_again_from_the_copies(project, tmp_path):
    job, _ = physicell_job(project(), until=12, scheme="physicell")
    copies = tmp_path / "run" / "input"
    for name, content in job.inputs.items():
        (copies / name).parent.mkdir(parents=True, exist_ok=True)
        (copies / name).write_bytes(content)
    (tmp_path / "levels.csv").unlink()
    again = job_of_recipe(job.recipe, copies)
    first, second = provenance_of(job), provenance_of(again)
    assert (
        first["identity"] == second["identity"]
        if "identity" in first
        else first["design"] == second["design"]
    )
    assert first["model_hash"] == second["model_hash"]
    np.testing.assert_array_equal(job.population.position, again.population.position)


def test_levels_decide_the_model(project, tmp_path):
    before, _ = physicell_job(project())
    text = (tmp_path / "levels.csv").read_text()
    (tmp_path / "levels.csv").write_text(text.replace("-40,-40,0,80", "-40,-40,0,81"))
    after, _ = physicell_job(tmp_path / "my project")
    assert before.model_hash() != after.model_hash()


def test_initial_levels_are_put_into_the_fields(project):
    job, read = physicell_job(project())
    assert isinstance(job.biology, InitialLevels)
    compiled = compile_definition(job.definition)
    simulation = SimpleNamespace(fields=Fields(compiled))
    job.biology.begin(simulation)
    np.testing.assert_array_equal(simulation.fields.level, read.levels)
    assert simulation.fields.level[0, 0, 0, 4] == 160


def test_a_project_without_cells_is_refused(project):
    folder = project(cells="false")
    with pytest.raises(PagetError, match="the project has no cells at the start"):
        physicell_job(folder)
    (folder / "custom_modules").mkdir()
    code = "void setup_tissue( void ) { Cell* pC = create_cell(); load_cells_from_pugixml(); }"
    (folder / "custom_modules" / "custom.cpp").write_text(code)
    with pytest.raises(PagetError, match=r"placed by the project's C\+\+, which Paget does not run"):
        physicell_job(folder)
