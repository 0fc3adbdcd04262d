"""Shares as if every channel had the same mix of cases: a logit, then standardisation."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm  # type: ignore[import-untyped, unused-ignore]
from numpy.typing import NDArray
from scipy import special, stats

from cemlab.observation import Observation

_BEYOND = 15.0
"""A logit as far from 0 as this stands for all or nothing: 3 in 10 million."""

_ALL_SAME = "all journeys end the same way"
_PLAIN = "logit, delta method"
_SEPARATED = "logit with {} pseudo-journeys (separation), delta method"


@dataclass(frozen=True, eq=False)
class Standardised:
    """Shares of k channels for one mix of cases, and their covariance, shapes (k,) and (k, k)."""

    share: NDArray[np.float64]
    covariance: NDArray[np.float64]
    method: str

    def row(self, k: int, level: float) -> dict[str, float | str]:
        """Return channel k's share and its interval, worked out on the scale of the logit."""
        share, variance = float(self.share[k]), float(self.covariance[k, k])
        logit = special.logit(share)
        wide = (
            stats.norm.ppf(0.5 + level / 2) * np.sqrt(variance) / max(share * (1 - share), 1e-300)
        )
        low, high = (float(special.expit(end)) for end in (logit - wide, logit + wide))
        return _named(share, low, high, self.method)

    def difference(self, one: int, other: int, level: float) -> dict[str, float | str]:
        """Return the share of one channel less the other's, and its interval."""
        found = float(self.share[one] - self.share[other])
        variance = self.covariance[one, one] + self.covariance[other, other]
        variance = max(variance - 2 * self.covariance[one, other], 0.0)
        wide = float(stats.norm.ppf(0.5 + level / 2) * np.sqrt(variance))
        return _named(found, max(found - wide, -1.0), min(found + wide, 1.0), self.method)


def cases(seen: Observation, names: Sequence[str], journey: NDArray[np.int64]) -> pd.DataFrame:
    """Return what describes these journeys' cases, read in the first row of each."""
    for name in names:
        if name not in seen.log:
            shown = ", ".join(map(str, seen.log.columns))
            msg = f"adjust must be columns of the log, got {name!r}: there are {shown}"
            raise ValueError(msg)
    first = seen.first_row(np.ones(len(seen.log), bool))[journey]
    table = seen.log[list(names)].take(first).reset_index(drop=True)
    for name, column in table.items():
        if column.dtype.kind in "iuf" and column.isna().any():
            msg = (
                f"adjust must be known in the first row of every journey, got {name!r} missing in "
                f"{int(column.isna().sum())} of {len(column)}: fill it, or make it a name"
            )
            raise ValueError(msg)
    return table


def standardised(
    case: pd.DataFrame, channel: NDArray[np.int64], resolved: NDArray[np.bool_]
) -> Standardised:
    """Return the share resolved by channel, as if each had all cases; at least two channels."""
    channels = int(channel.max()) + 1
    cell, codes = _cells(case, channel)
    first = np.unique(cell, return_index=True)[1]
    n = np.bincount(cell).astype(np.float64)
    good = np.bincount(cell, weights=resolved.astype(np.float64))
    everyone = np.eye(channels)
    by_channel = everyone[channel[first]]
    terms = _terms(case, codes, first)
    design = np.column_stack([by_channel, terms])
    apart = np.linalg.matrix_rank(np.column_stack([np.ones(len(n)), terms])) + channels - 1
    if np.linalg.matrix_rank(design) < apart:
        msg = (
            f"adjust must leave the channels apart, got {list(case.columns)}: they tell the "
            "channel, so no case can be compared across channels"
        )
        raise ValueError(msg)
    overall = good.sum() / n.sum()
    if overall in (0.0, 1.0):
        unknown = np.full((channels, channels), np.nan)
        return Standardised(np.full(channels, overall), unknown, _ALL_SAME)
    (beta, covariance), method = _fit(good, n - good, design), _PLAIN
    if np.abs(design @ beta).max() > _BEYOND:
        size = design.shape[1]
        more = np.full(len(n), size / len(n))
        (beta, covariance) = _fit(good + more * overall, n - good + more * (1 - overall), design)
        method = _SEPARATED.format(size)
    share, slope = np.empty(channels), np.empty((channels, design.shape[1]))
    for k in range(channels):
        there = np.column_stack([np.tile(everyone[k], (len(n), 1)), terms])
        p = special.expit(there @ beta)
        share[k] = np.average(p, weights=n)
        slope[k] = (n * p * (1 - p)) @ there / n.sum()
    return Standardised(share, slope @ covariance @ slope.T, method)


# --- inside ------------------------------------------------------------------------


def _cells(
    case: pd.DataFrame, channel: NDArray[np.int64]
) -> tuple[NDArray[np.int64], dict[str, NDArray[np.int64]]]:
    """Return each journey's cell (channel and case, alike in all), and the columns' codes."""
    cell, codes = channel, {}
    for name, column in case.items():
        code, values = pd.factorize(column, sort=True, use_na_sentinel=True)
        codes[str(name)] = code.astype(np.int64) + 1  # 0: a missing name
        cell = np.unique(cell * (len(values) + 1) + codes[str(name)], return_inverse=True)[1]
    return cell, codes


def _terms(
    case: pd.DataFrame, codes: dict[str, NDArray[np.int64]], first: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the terms of the logit by cell: a number as it is, a name by its levels but one."""
    columns = [np.empty((first.size, 0))]
    for name, column in case.items():
        if column.dtype.kind in "iuf":
            values = column.to_numpy(np.float64)
            spread = values.std() or 1.0
            columns.append(((values - values.mean()) / spread)[first, None])
        else:
            level = np.unique(codes[str(name)], return_inverse=True)[1]
            columns.append(np.eye(int(level.max()) + 1)[level[first]][:, 1:])
    return np.column_stack(columns)


def _fit(
    good: NDArray[Any], rest: NDArray[Any], design: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the logit's coefficients and their covariance; separation is for the caller to see."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        model = sm.GLM(np.column_stack([good, rest]), design, family=sm.families.Binomial())
        fitted = model.fit(maxiter=100)
    return np.asarray(fitted.params), np.asarray(fitted.cov_params())


def _named(value: float, low: float, high: float, method: str) -> dict[str, float | str]:
    return {"adjusted": value, "adjusted_low": low, "adjusted_high": high, "method": method}
