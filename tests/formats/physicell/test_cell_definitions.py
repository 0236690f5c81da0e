"""What cell definitions inherit, their old forms, and where Paget does on purpose what PhysiCell's reader does not."""

from __future__ import annotations

import math

import pytest

from paget.errors import PagetError
from paget.formats.physicell import read_project
from paget.formats.physicell.body import equilibrium_adhesion
from paget.tissue.cycles import CYCLES, REFERENCE_RATES

PARENT = """<phenotype>
<cycle code="6"><phase_transition_rates>
<rate start_index="0" end_index="1" fixed_duration="false">0.002</rate></phase_transition_rates></cycle>
<volume><total>3000</total></volume>
<mechanics><cell_cell_adhesion_strength>0.7</cell_cell_adhesion_strength></mechanics>
<motility><speed>2</speed><options><enabled>true</enabled><chemotaxis><enabled>true</enabled>
<substrate>drug</substrate><direction>1</direction></chemotaxis></options></motility>
<secretion><substrate name="oxygen"><uptake_rate>10</uptake_rate><secretion_target>9</secretion_target></substrate>
</secretion>
<cell_interactions><apoptotic_phagocytosis_rate>0.1</apoptotic_phagocytosis_rate>
<attack_rates><attack_rate name="child">0.3</attack_rate></attack_rates>
<attack_damage_rate>3</attack_damage_rate><attack_duration>4</attack_duration></cell_interactions>
</phenotype><custom_data><a>1</a></custom_data>"""


@pytest.fixture
def read(settings, write_project, tmp_path):
    """`read(child, attributes)`: project with the parent above and a child type."""

    def make(child: str = "", attributes: str = "", parent: str = PARENT, **parts):
        types = f'<cell_definition name="parent" ID="0">{parent}</cell_definition>'
        types += f'<cell_definition name="child" ID="1" {attributes}>{child}</cell_definition>'
        return read_project(write_project(tmp_path, settings(types=types, **parts)))

    return make


def child_of(project):
    return project.definition.cell_types[1]


def test_without_a_parent_a_type_starts_as_the_default_but_does_nothing_to_others(read):
    child = child_of(read())
    assert (child.cycle.code, child.volume.total, child.motile, child.chemotaxis.mode) == (
        6,
        3000,
        False,
        "none",
    )
    wanted = {
        "exit from cycle phase 0": 0.002,
        "cell-cell adhesion": 0.7,
        "migration speed": 2.0,
        "oxygen uptake": 0.0,
        "oxygen secretion target": 0.0,
        "phagocytose apoptotic cell": 0.0,
        "attack child": 0.0,
        "attack damage rate": 1.0,
        "attack duration": 4.0,
        "custom:a": 1.0,
    }
    assert {name: child.behaviours[name] for name in wanted} == wanted


@pytest.mark.parametrize("how", ["parent_type", "legacy"])
def test_with_a_stated_parent_or_the_legacy_switch_it_inherits_all(read, how):
    legacy = "<options><legacy_cell_defaults_copy>true</legacy_cell_defaults_copy></options>"
    project = read(options=legacy) if how == "legacy" else read(attributes='parent_type="parent"')
    child = child_of(project)
    assert (child.motile, child.chemotaxis.factor) == (True, "drug")
    assert child.behaviours["oxygen uptake"] == 10.0
    assert child.behaviours["attack damage rate"] == 3.0


def test_a_type_before_the_default_starts_as_the_built_in_one(settings, write_project, tmp_path):
    types = '<cell_definition name="first" ID="4"/><cell_definition name="default" ID="2">' + PARENT.replace(
        "child", "first"
    )
    project = read_project(write_project(tmp_path, settings(types=types + "</cell_definition>")))
    first = project.definition.cell_types[0]
    assert (first.cycle.code, first.volume.total) == (0, 2494)
    assert first.behaviours["apoptosis"] == pytest.approx(0.00319 / 60)
    assert first.behaviours["exit from cycle phase 0"] == REFERENCE_RATES[0][0]


def test_the_cycle_of_the_parent_keeps_its_rates_but_not_its_fixed_phases(read):
    parent = PARENT.replace('fixed_duration="false"', 'fixed_duration="true"')
    same = child_of(read('<phenotype><cycle code="6"/></phenotype>', parent=parent))
    assert same.behaviours["exit from cycle phase 0"] == 0.002
    assert not same.cycle.phases[0].fixed_duration
    none = child_of(read("<phenotype/>", parent=parent))
    assert none.cycle.phases[0].fixed_duration
    other = child_of(read('<phenotype><cycle code="1" name="Live"/></phenotype>', parent=parent))
    assert other.cycle == CYCLES[1]
    assert other.behaviours["exit from cycle phase 0"] == REFERENCE_RATES[1][0]
    assert other.behaviours["exit from cycle phase 2"] == 0.0


