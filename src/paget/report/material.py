"""What a report needs beside the result: the model in English, its parameters, its references."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

KINDS = ("measured", "derived", "fitted", "assumed")
# Keys of references.bib that stand for "no publication".
NOT_PUBLICATIONS = frozenset({"assumed", "definition"})


@dataclass(frozen=True)
class Reference:
    """One entry of the list of references."""

    key: str
    text: str
    link: str


@dataclass(frozen=True)
class Material:
    """The texts and tables of a report that do not come from the animals."""

    model_text: str
    parameters: Sequence[Mapping[str, Any]]
    references: Sequence[Reference]
    bibtex: str

    def by_kind(self) -> list[tuple[str, list[Mapping[str, Any]]]]:
        """Parameters grouped by kind, best known first."""
        groups: dict[str, list[Mapping[str, Any]]] = {kind: [] for kind in KINDS}
        for row in self.parameters:
            groups.setdefault(str(row.get("kind", "")), []).append(row)
        return [(kind, rows) for kind, rows in groups.items() if rows]


def gather(
    result: Any,
    model_text: str | None = None,
    parameters: Sequence[Mapping[str, Any]] | None = None,
    references: Sequence[Any] | None = None,
    bibtex: str | None = None,
) -> Material:
    """The material as given; what was not given comes from the result's model."""
    model = getattr(result, "model", None) if None in (model_text, parameters, references, bibtex) else None
    if model is not None:
        from paget.model import describe_model, parameter_table
        from paget.model.references import bibliography

        keys = _used_keys(result, model)
        model_text = describe_model(model) if model_text is None else model_text
        parameters = _all_numbers(result, parameter_table(model)) if parameters is None else parameters
        references = [model.references[key] for key in keys] if references is None else references
        bibtex = bibliography(model.references, keys) if bibtex is None else bibtex
    return Material(
        _without_sources(model_text or ""),
        list(parameters or ()),
        [_reference(r) for r in references or ()],
        bibtex or "",
    )


def _all_numbers(result: Any, of_model: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Numbers of the model, then errors and limits of the assays."""
    assays = getattr(result, "assay_parameters", None)
    return [*of_model, *(assays() if assays is not None else ())]


def _used_keys(result: Any, model: Any) -> list[str]:
    """Publications that numbers in use name, and those that the trial resembles."""
    published = [key.strip() for key in (getattr(result.design, "published", None) or "").split(",")]
    keys = {*model.source_keys(), *(key for key in published if key in model.references)}
    return sorted(keys - NOT_PUBLICATIONS)


def _without_sources(text: str) -> str:
    """The model's own list of sources is dropped: the report has one."""
    return text.split("\n## Sources")[0].rstrip() + "\n" if text else ""


def _reference(entry: Any) -> Reference:
    """From a BibEntry or a mapping of BibTeX fields."""
    fields = entry if isinstance(entry, Mapping) else entry.fields
    key = str(fields.get("key", "") if isinstance(entry, Mapping) else entry.key)
    text = getattr(entry, "long", None) or _long(fields)
    doi, url = fields.get("doi", ""), fields.get("url", "")
    return Reference(key, str(text), f"https://doi.org/{doi}" if doi else str(url))


def _long(fields: Mapping[str, Any]) -> str:
    where = fields.get("journal") or fields.get("howpublished") or fields.get("publisher") or ""
    author = str(fields.get("author", "")).replace(" and ", "; ")
    doi = f"doi {fields['doi']}" if fields.get("doi") else ""
    parts = (author, fields.get("year", ""), fields.get("title", ""), where, doi, fields.get("note", ""))
    return ". ".join(str(part).rstrip(".") for part in parts if part) + "."
