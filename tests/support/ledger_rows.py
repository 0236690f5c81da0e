"""A row of the ledger that few animals decide."""

from __future__ import annotations

from paget.evidence import Effort

SMALL = Effort(animals=8, seeds=3, draws=6, animals_per_draw=1)
"""Enough for effects that nobody can miss."""

CLUSTERS = """schema = "result/1"
name = "clusters"
source = "schuster2025"
claim = "loss of PLXNB2 lowers clusters in blood"
host = "mouse"
kind = "contrast"
use = "built-in"
evidence = "V"
direction = "lower"
likely_missing = "nothing"

[[counterpart]]
statistic = "contrasts"
trial = "plxnb2-loss"

[[counterpart.effects]]
funnel = "shed"
aggregate = "cluster"
arm = "PLXNB2 knock-out"
reference = "control"
direction = "lower"
"""
"""A row of two arms whose effect is decided by few animals."""
