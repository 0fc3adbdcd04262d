"""Firestorm: a complaint goes public, and a company and the press act while it spreads.

An independent cascade (:mod:`cemlab.sim.cascade`) with three named decision points:
a recovery before anything is posted, an offer on some day that is accepted or
declined, and the press, which joins as a broadcast once the story is large enough.
Every decision is drawn by its own key, so that two policies meet the same
customer, the same audience and the same luck.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks, _luck
from cemlab.network import Network
from cemlab.run import Run
from cemlab.sim._history import name_of
from cemlab.sim._kernels import firestorm as _kernels
from cemlab.sim._spread import MOST_REPLICATES, Plan, history, many

HOURS = 24.0


def simulate(
    network: Network,
    *,
    listeners: float,
    share_chance: float,
    hours_per_round: float = HOURS,
    recovery_chance: float = 0.0,
    offer_day: float | None = None,
    accept_chance: float = 0.0,
    sharing_after: float = 1.0,
    press_followers: int = 0,
    press_day: float = 0.0,
    press_needs: int = 0,
    start: object = "2009-07-06",
    rng: Any = None,
    replicate: int = 0,
) -> Run:
    """Replay one complaint from the post on, with the company's and the press's moves.

    Parameters
    ----------
    network : Network
        Who hears whom, without the press.
    listeners : float
        Audience of the customer (people): the person of the network whose number of
        listeners is nearest posts first.
    share_chance : float
        Chance that one telling makes a listener pass the story on, in [0, 1].
    hours_per_round : float
        Time from hearing to being heard (hours, above 0).
    recovery_chance : float
        Chance that a recovery before the post satisfies the customer: nothing is posted.
        0: no recovery is tried.
    offer_day : float, optional
        Day after the post on which the company offers something (days). None: at once if
        `accept_chance` is above 0, else no offer.
    accept_chance : float
        Chance that the customer accepts it. 0: he declines.
    sharing_after : float
        What acceptance leaves of `share_chance`, in [0, 1], from the next round on.
    press_followers : int
        People who hear the press directly. 0: no press.
    press_day : float
        Day after the post from which on the press may join (days).
    press_needs : int
        Sharers the story must have before the press joins.
    start : datetime-like
        Date of the post.
    rng : int or numpy.random.Generator, optional
        Source of luck.
    replicate : int
        Which replay of this luck: the one that `reach` counts at this place.

    Returns
    -------
    Run
        `series` and `events` as in `cascade.simulate`; the log also holds an offer, if one
        is made, and the customer's answer (without amounts; a recovery that settles it is
        dated at `start`, the day on which nothing is posted). The press counts as one sharer. An accepted recovery gives
        a story of zero sharers.

    Raises
    ------
    ValueError
        Names the parameter, its rule and its value.

    Examples
    --------
    >>> net = Network.from_edges([(0, 1), (1, 2), (1, 3)])
    >>> simulate(net, listeners=3, share_chance=1.0, rng=1).final("total")
    4.0
    >>> simulate(net, listeners=3, share_chance=1.0, recovery_chance=1.0, rng=1).final("total")
    0.0
    """
    story = _Story.of(
        network,
        listeners=listeners,
        share_chance=share_chance,
        hours_per_round=hours_per_round,
        recovery_chance=recovery_chance,
        offer_day=offer_day,
        accept_chance=accept_chance,
        sharing_after=sharing_after,
        press_followers=press_followers,
        press_day=press_day,
        press_needs=press_needs,
    )
    key = _luck.key(rng)
    replay = _checks.whole("replicate", replicate, low=0, high=MOST_REPLICATES)
    settled = _luck.one_draw(key, replay, _luck.RECOVERY) < story.recovery_chance
    accepted = _luck.one_draw(key, replay, _luck.OFFER) < story.accept_chance
    run = history(
        story.network,
        story.plan(key, replay, settled=settled, accepted=accepted),
        key,
        replay,
        start=start,
        step=pd.Timedelta(hours=story.hours_per_round),
        params={**story.params, "replicate": replay},
        model="firestorm",
    )
    decisions = partial(
        _with_decisions, run, story, settled, accepted, _checks.moment("start", start)
    )
    return replace(run, make_events=decisions, network=network.fingerprint)


def reach(network: Network, *, runs: int, rng: Any = None, **params: Any) -> NDArray[np.int64]:
    """Return how many people share in each of many replays, shape (runs,).

    `params` are those of `simulate` (without `start`), with the same rules and errors.
    Replicate r of two calls with the same `rng` is the same luck, and the history of
    ``simulate(..., replicate=r)``.

    Examples
    --------
    >>> net = Network.from_edges([(0, 1), (1, 2), (1, 3)])
    >>> reach(net, listeners=3, share_chance=1.0, runs=2, rng=1).tolist()
    [4, 4]
    """
    _checks.one_of_each("parameter of firestorm.reach", params, _NAMES)
    story = _Story.of(network, **params)
    net = story.network
    total, _ = many("runs", runs, 1, net)
    out = np.zeros(total, np.int64)
    _kernels.reach_firestorm(
        net.start, net.targets, story.joiners,
        story.factor(accepted=False), story.factor(accepted=True),
        story.recovery_chance, story.accept_chance,
        story.press_round, story.press_needs, _luck.key(rng), out,
    )  # fmt: skip
    return out


def summary(reaches: "pd.DataFrame | pd.Series[int]", *, large: int = 500) -> pd.DataFrame:
    """Return, by policy, how uneven replays are.

    Parameters
    ----------
    reaches : DataFrame or Series
        One column a policy, one row a replicate.
    large : int
        From so many sharers on a replay breaks out (people).

    Returns
    -------
    DataFrame
        By policy: `breaks_out` (share of the replays), `their_part` (of all sharing),
        `median` and `mean` reach (people).

    Examples
    --------
    >>> summary(pd.Series([1, 1, 1, 997], name="song")).loc["song"].tolist()
    [0.25, 0.997, 1.0, 250.0]
    """
    table = reaches.to_frame() if isinstance(reaches, pd.Series) else reaches
    out = table >= large
    return pd.DataFrame(
        {
            "breaks_out": out.mean(),
            "their_part": table.where(out, 0).sum() / table.sum(),
            "median": table.median(),
            "mean": table.mean(),
        }
    ).rename_axis("policy")


def warm_up() -> None:
    """Compile this model's kernels."""
    net = Network.preferential(4, 1, rng=0)
    simulate(net, listeners=1, share_chance=0.5, press_followers=2, rng=0)
    reach(net, listeners=1, share_chance=0.5, press_followers=2, runs=1, rng=0)


