"""What is wrong in a settings file, and what the message says: a table of bad input."""

from __future__ import annotations

import pytest

from paget.errors import PagetError
from paget.formats.physicell import read_project

CHANGES = [
    ("<x_min>-100</x_min>", "<x_min>abc</x_min>", "domain/x_min: is not a finite number (found 'abc')"),
    ("<x_min>-100</x_min>", "<x_min>nan</x_min>", "domain/x_min: is not a finite number"),
    ("<x_min>-100</x_min>", "<x_min>-1e999</x_min>", "domain/x_min: is not a finite number"),
    ("<x_min>-100</x_min>", "<x_min>1_0</x_min>", "domain/x_min: is not a finite number"),
    ("<x_min>-100</x_min>", "<x_min/>", "domain/x_min: is empty: a number is expected"),
    ("<x_min>-100</x_min>", "", "domain: element <x_min> is missing"),
    ("<x_min>-100</x_min>", "<x_mim>-100</x_mim>", "Did you mean 'x_mim'?"),
    ("<x_min>-100</x_min>", "<x_min>100</x_min>", "domain/x_max: the domain has no extent"),
    ("<dx>20</dx>", "<dx>0</dx>", "domain/dx: is out of bounds (found '0'; allowed: above 0)"),
    ("<dx>20</dx>", "<dx>1e-9</dx>", "domain: has too many voxels"),
    ("<use_2D>false", "<use_2D>perhaps", "domain/use_2D: is not a boolean (found 'perhaps'"),
    (
        "<dt_phenotype>6<",
        "<dt_phenotype>6.05<",
        "overall/dt_phenotype: must be a whole multiple of dt_mechanics",
    ),
    ("<dt_mechanics>0.1<", "<dt_mechanics>-0.1<", "overall/dt_mechanics: is out of bounds"),
    ('<max_time units="min">60', '<max_time units="min">-60', "overall/max_time: is out of bounds"),
    ("<random_seed>5", "<random_seed>5.5", "options/random_seed: is not a seed"),
    ("<random_seed>5", "<random_seed>-5", "options/random_seed: is not a seed"),
    ("<omp_num_threads>2", "<omp_num_threads>0", "parallel/omp_num_threads: is out of bounds"),
    ("<interval>30", "<interval>0", "save/full_data/interval: is out of bounds"),
    ("<decay_rate>0.1", "<decay_rate>-0.1", "physical_parameter_set/decay_rate: is out of bounds"),
    ('name="drug"', 'name="oxygen"', "the same substrate twice (found 'oxygen')"),
    ('name="drug"', 'name=""', "a substrate needs a name"),
    ('name="immune cell" ID="1"', 'name="tumour" ID="1"', "the same cell type twice"),
    ('name="immune cell" ID="1"', 'name="immune cell" ID="0"', "the same ID as another cell type"),
    ('name="immune cell" ID="1"', 'name="immune cell"', "attribute ID is missing"),
    (
        'name="immune cell" ID="1"',
        'name="immune cell" ID="one"',
        "attribute ID is not a whole number (found 'one')",
    ),
    ('name="immune cell" ID="1"', 'name="default" ID="1"', "two default definitions"),
    (
        'cell" ID="1"',
        'cell" ID="1" parent_type="tumor"',
        "unknown parent_type (found 'tumor'; allowed: tumour). Did you mean",
    ),
    (
        'tumour" ID="0"',
        'tumour" ID="2" parent_type="immune cell"',
        "parent_type must stand above in the file",
    ),
    ('code="5"', 'code="12"', "unknown cycle model (found 'code 12 live'"),
    ('code="5" name="live"', 'name="life"', "Did you mean 'Live'?"),
    ('end_index="0"', 'end_index="1"', "attribute end_index: no such phase (found 1; allowed: 0 to 0)"),
    ('false">0.0005', 'false">-0.0005', "rate[0]: is out of bounds"),
    ('code="100"', 'code="105"', "unknown death model"),
    ("<death_rate>0.0001", "<death_rate>often", "death_rate: is not a finite number (found 'often')"),
    (
        "<migration_bias>0.25",
        "<migration_bias>1.5",
        "migration_bias: is out of bounds (found '1.5'; allowed: at least",
    ),
    (
        "<substrate>oxygen</substrate>",
        "<substrate>oxigen</substrate>",
        "unknown substrate (found 'oxigen'; allowed: oxyg",
    ),
    ("<direction>-1", "<direction>2", "chemotaxis/direction: is no direction"),
    ('<substrate name="oxygen"><', '<substrate name="oxygne"><', "Did you mean 'oxygen'?"),
    ("<uptake_rate>10", "<uptake_rate>-10", "uptake_rate: is out of bounds"),
    ('name="immune cell">0.2', 'name="imune cell">0.2', "Did you mean 'immune cell'?"),
    ("<marker conserved", "<marker conserved='maybe' old", "custom_data/marker@conserved: is not a boolean"),
    (">1.5</marker>", ">many</marker>", "custom_data/marker: is not a finite number"),
    ("</PhysiCell_settings>", "</PhysiCell_setting>", "not well-formed XML: mismatched tag"),
    ('enabled="true">38', 'enabled="true">much', "Dirichlet_boundary_condition: is not a finite number"),
    (
        "<user_parameters>",
        "<user_parameters><n type='int'>1.2e</n>",
        "user_parameters/n[int]: is not a finite number",
    ),
    ("<user_parameters>", "<user_parameters><n>1</n><n>2</n>", "the same user parameter twice"),
]


