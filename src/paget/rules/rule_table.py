"""All rules of a model as one flat table, and the kernel that evaluates it.

A behaviour with no rule has its base. Contact signals are Poisson in the host engine: cells have 0, 1, 2 ...
neighbours of a type, and the mean of the response is not the response of the mean (at 0.05 contacts on average a
Hill power of 4 makes it hundreds of times too small). So a behaviour that senses contacts is averaged over the Poisson
law of each contact signal, up to two of them. The tissue engine counts the neighbours of each cell instead, and has
dead cells, to which only some rules apply.
"""

from __future__ import annotations

import math

from paget.compiled import kernel, law
from paget.rules.response import hill_term, respond

CONTACT_SIGNALS_PER_BEHAVIOUR = 2
"""Contact signals that one behaviour may sense; a third would need a triple sum."""

POISSON_TAIL = 1e-12
"""Probability of contact numbers that the average leaves out."""
MOST_CONTACTS = 400
"""Contacts at which an average ends anyway: rounding may leave more than the tail."""


@law
def _totals(table, behaviour, signals, contact_0, contact_1):
    """Sums S over one behaviour's promoters and inhibitors, two contact signals apart (-1 leaves none out)."""
    up, down = 0.0, 0.0
    for rule in range(table.first_rule[behaviour], table.first_rule[behaviour + 1]):
        index = table.signal[rule]
        if index != contact_0 and index != contact_1:
            term = hill_term(signals[index], table.half[rule], table.power[rule])
            if table.increases[rule] == 1:
                up += term
            else:
                down += term
    return up, down


@law
def _totals_of_contact(table, behaviour, contact, count):
    """Sums S over one behaviour's promoters and inhibitors that are a contact signal, at so many contacts."""
    up, down = 0.0, 0.0
    for rule in range(table.first_rule[behaviour], table.first_rule[behaviour + 1]):
        if table.signal[rule] == contact:
            term = hill_term(count, table.half[rule], table.power[rule])
            if table.increases[rule] == 1:
                up += term
            else:
                down += term
    return up, down


@law
def _response(table, behaviour, up, down):
    return respond(table.base[behaviour], table.minimum[behaviour], table.maximum[behaviour], up, down)


@kernel
def _mean_over_one(table, behaviour, contact, mean, up, down):
    """Mean of a behaviour over a Poisson number of contacts; `up` and `down` are the sums of its other signals."""
    weight = math.exp(-mean)
    left, count, result = 1.0, 0, 0.0
    while left > POISSON_TAIL and count < MOST_CONTACTS:
        more, less = _totals_of_contact(table, behaviour, contact, float(count))
        result += weight * _response(table, behaviour, up + more, down + less)
        left -= weight
        count += 1
        weight *= mean / count
    return result


@kernel
def mean_over_contacts(table, behaviour, signals):
    """Mean of a behaviour over the Poisson numbers of contacts that it senses, in its own unit."""
    contact_0, contact_1 = table.contacts[behaviour, 0], table.contacts[behaviour, 1]
    up, down = _totals(table, behaviour, signals, contact_0, contact_1)
    if contact_0 < 0:
        return _response(table, behaviour, up, down)
    if contact_1 < 0:
        return _mean_over_one(table, behaviour, contact_0, signals[contact_0], up, down)
    mean = signals[contact_0]
    weight = math.exp(-mean)
    left, count, result = 1.0, 0, 0.0
    while left > POISSON_TAIL and count < MOST_CONTACTS:
        more, less = _totals_of_contact(table, behaviour, contact_0, float(count))
        value = _mean_over_one(table, behaviour, contact_1, signals[contact_1], up + more, down + less)
        result += weight * value
        left -= weight
        count += 1
        weight *= mean / count
    return result


@kernel
def evaluate(table, signals, first, last, out):
    """Write behaviours first .. last - 1 at the given signals, shape (S,), into out, shape (B,)."""
    for behaviour in range(first, last):
        if table.first_rule[behaviour] == table.first_rule[behaviour + 1]:
            out[behaviour] = table.base[behaviour]
        else:
            out[behaviour] = mean_over_contacts(table, behaviour, signals)


@law
def _totals_in_dead(table, behaviour, signals):
    """Sums S over the promoters and over the inhibitors that apply to dead cells, and how many rules these are."""
    up, down, rules = 0.0, 0.0, 0
    for rule in range(table.first_rule[behaviour], table.first_rule[behaviour + 1]):
        if table.applies_to_dead[rule]:
            term = hill_term(signals[table.signal[rule]], table.half[rule], table.power[rule])
            rules += 1
            if table.increases[rule]:
                up += term
            else:
                down += term
    return up, down, rules


@kernel
def value_in_cell(table, behaviour, signals, dead, present):
    """A behaviour of one cell at the signals that it senses itself; `present`: its value before.

    A dead cell keeps the present value unless a rule of the behaviour applies to the dead.
    """
    if not dead:
        up, down = _totals(table, behaviour, signals, -1, -1)
        return _response(table, behaviour, up, down)
    up, down, rules = _totals_in_dead(table, behaviour, signals)
    if rules == 0:
        return present
    return _response(table, behaviour, up, down)
