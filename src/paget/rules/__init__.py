"""The model compiled to flat tables, and the response arithmetic that both engines call."""
