"""What a fit found, and what it says about other times."""

import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cemlab import _checks, _proportions
from cemlab.calibrate import _bands, _intervals, _residuals
from cemlab.calibrate._likelihood import Array
from cemlab.calibrate._problem import Problem
from cemlab.calibrate._search import Peak

_METHODS = {
    "profile": "profile likelihood, cut for few readings",
    "bootstrap": "parametric bootstrap, studentised",
    "wald": "curvature of the likelihood, Student's quantile",
}


@dataclass(frozen=True, eq=False, repr=False)
class Fit:
    """A curve that was fitted to readings by maximum likelihood.

    Attributes
    ----------
    params : mapping of str to float
        The parameters.
    sigma : float
        Standard deviation of the noise: of the logarithm if it is relative (0.05 is about
        5 %), else in the unit of the readings. It is the likelihood's times the square root
        of n / (n - k), with n readings that have two limits and k parameters of the curve, as
        in least squares. Missing where rounded readings hold the whole curve.
    loglik : float
        Log-likelihood of the readings (their density in the unit of the readings).
    noise : str
        relative, absolute or increments.
    n : mapping of str to int
        Readings used: `exact`, `rounded`, `at least`, `alternatives` (groups), `readings`
        (all of them, a group as one).
    left_out : mapping of str to int
        Readings not used, by reason.
    covariance : DataFrame
        Covariance of the parameters' errors, from the curvature of the likelihood times
        n / (n - k) as for `sigma`; missing for a parameter on its bound, throughout if the
        readings do not fix all.
    alternatives : DataFrame
        A row for each contested reading: `time`, `value`, `group`, `weight` (given before)
        and `share` (how likely it is the right one of its group, at the optimum).
    readings : DataFrame
        What was used, in order of time: `time`, `value`, `low`, `high`, `precision`, `group`.
    warnings : tuple of str
        What a reader must know before trusting it; empty if nothing.
    """

    params: Mapping[str, float]
    sigma: float
    loglik: float
    noise: str
    n: Mapping[str, int]
    left_out: Mapping[str, int]
    covariance: pd.DataFrame
    alternatives: pd.DataFrame
    readings: pd.DataFrame
    warnings: tuple[str, ...]
    _problem: Problem = field(repr=False)
    _peak: Peak = field(repr=False)
    _extra: Array = field(repr=False)

    @property
    def curve(self) -> Callable[..., Any]:
        """The curve that was fitted."""
        return self._problem.curve

    @property
    def k(self) -> int:
        """Number of parameters, sigma among them."""
        return len(self.params) + 1

    @property
    def aic(self) -> float:
        """Akaike's information criterion; among fits to the same readings, smaller is better."""
        return 2 * self.k - 2 * self.loglik

    @property
    def aicc(self) -> float:
        """AIC with the correction for few readings; infinite where they are too few for it."""
        left = self.n["readings"] - self.k - 1
        return self.aic + 2 * self.k * (self.k + 1) / left if left > 0 else np.inf

    @property
    def bic(self) -> float:
        """Schwarz's criterion; among fits to the same readings, smaller is better."""
        return float(self.k * np.log(self.n["readings"]) - 2 * self.loglik)

    @property
    def standard_errors(self) -> Mapping[str, float]:
        """Standard error of each parameter, from the curvature; missing where `warnings` say why."""
        errors = np.sqrt(np.diag(self.covariance)).tolist()
        return MappingProxyType(dict(zip(self.params, errors, strict=True)))

    @property
    def correlation(self) -> pd.DataFrame:
        """Correlation of the parameters' errors."""
        errors = np.sqrt(np.diag(self.covariance))
        return self.covariance / np.outer(errors, errors)

    def interval(
        self,
        level: float = 0.95,
        *,
        method: str | None = None,
        replicates: int = 200,
        rng: Any = 0,
    ) -> pd.DataFrame:
        """Return one row a parameter: `value`, `low`, `high`, `n`, `level`, `unit`, `method`.

        `profile` asks how far a parameter can move until the likelihood falls too far, the
        others following; a limit is a bound or infinite where it never does. `wald` takes the
        curvature at the optimum, on the logarithm of parameters that cannot be negative.
        `bootstrap` fits new readings of the fitted curve and counts in standard errors of
        each of those fits. All trust the curve and noise that is independent: correlated
        residuals make them too short.

        Critique: where rounded readings hold a whole region of curves there is a profile
        only; it tells the region's ends.

        Parameters
        ----------
        level : float
            Confidence.
        method : str, optional
            profile (as without), wald (as without for a simulated curve), bootstrap.
        replicates : int
            How many sets of readings the bootstrap draws.
        rng : int or numpy.random.Generator
            Luck of the bootstrap.

        Raises
        ------
        ValueError
            If another method than the profile is asked for where readings are all rounded
            and hold a whole region of curves.
        """
        trust = _proportions.confidence(level)
        way = method or ("wald" if self._problem.simulated else "profile")
        _checks.one_of("method", way, _METHODS)
        made, peak, k = self._problem, self._peak, len(self.params)
        if peak.plateau and way != "profile":
            msg = f"method must be profile where rounded readings hold a whole region of curves, got {way!r}: it has no peak"
            raise ValueError(msg)
        if way == "bootstrap":
            many = _checks.whole("replicates", replicates, low=20)
            both = np.column_stack(
                _intervals.bootstrap(made, peak, trust, replicates=many, rng=_checks.generator(rng))
            )
        elif way == "profile":
            both = np.array([_intervals.ends(made, peak, i, trust) for i in range(k)])
        else:
            wide = _intervals.factor(made, trust) * np.sqrt(np.diag(self._spread)[:k])
            both = np.column_stack([peak.place[:k] - wide, peak.place[:k] + wide])
        low, high = (self._natural(both[:, side]) for side in (0, 1))
        told = _METHODS[way] + (f", {replicates} replicates" if way == "bootstrap" else "")
        return pd.DataFrame(
            {"value": list(self.params.values()), "low": low, "high": high,
             "n": self.n["readings"], "level": trust, "unit": "", "method": told},
            index=pd.Index(self.params, name="parameter"),
        )  # fmt: skip

    def profile(self, name: str, *, level: float = 0.95, points: int = 25) -> pd.DataFrame:
        """Return how the likelihood falls as one parameter moves and the others follow.

        Returns
        -------
        DataFrame
            `value`, `fall` (twice the fall of the log-likelihood), `cut` (what an interval of
            this level allows), `loglik`, and the other parameters and `sigma` there.
        """
        i = list(self.params).index(_checks.one_of("name", name, self.params))
        trust = _proportions.confidence(level)
        many = _checks.whole("points", points, low=5)
        made, peak = self._problem, self._peak
        low, high = _intervals.ends(made, peak, i, trust)
        middle = float(peak.place[i])
        far = 4.0 if made.log[i] else 10.0
        low, high = max(low, middle - far), min(high, middle + far)
        low, high = middle - 1.25 * (middle - low), middle + 1.25 * (high - middle)
        low, high = max(low, made.low[i]), min(high, made.high[i])
        rows = _intervals.profile(made, peak, i, low, high, many)
        values = np.array([made.values(row[2:]) for row in rows])
        table = {"value": values[:, i], "fall": rows[:, 1], "cut": _intervals.cut(made, trust)}
        table |= {"loglik": peak.height - rows[:, 1] / 2}
        table |= {other: values[:, j] for j, other in enumerate(self.params) if j != i}
        wider = np.sqrt(_intervals.widening(made))
        return pd.DataFrame(table | {"sigma": np.exp(rows[:, -1]) * wider})

    def predict(self, times: ArrayLike, *, level: float = 0.95) -> pd.DataFrame:
        """Return the curve at other times, with two bands.

        `low` and `high` hold the curve (the parameters are uncertain), `reading_low` and
        `reading_high` a new exact reading of it (noise besides). Both suppose that the curve
        goes on as it did: no band knows of a second wave. With noise="increments" a value
        goes on from the last reading before it, and the second band is that of a next reading.
        Where rounded readings hold a whole region of curves, the bands reach from the lowest
        to the highest of them.

        Parameters
        ----------
        times : array_like of float
            In the unit of the fit.

        Returns
        -------
        DataFrame
            `time`, `value`, `low`, `high`, `reading_low`, `reading_high`.
        """
        trust = _proportions.confidence(level)
        try:
            when = np.atleast_1d(np.asarray(times, np.float64))
        except (TypeError, ValueError):
            when = np.empty((0, 0))
        if when.ndim != 1 or not np.isfinite(when).all():
            msg = f"times must be finite numbers in the unit of the fit, got {times!r}"
            raise ValueError(msg)
        return _bands.at_times(
            self._problem, self._peak, self._spread_known, self.sigma, when, trust
        )

    def residuals(self, *, rng: Any = None) -> pd.DataFrame:
        """Return how far each reading is from the curve, in units of sigma.

        The residual of a rounded reading or a lower bound is the mean of what its interval
        allows; with `rng` it is one draw from that (a randomised quantile residual, standard
        normal if all is right).

        Returns
        -------
        DataFrame
            `time`, `value`, `precision`, `group`, `fitted`, `residual`, `share`.

        References
        ----------
        Dunn, P. K. and Smyth, G. K. (1996). Randomized quantile residuals. Journal of
        Computational and Graphical Statistics 5: 236-244.
        """
        made, place = self._problem, self._peak.place.copy()
        if np.isfinite(self.sigma) and self.sigma > 0:
            place[-1] = np.log(self.sigma)
        luck = None if rng is None else _checks.generator(rng)
        found = _residuals.standardised(made, place, luck)
        table = self.readings[["time", "value", "precision", "group"]]
        return table.assign(
            fitted=made.expected(place),
            residual=found,
            share=made.terms(self._peak.place).share,
        )

    def checks(self) -> pd.DataFrame:
        """Return whether residuals look like independent luck: `value`, `p`, `sentence`.

        Runs of one sign (Wald-Wolfowitz), correlation of neighbours in time, normality
        (Shapiro-Wilk); of trusted exact and rounded readings only.
        """
        table = self.residuals()
        good = (table["group"] < 0) & (table["precision"] != "at least")
        return _residuals.checks(table.loc[good, "residual"].to_numpy(float))

    def __repr__(self) -> str:
        """Return one line: readings, parameters with standard errors, sigma, and the warnings."""
        errors = self.standard_errors
        told = [f"{k} {v:.4g}" + (f" (s.e. {errors[k]:.2g})" if errors[k] == errors[k] else "")
                for k, v in self.params.items()]  # fmt: skip
        start = f"n = {self.n['readings']:,}, log-likelihood {self.loglik:,.2f}: {', '.join(told)}"
        return f"{start}, sigma {self.sigma:.3g}" + "".join(f"; {one}" for one in self.warnings)

    def __getstate__(self) -> dict[str, Any]:
        """Travel to other processes with everything; the curve must have a name to be found by."""
        try:
            pickle.dumps(self.curve)
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            msg = f"curve must be a function with a name at the top of a module to be pickled with its fit, got {self.curve!r}: define it there with def"
            raise pickle.PicklingError(msg) from error
        held = {name: dict(getattr(self, name)) for name in ("params", "n", "left_out")}
        return self.__dict__ | held

    def __setstate__(self, held: dict[str, Any]) -> None:
        """Arrive there."""
        names = ("params", "n", "left_out")
        self.__dict__.update(held | {name: MappingProxyType(held[name]) for name in names})

    def __copy__(self) -> "Fit":
        """Return itself: it never changes."""
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "Fit":
        """Return itself: it never changes."""
        return self

    # --- inside ---

    @property
    def _spread(self) -> Array:
        """Covariance on the scales of the search, with the luck of a simulated curve."""
        k = len(self.params)
        wider = _intervals.widening(self._problem)
        return np.asarray(self._peak.covariance[:k, :k] * wider + self._extra)

    @property
    def _spread_known(self) -> Array:
        """The same with parameters on a bound taken as known, and loose ones as good as free."""
        k = len(self.params)
        wider = _intervals.widening(self._problem)
        return np.asarray(self._peak.wide[:k, :k] * wider + self._extra)

    def _natural(self, ends: Array) -> Array:
        made = self._problem
        found = np.where(np.isnan(ends), np.nan, made.values(np.append(ends, 0.0)))
        bottom = ends <= made.low[: ends.size] + 1e-6
        return np.where(bottom & np.isfinite(made.least), made.least, found)
