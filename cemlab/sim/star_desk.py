"""Star desk: one staff, divided between a phone line and a team that answers tweets.

A :mod:`cemlab.sim.service_desk` in numbers that can be moved one by one: who calls and is not
helped may be promised a callback, call again, or complain on Twitter. What it asks: does a quick
team on Twitter calm the public, or teach customers to go there?
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from cemlab import _checks, _luck
from cemlab.run import Run
from cemlab.sim import service_desk
from cemlab.sim.service_desk import Channel, Habits

MEASURES = (
    "posts_per_100",
    "solved",
    "solved_stars",
    "solved_others",
    "gave_up",
    "left",
    "contacts_each",
    "phone_wait_min",
    "phone_abandoned",
    "twitter_wait_min",
    "twitter_within_hour",
)
"""What `outcomes` counts, replay by replay."""

_HOUR_MIN = 60.0
_IN_100 = 100
_MOST_RUNS = 100_000


def simulate(
    *,
    calls_per_hour: float = 80.0,
    phone_agents: int = 22,
    twitter_agents: int = 1,
    moved: int = 0,
    call_min: float = 12.0,
    tweet_min: float = 8.0,
    phone_patience_min: float = 5.0,
    twitter_patience_min: float = 240.0,
    phone_solve: float = 0.75,
    twitter_solve: float = 0.9,
    promise: float = 0.3,
    kept: float = 0.5,
    redial: float = 0.7,
    leave: float = 0.1,
    public: float = 0.2,
    per_tenfold: float = 0.5,
    learned: float = 1.0,
    again: float = 0.2,
    loyal: float = 0.5,
    star: float = 1,
    followers: float = 100,
    star_followers: float = 10_000,
    star_share: float = 0.05,
    hours: int = 24,
    start: object = "2009-05-11",
    rng: Any = None,
    replicate: int = 0,
) -> Run:
    """Run a phone line and a Twitter team for some hours; everybody's first contact is a call.

    The defaults are assumptions, chosen so that 23 people are just enough.

    Parameters
    ----------
    calls_per_hour : float
        New customers an hour.
    phone_agents, twitter_agents : int
        People on the phone and people who answer tweets.
    moved : int
        How many of the phone's are sent to Twitter; below 0, the other way. The sum stays.
    call_min, tweet_min : float
        Mean minutes of work on a call and on a tweet.
    phone_patience_min, twitter_patience_min : float
        Mean minutes that customers wait.
    phone_solve, twitter_solve : float
        Chance that an answered contact solves the problem, in [0, 1].
    promise, kept, redial, leave, public, per_tenfold, learned, again, loyal
        As in `service_desk.Habits`.
    star : {0, 1}
        1: tweets of customers with `star_followers` are answered first.
    followers, star_followers : float
        Audience of most customers, and of the others.
    star_share : float
        Share of the others, in [0, 1], in whole per cents.
    hours, start, rng, replicate
        As in `service_desk.simulate`.

    Returns
    -------
    Run
        As of `service_desk.simulate`; `service_desk.contacts`, `customers` and `kpis` read it.

    Raises
    ------
    ValueError
        Names the parameter, its rule and its value.

    See Also
    --------
    outcomes : key figures of many replays.

    Examples
    --------
    >>> run = simulate(rng=1)
    >>> print(service_desk.kpis(run)["occupancy"].round(2))
    0.85
    """
    given = {name: value for name, value in locals().items() if name in _NAMES}
    setup = _setup(**given)
    run = service_desk.simulate(**setup, hours=hours, start=start, rng=rng, replicate=replicate)
    params = {**given, "hours": hours, "start": start, "replicate": replicate}
    return replace(run, model="star_desk", params=params)


def outcomes(*, runs: int, hours: int = 24, rng: Any = None, **params: Any) -> pd.DataFrame:
    """Return, replay by replay, what became of customers and how long they waited.

    `params` are those of `simulate`, with the same rules and errors. Replicate r of two calls
    with the same `rng` has the same customers.

    Returns
    -------
    DataFrame
        One row a replay, one column each of :data:`MEASURES`: public posts per 100 customers;
        shares of customers solved, of those with `star_followers` solved and of the others, given
        up and gone; contacts a customer; mean wait of all calls and of all tweets (minutes, also
        of those who gave up), share of calls that hung up, and share of tweets answered within
        an hour. nan where there was nobody.

    Examples
    --------
    >>> outcomes(runs=2, rng=1, public=0)["posts_per_100"].tolist()
    [0.0, 0.0]
    """
    _checks.one_of_each("parameter of star_desk", params, _NAMES)
    setup = _setup(**params)
    total = _checks.whole("runs", runs, low=1, high=_MOST_RUNS)
    luck = _luck.fixed(rng)
    rows = []
    for replicate in range(total):
        run = service_desk.simulate(**setup, hours=hours, rng=luck, replicate=replicate)
        rows.append(_figures(run, params.get("star_followers", _DEFAULTS["star_followers"])))
    return pd.DataFrame(rows, columns=list(MEASURES))


def warm_up() -> None:
    """Compile this model's kernel, which is the service desk's."""
    simulate(hours=1, rng=0)


# --- inside ------------------------------------------------------------------------

_DEFAULTS: Mapping[str, Any] = {
    name: value
    for name, value in (simulate.__kwdefaults__ or {}).items()
    if name not in ("hours", "start", "rng", "replicate")
}
_NAMES = tuple(_DEFAULTS)
_OF_HABITS = (
    "promise", "kept", "redial", "leave", "public", "per_tenfold", "learned", "again", "loyal",
)  # fmt: skip


def _figures(run: Run, star_followers: float) -> dict[str, float]:
    """Return the measures of one replay."""
    every = service_desk.kpis(run)
    phone = service_desk.kpis(run, channel="phone")
    twitter = service_desk.kpis(run, channel="twitter", within_min=_HOUR_MIN)
    people = service_desk.customers(run)
    solved = people["outcome"] == "solved"
    star = people["followers"] >= star_followers
    return {
        **every[["posts_per_100", "solved", "gave_up", "left", "contacts_each"]],
        "solved_stars": solved[star].mean(),
        "solved_others": solved[~star].mean(),
        "phone_wait_min": phone["wait_of_all_min"],
        "phone_abandoned": phone["abandoned"],
        "twitter_wait_min": twitter["wait_of_all_min"],
        "twitter_within_hour": twitter["level_of_all"],
    }


def _setup(**params: Any) -> dict[str, Any]:
    """Return the arguments of `service_desk.simulate`."""
    given = {**_DEFAULTS, **params}
    phone = _checks.whole("phone_agents", given["phone_agents"], low=0)
    twitter = _checks.whole("twitter_agents", given["twitter_agents"], low=0)
    moved = _checks.whole("moved", given["moved"], low=-twitter, high=phone)
    star = _checks.whole("star", given["star"], low=0, high=1)
    many = _checks.number("star_followers", given["star_followers"], low=0.0)
    few = _checks.number("followers", given["followers"], low=0.0)
    share = _IN_100 * _checks.probability("star_share", given["star_share"])
    stars = round(share)
    if abs(share - stars) > 1e-9:
        msg = f"star_share must be a whole per cent, such as 0.05, got {given['star_share']}"
        raise ValueError(msg)
    if few >= many:
        msg = f"followers must be fewer than star_followers ({many:g}), got {few:g}"
        raise ValueError(msg)
    return {
        "arrivals_per_hour": _checks.number("calls_per_hour", given["calls_per_hour"], low=0.0),
        "channels": {
            "phone": Channel(
                agents=phone - moved,
                service_min=given["call_min"],
                solve=given["phone_solve"],
                patience_min=given["phone_patience_min"],
            ),
            "twitter": Channel(
                agents=twitter + moved,
                service_min=given["tweet_min"],
                solve=given["twitter_solve"],
                patience_min=given["twitter_patience_min"],
                priority=many if star else None,
            ),
        },
        "habits": Habits(**{name: given[name] for name in _OF_HABITS}),
        "followers": np.repeat([few, many], [_IN_100 - stars, stars]),
    }
