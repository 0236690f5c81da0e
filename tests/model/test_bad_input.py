"""Bad input, one row each: a valid file with one thing wrong gives one message that says where and what.

Every row edits a file of the catalog in a project folder of its own. The error must be a PagetError whose line is
that of the text `at` in the edited file, and whose message holds all of `says`.
"""

# ruff: noqa: E501  (a table reads best with a row to a line)

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from paget.errors import PagetError
from paget.model import load_catalog, load_trial_file

Change = tuple[str, str]

IGF = "mechanisms/igf-axis.toml"
MACROPHAGES = "mechanisms/macrophages.toml"
GROWTH = "mechanisms/growth.toml"
PACLITAXEL = "drugs/paclitaxel.toml"
XENTUZUMAB = "drugs/xentuzumab.toml"
LM2 = "tumours/lm2-4.toml"
SCID = "hosts/scid.toml"
TRIAL = "trials/igf-paclitaxel.toml"
PATIENTS = "populations/stage-iii-iv.toml"

VALUE = r"\{ value = [^,]+, unit"
ONE_RULE = """
[[rules]]
cell_type = "tumour cell"
signal = "SIGNAL"
direction = "decreases"
behaviour = "BEHAVIOUR"
half_maximum = { value = 1.0, unit = "1", source = "assumed", kind = "assumed" }
power = { value = 1.0, unit = "1", source = "assumed", kind = "assumed" }
"""


def rule(signal: str, behaviour: str = "death") -> str:
    return ONE_RULE.replace("SIGNAL", signal).replace("BEHAVIOUR", behaviour)


@dataclass(frozen=True)
class Bad:
    """One row."""

    name: str
    file: str
    changes: tuple[Change, ...]
    says: tuple[str, ...]
    at: str = ""
    """Pattern of the text in whose line the message must point; "" where the whole file is wrong."""


