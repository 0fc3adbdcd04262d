"""Fits of several curves to the same readings, side by side."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from cemlab.calibrate._result import Fit
from cemlab.calibrate.fitting import fit

_COLUMNS = ["time", "low", "high", "group"]


def fit_each(
    curves: Mapping[str, Callable[..., Any]],
    readings: Any,
    *,
    start: Mapping[str, Any],
    bounds: Mapping[str, Any] | None = None,
    **options: Any,
) -> dict[str, Fit]:
    """Return the fit of each curve to the same readings, by name.

    Parameters
    ----------
    curves : mapping of str to callable
        Name of each curve.
    readings : DataFrame, Series or array_like
        As for `fit`.
    start, bounds : mapping of str to mapping
        As for `fit`, by the name of the curve; other names are not looked at, and a curve
        without bounds is open.
    **options
        As for `fit`, the same for all.

    Raises
    ------
    ValueError
        If there is no curve, or one has no start; and as for `fit`.

    See Also
    --------
    compare : the fits under each other. forecast : the first days only.

    Examples
    --------
    >>> told = pd.DataFrame({"time": [1, 2, 3, 4], "value": [10, 21, 29, 41]})
    >>> both = {"line": lambda t, a: a * t, "root": lambda t, a: a * t**0.5}
    >>> found = fit_each(both, told, start={"line": {"a": 5}, "root": {"a": 5}})
    >>> compare(found).index[0], round(found["line"].params["a"], 1)
    ('line', 10.1)
    """
    if not isinstance(curves, Mapping) or not curves:
        msg = f"curves must be a mapping of each name to a curve, got {curves!r}"
        raise ValueError(msg)
    for name in curves:
        if not isinstance(start, Mapping) or name not in start:
            msg = f"start must have an entry for each curve, got none for {name!r}"
            raise ValueError(msg)
    limits = bounds or {}
    return {
        name: fit(curve, readings, start=start[name], bounds=limits.get(name), **options)
        for name, curve in curves.items()
    }


def each_claim(
    curves: Mapping[str, Callable[..., Any]],
    readings: pd.DataFrame,
    claims: pd.DataFrame,
    *,
    at: float,
    start: Mapping[str, Any],
    bounds: Mapping[str, Any] | None = None,
    **options: Any,
) -> pd.DataFrame:
    """Return what each contested reading leads to if it is the true one.

    Critique: it shows how much a claim matters for a curve, not which claim is right.

    Parameters
    ----------
    curves : mapping of str to callable
        Name of each curve.
    readings : DataFrame
        What is not in doubt, as for `fit`.
    claims : DataFrame
        One row a claim, with the columns of `readings`; each is added alone, as if trusted.
    at : float
        For which time to predict, in the unit of the fit.
    start, bounds : mapping of str to mapping
        As for `fit_each`.
    **options
        As for `fit`, the same for all.

    Returns
    -------
    DataFrame
        A row for each claim and curve: `claim` (its value), `curve`, `predicted`, and a column
        for each parameter (missing for curves without it).

    Raises
    ------
    ValueError
        If there is no claim; and as for `fit_each`.

    Examples
    --------
    >>> sure = pd.DataFrame({"time": [2, 3, 4], "value": [21, 29, 41]})
    >>> first = pd.DataFrame({"time": [1, 1], "value": [9, 20]})
    >>> line = {"line": lambda t, a: a * t}
    >>> found = each_claim(line, sure, first, at=10, start={"line": {"a": 5}})
    >>> found[["claim", "predicted"]].round().to_numpy().tolist()
    [[9.0, 98.0], [20.0, 120.0]]
    """
    if not len(claims):
        msg = "claims must be at least one row, got none"
        raise ValueError(msg)
    column = options.get("column") or ("value" if "value" in claims else "views")
    trusted = claims.drop(columns=["alternatives", "weight"], errors="ignore")
    trusted, rows = trusted.assign(confidence="as if"), []
    for i in range(len(claims)):
        data = pd.concat([trusted.iloc[[i]], readings])
        fits = fit_each(curves, data, start=start, bounds=bounds, **options)
        rows += [
            {"claim": claims[column].iloc[i], "curve": name,
             "predicted": one.predict([at])["value"].iloc[0], **one.params}
            for name, one in fits.items()
        ]  # fmt: skip
    return pd.DataFrame(rows)


def compare(fits: Mapping[str, Fit]) -> pd.DataFrame:
    """Return fits under each other, the best by AICc first.

    Critique: the weights say which of these curves forecasts best among these, not that one
    is true, and they trust that errors are independent. Far from the readings curves of
    equal weight can differ without limit.

    Parameters
    ----------
    fits : mapping of str to Fit
        Name of each fit; all to the same readings.

    Returns
    -------
    DataFrame
        A row a fit: `loglik`, `parameters` (sigma among them), `n`, `sigma`, `aic`, `aicc`,
        `bic`, `delta` (AICc less the smallest), `weight` (Akaike's, by AICc; they add up to
        1) and `note` (a sentence where a fit cannot be compared, as its readings or the
        meaning of its noise are others, or its curve runs through all readings so that its
        likelihood has no limit: its `delta` and `weight` are missing, and the weights of the
        rest add up to 1).

    Raises
    ------
    ValueError
        If there is no fit, or one is not a `Fit`.

    References
    ----------
    Burnham, K. P. and Anderson, D. R. (2002). Model Selection and Multimodel Inference.
    Springer.

    Examples
    --------
    >>> from cemlab.calibrate import fit
    >>> told = pd.DataFrame({"time": [1, 2, 3, 4, 5, 6], "value": [10, 21, 29, 41, 50, 61]})
    >>> line = fit(lambda t, a: a * t, told, start={"a": 5}, bounds={"a": (0, None)})
    >>> flat = fit(lambda t, a: a + 0 * t, told, start={"a": 5}, bounds={"a": (0, None)}, counter=False)
    >>> found = compare({"flat": flat, "line": line})
    >>> found.index.tolist(), found["weight"].round(3).tolist(), found["parameters"].tolist()
    (['line', 'flat'], [1.0, 0.0], [2, 2])
    """
    if not isinstance(fits, Mapping) or not fits:
        msg = f"fits must be a mapping of each name to a fit, got {fits!r}"
        raise ValueError(msg)
    one: Any
    for name, one in fits.items():
        if not isinstance(one, Fit):
            msg = f"fits must be results of calibrate.fit, got {one!r} for {name}"
            raise ValueError(msg)
    sound = {name: one for name, one in fits.items() if not _endless(one)}
    first_name, first = next(iter((sound or fits).items()))
    rows = {
        name: {
            "loglik": one.loglik, "parameters": one.k, "n": one.n["readings"],
            "sigma": one.sigma, "aic": one.aic, "aicc": one.aicc, "bic": one.bic,
            "note": _note(one, first, first_name),
        }
        for name, one in fits.items()
    }  # fmt: skip
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("fit")
    alike = table["note"] == ""
    known = np.isfinite(table.loc[alike, "aicc"]).all()
    criterion = table["aicc" if known else "aic"].where(alike)
    delta = criterion - criterion.min()
    part = np.exp(-delta / 2)
    place = table.columns.get_loc("note")
    assert isinstance(place, int)
    table.insert(place, "delta", delta)
    table.insert(place + 1, "weight", part / part.sum())
    return table.sort_values(["delta"], kind="stable")


# --- inside ------------------------------------------------------------------------


def _endless(one: Fit) -> bool:
    """Return whether the likelihood grows without limit as the noise goes to 0."""
    return bool(one._peak.place[-1] <= one._problem.floor + 1e-6 and not one._peak.plateau)


def _note(one: Fit, first: Fit, name: str) -> str:
    if _endless(one):
        return "the curve runs through all readings, its likelihood has no limit: not comparable"
    mine, theirs = (
        f.readings[_COLUMNS].sort_values(_COLUMNS).to_numpy(float) for f in (one, first)
    )
    if mine.shape != theirs.shape or not np.array_equal(mine, theirs):
        return f"other readings than {name}: not comparable"
    if "increments" in (one.noise, first.noise) and one.noise != first.noise:
        return f"increments and not levels as in {name}, or the reverse: not comparable"
    return ""
