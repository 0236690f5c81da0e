"""Phagocytosis, fusion, killing and attack: against a plain-Python version, closed forms, and in any order of memory.

Statistical checks. Null: the number of events in so many isolated pairs is binomial with the chance of the closed
form. Statistic: two-sided exact binomial p value. False-alarm rate 1e-4 each, fixed keys. A rate that is 20 % too high
must be caught (planted fault).
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from neighbourhoods import World, by_identifier, couples, draw, events, hazard, same, triples
from scipy.stats import binomtest
from tissues import cell_type, definition

from paget.compiled import thread_count
from paget.keyed_random import Purpose
from paget.tissue.cells import ABSENT, APOPTOTIC, DEAD, LIVE, NECROTIC, NOBODY, OUTSIDE, REMOVED
from paget.tissue.contacts import EAT, KILL, in_order, propose, room_for
from paget.tissue.definition import Factor, Population

FALSE_ALARM = 1e-4


# ---- a tissue in which everything happens, and the same in plain Python ---------------------------------------------


def busy_world(seed: int, count: int = 50, springs: bool = True) -> World:
    """Cells of three types within reach of many others, some dead, some absent, some holding factors; all rates on."""
    random = np.random.default_rng(seed)
    names = ("macrophage", "killer", "tumour")
    types = []
    for name in names:
        rates = {
            f"{verb} {other}": random.uniform(0, 0.4) for verb in ("phagocytose", "kill") for other in names
        }
        rates |= {f"attack {other}": random.uniform(0, 2.0) for other in names}
        rates |= {f"fuse to {other}": random.uniform(0.2, 0.6) for other in names}
        rates |= {f"phagocytose {dead} cell": 1.0 for dead in ("apoptotic", "necrotic", "other dead")}
        rates |= {f"immunogenicity to {other}": random.uniform(0.2, 1.5) for other in names}
        rates |= {"attack duration": random.uniform(0.5, 5.0), "attack damage rate": random.uniform(0.5, 2.0)}
        shares = {"oxygen": random.uniform(), "drug": random.uniform()}
        types.append(cell_type(name, rates, transferred_when_ingested=shares))
    factors = (Factor("oxygen", 1e5, 0.1, 38.0), Factor("drug", 1e3, 0.1, 1.0))
    made = definition(
        *types,
        factors=factors,
        tracks_internalised=True,
        springs=springs,
        custom={"cargo": True, "note": False},
    )
    behaviours = {
        "attack tumour": random.uniform(0, 3.0, count),
        "immunogenicity to killer": random.uniform(0.0, 2.0, count),
        "custom:cargo": random.uniform(0, 5.0, count),
        "custom:note": random.uniform(0, 5.0, count),
    }
    population = Population(
        random.uniform(-22, 22, (count, 3)),
        random.integers(0, 3, count).astype(np.int32),
        random.uniform(500, 4000, count),
        behaviours,
    )
    world = World(made, population)
    cells = world.cells
    cells["held"][:] = random.uniform(0, 10, cells["held"].shape)
    fate = random.integers(0, 10, count)
    for number, model in enumerate((APOPTOTIC, NECROTIC, LIVE)):
        cells["model"][fate == number] = model
        cells["flags"][fate == number] = DEAD
    cells["flags"][fate == 3] = OUTSIDE
    return world


class Plain:
    """One contact step in plain Python, cell by cell, by the documented rules."""

    def __init__(self, world: World, dt: float, linear: bool) -> None:
        self.world, self.dt, self.linear = world, dt, linear
        cells = world.cells
        self.tick = world.tick
        self.names = [one.name for one in world.compiled.definition.cell_types]
        self.rows = range(cells.count)
        self.flags = [int(flag) for flag in cells["flags"]]
        self.model = [int(model) for model in cells["model"]]
        self.place = cells["place"].copy()
        total, fluid, nuclear, nuclear_solid, solid, target, _ = cells["volume"].T.copy()
        self.parts = [total, fluid, nuclear, nuclear_solid, solid, target]
        self.held, self.nuclei = cells["held"].copy(), cells["nuclei"].copy()
        cargo = world.compiled.types.column[world.compiled.vocabulary.behaviour_number("custom:cargo")]
        self.cargo = cells["columns"][:, cargo].copy()
        self.damage, self.attack = cells["damage"].copy(), cells["attack"].copy()
        self.target = {i: self._row(cells["target"][i]) for i in self.rows}
        self.springs = {i: {self._row(k) for k in cells["springs"][i] if k != NOBODY} for i in self.rows}

    def _row(self, identifier: int) -> int | None:
        found = np.flatnonzero(self.world.cells["identifier"] == identifier)
        return int(found[0]) if len(found) else None

    def rate(self, what: str, i: int, j: int) -> float:
        world, kind = self.world, self.names[self.world.cells["kind"][j]]
        mine = self.names[world.cells["kind"][i]]
        if self.flags[j] & DEAD:
            dead = {APOPTOTIC: "apoptotic", NECROTIC: "necrotic", LIVE: "other dead"}[self.model[j]]
            return world.value(i, f"phagocytose {dead} cell") if what == "eat" else 0.0
        if what == "attack":
            return world.value(i, f"attack {kind}") * world.value(j, f"immunogenicity to {mine}")
        return world.value(i, {"eat": "phagocytose ", "fuse": "fuse to ", "kill": "kill "}[what] + kind)

    def touches(self, i: int, j: int) -> bool:
        reach = sum(
            self.world.value(k, "relative maximum adhesion distance") * self.place[k, 3] for k in (i, j)
        )
        return bool(np.linalg.norm(self.place[i, :3] - self.place[j, :3]) < reach)

    def proposals(self) -> list[tuple[str, int, int]]:
        """What every cell would do, in the order of time."""
        found: list[tuple[float, str, int, int]] = []
        for i in self.rows:
            if self.flags[i] & (ABSENT | DEAD):
                continue
            near = [j for j in self.rows if i != j and not self.flags[j] & ABSENT and self.touches(i, j)]
            for what in ("eat", "fuse", "kill", "attack"):
                if what == "attack" and self.target[i] is not None:
                    continue
                hazards = {j: hazard(self.rate(what, i, j), self.dt, self.linear) for j in near}
                for time, j in events(self.world.cells, Purpose.CONTACT, self.tick, what, i, hazards)[:1]:
                    found.append((time, what, i, j))
        return [(what, i, j) for _, what, i, j in sorted(found)]

    def step(self) -> None:
        for what, i, j in self.proposals():
            if (self.flags[i] | self.flags[j]) & ABSENT or self.flags[i] & DEAD:
                continue
            if what == "eat":
                self.merge(what, i, j)
            elif not self.flags[j] & DEAD:
                self.act(what, i, j)
        for i in self.rows:
            j = self.target[i]
            if j is not None:
                self.deliver(i, j)

    def act(self, what: str, i: int, j: int) -> None:
        if what == "fuse":
            self.merge(what, i, j)
        elif what == "kill":
            self.flags[j] |= DEAD
            self.model[j] = APOPTOTIC
        else:
            self.target[i] = j
            self.springs[i].add(j)
            self.springs[j].add(i)

    def merge(self, what: str, i: int, j: int) -> None:
        total, fluid, nuclear, nuclear_solid, solid, target = self.parts
        kind = self.world.compiled.definition.cell_types[self.world.cells["kind"][j]]
        if what == "eat":
            fluid[i] += fluid[j]
            solid[i] += solid[j] + nuclear_solid[j]
            shares = [kind.transferred_when_ingested[name] for name in ("oxygen", "drug")]
            self.held[i] += self.held[j] * shares
            self.cargo[i] += self.cargo[j]
        else:
            both = total[i] + total[j]
            self.place[i, :3] = (total[i] * self.place[i, :3] + total[j] * self.place[j, :3]) / both
            for part in (fluid, nuclear, nuclear_solid, solid, target):
                part[i] += part[j]
            self.held[i] += self.held[j]
            self.nuclei[i] += self.nuclei[j]
        total[i] = fluid[i] + nuclear_solid[i] + solid[i]
        self.place[i, 3] = (3 * total[i] / (4 * math.pi)) ** (1 / 3)
        for part in self.parts:
            part[j] = 0.0
        self.held[j], self.nuclei[j], self.place[j, 3] = 0.0, 0, 0.0
        self.flags[j] |= REMOVED | DEAD
        self.target[j] = None
        for k in self.springs[j]:
            self.springs[k].discard(j)
        self.springs[j] = set()

    def deliver(self, i: int, j: int) -> None:
        over = bool((self.flags[i] | self.flags[j]) & (ABSENT | DEAD))
        if not over:
            dose = self.world.value(i, "attack damage rate") * self.dt
            self.damage[j] += dose
            self.attack[j, 0] += self.dt
            self.attack[i, 1] += dose
            end = 1 - math.exp(-hazard(1.0 / self.world.value(i, "attack duration"), self.dt, self.linear))
            over = draw(self.world.cells, Purpose.CONTACT, self.tick, "end", i, j) < end
        if over:
            self.target[i] = None
            self.springs[i].discard(j)
            self.springs[j].discard(i)

    def agrees_with(self, world: World) -> None:
        """Compare with cells that the engine took through the same step."""
        cells = world.cells
        np.testing.assert_array_equal(cells["flags"], self.flags)
        np.testing.assert_array_equal(cells["model"], self.model)
        np.testing.assert_allclose(cells["place"], self.place, rtol=1e-12, atol=1e-12)
        alive = (cells["flags"] & DEAD) == 0
        for column, part in enumerate(self.parts):
            rows = alive if column == 5 else slice(None)  # the target of the killed belongs to `die`
            np.testing.assert_allclose(cells["volume"][rows, column], part[rows], rtol=1e-12)
        np.testing.assert_allclose(cells["held"], self.held, rtol=1e-12)
        np.testing.assert_array_equal(cells["nuclei"], self.nuclei)
        np.testing.assert_allclose(cells["damage"], self.damage, rtol=1e-12)
        np.testing.assert_allclose(cells["attack"], self.attack, rtol=1e-12)
        assert {i: self._row(cells["target"][i]) for i in self.rows} == self.target
        lists = {i: [self._row(k) for k in cells["springs"][i] if k != NOBODY] for i in self.rows}
        assert lists == {i: sorted(partners) for i, partners in self.springs.items()}
        cargo = world.compiled.types.column[world.compiled.vocabulary.behaviour_number("custom:cargo")]
        present = (cells["flags"] & ABSENT) == 0
        np.testing.assert_allclose(cells["columns"][present, cargo], self.cargo[present], rtol=1e-12)


@pytest.mark.parametrize("linear", [False, True])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_agrees_with_plain_python(seed: int, linear: bool) -> None:
    world, seen = busy_world(seed), set()
    for _ in range(3):
        plain = Plain(world, 0.1, linear)
        seen |= {what for what, _, _ in plain.proposals()}
        plain.step()
        world.contact(0.1, linear)
        plain.agrees_with(world)
    assert seen == {"eat", "fuse", "kill", "attack"}


# ---- neither memory nor threads matter ------------------------------------------------------------------------------


def test_the_order_of_cells_in_memory_does_not_matter() -> None:
    one, other = busy_world(4), busy_world(4)
    random = np.random.default_rng(5)
    for _ in range(4):
        other.cells.take(random.permutation(other.cells.count))
        for world in (one, other):
            world.contact()
            world.springs()
        assert same(by_identifier(one.cells), by_identifier(other.cells))
    assert (one.cells["flags"] & REMOVED).any()


def test_the_same_bits_on_one_thread_and_on_two() -> None:
    states = []
    for threads in (1, 2):
        world = busy_world(6, count=150)
        with thread_count(threads):
            world.contact(ticks=3)
            world.springs()
        states.append(by_identifier(world.cells))
    assert same(*states)


def test_small_blocks_of_proposals_grow_and_give_the_same() -> None:
    one, other = busy_world(7, count=150), busy_world(7, count=150)
    other.interactions._found = room_for(1)
    for world in (one, other):
        world.contact()
    assert same(by_identifier(one.cells), by_identifier(other.cells))


def test_damage_from_many_adds_up_in_any_order_of_memory() -> None:
    random = np.random.default_rng(9)
    position = np.vstack([np.zeros((1, 3)), random.normal(0, 4, (30, 3))])
    kind = np.array([1] + [0] * 30, np.int32)
    attacker = cell_type("actor", {"attack patient": 1e9, "attack duration": 1e9})
    population = Population(position, kind, None, {"attack damage rate": random.uniform(0, 3, 31)})
    one, other = (World(definition(attacker, PATIENT), population) for _ in range(2))
    other.cells.take(random.permutation(31))
    for world in (one, other):
        world.contact()
    assert same(by_identifier(one.cells), by_identifier(other.cells))
    np.testing.assert_allclose(
        one.cells["damage"][0], 0.1 * population.behaviours["attack damage rate"][1:].sum()
    )


def test_proposals_at_the_same_time_are_taken_in_the_order_of_identifiers() -> None:
    found = room_for(4)
    for block, actor, partner in ((0, 3, 1), (0, 2, 1), (5, 1, 3), (63, 1, 2)):
        propose(found, block, EAT, actor, partner, 0.5)
    propose(found, 7, KILL, 0, 1, 0.25)
    acts, actors, partners = in_order(found, np.array([70, 50, 60, 40]))
    assert acts.tolist() == [KILL, EAT, EAT, EAT, EAT]
    assert list(zip(actors, partners, strict=True)) == [(0, 1), (3, 1), (1, 3), (1, 2), (2, 1)]


# ---- chances --------------------------------------------------------------------------------------------------------

ACTOR = cell_type("actor")
PATIENT = cell_type("patient")


def happened(world: World, what: str) -> int:
    flags = world.cells["flags"]
    if what in ("eat", "fuse"):
        return int(((flags & REMOVED) != 0).sum())
    return int(((flags & DEAD) != 0).sum()) if what == "kill" else int((world.cells["target"] >= 0).sum())


VERBS = {
    "eat": "phagocytose patient",
    "fuse": "fuse to patient",
    "kill": "kill patient",
    "attack": "attack patient",
}


@pytest.mark.parametrize("linear", [False, True])
@pytest.mark.parametrize("what", list(VERBS))
def test_chance_of_an_isolated_pair(what: str, linear: bool) -> None:
    number, rate, dt, immunogenicity = 3000, 0.5, 0.6, 1.5 if what == "attack" else 1.0
    patient = cell_type("patient", {"immunogenicity to actor": 1.5})
    expected = rate * immunogenicity * dt if linear else 1 - math.exp(-rate * immunogenicity * dt)

    def p_value(rate: float) -> float:
        actor = cell_type("actor", {VERBS[what]: rate, "attack duration": 1e9})
        world = couples(number, actor, patient)
        world.contact(dt, linear)
        return binomtest(happened(world, what), number, expected).pvalue

    assert p_value(rate) > FALSE_ALARM
    assert p_value(1.2 * rate) < FALSE_ALARM


@pytest.mark.parametrize(
    "state, behaviour",
    [
        (APOPTOTIC, "phagocytose apoptotic cell"),
        (NECROTIC, "phagocytose necrotic cell"),
        (LIVE, "phagocytose other dead cell"),
    ],
)
def test_each_way_to_be_dead_has_its_rate(state: int, behaviour: str) -> None:
    for asked, eaten in (({behaviour: 1e6}, 5), ({VERBS["eat"]: 1e6}, 0)):
        world = couples(5, cell_type("actor", asked), PATIENT)
        world.cells["flags"][1::2] = DEAD
        world.cells["model"][1::2] = state
        assert world.contact() == eaten


EAGER = cell_type("actor", {VERBS["eat"]: 1e9})


def test_rivals_for_one_meal_win_equally_often() -> None:
    """Null: each of two sure eaters of one cell wins with probability 1/2. Exact binomial test."""
    world = triples(2000, (0, 1, 0), EAGER, PATIENT)
    assert world.contact() == 2000
    fed = world.cells["volume"][:, 0].reshape(-1, 3) > 3000
    assert (fed.sum(axis=1) == 1).all()
    assert not fed[:, 1].any()
    assert binomtest(int(fed[:, 0].sum()), 2000).pvalue > FALSE_ALARM


def test_the_faster_of_two_rivals_comes_first_more_often() -> None:
    """Null: the eater with rate a wins with probability a/(a + b) (1 - exp(-(a + b) dt)). Exact binomial test."""
    fast, slow, dt = (
        cell_type("fast", {"phagocytose meal": 3.0}),
        cell_type("slow", {"phagocytose meal": 1.0}),
        0.5,
    )
    world = triples(3000, (0, 2, 1), fast, slow, cell_type("meal"))
    world.contact(dt)
    fed = int((world.cells["volume"][:, 0] > 3000).reshape(-1, 3)[:, 0].sum())
    assert binomtest(fed, 3000, 0.75 * (1 - math.exp(-4.0 * dt))).pvalue > FALSE_ALARM
    assert binomtest(fed, 3000, 0.5 * (1 - math.exp(-4.0 * dt))).pvalue < FALSE_ALARM


@pytest.mark.parametrize("linear", [False, True])
def test_of_several_meals_one_is_chosen_by_its_rate(linear: bool) -> None:
    """Null: of two neighbours the one with rate a is eaten with probability H_a / H (1 - exp(-H)). Exact test.

    H = (a + b) dt, where chances are linear -ln(1 - a dt) - ln(1 - b dt).
    """
    eater, dt = cell_type("eater", {"phagocytose fat": 0.9, "phagocytose lean": 0.3}), 1.0
    world = triples(3000, (1, 0, 2), eater, cell_type("fat"), cell_type("lean"))
    removed = world.contact(dt, linear)
    gone = ((world.cells["flags"] & REMOVED) != 0).reshape(-1, 3)
    assert gone.sum() == removed
    assert (gone.sum(axis=1) <= 1).all()
    fat, lean = hazard(0.9, dt, linear), hazard(0.3, dt, linear)
    for column, share in ((0, fat / (fat + lean)), (2, lean / (fat + lean))):
        expected = share * (1 - math.exp(-fat - lean))
        assert binomtest(int(gone[:, column].sum()), 3000, expected).pvalue > FALSE_ALARM
    assert binomtest(int(gone[:, 0].sum()), 3000, 0.5 * (1 - math.exp(-fat - lean))).pvalue < FALSE_ALARM


@pytest.mark.parametrize("late", ["fuse to patient", "attack patient", "kill patient"])
def test_who_died_before_in_the_same_step_is_left_alone(late: str) -> None:
    first = cell_type("first", {"kill patient": 1e9})
    second = cell_type(
        "second", {late: 1e3, "attack duration": 1e9, "fuse to first": 1e-9, "attack first": 1e-9}
    )
    world = triples(3, (0, 2, 1), first, second, PATIENT)
    assert world.contact() == 0
    np.testing.assert_array_equal(world.cells["flags"], [0, DEAD, 0] * 3)
    assert (world.cells["target"] == NOBODY).all()
    assert (world.cells["springs"] == NOBODY).all()


def test_who_is_consumed_does_not_consume() -> None:
    """In a clique in which everybody would eat everybody, the eaters that are left have eaten what is gone."""
    for seed in range(5):
        random = np.random.default_rng(seed)
        eager = cell_type("actor", {"phagocytose actor": 1e9, "fuse to actor": 1e9})
        world = World(definition(eager), Population(random.uniform(-5, 5, (8, 3)), np.zeros(8, np.int32)))
        volume = world.cells["volume"][:, 0].sum()
        removed = world.contact()
        gone = (world.cells["flags"] & REMOVED) != 0
        assert gone.sum() == removed >= 4
        np.testing.assert_allclose(world.cells["volume"][:, 0].sum(), volume, rtol=1e-12)
        assert (world.cells["volume"][gone] == 0).all()


# ---- attack ---------------------------------------------------------------------------------------------------------


def test_damage_delivered_is_damage_received() -> None:
    world = busy_world(8)
    for number, name in enumerate(world.compiled.vocabulary.behaviours):
        if name.startswith(("phagocytose", "fuse to", "kill")):
            world.compiled.types.base[:, number] = 0.0
    assert world.contact(ticks=30) == 0
    delivered = world.cells["attack"][:, 1].sum()
    assert delivered > 1.0
    np.testing.assert_allclose(world.cells["damage"].sum(), delivered, rtol=1e-12)


def test_attacks_last_as_long_as_they_should() -> None:
    """Null: an attack goes on after each step with probability exp(-dt/duration). Exact binomial test, 1e-4."""
    number, dt, duration = 3000, 0.5, 2.0
    survives = math.exp(-3 * dt / duration)

    def p_value(duration: float) -> float:
        actor = cell_type("actor", {VERBS["attack"]: 1e9, "attack duration": duration})
        world = couples(number, actor, PATIENT)
        world.contact(dt)
        world.compiled.types.base[0, world.compiled.vocabulary.behaviour_number(VERBS["attack"])] = 0.0
        world.contact(dt, ticks=2)
        return binomtest(happened(world, "attack"), number, survives).pvalue

    assert p_value(duration) > FALSE_ALARM
    assert p_value(1.2 * duration) < FALSE_ALARM


def attackers(**more: float) -> World:
    behaviours = {VERBS["attack"]: 1e9, "attack duration": 1e9, "attack damage rate": 2.0} | more
    world = couples(3, cell_type("actor", behaviours), PATIENT)
    world.contact()
    return world


def test_an_attack_ties_damages_and_keeps_account() -> None:
    world = attackers()
    world.contact(ticks=9)
    cells = world.cells
    np.testing.assert_array_equal(cells["target"], [1, NOBODY, 3, NOBODY, 5, NOBODY])
    np.testing.assert_array_equal(cells["springs"][:, 0], [1, 0, 3, 2, 5, 4])
    np.testing.assert_allclose(cells["damage"], [0, 2.0] * 3)
    np.testing.assert_allclose(cells["attack"], [[0, 2.0], [1.0, 0]] * 3)


@pytest.mark.parametrize("row, flag", [(0, DEAD), (1, DEAD), (0, OUTSIDE), (1, OUTSIDE)])
def test_an_attack_ends_when_one_of_the_two_dies_or_leaves(row: int, flag: int) -> None:
    world = attackers()
    world.cells["flags"][row] |= flag
    damage = world.cells["damage"][1]
    world.contact()
    assert world.cells["target"][0] == NOBODY
    assert world.cells["damage"][1] == damage
    assert (world.cells["springs"][:2] == NOBODY).all()
    assert world.cells["target"][2] == 3


def test_an_attack_ends_when_the_target_is_dropped() -> None:
    world = attackers()
    world.cells.take(np.array([0, 2, 3, 4, 5]))
    world.pairs = False
    world.springs()
    world.contact()
    assert world.cells["target"][0] == NOBODY
    assert (world.cells["springs"][0] == NOBODY).all()
    assert world.cells["target"][1] == 3


def test_an_attack_of_no_duration_lasts_one_step() -> None:
    world = attackers(**{"attack duration": 0.0})
    assert (world.cells["target"] == NOBODY).all()
    np.testing.assert_allclose(world.cells["damage"], [0, 0.2] * 3)


# ---- what is absent costs nothing -----------------------------------------------------------------------------------


def test_arrays_only_where_something_needs_them() -> None:
    def needs(*types, **more) -> set[str]:
        world = World(definition(*types, **more), Population(np.zeros((1, 3)), np.zeros(1, np.int32)))
        return set(world.interactions.needs)

    assert needs(cell_type()) == set()
    assert needs(cell_type("a", {"phagocytose apoptotic cell": 1.0, "kill a": 1.0})) == set()
    assert needs(cell_type("a", {"fuse to a": 1.0})) == {"nuclei"}
    assert needs(cell_type("a", {"attack a": 1.0})) == {"target", "attack", "damage", "springs"}
    assert needs(cell_type("a", {"cell attachment rate": 1.0})) == {"springs"}
    assert needs(cell_type("a", {"cell attachment rate": 1.0}), springs=False) == set()


def test_a_killed_cell_is_apoptotic_at_the_start_of_its_phase() -> None:
    world = couples(2, cell_type("actor", {VERBS["kill"]: 1e9}), PATIENT)
    world.cells["elapsed"][:] = 7.0
    world.contact()
    cells = world.cells
    np.testing.assert_array_equal(cells["flags"], [0, DEAD, 0, DEAD])
    np.testing.assert_array_equal(cells["model"], [LIVE, APOPTOTIC, LIVE, APOPTOTIC])
    np.testing.assert_array_equal(cells["elapsed"], [7.0, 0.0, 7.0, 0.0])


def test_out_of_reach_nothing_happens() -> None:
    everything = dict.fromkeys(VERBS.values(), 1e9) | {"cell attachment rate": 1e9}
    reach = 2 * 1.25 * 8.412710547954228
    for apart, touched in ((reach - 1e-6, True), (reach + 1e-6, False)):
        world = couples(4, cell_type("actor", everything), PATIENT, apart=apart)
        world.springs()
        assert (world.cells["springs"] >= 0).any() == touched
        assert (world.contact() > 0) == touched
