"""Drugs in a subject: routes, lingering exposure, plasma ligands, two antibodies, neutrophils, weight, effects."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, stats

from paget.host.state import DOSED, LESIONS
from paget.host.treatment import advance_treatment, body_weight, dose_per_weight, give_dose, weight_lost
from paget.pharmacology import kinetics
from paget.pharmacology.plasma import EXPOSURE_NODES, bind_ligands


@pytest.fixture
def animal(black6, rest):
    """Tables that may be changed, a state before any dose, and index(name) of drugs and factors."""
    _, state = rest(black6)
    names = {name: place for group in (black6.drug_names, black6.factors) for place, name in enumerate(group)}
    return black6.record.copy()[0], state, names


def dose(tables, state, black6, drug: str, amount: float, route: str = "i.v.") -> None:
    give_dose(tables, state, black6.drug_names.index(drug), black6.routes.index(route), amount)


def pass_days(tables, state, days: float, dt: float = 0.25) -> None:
    for _ in range(round(days / dt)):
        advance_treatment(tables, state, dt)


# ---- doses and exposure ----------------------------------------------------------------------------------------------


def test_without_a_drug_nothing_changes(animal) -> None:
    tables, state, _ = animal
    before = {name: state[name].copy() for name in ("plasma_free", "plasma_total", "marrow", "modification")}
    pass_days(tables, state, 50)
    for name, values in before.items():
        assert state[name] == pytest.approx(values, rel=1e-12), name
    for name in ("capture", "antagonism", "depletion", "lingering", "lost_weight", "plasma_drug"):
        assert not state[name].any(), name
    assert state["count"][DOSED] == 0


ROUTES = [("paclitaxel", ("i.v.", "i.p.")), ("xentuzumab", ("i.v.", "i.p.", "s.c."))]


@pytest.mark.parametrize("drug, route", [(drug, route) for drug, routes in ROUTES for route in routes])
@pytest.mark.parametrize("dt", [0.25, 1.0])
def test_exposure_by_each_route(animal, black6, drug: str, route: str, dt: float) -> None:
    """The area under the plasma curve is bioavailability times dose over clearance, whatever the step."""
    tables, state, names = animal
    place, o = names[drug], black6.routes.index(route)
    dose(tables, state, black6, drug, 7.0, route)
    area = 0.0
    for _ in range(round(200 / dt)):
        advance_treatment(tables, state, dt)
        area += float(state["plasma_drug"][place]) * dt
    share = float(tables["drugs"]["bioavailability"][place, o])
    assert area == pytest.approx(share * 7.0 / float(tables["drugs"]["clearance"][place]), rel=1e-3)
    assert state["count"][DOSED] == 1


def test_doses_add_up(animal, black6) -> None:
    tables, state, names = animal
    dose(tables, state, black6, "xentuzumab", 5.0)
    dose(tables, state, black6, "xentuzumab", 10.0, "s.c.")
    amounts = state["amounts"][names["xentuzumab"]]
    assert amounts[kinetics.CENTRAL] == 5.0
    assert amounts[kinetics.DEPOT] == pytest.approx(7.0)  # bioavailability 0.7
    assert not state["amounts"][names["paclitaxel"]].any()


def test_lingering_exposure(animal, black6) -> None:
    """An i.v. dose of one compartment: L = C0 / (k - w) (e^-wt - e^-kt), read at the middle of each third of a step."""
    tables, state, names = animal
    drug = names["paclitaxel"]
    drugs = tables["drugs"]
    loss = float(drugs["clearance"][drug] / drugs["volume"][drug])
    washout = float(drugs["washout"][drug])
    dose(tables, state, black6, "paclitaxel", 20.0)
    start = 20.0 / float(drugs["volume"][drug])
    for step in range(12):
        advance_treatment(tables, state, 0.25)
        for node in range(EXPOSURE_NODES):
            t = 0.25 * (step + (node + 0.5) / EXPOSURE_NODES)
            expected = start / (loss - washout) * (math.exp(-washout * t) - math.exp(-loss * t))
            assert state["exposure"][drug, node] == pytest.approx(expected, rel=5e-3)
    assert state["lingering"][drug] == pytest.approx(
        start / (loss - washout) * math.exp(-3.0 * washout), rel=5e-3
    )


def test_what_is_left_of_a_drug_is_forgotten_in_the_end(animal, black6) -> None:
    tables, state, names = animal
    dose(tables, state, black6, "paclitaxel", 20.0)
    pass_days(tables, state, 60)
    assert not state["amounts"][names["paclitaxel"]].any()


# ---- plasma ligands --------------------------------------------------------------------------------------------------


def test_neutralised_ligand_piles_up_while_free_ligand_falls(animal, black6) -> None:
    """Under saturating antibody total IGF-1 rises about fourfold, IGF-2 by half; insulin is spared."""
    tables, state, names = animal
    igf1, igf2, insulin = (names[name] for name in ("IGF-1", "IGF-2", "insulin"))
    total, free = state["plasma_total"].copy(), state["plasma_free"].copy()
    for day in range(42):
        if day % 7 in (0, 3):
            dose(tables, state, black6, "xentuzumab", 100.0)
        pass_days(tables, state, 1)
    drugs, x = tables["drugs"], names["xentuzumab"]
    for ligand, rise in ((igf1, 4.0), (igf2, 1.5)):
        limit = float(tables["signalling"]["bound_clearance"][ligand] / drugs["complex_clearance"][x, ligand])
        assert limit == pytest.approx(rise, rel=0.01)
        assert state["plasma_total"][ligand] / total[ligand] == pytest.approx(rise, rel=0.03)
        assert state["plasma_free"][ligand] < 0.02 * free[ligand]
    assert state["plasma_free"][insulin] == free[insulin]
    assert state["plasma_total"][insulin] == total[insulin]
    pass_days(tables, state, 400)
    assert state["plasma_free"][igf1] == pytest.approx(free[igf1], rel=1e-3)
    assert state["plasma_total"][igf1] == pytest.approx(total[igf1], rel=1e-3)


def test_ligand_under_constant_antibody_against_an_ode(animal, black6) -> None:
    """The total relaxes to turnover off and on the antibody, with binding at equilibrium; SciPy integrates the same."""
    tables, state, names = animal
    x, igf1 = names["xentuzumab"], names["IGF-1"]
    tables["drugs"]["clearance"][x] = 0.0  # the level stays
    tables["drugs"]["distribution_clearance"][x] = 0.0
    for factor in range(4):
        if factor != igf1:
            tables["drugs"]["binding_affinity"][x, factor] = math.inf
    state["kinetics"][x, kinetics.CLEARANCE] = state["kinetics"][x, kinetics.EXCHANGE] = 0.0
    dose(tables, state, black6, "xentuzumab", 0.4)
    sites = 0.4 / float(tables["drugs"]["volume"][x]) * float(tables["drugs"]["binding_sites"][x])
    constant = float(tables["drugs"]["binding_affinity"][x, igf1])
    base, free = float(state["plasma_total"][igf1]), float(state["plasma_free"][igf1])
    buffer = base / free
    off, on = (
        float(tables["signalling"]["bound_clearance"][igf1]),
        float(tables["drugs"]["complex_clearance"][x, igf1]),
    )

    def held(total: float) -> float:
        """Ligand on the antibody: the smaller root of (sites - B)(T - B) = K buffer B."""
        b = sites + total + constant * buffer
        return 0.5 * (b - math.sqrt(b * b - 4.0 * sites * total))

    def slope(_, total):
        bound = held(total[0])
        return [off * base - off * (total[0] - bound) - on * bound]

    expected = integrate.solve_ivp(slope, (0.0, 6.0), [base], rtol=1e-9, atol=1e-9).y[0, -1]
    pass_days(tables, state, 6.0, dt=1 / 24)
    assert state["plasma_total"][igf1] == pytest.approx(expected, rel=5e-3)
    unbound = expected - held(expected)
    assert state["plasma_free"][igf1] == pytest.approx(unbound / buffer, rel=2e-2)
    assert 1.2 < expected / base < 3.9


def test_two_antibodies_are_one_of_twice_the_dose(animal, black6) -> None:
    """A second antibody with equal numbers, both at half the dose, leaves as much free ligand as one at full dose."""
    tables, _, names = animal
    x, other = names["xentuzumab"], names["paclitaxel"]
    for field in tables["drugs"].dtype.names:
        tables["drugs"][field][other] = tables["drugs"][field][x]
    results, factors = [], len(black6.factors)
    for share in (1.0, 0.5):
        _, state, _ = animal
        state["amounts"][:] = 0.0
        state["kinetics"][other] = state["kinetics"][x]
        state["plasma_total"][:] = tables["signalling"]["plasma_total"]
        state["plasma_free"][:] = tables["signalling"]["plasma_free"]
        state["free_sites"][:] = 0.0
        for drug in (x, other) if share < 1.0 else (x,):
            give_dose(tables, state, drug, black6.routes.index("i.v."), 20.0 * share)
        pass_days(tables, state, 5.0, dt=1 / 24)
        results.append(
            tuple(state[name][:factors].copy() for name in ("plasma_free", "plasma_total", "capture"))
        )
    for one, two in zip(*results, strict=True):
        assert two == pytest.approx(one, rel=1e-2)
    assert results[0][0][names["IGF-1"]] < 0.1 * tables["signalling"]["plasma_free"][names["IGF-1"]]


# ---- effects in tissue -----------------------------------------------------------------------------------------------


def test_capture_in_tissue(animal, black6) -> None:
    """Free sites in plasma x share that reaches tissue x on-rate, for the ligands that are bound."""
    tables, state, names = animal
    x = names["xentuzumab"]
    dose(tables, state, black6, "xentuzumab", 20.0)
    pass_days(tables, state, 1)
    drugs = tables["drugs"]
    expected = float(state["free_sites"][x]) * drugs["capture_share"][x, :4] * drugs["on_rate"][x, :4]
    assert state["capture"][:4] == pytest.approx(expected)
    assert drugs["on_rate"][x, names["IGF-1"]] == pytest.approx(1e5 * 86400 * 1e-9)
    assert state["capture"][names["insulin"]] == 0.0
    sites = float(state["plasma_drug"][x]) * 2 * 1e3 / 150.0
    assert 0.9 * sites < state["free_sites"][x] < sites


def test_modification_depletion_and_antagonism(animal, black6) -> None:
    """Half of the change at the half-maximal concentration; an antagonist or inhibitor by the active
    molar concentration over its constant."""
    tables, state, names = animal
    x, drugs = names["xentuzumab"], tables["drugs"]
    drugs["clearance"][x] = drugs["distribution_clearance"][x] = 0.0
    state["kinetics"][x, kinetics.CLEARANCE] = state["kinetics"][x, kinetics.EXCHANGE] = 0.0
    level = 10.0 / float(drugs["volume"][x])
    drugs["modification"][x, 3], drugs["modification_half"][x, 3] = 0.2, level
    drugs["depletion_rate"][x, 2], drugs["depletion_half"][x, 2] = 4.0, level / 3
    drugs["antagonism"][x, 1], drugs["antagonist_share"][x, 1] = (5.0, np.inf), 0.3
    drugs["inhibition"][x, 2], drugs["inhibitor_share"][x, 2] = 8.0, 0.1
    dose(tables, state, black6, "xentuzumab", 10.0)
    pass_days(tables, state, 1)
    assert state["plasma_drug"][x] == pytest.approx(level)
    assert state["modification"][3] == pytest.approx(0.6)
    assert state["modification"][4] == 1.0
    assert state["depletion"][2] == pytest.approx(3.0)
    molar = level * 1e6 / 150_000
    assert state["antagonism"][1, 0] == pytest.approx(0.3 * molar / 5.0)
    assert state["antagonism"][1, 1] == 0.0
    assert (state["antagonism"][0] == 0.0).all()
    assert state["inhibition"][2] == pytest.approx(0.1 * molar / 8.0)
    assert state["inhibition"][1] == 0.0


# ---- ligands that blood neutrophils clear ----------------------------------------------------------------------------


@pytest.mark.parametrize("neutrophils", [0.0, 0.1, 1.0, 4.0])
def test_a_ligand_relaxes_at_the_clearance_that_neutrophils_leave(animal, neutrophils: float) -> None:
    """From three times its level at rest to 1 / (1 + s (N - 1)) of it, at that many times its rate in health."""
    tables, state, names = animal
    ligand, other, share = names["G-CSF"], names["CSF-1"], 0.8
    tables["signalling"]["cleared_by_neutrophils"][ligand] = share
    rest, rate = (float(tables["signalling"][field][ligand]) for field in ("plasma_total", "bound_clearance"))
    untouched = float(state["plasma_free"][other])
    state["plasma_total"][ligand] = 3.0 * rest
    state["neutrophils"][0] = neutrophils
    bind_ligands(tables, state, 0.05)
    factor = 1.0 + share * (neutrophils - 1.0)
    expected = rest / factor + (3.0 - 1.0 / factor) * rest * math.exp(-rate * factor * 0.05)
    assert state["plasma_free"][ligand] == pytest.approx(expected, rel=1e-9)
    assert state["plasma_free"][other] == untouched


def test_g_csf_of_plasma_is_high_while_neutrophils_are_few(animal, black6) -> None:
    """As counted in patients and mice, one falls while the other rises; cells bring it down below health afterwards."""
    tables, state, names = animal
    rest = float(state["plasma_free"][names["G-CSF"]])
    dose(tables, state, black6, "cyclophosphamide", 200.0, "i.p.")
    blood, level = [], []
    for _ in range(30):
        pass_days(tables, state, 1)
        blood.append(float(state["marrow"][4]))
        level.append(float(state["plasma_free"][names["G-CSF"]]) / rest)
    assert max(level) > 5.0
    assert level[int(np.argmin(blood))] > 0.8 * max(level)
    assert min(level) < 0.7
    assert stats.spearmanr(blood, level).statistic < -0.9
    assert level[-1] == pytest.approx(1.0, abs=0.1)


def test_no_g_csf_piles_up_where_neutrophils_do_not_clear_it(animal, black6) -> None:
    tables, state, names = animal
    tables["signalling"]["cleared_by_neutrophils"][:] = 0.0
    rest = float(state["plasma_free"][names["G-CSF"]])
    dose(tables, state, black6, "cyclophosphamide", 200.0, "i.p.")
    pass_days(tables, state, 5)
    assert state["marrow"][4] < 0.2
    assert state["plasma_free"][names["G-CSF"]] == pytest.approx(rest, rel=1e-9)


# ---- neutrophils and weight ------------------------------------------------------------------------------------------


def test_blood_of_mice_under_cyclophosphamide(animal, black6) -> None:
    """150 mg/kg, and 100 mg/kg three days later (Zuluaga 2006): at most 10 neutrophils per mm3, back by day 10.

    The depth set the drug's suppression; the day of the recovery was predicted. They were as few on day 3 already: the
    model's last day of maturation is not hit by the drug, and empties later.
    """
    tables, state, _ = animal
    blood = [1.0]
    for day in range(30):
        for due, amount in ((0, 150.0), (3, 100.0)):
            if day == due:
                dose(tables, state, black6, "cyclophosphamide", amount, "i.p.")
        pass_days(tables, state, 1)
        blood.append(float(state["marrow"][4]))
    assert 0.005 < min(blood) < 0.02
    assert int(np.argmin(blood)) <= 7
    assert blood[10] > 0.8
    assert max(blood) > 1.5
    assert blood[-1] == pytest.approx(1.0, abs=0.1)


def test_neutrophils_fall_rebound_and_recover(animal, black6) -> None:
    tables, state, _ = animal
    dose(tables, state, black6, "paclitaxel", 20.0)
    days = []
    for _ in range(60):
        pass_days(tables, state, 1)
        days.append(float(state["marrow"][4]))
    nadir = int(np.argmin(days))
    assert 1 <= nadir <= 8
    assert days[nadir] < 0.9
    assert max(days[nadir:]) > 1.02
    assert days[-1] == pytest.approx(1.0, abs=0.02)


def test_more_drug_less_neutrophils(black6, rest) -> None:
    lowest = []
    for amount in (0.0, 10.0, 30.0):
        tables, state = rest(black6)
        dose(tables, state, black6, "paclitaxel", amount)
        blood = []
        for _ in range(40):
            pass_days(tables, state, 0.25)
            blood.append(float(state["marrow"][4]))
        lowest.append(min(blood))
    assert lowest[0] == pytest.approx(1.0)
    assert lowest[0] > lowest[1] > lowest[2]


def test_weight_lost_to_a_drug(animal, black6) -> None:
    """Loss is exposure times the drug's weight loss, and comes back at its rate."""
    tables, state, names = animal
    drug, drugs = names["paclitaxel"], tables["drugs"]
    dose(tables, state, black6, "paclitaxel", 15.0)
    pass_days(tables, state, 2)
    exposure = 15.0 / float(drugs["clearance"][drug])
    lost = float(drugs["weight_loss"][drug]) * exposure
    recovery = float(drugs["weight_recovery"][drug])
    assert state["lost_weight"][drug] == pytest.approx(lost * math.exp(-2 * recovery), rel=0.03)
    after = float(state["lost_weight"][drug])
    pass_days(tables, state, 10)
    assert state["lost_weight"][drug] == pytest.approx(after * math.exp(-10 * recovery), rel=1e-3)


