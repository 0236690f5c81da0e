"""Measurements on the state of a simulated animal, with detection limits and errors."""
