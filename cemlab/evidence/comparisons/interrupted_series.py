"""Interrupted series: one course before and after, and the line it would have followed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.diagnostic import (  # type: ignore[import-untyped, unused-ignore]
    acorr_ljungbox,
)

from cemlab import _checks
from cemlab.estimate import Estimate
from cemlab.evidence.comparisons import _cautions, _segments, _units
from cemlab.evidence.comparisons._segments import Array, Design, Fitted
from cemlab.evidence.shares import _finding

_HOW = {
    "hac": "segmented regression, Newey-West errors",
    "ar1": "segmented regression, AR(1) errors by restricted likelihood (Prais-Winsten)",
    "glsar": "segmented regression, AR(1) errors by GLSAR",
    "ols": "segmented regression, errors taken to be independent",
}
_CHANGES = {"both": (True, True), "level": (True, False), "slope": (False, True)}


@dataclass(frozen=True, eq=False)
class InterruptedSeries:
    """A series with a break at an interruption, and the line it would have followed.

    Attributes
    ----------
    changes : DataFrame
        By `change` (level, slope; with several interruptions also their time): `value` (level:
        unit of the series, on the first point at or after the event; slope: that a period),
        `low`, `high`, `n`, `se`, `t`, `p`.
    path : DataFrame
        By time: `observed`, `fitted`, `counterfactual` (no break), its `low` and `high` (of the
        line), `point_low` and `point_high` (of single points without a break: wider, as points
        scatter around the line), `gap` (observed - counterfactual), `after` (0: before, k: after
        the k-th interruption).
    checks : mapping of str to float
        `autocorrelation` (of residuals, one period), `durbin_watson`, `sd` (of residuals), `lags`
        (HAC only), `rho` (AR(1) only, else 0), and `ljung_box_p`: is there memory that the errors
        do not allow for (AR(1): what is left of the residuals after rho).
    warnings : tuple of str
        What a reader has to know before the figures.
    events : tuple
        Time of the first point of each part after an interruption.
    method : str
        The regression and its errors.
    """

    changes: pd.DataFrame
    path: pd.DataFrame
    checks: Mapping[str, float]
    warnings: tuple[str, ...]
    events: tuple[Any, ...]
    method: str
    level_of_confidence: float
    _design: Design
    _fit: Fitted

    @property
    def level(self) -> Estimate:
        """Change of level at the first interruption (unit of the series)."""
        return self._change("level")

    @property
    def slope(self) -> Estimate:
        """Change of slope at the first interruption (unit of the series a period)."""
        return self._change("slope")

    def effect(self, periods: int = 0) -> Estimate:
        """Return how far the series is off its old line so many periods after the last interruption.

        All breaks are added up, of level and of slope.
        """
        since = _checks.whole("periods", periods, low=0)
        t = np.array([float(self._design.places[-1] + since)])
        row = self._design.columns(t)[0]
        row[: self._design.plain] = 0.0
        return self._estimate(row, "unit of the series")

    def predict(self, ahead: int) -> pd.DataFrame:
        """Return both lines for the next periods: `ahead`, `expected`, `counterfactual`, `low`, `high`.

        The limits are those of the `expected` line, not of single points; what the residuals
        still remember of the last points is left out.
        """
        many = _checks.whole("ahead", ahead, low=1)
        t = len(self.path) + np.arange(many, dtype=float)
        x = self._design.columns(t)
        line, low, high = _line(x, self._fit, self.level_of_confidence)
        plain = _without_breaks(x, self._design) @ self._fit.values
        return pd.DataFrame(
            {"expected": line, "counterfactual": plain, "low": low, "high": high},
            pd.RangeIndex(1, many + 1, name="ahead"),
        )

    def _change(self, kind: str) -> Estimate:
        kinds = [name for name, k in self._design.breaks if k == 0]
        _checks.one_of("change", kind, kinds)
        row = np.zeros(len(self._fit.values))
        row[self._design.plain + kinds.index(kind)] = 1.0
        unit = "unit of the series" + (" a period" if kind == "slope" else "")
        return self._estimate(row, unit)

    def _estimate(self, row: Array, unit: str) -> Estimate:
        value, low, high = (float(x[0]) for x in _line(row[None], self._fit, self.level_of_confidence))  # fmt: skip
        return Estimate(value, low=low, high=high, n=len(self.path), unit=unit,
                        level=self.level_of_confidence, method=self.method)  # fmt: skip


def interrupted(
    series: Any,
    *,
    event: Any,
    change: str = "both",
    seasons: int = 0,
    errors: str = "ar1",
    lags: int | None = None,
    level: float = 0.95,
) -> InterruptedSeries:
    r"""Fit a line with a break of level and slope at an event, and the line without it.

    :math:`y_t = a + b t + L D_t + S (t - t_0) D_t`, with :math:`D_t = 1` from the event on: L is
    the change of level, S that of slope.

    *Critique.* Whatever else changed at that time is in the break, and a line continued for long
    is a belief. A single series has no control. Neighbouring points are alike, which makes errors
    look small. Of 2,000 simulated series of AR(.5) noise without any break (s.e. at most 1 in
    100), for 24, 48 and 100 points with the event in the middle, a test of the level at 5 % finds
    one in 10, 8 and 6 of 100 with ``errors="ar1"``, the default; in 18, 11 and 8 by GLSAR; in 25,
    21 and 15 by Newey-West, which is the habit of the field. Newey-West counts on long parts on
    both sides. Even in noise without memory it finds a level in 16, 12 and 10 of 100, and near an
    end of the series in far more: in 28 with 10 points after the event and in 56 with 3,
    though there are 120 in all (800 series). The warnings say which case this is.

    Parameters
    ----------
    series : array_like or Series, shape (n,)
        Numbers in order at regular distances; if a Series, by dates or numbers, in any order.
    event : time or list of times
        A date, a number of the index, or without index a place counted from 0. The first point at
        or after it is the first one changed; a warning says so if the event lies between two.
        Several are several breaks.
    change : str
        What may break: `both`, `level` or `slope`.
    seasons : int
        Length of the seasons in periods, such as 12 for months: each has a level of its own. 0: none.
    errors : str
        `ar1` (AR(1) noise, restricted likelihood), `hac` (Newey-West), `glsar` (AR(1) as iterated
        by statsmodels) or `ols` (independent errors).
    lags : int, optional
        For `hac` only: lags of the Bartlett kernel; 4 (n / 100)^(2/9) if left out.
    level : float
        Confidence of intervals (t, n less coefficients), at least 0.5.

    Returns
    -------
    InterruptedSeries
        Changes with intervals, path, counterfactual, checks, warnings.

    Raises
    ------
    ValueError
        If values are missing or all the same, times are not regular, or the event leaves
        fewer than 3 points on a side.

    References
    ----------
    .. [1] W. Newey, K. West, "A simple, positive semi-definite, heteroskedasticity and
       autocorrelation consistent covariance matrix", Econometrica 55, 1987.
    .. [2] A. Wagner, S. Soumerai, F. Zhang, D. Ross-Degnan, "Segmented regression analysis of
       interrupted time series studies in medication use research", Journal of Clinical Pharmacy
       and Therapeutics 27, 2002.
    .. [3] W.-K. Cheang, G. Reinsel, "Bias reduction of autoregressive estimates in time series
       regression model through restricted maximum likelihood", JASA 95, 2000.

    Examples
    --------
    >>> found = interrupted([1, 2, 3, 4, 5, 11, 12, 13, 14, 15.5], event=5, errors="ols")
    >>> round(found.level, 3), round(found.slope, 3)
    (4.9, 0.1)
    >>> found.path["counterfactual"].round(3).tolist()[-2:]
    [9.0, 10.0]
    """
    trust = _finding.confidence(level)
    _checks.one_of("errors", errors, _HOW)
    levels, slopes = _CHANGES[_checks.one_of("change", change, _CHANGES)]
    season = _checks.whole("seasons", seasons, low=0)
    if lags is not None and errors != "hac":
        msg = f'lags must be left out unless errors="hac", got {lags!r} with {errors}'
        raise ValueError(msg)
    known = _segments.read(series)
    reach = None if lags is None else _checks.whole("lags", lags, low=0, high=known.size - 1)
    places, notes = _segments.places(known, event)
    design = Design(places, slopes, levels, season if season > 1 else 0)
    fitted = _segments.fit(known.to_numpy(), design, errors, reach)
    checks = _residuals(fitted)
    events = tuple(known.index[place] for place in places)
    told = f"{_HOW[errors]}, {fitted.lags:g} lags" if errors == "hac" else _HOW[errors]
    return InterruptedSeries(
        changes=_changes(fitted, design, events, known.size, trust),
        path=_path(known, fitted, design, checks["sd"], trust),
        checks=checks,
        warnings=_cautions.cautions(places, known.size, errors, checks, notes),
        events=events,
        method=told,
        level_of_confidence=trust,
        _design=design,
        _fit=fitted,
    )


# --- inside ------------------------------------------------------------------------


def _line(x: Array, fit: Fitted, level: float) -> tuple[Array, Array, Array]:
    line = x @ fit.values
    spread = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", x, fit.covariance, x), 0.0))
    wide = stats.t.ppf((1 + level) / 2, fit.df) * spread
    return line, line - wide, line + wide


def _without_breaks(x: Array, design: Design) -> Array:
    return np.hstack([x[:, : design.plain], np.zeros((len(x), x.shape[1] - design.plain))])


def _changes(
    fit: Fitted, design: Design, events: Sequence[Any], n: int, level: float
) -> pd.DataFrame:
    rows = np.eye(fit.values.size)[design.plain :]
    value, low, high = _line(rows, fit, level)
    names = [
        kind if len(events) == 1 else f"{kind} {_units.shown(events[k])}"
        for kind, k in design.breaks
    ]
    table = pd.DataFrame({"value": value, "low": low, "high": high, "n": n}, pd.Index(names, name="change"))  # fmt: skip
    table["se"] = np.sqrt(np.maximum(np.diag(fit.covariance)[design.plain :], 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        table["t"] = value / table["se"].to_numpy()
    table["p"] = 2 * stats.t.sf(table["t"].abs(), fit.df)
    return table


def _path(
    series: "pd.Series[float]", fit: Fitted, design: Design, sd: float, level: float
) -> pd.DataFrame:
    t = np.arange(series.size, dtype=float)
    x = design.columns(t)
    line, low, high = _line(_without_breaks(x, design), fit, level)
    table = pd.DataFrame({"observed": series, "fitted": x @ fit.values, "counterfactual": line})
    table["low"], table["high"] = low, high
    wide = np.hypot(high - line, stats.t.ppf((1 + level) / 2, fit.df) * sd)
    table["point_low"], table["point_high"] = line - wide, line + wide
    table["gap"] = table["observed"] - table["counterfactual"]
    table["after"] = np.searchsorted(design.places, t, side="right")
    return table.rename_axis("time")


def _residuals(fit: Fitted) -> Mapping[str, float]:
    rest = fit.residuals - fit.residuals.mean()
    total = float(rest @ rest)
    flat = total <= 1e-18 * rest.size * (1 + float(np.abs(fit.values).max()) ** 2)
    first = 0.0 if flat else float(rest[1:] @ rest[:-1]) / total
    watson = 2.0 if flat else float(np.sum(np.diff(fit.residuals) ** 2) / (fit.residuals @ fit.residuals))  # fmt: skip
    many = max(1, min(10, rest.size // 5))
    fresh = _segments.whitened(rest, fit.rho)
    p = 1.0 if flat else float(acorr_ljungbox(fresh, lags=[many])["lb_pvalue"].iloc[0])
    return MappingProxyType(
        {
            "autocorrelation": first,
            "durbin_watson": watson,
            "ljung_box_p": p,
            "lags": fit.lags,
            "rho": fit.rho,
            "sd": float(np.sqrt(fit.residuals @ fit.residuals / fit.df)),
        }
    )
