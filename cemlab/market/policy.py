"""What a company does with its money: one budget, six lines, and how the desk is run."""

from collections.abc import Mapping
from dataclasses import InitVar, dataclass, fields, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemlab import _checks

LINES = ("prevention", "phone", "social", "retention", "advertising", "empowerment")
"""Budget lines, EUR a month: what makes failures rare; staff for callers and for public posts
(one team if pooled); offers to customers of high value; what brings new ones; letting staff decide."""

ORGANISATIONS = ("split", "pooled")
"""Two teams, one on the phone and one for public posts; or one team for both."""

RESOLUTIONS = ("fast", "deep")
"""Short contacts of which fewer are solved; or long ones of which more are."""

BUDGET = 150_000.0
"""EUR a month that a policy may spend unless said otherwise (assumed)."""

_MOST = 1e12


@dataclass(frozen=True)
class Policy:
    """How a company spends one monthly budget and runs its desk.

    Parameters
    ----------
    prevention, phone, social, retention, advertising, empowerment : float
        EUR a month on each of :data:`LINES`, at least 0.
    organisation : {"split", "pooled"}
        Two teams or one. In a pool, the money for phone and social is one sum, and all
        contacts are handled alike.
    resolution : {"fast", "deep"}
        Short or long contacts. The team for public posts keeps its own way where it is split
        off.
    loudest : float
        Part in [0, 1] to which the split of the service money follows visible complaints
        instead of the plan; for split desks only.
    budget : float, optional
        What the lines must add up to (EUR a month): checked, then forgotten.

    Raises
    ------
    ValueError
        If money is negative, the lines do not add up to the budget, or an option is unknown.

    Examples
    --------
    >>> plan = Policy(prevention=50_000, phone=60_000, advertising=40_000, budget=150_000)
    >>> plan.total
    150000.0
    >>> Policy(phone=60_000, budget=150_000)
    Traceback (most recent call last):
    ValueError: the budget lines must add up to the budget of 150,000 EUR a month, got 60,000: spend 90,000 more
    """

    prevention: float = 0.0
    phone: float = 0.0
    social: float = 0.0
    retention: float = 0.0
    advertising: float = 0.0
    empowerment: float = 0.0
    organisation: str = "split"
    resolution: str = "fast"
    loudest: float = 0.0
    budget: InitVar[float | None] = None

    def __post_init__(self, budget: float | None) -> None:
        for line in LINES:
            spent = _checks.number(line, getattr(self, line), low=0.0, high=_MOST)
            object.__setattr__(self, line, spent)
        _checks.one_of("organisation", self.organisation, ORGANISATIONS)
        _checks.one_of("resolution", self.resolution, RESOLUTIONS)
        object.__setattr__(self, "loudest", _checks.probability("loudest", self.loudest))
        if self.loudest and self.organisation == "pooled":
            msg = f"loudest must be 0 in a pool, which has one budget, got {self.loudest:g}: split the desk"
            raise ValueError(msg)
        if budget is not None:
            wanted = _checks.number("budget", budget, low=0.0, high=len(LINES) * _MOST)
            lacking = wanted - self.total
            if abs(lacking) > 1e-6 * max(wanted, 1.0):
                change = f"spend {abs(lacking):,.6g} {'more' if lacking > 0 else 'less'}"
                msg = f"the budget lines must add up to the budget of {wanted:,.10g} EUR a month, got {self.total:,.10g}: {change}"
                raise ValueError(msg)

    @classmethod
    def of_shares(cls, budget: float = BUDGET, **given: Any) -> "Policy":
        """Return the policy that gives each line a share of the budget; shares add up to 1.

        Examples
        --------
        >>> Policy.of_shares(150_000, phone=0.4, prevention=0.6, organisation="pooled").phone
        60000.0
        """
        total = _checks.number("budget", budget, low=0.0, high=_MOST)
        options = {name: value for name, value in given.items() if name not in LINES}
        _checks.one_of_each("option", options, [about.name for about in fields(cls)][len(LINES) :])
        shares = {
            line: _checks.probability(f"share of {line}", given[line])
            for line in LINES
            if line in given
        }
        whole = sum(shares.values())
        if abs(whole - 1) > 1e-9:
            msg = f"shares of the budget must add up to 1, got {whole:.12g}"
            raise ValueError(msg)
        options |= {line: share * total for line, share in shares.items()}
        return cls(**options)

    @classmethod
    def of_weights(
        cls,
        budget: float = BUDGET,
        *,
        prevention: float = 0.0,
        service: float = 0.0,
        social_part: float = 0.0,
        retention: float = 0.0,
        advertising: float = 0.0,
        empowerment: float = 0.0,
        **ways: Any,
    ) -> "Policy":
        """Return the policy that shares out a budget in proportion to weights.

        Parameters
        ----------
        budget : float
            EUR a month.
        prevention, service, retention, advertising, empowerment : float
            Weights of at least 0, not all 0, in any unit; service is phone and social together.
        social_part : float
            Part of the service money that goes to public posts.
        **ways
            `organisation`, `resolution` and `loudest` of a Policy.

        Raises
        ------
        ValueError
            If a weight is negative or all are 0, or an option is unknown.

        Examples
        --------
        >>> Policy.of_weights(100_000, service=3, social_part=0.5, advertising=1).lines()
        (0.0, 37500.0, 37500.0, 0.0, 25000.0, 0.0)
        """
        given = {
            "prevention": prevention, "service": service, "retention": retention,
            "advertising": advertising, "empowerment": empowerment,
        }  # fmt: skip
        weights = {
            name: _checks.number(f"weight of {name}", weight, low=0.0, high=_MOST)
            for name, weight in given.items()
        }
        whole = sum(weights.values())
        if not whole:
            msg = "weights must not all be 0, got 0 for each: give one line a weight"
            raise ValueError(msg)
        part = _checks.probability("social_part", social_part)
        shares = {name: weight / whole for name, weight in weights.items()}
        answering = shares.pop("service")
        shares |= {"phone": (1 - part) * answering, "social": part * answering}
        return cls.of_shares(budget, **shares, **ways)

    @property
    def total(self) -> float:
        """The budget: EUR a month on all lines together."""
        return sum(self.lines())

    def lines(self) -> tuple[float, ...]:
        """Return EUR a month by line, in the order of :data:`LINES`."""
        return tuple(getattr(self, line) for line in LINES)

    def scaled(self, factor: float) -> "Policy":
        """Return the same policy for a company of `factor` times the size."""
        times = _checks.number("factor", factor, low=0.0, high=1e6)
        return replace(self, **{line: getattr(self, line) * times for line in LINES})


