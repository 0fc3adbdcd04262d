"""Callout: somebody with many followers complains in public, and answers come hours later.

A rivalry (:mod:`cemlab.sim.rivalry`) in which joining means *hearing*: all followers hear
at once, and each hearer retells with some chance to each friend. So the answer always comes
to people who have heard already; the questions are how many more it keeps from hearing, and
whose word they hear last.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks, _luck
from cemlab.network import Network
from cemlab.run import Run
from cemlab.sim._history import Clock
from cemlab.sim._spread import MOST_REPLICATES, Plan, many
from cemlab.sim._two_stories import BYTES_A_RUN, TwoStories

MEASURES = ("heard", "still", "answered")
"""What `outcomes` counts, replay by replay."""

_FAR_HOURS = 10_000.0
_SHORTEST_ROUND = 0.1


def simulate(
    network: Network,
    *,
    followers: int,
    retell_chance: float,
    hours_per_round: float = 1.0,
    answer_hour: float = 0.0,
    answer_followers: int = 0,
    good_word_hour: float = 0.0,
    good_word_followers: int = 0,
    gift_hour: float = 0.0,
    gift_followers: int = 0,
    answer_retell_chance: float = 0.0,
    retell_after: float = 1.0,
    start: object = "2009-07-06",
    rng: Any = None,
    replicate: int = 0,
) -> Run:
    """Replay one public complaint and the words that follow it, hour by hour.

    Up to three voices answer: the company's account, the complainant's own good word once the
    matter is settled, and a rival with a gift. A voice without followers stays silent. Followers
    are drawn at random, for a network always the same; a larger account's include a smaller one's.

    Parameters
    ----------
    network : Network
        Who hears whom among the public; n people, undirected, without the four accounts.
    followers : int
        People who follow the complainant, at most n.
    retell_chance : float
        Chance that a hearer's retelling reaches one given friend, in [0, 1]: times the mean
        number of friends, it is how many hearers each hearer breeds.
    hours_per_round : float
        Hours from hearing to being heard, in [0.1, 10000].
    answer_hour, good_word_hour, gift_hour : float
        Hours after the complaint at which the voice speaks, in [0, 10000]; it speaks in the
        round that has begun by then.
    answer_followers, good_word_followers, gift_followers : int
        People who hear the voice first hand, at most n; 0: it stays silent.
    answer_retell_chance : float
        As `retell_chance`, for all that answers.
    retell_after : float
        What the company's answer leaves of `retell_chance` from the next round on, in [0, 1].
    start, rng, replicate
        As in `cascade.simulate`.

    Returns
    -------
    Run
        `series` and `events` as in `rivalry.simulate`, by the last word; in the log the
        company's account gives an ``answer``, the complainant's good word is a ``resolve``,
        and the rival's gift a ``share`` by the rival.

    Raises
    ------
    ValueError
        Names the parameter, its rule and its value.

    See Also
    --------
    outcomes : who heard what last, over many replays.

    Examples
    --------
    >>> crowd = Network.from_edges([(0, 1), (1, 2), (2, 3)])
    >>> run = simulate(crowd, followers=4, retell_chance=0.0, answer_hour=2, answer_followers=4)
    >>> run.final("complaint"), run.final("response")
    (1.0, 5.0)
    """
    given = {name: value for name, value in locals().items() if name in _NAMES}
    stories, hours = _stories(network, **given)
    replay = _checks.whole("replicate", replicate, low=0, high=MOST_REPLICATES)
    run = stories.history(
        _luck.key(rng),
        replay,
        model="callout",
        params={**given, "replicate": replay},
        voices={network.n + 1 + i: voice for i, voice in enumerate(_ACTORS)},
        clock=Clock.of(start, pd.Timedelta(hours=hours)),
    )
    return replace(run, network=network.fingerprint)


def outcomes(
    network: Network, *, runs: int, threads: int = 1, rng: Any = None, **params: Any
) -> pd.DataFrame:
    """Return, replay by replay, who ever heard the complaint and whose word came last.

    `params` are those of `simulate` (without `start`), with the same rules and errors.
    Replicate r of two calls with the same `rng` is the same luck.

    Returns
    -------
    DataFrame
        One row a replay: `heard` (people whom the complaint ever reached), `still` (those and
        no others who heard it last) and `answered` (people who heard an answer last).

    Examples
    --------
    >>> crowd = Network.from_edges([(0, 1), (1, 2), (2, 3)])
    >>> outcomes(crowd, followers=4, retell_chance=0.0, answer_hour=2, answer_followers=2,
    ...          runs=1, rng=1).values.tolist()
    [[5, 3, 3]]
    """
    _checks.one_of_each("parameter of callout", params, _NAMES)
    stories, _ = _stories(network, **params)
    size = {"bytes_a_person": stories.bytes_a_person, "bytes_a_run": BYTES_A_RUN}
    total, workers = many("runs", runs, threads, stories.network, **size)
    still, answered, heard = stories.reach(_luck.key(rng), total, workers).T
    return pd.DataFrame(dict(zip(MEASURES, (heard, still, answered), strict=True)))


def reach(
    network: Network, *, runs: int, threads: int = 1, rng: Any = None, **params: Any
) -> NDArray[np.int64]:
    """Return how many people ever hear the complaint in each of many replays, shape (runs,).

    Examples
    --------
    >>> crowd = Network.from_edges([(0, 1), (1, 2), (2, 3)])
    >>> reach(crowd, followers=2, retell_chance=1.0, runs=2, rng=1).tolist()
    [5, 5]
    """
    table = outcomes(network, runs=runs, threads=threads, rng=rng, **params)
    heard: NDArray[np.int64] = table["heard"].to_numpy()
    return heard


def warm_up() -> None:
    """Compile this model's kernels."""
    crowd = Network.from_edges([(0, 1)])
    story: dict[str, Any] = {"followers": 1, "retell_chance": 0.5, "rng": 0}
    simulate(crowd, **story)
    outcomes(crowd, **story, runs=1)


