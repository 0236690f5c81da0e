"""How many mice a second, on one thread and on two; how cost grows with animals and with lesions; memory.

    python benchmarks/mice_per_second.py [--mechanisms [--animals N]]

The scene: a human line in an immunodeficient mouse, untreated, 42 days in steps of six hours, no humane endpoint. The
rate of waking is scaled until a mouse ends with about the wanted number of lesions outside the primary. Rates depend
on the machine, so every line but two is a ratio within this run. Each figure is the best of three repeats.

With `--mechanisms`: what each mechanism costs, as processor time with all of them over that without this one.
Leaving one out changes how many lesions a mouse has, so each model gets its own rate of waking for the same number; and
all models are timed in turns, so that what else the machine does falls on all of them.
"""

from __future__ import annotations

import argparse
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
        record = run_subject(
            self.compiled, no_treatment(), self.protocol, subject_key(1, "benchmark", animal)
        )
        return float(record.snapshots[-1].site.size)


def no_treatment() -> Regimen:
    """A regimen without events."""
    whole, real = np.zeros(0, dtype=np.int64), np.zeros(0)
    return Regimen(whole, whole, whole, whole, real, whole, real, whole, whole, real)


def scene_with(lesions: float, without: tuple[str, ...] = ()) -> Scene:
    """The scene whose mice end with about so many lesions (a few secant steps on the rate of waking)."""
    model = resolve(load_catalog(), "lm2-4", "scid", without=without)
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


def processor_time(scene: Scene, animals: int) -> float:
    """Processor time of so many animals on one thread (s)."""
    start = time.process_time()
    for animal in range(1, animals + 1):
        scene.run(animal)
    return time.process_time() - start


NEEDED = ("growth",)
"""Mechanisms without which no mouse ends as these do: nothing would slow its tumour."""


def price_of_mechanisms(animals: int) -> None:
    """Print what each mechanism of the catalog costs."""
    names = [name for name in load_catalog().mechanisms if name not in NEEDED]
    scenes = {"": scene_with(300)} | {name: scene_with(300, (name,)) for name in names}
    times = _in_turns(scenes, animals)
    print(f"processor time of a mouse with all {len(names)} mechanisms over that without one")
    for name in sorted(names, key=lambda name: times[name]):
        print(f"  {name:24s} {times[''] / times[name]:5.2f}")
    print(f"all mechanisms: {animals / times['']:.1f} mice/s")


def _in_turns(scenes: dict[str, Scene], animals: int) -> dict[str, float]:
    """Least processor time of each scene over REPEATS rounds in which each of them has its turn (s)."""
    rounds = [
        {name: processor_time(scene, animals) for name, scene in scenes.items()} for _ in range(REPEATS)
    ]
    return {name: min(times[name] for times in rounds) for name in scenes}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="How many mice a second.")
    parser.add_argument("--mechanisms", action="store_true", help="what each mechanism costs")
    parser.add_argument(
        "--animals", type=int, default=10, help="mice of each model in a turn (with --mechanisms)"
    )
    given = parser.parse_args()
    warm_up()
    if given.mechanisms:
        price_of_mechanisms(given.animals)
    else:
        speed_and_growth_of_cost()


def speed_and_growth_of_cost() -> None:
    """Print mice per second, and how cost grows with animals and with lesions."""
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
