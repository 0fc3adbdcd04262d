"""Ordered answers: two groups compared in four ways, and styles of answering."""

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from statsmodels.miscmodels.ordinal_model import (  # type: ignore[import-untyped, unused-ignore]
    OrderedModel,
)
from statsmodels.stats.nonparametric import (  # type: ignore[import-untyped, unused-ignore]
    rank_compare_2indep,
)
from statsmodels.stats.weightstats import (  # type: ignore[import-untyped, unused-ignore]
    CompareMeans,
    DescrStatsW,
)

from cemlab import _checks
from cemlab._proportions import confidence
from cemlab.cem.surveys import _items, _tallies

_FEWEST = 2


def ordinal(a: ArrayLike, b: ArrayLike, *, level: float = 0.95) -> pd.DataFrame:
    """Return how two groups of ordered answers differ, by four methods side by side.

    Answers such as 1 (disagree) to 5 (agree) have an order; whether their steps are equally
    long, nobody knows. Means take them to be; the other methods use the order only.

    Critique. Whether means of such answers are allowed is contested: no, says Jamieson
    [1]_, as the answers are ranks; yes, says Norman [2]_, as tests of means bear it. Here
    both are shown. They part company where one group has more of both extremes.

    Parameters
    ----------
    a, b : array_like, shape (n,), (m,)
        Numbers in the order of the answers; at least two in each group. Missing ones are
        left out and counted in `note`.
    level : float
        Confidence of the intervals.

    Returns
    -------
    DataFrame
        By `method`, all of them b against a:

        - "difference of means": b less a, steps of the scale (Welch)
        - "Mann-Whitney": U of b, the pairs in which b is higher, ties counted half; its
          test corrected for ties; no interval
        - "probability of superiority": the chance that b's answer is higher, plus half the
          chance of a tie (Brunner and Munzel's interval, cut at 0 and 1)
        - "odds ratio": odds of a higher answer in b, divided by those in a (cumulative
          logit; Wald's interval on the logarithm)

        Columns `value`, `low`, `high`, `p_value`, `n`, `unit`; `reading`: "b higher",
        "a higher" or "no clear difference" (whether p is below 1 - level), and without a p
        "complete separation: b higher" (all answers of b above all of a; or a higher) or
        "cannot be computed"; `disagrees`, a sentence where a method reads other than the
        means do, empty where one of the two has no p; and `note`, what could not be had
        and why.

    Raises
    ------
    ValueError
        If a group has fewer than two answers, or something that is no number.

    References
    ----------
    .. [1] S. Jamieson, "Likert scales: how to (ab)use them", Medical Education 38, 2004.
    .. [2] G. Norman, "Likert scales, levels of measurement and the 'laws' of statistics",
       Advances in Health Sciences Education 15, 2010.
    .. [3] P. McCullagh, "Regression models for ordinal data", Journal of the Royal
       Statistical Society B 42, 1980.
    .. [4] E. Brunner, U. Munzel, "The nonparametric Behrens-Fisher problem", Biometrical
       Journal 42, 2000.

    Examples
    --------
    >>> table = ordinal([1, 2, 2, 3, 3, 3], [2, 3, 3, 4, 4, 5])
    >>> table["value"].round(3).tolist()
    [1.167, 29.0, 0.806, 11.571]
    >>> table["reading"].tolist()[2:]
    ['b higher', 'no clear difference']
    >>> table["disagrees"].iloc[2]
    'The means say: no clear difference; this method says: b higher.'
    """
    sure = confidence(level)
    one, other = _group("a", a), _group("b", b)
    x, y = one[~np.isnan(one)], other[~np.isnan(other)]
    rows = {
        "difference of means": _means(x, y, sure),
        "Mann-Whitney": _mann_whitney(x, y),
        "probability of superiority": _superiority(x, y, sure),
        "odds ratio": _odds_ratio(x, y, sure),
    }
    columns = ["value", "low", "high", "p_value", "unit", "note"]
    table = pd.DataFrame(rows.values(), columns=columns, index=pd.Index(rows, name="method"))
    middle = np.array([0.0, x.size * y.size / 2, 0.5, 1.0])
    clear = table["p_value"].to_numpy() < 1 - sure
    higher = np.where(table["value"].to_numpy() > middle, "b higher", "a higher")
    known = table["p_value"].notna().to_numpy()
    read = np.where(clear, higher, "no clear difference")
    table["reading"] = np.where(known, read, _without_p(x, y))
    first = table["reading"].iloc[0]
    table["disagrees"] = [
        f"The means say: {first}; this method says: {said}."
        if said != first and known[0] and tested
        else ""
        for said, tested in zip(table["reading"], known, strict=True)
    ]
    missing = (one.size - x.size) + (other.size - y.size)
    if missing:
        left = f"{missing:,} missing left out"
        table["note"] = [f"{note}; {left}" if note else left for note in table["note"]]
    table["n"] = x.size + y.size
    return table[[*columns[:4], "n", "unit", "reading", "disagrees", "note"]]


