"""From event times back to parameters: Hawkes processes by maximum likelihood."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks
from cemlab._words import counted
from cemlab.sim.attention import _likelihood, _peak
from cemlab.sim.attention import memory as _memory
from cemlab.sim.attention._likelihood import Events
from cemlab.sim.attention._peak import Peak
from cemlab.sim.attention._residuals import ResidualCheck, check_residuals

Array = NDArray[np.float64]

_NAMES = {"exponential": ("mean",), "power law": ("theta", "cutoff")}
_FEW = 100
_NEAR_CRITICAL = 0.8
_HARDLY = 2.0
_DOUBTFUL = 0.05
_MANY = 20_000
_MOST_BRANCHING, _LEAST_BRANCHING = 20.0, 1e-6


@dataclass(frozen=True, eq=False)
class HawkesFit:
    """A Hawkes process fitted to event times; see :func:`fit_hawkes`.

    Attributes
    ----------
    params : mapping
        `background` (events a unit of time; a factor of the shape; or `background from T` for
        each span between changes), `branching` (follow-ups an event), and `mean` (unit of
        time), or `theta` and `cutoff` (unit of time).
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
        """The fitted memory: what the other functions take."""
        values = [self.params[name] for name in _NAMES[self.kind]]
        return _memory.Exponential(*values) if len(values) == 1 else _memory.PowerLaw(*values)

    def residuals(self) -> Array:
        """Return the gaps between events on the fitted clock, shape (n,)."""
        return _residuals(self._events, self.kind, self._top.place)

    def check(self) -> ResidualCheck:
        """Test whether the residuals are draws of Exp(1); fitting makes the p-value too large."""
        return check_residuals(self.residuals())

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
            rows.append({"value": value, "low": low, "high": high, "n": self.n})
        return pd.DataFrame(rows, index=pd.Index(self.params, name="parameter"))


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

    *Critique.* Excitement and a changing outside look alike: events that come in crowds since
    the outside does are read as a branching near 1 (Filimonov & Sornette 2015). A power law is
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
    kind = _checks.one_of("memory", memory, _NAMES)
    events = Events.of(times, horizon, shock, background, shape, changes)
    names = [*_level_names(events, changes), "branching", *_NAMES[kind]]
    n = events.explained.size
    if n <= len(names):
        msg = f"times must have more events to explain than there are parameters ({len(names)}), got {n}"
        raise ValueError(msg)
    if not np.ptp(events.times) > 0:
        msg = f"times must be at two different moments or more, got {events.times[0]:g} only"
        raise ValueError(msg)
    levels, poisson = events.poisson()
    low, high = _bounds(events, kind)
    starts = list(_starts(events, kind, levels))
    score = partial(_likelihood.score, events, kind)
    climbs = 2 if n <= _MANY else 1
    peak = _peak.maximise(score, starts, low, high, climbs=climbs)
    values = np.exp(peak.place)
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
        warnings=tuple(_warnings(events, kind, names, peak)),
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


def _bounds(events: Events, kind: str) -> tuple[Array, Array]:
    """Return the lowest and highest logs of the parameters that are looked at."""
    n, end = events.explained.size, events.horizon
    level = (n + 1) / events.whole if events.levels else np.empty(0)
    span = (1e-8 * end / n, 100.0 * end)
    memory = [span] if kind == "exponential" else [(0.02, 20.0), span]
    low = [*(1e-6 * level / n), _LEAST_BRANCHING, *(a for a, _ in memory)]
    high = [*(10 * level), _MOST_BRANCHING, *(b for _, b in memory)]
    return np.log(low), np.log(high)


def _starts(events: Events, kind: str, levels: Array) -> Iterator[Array]:
    """Yield starts: half of the events excited, with short, middle and long memories."""
    outside = np.log(np.maximum(levels / 2, 1e-12)) if events.levels else np.empty(0)
    gap = events.horizon / events.explained.size
    quick = max(float(np.median(np.diff(events.times))), 1e-6 * gap)
    for time in sorted({0.1 * quick, quick, gap, 10 * gap, events.horizon / 10}):
        if kind == "exponential":
            yield np.array([*outside, np.log(0.5), np.log(time)])
        else:
            for theta in (0.3, 1.0):
                yield np.array([*outside, np.log(0.5), np.log(theta), np.log(time)])


def _residuals(events: Events, kind: str, place: Array) -> Array:
    from cemlab.sim.attention._process import follow_ups

    levels = events.levels
    level = np.exp(place[:levels]) if levels else np.ones(1)
    memory = _likelihood.memory_at(kind, place[levels + 1 :])
    outside = events.outside_until(level)
    clock = outside + np.exp(place[levels]) * follow_ups(events.times, events.explained, memory)
    return np.asarray(np.maximum(np.diff(clock, prepend=0.0), 0.0))


def _warnings(events: Events, kind: str, names: list[str], peak: Peak) -> Iterator[str]:
    """Yield what a reader should know before the fit is believed."""
    n = events.explained.size
    if n < _FEW:
        yield f"Only {counted(n, 'event')}: intervals are wide, and their level is rough."
    tied = n - np.unique(events.explained).size
    if tied:
        yield (
            f"{counted(tied, 'event shares its', 'events share their')} time with an earlier one, "
            "as rounded times do: simultaneous events are taken not to excite each other, which "
            "hides quick follow-ups; spread them with unround() and fit again."
        )
    branching = float(np.exp(peak.place[events.levels]))
    if peak.at_border[events.levels] and branching < 1:
        yield "No excitement is seen: branching is at its border of 0, and the memory is unknown."
        return
    border = [name for name, at in zip(names, peak.at_border, strict=True) if at]
    if border:
        yield (
            f"The likelihood still rises at the border of what is looked at in "
            f"{' and '.join(border)}: no standard error is known there."
        )
    if np.isnan(np.diag(peak.covariance)[~peak.at_border]).any():
        yield (
            "The likelihood is nearly flat: other parameters explain the events as well, and "
            "standard errors are not known."
        )
    gain = peak.height - events.poisson()[1]
    if gain < _HARDLY:
        yield (
            f"Excitement explains the events hardly better than an outside alone (log-likelihood "
            f"higher by {gain:.2f}): branching and memory mean little."
        )
    steady = events.levels == 1 and not np.ptp(events.worth) > 0
    if steady and branching > _NEAR_CRITICAL:
        yield (
            f"Branching {branching:.2f} is near 1 or above: an outside that changes (days, news, "
            "campaigns) looks the same to this model; fit again with changes= or shape= first."
        )
    chance = check_residuals(_residuals(events, kind, peak.place)).p_value
    if chance < _DOUBTFUL:
        yield (
            f"Residuals are not like Exp(1) (Kolmogorov-Smirnov p = {chance:.2g}): the events "
            "come otherwise than this model says."
        )
