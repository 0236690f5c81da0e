"""Rules of one cell: signals in, behaviours out, with the response arithmetic that the host engine uses.

All rules of a cell read the state before any of them wrote, so that their order does not matter.
"""

from __future__ import annotations

from paget.compiled import kernel
from paget.rules.rule_table import value_in_cell
from paget.tissue.laws import is_dead


@kernel
def apply_rules(cells, rules, i, row):
    """Write every ruled behaviour of cell i into its column; `row`: the signals that it senses, shape (s,)."""
    kind, dead = cells.kind[i], is_dead(cells, i)
    for ruled in range(rules.first_ruled[kind], rules.first_ruled[kind + 1]):
        column = rules.column[ruled]
        cells.columns[i, column] = value_in_cell(rules, ruled, row, dead, cells.columns[i, column])
