"""Measurements on simulated animals, with the errors and limits of a laboratory.

`take(animal, moment, order)` gives one reading. Which endpoints exist is in `paget.model.endpoints`, each file here is
one bench of the laboratory, and `registry.ASSAYS` joins the two. Engines know the truth; only what an assay reads
enters the statistics of a trial.
"""

from paget.assays.bench import Animal, Moment, Order, Reading, stable_hash
from paget.assays.registry import ASSAYS, assay_numbers, expanded, order_for, take
from paget.assays.survival import died

__all__ = [
    "ASSAYS",
    "Animal",
    "Moment",
    "Order",
    "Reading",
    "assay_numbers",
    "died",
    "expanded",
    "order_for",
    "stable_hash",
    "take",
]
