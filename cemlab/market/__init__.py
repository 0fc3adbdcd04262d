"""The closed loop of service, voice, standing and value: CRM policy against CEM policy.

Service quality shapes experience; who is let down may complain, in private or in public;
public complaints spread and weigh on reputation; experience drives customers away, reputation
and advertising bring new ones; their margins pay for the budget, and the budget for service.

- `Market` holds every number of the world (:func:`parameters` lists them with their basis),
  `Policy` what a company does with one budget.
- :func:`simulate` lives a policy through the months; :func:`compare` sets policies side by side.
- :func:`what_if` tells what another policy would have brought in the same years,
  :func:`dashboard` what the reports of one team show.
- :func:`optimise` finds the best policy of a kind of company (:data:`BOXES`), :func:`phase_map`
  where which kind is ahead, :func:`border` the line between two.
- :func:`lever_values` says what each lever adds, :func:`split_difference` where the difference
  of two policies comes from, both by :func:`shapley`.
- :mod:`cemlab.market.norms` is about the habit of shaming and what it rests on,
  :mod:`cemlab.market.limits` about states of rest and what can be solved by hand.
- :mod:`cemlab.market.agents` is the same market with single people, on a network, with an
  event log that both lenses read.

No winner is built in: where CRM or CEM is ahead depends on the numbers of the market.
"""

from functools import partial
from typing import Any

import pandas as pd

from cemlab import _checks, _luck
from cemlab.market import agents as agents
from cemlab.market import course as _course
from cemlab.market import limits as limits
from cemlab.market import norms as norms
from cemlab.market.assumptions import Market as Market
from cemlab.market.attribution import LEVERS as LEVERS
from cemlab.market.attribution import lever_values as lever_values
from cemlab.market.attribution import shapley as shapley
from cemlab.market.attribution import split_difference as split_difference
from cemlab.market.basis import parameters as parameters
from cemlab.market.course import VARIABLES as VARIABLES
from cemlab.market.course import monthly as monthly
from cemlab.market.dashboards import ROLES as ROLES
from cemlab.market.dashboards import dashboard as dashboard
from cemlab.market.last_month import OUTCOMES as OUTCOMES
from cemlab.market.optimum import BOXES as BOXES
from cemlab.market.optimum import optimise as optimise
from cemlab.market.outcomes import compare as compare
from cemlab.market.outcomes import what_if as what_if
from cemlab.market.phases import border as border
from cemlab.market.phases import phase_map as phase_map
from cemlab.market.policy import BUDGET as BUDGET
from cemlab.market.policy import LINES as LINES
from cemlab.market.policy import Plan as Plan
from cemlab.market.policy import Policy as Policy
from cemlab.market.policy import settled as _settled
from cemlab.market.scenarios import SCENARIOS as SCENARIOS
from cemlab.market.segments import Segment as Segment
from cemlab.run import Run

_START = "2009-07-06"


def simulate(
    policy: Plan,
    *,
    months: int = 120,
    market: Market = Market(),  # noqa: B008  (frozen)
    start: object = _START,
    rng: Any = None,
    replicate: int = 0,
) -> Run:
    """Live one policy, or a plan of several, through the months of a market.

    Numbers of people are expected ones, not whole. Chance there is only where the market has
    shocks (`failure_sd`, `virality_sd`, `demand_sd`): then the same `rng` and `replicate` are
    the same years, whatever the policy. Single people live in `market.agents.simulate`.
    Reputation is the share of good evidence; where none is left, it stays as it was.

    *Critique.* Its links are published signs and elasticities from different trades, joined
    by assumptions; the sum has never been fitted to a company. It says what follows from what,
    not what will happen.

    Parameters
    ----------
    policy : Policy or mapping of int to Policy
        One policy, or each from its month on: ``{0: calm, 24: star, 36: calm}``.
    months : int
        At least 1.
    market : Market
        The world; default: every number as documented there.
    start : date-like
        First day.
    rng, replicate
        Luck of the years.

    Returns
    -------
    Run
        `series` holds the :data:`VARIABLES` month by month (:func:`monthly` gives them as a
        table); `details` the net present value `npv` (EUR), customers by segment `held` at the
        start of each month, and the series as an array, `course`. The plan is in
        ``params["policy"]``. `events` has no rows: expected numbers are nobody's story.

    Raises
    ------
    ValueError
        If policy, market or months break their rule.

    Examples
    --------
    >>> plan = Policy(prevention=40_000, phone=60_000, advertising=50_000)
    >>> run = simulate(plan, months=12)
    >>> round(run.final("reputation"), 3)
    0.552
    """
    world, count = _course.check(market, months)
    first = _checks.moment("start", start)
    key = int(_luck.key(rng))
    again = _course.check_replicate(replicate)
    past = _course.lived(policy, world, count, shocks=_course.shocks(world, count, key, again))
    return Run(
        model="market",
        params={
            "policy": _settled(policy), "months": months, "market": market, "start": start,
            "replicate": replicate,
        },
        series=_course.told(past, first),
        key=key,
        make_events=partial(_nobody),
        details=_course.details(past),
    )  # fmt: skip


def warm_up() -> None:
    """Compile the loop, the search for the best policy, and the months of single people."""
    simulate(Policy(phone=1.0), months=1, market=SCENARIOS["watched"], rng=0)
    optimise("integrated", months=1)
    agents.warm_up()


def _nobody() -> pd.DataFrame:
    return pd.DataFrame({"customer": [], "time": [], "actor": [], "kind": []})
