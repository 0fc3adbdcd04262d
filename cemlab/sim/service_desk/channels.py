"""What a service desk is given: channels with their staff, and the habits of customers."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from cemlab import _checks

Hours = float | Sequence[float]
Minutes = Any
"""A mean (exponential law), observed times, or a law with `ppf`, as in scipy.stats."""

CLOSING = ("keep", "serve", "send away")


@dataclass(frozen=True)
class Channel:
    """One way to reach the company: phone, e-mail, chat, a social network.

    Parameters
    ----------
    agents : int, or sequence of int
        People who serve it: always, or one number for each hour of the run. Whoever goes off
        shift finishes the contact in hand.
    service_min : float, array_like, or law
        Minutes of one contact: the mean of an exponential law; or observed times, from which
        each contact's is drawn (one value: always so long); or any law with a method `ppf`,
        such as ``scipy.stats.lognorm(s=1, scale=6)``, which is read from a fine table of its
        quantiles (steps are smeared).
    solve : float
        Chance that a served contact solves the problem, in [0, 1].
    patience_min : float, array_like, or law
        Minutes that a customer waits before hanging up, as `service_min`; inf: for ever.
    zero_patience : float
        Share of customers who hang up at once when nobody is free, in [0, 1].
    priority : float or sequence of float, optional
        Audiences that count: customers with at least so many followers are served first; with
        several, ascending, there is a class above each. None: first come, first served. In a
        pool of several channels the lowest class of each comes last, and so on upwards.
    pool : str, optional
        Channels of one pool share their agents; each brings its own number. None: by itself.
    rank : int
        Within a pool, channels of a lower rank are served first.
    opens : sequence of bool, optional
        Whether it is open: 24 values are the hours of a day, from midnight; any other number
        are the hours of the run. None: always.
    closing : {"keep", "serve", "send away"}
        Outside opening hours. Keep: whoever writes waits until it opens again (mail). Serve:
        nobody is let in, and those who wait are still served. Send away: those too must go.
        Callbacks are always let in. The end of the run closes everything.
    acknowledges : bool
        Whether every contact is acknowledged at once ("we have your message").
    """

    agents: Hours
    service_min: Minutes
    solve: float = 1.0
    patience_min: Minutes = math.inf
    zero_patience: float = 0.0
    priority: float | Sequence[float] | None = None
    pool: str | None = None
    rank: int = 0
    opens: Sequence[bool] | None = None
    closing: Literal["keep", "serve", "send away"] = "keep"
    acknowledges: bool = False

    def __post_init__(self) -> None:
        for name in ("agents", "service_min", "patience_min", "priority", "opens"):
            given = getattr(self, name)
            if not isinstance(given, str) and isinstance(given, Iterable):
                object.__setattr__(self, name, tuple(_plain(value) for value in given))
        _of_type("acknowledges", self.acknowledges, (bool, np.bool_), "True or False")
        _of_type("pool", self.pool, (str, type(None)), "a name or None")
        _checks.probability("solve", self.solve)
        _checks.probability("zero_patience", self.zero_patience)
        _checks.whole("rank", self.rank, low=-1000, high=1000)
        _checks.one_of("closing", self.closing, CLOSING)

    @property
    def audiences(self) -> list[float]:
        """The audiences from which a class of customers begins, the largest first."""
        if self.priority is None:
            return []
        given = self.priority if isinstance(self.priority, tuple) else (self.priority,)
        found = [_checks.number("priority", value, low=0.0) for value in given]
        if sorted(set(found)) != found:
            msg = f"priority must be ascending audiences, got {self.priority!r}"
            raise ValueError(msg)
        return found[::-1]


def _of_type(name: str, value: object, types: tuple[type, ...], rule: str) -> None:
    if not isinstance(value, types):
        msg = f"{name} must be {rule}, got {value!r}"
        raise ValueError(msg)


def _plain(value: Any) -> Any:
    """Return numpy's numbers as Python's own, so that channels compare and print alike."""
    return value.item() if isinstance(value, np.generic) else value


@dataclass(frozen=True)
class Habits:
    """What customers do after a contact. As given here everybody has one contact.

    All chances are in [0, 1]. A customer's anger is in [0, 1] too: 0 at first and once a
    problem is solved; without any habit nobody's anger is followed. These are assumptions of a
    thought experiment, not measured laws.

    Parameters
    ----------
    redial : float
        Chance to try again on the first channel after a contact that failed (hung up, turned
        away or unsolved) and was not followed by a public post.
    redial_after_min : float
        Mean minutes until then (exponential), also until a public post.
    leave : float
        Chance to leave the company instead; who neither redials nor leaves gives up silently.
    public : float
        Chance to go public after a failure at full anger, for a customer without followers; it
        is in proportion to anger.
    public_channel : str
        The channel on which a public post arrives as a contact.
    per_tenfold : float
        How much more of that chance each tenfold of followers brings: 1 doubles it for ten
        followers (and triples it for a hundred).
    learned : float
        How much more of it there is when the last solution came in public: 1 doubles it.
    anger_per_failure : float
        Anger that a failed contact, or a callback that never comes, adds.
    anger_per_hour : float
        Anger that an hour's waiting adds.
    acknowledged : float
        What an acknowledgement leaves of that, in [0, 1].
    promise : float
        Chance that a served but unsolved contact ends with the promise to call back.
    kept : float
        Chance that a promised callback is made. It joins the queue as a contact that waits
        without limit.
    callback_after_min, callback_due_min : float
        Minutes until a kept callback joins the queue, and until a promise is due.
    most_attempts : int
        Contacts that a customer has at most, callbacks and new problems included; whoever has
        failed then gives up.
    again : float
        Chance of a new problem after a solved one.
    again_after_hours : float
        Mean hours until then (exponential).
    loyal : float
        Chance to begin a new problem where the last one was solved, instead of where the
        customer first called.
    """

    redial: float = 0.0
    redial_after_min: float = 30.0
    leave: float = 0.0
    public: float = 0.0
    public_channel: str = "twitter"
    per_tenfold: float = 0.0
    learned: float = 0.0
    anger_per_failure: float = 0.25
    anger_per_hour: float = 0.25
    acknowledged: float = 0.5
    promise: float = 0.0
    kept: float = 1.0
    callback_after_min: float = 60.0
    callback_due_min: float = 120.0
    most_attempts: int = 100
    again: float = 0.0
    again_after_hours: float = 24.0
    loyal: float = 1.0

    def __post_init__(self) -> None:
        for name in (
            "redial", "leave", "public", "acknowledged", "promise", "kept", "again", "loyal",
        ):  # fmt: skip
            _checks.probability(name, getattr(self, name))
        for name in ("per_tenfold", "learned", "anger_per_failure", "anger_per_hour"):
            _checks.number(name, getattr(self, name), low=0.0, high=1e6)
        for name in (
            "redial_after_min", "callback_after_min", "callback_due_min", "again_after_hours",
        ):  # fmt: skip
            _checks.number(name, getattr(self, name), low=0.0, high=1e9)
        _checks.whole("most_attempts", self.most_attempts, low=1, high=30_000)
        if self.redial + self.leave > 1.0:
            msg = f"redial + leave must be at most 1 (100 %), got {self.redial:g} + {self.leave:g}"
            raise ValueError(msg)

    @property
    def follow_up(self) -> bool:
        """Whether anybody ever does anything after a first contact."""
        return any((self.redial, self.leave, self.public, self.promise, self.again))
