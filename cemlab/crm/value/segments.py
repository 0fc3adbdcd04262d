"""Segments from what customers did: recency, frequency and money, and what a mailing tells of them."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks
from cemlab._proportions import confidence
from cemlab.crm.value import _buyers
from cemlab.crm.value._bought import bought, wilson
from cemlab.observation import Log


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
        Last day of the observation, which counts as a whole; by default that of the last
        purchase or of the last row of the log.

    Returns
    -------
    DataFrame
        By customer: `recency` (time since the last purchase: whole days, or the summary's unit),
        `frequency` (occasions; repeats only if from a summary), `monetary` (all money; the
        mean per repeat if from a summary), `r`, `f`, `m` (scores) and `code`, such as "543".

    Raises
    ------
    ValueError
        If there is no purchase, spend is negative or unknown, or a summary breaks a rule of
        `bg_nbd`.

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
        Groups in order, such as the codes of `rfm` or one of its scores; larger is better. Two
        Series are paired by their labels, all else by place.
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
    groups = pd.Series(np.asarray(aligned("score", score, response, "response")).ravel())
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


def aligned(name: str, values: Any, like: Any, other: str) -> Any:
    """Return a Series in the order of another's labels, or stop; all else as it is.

    >>> aligned("score", pd.Series([1, 2], ["Bo", "Ana"]), pd.Series([0, 1], ["Ana", "Bo"]), "response").tolist()
    [2, 1]
    """
    if not (isinstance(values, pd.Series) and isinstance(like, pd.Series | pd.DataFrame)):
        return values
    if values.index.equals(like.index):
        return values
    alike = values.index.is_unique and like.index.is_unique and len(values) == len(like)
    if alike and values.index.isin(like.index).all():
        return values.reindex(like.index)
    msg = f"{name} must have the same labels as {other}, got others: use {name}.to_numpy() if they stand in the same order"
    raise ValueError(msg)


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
    last = np.full(size, day.min())
    np.maximum.at(last, found.customer, day)
    table = pd.DataFrame(index=pd.Index(found.names, name="customer"))
    until = found.until.to_datetime64().astype("M8[D]").astype(np.int64)
    table["recency"] = (until - last).astype(np.float64)
    table["frequency"] = np.bincount(occasions // (first.max() + 1), minlength=size)
    table["monetary"] = np.bincount(found.customer, found.spend, minlength=size)
    return table, np.ones(size, np.int64)


def _of_summary(
    summary: pd.DataFrame, observed_until: object
) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    if observed_until is not None:
        msg = f"observed_until must be left out for a summary, which has ended already, got {observed_until!r}"
        raise ValueError(msg)
    buyers = _buyers.read(summary)
    if buyers.mean_spend is None:
        msg = f"summary must have a column mean_spend, got {', '.join(map(str, summary.columns))}"
        raise ValueError(msg)
    spend = np.where((buyers.frequency == 0) & np.isnan(buyers.mean_spend), 0.0, buyers.mean_spend)
    for name, wrong, rule in (
        ("mean_spend", np.isnan(spend), "must be given where frequency is above 0 (leave such customers out)"),
        ("customers", buyers.customers % 1 > 0, "must be a whole number"),
    ):  # fmt: skip
        rows = np.flatnonzero(wrong)
        if rows.size:
            msg = f"summary, row {buyers.index[rows[0]]}, {name}: {rule}, got {(spend if name == 'mean_spend' else buyers.customers)[rows[0]]:g}"
            raise ValueError(msg)
    table = pd.DataFrame({"recency": buyers.age - buyers.recency}, index=buyers.index)
    table["frequency"], table["monetary"] = buyers.frequency.astype(np.int64), spend
    return table, buyers.customers.astype(np.int64)


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
