"""The whole catalog at a glance, and the vocabulary."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from paget.model.english.words import bullets, section, source_lines
from paget.model.names import FOLDERS
from paget.model.vocabulary import Term
from paget.model.walking import numbers

if TYPE_CHECKING:
    from paget.model.catalog import Catalog

_ORDER = (
    "trial",
    "scene",
    "tumour",
    "host",
    "drug",
    "mechanism",
    "cell-type",
    "factor",
    "receptor",
    "population",
    "result",
)


def describe_catalog(catalog: Catalog) -> list[str]:
    """What Paget knows: every item with its title, and how well its numbers are known."""
    quantities = [q for item in catalog.items() for _, q in numbers(item, "")]
    kinds = Counter(quantity.kind for quantity in quantities)
    lines = [
        "# The model",
        "",
        "Biology is written as rules in mechanisms: a signal that a cell senses increases or decreases what "
        "it does. A tumour in a host, with all mechanisms that are not left out, is a model; a trial runs it "
        "in arms of animals.",
        "",
        f"The catalog holds {len(quantities)} numbers: "
        + ", ".join(f"{kinds[kind]} {kind}" for kind in ("measured", "derived", "fitted", "assumed"))
        + ". `paget describe NAME` tells more about any of the following.",
        "",
    ]
    for kind in _ORDER:
        items = catalog.of_kind(kind)
        title = FOLDERS[kind].replace("-", " ").capitalize()
        lines += section(
            title, bullets(f"{name}: {items[name].title}".rstrip(": ") for name in sorted(items))
        )
    for name in ("signals", "behaviours"):
        terms: dict[str, Term] = getattr(catalog.vocabulary, name)
        lines += section(name.capitalize(), bullets(f"{text} [{term.unit}]" for text, term in terms.items()))
    return [*lines, *source_lines(quantities, catalog.references)]


def describe_term(name: str, section_name: str, term: Term) -> list[str]:
    """A signal or behaviour of the vocabulary."""
    return [
        f"# {section_name[:-1].capitalize()}: {name}",
        "",
        f"Unit: {term.unit}.",
        "",
        *bullets(
            f"{engine} engine, {meaning.meaning}: {meaning.text}."
            for engine, meaning in (("host", term.host), ("tissue", term.tissue))
        ),
        "",
    ]
