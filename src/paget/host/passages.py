"""Places of PASSAGE_STEPS in the counts of passages."""

from paget.host.record import PASSAGE_STEPS

MET, ARRESTED_FIRST, PASSED, FORMED, CHANGED, ARRESTED_LATER, DIED = range(len(PASSAGE_STEPS))
