"""Run a trial: many animals on a few threads, each finished one kept, the same bits whatever the number of threads.

An animal's numbers depend on its seat alone (see `cohort`), and tables are put together in the order of seats, so that
neither the number of workers nor an interruption changes a result. With a folder, every finished animal is stored at
once and in one step: Ctrl-C or kill -9 lose at most those in flight, and the same command goes on from there.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from paget.assays import assay_numbers
from paget.compiled import kernels_are_cached, mark_kernels_cached, source_hash
from paget.model import Catalog, check_trial, model_hash
from paget.model.trial_design import TrialDesign
from paget.provenance import collect, content_hash
from paget.trial.cohort import Cohort
from paget.trial.frames import Outcomes
from paget.trial.outcome import Outcome, Seat
from paget.trial.threads import Task, in_threads

if TYPE_CHECKING:
    from paget.formats.parts import PartStore
    from paget.formats.run_folder import RunFolder
    from paget.trial.result import TrialResult

Progress = Callable[[dict[str, Any]], None]
"""Told `phase` ("compiling", "subjects", "analysis") and, for subjects, how many are `done` of `total`."""

Finish = Callable[["TrialResult", Path], object]
"""Adds to the folder of a finished run."""


def run_trial(
    design: TrialDesign,
    catalog: Catalog,
    *,
    out: Path | str | None = None,
    seed: int | None = None,
    animals: int | None = None,
    draws: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    command: str | None = None,
    finish: Finish | None = None,
) -> TrialResult:
    """Simulate a trial and analyse it.

    out: folder for the results; None keeps them in memory. A folder that already holds this very run is read, one that
    holds another run is refused (PagetError). seed, animals (per arm), draws (parameter draws beside the central run):
    instead of those of the design. workers: threads [default: the CPUs this process may use]. progress: called with
    events from the calling thread. command: for the provenance. finish: called with the result and its folder before
    the folder gets its final name, so that what it adds, a report for example, is there whenever the folder is.
    """
    from paget.trial.result import TrialResult

    settled = settle(design, seed=seed, animals=animals, draws=draws)
    check_trial(settled, catalog)
    cohort = Cohort(settled, catalog)
    provenance = _provenance(cohort, catalog, command)
    tell = progress or _nobody
    if out is None:
        outcomes = _simulate(cohort, None, workers, tell)
        tell({"phase": "analysis"})
        return TrialResult.of(cohort, outcomes, provenance)
    from paget.formats import run_folder

    run_folder.check_target(out, provenance)
    if run_folder.is_complete(out, provenance):
        return TrialResult.read(out)
    with run_folder.RunFolder.open(out, provenance) as folder:
        outcomes = _simulate(cohort, folder.parts, workers, tell)
        tell({"phase": "analysis"})
        result = TrialResult.of(cohort, outcomes, folder.provenance)
        _write(result, folder, finish)
    return result


def settle(
    design: TrialDesign, *, seed: int | None = None, animals: int | None = None, draws: int | None = None
) -> TrialDesign:
    """The design with other numbers of animals (in every arm) and draws, or another seed."""
    changes: dict[str, Any] = {"seed": seed, "draws": draws}
    if animals is not None:
        changes["animals"] = animals
        changes["arms"] = [arm.model_copy(update={"animals": None}) for arm in design.arms]
    return design.model_copy(update={key: value for key, value in changes.items() if value is not None})


def _nobody(event: dict[str, Any]) -> None:
    """Progress that nobody watches."""


def _provenance(cohort: Cohort, catalog: Catalog, command: str | None) -> dict[str, Any]:
    design = cohort.design
    return collect(
        seed=design.seed,
        model_hash=hash_of_models(cohort),
        design=design.model_dump(mode="json", by_alias=True, exclude_none=True),
        command=command or "",
        project=None if catalog.project is None else str(catalog.project),
        models={arm.name: model_hash(cohort.model_of(i)) for i, arm in enumerate(design.arms)},
    )


def hash_of_models(cohort: Cohort) -> str:
    """Hash of all that turns a design into numbers: models of all arms, kinds of uncertain numbers, assays, kernels."""
    models = [genotype.model for genotype in cohort.genotypes]
    uncertain = [
        (q.path, q.kind) for model in models for q in model.quantities() if q.canonical_range is not None
    ]
    return content_hash(
        [[model_hash(model) for model in models], uncertain, list(assay_numbers()), source_hash()]
    )


# ---- simulation ------------------------------------------------------------------------------------------------------


def _simulate(cohort: Cohort, store: PartStore | None, workers: int | None, tell: Progress) -> Outcomes:
    """All outcomes; those in the store are not simulated again."""
    compile_kernels(cohort, tell)
    seats = list(cohort.seats())
    outcomes: dict[Seat, Outcome] = {}
    if store is not None:
        outcomes.update(_stored(cohort, seats, store))
    todo = [seat for seat in seats if seat not in outcomes]
    tell({"phase": "subjects", "done": len(outcomes), "total": len(seats)})
    with closing(in_threads(_tasks(cohort, todo, store), workers or available_cpus())) as finished:
        for seat, outcome in finished:
            outcomes[seat] = outcome
            tell({"phase": "subjects", "done": len(outcomes), "total": len(seats)})
    assays = [(assay.name, assay.order.endpoint.unit) for assay in cohort.observation.assays]
    return Outcomes([arm.name for arm in cohort.design.arms], assays, list(outcomes.items()))


def compile_kernels(cohort: Cohort, tell: Progress) -> None:
    """Compile the kernels by one animal, and say so, unless they lie compiled on the disk."""
    if kernels_are_cached():
        return
    tell({"phase": "compiling"})
    first = next(cohort.seats())
    cohort.prepare(first.draw)
    cohort.run(first)
    mark_kernels_cached()


def available_cpus() -> int:
    """CPUs that this process may use; a container or a batch system often grants fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _stored(cohort: Cohort, seats: list[Seat], store: PartStore) -> Iterator[tuple[Seat, Outcome]]:
    wanted = {cohort.name_of(seat): seat for seat in seats}
    for part in store:
        if part.key in wanted:
            yield wanted[part.key], Outcome.read(part.arrays, part.note)


def _tasks(
    cohort: Cohort, seats: list[Seat], store: PartStore | None
) -> Iterator[Task[tuple[Seat, Outcome]]]:
    """One animal each. What is in flight when the caller stops is finished and stored."""

    def work(seat: Seat, stopped: Event) -> tuple[Seat, Outcome]:
        outcome = cohort.run(seat)
        if store is not None:
            store.put(cohort.name_of(seat), outcome.arrays(), outcome.facts)
        return seat, outcome

    for seat in seats:
        cohort.prepare(seat.draw)
        yield partial(work, seat)


# ---- the folder ------------------------------------------------------------------------------------------------------


def _write(result: TrialResult, folder: RunFolder, finish: Finish | None) -> None:
    """Tables, summary, what `finish` adds, and provenance, then the final name of the folder."""
    from paget.formats.summary import write_summary
    from paget.formats.tables import write_tables

    write_tables(result, folder.path)
    write_summary(result, folder.path)
    if finish is not None:
        finish(result, folder.path)
    folder.provenance["screening"] = result.provenance["screening"]
    folder.provenance["finished"] = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
    result.out = folder.finish()
