"""Figures of a service desk's runs, each named after its definition, with honest intervals."""

import math
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from cemlab import _checks
from cemlab.run import Run
from cemlab.sim.service_desk import _course
from cemlab.sim.service_desk._figures import OF, figures
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
        Count only this channel's contacts, and the customers who first came there (with all that
        they did afterwards, anywhere); None: all.
    within_min : float
        The limit of the service levels, in minutes.
    warm_up_hours : float
        Leave out whoever came before.

    Returns
    -------
    Series
        - ``contacts``, and ``customers`` who came first in the time counted; what the shares
          are of: ``finished`` contacts, ``served``, ``known`` (finished, or waiting for longer
          than the limit) and ``patient`` (known, but for those gone within the limit);
        - ``abandoned``, ``turned_away``: shares of the finished contacts;
        - ``wait_of_all_min``, ``wait_of_served_min``: mean waits, of all finished contacts (also
          of those who hung up) and of the served ones;
        - ``level_of_all``: answered within the limit / all whose answer can no longer be in time or
          has come: the finished contacts, and those who at the end have waited longer than the
          limit; ``level_of_answered``: / the answered ones; ``level_of_patient``: as
          ``level_of_all`` without those gone within the limit;
        - ``occupancy``: busy minutes / staffed minutes, over the whole run (of the channel's
          pool); above 1 where agents finish contacts after their shift;
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
    plan, course = _course.kept_by(run)
    return pd.Series(figures(plan, course, *_asked(plan, channel, within_min, warm_up_hours)))


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
    plan, _ = _course.kept_by(run)
    total = _checks.whole("runs", runs, low=1, high=1_000_000)
    asked = _asked(plan, channel, within_min, warm_up_hours)
    key = np.uint64(run.key)
    rows = [figures(plan, _course.of(plan, key, r), *asked) for r in range(total)]
    return pd.DataFrame(rows).rename_axis("replicate")


def intervals(replays: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """Return each figure's mean over replays with its standard error and interval.

    Replays are independent, customers of one run are not: whoever waits long makes the next one
    wait. So intervals come from replays (Student's t), never from the customers of one run.

    A share is that of all contacts (or customers) of all replays together: busy days count for
    as much as they have. Where the counts stand in the table (as `repeat` leaves them), a figure
    is the sum of its parts over the sum of its counts, with the error of such a ratio; the plain
    mean of daily shares would make a desk with busy and quiet days look better than it is.

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

    References
    ----------
    A. M. Law, "Simulation Modeling and Analysis", 5th ed. 2015, on ratio estimators.

    Examples
    --------
    >>> intervals(pd.DataFrame({"abandoned": [0.1, 0.2, 0.3]})).round(3).values.tolist()
    [[0.2, 0.058, -0.048, 0.448]]
    """
    _enough(len(replays))
    share = _level(level)
    mean, rest = _mean_and_rest(replays)
    counted = rest.count()
    error = rest.std() / np.sqrt(counted)
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
    Shares are of all contacts of all replays, as in `intervals`. The two must have the same
    newcomers; what awaits them may differ.

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
    _same_newcomers(_course.kept_by(a)[0], _course.kept_by(b)[0])
    _enough(_checks.whole("runs", runs, low=1))
    asked: dict[str, Any] = {
        "runs": runs, "channel": channel, "within_min": within_min, "warm_up_hours": warm_up_hours
    }  # fmt: skip
    before = repeat(a, **asked)
    after = repeat(_on_luck_of(a, b), **asked)
    share = _level(level)
    (mean_a, rest_a), (mean_b, rest_b) = _mean_and_rest(before), _mean_and_rest(after)
    change = rest_b - rest_a
    counted = change.count()
    reach = stats.t.ppf((1.0 + share) / 2.0, counted - 1) * change.std() / np.sqrt(counted)
    difference = mean_b - mean_a
    apart = rest_a.var() + rest_b.var()
    return pd.DataFrame(
        {
            "a": mean_a,
            "b": mean_b,
            "difference": difference,
            "low": difference - reach,
            "high": difference + reach,
            "pairing_gain": apart / change.var().where(lambda v: v > 0),
        }
    )


# --- inside ------------------------------------------------------------------------


def _enough(replays: int) -> None:
    if replays < 2:
        msg = f"replays must be at least 2 for an interval, got {replays}: ask for more runs"
        raise ValueError(msg)


def _level(level: object) -> float:
    share = _checks.number("level", level, low=0.0, high=1.0)
    if share in (0.0, 1.0):
        msg = f"level must lie between 0 and 1, got {share:g}"
        raise ValueError(msg)
    return share


def _same_newcomers(a: Plan, b: Plan) -> None:
    """Stop where two set-ups cannot meet the same customers."""
    if a.hours != b.hours:
        msg = f"b must be as long as a ({a.hours} hours), got {b.hours} hours"
        raise ValueError(msg)
    rates = [{n: r for n, r in zip(p.names, p.rates, strict=True) if r.any()} for p in (a, b)]
    alike = {
        "arrivals_per_hour (by the channels' names)": rates[0].keys() == rates[1].keys()
        and all(np.array_equal(rates[0][name], rates[1][name]) for name in rates[0]),
        "volume_shape": a.volume_shape == b.volume_shape,
        "followers": np.array_equal(a.audiences, b.audiences),
        "start": a.start == b.start,
    }
    other = [name for name, same in alike.items() if not same]
    if other:
        msg = f"b must have the newcomers of a, so that customers are the same, got another {other[0]}"
        raise ValueError(msg)


def _mean_and_rest(replays: pd.DataFrame) -> tuple["pd.Series[float]", pd.DataFrame]:
    """Return each figure over all replays, and what each replay adds to it (mean 0)."""
    mean, rest = replays.mean(), replays - replays.mean()
    for name, of in OF.items():
        if name in replays and of in replays:
            count = replays[of]
            usual = count.mean()
            part = (replays[name] * count).where(count > 0, 0.0)
            mean[name] = part.mean() / usual if usual else math.nan
            rest[name] = (part - mean[name] * count) / usual if usual else math.nan
    return mean, rest


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
