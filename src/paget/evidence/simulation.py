"""Simulate the arms that rows of the ledger need, in chunks that are kept on the disk.

A chunk is some animals of one arm: at the central parameters under one seed, or all animals of some parameter draws.
Its key is a hash of everything that can change it: the reduced model, the arm and its trial, seed, readings, kernels
and the code around them. So a changed mechanism reruns the arms that it can reach and no others, rows share arms, and
a run that was stopped goes on where it was.
"""

from __future__ import annotations

import functools
import hashlib
import logging
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import platformdirs

from paget.assays import assay_numbers
from paget.compiled import PACKAGE, kernels_are_cached, mark_kernels_cached, source_hash
from paget.errors import PagetError
from paget.evidence.arms import ArmName, ArmPlan, design_of, model_of_arm, wild_type_of_arm
from paget.evidence.readings import read_all
from paget.evidence.reduction import reduced_hash
from paget.evidence.sizes import Effort
from paget.model import Catalog
from paget.provenance import content_hash
from paget.trial.cohort import Cohort
from paget.trial.execution import available_cpus
from paget.trial.outcome import Seat
from paget.trial.threads import Task, in_threads

if TYPE_CHECKING:
    from paget.formats.parts import PartStore

logger = logging.getLogger("paget")

FloatArray = npt.NDArray[np.float64]
Progress = Callable[[dict[str, Any]], None]

OVERGROWN = float("inf")
"""Kept as every reading of an animal with more lesions than the engine holds."""
ANIMALS_PER_CHUNK = 20
DRAWS_PER_CHUNK = 8
WORDS_OF_A_DESIGN = ("name", "title", "question", "published", "extends", "card", "animals", "draws")
"""Keys of a trial that change nothing in an animal of an arm (its seed, arm, readings and animal do)."""
DAYS_KEPT = 60.0
"""Runs that no ledger has used for so long are removed."""
CODE_ROOMS = ("assays", "trial", "evidence/arms.py", "evidence/readings.py")
"""What turns a model into kept numbers, apart from the kernels."""


@dataclass(frozen=True)
class Chunk:
    """Some animals of one arm."""

    arm: ArmName
    seed: int
    draws: range
    """Parameter draws; `range(0, 1)` for the central parameters."""
    animals: range
    """Numbers of the animals, from 1."""

    @property
    def name(self) -> str:
        """Name of its file."""
        kind = "central" if self.draws == range(1) else f"draws-{self.draws[0]}-{self.draws[-1]}"
        return f"{kind}-animals-{self.animals[0]}-{self.animals[-1]}"

    @property
    def size(self) -> int:
        """Animals to simulate."""
        return len(self.draws) * len(self.animals)


@dataclass(frozen=True)
class ArmRuns:
    """All animals of one arm. An animal that outgrew what can be simulated has no reading (NaN)."""

    central: FloatArray
    """Shape (seeds, animals, readings): the central parameters, the same animals in every arm."""
    draws: FloatArray
    """Shape (draws, animals, readings): one parameter draw each, the same animals in every arm."""
    overgrown: int = 0
    """Animals of the central run that outgrew what can be simulated."""

    @classmethod
    def of(cls, central: FloatArray, draws: FloatArray) -> ArmRuns:
        """From what is kept. A draw in which any animal outgrew the limits has no answer at all: the others of its
        animals are those that stayed small."""
        lost = np.isinf(central[..., :1])
        spoilt = np.isinf(draws[..., :1]).any(axis=1, keepdims=True)
        return cls(np.where(lost, np.nan, central), np.where(spoilt, np.nan, draws), int(lost.sum()))


def chunks_of(plan: ArmPlan, effort: Effort, seed: int) -> list[Chunk]:
    """The chunks of an arm, the central ones first."""
    arm, per_draw = plan.name, effort.per_draw(plan.animals_per_draw)
    found = [
        Chunk(arm, seed + repeat, range(1), range(first, min(first + ANIMALS_PER_CHUNK, effort.animals + 1)))
        for repeat in range(effort.seeds)
        for first in range(1, effort.animals + 1, ANIMALS_PER_CHUNK)
    ]
    drawn = range(1, per_draw + 1)
    found += [
        Chunk(arm, seed, range(first, min(first + DRAWS_PER_CHUNK, effort.draws + 1)), drawn)
        for first in range(1, effort.draws + 1, DRAWS_PER_CHUNK)
    ]
    return found


