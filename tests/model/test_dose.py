"""Doses per body weight, per body surface and flat."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from paget.errors import PagetError
from paget.model import Catalog, load_catalog, load_trial_file
from paget.model.dose import BASES, in_this_host, per_weight, read_dose, surface
from paget.model.english.trial import dose_conversions
from paget.model.quantity import BadValue

TRIAL = "trials/igf-paclitaxel.toml"


@pytest.mark.parametrize(
    "text, value, unit",
    [
        ("20 mg/kg", 20.0, "mg/kg"),
        ("0.02 g/kg", 20.0, "mg/kg"),
        ("175 mg/m^2", 175.0, "mg/m^2"),
        ("0.0175 mg/cm^2", 175.0, "mg/m^2"),
        ("200 ug", 0.2, "mg"),
        ("200 ug per animal", 0.2, "mg"),
        ("300 mg per patient", 300.0, "mg"),
        ("0.2 mg/mouse", 0.2, "mg"),
    ],
)
def test_units_of_the_field(text: str, value: float, unit: str) -> None:
    dose = read_dose(text)
    assert (float(dose), dose.unit, dose.text) == (pytest.approx(value), unit, text)
    assert dose.unit in BASES
    assert read_dose(dose) == dose


@pytest.mark.parametrize(
    "given, part",
    [
        (20, "has no unit"),
        ("20", "has no unit"),
        ("5 mL", "wrong unit for a dose"),
        ("5 nM", "wrong unit for a dose"),
        ("5 mg/kg per animal", "a dose per animal has a unit of mass"),
        ("5 qubits", "unknown unit"),
        ("many mg", "must be one number"),
        ("-5 mg", "must not be negative"),
        (True, "must be text"),
        (["5 mg"], "must be text"),
    ],
)
def test_no_dose(given: object, part: str) -> None:
    with pytest.raises(BadValue, match=part):
        read_dose(given)


def test_conversion_in_a_mouse(catalog: Catalog) -> None:
    """A mouse of 21 g has 73.5 cm2: 1 mg/m2 is a third of 1 mg/kg, as tables of the field say (factor 3)."""
    body = catalog.hosts["scid"].body
    assert body.weight.canonical == 21
    assert surface(body) == pytest.approx(9.66e-4 * 21 ** (2 / 3), rel=1e-12)
    assert per_weight(read_dose("10 mg/kg"), body) == 10.0
    assert per_weight(read_dose("200 ug"), body) == pytest.approx(0.2 / 0.021, rel=1e-12)
    assert per_weight(read_dose("60 mg/m^2"), body) == pytest.approx(
        60 * 9.66e-2 * 0.021 ** (-1 / 3), rel=1e-12
    )
    assert per_weight(read_dose("1 mg/m^2"), body) == pytest.approx(1 / 3, rel=0.06)
    assert in_this_host(read_dose("10 mg/kg"), body, "scid") is None
    assert in_this_host(read_dose("200 ug"), body, "scid") == "200 ug are 9.52 mg/kg in scid of 21 g"


def test_a_flat_dose_in_a_trial(project: Callable[..., Path]) -> None:
    folder = project(TRIAL, (r'dose = "100 mg/kg"', 'dose = "2 mg per animal"'), to="mine/flat.toml")
    catalog = load_catalog(folder)
    design = load_trial_file(folder / "mine" / "flat.toml", catalog)
    assert dose_conversions(design, catalog.hosts[design.host]) == [
        f"2 mg per animal are {2000 / catalog.hosts[design.host].body.weight.canonical:.3g} mg/kg "
        f"in {design.host} of {catalog.hosts[design.host].body.weight.canonical:g} g"
    ]


def test_dose_per_surface_needs_the_constant(project: Callable[..., Path]) -> None:
    folder = project("hosts/c57bl6.toml", (r"\nsurface_constant = [^\n]*", ""))
    text = (Path(load_catalog().hosts["scid"].origin.file).parents[1] / TRIAL).read_text(encoding="utf-8")
    path = folder / "mine" / "surface.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text.replace('dose = "100 mg/kg"', 'dose = "300 mg/m^2"', 1), encoding="utf-8")
    with pytest.raises(PagetError, match="states no surface_constant") as caught:
        load_trial_file(path, load_catalog(folder))
    assert "300 mg/m^2" in str(caught.value)
