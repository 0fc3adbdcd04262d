"""How far residuals stray when the fitted model is true: histories drawn from it, fitted anew."""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from cemlab.sim.attention import _likelihood, _peak, _starts
from cemlab.sim.attention._likelihood import Events
from cemlab.sim.attention._plan import Plan
from cemlab.sim.attention._process import Process
from cemlab.sim.attention._residuals import correlated

Array = NDArray[np.float64]

_CLOSE = 1e-3
_WEAK = 0.05
_TRIES = 5


def strays(
    events: Events, kind: str, place: Array, *, replicates: int, key: np.uint64
) -> tuple[Array, Array]:
    """Return the Kolmogorov-Smirnov distance and the correlation of each replicate.

    Histories with too few events to fit, or more than ten times as many as were seen, are drawn
    again.
    """
    levels, n = events.levels, events.explained.size
    memory = _likelihood.memory_at(kind, place[levels + 1 :])
    process = Process(events.outside(place), float(np.exp(place[levels])), memory)
    plan = Plan(process, events.horizon, np.zeros(events.shock), 10 * events.times.size + 100)
    out: list[tuple[float, float]] = []
    for replicate in range(_TRIES * replicates):
        if len(out) == replicates:
            break
        try:
            times = np.sort(plan.history(key, replicate)[0])
        except ValueError:
            continue
        if times.size - events.shock <= place.size or not np.ptp(times) > 0:
            continue
        drawn = Events.at(times, events.shock, events.horizon, events.steps,
                          free=events.free, known=events.known)  # fmt: skip
        found = _starts.gaps(drawn, kind, _again(drawn, kind, place))
        out.append(
            (
                float(stats.ks_1samp(found, stats.expon.cdf, mode="asymp").statistic),
                correlated(found),
            )
        )
    if len(out) < replicates:
        msg = f"replicates must be drawn from a fit that does not explode, got {replicates} of which {len(out)} came to at most ten times the {n:,} events: use check_residuals(fit.residuals())"
        raise ValueError(msg)
    distances, correlations = np.array(out).T
    return distances, correlations


# --- inside ------------------------------------------------------------------------


def _again(events: Events, kind: str, place: Array) -> Array:
    """Return the parameters of a replicate: from the truth, or where that is flat from elsewhere."""
    low, high = _starts.bounds(events, kind)
    score = partial(_likelihood.score, events, kind)
    first = [np.clip(place, low, high)]
    if np.exp(place[events.levels]) < _WEAK:
        levels, _ = events.poisson()
        others = [np.clip(one, low, high) for one in _starts.starts(events, kind, levels)]
        first.append(max(others, key=lambda start: score(start)[0]))
    ends = [_peak.climb(score, start, low, high, near_enough=_CLOSE) for start in first]
    return max(ends, key=lambda end: end[1])[0]
