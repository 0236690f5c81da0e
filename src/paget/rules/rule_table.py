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
from paget.rules.places import ONE, place
from paget.rules.response import hill_term, respond

CONTACT_SIGNALS_PER_BEHAVIOUR = 2
"""Contact signals that one behaviour may sense; a third would need a triple sum."""

POISSON_TAIL = 1e-12
"""Probability of contact numbers that the average leaves out."""
MOST_CONTACTS = 400
"""Contacts at which an average ends anyway: rounding may leave more than the tail."""


AVERAGE_ROWS = 7
"""Rows of the workspace of an average: weights and sums of one contact signal, those of another, and their mean."""
FIRST, SECOND, MEANS = 0, 3, 6
"""Where in the workspace the rows of the two contact signals begin (weight, promoters, inhibitors), and the means."""
BLOCK = 8
"""Contact numbers of an inner loop come in so many, as the machine works on them; those that fill up weigh nothing."""
WORKSPACE = (AVERAGE_ROWS, MOST_CONTACTS + BLOCK)
"""Shape of the workspace."""
SURE = 1e100
"""Sum S from which on a response is complete."""


@law
def _totals(table, first, last, signals, contact_0, contact_1):
    """Sums S over the promoters and inhibitors among rules first .. last - 1, two contact signals apart (-1: none)."""
    up, down = 0.0, 0.0
    for rule in range(first, last):
        index = table.signal[rule]
        if index != contact_0 and index != contact_1:
            term = hill_term(signals[place(index)], table.half[rule], table.power[rule])
            if table.increases[rule] == 1:
                up += term
            else:
                down += term
    return up, down


@law
def _response(table, behaviour, up, down):
    return respond(table.base[behaviour], table.minimum[behaviour], table.maximum[behaviour], up, down)


@kernel
def _fill_contacts(table, first, last, contact, mean, block, work, row):
    """Write the Poisson weights of 0, 1, 2 ... contacts and the sums S that they bring to rows of `work` from `row` on.

    Returns how many numbers there are, a multiple of `block`.
    """
    weights, ups, downs = work[row], work[row + 1], work[row + 2]
    weight, left, count = math.exp(-mean), 1.0, 0
    while left > POISSON_TAIL and count < MOST_CONTACTS:
        weights[count] = weight
        left -= weight
        count += 1
        weight *= mean / count
    while count % block != 0:
        weights[count] = 0.0
        count += 1
    for number in range(count):
        ups[number] = 0.0
        downs[number] = 0.0
    for rule in range(first, last):
        if table.signal[rule] == contact:
            sums = ups if table.increases[rule] == 1 else downs
            _add_terms(sums, count, table.half[rule], table.power[rule])
    return count


@kernel
def _add_terms(sums, count, half, power):
    """Add to each number of contacts what one rule brings there."""
    if power == 1.0:  # the loop below, but without branches
        for number in range(count):
            sums[number] += number / half
        return
    for number in range(count):
        sums[number] += hill_term(float(number), half, power)


@kernel
def _mean_over_one(table, behaviour, up, down, numbers, work):
    """Mean of a behaviour over one contact signal; `up` and `down` are the sums of its other signals."""
    weights, ups, downs = work[FIRST], work[FIRST + 1], work[FIRST + 2]
    base, minimum, maximum = table.base[behaviour], table.minimum[behaviour], table.maximum[behaviour]
    result = 0.0
    for number in range(numbers):
        result += weights[number] * respond(base, minimum, maximum, up + ups[number], down + downs[number])
    return result


@kernel
def _mean_over_two(table, behaviour, up, down, numbers, others, work):
    """Mean of a behaviour over two contact signals; `up` and `down` are the sums of its other signals."""
    weights, means = work[SECOND], work[MEANS]
    for other in range(others):
        means[other] = 0.0
    for number in range(numbers):
        more, less = up + work[FIRST + 1, number], down + work[FIRST + 2, number]
        _add_responses(table, behaviour, more, less, work[FIRST, number], others, work)
    result = 0.0
    for other in range(others):
        result += weights[other] * means[other]
    return result


@kernel
def _add_responses(table, behaviour, up, down, weight, others, work):
    """Add the responses at one number of contacts of the first signal, weighted, to those of all of the second.

    `respond` as one fraction, because divisions are what takes time:

        b = (b0 + b_max up + b_min down (1 + up)) / ((1 + up) (1 + down)).
    """
    base, minimum, maximum = table.base[behaviour], table.minimum[behaviour], table.maximum[behaviour]
    ups, downs, means = work[SECOND + 1], work[SECOND + 2], work[MEANS]
    for other in range(others):
        more, less = min(up + ups[other], SURE), min(down + downs[other], SURE)
        free = 1.0 + more
        means[other] += weight * ((base + maximum * more + minimum * less * free) / (free * (1.0 + less)))


@kernel
def mean_over_contacts(table, behaviour, signals, work):
    """Mean of a behaviour over the Poisson numbers of contacts that it senses, in its own unit.

    `work`: a workspace of shape WORKSPACE.
    """
    behaviour = place(behaviour)
    first, last = place(table.first_rule[behaviour]), place(table.first_rule[behaviour + ONE])
    one, other = table.contacts[behaviour, 0], table.contacts[behaviour, 1]
    up, down = _totals(table, first, last, signals, one, other)
    if one < 0:
        return _response(table, behaviour, up, down)
    if other >= 0 and signals[place(one)] > signals[place(other)]:
        one, other = other, one  # the inner loop is the longer one
    numbers = _fill_contacts(table, first, last, one, signals[place(one)], 1, work, FIRST)
    if other < 0:
        return _mean_over_one(table, behaviour, up, down, numbers, work)
    others = _fill_contacts(table, first, last, other, signals[place(other)], BLOCK, work, SECOND)
    return _mean_over_two(table, behaviour, up, down, numbers, others, work)


@kernel
def evaluate(table, signals, first, last, out, work):
    """Write behaviours first .. last - 1 at the given signals, shape (S,), into out, shape (B,).

    `work`: a workspace of shape WORKSPACE.
    """
    for behaviour in range(place(first), place(last)):
        start, end = place(table.first_rule[behaviour]), place(table.first_rule[behaviour + ONE])
        if start == end:
            out[behaviour] = table.base[behaviour]
        elif table.contacts[behaviour, 0] < 0:  # `mean_over_contacts` without the call
            up, down = _totals(table, start, end, signals, -1, -1)
            out[behaviour] = _response(table, behaviour, up, down)
        else:
            out[behaviour] = mean_over_contacts(table, behaviour, signals, work)


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
        first, last = place(table.first_rule[behaviour]), place(table.first_rule[behaviour + 1])
        up, down = _totals(table, first, last, signals, -1, -1)
        return _response(table, behaviour, up, down)
    up, down, rules = _totals_in_dead(table, behaviour, signals)
    if rules == 0:
        return present
    return _response(table, behaviour, up, down)
