"""Segments from what customers did: recency, frequency and money, and what a mailing tells of them."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks
from cemlab._proportions import confidence
from cemlab.crm.value._bought import bought, wilson
from cemlab.observation import Log

_OTHER_NAMES = {"T": "age", "monetary_value": "mean_spend"}


def rfm(
    purchases: Log,
    *,
    nested: bool = False,
    groups: int = 5,
    observed_until: object = None,
) -> pd.DataFrame:
    """Return each customer's scores of recency, frequency and money; larger is better.

    The customers are cut into `groups` of equal size by each of the three. Group 5 of 5
    bought last, most often and for the most money. Equal values always get equal scores: a
    group of ties is scored by its middle place, so customers who all do the same are all 3.
    Groups are then not of equal size; the usual case is frequency, as many bought once.

    *Critique.* The cuts depend on who else is in the table, so that a customer's score
    changes without her doing. The three are correlated, their weights are habit, and the
    scores look back: they know neither why somebody bought nor whether a mailing changed
    it. Models of buying use the same three numbers with less loss (Fader, Hardie & Lee [2]_).

    Parameters
    ----------
    purchases : DataFrame
        An event log (rows of kind `purchase`, `value` in money), a table of `customer`,
        `time`, `spend`, or a summary with `recency` (age at the last purchase), `frequency`
        (repeat purchases), `age` and `mean_spend`; names `T` and `monetary_value` are read
        too, and a column `customers` counts customers who are alike. From purchases, those
        of one day are one occasion.
    nested : bool
        False: each score among all customers. True: frequency among those of equal recency
        score, money among those equal in both (Hughes): groups of equal size, but an F of
        5 then means another frequency in each recency group.
    groups : int
        Scores 1 to `groups`, 2 to 9.
    observed_until : datetime-like, optional
        End of the observation; by default the last purchase or the last row of the log.

    Returns
    -------
    DataFrame
        By customer: `recency` (time since the last purchase: days, or the summary's unit),
        `frequency` (occasions; repeats only if from a summary), `monetary` (all money; the
        mean per repeat if from a summary), `r`, `f`, `m` (scores) and `code`, such as "543".

    Raises
    ------
    ValueError
        If there is no purchase, or spend is negative or unknown.

    References
    ----------
    .. [1] A. M. Hughes, "Strategic database marketing", Probus, 1994.
    .. [2] P. S. Fader, B. G. S. Hardie, K. L. Lee, "RFM and CLV: using iso-value curves for
       customer base analysis", Journal of Marketing Research 42, 2005.

    Examples
    --------
    >>> table = pd.DataFrame({"customer": ["Ana", "Ana", "Bo", "Cy"], "spend": [10, 30, 20, 90],
    ...                       "time": ["2024-01-05", "2024-03-31", "2024-02-10", "2024-03-11"]})
    >>> rfm(table, groups=3)[["recency", "frequency", "monetary", "code"]].values.tolist()
    [[0.0, 2, 40.0, '332'], [50.0, 1, 20.0, '111'], [20.0, 1, 90.0, '213']]
    """
    many = _checks.whole("groups", groups, low=2, high=9)
    names = {} if not isinstance(purchases, pd.DataFrame) else {*purchases.columns}
    if {"recency", "frequency"} <= set(names):
        table, weight = _of_summary(purchases, observed_until)
    else:
        table, weight = _of_purchases(purchases, observed_until)
    within = np.zeros(len(table), np.int64)
    code: Any = ""
    better = (-table["recency"], table["frequency"], table["monetary"])
    for letter, values in zip("rfm", better, strict=True):
        score = _scores(values.to_numpy(np.float64), within, weight, many)
        table[letter] = score
        code = code + pd.Series(score, table.index).astype(str)
        if nested:
            within = within * (many + 1) + score
    table["code"] = code
    return table


def gains(response: ArrayLike, score: ArrayLike, *, level: float = 0.95) -> pd.DataFrame:
    """Return who answered a mailing by score, best score first; a larger lift is better.

    *Critique.* Lift says who answers, not whom the mailing moved: the best groups may have
    bought without it. `targeting` asks that, and needs a group that got no mailing. A score
    made from the same answers flatters itself: use it on a mailing that came later.

    Parameters
    ----------
    response : array_like of bool or 0/1, shape (customers,)
        Who answered. A missing one stops the count.
    score : array_like, shape (customers,)
        Groups in order, such as the codes of `rfm` or one of its scores; larger is better.
    level : float
        Confidence of the intervals.

    Returns
    -------
    DataFrame
        By `score`, the largest first: `customers`, `responses`, `value` (share that answered)
        with Wilson's `low` and `high`, `n`, `lift` (times the share of all), `reached` and
        `gained` (share of customers and of answers down to this row). `lift` and `gained`
        are missing where nobody answered at all.

    Raises
    ------
    ValueError
        If the two are not of one length, empty, or hold what is not allowed.

    References
    ----------
    .. [1] A. M. Hughes, "Strategic database marketing", Probus, 1994.

    Examples
    --------
    >>> table = gains([1, 1, 0, 0, 0, 0, 0, 1], [5, 5, 5, 4, 4, 1, 1, 1])
    >>> table[["customers", "responses", "lift", "gained"]].round(3).values.tolist()
    [[3.0, 2.0, 1.778, 0.667], [2.0, 0.0, 0.0, 0.667], [3.0, 1.0, 0.889, 1.0]]
    """
    answered = marks("response", response)
    groups = pd.Series(np.asarray(score).ravel(), name="score")
    if len(groups) != answered.size or not answered.size:
        msg = f"response and score must be of one length and not empty, got {answered.size} and {len(groups)}"
        raise ValueError(msg)
    if groups.isna().any():
        msg = "score must be known for every customer, got one without: leave such customers out"
        raise ValueError(msg)
    trust = confidence(level)
    place, found = pd.factorize(groups, sort=True)
    n = np.bincount(place, minlength=len(found))[::-1]
    yes = np.bincount(place[answered], minlength=len(found))[::-1]
    low, high = wilson(yes, n, trust)
    index = pd.Index(found, name="score")[::-1]
    table = pd.DataFrame({"customers": n, "responses": yes, "value": yes / n}, index=index)
    table["low"], table["high"], table["n"] = low, high, n
    known = yes.sum() > 0
    table["lift"] = yes / n / (yes.sum() / n.sum()) if known else np.nan
    table["reached"] = n.cumsum() / n.sum()
    table["gained"] = yes.cumsum() / yes.sum() if known else np.nan
    return table


def marks(name: str, values: ArrayLike) -> NDArray[np.bool_]:
    """Return 0 and 1, or True and False, as marks.

    >>> marks("response", [1, 0, True])
    array([ True, False,  True])
    """
    found = np.asarray(values).ravel()
    good = found == 0
    good = good | (found == 1)
    if not np.all(good):
        wrong = found[~good].tolist()[0]
        msg = f"{name} must be 0 or 1 for every customer, got {wrong!r}: leave out who is unknown"
        raise ValueError(msg)
    return found.astype(bool)


# --- inside ------------------------------------------------------------------------


def _of_purchases(purchases: Log, observed_until: object) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    found = bought(purchases, observed_until)
    if np.isnan(found.spend).any():
        lost = int(np.isnan(found.spend).sum())
        msg = f"spend must be known for every purchase, got {lost} of {found.spend.size} without: leave them out or fill them in"
        raise ValueError(msg)
    size = len(found.names)
    day = found.time.astype("M8[D]").astype(np.int64)
    first = day - day.min()
    occasions = np.unique(found.customer * (first.max() + 1) + first)
    last = np.full(size, np.datetime64(0, "us"), "M8[us]")
    last[:] = found.time.min()
    np.maximum.at(last, found.customer, found.time)
    table = pd.DataFrame(index=pd.Index(found.names, name="customer"))
    table["recency"] = (found.until.to_numpy() - last) / np.timedelta64(1, "D")
    table["frequency"] = np.bincount(occasions // (first.max() + 1), minlength=size)
    table["monetary"] = np.bincount(found.customer, found.spend, minlength=size)
    return table, np.ones(size, np.int64)


def _of_summary(
    summary: pd.DataFrame, observed_until: object
) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    if observed_until is not None:
        msg = f"observed_until must be left out for a summary, which has ended already, got {observed_until!r}"
        raise ValueError(msg)
    named = summary.rename(columns=_OTHER_NAMES)
    for name in ("recency", "frequency", "age", "mean_spend"):
        if name not in named:
            msg = f"summary must have a column {name}, got {', '.join(map(str, summary.columns))}"
            raise ValueError(msg)
    if named.empty:
        msg = "summary must be at least one customer, got none"
        raise ValueError(msg)
    part = named[["recency", "frequency", "age", "mean_spend"]].astype(np.float64)
    once = part["frequency"] == 0
    part["mean_spend"] = part["mean_spend"].mask(once & part["mean_spend"].isna(), 0.0)
    for name in part:
        wrong = part.loc[~(part[name] >= 0), name]
        if len(wrong):
            msg = f"{name} must be known and at least 0, got {wrong.iloc[0]:g} for customer {wrong.index[0]!r}"
            raise ValueError(msg)
    late = part.index[part["recency"] > part["age"]]
    if len(late):
        row = part.loc[late].iloc[0]
        msg = f"recency must be at most age, got {row['recency']:g} at age {row['age']:g} for customer {late[0]!r}"
        raise ValueError(msg)
    weight = np.ones(len(part), np.int64)
    if "customers" in named:
        counts = named["customers"].to_numpy(np.float64)
        if not np.all((counts >= 1) & (counts % 1 == 0)):
            msg = (
                f"customers must be whole numbers of at least 1, got {counts.min():g} at the lowest"
            )
            raise ValueError(msg)
        weight = counts.astype(np.int64)
    table = pd.DataFrame({"recency": part["age"] - part["recency"]})
    table["frequency"], table["monetary"] = named["frequency"], part["mean_spend"]
    return table, weight


def _scores(
    values: NDArray[np.float64], within: NDArray[np.int64], weight: NDArray[np.int64], groups: int
) -> NDArray[np.int64]:
    """Score values 1 to `groups` within each part, ties by their middle place."""
    order = np.lexsort((values, within))
    sorted_values, sorted_parts = values[order], within[order]
    new_part = np.append(True, sorted_parts[1:] != sorted_parts[:-1])
    new_tie = new_part | np.append(True, sorted_values[1:] != sorted_values[:-1])
    total = np.append(0, np.cumsum(weight[order]))
    tie, part = np.flatnonzero(new_tie), np.flatnonzero(new_part)
    tie_of, part_of = np.cumsum(new_tie) - 1, np.cumsum(new_part) - 1
    tie_end, part_end = np.append(tie[1:], order.size), np.append(part[1:], order.size)
    begin = total[part][part_of]
    size = total[part_end][part_of] - begin
    twice_middle = total[tie][tie_of] + total[tie_end][tie_of] - 2 * begin
    score = -(-twice_middle * groups // (2 * size))
    found = np.empty(order.size, np.int64)
    found[order] = score
    return found
