"""Models of the catalog, and rule tables made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from paget.model import load_catalog, resolve
from paget.rules import compile_model
from paget.rules.records import capacities, dtype_of
from paget.rules.tables import Tables


@pytest.fixture(scope="session")
def catalog():
    return load_catalog()


@pytest.fixture(scope="session")
def mouse(catalog):
    """The mouse line in an immunocompetent host, the whole catalog on."""
    return resolve(catalog, "py230", "c57bl6")


@pytest.fixture(scope="session")
def compiled(mouse):
    return compile_model(mouse)


@pytest.fixture(scope="session")
def table_of():
    """table_of(limits, rules): a rule table with behaviours (base, minimum, maximum) and rules.

    A rule is (behaviour, signal, increases, half, power); signals from 90 on are contacts.
    """

    def make(limits, rules):
        table = np.zeros(1, dtype=dtype_of(Tables, capacities({})))["rules"][0]
        rules = sorted(rules, key=lambda rule: rule[0])
        for behaviour, (base, minimum, maximum) in enumerate(limits):
            table["base"][behaviour] = base
            table["minimum"][behaviour] = minimum
            table["maximum"][behaviour] = maximum
        owners = [rule[0] for rule in rules]
        table["first_rule"][: len(limits) + 1] = np.searchsorted(owners, np.arange(len(limits) + 1))
        table["contacts"] = -1
        for index, (behaviour, signal, increases, half, power) in enumerate(rules):
            table["signal"][index] = signal
            table["increases"][index] = increases
            table["half"][index] = half
            table["power"][index] = power
            known = table["contacts"][behaviour].tolist()
            if signal >= 90 and signal not in known:
                table["contacts"][behaviour, known.index(-1)] = signal
        return table

    return make
