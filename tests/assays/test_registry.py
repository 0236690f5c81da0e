"""Every endpoint has an assay, every number of an assay is documented, and readings depend on keys alone."""

import math
from dataclasses import replace

import pytest

from paget.assays import ASSAYS, Order, assay_numbers, expanded, take
from paget.model.endpoints import ENDPOINTS, endpoint_names, find_endpoint

SITES = ("mammary fat pad", "lung", "liver")
CELL_TYPES = ("tumour cell", "macrophage", "fibroblast")
FACTORS = ("TNF", "S100A8-9")
NAMES = sorted(endpoint_names(SITES, CELL_TYPES, FACTORS))


def order(name, **options):
    return Order(find_endpoint(name, SITES, CELL_TYPES, FACTORS), **options)


def test_every_endpoint_has_an_assay_and_every_assay_an_endpoint():
    assert {e.name for e in ENDPOINTS if not e.expands} == set(ASSAYS)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "composition"])
def test_every_endpoint_of_the_vocabulary_is_read(bench, name):
    animal, moment = bench(volumes=[0.5, 1.0])
    reading = take(animal, moment, order(name, receptors=("IGF1R",)))
    assert math.isfinite(reading.value) or reading.note


def test_composition_stands_for_every_cell_type():
    names = [endpoint.name for endpoint in expanded(order("composition").endpoint, CELL_TYPES)]
    assert names == ["composition: tumour cell", "composition: macrophage", "composition: fibroblast"]
    assert all(name in NAMES for name in names)
    assert [e.name for e in expanded(order("lung foci").endpoint, CELL_TYPES)] == ["lung foci"]


def test_every_number_of_an_assay_has_unit_source_and_kind():
    rows = list(assay_numbers())
    assert len(rows) > 20
    for row in rows:
        assert row["unit"]
        assert row["note"]
        assert row["kind"] in ("measured", "derived", "fitted", "assumed")
        assert (row["source"] == "assumed") == (row["kind"] == "assumed")


@pytest.mark.parametrize("name", NAMES)
def test_names_are_found_and_placeholders_filled(name):
    found = find_endpoint(name, SITES, CELL_TYPES, FACTORS)
    assert found.name == name
    assert "{" not in found.name + found.site + found.filling
    assert found.pattern in {e.name for e in ENDPOINTS}


@pytest.mark.parametrize(
    "name",
    ["lung", "foci", " foci", "mammary fat pad foci", "spleen foci", "lung foci,size-matched", "Lung foci",
     "primary volume, size-matched", "composition: ", "composition: B cell", "CTC with partner: ",
     "level of CXCL9", "level of ", "lung metastases from", "living cells in mammary fat pad", ""],
)  # fmt: skip
def test_other_names_are_not(name):
    assert find_endpoint(name, SITES, CELL_TYPES, FACTORS) is None


def test_a_reading_depends_on_animal_and_hour_only(bench):
    """Not on other assays, on the order of reading, or on how often it is read."""
    animal, moment = bench(1, volumes=[0.5, 1.0])
    wanted = order("primary volume")
    first = take(animal, moment, wanted)
    take(animal, moment, order("body weight"))
    assert take(animal, moment, wanted) == first
    other, _ = bench(2, volumes=[0.5, 1.0])
    assert take(other, moment, wanted) != first
    assert take(animal, replace(moment, day=moment.day - 1), wanted) != first