def test_body_weight(animal) -> None:
    """A healthy animal gains; tumours of all sites and drugs take away; nobody weighs less than nothing."""
    tables, state, names = animal
    body = tables["body"]
    assert body_weight(tables, state, 0.0) == float(body["weight"])
    assert body_weight(tables, state, 30.0) == pytest.approx(
        float(body["weight"] * (1 + 30 * body["weight_gain"]))
    )
    state["count"][LESIONS] = 3
    state["volume"][:3] = (1000.0, 300.0, 200.0)
    state["lost_weight"][names["paclitaxel"]] = 0.1
    lost = 0.1 + 1500.0 * float(body["tumour_wasting"])
    assert weight_lost(tables, state) == pytest.approx(lost)
    assert body_weight(tables, state, 0.0) == pytest.approx(float(body["weight"]) * (1 - lost))
    state["volume"][0] = 1e9
    assert body_weight(tables, state, 0.0) == 0.0


def test_doses_follow_the_weight_on_the_day(animal) -> None:
    """Per weight as it is; per surface by Meeh's law; flat over the weight, of a mouse that has lost some too."""
    tables, state, names = animal
    body = tables["body"]
    state["lost_weight"][names["paclitaxel"]] = 0.1
    weight = float(body_weight(tables, state, 20.0)) / 1000
    assert weight == pytest.approx(float(body["weight"] * (1 + 20 * body["weight_gain"])) * 0.9 / 1000)
    assert dose_per_weight(tables, state, 7.0, 0, 20.0) == 7.0
    surface = float(body["surface_constant"]) * weight ** (2 / 3)
    assert 60e-4 < surface < 90e-4
    assert dose_per_weight(tables, state, 7.0, 1, 20.0) == pytest.approx(7.0 * surface / weight, rel=1e-12)
    assert dose_per_weight(tables, state, 0.2, 2, 20.0) == pytest.approx(0.2 / weight, rel=1e-12)
    state["lost_weight"][names["paclitaxel"]] = 1.0
    assert dose_per_weight(tables, state, 0.2, 2, 20.0) == pytest.approx(200.0)
