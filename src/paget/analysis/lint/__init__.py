"""The linter of the catalog: what a reviewer would look for by hand, file by file.

A file that loads is well formed; what loads can still be useless. Each check is a function that reads the whole catalog
and yields findings with file, line and key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from paget.analysis.lint import drugs, names, numbers, orphans, references, rules, trials
from paget.analysis.lint.findings import Finding
from paget.model import Catalog

__all__ = ["CHECKS", "Finding", "lint"]

CHECKS: dict[str, Callable[[Catalog], Iterator[Finding]]] = {
    "ranges": numbers.check_ranges,
    "sources": numbers.check_sources,
    "fitted numbers": numbers.check_fitted,
    "unused numbers": numbers.check_unused,
    "unread behaviours": rules.check_behaviours_are_read,
    "rules": rules.check_rules_have_an_effect,
    "references": references.check_entries,
    "unused references": references.check_used,
    "citations": references.check_citations,
    "drugs": drugs.check_drugs,
    "orphans": orphans.check_orphans,
    "names": names.check_names,
    "trial cards": trials.check_cards,
}
"""All checks by name, in the order in which they are told."""


def lint(catalog: Catalog) -> list[Finding]:
    """Everything that is wrong with a catalog, sorted by file and line."""
    return sorted({finding for check in CHECKS.values() for finding in check(catalog)})
