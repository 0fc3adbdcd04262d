"""One measure of a lens: its interval, its colour by the rule, and a sentence."""

import math
from typing import NamedTuple

import pandas as pd

from cemlab import _words

GREEN, RED, UNSURE, GREY, PLAIN = "green", "red", "unsure", "grey", ""


class Measure(NamedTuple):
    """One row of a comparison."""

    lens: str
    metric: str
    low: float
    high: float
    unit: str
    n: int
    colour: str
    sentence: str


def colour_of_share(low: float, high: float, enough: float) -> str:
    """Return the colour of a share that lies between two; grey if it is not recorded."""
    if math.isnan(low) or math.isnan(high):
        return GREY
    return GREEN if low >= enough else RED if high < enough else UNSURE


def colour_of_count(low: float, high: float) -> str:
    """Return the colour of a count of bad things: red as soon as one has surely happened."""
    if math.isnan(high):
        return GREY
    return RED if low > 0 else UNSURE if high > 0 else GREEN


def worst(colours: set[str], *, unknown: bool) -> str:
    """Return the colour of a lens from those of its ruled measures."""
    return next((c for c in (RED, UNSURE) if c in colours), GREY if unknown else GREEN)


def share(
    lens: str,
    metric: str,
    bounds: tuple[float, float],
    n: int,
    what: str,
    *,
    enough: float | None = None,
) -> Measure:
    """Return a share of n; it has a colour if there is an `enough`."""
    low, high = bounds
    if not n or math.isnan(low):
        return not_recorded(lens, metric, "share")
    colour = PLAIN if enough is None else colour_of_share(low, high, enough)
    words = _words.share(low, high)
    shown = f"Between {words.replace(' to ', ' and ')}" if " to " in words else words
    return Measure(lens, metric, low, high, "share", n, colour, f"{shown} {what} (n = {n:,}).")


def flags(
    lens: str, metric: str, surely: pd.Series, perhaps: pd.Series, what: str, *, enough: float
) -> Measure:
    """Return the share of journeys for which something is true, surely and perhaps."""
    if surely.isna().all():
        return not_recorded(lens, metric, "share")
    bounds = float(surely.astype(float).mean()), float(perhaps.astype(float).mean())
    return share(lens, metric, bounds, len(surely), what, enough=enough)


def total(
    lens: str,
    metric: str,
    surely: pd.Series,
    perhaps: pd.Series,
    unit: str,
    what: str,
    *,
    ruled: bool = False,
) -> Measure:
    """Return a sum of counts by journey; with a rule it is red as soon as one is above zero."""
    known = perhaps.dropna()
    if known.empty:
        return not_recorded(lens, metric, unit)
    low, high = float(surely.dropna().sum()), float(known.sum())
    colour = colour_of_count(low, high) if ruled else PLAIN
    sentence = f"{what}: {_words.number(low, high)} (n = {len(known):,})."
    return Measure(lens, metric, low, high, unit, len(known), colour, sentence)


def not_recorded(
    lens: str, metric: str, unit: str, why: str = "Not recorded in this log."
) -> Measure:
    """Return a measure of which the log says nothing."""
    return Measure(lens, metric, math.nan, math.nan, unit, 0, GREY, why)
