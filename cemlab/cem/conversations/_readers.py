"""How many people it takes to read what is written, if it keeps growing."""

import math

import numpy as np
import pandas as pd

from cemlab import _checks


def readers_needed(
    mentions_per_day: float,
    *,
    growth_per_week: float,
    minutes_each: float,
    hours_per_reader: float = 6.0,
    weeks: int,
    staff: int | None = None,
) -> pd.DataFrame:
    r"""Return, week by week, how many people it takes to read every mention.

    With :math:`m` mentions a day now, growing by :math:`g` a week, :math:`c` minutes each
    and :math:`h` hours that a reader reads a day, week :math:`w` needs

    .. math:: n_w = \left\lceil \frac{m (1 + g)^w \, c}{60 \, h} \right\rceil

    readers, and :math:`s` of them suffice until :math:`w = \ln(60 h s / (m c)) / \ln(1 + g)`.
    Nobody waits for a reader here, and none is ever ill or away: it is the least staff.

    Parameters
    ----------
    mentions_per_day : float
        Mentions a day in week 0.
    growth_per_week : float
        Growth a week: 0.1 is 10% more (above -1); see `growth`.
    minutes_each : float
        Minutes to read a mention, and to answer it if that is meant; assumed.
    hours_per_reader : float
        Hours a day that one person spends on it; assumed.
    weeks : int
        How far to look ahead (weeks).
    staff : int, optional
        How many readers there are.

    Returns
    -------
    DataFrame
        One row a week: `week` (0 is now), `mentions_a_day`, `hours_a_day` (of reading),
        `readers` (whole people) and `lasts_weeks`: until when that many suffice (weeks
        from now; infinite if mentions do not grow). With `staff` also `staff`
        and `suffices`: the first week without it is when they no longer do.

    Examples
    --------
    3600 mentions a day of a minute each are the work of ten readers; doubling each week:

    >>> table = readers_needed(3600, growth_per_week=1, minutes_each=1, weeks=2, staff=20)
    >>> table[["readers", "lasts_weeks", "suffices"]].values.tolist()
    [[10, 0.0, True], [20, 1.0, True], [40, 2.0, False]]
    """
    now = _checks.number("mentions_per_day", mentions_per_day, low=0)
    growth = _above("growth_per_week", growth_per_week, -1.0)
    each = _above("minutes_each", minutes_each, 0.0)
    hours = _above("hours_per_reader", hours_per_reader, 0.0)
    _checks.number("hours_per_reader", hours_per_reader, low=0, high=24)
    week = np.arange(_checks.whole("weeks", weeks, low=0, high=10_000) + 1)
    with np.errstate(over="ignore"):
        mentions = now * (1.0 + growth) ** week
        work = mentions * each / 60.0
    if not (work < 1e15).all():
        msg = f"weeks must be few enough to count the readers, got {weeks}: the mentions grow beyond all numbers"
        raise ValueError(msg)
    readers = np.ceil(work / hours * (1.0 - 1e-12)).astype(np.int64)
    lasts = np.full(len(week), math.inf)
    if growth > 0 and now > 0:
        lasts = np.log(readers * hours * 60.0 / (now * each)) / math.log1p(growth)
    table = pd.DataFrame(
        {
            "week": week,
            "mentions_a_day": mentions,
            "hours_a_day": work,
            "readers": readers,
            "lasts_weeks": lasts,
        }
    )
    if staff is None:
        return table
    people = _checks.whole("staff", staff, low=0)
    return table.assign(staff=people, suffices=table["readers"] <= people)


# --- inside ------------------------------------------------------------------------


def _above(name: str, value: object, low: float) -> float:
    found = _checks.number(name, value)
    if found <= low:
        msg = f"{name} must be above {low:g}, got {value!r}"
        raise ValueError(msg)
    return found
