"""Ratings of one day summed up: by criterion and overall, with the weakest link."""

from collections.abc import Iterable, Mapping, Sequence
from types import EllipsisType

import numpy as np
import pandas as pd
from scipy import stats

from cemlab import _checks, _proportions
from cemlab.cem import _forms
from cemlab.cem.audit._filled import COLUMNS, day
from cemlab.cem.audit._rubric import LEVELS, Rubric
from cemlab.estimate import Estimate

_LEVELS = f"levels 0 to {LEVELS - 1}"


def scores(ratings: pd.DataFrame, rubric: Rubric | None = None) -> pd.DataFrame:
    """Return each criterion's levels over the raters of one day; larger is better.

    Parameters
    ----------
    ratings : DataFrame
        As `read` returns it, of one firm and one date.
    rubric : Rubric, optional
        Adds the criteria that nobody rated, and titles.

    Returns
    -------
    DataFrame
        By criterion: `mean`, `median`, `lowest` and `highest` level over raters, `n` (raters who
        observed it), `not_observed` (raters who could not; they count as no level), `no_evidence`
        (raters who gave a level without a word of what they saw), `weakest` (True for the
        lowest mean, several if they tie), and with a rubric `title`. What nobody
        observed has `n` 0 and no level.

    Raises
    ------
    ValueError
        If the ratings are of several firms or dates, a level is not 0 to 4, or a rater judged
        a criterion twice.

    Notes
    -----
    Critique: a level is a judgement, not a measurement. The steps between levels are not
    equally long, so the mean is a habit and the median the safer word. Range and n say more
    than an interval: these raters are no random sample of anybody. No interval is given.

    Examples
    --------
    >>> from cemlab.cem import audit
    >>> march = audit.example()[:40]
    >>> found = audit.scores(march)
    >>> found.loc["together", ["mean", "highest", "n"]].tolist()
    [1.25, 2.0, 4.0]
    >>> int(found["no_evidence"].sum())
    0
    """
    table = _one_day(checked(ratings))
    if rubric is not None:
        _checks.one_of_each("criterion", table.columns, rubric.criteria)
        table = table.reindex(columns=list(rubric.criteria))
    asked = table.columns if rubric is None else table.columns[table.notna().any()]
    result = pd.DataFrame(
        {"mean": table.mean(), "median": table.median(), "lowest": table.min(), "highest": table.max()}
    )  # fmt: skip
    result["n"] = table.notna().sum()
    given = checked(ratings)
    bare = given["level"].notna() & ~_worded(given)
    counts = pd.DataFrame({"all": 1, "bare": bare}).groupby(given["criterion"].astype(str)).sum()
    counts = counts.reindex(table.columns, fill_value=0)
    result["not_observed"] = counts["all"] - result["n"]
    result["no_evidence"] = counts["bare"]
    result["weakest"] = np.isclose(result["mean"], result.loc[asked, "mean"].min())
    if rubric is not None:
        result["title"] = [one.title.en for one in rubric.criteria.values()]
    return result.rename_axis("criterion")


