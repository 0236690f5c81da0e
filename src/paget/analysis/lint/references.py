"""References: complete, with a DOI in its plain form, cited somewhere; and no citation without an entry."""

from __future__ import annotations

import re
from collections.abc import Iterator

from paget.analysis.lint.findings import Finding
from paget.analysis.lint.texts import folders_of, texts_of
from paget.model import Catalog
from paget.model.origin import displayed
from paget.model.references import BibEntry

NO_PUBLICATION = ("assumed", "definition")
"""Sources that stand for no publication."""

CITED_BY_CODE = ("percie-du-sert2020", "johnson2025", "ghaffarizadeh2018")
"""Entries that reports and documentation cite, whatever the model."""

NEEDED = {"article": ("author", "title", "journal", "year"), "misc": ("title", "howpublished")}
"""Fields that an entry of each type must have."""

DOI = re.compile(r"10\.\d{4,9}/[^\s{}]+")
LINK = re.compile(r"https?://|doi |PMID \d|PMC\d|Zenodo \d")
CITATION = re.compile(r"\b([A-Z][\w'-]+(?: [a-z]{2,3} [A-Z][\w-]+)?) ((?:19|20)\d\d)\b")
"""'Ireland 2018' in a note."""

BIB = "references.bib"


def check_entries(catalog: Catalog) -> Iterator[Finding]:
    """Every entry says who, what, where and when, and how to find it."""
    for entry in catalog.references.values():
        if entry.key not in NO_PUBLICATION:
            for what in _faults(entry):
                yield _at(entry, catalog, "references", what)


def _faults(entry: BibEntry) -> Iterator[str]:
    if entry.type not in NEEDED:
        yield f"an entry of type @{entry.type}: say @article or @misc"
    for field in NEEDED.get(entry.type, ()):
        if not entry.fields.get(field):
            yield f"has no {field}"
    if entry.type == "misc" and not (entry.authors or entry.fields.get("note")):
        yield "has no author, nor a note that says what was read"
    doi = entry.fields.get("doi")
    if doi is not None and not DOI.fullmatch(doi):
        yield f"the doi '{doi}' is not of the form 10.1234/abc"
    if doi is None and entry.type == "article" and not LINK.search(entry.fields.get("note", "")):
        yield "has no doi, nor a note with a PMID or an address"


def check_used(catalog: Catalog) -> Iterator[Finding]:
    """Every entry is the source of a number, or is cited by a trial, a result or a note."""
    words = " ".join(text.text for text in texts_of(catalog))
    named = set(re.findall(r"[\w-]+", words)) | {_key(match) for match in CITATION.finditer(words)}
    for key, entry in catalog.references.items():
        if key not in named and key not in CITED_BY_CODE and entry.short not in words:
            yield _at(entry, catalog, "unused references", "nothing in the catalog cites it")


def check_citations(catalog: Catalog) -> Iterator[Finding]:
    """'Ireland 2018' in a note, a summary or a comment stands for an entry."""
    shorts = {entry.short for entry in catalog.references.values()}
    for text in texts_of(catalog):
        for match in CITATION.finditer(text.text):
            if match.group() not in shorts and _key(match) not in catalog.references:
                what = f"cites '{match.group()}', which is no entry of {BIB}"
                yield Finding(text.file, text.line_of(match.start()), "", "citations", what)


def _key(match: re.Match[str]) -> str:
    """'Ireland 2018' as 'ireland2018': entries whose authors were not read are cited by their key."""
    return match.group(1).casefold().replace(" ", "-") + match.group(2)


def _at(entry: BibEntry, catalog: Catalog, check: str, what: str) -> Finding:
    file, line = _place(entry, catalog)
    return Finding(file, line, entry.key, check, what)


def _place(entry: BibEntry, catalog: Catalog) -> tuple[str, int]:
    for folder in reversed(folders_of(catalog)):
        path = folder / BIB
        if path.exists():
            before, found, _ = path.read_text(encoding="utf-8").partition(entry.text)
            if found:
                return displayed(path), before.count("\n") + 1
    return BIB, 1
