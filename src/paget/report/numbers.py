"""How numbers and units are written for people: in figures, tables and sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_UNITS = {"1": "", "mm^3": "mm³", "mm^2": "mm²", "um": "µm", "percent": "%", "count": "count", "": ""}


def short(value: float, digits: int = 3) -> str:
    """A number with `digits` significant digits, without needless zeros: 1240, 0.0312, 1.2e6 as 1.2 × 10⁶."""
    if value is None or math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    exponent = math.floor(math.log10(abs(value)))
    if exponent >= 5 or exponent < -3:
        mantissa = f"{value / 10.0**exponent:.{digits - 1}f}".rstrip("0").rstrip(".")
        return f"{mantissa} × 10{str(exponent).translate(_SUPERSCRIPT)}".replace("-", "−")
    text = f"{value:{',' if exponent >= 4 else ''}.{max(digits - 1 - exponent, 0)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", "−")


def p_value(p: float) -> str:
    """A p value with its sign of equality: "= 0.012", "< 0.001"; "not available" for NaN."""
    if math.isnan(p):
        return "not available"
    if p < 0.001:
        return "< 0.001"
    return f"= {p:.3f}" if p < 0.1 else f"= {p:.2f}"


def unit_text(unit: str) -> str:
    """A unit as one prints it: mm³, 1/mL, %; empty for a number without unit."""
    return _UNITS.get(unit, unit)


def tick(value: float, _: object = None) -> str:
    """A number on a logarithmic axis: 0.05, 1, 200, 10⁵."""
    if value > 0 and (value >= 1e5 or value < 1e-3):
        return short(value, 2).replace("1 × ", "")
    return f"{value:g}".replace("-", "−")


def label(name: str, unit: str, scale: str = "") -> str:
    """An axis label, "Primary volume (mm³)"."""
    text = scaled_unit(unit, scale)
    return f"{_capital(name)} ({text})" if text else _capital(name)


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def common_scale(values: Sequence[float] | np.ndarray) -> tuple[float, str]:
    """A power of 1000 that makes all values easy to read, and its text ("" or "10⁶")."""
    known = np.abs(np.asarray(values, dtype=float))
    known = known[np.isfinite(known)]
    largest = float(known.max()) if known.size else 0.0
    if largest < 1e5:
        return 1.0, ""
    exponent = 3 * (int(math.log10(largest)) // 3)
    return 10.0**exponent, f"10{str(exponent).translate(_SUPERSCRIPT)}"


def scaled_unit(unit: str, scale: str) -> str:
    """Unit with its power of ten in front: "10⁶ cell"."""
    return " ".join(part for part in (scale, unit_text(unit)) if part)
