"""From event times back to parameters: Hawkes processes by maximum likelihood."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks, _luck
from cemlab.sim.attention import _doubts, _likelihood, _peak, _starts
from cemlab.sim.attention import memory as _memory
from cemlab.sim.attention._likelihood import Events
from cemlab.sim.attention._peak import Peak
from cemlab.sim.attention._residuals import ResidualCheck, check_residuals

Array = NDArray[np.float64]

_MANY = 20_000
_NO_GAIN = 1e-3


@dataclass(frozen=True, eq=False, repr=False)
class HawkesFit:
    """A Hawkes process fitted to event times; see :func:`fit_hawkes`.

    Attributes
    ----------
    params : mapping
        `background` (events a unit of time; a factor of the shape; or `background from T` for
        each span between changes), `branching` (follow-ups an event), and `mean` (unit of
        time), or `theta` and `cutoff` (unit of time). Where no excitement is seen, branching is
        0 and the memory's parameters are missing.
    standard_errors : mapping
        From the observed information; nan where the likelihood is flat or at a border.
    loglik, aic : float
        Log-likelihood at the peak; 2 * parameters - 2 * loglik (smaller is better).
    poisson_loglik, poisson_aic : float
        The same without any excitement: all events from outside.
    n : int
        Number of events explained.
    horizon : float
        How long was watched (unit of time).
    warnings : tuple of str
        What to know before this is believed, a sentence each.
    """

    params: Mapping[str, float]
    standard_errors: Mapping[str, float]
    loglik: float
    aic: float
    poisson_loglik: float
    poisson_aic: float
    n: int
    horizon: float
    kind: str
    warnings: tuple[str, ...]
    _events: Events = field(repr=False)
    _top: Peak = field(repr=False)
    _bounds: tuple[Array, Array] = field(repr=False)

    def __post_init__(self) -> None:
        for name in ("params", "standard_errors"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to other processes (sweeps): read-only mappings as plain ones."""
        held = (getattr(self, one.name) for one in fields(self))
        return HawkesFit, tuple(dict(x) if isinstance(x, Mapping) else x for x in held)

    @property
    def memory(self) -> _memory.Memory:
        """The fitted memory: what the other functions take; any one does if branching is 0."""
        return _likelihood.memory_at(self.kind, self._top.place[self._events.levels + 1 :])

    def residuals(self) -> Array:
        """Return the gaps between events on the fitted clock, shape (n,)."""
        return _starts.gaps(self._events, self.kind, self._top.place)

    def check(self, *, replicates: int = 99, rng: Any = 0) -> ResidualCheck:
        """Test whether the residuals are independent draws of Exp(1), the fit allowed for.

        Histories are drawn from the fitted model and fitted anew: a p-value is the share of them
        that stray at least as far, the events themselves counted among them. It takes the time
        of so many fits, about half a second for a thousand events.

        Critique: distance and correlation of gaps see little of a wrong memory; a large p-value
        is not a proof. Compare the AIC of other models, as the warnings of the fit do.

        Parameters
        ----------
        replicates : int
            How many histories, at least 19; 99 give p-values in steps of .01.
        rng : int or numpy.random.Generator
            Source of luck.

        Raises
        ------
        ValueError
            If the fitted model explodes: most of its histories have ten times as many events.
        """
        from cemlab.sim.attention import _replicates

        many = _checks.whole("replicates", replicates, low=19)
        found = check_residuals(self.residuals())
        common: dict[str, Any] = {"replicates": many, "key": _luck.key(rng)}
        distances, alike = _replicates.strays(self._events, self.kind, self._top.place, **common)
        further = int((distances >= found.distance).sum())
        stronger = int((np.abs(alike) >= abs(found.correlation)).sum())
        return replace(found, p_value=(1 + further) / (1 + many),
                       correlation_p_value=(1 + stronger) / (1 + many), replicates=many)  # fmt: skip

    def interval(self, level: float = 0.95) -> pd.DataFrame:
        """Return intervals by profile likelihood, a row a parameter: `value`, `low`, `high`, `n`.

        A limit is 0 or infinite where the likelihood never falls far enough: the events do not
        bound the parameter on that side.

        Parameters
        ----------
        level : float
            Confidence, above 0 and below 1.
        """
        from scipy.stats import chi2

        drop = float(chi2.ppf(_likelihood.level_of(level), 1)) / 2
        score = partial(_likelihood.score, self._events, self.kind)
        rows = []
        for k, value in enumerate(self.params.values()):
            low, high = (
                float(np.exp(_peak.limit(score, self._top, k, drop, *self._bounds, sign)))
                for sign in (-1, 1)
            )
            if np.isnan(value):
                low, high = 0.0, np.inf
            rows.append({"value": value, "low": low, "high": high, "n": self.n})
        return pd.DataFrame(rows, index=pd.Index(self.params, name="parameter"))

    def __repr__(self) -> str:
        """Return one line: events, parameters with standard errors, AIC, and the warnings."""
        errors = self.standard_errors
        told = [
            f"{name} {value:.3g}"
            + ("" if np.isnan(errors[name]) else f" (s.e. {errors[name]:.2g})")
            for name, value in self.params.items()
        ]
        start = f"Hawkes, {self.kind} memory, n = {self.n:,} events in {self.horizon:g}"
        found = f"{start}: {', '.join(told)}; AIC {self.aic:.1f}, without excitement {self.poisson_aic:.1f}"
        return found + "".join(f"; {one}" for one in self.warnings)