Plan = Policy | Mapping[int, Policy]
"""One policy for all months, or several, each from its month on: ``{0: calm, 24: star}``."""


class Months(NamedTuple):
    """A plan as the compiled loop takes it: one row a month, or one row for all."""

    lines: NDArray[np.float64]  # (months or 1, 6) EUR
    ways: NDArray[np.float64]  # (months or 1, 3): pooled, deep, loudest


def by_month(plan: Plan, months: int) -> Months:
    """Return a plan month by month."""
    if isinstance(plan, Policy):
        return Months(np.array([plan.lines()]), np.array([_ways(plan)]))
    steps = stages(plan)
    if len(steps) == 1:
        return by_month(steps[0], months)
    starts = np.array(list(steps))
    stage = np.searchsorted(starts, np.arange(months), side="right") - 1
    lines = np.array([policy.lines() for policy in steps.values()])
    ways = np.array([_ways(policy) for policy in steps.values()])
    return Months(lines[stage], ways[stage])


def stages(plan: Plan) -> dict[int, Policy]:
    """Return a plan as {first month: policy}, months ascending from 0."""
    if isinstance(plan, Policy):
        return {0: plan}
    known: Any = plan
    if not isinstance(known, Mapping) or not known:
        msg = f"policy must be a Policy, or {{month: Policy}} beginning with month 0, got {plan!r}"
        raise ValueError(msg)
    steps = {}
    for month, policy in known.items():
        start = _checks.whole("a plan's month", month, low=0)
        if not isinstance(policy, Policy):
            msg = f"policy must be a Policy from month {start} on, got {policy!r}"
            raise ValueError(msg)
        steps[start] = policy
    if 0 not in steps:
        msg = f"a plan must begin with month 0, got {min(steps)} as its first"
        raise ValueError(msg)
    return dict(sorted(steps.items()))


def settled(plan: Plan) -> Plan:
    """Return a plan that no later change of the caller's mapping can reach."""
    return plan if isinstance(plan, Policy) else stages(plan)


def _ways(policy: Policy) -> tuple[float, float, float]:
    pooled = float(policy.organisation == "pooled")
    return pooled, float(policy.resolution == "deep"), policy.loudest
