"""A learning relationship: what the firm has been told makes it fit, and makes leaving dear.

A thought experiment: its assumptions decide what comes out, and stand in its text.
"""

import numpy as np
import pandas as pd
from scipy.special import expit

from cemlab import _checks


def learning_relationship(
    purchases: int,
    *,
    told_min: float,
    time_value: float,
    fit_gain: float,
    learning: float,
    rival_advantage: float,
    spread: float,
    portable: float = 0.0,
) -> pd.DataFrame:
    r"""Return how a customer's retention rises as the firm learns her wishes; larger is better for both.

    With each purchase the customer tells the firm more, and the firm fits her better. After k
    purchases the fit is worth :math:`g (1 - e^{-ak})` more than at the first one. A rival
    starts anew, unless the customer can take her data along: then he has the share `portable`
    of the fit, and she must tell only the rest again. She stays with the chance

    .. math:: r_k = \operatorname{logit}^{-1}\frac{(1 - \pi)
              \left[g (1 - e^{-ak}) + k m v\right] - A}{\sigma}

    with m minutes told at each purchase, a minute worth v, the rival's advantage A, the portable
    share :math:`\pi`, and chance in all else of spread :math:`\sigma`. If all is portable
    retention is the same for ever. The cost of telling it again grows without limit, so that
    retention nears 1: true only as long as what was told stays true.

    *Critique.* Peppers and Rogers describe this and give cases; there is no test of it in
    these terms. Part of it binds by being of use (the fit) and part by the trouble of leaving:
    a firm should honour what it was told, not hold it hostage. A right to take the data along
    takes the second part away. Retention rises just as well if customers merely differ:
    see `two_readings`.

    Parameters
    ----------
    purchases : int
        How many purchases to follow, at least 1.
    told_min : float
        Minutes that the customer spends on telling her wishes at each purchase.
    time_value : float
        What a minute is worth to her (money).
    fit_gain : float
        Value of a perfect fit over that of a first purchase (money per purchase).
    learning : float
        Speed a of learning: each purchase leaves :math:`e^{-a}` of the gap to the perfect fit;
        at least 0, which is never.
    rival_advantage : float
        By how much the rival's offer is better for a newcomer (money; negative: worse).
    spread : float
        Spread of all other reasons (money), above 0: the scale of the logit.
    portable : float
        Share of what was told that a rival can use, in [0, 1].

    Returns
    -------
    DataFrame
        By `tenure` (purchases so far, from 1): `fit` (money over a first purchase), `told_min`,
        `switching_cost` (money: to tell again what is not portable), `retention` (chance to buy
        again) and `staying` (chance to have come so far).

    References
    ----------
    .. [1] D. Peppers, M. Rogers, "The one to one future", Currency Doubleday, 1993.

    Examples
    --------
    >>> told = {"told_min": 10, "time_value": 0.5, "fit_gain": 0, "learning": 0, "spread": 5}
    >>> learning_relationship(3, rival_advantage=5, **told)["retention"].round(3).tolist()
    [0.5, 0.731, 0.881]
    >>> learning_relationship(3, rival_advantage=5, portable=1, **told)["retention"].round(3).tolist()
    [0.269, 0.269, 0.269]
    """
    count = _checks.whole("purchases", purchases, low=1)
    minutes = _checks.number("told_min", told_min, low=0.0)
    worth = _checks.number("time_value", time_value, low=0.0)
    best = _checks.number("fit_gain", fit_gain, low=0.0)
    pace = _checks.number("learning", learning, low=0.0)
    rival = _checks.number("rival_advantage", rival_advantage)
    scale = above_zero("spread", spread)
    tied = 1.0 - _checks.probability("portable", portable)
    k = np.arange(1, count + 1)
    fit = best * -np.expm1(-pace * k)
    cost = tied * k * minutes * worth
    chance = expit((tied * fit + cost - rival) / scale)
    table = pd.DataFrame({"fit": fit, "told_min": k * minutes, "switching_cost": cost})
    table["retention"] = chance
    table["staying"] = np.append(1.0, np.cumprod(chance[:-1]))
    return table.set_index(pd.Index(k, name="tenure"))


