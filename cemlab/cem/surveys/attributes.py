"""Kano's kinds of attributes: what must be, what pays by degrees, what delights."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from cemlab._proportions import confidence, wilson
from cemlab.cem.surveys import _items

KANO_ANSWERS = ("like", "must-be", "neutral", "live with", "dislike")
"""The five answers to a Kano question, 1 to 5."""

KANO_CATEGORIES = {
    "M": "must-be",
    "O": "one-dimensional",
    "A": "attractive",
    "I": "indifferent",
    "R": "reverse",
    "Q": "questionable",
}
"""Kano's categories; ties go to the first, as what is missed hurts most."""

KANO_TABLE = pd.DataFrame(
    [list("QAAAO"), list("RIIIM"), list("RIIIM"), list("RIIIM"), list("RRRRQ")],
    index=pd.Index(KANO_ANSWERS, name="functional"),
    columns=pd.Index(KANO_ANSWERS, name="dysfunctional"),
)
"""Category of each pair of answers, in the version of Berger et al. (1993): all 25 cells."""


@dataclass(frozen=True, eq=False)
class Kano:
    """What `kano` found, a row an attribute.

    Attributes
    ----------
    counts : DataFrame
        Respondents by category: `M`, `O`, `A`, `I`, `R`, `Q`.
    categories : DataFrame
        `category` (letter, or "not clear"), `most` and `second` (the two most
        frequent), `share` of the most frequent with `low` and `high` (Wilson), `p_value` (exact
        sign test between the two), `fong` (Fong's statistic), `n`, `left_out`.
    coefficients : DataFrame
        What `kano_coefficients` returns.
    """

    counts: pd.DataFrame
    categories: pd.DataFrame
    coefficients: pd.DataFrame


def kano(
    functional: Any,
    dysfunctional: Any,
    *,
    table: pd.DataFrame = KANO_TABLE,
    level: float = 0.95,
) -> Kano:
    r"""Return Kano's category of each attribute, from pairs of answers.

    Each respondent says how it would be with the attribute (functional) and without it
    (dysfunctional): 1 like, 2 must be, 3 neutral, 4 can live with, 5 dislike.

    Parameters
    ----------
    functional, dysfunctional : DataFrame, mapping or array_like, shape (n,) or (n, attributes)
        Answers 1 to 5, a column an attribute, or a list for each. Pairs with a missing answer
        are left out and counted.
    table : DataFrame
        Category (one letter) of each pair, shape (5, 5); by default Berger's version.
    level : float
        Confidence of the intervals, and of the decision which category is clear.

    Returns
    -------
    Kano
        `counts`, `categories` and `coefficients`. A category is clear if an exact sign test
        tells the most frequent from the next at this level. Fong's statistic is the
        difference of the two counts a and b by :math:`\sqrt{(a + b)(2n - a - b)/2n}`.

    Raises
    ------
    ValueError
        If answers do not belong together or are not 1 to 5, if an attribute has no complete
        pair, or if `table` is not 5 x 5 of the letters M, O, A, I, R, Q.

    Notes
    -----
    Critique: 16 of 25 pairs of answers become "indifferent" or "reverse", and a pair of middle
    answers says little. Wording and order of the answers move the result, and classes of
    customers hide behind one most frequent category [3]_. Fong's statistic takes the two
    counts as independent, but who says one does not say the other: it finds too many
    differences, twice the variance being right where only two categories occur. The sign
    test heeds that; as the two are picked for being largest, its level is still rough. Fong's
    is shown beside it, and decides nothing, because published analyses report it.

    References
    ----------
    .. [1] C. Berger et al., "Kano's methods for understanding customer-defined quality",
       Center for Quality Management Journal 2 (4), 1993.
    .. [2] D. Fong, "Using the self-stated importance questionnaire to interpret Kano
       questionnaire results", Center for Quality Management Journal 5 (3), 1996.
    .. [3] J. Mikulić, D. Prebežac, "A critical review of techniques for classifying quality
       attributes in the Kano model", Managing Service Quality 21, 2011.

    Examples
    --------
    Eight people like a free upgrade and are neutral without; one dislikes its absence:

    >>> found = kano({"upgrade": 9 * [1]}, {"upgrade": 8 * [3] + [5]})
    >>> found.counts.loc["upgrade", ["A", "O"]].tolist(), found.categories["category"].tolist()
    ([8, 1], ['A'])
    """
    level = confidence(level)
    code = _codes(table)
    one, other = _items.wide("functional", functional), _items.wide("dysfunctional", dysfunctional)
    tables = _items.same_people({"functional": one, "dysfunctional": other})
    have = {
        name: _items.scores(name, frame, scale=(1, 5), fixed=True) for name, frame in tables.items()
    }
    _items.same_shape(have)
    for name, values in have.items():
        odd = values[~np.isnan(values) & (values % 1 != 0)]
        if odd.size:
            msg = f"{name} must be whole numbers 1 to 5, got {odd[0]:g}"
            raise ValueError(msg)
    both = ~np.isnan(have["functional"] + have["dysfunctional"])
    pair = [np.where(both, values, 1).astype(np.int64) - 1 for values in have.values()]
    found = np.where(both, code[pair[0], pair[1]], len(KANO_CATEGORIES))
    tally = np.array([np.bincount(c, minlength=len(KANO_CATEGORIES) + 1) for c in found.T])
    names = pd.Index(one.columns, name="attribute")
    counts = pd.DataFrame(tally[:, :-1], index=names, columns=list(KANO_CATEGORIES))
    rows = [_decided(attribute, row, level) for attribute, row in counts.iterrows()]
    categories = pd.DataFrame(rows, index=names)
    categories["left_out"] = tally[:, -1]
    return Kano(counts, categories, kano_coefficients(counts, level=level))


