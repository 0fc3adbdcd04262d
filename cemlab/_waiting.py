"""Which contact waited how long for which answer, worked out from the times of a log."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab._by_journey import Grouped, following, grouped, number

ANSWERS = ("answer", "callback", "refuse", "offer", "compensate")
"""Kinds that are a company's word in reply; an acknowledgement or a transfer is none."""

TIMED = ("answer", "abandon")
"""Kinds whose value states the minutes waited."""

SLACK_MIN = 1.0
"""How far stated minutes may be from the times' (rounding)."""

ENDED = ("answered", "abandoned", "open")
"""How a contact ended."""

_ANSWERED, _ABANDONED, _OPEN = range(len(ENDED))
_MINUTE = np.timedelta64(1, "m")


def last_moment(events: pd.DataFrame) -> pd.Timestamp:
    """Return the last time that stands in a validated log (NaT for an empty one)."""
    return pd.Timestamp(spans(events)[1].max()) if len(events) else pd.NaT


def spans(events: pd.DataFrame) -> tuple[NDArray[np.datetime64], NDArray[np.datetime64]]:
    """Return when each row happened at the earliest and latest: one array twice if all are exact."""
    time, latest = events["time"].to_numpy(), events["latest"].to_numpy()
    exact = np.isnat(latest)
    return time, time if exact.all() else np.where(exact, time, latest)


def ranks(column: pd.Series, names: Sequence[str]) -> NDArray[np.int8]:
    """Return the place of each row's name in `names`, for a column of categories."""
    place = np.array([names.index(name) for name in column.cat.categories], np.int8)
    return place[column.cat.codes.to_numpy()] if len(column) else np.empty(0, np.int8)


def told(log: pd.DataFrame, by_journey: Grouped) -> NDArray[np.bool_]:
    """Return which rows of a validated log are a customer's contacts, shape (rows,).

    A post is one too, unless a contact was noted with it: same journey and time, and the same
    channel or none.
    """
    own = _are(log["actor"], ("customer",))
    contact, post = (own & _are(log["kind"], (kind,)) for kind in ("contact", "publish"))
    if not post.any():
        return contact
    time, channel = log["time"].to_numpy(), log["channel"].cat.codes.to_numpy() + 1
    unplaced = channel == 0
    ways = [(contact, channel), (contact & unplaced, None)]
    noted = np.zeros(int(post.sum()), np.bool_)
    for other, kind in ways:
        row, _ = following(by_journey, post, other, time, time, kind)
        noted |= (row >= 0) & (time[row] == time[post])
    row, _ = following(by_journey, post & unplaced, contact, time, time)
    noted[unplaced[post]] |= (row >= 0) & (time[row] == time[post & unplaced])
    contact[np.flatnonzero(post)[~noted]] = True
    return contact


class Ended(NamedTuple):
    """How each contact of a log ended; all arrays have shape (contacts,).

    Attributes
    ----------
    rows : ndarray of int64
        The contact's row of the log.
    ended : ndarray of int64
        The place in :data:`ENDED`.
    low_min, high_min : ndarray of float
        The wait lies between these minutes; infinite for what is open.
    ender : ndarray of int64
        The row that ended it, or -1.
    """

    rows: NDArray[np.int64]
    ended: NDArray[np.int64]
    low_min: NDArray[np.float64]
    high_min: NDArray[np.float64]
    ender: NDArray[np.int64]


