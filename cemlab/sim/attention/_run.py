"""Self-exciting attention as a Run: dates, counts over time, and the event log."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks
from cemlab.run import Run
from cemlab.sim._history import Clock, log, totals
from cemlab.sim.attention._plan import Plan

_MOST_ROWS = 1_000_000


def run(
    plan: Plan,
    key: np.uint64,
    replicate: int,
    *,
    start: object,
    unit: object,
    every: float,
    params: Mapping[str, Any],
) -> Run:
    """Return one history of a plan as a Run."""
    clock = Clock.of(start, _unit(unit))
    moments = _grid(plan.horizon, every, clock)
    times, parents = plan.history(key, replicate)
    order = np.argsort(times, kind="stable")
    when = times[order]
    place = np.empty(order.size, np.int64)
    place[order] = np.arange(order.size)
    parent = parents[order]
    heard = np.where(parent < 0, -1, place[parent]).astype(np.int32)
    total = np.searchsorted(when, moments, side="right").astype(np.float64)
    values = {"new": np.diff(total, prepend=0.0), "total": total}
    return Run(
        model="attention",
        params=params,
        series=totals(clock, moments, values),
        key=int(key),
        make_events=partial(
            log, range(max(when.size, 1)), clock, np.arange(when.size, dtype=np.int32), when, heard,
            exposures=None, source=f"attention {key:016x}/{replicate}",
        ),
        details={"times": when},
    )  # fmt: skip


def _unit(unit: object) -> object:
    """Let "h" stand for "1h".

    >>> _unit("h"), _unit("30min")
    ('1h', '30min')
    """
    return f"1{unit}" if isinstance(unit, str) and unit.isalpha() else unit


def _grid(horizon: float, every: float, clock: Clock) -> NDArray[np.float64]:
    """Return 0, then a moment every so often, then the horizon."""
    width = _checks.number("every", every, low=0)
    shortest = float(max(horizon / _MOST_ROWS, pd.Timedelta(microseconds=2) / clock.step))
    if width < shortest:
        msg = f"every must be at least {shortest:.2g} here, for a table of at most {_MOST_ROWS:,} rows and whole microseconds, got {every!r}"
        raise ValueError(msg)
    moments = width * np.arange(int(np.ceil(horizon / width)))
    if moments.size > 1 and horizon - moments[-1] < shortest:
        moments = moments[:-1]
    return np.append(moments, horizon)
