"""The model compiled to flat tables, and the response arithmetic that both engines call."""

from __future__ import annotations

from paget.rules.compile import CompiledModel, compile_model

__all__ = ["CompiledModel", "compile_model"]
