"""What a trial gives: its tables, how it was made, and ways to look at it."""

from __future__ import annotations

import logging
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paget.errors import PagetError
from paget.formats.tables import FRAMES
from paget.model.trial_design import TrialDesign

if TYPE_CHECKING:
    import pandas as pd

    from paget.model import Model
    from paget.model.endpoints import Endpoint
    from paget.trial.cohort import Cohort
    from paget.trial.frames import Outcomes

logger = logging.getLogger("paget")


class TrialResult:
    """A simulated trial. Tables are made when they are first asked for.

    All p values describe a simulated experiment of this size, in these simulated mice, under these assumptions.
    """

    def __init__(self, design: TrialDesign, provenance: dict[str, Any], out: Path | None = None) -> None:
        self.design = design
        """The trial, with the seed, animals and draws that were used."""
        self.provenance = provenance
        """Versions, seed, hashes, command, time: see `paget.provenance`."""
        self.out = out
        """Folder of the results, None for a run in memory."""
        self._outcomes: Outcomes | None = None
        self._read: dict[str, pd.DataFrame] = {}
        self._model: Model | None = None

    @classmethod
    def of(cls, cohort: Cohort, outcomes: Outcomes, provenance: dict[str, Any]) -> TrialResult:
        """The result of a run."""
        result = cls(cohort.design, {**provenance, "screening": outcomes.screening()})
        result._outcomes = outcomes
        result._model = cohort.model_of(0)
        return result

    @classmethod
    def read(cls, folder: Path | str) -> TrialResult:
        """The result in a run folder; PagetError if it is not one, or not complete."""
        from paget.formats.run_folder import read_provenance
        from paget.formats.tables import read_tables

        folder = Path(folder)
        provenance = read_provenance(folder)
        if provenance is None:
            raise PagetError("not a folder of results (it has no provenance.json)", file=folder)
        result = cls(TrialDesign.model_validate(provenance["design"]), provenance, folder)
        result._read = read_tables(folder)
        return result

    # ---- tables ------------------------------------------------------------------------------------------------------

    @cached_property
    def measurements(self) -> pd.DataFrame:
        """Every reading of every assay: arm, animal, draw, endpoint, day, matching ("day" or "size"), value, unit."""
        return self._table("measurements")

    @cached_property
    def endpoints(self) -> pd.DataFrame:
        """The readout of every animal: arm, animal, draw, endpoint, day, value (NaN where lost), unit, note."""
        return self._table("endpoints")

    @cached_property
    def contrasts(self) -> pd.DataFrame:
        """Every comparison of two arms, declared or exploratory; columns as in `paget.trial.contrasts`."""
        if "contrasts" in self._read:
            return self._read["contrasts"]
        from paget.trial.contrasts import analyse

        frames = {"endpoints": self.endpoints, "survival": self.survival}
        return analyse(frames, self.design, self.kinds)

    @cached_property
    def survival(self) -> pd.DataFrame:
        """When and why animals left: arm, animal, draw, day (NaN if never enrolled), event, cause."""
        return self._table("survival")

    @cached_property
    def funnel(self) -> pd.DataFrame:
        """The cascade: arm, animal, draw, site, step, aggregate, count."""
        return self._table("funnel")

    @cached_property
    def series(self) -> pd.DataFrame:
        """The engine's own daily state, without errors: arm, animal, draw, day, variable, value, unit."""
        return self._table("series")

    @cached_property
    def lesions(self) -> pd.DataFrame:
        """Every metastasis at the listed times: arm, animal, draw, day, matching, site, tumour_cells, volume (mm3),
        diameter (um), founder_cells, aggregate (kind that founded it), partner."""
        return self._table("lesions")

    @cached_property
    def passages(self) -> pd.DataFrame:
        """What aggregates met in blood: arm, animal, draw, aggregate, step, count."""
        return self._table("passages")

    @cached_property
    def blood(self) -> pd.DataFrame:
        """Aggregates in the whole blood at exit: arm, animal, draw, cells, partner, count."""
        return self._table("blood")

    def to_frames(self) -> dict[str, pd.DataFrame]:
        """All tables by name."""
        return {name: getattr(self, name) for name in FRAMES}

    def _table(self, name: str) -> pd.DataFrame:
        if self._outcomes is None:
            return self._read[name]
        made_by = {"endpoints": "readouts"}.get(name, name)
        frame: pd.DataFrame = getattr(self._outcomes, made_by)()
        return frame

    # ---- what it is about --------------------------------------------------------------------------------------------

    @property
    def kinds(self) -> dict[str, str]:
        """Kind of each endpoint ("count", "fraction", "survival") where its unit does not tell."""
        return {name: e.kind for name, e in self._found_endpoints().items() if e.kind != "continuous"}

    def _found_endpoints(self) -> dict[str, Endpoint]:
        """The endpoints that were read, by name."""
        from paget.model.endpoints import find_endpoint

        sites, cell_types = list(self.model.host.sites), list(self.model.cell_types)
        names = map(str, self.endpoints["endpoint"].unique())
        found = {name: find_endpoint(name, sites, cell_types, self.model.factors) for name in names}
        return {name: endpoint for name, endpoint in found.items() if endpoint is not None}

    @property
    def model(self) -> Model:
        """The model of the first arm; for a result that was read, resolved again from the catalog of today."""
        if self._model is None:
            self._model = self._resolved()
        return self._model

    def _resolved(self) -> Model:
        from paget.model import load_catalog, model_hash, resolve

        design, arm = self.design, self.design.arms[0]
        catalog = load_catalog(self.provenance.get("project"))
        model = resolve(catalog, design.tumour, design.host, design.without, arm.edits, design.drugs())
        if self.provenance.get("models", {}).get(arm.name) != model_hash(model):
            logger.warning("the catalog has changed since this run; its model is described as it is today")
        return model

    def assay_parameters(self) -> list[dict[str, Any]]:
        """Errors and limits of the assays of this trial, as rows like those of `paget.model.parameter_table`."""
        from paget.assays import assay_numbers

        found = self._found_endpoints()
        patterns = {endpoint.pattern for endpoint in found.values()}
        return [row for row in assay_numbers() if row["endpoint"] in patterns]

    def summary(self) -> dict[str, Any]:
        """The numbers that others ask for first, ready for JSON; the same as summary.json."""
        from paget.formats.summary import summary

        return summary(self)

    # ---- looking at it -----------------------------------------------------------------------------------------------

    def plot(self, kind: str = "growth", ax: Any = None, **options: Any) -> Any:
        """Draw a figure of the report, by name; returns the matplotlib axes."""
        import importlib

        # The report stands above this room and reads results only: it is looked up by name, not imported at load time.
        return importlib.import_module("paget.report").plot(self, kind, ax=ax, **options)

    def __repr__(self) -> str:
        return self._text()

    def _repr_html_(self) -> str:
        return self._declared().to_html(index=False, float_format=lambda x: f"{x:.3g}", border=0)

    def _text(self) -> str:
        design = self.design
        animals = ", ".join(f"{arm.name} ({design.animals_in(arm)})" for arm in design.arms)
        head = [
            f"{design.title or design.name}: simulated mice, seed {design.seed}, {design.draws} parameter draws",
            f"arms (animals): {animals}",
        ]
        screened = [f"{arm} {row['candidates']}" for arm, row in self.provenance.get("screening", {}).items()]
        head.append(f"candidates screened: {', '.join(screened)}")
        table = self._declared()
        if len(table):
            head.append(table.to_string(index=False, float_format=lambda x: f"{x:.3g}"))
        return "\n".join(
            [*head, "In these simulated mice, under these assumptions. Not for clinical decisions."]
        )

    def _declared(self) -> pd.DataFrame:
        columns = ["endpoint", "arm", "reference", "effect_name", "effect", "low", "high", "p_holm"]
        table = self.contrasts
        return table.loc[table["declared"].astype(bool), columns]
