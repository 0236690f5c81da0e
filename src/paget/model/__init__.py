"""What a model is: typed objects, reading, checking, describing in English.

catalog = load_catalog()                      everything, checked
model = resolve(catalog, "py230", "c57bl6")   one tumour in one host
describe(catalog, "IGF axis")                 the same in English
"""

from __future__ import annotations

from paget.model.catalog import Catalog, load_catalog
from paget.model.edits import Edit
from paget.model.english import describe, describe_model
from paget.model.listing import json_schema, list_catalog, model_hash, parameter_table
from paget.model.published import PublishedResult
from paget.model.quantity import Quantity, Setting
from paget.model.resolved import Ignored, Model
from paget.model.resolving import resolve
from paget.model.scene import Scene
from paget.model.scene_checks import check_scene, model_of_scene
from paget.model.scene_files import load_scene_file
from paget.model.trial_checks import check_trial
from paget.model.trial_design import Arm, AssayRequest, Contrast, TrialDesign
from paget.model.trial_files import load_trial_file

__all__ = [
    "Arm",
    "AssayRequest",
    "Catalog",
    "Contrast",
    "Edit",
    "Ignored",
    "Model",
    "PublishedResult",
    "Quantity",
    "Scene",
    "Setting",
    "TrialDesign",
    "check_scene",
    "check_trial",
    "describe",
    "describe_model",
    "json_schema",
    "list_catalog",
    "load_catalog",
    "load_scene_file",
    "load_trial_file",
    "model_hash",
    "model_of_scene",
    "parameter_table",
    "resolve",
]
