"""`paget fit baseline`: all baselines with the whole catalog on, then frozen.

In this order: the law of growth from volumes of real animals (with `data`); the numbers of `baseline.toml` and the
crowding laws, together; paclitaxel alone; draws of blood from patients. No combination and no other intervention is
looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from paget.analysis.baseline import cytotoxic
from paget.analysis.baseline.crowding import FITTED as CROWDING
from paget.analysis.baseline.freezing import baseline_hash, freeze
from paget.analysis.baseline.growth import GROWTH_ROWS, fitted_growth
from paget.analysis.baseline.patients import fitted_populations
from paget.analysis.baseline.solve import Met, Tell, compare, reference_mice, solve
from paget.analysis.baseline.targets import Baseline, check_paths, read_baseline
from paget.analysis.baseline.writing import Fitted, in_file_unit, rounded, write_numbers
from paget.analysis.untreated import Mouse
from paget.model import Catalog, load_catalog
from paget.model.catalog import BUILT_IN

DRUGS = (cytotoxic.DRUG,)
"""Drugs that are fitted alone."""


@dataclass(frozen=True)
class BaselineFit:
    """What a fit gave."""

    baseline: Baseline
    """What was wanted."""
    before: list[Met]
    """Targets before the fit."""
    after: list[Met]
    """Targets after it."""
    fitted: list[Fitted]
    """Every number that was fitted."""
    paclitaxel: dict[float, tuple[float, float]]
    """Volume treated over control by dose (mg/kg): wanted, found."""
    growth: dict[str, tuple[float, float]]
    """Largest deviation of the median untreated animal from the law of its tumour, days 14 to 38, by tumour: lowest,
    highest ratio."""


def fit_baseline(
    catalog: Catalog, data: Path | None = None, tell: Tell | None = None, cytotoxics: bool = True
) -> BaselineFit:
    """Fit all baselines of a catalog. PagetError for a baseline or data that cannot be used."""
    say: Callable[[str], None] = tell or (lambda text: None)
    baseline = read_baseline(catalog)
    mice = reference_mice(baseline, catalog, DRUGS)
    check_paths(baseline, {path for mouse in mice.values() for path in mouse.paths})
    law = fitted_growth(data, catalog, say) if data is not None else []
    before = compare(baseline, mice)
    for tumour, mouse in mice.items():
        own = {one.path: one.value for one in law if one.path in mouse.paths}
        mice[tumour] = mouse.with_values(own)
    mice = solve(baseline, mice, say)
    mice = {tumour: _rounded(mouse) for tumour, mouse in mice.items()}
    if cytotoxics:
        say("paclitaxel alone")
        treated = cytotoxic.calibrate(mice[cytotoxic.TUMOUR])
        mice = {tumour: _rounded(_given(mouse, treated)) for tumour, mouse in mice.items()}
    patients = fitted_populations(catalog, say)
    say("reading the fitted animals")
    return BaselineFit(
        baseline=baseline,
        before=before,
        after=compare(baseline, mice),
        fitted=[*law, *_fitted(baseline, mice, {one.path for one in law}), *patients],
        paclitaxel=cytotoxic.account(mice[cytotoxic.TUMOUR]) if cytotoxics else {},
        growth={tumour: _deviation(mouse) for tumour, mouse in mice.items()},
    )


def _deviation(mouse: Mouse) -> tuple[float, float]:
    from paget.analysis.baseline.crowding import deviation

    ratios = deviation(mouse)[14:39]
    return float(ratios.min()), float(ratios.max())


def _given(mouse: Mouse, treated: Mouse) -> Mouse:
    """The mouse with the drug's fitted numbers."""
    paths = cytotoxic.damage_paths(treated)
    return mouse.with_values({path: treated.number(path) for path in paths})


def _rounded(mouse: Mouse) -> Mouse:
    """The mouse with its fitted numbers as the files will state them."""
    values = {}
    for path, value in mouse.values.items():
        quantity = mouse.model.quantity(path)
        kept = rounded(in_file_unit(quantity, value))
        values[path] = kept * quantity.canonical / quantity.value if quantity.value else kept
    return mouse.with_values(values)


def _fitted(baseline: Baseline, mice: dict[str, Mouse], skip: set[str]) -> list[Fitted]:
    """All numbers that differ from the catalog's, each once."""
    rows, sources = _rows(baseline, mice)
    found: dict[str, Fitted] = {}
    for mouse in mice.values():
        for path, value in mouse.values.items():
            if path in found or path in skip:
                continue
            quantity = mouse.model.quantity(path)
            found[path] = Fitted(
                path=path,
                before=quantity.value,
                value=in_file_unit(quantity, value),
                unit=quantity.unit,
                rows=rows.get(path, ()),
                source=sources.get(path, ""),
            )
    return list(found.values())


def _rows(baseline: Baseline, mice: dict[str, Mouse]) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Rows and sources of the fitted numbers, by path."""
    rows: dict[str, tuple[str, ...]] = {}
    sources: dict[str, str] = {}
    for target in baseline.targets:
        for path in target.by:
            if target.rows and path not in rows:
                rows[path], sources[path] = tuple(target.rows), target.value.source
    for tumour, mouse in mice.items():
        if GROWTH_ROWS.get(tumour):
            for part in CROWDING:
                path = mouse.own(part)
                rows[path], sources[path] = GROWTH_ROWS[tumour], mouse.model.quantity(path).source
    for path in cytotoxic.damage_paths(mice[cytotoxic.TUMOUR]):
        rows[path] = cytotoxic.ROWS
        sources[path] = mice[cytotoxic.TUMOUR].model.quantity(path).source
    return rows, sources


def freeze_into(folder: Path, found: BaselineFit, catalog: Catalog) -> tuple[list[Path], str]:
    """Write the fitted catalog files into a project folder, or into the catalog itself, and freeze them.

    Returns the files and the hash. PagetError where it cannot be written.
    """
    files = write_numbers(found.fitted, catalog, folder)
    fitted = load_catalog(None if folder.resolve() == BUILT_IN else folder)
    frozen = freeze(folder, found.baseline, fitted, DRUGS, found.fitted, found.after)
    return [*files, frozen], baseline_hash(found.baseline, fitted, DRUGS)
