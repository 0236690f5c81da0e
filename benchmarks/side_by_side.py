"""The same PhysiCell settings files run by a PhysiCell program and by Paget, by turns.

The program is one that the reader has built; it is given the path of a settings file, as PhysiCell's own programs are.
Both run in copies of the settings with fewer simulated minutes, the same number of threads and no output. What counts
is the time of the simulation itself, without reading and writing files: PhysiCell prints its own at the end, Paget's
is that of `Simulation.run`, after kernels have been loaded. Of all turns the quickest counts.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

SCHEMES = ("default", "physicell")
RUNTIME = re.compile(
    r"Total simulation runtime:\s*(\d+) days?, (\d+) hours?, (\d+) minutes?, and ([\d.e+-]+) seconds"
)


def compare(program: Path, settings: Sequence[Path], minutes: float, repeats: int, threads: int) -> None:
    """Print seconds per simulated hour of both, and how many times Paget is as fast."""
    print(f"{threads} threads, {minutes:g} simulated minutes, best of {repeats} turns; s per simulated hour")
    print(f"{'settings':28}{'PhysiCell':>10}{'Paget':>9}{'ratio':>7}{'  physicell scheme':>18}{'ratio':>7}")
    for file in settings:
        with tempfile.TemporaryDirectory() as name:
            copy = shortened(file, Path(name), minutes, threads)
            best = _best(program.resolve(), copy, minutes, repeats, threads)
        hours = minutes / 60.0
        theirs, ours, ours_split = (seconds / hours for seconds in best)
        print(
            f"{file.stem:28}{theirs:10.2f}{ours:9.3f}{theirs / ours:7.0f}{ours_split:18.3f}"
            f"{theirs / ours_split:7.0f}",
            flush=True,
        )


def shortened(file: Path, folder: Path, minutes: float, threads: int) -> Path:
    """A copy of a settings file and its neighbours in `folder` that runs so many minutes and writes nothing."""
    for neighbour in file.resolve().parent.iterdir():
        if neighbour.suffix in (".csv", ".mat", ".xml"):
            shutil.copy(neighbour, folder)
    (folder / "output").mkdir()
    text = (folder / file.name).read_text()
    step = float(_element(text, "dt_mechanics"))
    # PhysiCell takes the step that begins at the end too; half a step less, and both take as many.
    text = _replaced(text, "max_time", f"{minutes - step / 2:g}")
    text = _replaced(text, "omp_num_threads", str(threads))
    text = re.sub(r"(<save>.*?<folder>).*?(</folder>)", r"\1output\2", text, flags=re.DOTALL)
    (folder / file.name).write_text(re.sub(r"<enable>\s*true\s*</enable>", "<enable>false</enable>", text))
    return folder / file.name


def _element(text: str, name: str) -> str:
    found = re.search(rf"<{name}[^>]*>([^<]*)<", text)
    if found is None:
        raise SystemExit(f"the settings have no <{name}>")
    return found[1].strip()


def _replaced(text: str, name: str, value: str) -> str:
    _element(text, name)
    return re.sub(rf"(<{name}[^>]*>)[^<]*<", rf"\g<1>{value}<", text)


def _best(program: Path, settings: Path, minutes: float, repeats: int, threads: int) -> tuple[float, ...]:
    """Quickest seconds of PhysiCell and of Paget's two schemes."""
    for scheme in SCHEMES:  # kernels are loaded, or compiled, before anything is measured
        paget_seconds(settings, 0.2, scheme, threads)
    best = [float("inf")] * 3
    for _ in range(repeats):
        taken = [physicell_seconds(program, settings)]
        taken += [paget_seconds(settings, minutes, scheme, threads) for scheme in SCHEMES]
        best = [min(pair) for pair in zip(best, taken, strict=True)]
    return tuple(best)


def physicell_seconds(program: Path, settings: Path) -> float:
    """The run time that the program prints."""
    done = subprocess.run(
        [program, settings.name], cwd=settings.parent, capture_output=True, text=True, check=False
    )
    found = RUNTIME.search(done.stdout)
    if found is None:
        raise SystemExit(
            f"{program} printed no run time; it ended with:\n{(done.stdout + done.stderr)[-1000:]}"
        )
    days, hours, minutes, seconds = map(float, found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def paget_seconds(settings: Path, minutes: float, scheme: str, threads: int) -> float:
    """Seconds of `Simulation.run`."""
    from paget.formats.physicell.project import read_project
    from paget.tissue.simulation import Simulation

    project = read_project(settings)
    simulation = Simulation(
        project.definition, project.population, seed=project.seed, scheme=scheme, threads=threads
    )
    if project.levels is not None:
        simulation.fields.set_initial(project.levels)
    start = time.perf_counter()
    simulation.run(minutes)
    return time.perf_counter() - start
