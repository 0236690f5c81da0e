"""Drugs and ligands in the body, for both engines: kinetics, binding, occupancy, the marrow.

Free ligand is solved first (`binding`), then what sits on the receptor (`occupancy`).
Doses become plasma and tissue levels in `kinetics`, and blood neutrophils follow from the proliferating
marrow in `marrow`. All functions take plain numbers in the units that their docstrings state.
"""
