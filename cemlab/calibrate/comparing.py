"""Fits of several curves to the same readings, side by side."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from cemlab.calibrate._result import Fit

_COLUMNS = ["time", "low", "high", "group"]


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
        1) and `note` (a sentence where readings or the noise's meaning differ: then nothing
        in this table can be compared).

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
    first_name, first = next(iter(fits.items()))
    rows = {
        name: {
            "loglik": one.loglik, "parameters": one.k, "n": one.n["readings"],
            "sigma": one.sigma, "aic": one.aic, "aicc": one.aicc, "bic": one.bic,
            "note": _note(one, first, first_name),
        }
        for name, one in fits.items()
    }  # fmt: skip
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("fit")
    criterion = table["aicc"] if np.isfinite(table["aicc"]).all() else table["aic"]
    delta = criterion - criterion.min()
    part = np.exp(-delta / 2)
    place = table.columns.get_loc("note")
    assert isinstance(place, int)
    table.insert(place, "delta", delta)
    table.insert(place + 1, "weight", part / part.sum())
    return table.sort_values(["delta"], kind="stable")


# --- inside ------------------------------------------------------------------------


def _note(one: Fit, first: Fit, name: str) -> str:
    mine, theirs = (
        f.readings[_COLUMNS].sort_values(_COLUMNS).to_numpy(float) for f in (one, first)
    )
    if mine.shape != theirs.shape or not np.array_equal(mine, theirs):
        return f"other readings than {name}: not comparable"
    if "increments" in (one.noise, first.noise) and one.noise != first.noise:
        return f"increments and not levels as in {name}, or the reverse: not comparable"
    return ""
