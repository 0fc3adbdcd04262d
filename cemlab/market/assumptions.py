"""What a market is like: every number of the closed loop, with unit, range and basis."""

import math
from dataclasses import Field, dataclass, field, fields, replace
from typing import Any

from cemlab import _checks
from cemlab.market._kernels.laws import World
from cemlab.market.segments import Segment, check_segments

ASSUMED = "assumption"
_LIMITS = "low", "high"


def _number(
    default: float, unit: str, low: float, high: float, basis: str = ASSUMED, contested: str = ""
) -> Any:
    """Return a field of `Market` that holds a number within [low, high]."""
    about = {"unit": unit, "low": low, "high": high, "basis": basis, "contested": contested}
    return field(default=default, metadata=about)


_GROWING = (
    "customers", "audience", "acquisition", "advertising_reference", "market_size", "start_evidence",
)  # fmt: skip
_WAGE_BASIS = "assumption: full cost of one agent"
_TARP = "a third of (100 - repurchase after a minor problem), TARP 1979 and 1986"
_TARP_DOUBT = "surveyed intentions of 1979 to 1986; the third is assumed"


@dataclass(frozen=True)
class Market:
    """The world a policy meets. Money in EUR, time in months unless said otherwise.

    Each number may be changed; :func:`cemlab.market.parameters` lists them with unit, range,
    basis and mark (assumed, contested). Every link of the loop can be cut: `voice` 0 (nobody
    complains), `virality` 0 (nobody passes a post on), `readers` 0 (nobody reads it),
    `reputation_elasticity` 0 (standing does not bring customers), `learning` 0 (nobody learns
    that going public pays), and so on.

    Parameters
    ----------
    segments : tuple of Segment
        Classes of value, two or more or one; their shares add up to 1.
    customers, experiences, failure_rate, voice, base_churn
        People at the start; experiences a customer has in a month; share of experiences that
        fail without prevention; share of failures that are voiced; share of customers who
        leave in a month for other reasons.
    loss_silent, loss_unresolved, loss_slow, loss_fast : float
        Share of customers who leave because of one failure that was never voiced, voiced and
        not solved, solved, and solved quickly; `fast_share` of the solved are solved quickly.
    wage, desk_hours, patience_rate
        EUR an agent and month; hours a month in which the desk is open; 1 / mean patience of
        a caller (1/h).
    fast_rate, fast_solved, star_rate, star_solved, deep_rate, deep_solved
        Contacts an agent completes in an hour, and the share of answered contacts that are
        solved: with short calls, by a separate team on social media, and with long calls.
    escalation : float
        Share of callers left without a solution who then complain in public.
    shame_slope, shame_threshold, learning, norm
        How strongly customers react to the advantage of going public, the advantage at which
        half of them would, the part of them who think again in a month, and the pull of what
        others do.
    virality, calming, publicisation
        People whom one sharer makes share; the part of it that an answer takes away; the part
        that an answer in public adds.
    readers, read_weight, audience
        People who see one post; how much one such exposure weighs against one own experience
        told; people in the public (inf: endless, then no story may grow by itself).
    observer, rival_pull
        How much more an unanswered post weighs; chance that a customer who sees one leaves for
        a rival.
    memory, negativity, talk_good, talk_bad, talk_recovered
        Part of the evidence that is kept for a month; weight of bad evidence against good;
        evidence of one good experience and of one failure; part of the latter that a solution
        turns into good evidence.
    acquisition, advertising_reference, reputation_reference : float
        New customers a month at that advertising (EUR a month) and that reputation, in an
        endless market.
    advertising_elasticity, reputation_elasticity : float
        Per cent more of them for one per cent more.
    market_size : float
        People who may ever be customers; the fewer are left, the fewer come (inf: all are left).
    prevention_cost, retention_cost, retention_effect
        EUR a customer and month at which failures fall to 1/e; EUR an offered customer and
        month at which 1 - 1/e of the effect is there; part of the leaving that offers can stop.
    empowerment_cost, empowerment_gain
        EUR a complaint at which 1 - 1/e of the effect of letting staff decide is there; part of
        the unsolved contacts that it can solve.
    loudness : float
        How many voices a public complaint counts where the budget follows the loudest.
    promoters, detractors, overstatement
        Among customers without a failure in the month; how many say they would leave for each
        who leaves.
    discount : float
        Interest a month.
    start_reputation, start_evidence, start_public
        Reputation at the start, the weight of evidence behind it, and the share of complainers
        who go public.
    failure_sd, virality_sd, demand_sd : float
        Chance: standard deviation of the monthly shocks' logarithm; 0 for none. Shocks are
        factors of mean 1; but no more than all experiences can fail, so that where much fails
        or shocks are wild, fewer do in the mean: at an sd of 2, 6.0 % instead of 8 %; at an sd
        of 1, 27.2 % instead of 30 %; at .5 and 8 %, hardly fewer.

    Raises
    ------
    ValueError
        Names the parameter, its rule and its value.

    Examples
    --------
    >>> Market().failure_rate
    0.08
    >>> Market(failure_rate=1.2)
    Traceback (most recent call last):
    ValueError: failure_rate must be a finite number in [0, 1], got 1.2
    """

    segments: tuple[Segment, ...] = (
        Segment("low", 0.8, 10.0),
        Segment("high", 0.2, 60.0, offered=True),
    )
    customers: float = _number(100_000.0, "customers", 1, 1e9)
    experiences: float = _number(1.0, "a customer and month", 0, 100)
    failure_rate: float = _number(0.08, "share of experiences", 0, 1)
    voice: float = _number(
        0.5, "share of failures", 0, 1, "Goodman: about half complain to the front line",
        "other surveys of it range from 5 to 75 %",
    )  # fmt: skip
    base_churn: float = _number(0.015, "share a month", 0, 1)
    loss_silent: float = _number(0.21, "share of failures", 0, 1, _TARP, _TARP_DOUBT)
    loss_unresolved: float = _number(0.18, "share of failures", 0, 1, _TARP, _TARP_DOUBT)
    loss_slow: float = _number(0.10, "share of failures", 0, 1, _TARP, _TARP_DOUBT)
    loss_fast: float = _number(
        0.017, "share of failures", 0, 1, _TARP, "no recovery paradox: it may be below 0 for some"
    )
    fast_share: float = _number(0.8, "share of the solved", 0, 1)
    wage: float = _number(4000.0, "EUR an agent and month", 1, 1e6, _WAGE_BASIS)
    desk_hours: float = _number(160.0, "hours a month", 1, 744)
    patience_rate: float = _number(12.0, "1/h", 1e-3, 1e4, "assumption: five minutes")
    fast_rate: float = _number(5.0, "contacts an hour", 1e-3, 1e4)
    fast_solved: float = _number(0.65, "share of answered contacts", 0, 1)
    star_rate: float = _number(5.0, "contacts an hour", 1e-3, 1e4)
    star_solved: float = _number(0.95, "share of answered contacts", 0, 1)
    deep_rate: float = _number(4.0, "contacts an hour", 1e-3, 1e4)
    deep_solved: float = _number(
        0.80, "share of answered contacts", 0, 1, "assumption; vendors report 59 to 70 % on average"
    )
    escalation: float = _number(
        0.15, "share of unsolved calls", 0, 1, "assumption; Goodman: 1 to 10 % go to headquarters"
    )
    shame_slope: float = _number(
        8.0, "per unit of advantage", 0, 1000, "assumption; sign: Ma, Sun & Kekre 2015"
    )
    shame_threshold: float = _number(0.35, "advantage in solved share", -10, 10)
    learning: float = _number(0.2, "part a month", 0, 1)
    norm: float = _number(
        0.0, "advantage in solved share", -10, 10, contested="no field measurement known"
    )
    virality: float = _number(0.6, "sharers a sharer", 0, 100)
    calming: float = _number(
        0.3, "part of virality", 0, 1, "assumption; sign: Herhausen et al. 2019"
    )
    publicisation: float = _number(
        0.0, "part of virality", 0, 10, "assumption; sign: Golmohammadi et al. 2021",
        "against the advice always to answer in public",
    )  # fmt: skip
    readers: float = _number(20.0, "people a post", 0, 1e6)
    read_weight: float = _number(0.05, "experiences an exposure", 0, 1e3)
    audience: float = _number(1e6, "people", 1, math.inf)
    observer: float = _number(
        0.0, "part of an exposure", 0, 100, contested="sign against publicisation's"
    )
    rival_pull: float = _number(0.0, "chance an exposure", 0, 1)
    memory: float = _number(0.9, "part a month", 0, 1 - 1e-9)
    negativity: float = _number(
        2.0, "good for one bad", 0, 100, "Goodman: twice as many hear of a bad experience",
        "the size differs from study to study",
    )  # fmt: skip
    talk_good: float = _number(0.02, "evidence an experience", 0, 1e3)
    talk_bad: float = _number(0.06, "evidence a failure", 0, 1e3)
    talk_recovered: float = _number(0.5, "part of talk_bad", 0, 10)
    acquisition: float = _number(3000.0, "customers a month", 0, 1e9)
    advertising_reference: float = _number(30_000.0, "EUR a month", 1, 1e12)
    reputation_reference: float = _number(0.75, "reputation", 1e-3, 1)
    advertising_elasticity: float = _number(
        0.12, "per cent a per cent", 0, 5, "Sethuraman, Tellis & Briesch 2011",
        "a later study finds 0.09",
    )  # fmt: skip
    reputation_elasticity: float = _number(
        0.417, "per cent a per cent", 0, 5, "You, Vadakkepatt & Joshi 2015, valence",
        "Babić Rosario et al. 2016 find volume stronger than valence",
    )  # fmt: skip
    market_size: float = _number(math.inf, "people", 1, math.inf)
    prevention_cost: float = _number(
        1.0, "EUR a customer and month", 1e-6, 1e6, contested="decides the outcome: vary it"
    )
    retention_cost: float = _number(
        2.0,
        "EUR an offered customer and month",
        1e-6,
        1e6,
        contested="decides the outcome: vary it",
    )
    retention_effect: float = _number(
        0.4, "part of leaving", 0, 1, contested="decides the outcome: vary it"
    )
    empowerment_cost: float = _number(10.0, "EUR a complaint", 1e-6, 1e6)
    empowerment_gain: float = _number(0.25, "part of the unsolved", 0, 1)
    loudness: float = _number(5.0, "voices", 1, 1e6)
    promoters: float = _number(0.5, "share of customers without a failure", 0, 1)
    detractors: float = _number(0.1, "share of customers without a failure", 0, 1)
    overstatement: float = _number(3.0, "intentions an act", 0, 100, "as in the losses")
    discount: float = _number(0.01, "a month", 0, 1)
    start_reputation: float = _number(0.75, "reputation", 1e-9, 1)
    start_evidence: float = _number(50.0, "evidence", 1e-9, 1e12)
    start_public: float = _number(0.1, "share of complainers", 0, 1)
    failure_sd: float = _number(0.0, "logarithm", 0, 2)
    virality_sd: float = _number(0.0, "logarithm", 0, 2)
    demand_sd: float = _number(0.0, "logarithm", 0, 2)

    def __post_init__(self) -> None:
        for about in numbers():
            value = getattr(self, about.name)
            low, high = (about.metadata[limit] for limit in _LIMITS)
            endless = math.isinf(high) and value == math.inf
            if not endless:
                value = _checks.number(about.name, value, low=low, high=high)
            object.__setattr__(self, about.name, float(value))
        check_segments(self.segments)
        if self.promoters + self.detractors > 1:
            msg = f"detractors must be at most 1 - promoters, {1 - self.promoters:g}, got {self.detractors!r}"
            raise ValueError(msg)
        if self.market_size < self.customers:
            msg = f"market_size must be at least customers, {self.customers:,.0f}, got {self.market_size:,.0f}"
            raise ValueError(msg)
        most = self.virality * (1 + self.publicisation)
        if math.isinf(self.audience) and (most >= 1 or self.virality_sd):
            msg = f"audience must be finite where a story can grow by itself (virality up to {most:g}), got inf: give the number of people in the public"
            raise ValueError(msg)

    def scaled(self, factor: float) -> "Market":
        """Return the same market for a company of `factor` times the size.

        People, newcomers, evidence, the public and the advertising that brings them grow alike;
        a desk of that size still has its economies of scale.
        """
        times = _checks.number("factor", factor, low=1e-6, high=1e6)
        grown = {name: getattr(self, name) * times for name in _GROWING}
        return replace(self, **grown)

    def world(self) -> World:
        """Return the numbers as the compiled loop takes them."""
        return World(**{about.name: getattr(self, about.name) for about in numbers()})


def check_market(market: object) -> Market:
    """Return `market` if it is one."""
    if not isinstance(market, Market):
        msg = f"market must be a Market, got {market!r}"
        raise ValueError(msg)
    return market


def numbers() -> list[Field[Any]]:
    """Return the fields of `Market` that hold one number, each with what is known about it."""
    return [about for about in fields(Market) if about.metadata]
