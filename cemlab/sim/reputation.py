"""Standing over time: how good and bad mentions move what people think of a company."""

from functools import partial
from itertools import accumulate
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks
from cemlab.run import Run
from cemlab.sim import _mentions
from cemlab.sim._history import Clock, totals

_BYTES_A_STEP = 400


def simulate(
    source: Run | pd.DataFrame,
    *,
    decay_per_step: float,
    keep_per_step: float,
    negativity: float = 1.0,
    good_per_step: float = 0.0,
    bad_per_step: float = 0.0,
    weight: str = "mentions",
    step: object = "1D",
    after: object = "30D",
) -> Run:
    """Follow a company's standing while a story spreads, and after it, by two laws.

    `goodwill` is a stock that good mentions fill and that drains by itself (Nerlove &
    Arrow). `reputation` is the chance that the next experience is a good one, as
    somebody expects who has counted good and bad mentions and slowly forgets (Jøsang &
    Ismail). There is no luck in it. Decay, memory, the weight of bad news and the
    everyday mentions are assumptions: no log contains them.

    Parameters
    ----------
    source : Run or DataFrame
        A spread run, or an event log: each ``publish`` and ``share`` by a customer or the
        public is a bad mention, unless an extra column `side` says ``response``: then it is
        a good one, whoever made it. Or a table with `time` and `good` or `bad` or both
        (mentions), or with `time`, `variable` (good, bad) and `value`.
    decay_per_step : float
        Rate at which goodwill drains (1 / step), at least 0; see `half_life`.
    keep_per_step : float
        Part of the counted mentions that is not forgotten within a step, in [0, 1].
    negativity : float
        How many good mentions one bad mention outweighs, in both laws.
    good_per_step, bad_per_step : float
        Everyday mentions outside the source, in each step. The standing begins where these
        alone would hold it; without them at 0 goodwill and a reputation of 1/2.
    weight : {"mentions", "exposures"}
        What counts in a run or log: each mention as 1, or the people it reached.
    step : timedelta-like
        Length of a step.
    after : timedelta-like
        How long to go on after the last row, so that recovery is seen.

    Returns
    -------
    Run
        `series` has `good` and `bad` (mentions or exposures in the step that begins then),
        `goodwill` (the same unit) and `reputation` (in [0, 1]) at the end of that step. Steps
        begin with a run's first round, else at midnight before the first row. `events`
        is the log that was read, without rows where the source was a table.

    Raises
    ------
    ValueError
        If the source is none of these or has no row, a number is out of its range, or
        everyday mentions never level off because nothing is forgotten.

    References
    ----------
    M. Nerlove, K. J. Arrow, "Optimal advertising policy under dynamic conditions",
    Economica 29, 1962. A. Jøsang, R. Ismail, "The beta reputation system", 15th Bled
    Electronic Commerce Conference, 2002.

    Examples
    --------
    >>> week = pd.DataFrame({"time": ["2009-07-06", "2009-07-07"], "bad": [8, 4]})
    >>> run = simulate(week, decay_per_step=0.1, keep_per_step=0.5, after="2D")
    >>> run.series.query("variable == 'reputation'")["value"].round(2).tolist()
    [0.1, 0.1, 0.17, 0.25]
    """
    decay = _checks.number("decay_per_step", decay_per_step, low=0)
    keep = _checks.probability("keep_per_step", keep_per_step)
    heavier = _checks.number("negativity", negativity, low=0)
    usual_good = _checks.number("good_per_step", good_per_step, low=0)
    usual_bad = _checks.number("bad_per_step", bad_per_step, low=0)
    if usual_good or usual_bad:
        _check_leaks(decay, keep)
    told = _mentions.read(source, weight)
    clock = Clock.of(told.first, step)
    steps = int((told.last - told.first) // clock.step) + 1
    steps += int(-(-_checks.duration("after", after) // clock.step))
    _checks.memory("step", float(steps) * _BYTES_A_STEP, "take a longer step")
    place = ((told.time - told.first) // clock.step).to_numpy(np.int64)
    good = np.bincount(place, told.good, steps) + usual_good
    bad = np.bincount(place, told.bad, steps) + usual_bad
    usual = usual_good - heavier * usual_bad
    level = goodwill(good - heavier * bad, decay=decay, first=usual / decay if usual else 0.0)
    mass = 1 / (1 - keep) if keep < 1 else 0.0
    first = (usual_good * mass, heavier * usual_bad * mass)
    expected = beta(good, bad, keep=keep, negativity=heavier, first=first)["reputation"]
    values = {"good": good, "bad": bad, "goodwill": level, "reputation": expected.to_numpy()}
    return Run(
        model="reputation",
        params={
            "source": told.name, "decay_per_step": decay, "keep_per_step": keep,
            "negativity": heavier, "good_per_step": usual_good, "bad_per_step": usual_bad,
            "weight": weight, "step": step, "after": after,
        },
        series=totals(clock, np.arange(steps), values),
        key=0,
        make_events=partial(pd.DataFrame.copy, told.log),
        network=source.network if isinstance(source, Run) else "",
    )  # fmt: skip


def goodwill(inflow: ArrayLike, *, decay: float, first: float = 0.0) -> NDArray[np.float64]:
    """Return goodwill at the end of each step, shape (steps,): dG/dt = inflow - decay G.

    The inflow is steady within a step; the update is exact. A steady inflow leads to
    inflow / decay.

    Parameters
    ----------
    inflow : array_like of float, shape (steps,)
        What comes in in each step, below 0 for bad news.
    decay : float
        Rate of draining (1 / step), at least 0.
    first : float
        Goodwill before the first step.

    References
    ----------
    M. Nerlove, K. J. Arrow, "Optimal advertising policy under dynamic conditions",
    Economica 29, 1962.

    Examples
    --------
    >>> goodwill([0, 0], decay=np.log(2), first=8).round(9).tolist()
    [4.0, 2.0]
    """
    rate = _checks.number("decay", decay, low=0)
    start = _checks.number("first", first)
    added = _numbers("inflow", inflow) * (-np.expm1(-rate) / rate if rate else 1.0)
    return _leaking(added, float(np.exp(-rate)), start)


def beta(
    good: ArrayLike,
    bad: ArrayLike,
    *,
    keep: float,
    negativity: float = 1.0,
    first: tuple[float, float] = (0.0, 0.0),
) -> pd.DataFrame:
    """Return the counted evidence and the reputation at the end of each step.

    In each step both counts shrink to the part `keep`, then what is new is added; a bad
    mention counts `negativity` times. Steady mentions lead to a share of good evidence of
    good / (good + negativity bad), and counts 1 / (1 - keep) times those of one step.

    Parameters
    ----------
    good, bad : array_like of float, shape (steps,)
        Mentions in each step, at least 0.
    keep : float
        Part that is not forgotten within a step, in [0, 1].
    negativity : float
        Weight of a bad mention, at least 0.
    first : tuple of float
        Good and bad evidence before the first step.

    Returns
    -------
    DataFrame
        `good_evidence`, `bad_evidence` (weighted mentions) and `reputation`, the expected
        share of good ones (good + 1) / (good + bad + 2): 1/2 where nothing is known.

    References
    ----------
    A. Jøsang, R. Ismail, "The beta reputation system", 15th Bled Electronic Commerce
    Conference, 2002.

    Examples
    --------
    >>> beta([8, 0], [0, 4], keep=0.5).values.tolist()
    [[8.0, 0.0, 0.9], [4.0, 4.0, 0.5]]
    """
    kept = _checks.probability("keep", keep)
    heavier = _checks.number("negativity", negativity, low=0)
    start = [_checks.number("first", value, low=0) for value in first]
    plus, minus = _numbers("good", good, low=0.0), _numbers("bad", bad, low=0.0)
    if plus.size != minus.size:
        msg = f"bad must have as many steps as good, {plus.size}, got {minus.size}"
        raise ValueError(msg)
    r = _leaking(plus, kept, start[0])
    s = _leaking(heavier * minus, kept, start[1])
    return pd.DataFrame(
        {"good_evidence": r, "bad_evidence": s, "reputation": (r + 1) / (r + s + 2)}
    )


def half_life(decay: float) -> float:
    """Return after how many units of time goodwill without inflow has halved.

    Parameters
    ----------
    decay : float
        Rate of draining per unit of time, above 0.

    Examples
    --------
    >>> [round(half_life(a_month), 2) for a_month in (0.05, 0.1, 0.2)]
    [13.86, 6.93, 3.47]
    """
    rate = _checks.number("decay", decay, low=0)
    if rate == 0:
        msg = f"decay must be above 0, got {decay!r}"
        raise ValueError(msg)
    return float(np.log(2) / rate)


def warm_up() -> None:
    """Do nothing: this model has no kernels."""


# --- inside ------------------------------------------------------------------------


def _check_leaks(decay: float, keep: float) -> None:
    """Stop if everyday mentions would pile up for ever."""
    if decay == 0:
        msg = "decay_per_step must be above 0 where there are everyday mentions, got 0"
        raise ValueError(msg)
    if keep == 1:
        msg = "keep_per_step must be below 1 where there are everyday mentions, got 1"
        raise ValueError(msg)


def _numbers(name: str, values: ArrayLike, low: float = -np.inf) -> NDArray[np.float64]:
    rule = "finite numbers" if low < 0 else f"finite numbers of at least {low:g}"
    try:
        array = np.asarray(values, np.float64)
    except (TypeError, ValueError):
        array = np.empty((0, 0))
    if array.ndim != 1:
        msg = f"{name} must be {rule} in one list, got {values!r}"
        raise ValueError(msg)
    wrong = np.flatnonzero(~(np.isfinite(array) & (array >= low)))
    if wrong.size:
        msg = f"{name} must be {rule}, got {array[wrong[0]]} in step {wrong[0]}"
        raise ValueError(msg)
    return array


def _leaking(added: NDArray[Any], kept: float, first: float) -> NDArray[np.float64]:
    """Return the level after each step: what is kept of the last one, and what is added."""
    levels = accumulate(added.tolist(), lambda level, more: kept * level + more, initial=first)
    return np.array(list(levels)[1:], np.float64)
