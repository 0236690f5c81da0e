"""The ledger on real simulations: planted faults turn verdicts, runs are kept, and only what is touched runs again."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ledger_rows import CLUSTERS, SMALL

from paget.errors import PagetError
from paget.evidence import build_ledger, tallies
from paget.evidence.arms import ArmName, ArmPlan, model_of_arm
from paget.evidence.ledger import plans_for
from paget.evidence.reduction import reduced, reduced_hash
from paget.evidence.simulation import DAYS_KEPT, ArmRuns, Simulations, chunks_of
from paget.evidence.sizes import Effort
from paget.model import Catalog
from paget.model.readings import Reading

Edited = Callable[..., Catalog]


def ledger(catalog: Catalog, store: Path, *ids: str, **options: Any) -> list[Any]:
    return build_ledger(catalog, ids, effort=SMALL, store=store, workers=2, **options)


def flip(rule_of: str, signal: str, behaviour: str) -> dict[str, list[tuple[str, str]]]:
    """The rule of a mechanism with its direction turned round."""
    pattern = f'signal = "{signal}"\ndirection = "increases"\nbehaviour = "{behaviour}"'
    return {rule_of: [(pattern, pattern.replace("increases", "decreases"))]}


def test_a_flipped_rule_turns_the_verdict(edited: Edited, tmp_path: Path) -> None:
    right = ledger(edited({}, clusters=CLUSTERS), tmp_path / "store", "clusters")[0]
    assert right.verdict.word == "agrees"
    assert right.as_json()["simulated"]["value"] < 1.0
    turned = flip("mechanisms/plxnb2.toml", "PLXNB2 activity", "cohesion")
    wrong = ledger(edited(turned, clusters=CLUSTERS), tmp_path / "store", "clusters")[0]
    assert wrong.verdict.word == "contradicts"
    assert wrong.as_json()["simulated"]["value"] > 1.0


def test_runs_are_kept_and_give_the_same_row(edited: Edited, tmp_path: Path) -> None:
    catalog = edited({}, clusters=CLUSTERS)
    told: list[dict[str, Any]] = []
    first = ledger(catalog, tmp_path / "store", "clusters")[0].as_json()
    again = ledger(catalog, tmp_path / "store", "clusters", progress=told.append)[0].as_json()
    assert again == first
    subjects = [event for event in told if event["phase"] == "subjects"]
    assert subjects[0]["done"] == subjects[0]["total"] == 2 * (3 * 8 + 6)
    # Bits do not depend on kept runs, nor on the number of threads.
    fresh = build_ledger(catalog, ["clusters"], effort=SMALL, store=tmp_path / "other", workers=1)[
        0
    ].as_json()
    assert fresh == first


def test_a_lost_chunk_runs_again_and_nothing_else(edited: Edited, tmp_path: Path) -> None:
    catalog = edited({}, clusters=CLUSTERS)
    first = ledger(catalog, tmp_path / "store", "clusters")[0].as_json()
    parts = sorted((tmp_path / "store").glob("*/*.part"))
    assert len(parts) == 2 * (3 + 1)
    parts[0].unlink()
    parts[1].write_bytes(parts[1].read_bytes()[:-7])  # torn
    simulations = Simulations(catalog, SMALL, 1, tmp_path / "store")
    simulations.run(plans_for([catalog.results["clusters"]], catalog), 1)
    assert 0 < simulations.simulated < 2 * (3 * 8 + 6)
    assert ledger(catalog, tmp_path / "store", "clusters")[0].as_json() == first


def test_two_threads_keep_chunks_of_one_arm(edited: Edited, tmp_path: Path) -> None:
    """Planted: what another thread is writing at this moment lies in the arm's folder, and must stay there."""
    catalog = edited({})
    store = tmp_path / "store"
    ledger(catalog, store, "aceto2014-plakoglobin")
    halves = [folder / "other.part.1.tmp" for folder in store.iterdir()]
    for half in halves:
        half.write_bytes(b"half")
        next(half.parent.glob("*.part")).unlink()
    ledger(catalog, store, "aceto2014-plakoglobin")
    assert all(half.exists() for half in halves)


def test_ctrl_c_keeps_what_is_done(edited: Edited, tmp_path: Path) -> None:
    catalog = edited({}, clusters=CLUSTERS)

    def stop(event: dict[str, Any]) -> None:
        if event["phase"] == "subjects" and event["done"] > 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ledger(catalog, tmp_path / "store", "clusters", progress=stop)
    kept = len(list((tmp_path / "store").glob("*/*.part")))
    assert 0 < kept < 8
    simulations = Simulations(catalog, SMALL, 1, tmp_path / "store")
    simulations.run(plans_for([catalog.results["clusters"]], catalog), 1)
    assert simulations.simulated < 2 * (3 * 8 + 6)