def by_contact(log: pd.DataFrame, end: pd.Timestamp, by_journey: Grouped | None = None) -> Ended:
    """Return how each customer's contact of a validated log ended, looked at until `end`."""
    by_journey = by_journey or _by_journey(log)
    time, until = spans(log)
    channel = log["channel"].cat.codes.to_numpy() + 1
    own, ours = (_are(log["actor"], (actor,)) for actor in ("customer", "company"))
    contact = _are(log["kind"], ("contact",)) & own
    reply = _are(log["kind"], ANSWERS) & ours
    gone = _are(log["kind"], ("abandon",)) & own
    answer, answered = following(by_journey, contact, reply, time, until, channel)
    silent = answer < 0
    unanswered = np.zeros(len(log), np.bool_)
    unanswered[np.flatnonzero(contact)[silent]] = True
    answer[silent], answered[silent] = following(by_journey, unanswered, reply, time, until)
    abandon, abandoned = following(by_journey, contact, gone, time, until, channel)
    left = abandon >= 0
    left &= (answer < 0) | (until[abandon] < answered)
    ender = np.where(left, abandon, answer)
    over = ender >= 0
    low = np.where(over, np.where(left, abandoned, answered), end.to_datetime64()) - until[contact]
    high = until[ender] - time[contact]
    ended = np.where(over, np.where(left, _ABANDONED, _ANSWERED), _OPEN)
    low_min = np.maximum(low / _MINUTE, 0.0)
    high_min = np.where(over, high / _MINUTE, np.inf)
    return Ended(np.flatnonzero(contact), ended, low_min, high_min, ender)


def contradicted(log: pd.DataFrame) -> tuple[NDArray[np.int64], Ended]:
    """Return the rows whose stated minutes fit no contact, and how contacts ended.

    A row that ends contacts must fit one of them; any other one of its journey, if it has any.
    """
    by_journey = _by_journey(log)
    found = by_contact(log, last_moment(log), by_journey)
    value = log["value"].to_numpy()
    stated = np.append(value, np.nan)[found.ender]
    fits = (stated >= found.low_min - SLACK_MIN) & (stated <= found.high_min + SLACK_MIN)
    over = found.ender >= 0
    ends, right = np.zeros((2, len(log)), np.bool_)
    ends[found.ender[over]] = right[found.ender[over & fits]] = True
    timed = _are(log["kind"], TIMED) & ~np.isnan(value)
    wrong = timed & ends & ~right
    others = np.flatnonzero(timed & ~ends)
    if others.size:
        wrong[others[~_fits_any(log, by_journey, others)]] = True
    return np.flatnonzero(wrong), found


def _fits_any(log: pd.DataFrame, by_journey: Grouped, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which rows state minutes that fit some contact of their journey, where times tell."""
    time, until = spans(log)
    journey = np.empty(len(log), np.int64)
    journey[by_journey.rows] = np.repeat(
        np.arange(by_journey.start.size - 1), np.diff(by_journey.start)
    )
    contacts = np.flatnonzero(told(log, by_journey))
    minute = (time - time.min()) / _MINUTE
    width = float(minute.max()) + 4 * SLACK_MIN  # one scale: a journey's minutes after another's
    asked = np.sort(journey[contacts] * width + minute[contacts])
    begun = minute[rows] - log["value"].to_numpy()[rows]
    wanted = journey[rows] * width + begun
    near = np.searchsorted(asked, [wanted - SLACK_MIN, wanted + SLACK_MIN], side="left")
    fits = (near[0] < near[1]) & (begun >= -SLACK_MIN)
    asked_at_all, vague = np.zeros((2, by_journey.start.size), np.bool_)
    asked_at_all[journey[contacts]] = vague[journey[time != until]] = True
    return np.asarray(fits | vague[journey[rows]] | ~asked_at_all[journey[rows]])


def in_time(waits: pd.DataFrame, minutes: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Mark the contacts answered within `minutes`: those that surely were, and those that may be.

    A contact that is open and younger than that may yet be.
    """
    ended = waits["ended"].cat.codes.to_numpy()
    low, high = (waits[f"wait_{end}_min"].to_numpy() for end in ("low", "high"))
    sure = (ended == _ANSWERED) & (high <= minutes)
    perhaps = ((ended == _ANSWERED) & (low <= minutes)) | ((ended == _OPEN) & (low < minutes))
    return sure, perhaps


def _by_journey(log: pd.DataFrame) -> Grouped:
    first, journey = number(*(log[name].cat.codes.to_numpy() for name in ("customer", "issue")))
    return grouped(journey, first.size)


def _are(column: pd.Series, names: Sequence[str]) -> NDArray[np.bool_]:
    """Mark the rows of a column of categories that have one of these names."""
    wanted = np.append(column.cat.categories.isin(names), False)
    return np.asarray(wanted[column.cat.codes.to_numpy()])
