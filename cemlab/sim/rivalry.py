"""Rivalry: a complaint and a response to it spread over the same network."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks, _luck, events
from cemlab.network import Network
from cemlab.run import Run
from cemlab.sim._history import Clock, log, name_of, totals
from cemlab.sim._kernels import rivalry as _kernels
from cemlab.sim._spread import MOST_REPLICATES, MOST_ROUNDS, Chance, Initial, Plan, in_threads, many

WORDS = ("first", "last")
_SIDES = np.array(["", "complaint", "response"], dtype=object)
_BYTES_A_PERSON = 34


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
    whatever the response does. Whoever starts a story holds to it. Whom both reach in the
    same round hears first (or last) what a fair coin says.

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
        Chance that one telling of the story convinces, as in `cascade.simulate`.
    delay : int or None
        Round in which the response begins. None: never.
    word : {"first", "last"}
        "first": who holds a word keeps it. "last": everybody may pass on both stories, and
        holds what came last.
    turn : float
        Chance that somebody whom the complaint reaches speaks up for the company instead
        (blame and praise from one story), in [0, 1].
    responder : {"company", "public", "rival"}
        Who starts the response: the company's is an ``answer`` in the log, any other's a
        ``publish``.
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
    networks", WWW 2011.

    Examples
    --------
    >>> path = Network.from_edges([(0, 1), (1, 2), (2, 3), (3, 4)])
    >>> run = simulate(path, complaint=[0], response=[4], p_complaint=1.0, p_response=1.0, delay=2)
    >>> run.final("complaint"), run.final("response")
    (4.0, 1.0)
    """
    plan = _Plan(network, complaint, response, p_complaint, p_response, delay, word, turn)
    actor = _checks.one_of("responder", responder, [a for a in events.ACTORS if a != "customer"])
    replay = _checks.whole("replicate", replicate, low=0, high=MOST_REPLICATES)
    clock = Clock.of(start, step)
    n = network.n
    _checks.memory("network", 1.0 * _BYTES_A_PERSON * n, "simulate on a smaller network")
    key = _luck.key(rng)
    rows = 2 * n if plan.last_word else n
    shut, fresh = np.empty(n, np.uint8), np.empty(n, np.uint8)
    teller, reached = np.empty((n, 2), np.int32), np.empty(n, np.int32)
    who, when, heard = (np.empty(rows, np.int32) for _ in range(3))
    side = np.empty(rows, np.uint8)
    count = _kernels.course(
        network.start, network.targets, *plan.arguments, key, replay, plan.own,
        shut, fresh, teller, reached, who, when, side, heard,
    )  # fmt: skip
    who, when, heard = (array[:count].copy() for array in (who, when, heard))
    side = side[:count].copy()
    values = _totals(network, who, when, side)
    return Run(
        model="rivalry",
        params={
            "complaint": complaint,
            "response": response,
            "p_complaint": p_complaint,
            "p_response": p_response,
            "delay": delay,
            "word": word,
            "turn": turn,
            "responder": responder,
            "replicate": replay,
        },
        series=totals(clock, np.arange(values["total"].size), values),
        key=int(key),
        make_events=partial(
            _log, network, clock, who, when, side, heard, actor, f"rivalry {key:016x}/{replay}"
        ),
        network=network.fingerprint,
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
    """Return how many people end with each word in many runs, shape (runs, 2).

    Column 0 is the complaint, column 1 the response. Parameters are those of `simulate`;
    replicate r is the history of ``simulate(..., replicate=r)``, whatever the `threads`.

    Examples
    --------
    >>> star = Network.from_edges([(0, 1), (0, 2), (0, 3)])
    >>> reach(star, complaint=[0], response=[3], p_complaint=1.0, p_response=1.0,
    ...       delay=1, runs=2).tolist()
    [[3, 1], [3, 1]]
    """
    plan = _Plan(network, complaint, response, p_complaint, p_response, delay, word, turn)
    total, workers = many("runs", runs, threads, network, bytes_a_person=_BYTES_A_PERSON)
    key = _luck.key(rng)
    out = np.zeros((total, 2), np.int64)
    common = (network.start, network.targets, *plan.arguments, key)
    in_threads(lambda low, high: _kernels.reach(*common, low, high, plan.own, out), total, workers)
    return out


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


class _Plan:
    """Checked arguments as arrays: who joins which side when, and the links' chances."""

    def __init__(
        self,
        network: Network,
        complaint: Initial,
        response: Initial,
        p_complaint: Chance,
        p_response: Chance,
        delay: int | None,
        word: str,
        turn: float,
    ) -> None:
        blame = Plan.of(
            network, initial=complaint, p=p_complaint, names=("complaint", "p_complaint")
        )
        reply = Plan.of(network, initial=response, p=p_response, names=("response", "p_response"))
        both = np.intersect1d(blame.joiners, reply.joiners)
        if both.size:
            msg = f"response must start with people other than those of complaint, got {both[:5].tolist()} in both"
            raise ValueError(msg)
        self.last_word = _checks.one_of("word", word, WORDS) == "last"
        self.own = np.zeros(network.n, np.uint8)
        self.own[blame.joiners] = _kernels.COMPLAINT
        self.own[reply.joiners] = _kernels.RESPONSE
        later = 0 if delay is None else _checks.whole("delay", delay, low=0, high=MOST_ROUNDS)
        speaks = slice(None) if delay is not None else slice(0)
        joiners = np.concatenate([blame.joiners, reply.joiners[speaks]])
        rounds = np.concatenate([blame.join_round, reply.join_round[speaks] + later])
        order = np.argsort(rounds, kind="stable")
        self.arguments = (
            joiners[order],
            rounds[order],
            self.own[joiners[order]],
            blame.chance,
            blame.factor,
            reply.chance,
            reply.factor,
            _checks.probability("turn", turn),
            self.last_word,
        )


def _totals(
    network: Network,
    who: NDArray[np.int32],
    when: NDArray[np.int32],
    side: NDArray[np.uint8],
) -> dict[str, NDArray[np.float64]]:
    """Return by round how many hold each word, and how often each was told."""
    rounds = int(when[-1]) + 1 if when.size else 1
    first = np.zeros(who.size, bool)
    first[np.unique(who, return_index=True)[1]] = True
    values = {}
    for name, story in (("complaint", _kernels.COMPLAINT), ("response", _kernels.RESPONSE)):
        come = np.bincount(when[side == story], minlength=rounds)
        lost = np.bincount(when[(side != story) & ~first], minlength=rounds)
        values[name] = np.cumsum(come - lost).astype(np.float64)
    values["total"] = values["complaint"] + values["response"]
    for name, story in (("complaint", _kernels.COMPLAINT), ("response", _kernels.RESPONSE)):
        mine = side == story
        told = np.bincount(when[mine], network.degrees[who[mine]], minlength=rounds)
        values[f"exposures_{name}"] = np.cumsum(told).astype(np.float64)
    return values


def _log(
    network: Network,
    clock: Clock,
    who: NDArray[np.int32],
    when: NDArray[np.int32],
    side: NDArray[np.uint8],
    heard: NDArray[np.int32],
    responder: str,
    source: str,
) -> pd.DataFrame:
    """Return the log of both stories; all rows keep the complainant as their customer."""
    table = log(
        network.labels, clock, who, when, heard, exposures=network.degrees, source=source
    ).assign(side=_SIDES[side], actor="public", kind="share")
    opens = np.flatnonzero(side == _kernels.COMPLAINT)[:1]
    replies = np.flatnonzero((side == _kernels.RESPONSE) & (heard < 0))[:1]
    if opens.size:
        table["customer"] = name_of(network.labels, who[opens[0]])
        table.loc[opens, ["actor", "kind"]] = "customer", "publish"
    table.loc[replies, "actor"] = responder
    if responder == "company":
        table.loc[replies, ["kind", "value"]] = "answer", np.nan
    else:
        table.loc[replies, "kind"] = "publish"
    contact = table.loc[opens].assign(kind="contact")
    return pd.concat([contact, table], ignore_index=True) if opens.size else table