def test_a_changed_mechanism_reruns_only_what_it_can_reach(edited: Edited) -> None:
    """T cells are not in SCID mice: PD-1 reaches the arms in C57BL/6 and not those in SCID. IGF reaches both."""
    plain = edited({})
    pd1 = edited(
        {"mechanisms/pd-1.toml": [(r"half_maximum = \{ value = 0.5", "half_maximum = { value = 0.4")]}
    )
    igf = edited(
        {"mechanisms/igf-axis.toml": [(r"half_maximum = \{ value = 1.0", "half_maximum = { value = 1.1")]}
    )
    competent, scid = ArmName("igf-paclitaxel", "control"), ArmName("plxnb2-loss", "control")
    readings = [Reading(endpoint="primary volume")]

    def touched(other: Catalog, arm: ArmName) -> bool:
        hashes = [reduced_hash(model_of_arm(arm, c), readings) for c in (plain, other)]
        return hashes[0] != hashes[1]

    assert (touched(pd1, competent), touched(pd1, scid)) == (True, False)
    assert (touched(igf, competent), touched(igf, scid)) == (True, True)


def test_a_drug_reaches_only_arms_that_are_given_it(edited: Edited) -> None:
    plain = edited({})
    other = edited(
        {"drugs/xentuzumab.toml": [(r"molar_mass = \{ value = [0-9.]+", "molar_mass = { value = 151000")]}
    )
    readings = [Reading(endpoint="lung foci")]
    for arm, touched in (("paclitaxel", False), ("paclitaxel + xentuzumab", True)):
        name = ArmName("igf-paclitaxel", arm)
        hashes = {reduced_hash(model_of_arm(name, c), readings) for c in (plain, other)}
        assert (len(hashes) == 2) is touched, arm


def test_what_is_left_out_changes_no_bit(edited: Edited, tmp_path: Path) -> None:
    """An arm whose reduced model is the same gives the same readings, though the catalog has changed."""
    plain = edited({})
    other = edited(
        {"mechanisms/pd-1.toml": [(r"half_maximum = \{ value = 0.5", "half_maximum = { value = 0.4")]}
    )
    plan = ArmPlan(
        ArmName("plxnb2-loss", "control"), (Reading(endpoint="lung foci"), Reading(state="primary volume"))
    )
    effort = Effort(animals=4, seeds=1, draws=2, animals_per_draw=1)
    runs = [
        Simulations(catalog, effort, 1, tmp_path / str(place)).run([plan], 1)[plan.name]
        for place, catalog in enumerate((plain, other))
    ]
    np.testing.assert_array_equal(runs[0].central, runs[1].central)
    np.testing.assert_array_equal(runs[0].draws, runs[1].draws)


STRESS = """schema = "mechanism/1"
name = "stress"
summary = "Cells under a drug shed less."

[[rules]]
cell_type = "tumour cell"
signal = "cytotoxic exposure"
direction = "decreases"
behaviour = "shedding"
half_maximum = { value = 1.0, unit = "1", source = "assumed", kind = "assumed" }
power = { value = 1.0, unit = "1", source = "assumed", kind = "assumed" }
"""


def test_a_rule_on_a_signal_that_stays_zero_is_dropped(edited: Edited, tmp_path: Path) -> None:
    """Without a cytotoxic drug its exposure is zero for ever: a mechanism that reads it reruns treated arms only."""
    plain, stressed = edited({}), edited({}, stress=STRESS, kind="mechanisms")
    readings = [Reading(endpoint="primary volume")]
    for arm, touched in (("control", False), ("xentuzumab", False), ("paclitaxel", True)):
        models = [model_of_arm(ArmName("igf-paclitaxel", arm), catalog) for catalog in (plain, stressed)]
        assert len(models[1].rules) == len(models[0].rules) + 1
        assert (len({reduced_hash(model, readings) for model in models}) == 2) is touched, arm


