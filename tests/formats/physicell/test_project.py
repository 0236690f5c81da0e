"""A PhysiCell project as a whole: what becomes of its settings, types, rules and cells."""

from __future__ import annotations

import numpy as np
import pytest

from paget.errors import PagetError
from paget.formats.physicell import read_project
from paget.tissue.compile import compile_definition

RULES_3 = """tumour,oxygen,increases,cycle entry,0.003,20,4,0
// a comment

tumour,pressure,decreases,cycle entry,0,1,4,0
"""


@pytest.fixture
def project(settings, write_project, tmp_path):
    text = settings(cells="true", rules="true")
    cells = "x,y,z,type,volume,apoptosis\n0,0,0,tumour,3000,\n10,5,-3,immune cell,skip,0.5\n"
    return read_project(write_project(tmp_path, text, cells=cells, rules=RULES_3))


def test_domain_steps_and_run_settings(project):
    domain, run = project.definition.domain, project.run
    assert (domain.low, domain.high, domain.spacing) == ((-100, -60, -20), (100, 60, 20), (20, 20, 20))
    assert domain.shape == (2, 6, 10)
    assert not domain.two_dimensional
    assert (run.max_time, run.full_interval, run.svg_interval, run.folder) == (60, 30, None, "output")
    assert (run.threads, project.seed, project.definition.walls, project.definition.springs) == (
        2,
        5,
        True,
        False,
    )


def test_factors(project):
    oxygen, drug = project.definition.factors
    assert (oxygen.name, oxygen.diffusion, oxygen.decay, oxygen.initial) == ("oxygen", 1e5, 0.1, 38)
    assert oxygen.boundary == (38.0,) * 6
    assert (drug.boundary, drug.unit) == ((None,) * 6, "nM")


def test_cell_types(project):
    tumour, immune = project.definition.cell_types
    assert (tumour.name, tumour.code, immune.code) == ("tumour", 0, 1)
    assert tumour.cycle.name == "Live"
    assert (tumour.motile, tumour.chemotaxis.mode, tumour.chemotaxis.direction) == (True, "simple", -1)
    wanted = {
        "exit from cycle phase 0": 0.0005,
        "apoptosis": 0.0001,
        "necrosis": 0.0,
        "oxygen uptake": 10.0,
        "attack immune cell": 0.2,
        "attack damage rate": 2.0,
        "attack duration": 5.0,
        "cell-BM repulsion": 100.0,
        "custom:marker": 1.5,
        "migration bias": 0.25,
    }
    assert {name: tumour.behaviours[name] for name in wanted} == wanted
    assert project.definition.custom == {"marker": True}


def test_rules_and_cells(project):
    first, second = project.definition.rules
    assert (first.behaviour, first.signal, first.increases) == ("exit from cycle phase 0", "oxygen", True)
    assert (first.saturation, first.half_maximum, first.power) == (0.003, 20, 4)
    assert (second.signal, second.increases, second.saturation) == ("pressure", False, 0)
    population = project.population
    np.testing.assert_array_equal(population.position, [[0, 0, 0], [10, 5, -3]])
    np.testing.assert_array_equal(population.kind, [0, 1])
    np.testing.assert_array_equal(population.volume, [3000, np.nan])
    np.testing.assert_array_equal(population.behaviours["apoptosis"], [np.nan, 0.5])


def test_the_engine_takes_it(project):
    compiled = compile_definition(project.definition, tuple(project.population.behaviours))
    base = compiled.types.base[0, compiled.vocabulary.behaviour_number("oxygen uptake")]
    assert base == 10.0
    assert len(compiled.rules.base) == 1


def test_every_element_is_in_the_report(settings, write_project, tmp_path):
    text = settings(parameters="<mystery type='double'>3</mystery>").replace(
        "<parallel>", "<unheard_of><within>1</within></unheard_of><parallel>"
    )
    report = read_project(write_project(tmp_path, text)).report
    unread = {row.element: row for row in report.of("not read by PhysiCell")}
    assert "unheard_of" in unread
    assert "1 element in it" in unread["unheard_of"].note
    assert "overall/time_units" in unread
    carried = {row.element: row for row in report.of("carried over")}
    assert carried["domain/x_min"].value == "-100"
    assert "only custom C++" in carried["user_parameters/mystery[double]"].note
    assert report.of("switched off")[0].element.startswith("save/SVG")


def test_the_report_as_text_csv_and_markdown(project):
    report = project.report
    assert "carried over" in report.text().splitlines()[0]
    assert "domain/x_min" in report.text(every=True)
    assert report.csv().splitlines()[0] == "status,file,line,element,value,note"
    assert len(report.csv().splitlines()) >= len(report.rows)
    assert report.markdown().count("\n") == len(report.rows) + 2


def test_two_dimensions(settings, write_project, tmp_path):
    cells = "0,0,3,0\n1,1,0,1\n5,5,40,0\n"
    text = settings(flat="true", cells="true")
    project = read_project(write_project(tmp_path, text, cells=cells))
    assert project.definition.domain.low[2] == -10
    assert project.definition.domain.shape[0] == 1
    assert project.definition.factors[0].boundary[4:] == (None, None)
    assert all(cell_type.crawls_in_plane for cell_type in project.definition.cell_types)
    np.testing.assert_array_equal(project.population.position, [[0, 0, 0], [1, 1, 0]])
    assert "1 cell lies outside the domain, left out (line 3)" in project.report.warnings[0]


