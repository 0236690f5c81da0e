"""Cells as agents in a tissue. Empty: the host engine came first."""
