"""From closing prices to returns."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks
from cemlab.evidence.shares import _panel
from cemlab.evidence.shares._read import HOLE_DAYS

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
        `close`. Rows may stand in any order.
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
        If a price is not above 0, a day stands twice, rows have a hole, or a price never moves.

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
    if len(table) < 2:
        msg = "prices must have at least two trading days, got 1"
        raise ValueError(msg)
    if not table.shape[1]:
        msg = "prices must have at least one firm, got no column"
        raise ValueError(msg)
    days = pd.DatetimeIndex(table.index)
    steps = np.diff(days.to_numpy()) / np.timedelta64(1, "D")
    if steps.max() > most:
        place = int(steps.argmax())
        msg = f"prices must have no hole of more than {most} days, got none between {days[place]:%Y-%m-%d} and {days[place + 1]:%Y-%m-%d}: give max_gap_days if that is meant"
        raise ValueError(msg)
    values = np.column_stack([_checked(table.iloc[:, i]) for i in range(table.shape[1])])
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
    if np.ptp(known) == 0:
        msg = f"prices of {name} must move, got {known[0]:g} on all {known.size} days"
        raise ValueError(msg)
    return values