# --- inside ------------------------------------------------------------------------

_NAMES = (
    "listeners",
    "share_chance",
    "hours_per_round",
    "recovery_chance",
    "offer_day",
    "accept_chance",
    "sharing_after",
    "press_followers",
    "press_day",
    "press_needs",
)


@dataclass(frozen=True)
class _Story:
    """Checked parameters, with days as rounds; the press, if any, is the last person."""

    network: Network
    params: Mapping[str, Any]
    joiners: NDArray[np.int64]
    share_chance: float
    hours_per_round: float
    recovery_chance: float
    accept_chance: float
    sharing_after: float
    offer_round: int
    press_round: int
    press_needs: int

    @classmethod
    def of(
        cls,
        network: Network,
        *,
        listeners: float,
        share_chance: float,
        hours_per_round: float = HOURS,
        recovery_chance: float = 0.0,
        offer_day: float | None = None,
        accept_chance: float = 0.0,
        sharing_after: float = 1.0,
        press_followers: int = 0,
        press_day: float = 0.0,
        press_needs: int = 0,
    ) -> "_Story":
        given = {name: value for name, value in locals().items() if name in _NAMES}
        if network.n == 0:
            msg = "network must have at least one person, got 0"
            raise ValueError(msg)
        audience = _checks.number("listeners", listeners, low=0)
        hours = _checks.number("hours_per_round", hours_per_round, low=0.01)
        followers = _checks.whole("press_followers", press_followers, low=0, high=network.n)
        accept = _checks.probability("accept_chance", accept_chance)
        day = 0.0 if offer_day is None and accept > 0 else offer_day
        offer = 0.0 if day is None else _checks.number("offer_day", day, low=0, high=3650)
        given["offer_day"] = day
        press = _checks.number("press_day", press_day, low=0, high=3650)
        first = int(np.abs(network.degrees - audience).argmin())
        return cls(
            network=network.with_hub(followers) if followers else network,
            params=given,
            joiners=np.array([first, network.n] if followers else [first], np.int64),
            share_chance=_checks.probability("share_chance", share_chance),
            hours_per_round=hours,
            recovery_chance=_checks.probability("recovery_chance", recovery_chance),
            accept_chance=accept,
            sharing_after=_checks.probability("sharing_after", sharing_after),
            offer_round=int(np.floor(_rounds(offer, hours))),
            press_round=int(np.ceil(_rounds(press, hours))),
            press_needs=min(_checks.whole("press_needs", press_needs, low=0), network.n + 1),
        )

    def factor(self, *, accepted: bool) -> NDArray[np.float64]:
        """Return the chance of a telling by round; the last value holds from there on."""
        if not accepted:
            return np.array([self.share_chance])
        factor = np.full(self.offer_round + 2, self.share_chance)
        factor[self.offer_round + 1 :] *= self.sharing_after
        return factor

    def plan(self, key: np.uint64, replicate: int, *, settled: bool, accepted: bool) -> Plan:
        """Return the cascade of a replicate; the press is in it if it finds a story."""
        factor = self.factor(accepted=accepted)
        rounds = [] if settled else [0]
        if rounds and self.joiners.size > 1:
            n = self.network.n
            seen = np.empty(n, np.uint8)
            who, when, heard = (np.empty(n, np.int32) for _ in range(3))
            joins = _kernels.press_round(
                self.network.start, self.network.targets, self.joiners[:1], factor,
                self.press_round, self.press_needs, key, replicate, seen, who, when, heard,
            )  # fmt: skip
            rounds += [joins] if joins >= 0 else []
        join_round = np.array(rounds, np.int64)
        return Plan(self.joiners[: join_round.size], join_round, np.ones(1), factor)


def _with_decisions(
    run: Run, story: _Story, settled: bool, accepted: bool, start: pd.Timestamp
) -> pd.DataFrame:
    """Return the cascade's log with the company's offer and the customer's answer to it."""
    spread = run.make_events()
    customer = name_of(story.network.labels, int(story.joiners[0]))
    source = f"firestorm {run.key:016x}"
    day = story.params["offer_day"]
    if settled:
        moves = [(start, "company", "offer"), (start, "customer", "accept")]
    elif day is not None:
        offer_time = start + pd.Timedelta(days=float(day))
        moves = [(offer_time, "company", "offer")]
        moves += [(offer_time, "customer", "accept" if accepted else "decline")]
    else:
        moves = []
    rows = pd.DataFrame(
        [(customer, time, actor, kind, source) for time, actor, kind in moves],
        columns=["customer", "time", "actor", "kind", "source"],
    )
    return pd.concat([spread, rows], ignore_index=True) if moves else spread


def _rounds(days: float, hours_per_round: float) -> float:
    """Return days as rounds, freed from the last digits that floats get wrong."""
    return round(days * HOURS / hours_per_round, 6)
