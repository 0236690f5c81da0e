"""What a screen simulates: drugs that act in this mouse, alone and in pairs, at chosen times, and a ladder of doses.

All arms have the same twins and the same surgery, so that each is compared with one control. Times:

    neoadjuvant   from enrolment on, surgery later
    adjuvant      from surgery on
    late          from LATE_DAYS after surgery on, when metastases have settled
    a number      from so many days after enrolment on (a sweep of start days)

Every course is the usual one of the drug (`[usual.SPECIES]` of its file). Doses that would fall after the end of the
study are not given, so that late courses may be shorter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from paget.errors import PagetError, did_you_mean
from paget.model import Catalog, Model, resolve
from paget.model.drug import Drug, Usual
from paget.model.drug_checks import check_drug
from paget.model.quantity import BadValue
from paget.model.trial_design import TrialDesign

TIMINGS = ("neoadjuvant", "adjuvant", "late")
LATE_DAYS = 7.0
"""Days from surgery to late treatment."""
LADDER = (0.25, 0.5, 2.0)
"""Fractions of the usual dose, beside the usual dose itself."""
CONTROL = "surgery alone"
MOST_LOSS = "20 %"
"""Loss of body weight at which animals are killed."""


@dataclass(frozen=True)
class Setting:
    """The study that all arms share."""

    tumour: str
    host: str
    surgery: float = 14.0
    """Day of surgery after enrolment [day]."""
    days: float = 42.0
    """Length of the study from inoculation on [day]."""
    enrolment: float = 100.0
    """Volume of the primary at enrolment [mm3]."""
    latest: float = 28.0
    """Animals that enrol later are left out [day]."""
    without: tuple[str, ...] = ()
    """Mechanisms left out."""


@dataclass(frozen=True)
class Treated:
    """One arm of the screen."""

    drugs: tuple[str, ...]
    """One or two."""
    timing: str
    fraction: float = 1.0
    """Dose relative to the usual one."""

    @property
    def name(self) -> str:
        """Name of the arm: 'paclitaxel + xentuzumab (adjuvant)', 'paclitaxel x 0.5 (late)'."""
        dose = "" if self.fraction == 1.0 else f" x {self.fraction:g}"
        return f"{' + '.join(self.drugs)}{dose} ({timing_words(self.timing)})"


@dataclass(frozen=True)
class Plan:
    """A screen, ready to be run."""

    setting: Setting
    drugs: tuple[str, ...]
    """Drugs that act, in the order of the alphabet."""
    idle: dict[str, str]
    """Drugs that do not, and why."""
    timings: tuple[str, ...]
    arms: tuple[Treated, ...]
    """Singles, the ladder of doses at the first time, and pairs."""
    endpoint: str
    design: TrialDesign
    """The control, then `arms`."""

    def index_of(self, arm: Treated) -> int:
        """Index of an arm in the design."""
        return 1 + self.arms.index(arm)


def timing_words(timing: str) -> str:
    """A time as arms are named by it: 'adjuvant', 'day 7'."""
    return timing if timing in TIMINGS else f"day {timing}"


def plan_of(
    catalog: Catalog,
    setting: Setting,
    endpoint: str,
    drugs: Iterable[str] | None,
    timings: Sequence[str],
    *,
    animals: int,
    draws: int,
    seed: int,
    ladder: bool = True,
) -> Plan:
    """The plan; PagetError for unknown names, and where no drug acts."""
    model = resolve(catalog, setting.tumour, setting.host, setting.without)
    if setting.surgery >= setting.days:
        what = f"after the end of the study ({setting.days:g} days)"
        raise PagetError(what, key="--surgery", found=f"{setting.surgery:g} days after enrolment")
    check_timings(timings, setting)
    acting, idle = sort_out(catalog, model, drugs)
    if not acting:
        raise PagetError(
            "no drug of this screen acts in this mouse", key="--drugs", found="; ".join(sorted(idle.values()))
        )
    arms = tuple(_arms(sorted(acting), timings, ladder))
    courses = {name: drug.usual[model.host.species] for name, drug in acting.items()}
    data = _study(setting, endpoint, animals, draws, seed)
    surgery = [{"day": setting.surgery, "from": "enrolment"}]
    data["arms"] = [
        {"name": CONTROL, "surgery": surgery},
        *({"name": a.name, "surgery": surgery, "treatments": _treatments(a, courses, setting)} for a in arms),
    ]
    design = TrialDesign.model_validate(data)
    return Plan(setting, tuple(sorted(acting)), idle, tuple(timings), arms, endpoint, design)


def check_timings(timings: Sequence[str], setting: Setting) -> None:
    """PagetError for a time that is no word of TIMINGS and no day within the study, and for one that stands twice."""
    for index, timing in enumerate(timings):
        if timing in timings[:index]:
            raise PagetError("stands twice", key="--timings", found=timing)
        if timing in TIMINGS:
            _check_late(timing, setting)
            continue
        try:
            day = float(timing)
        except ValueError:
            allowed = (*TIMINGS, "days after enrolment")
            near = did_you_mean(timing, TIMINGS)
            raise PagetError(
                "unknown time", key="--timings", found=timing, allowed=allowed, suggestion=near
            ) from None
        if not 0.0 <= day < setting.days:
            what = f"a day after enrolment from 0 to {setting.days:g}"
            raise PagetError("outside the study", key="--timings", found=timing, allowed=what)
    if not timings:
        raise PagetError("no time is given", key="--timings", allowed=TIMINGS)


def _check_late(timing: str, setting: Setting) -> None:
    if timing == "late" and setting.surgery + LATE_DAYS >= setting.days:
        what = f"starts {LATE_DAYS:g} days after surgery, after the end of the study ({setting.days:g} days)"
        raise PagetError(what, key="--timings", found=timing)


def sort_out(
    catalog: Catalog, model: Model, wanted: Iterable[str] | None
) -> tuple[dict[str, Drug], dict[str, str]]:
    """Drugs that act in this mouse, and for the others the reason why not."""
    acting, idle = {}, {}
    for name in dict.fromkeys(wanted if wanted is not None else catalog.drugs):
        drug = catalog.get("drug", name)
        reason = why_not(drug, model)
        if reason is None:
            acting[name] = drug
        else:
            idle[name] = reason
    return acting, idle


def why_not(drug: Drug, model: Model) -> str | None:
    """Why a drug cannot be screened in this mouse; None if it can."""
    species = model.host.species
    usual = drug.usual.get(species)
    if usual is None and species in drug.kinetics:
        return f"{drug.name} states no usual course in the {species}"
    try:
        check_drug(drug, usual.route if usual else "", model)
    except BadValue as bad:
        return bad.what
    return None


def _arms(drugs: Sequence[str], timings: Sequence[str], ladder: bool) -> Iterator[Treated]:
    for timing in timings:
        yield from (Treated((drug,), timing) for drug in drugs)
    if ladder:
        yield from (Treated((drug,), timings[0], fraction) for drug in drugs for fraction in LADDER)
    for timing in timings:
        yield from (Treated(pair, timing) for pair in combinations(drugs, 2))


def _study(setting: Setting, endpoint: str, animals: int, draws: int, seed: int) -> dict[str, Any]:
    latest = min(setting.latest, setting.days)
    return {
        "schema": "trial/1",
        "name": "screen",
        "title": "Screen of drugs",
        "tumour": setting.tumour,
        "host": setting.host,
        "without": list(setting.without),
        "animals": animals,
        "draws": draws,
        "seed": seed,
        "twins": True,
        "duration": f"{setting.days!r} day",
        "enrolment": {"volume": f"{setting.enrolment!r} mm^3", "latest": f"{latest!r} day"},
        "humane_endpoint": {"volume": "2500 mm^3", "weight_loss": MOST_LOSS, "lung_burden": "400 mm^3"},
        "assays": [{"endpoint": endpoint, "days": ["end"]}],
    }


def _treatments(arm: Treated, courses: dict[str, Usual], setting: Setting) -> list[dict[str, Any]]:
    anchor, start = _start(arm.timing)
    before = setting.surgery if anchor == "surgery" else 0.0
    found = []
    for drug in arm.drugs:
        usual = courses[drug]
        days = [day for day in usual.days(start) if day + before <= setting.days]
        dose = f"{usual.dose.canonical * arm.fraction!r} mg/kg"
        found.append({"drug": drug, "dose": dose, "route": usual.route, "from": anchor, "days": days})
    return found


def _start(timing: str) -> tuple[str, float]:
    """What the days of a course count from, and its first day."""
    if timing == "neoadjuvant":
        return "enrolment", 0.0
    if timing == "adjuvant":
        return "surgery", 0.0
    if timing == "late":
        return "surgery", LATE_DAYS
    return "enrolment", float(timing)
