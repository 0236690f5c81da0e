"""Blood neutrophils from a proliferating marrow, with chemotherapy and feedback.

    proliferating' = k_tr P [stimulus (1 - effect) (baseline / blood)^feedback - 1]
    transit_1'     = k_tr (P - T1),   transit_2' = k_tr (T1 - T2)
    transit_3'     = k_tr (T2 - release T3)
    blood'         = k_tr release T3 - loss blood

k_tr = 4 / mean transit time (1/day); effect = slope times drug concentration, above 1 it kills; loss is the
rate at which neutrophils leave blood; `stimulus` is a drive of proliferation (G-CSF) and `release` the speed of
egress relative to normal (below 1 when CXCR2 is blocked), both 1 in health. Without drug, drive and block all
five numbers are steady, so the baseline has P = T = blood * loss / k_tr. Cells in any unit (1e9/L).
Chemotherapy gives a nadir after about one transit time and then an overshoot. Source: Friberg et al., J. Clin.
Oncol. 20 (2002) 4713; `release` and `stimulus` are additions.

Method: classical Runge-Kutta of order 4. The drug concentration is held over a step: give its mean, which is
the exposure gained divided by dt.
"""

from __future__ import annotations

import math

from paget.compiled import kernel, law

PROLIFERATING, TRANSIT_1, TRANSIT_2, TRANSIT_3, BLOOD = range(5)
"""Places in the state array."""
N_CELLS = 5

LARGEST_STEP = 0.1
"""Fastest rate times sub-step."""
LEAST_BLOOD = 1e-6
"""Share of the baseline below which the feedback no longer grows (a division by almost nothing)."""


@kernel
def fill_baseline(cells, baseline, transit_rate, loss):
    """The steady state without drug: `baseline` neutrophils in blood, loss and transit_rate 1/day."""
    for place in range(BLOOD):
        cells[place] = baseline * loss / transit_rate
    cells[BLOOD] = baseline


@law
def feedback_factor(blood, baseline, feedback):
    """(baseline / blood)^feedback: how much faster the marrow divides when blood lacks neutrophils."""
    return math.pow(baseline / max(blood, LEAST_BLOOD * baseline), feedback)


@law
def slopes(p, t1, t2, t3, blood, constants):
    """Time derivatives (per day) of the five numbers; `constants` is the tuple of `advance`, in its order."""
    baseline, transit_rate, loss, feedback, effect, stimulus, release = constants
    drive = stimulus * (1.0 - effect) * feedback_factor(blood, baseline, feedback)
    egress = release * t3
    return (
        transit_rate * p * (drive - 1.0),
        transit_rate * (p - t1),
        transit_rate * (t1 - t2),
        transit_rate * (t2 - egress),
        transit_rate * egress - loss * blood,
    )


@kernel
def advance(cells, baseline, transit_rate, loss, feedback, effect, stimulus, release, dt):
    """Move the five numbers forward by dt (day), in place; effect (no unit) is held over the step."""
    drive = stimulus * abs(1.0 - effect) * feedback_factor(cells[BLOOD], baseline, feedback)
    fastest = max(transit_rate * max(1.0 + drive, release), loss)
    steps = max(1, math.ceil(fastest * dt / LARGEST_STEP))
    advance_in_steps(cells, baseline, transit_rate, loss, feedback, effect, stimulus, release, dt, steps)


@kernel
def advance_in_steps(cells, baseline, transit_rate, loss, feedback, effect, stimulus, release, dt, steps):
    """`advance` with a given number of sub-steps."""
    h = dt / steps
    p, a, b, c, n = cells[0], cells[1], cells[2], cells[3], cells[4]
    constants = (baseline, transit_rate, loss, feedback, effect, stimulus, release)
    for _ in range(steps):
        p1, a1, b1, c1, n1 = slopes(p, a, b, c, n, constants)
        g = 0.5 * h
        p2, a2, b2, c2, n2 = slopes(p + g * p1, a + g * a1, b + g * b1, c + g * c1, n + g * n1, constants)
        p3, a3, b3, c3, n3 = slopes(p + g * p2, a + g * a2, b + g * b2, c + g * c2, n + g * n2, constants)
        p4, a4, b4, c4, n4 = slopes(p + h * p3, a + h * a3, b + h * b3, c + h * c3, n + h * n3, constants)
        g = h / 6.0
        p += g * (p1 + 2.0 * (p2 + p3) + p4)
        a += g * (a1 + 2.0 * (a2 + a3) + a4)
        b += g * (b1 + 2.0 * (b2 + b3) + b4)
        c += g * (c1 + 2.0 * (c2 + c3) + c4)
        n += g * (n1 + 2.0 * (n2 + n3) + n4)
    p, a, b, c, n = max(p, 0.0), max(a, 0.0), max(b, 0.0), max(c, 0.0), max(n, 0.0)
    cells[0], cells[1], cells[2], cells[3], cells[4] = p, a, b, c, n