def fit_hawkes(
    times: ArrayLike,
    *,
    horizon: float,
    memory: str = "exponential",
    shock: int = 0,
    background: Any = None,
    shape: Any = None,
    changes: ArrayLike | None = None,
) -> HawkesFit:
    """Fit a Hawkes process to event times by maximum likelihood.

    Parameters
    ----------
    times : array_like of float
        Times of all events in [0, horizon]; they need not be sorted. Dates: see :func:`elapsed`.
    horizon : float
        How long was watched, above 0 (unit of time). Not the last event, but the end of looking.
    memory : str
        "exponential" or "power law".
    shock : int
        How many of the events at time 0 came from outside (the first post): they excite, but
        are not explained.
    background : float or table of steps, optional
        What comes from outside, if it is known: 0 for a cascade of one post. None: it is fitted.
    shape : table of steps, optional
        How the outside changes, up to a factor that is fitted: the rhythm of a day (`repeated`),
        or a campaign.
    changes : array_like of float, optional
        Times at which the outside may change; its level in each span is fitted.

    Returns
    -------
    HawkesFit

    Raises
    ------
    ValueError
        If there are not more events than parameters, a time is missing or outside
        [0, horizon], or more than one of `background`, `shape` and `changes` is given.

    Notes
    -----
    A power law is taken as a sum of exponentials (relative error below 1e-9). Branching is
    looked for up to 20.

    Up to ten thousand events, two rivals are tried quickly and warned of: the other kind of
    memory, if its AIC is lower by 6 or more; and, where the outside is taken as steady, one that
    changes (a level in each of 2, 4, ... 64 equal spans, or a rhythm), if its BIC is lower by 6
    or more and it takes away more than half of the branching. No such warning is no proof: changes of other shapes pass.

    *Critique.* Excitement and a changing outside look alike: events that come in crowds since
    the outside does are read as a branching well above 0, even near 1 (Filimonov & Sornette 2015). A power law is
    hard to pin down: theta, cutoff, branching and background trade off against each other.
    "Excited by" means "followed by": nobody has seen who read whom. Intervals hold if the model
    does, and with many events.

    References
    ----------
    .. [1] Y. Ogata, "The asymptotic behaviour of maximum likelihood estimators for stationary
       point processes", Annals of the Institute of Statistical Mathematics 30, 1978.
    .. [2] V. Filimonov, D. Sornette, "Apparent criticality and calibration issues in the Hawkes
       self-excited point process model: application to high-frequency financial data",
       Quantitative Finance 15, 2015.

    Examples
    --------
    >>> from cemlab.sim.attention import hawkes
    >>> times = hawkes(background=1, branching=0.5, memory=0.5, horizon=1000, rng=1)
    >>> fit = fit_hawkes(times, horizon=1000)
    >>> abs(fit.params["branching"] - 0.5) < 4 * fit.standard_errors["branching"]
    True
    >>> fit.loglik > fit.poisson_loglik
    True
    """
    kind = _checks.one_of("memory", memory, _starts.KINDS)
    events = Events.of(times, horizon, shock, background, shape, changes)
    names = [*_level_names(events, changes), "branching", *_starts.KINDS[kind]]
    n = events.explained.size
    if n <= len(names):
        msg = f"times must have more events to explain than there are parameters ({len(names)}), got {n}"
        raise ValueError(msg)
    if not np.ptp(events.times) > 0:
        msg = f"times must be at two different moments or more, got {events.times[0]:g} only"
        raise ValueError(msg)
    levels, poisson = events.poisson()
    low, high = _starts.bounds(events, kind)
    starts = list(_starts.starts(events, kind, levels))
    score = partial(_likelihood.score, events, kind)
    climbs = 2 if n <= _MANY else 1
    peak = _peak.maximise(score, starts, low, high, climbs=climbs)
    peak = _unexcited(events, peak, low, score)
    values = _shown(events, peak)
    errors = values * np.sqrt(np.diag(peak.covariance))
    return HawkesFit(
        params=dict(zip(names, values.tolist(), strict=True)),
        standard_errors=dict(zip(names, errors.tolist(), strict=True)),
        loglik=peak.height,
        aic=2 * len(names) - 2 * peak.height,
        poisson_loglik=poisson,
        poisson_aic=2 * events.levels - 2 * poisson,
        n=n,
        horizon=events.horizon,
        kind=kind,
        warnings=tuple(_doubts.warnings(events, kind, names, peak)),
        _events=events,
        _top=peak,
        _bounds=(low, high),
    )


# --- inside ------------------------------------------------------------------------


def _level_names(events: Events, changes: Any) -> list[str]:
    if changes is None:
        return ["background"] * events.levels
    edges = np.append(0.0, np.cumsum(events.whole)[:-1])
    return [f"background from {edge:g}" for edge in edges]


def _unexcited(events: Events, peak: Peak, low: Array, score: _peak.Score) -> Peak:
    """Return the peak, on the border of no excitement if excitement explains nothing."""
    levels, poisson = events.poisson()
    if peak.height - poisson > _NO_GAIN or peak.place[events.levels] > 0:
        return peak
    place = peak.place.copy()
    if events.levels:
        place[: events.levels] = np.log(np.maximum(levels, np.exp(low[: events.levels])))
    place[events.levels] = low[events.levels]
    border = np.arange(place.size) >= events.levels
    border |= place <= low
    return _peak.measured(score, place, score(place)[0], border)


def _shown(events: Events, peak: Peak) -> Array:
    """Return the parameters: without excitement branching is 0 and the memory missing."""
    values = np.exp(peak.place)
    if peak.at_border[events.levels] and values[events.levels] < 1:
        values[events.levels] = 0.0
        values[events.levels + 1 :] = np.nan
    return values
