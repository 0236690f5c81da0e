"""The endpoints that a trial may name: what is read, in which unit, and what kind of number it is.

This is the vocabulary of measurements; how each one is taken, with its error and its limit of detection, is in
`paget.assays`. A name in braces is a placeholder: `{site}` for an organ of the host, `{cell type}` for a cell type,
`{factor}` for a factor.
An endpoint that is read from the lesions of an organ can be asked for *size-matched*: its name followed by
`, size-matched` and a volume of the primary (`at_volume`) at whose first passage the lesions are looked at.

To add an endpoint: one row here, one function in `paget.assays`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

SIZE_MATCHED = ", size-matched"
"""What ends the name of an endpoint that is read when the primary reaches a volume."""

PRIMARY_SITE = "mammary fat pad"
"""Where the primary grows, and the default site of endpoints that are read from the primary."""


@dataclass(frozen=True)
class Endpoint:
    """One endpoint of the vocabulary."""

    name: str
    """As a trial file writes it; may hold one placeholder."""
    unit: str
    """Unit of a reading; "1" for a number without unit."""
    kind: str
    """"continuous", "count", "fraction" or "survival": it decides the test that `auto` stands for."""
    text: str
    """One sentence: what is measured."""
    site: str = ""
    """Site that is read; "" for blood or the whole animal."""
    terminal: bool = True
    """True where the animal has to die for the reading, so that it can be taken once only."""
    of_lesions: bool = False
    """True where it is read from the lesions of an organ, and so may be size-matched."""
    settings: tuple[str, ...] = ()
    """Which of the optional keys of an assay in a trial file mean something here."""
    pattern: str = ""
    """Name of its row in the table below; set, like the next, when an endpoint has been found by name."""
    filling: str = ""
    """What stands in for the placeholder: a site, a cell type or a factor."""
    expands: bool = False
    """True where the name alone stands for one endpoint per cell type present."""

    @property
    def is_pattern(self) -> bool:
        """True where the name holds a placeholder."""
        return "{" in self.name


_PRIMARY = PRIMARY_SITE

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "primary volume", "mm^3", "continuous",
        "caliper volume of the primary: length times width squared, halved",
        _PRIMARY, terminal=False, settings=("error",),
    ),
    Endpoint(
        "bioluminescence", "photon/s", "continuous",
        "light of living tumour cells anywhere in the animal, with background; depth is not corrected for",
        terminal=False, settings=("error",),
    ),
    Endpoint(
        "body weight", "g", "continuous", "weight of the animal, tumour included",
        terminal=False, settings=("error",),
    ),
    Endpoint(
        "blood neutrophils", "cell/mL", "continuous", "neutrophil count of a small blood sample",
        terminal=False, settings=("error",),
    ),
    Endpoint(
        "Ki-67 index", "%", "fraction",
        "share of tumour cells of the primary that stain for Ki-67: in the cycle, or arrested in mitosis",
        _PRIMARY, settings=("hours_after_last_dose",),
    ),
    Endpoint(
        "receptor-positive cells", "%", "fraction",
        "share of tumour cells of the primary whose activated receptor stains above threshold",
        _PRIMARY, settings=("receptors", "threshold"),
    ),
    Endpoint(
        "composition", "%", "fraction",
        "share of each cell type among the living cells of the primary, by flow cytometry",
        _PRIMARY, expands=True, settings=("error",),
    ),
    Endpoint(
        "composition: {cell type}", "%", "fraction",
        "share of this cell type among the living cells of the primary, by flow cytometry", _PRIMARY,
        settings=("error",),
    ),
    Endpoint(
        "collagen alignment", "1", "fraction",
        "order of the collagen fibres of the primary in images, 0 random to 1 parallel", _PRIMARY,
        settings=("error",),
    ),
    Endpoint(
        "level of {factor}", "nM", "continuous",
        "level of the factor in the interstitial fluid of the primary, by ELISA", _PRIMARY,
        settings=("error",),
    ),
    Endpoint(
        "plasma level of {factor}", "nM", "continuous",
        "free level of the factor in plasma, by ELISA of a small blood sample", terminal=False,
        settings=("error",),
    ),
    Endpoint(
        "damaged tumour cells", "%", "fraction",
        "share of tumour cells of the primary that are damaged by a drug and still alive, by stain", _PRIMARY,
        settings=("hours_after_last_dose",),
    ),
    Endpoint(
        "{site} foci", "count", "count",
        "number of separate metastases seen in sections of the organ, each counted once", of_lesions=True,
        settings=("sections",),
    ),
    Endpoint(
        "metastatic area", "%", "fraction",
        "share of the area of the lung sections that is metastasis", "lung", of_lesions=True,
        settings=("site", "sections", "error"),
    ),
    Endpoint(
        "{site} burden", "mm^3", "continuous",
        "volume of all metastases of the organ, by imaging or from tumour DNA", of_lesions=True,
        settings=("error",),
    ),
    Endpoint(
        "{site} metastasis size", "um", "continuous",
        "mean diameter of the metastases seen in sections of the organ, as the sections show them",
        of_lesions=True, settings=("sections",),
    ),
    Endpoint(
        "{site} metastases", "count", "count",
        "number of metastases seen in the whole organ, cleared and imaged", of_lesions=True,
    ),
    Endpoint(
        "{site} metastases from single cells", "count", "count",
        "of the metastases seen in the whole organ, those founded by a tumour cell that came alone, by lineage marks",
        of_lesions=True,
    ),
    Endpoint(
        "{site} metastases from clusters", "count", "count",
        "the same, founded by a cluster of tumour cells", of_lesions=True,
    ),
    Endpoint(
        "{site} metastases from mixed clusters", "count", "count",
        "the same, founded by tumour cells that came with a partner", of_lesions=True,
    ),
    Endpoint(
        "living cells in {site}", "cell", "count",
        "living tumour cells of the organ, in vessels, at rest and in metastases, of the dissociated organ",
        settings=("error",),
    ),
    Endpoint(
        "residual tumour cells", "cell", "count",
        "living tumour cells of the dissociated primary, scaled up from an aliquot", _PRIMARY,
        settings=("error",),
    ),
    Endpoint(
        "CTC per mL", "1/mL", "continuous",
        "aggregates with tumour cells (single cells and clusters) found per volume of a terminal blood draw",
        settings=("draw_volume",),
    ),
    Endpoint(
        "CTC clusters per mL", "1/mL", "continuous",
        "aggregates of two and more tumour cells found per volume of a terminal blood draw",
        settings=("draw_volume",),
    ),
    Endpoint(
        "CTC cluster size", "cell", "continuous",
        "mean number of tumour cells in the clusters of a terminal blood draw", settings=("draw_volume",),
    ),
    Endpoint(
        "CTC with partner: {cell type}", "1/mL", "continuous",
        "aggregates that travel with a cell of this type, per volume of a terminal blood draw",
        settings=("draw_volume",),
    ),
    Endpoint(
        "survival", "day", "survival",
        "time to death or humane kill; animals alive at the end of the study are censored",
    ),
)  # fmt: skip


def endpoint_names(
    sites: Iterable[str] = ("lung",), cell_types: Iterable[str] = (), factors: Iterable[str] = ()
) -> Iterator[str]:
    """All names that a trial may write, placeholders filled: for messages such as "did you mean"."""
    fillings = _fillings(sites, cell_types, factors)
    for endpoint in ENDPOINTS:
        names = [endpoint.name]
        for placeholder, fills in fillings.items():
            if placeholder in endpoint.name:
                names = [endpoint.name.replace(placeholder, fill) for fill in fills]
        yield from names
        if endpoint.of_lesions:
            yield from (name + SIZE_MATCHED for name in names)


def is_size_matched(name: str) -> bool:
    """Whether the name asks for a reading at a volume of the primary."""
    return name.endswith(SIZE_MATCHED)


def _fillings(
    sites: Iterable[str], cell_types: Iterable[str], factors: Iterable[str]
) -> dict[str, list[str]]:
    """What each placeholder may stand for."""
    return {
        "{site}": [site for site in sites if site != PRIMARY_SITE],
        "{cell type}": list(cell_types),
        "{factor}": list(factors),
    }


def find_endpoint(
    name: str, sites: Iterable[str], cell_types: Iterable[str], factors: Iterable[str] = ()
) -> Endpoint | None:
    """The endpoint that a name asks for, with placeholder and site filled in; None where there is no such endpoint.

    sites: the host's sites; cell_types, factors: names of those of the catalog.
    """
    plain = name.removesuffix(SIZE_MATCHED)
    known = _fillings(sites, cell_types, factors)
    for endpoint in ENDPOINTS:
        if is_size_matched(name) and not endpoint.of_lesions:
            continue
        if endpoint.name == plain:
            return replace(endpoint, name=name, pattern=endpoint.name)
        if filling := _filling(endpoint.name, plain, known):
            site = filling if "{site}" in endpoint.name else endpoint.site
            return replace(endpoint, name=name, site=site, pattern=endpoint.name, filling=filling)
    return None


def _filling(pattern: str, name: str, known: dict[str, list[str]]) -> str:
    """What stands where the pattern has its placeholder, if that is a known name; else ""."""
    found = re.search(r"\{[a-z ]+\}", pattern)
    if found is None:
        return ""
    before, after = pattern[: found.start()], pattern[found.end() :]
    filling = name[len(before) : len(name) - len(after)]
    fits = name == before + filling + after and filling in known.get(found.group(), [])
    return filling if fits else ""