class ArmSimulator:
    """One arm under one seed; made when its first chunk is not on the disk."""

    def __init__(self, plan: ArmPlan, catalog: Catalog, seed: int, model_hash: str) -> None:
        self.plan, self.catalog, self._model_hash = plan, catalog, model_hash
        self.design = design_of(plan, catalog, seed)
        self._lock = threading.Lock()
        self._cohort: Cohort | None = None

    @functools.cached_property
    def key(self) -> str:
        """Hash of everything that can change an animal of this arm."""
        design = self.design.model_dump(mode="json", by_alias=True, exclude_none=True)
        for words in WORDS_OF_A_DESIGN:
            design.pop(words, None)
        readings = [reading.key for reading in self.plan.readings]
        return content_hash(
            [self._model_hash, design, readings, list(assay_numbers()), source_hash(), code_hash()]
        )

    def cohort(self) -> Cohort:
        """The arm ready to run."""
        with self._lock:
            if self._cohort is None:
                self._cohort = Cohort(self.design, self.catalog)
            return self._cohort

    def run(self, chunk: Chunk) -> FloatArray:
        """Readings of a chunk, shape (draws, animals, readings). Safe from any thread."""
        cohort = self.cohort()
        values = np.full((len(chunk.draws), len(chunk.animals), len(self.plan.readings)), np.nan)
        for place, draw in enumerate(chunk.draws):
            with self._lock:
                cohort.prepare(draw)
            for seat, number in enumerate(chunk.animals):
                values[place, seat] = self._read(cohort, number, draw)
            if draw:
                with self._lock:
                    cohort.forget(draw)
        return values

    def _read(self, cohort: Cohort, number: int, draw: int) -> list[float]:
        """Readings of one animal; all infinite where it has more lesions than can be simulated."""
        try:
            animal, _ = cohort.animal(Seat(0, number, draw))
        except PagetError as error:
            logger.debug("draw %d of %s: %s", draw, self.plan.name, error)
            return [OVERGROWN] * len(self.plan.readings)
        return read_all(animal, cohort.observation, self.plan.readings)


@functools.cache
def code_hash() -> str:
    """Hash of the Python between model and kept numbers."""
    digest = hashlib.blake2b(digest_size=8)
    for room in CODE_ROOMS:
        place = PACKAGE / room
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(path.read_bytes())
    return digest.hexdigest()


