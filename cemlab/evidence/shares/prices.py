"""From closing prices to returns."""

import warnings

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks
from cemlab.evidence.shares import _panel
from cemlab.evidence.shares._calendar import HOLE_DAYS

KINDS = ("simple", "log")


def returns(
    prices: pd.DataFrame | pd.Series, *, kind: str = "simple", max_gap_days: int = HOLE_DAYS
) -> pd.DataFrame:
    """Return the return of each day on the trading day before, one column a firm.

    Parameters
    ----------
    prices : DataFrame or Series
        Closing prices, adjusted for splits and dividends: one row a trading day (dates in the
        index or in a column `date`) and one column a firm; or long, with `date`, `ticker`,
        `close`. Rows may stand in any order. Rows without any price (weekends, holidays) are left
        out. Dates in words are read as 2009-07-06 or, with dots, the day first (06.07.2009); of
        stamps with a time zone, the date that their clock shows counts.
    kind : {"simple", "log"}
        Change as a fraction of the price before (0.01 is 1 %), or change of the logarithm.
    max_gap_days : int
        Calendar days that may lie between two rows: 7 lets holidays pass, 31 months.

    Returns
    -------
    DataFrame
        Index `date`, one row fewer than trading days. Where a firm has no price on a day on which
        another has one, its returns of that day and of the next are missing: a return over two
        days is not one of a day.

    Raises
    ------
    ValueError
        If a price is not above 0, a day stands twice, rows have a hole, no price moves, columns
        hold other things than closes (a volume), or a date can be read in two ways.

    Warns
    -----
    UserWarning
        If the price of one of several firms never moves: its returns are 0.

    Notes
    -----
    *Critique.* Simple returns add up over shares, log returns over days: a fall by half and a
    doubling are -0.5 and +1, or -0.69 and +0.69. Of prices that are not adjusted, a split looks
    like a crash.

    References
    ----------
    .. [1] J. Campbell, A. Lo, A. C. MacKinlay, "The econometrics of financial markets",
       Princeton University Press 1997, section 1.4.

    Examples
    --------
    >>> closes = pd.Series([3.34, 3.26, 3.25], pd.to_datetime(["2009-07-06", "2009-07-07",
    ...                    "2009-07-08"]), name="UAL")
    >>> returns(closes)["UAL"].round(4).tolist()
    [-0.024, -0.0031]
    """
    _checks.one_of("kind", kind, KINDS)
    most = _checks.whole("max_gap_days", max_gap_days, low=1)
    table = _panel.wide(prices, "prices")
    if not table.shape[1]:
        msg = "prices must have at least one firm, got no column"
        raise ValueError(msg)
    table = table.dropna(how="all")
    if len(table) < 2:
        msg = f"prices must have at least two trading days, got {len(table)}"
        raise ValueError(msg)
    days = pd.DatetimeIndex(table.index)
    steps = np.diff(days.to_numpy()) / np.timedelta64(1, "D")
    if steps.max() > most:
        place = int(steps.argmax())
        msg = f"prices must have no hole of more than {most} days, got none between {days[place]:%Y-%m-%d} and {days[place + 1]:%Y-%m-%d}: give max_gap_days if that is meant"
        raise ValueError(msg)
    values = np.column_stack([_checked(table.iloc[:, i]) for i in range(table.shape[1])])
    _must_move(values, [str(name) for name in table.columns])
    later, before = values[1:], values[:-1]
    found = np.log(later / before) if kind == "log" else later / before - 1
    return pd.DataFrame(found, days[1:].rename("date"), [str(name) for name in table.columns])


# --- inside ------------------------------------------------------------------------


def _checked(prices: "pd.Series[float]") -> NDArray[np.float64]:
    name, values = str(prices.name), _panel.numbers(prices, str(prices.name))
    low = np.flatnonzero(values <= 0)
    if low.size:
        day = pd.Timestamp(prices.index[low[0]])
        msg = f"prices of {name} must be above 0, got {values[low[0]]:g} on {day:%Y-%m-%d}"
        raise ValueError(msg)
    known = values[np.isfinite(values)]
    if known.size < 2:
        msg = f"prices of {name} must be known on at least two days, got {known.size}"
        raise ValueError(msg)
    return values


def _must_move(values: NDArray[np.float64], names: list[str]) -> None:
    fixed = np.flatnonzero(np.nanmax(values, axis=0) == np.nanmin(values, axis=0))
    if not fixed.size:
        return
    first, column = names[fixed[0]], values[:, fixed[0]]
    told = f"got {np.nanmax(column):g} on all {int(np.isfinite(column).sum())} days"
    if fixed.size == len(names):
        msg = f"prices of {first} must move, {told}"
        raise ValueError(msg)
    more = f" (so do those of {fixed.size - 1} more)" if fixed.size > 1 else ""
    msg = f"prices of {first} never move, {told}{more}: its returns are 0, so leave it out of studies"  # fmt: skip
    warnings.warn(msg, UserWarning, stacklevel=3)
