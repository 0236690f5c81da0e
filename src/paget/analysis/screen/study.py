"""Run a screen: all arms at the central parameters, then the best of them over parameter draws."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from paget.analysis.attribution.funnel import Chain, step_table
from paget.analysis.attribution.question import endpoint_of
from paget.analysis.batches import Batch, Failed, Kept, Results, run_batches
from paget.analysis.folder import Finish, Frames, Notes, in_folder, provenance_of
from paget.analysis.screen.effects import effects_table, interactions_table, log_means
from paget.analysis.screen.plan import CONTROL, Plan, Setting, Treated, plan_of
from paget.analysis.screen.ranking import over_draws, ranking_table, tolerability_table
from paget.errors import PagetError
from paget.model import Catalog, check_trial, resolve
from paget.model.endpoints import find_endpoint
from paget.trial.cohort import Cohort
from paget.trial.execution import Progress

if TYPE_CHECKING:
    import pandas as pd

    from paget.formats.parts import PartStore

TABLES = ("effects", "interactions", "tolerability", "ranking", "draws", "steps")
ANIMALS = 20
DRAWS = 15
SHORT_LIST = 8
"""Best arms that are followed over parameter draws and through the cascade."""
_DESIGN = "screen"
_CONTROL = 0
_Run = Callable[[list[Batch]], Results]


@dataclass(frozen=True)
class Screen:
    """A finished screen: tables by name (see TABLES) and what was asked."""

    tables: Frames
    notes: Notes


def run_screen(
    catalog: Catalog,
    setting: Setting,
    endpoint: str = "lung foci",
    *,
    drugs: Iterable[str] | None = None,
    timings: Sequence[str] = ("neoadjuvant", "adjuvant", "late"),
    animals: int = ANIMALS,
    draws: int = DRAWS,
    seed: int = 1,
    ladder: bool = True,
    out: Path | str | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    command: str | None = None,
    finish: Finish | None = None,
) -> Screen:
    """Screen single drugs and pairs; options as in `paget.trial.run_trial`, draws for the short list only."""
    model = resolve(catalog, setting.tumour, setting.host, setting.without)
    read, chain = endpoint_of(endpoint, model)
    found = find_endpoint(endpoint, list(model.host.sites), list(model.cell_types), list(model.factors))
    if found is None:
        what = "a screen needs an endpoint that an assay reads"
        raise PagetError(what, key="--endpoint", found=endpoint, allowed=[read])
    plan = plan_of(
        catalog, setting, endpoint, drugs, timings, animals=animals, draws=draws, seed=seed, ladder=ladder
    )
    check_trial(plan.design, catalog)
    tell = progress or (lambda event: None)

    def work(store: PartStore | None) -> tuple[Frames, Notes]:
        def run(batches: list[Batch]) -> Results:
            return run_batches({_DESIGN: plan.design}, batches, catalog, store, workers, tell)

        frames, notes = _screened(plan, run, found.kind == "count", chain)
        tell({"phase": "analysis"})
        return frames, notes

    settings = {"timings": list(timings), "ladder": ladder, "short list": SHORT_LIST}
    provenance = provenance_of("screen", Cohort(plan.design, catalog), catalog, settings, command)
    return Screen(*in_folder(out, provenance, TABLES, work, finish))


def _screened(plan: Plan, run: _Run, counts: bool, chain: Chain | None) -> tuple[Frames, Notes]:
    seed = plan.design.seed
    central = run([Batch(_DESIGN, index, 0) for index in range(len(plan.design.arms))])
    control = _checked_control(central[Batch(_DESIGN, _CONTROL, 0)], plan)
    kept, failed = _sorted(plan, central)
    logs = log_means(control.values[:, 0], {a: k.values[:, 0] for a, k in kept.items()}, seed, counts)
    effects = effects_table(logs)
    tolerability = tolerability_table(control, kept)
    ranking = ranking_table(effects, tolerability)
    by_name = {arm.name: arm for arm in kept}
    best = [by_name[name] for name in ranking["arm"][:SHORT_LIST]]
    draws, compared = _over_draws(plan, best, run, counts)
    frames = {
        "effects": effects,
        "interactions": interactions_table(logs),
        "tolerability": tolerability,
        "ranking": ranking,
        "draws": draws,
        "steps": _steps(chain, best, kept, control, seed),
    }
    return frames, _notes(plan, failed, compared)


def _checked_control(control: Kept | Failed, plan: Plan) -> Kept:
    if isinstance(control, Failed):
        raise PagetError(control.reason, key=CONTROL)
    if not (control.values[:, 0] > 0).any():
        raise PagetError(
            f"no animal of the control has any {plan.endpoint}: there is nothing to lower",
            key="--endpoint", found=plan.endpoint, allowed="more --animals, or a longer study (--days)",
        )  # fmt: skip
    return control


def _sorted(plan: Plan, results: Results) -> tuple[dict[Treated, Kept], dict[str, str]]:
    """Arms that could be simulated, and why the others could not; pairs of a missing single drug are left out, too."""
    kept: dict[Treated, Kept] = {}
    failed: dict[str, str] = {}
    for arm in plan.arms:
        found = results[Batch(_DESIGN, plan.index_of(arm), 0)]
        if isinstance(found, Failed):
            failed[arm.name] = found.reason
        else:
            kept[arm] = found
    for arm in [arm for arm in kept if len(arm.drugs) > 1]:
        if any(Treated((drug,), arm.timing) not in kept for drug in arm.drugs):
            failed[arm.name] = "one of its drugs alone could not be simulated"
            del kept[arm]
    return kept, failed


def _over_draws(plan: Plan, best: list[Treated], run: _Run, counts: bool) -> tuple[pd.DataFrame, int]:
    indices = [_CONTROL, *(plan.index_of(arm) for arm in best)]
    # All arms of a draw one after the other: an interrupted screen then has whole draws.
    results = run([Batch(_DESIGN, i, draw) for draw in range(1, plan.design.draws + 1) for i in indices])
    by_arm: dict[int, dict[int, Kept]] = {index: {} for index in indices}
    for batch, kept in results.items():
        if isinstance(kept, Kept):
            by_arm[batch.arm][batch.draw] = kept
    return over_draws(by_arm[_CONTROL], {arm: by_arm[plan.index_of(arm)] for arm in best}, counts)


def _steps(
    chain: Chain | None, best: list[Treated], kept: dict[Treated, Kept], control: Kept, seed: int
) -> pd.DataFrame:
    """Where in the cascade the best arms act: steps of the effect of each against the control."""
    import pandas as pd

    if chain is None:
        return pd.DataFrame({"arm": pd.Series(dtype=str)})
    return pd.concat([step_table(chain, kept[arm], control, seed).assign(arm=arm.name) for arm in best])


def _notes(plan: Plan, failed: dict[str, str], compared: int) -> Notes:
    setting = plan.setting
    return {
        "study": "screen",
        "tumour": setting.tumour,
        "host": setting.host,
        "endpoint": plan.endpoint,
        "surgery": setting.surgery,
        "days": setting.days,
        "drugs": list(plan.drugs),
        "idle": plan.idle,
        "timings": list(plan.timings),
        "animals": plan.design.animals,
        "draws": plan.design.draws,
        "draws compared": compared,
        "seed": plan.design.seed,
        "failed": failed,
    }
