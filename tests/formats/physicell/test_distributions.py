"""Initial parameters that differ from cell to cell."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from paget.errors import PagetError
from paget.formats.physicell import read_project

LAWS = {
    "Uniform": ("<min>0.1</min><max>0.4</max>", stats.uniform(0.1, 0.3).cdf),
    "LogUniform": ("<min>0.01</min><max>10</max>", stats.loguniform(0.01, 10).cdf),
    "Normal": (
        "<mu>0.2</mu><sigma>0.1</sigma><lower_bound>0</lower_bound>",
        stats.truncnorm(-2, np.inf, 0.2, 0.1).cdf,
    ),
    "LogNormal": ("<mu>-2</mu><sigma>0.5</sigma>", stats.lognorm(0.5, scale=math.exp(-2)).cdf),
    "Log10Normal": (
        "<mu>-1</mu><sigma>0.2</sigma>",
        stats.lognorm(0.2 * math.log(10), scale=0.1).cdf,
    ),
}


@pytest.fixture
def read(settings, write_project, tmp_path):
    """`read(distribution, cells)`: the population of a project in which a type has it."""

    def make(inside: str, cells: int = 400):
        types = f"""<cell_definition name="a" ID="0"/><cell_definition name="b" ID="1">
        <phenotype><death><model code="100"><death_rate>0.2</death_rate></model></death></phenotype>
        <initial_parameter_distributions enabled="true">{inside}</initial_parameter_distributions></cell_definition>"""
        parameters = f'<number_of_cells type="int">{cells}</number_of_cells>'
        return read_project(write_project(tmp_path, settings(types=types, parameters=parameters))).population

    return make


def distribution(kind, numbers, behaviour="apoptosis", more=""):
    return f'<distribution type="{kind}" {more}><behavior>{behaviour}</behavior>{numbers}</distribution>'


@pytest.mark.parametrize("kind", LAWS)
def test_values_follow_the_law(read, kind):
    """Null: the values have the stated law; Kolmogorov and Smirnov; false alarms 1e-3 (fixed seed)."""
    numbers, law = LAWS[kind]
    values = read(distribution(kind, numbers)).behaviours["apoptosis"]
    assert np.isnan(values[:400]).all()
    assert stats.kstest(values[400:], law).pvalue > 1e-3
    assert stats.kstest(values[400:] * 3.0, law).pvalue < 1e-3  # planted fault


def test_volume_and_several_distributions(read):
    two = distribution("Uniform", "<min>2000</min><max>3000</max>", "Volume")
    two += distribution("uniform", "<min>0.1</min><max>0.4</max>")
    population = read(two, 50)
    assert np.isnan(population.volume[:50]).all()
    assert ((population.volume[50:] > 2000) & (population.volume[50:] < 3000)).all()
    relative = (population.volume[50:] - 2000) / 1000
    assert abs(np.corrcoef(relative, population.behaviours["apoptosis"][50:])[0, 1]) < 0.5


def test_a_switched_off_distribution_draws_nothing(read):
    assert (
        read(distribution("Uniform", "<min>0.1</min><max>0.4</max>", more='enabled="false"'), 3).behaviours
        == {}
    )


BAD = [
    (distribution("Gamma", ""), "unknown distribution (found 'Gamma'"),
    (distribution("Uniform", "<min>0</min><max>1</max>", "apotosis"), "Did you mean 'apoptosis'?"),
    (distribution("Uniform", "<min>0</min>"), "element <max> is missing"),
    (distribution("Uniform", "<min>2</min><max>1</max>"), "lower bound above upper bound"),
    (distribution("Uniform", "<min>1</min><max>2</max>"), "the base of apoptosis in b lies outside"),
    (
        distribution("LogUniform", "<min>0</min><max>2</max>"),
        "min: is out of bounds (found '0'; allowed: above 0)",
    ),
    (distribution("Normal", "<mu>0</mu><sigma>-1</sigma>"), "sigma: is out of bounds"),
    (
        distribution("Normal", "<mu>100</mu><sigma>1</sigma><upper_bound>1</upper_bound>"),
        "hardly any draw lies within the bounds",
    ),
    (
        distribution("LogNormal", "<mu>0</mu><sigma>1</sigma><lower_bound>-1</lower_bound>"),
        "lower_bound: is out of",
    ),
]


@pytest.mark.parametrize(("inside", "message"), BAD)
def test_bad_distributions(read, inside, message):
    with pytest.raises(PagetError) as error:
        read(inside, 1)
    assert message in str(error.value)


def test_the_base_may_lie_outside_where_the_file_says_so(read):
    values = read(
        distribution("Uniform", "<min>1</min><max>2</max>", more='check_base="false"'), 1
    ).behaviours
    assert 1 < values["apoptosis"][1] < 2
