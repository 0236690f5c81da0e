"""Run a tissue: advance the simulation, write what is due, keep checkpoints, stop cleanly.

Nothing that is written changes the state, so a run has the same bits whatever is written, on any number of threads,
and when it goes on from a checkpoint. Checkpoints are written at their interval, every ten minutes of the clock, and
at Ctrl-C.
"""

from __future__ import annotations

import time as clock
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paget.compiled import kernels_are_cached, mark_kernels_cached
from paget.errors import PagetError
from paget.formats import run_folder
from paget.formats.atomic import writing_to
from paget.formats.checkpoint import Checkpoint
from paget.formats.population import PopulationTable, population_columns, population_rows
from paget.formats.tissue_folder import KIND, TissueFolder
from paget.provenance import collect, identity
from paget.runs.interruption import CtrlC
from paget.runs.job import Job, Output
from paget.runs.schedule import Schedule, Task, whole_steps

if TYPE_CHECKING:
    from paget.tissue.simulation import Simulation

Progress = Callable[[dict[str, Any]], None]
"""Told `phase` ("placing", "compiling tissue", "simulating", "stopping"), when simulating also `done` of `total`
minutes and the number of `cells`."""

Finish = Callable[["Simulation", Path], object]
"""Adds to the folder of a finished run."""

Stop = Callable[["Simulation"], bool]

SAFE_SECONDS = 600.0
"""Longest time on the clock without a checkpoint."""
TELL_SECONDS = 0.2
"""Progress is told so often at most."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C ended a run between two steps; a checkpoint lies in its folder."""

    def __init__(self, folder: Path, time: float) -> None:
        super().__init__(f"interrupted at {time:g} min")
        self.folder = folder
        """The final name of the folder: what `paget resume` takes."""
        self.time = time
        """Simulated time (min)."""


def run_tissue(
    job: Job,
    out: Path | str,
    *,
    threads: int | None = None,
    progress: Progress | None = None,
    command: str | None = None,
    finish: Finish | None = None,
    stop_when: Stop | None = None,
) -> Path:
    """Run a job into the folder `out` and return it.

    A folder that holds this very run is left as it is, one with an unfinished part of it is gone on with; one that
    holds anything else is refused (PagetError). threads: for the kernels [default: all CPUs, one for a small tissue].
    progress: called with events. finish: called before the folder gets its final name. stop_when: asked after every
    step; True ends the run early. Ctrl-C raises `Interrupted` after the step that is under way, with a checkpoint
    written.
    """
    provenance = provenance_of(job, command)
    run_folder.check_target(out, provenance)
    if run_folder.is_complete(out, provenance):
        return Path(out)
    tell = progress or _nobody
    with TissueFolder.open(out, provenance) as folder, CtrlC(lambda: tell({"phase": "stopping"})) as ctrl_c:
        return _Run(job, folder, tell, ctrl_c, stop_when).go(threads, finish)


def provenance_of(job: Job, command: str | None = None) -> dict[str, Any]:
    """The provenance of a run of this job that starts now."""
    return collect(
        seed=job.seed,
        model_hash=job.model_hash(),
        design=job.design(),
        command=command or "",
        run=KIND,
        name=job.name,
        **job.facts,
    )


def new_simulation(job: Job, threads: int | None = None) -> Simulation:
    """The tissue of a job at its start."""
    from paget.tissue.simulation import Simulation

    return Simulation(
        job.definition,
        job.population,
        seed=job.seed,
        scheme=job.scheme,
        threads=threads,
        biology=_biology(job),
    )


def _biology(job: Job) -> Any:
    """A biology of its own for each simulation: it changes with time."""
    return None if job.biology is None else job.biology.copy()


def _nobody(event: dict[str, Any]) -> None:
    """Progress that nobody watches."""


