"""What satisfaction is worth: after each purchase a customer is satisfied or not, and buys so."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks

_MOST, _MOST_EACH = 100_000_000, 1_000_000


def satisfaction_clv(
    p: float,
    *,
    rate_satisfied: float,
    rate_dissatisfied: float,
    death_satisfied: float,
    death_dissatisfied: float,
    discount: float,
    margin: float = 1.0,
) -> float:
    r"""Return the discounted value of all purchases to come, after one (money); larger is better.

    After each purchase the customer is satisfied with chance p, else not. She buys again at
    rate :math:`\lambda_j`, is lost for good at rate :math:`\mu_j`, and money loses value at
    rate :math:`\delta`, with j for satisfied (S) or not (D). One purchase ahead is worth
    :math:`\Phi = p \phi_S + (1 - p) \phi_D` with
    :math:`\phi_j = \lambda_j / (\lambda_j + \mu_j + \delta)`, all to come
    :math:`\Phi / (1 - \Phi)`: rising and convex in p, if the satisfied are the better buyers.

    *Critique.* Satisfaction is drawn anew each time: it has no memory, and a second failure
    is no worse than the first. That the satisfied buy more is assumed, not shown; what
    people say and what they do are only weakly linked.

    Parameters
    ----------
    p : float
        Share of purchases that satisfy, in [0, 1].
    rate_satisfied, rate_dissatisfied : float
        Purchases per unit of time of who is, at least 0.
    death_satisfied, death_dissatisfied : float
        Losses per unit of time, at least 0.
    discount : float
        Interest per unit of time, compounded at every moment, at least 0.
    margin : float
        Money of one purchase.

    Raises
    ------
    ValueError
        If an argument breaks its rule, or the value would be infinite.

    References
    ----------
    .. [1] T.-H. Ho, Y.-H. Park, Y.-P. Zhou, "Incorporating satisfaction into customer value
       analysis: optimal investment in lifetime value", Marketing Science 25, 2006. The
       closed form with losses is worked out here after their model.

    Examples
    --------
    >>> given = {"rate_satisfied": 1, "rate_dissatisfied": 0.3, "death_satisfied": 0.02,
    ...          "death_dissatisfied": 0.2, "discount": 0.01}
    >>> [round(satisfaction_clv(p, **given), 4) for p in (0.5, 0.8, 0.95)]
    [3.5363, 8.4649, 19.7219]
    """
    share = np.array([_checks.probability("p", p)])
    rates = _rates(rate_satisfied, rate_dissatisfied, death_satisfied, death_dissatisfied, discount)
    return _checks.number("margin", margin, low=0.0) * float(_ahead(share, *rates)[0])


def satisfied_more(
    p: ArrayLike,
    more: float = 0.1,
    *,
    rate_satisfied: float,
    rate_dissatisfied: float,
    death_satisfied: float,
    death_dissatisfied: float,
    discount: float,
    margin: float = 1.0,
) -> pd.DataFrame:
    """Return what `more` satisfied customers are worth, such as one more in ten; larger is better.

    The value is convex: one more in ten is worth more where many are satisfied already. Its
    price is not in here, and rises too: the last complaints are the dearest to avoid.

    *Critique.* That of `satisfaction_clv`: the whole effect follows from the assumed rates.

    Parameters
    ----------
    p : array_like of float
        Shares satisfied, each in [0, 1 - more].
    more : float
        How much is added to each share, in [0, 1].
    rate_satisfied, rate_dissatisfied, death_satisfied, death_dissatisfied, discount, margin
        As for `satisfaction_clv`.

    Returns
    -------
    DataFrame
        By `p`: `value` and `value_more` (money a customer), `gain` (their difference),
        `relative` (gain as a share of the value; missing where that is 0) and `more`.

    Examples
    --------
    >>> given = {"rate_satisfied": 1, "rate_dissatisfied": 0.3, "death_satisfied": 0.02,
    ...          "death_dissatisfied": 0.2, "discount": 0.01}
    >>> satisfied_more([0.5, 0.8], **given)["gain"].round(2).tolist()
    [0.95, 5.37]
    """
    step = _checks.number("more", more, low=0.0, high=1.0)
    shares = np.array([_checks.probability("p", x) for x in np.atleast_1d(np.asarray(p)).tolist()])
    if not shares.size:
        msg = "p must be at least one share, got none"
        raise ValueError(msg)
    over = shares[shares + step > 1 + 1e-12]
    if over.size:
        msg = f"p must be at most 1 - more = {1 - step:g}, got {over[0]:g}"
        raise ValueError(msg)
    rates = _rates(rate_satisfied, rate_dissatisfied, death_satisfied, death_dissatisfied, discount)
    money = _checks.number("margin", margin, low=0.0)
    now = money * _ahead(shares, *rates)
    then = money * _ahead(np.minimum(shares + step, 1.0), *rates)
    table = pd.DataFrame({"value": now, "value_more": then, "gain": then - now})
    table["relative"] = np.divide(then - now, now, out=np.full(now.size, np.nan), where=now > 0)
    return table.assign(more=step).set_index(pd.Index(shares, name="p"))


def purchases_by(
    time: ArrayLike, *, p: float, rate_satisfied: float, rate_dissatisfied: float
) -> pd.DataFrame:
    r"""Return the purchases expected by a time if nobody is ever lost; larger is better.

    A customer who just bought waits for the next purchase at one of two rates. With mean m and
    mean square s of that wait, and :math:`\xi = p \lambda_D + (1 - p) \lambda_S`, she makes
    :math:`t/m + (s / 2m^2 - 1)(1 - e^{-\xi t})` purchases by t. A model of one average
    rate makes it t/m, and counts too few. Waits are independent of each other; but the clock
    starts at a purchase, and soon after one she is less often within a long wait than at a moment
    taken at random. Who plans by the average counts wrongly what satisfaction brings, and may spend
    too much on it (Ho, Park & Zhou).

    *Critique.* Nobody leaves: over a long time this is too many.

    Parameters
    ----------
    time : array_like of float
        Times since a purchase.
    p, rate_satisfied, rate_dissatisfied : float
        As for `satisfaction_clv`; the rates above 0.

    Returns
    -------
    DataFrame
        By `time`: `purchases`, and `one_rate` (t/m: the average rate for all).

    References
    ----------
    .. [1] T.-H. Ho, Y.-H. Park, Y.-P. Zhou, "Incorporating satisfaction into customer value
       analysis: optimal investment in lifetime value", Marketing Science 25, 2006.

    Examples
    --------
    >>> purchases_by(10, p=0.8, rate_satisfied=1, rate_dissatisfied=0.3).round(4).values.tolist()
    [[7.2182, 6.8182]]
    """
    share = _checks.probability("p", p)
    fast = _checks.number("rate_satisfied", rate_satisfied, low=0.0)
    slow = _checks.number("rate_dissatisfied", rate_dissatisfied, low=0.0)
    for name, rate in (("rate_satisfied", fast), ("rate_dissatisfied", slow)):
        if not rate:
            msg = f"{name} must be above 0, got 0: who never buys again is lost"
            raise ValueError(msg)
    given = np.atleast_1d(np.asarray(time, np.float64)).tolist()
    t = np.array([_checks.number("time", x, low=0.0) for x in given])
    mean = share / fast + (1 - share) / slow
    square = 2 * share / fast**2 + 2 * (1 - share) / slow**2
    mixing = share * slow + (1 - share) * fast
    extra = (square / (2 * mean**2) - 1) * -np.expm1(-mixing * t)
    index = pd.Index(t, name="time")
    return pd.DataFrame({"purchases": t / mean + extra, "one_rate": t / mean}, index=index)


def simulate_satisfaction(
    customers: int,
    *,
    p: float,
    rate_satisfied: float,
    rate_dissatisfied: float,
    death_satisfied: float = 0.0,
    death_dissatisfied: float = 0.0,
    discount: float = 0.0,
    horizon: float,
    rng: Any = None,
) -> pd.DataFrame:
    """Draw the purchases of customers of `satisfaction_clv` up to a horizon.

    Parameters
    ----------
    customers : int
        How many.
    p, rate_satisfied, rate_dissatisfied, death_satisfied, death_dissatisfied, discount
        As for `satisfaction_clv`.
    horizon : float
        Time after the first purchase up to which purchases count, at least 0; short enough
        for a million purchases a customer and a hundred million in all.
    rng : int or numpy.random.Generator, optional
        Source of luck: the same integer gives the same history.

    Returns
    -------
    DataFrame
        One row a customer: `purchases` (number after the first) and `discounted` (each by
        its time).

    Examples
    --------
    >>> drawn = simulate_satisfaction(2000, p=0.8, rate_satisfied=1, rate_dissatisfied=0.3,
    ...                               horizon=10, rng=1)
    >>> bool(abs(drawn["purchases"].mean() - 7.218) < 4 * drawn["purchases"].sem())
    True
    """
    n = _checks.whole("customers", customers, low=1)
    share = _checks.probability("p", p)
    end = _checks.number("horizon", horizon, low=0.0)
    rates = _rates(rate_satisfied, rate_dissatisfied, death_satisfied, death_dissatisfied, discount)
    each = _expected(end, share, *rates[:4])
    if each > _MOST_EACH or n * each > _MOST:
        msg = f"horizon must hold at most about {_MOST_EACH:,} purchases a customer and {_MOST:,} in all, got about {each:,.0f} and {n * each:,.0f}: choose a shorter one or fewer customers"
        raise ValueError(msg)
    rate, death = np.array(rates[:2]), np.array(rates[2:4])
    luck = _checks.generator(rng)
    count, worth = np.zeros(n, np.int64), np.zeros(n)
    who, clock = np.arange(n), np.zeros(n)
    while who.size:
        unhappy = (luck.random(who.size) >= share).astype(np.int64)
        busy = rate[unhappy] + death[unhappy]
        wait = luck.exponential(size=who.size)
        clock = clock + np.divide(wait, busy, out=np.full(who.size, np.inf), where=busy > 0)
        buys = (luck.random(who.size) * busy < rate[unhappy]) & (clock <= end)
        who, clock = who[buys], clock[buys]
        count[who] += 1
        worth[who] += np.exp(-rates[4] * clock)
    return pd.DataFrame({"purchases": count, "discounted": worth})


# --- inside ------------------------------------------------------------------------


def _rates(*given: float) -> tuple[float, float, float, float, float]:
    names = ("rate_satisfied", "rate_dissatisfied", "death_satisfied", "death_dissatisfied", "discount")  # fmt: skip
    a, b, c, d, e = (_checks.number(n, x, low=0.0) for n, x in zip(names, given, strict=True))
    return a, b, c, d, e


def _expected(end: float, p: float, fast: float, slow: float, dies: float, dies_soon: float) -> float:  # fmt: skip
    """Return about how many purchases one customer makes by `end`: not fewer than on average."""
    lost = sum(part * d / (r + d) for part, r, d in ((p, fast, dies), (1 - p, slow, dies_soon)) if part and r + d)  # fmt: skip
    wait = sum(part / (r + d) if r + d else np.inf for part, r, d in ((p, fast, dies), (1 - p, slow, dies_soon)) if part)  # fmt: skip
    by_time = end / wait + 1 if wait else 0.0
    return float(min(by_time, 1 / lost if lost else np.inf))


def _ahead(
    p: NDArray[np.float64], fast: float, slow: float, dies: float, dies_soon: float, discount: float
) -> NDArray[np.float64]:
    """Return the discounted number of purchases to come, for each share p."""
    parts = []
    for rate, end in ((fast, dies + discount), (slow, dies_soon + discount)):
        parts.append(rate / (rate + end) if rate else 0.0)
    ahead = p * parts[0] + (1.0 - p) * parts[1]
    if np.any(ahead >= 1.0):
        msg = "death or discount must be above 0, got 0 for customers who buy for ever: the value would be infinite"
        raise ValueError(msg)
    return ahead / (1.0 - ahead)
