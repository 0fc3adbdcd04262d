"""What else would explain the same events: another memory, or an outside that changes.

Each rival is fitted quickly, from one start: enough to see that it is much better, not to
report its parameters.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from cemlab.sim.attention import _likelihood, _peak, _starts
from cemlab.sim.attention._background import Steps
from cemlab.sim.attention._likelihood import Events

Array = NDArray[np.float64]

CLEARLY = 6.0
"""How much smaller the AIC (of many levels: the BIC) of a rival must be."""

MOST_EVENTS = 10_000
"""With more events no rival is tried."""

_SPANS = (2, 4, 8, 16, 32, 64)
_EACH = 8
_PHASES = 12
_MOST_CYCLES = 150
_CLOSE = 1e-2


@dataclass(frozen=True)
class Rival:
    """Another explanation: what it is, its AIC and BIC, and the branching that is left."""

    words: str
    aic: float
    bic: float
    branching: float


def other_memory(events: Events, kind: str) -> Rival:
    """Return how the other kind of memory explains the events.

    >>> events = Events.of([1.0, 1.1, 3.0, 3.2, 7.0, 7.1], 9.0, 0, None, None, None)
    >>> other_memory(events, "exponential").words
    'power law'
    """
    other = next(name for name in _starts.KINDS if name != kind)
    levels, _ = events.poisson()
    low, high = _starts.bounds(events, other)
    score = partial(_likelihood.score, events, other)
    inside = [np.clip(one, low, high) for one in _starts.starts(events, other, levels)]
    first = max(inside, key=lambda start: score(start)[0])
    place, height = _peak.climb(score, first, low, high, near_enough=_CLOSE)
    return _rival(other, events, place, place.size, height)


def changing_outside(events: Events, kind: str, memory: Array) -> Rival:
    """Return the best of some outsides that change: equal spans, or a rhythm, each with levels.

    The best by the BIC: with many levels to choose from, the AIC finds changes in true excitement.
    `memory` has the logs of the memory from which the search begins.
    """
    tried = [*_in_spans(events), *_in_rhythm(events)]
    found = [_fitted(words, other, kind, memory, more) for words, other, more in tried]
    return min(found, key=lambda one: one.bic, default=Rival("", np.inf, np.inf, np.nan))


# --- inside ------------------------------------------------------------------------


def _in_spans(events: Events) -> Iterator[tuple[str, Events, int]]:
    end = events.horizon
    for count in _SPANS:
        if events.explained.size >= _EACH * count:
            steps = Steps(end / count * np.arange(float(count)), np.ones(count))
            other = Events.at(events.times, events.shock, end, steps, free=True)
            yield f"with a level of its own in each of {count} equal spans (changes=)", other, 0


def _in_rhythm(events: Events) -> Iterator[tuple[str, Events, int]]:
    """Yield the rhythm whose period stands out most, in twelve levels a round."""
    n, end = events.explained.size, events.horizon
    if n < _EACH * _PHASES:
        return
    cycles = np.arange(3.0, max(4.0, min(n / _PHASES, _MOST_CYCLES)), 0.5)
    power = np.array([abs(np.exp(2j * np.pi * c / end * events.explained).sum()) for c in cycles])
    period = end / float(cycles[int(np.argmax(power))])
    width = period / _PHASES
    phase = np.minimum((events.explained % period) / width, _PHASES - 1e-9).astype(np.int64)
    full, rest = divmod(end, period)
    over = np.clip(rest - width * np.arange(_PHASES), 0.0, width)
    whole = np.maximum(full * width + over, 1e-12 * end)
    steps = Steps(width * np.arange(float(_PHASES)), np.ones(_PHASES))
    other = replace(events, steps=steps, free=True, span=phase, worth=np.ones(n), whole=whole)
    yield f"with a rhythm that comes every {period:.3g} (shape=)", other, 1


def _fitted(words: str, events: Events, kind: str, memory: Array, more: int) -> Rival:
    levels, _ = events.poisson()
    low, high = _starts.bounds(events, kind)
    start = np.array([*np.log(np.maximum(0.8 * levels, 1e-300)), np.log(0.2), *memory])
    score = partial(_likelihood.score, events, kind)
    place, height = _peak.climb(score, np.clip(start, low, high), low, high, near_enough=_CLOSE)
    return _rival(words, events, place, place.size + more, height)


def _rival(words: str, events: Events, place: Array, parameters: int, height: float) -> Rival:
    bic = parameters * np.log(events.explained.size) - 2 * height
    branching = float(np.exp(place[events.levels]))
    return Rival(words, 2 * parameters - 2 * height, float(bic), branching)
