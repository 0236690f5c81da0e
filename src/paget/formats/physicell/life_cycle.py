"""Cycle and death of a cell definition.

The code of a model wins over its name. A type that names the cycle model of its parent starts with the parent's rates,
otherwise with the model's own; whether a phase has a fixed duration is never inherited together with a new `cycle`
element. A duration d (min) is the rate 1/d of leaving the phase.
"""

from __future__ import annotations

from dataclasses import replace

from paget.errors import did_you_mean
from paget.formats.physicell.carried_over import DIFFERENT, OFF, UNSUPPORTED
from paget.formats.physicell.draft import CONSTRUCTED, Draft, Names, set_rates
from paget.formats.physicell.element import Element
from paget.tissue.cycles import CYCLES, LIVE, REFERENCE_RATES
from paget.tissue.definition import Cycle, Death

TINY = 1e-16
"""Added to durations before they are divided by, as PhysiCell does."""

_BY_NAME = {cycle.name.lower(): code for code, cycle in CYCLES.items()}
_TREATED_AS_LIVE = {3: "live/apoptotic", 4: "total cells"}
_DEATHS = {"apoptosis": 100, "necrosis": 101, "autophagy": 102}


def read_cycle(phenotype: Element, draft: Draft, names: Names) -> None:
    """Cycle model, rates of its phases, asymmetric division."""
    node = phenotype.child("cycle")
    if node is None:
        return
    cycle = _cycle(node)
    if cycle.code != draft.cycle.code:
        set_rates(draft, REFERENCE_RATES[cycle.code])
    draft.cycle = cycle
    for tag in ("phase_transition_rates", "transition_rates"):
        rates = node.child(tag)
        if rates is not None and tag == "transition_rates":
            rates.note = "old name of phase_transition_rates"
        for rate in rates.all("rate") if rates is not None else ():
            phase = _transition(rate, len(cycle.phases))
            _set_phase(draft, phase, rate.number(0.0), rate.flag_attribute("fixed_duration"))
    durations = node.child("phase_durations")
    for duration in durations.all("duration") if durations is not None else ():
        phase = _phase(duration, "index", len(cycle.phases))
        fixed = duration.flag_attribute("fixed_duration")
        _set_phase(draft, phase, 1.0 / (duration.number(0.0) + TINY), fixed)
    _asymmetric(node, draft, names)


def _cycle(node: Element) -> Cycle:
    name = node.attribute("name") or ""
    if node.attribute("code"):
        code = node.whole_attribute("code")
    else:
        code = _BY_NAME.get(name.lower(), -1)
        node.note = (
            "no code: the model is taken from the name; PhysiCell finds it so too, but does not set it"
        )
    if code in _TREATED_AS_LIVE:
        node.warn(f"the {_TREATED_AS_LIVE[code]} model is taken as the live model, as PhysiCell does")
        return LIVE
    if code not in CYCLES:
        allowed = [f"{model.code} {model.name}" for model in CYCLES.values()]
        raise node.error(
            "unknown cycle model",
            found=f"code {node.attributes.get('code', '')} {name}".strip(),
            allowed=allowed,
            suggestion=did_you_mean(name, [model.name for model in CYCLES.values()]),
        )
    return CYCLES[code]


def _transition(rate: Element, phases: int) -> int:
    start, end = _phase(rate, "start_index", phases), _phase(rate, "end_index", phases)
    if end != (start + 1) % phases:
        raise rate.error(
            "the cycle model has no such transition",
            found=f"{start} to {end}",
            allowed=[f"{phase} to {(phase + 1) % phases}" for phase in range(phases)],
        )
    return start


def _phase(node: Element, attribute: str, phases: int) -> int:
    phase = node.whole_attribute(attribute)
    if not 0 <= phase < phases:
        raise node.error(f"attribute {attribute}: no such phase", found=phase, allowed=f"0 to {phases - 1}")
    return phase


def _set_phase(draft: Draft, phase: int, rate: float, fixed: bool) -> None:
    draft.behaviours[f"exit from cycle phase {phase}"] = rate
    phases = list(draft.cycle.phases)
    phases[phase] = replace(phases[phase], fixed_duration=fixed)
    draft.cycle = replace(draft.cycle, phases=tuple(phases))


def _asymmetric(cycle: Element, draft: Draft, names: Names) -> None:
    node = cycle.child("standard_asymmetric_division")
    if node is None:
        return
    if not node.flag_attribute("enabled"):
        node.mark(OFF)
        draft.divides_asymmetrically = False
        return
    draft.divides_asymmetrically = True
    others = own = 0.0
    for probability in node.all("asymmetric_division_probability"):
        target = probability.name_among("name", names.types, "cell type")
        value = probability.number(0.0, 1.0)
        draft.behaviours[f"asymmetric division to {target}"] = value
        if target == draft.name:
            own = value
        else:
            others += value
    if others > 1.0 + 1e-12:
        raise node.error("probabilities of other types add to more than 1", found=f"{others:g}")
    if own + others > 1.0 + 1e-12:
        node.warn(
            f"probabilities add to {own + others:g}: that of {draft.name} itself is reduced, as in PhysiCell"
        )


