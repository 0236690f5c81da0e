"""What is done to one subject, as flat arrays that the engine reads: doses, surgery, inoculation, observation.

Time is counted in ticks of one hour from day 0. An event is anchored to day 0, to enrolment, to surgery, or to a
trigger (a state variable that passes a threshold); its own tick counts from its anchor.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

TICKS_PER_DAY = 24

# Anchors of an event.
ANCHOR_INOCULATION, ANCHOR_ENROLMENT, ANCHOR_SURGERY, ANCHOR_TRIGGER = 0, 1, 2, 3  # the first is day 0

# Kinds of event.
EVENT_DOSE, EVENT_SURGERY = 0, 1

DOSE_BASES = ("mg/kg", "mg/m^2", "mg")
"""Units of doses: per body weight, per body surface, flat. The index is what an event carries."""

# State variables that a trigger can watch.
TRIGGER_VARIABLES = ("primary volume", "lung burden", "weight loss")

# Routes of inoculation.
INOCULUM_ROUTES = ("fat pad", "tail vein", "intracardiac", "portal vein")

# Why a subject left: the index is what the engine writes.
EXIT_CAUSES = (
    "end of study",
    "tumour volume",
    "weight loss",
    "lung burden",
    "not enrolled",
)

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


class Regimen(NamedTuple):
    """Events of one arm; all arrays have one entry per event."""

    kind: IntArray
    """EVENT_DOSE or EVENT_SURGERY."""
    anchor: IntArray
    """ANCHOR_*: what `tick` counts from."""
    tick: IntArray
    """Hours after the anchor."""
    trigger: IntArray
    """Index into TRIGGER_VARIABLES for ANCHOR_TRIGGER, else -1."""
    threshold: FloatArray
    """Value of the trigger variable that starts the event (mm3, mm3, share)."""
    drug: IntArray
    """Index of the drug in the compiled model, -1 for surgery."""
    dose: FloatArray
    """Dose, in the unit of its basis."""
    basis: IntArray
    """Index into DOSE_BASES."""
    route: IntArray
    """Index of the route in `CompiledModel.routes`, -1 for surgery."""
    residual: FloatArray
    """Surgery: share of the primary's cells left behind."""


class Protocol(NamedTuple):
    """How one subject is inoculated, enrolled, watched and taken out."""

    last_tick: int
    """End of the study (h)."""
    step_ticks: int
    """Longest step (h)."""
    inoculum_tick: int
    """Time of inoculation (h)."""
    inoculum_route: int
    """Index into INOCULUM_ROUTES."""
    inoculum_cells: float
    """Tumour cells injected."""
    inoculum_size: int
    """Tumour cells per injected aggregate (1 for single cells)."""
    engrafted_share: float
    """Share of fat-pad cells that found the primary; 0 where the tumour does not take."""
    enrolment_volume: float
    """Volume that starts treatment (mm3); 0: enrolled at inoculation."""
    enrolment_latest: int
    """Latest tick of enrolment; later subjects leave as not enrolled."""
    humane_volume: float
    """Primary volume at which the subject is killed (mm3)."""
    humane_weight_loss: float
    """Share of body weight lost at which the subject is killed."""
    humane_lung_burden: float
    """Tumour volume in the lungs at which the subject is killed (mm3)."""
    snapshot_ticks: IntArray
    """Ticks at which all lesions are listed; the exit is always listed too."""
    snapshot_volumes: FloatArray
    """Primary volumes (mm3) at whose first passage all lesions are listed."""
    inoculum_partner: int = 0
    """Who travels with each aggregate given into blood: 0 nobody, else 1 + index of the partner type."""
