"""`paget circulation DIR`: what the animals of a finished trial had in their blood, and what it became."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from paget.cli.options import JsonOption
from paget.cli.study import check_json, write_json_file


def circulation(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a finished trial.")],
    site: Annotated[
        str | None,
        typer.Option(
            "--site", metavar="NAME", help="Metastases that count for the potency [default: all organs]."
        ),
    ] = None,
    json: JsonOption = None,
) -> None:
    """Show cluster events, partners, passages through capillary beds, and the potency of clusters, arm by arm.

    Reads a folder that `paget trial` has written; runs nothing.
    """
    check_json(json)
    from paget.analysis.circulation.of_trial import circulation_of_trial
    from paget.errors import PagetError, did_you_mean
    from paget.host.record import SITES
    from paget.report.circulation import circulation_json, circulation_text
    from paget.trial.result import TrialResult

    if site is not None and site not in SITES:
        raise PagetError(
            "unknown site", key="--site", found=site, allowed=SITES, suggestion=did_you_mean(site, SITES)
        )
    result = TrialResult.read(folder)
    tables = circulation_of_trial(result, site)
    write_json_file(json, circulation_json(tables, result.design.name))
    typer.echo(circulation_text(tables))
