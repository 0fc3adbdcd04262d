"""Attention over time: how fast a story is found, passed on and forgotten.

Self-exciting attention, where each event brings further events (the Hawkes process): draw it
(`hawkes`, `simulate`), what theory says of it (`expected_count`, `cluster_law` and their kin),
fit it to times (`fit_hawkes`) and test the fit (`check_residuals`).

Curves of diffusion (`bass` and its kin), classes of attention (`response`, `exponents`,
`classify`), and how large a cascade of shares will get (`final_size`).
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks, _luck
from cemlab.run import Run
from cemlab.sim._kernels import attention as _kernels
from cemlab.sim._spread import MOST_REPLICATES, in_threads
from cemlab.sim.attention import _run
from cemlab.sim.attention._background import repeated as repeated
from cemlab.sim.attention._clock import elapsed as elapsed
from cemlab.sim.attention._clock import unround as unround
from cemlab.sim.attention._fit import HawkesFit as HawkesFit
from cemlab.sim.attention._fit import fit_hawkes as fit_hawkes
from cemlab.sim.attention._likelihood import log_likelihood as log_likelihood
from cemlab.sim.attention._plan import LIMIT, Plan
from cemlab.sim.attention._residuals import ResidualCheck as ResidualCheck
from cemlab.sim.attention._residuals import check_residuals as check_residuals
from cemlab.sim.attention._residuals import residuals as residuals
from cemlab.sim.attention._theory import cluster_law as cluster_law
from cemlab.sim.attention._theory import expected_count as expected_count
from cemlab.sim.attention._theory import expected_rate as expected_rate
from cemlab.sim.attention._theory import mean_rate as mean_rate
from cemlab.sim.attention._theory import variance_ratio as variance_ratio
from cemlab.sim.attention.adoption import BassPeak as BassPeak
from cemlab.sim.attention.adoption import bass as bass
from cemlab.sim.attention.adoption import bass_peak as bass_peak
from cemlab.sim.attention.adoption import bass_periods as bass_periods
from cemlab.sim.attention.adoption import bass_rate as bass_rate
from cemlab.sim.attention.adoption import generalised_bass as generalised_bass
from cemlab.sim.attention.adoption import simulate_adoption as simulate_adoption
from cemlab.sim.attention.bursts import compensator as compensator
from cemlab.sim.attention.bursts import hawkes as hawkes
from cemlab.sim.attention.bursts import intensity as intensity
from cemlab.sim.attention.cascade_size import final_size as final_size
from cemlab.sim.attention.cascade_size import infectiousness as infectiousness
from cemlab.sim.attention.cascade_size import reacted as reacted
from cemlab.sim.attention.cascade_size import reaction_density as reaction_density
from cemlab.sim.attention.memory import Exponential as Exponential
from cemlab.sim.attention.memory import PowerLaw as PowerLaw
from cemlab.sim.attention.memory import exponential as exponential
from cemlab.sim.attention.memory import power_law as power_law
from cemlab.sim.attention.response_classes import Classification as Classification
from cemlab.sim.attention.response_classes import classify as classify
from cemlab.sim.attention.response_classes import classify_windows as classify_windows
from cemlab.sim.attention.response_classes import endogenous_response as endogenous_response
from cemlab.sim.attention.response_classes import exponential_response as exponential_response
from cemlab.sim.attention.response_classes import exponents as exponents
from cemlab.sim.attention.response_classes import rates_between as rates_between
from cemlab.sim.attention.response_classes import response as response


def simulate(
    *,
    background: Any,
    branching: float,
    memory: Any,
    horizon: float,
    shock: int = 0,
    outside: ArrayLike | None = None,
    limit: int = LIMIT,
    every: float = 1.0,
    start: object = "2009-07-06",
    unit: object = "1h",
    rng: Any = None,
    replicate: int = 0,
) -> Run:
    """Draw self-exciting attention as an event log: each post may bring further posts.

    Parameters
    ----------
    background, branching, memory, horizon, shock, outside, limit
        As for :func:`hawkes`; times are counted in units from `start`.
    every : float
        Time between two rows of `series`, above 0 (units of time).
    start : datetime-like
        Date of time 0.
    unit : timedelta-like
        The unit of time, such as "1h" or "1D".
    rng : int or numpy.random.Generator, optional
        Source of luck: the same integer gives the same history, that of :func:`hawkes`. With a
        larger `branching` each event keeps the follow-ups that it had.
    replicate : int
        Which replay of this luck: the one that `reach` counts at this place.

    Returns
    -------
    Run
        `series` has at time 0, then every so often, and at the horizon, the `total` of events
        so far and the `new` ones since the row before; `events` has one ``publish`` row, then
        one ``share`` row a further event by a stranger (its value is not known), with the extra
        column `heard_from`: the event that it followed, empty if it came from outside.

    Raises
    ------
    ValueError
        As for :func:`hawkes`.

    See Also
    --------
    reach : how many events, over many runs. expected_count : the mean.

    Examples
    --------
    >>> run = simulate(background=0, branching=0.8, memory=2, horizon=48, shock=1, rng=1)
    >>> run.events["kind"].iloc[0], run.final("total") == len(run.events)
    ('publish', True)
    """
    plan = Plan.of(background, branching, memory, horizon, shock, outside, limit)
    replay = _checks.whole("replicate", replicate, low=0, high=MOST_REPLICATES)
    params = {
        "background": background,
        "branching": branching,
        "memory": memory,
        "horizon": horizon,
        "shock": shock,
        "outside": outside,
        "replicate": replay,
    }
    key = _luck.key(rng)
    return _run.run(plan, key, replay, start=start, unit=unit, every=every, params=params)


def reach(
    *,
    background: Any,
    branching: float,
    memory: Any,
    horizon: float,
    shock: int = 0,
    outside: ArrayLike | None = None,
    limit: int = LIMIT,
    runs: int,
    threads: int = 1,
    rng: Any = None,
) -> NDArray[np.int64]:
    """Return how many events come before the horizon in each of many runs, shape (runs,).

    Parameters
    ----------
    background, branching, memory, horizon, shock, outside, limit
        As for :func:`hawkes`; the limit holds for each run.
    runs : int
        Number of replicates; replicate r is the history of ``simulate(..., replicate=r)``. With
        the same `rng` and a larger `branching` none of them has fewer events.
    threads : int
        Workers; any number gives the same result.
    rng : int or numpy.random.Generator, optional
        Source of luck.

    Raises
    ------
    ValueError
        As for :func:`hawkes`.

    Examples
    --------
    >>> reach(background=0, branching=0, memory=1, horizon=9, shock=2, runs=3, rng=1).tolist()
    [2, 2, 2]
    """
    plan = Plan.of(background, branching, memory, horizon, shock, outside, limit)
    total = _checks.whole("runs", runs, low=1)
    workers = min(_checks.whole("threads", threads, low=1), total)
    _checks.memory("runs", 8.0 * total, "ask for fewer runs")
    out = np.zeros(total, np.int64)
    common = (*plan.arguments(), _luck.key(rng))
    size = plan.limit, plan.room()
    in_threads(lambda low, high: _kernels.totals(*common, low, high, *size, out), total, workers)
    plan.within_limit(int(out.max()))
    return out


def warm_up() -> None:
    """Compile this model's kernels."""
    common: dict[str, Any] = {"background": 1, "branching": 0.5}
    simulate(**common, memory=1, horizon=3, rng=0)
    reach(**common, memory=1, horizon=3, runs=1, rng=0)
    for lasting in (1, "power law"):
        log_likelihood([1.0], **common, memory=lasting, horizon=3)
        residuals([1.0], **common, memory=lasting)