@pytest.mark.parametrize(("before", "after", "message"), CHANGES)
def test_bad_settings(settings, write_project, tmp_path, before, after, message):
    text = settings()
    assert before in text
    folder = write_project(tmp_path, text.replace(before, after, 1))
    with pytest.raises(PagetError) as error:
        read_project(folder)
    assert message in str(error.value)
    assert error.value.file.endswith("PhysiCell_settings.xml")
    assert error.value.line >= 1


def test_another_root_element(tmp_path):
    (tmp_path / "s.xml").write_text("<html><body/></html>")
    with pytest.raises(PagetError, match="is no PhysiCell settings file"):
        read_project(tmp_path / "s.xml")


def test_the_unchanged_file_is_good(settings, write_project, tmp_path):
    assert read_project(write_project(tmp_path, settings())).needs == []


FORMATS = [
    ("0.5", "version 0 (ten fields)"),
    ("2.0", "version 2 (preprint) has the fields of version 3"),
    ("", "the version of the rules must be said"),
    ("three", "the version of the rules must be said"),
]


@pytest.mark.parametrize(("version", "message"), FORMATS)
def test_versions_of_rules_that_are_refused(settings, write_project, tmp_path, version, message):
    folder = write_project(tmp_path, settings(rules="true", version=version), rules="")
    with pytest.raises(PagetError) as error:
        read_project(folder)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('format="csv"', 'format="xlsx"', "unknown format of rules (found 'xlsx'; allowed: csv)"),
        ('protocol="CBHG"', 'protocol="other"', "unknown protocol of rules"),
        ("<filename>rules.csv", "<filename>ruels.csv", "filename: no such file (found 'config/ruels.csv'"),
        ("<filename>rules.csv", "<filename>", "is empty: the name of a file is expected"),
    ],
)
def test_rulesets_that_are_refused(settings, write_project, tmp_path, before, after, message):
    folder = write_project(tmp_path, settings(rules="true").replace(before, after), rules="")
    with pytest.raises(PagetError) as error:
        read_project(folder)
    assert message in str(error.value)


def test_a_switched_off_ruleset_needs_no_file(settings, write_project, tmp_path):
    project = read_project(write_project(tmp_path, settings(rules="false")))
    assert project.definition.rules == ()
    assert "cell_rules/rulesets/ruleset" in [row.element for row in project.report.of("switched off")]


def test_other_types_of_cell_positions(settings, write_project, tmp_path):
    folder = write_project(
        tmp_path, settings(cells="true").replace('type="csv" enabled="true"', 'type="mat" enabled="1"')
    )
    with pytest.raises(PagetError, match="unknown type of cell positions"):
        read_project(folder)
