"""Units at the door: text with a unit in, plain numbers in canonical units out.

One registry of pint, made when first asked for, knows the units of this field and no others. `cell`, `molecule`
and `event` are dimensions of their own: a rate per cell is not a rate. A molecule is not a mole either (1 nM is
6.022e14 molecules per litre): who wants to change one into the other says so in code.

Two things are stricter than in pint. Units that cancel still count: mg/kg is a dose per body weight, not a plain
number, and 20 % is no dose. And there is no temperature: units with an offset are unknown here.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Any

from paget.errors import PagetError, did_you_mean

_DEFINITIONS = """
femto- = 1e-15 = f-
pico- = 1e-12 = p-
nano- = 1e-9 = n-
micro- = 1e-6 = u- = µ- = μ-
milli- = 1e-3 = m-
centi- = 1e-2 = c-
kilo- = 1e3 = k-
meter = [length] = m = metre
gram = [mass] = g
second = [time] = s
mole = [substance] = mol
cell = [cell]
molecule = [molecule]
event = [event]
percent = 0.01 = %
minute = 60 * second = min
hour = 60 * minute = h
day = 24 * hour = d
week = 7 * day
year = 365.25 * day
liter = 1e-3 * meter**3 = L = l = litre
molar = mole / liter = M
mmHg = 133322.387415 * gram / meter / second**2
dalton = gram / mole = Da
""".strip().splitlines()

_SAFE_UNIT = re.compile(r"[\w\s%µμ*/^().²³-]*")
_SETTING = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*")


@lru_cache(maxsize=1)
def registry() -> Any:
    """The registry of units (a `pint.UnitRegistry`), with the units of this field only."""
    import pint

    units = pint.UnitRegistry(None)
    units.load_definitions(_DEFINITIONS)
    return units


@lru_cache(maxsize=4096)
def conversion_factor(unit: str, target: str) -> float:
    """What a number in `unit` is multiplied with to be in `target`; PagetError if one is not the other's kind."""
    if unit == target:
        _parse(unit)
        return 1.0
    root, target_root = _parse(unit), _parse(target)
    if root[1:] != target_root[1:]:
        raise PagetError(
            "wrong unit", found=unit, allowed=f"{_unit_name(target)}, or another unit of the same kind"
        )
    return _clean(root[0] / target_root[0])


def _clean(factor: float) -> float:
    """A factor that is a whole number but for rounding (1 cm^3 is 1000.0000000000001 mm^3) made whole."""
    whole = round(factor) if factor < 1e15 else 0
    return float(whole) if whole and abs(factor - whole) < 1e-12 * whole else factor


def to_canonical(value: float, unit: str, target: str) -> float:
    """`value` in `unit` as a plain number in `target`.

    >>> round(to_canonical(4.54, "mL/minute/kg", "L/kg/day"), 4)
    6.5376
    """
    factor = conversion_factor(unit, target)
    if not math.isfinite(value):
        raise PagetError("must be a finite number", found=value)
    # Dividing by a whole number keeps 90 minute = 0.0625 day exact where multiplying by its inverse would not.
    canonical = value * factor if factor >= 1 else value / conversion_factor(target, unit)
    if not math.isfinite(canonical):
        raise PagetError(f"is too large in {_unit_name(target)}", found=f"{value:g} {unit}")
    return canonical


def split_setting(text: str) -> tuple[float, str]:
    """Number and unit of a setting: '20 mg/kg' is (20.0, 'mg/kg'); a number alone has unit '1'."""
    match = _SETTING.fullmatch(text)
    if match is None or not re.match(r"1/|[^\d,']|$", match.group(2)):
        raise PagetError("must be one number and its unit", found=text, allowed="for example '20 mg/kg'")
    value = float(match.group(1))
    if not math.isfinite(value):
        raise PagetError("must be a finite number", found=text)
    return value, match.group(2) or "1"


def parse_setting(text: str, target: str) -> float:
    """A setting such as '20 mg/kg' as a plain number in `target`.

    >>> parse_setting("20 mg/kg", "mg/kg")
    20.0
    >>> parse_setting("36 hour", "day")
    1.5
    """
    value, unit = split_setting(text)
    if unit == "1" and target != "1":
        raise PagetError("has no unit", found=text, allowed=f"for example '{text.strip()} {target}'")
    return to_canonical(value, unit, target)


@lru_cache(maxsize=4096)
def _parse(unit: str) -> tuple[float, tuple[tuple[str, float], ...], tuple[tuple[str, float], ...]]:
    """Factor to root units, and the dimensions in numerator and denominator before any cancel."""
    import pint

    units = registry()
    try:
        if not _SAFE_UNIT.fullmatch(unit) or not unit.strip():
            raise ValueError(unit)
        parsed = units.parse_units("dimensionless" if unit.strip() == "1" else unit)
    except pint.errors.UndefinedUnitError as error:
        name = error.unit_names if isinstance(error.unit_names, str) else next(iter(error.unit_names))
        raise PagetError(
            "unknown unit", found=unit, suggestion=_near_unit(unit, name), allowed=known_units()
        ) from None
    except Exception:  # pint raises many kinds of error for text that is no unit
        raise PagetError(
            "not a unit", found=unit, allowed="for example '1/day', 'mg/kg', 'cell/mm^3'"
        ) from None
    above: dict[str, float] = {}
    below: dict[str, float] = {}
    for name, power in parsed._units.items():
        for dimension, exponent in units.get_dimensionality(name).items():
            side = above if exponent * power > 0 else below
            side[dimension] = side.get(dimension, 0) + exponent * power
    factor, _ = units.get_root_units(parsed)
    return float(factor), tuple(sorted(above.items())), tuple(sorted(below.items()))


def known_units() -> tuple[str, ...]:
    """Names of the units that the registry knows, without prefixes."""
    names = (line.split("=")[0].strip() for line in _DEFINITIONS)
    return tuple(name for name in names if not name.endswith("-"))


def _near_unit(text: str, unknown: str) -> str | None:
    if re.fullmatch(r"([a-zµμ]*m)([23])", unknown):
        return text.replace(unknown, f"{unknown[:-1]}^{unknown[-1]}")
    near = did_you_mean(unknown, known_units())
    return text.replace(unknown, near) if near else None


def _unit_name(unit: str) -> str:
    return "'1' (a plain number)" if unit == "1" else f"'{unit}'"
