"""`methods.md`: a methods section for this very run, with its references."""

from __future__ import annotations

from typing import Any

from paget.report import facts
from paget.report.material import Material
from paget.report.words import P_VALUE_NOTE, TEST_NAMES, days, listed

_LIBRARIES = (
    "Welch's, Mann–Whitney (exact up to 50 animals, with ties), Fisher's and Poisson tests use SciPy and "
    "statsmodels; counts follow a negative binomial law with a Cox–Reid adjusted dispersion and are tested by the "
    "signed root of the likelihood ratio against Student's t; Kaplan–Meier curves and the log-rank test are those of "
    "lifelines; hazard ratios maximise Cox's partial likelihood (Efron's ties) with profile intervals."
)


def methods(result: Any, material: Material) -> str:
    """The methods section as Markdown."""
    paragraphs = [
        f"# Methods: {getattr(result.design, 'title', '') or result.design.name}",
        "This text describes a simulation. No animal was used.",
        _trial(result),
        *_card(result),
        _measurements(result),
        _uncertainty(result),
        _statistics(result),
        _model(material),
        _software(result.provenance or {}),
    ]
    if material.references:
        entries = "\n".join(f"- [{r.key}] {r.text}" for r in material.references)
        paragraphs.append(f"## References\n\n{entries}")
    return "\n\n".join(paragraphs) + "\n"


def _trial(result: Any) -> str:
    design = result.design
    arms = "\n".join(
        f"- {row['name']} ({row['animals']} animals): {row['text']}" for row in facts.arm_rows(result)
    )
    return (
        f"**Trial.** We simulated the tumour {getattr(design, 'tumour', '')} in the host {getattr(design, 'host', '')} "
        f"for {days(design.duration)}: {facts.inoculation(design)}. {_start(facts.enrolment(design))}; "
        f"{facts.randomisation(design)}. {_start(facts.humane(design))}; {facts.early_exit(design)}. "
        f"The arms were\n\n{arms}{facts.doses(result)}"
    )


def _card(result: Any) -> list[str]:
    """Which choices were seen in the paper; nothing for a trial without a card."""
    card = facts.card(result)
    if card is None:
        return []
    seen = listed([row["name"] for row in card["rows"] if row["seen"]])
    chosen = listed([row["name"] for row in card["rows"] if not row["seen"]])
    parts = [f"It resembles {listed(card['papers'])}."]
    parts += [f"Seen in the paper: {seen}."] if seen else []
    parts += [f"Chosen here, because the paper was not seen to state it: {chosen}."] if chosen else []
    return [f"**The experiment that it resembles.** {' '.join([*parts, *card['assumed']])}"]


def _start(text: str) -> str:
    return text[:1].upper() + text[1:]


def _measurements(result: Any) -> str:
    listing = "; ".join(facts.assays(result.design))
    return f"**Measurements.** Simulated with their error and limit of detection: {listing}."


def _uncertainty(result: Any) -> str:
    draws = int(result.endpoints["draw"].max()) if len(result.endpoints) else 0
    if not draws:
        return (
            "**Uncertainty.** Intervals and bands show differences between simulated animals with the central "
            "parameter values. The uncertainty of the parameters themselves was not explored in this run "
            "(no parameter draws)."
        )
    return (
        f"**Uncertainty.** Between animals: intervals of the central run. From parameters: {draws} draws over the "
        "ranges of fitted and assumed numbers, the whole trial simulated anew for each. The two are reported apart."
    )


def _statistics(result: Any) -> str:
    declared = result.contrasts[result.contrasts["declared"].astype(bool)]
    used = listed([TEST_NAMES.get(name, name) for name in declared["test"].astype(str).unique()])
    many = (
        f"{len(declared)} contrasts were declared before the run (tests: {used})"
        if len(declared)
        else "No contrast was declared"
    )
    return (
        f"**Statistics.** {many}; p values are two-sided and corrected by Holm's method within the primary and "
        f"within the secondary contrasts; all other contrasts are exploratory. {_LIBRARIES} {P_VALUE_NOTE}"
    )


def _model(material: Material) -> str:
    counts = listed([f"{len(rows)} {kind}" for kind, rows in material.by_kind()])
    used = f" Of its {len(material.parameters)} numbers {counts}." if material.parameters else ""
    return (
        "**Model.** The model is written as rules for the behaviour of cells, with a unit and a source for every "
        f"number, and run by Paget's host engine: lesions with integer counts of cells, joined by blood.{used} The "
        "rules and all numbers are in report.html."
    )


def _software(provenance: dict[str, Any]) -> str:
    versions = {**provenance.get("numeric_versions", {}), **provenance.get("other_versions", {})}
    listing = ", ".join(f"{name} {version}" for name, version in versions.items())
    return (
        f"**Software.** Paget {provenance.get('paget', '')} (model {str(provenance.get('model_hash', ''))[:12]}), seed "
        f"{provenance.get('seed', '')}; {listing}. The same seed gives the same numbers in the same environment, on "
        "any number of threads."
    )
