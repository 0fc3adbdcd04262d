"""Policies side by side, and one against another over the same years."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from cemlab import _checks, _luck
from cemlab._proportions import confidence
from cemlab.market import course as _course
from cemlab.market.assumptions import Market
from cemlab.market.last_month import OUTCOMES, figures
from cemlab.market.policy import Plan, by_month, stages

_MOST_RUNS = 1_000_000
_NINE = (0.05, 0.95)  # nine in ten lie between


def compare(
    policies: Mapping[str, Plan],
    *,
    market: Market = Market(),  # noqa: B008  (frozen)
    months: int = 120,
    rng: Any = None,
    replicate: int = 0,
    equal: bool = True,
) -> pd.DataFrame:
    """Live each policy through the same months of one market and set the outcomes side by side.

    All but `npv` is a figure of the last month. `customer_equity` is the Gupta & Lehmann value
    of all who are there: the first margin at once, each segment's churn as it is now, interest
    by the month, nobody new. `satisfaction_clv` values a customer by the share of experiences
    that satisfy, those that do not fail and those that are solved; it spreads margins over the
    month, where `clv` has the first at once: that alone makes 2 to 3 % between them. `nps` is a
    mixture, no survey: the market's `promoters` and `detractors` are those of customers whom
    nothing let down in the month; a failure makes detractors of `overstatement` times those
    whom it drives away, whoever they were before, and several failures of a month add up as
    leaving does: a customer who meets any such failure is one detractor. Surveyed intentions to
    leave overstate leaving by that factor, so the score needs no effect size of its own, and
    any failure that loses fewer customers (solved, quicker) costs fewer points. It counts
    customers by the month, also those who met nothing. It has no sampling error, no silent
    non-respondents, no habit of answering by culture.

    *Critique.* A last month is no steady state: after few months, equity and customer values
    assume that a passing churn lasts. Both leave out that standing and newcomers
    change; npv counts what was earned until the end and nothing after, so that a company may
    look rich that has used up its name. Net Promoter figures say little about
    growth that satisfaction does not (Keiningham et al. [3]_).

    Parameters
    ----------
    policies : mapping of str to Policy or plan
        Name -> one policy, or each from its month on.
    market : Market
        The world.
    months : int
        At least 1.
    rng, replicate
        Luck of the years, the same for every policy; it matters only in a market with chance.
    equal : bool
        Whether every policy must spend the same in every month.

    Returns
    -------
    DataFrame, indexed by `policy`
        One column each of :data:`OUTCOMES`, in the units told there: `npv` (EUR over all
        months, discounted), `profit`, `customers`, `customer_equity`, `clv`,
        `satisfaction_clv`, `churn`, `new`, `failure_share`, `solved_share` (of complaints),
        `nps` (-100 to 100), `reputation`, `posts`, `public_share`, `exposures`,
        `cost_to_serve` (phone, social and empowerment) and `cost_per_contact` (the same money
        for each answered contact). A figure per customer is missing where no customer is left,
        one per complaint or contact where there was none; values are endless (inf) where
        nobody ever leaves and money keeps its worth, and missing where they are endless both
        ways, for customers who pay and customers who cost.

    Raises
    ------
    ValueError
        If totals differ, or policies, market or months break their rule.

    References
    ----------
    .. [1] S. Gupta, D. R. Lehmann, "Customers as assets", Journal of Interactive Marketing
       17, 2003.
    .. [2] T.-H. Ho, Y.-H. Park, Y.-P. Zhou, "Incorporating satisfaction into customer value
       analysis: optimal investment in lifetime value", Marketing Science 25, 2006.
    .. [3] T. L. Keiningham, B. Cooil, T. W. Andreassen, L. Aksoy, "A longitudinal examination
       of net promoter and firm revenue growth", Journal of Marketing 71, 2007.

    Examples
    --------
    >>> from cemlab.market import Policy
    >>> plans = {"mend": Policy(phone=100_000, advertising=50_000),
    ...          "prevent": Policy(prevention=100_000, advertising=50_000)}
    >>> compare(plans, months=24)[["failure_share", "nps"]].round(3).values.tolist()
    [[0.08, 35.045], [0.032, 37.339]]
    """
    world, count = _course.check(market, months)
    plans = _named(policies)
    if _yes("equal", equal):
        _check_totals(plans, count)
    key = int(_luck.key(rng))
    luck = _course.shocks(world, count, key, _course.check_replicate(replicate))
    rows = [_lived(plan, world, count, luck) for plan in plans.values()]
    return pd.DataFrame(rows, index=pd.Index(plans, name="policy"), columns=list(OUTCOMES))


def what_if(
    baseline: Plan,
    other: Plan,
    *,
    market: Market,
    months: int = 120,
    runs: int = 200,
    level: float = 0.95,
    rng: Any = None,
) -> pd.DataFrame:
    """Return what another policy would have brought in the same years, with its interval.

    Year by year both policies meet the same shocks, so that what luck does to both drops out of
    the difference. That is told by its median: half of the pairs lie above it. The interval of
    the median runs from one of the sorted pairs to another, chosen so that it holds the true
    median at least as often as `level` says, whatever the distribution (the sign test turned
    round). The two may spend different totals.

    *Critique.* The interval covers the luck of the years alone: not the assumptions, which are
    most of the doubt. It can be made as narrow as one likes by more runs; where single years
    fall is what `p5` and `p95` say, and they stay. A median is not the sum of many years: where
    stories take off now and then, a few huge years carry the mean, which then even may have
    another sign, and no sample of usual size knows it. Medians do not subtract: the difference
    is that of the pairs, not of the two columns before it.

    Parameters
    ----------
    baseline, other : Policy or plan
        What was done, and what might have been.
    market : Market
        A world with chance: `failure_sd`, `virality_sd` or `demand_sd` above 0.
    months : int
        At least 1.
    runs : int
        Years drawn, at least 2; an interval of 95 % needs six.
    level : float
        Confidence of the interval.
    rng : int or numpy.random.Generator, optional
        Source of luck; run r has the years of `simulate` with `replicate` r.

    Returns
    -------
    DataFrame, indexed by `outcome`
        One row each of :data:`OUTCOMES`: medians under `baseline` and `other`, the median
        `difference` of pairs (other less baseline), `low` and `high` of that median, `ahead`
        (share of pairs in which other has the larger figure, which need not be the better one;
        equal ones count as not), `p5` and `p95` (nine in ten pairs differ by an amount between
        them), `n` (pairs that have the figure) and `unit`. Missing where no pair has it; the
        interval also where there are too few.

    Raises
    ------
    ValueError
        If the market has no chance, or an argument breaks its rule.

    References
    ----------
    .. [1] W. R. Thompson, "On confidence ranges for the median and other expectation
       distributions for populations of unknown distribution form", Annals of Mathematical
       Statistics 7, 1936.

    Examples
    --------
    >>> from cemlab.market import Policy
    >>> calm = Policy(phone=70_000, social=5_000, advertising=75_000)
    >>> star = Policy(phone=50_000, social=25_000, advertising=75_000)
    >>> watched = Market(failure_sd=0.2)
    >>> table = what_if(calm, star, market=watched, months=24, runs=20, rng=1)
    >>> bool(table.loc["posts", "low"] > 0), bool(table.loc["reputation", "high"] < 0)
    (True, True)
    """
    world, count = _course.check(market, months)
    pairs = _checks.whole("runs", runs, low=2, high=_MOST_RUNS)
    sure = confidence(level)
    if not (world.failure_sd or world.virality_sd or world.demand_sd):
        msg = "market must have chance for years to differ, got failure_sd, virality_sd and demand_sd all 0: set one above 0, or use compare"
        raise ValueError(msg)
    plans = [stages(plan) for plan in (baseline, other)]
    key = int(_luck.key(rng))
    found = np.empty((2, pairs, len(OUTCOMES)))
    for replicate in range(pairs):
        luck = _course.shocks(world, count, key, replicate)
        for side, plan in enumerate(plans):
            found[side, replicate] = list(_lived(plan, world, count, luck).values())
    return _paired(found, sure)


# --- inside ------------------------------------------------------------------------


def _lived(plan: Plan, market: Market, months: int, luck: _course.Array) -> dict[str, float]:
    past = _course.lived(plan, market, months, shocks=luck)
    return figures(past, market, by_month(plan, months))


def _named(policies: object) -> dict[str, Plan]:
    """Return policies by name, each a plan as it must be."""
    known: Any = policies
    if not isinstance(known, Mapping) or not known:
        msg = f"policies must be {{name: Policy}} with one or more, got {policies!r}"
        raise ValueError(msg)
    for name in known:
        if not isinstance(name, str) or not name.strip():
            msg = f"a policy's name must be a word, got {name!r}"
            raise ValueError(msg)
    return {name: stages(plan) for name, plan in known.items()}


def _check_totals(plans: Mapping[str, Plan], months: int) -> None:
    """Stop where policies spend different totals in some month."""
    spent = {
        name: np.broadcast_to(by_month(plan, months).lines.sum(axis=1), months)
        for name, plan in plans.items()
    }
    first, *others = spent
    for name in others:
        apart = np.abs(spent[name] - spent[first]) > 1e-6 * np.maximum(spent[first], 1.0)
        if apart.any():
            month = int(np.argmax(apart))
            mine, yours = spent[first][month], spent[name][month]
            msg = f"policies must spend the same in every month, got {mine:,.10g} EUR for {first!r} and {yours:,.10g} for {name!r} in month {month}: change a budget, or say equal=False"
            raise ValueError(msg)


def _yes(name: str, value: object) -> bool:
    if not isinstance(value, bool | np.bool_):
        msg = f"{name} must be True or False, got {value!r}"
        raise ValueError(msg)
    return bool(value)


def _paired(found: _course.Array, level: float) -> pd.DataFrame:
    """Return medians and differences of pairs, `found` of shape (2, runs, outcomes)."""
    rows = []
    for column, (name, unit) in enumerate(OUTCOMES.items()):
        pairs = found[:, :, column]
        pairs = pairs[:, np.isfinite(pairs).all(axis=0)]
        gaps = np.sort(pairs[1] - pairs[0])
        n = gaps.size
        middle, told = np.full(2, np.nan), np.full(6, np.nan)
        if n:
            middle = np.median(pairs, axis=1)
            ahead = float(np.mean(gaps > 0))
            told = np.array(
                [np.median(gaps), *_around_median(gaps, level), ahead, *np.quantile(gaps, _NINE)]
            )
        rows.append((name, *middle, *told, n, unit))
    columns = [
        "outcome",
        "baseline",
        "other",
        "difference",
        "low",
        "high",
        "ahead",
        "p5",
        "p95",
        "n",
        "unit",
    ]
    return pd.DataFrame(rows, columns=columns).set_index("outcome")


def _around_median(values: _course.Array, level: float) -> tuple[float, float]:
    """Return the interval of a median between two of the sorted values; missing if too few."""
    n = values.size
    outside = (1 - level) / 2
    rank = int(stats.binom.ppf(outside, n, 0.5))
    rank += int(stats.binom.cdf(rank, n, 0.5) <= outside)
    if not rank:
        return np.nan, np.nan
    return float(values[rank - 1]), float(values[n - rank])
