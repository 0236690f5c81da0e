"""One arm of a trial by itself: what the ledger simulates, shares between rows, and keeps.

Arms of a trial do not depend on each other (every random number is keyed by animal and draw), so that rows which speak
of the same arm share its animals, whatever other arms their trials have. Animals are twins, the same ones in every
arm: what they differ by falls out of a comparison of arms, so that few decide what the model implies. That is more than
a laboratory's experiment of that size would decide.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from paget.model import Arm, AssayRequest, Catalog, Edit, Model, TrialDesign, resolve
from paget.model.quantity import Setting
from paget.model.readings import Reading


@dataclass(frozen=True, order=True)
class ArmName:
    """Which arm of which trial."""

    trial: str
    arm: str


@dataclass(frozen=True)
class ArmPlan:
    """An arm and all that any row wants to know of its animals."""

    name: ArmName
    readings: tuple[Reading, ...]
    """In a fixed order; the columns of what is kept."""
    animals_per_draw: int = 0
    """Least number of animals per parameter draw; 0: the usual one."""


def design_of(plan: ArmPlan, catalog: Catalog, seed: int) -> TrialDesign:
    """The trial reduced to this arm, with the assays that its readings need."""
    whole: TrialDesign = catalog.get("trial", plan.name.trial)
    arm: Arm = whole.arm(plan.name.arm)
    names = list(dict.fromkeys(name for reading in plan.readings for name in reading.endpoints()))
    changes = {
        "arms": [arm],
        "assays": requests_for(names, whole),
        "contrasts": [],
        "seed": seed,
        "draws": 0,
        "twins": True,
    }
    return whole.model_copy(update=changes)


def requests_for(endpoints: Iterable[str], design: TrialDesign) -> list[AssayRequest]:
    """Assays of the trial that read these endpoints; those that it does not plan are read at the end."""
    planned = {request.endpoint: request for request in design.assays}
    found: dict[str, AssayRequest] = {}
    for name in endpoints:
        group = name.partition(":")[0]
        request = planned.get(name) or planned.get(group) or at_the_end(name)
        found.setdefault(request.endpoint, request)
    # An animal must be read somehow: survival costs nothing.
    return list(found.values()) or [AssayRequest(endpoint="survival")]


def at_the_end(endpoint: str) -> AssayRequest:
    """A reading on the last day of the trial."""
    if endpoint == "survival":
        return AssayRequest(endpoint=endpoint)
    return AssayRequest(endpoint=endpoint, days=[Setting(float("inf"), "end", "day")])


def model_of_arm(arm: ArmName, catalog: Catalog) -> Model:
    """The model of an arm, with the drugs that it is given."""
    return _model_with(arm, catalog, catalog.trials[arm.trial].arm(arm.arm).edits)


def wild_type_of_arm(arm: ArmName, catalog: Catalog) -> Model:
    """The same with a host that is not edited, which sets what organs hold at rest."""
    edits = catalog.trials[arm.trial].arm(arm.arm).edits
    return _model_with(arm, catalog, [edit for edit in edits if edit.in_ == "tumour"])


def _model_with(arm: ArmName, catalog: Catalog, edits: list[Edit]) -> Model:
    design = catalog.trials[arm.trial]
    drugs = list(dict.fromkeys(treatment.drug for treatment in design.arm(arm.arm).treatments))
    return resolve(catalog, design.tumour, design.host, design.without, edits, drugs)
