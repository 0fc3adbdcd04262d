"""What each lever adds: a difference in value, split fairly over those who made it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from cemlab import _checks
from cemlab.market import _mixtures, course
from cemlab.market.assumptions import Market
from cemlab.market.optimum import best
from cemlab.market.policy import BUDGET, LINES, Policy

LEVERS = ("prevention", "deep resolution", "retention", "pooling", "empowerment")
"""What a company may be permitted: money for three lines, and two ways to run its desk."""

MOST_PLAYERS = 12
_ALWAYS = ("phone", "social", "advertising")
_MONEY = tuple(lever for lever in LEVERS if lever in LINES)
_NOISE = 1e-6
"""Part of a value below which the search for the best policy tells nothing apart."""


def shapley(value: Callable[[frozenset[str]], float], players: Sequence[str]) -> pd.DataFrame:
    r"""Split what players achieve together over them: the Shapley value.

    A player gets the mean of what it adds to those who came before it, over all orders of
    arrival:

    .. math:: \phi_i = \sum_{S \not\ni i} \frac{|S|!\,(n - |S| - 1)!}{n!}
              \left(v(S \cup \{i\}) - v(S)\right)

    *Critique.* It is the only split that adds up, treats equals alike, gives nothing to who adds
    nothing, and adds over games; whether an order of arrival drawn by lot is fair, or
    says what caused what, is a question that the sums do not answer.

    Parameters
    ----------
    value : callable
        What a set of players achieves, in any unit; called once for each of the 2^n sets, the
        empty one too.
    players : sequence of str
        Their names, at most 12.

    Returns
    -------
    DataFrame, indexed by `player`
        `value`, in the unit of `value`: they add up to what all achieve less what none does;
        `share` of that sum (missing if the sum is 0).

    Raises
    ------
    ValueError
        If players repeat, are none or too many, or a value is not finite.

    References
    ----------
    .. [1] L. S. Shapley, "A value for n-person games", Contributions to the Theory of Games II,
       Princeton University Press 1953.

    Examples
    --------
    One left glove, two right ones; a pair is worth 1:

    >>> def pairs(who):
    ...     return min("left" in who, len(who - {"left"}))
    >>> shapley(pairs, ["left", "right", "other right"])["value"].round(3).tolist()
    [0.667, 0.167, 0.167]
    """
    names = _names("players", players)
    worth = {}
    for group in _groups(names):
        made = value(group)  # True and False count as 1 and 0: votes
        made = int(made) if isinstance(made, bool | np.bool_) else made
        worth[group] = _checks.number(f"value of {_listed(group, names)}", made)
    return _split(worth, names)


@dataclass(frozen=True)
class LeverValues:
    """What levers are worth to a company that spends its budget in the best way.

    Attributes
    ----------
    values : DataFrame, indexed by `player`
        The Shapley value of each lever: `value` (EUR of net present value) and `share`.
    combinations : DataFrame, indexed by `levers`
        One row a set of permitted levers, the fewest first: a column a lever (True if
        permitted) and `npv` (EUR).
    policies : mapping of str to Policy
        The best policy with each set, by the same names.
    """

    values: pd.DataFrame
    combinations: pd.DataFrame
    policies: Mapping[str, Policy]

    @property
    def best(self) -> str:
        """The set with the highest net present value; of those within a millionth the smallest."""
        npv = self.combinations["npv"]
        return str((npv >= npv.max() - _NOISE * abs(npv.max())).idxmax())


def lever_values(
    *,
    budget: float = BUDGET,
    market: Market = Market(),  # noqa: B008  (frozen)
    months: int = 120,
    levers: Sequence[str] = LEVERS[:4],
) -> LeverValues:
    """Return what each lever adds to the best net present value, over all sets of levers.

    Each set of permitted levers is optimised by itself. A line of money that is permitted may
    be used or not, so it cannot do harm: a set without it leaves its plan to the larger set
    where the search finds nothing better. A way to run the desk is used wherever it is
    permitted: deep instead of fast, pooled instead of split; so its value may be negative.
    Phone, social and advertising money are always permitted. Values below a millionth of the
    highest net present value are beyond what the search can tell, and count as 0.

    *Critique.* The value of a lever depends on which others are on the list, and on a budget
    that is optimised with perfect knowledge of the market.

    Parameters
    ----------
    budget : float
        EUR a month, the same for all sets.
    market : Market
        The world.
    months : int
        At least 1.
    levers : sequence of str
        Some of :data:`LEVERS`.

    Raises
    ------
    ValueError
        If a lever is unknown or named twice, or budget or months break their rule.

    See Also
    --------
    split_difference : two given policies instead of the best ones.

    Examples
    --------
    >>> found = lever_values(levers=["retention"], market=Market(retention_effect=0))
    >>> found.values["value"].abs().round().tolist()
    [0.0]
    """
    names = _names("levers", levers)
    _checks.one_of_each("levers", names, LEVERS)
    world, count = course.check(market, months)
    money = _checks.number("budget", budget, low=0.0)
    found: dict[str, Policy] = {}
    worth: dict[frozenset[str], float] = {}
    rows = []
    for group in _groups(names):
        policy = _best(group, money, world, count)
        worth[group] = course.lived(policy, world, count).npv
        for line in _MONEY:  # a plan that leaves the line alone is permitted, too
            fewer = group - {line}
            if line in group and worth[fewer] >= worth[group]:
                policy, worth[group] = found[_listed(fewer, names)], worth[fewer]
        found[_listed(group, names)] = policy
        rows.append({name: name in group for name in names} | {"npv": worth[group]})
    parts = _split(worth, names)
    nothing = parts["value"].abs() <= _NOISE * max(abs(npv) for npv in worth.values())
    parts.loc[nothing, ["value", "share"]] = 0.0
    index = pd.Index(found, name="levers")
    return LeverValues(parts, pd.DataFrame(rows, index=index), MappingProxyType(found))


def split_difference(
    a: Policy,
    b: Policy,
    *,
    market: Market = Market(),  # noqa: B008  (frozen)
    months: int = 120,
) -> pd.DataFrame:
    """Split the difference in net present value of two policies over what differs between them.

    Players are the budget lines and the ways of running the desk in which `b` differs from
    `a`. Phone and social are one line, "service", as a pool has one sum for both. How a split
    desk shares it is a player of its own, "social_part", only where both policies plan it: a
    pool does not, nor does a desk whose money follows the loudest alone (`loudest` 1), nor one
    without money. Where one of them plans it, every split desk follows that plan; "loudest" is
    a player between two split desks only, for the same reason.

    A set of players takes its lines and ways from `b` and all others from `a`; then all
    money is scaled to the common budget, so that no mixture spends more than the two (one that
    has taken only empty lines spends nothing). The parts are Shapley values and add up to the
    difference.

    *Critique.* The scaling lets a line share the money of the others: a line that grows takes
    from all. Another rule for the mixtures would give other parts with the same sum.

    Parameters
    ----------
    a, b : Policy
        With the same total.
    market : Market
        The world.
    months : int
        At least 1.

    Returns
    -------
    DataFrame, indexed by `player`
        `before` and `after` (EUR a month; for `social_part` and `loudest` a part in [0, 1];
        else the way's name), `value` (EUR of net present value, b less a) and `share` (of their
        sum; missing if it is 0). No rows if both are the same company.

    Raises
    ------
    ValueError
        If the totals differ.

    Examples
    --------
    >>> a = Policy(phone=60_000, advertising=90_000)
    >>> b = Policy(phone=60_000, advertising=50_000, prevention=40_000)
    >>> split_difference(a, b).index.tolist()
    ['prevention', 'advertising']
    """
    _check("a", a)
    _check("b", b)
    if abs(a.total - b.total) > 1e-6 * max(a.total, b.total, 1.0):
        msg = f"b must spend what a spends, {a.total:,.10g} EUR a month, got {b.total:,.10g}: use b.scaled"
        raise ValueError(msg)
    world, count = course.check(market, months)
    before, after = _mixtures.decisions(a, b), _mixtures.decisions(b, a)
    names = _mixtures.players(before, after)
    worth = {
        group: course.lived(_mixtures.mixture(a, b, group, names), world, count).npv
        for group in _groups(names)
    }
    parts = _split(worth, names)
    for place, known in enumerate((before, after)):
        told = pd.Series([known[name] for name in names], index=parts.index, dtype=object)
        parts.insert(place, ("before", "after")[place], told)
    return parts


# --- inside ------------------------------------------------------------------------


def _check(name: str, policy: object) -> None:
    if not isinstance(policy, Policy):
        msg = f"{name} must be a Policy, got {policy!r}"
        raise ValueError(msg)


def _names(what: str, given: Iterable[Any]) -> list[str]:
    names = [given] if isinstance(given, str) else list(given)
    if not 1 <= len(names) <= MOST_PLAYERS:
        msg = f"{what} must be 1 to {MOST_PLAYERS} names, got {len(names)}"
        raise ValueError(msg)
    for name in names:
        if not isinstance(name, str) or names.count(name) > 1:
            msg = f"{what} must be different names, got {name!r}{' twice' if isinstance(name, str) else ''}"
            raise ValueError(msg)
    return names


def _groups(names: Sequence[str]) -> list[frozenset[str]]:
    """Return all sets of names, the fewest first, in the order of the names."""
    sizes = range(len(names) + 1)
    return [frozenset(group) for size in sizes for group in combinations(names, size)]


def _listed(group: frozenset[str], names: Sequence[str]) -> str:
    return " + ".join(name for name in names if name in group) or "none"


def _split(worth: Mapping[frozenset[str], float], names: Sequence[str]) -> pd.DataFrame:
    n = len(names)
    value = np.zeros(n)
    for i, name in enumerate(names):
        for group, without in worth.items():
            if name not in group:
                part = factorial(len(group)) * factorial(n - len(group) - 1) / factorial(n)
                value[i] += part * (worth[group | {name}] - without)
    total = worth[frozenset(names)] - worth[frozenset()]
    share = value / total if total else np.full(n, np.nan)
    index = pd.Index(names, name="player", dtype=object)
    return pd.DataFrame({"value": value, "share": share}, index=index)


def _best(group: frozenset[str], budget: float, market: Market, months: int) -> Policy:
    """Return the best policy with exactly these levers."""
    return best(
        [line for line in LINES if line in _ALWAYS or line in group],
        organisation="pooled" if "pooling" in group else "split",
        resolution="deep" if "deep resolution" in group else "fast",
        budget=budget, market=market, months=months,
    )  # fmt: skip
