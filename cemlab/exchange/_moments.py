"""Times in other people's files: by position where they have a fixed width, else by their format."""

import re
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

Moments = NDArray[np.datetime64]

EARLIEST, LATEST = 2006, 2100
"""Years between which a tweet can be dated: Twitter began in 2006."""

_WIDTH = 30  # Tue Oct 31 22:10:47 +0000 2017
_FIXED = {3: " ", 7: " ", 10: " ", 13: ":", 16: ":", 19: " ", 25: " "}
_CODES = np.array([int.from_bytes(month.encode(), "big") for month in MONTHS])
_BY_CODE = np.argsort(_CODES)
_DATE = r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{1,9})?)?\s*(Z|[+-]\d\d:?\d\d)?)?"
_ZONE_ONLY = re.compile(r"(?:Z|:\d\d[.\d]*\s*[+-]\d\d:?\d\d)$")


class Read(NamedTuple):
    """Times in UTC (NaT where there is none), and how many stood in an odd hour of a clock."""

    times: Moments
    twice: int
    skipped: int


def of_tweets(column: pa.ChunkedArray) -> Moments:
    """Return the times of tweets in UTC, shape (rows,), NaT where there is none."""
    parts = [np.empty(0, "datetime64[us]")]
    for chunk in column.chunks:
        found = np.full(len(chunk), "NaT", "datetime64[us]")
        fits = pc.equal(pc.binary_length(chunk), _WIDTH).to_numpy(zero_copy_only=False)
        fitting = chunk.filter(pa.array(fits))
        if len(fitting):
            letters = np.frombuffer(fitting.buffers()[2], np.uint8)[: _WIDTH * len(fitting)]
            found[fits] = _by_position(letters.reshape(-1, _WIDTH))
        rest = np.flatnonzero(np.isnat(found))
        if rest.size:
            cells = [
                raw.decode("utf-8", "replace") for raw in chunk.take(pa.array(rest)).to_pylist()
            ]
            found[rest] = read(cells).times
        parts.append(found)
    return np.concatenate(parts)


def _by_position(letters: NDArray[np.uint8]) -> Moments:
    """Return the times that stand in rows of 30 letters, shape (rows, 30)."""

    def number(start: int, stop: int) -> NDArray[np.int64]:
        found = np.zeros(len(letters), np.int64)
        for i in range(start, stop):
            digit = letters[:, i].astype(np.int64) - ord("0")
            good[(digit < 0) | (digit > 9)] = False
            found = 10 * found + digit
        return found

    good = np.ones(len(letters), np.bool_)
    for i, letter in _FIXED.items():
        good &= letters[:, i] == ord(letter)
    sign = letters[:, 20]
    good &= (sign == ord("+")) | (sign == ord("-"))
    word = letters[:, 4:7].astype(np.int64) @ np.array([65536, 256, 1])
    place = np.minimum(np.searchsorted(_CODES, word, sorter=_BY_CODE), 11)
    month = _BY_CODE[place]
    good &= _CODES[month] == word
    day, hour, minute, second = number(8, 10), number(11, 13), number(14, 16), number(17, 19)
    ahead_min = 60 * number(21, 23) + number(23, 25)
    year = number(26, 30)
    good &= (day >= 1) & (hour < 24) & (minute < 60) & (second <= 60) & (year >= 1)
    months = np.where(good, (year - 1970) * 12 + month, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + np.where(good, day - 1, 0)
    good &= days.astype("datetime64[M]") == months
    ahead_min = np.where(sign == ord("-"), -ahead_min, ahead_min)
    seconds = 3600 * hour + 60 * (minute - ahead_min) + second
    times = days.astype("datetime64[us]") + np.where(good, seconds, 0).astype("timedelta64[s]")
    return np.where(good, times, np.datetime64("NaT", "us"))


def rounded_down(time: Moments, journey: NDArray[np.int64], *, minutes: int) -> Moments:
    """Return times rounded down; of a journey's times that fall together, each later one is 1 us on.

    So the order within a journey stays, and times that are equal stay equal.

    >>> time = np.array(["2024-05-01T10:11:30", "2024-05-01T10:14"], "datetime64[us]")
    >>> rounded_down(time, np.array([0, 0]), minutes=10).astype(str).tolist()
    ['2024-05-01T10:10:00.000000', '2024-05-01T10:10:00.000001']
    """
    step = minutes * 60_000_000
    exact = time.astype(np.int64)
    down = exact - exact % step
    order = np.lexsort((exact, journey))
    mine, low, when = journey[order], down[order], exact[order]
    begins = np.append(True, (mine[1:] != mine[:-1]) | (low[1:] != low[:-1]))[: time.size]
    later = np.cumsum(np.append(False, when[1:] != when[:-1])[: time.size])
    first = later[begins][np.cumsum(begins) - 1] if time.size else later
    rounded = np.empty_like(down)
    rounded[order] = low + later - first
    return rounded.astype("datetime64[us]")


def read(cells: list[str], *, form: str | None = None, zone: str = "UTC") -> Read:
    """Return times in UTC from texts in ISO 8601, or in a `form` such as %d.%m.%Y %H:%M.

    A time without a zone of its own is one of `zone`. In autumn a clock shows one hour twice:
    the first is taken; in spring it skips one: the time moves to its end. Both are counted.
    """
    times = np.full(len(cells), "NaT", "datetime64[us]")
    column = pd.Series(cells, dtype="str").str.strip()
    if form is None:
        column = column.str.replace(r"\s*UTC$", "Z", regex=True)
        fits = column.str.fullmatch(_DATE).to_numpy(bool)
        zoned = fits & column.str.contains(_ZONE_ONLY).to_numpy(bool)
    else:
        fits = (column != "").to_numpy(bool)
        zoned = fits & ("%z" in form or "%Z" in form)
    pattern = "ISO8601" if form is None else form
    if zoned.any():
        own = pd.to_datetime(column[zoned], format=pattern, utc=True, errors="coerce")
        times[zoned] = own.dt.tz_localize(None).astype("datetime64[us]").to_numpy()
    plain = fits & ~zoned
    if not plain.any():
        return Read(times, 0, 0)
    local = pd.to_datetime(column[plain], format=pattern, errors="coerce").astype("datetime64[us]")
    known = local.notna()
    once = local.dt.tz_localize(zone, ambiguous="NaT", nonexistent="shift_forward")
    exact = local.dt.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
    first = local.dt.tz_localize(
        zone, ambiguous=np.ones(len(local), bool), nonexistent="shift_forward"
    )
    times[plain] = (
        first.dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[us]").to_numpy()
    )
    return Read(times, int((known & once.isna()).sum()), int((once.notna() & exact.isna()).sum()))