# --- inside ------------------------------------------------------------------------

_VOICES = ("answer", "good_word", "gift")
_ACTORS = (("company", "answer"), ("customer", "resolve"), ("rival", "share"))
"""Actor and kind in the log of the three voices."""
_NAMES = (
    "followers",
    "retell_chance",
    "hours_per_round",
    *(f"{voice}_{part}" for voice in _VOICES for part in ("hour", "followers")),
    "answer_retell_chance",
    "retell_after",
)
_DEFAULTS: Mapping[str, float] = {
    "hours_per_round": 1.0,
    "answer_retell_chance": 0.0,
    "retell_after": 1.0,
}


def _stories(network: Network, **params: Any) -> tuple[TwoStories, float]:
    """Return the two stories of a callout, and the hours of a round."""
    missing = [name for name in ("followers", "retell_chance") if name not in params]
    if missing:
        msg = f"{missing[0]} must be given, got nothing"
        raise ValueError(msg)
    if network.weights is not None:
        msg = "network must be without weights for a callout, got one with weights"
        raise ValueError(msg)
    given = {**_DEFAULTS, **params}
    hours = _checks.number(
        "hours_per_round", given["hours_per_round"], low=_SHORTEST_ROUND, high=_FAR_HOURS
    )
    speaks = [
        _checks.number(f"{v}_hour", given.get(f"{v}_hour", 0.0), low=0.0, high=_FAR_HOURS)
        for v in _VOICES
    ]
    rounds = [int(np.floor(round(hour / hours, 6))) for hour in speaks]
    audience = [_audience(network, "followers", given["followers"])]
    audience += [
        _audience(network, f"{v}_followers", given.get(f"{v}_followers", 0)) for v in _VOICES
    ]
    retell = _checks.probability("retell_chance", given["retell_chance"])
    answered = _checks.probability("answer_retell_chance", given["answer_retell_chance"])
    after = _checks.probability("retell_after", given["retell_after"])
    crowd = _checks.generator(0).permutation(network.n)
    whole = network
    for size, name in zip(audience, ("complainant", *_VOICES), strict=True):
        whole = whole.with_hub(crowd[:size], label=name.replace("_", " "))
    accounts = np.arange(network.n, whole.n)
    arcs = network.targets.size
    firsthand = np.ones(whole.targets.size - arcs)
    blame = Plan(
        joiners=accounts[:1],
        join_round=np.zeros(1, np.int64),
        chance=np.concatenate([np.full(arcs, retell), firsthand]),
        factor=_factor(rounds[0], after) if audience[1] else np.ones(1),
    )
    voices = [i for i in np.argsort(rounds, kind="stable") if audience[i + 1]]
    reply = Plan(
        joiners=accounts[1:][voices],
        join_round=np.array(rounds, np.int64)[voices],
        chance=np.concatenate([np.full(arcs, answered), firsthand]),
        factor=np.ones(1),
    )
    return TwoStories.of(whole, blame, reply, delay=0, word="last", turn=0.0), hours


def _audience(network: Network, name: str, value: object) -> int:
    return _checks.whole(name, value, low=0, high=network.n)


def _factor(answer_round: int, after: float) -> NDArray[np.float64]:
    """Return what is left of telling by the round in which it is heard.

    All followers hear in round 1, whatever happens; an answer given in a round lessens what is
    heard from the next round on.
    """
    factor = np.ones(max(2, answer_round + 1) + 1)
    factor[-1] = after
    return factor