CATALOG = [
    Bad("unknown key", PACLITAXEL, (("molar_mass", "molarmass"),), ("molarmass", "unknown key", "'molar_mass'"), "molarmass"),
    Bad("unknown key in a number", PACLITAXEL, (('kind = "assumed" }', 'knid = "assumed" }'),), ("knid", "unknown key", "'kind'"), "knid"),
    Bad("unknown table", SCID, ((r"\[body\]", "[bodies]"),), ("bodies", "unknown key", "'body'"), r"\[bodies\]"),
    Bad("missing source", PACLITAXEL, ((r'unit = "g/mol", source = "[^"]*", ', 'unit = "g/mol", '),), ("source is missing", "molar_mass"), "molar_mass"),
    Bad("missing kind", PACLITAXEL, ((r', kind = "[^"]*"', ""),), ("kind is missing", "measured, derived, fitted or assumed"), "molar_mass"),
    Bad("missing unit", PACLITAXEL, ((r'unit = "g/mol", ', ""),), ("unit is missing",), "molar_mass"),
    Bad("missing name", PACLITAXEL, ((r'name = "paclitaxel"\n', ""),), ("name is missing",)),
    Bad("wrong unit", PACLITAXEL, ((r'unit = "mL/minute/kg"', 'unit = "mL/minute"'),), ("kinetics.mouse.clearance", "wrong unit", "'mL/minute'", "L/kg/day"), "mL/minute\""),
    Bad("dose as a share", PACLITAXEL, ((r'unit = "mg/kg/day"', 'unit = "1/day"'),), ("wrong unit", "'1/day'", "mg/kg/day"), 'maximum_rate = .*"1/day"'),
    Bad("unknown unit", PACLITAXEL, ((r'unit = "g/mol"', 'unit = "gramm/mol"'),), ("unknown unit", "'gramm/mol'", "'gram/mol'"), "gramm/mol"),
    Bad("unit without caret", LM2, ((r'"cell/mm\^3"', '"cell/mm3"'),), ("unknown unit", "'cell/mm^3'"), "cell/mm3"),
    Bad("temperature", PACLITAXEL, ((r'unit = "g/mol"', 'unit = "degC"'),), ("unknown unit", "degC"), "degC"),
    Bad("negative rate", LM2, ((r"(?<=\[behaviours.\"death\"\]\n)base = \{ value = [0-9.]+", "base = { value = -0.2"),), ("must not be negative", "-0.2 1/day"), r"value = -0\.2"),
    Bad("not a number", LM2, ((r"alpha = \{ value = [0-9.]+", "alpha = { value = nan"),), ("finite number", "crowding.alpha.value"), "value = nan"),
    Bad("infinite", LM2, ((r"alpha = \{ value = [0-9.]+", "alpha = { value = inf"),), ("finite number",), "value = inf"),
    Bad("text for a number", LM2, ((r"alpha = \{ value = [0-9.]+", 'alpha = { value = "0.5"'),), ("must be a number", "'0.5'"), 'value = "0.5"'),
    Bad("true for a number", LM2, ((r"alpha = \{ value = [0-9.]+", "alpha = { value = true"),), ("must be a number",), "value = true"),
    Bad("plain number for a quantity", LM2, ((r"alpha = \{[^\n]*\}", "alpha = 0.5"),), ("must be a table such as { value",), "alpha = 0.5"),
    Bad("share above one", LM2, ((r"take_rate = \{ value = [0-9.]+", "take_rate = { value = 1.5"),), ("must be at most 1", "1.5"), r"value = 1\.5"),
    Bad("per cent above one", LM2, ((r'take_rate = \{ value = [0-9.]+, unit = "1"', 'take_rate = { value = 150, unit = "%"'),), ("must be at most 1", "150 %"), "value = 150"),
    Bad("range misses value", LM2, ((r"(half_life_single = .*?)range = \[[^\]]*\]", 'half_life_single = { value = 27.5, unit = "minute", source = "assumed", kind = "assumed", range = [1, 2]'),), ("range must contain the value 27.5",), r"\[1, 2\]"),
    Bad("range upside down", LM2, ((r"range = \[[^\]]*\]", "range = [3, 1]"),), ("range must run from low to high",), r"range = \[3, 1\]"),
    Bad("range of one", LM2, ((r"range = \[[^\]]*\]", "range = [3]"),), ("range",), r"range = \[3\]"),
    Bad("base above maximum", LM2, ((r"(?<=\[behaviours.\"cohesion\"\]\n)base = [^\n]*", 'base = { value = 0.9, unit = "1", source = "assumed", kind = "assumed" }'),), ("minimum <= base <= maximum does not hold", "cohesion"), r"value = 0\.9,"),
    Bad("chance above one", LM2, ((r"(?<=\[behaviours.\"cohesion\"\]\n)base = [^\n]*", 'base = { value = 1.2, unit = "1", source = "assumed", kind = "assumed" }'),), ("must be at most 1",), r"value = 1\.2"),
    Bad("power of zero", GROWTH, ((r"power = \{ value = 1\.0", "power = { value = 0"),), ("must be above 0",), "power = "),
    Bad("unknown source", PACLITAXEL, ((r'source = "eiseman1994"', 'source = "eisman1994"'),), ("no key of references.bib", "'eisman1994'", "'eiseman1994'"), "eisman1994"),
    Bad("measured but assumed", PACLITAXEL, ((r'source = "eiseman1994", kind = "measured"', 'source = "assumed", kind = "measured"'),), ("a measured number needs the key of its source",), 'source = "assumed", kind = "measured"'),
    Bad("unknown kind of number", PACLITAXEL, ((r'kind = "measured"', 'kind = "mesured"'),), ("unknown choice", "'measured'"), "mesured"),
    Bad("lognormal of nothing", LM2, ((r"(?<=\[behaviours.\"shedding\"\]\n)base = [^\n]*", 'base = { value = 0, unit = "event/day", source = "assumed", kind = "assumed", between = { distribution = "lognormal", sd = 0.6 } }'),), ("must be above 0",), "base = { value = 0, unit = \"event/day\""),
    Bad("unknown distribution", LM2, ((r'distribution = "lognormal"', 'distribution = "lognorm"'),), ("'lognormal'",), '"lognorm"'),
    Bad("unknown signal", GROWTH, ((r'signal = "pressure"', 'signal = "presure"'),), ("unknown signal", "'presure'", "'pressure'"), "presure"),
    Bad("signal of an unknown receptor", GROWTH, ((r'signal = "pressure"', 'signal = "IGF2R activity"'),), ("unknown signal", "'IGF1R activity'"), "IGF2R"),
    Bad("receptor that the cell lacks", GROWTH, ((r'signal = "pressure"', 'signal = "CSF1R activity"'),), ("tumour cell carries no receptor CSF1R", "IGF1R"), "CSF1R"),
    Bad("receptor without ligand", "receptors/igf1r.toml", ((r"\[ligands\].*", ""),), ("a receptor needs a ligand", "collagen"), ""),
    Bad("collagen of no density", "receptors/igf1r.toml", ((r"\[ligands\]", 'collagen = { value = 0, unit = "1", source = "assumed", kind = "assumed" }\n[ligands]'),), ("must be above 0",), "collagen"),
    Bad("expression of a receptor that the cell lacks", MACROPHAGES, ((r"secretion of CSF-1", "expression of CSF1R"), (r"base = [^\n]*", 'base = { value = 1, unit = "1", source = "assumed", kind = "assumed" }'), (r"minimum = [^\n]*", 'minimum = { value = 0, unit = "1", source = "assumed", kind = "assumed" }'), (r"maximum = [^\n]*", 'maximum = { value = 2, unit = "1", source = "assumed", kind = "assumed" }')), ("tumour cell carries no receptor CSF1R", "IGF1R"), "expression of CSF1R"),
    Bad("unknown behaviour", GROWTH, ((r'behaviour = "cycle entry"', 'behaviour = "cell entry"'),), ("unknown behaviour", "'cycle entry'"), "cell entry"),
    Bad("behaviour that the cell lacks", GROWTH, ((r'cell_type = "tumour cell"', 'cell_type = "fibroblast"'),), ("fibroblast has no such behaviour", "'cycle entry'"), 'behaviour = "cycle entry"'),
    Bad("unknown cell type in a rule", GROWTH, ((r'cell_type = "tumour cell"', 'cell_type = "tumor cell"'),), ("unknown cell type", "'tumour cell'"), "tumor cell"),
    Bad("unknown direction", GROWTH, ((r'direction = "decreases"', 'direction = "decrease"'),), ("'decreases'", "increases, decreases"), '"decrease"'),
    Bad("half-maximum in another unit", GROWTH, ((r'half_maximum = \{ value = 1\.0, unit = "1"', 'half_maximum = { value = 1.0, unit = "nM"'),), ("wrong unit", "'nM'"), 'unit = "nM"'),
    Bad("same rule twice", GROWTH, ((r"\Z", rule("pressure", "cycle entry")),), ("stands already in", "growth.toml:8", "pressure decreases cycle entry")),
    Bad("rule of another file", GROWTH, ((r"\Z", rule("IGF1R activity")),), ("stands already in", "igf-axis.toml"), ""),
    Bad("behaviour defined twice", MACROPHAGES, ((r'\[cell_types."tumour cell".behaviours."secretion of CSF-1"\]', '[cell_types."tumour cell".behaviours."secretion of IGF-2"]'),), ("behaviour 'secretion of IGF-2' of tumour cell is also defined in", "igf-axis.toml"), "secretion of IGF-2"),
    Bad("unknown factor in a behaviour", MACROPHAGES, ((r'behaviours."secretion of CSF-1"', 'behaviours."secretion of CSF-2"'),), ("unknown behaviour", "'secretion of CSF-1'"), "CSF-2"),
    Bad("unknown receptor on a cell", MACROPHAGES, ((r'receptors."CSF1R"', 'receptors."CSFR1"'),), ("unknown receptor", "'CSF1R'"), "CSFR1"),
    Bad("unknown cell type in a host", SCID, ((r'"neutrophil" =', '"neutrophile" ='),), ("unknown cell type", "'neutrophil'"), "neutrophile"),
    Bad("unknown site", SCID, ((r'\[sites."lung"\]', '[sites."lungs"]'),), ("unknown choice", "'lung'"), r'\[sites."lungs"\]'),
    Bad("unknown faculty", SCID, ((r'"T cells" = false', '"T-cell" = false'),), ("unknown choice", "'T cells'"), "T-cell"),
    Bad("more free than total", SCID, ((r'(?<=\[plasma."insulin"\]\n)free = [^\n]*', 'free = { value = 30, unit = "nM", source = "assumed", kind = "assumed" }'),), ("more is free than there is in total", "30 nM"), "free = { value = 30"),
    Bad("behaviour missing in a tumour", LM2, ((r"\[behaviours.\"waking\"\].*?\n\n", "\n"),), ("behaviour 'waking' is missing",)),
    Bad("correlation of nothing", LM2, ((r'"crowding.beta"\]', '"crowding.bta"]'),), ("names no number of this file", "'crowding.beta'"), "crowding.bta"),
    Bad("clearance missing", PACLITAXEL, ((r"clearance = [^\n]*\n", ""),), ("linear elimination needs clearance", "kinetics.mouse")),
    Bad("two compartments without volume", XENTUZUMAB, ((r"peripheral_volume = [^\n]*\n", ""),), ("needs peripheral_volume",), r"\[kinetics.mouse\]"),
    Bad("antibody without affinity", XENTUZUMAB, ((r"\[actions.affinity.human\]\n[^\n]*\n\n\[actions.affinity.mouse\]\n[^\n]*\n", ""),), ("a drug that binds IGF-1 needs affinity",), r"\[\[actions\]\]"),
    Bad("binding of an unknown factor", XENTUZUMAB, ((r'factor = "IGF-1"', 'factor = "IGF1"'),), ("unknown factor", "'IGF-1'"), '"IGF1"'),
    Bad("unknown kind of action", XENTUZUMAB, ((r'kind = "binds"', 'kind = "bind"'),), ("unknown choice", "'binds'"), '"bind"'),
    Bad("unknown route", XENTUZUMAB, ((r'routes."i.p."', 'routes."ip"'),), ("unknown choice", "i.v., i.p., s.c., oral"), 'routes."ip"'),
    Bad("newer schema", "cell-types/macrophage.toml", ((r"cell-type/1", "cell-type/2"),), ("cell-type/2 is newer than this Paget reads (1)",), "cell-type/2"),
    Bad("unknown kind of file", PACLITAXEL, ((r"drug/1", "drg/1"),), ("unknown kind of file", "'drug'"), "drg/1"),
    Bad("file in the wrong folder", PACLITAXEL, ((r"drug/1", "host/1"),), ("this is the place of a drug", "'host/1'"), "host/1"),
    Bad("schema missing", PACLITAXEL, ((r'schema = "drug/1"\n', ""),), ("schema is missing", "'drug/1'")),
    Bad("schema not text", PACLITAXEL, ((r'"drug/1"', "1"),), ("must be text such as kind/1",), "schema = 1"),
    Bad("antagonist without a share", "drugs/dasatinib.toml", ((r"^tissue_share = [^\n]*\n", ""),), ("a drug that blocks DDR2 needs tissue_share",), ""),
    Bad("share of a receptor that is spared", "drugs/ddr2-inhibitor.toml", ((r'receptor = "DDR1"', 'receptor = "DDR1"\ntissue_share = { value = 1, unit = "1", source = "assumed", kind = "assumed" }'),), ("what blocks no receptor has no tissue_share",), "tissue_share"),
    Bad("usual course by an unknown route", PACLITAXEL, ((r'^route = "i.v."', 'route = "oral"'),), ("no kinetics by this route in the mouse", "i.p., i.v."), '^route = "oral"'),
    Bad("usual course without interval", PACLITAXEL, ((r"^every = [^\n]*\n", ""),), ("more than one dose needs every",), ""),
    Bad("half a dose", PACLITAXEL, ((r"^doses = \{ value = 3", "doses = { value = 2.5"),), ("must be a whole number", "2.5"), "^doses"),
    Bad("name is not the file's", PACLITAXEL, ((r'name = "paclitaxel"', 'name = "taxol"'),), ("the file must be named like the item", "taxol.toml"), "taxol"),
    Bad("name with a slash", PACLITAXEL, ((r'name = "paclitaxel"', 'name = "pacli/taxel"'),), ("no slash",), "pacli/taxel"),
    Bad("empty file", PACLITAXEL, ((r".*", ""),), ("is empty",)),
    Bad("not TOML", PACLITAXEL, ((r'class = "cytotoxic"', "class = cytotoxic"),), ("not valid TOML",), "class = cytotoxic"),
    Bad("TOML that does not end", PACLITAXEL, ((r"\Z", "x = ["),), ("not valid TOML",), r"x = \["),
    Bad("key twice", PACLITAXEL, ((r'class = "cytotoxic"', 'class = "cytotoxic"\nclass = "cytotoxic"'),), ("not valid TOML", "overwrite"), ""),
    Bad("unknown unit in the vocabulary", "vocabulary.toml", ((r'unit = "nM"', 'unit = "nN"'),), ("unknown unit", "'nN'"), '"nN"'),
    Bad("more flow than there is", PATIENTS, ((r"(?<=\nbrain = \{ value = )0.12", "0.9"),), ("organs take more than the cardiac output", "1.23"), "flow"),
    Bad("more than all patients", PATIENTS, ((r"(?<=cohesive_share = \{ value = )0\.\d+.*?0\.9\]", '1.5, unit = "1", source = "assumed", kind = "assumed", range = [0.3, 1.6]'),), ("must be at most 1",), r"cohesive_share = \{ value = 1.5,"),
    Bad("no such assay state", PATIENTS, ((r'state = "some silent"', 'state = "some silence"'),), ("names no assay state of this file", "some silent"), r'state = "some silence"'),
]  # fmt: skip