def kano_coefficients(counts: Any, *, level: float = 0.95) -> pd.DataFrame:
    r"""Return better and worse: what an attribute adds if it is there, and costs if it is not.

    Better is :math:`(A + O)/(A + O + M + I)`, from 0 to 1; worse is :math:`-(O + M)/(A + O + M
    + I)`, from 0 down to -1. Shares of respondents; the further from 0, the more it matters.

    Parameters
    ----------
    counts : DataFrame or mapping
        Respondents by category (`A`, `O`, `M`, `I`; others are left out and counted), a row an
        attribute; or one attribute's counts.
    level : float
        Confidence of the intervals, above 0 and below 1.

    Returns
    -------
    DataFrame
        By attribute and `coefficient` (better, worse): `value`, `low`, `high` (Wilson), `n`
        (A + O + M + I) and `left_out` (R + Q). Missing where n is 0.

    Raises
    ------
    ValueError
        If a count is not a whole number of at least 0, or A, O, M or I is not given.

    Notes
    -----
    Critique: both shares count "one-dimensional" fully, so that they are not independent; what
    many reverse answers mean is left out.

    References
    ----------
    .. [1] C. Berger et al., "Kano's methods for understanding customer-defined quality",
       Center for Quality Management Journal 2 (4), 1993.

    Examples
    --------
    >>> kano_coefficients({"A": 40, "O": 30, "M": 20, "I": 10})["value"].tolist()
    [0.7, -0.5]
    """
    level = confidence(level)
    given = counts if isinstance(counts, pd.DataFrame) else pd.DataFrame([dict(counts)])
    needed = ["A", "O", "M", "I"]
    if not set(needed) <= set(given.columns) <= set(KANO_CATEGORIES):
        msg = f"counts must be of the categories A, O, M, I and perhaps R, Q, got {', '.join(map(str, given.columns))}"
        raise ValueError(msg)
    values = _items.scores("counts", given)
    wrong = (values < 0) | (values % 1 != 0)
    if wrong.any():
        msg = f"counts must be whole numbers of at least 0, got {values[wrong][0]:g}"
        raise ValueError(msg)
    rows, index = [], []
    for attribute, row in zip(given.index, values.astype(np.int64), strict=True):
        of = dict(zip(given.columns, row.tolist(), strict=True))
        n = sum(of[letter] for letter in needed)
        rest = {"n": n, "left_out": of.get("R", 0) + of.get("Q", 0)}
        good, bad = of["A"] + of["O"], of["O"] + of["M"]
        low, high = wilson(good, n, level)
        rows.append({"value": good / n if n else math.nan, "low": low, "high": high} | rest)
        low, high = wilson(bad, n, level)
        rows.append(
            {"value": 0.0 - bad / n if n else math.nan, "low": -high, "high": 0.0 - low} | rest
        )
        index += [(attribute, "better"), (attribute, "worse")]
    return pd.DataFrame(
        rows, index=pd.MultiIndex.from_tuples(index, names=["attribute", "coefficient"])
    )


# --- inside ------------------------------------------------------------------------


def _codes(table: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return the category of each pair of answers as a number."""
    letters = np.asarray(table, object)
    known = {letter: i for i, letter in enumerate(KANO_CATEGORIES)}
    if letters.shape != (5, 5) or not {*letters.ravel().tolist()} <= set(known):
        msg = f"table must be 5 x 5 of the letters {', '.join(known)}, got shape {letters.shape}"
        raise ValueError(msg)
    return np.array([[known[letter] for letter in row] for row in letters], np.int64)


def _decided(attribute: Any, counts: "pd.Series[Any]", level: float) -> dict[str, Any]:
    """Return the most frequent category, the next, and whether the two can be told apart."""
    n = int(counts.sum())
    if not n:
        msg = f"functional and dysfunctional must have a complete pair for each attribute, got none for {attribute!r}"
        raise ValueError(msg)
    most, second = counts.sort_values(ascending=False, kind="stable").index[:2]
    a, b = int(counts[most]), int(counts[second])
    p = float(stats.binomtest(a, a + b).pvalue)
    # All n in one category leave Fong's statistic a variance of n/2, as any a + b = n do.
    fong = (a - b) / math.sqrt((a + b) * (2 * n - a - b) / (2 * n))
    low, high = wilson(a, n, level)
    row = {"category": most if p <= 1 - level else "not clear", "most": most, "second": second}
    row |= {"share": a / n, "low": low, "high": high, "p_value": p, "fong": fong, "n": n}
    return row
