"""The hash of a job: everything that decides the numbers is in it, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from paget.tissue.definition import Factor, Rule, Steps

CHANGES = {
    "diffusion": {"factors": (Factor("oxygen", 1e5 + 1e-9, 0.1),)},
    "rule": {"rules": (Rule("macrophage", "pressure", True, "apoptosis", 1.0, 1.0, 0.1),)},
    "limits": {"limits": {("macrophage", "apoptosis"): (0.0, 1.0)}},
    "step": {"steps": Steps(phenotype=5.0)},
    "walls": {"walls": False},
}


@pytest.mark.parametrize("change", CHANGES)
def test_any_number_of_the_definition_is_in_the_hash(make_job, change):
    job = make_job()
    assert (
        replace(job, definition=replace(job.definition, **CHANGES[change])).model_hash() != job.model_hash()
    )


def test_the_same_definition_has_the_same_hash(make_job):
    assert make_job().model_hash() == make_job(population=None, until=3.0, name="other").model_hash()


@pytest.mark.parametrize("change", [{"scheme": "physicell"}, {"biology_hash": "x"}])
def test_scheme_and_biology_are_in_the_hash(make_job, change):
    assert make_job(**change).model_hash() != make_job().model_hash()


@pytest.mark.parametrize(
    "change", [{"until": 11.0}, {"inputs": {"scene.toml": b"test"}}, {"table_every": 2.0}, {"outputs": ()}]
)
def test_the_design_says_what_was_asked_for(make_job, change):
    assert make_job(**change).design() != make_job().design()


def test_arrays_count_with_all_their_bits(make_job):
    a, b = (
        make_job(facts={}, definition=replace(make_job().definition, custom={"x": np.array([v])}))
        for v in (0.1, 0.1 + 1e-18)
    )
    assert a.model_hash() == b.model_hash()  # the sum is 0.1
    c = make_job(definition=replace(make_job().definition, custom={"x": np.array([np.nextafter(0.1, 1)])}))
    assert c.model_hash() != a.model_hash()
