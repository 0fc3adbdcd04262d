"""Observation: a log up to a moment, and what follows from its times alone."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks, _waiting
from cemlab._by_journey import Grouped, grouped, number
from cemlab._waiting import ranks
from cemlab.events import ACTORS, KINDS, validate


@dataclass(frozen=True, eq=False)
class Observation:
    """A validated log up to a moment, for metrics that read it several times.

    Attributes
    ----------
    log : DataFrame
        The rows up to `until`.
    until : Timestamp
        End of the observation: what is unfinished then is censored.
    sure : ndarray of bool, shape (rows,)
        Whether a row has happened by `until`; an uncertain one may come later.
    kinds : frozenset of str
        Kinds that the whole log records: any other is "not recorded", never zero.
    """

    log: pd.DataFrame
    until: pd.Timestamp
    sure: NDArray[np.bool_]
    kinds: frozenset[str]

    @cached_property
    def kind(self) -> NDArray[np.int8]:
        """The place of each row's kind in `events.KINDS`, shape (rows,)."""
        return ranks(self.log["kind"], tuple(KINDS))

    @cached_property
    def actor(self) -> NDArray[np.int8]:
        """The place of each row's actor in `events.ACTORS`, shape (rows,)."""
        return ranks(self.log["actor"], ACTORS)

    @property
    def time(self) -> NDArray[np.datetime64]:
        """When each row happened, at the earliest, shape (rows,)."""
        return self._spans[0]

    @property
    def latest(self) -> NDArray[np.datetime64]:
        """When each row happened, at the latest; `time` itself if all are exact, shape (rows,)."""
        return self._spans[1]

    @cached_property
    def _spans(self) -> tuple[NDArray[np.datetime64], NDArray[np.datetime64]]:
        return _waiting.spans(self.log)

    @cached_property
    def journey(self) -> NDArray[np.int64]:
        """The number of each row's journey, shape (rows,): the row of `journeys`."""
        return self._numbered[1]

    @cached_property
    def journeys(self) -> pd.DataFrame:
        """One row a journey, sorted: `customer` and `issue`."""
        first = self._numbered[0]
        return self.log[["customer", "issue"]].take(first).reset_index(drop=True)

    @cached_property
    def _numbered(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        return number(*(self.log[name].cat.codes.to_numpy() for name in ("customer", "issue")))

    @cached_property
    def by_journey(self) -> Grouped:
        """The rows journey by journey, each in order of time."""
        return grouped(self.journey, len(self.journeys))

    def rows(self, *kinds: str, actor: str | None = None) -> NDArray[np.bool_]:
        """Mark the rows of these kinds (and of one actor), shape (rows,)."""
        wanted = np.zeros(len(KINDS), np.bool_)
        wanted[[list(KINDS).index(kind) for kind in kinds]] = True
        marked = wanted[self.kind]
        return marked if actor is None else marked & (self.actor == ACTORS.index(actor))

    @cached_property
    def surely(self) -> "Observation":
        """The same without the rows that may come later than `until`."""
        if self.sure.all():
            return self
        return self.part(self.sure)

    @cached_property
    def told(self) -> NDArray[np.bool_]:
        """Which rows are a customer's contacts, shape (rows,).

        A post is one too, unless a contact was noted with it: same journey and time, and the
        same channel or none.
        """
        return _waiting.told(self.log, self.by_journey)

    @cached_property
    def opening(self) -> NDArray[np.int64]:
        """The row that opened each journey: its first contact, or else its first row."""
        rows, start = self.by_journey
        contact = self.first_row(self.told)
        return np.where(contact >= 0, contact, rows[start[:-1]])

    @cached_property
    def opened(self) -> NDArray[np.bool_]:
        """Which rows do not stand before their journey's opening, shape (rows,)."""
        return np.arange(len(self.log)) >= self.opening[self.journey]

    def highest(self, values: NDArray[Any], marked: NDArray[np.bool_]) -> NDArray[Any]:
        """Return the highest of each journey's marked values; NaN or NaT if it has none."""
        rows, start = self.by_journey
        none = np.datetime64("NaT") if values.dtype.kind == "M" else np.nan
        some = np.where(marked, values, none)
        return np.fmax.reduceat(some[rows], start[:-1]) if rows.size else some

    def part(self, rows: NDArray[np.bool_]) -> "Observation":
        """Return the observation of some rows only, shape (rows,), with what the whole records."""
        log = self.log[rows].reset_index(drop=True)
        return Observation(log, self.until, self.sure[rows], self.kinds)

    def last_row(self, marked: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return the last marked row of each journey, -1 where there is none."""
        return self._row_of_each(np.flatnonzero(marked))

    def first_row(self, marked: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return the first marked row of each journey, -1 where there is none."""
        return self._row_of_each(np.flatnonzero(marked)[::-1])

    def _row_of_each(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return which of these rows each journey has; of several, the one that comes last here."""
        found = np.full(len(self.journeys), -1, np.int64)
        found[self.journey[rows]] = rows
        return found

    @cached_property
    def waits(self) -> pd.DataFrame:
        """One row a customer's contact, as :func:`waits` returns them."""
        rows, ended, low, high, ender = _waiting.by_contact(self.log, self.until, self.by_journey)
        timed = self.rows(*_waiting.TIMED)
        stated = np.append(np.where(timed, self.log["value"].to_numpy(), np.nan), np.nan)
        known = stated[ender]
        fits = (known >= low - _waiting.SLACK_MIN) & (known <= high + _waiting.SLACK_MIN)
        maybe = (ender >= 0) & ~self.sure[ender] if len(ender) else ender >= 0
        table = self.log[["customer", "issue", "channel", "time"]].take(rows)
        return table.reset_index(drop=True).assign(
            row=rows,
            ended=pd.Categorical.from_codes(ended, list(_waiting.ENDED)),
            wait_low_min=np.where(fits, known, low),
            wait_high_min=np.where(maybe, np.inf, np.where(fits, known, high)),
            answer=ender,
        )


Log: TypeAlias = "pd.DataFrame | Observation"
"""What metrics take: any event log, or one that is already observed."""


def observe(log: Log, observed_until: object = None) -> Observation:
    """Validate a log and cut it at a moment (default: the last time in it).

    An observation is passed through as it is.

    Raises
    ------
    ValueError
        If the log breaks a rule, or `observed_until` is no date.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": "Ana", "actor": "customer", "kind": "contact",
    ...                     "time": ["2024-05-01", "2024-06-01"]})
    >>> len(observe(log, "2024-05-31").log)
    1
    """
    if isinstance(log, Observation):
        if observed_until is not None:
            msg = f"observed_until must be left out for a log already observed, got {observed_until!r}"
            raise ValueError(msg)
        return log
    whole = validate(log)
    kinds = frozenset(whole["kind"].cat.categories)
    if observed_until is None:
        everything = np.ones(len(whole), bool)
        return Observation(whole, _waiting.last_moment(whole), everything, kinds)
    end = _checks.moment("observed_until", observed_until)
    rows = whole[whole["time"] <= end].reset_index(drop=True)
    sure = (rows["latest"].fillna(rows["time"]) <= end).to_numpy(bool)
    rows["latest"] = rows["latest"].clip(upper=end)  # what was seen by then had happened by then
    return Observation(rows, end, sure, kinds)


def waits(log: Log, *, observed_until: object = None) -> pd.DataFrame:
    """Return one row a customer's contact: how long until the company's word.

    A contact is answered by the next answer of its journey on its own channel, or, where that
    channel stays silent, on any: so a late answer on the own channel takes the place of an
    earlier one on another. A post without a contact row waits for nobody. Uncertain times give an interval; rows are in order of their
    earliest time.

    Parameters
    ----------
    log : DataFrame
        An event log.
    observed_until : datetime-like, optional
        End of the observation; by default the last time in the log.

    Returns
    -------
    DataFrame
        `customer`, `issue`, `channel`, `time`, `ended` (answered, abandoned, open),
        `wait_low_min`, `wait_high_min` (minutes; an open contact has waited at least the former,
        and its latter is infinite, as that of an answer that may not have come yet), `row`: the contact's row of the observed
        log, and `answer`: the row that ended it, -1 if none. Minutes stated by the log itself replace the interval.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": "Ana", "actor": ["customer", "company"],
    ...                     "time": ["2024-05-01 10:00", "2024-05-01 10:30"],
    ...                     "channel": "phone", "kind": ["contact", "answer"]})
    >>> waits(log)[["ended", "wait_low_min", "wait_high_min"]].values.tolist()
    [['answered', 30.0, 30.0]]
    """
    return observe(log, observed_until).waits


def last_word(seen: Observation, kind: str, *, sure: bool = True) -> pd.Series:
    """Return, by number of the journey, whether `kind` happened and no reopening came after it.

    `sure`: True counts only what has surely happened by the end of the observation, and surely
    after every reopening, False also what may have. Missing throughout if the log never
    records `kind`: a reopening alone does not tell.
    """
    if kind not in seen.kinds:
        return pd.Series(pd.NA, index=seen.journeys.index, dtype="boolean")
    said = seen.rows(kind) & (seen.sure | (not sure))
    back = seen.rows("reopen") & (seen.sure | sure)
    if seen.time is seen.latest:
        last, undone = seen.last_row(said), seen.last_row(back)
        return pd.Series((last >= 0) & (last > undone), dtype="boolean")
    early, late = (seen.time, seen.latest) if sure else (seen.latest, seen.time)
    word, undone = seen.highest(early, said), seen.highest(late, back)
    return pd.Series(~np.isnat(word) & ~(undone >= word), dtype="boolean")
