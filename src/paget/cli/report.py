"""`paget report DIR`: write the report of a finished run again, without simulating anything."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a finished run.")],
) -> None:
    """Write figures and report.html of a finished run again."""
    from paget.cli.trial import print_table
    from paget.report import write_report
    from paget.trial import load_result

    result = load_result(folder)
    write_report(result, folder)
    print_table(result)
    typer.echo(f"Report: {folder / 'report.html'}")
