"""The host engine: sites joined by blood, lesions as counts of cells by type and stage.

Counts are integers and always sampled from the exact law of the step: `birth_death` holds linear birth and
death with constant or varying rates, `ladder` the precarious first sizes of a woken group. A subject is one
compiled call that releases the GIL. Days to decades; a mouse in about ten milliseconds.
"""
