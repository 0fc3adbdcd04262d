"""What the first days told: fit them alone, and look at what came later."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cemlab import _checks, _proportions
from cemlab.calibrate import _table, fitting
from cemlab.calibrate._table import Told

Curve = Callable[..., Any]
_CUT = "{} contested readings of groups with some before and some after these days are neither fitted nor scored"


def forecast(
    curves: Curve | Mapping[str, Curve],
    readings: Any,
    *,
    days: float | Sequence[float],
    start: Mapping[str, Any],
    bounds: Mapping[str, Any] | None = None,
    until: float | None = None,
    level: float = 0.95,
    noise: str = "relative",
    column: str | None = None,
    since: object = None,
    unit: str = "D",
    counter: bool | None = None,
    unverified: bool = False,
    starts: int = 12,
    rng: Any = 0,
) -> pd.DataFrame:
    """Fit the first days only and compare with every later reading.

    The band is that of a new reading: it knows of noise and of uncertain parameters, but
    supposes that the curve is right and goes on.

    Only readings up to a day decide about its fit, also whether they fall. A group of
    alternatives that the day cuts in two is neither fitted nor scored, as nobody could weigh
    them on that day; `note` says so.

    Critique: one history is one test. Bands that miss show that the curve does not go on as
    it did, which its fit to the first days cannot show.

    Parameters
    ----------
    curves : callable, or mapping of str to callable
        One curve, or several by name; then `start` and `bounds` are mappings by that name.
    readings : DataFrame, Series or array_like
        As for `fit`.
    days : float or sequence of float
        Readings up to this time are fitted, in the unit of time of the fit; several at once.
    until : float, optional
        Readings after this time are not looked at.
    level : float
        Confidence of the band.
    start, bounds, noise, column, since, unit, counter, unverified, starts, rng
        As for `fit`.

    Returns
    -------
    DataFrame
        A row for each later reading: `curve`, `days`, `readings` (fitted), `time`,
        `predicted`, `low`, `high`, `actual`, `actual_low`, `actual_high`, `precision`,
        `confidence`, `error_percent` (predicted against actual; below a lower bound, or 0
        where the prediction fulfils it), `inside` (whether the band holds some value that the
        reading allows) and `note` (warnings of the fit).

    Raises
    ------
    ValueError
        If there is nothing later to compare with, or too little to fit.

    Examples
    --------
    >>> told = pd.DataFrame({"time": [1, 2, 3, 4, 10], "value": [10, 21, 29, 41, 60]})
    >>> found = forecast(lambda t, a: a * t, told, days=4, start={"a": 5}, bounds={"a": (0, None)})
    >>> found[["predicted", "actual", "inside"]].round(0).to_dict("records")
    [{'predicted': 101.0, 'actual': 60.0, 'inside': False}]
    >>> round(float(found["error_percent"].iloc[0]))
    68
    """
    trust = _proportions.confidence(level)
    spans = [_checks.number("days", d, low=0) for d in np.atleast_1d(np.asarray(days, object))]
    if not spans:
        msg = "days must be one number or more, got none"
        raise ValueError(msg)
    named = dict(curves) if isinstance(curves, Mapping) else {"": curves}
    told = _table.told(readings, column=column, since=since, unit=unit, unverified=unverified)
    end = np.inf if until is None else _checks.number("until", until)
    parts = []
    for name, curve in named.items():
        first = _of(start, name, "start") if name else start
        limits = _of(bounds, name, "bounds") if name and bounds is not None else bounds
        for span in spans:
            known, cut = told.table["time"] <= span, _cut(told.table, span)
            later = told.table[~known & ~cut & (told.table["time"] <= end)]
            early = Told(told.table[known & ~cut], {"alternatives cut in two": int(cut.sum())})
            if later.empty:
                msg = f"days must leave readings to compare with, got {span:g}: the last is at {told.table['time'].max():g}"
                raise ValueError(msg)
            try:
                fit = fitting.fit_told(
                    curve, _table.checked(early, counter), start=first, bounds=limits,
                    noise=noise, method=None, starts=starts, rng=rng,
                )  # fmt: skip
            except ValueError as error:
                msg = f"{error} (fitted up to day {span:g})"
                raise ValueError(msg) from None
            part = _against(fit.predict(later["time"].to_numpy(), level=trust), later)
            part.insert(0, "curve", name)
            part.insert(1, "days", span)
            part.insert(2, "readings", fit.n["readings"])
            note = list(fit.warnings)
            if cut.any():
                note.insert(0, _CUT.format(int(cut.sum())))
            parts.append(part.assign(note="; ".join(note)))
    return pd.concat(parts, ignore_index=True)


# --- inside ------------------------------------------------------------------------


def _of(given: Mapping[str, Any] | None, name: str, what: str) -> Any:
    if given is None or name not in given:
        msg = f"{what} must have an entry for each curve, got none for {name!r}"
        raise ValueError(msg)
    return given[name]


def _cut(table: pd.DataFrame, span: float) -> pd.Series:
    """Return which rows belong to groups of alternatives with some before and some after a time."""
    late = table["time"] > span
    some = late.groupby(table["group"]).transform("any")
    whole = late.groupby(table["group"]).transform("all")
    return (table["group"] >= 0) & some & ~whole


def _against(said: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    predicted, low, high = (said[c].to_numpy() for c in ("value", "reading_low", "reading_high"))
    least, most = later["low"].to_numpy(), later["high"].to_numpy()
    middle = np.where(np.isfinite(least) & np.isfinite(most), (least + most) / 2,
                      np.where(np.isfinite(least), least, most))  # fmt: skip
    actual = np.where(np.isnan(later["value"]), middle, later["value"])
    with np.errstate(divide="ignore", invalid="ignore"):
        error = 100 * (predicted / actual - 1)
    bound = ~np.isfinite(most)
    return pd.DataFrame({
        "time": later["time"].to_numpy(), "predicted": predicted, "low": low, "high": high,
        "actual": actual, "actual_low": least, "actual_high": most,
        "precision": later["precision"].to_numpy(), "confidence": later["confidence"].to_numpy(),
        "error_percent": np.where(bound, np.minimum(error, 0.0), error),
        "inside": (high >= least) & (low <= most),
    })  # fmt: skip
