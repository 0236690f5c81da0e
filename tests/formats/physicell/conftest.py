"""Small PhysiCell projects as text, for the tests of the reader; written for these tests, none is PhysiCell's own."""

from __future__ import annotations

from pathlib import Path

import pytest

DOMAIN = """<domain><x_min>-100</x_min><x_max>100</x_max><y_min>-60</y_min><y_max>60</y_max>
<z_min>-20</z_min><z_max>20</z_max><dx>20</dx><dy>20</dy><dz>20</dz><use_2D>{flat}</use_2D></domain>"""

OVERALL = """<overall><max_time units="min">60</max_time><time_units>min</time_units>
<dt_diffusion>0.01</dt_diffusion><dt_mechanics>0.1</dt_mechanics><dt_phenotype>6</dt_phenotype></overall>"""

SAVE = """<save><folder>output</folder><full_data><interval>30</interval><enable>true</enable></full_data>
<SVG><interval>60</interval><enable>false</enable></SVG><legacy_data><enable>false</enable></legacy_data></save>"""

OPTIONS = """<options><virtual_wall_at_domain_edge>true</virtual_wall_at_domain_edge>
<disable_automated_spring_adhesions>true</disable_automated_spring_adhesions>
<random_seed>{seed}</random_seed></options>"""

FACTORS = """<microenvironment_setup>
<variable name="oxygen" units="mmHg" ID="0"><physical_parameter_set>
<diffusion_coefficient>100000</diffusion_coefficient><decay_rate>0.1</decay_rate></physical_parameter_set>
<initial_condition>38</initial_condition>
<Dirichlet_boundary_condition enabled="true">38</Dirichlet_boundary_condition></variable>
<variable name="drug" units="nM" ID="1"><physical_parameter_set>
<diffusion_coefficient>1000</diffusion_coefficient><decay_rate>0</decay_rate></physical_parameter_set>
<initial_condition>0</initial_condition>
<Dirichlet_boundary_condition enabled="false">0</Dirichlet_boundary_condition></variable>
<options><calculate_gradients>true</calculate_gradients>
<track_internalized_substrates_in_each_agent>false</track_internalized_substrates_in_each_agent>{initial}</options>
</microenvironment_setup>"""

TUMOUR = """<phenotype>
<cycle code="5" name="live"><phase_transition_rates>
<rate start_index="0" end_index="0" fixed_duration="false">0.0005</rate></phase_transition_rates></cycle>
<death><model code="100" name="apoptosis"><death_rate>0.0001</death_rate></model></death>
<motility><speed>0.5</speed><persistence_time>10</persistence_time><migration_bias>0.25</migration_bias>
<options><enabled>true</enabled><use_2D>false</use_2D><chemotaxis><enabled>true</enabled>
<substrate>oxygen</substrate><direction>-1</direction></chemotaxis></options></motility>
<secretion><substrate name="oxygen"><uptake_rate>10</uptake_rate></substrate></secretion>
<cell_interactions><attack_rates><attack_rate name="immune cell">0.2</attack_rate></attack_rates>
<attack_damage_rate>2</attack_damage_rate><attack_duration>5</attack_duration></cell_interactions>
</phenotype><custom_data><marker conserved="true">1.5</marker></custom_data>"""

TYPES = """<cell_definition name="tumour" ID="0">{tumour}</cell_definition>
<cell_definition name="immune cell" ID="1">{immune}</cell_definition>"""

CELLS = """<initial_conditions><cell_positions type="csv" enabled="{on}"><folder>./config</folder>
<filename>cells.csv</filename></cell_positions></initial_conditions>"""

RULES = """<cell_rules><rulesets><ruleset protocol="CBHG" version="{version}" format="csv" enabled="{on}">
<folder>./config</folder><filename>rules.csv</filename></ruleset></rulesets><settings/></cell_rules>"""

PARAMETERS = "<user_parameters>{inside}</user_parameters>"


def _settings(
    *,
    flat: str = "false",
    tumour: str = TUMOUR,
    immune: str = "",
    types: str | None = None,
    cells: str = "false",
    rules: str = "false",
    version: str = "3.0",
    parameters: str = "",
    initial: str = "",
    seed: str = "5",
    options: str = "",
    factors: str = FACTORS,
    overall: str = OVERALL,
) -> str:
    """A settings file of two factors and two types; what is given replaces parts of it."""
    definitions = TYPES.format(tumour=tumour, immune=immune) if types is None else types
    parts = (
        DOMAIN.format(flat=flat),
        overall,
        "<parallel><omp_num_threads>2</omp_num_threads></parallel>",
        SAVE,
        options or OPTIONS.format(seed=seed),
        factors.format(initial=initial),
        f"<cell_definitions>{definitions}</cell_definitions>",
        CELLS.format(on=cells),
        RULES.format(version=version, on=rules),
        PARAMETERS.format(inside=parameters),
    )
    return '<PhysiCell_settings version="test">\n' + "\n".join(parts) + "\n</PhysiCell_settings>\n"


def _write_project(folder: Path, text: str, **files: str) -> Path:
    """A project folder: `config/PhysiCell_settings.xml` and, by name without ending, CSV files beside it."""
    config = folder / "config"
    config.mkdir(parents=True, exist_ok=True)
    (config / "PhysiCell_settings.xml").write_text(text, encoding="utf-8")
    for name, content in files.items():
        (config / f"{name}.csv").write_text(content, encoding="utf-8")
    return folder


@pytest.fixture
def settings():
    """`settings(flat="true", ...)`: the text of a settings file; what is given replaces parts of it."""
    return _settings


@pytest.fixture
def write_project():
    """`write_project(folder, settings, cells="0,0,0,0")`: the folder, with settings and CSV files in it."""
    return _write_project
