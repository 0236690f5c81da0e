"""The "Essential 10" of ARRIVE 2.0 (Percie du Sert et al., PLoS Biol 2020) filled in for a simulated trial."""

from __future__ import annotations

from typing import Any, NamedTuple

from paget.report import facts
from paget.report.words import TEST_NAMES, days, listed


class Item(NamedTuple):
    """One row of the table."""

    number: int
    title: str
    text: str


def essential_ten(result: Any) -> list[Item]:
    """All ten items in their order; each text says what was simulated."""
    design = result.design
    rows = facts.arm_rows(result)
    texts = {
        "Study design": _design(rows),
        "Sample size": _size(rows),
        "Inclusion and exclusion criteria": f"Simulated. {_start(facts.enrolment(design))}; {facts.humane(design)}; "
        f"{facts.early_exit(design)}. Exits: {facts.exits(result)}.",
        "Randomisation": f"Simulated. {_start(facts.randomisation(design))}.",
        "Blinding": "Simulated: assays add their stated error without knowing the arm; nobody judged an animal.",
        "Outcome measures": _outcomes(result),
        "Statistical methods": _statistics(result),
        "Experimental animals": f"None. Simulated: tumour {getattr(design, 'tumour', '')} in host "
        f"{getattr(design, 'host', '')}; differences between animals follow the distributions in the parameter table.",
        "Experimental procedures": f"Simulated: {facts.inoculation(design)}, followed for {days(design.duration)}. "
        + "; ".join(f"{row['name']}: {row['text']}" for row in rows)
        + ".",
        "Results": "Simulated. All readings, effects with 95 % intervals and numbers of animals are in this report "
        "and in the tables beside it.",
    }
    return [Item(number, title, text) for number, (title, text) in enumerate(texts.items(), 1)]


def _start(text: str) -> str:
    return text[:1].upper() + text[1:]


def _design(rows: list[dict[str, Any]]) -> str:
    names = listed([row["name"] for row in rows])
    return f"Simulated. {len(rows)} arms ({names}); the first is the reference; the unit is one simulated animal."


def _size(rows: list[dict[str, Any]]) -> str:
    numbers = listed([f"{row['animals']} in {row['name']}" for row in rows])
    total = sum(row["animals"] for row in rows)
    return f"Simulated. {total} animals: {numbers}. The number was chosen by the user, not by a power calculation."


def _outcomes(result: Any) -> str:
    primary = (
        result.contrasts[result.contrasts["family"] == "primary"]["endpoint"].astype(str).unique().tolist()
    )
    measured = "; ".join(facts.assays(result.design))
    main = f"Primary: {listed(primary)}. " if primary else "No primary outcome was declared. "
    return f"Simulated. {main}Measured: {measured}."


def _statistics(result: Any) -> str:
    used = result.contrasts[result.contrasts["declared"].astype(bool)]["test"].astype(str).unique().tolist()
    tests = listed([TEST_NAMES.get(name, name) for name in used]) or "none"
    return (
        f"Declared contrasts: {tests}; two-sided, 95 % intervals, Holm's correction within the primary and within the "
        "secondary contrasts. All other contrasts are exploratory and not corrected."
    )
