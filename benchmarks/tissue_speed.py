"""How fast the tissue engine is and how much memory it takes, on a scene that this script makes itself.

    python benchmarks/tissue_speed.py                        # everything; some minutes on two cores
    python benchmarks/tissue_speed.py --only cells memory    # some of: cells disc threads schemes factors memory start
    python benchmarks/tissue_speed.py --largest 1e5          # without the million
    python benchmarks/tissue_speed.py --only start --cold    # start-up with an empty kernel cache as well
    python benchmarks/tissue_speed.py --physicell EXECUTABLE --settings A.xml B.xml --minutes 6

With `--physicell` a PhysiCell program of yours and Paget run the same settings files by turns (`side_by_side.py`).

Seconds depend on the machine, so every table has a column of ratios within this run. Configurations that are compared
take turns, and the quickest turn of each counts: other work on a machine only ever adds time. A turn is six simulated
minutes, one step of the phenotype and sixty of the mechanics, after a first such turn that is not measured.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

TURN = 6.0
"""Simulated minutes of a turn."""
REPEATS, MOST_TURNS = 4, 40
"""Turns of a simulation, at least and at most."""
LEAST_SECONDS = 6.0
"""Shorter measurements take more turns."""
HERE = Path(__file__).resolve()


def turns(simulations: Sequence, repeats: int = REPEATS) -> list[float]:
    """Seconds per simulated hour of each simulation: the quickest of its turns, taken in rotation.

    At least so many turns, and more where they are short: some seconds of measuring outlast a burst of other work.
    """
    best, begin = [float("inf")] * len(simulations), time.perf_counter()
    for turn in range(MOST_TURNS + 1):
        for at, simulation in enumerate(simulations):
            start = time.perf_counter()
            simulation.run(simulation.time + TURN)
            taken = time.perf_counter() - start
            if turn:
                best[at] = min(best[at], taken * 60.0 / TURN)
        if turn >= repeats and time.perf_counter() - begin > LEAST_SECONDS:
            break
    return best


def by_cells(largest: int, *, flat: bool = False) -> None:
    """Time against the number of cells; the largest run alone, to keep memory low."""
    from tissue_scene import scene

    counts = [
        n for n in (1_000, 10_000, 100_000, 1_000_000) if n <= (min(largest, 100_000) if flat else largest)
    ]
    print(f"\n{'disc' if flat else 'ball'}: time against the number of cells (one factor, all threads)")
    print(
        "     cells    voxels  s per simulated hour  of which per cell, relative to 10,000  cells x steps / s"
    )
    times = {n: turns([scene(n, flat=flat)], 2 if n > 100_000 else REPEATS)[0] for n in counts}
    reference = times.get(10_000, times[counts[0]] * 10_000 / counts[0]) / 10_000
    for n, taken in times.items():
        voxels = _voxels(n, flat)
        print(f"{n:10,d} {voxels:9,d} {taken:21.2f} {taken / n / reference:38.2f} {n * 600 / taken:18.2e}")


def _voxels(count: int, flat: bool) -> int:
    from tissue_scene import half_width

    across = round(2 * half_width(count, flat) / 20.0)
    return int(across**2 if flat else across**3)


def by_threads(count: int = 100_000) -> None:
    """Time against the number of threads."""
    from tissue_scene import scene

    most = os.cpu_count() or 1
    numbers = sorted({1, 2, most} & set(range(1, most + 1)))
    print(f"\nthreads ({count:,} cells)\n   threads  s per simulated hour  times as fast as one")
    for scheme in ("default", "physicell"):
        times = turns([scene(count, scheme=scheme, threads=n) for n in numbers], 2)
        for n, taken in zip(numbers, times, strict=True):
            print(f"{n:10d} {taken:21.2f} {times[0] / taken:21.2f}   {scheme}")


def by_scheme(counts: Sequence[int] = (1_000, 10_000, 100_000)) -> None:
    """Time of the two schemes."""
    from tissue_scene import scene

    print("\nschemes: s per simulated hour\n     cells   default  physicell  ratio")
    for n in counts:
        ours, theirs = turns([scene(n, scheme=scheme) for scheme in ("default", "physicell")], 2)
        print(f"{n:10,d} {ours:9.2f} {theirs:10.2f} {theirs / ours:6.1f}")


def by_factors(count: int = 10_000) -> None:
    """Time against the number of factors."""
    from tissue_scene import scene

    print(f"\nfactors ({count:,} cells, 125,000 voxels)\n   factors  s per simulated hour  ratio to one")
    for scheme in ("default", "physicell"):
        one, five = turns([scene(count, factor_count=n, scheme=scheme) for n in (1, 5)], 2)
        print(f"         1 {one:21.2f} {1.0:13.2f}   {scheme}")
        print(f"         5 {five:21.2f} {five / one:13.2f}   {scheme}")


# ---- memory and start-up, each in a process of its own -----------------------------------------------------------


def memory() -> None:
    """Bytes per cell, per voxel and per voxel and factor, from differences between processes."""
    few, many = _resident(100_000, 1, 1000.0), _resident(400_000, 1, 1000.0)
    small, five = _resident(1_000, 1, 500.0), _resident(1_000, 5, 1000.0)
    large = _resident(1_000, 1, 1000.0)
    print(
        "\nmemory after 6 simulated minutes (resident set, and its peak, of processes that differ in one number)"
    )
    rows = (
        ("bytes per cell", few, many, 300_000),
        ("bytes per voxel with one factor", small, large, 1_000_000 - 125_000),
        ("bytes per voxel and further factor", large, five, 4_000_000),
    )
    print(f"{'':36}{'resident':>9}{'peak':>9}")
    for name, less, more, number in rows:
        resident, peak = ((b - a) / number for a, b in zip(less, more, strict=True))
        print(f"{name:36}{resident:9.0f}{peak:9.0f}")
    print(f"{'whole process, 1,000 cells in 1 mm3':36}{small[0] / 1e6:6.0f} MB{small[1] / 1e6:6.0f} MB")


def _resident(count: int, factor_count: int, half: float) -> tuple[int, int]:
    """Bytes in memory, now and at most, of a process after one turn of a ball."""
    for _ in range(2):  # the first may compile, which takes memory too
        now, most = _child("memory", count, factor_count, half)
    return int(now), int(most)


def _child_memory(count: str, factor_count: str, half: str) -> None:
    from tissue_scene import scene

    simulation = scene(int(count), factor_count=int(factor_count), half=float(half)).run(TURN)
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    print(*(1024 * int(fields[name].split()[0]) for name in ("VmRSS", "VmHWM")))
    assert simulation.cells.count  # still in memory when it was measured


def start_up(cold: bool) -> None:
    """Seconds from starting Python to the end of the first step of 10,000 cells."""
    print(
        "\nstart-up (s): 10,000 cells\n                            import  building  first step   whole process"
    )
    _child("start")  # the cache exists from here on
    _print_start("kernels cached", min((_timed_start() for _ in range(3)), key=lambda times: times[-1]))
    if cold:
        with tempfile.TemporaryDirectory() as folder:
            _print_start("empty cache (cold)", _timed_start(PAGET_CACHE_DIR=folder))


def _print_start(name: str, times: Sequence[float]) -> None:
    print(f"{name:24}" + "".join(f"{value:11.2f}" for value in times[:3]) + f"{times[3]:16.2f}")


def _timed_start(**environment: str) -> list[float]:
    begin = time.perf_counter()
    answer = _child("start", **environment)
    return [float(part) for part in answer] + [time.perf_counter() - begin]


def _child_start() -> None:
    begin = time.perf_counter()
    from tissue_scene import scene

    imported = time.perf_counter()
    simulation = scene(10_000)
    built = time.perf_counter()
    simulation.run(simulation.definition.steps.mechanics)
    print(imported - begin, built - imported, time.perf_counter() - built)


CHILDREN: dict[str, Callable[..., None]] = {"memory": _child_memory, "start": _child_start}


def _child(what: str, *arguments: object, **environment: str) -> list[str]:
    """Run a part of this script in a fresh process and return the words it prints."""
    command = [sys.executable, str(HERE), "--child", what, *map(str, arguments)]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env=dict(os.environ) | environment
    )
    return done.stdout.split()


def main() -> None:
    """Print the tables that are asked for."""
    if sys.argv[1:2] == ["--child"]:
        CHILDREN[sys.argv[2]](*sys.argv[3:])
        return
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    tables = ("cells", "disc", "threads", "schemes", "factors", "memory", "start")
    parser.add_argument("--only", nargs="+", choices=tables, default=tables)
    parser.add_argument("--largest", type=float, default=1e6, help="most cells of a scene")
    parser.add_argument("--cold", action="store_true", help="start-up with an empty kernel cache as well")
    parser.add_argument("--physicell", type=Path, help="a PhysiCell program to run by turns with Paget")
    parser.add_argument("--settings", type=Path, nargs="+", default=[], help="settings files for it")
    parser.add_argument("--minutes", type=float, default=6.0, help="simulated minutes of such a run")
    parser.add_argument("--repeats", type=int, default=3, help="turns of such a run")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="threads of both in such a run")
    options = parser.parse_args()
    if options.physicell:
        from side_by_side import compare

        compare(options.physicell, options.settings, options.minutes, options.repeats, options.threads)
        return
    largest = int(options.largest)
    runs: dict[str, Callable[[], None]] = {
        "cells": lambda: by_cells(largest),
        "disc": lambda: by_cells(largest, flat=True),
        "threads": lambda: by_threads(min(largest, 100_000)),
        "schemes": lambda: by_scheme([n for n in (1_000, 10_000, 100_000) if n <= largest]),
        "factors": by_factors,
        "memory": memory,
        "start": lambda: start_up(options.cold),
    }
    print(f"{os.cpu_count()} processors; load before: {os.getloadavg()[0]:.1f}")
    for name in options.only:
        runs[name]()
    print(f"\nload after: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
