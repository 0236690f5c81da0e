"""`paget lint`: what is wrong with a catalog although it loads."""

from __future__ import annotations

import json as json_format
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from paget.cli.options import ProjectOption, json_file_option

if TYPE_CHECKING:
    from paget.analysis.lint import Finding


def lint(
    project: ProjectOption = None,
    json: Annotated[
        Path | None, json_file_option("Write the findings to this file; - for the terminal.")
    ] = None,
) -> None:
    """Look for what is useless or missing in a catalog that loads.

    Numbers that nothing reads, rules without an effect, references that are incomplete or uncited, fitted numbers that
    name no result, drugs without kinetics in a species, trials without a card, cell types and factors that nobody
    makes. The exit code is 1 when something is found.
    """
    from paget.analysis.lint import CHECKS, lint
    from paget.model import load_catalog

    findings = lint(load_catalog(project))
    if json is not None:
        text = json_format.dumps([finding.as_dict() for finding in findings], indent=2) + "\n"
        sys.stdout.write(text) if str(json) == "-" else json.write_text(text, encoding="utf-8")
    if str(json) != "-":
        typer.echo(_told(findings, len(CHECKS)))
    raise typer.Exit(1 if findings else 0)


def _told(findings: list[Finding], checks: int) -> str:
    if not findings:
        return f"{checks} checks, nothing found."
    counts = ", ".join(f"{name} {count}" for name, count in Counter(f.check for f in findings).items())
    return "\n".join([*map(str, findings), f"{len(findings)} found: {counts}."])