class _Run:
    """One run on its way."""

    def __init__(
        self, job: Job, folder: TissueFolder, tell: Progress, ctrl_c: CtrlC, stop_when: Stop | None
    ) -> None:
        self.job = job
        self.folder = folder
        self.tell = tell
        self.ctrl_c = ctrl_c
        self.stop_when = stop_when
        self.identity = identity(folder.provenance)
        self.stopped = False
        self.told = 0.0
        self.stored = clock.monotonic()

    def go(self, threads: int | None, finish: Finish | None) -> Path:
        """From the start or the newest checkpoint to the end, and the final name of the folder."""
        cached = kernels_are_cached("tissue")
        self.tell({"phase": "placing" if cached else "compiling tissue"})
        self.folder.keep_inputs(self.job.inputs)
        start = self.folder.checkpoints.newest()
        self.simulation = self._simulation(start, threads)
        self.schedule = self._schedule(resumes=start is not None)
        try:
            self._advance()
            self.table.finish()
            if finish is not None:
                finish(self.simulation, self.folder.path)
        except PagetError as error:
            raise self._with_advice(error) from error
        if not cached:
            mark_kernels_cached("tissue")
        self.folder.provenance["finished_at_min"] = self.simulation.time
        return self.folder.finish()

    def _simulation(self, start: Checkpoint | None, threads: int | None) -> Simulation:
        from paget.tissue.simulation import Simulation

        if start is None:
            return new_simulation(self.job, threads)
        if start.note["run"] != self.identity:
            raise PagetError("the checkpoint is of another run", file=self.folder.checkpoints.folder)
        return Simulation.from_state(
            self.job.definition, start.state, threads=threads, biology=_biology(self.job)
        )

    def _schedule(self, resumes: bool) -> Schedule:
        job, now = self.job, self.simulation
        step = job.definition.steps.mechanics
        factors = [factor.name for factor in job.definition.factors]
        table = self.table = PopulationTable(self.folder.path, population_columns(factors))
        table.start(now.time if resumes else -1.0)
        actions: list[tuple[float, Callable[[int], object]]] = [
            (job.table_every, lambda number: table.append(population_rows(self.simulation)))
        ]
        actions += [(output.every, self._snapshot(output)) for output in job.outputs]
        actions.append((job.checkpoint_every, lambda number: self._store()))
        tasks = [Task(whole_steps(every, step), act) for every, act in actions]
        return Schedule(whole_steps(job.until, step), tasks, now.step_number if resumes else None)

    def _snapshot(self, output: Output) -> Callable[[int], object]:
        def write(number: int) -> None:
            with writing_to(self.folder.path):
                output.write(self.simulation, self.folder.path, number)

        return write

    def _advance(self) -> None:
        now, schedule = self.simulation, self.schedule
        while True:
            for task in schedule.due(now.step_number):
                task.act(task.done)
            if self.ctrl_c.heard:
                self._store()
                raise Interrupted(self.folder.target, now.time)
            if now.step_number >= schedule.last:
                return
            if clock.monotonic() - self.stored > SAFE_SECONDS:
                self._store()
            self._say()
            until = schedule.next_step() * self.job.definition.steps.mechanics
            now.run(until=until, stop_when=self._asks_to_stop)
            if self.stopped:
                schedule.last = now.step_number

    def _asks_to_stop(self, simulation: Simulation) -> bool:
        """After every step: is there a reason to leave the loop of steps?"""
        now = clock.monotonic()
        if now - self.told > TELL_SECONDS:
            self._say()
        if self.stop_when is not None and self.stop_when(simulation):
            self.stopped = True
        return self.stopped or self.ctrl_c.heard or now - self.stored > SAFE_SECONDS

    def _say(self) -> None:
        self.told = clock.monotonic()
        if self.simulation.step_number == 0:  # kernels compile in the first step
            return
        cells = int(self.simulation.cells.count)
        event = {"phase": "simulating", "done": self.simulation.time, "total": self.job.until, "cells": cells}
        self.tell(event)

    def _store(self) -> None:
        time = float(self.simulation.time)
        self.folder.checkpoints.put(time, self.simulation.state(), {"run": self.identity})
        self.stored = clock.monotonic()

    def _with_advice(self, error: PagetError) -> PagetError:
        """What a user can do about a disk that was full: what is there stays, and the run can go on."""
        if self.folder.checkpoints.newest() is None:
            return error
        advice = f"; when this is mended: paget resume {self.folder.target}"
        return PagetError(
            error.what + advice, file=error.file, line=error.line, key=error.key, found=error.found,
            allowed=error.allowed, suggestion=error.suggestion,
        )  # fmt: skip
