"""What is asked: two arms of a trial, one endpoint, and the models in which they are compared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from paget.analysis.attribution.funnel import Chain, chain_of
from paget.analysis.attribution.mechanisms import Left, sets_to_leave_out
from paget.errors import PagetError, did_you_mean
from paget.model import Catalog, Model, check_trial, model_hash, resolve
from paget.model.endpoints import PRIMARY_SITE, SIZE_MATCHED, endpoint_names, find_endpoint, is_size_matched
from paget.model.trial_design import Arm, AssayRequest, TrialDesign

MACROMETASTASES = "macrometastases"
"""`{site} macrometastases`: an endpoint that no assay reads, counted by the engine."""


@dataclass(frozen=True)
class Question:
    """An attribution, ready to be run."""

    design: TrialDesign
    """The two arms (arm of interest, reference) as twins, with one assay."""
    endpoint: str
    """As the user named it."""
    chain: Chain | None
    """Steps that lead to it; None for endpoints that are not read from lesions."""
    left_out: tuple[Left, ...]
    """Models to compare them in: the whole one, and those with mechanisms left out."""
    idle: tuple[str, ...]
    """Mechanisms that have no part in this mouse."""


def question_of(
    design: TrialDesign,
    catalog: Catalog,
    arms: Sequence[str],
    endpoint: str,
    mechanisms: Iterable[str] | None = None,
    pairs: bool = True,
) -> Question:
    """The question; PagetError for an unknown arm, endpoint or mechanism.

    design: settled, with the animals, draws and seed that are wanted. mechanisms: those to leave out [default: all that
    have a part in this mouse].
    """
    check_trial(design, catalog)
    model = resolve(catalog, design.tumour, design.host, design.without)
    chosen = [_arm(design, name) for name in arms]
    if len({arm.name for arm in chosen}) < 2:
        raise PagetError("compares an arm with itself", key="--arms", found=arms[0])
    read, chain = endpoint_of(endpoint, model)
    assay = _request(read, design)
    for name in mechanisms or ():
        catalog.get("mechanism", name)
    active = {name for name in model.mechanisms if _matters(name, model, design, catalog)}
    wanted = set(model.mechanisms) if mechanisms is None else set(mechanisms)
    return Question(
        design=design.model_copy(update={"arms": chosen, "assays": [assay], "contrasts": [], "twins": True}),
        endpoint=endpoint,
        chain=chain,
        left_out=tuple(sets_to_leave_out(wanted & active, pairs)),
        idle=tuple(sorted(wanted - active)),
    )


def _arm(design: TrialDesign, name: str) -> Arm:
    names = [arm.name for arm in design.arms]
    if name not in names:
        raise PagetError(
            "unknown arm", key="--arms", found=name, allowed=names, suggestion=did_you_mean(name, names)
        )
    return design.arm(name)


def endpoint_of(name: str, model: Model) -> tuple[str, Chain | None]:
    """The endpoint that an assay reads, and the steps to what was asked for; PagetError for an unknown one."""
    sites, cell_types = [site for site in model.host.sites if site != PRIMARY_SITE], list(model.cell_types)
    counted = re.fullmatch(rf"(.+) {MACROMETASTASES}", name)
    if counted and counted[1] in sites:
        return f"{counted[1]} foci", chain_of(None, counted[1])
    endpoint = find_endpoint(name, sites, cell_types, model.factors)
    names = [known for known in endpoint_names(sites, cell_types, model.factors) if SIZE_MATCHED not in known]
    names = [known for known in names if known not in ("survival", "composition")]
    if endpoint is None or endpoint.kind == "survival" or endpoint.expands or is_size_matched(name):
        names += [f"{site} {MACROMETASTASES}" for site in sites]
        what = "unknown endpoint" if endpoint is None else "this endpoint has no mean to take apart"
        near = did_you_mean(name, names)
        raise PagetError(what, key="--endpoint", found=name, allowed=names, suggestion=near)
    return name, chain_of(endpoint, endpoint.site)


def _request(name: str, design: TrialDesign) -> AssayRequest:
    """The assay of an endpoint, as the trial does it, or else at the end."""
    found = [assay for assay in design.assays if assay.endpoint == name]
    return found[0] if found else AssayRequest.model_validate({"endpoint": name, "days": ["end"]})


def _matters(mechanism: str, model: Model, design: TrialDesign, catalog: Catalog) -> bool:
    """Whether the model changes without a mechanism."""
    without = resolve(catalog, design.tumour, design.host, [*design.without, mechanism])
    return model_hash(without) != model_hash(model)


def reduced(design: TrialDesign, left: Left, catalog: Catalog) -> TrialDesign:
    """The design without some mechanisms, and without the edits of what is gone with them."""
    without = [*design.without, *left]
    arms = []
    for arm in design.arms:
        edits = list(arm.edits)
        for edit in arm.edits:
            try:
                resolve(catalog, design.tumour, design.host, without, [edit])
            except PagetError:
                edits.remove(edit)
        arms.append(arm.model_copy(update={"edits": edits}))
    return design.model_copy(update={"without": without, "arms": arms})
