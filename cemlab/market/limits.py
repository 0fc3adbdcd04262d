"""Where the loop can be solved by hand: states of rest, and when a first euro pays.

- :func:`no_failures` and :func:`ample_capacity` are states of rest in closed form;
  :func:`steady_state` is that of any plan, from a long run.
- :func:`best_prevention` and :func:`first_euro` say when preventing failures pays.

Shocks are left out throughout: these are the loop's expected numbers.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cemlab._words import short
from cemlab.market import _rest, course
from cemlab.market.assumptions import Market, check_market
from cemlab.market.policy import Plan, Policy, stages

_FIRST, _MOST = 512, 65_536
_STEP = 1e-3


def no_failures(
    policy: Policy,
    *,
    market: Market = Market(),  # noqa: B008  (frozen)
) -> pd.Series:
    r"""Return the state of rest of a company whose service never fails.

    Then all evidence is good, and the reputation is 1. As many leave as come: with a newcomers
    a month and base churn h, :math:`N = a(R = 1) / h`. In a market of M people, :math:`N_0` of
    them customers at the start, newcomers shrink with those who are left,
    :math:`a (M - N) / (M - N_0)`, so that :math:`N = a M / (a + h (M - N_0))`. With retention
    offers, those who get them leave more rarely: then N is the root of the same balance.
    Where nobody comes either, those at the start who never leave are the customers: all if
    nothing drives anybody away.

    *Critique.* A limit to check with, not a goal: nobody's service never fails.

    Parameters
    ----------
    policy : Policy
        Only its advertising and retention matter.
    market : Market
        Its `failure_rate` is taken as 0.

    Returns
    -------
    Series
        `customers`, `failure_share`, `reputation`, `left` and `new` (people a month), `margin`
        and `profit` (EUR a month): names and units of :data:`cemlab.market.VARIABLES`; and
        `churn` (share of customers a month).

    Raises
    ------
    ValueError
        If nobody ever leaves an endless market, or nobody talks about good experiences.

    Examples
    --------
    >>> plan = Policy(phone=15_000, social=15_000, advertising=120_000, organisation="pooled")
    >>> print(round(no_failures(plan)["customers"], 3))
    266303.361
    """
    _one(policy)
    world = check_market(market)
    if world.talk_good * world.experiences == 0.0:
        msg = "talk_good and experiences must be above 0, got 0: without evidence there is no reputation"
        raise ValueError(msg)
    rest = _rest.balance(policy, world, reputation=1.0, leave=lambda _: world.base_churn)
    return pd.Series({"failure_share": 0.0, "reputation": 1.0} | rest)


def ample_capacity(
    policy: Policy,
    *,
    market: Market = Market(),  # noqa: B008  (frozen)
) -> pd.Series:
    r"""Return the state of rest of a company that leaves nobody waiting.

    With staff for all, solved shares are those of the way of working, whatever the load; so the
    habit of going public rests where :func:`cemlab.market.norms.equilibria` says, with the
    advantage of the public team (0 in a pool). Shares of failures that are silent, solved or not
    are then known; so are good and bad evidence a customer, whose ratio is the reputation,
    and the share who leave. Newcomers by churn are the customers.

    *Critique.* Ample staff is far from the best policy; the limit shows what is left to gain
    once nobody waits.

    Parameters
    ----------
    policy : Policy
        Its ways, advertising and retention matter; prevention and empowerment must be 0, as
        what they do depends on the number of customers.
    market : Market
        The world.

    Returns
    -------
    Series
        As :func:`no_failures`, with all that complaints and posts do (flows a month).

    Raises
    ------
    ValueError
        If the policy prevents or empowers, or a state of rest does not exist.

    Examples
    --------
    >>> plan = Policy(phone=1_350_000, social=1_350_000, advertising=300_000, organisation="pooled",
    ...               resolution="deep")
    >>> rest = ample_capacity(plan, market=Market(audience=float("inf")))
    >>> rest[["customers", "reputation", "public_share", "churn"]].round(4).tolist()
    [131987.5491, 0.5152, 0.0573, 0.0256]
    """
    _one(policy)
    world = check_market(market)
    for line in ("prevention", "empowerment"):
        if getattr(policy, line) > 0.0:
            msg = f"{line} must be 0 in this limit, got {getattr(policy, line):,.10g}: change failure_rate or the solved shares instead"
            raise ValueError(msg)
    return pd.Series(_rest.unhurried(policy, world))


def steady_state(
    policy: Plan,
    *,
    market: Market = Market(),  # noqa: B008  (frozen)
) -> pd.Series:
    """Return the month in which nothing moves any more, from a long run of the loop.

    Where there are several states of rest, it is the one that the market's start, and the plan,
    lead to: ``{0: calm, 24: star, 36: calm}`` shows whether an episode leaves a trace.

    Parameters
    ----------
    policy : Policy or mapping of int to Policy
        One policy, or a plan whose last policy is kept.
    market : Market
        The world; its shocks are left out.

    Returns
    -------
    Series
        All :data:`cemlab.market.VARIABLES` with their units, flows of one month.

    Raises
    ------
    ValueError
        If something still moves (in its tenth digit) after some 65,000 months: customers grow
        for ever, or so few leave that rest takes longer still. The sentence holds the last
        values, which may do in the second case.

    Examples
    --------
    >>> plan = Policy(phone=15_000, social=15_000, advertising=120_000, organisation="pooled")
    >>> print(round(steady_state(plan, market=Market(failure_rate=0))["customers"], 3))
    266303.361
    """
    world = check_market(market)
    months = _FIRST + max(stages(policy))
    names = list(course.VARIABLES)
    most = max(_MOST, 2 * months)
    before = np.full(len(names), np.inf)
    while True:
        last = course.lived(policy, world, months).course[-1].copy()
        moved = np.abs(last - before) > 1e-10 * np.maximum(np.abs(last), 1e-6)
        if not moved.any():
            return pd.Series(last, index=names)
        if 2 * months > most:
            break
        before, months = last, 2 * months
    at = int(np.argmax(moved))
    msg = f"policy must lead to a state of rest within {months:,} months, got {names[at]} still moving, {before[at]:,.12g} at half of them and {last[at]:,.12g} at their end: see market.simulate"
    raise ValueError(msg)


def best_prevention(
    damage: ArrayLike,
    *,
    market: Market = Market(),  # noqa: B008  (frozen)
) -> Any:
    r"""Return the best spending on prevention where it only saves the damage of failures.

    A month costs :math:`b + N \lambda f_0 e^{-b / (N k)} D`: spending, and failures times their
    damage. The slope in b is 0 where :math:`b / N = k \ln(\lambda f_0 D / k)`; if that is below
    0, the first euro already saves less than itself, and nothing should be spent. So prevention
    pays only above the damage :math:`k / (\lambda f_0)`.

    *Critique.* The damage of a failure is taken as one fixed number. In the loop it is what
    customers lost, and those whom the story keeps away, would have brought.

    Parameters
    ----------
    damage : float or array_like
        D: EUR a failure, at least 0.
    market : Market
        Its `failure_rate`, `experiences` and `prevention_cost` (k, EUR a customer and month).

    Returns
    -------
    float, or ndarray in the shape of `damage`
        EUR a customer and month.

    Raises
    ------
    ValueError
        If a damage is negative or not finite.

    Examples
    --------
    >>> best_prevention([5, 12.5, 20, 40, 80]).round(5).tolist()
    [0.0, 0.0, 0.47, 1.16315, 1.8563]
    """
    world = check_market(market)
    try:
        loss = np.asarray(damage, np.float64)
    except (TypeError, ValueError):
        loss = np.full(1, np.nan)
    if not np.all(np.isfinite(loss)) or np.any(loss < 0):
        msg = f"damage must be finite numbers of at least 0, got {short(damage)}"
        raise ValueError(msg)
    saved = world.experiences * world.failure_rate * loss / world.prevention_cost
    spent: NDArray[np.float64] = world.prevention_cost * np.log(np.maximum(saved, 1.0))
    return spent if spent.ndim else float(spent)


def first_euro(
    policy: Policy,
    *,
    market: Market = Market(),  # noqa: B008  (frozen)
    months: int = 120,
) -> pd.DataFrame:
    r"""Return what the first euro on prevention and on retention brings: more than 1 pays.

    By rule: of N customers, a euro a month on prevention makes
    :math:`\lambda f_0 / k_p` failures fewer, whatever N is; each kept a part of a customer who
    is worth V, the margins to come. A euro on offers keeps :math:`u h / k_r` customers of those
    who get offers, worth :math:`V_o`. For ever, a customer with margin m and churn h is worth
    :math:`m / (d + h)` from next month on, at interest d; within a horizon, what falls into it.
    So prevention comes first if

    .. math:: \frac{\lambda f_0}{k_p}\,\ell\,(1 - h_0)\,V > \frac{u\,h}{k_r}\,V_o

    with the loss :math:`\ell` of a failure and the base churn :math:`h_0`.

    The rule holds in a frozen world: standing and habits stay, and solved shares do not depend
    on the load. It stops where fewer failures relieve a full desk, reputation brings
    newcomers, the market fills up, a rival waits, or chance of failure is already 0; the column
    `loop` has all of that.

    *Critique.* It is about the first euro. Money has falling returns, so the rule gives no
    amounts, and it says nothing about which line the euro is taken from.

    Parameters
    ----------
    policy : Policy
        What is done already; its own prevention and retention are taken as 0.
    market : Market
        The world.
    months : int
        Horizon, at least 1. A customer kept brings margin only from the next month on.

    Returns
    -------
    DataFrame, indexed by `line` ("prevention", "retention")
        EUR of present value a EUR (both over the horizon): `rule`; `long_run`, the rule for
        ever (missing if interest and churn are 0); `frozen` and `loop`, measured in the frozen
        and in the whole loop by adding a little money.

    Raises
    ------
    ValueError
        If policy, market or months break their rule.

    Examples
    --------
    >>> ample = Policy(phone=2e6, social=1e6, advertising=50_000)
    >>> first_euro(ample).round(2)[["rule", "frozen"]].to_dict("list")
    {'rule': [5.2, 7.3], 'frozen': [5.2, 7.3]}
    """
    _one(policy)
    world, count = course.check(market, months)
    bare = _rest.without(policy, "prevention", "retention")
    table = _rest.euro_rule(bare, world, count)
    base = world.customers * _STEP
    steps = {"prevention": base * world.prevention_cost}
    aimed = sum(s.share for s in world.segments if s.offered)
    steps["retention"] = base * world.retention_cost * (aimed or 1.0)
    for column, frozen in (("frozen", True), ("loop", False)):
        table[column] = [
            _rest.measured(bare, world, count, line, step, frozen=frozen)
            for line, step in steps.items()
        ]
    return table


def _one(policy: object) -> None:
    if not isinstance(policy, Policy):
        msg = f"policy must be a Policy, got {policy!r}"
        raise ValueError(msg)
