"""Residuals of a fit, and whether they look like independent luck."""

import warnings

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri
from scipy.stats import norm, shapiro
from statsmodels.sandbox.stats.runs import (  # type: ignore[import-untyped, unused-ignore]
    runstest_1samp,
)

from cemlab.calibrate import _likelihood
from cemlab.calibrate._likelihood import Array
from cemlab.calibrate._problem import Problem

_LARGE, _FEW = 0.3, 6
_NORMAL = 1 / np.sqrt(2 * np.pi)


def standardised(made: Problem, place: Array, rng: np.random.Generator | None) -> Array:
    """Return residuals in units of sigma.

    That of an interval is the mean of what is possible inside it, or with `rng` one draw.
    """
    low, high = made.data.limits()
    centre, sigma = made.centre(place), float(np.exp(place[-1]))
    with np.errstate(invalid="ignore"):
        a, b = (low - centre) / sigma, (high - centre) / sigma
    exact = made.data.exact
    if rng is not None:
        part = ndtr(a) + rng.random(a.size) * (ndtr(b) - ndtr(a))
        drawn = ndtri(np.clip(part, 1e-300, 1 - 1e-16))
        return np.where(exact, a, drawn)
    log_p = _likelihood.interval(np.where(exact, -1.0, a), np.where(exact, 1.0, b))
    with np.errstate(over="ignore", invalid="ignore"):
        inside = _NORMAL * (np.exp(-0.5 * a**2 - log_p) - np.exp(-0.5 * b**2 - log_p))
        nearest = np.clip(0.0, a, b)  # where the probability is too small to divide by
        inside = np.where(np.isfinite(inside), np.clip(inside, a, b), nearest)
    return np.asarray(np.where(exact, a, inside))


def checks(residuals: Array) -> pd.DataFrame:
    """Return runs, lag-1 correlation and normality of residuals in order of time."""
    z = residuals - 0.0
    rows = {
        "runs": _runs(z),
        "lag-1 correlation": _lag(z),
        "normality": _normality(z),
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["value", "p", "sentence"])
    return table.rename_axis("check")


def alike(r: float, p: float, n: int) -> bool:
    """Return whether a lag-1 correlation is a reason to doubt intervals, by its size too.

    With ten readings a correlation of .5 is no rarity to a test, and halves what they tell.
    """
    return r > 0 and (p < 0.05 or (n >= _FEW and r > _LARGE))


# --- inside ------------------------------------------------------------------------


def _runs(z: Array) -> tuple[float, float, str]:
    signs = z[z != 0] > 0
    if signs.size < 5 or signs.all() or not signs.any():
        return np.nan, np.nan, f"too few changes of sign among {z.size} residuals to count runs"
    runs = 1 + int((signs[1:] != signs[:-1]).sum())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, p = runstest_1samp(signs.astype(float), cutoff=0.5, correction=True)
    few = "fewer runs than luck gives" if p < 0.05 else "runs as luck gives them"
    return (
        float(runs),
        float(p),
        f"{runs} runs of one sign in {signs.size} residuals (p = {p:.2g}): {few}",
    )


def _lag(z: Array) -> tuple[float, float, str]:
    squares = float(z @ z)
    if z.size < 5 or squares == 0:
        return np.nan, np.nan, f"too few residuals ({z.size}) for a lag-1 correlation"
    r = float(z[1:] @ z[:-1]) / squares
    p = float(2 * norm.sf(abs(r) * np.sqrt(z.size)))
    said = "neighbours look independent"
    if alike(r, p, z.size):
        said = "neighbours share their errors"
    elif p < 0.05:
        said = "neighbours have opposite errors"
    return r, p, f"lag-1 correlation {r:.2f} (p = {p:.2g}): {said}"


def _normality(z: Array) -> tuple[float, float, str]:
    if z.size < 5 or np.ptp(z) == 0:
        return np.nan, np.nan, f"too few residuals ({z.size}) to judge their distribution"
    w, p = shapiro(z)
    said = "not normal" if p < 0.05 else "normal as far as they can tell"
    return float(w), float(p), f"Shapiro-Wilk {w:.3f} (p = {p:.2g}): {said}"
