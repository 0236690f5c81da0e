"""Names: no two items that a reader could mistake for one another."""

from __future__ import annotations

from collections.abc import Iterator

from paget.analysis.lint.findings import Finding, finding
from paget.model import Catalog
from paget.model.names import Item, slug

NAMED_AFTER = ("mechanism", "trial", "scene", "result")
"""Kinds that may be named like what they are about: the mechanism 'PD-1' like the receptor."""


def check_names(catalog: Catalog) -> Iterator[Finding]:
    """A name stands for one thing: `paget describe NAME` must not have to choose."""
    seen: dict[str, Item] = {}
    titles: dict[tuple[str, str], Item] = {}
    for item in catalog.items():
        if item.kind in NAMED_AFTER:
            continue
        other = seen.setdefault(slug(item.name), item)
        if other is not item:
            what = f"the {other.kind} '{other.name}' has this name too, or the same but for case and signs"
            yield finding(item, ("name",), "names", what)
        twin = titles.setdefault((item.kind, item.title.casefold()), item)
        if item.title and twin is not item:
            yield finding(item, ("title",), "names", f"'{twin.name}' has the same title")
