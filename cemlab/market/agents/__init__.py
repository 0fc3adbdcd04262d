"""The market with single people on a network: the same loop, its luck, and its event log.

- :func:`simulate` lives a policy as `market.simulate` does, month by month, but every customer,
  contact and post is one: served by a desk with a queue, and passed on from person to person.
- Its event log goes through both lenses: ``lenses.compare(run.events)``.
"""

from functools import partial
from typing import Any

import numpy as np

from cemlab import _checks, _luck
from cemlab.market import course as _course
from cemlab.market.agents._log import log as _log
from cemlab.market.agents._months import lived as _lived
from cemlab.market.assumptions import Market
from cemlab.market.policy import Plan, Policy
from cemlab.market.policy import settled as _settled
from cemlab.network import Network
from cemlab.run import Run


def simulate(
    policy: Plan,
    *,
    network: Network,
    months: int = 120,
    market: Market = Market(),  # noqa: B008  (frozen)
    start: object = "2009-07-06",
    rng: Any = None,
    replicate: int = 0,
    surveyed: float = 0.01,
) -> Run:
    """Live one policy, or a plan of several, with single customers on a network.

    `market.simulate` gives expected numbers; this is the same month with whole people, so that
    the two agree in a large market on a network drawn by ``Network.random(n, market.readers)``
    with ``audience=n``. Large means several agents in each team and hundreds of contacts a
    month: with the default numbers and 100,000 customers, desk, exposures and habit are within 1
    or 2 %. Below that, curved laws meet counts that vary, and months with a handful of posts
    decide what is learned. With two teams, 16,000 customers (2.8 agents): posts solved +3 %, public
    complainers +3 %; 1,000 (a sixth of an agent): +80 % and +19 %. In a small pool posts fare as
    calls do. Exposures are a few per cent above in companies of some thousands, as reach rises
    ever faster with virality. Where stories grow by themselves a company may lose nearly all in
    a month, and is small from then on.

    - Each customer has the whole part of `experiences` a month, and one more with the chance of
      the rest. Newcomers are a Poisson number (in a finite market, each who is left by their chance). Everybody lives somewhere on the network, drawn
      at random (several may live at one place), and belongs to a segment by its share.
    - The desk is a queue, first come first served: contacts come at even chance over the
      `desk_hours`; calls and patience are exponential. Who staffs it is money / wage; the last
      agent, if not whole, is there for that part of each day. Contacts that wait at the
      month's end are worked off. A caller who is not helped may post later: after a pause of a
      desk day of 8 hours in the mean (assumed), but within the month.
    - A sharer exposes all whom they reach but the one from whom they have it (so on a network
      where people reach as many as `readers`, that many). An exposure makes somebody share, who
      has not yet, with the chance breeding / `readers`. With no `readers` nobody sees a post.
    - A rival's pull and the weight of unanswered posts count the exposures to posts that were
      not solved; the public are the people of the network, whatever `audience` says.
    - Reputation, learning and newcomers follow the laws of `market.simulate` with what really
      happened in the month.

    A draw belongs to (customer, month, what it decides): the same `rng` and `replicate` are the
    same people with the same luck and the same years (those of `market.simulate`), whatever the
    policy.

    *Critique.* People differ in segment, place and luck only: nobody remembers, nobody calls
    again, and friends do not become customers. The network has no part in who leaves. Real
    audiences are unequal and overlap; then posts are seen more often by fewer than the expected
    numbers say.

    Parameters
    ----------
    policy : Policy or mapping of int to Policy
        One policy, or each from its month on.
    network : Network
        Who sees whose posts: the public.
    months : int
        At least 1.
    market : Market
        The world; `customers` is rounded to a whole number.
    start : date-like
        First day; months are calendar months from it.
    rng, replicate
        Luck of people and years.
    surveyed : float
        Share of customers asked each month whether they would recommend the company, in [0, 1];
        also those who met nothing in it. Everybody asked answers, about the whole month.

    Returns
    -------
    Run
        `series` holds `market.VARIABLES` month by month, counted. A share of nobody is what a
        lone one would have met: `failure_share` without experiences is the chance, solved and
        abandoned shares without contacts those of the desk for one contact (in a pool, of the
        other contacts); `sharers` without posts is 1. `poached_share` is before offers keep
        anybody; `promoters` and `detractors` are what all customers would answer on average.
        `details` holds `npv` (EUR), `held` (customers by segment at the start of each month)
        and `course`, as of `market.simulate`.

        `events`, built when asked for, holds for each failure the money at stake (margin, EUR a
        month); contacts, answers or abandons on "phone" and "social", work, the company's
        `close` of each answered contact, solved or not, and the customer's `resolve` of those
        solved; `publish` and one `share` a further sharer (an hour a round of sharing, assumed),
        valued by the people exposed; who leaves; and `survey_nps`. Purchases are not recorded.
        Desk hours are stretched over the calendar month, but waits and work stay in true
        minutes. What would end later stands in the month's last seconds, so that surveys and
        leaving come after all of it: nothing a customer does or gets follows their `leave`.
        Only `share` rows may: they are the public's, on the issue of the customer who
        posted, and run some hours past the end. Each failure is an issue of its customer, from
        1 on; `leave` and `survey_nps` name the month's last failure, or issue 0 if there was
        none: leave that out where journeys are counted.

    Raises
    ------
    ValueError
        If policy, market, network or months break their rule, or there is not enough memory.

    See Also
    --------
    cemlab.market.simulate : expected numbers, thousands of times as quick.

    Examples
    --------
    >>> from cemlab.market import Policy
    >>> public = Network.random(1000, 20, rng=1)
    >>> small = Market(customers=1000, acquisition=30)
    >>> run = simulate(Policy(phone=4000), network=public, market=small, months=2, rng=1)
    >>> run.series.query("variable == 'customers'")["value"].tolist()[0]
    1000.0
    """
    world, count = _course.check(market, months)
    if not isinstance(network, Network) or network.n < 1:
        msg = f"network must be a Network with at least one person, got {network!r}"
        raise ValueError(msg)
    first = _checks.moment("start", start)
    part = _checks.probability("surveyed", surveyed)
    key = int(_luck.key(rng))
    again = _course.check_replicate(replicate)
    past, kept = _lived(policy, world, network, count, surveyed=part, key=key, replicate=again)
    edges = _course.month_starts(first, count + 1).astype(np.int64)
    return Run(
        model="agents",
        params={
            "policy": _settled(policy), "months": months, "market": market, "start": start,
            "replicate": replicate, "surveyed": surveyed,
        },
        series=_course.told(past, first),
        key=key,
        make_events=partial(_log, world, network, edges, kept, f"agents {key:016x}/{again}"),
        network=network.fingerprint,
        details=_course.details(past),
    )  # fmt: skip


def warm_up() -> None:
    """Compile the months, the desk and the stories."""
    pair = Network.from_edges([(0, 1)])
    few = Market(customers=100, acquisition=1)
    run = simulate(Policy(phone=8000), network=pair, market=few, months=1, rng=0)
    run.make_events()
