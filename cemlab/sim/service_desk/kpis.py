"""Figures of a service desk's runs, each named after its definition, with honest intervals."""

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cemlab import _checks
from cemlab.run import Run
from cemlab.sim._kernels import desk_tables as _desk
from cemlab.sim.service_desk import _course
from cemlab.sim.service_desk._plan import Plan

_TWENTY_SECONDS = 20.0 / 60.0


def kpis(
    run: Run,
    *,
    channel: str | None = None,
    within_min: float = _TWENTY_SECONDS,
    warm_up_hours: float = 0.0,
) -> pd.Series:
    """Return the key figures of one run.

    Parameters
    ----------
    run : Run
        Of `service_desk.simulate`.
    channel : str, optional
        Count only this channel's contacts; None: all.
    within_min : float
        The limit of the service levels, in minutes.
    warm_up_hours : float
        Leave out whoever came before.

    Returns
    -------
    Series
        - ``contacts``, and ``customers`` who came first in the time counted;
        - ``abandoned``, ``turned_away``: shares of the finished contacts;
        - ``wait_of_all_min``, ``wait_of_served_min``: mean waits, of all finished contacts (also
          of those who hung up) and of the served ones;
        - ``level_of_all``: answered within the limit / all whose answer can no longer be in time or
          has come: the finished contacts, and those who at the end have waited longer than the
          limit; ``level_of_answered``: / the answered ones; ``level_of_patient``: as
          ``level_of_all`` without those gone within the limit;
        - ``occupancy``: busy minutes / staffed minutes, over the whole run (of the channel's pool);
        - ``solved``, ``gave_up``, ``left``, ``unfinished``: shares of those customers;
        - ``contacts_each``: contacts a customer; ``posts_per_100``: public posts per 100
          customers (0 unless habits let customers go public);
        - ``anger``: mean anger right after a finished contact, in [0, 1] (only where habits have
          customers do something afterwards, else 0).

        Only finished contacts have a known wait; ``waiting`` is how many others there are: where
        a queue grows, mean waits and ``level_of_answered`` look better than what people meet. A
        figure without anybody to count is nan.

    Raises
    ------
    ValueError
        If there is no such channel, or the warm-up is longer than the run.

    Examples
    --------
    >>> from cemlab.sim.service_desk import Channel, simulate
    >>> phone = Channel(agents=20, service_min=12, patience_min=3)
    >>> run = simulate(arrivals_per_hour=100, channels={"phone": phone}, hours=1000, rng=1)
    >>> kpis(run, warm_up_hours=10)[["abandoned", "level_of_all"]].round(2).tolist()
    [0.12, 0.68]
    """
    _of_desk(run)
    plan: Plan = run.details["plan"]
    return pd.Series(
        _figures(plan, run.details["course"], *_asked(plan, channel, within_min, warm_up_hours))
    )


def repeat(
    run: Run,
    *,
    runs: int = 30,
    channel: str | None = None,
    within_min: float = _TWENTY_SECONDS,
    warm_up_hours: float = 0.0,
) -> pd.DataFrame:
    """Return the key figures of many replays of a run's set-up, one row each.

    Replicates 0 to `runs` - 1 of the run's own luck: two set-ups with the same `rng` are alike
    row by row.

    Examples
    --------
    >>> from cemlab.sim.service_desk import Channel, simulate
    >>> phone = Channel(agents=2, service_min=6, patience_min=3)
    >>> run = simulate(arrivals_per_hour=20, channels={"phone": phone}, rng=1)
    >>> repeat(run, runs=3)["customers"].tolist()
    [504.0, 503.0, 480.0]
    """
    _of_desk(run)
    total = _checks.whole("runs", runs, low=1, high=1_000_000)
    plan: Plan = run.details["plan"]
    asked = _asked(plan, channel, within_min, warm_up_hours)
    key = np.uint64(run.key)
    rows = [_figures(plan, _course.of(plan, key, r), *asked) for r in range(total)]
    return pd.DataFrame(rows).rename_axis("replicate")


