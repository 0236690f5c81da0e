"""What the design of a trial says, as short texts; every part may be missing."""

from __future__ import annotations

from typing import Any

from paget.report.words import days, listed


def arm_rows(result: Any) -> list[dict[str, Any]]:
    """One row per arm: name, treatment in words, animals, animals that left early."""
    survival = result.survival[result.survival["draw"] == 0]
    left = survival[survival["event"].astype(bool)].groupby("arm", observed=True).size()
    present = (
        result.endpoints[result.endpoints["draw"] == 0].groupby("arm", observed=True)["animal"].nunique()
    )
    return [
        {
            "name": arm.name,
            "text": _described(arm),
            "animals": int(present.get(arm.name, _planned(result.design, arm))),
            "left": int(left.get(arm.name, 0)),
        }
        for arm in result.design.arms
    ]


def _described(arm: Any) -> str:
    describe = getattr(arm, "describe", None)
    return str(describe()) if callable(describe) else ""


def doses(result: Any) -> str:
    """A paragraph that gives doses per surface or per animal as mg/kg; '' where there are none."""
    model = getattr(result, "model", None)
    if model is None:
        return ""
    from paget.model.english.trial import dose_conversions

    texts = dose_conversions(result.design, model.host)
    if not texts:
        return ""
    return f"\n\nDoses were converted with the weight of each animal on the day: {listed(texts)}."


def _planned(design: Any, arm: Any) -> int:
    animals_in = getattr(design, "animals_in", None)
    return int(animals_in(arm)) if callable(animals_in) else int(getattr(design, "animals", 0) or 0)


def total_animals(result: Any) -> int:
    """Animals in all arms, once each."""
    return sum(row["animals"] for row in arm_rows(result))


def exits(result: Any) -> str:
    """Why animals left, "6 primary volume, 34 end of study"."""
    survival = result.survival[result.survival["draw"] == 0]
    counts = survival["cause"].astype(str).value_counts()
    return listed([f"{count} {cause or 'unknown'}" for cause, count in counts.items()]) or "not recorded"


def card(result: Any) -> dict[str, Any] | None:
    """The card of the trial for a page: rows, what is assumed, what comes out, and the paper; None without one."""
    from paget.model.trial_card import seen_text

    own = getattr(result.design, "card", None)
    if own is None:
        return None
    rows = [
        {"name": name, "value": entry.value, "seen": entry.seen, "text": seen_text(entry)}
        for name, entry in own.entries()
    ]
    return {
        "rows": rows,
        "assumed": own.assumed,
        "comes_out": sentence(own.comes_out),
        "results": own.results,
        "papers": [key.strip() for key in (result.design.published or "").split(",") if key.strip()],
    }


def sentence(text: str) -> str:
    """With a capital first and a full stop last."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def inoculation(design: Any) -> str:
    """Route and cells of the inoculum, and what arms have for themselves."""
    inoculum = getattr(design, "inoculum", None)
    if inoculum is None:
        return "tumour cells as the trial file says"
    from paget.model.trial_design import ROUTE_WORDS, aggregate_text

    cells = getattr(inoculum, "cells", None)
    number = getattr(cells, "text", None) or "the usual number of cells for this tumour"
    size = getattr(inoculum, "aggregate_size", 1)
    text = f"tumour cells {ROUTE_WORDS.get(inoculum.route, inoculum.route)} ({number}"
    text += f", {aggregate_text(size)})" if size > 1 else ")"
    day = float(getattr(inoculum, "day", 0.0))
    text += f" on day {day:g}" if day > 0 else ""
    own = [arm for arm in design.arms if getattr(arm, "inoculum", None) is not None]
    differing = "; ".join(f"{arm.name}: {arm.inoculum.describe()}" for arm in own)
    return f"{text}, but {differing}" if own else text


def enrolment(design: Any) -> str:
    """The rule by which animals enter treatment."""
    rule = getattr(design, "enrolment", None)
    if rule is None:
        return "all animals entered at inoculation"
    text = f"animals entered treatment when the caliper volume of the primary reached {_text(rule.volume)}"
    latest = getattr(rule, "latest", None)
    return f"{text}; those later than {days(latest)} were not enrolled" if latest is not None else text


def randomisation(design: Any) -> str:
    """How animals were spread over arms."""
    rule = getattr(design, "randomisation", None)
    stratum = getattr(rule, "stratify_by", "nothing")
    if stratum == "nothing" or rule is None:
        text = "animals were allocated to arms at random"
    else:
        text = f"animals were allocated at random within {rule.strata} strata of {stratum}"
    return f"{text}; random numbers are keyed by seed, arm, animal and purpose"


def humane(design: Any) -> str:
    """Humane endpoints."""
    rule = getattr(design, "humane_endpoint", None)
    names = {"volume": "primary of", "weight_loss": "weight loss of", "lung_burden": "lung metastases of"}
    parts = [
        f"{words} {_text(getattr(rule, key))}"
        for key, words in names.items()
        if getattr(rule, key, None) is not None
    ]
    return f"humane endpoints: {listed(parts, 'or')}" if parts else "no humane endpoint"


def early_exit(design: Any) -> str:
    """What became of the readings of animals that left early."""
    rule = getattr(getattr(design, "early_exit", None), "rule", "observed at exit")
    return (
        "animals that left early have no reading"
        if rule == "excluded"
        else "animals that left early count with their reading at exit"
    )


def assays(design: Any) -> list[str]:
    """The measurements in words."""
    found = []
    for assay in getattr(design, "assays", None) or ():
        describe = getattr(assay, "describe", None)
        found.append(str(describe()) if callable(describe) else str(getattr(assay, "endpoint", assay)))
    return found


def _text(value: Any) -> str:
    return str(getattr(value, "text", value))