def response_style(
    items: ArrayLike, *, scale: tuple[int, int] = (1, 5), agree_from: float | None = None
) -> pd.DataFrame:
    """Return how each respondent uses the scale, whatever was asked.

    Critique. Who agrees with everything may mean it. Styles show only in questions that
    have little to do with each other, some of them turned round [1]_.

    Parameters
    ----------
    items : array_like, shape (n, k)
        One row a respondent, one column a question, in the order asked. Missing answers
        are left out.
    scale : (int, int)
        Lowest and highest answer.
    agree_from : float, optional
        The lowest answer that agrees; by default the first above the middle.

    Returns
    -------
    DataFrame
        One row a respondent: `answered` (questions), and shares of the answers: `extreme`
        (at either end), `acquiescence` (agreeing), `straight_lining` (like the answer
        before; of all but the first). Missing for who gave no answer (the last: fewer
        than two).

    Raises
    ------
    ValueError
        If an answer is off the scale.

    References
    ----------
    .. [1] H. Baumgartner, J.-B. E. M. Steenkamp, "Response styles in marketing research: a
       cross-national investigation", Journal of Marketing Research 38, 2001.

    Examples
    --------
    >>> response_style([[5, 5, 5, 5], [1, 3, 4, None]]).round(2).values.tolist()
    [[4.0, 1.0, 1.0, 1.0], [3.0, 0.33, 0.33, 0.0]]
    """
    low, high = _tallies.whole_scale(scale)
    answers = _items.scores("items", items, scale=(low, high))
    agrees = (low + high) / 2 if agree_from is None else agree_from
    _checks.number("agree_from", agrees, low=low, high=high)
    known = ~np.isnan(answers)
    n = known.sum(axis=1)
    extreme = ((answers == low) | (answers == high)).sum(axis=1)
    agreed = ((answers > agrees) if agree_from is None else (answers >= agrees)).sum(axis=1)
    same = _repeats(answers, known)
    whole, pairs = np.where(n > 0, n, np.nan), np.where(n > 1, n - 1, np.nan)
    table = pd.DataFrame({"answered": n, "extreme": extreme / whole})
    table["acquiescence"], table["straight_lining"] = agreed / whole, same / pairs
    if isinstance(items, pd.DataFrame):
        table.index = items.index
    return table


# --- inside ------------------------------------------------------------------------

_Row = tuple[float, float, float, float, str, str]
_NONE = float("nan")
_EQUAL = "no test: all answers are equal"
_APART = "no interval: no answer of one group is beyond any of the other"


def _group(name: str, given: ArrayLike) -> NDArray[np.float64]:
    rule = f"{name} must be numbers in the order of the answers, or missing"
    found = _tallies.numbers(given, rule)
    if np.isinf(found).any():
        msg = f"{rule}, got {found[np.isinf(found)][0]:g}"
        raise ValueError(msg)
    answers = int((~np.isnan(found)).sum())
    if answers < _FEWEST:
        msg = f"{name} must have at least 2 answers, got {answers}"
        raise ValueError(msg)
    return found


def _means(x: NDArray[np.float64], y: NDArray[np.float64], level: float) -> _Row:
    gap, unit = float(y.mean() - x.mean()), "steps of the scale"
    if np.ptp(x) == 0 and np.ptp(y) == 0:
        note = _EQUAL if gap == 0 else "no test: all answers of a group are equal"
        return gap, _NONE, _NONE, _NONE, unit, note
    both = CompareMeans(DescrStatsW(y), DescrStatsW(x))
    low, high = both.tconfint_diff(alpha=1 - level, usevar="unequal")
    return gap, float(low), float(high), float(both.ttest_ind(usevar="unequal")[1]), unit, ""


