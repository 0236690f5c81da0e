"""The cycle models of the published agent-based cell model, and the rates that they have where nobody states others.

Each is a ring of phases; codes of models and phases are those of MultiCellDS. Cells divide when they leave the phase
that divides, and aim at twice their solid volume when they enter the phase that doubles. Reference rates are those of
MCF-10A cells. Source: Ghaffarizadeh et al., PLoS Comput Biol 14, e1005991 (2018), and its software, release 1.14.
"""

from __future__ import annotations

from paget.tissue.definition import Cycle, Phase

KI67_ADVANCED = Cycle(
    "Ki67 (advanced)",
    0,
    (
        Phase("Ki67-", 3),
        Phase("Ki67+ (premitotic)", 0, fixed_duration=True, divides_at_exit=True, doubles_at_entry=True),
        Phase("Ki67+ (postmitotic)", 1, fixed_duration=True),
    ),
)
KI67_BASIC = Cycle(
    "Ki67 (basic)",
    1,
    (
        Phase("Ki67-", 3),
        Phase("Ki67+", 2, fixed_duration=True, divides_at_exit=True, doubles_at_entry=True),
    ),
)
FLOW_CYTOMETRY = Cycle(
    "Flow cytometry model (basic)",
    2,
    (Phase("G0/G1", 4), Phase("S", 10, doubles_at_entry=True), Phase("G2/M", 11, divides_at_exit=True)),
)
LIVE = Cycle("Live", 5, (Phase("Live", 14, divides_at_exit=True, doubles_at_entry=True),))
FLOW_CYTOMETRY_SEPARATED = Cycle(
    "Flow cytometry model (separated)",
    6,
    (
        Phase("G0/G1", 4),
        Phase("S", 10, doubles_at_entry=True),
        Phase("G2", 12),
        Phase("M", 13, divides_at_exit=True),
    ),
)
CYCLING_QUIESCENT = Cycle(
    "Cycling-Quiescent model",
    7,
    (
        Phase("Quiescent", 18),
        Phase("Cycling", 17, fixed_duration=True, divides_at_exit=True, doubles_at_entry=True),
    ),
)

CYCLES: dict[int, Cycle] = {
    cycle.code: cycle
    for cycle in (
        KI67_ADVANCED,
        KI67_BASIC,
        FLOW_CYTOMETRY,
        LIVE,
        FLOW_CYTOMETRY_SEPARATED,
        CYCLING_QUIESCENT,
    )
}
"""Cycle models by code."""

REFERENCE_RATES: dict[int, tuple[float, ...]] = {
    0: (1.0 / (3.62 * 60.0), 1.0 / (13.0 * 60.0), 1.0 / (2.5 * 60.0)),
    1: (1.0 / (4.59 * 60.0), 1.0 / (15.5 * 60.0)),
    2: (0.00324, 0.00208, 0.00333),
    5: (0.0432 / 60.0,),
    6: (0.00335, 0.00208, 0.00417, 0.0167),
    7: (1.0 / (4.59 * 60.0), 1.0 / (15.5 * 60.0)),
}
"""Rate of leaving each phase (1/min), by code of the cycle model."""