def test_cells_as_the_template_places_them(settings, write_project, tmp_path):
    parameters = '<number_of_cells type="int">40</number_of_cells>'
    folder = write_project(tmp_path, settings(parameters=parameters))
    population = read_project(folder).population
    np.testing.assert_array_equal(np.bincount(population.kind), [40, 40])
    low, high = (-100, -60, -20), (100, 60, 20)
    assert (population.position > low).all()
    assert (population.position < high).all()
    assert len(np.unique(population.position[:, 0])) == 80
    again, other = read_project(folder).population, read_project(folder, seed=6).population
    np.testing.assert_array_equal(population.position, again.position)
    assert not np.array_equal(population.position, other.position)
    fewer = write_project(tmp_path / "b", settings(parameters=parameters.replace("40", "3")))
    np.testing.assert_array_equal(read_project(fewer).population.position[3:], population.position[40:43])


def test_placed_cells_and_listed_cells_add_up(settings, write_project, tmp_path):
    text = settings(cells="true", parameters='<number_of_cells type="int">1</number_of_cells>')
    project = read_project(write_project(tmp_path, text, cells="x,y,z,type,volume\n1,2,3,tumour,999\n"))
    np.testing.assert_array_equal(project.population.kind, [0, 1, 0])
    np.testing.assert_array_equal(project.population.volume, [np.nan, np.nan, 999])


@pytest.mark.parametrize(
    ("words", "parameters", "seed"),
    [
        ("7", "", 7),
        ("system_clock", "", 0),
        ("", "", 0),
        ("7", '<random_seed type="int">11</random_seed>', 11),
    ],
)
def test_seed(settings, write_project, tmp_path, words, parameters, seed):
    project = read_project(write_project(tmp_path, settings(seed=words, parameters=parameters)))
    assert project.seed == seed
    assert read_project(tmp_path, seed=3).seed == 3


def test_several_rulesets_accumulate(settings, write_project, tmp_path):
    text = (
        settings(rules="true")
        .replace("<settings/>", "")
        .replace(
            "</rulesets>",
            '<ruleset protocol="CBHG" version="3.0" format="csv" enabled="true"><folder>config</folder>'
            "<filename>more.csv</filename></ruleset></rulesets>",
        )
    )
    folder = write_project(
        tmp_path, text, rules=RULES_3, more="immune cell,time,decreases,apoptosis,0,5,1,1\n"
    )
    rules = read_project(folder).definition.rules
    assert [rule.cell_type for rule in rules] == ["tumour", "tumour", "immune cell"]
    assert rules[2].applies_to_dead
    write_project(tmp_path, text, rules=RULES_3, more=RULES_3)
    with pytest.raises(PagetError, match=r"more.csv:1: rule: the same rule as in .*rules.csv:1"):
        read_project(folder)


def test_fast_rates_get_a_warning_with_the_largest_safe_step(settings, write_project, tmp_path):
    rules = "tumour,drug,increases,apoptosis,0.5,1,1,0\n"
    project = read_project(write_project(tmp_path, settings(rules="true"), rules=rules))
    warning = project.report.warnings[0]
    assert "apoptosis of tumour reaches 0.5 /min" in warning
    assert "largest safe step 2 min" in warning


def test_initial_levels(settings, write_project, tmp_path):
    initial = '<initial_condition type="csv" enabled="true">'
    initial += "<filename>./config/levels.csv</filename></initial_condition>"
    rows = [
        f"{x},{y},{z},{x + y}" for z in (-10, 10) for y in range(-50, 60, 20) for x in range(-90, 100, 20)
    ]
    levels = "x,y,z,drug\n" + "\n".join(rows[::-1]) + "\n"
    project = read_project(write_project(tmp_path, settings(initial=initial), levels=levels))
    assert project.levels.shape == (2, 2, 6, 10)
    assert (project.levels[0] == 38).all()
    assert project.levels[1, 0, 0, 0] == -140
    assert project.levels[1, 1, 2, 9] == 80


def test_files_are_known_so_that_copies_make_the_same_project(settings, write_project, tmp_path):
    cells, rules = "0,0,0,0\n", RULES_3
    project = read_project(
        write_project(tmp_path / "a", settings(cells="true", rules="true"), cells=cells, rules=rules)
    )
    assert list(project.files) == ["config/PhysiCell_settings.xml", "config/rules.csv", "config/cells.csv"]
    for name, file in project.files.items():
        copy = tmp_path / "b" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    again = read_project(tmp_path / "b" / next(iter(project.files)))
    assert again.definition == project.definition
    np.testing.assert_array_equal(again.population.position, project.population.position)


def test_an_intracellular_model_is_named(settings, write_project, tmp_path):
    immune = '<phenotype><intracellular type="maboss"><bnd_filename>a.bnd</bnd_filename></intracellular></phenotype>'
    project = read_project(write_project(tmp_path, settings(immune=immune)))
    assert project.needs == ["intracellular model of immune cell (maboss)"]
    (row,) = project.report.of("not supported")
    assert row.element.endswith("intracellular[maboss]")


def test_a_folder_without_settings(tmp_path):
    with pytest.raises(PagetError, match="no settings in this folder"):
        read_project(tmp_path)
    with pytest.raises(PagetError, match="no such file"):
        read_project(tmp_path / "nothing.xml")