class Simulations:
    """Runs arms, and remembers them on the disk."""

    def __init__(self, catalog: Catalog, effort: Effort, seed: int = 1, store: Path | None = None) -> None:
        """store: folder of kept runs; default: beside the machine code in the user's cache."""
        self.catalog, self.effort, self.seed = catalog, effort, seed
        self.store = store if store is not None else default_store()
        self._simulators: dict[tuple[ArmName, int], ArmSimulator] = {}
        self._hashes: dict[ArmName, str] = {}
        self.simulated = 0
        """Animals that were simulated and not found on the disk."""

    def run(
        self, plans: Sequence[ArmPlan], workers: int | None = None, tell: Progress = lambda event: None
    ) -> dict[ArmName, ArmRuns]:
        """All arms. Every chunk is stored when it is done: Ctrl-C loses at most those in flight."""
        todo = [(plan, chunk) for plan in plans for chunk in chunks_of(plan, self.effort, self.seed)]
        done: dict[tuple[ArmName, str, int], FloatArray] = {}
        missing: list[tuple[ArmPlan, Chunk]] = []
        for plan, chunk in todo:
            kept = self._kept(plan, chunk)
            if kept is None:
                missing.append((plan, chunk))
            else:
                done[chunk.arm, chunk.name, chunk.seed] = kept
        total = sum(chunk.size for _, chunk in todo)
        finished = total - sum(chunk.size for _, chunk in missing)
        if missing:
            self._compile(missing[0], tell)
        tell({"phase": "subjects", "done": finished, "total": total})
        workers = workers or available_cpus()
        # A chunk is long: one more than there are threads keeps them busy.
        for chunk, values in in_threads(self._tasks(missing), workers, workers + 1):
            done[chunk.arm, chunk.name, chunk.seed] = values
            finished += chunk.size
            self.simulated += chunk.size
            tell({"phase": "subjects", "done": finished, "total": total})
        return {plan.name: self._together(plan, done) for plan in plans}

    def _together(self, plan: ArmPlan, done: dict[tuple[ArmName, str, int], FloatArray]) -> ArmRuns:
        central: dict[int, list[FloatArray]] = {}
        draws: list[FloatArray] = []
        for chunk in chunks_of(plan, self.effort, self.seed):
            values = done[chunk.arm, chunk.name, chunk.seed]
            if chunk.draws == range(1):
                central.setdefault(chunk.seed, []).append(values[0])
            else:
                draws.append(values)
        empty = np.empty((0, 1, len(plan.readings)))
        return ArmRuns.of(
            np.stack([np.concatenate(parts) for parts in central.values()]),
            np.concatenate(draws) if draws else empty,
        )

    def _simulator(self, plan: ArmPlan, chunk: Chunk) -> ArmSimulator:
        key = (plan.name, chunk.seed)
        if key not in self._simulators:
            self._simulators[key] = ArmSimulator(plan, self.catalog, chunk.seed, self._hash(plan))
        return self._simulators[key]

    def _hash(self, plan: ArmPlan) -> str:
        if plan.name not in self._hashes:
            models = [model_of_arm(plan.name, self.catalog), wild_type_of_arm(plan.name, self.catalog)]
            self._hashes[plan.name] = content_hash([reduced_hash(m, plan.readings) for m in models])
        return self._hashes[plan.name]

    def _place(self, plan: ArmPlan, chunk: Chunk) -> Path:
        return self.store / self._simulator(plan, chunk).key[:32]

    def _folder(self, plan: ArmPlan, chunk: Chunk) -> PartStore:
        from paget.formats.parts import PartStore

        return PartStore(self._place(plan, chunk), shared=True)

    def _kept(self, plan: ArmPlan, chunk: Chunk) -> FloatArray | None:
        place = self._place(plan, chunk)
        if not place.is_dir():
            return None
        os.utime(place)  # pruning goes by age of use
        part = self._folder(plan, chunk).get(chunk.name)
        return None if part is None else part.arrays["values"]

    def _compile(self, first: tuple[ArmPlan, Chunk], tell: Progress) -> None:
        if kernels_are_cached():
            return
        tell({"phase": "compiling"})
        plan, chunk = first
        cohort = self._simulator(plan, chunk).cohort()
        cohort.prepare(0)
        cohort.animal(Seat(0, 1, 0))
        mark_kernels_cached()

    def _tasks(self, missing: list[tuple[ArmPlan, Chunk]]) -> Iterator[Task[tuple[Chunk, FloatArray]]]:
        """Chunks, each simulated and stored."""

        def work(plan: ArmPlan, chunk: Chunk, stopped: Event) -> tuple[Chunk, FloatArray]:
            values = self._simulator(plan, chunk).run(chunk)
            self._folder(plan, chunk).put(chunk.name, {"values": values})
            return chunk, values

        for plan, chunk in missing:
            yield partial(work, plan, chunk)


def default_store() -> Path:
    """Folder of kept runs: in PAGET_CACHE_DIR, or the user's cache, or a temporary folder where neither can be
    written."""
    own = os.environ.get("PAGET_CACHE_DIR")
    base = Path(own) if own else Path(platformdirs.user_cache_dir("paget", appauthor=False))
    for folder in (base.expanduser() / "evidence", Path(tempfile.gettempdir()) / "paget-evidence"):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    return Path(tempfile.mkdtemp(prefix="paget-evidence-"))


def prune(store: Path) -> None:
    """Remove runs that nobody has read for a long time."""
    import shutil

    oldest = time.time() - DAYS_KEPT * 86400.0
    for folder in store.iterdir():
        if folder.is_dir() and folder.stat().st_mtime < oldest:
            shutil.rmtree(folder, ignore_errors=True)
