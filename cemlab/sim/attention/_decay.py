"""How a rate falls after its peak: three laws on logs, and their comparison."""

import math
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.stats import t

from cemlab.estimate import Estimate

Array = NDArray[np.float64]
LAWS = ("power law", "exponential", "stretched exponential")
FEWEST = 8
"""Points that a fit needs."""

_EXACT = 1e-12
_LEAST_STRETCH = 0.02
_MOST_ALIKE = 0.9


class Law(NamedTuple):
    """log rate = height - pull x f(days), with f from the law and its shape."""

    height: float
    pull: float
    shape: float
    squares: float
    parameters: int


def curve(name: str, law: Law, days: Array) -> Array:
    """Return the rates that a law gives."""
    return np.asarray(np.exp(law.height - law.pull * _term(name, days, law.shape)))


def _term(name: str, days: Array, shape: float) -> Array:
    return np.log(days) if name == "power law" else days**shape


def fit(days: Array, rate: Array) -> dict[str, Law]:
    """Return each law fitted to the logs by least squares; it may not rise.

    >>> x = np.arange(1.0, 20)
    >>> round(fit(x, 100 * np.exp(-x / 5))["exponential"].pull, 6)
    0.2
    """
    y = np.log(rate)

    def line(name: str, shape: float) -> Law:
        x = _term(name, days, shape)
        gap = x - x.mean()
        pull = max(-float(gap @ y) / float(gap @ gap), 0.0)
        height = float(y.mean() + pull * x.mean())
        squares = float(((y - height + pull * x) ** 2).sum())
        return Law(height, pull, shape, squares, 4 if name == LAWS[2] else 3)

    best = minimize_scalar(
        lambda shape: line(LAWS[2], shape).squares, bounds=(_LEAST_STRETCH, 1.0), method="bounded"
    )
    return {LAWS[0]: line(LAWS[0], 0.0), LAWS[1]: line(LAWS[1], 1.0), LAWS[2]: line(LAWS[2], float(best.x))}  # fmt: skip


def compared(laws: dict[str, Law], n: int) -> pd.DataFrame:
    """Return the laws with their parameters and how much worse each is than the best (AICc)."""
    rows = []
    for name, law in laws.items():
        k = law.parameters
        spread = max(law.squares / n, _EXACT**2)
        aicc = n * np.log(spread) + 2 * k + 2 * k * (k + 1) / (n - k - 1)
        tau = law.pull ** (-1 / law.shape) if law.shape and law.pull else np.nan
        rows.append({"exponent": law.pull if name == LAWS[0] else np.nan, "tau_days": tau,
                     "stretch": law.shape or np.nan, "height": np.exp(law.height),
                     "sd_of_logs": np.sqrt(law.squares / (n - k + 1)), "aicc": aicc})  # fmt: skip
    table = pd.DataFrame(rows, index=pd.Index(laws, name="law"))
    table["delta"] = table["aicc"] - table["aicc"].min()
    return table


def exponent(days: Array, rate: Array, level: float) -> Estimate:
    """Return minus the slope of log rate on log days, with an interval that allows for waves."""
    import statsmodels.api as sm  # type: ignore[import-untyped, unused-ignore]

    n = days.size
    fitted = sm.OLS(np.log(rate), sm.add_constant(np.log(days))).fit()
    wave = _wave(np.asarray(fitted.resid))
    se = float(fitted.HC3_se[1]) * math.sqrt((1 + wave) / (1 - wave))
    value, reach = -float(fitted.params[1]), float(t.ppf((1 + level) / 2, n - 2)) * se
    method = f"least squares on logs, {days.min():.3g} to {days.max():.3g} days from the peak, HC3 errors widened for waves (autocorrelation {wave:.2f})"
    return Estimate(value, low=value - reach, high=value + reach, n=n, level=level, method=method, parts={"se": se})  # fmt: skip


def _wave(rest: Array) -> float:
    """Return how alike neighbouring residuals are, at least 0, corrected for few days."""
    squares = float(rest @ rest)
    if squares < rest.size * _EXACT**2:
        return 0.0
    alike = float(rest[1:] @ rest[:-1]) / squares
    return min(max(alike + (2 + 3 * alike) / rest.size, 0.0), _MOST_ALIKE)
