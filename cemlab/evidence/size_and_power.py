"""How often a test says yes: when nothing happened (size), and when something did (power)."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from cemlab import _checks, _proportions
from cemlab.evidence.shares import _firms

_Data = TypeVar("_Data")
_BATCH = 4_000_000  # random numbers at a time


def rejection_rates(
    test: Callable[[_Data], float | Mapping[str, float]],
    make_data: Callable[[np.random.Generator], _Data],
    *,
    replicates: int = 1000,
    nominal: float = 0.05,
    level: float = 0.95,
    rng: Any = None,
) -> pd.DataFrame:
    """Return how often a test rejects in made-up data: its size if these hold no effect, else its power.

    *Critique.* Tells about the world that `make_data` describes, and no other. A power is worth
    nothing where the size is wrong. Never compute it for the effect just found: that only
    repeats the p value (Hoenig and Heisey).

    Parameters
    ----------
    test : callable
        Data -> p, or a mapping of names to p for several tests.
    make_data : callable
        numpy.random.Generator -> data.
    replicates : int
        How many data sets, at least 1.
    nominal : float
        A test rejects if its p is below this (share of 1).
    level : float
        Confidence of the (Wilson) interval.
    rng : int or numpy.random.Generator, optional
        Source of luck. Each data set has luck of its own.

    Returns
    -------
    DataFrame
        By `test`: `value` (share of data sets in which it rejects), `low`, `high`, `n`, `se`
        (standard error of the share) and `nominal`.

    Raises
    ------
    ValueError
        If a p is missing or not in [0, 1], or tests come and go between data sets.

    References
    ----------
    .. [1] J. Hoenig, D. Heisey, "The abuse of power", American Statistician 55, 2001.

    Examples
    --------
    >>> from scipy.stats import ttest_1samp
    >>> found = rejection_rates(lambda x: ttest_1samp(x, 0).pvalue,
    ...                         lambda luck: luck.standard_normal(20), replicates=400, rng=1)
    >>> bool(found.loc["test", "low"] < 0.05 < found.loc["test", "high"])
    True
    """
    many = _checks.whole("replicates", replicates, low=1)
    limit, trust = _nominal(nominal), _proportions.confidence(level)
    rejected: dict[str, int] = {}
    for luck in _checks.generator(rng).spawn(many):
        given = test(make_data(luck))
        found = dict(given) if isinstance(given, Mapping | pd.Series) else {"test": given}
        if not rejected:
            rejected = dict.fromkeys(map(str, found), 0)
        if set(map(str, found)) != set(rejected):
            msg = f"test must name the same tests each time, got {sorted(map(str, found))} after {sorted(rejected)}"
            raise ValueError(msg)
        for name, p in found.items():
            rejected[str(name)] += _checks.probability(f"p of {name}", p) < limit
    return _rates({name: count for name, count in rejected.items()}, many, limit, trust)


def event_study_rates(
    *,
    firms: int = 30,
    estimation: int = 120,
    window: int = 1,
    event_variance: float = 1.0,
    correlation: float = 0.0,
    effect: float = 0.0,
    replicates: int = 4000,
    nominal: float = 0.05,
    level: float = 0.95,
    rng: Any = None,
) -> pd.DataFrame:
    """Return how often each test of many firms rejects, by simulation: size at effect 0, else power.

    All firms have the event on the same days. Residuals are normal, with one correlation
    between any two firms; each firm's market model is estimated anew in each run.

    *Critique.* Daily returns are not normal and their variance moves, so that real sizes are
    worse, mostly for tests with few firms. One correlation for all pairs is kind to the
    Kolari-Pynnonen correction, which assumes just that.

    Parameters
    ----------
    firms : int
        At least 2.
    estimation, window : int
        Days in the estimation and in the event window.
    event_variance : float
        Variance of residuals in the event window over that before, above 0.
    correlation : float
        Between residuals of two firms on the same day, at least 0 and below 1.
    effect : float
        Added to each firm's return on the first day of the window, in standard deviations of
        its residual in the estimation window.
    replicates : int
        Runs. 4,000 take about two seconds (30 firms, 120 days).
    nominal, level, rng
        As for :func:`rejection_rates`.

    Returns
    -------
    DataFrame
        As :func:`rejection_rates`.

    References
    ----------
    .. [1] E. Boehmer, J. Musumeci, A. Poulsen, "Event-study methodology under conditions of
       event-induced variance", Journal of Financial Economics 30, 1991.
    .. [2] J. Kolari, S. Pynnonen, "Event study testing with cross-sectional correlation of
       abnormal returns", Review of Financial Studies 23, 2010.

    Examples
    --------
    Twice the variance on the day of the event, and no effect at all:

    >>> size = event_study_rates(event_variance=2, replicates=1000, rng=1)["value"]
    >>> bool(size["Patell"] > 0.1), bool(size["BMP"] < 0.08)
    (True, True)
    """
    n = _checks.whole("firms", firms, low=2)
    before = _checks.whole("estimation", estimation, low=10)
    width = _checks.whole("window", window, low=1)
    wider = _checks.number("event_variance", event_variance, low=0)
    shared = _checks.number("correlation", correlation, low=0, high=1)
    if wider == 0 or shared == 1:
        rule, got = ("event_variance must be above 0", wider) if wider == 0 else ("correlation must be below 1", shared)  # fmt: skip
        msg = f"{rule}, got {got:g}"
        raise ValueError(msg)
    shift, many = _checks.number("effect", effect), _checks.whole("replicates", replicates, low=1)
    limit, trust = _nominal(nominal), _proportions.confidence(level)
    luck, days = _checks.generator(rng), before + width
    batch = max(1, _BATCH // (n * days))
    rejected = dict.fromkeys(_firms.TESTS, 0)
    for start in range(0, many, batch):
        runs = min(batch, many - start)
        market = luck.standard_normal((runs, 1, days))
        rest = np.sqrt(1 - shared) * luck.standard_normal((runs, n, days))
        rest += np.sqrt(shared) * luck.standard_normal((runs, 1, days))
        rest[..., before:] *= np.sqrt(wider)
        rest[..., before] += shift
        made = _firms.abnormal(rest, np.stack([np.ones_like(market), market], axis=-1), before)
        mean = _firms.mean_correlation(made.estimation)
        for name, statistic in _firms.TESTS.items():
            rejected[name] += int((statistic(made, mean)[1] < limit).sum())
    return _rates(rejected, many, limit, trust)


# --- inside ------------------------------------------------------------------------


def _nominal(nominal: float) -> float:
    found = _checks.number("nominal", nominal, low=0, high=1)
    if not 0 < found < 1:
        msg = f"nominal must be above 0 and below 1, got {nominal!r}"
        raise ValueError(msg)
    return found


def _rates(rejected: Mapping[str, int], n: int, nominal: float, level: float) -> pd.DataFrame:
    counts = np.array(list(rejected.values()))
    limits = [_proportions.wilson(int(count), n, level) for count in counts]
    table = pd.DataFrame({"value": counts / n}, index=pd.Index(list(rejected), name="test"))
    table["low"], table["high"] = zip(*limits, strict=True)
    table["n"] = n
    table["se"] = np.sqrt(table["value"] * (1 - table["value"]) / n)
    return table.assign(nominal=nominal)
