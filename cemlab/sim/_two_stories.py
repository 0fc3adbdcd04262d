"""Two stories on one network: checked plans, one history as a Run, and many replays."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks
from cemlab.network import Network
from cemlab.run import Run
from cemlab.sim._history import Clock, log, name_of, totals
from cemlab.sim._kernels import rivalry as _kernels
from cemlab.sim._spread import MOST_ROUNDS, Plan, in_threads

WORDS = ("first", "last")
BYTES_A_RUN = 24
_BYTES_A_PERSON = {"first": 60, "last": 90}
_SIDES = np.array(["", "complaint", "response"], dtype=object)


@dataclass(frozen=True)
class TwoStories:
    """Checked arguments as arrays: who joins which side when, and the links' chances."""

    network: Network
    own: NDArray[np.uint8]
    arguments: tuple[Any, ...]
    last_word: bool

    @classmethod
    def of(
        cls,
        network: Network,
        blame: Plan,
        reply: Plan,
        *,
        delay: int | None,
        word: str,
        turn: float,
    ) -> "TwoStories":
        """Put two plans together; the reply's rounds count from `delay` on (None: never)."""
        _checks.one_of("word", word, WORDS)
        need = 1.0 * _BYTES_A_PERSON[word] * network.n
        _checks.memory("network", need, "spread two stories on a smaller network")
        both = np.intersect1d(blame.joiners, reply.joiners)
        if both.size:
            msg = f"response must start with people other than those of complaint, got {both[:5].tolist()} in both"
            raise ValueError(msg)
        own = np.zeros(network.n, np.uint8)
        own[blame.joiners] = _kernels.COMPLAINT
        own[reply.joiners] = _kernels.RESPONSE
        later = 0 if delay is None else _checks.whole("delay", delay, low=0, high=MOST_ROUNDS)
        speaks = slice(None) if delay is not None else slice(0)
        joiners = np.concatenate([blame.joiners, reply.joiners[speaks]])
        rounds = np.concatenate([blame.join_round, reply.join_round[speaks] + later])
        order = np.argsort(rounds, kind="stable")
        arguments = (
            joiners[order],
            rounds[order],
            own[joiners[order]],
            blame.chance,
            blame.factor,
            reply.chance,
            reply.factor,
            _checks.probability("turn", turn),
            word == "last",
        )
        return cls(network, own, arguments, word == "last")

    @property
    def bytes_a_person(self) -> int:
        """Memory that a replay needs for each person."""
        return _BYTES_A_PERSON["last" if self.last_word else "first"]

    @property
    def responders(self) -> list[int]:
        """Who starts the response, in the order of their rounds."""
        joiners, _, side = self.arguments[:3]
        return list(dict.fromkeys(joiners[side == _kernels.RESPONSE].tolist()))

    def history(
        self,
        key: np.uint64,
        replicate: int,
        *,
        model: str,
        params: Mapping[str, Any],
        voices: Mapping[int, tuple[str, str]],
        clock: Clock,
    ) -> Run:
        """Run one replicate and tidy it; `voices` are actor and kind of the reply's starters."""
        network, n = self.network, self.network.n
        rows = 2 * n if self.last_word else n
        shut, fresh = np.empty(n, np.uint8), np.empty(n, np.uint8)
        teller, reached = np.empty((n, 2), np.int32), np.empty(n, np.int32)
        who, when, heard = (np.empty(rows, np.int32) for _ in range(3))
        side = np.empty(rows, np.uint8)
        count = _kernels.course(
            network.start, network.targets, *self.arguments, key, replicate, self.own,
            shut, fresh, teller, reached, who, when, side, heard,
        )  # fmt: skip
        who, when, heard = (array[:count].copy() for array in (who, when, heard))
        side = side[:count].copy()
        values = _totals(network, who, when, side)
        source = f"{model} {key:016x}/{replicate}"
        return Run(
            model=model,
            params=params,
            series=totals(clock, np.arange(values["total"].size), values),
            key=int(key),
            make_events=partial(_log, network, clock, who, when, side, heard, voices, source),
            network=network.fingerprint,
        )

    def reach(self, key: np.uint64, runs: int, threads: int) -> NDArray[np.int64]:
        """Return (people with the complaint's word, with the response's, ever with the first)."""
        out = np.zeros((runs, 3), np.int64)
        common = (self.network.start, self.network.targets, *self.arguments, key)
        in_threads(
            lambda low, high: _kernels.reach(*common, low, high, self.own, out), runs, threads
        )
        return out


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
    voices: Mapping[int, tuple[str, str]],
    source: str,
) -> pd.DataFrame:
    """Return the log of both stories; all rows keep the complainant as their customer."""
    table = log(
        network.labels, clock, who, when, heard, exposures=network.degrees, source=source
    ).assign(side=_SIDES[side], actor="public", kind="share")
    opens = np.flatnonzero(side == _kernels.COMPLAINT)[:1]
    if opens.size:
        table["customer"] = name_of(network.labels, who[opens[0]])
        table.loc[opens, ["actor", "kind"]] = "customer", "publish"
    for row in np.flatnonzero((side == _kernels.RESPONSE) & (heard < 0)):
        actor, kind = voices[int(who[row])]
        table.loc[row, ["actor", "kind"]] = actor, kind
        if kind not in ("publish", "share"):
            table.loc[row, "value"] = np.nan
    contact = table.loc[opens].assign(kind="contact")
    return pd.concat([contact, table], ignore_index=True) if opens.size else table