def test_durations_and_the_old_names_of_rates(read):
    cycle = """<phenotype><cycle name="flow cytometry model (separated)">
    <transition_rates><rate start_index="1" end_index="2">0.5</rate></transition_rates>
    <phase_durations><duration index="3" fixed_duration="true">60</duration></phase_durations></cycle>
    <death><model name="Apoptosis"><rate>0.01</rate><transition_rates>
    <rate start_index="0" end_index="1" fixed_duration="false">0.25</rate></transition_rates></model>
    <model code="101"><death_rate>0.02</death_rate><phase_durations><duration index="1">10</duration>
    </phase_durations><parameters><relative_rupture_volume>3</relative_rupture_volume></parameters></model></death>
    </phenotype>"""
    project = read(cycle)
    child = child_of(project)
    assert child.behaviours["exit from cycle phase 1"] == 0.5
    assert child.behaviours["exit from cycle phase 3"] == pytest.approx(1 / 60)
    assert [phase.fixed_duration for phase in child.cycle.phases] == [False, False, False, True]
    assert child.behaviours["apoptosis"] == 0.01
    assert (child.apoptosis.durations, child.apoptosis.fixed) == ((4.0,), (False,))
    assert (child.necrosis.durations, child.necrosis.fixed) == ((0.0, 10.0), (True, False))
    assert (child.necrosis.relative_rupture_volume, child.necrosis.unlysed_fluid_change_rate) == (
        3,
        0.67 / 60,
    )
    notes = [row.note for row in project.report.rows]
    assert "old name of phase_transition_rates" in notes
    assert any("each type has its own durations of apoptosis" in note for note in notes)


@pytest.mark.parametrize("code", sorted(CYCLES))
def test_cycle_models(read, code):
    child = child_of(read(f'<phenotype><cycle code="{code}"/></phenotype>', parent=""))
    phases = child.cycle.phases
    assert len(phases) == len(REFERENCE_RATES[code])
    assert sum(phase.divides_at_exit for phase in phases) == 1
    assert sum(phase.doubles_at_entry for phase in phases) == 1
    for number, rate in enumerate(REFERENCE_RATES[code]):
        assert child.behaviours[f"exit from cycle phase {number}"] == rate


def test_old_forms_of_interactions(read):
    old = """<phenotype><cell_interactions><dead_phagocytosis_rate>0.2</dead_phagocytosis_rate>
    <necrotic_phagocytosis_rate>0.3</necrotic_phagocytosis_rate>
    <attack_rates><attack_rate name="parent">1</attack_rate></attack_rates><damage_rate>7</damage_rate>
    </cell_interactions></phenotype>"""
    project = read(old)
    behaviours = child_of(project).behaviours
    assert behaviours["phagocytose apoptotic cell"] == behaviours["phagocytose other dead cell"] == 0.2
    assert behaviours["phagocytose necrotic cell"] == 0.3
    assert behaviours["attack damage rate"] == 7.0
    assert behaviours["attack duration"] == 4.0
    assert "attack_duration 4 min" in project.report.warnings[0]
    assert any("old name of attack_damage_rate" in row.note for row in project.report.of("done differently"))


def test_equilibrium_distances(read):
    for tag, distance in (("relative", 1.8), ("absolute", 1.8 * (3000 / (4 / 3 * math.pi)) ** (1 / 3))):
        name = f"set_{tag}_equilibrium_distance"
        options = f'<options><{name} enabled="true">{distance}</{name}></options>'
        child = child_of(read(f"<phenotype><mechanics>{options}</mechanics></phenotype>"))
        assert child.behaviours["cell-cell adhesion"] == pytest.approx(equilibrium_adhesion(1.8, 10.0, 1.25))


def test_at_the_equilibrium_distance_adhesion_balances_repulsion():
    distance, repulsion, reach, radius = 1.7, 12.0, 1.3, 5.0
    adhesion = equilibrium_adhesion(distance, repulsion, reach)
    gap = distance * radius
    pull = adhesion * (1 - gap / (2 * reach * radius)) ** 2
    push = repulsion * (1 - gap / (2 * radius)) ** 2
    assert pull == pytest.approx(push)
    assert equilibrium_adhesion(3.0, repulsion, reach) == 0.0


