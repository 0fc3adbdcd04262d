"""Tickets of a help desk: the columns of its export, their words, numbers and dates."""

import re
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray

from cemlab._words import short
from cemlab.exchange import _foreign, _mapping, _moments

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

NEVER = np.datetime64("NaT", "us")
_MOST = 1e9
_DAY = r"\s*[0-9]{4}-[0-9]{2}-[0-9]{2}\s*"
_CLOCK = re.compile(r"%[HIMSTRXcsrf]")
_FAR_ZONE = "Etc/GMT+12"
_TWICE = "times in an hour that the clock shows twice: taken as the first"
_SECOND = "times in an hour that the clock shows twice: taken as the second, since the first is before the ticket"
_SKIPPED = "times in an hour that the clock skips: taken as its end"


class Dates(NamedTuple):
    """Times in UTC, NaT where there is none, and the last they can be, NaT where they are exact."""

    time: _moments.Moments
    latest: _moments.Moments

    def end(self) -> _moments.Moments:
        """Return the last moment that each can be."""
        return np.where(np.isnat(self.latest), self.time, self.latest)

    def only(self, rows: Flags) -> "Dates":
        """Return the dates of these rows, none for the others."""
        return Dates(np.where(rows, self.time, NEVER), np.where(rows, self.latest, NEVER))


class Tickets(NamedTuple):
    """The tickets that can be used: the table's columns, whose they are, when they began."""

    table: pa.Table
    meant: _mapping.HelpDesk
    customer: Ints
    issue: Ints
    created: Dates

    def has(self, field: str) -> bool:
        """Say whether the export has this column."""
        return field in self.table.column_names

    def words(self, field: str) -> tuple[Ints, list[str]]:
        """Return each ticket's place among the different words of a column, -1: empty."""
        if not self.has(field):
            return np.full(self.customer.size, -1), []
        return _foreign.names(self.table.column(field))

    def numbers(self, field: str) -> NDArray[np.float64]:
        """Return the numbers of a column, NaN where there is none."""
        place, words = self.words(field)
        found = pd.to_numeric(pd.Series(words, dtype="str"), errors="coerce").to_numpy(float)
        return np.append(np.where(np.abs(found) <= _MOST, found, np.nan), np.nan)[place]

    def counts(self, field: str, what: str, odd: dict[str, int]) -> NDArray[np.float64]:
        """Return how often something happened, 0 where it is not said; count what is no number."""
        found = self.numbers(field)
        good = found >= 0
        odd[f"{what} that are no number: left out"] = int(
            ((self.words(field)[0] >= 0) & ~good).sum()
        )
        return np.where(good, found, 0.0)


def read_dates(
    table: pa.Table, field: str, meant: _mapping.HelpDesk, odd: dict[str, int], words: str
) -> Dates:
    """Return the dates of a column; count those that are none, and odd hours."""
    texts = _foreign.texts(table.column(field))
    form = None if meant.times.format == "ISO 8601" else meant.times.format
    found = _moments.read(texts, form=form, zone=meant.times.zone)
    given = np.array([bool(text.strip()) for text in texts], bool)
    counted = given if field != "created" else np.ones_like(given)
    odd[words] = int((np.isnat(found.times) & counted).sum())
    for what, count in ((_TWICE, found.twice), (_SKIPPED, found.skipped)):
        odd[what] = odd.get(what, 0) + count
    if form is None:
        whole = pd.Series(texts, dtype="str").str.fullmatch(_DAY).to_numpy(bool)
    else:
        whole = np.full(given.shape, not _CLOCK.search(form.replace("%%", "")))
    whole = whole & ~np.isnat(found.times)
    latest = np.full(found.times.shape, NEVER)
    if whole.any():
        days = [text for text, mark in zip(texts, whole, strict=True) if mark]
        here = _moments.read(days, form=form).times + np.timedelta64(1, "D")
        nights = np.datetime_as_string(here, unit="s").tolist()
        latest[whole] = _moments.read(nights, zone=meant.times.zone).times - np.timedelta64(1, "s")
    return Dates(found.times, latest)


def dated(tickets: Tickets, field: str, what: str, odd: dict[str, int]) -> Dates:
    """Return the dates of a column that are not before the ticket's own.

    A day without a time of day can be that of the ticket. A time in the hour that a clock shows
    twice is its second if the first is before the ticket.
    """
    if not tickets.has(field):
        nothing = np.full(tickets.customer.size, NEVER)
        return Dates(nothing, nothing)
    words = f"dates of {what} that are none: left out"
    found = read_dates(tickets.table, field, tickets.meant, odd, words)
    begun = tickets.created.time
    early = found.time < begun
    time = np.where(early & (found.latest >= begun), begun, found.time)
    rows = np.flatnonzero(early & np.isnat(found.latest))
    if rows.size:
        second = _second_reading(tickets, field, rows)
        later = (second > time[rows]) & (second >= begun[rows])
        time[rows[later]] = second[later]
        odd[_TWICE] -= int(later.sum())
        odd[_SECOND] = odd.get(_SECOND, 0) + int(later.sum())
    early = time < begun
    odd[f"{what} before the ticket: left out"] = int(early.sum())
    return Dates(time, found.latest).only(~early)


def _second_reading(tickets: Tickets, field: str, rows: Ints) -> _moments.Moments:
    """Return times of which a clock shows the hour twice, read as the second; else as before."""
    texts = _foreign.texts(tickets.table.column(field).take(pa.array(rows)))
    times = tickets.meant.times
    form = None if times.format == "ISO 8601" else times.format
    first = _moments.read(texts, form=form, zone=times.zone).times
    plain = _moments.read(texts, form=form, zone=_FAR_ZONE).times != first  # names no zone itself
    clock = pd.DatetimeIndex(first, tz="UTC").tz_convert(times.zone).tz_localize(None)
    ambiguous = np.zeros(len(clock), bool)
    second = clock.tz_localize(times.zone, ambiguous=ambiguous, nonexistent="shift_forward")
    utc = second.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[us]")
    return np.where(plain, utc, first)


def commonest(words: list[str], place: Ints, rows: Flags) -> str:
    """Return the word that most of these rows have, as it looks in a sentence."""
    count = np.bincount(place[rows], minlength=len(words))
    return short(words[int(count.argmax())]).replace(": ", ":")
