"""What every fitted model of this package holds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import norm

from cemlab import _proportions, estimate
from cemlab.crm.value._maximum import Peak
from cemlab.estimate import Estimate

Array = NDArray[np.float64]
_DELTA = "delta method on the {} scale, from the curvature of the likelihood"
_ABOVE_0 = (0.0, np.inf)
_CHANCES = {"churn": (0.0, 1.0)}


@dataclass(frozen=True, eq=False, repr=False)
class Fit:
    """A model that was fitted by maximum likelihood.

    Attributes
    ----------
    model : str
        Its name.
    params : mapping of str to float
        The parameters.
    loglik : float
        Log-likelihood of the data.
    customers : float
        How many customers it rests on.
    covariance : DataFrame
        Covariance of the parameters' errors, from the curvature of the likelihood; missing
        throughout if the data do not fix all parameters: then `note` says why.
    note : str
        What is wrong with the fit; empty if nothing is.
    """

    model: str
    params: Mapping[str, float]
    loglik: float
    customers: float
    covariance: pd.DataFrame
    note: str

    @property
    def standard_errors(self) -> Mapping[str, float]:
        """Standard error of each parameter; missing if `note` says why."""
        errors = np.sqrt(np.diag(self.covariance))
        return MappingProxyType(dict(zip(self.params, errors.tolist(), strict=True)))

    @property
    def aic(self) -> float:
        """Akaike's information criterion; among models of the same data, smaller is better."""
        return 2 * len(self.params) - 2 * self.loglik

    def interval(self, level: float = 0.95) -> pd.DataFrame:
        """Return one row a parameter: `value`, `low`, `high`, `n`, `level`, `unit`, `method`.

        The interval is symmetric for the logarithm, as all parameters are positive; that of a
        chance for log(p / (1 - p)).
        """
        found = {
            name: self._estimate(
                itemgetter(place), level=level, within=_CHANCES.get(name, _ABOVE_0)
            )
            for place, name in enumerate(self.params)
        }
        return estimate.table(found).rename_axis("parameter")

    # --- for the models themselves ---

    @classmethod
    def _of(cls, peak: Peak, *, model: str, names: Sequence[str], customers: float, why: str) -> Self:  # fmt: skip
        values = np.exp(peak.place)
        note = ""
        if peak.flat.any():
            loose = [name for name, flat in zip(names, peak.flat, strict=True) if flat]
            note = f"the data do not fix {', '.join(loose)}" + (f": {why}" if why else "")
        covariance = pd.DataFrame(np.outer(values, values) * peak.covariance, names, names)
        params = MappingProxyType(dict(zip(names, values.tolist(), strict=True)))
        return cls(model, params, peak.height, float(customers), covariance, note)

    @property
    def _values(self) -> Array:
        return np.array(list(self.params.values()))

    @property
    def _log_covariance(self) -> Array:
        values = self._values
        return np.asarray(self.covariance.to_numpy() / np.outer(values, values))

    def _error(self, function: Callable[[Array], Array]) -> Array:
        """Return the standard error of what `function` makes of the parameters."""
        logs, step = np.log(self._values), self._step
        if self.note:
            return np.full(np.shape(function(self._values)), np.nan)
        slope = [
            (function(np.exp(logs + d)) - function(np.exp(logs - d))) / (2 * step)
            for d in step * np.eye(logs.size)
        ]
        return np.asarray(
            np.sqrt(np.einsum("i...,ij,j...->...", slope, self._log_covariance, slope))
        )

    @property
    def _step(self) -> float:
        return 1e-4

    def _estimate(
        self,
        function: Callable[[Array], Any],
        *,
        level: float,
        unit: str = "",
        within: tuple[float, float] = _ABOVE_0,
    ) -> Estimate:
        """Return a figure that lies within two limits, with the interval of the parameters' errors."""
        value, z = float(function(self._values)), self._z(level)
        held: dict[str, Any] = {"n": self.customers, "level": level, "unit": unit}
        (least, most), open_end = within, np.isinf(within[1])
        if self.note or not least < value < most:
            why = self.note or f"the figure is {value:g}"
            return Estimate(value, method=f"no interval: {why}", **held)

        def free(values: Array) -> Array:
            above = np.asarray(function(values)) - least
            return np.asarray(np.log(above) if open_end else logit(above / (most - least)))

        wide, middle = z * float(self._error(free)), float(free(self._values))
        ends = np.array([middle - wide, middle + wide])
        low, high = least + (np.exp(ends) if open_end else (most - least) * expit(ends))
        method = _DELTA.format("log" if open_end else "logit")
        return Estimate(value, low=low, high=high, method=method, **held)

    def _inverse(
        self,
        function: Callable[[Array], Any],
        border: str,
        *,
        level: float,
        unit: str,
        least: float,
    ) -> Estimate:
        """Return least + 1 / function, infinite where `border` is at most 1 and that is not above 0."""
        one, z = float(function(self._values)), self._z(level)
        value = least + 1 / one if one > 0 else np.inf
        held: dict[str, Any] = {"n": self.customers, "level": level, "unit": unit}
        if self.note:
            return Estimate(value, method=f"no interval: {self.note}", **held)
        wide = z * float(self._error(lambda values: np.asarray(function(values))))
        if one + wide <= 0:
            return Estimate(value, method="no interval: the figure is inf", **held)
        low, high, method = least + 1 / (one + wide), np.inf, _DELTA.format("inverse")
        if self.interval(level).loc[border, "low"] <= 1 or one <= wide:
            method += f"; no upper limit, as {border} may be at most 1"
        else:
            high = least + 1 / (one - wide)
        return Estimate(value, low=low, high=high, method=method, **held)

    @staticmethod
    def _z(level: float) -> float:
        return float(norm.ppf((1 + _proportions.confidence(level)) / 2))

    def __repr__(self) -> str:
        """Return one line: model, customers, parameters with standard errors, and the note."""
        errors = self.standard_errors
        told = [f"{k} {v:.4g}" + ("" if self.note else f" (s.e. {errors[k]:.2g})")
                for k, v in self.params.items()]  # fmt: skip
        n = "unknown" if np.isnan(self.customers) else f"{self.customers:,g}"
        start = f"{self.model}, n = {n}, log-likelihood {self.loglik:,.2f}: "
        return start + ", ".join(told) + (f"; {self.note}" if self.note else "")

    def __getstate__(self) -> dict[str, Any]:
        """Travel to other processes with everything."""
        return self.__dict__ | {"params": dict(self.params)}

    def __setstate__(self, held: dict[str, Any]) -> None:
        """Arrive there."""
        self.__dict__.update(held | {"params": MappingProxyType(held["params"])})
