"""Interactions in whole simulations: resuming, threads, and what is true at every moment."""

from __future__ import annotations

import numpy as np
from neighbourhoods import check_lists
from tissues import cell_type, definition, scattered

from paget.tissue.cells import ABSENT, DEAD, NOBODY
from paget.tissue.definition import Cycle, Definition, Phase
from paget.tissue.simulation import Simulation

FAST = Cycle("fast", 5, (Phase("live", 14, divides_at_exit=True, doubles_at_entry=True),))


def busy() -> Definition:
    """Tumour cells that divide, die and cling to each other; cells that attack them, kill them, and eat the dead."""
    clings = {
        "cell attachment rate": 1.0,
        "cell detachment rate": 0.1,
        "maximum number of cell attachments": 20.0,
    }
    tumour = cell_type("tumour", clings | {"exit from cycle phase 0": 0.02, "apoptosis": 0.01}, cycle=FAST)
    attacks = {"attack tumour": 0.5, "attack duration": 3.0, "kill tumour": 0.02, "migration speed": 4.0}
    killer = cell_type("killer", attacks, motile=True)
    eater = cell_type(
        "eater",
        {
            "phagocytose apoptotic cell": 0.3,
            "phagocytose tumour": 0.01,
            "fuse to eater": 0.2,
            "fuse to killer": 0.05,
        },
    )
    return definition(tumour, killer, eater, tracks_internalised=True)


def simulation(threads: int = 1) -> Simulation:
    return Simulation(busy(), scattered(250, 1, half=55.0, kinds=3), seed=3, threads=threads)


def states_agree(one: Simulation, other: Simulation) -> bool:
    first, second = one.state(), other.state()
    return first.keys() == second.keys() and all(first[k].tobytes() == second[k].tobytes() for k in first)


def test_the_same_bits_after_resuming_and_on_two_threads() -> None:
    straight = simulation().run(until=24.0)
    interrupted = simulation().run(until=7.3)
    resumed = Simulation.from_state(busy(), interrupted.state(), threads=2).run(until=24.0)
    assert (straight.cells["springs"] != NOBODY).any()
    assert (straight.cells["target"] != NOBODY).any()
    assert straight.cells.next_identifier > straight.cells.count
    assert states_agree(straight, resumed)
    assert states_agree(straight, simulation(threads=2).run(until=24.0))


def test_what_is_true_at_every_moment() -> None:
    seen = {"attacks": 0, "springs": 0, "dead": 0, "gone": 0}

    def check(now: Simulation) -> None:
        cells = now.cells
        check_lists(cells)
        present = (cells["flags"] & ABSENT) == 0
        attacking = cells["target"] != NOBODY
        rows = {int(own): row for row, own in enumerate(cells["identifier"])}
        for row in np.flatnonzero(attacking & present):
            assert rows[int(cells["target"][row])] != row
        assert (cells["volume"][present, 0] > 0).all()
        assert (cells["held"] >= 0).all()
        assert (cells["nuclei"][present] >= 1).all()
        seen["attacks"] += int(attacking.sum())
        seen["springs"] += int((cells["springs"] != NOBODY).sum())
        seen["dead"] += int((cells["flags"] & DEAD != 0).sum())
        seen["gone"] += int((~present).sum())

    simulation().run(until=18.0, every=0.5, then=check)
    assert all(seen.values())
