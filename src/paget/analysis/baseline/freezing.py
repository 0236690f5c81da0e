"""The frozen baseline: fitted numbers under a hash of the models they were fitted in.

Interventions are compared with published ones only after that. `differences` says whether a catalog is still the one
that was frozen: a number that was changed by hand, or a rule that was added since, asks for a new fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from paget.analysis.baseline.solve import Met
from paget.analysis.baseline.targets import Baseline
from paget.analysis.baseline.writing import Fitted, rounded
from paget.formats.atomic import write_text, writing_to
from paget.model import Catalog, model_hash, resolve
from paget.model.catalog import BUILT_IN
from paget.model.quantity import Entry
from paget.model.reading import check_schema, parse, read_toml
from paget.model.walking import numbers
from paget.provenance import content_hash

FILE = "baseline-frozen.toml"


class FrozenNumber(Entry):
    """A number that the fit decided."""

    path: str
    """Path in the model."""
    value: float
    """Value, in `unit`."""
    unit: str
    """Unit."""
    rows: list[str] = Field(default_factory=list)
    """Published results that it was fitted to; none where its target is assumed."""


class FrozenTarget(Entry):
    """A target, and how near the fit came."""

    target: str
    """Which."""
    wanted: float
    """In canonical units."""
    found: float
    """In the same unit."""


class Frozen(Entry):
    """A frozen baseline."""

    schema_: Literal["frozen-baseline/1"] = Field(alias="schema")
    """`frozen-baseline/1`."""
    hash: Annotated[str, Field(min_length=64, max_length=64)]
    """Hash of the reference models."""
    numbers: list[FrozenNumber] = Field(default_factory=list)
    """Fitted numbers."""
    targets: list[FrozenTarget] = Field(default_factory=list)
    """Targets."""


def baseline_hash(baseline: Baseline, catalog: Catalog, drugs: Sequence[str]) -> str:
    """Hash of the reference models with the drugs that were fitted alone, as 64 hex digits."""
    models = [
        model_hash(resolve(catalog, reference.tumour, reference.host, drugs=list(drugs)))
        for reference in baseline.references
    ]
    return content_hash(models)


def freeze(
    folder: Path,
    baseline: Baseline,
    catalog: Catalog,
    drugs: Sequence[str],
    fitted: Iterable[Fitted],
    met: Iterable[Met],
) -> Path:
    """Write the frozen baseline of a catalog that holds the fitted numbers already."""
    lines = [
        'schema = "frozen-baseline/1"',
        "",
        "# Written by `paget fit baseline`. The hash is that of the reference models with these numbers in them.",
        f'hash = "{baseline_hash(baseline, catalog, drugs)}"',
    ]
    for number in sorted(fitted, key=lambda one: one.path):
        rows = ", ".join(f'"{row}"' for row in number.rows)
        lines += [
            "",
            "[[numbers]]",
            f'path = "{number.path}"',
            f"value = {rounded(number.value)!r}",
            f'unit = "{number.unit}"',
            f"rows = [{rows}]",
        ]
    for one in met:
        lines += [
            "",
            "[[targets]]",
            f'target = "{one.target.path_key}"',
            f"wanted = {rounded(one.wanted)!r}",
            f"found = {rounded(one.found)!r}",
        ]
    with writing_to(folder):
        return write_text(folder / FILE, "\n".join(lines) + "\n")


def read_frozen(catalog: Catalog) -> Frozen | None:
    """The frozen baseline of a catalog (of its project folder first); None if it was never fitted."""
    for folder in (catalog.project, BUILT_IN):
        if folder is not None and (Path(folder) / FILE).exists():
            origin = read_toml(Path(folder) / FILE)
            check_schema(origin, "frozen-baseline")
            return parse(Frozen, origin)
    return None


def differences(baseline: Baseline, catalog: Catalog, drugs: Sequence[str]) -> list[str]:
    """In words, in what a catalog differs from its frozen baseline; empty where it is the frozen one."""
    frozen = read_frozen(catalog)
    if frozen is None:
        return ["the baseline of this catalog was never fitted"]
    held = {path: quantity for item in catalog.items() for path, quantity in numbers(item, item.path)}
    found = []
    for number in frozen.numbers:
        own = held.get(number.path)
        if own is None:
            found.append(f"{number.path}: no longer in the catalog")
        elif rounded(own.value) != rounded(number.value) or own.unit != number.unit:
            found.append(f"{number.path}: {own.value:g} {own.unit}, frozen at {number.value:g} {number.unit}")
    if not found and baseline_hash(baseline, catalog, drugs) != frozen.hash:
        found.append("rules or numbers of the reference models have changed since the fit")
    return found
