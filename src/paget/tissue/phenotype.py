"""One phenotype step: what cells sense and do, how they grow, die, advance in their cycle, transform and divide.

In the order of PhysiCell: for each cell transformation, rules, volume, damage, death, cycle; then divisions. Cells at
the end of their death get the flag REMOVED and lose their springs. A cell reads only its own state, the fields, and
the contacts that were counted before any cell changed, so the result does not depend on the order of cells nor on
threads.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from paget.compiled import kernel, parallel_kernel, prange
from paget.tissue.attachments import release
from paget.tissue.cells import ABSENT, REMOVED, Cells
from paget.tissue.compile import Compiled
from paget.tissue.contacts import Touching
from paget.tissue.cycle import advance_cycle
from paget.tissue.death import advance_damage, check_death
from paget.tissue.division import divide
from paget.tissue.laws import is_dead
from paget.tissue.neighbours import BLOCKS
from paget.tissue.phenotype_arrays import Moment, Selves, kinds_of
from paget.tissue.ruling import apply_rules
from paget.tissue.sensing import count_contacts, sense
from paget.tissue.tables import Bases
from paget.tissue.transformation import transform
from paget.tissue.volume import update_volume

SERIAL_BELOW = 2000
"""So few cells are advanced by one thread: they take less than half a millisecond (and one kernel less to compile)."""


@kernel
def advance_part(cells, types, rules, b, s, conserved, level, spacing, moment, first, last, signals):
    """Take cells first .. last - 1 through one step."""
    key, tick, step, linear = moment.key, moment.tick, moment.step, moment.linear
    for i in range(first, last):
        if cells.flags[i] & ABSENT:
            continue
        if moment.transforms and not is_dead(cells, i):
            transform(cells, types, b, conserved, key, tick, step, linear, i)
        kind = cells.kind[i]
        if rules.first_ruled[kind] < rules.first_ruled[kind + 1]:
            row = signals[i]
            sense(cells, types, b, s, rules.sensed, level, spacing, moment.time, i, row)
            apply_rules(cells, rules, i, row)
        update_volume(cells, types, i, step)
        if moment.damages:
            advance_damage(cells, types, b, step, i)
        if not is_dead(cells, i):
            check_death(cells, types, b, key, tick, step, linear, i)
        advance_cycle(cells, types, b, key, tick, step, linear, i)


@parallel_kernel
def advance_cells(cells, types, rules, b, s, conserved, level, spacing, moment, count, signals):
    """Take all cells through one step. `level` (m, nz, ny, nx); `signals` (C, s), contacts filled in."""
    for block in prange(BLOCKS):
        first, last = block * count // BLOCKS, (block + 1) * count // BLOCKS
        advance_part(cells, types, rules, b, s, conserved, level, spacing, moment, first, last, signals)


def phenotype_step(
    cells: Cells,
    compiled: Compiled,
    level: npt.NDArray[np.float64],
    start: npt.NDArray[np.int32],
    neighbour: npt.NDArray[np.int32],
    key: np.uint64,
    tick: int,
    time: float,
    step: float,
    linear: bool,
) -> tuple[int, int]:
    """One step of `step` min at `time` (min); returns how many cells divided and how many have the flag REMOVED.

    `level`, shape (m, nz, ny, nx); `start`, shape (n + 1,), and `neighbour`: candidates for contacts of each row,
    needed only if a rule senses contacts; `tick`: number of the mechanics step; `linear`: chances are rate times step.
    """
    count = cells.count
    if not count:
        return 0, 0
    types, rules, vocabulary = compiled.types, compiled.rules, compiled.vocabulary
    b, s = vocabulary.behaviour, vocabulary.signal
    signals = np.empty((count, len(rules.sensed)))
    if senses_contacts(compiled):
        bases = Bases(types.base, types.column)
        count_contacts(cells.part(Touching), bases, b, s, rules.sensed, start, neighbour, count, signals)
    spacing = np.array(compiled.definition.domain.spacing, dtype=np.float64)
    moment = Moment(
        key, tick, float(time), float(step), bool(linear), may_transform(compiled), cells.has("damage")
    )
    arguments = (
        cells.part(Selves), kinds_of(types), rules, b, s, conserved_columns(compiled), level, spacing, moment
    )  # fmt: skip
    if count < SERIAL_BELOW:
        advance_part(*arguments, 0, count, signals)
    else:
        advance_cells(*arguments, count, signals)
    removed = np.flatnonzero(cells["flags"] & REMOVED)
    release(cells, removed)
    return divide(cells, compiled, conserved_columns(compiled), key, tick), len(removed)


def senses_contacts(compiled: Compiled) -> bool:
    """Whether some rule counts neighbours, so that the step needs a list of them."""
    s, sensed = compiled.vocabulary.signal, compiled.rules.sensed
    return bool(((sensed >= s.contact) & (sensed < s.contact_membrane)).any())


def may_transform(compiled: Compiled) -> bool:
    """Whether any cell may become one of another type."""
    types = compiled.types
    first = compiled.vocabulary.behaviour.transform
    rates = slice(first, first + types.base.shape[0])
    return bool(types.base[:, rates].any() or (types.column[rates] >= 0).any())


def conserved_columns(compiled: Compiled) -> npt.NDArray[np.uint8]:
    """1 for each column of the cells whose amount is shared at division, shape (c,)."""
    first = compiled.vocabulary.behaviour.custom
    shared = [first + k for k, shared in enumerate(compiled.definition.custom.values()) if shared]
    return np.isin(compiled.columns, shared).astype(np.uint8)