def test_rules_on_what_nobody_reads_are_dropped(catalog: Catalog) -> None:
    """PD-L1 has no reader in SCID mice: its rules go, and collagen goes unless a reading asks for it."""
    model = model_of_arm(ArmName("plxnb2-loss", "control"), catalog)
    small = reduced(model, [Reading(endpoint="primary volume")])
    assert "PD-L1" in model.factors
    assert "PD-L1" not in small.factors
    assert {rule.path_key for rule in small.rules} < {rule.path_key for rule in model.rules}
    level = reduced(model, [Reading(state="PD-L1")])
    assert "PD-L1" in level.factors


def test_arms_hold_the_same_animals(catalog: Catalog, tmp_path: Path) -> None:
    """Until a treatment starts no bit differs; under it volumes differ, and still go together."""
    readings = (Reading(state="primary volume", trial_day=8), Reading(endpoint="primary volume"))
    plans = [ArmPlan(ArmName("igf-paclitaxel", arm), readings) for arm in ("control", "paclitaxel")]
    effort = Effort(animals=16, seeds=2, draws=0, animals_per_draw=1)
    runs = Simulations(catalog, effort, 1, tmp_path).run(plans, 2)
    control, treated = (runs[plan.name].central for plan in plans)
    np.testing.assert_array_equal(control[..., 0], treated[..., 0])
    assert (control[..., 1] != treated[..., 1]).all()
    assert np.corrcoef(np.log(control[..., 1]).ravel(), np.log(treated[..., 1]).ravel())[0, 1] > 0.5
    assert (control[0] != control[1]).all()


def test_an_edit_belongs_to_the_key(catalog: Catalog) -> None:
    readings = [Reading(endpoint="lung foci")]
    arms = ("control", "PLXNB2 knock-out", "SEMA4C knock-out", "both")
    hashes = {reduced_hash(model_of_arm(ArmName("plxnb2-loss", arm), catalog), readings) for arm in arms}
    assert len(hashes) == 4


def test_rows_share_the_runs_of_an_arm(catalog: Catalog) -> None:
    """What is kept of an arm serves all rows, whichever is asked for."""
    one = plans_for([catalog.results["ireland2018-lung"]], catalog)
    both = plans_for([catalog.results[n] for n in ("ireland2018-lung", "ireland2018-proliferation")], catalog)
    assert one == both


def test_chunks_cover_every_animal_once() -> None:
    effort = Effort(animals=45, seeds=2, draws=19, animals_per_draw=3)
    plan = ArmPlan(ArmName("t", "a"), (), 5)
    seats = [
        (chunk.seed, draw, animal)
        for chunk in chunks_of(plan, effort, 7)
        for draw in chunk.draws
        for animal in chunk.animals
    ]
    assert len(seats) == len(set(seats)) == 2 * 45 + 19 * effort.per_draw(5)


def test_unknown_id(catalog: Catalog, tmp_path: Path) -> None:
    with pytest.raises(PagetError, match=r"unknown result.*Did you mean 'ireland2018-lung'"):
        ledger(catalog, tmp_path, "irland2018-lung")


def test_tallies_are_per_use_and_forecasts_are_not_counted(catalog: Catalog, tmp_path: Path) -> None:
    names = [name for name, result in catalog.results.items() if not result.counterpart]
    rows = ledger(catalog, tmp_path, *names)
    found = {tally["use"]: tally for tally in tallies(rows)}
    assert sum(tally["rows"] for tally in found.values()) == len(names)
    assert found["independent"]["not simulated"] == found["independent"]["rows"]
    assert all(tally["counted"] is (use != "forecast") for use, tally in found.items())


def test_runs_that_nobody_uses_are_removed(edited: Edited, tmp_path: Path) -> None:
    catalog, store = edited({}, clusters=CLUSTERS), tmp_path / "store"
    ledger(catalog, store, "clusters")
    used = set(store.iterdir())
    (store / "old").mkdir()
    long_ago = time.time() - (DAYS_KEPT + 1) * 86400.0
    for folder in store.iterdir():
        os.utime(folder, (long_ago, long_ago))
    ledger(catalog, store, "clusters")  # touches what it reads
    assert set(store.iterdir()) == used


def test_an_animal_that_outgrows_the_engine_is_told() -> None:
    """In the central run the row is then undecided; a parameter draw with one has no answer."""
    central = np.array([[[1.0], [np.inf]]])
    draws = np.array([[[1.0], [2.0]], [[np.inf], [3.0]]])
    runs = ArmRuns.of(central, draws)
    assert runs.overgrown == 1
    assert np.isnan(runs.central).sum() == 1
    assert np.isnan(runs.draws[1]).all()
    assert np.isfinite(runs.draws[0]).all()