def test_advanced_chemotaxis_wins(read):
    both = """<phenotype><motility><options><chemotaxis><enabled>true</enabled>
    <substrate>oxygen</substrate></chemotaxis>
    <advanced_chemotaxis><enabled>true</enabled><normalize_each_gradient>true</normalize_each_gradient>
    <chemotactic_sensitivities><chemotactic_sensitivity substrate="drug">-2</chemotactic_sensitivity>
    </chemotactic_sensitivities></advanced_chemotaxis></options></motility></phenotype>"""
    project = read(both)
    child = child_of(project)
    assert child.chemotaxis.mode == "normalised"
    assert child.behaviours["chemotactic response to drug"] == -2
    assert any("the advanced one counts" in warning for warning in project.report.warnings)


def test_chemotaxis_that_the_file_switches_off_is_off(read):
    off = "<options><chemotaxis><enabled>false</enabled></chemotaxis></options>"
    off = f"<phenotype><motility>{off}</motility></phenotype>"
    project = read(off, 'parent_type="parent"')
    assert child_of(project).chemotaxis.mode == "none"
    assert any("PhysiCell keeps the one" in warning for warning in project.report.warnings)


def test_asymmetric_division_and_transformation(read):
    text = """<phenotype><cycle code="5"><standard_asymmetric_division enabled="{on}">
    <asymmetric_division_probability name="parent">0.4</asymmetric_division_probability></standard_asymmetric_division>
    </cycle><cell_transformations><transformation_rates><transformation_rate name="parent">0.01</transformation_rate>
    <transformation_rate name="child">0.5</transformation_rate></transformation_rates></cell_transformations>
    </phenotype>"""
    project = read(text.format(on="true"))
    behaviours = child_of(project).behaviours
    assert behaviours["asymmetric division to parent"] == 0.4
    assert behaviours["transform to parent"] == 0.01
    assert behaviours["transform to child"] == 0.0
    assert any("does not turn into itself" in row.note for row in project.report.of("not supported"))
    assert "asymmetric division to parent" not in child_of(read(text.format(on="false"))).behaviours


def test_probabilities_of_asymmetric_division_that_add_to_more_than_one(read):
    text = """<phenotype><cycle code="5"><standard_asymmetric_division enabled="true">
    <asymmetric_division_probability name="parent">{other}</asymmetric_division_probability>
    <asymmetric_division_probability name="child">0.9</asymmetric_division_probability>
    </standard_asymmetric_division></cycle></phenotype>"""
    (warning,) = [w for w in read(text.format(other=0.4)).report.warnings if "add to 1.3" in w]
    assert "that of child itself is reduced" in warning
    with pytest.raises(PagetError, match="is out of bounds"):
        read(text.format(other=1.2))


def test_leftovers_of_types_that_are_gone_do_not_matter_while_they_are_neutral(read):
    leftover = """<phenotype><mechanics><cell_adhesion_affinities><cell_adhesion_affinity name="gone">1
    </cell_adhesion_affinity></cell_adhesion_affinities></mechanics><cell_interactions><fusion_rates>
    <fusion_rate name="gone">0</fusion_rate></fusion_rates><attack_damage_rate>1</attack_damage_rate>
    <attack_duration>1</attack_duration></cell_interactions></phenotype>"""
    notes = [row.note for row in read(leftover).report.of("switched off")]
    assert notes.count("unknown cell type: ignored, as PhysiCell does") == 2


def test_custom_vectors_are_not_supported_and_custom_variables_of_any_type_count(read):
    project = read('<custom_data><b conserved="true">2</b><v>1,2,3</v></custom_data>')
    assert project.definition.custom == {"a": False, "b": True}
    assert project.report.of("not supported")[0].element.endswith("custom_data/v")
    assert child_of(project).behaviours["custom:b"] == 2


def test_faces_hold_nothing_unless_a_substrate_is_enabled_as_a_whole(read, settings):
    faces = (
        '<Dirichlet_options><boundary_value ID="xmin" enabled="true">5</boundary_value></Dirichlet_options>'
    )
    text = settings()
    start, end = text.index("<microenvironment_setup>"), text.index("</microenvironment_setup>")
    factors = text[start:end] + "</microenvironment_setup>"
    drug = factors.replace(
        'enabled="false">0</Dirichlet_boundary_condition>',
        f'enabled="false">0</Dirichlet_boundary_condition>{faces}',
    )
    project = read(factors=drug)
    assert project.definition.factors[1].boundary == (5.0, None, None, None, None, None)
    assert project.definition.factors[0].boundary == (38.0,) * 6
    alone = read(factors=drug.replace('enabled="true">38', 'enabled="false">38'))
    assert alone.definition.factors[1].boundary == (None,) * 6
    assert any("PhysiCell holds none" in warning for warning in alone.report.warnings)