# ---- death ----------------------------------------------------------------------------------------------------------


def read_death(phenotype: Element, draft: Draft, has_parent: bool) -> None:
    """Rates, durations and parameters of apoptosis and necrosis."""
    node = phenotype.child("death")
    for model in node.all("model") if node is not None else ():
        code = _death_code(model)
        if code == 102:
            model.mark(UNSUPPORTED, "autophagy: PhysiCell skips this model too")
            continue
        which = "apoptosis" if code == 100 else "necrosis"
        inherited: Death = getattr(draft, which)
        known = inherited if has_parent else _with_timing(CONSTRUCTED, inherited)
        draft.behaviours[which] = _death_rate(model)
        setattr(draft, which, _timing(model, _parameters(model, known)))


def _with_timing(death: Death, timing: Death) -> Death:
    return replace(death, durations=timing.durations, fixed=timing.fixed)


def _death_code(model: Element) -> int:
    name = (model.attribute("name") or "").lower()
    code = model.whole_attribute("code") if model.attribute("code") else _DEATHS.get(name, -1)
    if code not in _DEATHS.values():
        raise model.error(
            "unknown death model",
            found=f"code {model.attributes.get('code', '')} {name}".strip(),
            allowed=("100 apoptosis", "101 necrosis"),
            suggestion=did_you_mean(name, _DEATHS),
        )
    return code


def _death_rate(model: Element) -> float:
    old, rate = model.child("rate"), model.child("death_rate")
    if rate is None and old is not None:
        old.note = "old name of death_rate"
        rate = old
    if rate is None:
        model.warn("death_rate is missing: 0, as PhysiCell reads it")
        return 0.0
    return rate.number(0.0)


def _parameters(model: Element, death: Death) -> Death:
    node = model.child("parameters")
    if node is None:
        return death

    def stated(name: str) -> float:
        child = node.child(name)
        usual: float = getattr(death, name)
        return usual if child is None else child.number(0.0)

    return replace(
        death,
        unlysed_fluid_change_rate=stated("unlysed_fluid_change_rate"),
        lysed_fluid_change_rate=stated("lysed_fluid_change_rate"),
        cytoplasmic_biomass_change_rate=stated("cytoplasmic_biomass_change_rate"),
        nuclear_biomass_change_rate=stated("nuclear_biomass_change_rate"),
        calcification_rate=stated("calcification_rate"),
        relative_rupture_volume=stated("relative_rupture_volume"),
    )


def _timing(model: Element, death: Death) -> Death:
    durations, fixed = list(death.durations), list(death.fixed)
    for tag in ("phase_transition_rates", "transition_rates"):
        rates = model.child(tag)
        if rates is not None and tag == "transition_rates":
            rates.note = "old name of phase_transition_rates"
        for rate in rates.all("rate") if rates is not None else ():
            phase = _phase(rate, "start_index", len(durations))
            rate.asked.add("end_index")
            value = rate.number(0.0)
            durations[phase] = 1.0 / value if value else 9e99
            fixed[phase] = rate.flag_attribute("fixed_duration")
    node = model.child("phase_durations")
    for duration in node.all("duration") if node is not None else ():
        phase = _phase(duration, "index", len(durations))
        durations[phase] = duration.number(0.0)
        fixed[phase] = duration.flag_attribute("fixed_duration")
    return replace(death, durations=tuple(durations), fixed=tuple(fixed))


def note_shared_deaths(drafts: dict[str, Draft], nodes: dict[str, Element]) -> None:
    """PhysiCell keeps one timing of apoptosis and one of necrosis for all types: the last that is read."""
    for which, code in _DEATHS.items():
        timings = {_timing_of(draft, which) for draft in drafts.values()} if code != 102 else set()
        if len(timings) < 2:
            continue
        note = (
            f"each type has its own durations of {which}; PhysiCell gives all types those that it reads last"
        )
        for model in (model for node in nodes.values() for model in _death_models(node)):
            for tag in ("phase_transition_rates", "transition_rates", "phase_durations"):
                timing = model.child(tag) if _death_code(model) == code else None
                if timing is not None:
                    timing.mark(DIFFERENT, note)


def _timing_of(draft: Draft, which: str) -> tuple[object, ...]:
    death: Death = getattr(draft, which)
    return tuple(f"{duration:.3g}" for duration in death.durations), death.fixed


def _death_models(definition: Element) -> list[Element]:
    phenotype = definition.child("phenotype")
    death = phenotype.child("death") if phenotype is not None else None
    return death.all("model") if death is not None else []
