"""The unknown numbers of a model, scaled to 0..1, with a name and a group for each.

Unknown are the fitted and assumed numbers with a range: those that parameter draws vary. 0 and 1 are the ends of the
range, or of a part of it around the central value (`span`); in between, numbers above zero go by their logarithm.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from paget.model import Catalog, Model
from paget.model.names import FOLDERS, attribute, slug
from paget.model.quantity import Quantity
from paget.trial.subjects import UNCERTAIN_KINDS, Values

Titles = dict[tuple[str, str], str]
"""Names of the items of the catalog by folder and file."""
_PASSED_OVER = {
    "behaviours",
    "rules",
    "dissemination",
    "kinetics",
    "sites",
    "cell_types",
    "receptors",
    "ligands",
}


@dataclass(frozen=True)
class Parameter:
    """One unknown number."""

    path: str
    """Its name in the whole model."""
    label: str
    """Its name for readers."""
    group: str
    """Mechanism, or part of the model, that it belongs to."""
    kind: str
    """fitted or assumed."""
    central: float
    """Central value [canonical unit]."""
    low: float
    """Value at 0 [canonical unit]."""
    high: float
    """Value at 1 [canonical unit]."""
    unit: str
    """Canonical unit."""

    def at(self, share: float) -> float:
        """The value at a share of the way from low to high."""
        if self.low > 0.0:
            return math.exp(math.log(self.low) + share * (math.log(self.high) - math.log(self.low)))
        return self.low + share * (self.high - self.low)


def parameters_of(model: Model, catalog: Catalog, span: float) -> list[Parameter]:
    """All unknown numbers of a model, in its order; `span`: part of each range that is used, around the centre."""
    titles = {(FOLDERS[kind], slug(name)): name for kind in FOLDERS for name in _names(catalog, kind)}
    return [_parameter(quantity, span, titles) for quantity in model.quantities() if is_unknown(quantity)]


def _names(catalog: Catalog, kind: str) -> list[str]:
    return list(getattr(catalog, attribute(kind), {}))


def is_unknown(quantity: Quantity) -> bool:
    """Whether parameter draws vary this number."""
    return quantity.canonical_range is not None and quantity.kind in UNCERTAIN_KINDS


def _parameter(quantity: Quantity, span: float, titles: Titles) -> Parameter:
    assert quantity.canonical_range is not None
    central, by_log = quantity.canonical, quantity.canonical_range[0] > 0.0
    low, high = (_part_way(central, end, span, by_log) for end in quantity.canonical_range)
    parts = quantity.path.split("/")
    label, group = label_of(parts, titles), group_of(parts, titles)
    return Parameter(quantity.path, label, group, quantity.kind, central, low, high, quantity.canonical_unit)


def _part_way(central: float, end: float, span: float, by_log: bool) -> float:
    """The value `span` of the way from the centre to an end of the range."""
    if span == 1.0:
        return end
    return central * (end / central) ** span if by_log else central + span * (end - central)


def group_of(parts: Sequence[str], titles: Titles) -> str:
    """Mechanism of a path, or the part of the model."""
    folder, item = parts[0], titles.get((parts[0], parts[1]), parts[1])
    if folder == "mechanisms":
        return item
    if folder == "tumours":
        return "tumour: dissemination" if "dissemination" in parts else "tumour"
    named = {"hosts": "host", "factors": "factors", "receptors": "receptors", "cell-types": "cell types"}
    return f"drug {item}" if folder == "drugs" else named.get(folder, folder)


def label_of(parts: Sequence[str], titles: Titles) -> str:
    """A path for readers: 'py230: waking', 'IGF axis: tumour cell: IGF1R activity increases ..., half maximum'."""
    item = titles.get((parts[0], parts[1]), parts[1])
    rest = [part.replace("_", " ") for part in parts[2:] if part not in _PASSED_OVER]
    if len(rest) > 1 and rest[-1] == "base":
        rest.pop()
    return f"{item}: {', '.join(rest)}" if rest else item


def values_at(parameters: Sequence[Parameter], point: npt.NDArray[np.float64]) -> Values:
    """The numbers by path at a point of the unit cube."""
    return {p.path: p.at(float(share)) for p, share in zip(parameters, point, strict=True)}
