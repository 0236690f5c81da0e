"""Which drugs and pairs work best, when, at which step, and how surely."""
