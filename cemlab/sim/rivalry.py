"""Rivalry: a complaint and a response to it spread over the same network."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks, _luck, events
from cemlab.network import Network
from cemlab.run import Run
from cemlab.sim._history import Clock
from cemlab.sim._spread import MOST_REPLICATES, Chance, Initial, Plan, many
from cemlab.sim._two_stories import BYTES_A_RUN, TwoStories


def simulate(
    network: Network,
    *,
    complaint: Initial,
    response: Initial,
    p_complaint: Chance,
    p_response: Chance,
    delay: int | None,
    word: str = "first",
    turn: float = 0.0,
    responder: str = "company",
    start: object = "2009-07-06",
    step: object = "1D",
    rng: Any = None,
    replicate: int = 0,
) -> Run:
    """Spread a complaint, and from round `delay` on a response to it, round by round.

    The response may be an apology, praise, or a rival's gift. Both stories use the same
    links, each with luck of its own: with the same `rng` the complaint meets the same links
    whatever the response does. Whoever starts a story holds to it, and who will start the
    response keeps out of both until then. Whom both reach in the same round hears first (or
    last) what a fair coin says.

    Which `word` counts decides what the delay does. If the first sticks, an earlier response
    can only shrink the complaint's side (without `turn`, and as long as chances do not change
    from round to round). If the last is held, the opposite: a later response is remembered
    by more, and how many the complaint ever reaches does not depend on it.

    Parameters
    ----------
    network : Network
        Who hears whom; n people.
    complaint : array_like of int, or mapping of round to array_like of int
        Who starts the complaint, in round 0 or in the round named: a broadcast by the
        press is ``{0: [customer], 3: [press]}``.
    response : array_like of int, or mapping of round to array_like of int
        Who starts the response; rounds count from `delay` on.
    p_complaint, p_response : float, array_like of shape (arcs,), or mapping of round to float
        Chance that one telling of the story convinces, as in `cascade.simulate`; rounds of a
        mapping count from round 0 for both.
    delay : int or None
        Round in which the response begins (rounds of `step`). None: never; those named in
        `response` still do not pass the complaint on. A response may come before the complaint.
    word : {"first", "last"}
        "first": who holds a word keeps it. "last": everybody may pass on both stories, and
        holds what came last.
    turn : float
        Chance that somebody whom the complaint reaches speaks up for the company instead
        (blame and praise from one story), in [0, 1]. They hold the response's word, whatever
        its delay, and pass it on with `p_response`. One draw a person.
    responder : {"company", "public", "rival"}
        Who starts the response: the company's is an ``answer`` in the log (its value, minutes
        waited, follows from the times), any other's a ``publish``.
    start, step, rng, replicate
        As in `cascade.simulate`.

    Returns
    -------
    Run
        `series`: `complaint` and `response` (people whose word it is), `total` (people who
        hold any), `exposures_complaint` and `exposures_response` (all tellings so far) a
        round. `events`: the customer's ``contact`` and ``publish``, the responder's row,
        one ``share`` row a further joining, with the extra columns `side` and `heard_from`.

    Raises
    ------
    ValueError
        If somebody starts both stories, or an argument breaks its rule.

    See Also
    --------
    reach : both sides' people, over many runs.

    References
    ----------
    C. Budak, D. Agrawal, A. El Abbadi, "Limiting the spread of misinformation in social
    networks", WWW 2011, spread two campaigns in this way; ties by a coin, the last word and
    `turn` are ours.

    Examples
    --------
    >>> path = Network.from_edges([(0, 1), (1, 2), (2, 3), (3, 4)])
    >>> run = simulate(path, complaint=[0], response=[4], p_complaint=1.0, p_response=1.0, delay=3)
    >>> run.final("complaint"), run.final("response")
    (4.0, 1.0)
    """
    stories = _stories(
        network, complaint, response, p_complaint, p_response, delay=delay, word=word, turn=turn
    )
    actor = _checks.one_of("responder", responder, [a for a in events.ACTORS if a != "customer"])
    replay = _checks.whole("replicate", replicate, low=0, high=MOST_REPLICATES)
    params = {
        "complaint": complaint,
        "response": response,
        "p_complaint": p_complaint,
        "p_response": p_response,
        "delay": delay,
        "word": word,
        "turn": turn,
        "responder": responder,
        "replicate": replay,
    }
    return stories.history(
        _luck.key(rng),
        replay,
        model="rivalry",
        params=params,
        voices=_voices(stories, actor),
        clock=Clock.of(start, step),
    )


def reach(
    network: Network,
    *,
    complaint: Initial,
    response: Initial,
    p_complaint: Chance,
    p_response: Chance,
    delay: int | None,
    word: str = "first",
    turn: float = 0.0,
    runs: int,
    threads: int = 1,
    rng: Any = None,
) -> NDArray[np.int64]:
    """Return how many people end with which word in many runs, shape (runs, 3).

    Column 0: the complaint's word, 1: the response's, 2: people whom the complaint ever
    convinced (more than column 0 where the last word counts). Parameters are those of `simulate`;
    replicate r is the history of ``simulate(..., replicate=r)``, whatever the `threads`.

    Examples
    --------
    >>> star = Network.from_edges([(0, 1), (0, 2), (0, 3)])
    >>> reach(star, complaint=[0], response=[3], p_complaint=1.0, p_response=1.0,
    ...       delay=1, runs=2).tolist()
    [[3, 1, 3], [3, 1, 3]]
    """
    stories = _stories(
        network, complaint, response, p_complaint, p_response, delay=delay, word=word, turn=turn
    )
    size = {"bytes_a_person": stories.bytes_a_person, "bytes_a_run": BYTES_A_RUN}
    total, workers = many("runs", runs, threads, network, **size)
    return stories.reach(_luck.key(rng), total, workers)


def words(
    network: Network, delays: Sequence[int], *, runs: int, rng: Any = None, **story: Any
) -> pd.DataFrame:
    """Return how many people end with which word on average, by the delay of the response.

    Parameters
    ----------
    delays : sequence of int
        Rounds after which the response begins; every delay meets the same luck.
    **story
        The other arguments of `reach`.

    Returns
    -------
    DataFrame
        By `delay`: mean `complaint`, `response` and `ever_complaint` (people).

    Examples
    --------
    >>> path = Network.from_edges([(0, 1), (1, 2), (2, 3)])
    >>> words(path, [0, 2], complaint=[0], response=[3], p_complaint=1.0, p_response=1.0,
    ...       runs=1).values.tolist()
    [[2.0, 2.0, 2.0], [3.0, 1.0, 3.0]]
    """
    luck = _luck.fixed(rng)
    means = {
        delay: reach(network, **story, delay=delay, runs=runs, rng=luck).mean(axis=0)
        for delay in delays
    }
    columns = ["complaint", "response", "ever_complaint"]
    return pd.DataFrame.from_dict(means, orient="index", columns=columns).rename_axis("delay")


def warm_up() -> None:
    """Compile this model's kernels."""
    network = Network.from_edges([(0, 1)])
    story: dict[str, Any] = {
        "complaint": [0],
        "response": [1],
        "p_complaint": 0.5,
        "p_response": 0.5,
        "delay": 1,
        "rng": 0,
    }
    simulate(network, **story)
    reach(network, **story, runs=1)


# --- inside ------------------------------------------------------------------------


def _voices(stories: TwoStories, responder: str) -> dict[int, tuple[str, str]]:
    """Return the actor and kind of each starter of the response: the first answers or posts."""
    first = "answer" if responder == "company" else "publish"
    starters = stories.responders
    return {v: (responder, "share" if i else first) for i, v in enumerate(starters)}


def _stories(
    network: Network,
    complaint: Initial,
    response: Initial,
    p_complaint: Chance,
    p_response: Chance,
    *,
    delay: int | None,
    word: str,
    turn: float,
) -> TwoStories:
    blame = Plan.of(network, initial=complaint, p=p_complaint, names=("complaint", "p_complaint"))
    reply = Plan.of(network, initial=response, p=p_response, names=("response", "p_response"))
    return TwoStories.of(network, blame, reply, delay=delay, word=word, turn=turn)
