"""Numbers, units, names and sources as one writes them in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from paget.model.quantity import Quantity
from paget.model.references import BibEntry

References = Mapping[str, BibEntry]


def number(value: float) -> str:
    """Four significant digits at most: 60,000 and 0.0708 and 2e-7."""
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 1e7:
        text = f"{float(f'{value:.4g}'):,.10f}".rstrip("0").rstrip(".")
        return text
    return re.sub(r"e([+-])0*(\d)", lambda m: f"e{m.group(1).replace('+', '')}{m.group(2)}", f"{value:.3g}")


def unit_text(unit: str) -> str:
    """A unit after its number: ' per day', ' cell/mm³', '' for a plain number."""
    if unit == "1":
        return ""
    if unit == "%":
        return " %"
    text = unit.replace("^3", "³").replace("^2", "²")
    alone = re.fullmatch(r"1/([^/*()]+)", text)
    return f" per {alone.group(1)}" if alone else f" {text}"


def amount(quantity: Quantity) -> str:
    """Value and unit: '0.558 per day'."""
    return f"{number(quantity.value)}{unit_text(quantity.unit)}"


def evidence(quantity: Quantity, references: References) -> str:
    """How well a number is known: 'fitted, Benzekry 2014; range 0.2 to 1; differs between animals ...'."""
    parts = [evidence_kind(quantity, references)]
    if quantity.range is not None:
        parts.append(f"range {number(quantity.range[0])} to {number(quantity.range[1])}")
    if quantity.between is not None:
        parts.append(f"differs between animals, SD of the log {number(quantity.between.sd)}")
    return "; ".join(parts)


def evidence_kind(quantity: Quantity, references: References) -> str:
    """Kind and sources: 'assumed', 'measured, Eiseman 1994', 'by definition'."""
    if quantity.sources == ("assumed",):
        return "assumed" if quantity.kind == "assumed" else f"{quantity.kind} from assumed numbers"
    if quantity.sources == ("definition",):
        return "by definition"
    return f"{quantity.kind}, {cite(quantity.sources, references)}"


def cite(keys: Iterable[str], references: References) -> str:
    """Sources in a sentence: 'Benzekry 2014, Vaghi 2020'."""
    return ", ".join(references[key].short if key in references else key for key in keys)


def say(quantity: Quantity, references: References, note: bool = True) -> str:
    """A number with all that is known about it: '0.5 nM (assumed; range 0.2 to 1; its note)'."""
    facts = evidence(quantity, references)
    if note and quantity.note:
        facts += f"; {quantity.note.strip().rstrip('.')}"
    return f"{amount(quantity)} ({facts})"


def sentence(text: str) -> str:
    """Text with a capital letter first and a full stop last; names such as IGF or mRNA keep their letters."""
    text = text.strip()
    if not text:
        return ""
    first = text.split()[0]
    start = text[:1].upper() if first[1:].lower() == first[1:] else text[:1]
    return f"{start}{text[1:]}" + ("" if text.endswith((".", "!", "?")) else ".")


def plural(cell_type: str) -> str:
    """'CD8 T cells'."""
    return f"{cell_type}s"


def animals(species: str) -> str:
    """'mice', 'humans'."""
    return {"mouse": "mice", "human": "humans"}.get(species, species)


def listed(names: Iterable[str], last: str = "and") -> str:
    """'a, b and c'; 'none' for nothing."""
    names = list(names)
    if len(names) < 2:
        return names[0] if names else "none"
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def bullets(lines: Iterable[str]) -> list[str]:
    """Lines of a list."""
    return [f"- {line}" for line in lines]


def section(title: str, lines: Iterable[str], level: int = 2) -> list[str]:
    """Heading and lines; nothing at all where there are no lines."""
    lines = list(lines)
    return [f"{'#' * level} {title}", "", *lines, ""] if lines else []


def source_lines(
    quantities: Iterable[Quantity], references: References, more: Iterable[str] = ()
) -> list[str]:
    """List of the sources of these numbers, and how many are assumed."""
    quantities = list(quantities)
    keys = {key for quantity in quantities for key in quantity.sources} | set(more)
    lines = [
        f"{key}: {references[key].long}" for key in sorted(keys & set(references)) if key not in SELF_EVIDENT
    ]
    assumed = sum("assumed" in quantity.sources for quantity in quantities)
    if quantities:
        lines.append(f"{assumed} of {len(quantities)} numbers here are assumed.")
    return section("Sources", bullets(lines))


SELF_EVIDENT = ("assumed", "definition")
"""Keys that name no publication."""