def purchases_in_all(relationship: pd.DataFrame) -> float:
    """Return the purchases to expect of a new customer within the tenure shown; larger is better.

    The sum of `staying`. With a constant retention r over n purchases it is (1 - r^n) / (1 - r).

    Examples
    --------
    >>> round(purchases_in_all(pd.DataFrame({"staying": [1.0, 0.5, 0.25]})), 2)
    1.75
    """
    _column(relationship, "staying")
    return float(relationship["staying"].sum())


def two_readings(relationship: pd.DataFrame) -> pd.DataFrame:
    r"""Return two stories of a rising retention: customers learn to stay, or they merely differ.

    First story: each customer's retention rises, as in `learning_relationship`. Second story:
    nobody changes; each has a retention of her own for ever, the churn drawn from a beta
    distribution, and those who leave easily are gone first (the shifted beta-geometric model).
    There the odds to stay among those left are
    :math:`(\beta + t - 1) / \alpha` at tenure t. The two parameters are set so that both stories
    agree at the first and the last tenure. What a firm should do differs: only in the first
    does time with a customer bind her.

    Parameters
    ----------
    relationship : DataFrame
        Of `learning_relationship`, at least two tenures; retention must rise.

    Returns
    -------
    DataFrame
        By `tenure`: `learning` (retention of each and all), `differing` (retention of those
        left in the second story) and `each` (there a customer's own, on average at the start).

    Raises
    ------
    ValueError
        If retention does not rise from the first to the last tenure.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie, "How to project customer retention", Journal of
       Interactive Marketing 21, 2007.

    Examples
    --------
    >>> told = {"told_min": 10, "time_value": 0.5, "fit_gain": 0, "learning": 0, "spread": 5}
    >>> two_readings(learning_relationship(3, rival_advantage=5, **told)).round(3).values.tolist()
    [[0.5, 0.5, 0.5], [0.731, 0.807, 0.5], [0.881, 0.881, 0.5]]
    """
    _column(relationship, "retention")
    rate = relationship["retention"].to_numpy(np.float64)
    if rate.size < 2:
        msg = f"relationship must be at least two tenures, got {rate.size}"
        raise ValueError(msg)
    if rate[-1] >= 1:
        first = relationship.index[np.argmax(rate >= 1)]
        msg = f"retention must stay below 1, got 1 as good as exactly at tenure {first}: follow fewer purchases"
        raise ValueError(msg)
    if not 0 < rate[0] < rate[-1]:
        msg = f"retention must rise from above 0, got {rate[0]:g} at first and {rate[-1]:g} at last"
        raise ValueError(msg)
    odds = rate / (1.0 - rate)
    steps = rate.size - 1
    odds_then = odds[0] + (odds[-1] - odds[0]) * np.arange(steps + 1) / steps
    table = pd.DataFrame({"learning": rate, "differing": odds_then / (1.0 + odds_then)})
    table["each"] = rate[0]
    return table.set_index(relationship.index)


def above_zero(name: str, value: float) -> float:
    """Return `value` as a finite number above 0.

    >>> above_zero("spread", 5)
    5.0
    """
    found = _checks.number(name, value, low=0.0)
    if not found:
        msg = f"{name} must be above 0, got 0"
        raise ValueError(msg)
    return found


# --- inside ------------------------------------------------------------------------


def _column(relationship: pd.DataFrame, name: str) -> None:
    columns = getattr(relationship, "columns", [])
    if name not in columns:
        found = ", ".join(map(str, columns)) or type(relationship).__name__
        msg = f"relationship must have a column {name}, got {found}"
        raise ValueError(msg)