def overall(
    ratings: pd.DataFrame, *, weights: Mapping[str, float] | None = None, level: float = 0.95
) -> Estimate:
    """Return the mean of the criteria's means, and beside it the weakest; larger is better.

    Parameters
    ----------
    ratings : DataFrame
        As `read` returns it, of one firm and one date.
    weights : mapping of str to float, optional
        Criterion -> weight of at least 0, for every criterion rated; by default all alike.
    level : float
        Confidence of the interval, above 0 and below 1.

    Returns
    -------
    Estimate
        Levels, 0 to 4; `n` raters; `parts`: `weakest` and `strongest` (lowest and highest
        mean of a criterion), `criteria` (observed by anybody) and `unobserved`. The interval
        is the jackknife's over raters with Student's t: with full forms that of the mean of the raters'
        means. Missing for one rater, or if all raters have the same mean.

    Raises
    ------
    ValueError
        As `scores`, and if weights miss a criterion, are negative or all 0.

    Notes
    -----
    Critique: a sum hides the weakest link. A firm with 4 everywhere and 0 in "answer" has the
    same overall level as one with 3.5 throughout, and its customers another life: read
    `weakest` first. Weights are a further judgement. The interval takes the raters for a
    random sample of possible raters and the criteria for fixed.

    Examples
    --------
    >>> from cemlab.cem import audit
    >>> march = audit.example()[:40]
    >>> found = audit.overall(march)
    >>> f"{found:.2f}", found.n, f"{found.parts['weakest']:.2f}"
    ('1.39', 5, '0.80')
    """
    sure = _proportions.confidence(level)
    table = _one_day(checked(ratings))
    share = _weights(table, weights)
    value, n = _mean(table, share), len(table)
    low = high = np.nan
    method = "no interval: one rater"
    if n > 1:
        less = [table.drop(index=rater) for rater in table.index]
        each = np.array([_mean(one, share) for one in less if one.notna().any(axis=None)])
        error = float(np.sqrt((len(each) - 1) * np.var(each)))
        method = "no interval: without any one rater it stays the same"
        if len(each) == n and error > 1e-12:
            half = stats.t.ppf((1 + sure) / 2, n - 1) * error
            low, high = max(0.0, value - half), min(LEVELS - 1.0, value + half)
            method = "jackknife over raters, Student's t"
    means = table.mean().dropna()
    parts = {"weakest": float(means.min()), "strongest": float(means.max()), "criteria": len(means)}
    parts |= {"unobserved": table.shape[1] - len(means)}
    return Estimate(value, low=low, high=high, n=n, level=sure, unit=_LEVELS, method=method, parts=parts)  # fmt: skip


def lead(
    ratings: pd.DataFrame,
    criterion: str,
    change: Sequence[str | float] | EllipsisType | None = None,
) -> float | EllipsisType:
    """Return how far a criterion's mean lies above the lowest of the others, in levels.

    Below 0: it is the weakest. With a change: what would it be if one rater had judged one
    criterion otherwise? How small a change is enough says how firm an order is.

    Parameters
    ----------
    ratings : DataFrame
        As `read` returns it, of one firm and one date.
    criterion : str
        One that somebody observed, as another was, too.
    change : tuple of str, str and number, optional
        (rater, criterion, level 0 to 4): a rating to put in the place of what was filled in.
        Names may be written in small letters. Dots (``...``: nothing put in yet) are given back.

    Raises
    ------
    ValueError
        As `scores`, and if a name is not among the ratings, or the level is not 0 to 4.

    Examples
    --------
    >>> from cemlab.cem import audit
    >>> march = audit.example()[:40]
    >>> round(audit.lead(march, "hours"), 2)
    -0.45
    >>> round(audit.lead(march, "hours", ("Chris", "together", 0)), 2)
    -0.2
    """
    if change is ...:
        return ...
    table = _one_day(checked(ratings))
    if change is not None:
        if isinstance(change, str) or len(change) != 3:
            msg = f"change must be (rater, criterion, level), got {change!r}"
            raise ValueError(msg)
        rater = _named("rater in change", change[0], table.index)
        changed = _named("criterion in change", change[1], table.columns)
        table.loc[rater, changed] = _checks.whole("level in change", change[2], low=0, high=LEVELS - 1)  # fmt: skip
    means = table.mean().dropna()
    wanted = _named("criterion", criterion, means.index)
    if len(means) < 2:
        msg = "ratings must have at least two criteria that somebody observed, got one"
        raise ValueError(msg)
    return float(means[wanted] - means.drop(wanted).min())