def _mann_whitney(x: NDArray[np.float64], y: NDArray[np.float64]) -> _Row:
    unit = f"pairs of {x.size * y.size:,}"
    if np.ptp(np.concatenate([x, y])) == 0:
        return x.size * y.size / 2, _NONE, _NONE, _NONE, unit, _EQUAL
    test = stats.mannwhitneyu(y, x, method="asymptotic")
    return float(test.statistic), _NONE, _NONE, float(test.pvalue), unit, ""


def _superiority(x: NDArray[np.float64], y: NDArray[np.float64], level: float) -> _Row:
    unit = "probability"
    if np.ptp(np.concatenate([x, y])) == 0:
        return 0.5, _NONE, _NONE, _NONE, unit, _EQUAL
    if _apart(x, y):
        value = float(stats.mannwhitneyu(y, x, method="asymptotic").statistic / (x.size * y.size))
        if value in (0.0, 1.0):
            return value, _NONE, _NONE, _NONE, unit, _APART
    found = rank_compare_2indep(y, x)
    low, high = found.conf_int(alpha=1 - level)
    return float(found.prob1), max(float(low), 0.0), min(float(high), 1.0), float(found.pvalue), unit, ""  # fmt: skip


def _odds_ratio(x: NDArray[np.float64], y: NDArray[np.float64], level: float) -> _Row:
    unit = "odds ratio"
    if np.ptp(np.concatenate([x, y])) == 0:
        return 1.0, _NONE, _NONE, _NONE, unit, _EQUAL
    if _apart(x, y):
        value = math.inf if y.mean() > x.mean() else 0.0
        return value, _NONE, _NONE, _NONE, unit, _APART
    beta, error = _cumulative_logit(x, y)
    z = beta / error
    half = float(stats.norm.ppf((1 + level) / 2)) * error
    limits = math.exp(beta - half), math.exp(beta + half)
    return math.exp(beta), *limits, float(2 * stats.norm.sf(abs(z))), unit, ""


def _without_p(x: NDArray[np.float64], y: NDArray[np.float64]) -> str:
    """Return what can be read where there is no test."""
    if x.max() < y.min() or y.max() < x.min():
        return f"complete separation: {'b' if y.min() > x.max() else 'a'} higher"
    return "cannot be computed"


def _apart(x: NDArray[np.float64], y: NDArray[np.float64]) -> bool:
    """Tell whether no pair has x above y, or none has y above x: the odds ratio has no limit."""
    return bool(x.max() <= y.min() or y.max() <= x.min())


class _Counted(OrderedModel):  # type: ignore[misc, unused-ignore]
    """The cumulative logit of a table of counts: one row an answer and group."""

    people: NDArray[np.float64]

    def loglikeobs(self, params: Any) -> Any:
        return self.people * super().loglikeobs(params)


def _cumulative_logit(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
    """Return the logarithm of the odds ratio of y against x, and its standard error."""
    answers, place = np.unique(np.concatenate([x, y]), return_inverse=True)
    group = np.repeat([0, 1], [x.size, y.size])
    counts = np.bincount(2 * place + group, minlength=2 * answers.size)
    cell = np.flatnonzero(counts)
    model = _Counted(cell // 2, (cell % 2)[:, None].astype(float), distr="logit")
    mean = counts[cell].mean()  # the search goes well if all are of size 1
    model.people = counts[cell] / mean
    fitted = model.fit(method="bfgs", disp=False, maxiter=1000, gtol=1e-6)
    return float(fitted.params[0]), float(fitted.bse[0] / math.sqrt(mean))


def _repeats(answers: NDArray[np.float64], known: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return how often each respondent's answer is that to the question answered before."""
    same = np.zeros(len(answers), np.int64)
    before = np.full(len(answers), np.nan)
    for k in range(answers.shape[1]):
        same += answers[:, k] == before
        before = np.where(known[:, k], answers[:, k], before)
    return same
