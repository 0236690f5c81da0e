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


@law
def _rule_total(table, behaviour, signals, increases, contact_0, count_0, contact_1, count_1):
    """Sum S over one behaviour's rules of one direction, contact signals replaced by given counts."""
    total = 0.0
    for rule in range(table.first_rule[behaviour], table.first_rule[behaviour + 1]):
        if table.increases[rule] == increases:
            index = table.signal[rule]
            value = signals[index]
            if index == contact_0:
                value = count_0
            elif index == contact_1:
                value = count_1
            total += hill_term(value, table.half[rule], table.power[rule])
    return total


@law
def _at_contacts(table, behaviour, signals, contact_0, count_0, contact_1, count_1):
    up = _rule_total(table, behaviour, signals, 1, contact_0, count_0, contact_1, count_1)
    down = _rule_total(table, behaviour, signals, 0, contact_0, count_0, contact_1, count_1)
    return respond(table.base[behaviour], table.minimum[behaviour], table.maximum[behaviour], up, down)


@kernel
def _mean_over_second(table, behaviour, signals, contact_0, count_0, contact_1):
    """Mean of a behaviour over the Poisson number of contacts of its second contact signal."""
    if contact_1 < 0:
        return _at_contacts(table, behaviour, signals, contact_0, count_0, -1, 0.0)
    mean = signals[contact_1]
    weight = math.exp(-mean)
    left, count, result = 1.0, 0, 0.0
    while left > POISSON_TAIL and count < 400:
        result += weight * _at_contacts(
            table, behaviour, signals, contact_0, count_0, contact_1, float(count)
        )
        left -= weight
        count += 1
        weight *= mean / count
    return result


@kernel
def mean_over_contacts(table, behaviour, signals):
    """Mean of a behaviour over the Poisson numbers of contacts that it senses, in its own unit."""
    contact_0 = table.contacts[behaviour, 0]
    if contact_0 < 0:
        return _at_contacts(table, behaviour, signals, -1, 0.0, -1, 0.0)
    contact_1 = table.contacts[behaviour, 1]
    mean = signals[contact_0]
    weight = math.exp(-mean)
    left, count, result = 1.0, 0, 0.0
    while left > POISSON_TAIL and count < 400:
        result += weight * _mean_over_second(table, behaviour, signals, contact_0, float(count), contact_1)
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
        return _at_contacts(table, behaviour, signals, -1, 0.0, -1, 0.0)
    up, down, rules = _totals_in_dead(table, behaviour, signals)
    if rules == 0:
        return present
    return respond(table.base[behaviour], table.minimum[behaviour], table.maximum[behaviour], up, down)
