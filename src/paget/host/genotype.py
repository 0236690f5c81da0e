"""What an edit of the host's genotype changes in its organs at rest, before any tumour.

Numbers of resident cells and of collagen are those of the wild type. So an organ keeps both by what its cells do
relative to the wild type (`niches.py`): where fewer macrophages are recruited there are fewer, where stroma lays less
collagen there is less. Blood and marrow of an edited host stay those of the wild type.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from paget.host.environment import fill_shared
from paget.host.lesions import DEPOSITION, DIGESTION
from paget.host.niches import read_resting_niche, resting_matrix_rate
from paget.host.state import SITE_COUNT, new_state
from paget.rules.compile import CompiledModel

FloatArray = npt.NDArray[np.float64]


class Rest(NamedTuple):
    """What resident cells do in organs without a tumour."""

    behaviours: FloatArray
    """Behaviours in every organ, shape (S, B)."""
    deposition: FloatArray
    """Deposition of collagen (1/day), shape (S,)."""
    digestion: FloatArray
    """Digestion of collagen (1/day), shape (S,)."""


def at_rest(compiled: CompiledModel) -> Rest:
    """Read all organs at the cell densities of the wild type."""
    tables, state = compiled.tables, new_state(compiled.tables, compiled.axes)[0]
    fill_shared(tables, state)
    sites = range(SITE_COUNT)
    for site in sites:
        read_resting_niche(tables, state, site)
    rates = np.array(
        [[resting_matrix_rate(tables, state, site, row) for site in sites] for row in (DEPOSITION, DIGESTION)]
    )
    return Rest(state["niche_rest"].copy(), *rates)


def beside_wild_type(edited: CompiledModel, wild_type: CompiledModel) -> CompiledModel:
    """The edited model with what its organs keep of the wild type.

    Both are models of one tumour and host with the same drugs, which differ in nothing but the edited numbers.
    """
    own, wild = at_rest(edited), at_rest(wild_type)
    record = edited.record.copy()
    sites, recruitment = record[0]["sites"], edited.tables["behaviour"]["recruitment"]
    for cell_type in range(1, len(edited.cell_types)):
        place = recruitment[cell_type]
        if place >= 0:
            sites["kept_recruitment"][:, cell_type] = _share(
                own.behaviours[:, place], wild.behaviours[:, place]
            )
    sites["kept_deposition"][:] = _share(own.deposition, wild.deposition)
    sites["lost_digestion"][:] = wild.digestion - own.digestion
    return replace(edited, record=record)


def _share(own: FloatArray, wild: FloatArray) -> FloatArray:
    """Own over wild; 1 where the wild type does nothing either way."""
    return np.divide(own, wild, out=np.ones_like(own), where=wild > 0.0)
