"""Settings for all tests: property tests are the same on every run, and a first call may compile a kernel."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("paget", deadline=None, derandomize=True)
settings.load_profile("paget")
