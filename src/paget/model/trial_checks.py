"""Whether a trial can be done: names, species, doses, days, assays and contrasts against catalog and host."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from paget.errors import PagetError, did_you_mean
from paget.model.drug_checks import check_drug
from paget.model.edits import Edit, apply_edit
from paget.model.endpoints import PRIMARY_SITE, Endpoint, endpoint_names, find_endpoint, is_size_matched
from paget.model.quantity import BadValue
from paget.model.resolved import Model
from paget.model.resolving import resolve
from paget.model.treatment import Surgery, Treatment
from paget.model.trial_design import EQUIVALENCE, SURVIVAL, Arm, AssayRequest, Contrast, Inoculum, TrialDesign
from paget.model.tumour import TUMOUR_CELL

if TYPE_CHECKING:
    from paget.model.catalog import Catalog


def check_trial(design: TrialDesign, catalog: Catalog) -> None:
    """PagetError, with file and line, for the first thing that makes the trial impossible."""
    model = _model(design, catalog)
    _check_plan(design, catalog)
    _refuse_twice(design, [arm.name for arm in design.arms], "arms", "name")
    for index, arm in enumerate(design.arms):
        _check_arm(design, index, arm, model, catalog)
    _refuse_twice(design, [assay.endpoint for assay in design.assays], "assays", "endpoint")
    for index, assay in enumerate(design.assays):
        _check_assay(design, index, assay, model, catalog)
    _check_contrasts(design, model, catalog)


def _known(design: TrialDesign, location: tuple[str | int, ...], what: str, name: str, names: Any) -> None:
    if name not in names:
        near = did_you_mean(name, names)
        raise design.error(f"unknown {what}", *location, found=name, allowed=list(names), suggestion=near)


def _model(design: TrialDesign, catalog: Catalog) -> Model:
    """The model of the trial without edits; complaints about tumour, host and mechanisms name the trial's line."""
    _known(design, ("tumour",), "tumour", design.tumour, catalog.tumours)
    _known(design, ("host",), "host", design.host, catalog.hosts)
    for index, name in enumerate(design.without):
        _known(design, ("without", index), "mechanism", name, catalog.mechanisms)
    try:
        return resolve(catalog, design.tumour, design.host, design.without)
    except PagetError as error:
        raise design.error(error.what, "host", found=error.found, allowed=error.allowed) from None


def _check_plan(design: TrialDesign, catalog: Catalog) -> None:
    for key in (design.published or "").split(","):
        if key.strip():
            _known(design, ("published",), "key of references.bib", key.strip(), catalog.references)
    if design.card is not None and design.published is None:
        raise design.error("the card needs published: the key of the paper", "card", found="no published")
    _check_inoculum(design, ("inoculum",), design.inoculum, catalog)
    if design.inoculum.day >= design.duration:
        raise design.error(
            "inoculation on or after the last day", "inoculum", "day", found=design.inoculum.day.text
        )
    enrolment, humane = design.enrolment, design.humane_endpoint
    if enrolment is None:
        return
    if not design.makes_primary:
        raise design.error(_no_primary(design), "enrolment")
    if enrolment.latest is not None and enrolment.latest > design.duration:
        raise _after_the_end(design, ("enrolment", "latest"), enrolment.latest.text)
    if humane.volume is not None and enrolment.volume >= humane.volume:
        what = f"animals are killed at {humane.volume.text}, before they are enrolled"
        raise design.error(what, "enrolment", "volume", found=enrolment.volume.text)


def _check_inoculum(
    design: TrialDesign, here: tuple[str | int, ...], inoculum: Inoculum, catalog: Catalog
) -> None:
    """Refuse what cannot be injected: clusters and partners are for cells that are given into blood."""
    if inoculum.partner is not None:
        host = catalog.hosts[design.host]
        travel = [
            name
            for name, cell in catalog.cell_types.items()
            if cell.blood_leukocyte and host.has(cell.requires)
        ]
        _known(design, (*here, "partner"), "blood cell of this host", inoculum.partner, travel)
        if inoculum.makes_primary:
            raise design.error(
                "partners are for cells given into blood", *here, "partner", found=inoculum.partner
            )


def _refuse_twice(design: TrialDesign, names: list[str], section: str, key: str) -> None:
    for index, name in enumerate(names):
        if name in names[:index]:
            raise design.error("stands twice", section, index, key, found=name)


