"""Every other date as if it were the event: is the real one anything special."""

from typing import Any

import numpy as np
import pandas as pd

from cemlab import _checks, _proportions, _words
from cemlab.estimate import Estimate
from cemlab.evidence.comparisons import _segments
from cemlab.evidence.comparisons._segments import Design


def placebo_interruptions(
    series: Any,
    *,
    event: Any,
    change: str = "level",
    seasons: int = 0,
    errors: str = "ar1",
    margin: int = 8,
) -> pd.DataFrame:
    """Return the break that a series shows at each date, and how the event ranks among them.

    *Critique.* Dates near the event share its break, and neighbouring dates are almost the same
    test: the rank describes, it is no exact p value. If the event did something, it also
    disturbs the other dates; ranks are then too modest. Dates near the ends have too large a t by
    ``errors="hac"``: in white noise (60 points, margin 8) the clearest of 45 dates is among the
    outermost 10 in 48 of 100 series, and in 32 by `ar1`, where 22 are due (200 series each, s.e.
    3 to 4). An event near an end then looks special without being so: a wide margin helps.

    Parameters
    ----------
    series, seasons, errors
        As for :func:`interrupted`.
    event : time
        One interruption.
    change : str
        Which break is compared: `level` or `slope` (both are in each regression).
    margin : int
        Points that each date must leave before and after, at least 3.

    Returns
    -------
    DataFrame
        By time: `value` (the break), `t`, `rank` (1: the largest t, without sign) and `event`
        (True for one of them).

    Raises
    ------
    ValueError
        As for :func:`interrupted`, or if the event is within `margin` of an end.

    References
    ----------
    .. [1] M. Bertrand, E. Duflo, S. Mullainathan, "How much should we trust
       differences-in-differences estimates?", Quarterly Journal of Economics 119, 2004.

    Examples
    --------
    >>> noise = [0, 1, 0, 0, 1, 0, 1, 1, 0, 1]
    >>> found = placebo_interruptions([*noise, *(x + 9 for x in noise)], event=10, errors="ols")
    >>> found.loc[found["event"], "rank"].tolist(), len(found)
    ([1], 5)
    """
    _checks.one_of("errors", errors, ("hac", "ar1", "glsar", "ols"))
    _checks.one_of("change", change, ("level", "slope"))
    least = _checks.whole("margin", margin, low=_segments.SIDE)
    season = _checks.whole("seasons", seasons, low=0)
    known = _segments.read(series)
    places, _notes = _segments.places(known, event)
    if len(places) > 1:
        msg = f"event must be one time, got {len(places)}: rank them one after another"
        raise ValueError(msg)
    dates = np.arange(least, known.size - least + 1)
    if places[0] not in dates:
        msg = f"event must leave {least} points or more before and after, got {places[0]} and {known.size - places[0]}: choose a smaller margin"
        raise ValueError(msg)
    y, rows = known.to_numpy(), []
    for date in dates:
        design = Design((int(date),), True, True, season if season > 1 else 0)
        fit = _segments.fit(y, design, errors, None)
        place = design.plain + (change == "slope")
        rows.append((fit.values[place], np.sqrt(fit.covariance[place, place])))
    value, error = np.array(rows).T
    table = pd.DataFrame({"value": value}, known.index[dates].rename("time"))
    with np.errstate(divide="ignore", invalid="ignore"):
        table["t"] = np.where(value == 0, 0.0, value / error)
    table["rank"] = table["t"].abs().rank(ascending=False, method="max").astype(int)
    return table.assign(event=dates == places[0])


def placebo_share(table: pd.DataFrame, *, level: float = 0.95) -> Estimate:
    """Return the share of dates with a break at least as clear as that at the event; smaller is clearer.

    Parameters
    ----------
    table : DataFrame
        Of :func:`placebo_interruptions`.
    level : float
        Kept with the figure, which has no interval.

    Examples
    --------
    >>> table = pd.DataFrame({"rank": [1, 3, 2], "event": [False, False, True]})
    >>> round(placebo_share(table), 3)
    0.667
    """
    n = len(table)
    own = table.loc[table["event"].to_numpy(bool), "rank"]
    if own.size != 1:
        msg = f"table must mark one event, got {_words.counted(own.size, 'event')}: take that of placebo_interruptions"
        raise ValueError(msg)
    how = f"rank among {n} dates; no interval, as neighbouring dates are not independent"
    trust = _proportions.confidence(level)
    return Estimate(int(own.iloc[0]) / n, n=n, level=trust, unit="share of 1", method=how)
