"""What a plan leads to, month by month: the loop's numbers with their names."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from cemlab import _checks
from cemlab.market._kernels import loop, years
from cemlab.market.assumptions import Market, check_market
from cemlab.market.policy import Plan, by_month
from cemlab.run import Run

Array = NDArray[np.float64]
MOST_MONTHS = 1_000_000
MOST_REPLICATES = 2**62

_ROOM = 5_000.0  # bytes a month of a course, its series and its table

VARIABLES: Mapping[str, str] = MappingProxyType(
    {
        "customers": "people at the start of the month",
        "failure_share": "share of experiences that fail",
        "failures": "experiences that fail",
        "complaints": "failures that are voiced",
        "calls": "complaints by phone",
        "posts": "public complaints",
        "escalated": "public complaints by callers who were not helped",
        "solved_phone": "share of callers whose problem is solved",
        "solved_social": "share of public complaints that are solved",
        "abandoned_phone": "share of callers who hang up",
        "abandoned_social": "share of public complaints that nobody answers in time",
        "solved": "failures that are solved",
        "unsolved": "failures voiced and not solved",
        "silent": "failures never voiced",
        "breeding": "sharers that one sharer makes",
        "sharers": "people who share one post, its author included",
        "exposures": "times that somebody sees a public complaint",
        "reputation": "share of good evidence, 0 to 1, at the start of the month",
        "public_share": "share of complainers who go public at once",
        "left": "customers who leave",
        "poached_share": "share of customers lost over unanswered posts",
        "new": "customers who come",
        "margin": "EUR before the budget",
        "profit": "EUR",
        "phone_money": "EUR for staff on the phone",
        "social_money": "EUR for staff on public posts",
        "promoters": "share of customers",
        "detractors": "share of customers",
    }
)
"""What a run's `series` holds, each with its unit; flows are those of one month."""


class Lived(NamedTuple):
    """The months of one plan as arrays."""

    npv: float
    course: Array  # (months, one column each of VARIABLES)
    held: Array  # (months + 1, segments): customers at the start of each month


def lived(
    plan: Plan, market: Market, months: int, *, shocks: Array | None = None, frozen: bool = False
) -> Lived:
    """Live a plan through the months: expected numbers, or those of years with these shocks."""
    plans = by_month(plan, months)
    share, margin, offered = segments(market)
    course = np.empty((months, loop.COLUMNS))
    held = np.empty((months + 1, share.size))
    luck = np.ones((1, 3)) if shocks is None else shocks
    value = loop.live(
        market.world(), share, margin, offered, plans.lines, plans.ways, luck, frozen, course, held
    )
    return Lived(value, course, held)


def segments(market: Market) -> tuple[Array, Array, Array]:
    """Return share, margin (EUR a month) and whether offers are made, segment by segment."""
    found = [(s.share, s.margin, float(s.offered)) for s in market.segments]
    share, margin, offered = np.array(found, np.float64).T.copy()
    return share, margin, offered


def shocks(market: Market, months: int, key: int, replicate: int = 0) -> Array:
    """Return factors on failures, virality and demand, shape (months, 3), mean 1.

    The same key and replicate are the same years, whatever the policy. The share of failures
    cannot rise above 1, so that it falls short of its mean where shocks would lift it there.
    """
    sd = np.array([market.failure_sd, market.virality_sd, market.demand_sd])
    if not sd.any():
        return np.ones((1, 3))
    units = np.empty((months, 3))
    years.fill(np.uint64(key), replicate, units)
    found: Array = np.exp(sd * ndtri(units) - sd * sd / 2)
    return found


def check(market: object, months: object) -> tuple[Market, int]:
    """Return a market and a number of months as they must be."""
    count = _checks.whole("months", months, low=1, high=MOST_MONTHS)
    _checks.memory("months", _ROOM * count, "ask for fewer")
    return check_market(market), count


def check_replicate(replicate: object) -> int:
    """Return the number of a replicate as it must be."""
    return _checks.whole("replicate", replicate, low=0, high=MOST_REPLICATES)


def check_run(run: object) -> Run:
    """Return `run` if it is one of a market."""
    if isinstance(run, Run) and {"course", "held"} <= set(run.details):
        return run
    got = f"one of {run.model}" if isinstance(run, Run) else repr(run)
    msg = f"run must be a Run of a market, got {got}: use market.simulate"
    raise ValueError(msg)


def details(past: Lived) -> dict[str, Any]:
    """Return what a run keeps of a course; its arrays can be read only."""
    for table in (past.course, past.held):
        table.setflags(write=False)
    return {"npv": past.npv, "held": past.held, "course": past.course}


def told(months: Lived, start: pd.Timestamp) -> pd.DataFrame:
    """Return the course as tidy totals: time, variable, value."""
    count = len(months.course)
    time = pd.DatetimeIndex(month_starts(start, count), dtype="datetime64[us]")
    return pd.DataFrame(
        {
            "time": np.tile(time, len(VARIABLES)),
            "variable": pd.Index(list(VARIABLES)).repeat(count),
            "value": months.course.T.ravel(),
        }
    )


def month_starts(start: pd.Timestamp, count: int) -> NDArray[np.datetime64]:
    """Return the first moment of each month (us): calendar months, no later than their last day."""
    first = np.datetime64(start, "M") + np.arange(count)
    within = np.datetime64(start, "us") - np.datetime64(start, "M").astype("datetime64[us]")
    day = np.timedelta64(1, "D")
    last = (first + 1).astype("datetime64[us]") - day + within % day
    found: NDArray[np.datetime64] = np.minimum(first.astype("datetime64[us]") + within, last)
    return found


def monthly(run: Run) -> pd.DataFrame:
    """Return a run of the market as a table: one row a month, one column a variable.

    Raises
    ------
    ValueError
        If the run is not one of a market.

    Examples
    --------
    >>> from cemlab import market
    >>> run = market.simulate(market.Policy(phone=100_000, advertising=50_000), months=2)
    >>> monthly(run)["customers"].round().tolist()
    [100000.0, 100490.0]
    """
    table: Any = check_run(run).series.pivot_table(index="time", columns="variable", values="value")
    return table[list(VARIABLES)].rename_axis(columns=None)
