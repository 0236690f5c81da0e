"""A trial in the hands of a Python user: load it, check it, describe it, run it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paget.model import Catalog, load_catalog
from paget.model.trial_design import TrialDesign
from paget.trial.result import TrialResult


def load_trial(name: str | Path, project: Path | str | None = None) -> Trial:
    """A trial of the catalog, or a trial file.

    project: folder of your own catalog files, see `paget.load_catalog`.
    """
    from paget.model import load_trial_file

    catalog = load_catalog(project)
    return Trial(load_trial_file(name, catalog), catalog)


def load_result(folder: Path | str) -> TrialResult:
    """The result in a folder that `paget trial` or `Trial.run(out=...)` has written."""
    return TrialResult.read(folder)


@dataclass(frozen=True)
class Trial:
    """A design and the catalog that it speaks of."""

    design: TrialDesign
    catalog: Catalog

    def run(self, **options: Any) -> TrialResult:
        """Simulate and analyse it; options as in `paget.trial.run_trial` (seed, animals, draws, workers, out ...)."""
        from paget.trial.execution import run_trial

        return run_trial(self.design, self.catalog, **options)

    def check(self) -> None:
        """PagetError for the first thing that makes the trial impossible."""
        from paget.model import check_trial
        from paget.trial.cohort import Cohort

        check_trial(self.design, self.catalog)
        Cohort(self.design, self.catalog)

    def describe(self) -> str:
        """The trial in English (Markdown)."""
        from paget.model.english.trial import describe_trial

        lines = [f"# {self.design.title or self.design.name}", "", *describe_trial(self.design, self.catalog)]
        return "\n".join(lines).rstrip() + "\n"

    def __repr__(self) -> str:
        design = self.design
        arms = "\n".join(
            f"  {arm.name} ({design.animals_in(arm)} animals): {arm.describe()}" for arm in design.arms
        )
        assays = ", ".join(assay.describe() for assay in design.assays)
        return (
            f"Trial {design.name}: {design.title}\n"
            f"{design.tumour} in {design.host}, {design.duration.text}\n{arms}\nassays: {assays}"
        )
