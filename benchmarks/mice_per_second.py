"""How many mice a second, on one thread and on two; how cost grows with animals and with lesions; memory.

    python benchmarks/mice_per_second.py

The scene: a human line in an immunodeficient mouse, untreated, 42 days in steps of six hours, no humane endpoint. The
rate of waking is scaled until a mouse ends with about the wanted number of lesions outside the primary. Rates depend
on the machine, so every line but two is a ratio within this run. Each figure is the best of three repeats.
"""

from __future__ import annotations

import resource
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from paget.host import Protocol, Regimen, run_subject, warm_up
from paget.keyed_random import subject_key
from paget.model import load_catalog, resolve
from paget.rules import CompiledModel, compile_model

WAKING = "tumours/lm2-4/behaviours/waking/base"
DAYS, REPEATS = 42, 3


@dataclass(frozen=True)
class Scene:
    """A compiled mouse and how it is run."""

    compiled: CompiledModel
    protocol: Protocol
    lesions: float

    def run(self, animal: int) -> float:
        """Simulate one animal; returns its lesions outside the primary on the last day."""
        record = run_subject(self.compiled, no_treatment(), self.protocol, subject_key(1, "benchmark", animal))
        return float(record.snapshots[-1].site.size)


def no_treatment() -> Regimen:
    """A regimen without events."""
    whole, real = np.zeros(0, dtype=np.int64), np.zeros(0)
    return Regimen(whole, whole, whole, whole, real, whole, real, whole, whole, real)


def scene_with(lesions: float) -> Scene:
    """The scene whose mice end with about so many lesions (a few secant steps on the rate of waking)."""
    model = resolve(load_catalog(), "lm2-4", "scid")
    start = model.tumour.inoculation
    protocol = Protocol(
        DAYS * 24, 6, 0, 0, start.cells.canonical, 1, start.engrafted_share.canonical,
        0.0, DAYS * 24, 1e12, 1.0, 1e12, np.zeros(0, dtype=np.int64), np.zeros(0),
    )  # fmt: skip
    compiled, waking = compile_model(model), model.quantity(WAKING).canonical
    for _ in range(4):
        scene = Scene(compiled.with_values({WAKING: waking}), protocol, lesions)
        found = float(np.mean([scene.run(animal) for animal in range(1, 9)]))
        waking *= lesions / max(found, 1.0)
    return Scene(compiled.with_values({WAKING: waking}), protocol, lesions)


def seconds(scene: Scene, animals: int, workers: int) -> float:
    """Wall time of so many animals on so many threads, the best of REPEATS."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(scene.run, range(1, animals + 1)))
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Print the table."""
    warm_up()
    scenes = {lesions: scene_with(lesions) for lesions in (100, 300, 900)}
    base = scenes[300]
    found = np.mean([base.run(animal) for animal in range(1, 41)])
    print(f"mice with {found:.0f} lesions each on day {DAYS}, steps of 6 h")
    one, two = seconds(base, 40, 1), seconds(base, 40, 2)
    print(f"  1 thread : {40 / one:6.1f} mice/s")
    print(f"  2 threads: {40 / two:6.1f} mice/s, {one / two:.2f} times one thread")
    print("cost with the number of animals (2 threads, 300 lesions), relative to 20 animals")
    times = {animals: seconds(base, animals, 2) for animals in (20, 40, 80)}
    for animals, taken in times.items():
        print(f"  {animals:4d} animals: {taken / times[20]:5.2f} (linear: {animals / 20:.2f})")
    print("cost of a mouse with the number of lesions (1 thread), relative to 300")
    costs = {lesions: seconds(scene, 20, 1) for lesions, scene in scenes.items()}
    for lesions, cost in costs.items():
        print(f"  {lesions:4d} lesions: {cost / costs[300]:5.2f} (proportional: {lesions / 300:.2f})")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this process: {peak:.0f} MB")


if __name__ == "__main__":
    main()
