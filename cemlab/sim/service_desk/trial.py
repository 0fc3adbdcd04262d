"""Staffing by trial: how many seats a promised time takes, where hours differ and mail waits."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cemlab import _checks, _luck
from cemlab.run import Run
from cemlab.sim.service_desk import _course
from cemlab.sim.service_desk._trial import LONGEST_MIN, Trial, check_channel
from cemlab.sim.service_desk.channels import Channel

FULL_TIME_HOURS = 38.5
"""Paid hours a week of one full-time person (our convention)."""

_DAY, _WEEK = 24, 168
_MOST_SEATS = 10_000
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def staff_by_trial(
    arrivals_per_hour: float | ArrayLike,
    channel: Channel,
    *,
    within_min: float,
    level: float,
    rounds: int = 1,
    warm_up_hours: int = _WEEK,
    runs: int = 5,
    volume_shape: float | None = None,
    start: object = "2007-01-01",
    most: int = _MOST_SEATS,
    rng: Any = None,
) -> int:
    """Return the fewest seats that answer at least this share of all contacts in time.

    The hours given (a day, a week) come again and again. Runs with different numbers of seats
    meet the same contacts, so that only the seats differ. Contacts of the hours given are
    counted; the hours before let queues build up, and the hours after, as many as the promise
    has, show who is answered late. Whoever hangs up, is turned away or still waits counts as
    not in time. Where nobody ever leaves the queue, the seats must also have time for all the
    work that comes: a queue that grows slowly could else look good for a while.

    Parameters
    ----------
    arrivals_per_hour : float, or array_like of shape (hours,)
        New contacts an hour (Poisson).
    channel : Channel
        What is staffed. Its `agents` say who is on shift when one seat is filled: 0 or 1, or
        other small whole numbers, always the same or one number an hour; n seats are n times as
        many.
    within_min : float
        The promise: answered within so many minutes by the clock, nights and all.
    level : float
        The share of all contacts for whom it is to be kept, above 0 and below 1.
    rounds : int
        How often the hours given are counted, one after the other (24 without lists).
    warm_up_hours : int
        Hours before, which are not counted.
    runs : int
        How many runs are counted together.
    volume_shape, start
        As in `simulate`; `start` is the first hour given.
    most : int
        Where to give up.
    rng : int or numpy.random.Generator, optional
        Source of luck: the same integer gives the same answer.

    Returns
    -------
    int
        Seats; 0 if nobody comes.

    Raises
    ------
    ValueError
        If no number of seats up to `most` keeps the promise for so many, nobody is ever on
        shift, or the contacts would not fit in memory.

    See Also
    --------
    staff : the same by formula, for calls that come evenly. price_of_promises : many at once.

    References
    ----------
    A. Mandelbaum, S. Zeltyn, "Staffing many-server queues with impatient customers: constraint
    satisfaction in call centers", Operations Research 57, 2009.

    Examples
    --------
    >>> day = 8 * [10.0] + 10 * [40.0] + 6 * [10.0]
    >>> mail = Channel(agents=8 * [0] + 10 * [1] + 6 * [0], service_min=6)
    >>> staff_by_trial(day, mail, within_min=24 * 60, level=0.9, rounds=7, rng=1)
    6
    """
    share = _share(level)
    trial = Trial.of(
        arrivals_per_hour, channel, within_min=within_min, rounds=rounds,
        warm_up_hours=warm_up_hours, runs=runs, volume_shape=volume_shape, start=start, rng=rng,
    )  # fmt: skip
    highest = _checks.whole("most", most, low=1, high=1_000_000)
    found, at_best = trial.fewest(share, highest)
    if found is None:
        msg = f"level must be within reach, got {share:g} where {highest:,} seats keep it for {at_best:.3f}"
        raise ValueError(msg)
    return found


def price_of_promises(
    arrivals_per_hour: float | ArrayLike,
    channel: Channel,
    covers: Mapping[str, Any],
    *,
    promises_hours: float | Sequence[float],
    level: float,
    rounds: int = 1,
    warm_up_hours: int = _WEEK,
    runs: int = 5,
    volume_shape: float | None = None,
    start: object = "2007-01-01",
    rng: Any = None,
) -> pd.DataFrame:
    """Return what each promised time takes under each cover of the hours, on the same contacts.

    Parameters
    ----------
    covers : mapping of str to array_like of int, shape (hours,)
        Who is on shift when one seat is filled, by name: takes the place of the channel's
        `agents`.
    promises_hours : float or sequence of float
        The promised times (hours by the clock).
    arrivals_per_hour, channel, level, rounds, warm_up_hours, runs, volume_shape, start, rng
        As in `staff_by_trial`.

    Returns
    -------
    DataFrame
        One row a cover and promise: `cover`, `promise_hours`, `seats` (the most at one time),
        `paid_hours` (a week), `full_time` (people at 38.5 hours a week, without holidays or
        illness) and `at_best`: the share in time if nobody had to wait while anybody is on
        shift. Where that is below the level the rest is missing: no number of seats will do.

    Examples
    --------
    >>> day = {"8 to 18": 8 * [0] + 10 * [1] + 6 * [0], "always": 24 * [1]}
    >>> table = price_of_promises(
    ...     24 * [20.0], Channel(1, 6), day, promises_hours=[24, 2], level=0.9, rounds=7, rng=1
    ... )
    >>> table["seats"].tolist()
    [5.0, nan, 3.0, 3.0]
    """
    share = _share(level)
    if not isinstance(covers, Mapping) or not covers:
        msg = f"covers must be a mapping of names to who is on shift by hour, got {covers!r}"
        raise ValueError(msg)
    listed: Any = promises_hours if np.ndim(promises_hours) else [promises_hours]
    promises = [_checks.number("promises_hours", h, low=0.0, high=LONGEST_MIN / 60) for h in listed]
    check_channel(channel)
    luck = _luck.fixed(rng)
    trials = [
        (name, hours, Trial.of(
            arrivals_per_hour, replace(channel, agents=cover), within_min=60.0 * hours,
            rounds=rounds, warm_up_hours=warm_up_hours, runs=runs, volume_shape=volume_shape,
            start=start, rng=luck,
        ))
        for name, cover in covers.items()
        for hours in promises
    ]  # fmt: skip
    rows = []
    for name, hours, trial in trials:
        found, at_best = trial.fewest(share, _MOST_SEATS)
        fewest = math.nan if found is None else float(found)
        on_shift = trial.on_shift
        paid = fewest * on_shift.sum() * _WEEK / on_shift.size
        rows.append(
            {
                "cover": name,
                "promise_hours": hours,
                "seats": fewest * on_shift.max(),
                "paid_hours": paid,
                "full_time": paid / FULL_TIME_HOURS,
                "at_best": at_best,
            }
        )
    return pd.DataFrame(rows)


def promise_kept(
    run: Run, *, within_min: float, channel: str | None = None, warm_up_hours: float = 0.0
) -> pd.DataFrame:
    """Return one row a contact: when it came, and whether it was answered in time.

    Who came so late that the promise outlasts the run is left out: nobody knows yet.

    Parameters
    ----------
    run : Run
        Of `service_desk.simulate`.
    within_min : float
        The promise (minutes by the clock).
    channel : str, optional
        Only contacts on this channel.
    warm_up_hours : float
        Leave out who came before.

    Returns
    -------
    DataFrame
        `day` ("Mon" to "Sun"), `hour` (0 to 23), `weekend` (whether Sat or Sun), `waited_min`
        (until answered, gone or the end of the run) and `kept` (1.0 or 0.0).

    Examples
    --------
    >>> from cemlab.sim.service_desk import simulate
    >>> mail = Channel(agents=8 * [0] + 16 * [1], service_min=1)
    >>> run = simulate(arrivals_per_hour=10, channels={"mail": mail}, rng=1)
    >>> table = promise_kept(run, within_min=120)
    >>> table.groupby("hour")["kept"].mean().loc[[2, 12]].tolist()
    [0.0, 1.0]
    """
    plan, course = _course.kept_by(run)
    limit = _checks.number("within_min", within_min, low=0.0)
    first = 60.0 * _checks.number("warm_up_hours", warm_up_hours, low=0.0)
    rows = course.contacts
    if channel is not None:
        which = plan.names.index(_checks.one_of("channel", channel, plan.names))
        rows = rows[rows["channel"] == which]
    rows = rows[(rows["came"] >= first) & (rows["came"] <= plan.end - limit)]
    began, ended = rows["began"], np.fmin(rows["ended"], plan.end)
    served = ~np.isnan(began)
    waited = np.where(served, began, ended) - rows["came"]
    hour = plan.start.weekday() * _DAY + plan.start.hour + plan.start.minute / 60.0
    at = ((hour + rows["came"] / 60.0) % _WEEK).astype(np.int64)
    return pd.DataFrame(
        {
            "day": pd.Categorical.from_codes(at // _DAY, list(_DAYS), ordered=True),
            "hour": at % _DAY,
            "weekend": at >= 5 * _DAY,
            "waited_min": waited,
            "kept": (served & (waited <= limit)).astype(np.float64),
        }
    )


# --- inside ------------------------------------------------------------------------


def _share(level: object) -> float:
    share = _checks.number("level", level)
    if not 0.0 < share < 1.0:
        msg = f"level must be a share above 0 and below 1, got {level!r}"
        raise ValueError(msg)
    return share
