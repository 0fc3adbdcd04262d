"""What the reader of an event study should know, a sentence each."""

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _words
from cemlab.evidence.shares import _testing
from cemlab.evidence.shares._windows import Studies

Array = NDArray[np.float64]
APART = 0.02
"""CAR and buy-and-hold may differ by so much (2 points of the price) without a note."""

_MANY, _ODD, _FAR = 30, 0.01, 0.5
_STEEP = 0.01
"""An alpha beyond 1 % a day is out of scale."""


def buy_and_hold(returns: Array, expected: Array) -> dict[str, float]:
    """Return what holding the firm and its benchmark gained, and the difference.

    >>> {name: round(gain, 3) for name, gain in buy_and_hold(np.array([-0.5, 1.0]), np.zeros(2)).items()}
    {'firm': 0.0, 'benchmark': 0.0, 'difference': 0.0}
    """
    firm, benchmark = _compounded(returns), _compounded(expected)
    return {"firm": firm, "benchmark": benchmark, "difference": firm - benchmark}


def on_chance(
    missing: int, found: Studies, shown: Mapping[str, float], errors: str, test: _testing.Judgement
) -> list[str]:
    """Return sentences on the test and the residuals it rests on."""
    told, days, known = [], found.abnormal.shape[1], int(found.n[0])
    if missing:
        told.append(
            f"{_words.counted(missing, 'day')} without a return left out of the estimation window"
        )
    if found.df[0] < _MANY:
        told.append(f"the estimation window leaves only {found.df[0]} degrees of freedom")
    if errors == "normal" and shown["normal_p"] < _ODD:
        kurtosis = shown["excess_kurtosis"]
        other = 'errors="empirical"' if known >= _testing.NOTE_RANKS * days else "placebo dates"
        told.append(
            f"residuals are not normal (excess kurtosis {kurtosis:.1f}): compare with {other}"
        )
    if shown["arch_p"] < _ODD:
        told.append(
            f"the variance comes in clusters (ARCH test, p = {shown['arch_p']:.2g}): chance is larger in wild times"
        )
    if errors != "HAC" and abs(shown["durbin_watson"] - 2) > _FAR:
        short = days > 1 and known >= _testing.NOTE_HAC * days
        other = 'errors="HAC"' if short else "placebo dates"
        told.append(
            f"residuals of neighbouring days are correlated (Durbin-Watson {shown['durbin_watson']:.2f}): compare with {other}"
        )
    if errors == "HAC" and days > 1 and known < _testing.NOTE_HAC * days:
        told.append(
            f"HAC errors say yes too often when a window ({days} days) is longer than 1/{_testing.NOTE_HAC} of the estimation window ({known}): compare with normal errors and placebo dates"
        )
    if errors == "empirical" and days > 1 and known < _testing.NOTE_RANKS * days:
        told.append(
            f"ranks say yes too often when a window ({days} days) is longer than 1/{_testing.NOTE_RANKS} of the estimation window ({known}): few windows are apart from each other, so compare with placebo dates"
        )
    if math.isinf(test.detectable):
        told.append(
            "there are too few windows for a rank test at this level: nothing could be found"
        )
    return told


def on_scale(
    returns: Array, found: Studies, coefficients: pd.DataFrame, held: Mapping[str, float]
) -> list[str]:
    """Return sentences on an expected move, or a sum of returns, that misleads by its size."""
    told, car = [], float(found.car[0])
    moved, expected, error = returns.sum(), found.expected[0].sum(), float(found.se[0])
    if abs(expected) > max(abs(moved), error) and abs(car) > abs(moved):
        told.append(
            f"most of the CAR ({car:+.1%}) is what was expected ({expected:+.1%}), not what the share did ({moved:+.1%}): look at the coefficients"
        )
    steep = float(coefficients["value"].get("alpha", 0.0))
    if abs(steep) > _STEEP:
        told.append(
            f"alpha is {steep:+.1%} a day, which no share earns for long: choose a quieter or longer estimation window"
        )
    apart = car - held["difference"]
    if abs(apart) > APART:
        told.append(
            f"the CAR adds returns up ({car:+.1%}); one who held the share did {held['difference']:+.1%} against the benchmark (share {held['firm']:+.1%}, benchmark {held['benchmark']:+.1%})"
        )
    return told


# --- inside ------------------------------------------------------------------------


def _compounded(returns: Array) -> float:
    if (returns < -1).any():
        return math.nan
    return float(np.prod(1 + returns) - 1)
