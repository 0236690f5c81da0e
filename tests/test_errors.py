"""The message of an error: what, where, found, allowed, did you mean."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paget.errors import PagetError, did_you_mean


@pytest.mark.parametrize(
    "parts, message",
    [
        ({}, "wrong"),
        ({"file": "a.toml"}, "a.toml: wrong"),
        ({"file": "a.toml", "line": 3, "key": "x.y"}, "a.toml:3: x.y: wrong"),
        ({"found": 3}, "wrong (found 3)"),
        ({"found": "b"}, "wrong (found 'b')"),
        ({"found": "b", "allowed": ["c", "d"]}, "wrong (found 'b'; allowed: c, d)"),
        ({"allowed": []}, "wrong (allowed: none)"),
        ({"allowed": "any text"}, "wrong (allowed: any text)"),
        ({"suggestion": "c"}, "wrong. Did you mean 'c'?"),
        (
            {"file": "a", "line": 1, "key": "k", "found": "b", "allowed": ("c",), "suggestion": "c"},
            "a:1: k: wrong (found 'b'; allowed: c). Did you mean 'c'?",
        ),
    ],
)
def test_message(parts: dict[str, object], message: str) -> None:
    assert str(PagetError("wrong", **parts)) == message  # type: ignore[arg-type]


def test_long_lists_and_values_are_cut() -> None:
    message = str(PagetError("wrong", found="x" * 1000, allowed=range(100)))
    assert "and 88 more" in message
    assert len(message) < 400


def test_it_survives_pickling() -> None:
    error = PagetError("wrong", file="a", line=1, key="k", found="b", allowed=["c"], suggestion="c")
    copy = pickle.loads(pickle.dumps(error))
    assert str(copy) == str(error)
    assert (copy.file, copy.line, copy.allowed) == ("a", 1, ("c",))


@pytest.mark.parametrize(
    "name, near",
    [
        ("Paclitaxol", "paclitaxel"),
        ("PACLITAXEL", "paclitaxel"),
        ("igf axis", "IGF-axis"),
        ("igf_axis", "IGF-axis"),
        ("xyz", None),
        ("", None),
    ],
)
def test_did_you_mean(name: str, near: str | None) -> None:
    assert did_you_mean(name, ["paclitaxel", "IGF-axis", "macrophage"]) == near


@given(st.text(), st.lists(st.text(), max_size=5))
def test_did_you_mean_gives_a_candidate_or_none(name: str, candidates: list[str]) -> None:
    assert did_you_mean(name, candidates) in (None, *candidates)