def _check_arm(design: TrialDesign, index: int, arm: Arm, model: Model, catalog: Catalog) -> None:
    here = ("arms", index)
    if arm.inoculum is not None:
        _check_inoculum(design, (*here, "inoculum"), design.inoculum_of(arm), catalog)
    for number, surgery in enumerate(arm.surgery):
        _check_surgery(design, (*here, "surgery", number), surgery, arm)
    for number, treatment in enumerate(arm.treatments):
        _check_treatment(design, (*here, "treatments", number), treatment, arm, model, catalog)
    cell_types = model.cell_types
    for number, edit in enumerate(arm.edits):
        _check_cells_of_edit(design, (*here, "edits", number), edit, model, catalog)
        try:
            cell_types = apply_edit(edit, cell_types, catalog.vocabulary)
        except BadValue as bad:
            inner = bad.parts.pop("at", ())
            raise design.error(bad.what, *here, "edits", number, *inner, **bad.parts) from None


def _check_cells_of_edit(
    design: TrialDesign, here: tuple[str | int, ...], edit: Edit, model: Model, catalog: Catalog
) -> None:
    """Refuse an edit of, or towards, cells that the host lacks, by the reason why it lacks them."""
    behaviour = catalog.vocabulary.behaviour(edit.behaviour or "")
    towards = behaviour.name if behaviour is not None and behaviour.kind == "cell-type" else None
    named = {"cell_type": edit.cell_type, "adhesion": edit.adhesion, "recruitment": edit.recruitment}
    for key, name in {**named, "behaviour": towards}.items():
        absent = model.why_absent(name) if name else None
        if absent is not None:
            raise design.error(absent, *here, key, found=getattr(edit, key))


def _check_surgery(design: TrialDesign, here: tuple[str | int, ...], surgery: Surgery, arm: Arm) -> None:
    inoculum = design.inoculum_of(arm)
    if not inoculum.makes_primary:
        raise design.error(_no_primary(design, inoculum), *here)
    _check_anchor(design, here, surgery.counted_from, surgery.when, arm)
    if surgery.day is not None and surgery.day > design.duration:
        raise _after_the_end(design, (*here, "day"), surgery.day.text)


def _check_treatment(
    design: TrialDesign,
    here: tuple[str | int, ...],
    treatment: Treatment,
    arm: Arm,
    model: Model,
    catalog: Catalog,
) -> None:
    _known(design, (*here, "drug"), "drug", treatment.drug, catalog.drugs)
    drug = catalog.drugs[treatment.drug]
    try:
        check_drug(drug, treatment.route, model, treatment.dose)
    except BadValue as bad:
        raise design.error(bad.what, *here, *bad.parts.pop("at", ("drug",)), **bad.parts) from None
    _check_anchor(design, here, treatment.counted_from, treatment.when, arm)
    if treatment.counted_from == "surgery" and not arm.surgery:
        raise design.error("this arm has no surgery", *here, "from", found="surgery")
    last = treatment.last_day()
    if last is not None and last + _anchor_day(design, treatment, arm) > design.duration:
        key = next(key for key in ("days", "until", "doses") if getattr(treatment, key) is not None)
        raise _after_the_end(
            design, (*here, key), f"day {last:g} after {treatment.counted_from or 'the trigger'}"
        )


def _anchor_day(design: TrialDesign, treatment: Treatment, arm: Arm) -> float:
    """Earliest day from which the days of a treatment can count [day]."""
    if treatment.counted_from == "inoculation":
        return float(design.inoculum.day)
    if treatment.counted_from == "surgery":
        surgery = arm.surgery[0]
        return (
            float(surgery.day) if surgery.day is not None and surgery.counted_from == "inoculation" else 0.0
        )
    return 0.0


def _check_anchor(
    design: TrialDesign, here: tuple[str | int, ...], counted_from: str | None, when: Any, arm: Arm
) -> None:
    if counted_from == "enrolment" and design.enrolment is None:
        raise design.error("the trial has no [enrolment] to count from", *here, "from", found="enrolment")
    inoculum = design.inoculum_of(arm)
    if when is not None and when.variable == "primary volume" and not inoculum.makes_primary:
        raise design.error(_no_primary(design, inoculum), *here, "when")


def _no_primary(design: TrialDesign, inoculum: Inoculum | None = None) -> str:
    """Why there is none: for one inoculum, or for the first of the arms that makes none."""
    given = [inoculum] if inoculum is not None else [design.inoculum_of(arm) for arm in design.arms]
    route = next((one.route for one in given if not one.makes_primary), design.inoculum.route)
    return f"there is no primary: the cells are given by {route}"


