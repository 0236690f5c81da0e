"""A definition as plain arrays: what the kernels read. K cell types, B behaviours, R ruled behaviours, Q rules."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

MODES = ("none", "simple", "weighted", "normalised")
"""Chemotaxis: `chemotaxis_mode` is the position here."""

FLUID_FRACTION, CYTOPLASMIC_TO_NUCLEAR, FLUID_RATE, CYTOPLASMIC_RATE, NUCLEAR_RATE, CALCIFICATION = range(6)
"""Columns of `TypeTable.growth`: target fluid fraction, target ratio of solids, rates (1/min)."""

D_UNLYSED, D_LYSED, D_CYTOPLASMIC, D_NUCLEAR, D_CALCIFICATION, D_RUPTURE = range(6)
"""Columns of `TypeTable.death`: rates (1/min) and relative rupture volume."""


class TypeTable(NamedTuple):
    """Numbers of each cell type."""

    base: np.ndarray
    """Base of each behaviour, shape (K, B)."""
    column: np.ndarray
    """Column of `CellArrays.columns` with the value of each cell, -1 where all have the base; int32, shape (B,)."""
    volume: np.ndarray
    """Volume of a new cell, columns as `CellArrays.volume`, shape (K, 7)."""
    growth: np.ndarray
    """Targets and rates of the volume, shape (K, 6)."""
    death: np.ndarray
    """Rates in apoptosis and necrosis, shape (K, 2, 6)."""
    death_rate: np.ndarray
    """Rate of leaving each phase of apoptosis and necrosis (1/min), shape (K, 2, 2)."""
    death_fixed: np.ndarray
    """1 where that phase has a fixed duration, uint8, shape (K, 2, 2)."""
    phases: np.ndarray
    """Number of phases of the cycle, int32, shape (K,)."""
    fixed: np.ndarray
    """1 where a phase has a fixed duration, uint8, shape (K, 6)."""
    divides: np.ndarray
    """1 where a cell divides when it leaves the phase, uint8, shape (K, 6)."""
    doubles: np.ndarray
    """1 where a cell aims at twice its solid volume when it enters the phase, uint8, shape (K, 6)."""
    next: np.ndarray
    """Phase that follows each phase, int8, shape (K, 6)."""
    motile: np.ndarray
    """uint8, shape (K,)."""
    in_plane: np.ndarray
    """1 where crawling stays within a plane, uint8, shape (K,)."""
    chemotaxis_mode: np.ndarray
    """Position in MODES, int8, shape (K,)."""
    chemotaxis_factor: np.ndarray
    """Factor of the simple mode, int32, shape (K,)."""
    chemotaxis_direction: np.ndarray
    """+1 or -1, float64, shape (K,)."""
    released: np.ndarray
    """Share of each factor that a removed cell releases, shape (K, m)."""
    transferred: np.ndarray
    """Share of each factor that an ingested cell passes on, shape (K, m)."""


class Bases(NamedTuple):
    """The arrays of `TypeTable` by which `laws.behaviour_of` reads, for kernels that need no others."""

    base: np.ndarray
    column: np.ndarray


class RuleArrays(NamedTuple):
    """Rules sorted by cell type and behaviour: the fields of `paget.rules.tables.RuleTable`, and where they apply.

    `paget.rules.rule_table` evaluates this as it evaluates the table of the host engine.
    """

    base: np.ndarray
    """Shape (R,)."""
    minimum: np.ndarray
    """Shape (R,)."""
    maximum: np.ndarray
    """Shape (R,)."""
    first_rule: np.ndarray
    """Rules of ruled behaviour r are first_rule[r] .. first_rule[r + 1] - 1; int64, shape (R + 1,)."""
    signal: np.ndarray
    """Column of the matrix of sensed signals, int64, shape (Q,)."""
    increases: np.ndarray
    """int64, shape (Q,)."""
    half: np.ndarray
    """Shape (Q,)."""
    power: np.ndarray
    """Shape (Q,)."""
    applies_to_dead: np.ndarray
    """uint8, shape (Q,)."""
    first_ruled: np.ndarray
    """Ruled behaviours of cell type k are first_ruled[k] .. first_ruled[k + 1] - 1; int64, shape (K + 1,)."""
    column: np.ndarray
    """Column of `CellArrays.columns` that ruled behaviour r fills, int32, shape (R,)."""
    sensed: np.ndarray
    """Signal number (`SignalIndex`) of each column of the matrix of sensed signals, int64, shape (s,)."""