TRIALS = [
    Bad("unknown key", TRIAL, ((r"^duration", "length"),), ("unknown key", "length"), "^length"),
    Bad("unknown key in an arm", TRIAL, ((r'^route = "i.v."', 'rout = "i.v."'),), ("rout", "'route'", "arms[paclitaxel].treatments[1]"), "^rout ="),
    Bad("missing duration", TRIAL, ((r"^duration[^\n]*\n", ""),), ("duration is missing",)),
    Bad("unknown drug", TRIAL, ((r'drug = "paclitaxel"', 'drug = "paclitaxol"'),), ("unknown drug", "'paclitaxel'"), "paclitaxol"),
    Bad("unknown tumour", TRIAL, ((r'tumour = "py230"', 'tumour = "py320"'),), ("unknown tumour", "'py230'"), "py320"),
    Bad("unknown host", TRIAL, ((r'host = "c57bl6"', 'host = "c57bl"'),), ("unknown host", "'c57bl6'"), 'host = "c57bl"'),
    Bad("unknown mechanism left out", TRIAL, ((r"without = \[\]", 'without = ["IGF-axis"]'),), ("unknown mechanism", "'IGF axis'"), "without"),
    Bad("human tumour in a competent host", TRIAL, ((r'tumour = "py230"', 'tumour = "lm2-4"'),), ("c57bl6 has T cells and rejects a human tumour",), 'host = "c57bl6"'),
    Bad("dose without unit", TRIAL, ((r'dose = "[^"]*"', "dose = 15"),), ("has no unit", "15 mg/kg"), "dose = 15$"),
    Bad("dose with a wrong unit", TRIAL, ((r'dose = "[^"]*"', 'dose = "15 mL"'),), ("wrong unit for a dose", "mg/kg (per body weight)", "mg (per animal)"), '"15 mL"'),
    Bad("infusion under the skin", TRIAL, ((r'route = "i.p."', 'route = "i.p."\nover = "3 hour"'),), ("an infusion is intravenous",), "over"),
    Bad("dose that is no number", TRIAL, ((r'dose = "[^"]*"', 'dose = "fifteen mg/kg"'),), ("must be one number and its unit",), "fifteen"),
    Bad("negative dose", TRIAL, ((r'dose = "[^"]*"', 'dose = "-15 mg/kg"'),), ("must not be negative", "-15 mg/kg"), '"-15 mg/kg"'),
    Bad("dose after the end", TRIAL, ((r"days = \[[0-9, ]+\]", "days = [0, 7, 430]"),), ("after the end of the trial (", "day 430 after enrolment"), r"days = \[0, 7, 430\]"),
    Bad("doses until after the end", TRIAL, ((r'until = "[^"]*"', 'until = "70 week"'),), ("after the end of the trial", "day 490"), "70 week"),
    Bad("no day", TRIAL, ((r"^days = \[[0-9, ]+\]\n", ""),), ("says no day",), r"^\[\[arms.treatments\]\]"),
    Bad("no anchor", TRIAL, ((r'^from = "enrolment"\n', ""),), ("from is missing", "inoculation, enrolment, surgery"), r"^\[\[arms.treatments\]\]"),
    Bad("unknown anchor", TRIAL, ((r'from = "enrolment"', 'from = "enrollment"'),), ("unknown choice", "'enrolment'"), "enrollment"),
    Bad("anchor that is not there", TRIAL, ((r'from = "enrolment"', 'from = "surgery"'),), ("this arm has no surgery",), 'from = "surgery"'),
    Bad("enrolment that is not there", TRIAL, ((r"\[enrolment\].*?\n\n", ""),), ("no [enrolment] to count from",), 'from = "enrolment"'),
    Bad("route without kinetics", TRIAL, ((r'route = "i.v."', 'route = "s.c."'),), ("paclitaxel has no kinetics by this route in the mouse", "i.p., i.v."), 'route = "s.c."'),
    Bad("unknown route", TRIAL, ((r'route = "i.v."', 'route = "iv"'),), ("unknown choice", "'i.v.'"), 'route = "iv"'),
    Bad("contrast names no arm", TRIAL, ((r'arms = \["paclitaxel \+ xentuzumab", "paclitaxel"\]', 'arms = ["paclitaxel + xentuzumab", "placitaxel"]'),), ("unknown arm", "'placitaxel'", "'paclitaxel'"), "placitaxel"),
    Bad("contrast with itself", TRIAL, ((r'arms = \["paclitaxel \+ xentuzumab", "paclitaxel"\]', 'arms = ["paclitaxel", "paclitaxel"]'),), ("compares an arm with itself",), r'\["paclitaxel", "paclitaxel"\]'),
    Bad("contrast of three", TRIAL, ((r'arms = \["paclitaxel \+ xentuzumab", "paclitaxel"\]', 'arms = ["control", "xentuzumab", "paclitaxel"]'),), ("contrasts[1].arms",), r'\["control", "xentuzumab", "paclitaxel"\]'),
    Bad("contrast of what nobody reads", TRIAL, ((r'(?<=\[\[contrasts\]\]\n)endpoint = "Ki-67 index"', 'endpoint = "liver foci"'),), ("no assay of this trial reads it", "'lung foci'"), "liver foci"),
    Bad("unknown test", TRIAL, ((r'test = "auto"', 'test = "t-test"'),), ("unknown choice", "welch"), "t-test"),
    Bad("log-rank of a count", TRIAL, ((r'test = "auto"', 'test = "log-rank"'),), ("log-rank is the test for survival",), 'test = "log-rank"'),
    Bad("unknown endpoint", TRIAL, ((r'(?<=\[\[assays\]\]\n)endpoint = "primary volume"', 'endpoint = "primary volum"'),), ("unknown endpoint", "'primary volume'"), '"primary volum"'),
    Bad("assay after the end", TRIAL, ((r'days = \["end"\]', "days = [500]"),), ("after the end of the trial",), r"days = \[500\]"),
    Bad("assay without days", TRIAL, ((r'^days = \["end"\]\n', ""),), ("needs one of days, every and at_volume",), r'^\[\[assays\]\]\nendpoint = "Ki-67 index"'),
    Bad("size-matched without volume", TRIAL, ((r'at_volume = "[^"]*"', 'days = ["end"]'),), ("a size-matched endpoint needs at_volume",), ""),
    Bad("receptor that is not there", TRIAL, ((r'"IR-A"\]', '"CSF1R"]'),), ("unknown receptor of tumour cells", "'CSF1R'"), "CSF1R"),
    Bad("setting that the assay ignores", TRIAL, ((r'endpoint = "body weight"', 'endpoint = "body weight"\nsections = 3'),), ("body weight has no sections to set",), "sections = 3"),
    Bad("unknown site", TRIAL, ((r'site = "mammary fat pad"', 'site = "kidney"'),), ("kidney",), "kidney"),
    Bad("assay twice", TRIAL, ((r'endpoint = "bioluminescence"', 'endpoint = "primary volume"'),), ("stands twice", "primary volume"), ""),
    Bad("arm twice", TRIAL, ((r'(?<=\[\[arms\]\]\n)name = "xentuzumab"', 'name = "control"'),), ("stands twice", "control"), ""),
    Bad("no arms", TRIAL, ((r"\[\[arms\]\].*\Z", 'assays = [{endpoint = "survival"}]\n'),), ("arms is missing",)),
    Bad("no animals", TRIAL, ((r"^animals = 10", "animals = 0"),), ("must be at least 1",), "animals = 0"),
    Bad("half an animal", TRIAL, ((r"^animals = 10", "animals = 9.5"),), ("must be a whole number",), "animals = 9.5"),
    Bad("negative seed", TRIAL, ((r"^seed = 1", "seed = -1"),), ("must be at least 0",), "seed = -1"),
    Bad("unknown published key", TRIAL, ((r'published = "ireland2018"', 'published = "irland2018"'),), ("'ireland2018'",), "irland2018"),
    Bad("late enrolment", TRIAL, ((r'latest = "[^"]*"', 'latest = "600 day"'),), ("after the end of the trial",), "600 day"),
    Bad("killed before enrolment", TRIAL, ((r'(?<=\[humane_endpoint\]\n)volume = "[^"]*"', 'volume = "5 mm^3"'),), ("before they are enrolled",), r'(?<=\[enrolment\]\n)volume'),
    Bad("loss above all", TRIAL, ((r'weight_loss = "[^"]*"', 'weight_loss = "120 %"'),), ("must be at most 1", "120 %"), "120 %"),
    Bad("unknown route of inoculation", TRIAL, ((r'route = "fat pad"', 'route = "fatpad"'),), ("unknown choice", "'fat pad'"), "fatpad"),
    Bad("no primary to enrol by", TRIAL, ((r'route = "fat pad"', 'route = "tail vein"'),), ("there is no primary: the cells are given by tail vein",), r"\[enrolment\]"),
    Bad("circle", TRIAL, ((r"^title", 'extends = "igf-paclitaxel.toml"\ntitle'),), ("circle",), "extends"),
    Bad("extends nothing", TRIAL, ((r"^title", 'extends = "igf-taxol"\ntitle'),), ("extends no trial", "'igf-taxol'"), "extends"),
    Bad("trigger without unit", TRIAL, ((r'from = "enrolment"\ndays = \[[0-9, ]+\]', 'when = { variable = "primary volume", above = 800 }'),), ("has no unit", "mm^3"), "when = "),
    Bad("trigger in a wrong unit", TRIAL, ((r'from = "enrolment"\ndays = \[[0-9, ]+\]', 'when = { variable = "weight loss", above = "2 g" }'),), ("wrong unit", "'g'"), "when = "),
    Bad("unknown trigger", TRIAL, ((r'from = "enrolment"\ndays = \[[0-9, ]+\]', 'when = { variable = "volume", above = "800 mm^3" }'),), ("unknown choice", "primary volume"), "when = "),
    Bad("edit of nothing", TRIAL, ((r'name = "control"', 'name = "control"\n[[arms.edits]]\nin = "tumour"\nkind = "knock-out"\nreceptor = "CSF1R"'),), ("no cell of the tumour has this", "'CSF1R'"), "CSF1R"),
    Bad("edit without fold", TRIAL, ((r'name = "control"', 'name = "control"\n[[arms.edits]]\nin = "tumour"\nkind = "knock-down"\nreceptor = "IGF1R"'),), ("a knock-down needs fold",), "arms.edits"),
    Bad("edit the wrong way", TRIAL, ((r'name = "control"', 'name = "control"\n[[arms.edits]]\nin = "tumour"\nkind = "knock-down"\nreceptor = "IGF1R"\nfold = 3.0'),), ("lies between 0 and 1",), "fold = 3.0"),
    Bad("edit of two things", TRIAL, ((r'name = "control"', 'name = "control"\n[[arms.edits]]\nin = "tumour"\nkind = "knock-out"\nreceptor = "IGF1R"\nbehaviour = "cohesion"'),), ("exactly one target", "receptor, behaviour"), "arms.edits"),
    Bad("edit beyond a chance", TRIAL, ((r'name = "control"', 'name = "control"\n[[arms.edits]]\nin = "tumour"\nkind = "over-expression"\nbehaviour = "cohesion"\nfold = 99.0'),), ("takes cohesion above 1",), "fold = 99.0"),
    Bad("edit in the wrong cells", TRIAL, ((r'name = "control"', 'name = "control"\n[[arms.edits]]\nin = "host"\nkind = "knock-out"\nsecretion = "IGF-1"\ncell_type = "macrofage"'),), ("no such cell in this host", "'macrophage'"), "macrofage"),
    Bad("surgery without day", TRIAL, ((r'name = "control"', 'name = "control"\n[[arms.surgery]]\nfrom = "inoculation"'),), ("surgery needs a day",), "arms.surgery"),
    Bad("surgery after the end", TRIAL, ((r'name = "control"', 'name = "control"\n[[arms.surgery]]\nfrom = "inoculation"\nday = 500'),), ("after the end of the trial",), "day = 500"),
    Bad("equivalence without margin", TRIAL, ((r'test = "auto"', 'test = "equivalence"'),), ("margin is for test = 'equivalence', which needs it",), ""),
    Bad("margin without equivalence", TRIAL, ((r'test = "auto"', 'test = "auto"\nmargin = 1.3'),), ("margin is for test = 'equivalence'",), "margin = 1.3"),
    Bad("margin below one", TRIAL, ((r'test = "auto"', 'test = "equivalence"\nmargin = 0.8'),), ("must be above 1",), "margin = 0.8"),
    Bad("arm without primary", TRIAL, ((r'name = "control"', 'name = "control"\n[arms.inoculum]\nroute = "tail vein"'),), ("there is no primary: the cells are given by tail vein",), r"\[enrolment\]"),
    Bad("cluster of too many", TRIAL, ((r'name = "control"', 'name = "control"\n[arms.inoculum]\naggregate_size = 13'),), ("must be at most 12",), "aggregate_size = 13"),
    Bad("partner in the fat pad", TRIAL, ((r'name = "control"', 'name = "control"\n[arms.inoculum]\npartner = "macrophage"'),), ("partners are for cells given into blood",), 'partner = "macrophage"'),
    Bad("partner that stays in tissue", TRIAL, ((r'name = "control"', 'name = "control"\n[arms.inoculum]\npartner = "fibroblast"'),), ("unknown blood cell of this host",), 'partner = "fibroblast"'),
    Bad("card without paper", TRIAL, ((r'published = "ireland2018"\n', ""),), ("the card needs published",), r"\[card\]"),
    Bad("card without an entry", TRIAL, ((r"readout_day = [^\n]*\n", ""),), ("card: readout_day is missing",), ""),
    Bad("card that does not say whether it was seen", TRIAL, ((r'(?<=animals_per_arm = \{ value = "10"), seen = false', ""),), ("seen is missing",), ""),
    Bad("newer schema", TRIAL, ((r"trial/1", "trial/3"),), ("trial/3 is newer than this Paget reads (1)",), "trial/3"),
    Bad("binary", TRIAL, ((r"^title", "\udcff"),), ("is not UTF-8 text",)),
]  # fmt: skip


