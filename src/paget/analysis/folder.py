"""The folder of a study: as that of a trial, with other tables. Nothing of another run is ever overwritten."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from paget.formats import run_folder
from paget.formats.tables import read_tables, write_frames
from paget.model import Catalog
from paget.provenance import collect, content_hash
from paget.trial.cohort import Cohort
from paget.trial.execution import hash_of_models

if TYPE_CHECKING:
    import pandas as pd

    from paget.formats.parts import PartStore

Frames = dict[str, "pd.DataFrame"]
Notes = dict[str, Any]
Work = Callable[["PartStore | None"], tuple[Frames, Notes]]
"""Does the study, keeping finished pieces in the store; returns its tables and what else is to be said."""
Finish = Callable[[Frames, Notes, Path], object]
"""Adds figures and pages to the folder of a finished study."""
Result = TypeVar("Result")
_NOTES = "study.json"


def provenance_of(
    what: str, cohort: Cohort, catalog: Catalog, settings: Mapping[str, Any], command: str | None
) -> dict[str, Any]:
    """Provenance of a study.

    what: its kind. cohort: the whole model. settings: everything else that decides its numbers, ready for JSON.
    """
    design = cohort.design.model_dump(mode="json", by_alias=True, exclude_none=True)
    return collect(
        seed=cohort.design.seed,
        model_hash=content_hash([what, hash_of_models(cohort)]),
        design={"study": what, **settings, "trial": design},
        command=command or "",
        project=None if catalog.project is None else str(catalog.project),
    )


def in_folder(
    out: Path | str | None,
    provenance: dict[str, Any],
    tables: tuple[str, ...],
    work: Work,
    finish: Finish | None,
) -> tuple[Frames, Notes]:
    """The tables and notes of a study, done in its folder, or read from it if it is finished.

    out: None keeps everything in memory. PagetError, and nothing touched, if the folder holds something else.
    """
    if out is None:
        return work(None)
    out = Path(out)
    run_folder.check_target(out, provenance)
    if run_folder.is_complete(out, provenance):
        return read_study(out, tables)
    from paget.formats.atomic import write_json

    with run_folder.RunFolder.open(out, provenance) as folder:
        frames, notes = work(folder.parts)
        write_frames(frames, folder.path)
        write_json(folder.path / _NOTES, notes)
        if finish is not None:
            finish(frames, notes, folder.path)
        folder.provenance["finished"] = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
        folder.finish()
    return frames, notes


def read_study(folder: Path, tables: tuple[str, ...]) -> tuple[Frames, Notes]:
    """Tables and notes of a finished study."""
    import json

    return read_tables(folder, tables), json.loads((folder / _NOTES).read_text(encoding="utf-8"))
