"""Where the likelihood of a Hawkes process is looked at, and where the search begins."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from cemlab.sim.attention import _likelihood
from cemlab.sim.attention._likelihood import Events
from cemlab.sim.attention._process import follow_ups

Array = NDArray[np.float64]

KINDS = {"exponential": ("mean",), "power law": ("theta", "cutoff")}
"""Parameters of each memory, in their order."""

MOST_BRANCHING, LEAST_BRANCHING = 20.0, 1e-6


def bounds(events: Events, kind: str) -> tuple[Array, Array]:
    """Return the lowest and highest logs of the parameters that are looked at."""
    n, end = events.explained.size, events.horizon
    level = (n + 1) / events.whole if events.levels else np.empty(0)
    span = (1e-8 * end / n, 100.0 * end)
    memory = [span] if kind == "exponential" else [(0.02, 20.0), span]
    low = [*(1e-6 * level / n), LEAST_BRANCHING, *(a for a, _ in memory)]
    high = [*(10 * level), MOST_BRANCHING, *(b for _, b in memory)]
    return np.log(low), np.log(high)


def starts(events: Events, kind: str, levels: Array) -> Iterator[Array]:
    """Yield starts: half of the events excited, with short, middle and long memories."""
    outside = np.log(np.maximum(levels / 2, 1e-12)) if events.levels else np.empty(0)
    gap = events.horizon / events.explained.size
    quick = max(float(np.median(np.diff(events.times))), 1e-6 * gap)
    for time in sorted({0.1 * quick, quick, gap, 10 * gap, events.horizon / 10}):
        if kind == "exponential":
            yield np.array([*outside, np.log(0.5), np.log(time)])
        else:
            for theta in (0.3, 1.0):
                yield np.array([*outside, np.log(0.5), np.log(theta), np.log(time)])


def gaps(events: Events, kind: str, place: Array) -> Array:
    """Return the gaps between events on the clock of these parameters, shape (n,)."""
    levels = events.levels
    level = np.exp(place[:levels]) if levels else np.ones(1)
    memory = _likelihood.memory_at(kind, place[levels + 1 :])
    outside = events.outside_until(level)
    clock = outside + np.exp(place[levels]) * follow_ups(events.times, events.explained, memory)
    return np.asarray(np.maximum(np.diff(clock, prepend=0.0), 0.0))
