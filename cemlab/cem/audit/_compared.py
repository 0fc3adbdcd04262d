"""Ratings over time and between raters: what changed, and how far the raters agree."""

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from cemlab import _proportions
from cemlab.cem.agreement import krippendorff_alpha
from cemlab.cem.audit._judged import by_rater, checked, in_order, one_firm
from cemlab.estimate import Estimate


def over_time(ratings: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """Return the change of each criterion from the first day to the last; larger is better.

    Only raters who judged a criterion on both days count for the change: otherwise it would be
    a change of raters too.

    Parameters
    ----------
    ratings : DataFrame
        As `read` returns it, of one firm and at least two dates.
    level : float
        Confidence of the intervals (Student's t over raters), above 0 and below 1.

    Returns
    -------
    DataFrame
        By criterion: `value` (mean change in levels of those who rated on both days), `low` and
        `high` (missing for fewer than two such raters, or if all changed alike), `n` (such
        raters), `before` and `after` (their means), `all_raters` (the difference of the means of
        all raters of either day), `raters` (names of those who rated on both days) and `others`
        (names of those who rated on one), `first` and `last` (days).

    Raises
    ------
    ValueError
        If the ratings are of several firms or one date only.

    Notes
    -----
    Critique: raters who know the first result, or who want to see progress, see it. Two days
    are no trend.

    Examples
    --------
    >>> from cemlab.cem import audit
    >>> audit.over_time(audit.example()).loc["answer", ["value", "n", "others"]].to_dict()
    {'value': 1.75, 'n': 4, 'others': 'Emil, Finn'}
    """
    sure = _proportions.confidence(level)
    given = checked(ratings)
    one_firm(given)
    days = sorted(given["date"].unique())
    if len(days) < 2:
        msg = f"ratings must be of at least two dates, got {len(days)}: rate again later"
        raise ValueError(msg)
    tables = [by_rater(given[given["date"] == day]) for day in (days[0], days[-1])]
    criteria = in_order(given)
    first, last = (one.reindex(columns=criteria) for one in tables)
    rows = []
    for name in criteria:
        a, b = first[name].dropna(), last[name].dropna()
        both = a.index.intersection(b.index)
        gap = (b[both] - a[both]).to_numpy(float)
        low = high = np.nan
        if len(gap) > 1 and np.ptp(gap) > 0:
            half = stats.t.ppf((1 + sure) / 2, len(gap) - 1) * np.std(gap, ddof=1) / np.sqrt(len(gap))  # fmt: skip
            low, high = gap.mean() - half, gap.mean() + half
        means = [float(x.mean()) if len(x) else np.nan for x in (gap, a[both], b[both], a, b)]
        rows.append({"value": means[0], "low": low, "high": high, "n": len(gap),
                     "before": means[1], "after": means[2], "all_raters": means[4] - means[3],
                     "raters": ", ".join(sorted(both)),
                     "others": ", ".join(sorted(a.index.symmetric_difference(b.index)))})  # fmt: skip
    result = pd.DataFrame(rows, index=pd.Index(criteria, name="criterion"))
    return result.assign(first=days[0], last=days[-1])


def agreement(ratings: pd.DataFrame, *, level: float = 0.95, rng: Any = None) -> Estimate:
    """Return how far the raters agree beyond chance (ordinal Krippendorff alpha); larger is better.

    Parameters
    ----------
    ratings : DataFrame
        As `read` returns it; each firm, date and criterion is one thing that was judged.
    level : float
        Confidence of the interval, above 0 and below 1.
    rng : int or numpy.random.Generator, optional
        Source of luck of the bootstrap over the things judged (100 and more; fewer need none).

    Returns
    -------
    Estimate
        As `agreement.krippendorff_alpha` returns it; what fewer than two observed is left out.

    Raises
    ------
    ValueError
        If there are fewer than two raters, nothing was judged by two, or all levels are the same.

    Notes
    -----
    Critique: alpha needs things that differ. In a firm that is equally good at everything,
    raters who never differ by more than one level still have an alpha near 0: read the
    `spread` beside it.

    Examples
    --------
    >>> from cemlab.cem import audit
    >>> audit.agreement(audit.example(), rng=1).n
    16
    """
    given = checked(ratings)
    index = pd.MultiIndex.from_frame(
        given[["firm", "date", "criterion"]].astype({"criterion": str})
    )
    table = pd.DataFrame({"rater": given["rater"].to_numpy(), "level": given["level"].to_numpy()}, index)  # fmt: skip
    wide = table.set_index("rater", append=True)["level"].unstack("rater").T  # noqa: PD010
    return krippendorff_alpha(wide.to_numpy(), metric="ordinal", level=level, rng=rng)


def spread(ratings: pd.DataFrame) -> pd.DataFrame:
    """Return how far apart the raters are on each criterion; smaller is better.

    Parameters
    ----------
    ratings : DataFrame
        As `read` returns it.

    Returns
    -------
    DataFrame
        A row a firm, date and criterion, the widest first: `range` (highest less lowest
        level), `gap` (mean difference of two raters, in levels), `n` raters who
        observed it. Missing where fewer than two did.

    Examples
    --------
    >>> from cemlab.cem import audit
    >>> audit.spread(audit.example()).iloc[0][["criterion", "range", "gap"]].to_dict()
    {'criterion': 'reach', 'range': 2.0, 'gap': 1.0}
    """
    given = checked(ratings)
    rows = []
    for (firm, date, name), part in given.groupby(["firm", "date", "criterion"], observed=True):
        seen = np.sort(part["level"].dropna().to_numpy())
        n = len(seen)
        gap = 2 * float((2 * np.arange(n) - n + 1) @ seen) / (n * (n - 1)) if n > 1 else np.nan
        wide = float(np.ptp(seen)) if n > 1 else np.nan
        rows.append({"firm": firm, "date": date, "criterion": str(name), "range": wide, "gap": gap, "n": n})  # fmt: skip
    table = pd.DataFrame(rows)
    keys = ["range", "gap", "firm", "date", "criterion"]
    return table.sort_values(keys, ascending=[False, False, True, True, True]).reset_index(
        drop=True
    )
