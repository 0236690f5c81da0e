"""What a model is: typed objects, reading, checking, describing in English.

    catalog = load_catalog()                      everything, checked
    model = resolve(catalog, "py230", "c57bl6")   one tumour in one host
    describe(catalog, "IGF axis")                 the same in English
"""

from __future__ import annotations

from paget.model.catalog import Catalog, load_catalog
from paget.model.edits import Edit
from paget.model.quantity import Quantity, Setting
from paget.model.resolved import Ignored, Model
from paget.model.resolving import resolve

__all__ = ["Catalog", "Edit", "Ignored", "Model", "Quantity", "Setting", "load_catalog", "resolve"]
