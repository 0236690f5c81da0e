"""A mechanism with words that few catalog files use: expression, collagen as a ligand, collagen of niches."""

from __future__ import annotations

from pathlib import Path

from paget.model import Catalog, load_catalog

ASSUMED = 'source = "assumed", kind = "assumed"'


def behaviour(cell_type: str, name: str, unit: str, base: float, minimum: float, maximum: float) -> str:
    """A behaviour as TOML."""
    lines = [f'[cell_types."{cell_type}".behaviours."{name}"]']
    for key, value in (("base", base), ("minimum", minimum), ("maximum", maximum)):
        lines.append(f'{key} = {{ value = {value}, unit = "{unit}", {ASSUMED} }}')
    return "\n".join(lines)


def receptor(cell_type: str, name: str, number: float = 1e4, internalisation: float = 20.0) -> str:
    """A receptor on a cell as TOML."""
    return (
        f'[cell_types."{cell_type}".receptors."{name}"]\n'
        f'number = {{ value = {number}, unit = "molecule/cell", {ASSUMED} }}\n'
        f'internalisation = {{ value = {internalisation}, unit = "1/day", {ASSUMED} }}'
    )


def rule(
    cell_type: str, signal: str, direction: str, name: str, half: float, unit: str = "1", power: float = 1.0
) -> str:
    """A rule as TOML."""
    return (
        f'[[rules]]\ncell_type = "{cell_type}"\nsignal = "{signal}"\ndirection = "{direction}"\nbehaviour = "{name}"\n'
        f'half_maximum = {{ value = {half}, unit = "{unit}", {ASSUMED} }}\n'
        f'power = {{ value = {power}, unit = "1", {ASSUMED} }}'
    )


COLLAGEN_RECEPTOR = f'collagen = {{ value = 2.0, unit = "1", {ASSUMED} }}'
MIXED_RECEPTOR = (
    f'collagen = {{ value = 4.0, unit = "1", {ASSUMED} }}\n'
    f'[ligands]\n"IGF-2" = {{ value = 3.0, unit = "nM", {ASSUMED} }}'
)

PARTS = (
    receptor("fibroblast", "COLR"),
    receptor("tumour cell", "MIXR"),
    receptor("fibroblast", "MIXR"),
    behaviour("tumour cell", "expression of IGF1R", "1", 1.0, 0.25, 4.0),
    behaviour("tumour cell", "expression of MIXR", "1", 1.0, 0.25, 4.0),
    behaviour("NK cell", "collagen digestion", "1/day", 0.1, 0.0, 1.0),
    rule("tumour cell", "IGF-1", "increases", "expression of IGF1R", 0.5, "nM", 2.0),
    rule("tumour cell", "cytotoxic exposure", "increases", "secretion of CSF-1", 1.0),
    rule("fibroblast", "COLR activity", "increases", "collagen alignment", 0.5),
    rule("fibroblast", "CSF-1", "increases", "collagen deposition", 0.05, "nM"),
)


KEPT = ("growth", "IGF axis", "immune killing", "macrophages", "words")
"""Mechanisms that models of these tests have."""


def catalog_with_words(folder: Path) -> Catalog:
    """The catalog with that mechanism, from a project made in `folder`."""
    for name, text in (("colr", COLLAGEN_RECEPTOR), ("mixr", MIXED_RECEPTOR)):
        path = folder / "receptors" / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            f'schema = "receptor/1"\nname = "{name.upper()}"\ntitle = "a receptor"\n{text}\n',
            encoding="utf-8",
        )
    path = folder / "mechanisms" / "words.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    head = 'schema = "mechanism/1"\nname = "words"\ntitle = "Words"\nsummary = "Words."'
    path.write_text("\n".join((head, *PARTS)) + "\n", encoding="utf-8")
    return load_catalog(folder)
