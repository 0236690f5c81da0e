"""Going on with a run that was interrupted, from its folder alone.

The job is built again from the copies of its input files. The run goes on only if that gives the same model, on the
same versions: otherwise its second half would not fit to the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from paget.errors import PagetError
from paget.formats.tissue_folder import INPUT, find_unfinished
from paget.provenance import differences, identity
from paget.runs.execution import provenance_of, run_tissue
from paget.runs.job import Job

Build = Callable[[Mapping[str, Any], Path], Job]
"""Builds a job from its recipe and the folder with the copies of its inputs."""

_BUILDERS = {
    "scene": ("paget.runs.scene_job", "job_of_recipe"),
    "physicell": ("paget.runs.physicell_job", "job_of_recipe"),
}
"""Module and function for each kind of recipe; imported when needed."""


def resume(folder: Path | str, **options: Any) -> Path:
    """Go on with the run in `DIR.partial` and return `DIR`; options as in `run_tissue`.

    Raises PagetError if there is no interrupted run, or if it was begun with another model or version.
    """
    job, target = job_of_folder(folder)
    return run_tissue(job, target, **options)


def job_of_folder(folder: Path | str) -> tuple[Job, Path]:
    """The job of an interrupted run, and the final name of its folder."""
    target, found = find_unfinished(folder)
    partial = target.with_name(target.name + ".partial")
    recipe = found.get("design", {}).get("recipe", {})
    if recipe.get("kind") not in _BUILDERS:
        raise PagetError(
            "a run of a kind that this version does not know", file=partial, found=recipe.get("kind"),
            allowed=list(_BUILDERS),
        )  # fmt: skip
    module, function = _BUILDERS[recipe["kind"]]
    build: Build = getattr(import_module(module), function)
    job = build(recipe, partial / INPUT)
    present = provenance_of(job)
    if identity(present) != identity(found):
        parts = ", ".join(differences(found, present))
        raise PagetError(
            f"the run was begun with another {parts}; it can be finished only where it was begun. "
            "Nothing was changed",
            file=partial,
        )
    return job, target
