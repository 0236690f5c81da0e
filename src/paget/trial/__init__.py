"""Trials: arms, subjects, execution, statistics, results.

from paget.trial import load_trial
result = load_trial("igf-paclitaxel").run(seed=1)
"""

from paget.trial.execution import run_trial
from paget.trial.named import Trial, load_result, load_trial
from paget.trial.result import TrialResult

__all__ = ["Trial", "TrialResult", "load_result", "load_trial", "run_trial"]
