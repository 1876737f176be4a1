"""Settings that every test shares."""

from __future__ import annotations

from hypothesis import settings

# Two runs of the suite give the same result: no random seed, no data base of earlier examples, no wall time.
settings.register_profile("digitrig", derandomize=True, deadline=None, database=None)
settings.load_profile("digitrig")
