"""Service desk: a contact centre with several channels, and what its customers do next.

Customers call, write or post; they wait, hang up, are served, are helped or not; some are
promised a callback, some try again, some go public. Closed forms of the simple cases stand
beside it (`erlang_a` and its kin), and rules of staffing (`staff`).
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
from numpy.typing import ArrayLike

from cemlab import _checks, _luck
from cemlab.run import Run
from cemlab.sim.service_desk import _course, _tables
from cemlab.sim.service_desk._plan import Plan
from cemlab.sim.service_desk.channels import Channel, Habits
from cemlab.sim.service_desk.erlang import (
    SteadyState,
    erlang_a,
    erlang_a_priority,
    erlang_b,
    erlang_c,
)
from cemlab.sim.service_desk.kpis import compare, intervals, kpis, repeat
from cemlab.sim.service_desk.staffing import (
    repeat_contacts,
    retrial,
    square_root_staff,
    staff,
)
from cemlab.sim.service_desk.trial import price_of_promises, promise_kept, staff_by_trial

__all__ = [
    "Channel",
    "Habits",
    "SteadyState",
    "compare",
    "contacts",
    "customers",
    "erlang_a",
    "erlang_a_priority",
    "erlang_b",
    "erlang_c",
    "intervals",
    "kpis",
    "price_of_promises",
    "promise_kept",
    "repeat",
    "repeat_contacts",
    "retrial",
    "simulate",
    "square_root_staff",
    "staff",
    "staff_by_trial",
    "warm_up",
]

_MOST_REPLICATES = 2**62


def simulate(
    *,
    arrivals_per_hour: Any,
    channels: Mapping[str, Channel],
    habits: Habits | None = None,
    volume_shape: float | None = None,
    followers: ArrayLike | None = None,
    hours: int | None = None,
    start: object = "2009-07-06",
    rng: Any = None,
    replicate: int = 0,
) -> Run:
    """Run a contact centre, hour by hour and contact by contact.

    Every draw belongs to a customer, an attempt and a purpose: with the same `rng` two policies
    meet the same customers, who call at the same minutes and bring the same problems.

    Parameters
    ----------
    arrivals_per_hour : float, sequence of float, or mapping of channel to such
        New customers an hour (Poisson): always the same, or one number an hour. Without a
        mapping all begin on the first channel.
    channels : mapping of str to Channel
        The ways to reach the company, by name.
    habits : Habits, optional
        What customers do after a contact; None: one contact each.
    volume_shape : float, optional
        Each calendar day's arrivals are multiplied by a factor of its own, Gamma with mean 1 and
        this shape (variance 1 / shape); None: days are alike.
    followers : float or array_like, optional
        Audience of every customer, or audiences from which each customer's is drawn. None: 0.
    hours : int, optional
        How long it runs; None: as long as the lists of hours given, else 24.
    start : datetime-like
        When it begins.
    rng : int or numpy.random.Generator, optional
        Source of luck: the same integer gives the same history.
    replicate : int
        Which replay of this luck.

    Returns
    -------
    Run
        `series` counts who is ``waiting on`` and ``served on`` each channel, and all posts
        ``published`` so far; `events` has what each contact is to both sides. Tables of its own:
        `contacts` and `customers`. Whoever is unfinished at the end is marked as censored.

    Raises
    ------
    ValueError
        If a rate, chance or number of agents is impossible, if lists of hours differ in length,
        or if the contacts would not fit in memory.

    See Also
    --------
    erlang_a : what the simple cases come to in the long run. kpis, compare : figures of runs.

    References
    ----------
    N. Gans, G. Koole, A. Mandelbaum, "Telephone call centers: tutorial, review, and research
    prospects", Manufacturing & Service Operations Management 5, 2003.

    Examples
    --------
    >>> phone = Channel(agents=2, service_min=6, patience_min=3)
    >>> run = simulate(arrivals_per_hour=[10, 20, 10], channels={"phone": phone}, rng=1)
    >>> contacts(run)["outcome"].value_counts()[["solved", "abandoned"]].tolist()
    [31, 13]
    """
    plan = Plan.of(
        arrivals_per_hour=arrivals_per_hour,
        channels=channels,
        habits=habits,
        volume_shape=volume_shape,
        followers=followers,
        hours=hours,
        start=start,
    )
    replay = _checks.whole("replicate", replicate, low=0, high=_MOST_REPLICATES)
    key = _luck.key(rng)
    course = _course.of(plan, key, replay)
    return Run(
        model="service_desk",
        params={
            "arrivals_per_hour": arrivals_per_hour,
            "channels": dict(channels),
            "habits": habits,
            "volume_shape": volume_shape,
            "followers": followers,
            "hours": plan.hours,
            "start": start,
            "replicate": replay,
        },
        series=_tables.series(plan, course),
        key=int(key),
        make_events=partial(_tables.log, plan, course, f"service_desk {key:016x}/{replay}"),
        details={"plan": plan, "course": course},
    )


def contacts(run: Run) -> pd.DataFrame:
    """Return a service desk's contacts, one row each, in the order they came.

    Returns
    -------
    DataFrame
        `customer` (int), `attempt` (1 is the first), `channel`, `arrived_min` (minutes from the
        start), `waited_min` (until served, gone, or the end of the run), `served_min` (nan: not
        served), `outcome` ("solved", "unsolved", "promised" a callback, "abandoned", "turned
        away", "waiting" at the end), `censored` (still waiting), `issue` (which problem of
        theirs), `callback` (whether the company called), `anger` (at its end, in [0, 1], before
        a solution calms it).

    Examples
    --------
    >>> run = simulate(arrivals_per_hour=60, channels={"phone": Channel(9, 6)}, hours=1, rng=1)
    >>> contacts(run).columns[:5].tolist()
    ['customer', 'attempt', 'channel', 'arrived_min', 'waited_min']
    """
    return _tables.contacts(*_course.kept_by(run))


def customers(run: Run) -> pd.DataFrame:
    """Return a service desk's customers, one row each, in the order they first came.

    Returns
    -------
    DataFrame
        `arrived_min`, `channel` (the first), `followers`, `contacts`, `issues`, `posts`, `anger`
        (at the end), `outcome` ("solved", "gave up", "left", "unfinished"), `censored`.

    Examples
    --------
    >>> run = simulate(arrivals_per_hour=60, channels={"phone": Channel(9, 6)}, hours=1, rng=1)
    >>> customers(run)["outcome"].unique().tolist()
    ['solved']
    """
    return _tables.customers(*_course.kept_by(run))


def warm_up() -> None:
    """Compile this model's kernel."""
    phone = Channel(agents=1, service_min=6, patience_min=3)
    run = simulate(arrivals_per_hour=10, channels={"phone": phone}, hours=2, rng=0)
    contacts(run)
    kpis(run)
