"""`paget evidence` from the command line: rows as JSON, the page, and one message for a wrong id."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from paget.cli import main

NUMBER = {"type": ["number", "null"]}
PAIR = {"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2}
PART = {
    "type": "object",
    "required": [
        "name",
        "measure",
        "value",
        "between_animals",
        "from_parameters",
        "by_seed",
        "power",
        "draws",
    ],
    "properties": {"value": NUMBER, "between_animals": PAIR, "from_parameters": PAIR, "power": NUMBER},
}
ROWS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["id", "use", "observed", "simulated", "prior_pass_rate", "verdict", "reason", "counted"],
        "properties": {
            "id": {"type": "string"},
            "use": {"enum": ["fit", "built-in", "independent", "forecast"]},
            "observed": {"type": "object", "required": ["direction", "value", "low", "high", "seen"]},
            "simulated": {"anyOf": [{"type": "null"}, PART]},
            "prior_pass_rate": NUMBER,
            "prior_pass_interval": PAIR,
            "verdict": {"enum": ["agrees", "contradicts", "undecided", "not simulated"]},
        },
    },
}


@pytest.fixture(autouse=True)
def _own_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PAGET_PROJECT", raising=False)
    monkeypatch.chdir(tmp_path)


def test_rows_that_need_no_animals(capsys: pytest.CaptureFixture[str]) -> None:
    """Two rows that are read off the catalog, one that is not simulated: table, JSON and page."""
    ids = ["gonzalez2017-contact", "ctc-halflife", "conklin2011-tacs3"]
    assert main(["evidence", *ids, "--json", "out/rows.json", "--out", "page", "--quick"]) == 0
    shown = capsys.readouterr().out
    assert "fit, 1 rows: 1 agree" in shown
    assert "independent, 1 rows: 0 agree, 0 contradict, 0 undecided, 1 not simulated" in shown
    rows = json.loads(Path("out/rows.json").read_text())
    Draft202012Validator(ROWS).validate(rows)
    assert [row["id"] for row in rows] == ids
    contact = rows[0]
    assert contact["prior_pass_rate"] == 1.0
    assert contact["no_evidence"] is True
    assert rows[2]["simulated"] is None
    _check_page(Path("page/evidence.html").read_text(), ids)
    assert json.loads(Path("page/ledger.json").read_text())["rows"] == rows


def _check_page(page: str, ids: list[str]) -> None:
    """Self-contained: nothing is fetched; a figure for each simulated row."""
    assert page.count("<svg") == 2
    for name in ids:
        assert f'id="{name}"' in page
    assert "no evidence" in page
    fetched = re.findall(r'(?:src|href)="(?!#)([^"]*)"', page)
    assert not [link for link in fetched if not link.startswith("https://doi.org")]
    assert "not for clinical decisions" in page


def test_json_for_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evidence", "conklin2011-tacs3", "--json", "-"]) == 0
    rows = json.loads(capsys.readouterr().out)
    Draft202012Validator(ROWS).validate(rows)


def test_the_schema_catches_a_planted_fault() -> None:
    row = {
        "id": "x",
        "use": "fit",
        "observed": {},
        "simulated": None,
        "prior_pass_rate": None,
        "verdict": "maybe",
    }
    assert list(Draft202012Validator(ROWS).iter_errors([row]))


def test_a_wrong_id_is_one_message(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evidence", "conklin2011-tacs"]) == 2
    message = capsys.readouterr().err
    assert "Did you mean 'conklin2011-tacs3'?" in message
    assert "Traceback" not in message