def check(error: PagetError, row: Bad, path: Path) -> None:
    message = str(error)
    for text in (path.name, *row.says):
        assert text in message, f"{text!r} is not in: {message}"
    if row.at:
        text = path.read_text(encoding="utf-8")
        lines = {
            text.count("\n", 0, match.start()) + 1 for match in re.finditer(row.at, text, flags=re.MULTILINE)
        }
        assert error.line in lines, f"line {error.line} is not in {lines}: {message}"


@pytest.mark.parametrize("row", CATALOG, ids=lambda row: row.name)
def test_bad_catalog_file(row: Bad, project: Callable[..., Path]) -> None:
    folder = project(row.file, *row.changes)
    with pytest.raises(PagetError) as caught:
        load_catalog(folder)
    check(caught.value, row, folder / row.file)


@pytest.mark.parametrize("row", TRIALS, ids=lambda row: row.name)
def test_bad_trial_file(row: Bad, project: Callable[..., Path]) -> None:
    """A file outside a catalog folder, as users have them."""
    if row.name == "binary":
        file = project(row.file) / row.file
        file.write_bytes(file.read_bytes().replace(b"title", b"\xff\xfe"))
    else:
        file = project(row.file, *row.changes) / row.file
    with pytest.raises(PagetError) as caught:
        load_trial_file(file, load_catalog())
    check(caught.value, row, file)


def test_table_is_long_enough() -> None:
    """The table may not shrink unseen."""
    assert len(CATALOG) + len(TRIALS) >= 100


def test_the_files_that_are_edited_are_right(project: Callable[..., Path]) -> None:
    """Without a change the same files load: it is the change that is refused."""
    for file in sorted({row.file for row in (*CATALOG, *TRIALS)}):
        folder = project(file)
    assert load_catalog(folder).trials
