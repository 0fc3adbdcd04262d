"""The arithmetic of a claim about a firm's value, before any statistics."""

import math
from typing import Any

import pandas as pd

from cemlab import _checks

BOUNDS = ("exact", "at most", "at least")


def claim_arithmetic(
    *,
    price: Any,
    shares: Any,
    fall: Any = 0.1,
    loss: Any = 180e6,
    price_is: str = "exact",
    shares_are: str = "exact",
) -> pd.DataFrame:
    """Return what a fall in per cent and a loss in money mean for each other.

    Parameters
    ----------
    price : float or (float, float)
        Price of a share before the fall, in money; above 0. Two numbers: between these.
    shares : float or (float, float)
        Shares outstanding, above 0.
    fall : float or (float, float)
        The fall claimed, as a fraction above 0, at most 1.
    loss : float or (float, float)
        The loss claimed, in money, above 0.
    price_is, shares_are : {"exact", "at most", "at least"}
        What kind of figure each is: a bound marks all that follows from it as a bound.

    Returns
    -------
    DataFrame
        Index `measure`; columns `low`, `high` (equal where exact; 0 or infinite on the open
        side of a bound), `unit`, `bound` ("exact", "between", "at most", "at least", "unknown") and
        `how`.
        Rows: `market value`; `value of the fall` (what the fall claimed would be in money); `loss as
        a share` (of the market value: above 1 more than all); `shares needed` and `price needed`
        for both claims to hold.

    Raises
    ------
    ValueError
        If a number breaks its rule.

    Notes
    -----
    *Critique.* A market value is price times shares, not money that anyone paid or lost. It is
    gone only while the price is. Options, treasury shares and later issues change the count.

    Examples
    --------
    United, posting day: 3.34 dollars; 167.04 million shares by the autumn, after an issue.

    >>> found = claim_arithmetic(price=3.34, shares=167_040_862, shares_are="at most")
    >>> f"{found['high']['value of the fall']:,.0f}", found["bound"]["value of the fall"]
    ('55,791,648', 'at most')
    >>> f"{found['low']['loss as a share']:.3f}", found["bound"]["loss as a share"]
    ('0.323', 'at least')
    """
    cost, number = _range("price", price, price_is), _range("shares", shares, shares_are)
    part, money = _range("fall", fall, "exact"), _range("loss", loss, "exact")
    if part[1] > 1:
        msg = f"fall must be a fraction of at most 1, got {fall!r}: 10 % is 0.1"
        raise ValueError(msg)
    value = _times(cost, number)
    found = {
        "market value": (value, "money", "price x shares"),
        "value of the fall": (_times(value, part), "money", "market value x fall"),
        "loss as a share": (_over(money, value), "share of 1", "loss / market value"),
        "shares needed": (_over(money, _times(cost, part)), "shares", "loss / (price x fall)"),
        "price needed": (_over(money, _times(number, part)), "money", "loss / (shares x fall)"),
    }
    rows = [{"low": low, "high": high, "unit": unit, "bound": _bound(low, high), "how": how}
            for (low, high), unit, how in found.values()]  # fmt: skip
    return pd.DataFrame(rows, index=pd.Index(found, name="measure"))


# --- inside ------------------------------------------------------------------------


def _range(name: str, value: Any, kind: str) -> tuple[float, float]:
    """Return the least and the most that a figure can be."""
    which = "shares_are" if name == "shares" else f"{name}_is"
    _checks.one_of(which, kind, BOUNDS)
    pair = list(value) if isinstance(value, list | tuple) else [value, value]
    numbers = [_checks.number(name, one, low=0) for one in pair]
    if len(numbers) != 2 or numbers[0] > numbers[1] or numbers[0] == 0:
        msg = f"{name} must be a number above 0, or two with the smaller first, got {value!r}"
        raise ValueError(msg)
    low = 0.0 if kind == "at most" else numbers[0]
    return low, math.inf if kind == "at least" else numbers[1]


def _times(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return one[0] * other[0], _product(one[1], other[1])


def _product(one: float, other: float) -> float:
    return math.inf if math.isinf(one) or math.isinf(other) else one * other


def _over(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return one[0] / other[1], one[1] / other[0] if other[0] else math.inf


def _bound(low: float, high: float) -> str:
    if low == high:
        return "exact"
    if math.isinf(high):
        return "at least" if low else "unknown"
    return "between" if low else "at most"
