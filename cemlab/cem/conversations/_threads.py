"""Which rows of a log are one conversation, and how it stands."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks
from cemlab._waiting import ANSWERS
from cemlab.observation import Log, Observation, observe

ENDS = ("answered", "resolved", "abandoned", "open")
_WORDS = (*ANSWERS, "promise", "acknowledge", "apologise", "publish")


def conversations(
    log: Log, *, gap_hours: float = 72.0, observed_until: object = None
) -> pd.DataFrame:
    """Return one row a conversation: what was said in it, by whom, and who spoke last.

    A conversation is a part of a journey on one channel. A mention begins a new one if
    nothing has happened there for `gap_hours`; a late answer belongs to the old one. A row
    that stands twice in the log counts twice.

    Parameters
    ----------
    log : DataFrame
        An event log.
    gap_hours : float
        How long a silence ends a conversation (hours, above 0); assumed.
    observed_until : datetime-like, optional
        End of the observation; by default the last time in the log.

    Returns
    -------
    DataFrame
        `customer`, `issue`, `channel`, `first`, `last` (times); `mentions` (by customer and
        public), `answers` (by the company, here), `answered_by` (who gave the first answer),
        `hands` (different people or teams of the company that acted); `waiting` (the last
        word of customer and company is the customer's: a follow-up is open), `audience`
        (people, the largest named by a contact or post) and `ended`: what came after the customer's
        last word, an answer (on any channel of the journey, also one that stands in a later
        conversation, so that `answers` may be 0 here), resolved, abandoned, or nothing: open.
        A closing is the company's word to itself and ends nothing. `answers`, `hands` and `waiting`
        are missing where the log does not record them, `waiting` also where uncertain times
        do not tell.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": "Ana", "channel": "web", "by": [None, "Max", None],
    ...                     "time": ["2024-05-01", "2024-05-02", "2024-06-01"],
    ...                     "actor": ["customer", "company", "customer"],
    ...                     "kind": ["contact", "answer", "contact"]})
    >>> conversations(log)[["mentions", "answers", "answered_by", "waiting"]].values.tolist()
    [[1, 1, 'Max', False], [1, 0, nan, True]]
    """
    return Threads(observe(log, observed_until), gap(gap_hours)).table


def gap(hours: object) -> np.timedelta64:
    """Return the silence that ends a conversation."""
    found = _checks.number("gap_hours", hours, low=0)
    if found == 0:
        msg = f"gap_hours must be above 0, got {hours!r}"
        raise ValueError(msg)
    return np.timedelta64(round(min(found, 1e8) * 3_600_000_000), "us")


@dataclass(frozen=True)
class Threads:
    """The conversations of an observed log. Rows are those of `seen.log`."""

    seen: Observation
    silence: np.timedelta64

    @cached_property
    def by_customer(self) -> NDArray[np.bool_]:
        """Which rows are the customer's words, shape (rows,)."""
        kind, actor = self.seen.log["kind"], self.seen.log["actor"]
        own = (actor == "customer") & kind.isin(["contact", "publish", "share", "reopen"])
        words: NDArray[np.bool_] = own.to_numpy(bool)
        return words

    @cached_property
    def answer(self) -> NDArray[np.bool_]:
        """Which rows are the company's word in reply, shape (rows,)."""
        kind, actor = self.seen.log["kind"], self.seen.log["actor"]
        words: NDArray[np.bool_] = ((actor == "company") & kind.isin(ANSWERS)).to_numpy(bool)
        return words

    @cached_property
    def number(self) -> NDArray[np.int64]:
        """The conversation of each row, -1 where it is in none, shape (rows,)."""
        log = self.seen.log
        codes = log["channel"].cat.codes.to_numpy(np.int64) + 1
        place = self.seen.journey * (len(log["channel"].cat.categories) + 1) + codes
        order = np.argsort(place, kind="stable")
        place = place[order]
        mention = is_mention(self.seen)
        company = (log["actor"] == "company") & log["kind"].isin(_WORDS)
        spoken = (mention | self.by_customer | company.to_numpy(bool))[order]
        time, until = (times[order] for times in spans(log))
        over = pd.Series(until.astype(np.int64)).groupby(place).cummax().to_numpy()
        silent = np.append(False, np.diff(place) == 0)[: len(place)]
        silent[1:] &= time[1:].astype(np.int64) - over[:-1] >= self.silence.astype(np.int64)
        new = np.append(True, np.diff(place) != 0)[: len(place)]
        piece = np.cumsum(new | (silent & (mention | self.by_customer)[order])) - 1
        real = np.bincount(piece, spoken) > 0
        named = np.where(real, np.cumsum(real) - 1, -1)
        found = np.empty(len(log), np.int64)
        found[order] = named[piece]
        return found

    @cached_property
    def count(self) -> int:
        """How many conversations there are."""
        return int(self.number.max(initial=-1)) + 1

    def counted(self, rows: NDArray[np.bool_]) -> pd.Series:
        """Return how many of these rows each conversation has."""
        numbers = self.number[rows & (self.number >= 0)]
        return pd.Series(np.bincount(numbers, minlength=self.count), dtype="Int64")

    def last_row(self, rows: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return the last of these rows in each conversation, -1 where there is none."""
        return self._row_of_each(np.flatnonzero(rows & (self.number >= 0)))

    def first_row(self, rows: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return the first of these rows in each conversation, -1 where there is none."""
        return self._row_of_each(np.flatnonzero(rows & (self.number >= 0))[::-1])

    def _row_of_each(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        found = np.full(self.count, -1, np.int64)
        found[self.number[rows]] = rows
        return found

    @cached_property
    def settled(self) -> NDArray[np.int64]:
        """The last row that may settle each conversation, -1 if none, shape (conversations,).

        An answer or the customer's word that it is resolved, on any channel of the
        journey, or giving up on its own.
        """
        log = self.seen.log
        journey = self.seen.journey[self.start]
        solved = (log["kind"] == "resolve").to_numpy(bool)
        gone = ((log["kind"] == "abandon") & (log["actor"] == "customer")).to_numpy(bool)
        anywhere = self.seen.last_row(self.answer | solved)[journey]
        settled: NDArray[np.int64] = np.maximum(anywhere, self.last_row(gone))
        return settled

    @cached_property
    def start(self) -> NDArray[np.int64]:
        """The first row of each conversation."""
        return self.first_row(np.ones(len(self.seen.log), np.bool_))

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a conversation, as `conversations` returns them."""
        log = self.seen.log
        inside = self.number >= 0
        time, until = (pd.Series(times[inside]) for times in spans(log))
        number = self.number[inside]
        table = log[["customer", "issue", "channel"]].take(self.start).reset_index(drop=True)
        table["first"] = time.groupby(number).min().astype("datetime64[us]")
        table["last"] = until.groupby(number).max().astype("datetime64[us]")
        table["mentions"] = self.counted(is_mention(self.seen))
        answers = self.counted(self.answer)
        recorded = bool(self.seen.kinds & {*ANSWERS})
        table["answers"] = answers if recorded else answers.where([False] * len(answers))
        first = self.first_row(self.answer)
        codes = np.where(first >= 0, log["by"].cat.codes.to_numpy()[first], -1)
        table["answered_by"] = pd.Categorical.from_codes(codes, dtype=log["by"].dtype)
        table["hands"] = self._hands()
        ended, waiting = self._stand(recorded)
        table["waiting"] = waiting
        own = log["actor"].isin(["customer", "public"]) & log["kind"].isin(["contact", "publish"])
        heard = log["value"].where(own).to_numpy()[inside]
        table["audience"] = pd.Series(heard).groupby(number).max()
        table["ended"] = ended
        return table

    def _hands(self) -> pd.Series:
        """Return how many of the company acted, missing where their names are not recorded."""
        log = self.seen.log
        company = (log["actor"] == "company").to_numpy(bool) & (self.number >= 0)
        by = log["by"].cat.codes.to_numpy(np.int64)
        pairs = pd.DataFrame({"number": self.number, "by": by})[company & (by >= 0)]
        different = pairs.drop_duplicates()["number"].to_numpy()
        hands = pd.Series(np.bincount(different, minlength=self.count), dtype="Int64")
        unnamed = self.counted(company & (by < 0)) > 0
        return hands.mask(unnamed & (hands == 0))

    def _stand(self, recorded: bool) -> tuple[pd.Categorical, pd.Series]:
        """Return how each conversation ended, and whether the last word is the customer's."""
        log = self.seen.log
        time, until = spans(log)
        word, settled = self.last_row(self.by_customer), self.settled
        over = settled > word
        silent = word < 0  # the public's or the company's alone
        answered_here = self.counted(self.answer).to_numpy(np.int64) > 0
        unsure = np.zeros(self.count, np.bool_)
        ended = np.full(self.count, ENDS.index("open"))
        if self.count:
            kind = log["kind"].take(settled)
            how = np.where(kind == "resolve", 1, np.where(kind == "abandon", 2, 0))
            ended = np.where(over, how, ended)
            ended = np.where(silent, np.where(answered_here, 0, -1), ended)
            latest = self._latest_settling(until)
            unsure = np.where(over, until[word] > time[settled], latest > time[word]) & ~silent
        waiting = pd.Series(~over & ~silent, dtype="boolean")
        unknown = unsure | (~over & ~silent & (not recorded))
        ended = np.where(unknown, -1, ended)
        return pd.Categorical.from_codes(ended, ENDS), waiting.mask(unknown)

    def _latest_settling(self, until: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
        """Return when something may have settled each conversation's journey at the latest."""
        solved = (self.seen.log["kind"] == "resolve").to_numpy(bool)
        latest = np.full(len(self.seen.journeys), np.datetime64("0001-01-01", "us"))
        rows = np.flatnonzero(self.answer | solved)
        np.maximum.at(latest, self.seen.journey[rows], until[rows].astype("datetime64[us]"))
        found: NDArray[np.datetime64] = latest[self.seen.journey[self.start]]
        return found


def is_mention(seen: Observation) -> NDArray[np.bool_]:
    """Return which rows are mentions, shape (rows,)."""
    kind, actor = seen.log["kind"], seen.log["actor"]
    shared = (kind == "share") & actor.isin(["customer", "public"])
    posted = (kind == "publish") & (actor == "public")
    mention: NDArray[np.bool_] = seen.told | (shared | posted).to_numpy(bool)
    return mention


def spans(log: pd.DataFrame) -> tuple[NDArray[np.datetime64], NDArray[np.datetime64]]:
    """Return when each row happened, at the earliest and at the latest."""
    return log["time"].to_numpy(), log["latest"].fillna(log["time"]).to_numpy()