def _after_the_end(design: TrialDesign, location: tuple[str | int, ...], found: str) -> Exception:
    return design.error(f"after the end of the trial ({design.duration.text})", *location, found=found)


def _check_assay(
    design: TrialDesign, index: int, assay: AssayRequest, model: Model, catalog: Catalog
) -> None:
    here = ("assays", index)
    sites, cell_types = list(model.host.sites), list(model.cell_types)
    endpoint = find_endpoint(assay.endpoint, sites, cell_types, list(model.factors))
    if endpoint is None:
        absent = model.why_absent(assay.endpoint.rpartition(": ")[2])
        if absent is not None:
            raise design.error(absent, *here, "endpoint", found=assay.endpoint)
        names = list(endpoint_names(sites, cell_types, list(model.factors)))
        near = did_you_mean(assay.endpoint, names)
        raise design.error(
            "unknown endpoint", *here, "endpoint", found=assay.endpoint, allowed=names, suggestion=near
        )
    if is_size_matched(assay.endpoint) != (assay.at_volume is not None):
        what = (
            "a size-matched endpoint needs at_volume"
            if assay.at_volume is None
            else "at_volume is for endpoints named '..., size-matched'"
        )
        raise design.error(what, *here, found=assay.endpoint)
    _check_settings(design, here, assay, endpoint)
    if assay.site is not None:
        _known(design, (*here, "site"), "site", assay.site, sites)
    if (endpoint.site == PRIMARY_SITE or assay.at_volume is not None) and not design.makes_primary:
        raise design.error(_no_primary(design), *here, "endpoint", found=assay.endpoint)
    for number, receptor in enumerate(assay.receptors):
        carried = model.cell_types[TUMOUR_CELL].receptors
        _known(design, (*here, "receptors", number), "receptor of tumour cells", receptor, list(carried))
    for number, day in enumerate(assay.days or []):
        if not math.isinf(day) and day > design.duration:
            raise _after_the_end(design, (*here, "days", number), day.text)


def _check_settings(
    design: TrialDesign, here: tuple[str | int, ...], assay: AssayRequest, endpoint: Endpoint
) -> None:
    """Refuse a setting that would be ignored: this endpoint does not take it."""
    for name in (
        "site",
        "receptors",
        "threshold",
        "error",
        "draw_volume",
        "sections",
        "hours_after_last_dose",
    ):
        given = getattr(assay, name)
        if given not in (None, []) and name not in endpoint.settings and given != endpoint.site:
            allowed = endpoint.settings or "nothing"
            what = f"{endpoint.name} has no {name} to set"
            raise design.error(what, *here, name, found=given, allowed=allowed)


def _check_contrasts(design: TrialDesign, model: Model, catalog: Catalog) -> None:
    arms = [arm.name for arm in design.arms]
    measured = [assay.endpoint for assay in design.assays]
    sites, cell_types = list(model.host.sites), list(model.cell_types)
    seen: set[tuple[str, str, str]] = set()
    for index, contrast in enumerate(design.contrasts):
        here = ("contrasts", index)
        for number, name in enumerate(contrast.arms):
            _known(design, (*here, "arms", number), "arm", name, arms)
        if contrast.arm == contrast.reference:
            raise design.error("compares an arm with itself", *here, "arms", found=contrast.arm)
        whole = contrast.endpoint.split(":")[0]
        is_part = whole in measured and find_endpoint(contrast.endpoint, sites, cell_types) is not None
        if not is_part:
            _known(
                design,
                (*here, "endpoint"),
                "endpoint: no assay of this trial reads it",
                contrast.endpoint,
                measured,
            )
        _check_test(design, here, contrast)
        key = (contrast.endpoint, *contrast.arms)
        if key in seen:
            raise design.error(
                "stands twice",
                *here,
                found=f"{contrast.endpoint}: {contrast.arm} against {contrast.reference}",
            )
        seen.add(key)


def _check_test(design: TrialDesign, here: tuple[str | int, ...], contrast: Contrast) -> None:
    if (contrast.test == "log-rank") != (contrast.endpoint == SURVIVAL) and contrast.test != "auto":
        what = "log-rank is the test for survival, and for nothing else"
        raise design.error(what, *here, "test", found=f"{contrast.test} for {contrast.endpoint}")
    if (contrast.test == EQUIVALENCE) != (contrast.margin is not None):
        what = "margin is for test = 'equivalence', which needs it: the ratio of means that counts as nothing"
        raise design.error(
            what, *here, "margin", found=contrast.margin, allowed="a number above 1, such as 1.25"
        )
