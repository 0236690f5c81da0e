"""Provenance: complete, JSON, and an identity that changes exactly with what decides the bits."""

from __future__ import annotations

import json

import pytest

from paget._version import __version__
from paget.provenance import DECIDING, collect, content_hash, differences, identity

RUN = {"seed": 7, "model_hash": "abc", "design": {"name": "t", "arms": ["a", "b"]}}


def test_it_is_json_and_says_what_ran():
    found = json.loads(json.dumps(collect(**RUN, command=["paget", "trial", "t"], workers=2)))
    assert found["paget"] == __version__
    assert found["command"] == "paget trial t"
    assert found["workers"] == 2
    assert found["started"].endswith("+00:00")
    assert {"python", "numpy", "numba", "scipy"} <= set(found["numeric_versions"])
    assert "not installed" not in found["numeric_versions"].values()


def test_command_time_and_workers_do_not_change_the_identity():
    one = collect(**RUN, command="first", workers=1)
    other = {**collect(**RUN, command="second", workers=8), "started": "2020-01-01T00:00:00+00:00"}
    assert identity(one) == identity(other)
    assert differences(one, other) == []


@pytest.mark.parametrize("part", DECIDING)
def test_every_deciding_part_changes_the_identity_and_is_named(part):
    one = collect(**RUN)
    other = {**one, part: "something else"}
    assert identity(one) != identity(other)
    assert len(differences(one, other)) == 1


def test_hash_ignores_the_order_of_keys_only():
    assert content_hash({"a": 1, "b": [1, 2]}) == content_hash({"b": [1, 2], "a": 1})
    assert content_hash({"a": 1, "b": [1, 2]}) != content_hash({"a": 1, "b": [2, 1]})
