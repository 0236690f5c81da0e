"""The whole phenotype step against a plain-Python version of PhysiCell's order of events, cell by cell.

The oracle below reads names, not tables, and keeps every behaviour in every cell. Both start from the same random
tissue of three types with rules, contacts, transformations, damage, both deaths, fixed and random phases, asymmetric
divisions, conserved variables, springs, attacks and receptors, and must agree in every array after every step.
"""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from paget.keyed_random import Purpose, daughter_lineage, uniform_at
from paget.tissue.cells import ABSENT, DEAD, DIVIDES, NOBODY, OUTSIDE, REMOVED
from paget.tissue.definition import (
    CellType,
    Cycle,
    Death,
    Definition,
    Factor,
    Phase,
    Rule,
    Volume,
)  # fmt: skip

TYPES = ("tumour cell", "macrophage", "T cell")
DYING = {1: "apoptosis", 2: "necrosis"}


# ---- the oracle ----


class Oracle:
    """The cells of a tissue as objects, advanced in plain Python."""

    def __init__(self, tissue, linear: bool) -> None:
        self.definition, self.vocabulary = tissue.compiled.definition, tissue.compiled.vocabulary
        self.types = self.definition.cell_types
        self.key, self.linear = tissue.key, linear
        self.base = [
            dict(zip(self.vocabulary.behaviours, self.vocabulary.defaults, strict=True)) | dict(t.behaviours)
            for t in self.types
        ]
        self.factors = [factor.name for factor in self.definition.factors]
        self.cells = [self._body(tissue, row) for row in range(tissue.cells.count)]
        self.next_identifier = tissue.cells.next_identifier

    def _body(self, tissue, row: int) -> SimpleNamespace:
        a = tissue.cells
        total, fluid, nuclear, nuclear_solid, cytoplasmic_solid, target, rupture = a["volume"][row]
        body = SimpleNamespace(
            place=a["place"][row, :3].copy(), radius=a["place"][row, 3], kind=int(a["kind"][row]), flags=0,
            model=0, phase=int(a["phase"][row]), elapsed=a["elapsed"][row], total=total, fluid=fluid, nuclear=nuclear,
            nuclear_solid=nuclear_solid, cytoplasmic_solid=cytoplasmic_solid, target_solid=target, rupture=rupture,
            calcified=a["calcified"][row], damage=a["damage"][row], attack_time=a["attack"][row, 0],
            delivered=a["attack"][row, 1], target=int(a["target"][row]), springs=a["springs"][row].tolist(),
            held=a["held"][row].copy(), nuclei=int(a["nuclei"][row]), divisions=0, lineage=a["lineage"][row],
            identifier=int(a["identifier"][row]), motility=a["motility"][row].copy(), pressure=0.0,
            activity=a["activity"][row].copy(), does=dict(self.base[int(a["kind"][row])]),
        )  # fmt: skip
        for column, behaviour in enumerate(tissue.compiled.columns):
            body.does[self.vocabulary.behaviours[behaviour]] = a["columns"][row, column]
        return body

    def chance(self, rate: float, step: float) -> float:
        return rate * step if self.linear else 1.0 - math.exp(-rate * step)

    def happens(self, body, purpose, draw: int, rate: float, step: float, tick: int) -> bool:
        return uniform_at(self.key, int(purpose), tick, body.lineage, draw) < self.chance(rate, step)

    def advance(self, level: np.ndarray, tick: int, time: float, step: float) -> None:
        present = [body for body in self.cells if not body.flags & ABSENT]
        touching = {body.identifier: self._neighbours(body, present) for body in present}
        counted = {body.identifier: self._contacts(touching[body.identifier]) for body in present}
        for body in present:
            self._transform(body, tick, step)
            self._rule(body, counted[body.identifier], level, time)
            self._grow(body, step)
            if body.does["damage rate"] > 1e-8 or body.does["damage repair rate"] > 1e-8:
                body.damage = (body.damage + step * body.does["damage rate"]) / (
                    1 + step * body.does["damage repair rate"]
                )
            self._die(body, tick, step)
            self._cycle(body, tick, step)
        for body in [body for body in self.cells if body.flags & REMOVED]:
            self._let_go(body)
        for body in [body for body in self.cells if body.flags & DIVIDES]:
            self._divide(body, tick)
        self.cells = [body for body in self.cells if not body.flags & REMOVED]

    def _neighbours(self, body, present):
        def reach(one):
            return one.does["relative maximum adhesion distance"] * one.radius

        return [
            other
            for other in present
            if other is not body and np.linalg.norm(body.place - other.place) < reach(body) + reach(other)
        ]

    def _contacts(self, near) -> dict[str, float]:
        dead = [other for other in near if other.flags & DEAD]
        counts = {f"contact with {name}": 0 for name in TYPES}
        for other in near:
            counts[f"contact with {self.types[other.kind].name}"] += 1
        apoptotic = sum(other.model == 1 for other in dead)
        necrotic = sum(other.model == 2 for other in dead)
        return counts | {
            "contact with live cell": len(near) - len(dead),
            "contact with dead cell": len(dead),
            "contact with apoptotic cell": apoptotic,
            "contact with necrotic cell": necrotic,
            "contact with other dead cell": len(dead) - apoptotic - necrotic,
            "contact with basement membrane": 0,
        }

    def _transform(self, body, tick, step) -> None:
        if body.flags & DEAD:
            return
        for kind, name in enumerate(TYPES):
            rate = body.does[f"transform to {name}"]
            if self.happens(body, Purpose.TRANSFORMATION, kind, rate, step, tick):
                self._convert(body, kind)
                return

    def _convert(self, body, kind: int) -> None:
        volume = self.types[kind].volume
        kept = {f"custom:{name}" for name, shared in self.definition.custom.items() if shared}
        body.does = {
            name: body.does[name] if name in kept else value for name, value in self.base[kind].items()
        }
        body.kind, body.phase, body.elapsed = kind, 0, 0.0
        body.target_solid = volume.nuclear * (1 - volume.fluid_fraction)
        body.motility[:] = 0
        body.damage, body.target, body.delivered = 0.0, NOBODY, 0.0

    def _signals(self, body, level, time) -> dict[str, float]:
        domain = self.definition.domain
        i, j, k = (int(x) for x in (body.place - domain.low) // domain.spacing)
        nz, ny, nx = domain.shape
        i, j, k = min(i, nx - 1), min(j, ny - 1), min(k, nz - 1)
        signals = {name: level[f, k, j, i] for f, name in enumerate(self.factors)}
        for f, name in enumerate(self.factors):
            steepness = 0.0
            for axis, (length, width) in enumerate(zip((nz, ny, nx), domain.spacing[::-1], strict=True)):
                if length > 1:
                    steepness += np.gradient(level[f], width, axis=axis)[k, j, i] ** 2
            signals[f"{name} gradient"] = math.sqrt(steepness)
            signals[f"intracellular {name}"] = body.held[f] / body.total
        signals |= {f"{name} activity": body.activity[r] for r, name in enumerate(self.definition.receptors)}
        signals |= {name: value for name, value in body.does.items() if name.startswith("custom:")}
        return signals | {
            "pressure": body.pressure, "volume": body.total, "damage": body.damage,
            "damage delivered": body.delivered, "attacking": float(body.target != NOBODY),
            "dead": float(bool(body.flags & DEAD)), "total attack time": body.attack_time, "time": time,
            "apoptotic": float(body.model == 1), "necrotic": float(body.model == 2),
        }  # fmt: skip

    def _rule(self, body, contacts, level, time) -> None:
        mine = [rule for rule in self.definition.rules if rule.cell_type == TYPES[body.kind]]
        signals = self._signals(body, level, time) | contacts
        for behaviour in {rule.behaviour for rule in mine}:
            rules = [rule for rule in mine if rule.behaviour == behaviour]
            if body.flags & DEAD and not any(rule.applies_to_dead for rule in rules):
                continue
            base = self.base[body.kind][behaviour]
            total = {True: 0.0, False: 0.0}
            for rule in rules:
                if not body.flags & DEAD or rule.applies_to_dead:
                    total[rule.increases] += (max(signals[rule.signal], 0) / rule.half_maximum) ** rule.power
            high = max([base] + [rule.saturation for rule in rules if rule.increases])
            low = min([base] + [rule.saturation for rule in rules if not rule.increases])
            promoted = base + (high - base) * total[True] / (1 + total[True])
            body.does[behaviour] = promoted + (low - promoted) * total[False] / (1 + total[False])

    def _grow(self, body, step) -> None:
        kind = self.types[body.kind]
        v = kind.volume
        if body.model == 0:
            target_fluid, ratio = v.fluid_fraction, (v.total - v.nuclear) / v.nuclear
            rates = (v.fluid_change_rate, v.cytoplasmic_biomass_change_rate, v.nuclear_biomass_change_rate)
            calcification = v.calcification_rate
        else:
            d = getattr(kind, DYING[body.model])
            burst = body.model == 2 and body.phase == 1
            target_fluid, ratio = float(body.model == 2 and not burst), 0.0
            fluid_rate = d.lysed_fluid_change_rate if burst else d.unlysed_fluid_change_rate
            rates = (fluid_rate, d.cytoplasmic_biomass_change_rate, d.nuclear_biomass_change_rate)
            calcification = d.calcification_rate
        body.fluid = max(0, body.fluid + step * rates[0] * (target_fluid * body.total - body.fluid))
        nuclear_fluid = body.nuclear / (body.total + 1e-16) * body.fluid
        body.nuclear_solid += step * rates[2] * (body.target_solid - body.nuclear_solid)
        body.cytoplasmic_solid += step * rates[1] * (ratio * body.target_solid - body.cytoplasmic_solid)
        body.nuclear = body.nuclear_solid + nuclear_fluid
        body.total = body.nuclear_solid + body.cytoplasmic_solid + body.fluid
        body.radius = (3 * body.total / (4 * math.pi)) ** (1 / 3)
        body.calcified += step * calcification * (1 - body.calcified)

    def _die(self, body, tick, step) -> None:
        if body.flags & DEAD:
            return
        for model, name in DYING.items():
            if self.happens(body, Purpose.CELL_EVENT, model - 1, body.does[name], step, tick):
                body.flags |= DEAD
                body.model, body.phase, body.elapsed, body.target_solid = model, 0, 0.0, 0.0
                body.rupture = body.total * getattr(self.types[body.kind], name).relative_rupture_volume
                body.motility[:] = 0
                for factor in self.factors:
                    body.does[f"{factor} secretion"] = body.does[f"{factor} export"] = 0.0
                    body.does[f"{factor} uptake"] *= 0.1
                return

    def _over(self, body, rate, fixed, tick, step) -> bool:
        if fixed:
            return rate > 0 and body.elapsed > 1 / rate - step / 2
        return self.happens(body, Purpose.CELL_EVENT, 2, rate, step, tick)

    def _cycle(self, body, tick, step) -> None:
        kind = self.types[body.kind]
        body.elapsed += step
        if body.model == 0:
            phases = kind.cycle.phases
            phase = phases[body.phase]
            if self._over(
                body, body.does[f"exit from cycle phase {body.phase}"], phase.fixed_duration, tick, step
            ):
                if phase.divides_at_exit:
                    body.flags |= DIVIDES
                body.phase = (body.phase + 1) % len(phases) if phase.next is None else phase.next
                body.elapsed = 0.0
                if phases[body.phase].doubles_at_entry:
                    body.target_solid *= 2
            return
        death = getattr(kind, DYING[body.model])
        duration, fixed = death.durations[body.phase], death.fixed[body.phase]
        if body.model == 2 and body.phase == 0:
            if body.total >= body.rupture:
                body.phase, body.elapsed, body.rupture = 1, 0.0, 9e99 * body.total
        elif self._over(body, 1 / duration, fixed, tick, step):
            body.flags |= REMOVED

    def _divide(self, mother, tick) -> None:
        mother.flags &= ~DIVIDES
        angle = 2 * math.pi * uniform_at(self.key, int(Purpose.DIVISION), tick, mother.lineage, 0)
        z = 2 * uniform_at(self.key, int(Purpose.DIVISION), tick, mother.lineage, 1) - 1
        flat = math.sqrt(1 - z * z)
        way = mother.radius * np.array([flat * math.cos(angle), flat * math.sin(angle), z])
        if self.definition.domain.two_dimensional:
            way[2] = 0.0
        for name in (
            "total",
            "fluid",
            "nuclear",
            "nuclear_solid",
            "cytoplasmic_solid",
            "target_solid",
            "rupture",
        ):
            setattr(mother, name, getattr(mother, name) / 2)
        mother.radius = (3 * mother.total / (4 * math.pi)) ** (1 / 3)
        mother.held = mother.held / 2
        mother.attack_time = 0.0
        for name, shared in self.definition.custom.items():
            if shared:
                mother.does[f"custom:{name}"] /= 2
        self._let_go(mother)
        mother.divisions += 1
        daughter = SimpleNamespace(**vars(mother))
        for name in ("place", "held", "motility", "does", "springs", "activity"):
            setattr(daughter, name, getattr(mother, name).copy())
        daughter.lineage = np.uint64(daughter_lineage(mother.lineage, mother.divisions))
        daughter.identifier, daughter.divisions, daughter.nuclei, daughter.pressure = (
            self.next_identifier,
            0,
            1,
            0.0,
        )
        self.next_identifier += 1
        daughter.place += way
        mother.place -= way / 2
        domain = self.definition.domain
        for body in (mother, daughter):
            if (body.place < domain.low).any() or (body.place > domain.high).any():
                body.flags |= OUTSIDE
        self._choose_type(mother, daughter, tick)
        self.cells.append(daughter)

    def _let_go(self, body) -> None:
        for other in self.cells:
            partners = [s for s in other.springs if s not in (body.identifier, NOBODY)]
            other.springs = partners + [NOBODY] * (3 - len(partners))
        body.springs = [NOBODY] * 3

    def _choose_type(self, mother, daughter, tick) -> None:
        shares = [mother.does[f"asymmetric division to {name}"] for name in TYPES]
        left = uniform_at(self.key, int(Purpose.DIVISION), tick, mother.lineage, 2)
        if sum(shares) > 1:
            shares[mother.kind] = max(shares[mother.kind] + 1 - sum(shares), 0)
        for kind, share in enumerate(shares):
            if left <= share:
                if kind != mother.kind:
                    self._convert(daughter, kind)
                return
            left -= share


# ---- the tissue ----


def definition_of(phenotype, domain, half: float = 20.0) -> Definition:
    """Three types in which everything happens often. `half`: a half-maximum, for the planted fault."""
    ring = Cycle(
        "three phases and a way out",
        9999,
        (
            Phase("rest", 4),
            Phase("growth", 10, doubles_at_entry=True),
            Phase("split", 13, fixed_duration=True, divides_at_exit=True),
            Phase("damaged", 99, next=1),
        ),
    )
    rates = {f"exit from cycle phase {phase}": 0.01 + 0.004 * phase for phase in range(4)}
    short = Death((40.0,), (True,), 0.05, 0.0, 0.016, 0.006, 0.001)
    swelling = Death((0.0, 90.0), (True, False), 0.05, 0.01, 0.01, 0.002, 0.004, 1.3)
    common = {
        "apoptosis": 0.002,
        "necrosis": 0.002,
        "oxygen uptake": 10.0,
        "drug secretion": 1.0,
        "drug export": 2.0,
    }
    tumour = CellType(
        TYPES[0], 0, phenotype.LIVE,
        common | {"exit from cycle phase 0": 0.006, "transform to macrophage": 0.001, "damage rate": 0.01,
                  "damage repair rate": 0.02, "asymmetric division to T cell": 0.3, "custom:charge": 2.0,
                  "custom:label": 1.0},
        short, swelling, Volume(),
    )  # fmt: skip
    macrophage = CellType(
        TYPES[1], 1, phenotype.FLOW,
        common | {"exit from cycle phase 0": 0.02, "exit from cycle phase 1": 1 / 31, "exit from cycle phase 2": 1 / 12,
                  "exit from cycle phase 3": 1 / 6, "relative maximum adhesion distance": 1.4, "custom:charge": 5.0,
                  "custom:label": 3.0, "transform to T cell": 0.002, "transform to macrophage": 0.001},
        short, swelling, Volume(3000.0, 0.7, 600.0, 0.04, 0.005, 0.006, 0.1, 0.001),
    )  # fmt: skip
    t_cell = CellType(
        TYPES[2], 2, ring,
        common | rates | {"asymmetric division to tumour cell": 0.8, "asymmetric division to T cell": 0.5},
        short, swelling, Volume(1000.0, 0.8, 300.0),
    )  # fmt: skip
    return Definition(
        domain,
        (Factor("oxygen", 1e5, 0.1), Factor("drug", 1e3, 0.01)),
        (tumour, macrophage, t_cell),
        rules_of(half),
        receptors=("CXCR2", "IGF1R"),
        custom={"label": False, "charge": True, "held back": False},
    )


def rules_of(half: float) -> tuple[Rule, ...]:
    a, m, t = TYPES
    return (
        Rule(a, "oxygen", True, "exit from cycle phase 0", half, 4.0, 0.02),
        Rule(a, "pressure", False, "exit from cycle phase 0", 1.0, 4.0, 0.0),
        Rule(a, "oxygen", False, "necrosis", 5.0, 8.0, 0.0),
        Rule(a, "drug", True, "apoptosis", 0.8, 2.0, 0.01),
        Rule(a, "drug", False, "apoptosis", 0.6, 3.0, 0.0),
        Rule(a, "damage", True, "apoptosis", 0.4, 2.0, 0.02),
        Rule(a, "contact with macrophage", True, "drug secretion", 1.5, 2.0, 9.0),
        Rule(a, "contact with live cell", False, "transform to macrophage", 6.0, 2.0, 0.0),
        Rule(a, "volume", True, "custom:charge", 2500.0, 2.0, 4.0),
        Rule(a, "dead", True, "drug secretion", 0.5, 10.0, 7.0, True),
        Rule(a, "custom:charge", True, "drug export", 1.0, 1.0, 5.0),
        Rule(a, "IGF1R activity", True, "oxygen uptake", 0.5, 1.0, 20.0),
        Rule(m, "contact with dead cell", True, "attack T cell", 1.0, 2.0, 0.3),
        Rule(m, "contact with apoptotic cell", True, "phagocytose apoptotic cell", 1.0, 1.0, 0.3),
        Rule(m, "contact with necrotic cell", False, "migration speed", 1.0, 1.0, 0.0),
        Rule(m, "contact with other dead cell", True, "migration bias", 1.0, 1.0, 1.0),
        Rule(m, "contact with basement membrane", True, "migration bias", 1.0, 1.0, 1.0),
        Rule(m, "drug gradient", True, "transform to T cell", 0.02, 2.0, 0.01),
        Rule(m, "total attack time", True, "damage rate", 5.0, 1.0, 0.03),
        Rule(m, "intracellular oxygen", True, "damage repair rate", 0.003, 1.0, 0.01),
        Rule(m, "custom:label", True, "oxygen uptake", 2.0, 3.0, 30.0),
        Rule(m, "time", True, "relative maximum adhesion distance", 60.0, 2.0, 1.8),
        Rule(m, "apoptotic", True, "oxygen uptake", 0.5, 2.0, 60.0, True),
        Rule(t, "attacking", True, "exit from cycle phase 1", 0.5, 2.0, 0.1),
        Rule(t, "damage delivered", False, "exit from cycle phase 1", 2.0, 2.0, 0.001),
        Rule(t, "CXCR2 activity", True, "custom:held back", 0.5, 2.0, 1.0),
        Rule(t, "necrotic", True, "custom:held back", 0.5, 2.0, 4.0, True),
        Rule(t, "oxygen gradient", True, "drug secretion target", 0.5, 2.0, 4.0),
    )


def tissue_of(phenotype, domain, half: float = 20.0):
    """90 crowded cells with random state."""
    rng = np.random.default_rng(11)
    position = rng.uniform(-40, 40, (90, 3))
    if domain.two_dimensional:
        position *= (2.45, 2.45, 0.0)
    tissue = phenotype.Tissue(definition_of(phenotype, domain, half), rng.integers(0, 3, 90), position)
    cells = tissue.cells
    cells["attack"][:] = rng.uniform(0, 6, (90, 2))
    cells["target"][:] = np.where(rng.random(90) < 0.3, rng.integers(0, 90, 90), NOBODY)
    cells["held"][:] = rng.uniform(0, 9, (90, 2))
    cells["motility"][:] = rng.normal(size=(90, 6))
    cells["activity"][:] = rng.random((90, 2))
    for one in range(0, 88, 3):  # each third cell tied to the two that follow
        cells["springs"][one : one + 3] = [
            [one + 1, one + 2, NOBODY],
            [one, NOBODY, NOBODY],
            [one, NOBODY, NOBODY],
        ]
    return tissue


def differences(tissue, oracle) -> list[str]:
    """Arrays in which engine and oracle differ."""
    cells, bodies = tissue.cells, sorted(oracle.cells, key=lambda body: body.identifier)
    order = np.argsort(cells["identifier"])
    if cells["identifier"][order].tolist() != [body.identifier for body in bodies]:
        return ["identifier"]
    names = [tissue.compiled.vocabulary.behaviours[number] for number in tissue.compiled.columns]
    expected = {
        "place": [[*body.place, body.radius] for body in bodies],
        "volume": [
            [b.total, b.fluid, b.nuclear, b.nuclear_solid, b.cytoplasmic_solid, b.target_solid, b.rupture]
            for b in bodies
        ],
        "columns": [[body.does[name] for name in names] for body in bodies],
        "attack": [[body.attack_time, body.delivered] for body in bodies],
    }
    for name in (
        "kind",
        "model",
        "phase",
        "elapsed",
        "divisions",
        "lineage",
        "motility",
        "damage",
        "target",
        "nuclei",
    ):
        expected[name] = [getattr(body, name) for body in bodies]
    for name in ("flags", "springs", "held", "calcified", "activity", "pressure"):
        expected[name] = [getattr(body, name) for body in bodies]
    return [
        name
        for name, values in expected.items()
        if not np.allclose(
            cells[name][order].astype(float), np.array(values, dtype=float), rtol=1e-9, atol=1e-12
        )
    ]


def run_both(tissue, oracle, steps: int, linear: bool) -> list[str]:
    rng = np.random.default_rng(5)
    for _ in range(steps):
        tissue.level[:] = rng.uniform(0.1, 1.0, tissue.level.shape) * np.array([30.0, 1.5]).reshape(
            2, 1, 1, 1
        )
        pressure = dict(enumerate(rng.uniform(0, 2, 500)))
        tissue.cells["pressure"][:] = [pressure[i] for i in tissue.cells["identifier"]]
        for body in oracle.cells:
            body.pressure = pressure[body.identifier]
        oracle.advance(tissue.level, tissue.tick, tissue.time, 6.0)
        tissue.step(linear=linear)
        if found := differences(tissue, oracle):
            return found
    return []


@pytest.mark.parametrize(("where", "linear"), [("BOX", False), ("SHEET", True)])
def test_step_agrees_with_plain_python(phenotype, where: str, linear: bool) -> None:
    tissue = tissue_of(phenotype, getattr(phenotype, where))
    oracle = Oracle(tissue, linear)
    assert run_both(tissue, oracle, 30, linear) == []
    cells = tissue.cells
    assert cells.next_identifier > 130, "cells divided"
    assert cells.count < cells.next_identifier, "cells died and were removed"
    assert set(cells["kind"]) == {0, 1, 2}
    assert {(m, p) for m, p in zip(cells["model"], cells["phase"], strict=True)} >= {(1, 0), (2, 0), (2, 1)}
    assert (cells["flags"] & OUTSIDE).any() or where == "BOX"


def test_planted_fault_is_seen(phenotype) -> None:
    """A half-maximum of one rule off by a part in a million shows within one step."""
    tissue = tissue_of(phenotype, phenotype.BOX, half=20.0 * (1 + 1e-6))
    oracle = Oracle(tissue_of(phenotype, phenotype.BOX), False)
    assert run_both(tissue, oracle, 1, False) == ["columns"]