def checked(ratings: pd.DataFrame) -> pd.DataFrame:
    """Return the ratings with levels as numbers and dates as days, or stop at what breaks a rule."""
    absent = [name for name in COLUMNS[:5] if name not in ratings]
    if absent:
        msg = f"ratings must have the columns {', '.join(COLUMNS[:5])}, got none called {absent[0]!r}: see audit.read()"
        raise ValueError(msg)
    if ratings.empty:
        msg = "ratings must hold at least one rating, got none"
        raise ValueError(msg)
    for name in ("rater", "firm", "criterion"):
        _forms.texts(name, ratings[name].unique())
    _forms.one_spelling("rater", ratings["rater"].unique())
    days = {value: day(value) for value in ratings["date"].unique()}
    ratings = ratings.assign(date=ratings["date"].map(days).astype("datetime64[us]"))
    truth = ratings["level"].map(type).isin([bool, np.bool_])
    if truth.any():
        msg = f"level must be 0 to {LEVELS - 1}, got {ratings['level'][truth].iloc[0]}: it is no yes or no"
        raise ValueError(msg)
    found = pd.to_numeric(ratings["level"], errors="coerce")
    wrong = ratings["level"][(found.isna() & ratings["level"].notna()) | (found.notna() & ~found.isin(range(LEVELS)))]  # fmt: skip
    if len(wrong):
        msg = f"level must be 0 to {LEVELS - 1} or missing for what was not observed, got {wrong.tolist()[0]!r}"
        raise ValueError(msg)
    twice = ratings.duplicated(list(COLUMNS[:4]))
    if twice.any():
        row = ratings[twice].iloc[0]
        msg = f"ratings must have each criterion once by each rater a day, got {row['criterion']!r} by {row['rater']!r} twice"
        raise ValueError(msg)
    return ratings.assign(level=found)


def one_firm(given: pd.DataFrame) -> None:
    """Stop if the ratings are of several firms."""
    firms = sorted(given["firm"].unique())
    if len(firms) > 1:
        msg = f"ratings must be of one firm, got {', '.join(firms)}: choose one"
        raise ValueError(msg)


def by_rater(given: pd.DataFrame) -> pd.DataFrame:
    """Return levels, a row a rater and a column a criterion."""
    plain = given.assign(criterion=given["criterion"].astype(str))
    return plain.set_index(["rater", "criterion"])["level"].unstack("criterion")  # noqa: PD010


def in_order(given: pd.DataFrame) -> list[str]:
    """Return the criteria rated, in the rubric's order if it is known, else by name."""
    rated = {str(name) for name in given["criterion"].unique()}
    if isinstance(given["criterion"].dtype, pd.CategoricalDtype):
        return [str(name) for name in given["criterion"].cat.categories if str(name) in rated]
    return sorted(rated)


# --- inside ------------------------------------------------------------------------


def _worded(given: pd.DataFrame) -> "pd.Series[bool]":
    """Say for each row whether a word of evidence stands there."""
    if "evidence" not in given:
        return pd.Series(False, index=given.index)
    return given["evidence"].fillna("").astype(str).str.strip() != ""


def _named(name: str, value: object, known: Iterable[str]) -> str:
    """Return the known name that is written like this, whatever its capitals."""
    names = {" ".join(one.casefold().split()): one for one in known}
    folded = " ".join(value.casefold().split()) if isinstance(value, str) else ""
    return names[folded] if folded in names else _checks.one_of(name, value, names.values())


def _one_day(given: pd.DataFrame) -> pd.DataFrame:
    one_firm(given)
    days = sorted(given["date"].unique())
    if len(days) > 1:
        shown = ", ".join(str(pd.Timestamp(day).date()) for day in days)
        msg = f"ratings must be of one date, got {shown}: choose one, or see over_time"
        raise ValueError(msg)
    table = by_rater(given).reindex(columns=in_order(given))
    if table.isna().all(axis=None):
        msg = "ratings must have a criterion that somebody observed, got none"
        raise ValueError(msg)
    return table


def _weights(table: pd.DataFrame, weights: Mapping[str, float] | None) -> "pd.Series[float]":
    if weights is None:
        return pd.Series(1.0, index=table.columns)
    given = dict(weights)
    _checks.one_of_each("criterion in weights", given, table.columns)
    absent = [name for name in table.columns if name not in given]
    if absent:
        msg = f"weights must name every criterion, got none for {absent[0]!r}: give it 0 to leave it out"
        raise ValueError(msg)
    share = pd.Series({name: _checks.number(f"weight of {name}", given[name], low=0) for name in table.columns})  # fmt: skip
    if not (share[table.notna().any()] > 0).any():
        msg = "weights must be above 0 for a criterion that somebody observed, got 0 for all"
        raise ValueError(msg)
    return share


def _mean(table: pd.DataFrame, share: "pd.Series[float]") -> float:
    """Return the weighted mean of the criteria's means, of those that anybody observed."""
    means = table.mean().dropna()
    part = share[means.index]
    return float((means * part).sum() / part.sum()) if part.sum() > 0 else float("nan")
