"""The simulated animals of a ledger, by arm and reading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from paget.evidence.arms import ArmName, ArmPlan, model_of_arm
from paget.evidence.simulation import ArmRuns
from paget.model import Catalog, Model
from paget.model.endpoints import Endpoint, find_endpoint
from paget.model.readings import Reading
from paget.trial.subjects import Values, parameter_draw

FloatArray = npt.NDArray[np.float64]
Need = tuple[ArmName, Reading]


class Animals:
    """All runs of a ledger, and the catalog that they were made from."""

    def __init__(
        self,
        plans: Iterable[ArmPlan],
        runs: Mapping[ArmName, ArmRuns],
        catalog: Catalog,
        seed: int = 1,
        draws: int = 0,
        store: Path = Path(),
    ) -> None:
        """seed, draws: of the parameter draws. store: where runs are kept."""
        self.store = store
        self._columns = {plan.name: {r.key: i for i, r in enumerate(plan.readings)} for plan in plans}
        self._runs, self.catalog, self.seed, self.number_of_draws = runs, catalog, seed, draws

    def central(self, arm: ArmName, *readings: Reading) -> FloatArray:
        """Central parameters, shape (seeds, animals, readings)."""
        return self._runs[arm].central[..., self._places(arm, readings)]

    def draws(self, arm: ArmName, *readings: Reading) -> FloatArray:
        """Parameter draws, shape (draws, animals, readings)."""
        return self._runs[arm].draws[..., self._places(arm, readings)]

    def overgrown(self, arm: ArmName) -> int:
        """Animals of the central run that outgrew what can be simulated: they are left out."""
        return self._runs[arm].overgrown

    def _places(self, arm: ArmName, readings: Iterable[Reading]) -> list[int]:
        return [self._columns[arm][reading.key] for reading in readings]

    def kind(self, arm: ArmName, reading: Reading) -> str:
        """Kind of the numbers: "count", "fraction", "survival" or "continuous"."""
        if reading.funnel is not None or reading.blood is not None:
            return "count"
        endpoint = self._endpoint(arm, reading)
        return "continuous" if endpoint is None else endpoint.kind

    def unit(self, arm: ArmName, reading: Reading) -> str:
        """Unit of a reading; "1" where the engine's record states it."""
        endpoint = self._endpoint(arm, reading)
        return "1" if endpoint is None else endpoint.unit

    def _endpoint(self, arm: ArmName, reading: Reading) -> Endpoint | None:
        names = reading.endpoints()
        if not names:
            return None
        sites = list(self.catalog.hosts[self.catalog.trials[arm.trial].host].sites)
        return find_endpoint(names[0], sites, self.catalog.cell_types, self.catalog.factors)

    def model_of(self, arm: ArmName) -> Model:
        """The model of an arm."""
        return model_of_arm(arm, self.catalog)

    def values_of_draws(self, model: Model) -> list[Values]:
        """Numbers of the central run and of every parameter draw, by path: the same as those of the animals."""
        quantities = list(model.quantities())
        return [parameter_draw(quantities, self.seed, draw) for draw in range(self.number_of_draws + 1)]