def intervals(replays: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """Return each figure's mean over replays with its standard error and interval.

    Replays are independent, customers of one run are not: whoever waits long makes the next one
    wait. So intervals come from replays (Student's t), never from the customers of one run.

    Parameters
    ----------
    replays : DataFrame
        Of `repeat`, at least two rows.
    level : float
        Chance that the interval holds the true mean, in (0, 1).

    Returns
    -------
    DataFrame
        One row a figure: `mean`, `standard_error`, `low`, `high`.

    Examples
    --------
    >>> intervals(pd.DataFrame({"abandoned": [0.1, 0.2, 0.3]})).round(3).values.tolist()
    [[0.2, 0.058, -0.048, 0.448]]
    """
    if len(replays) < 2:
        msg = f"replays must be at least 2 for an interval, got {len(replays)}: ask for more runs"
        raise ValueError(msg)
    share = _checks.number("level", level, low=0.0, high=1.0)
    if share in (0.0, 1.0):
        msg = f"level must lie between 0 and 1, got {share:g}"
        raise ValueError(msg)
    counted = replays.count()
    mean, error = replays.mean(), replays.std() / np.sqrt(counted)
    reach = stats.t.ppf((1.0 + share) / 2.0, counted - 1) * error
    return pd.DataFrame(
        {"mean": mean, "standard_error": error, "low": mean - reach, "high": mean + reach}
    )


def compare(
    a: Run,
    b: Run,
    *,
    runs: int = 30,
    channel: str | None = None,
    within_min: float = _TWENTY_SECONDS,
    warm_up_hours: float = 0.0,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return what changes from set-up a to set-up b for the same customers, with intervals.

    Both set-ups are replayed on the luck of `a`; replicate by replicate the difference is taken.

    Returns
    -------
    DataFrame
        One row a figure: means of `a` and `b`, their `difference` with `low` and `high`, and
        `pairing_gain`: how many times as many replays the same interval would need if the two
        set-ups met different customers.

    Examples
    --------
    >>> from cemlab.sim.service_desk import Channel, simulate
    >>> today, better = (
    ...     simulate(arrivals_per_hour=100, channels={"phone": Channel(n, 12, patience_min=3)}, rng=1)
    ...     for n in (20, 22)
    ... )
    >>> compare(today, better, runs=10).loc["abandoned", "difference"] < 0
    np.True_
    """
    _of_desk(a)
    _of_desk(b)
    lengths = [run.details["plan"].hours for run in (a, b)]
    if lengths[0] != lengths[1]:
        msg = f"b must be as long as a ({lengths[0]} hours), got {lengths[1]} hours"
        raise ValueError(msg)
    asked: dict[str, Any] = {
        "runs": runs, "channel": channel, "within_min": within_min, "warm_up_hours": warm_up_hours
    }  # fmt: skip
    before = repeat(a, **asked)
    after = repeat(_on_luck_of(a, b), **asked)
    change = after - before
    found = intervals(change, level=level)
    apart = before.var() + after.var()
    return pd.DataFrame(
        {
            "a": before.mean(),
            "b": after.mean(),
            "difference": found["mean"],
            "low": found["low"],
            "high": found["high"],
            "pairing_gain": apart / change.var().where(lambda v: v > 0),
        }
    )


# --- inside ------------------------------------------------------------------------


def _of_desk(run: Run) -> None:
    if "course" not in run.details:
        msg = f"run must come from a service desk, got one of {run.model}"
        raise ValueError(msg)


def _on_luck_of(a: Run, b: Run) -> Run:
    return Run(b.model, b.params, b.series, a.key, b.make_events, b.network, b.details)


def _asked(
    plan: Plan, channel: str | None, within_min: float, warm_up_hours: float
) -> tuple[int, float, float]:
    """Return (number of the channel or -1, limit in minutes, minute from which to count)."""
    which = -1
    if channel is not None:
        which = plan.names.index(_checks.one_of("channel", channel, plan.names))
    limit = _checks.number("within_min", within_min, low=0.0)
    skip = _checks.number("warm_up_hours", warm_up_hours, low=0.0)
    if skip >= plan.hours:
        msg = f"warm_up_hours must be below the run's {plan.hours} hours, got {skip:g}"
        raise ValueError(msg)
    return which, limit, 60.0 * skip


def _figures(
    plan: Plan, course: _course.Course, channel: int, limit: float, skip: float
) -> dict[str, float]:
    rows, people = course
    counted = rows[rows["came"] >= skip] if skip else rows
    if channel >= 0:
        counted = counted[counted["channel"] == channel]
    outcome, came, began = counted["outcome"], counted["came"], counted["began"]
    waiting = outcome == _desk.WAITING
    served = ~np.isnan(began)
    waited = np.where(served, began, counted["ended"]) - came
    soon = waited <= limit
    finished = _n(~waiting)
    known = finished + _n(waiting & (plan.end - counted["came"] > limit))
    answered_soon = _n(served & soon)
    newcomers = people["came"] >= skip
    if channel >= 0:
        newcomers &= people["origin"] == channel
    fate = people["fate"][newcomers]
    posts = counted["channel"] == plan.ways.public_channel
    theirs = newcomers[counted["customer"]]
    return {
        "contacts": float(counted.size),
        "customers": float(fate.size),
        "waiting": _n(waiting),
        "abandoned": _over(_n(outcome == _desk.ABANDONED), finished),
        "turned_away": _over(_n(outcome == _desk.TURNED_AWAY), finished),
        "wait_of_all_min": _over(waited[~waiting].sum(), finished),
        "wait_of_served_min": _over(waited[served].sum(), _n(served)),
        "level_of_all": _over(answered_soon, known),
        "level_of_answered": _over(answered_soon, _n(served)),
        "level_of_patient": _over(answered_soon, known - _n(~served & ~waiting & soon)),
        "occupancy": _occupancy(plan, rows, channel),
        "solved": _over(_n(fate == _desk.IS_SOLVED), fate.size),
        "gave_up": _over(_n(fate == _desk.GAVE_UP), fate.size),
        "left": _over(_n(fate == _desk.LEFT), fate.size),
        "unfinished": _over(_n(fate == _desk.UNFINISHED), fate.size),
        "contacts_each": _over(_n(theirs), fate.size),
        "posts_per_100": 100.0 * _over(_n(posts & ~counted["callback"] & theirs), fate.size),
        "anger": _over(counted["anger"][~waiting].sum(dtype=np.float64), finished),
    }


def _occupancy(plan: Plan, rows: NDArray[np.void], channel: int) -> float:
    """Return busy over staffed minutes of all pools, or of one channel's."""
    pool_of = plan.channels["pool"]
    pools = np.arange(len(plan.agents)) if channel < 0 else pool_of[[channel]]
    theirs = np.isin(pool_of, pools)[rows["channel"]]
    busy = np.minimum(rows["ended"][theirs], plan.end) - rows["began"][theirs]
    return _over(np.nansum(np.maximum(busy, 0.0)), 60.0 * plan.agents[pools].sum())


def _n(which: NDArray[np.bool_]) -> float:
    return float(np.count_nonzero(which))


def _over(part: Any, whole: float) -> float:
    return float(part) / whole if whole else math.nan
