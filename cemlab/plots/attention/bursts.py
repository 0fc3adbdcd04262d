"""Figures of self-exciting attention: its rate, its replays, and the test of a model's clock."""

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import StrMethodFormatter
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from cemlab import _checks
from cemlab._words import counted
from cemlab.plots._style import BLUE, GREY, ORANGE, PURPLE, RED, STYLE, finish, new_axes
from cemlab.sim import attention

Array = NDArray[np.float64]

_POINTS = 1500
_MOST_MARKS = 3000
_MOST_DOTS = 1500
_FEWEST_GAPS = 10


def event_rate(
    times: ArrayLike,
    *,
    background: Any,
    branching: float,
    memory: Any,
    horizon: float,
    unit: str = "hours",
    what: str = "event",
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw events as marks, and above them the rate that a model gives them.

    Parameters
    ----------
    times : array_like of float
        Times of events in [0, horizon].
    background, branching, memory
        As for `attention.hawkes`.
    horizon : float
        How long was watched (unit of time).
    unit, what : str
        The unit of time, and what one event is called.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> law = {"background": 1, "branching": 0.8, "memory": 1, "horizon": 100}
    >>> ax = event_rate(attention.hawkes(**law, rng=1), **law)
    >>> ax.get_title(loc="left")
    'The busiest tenth of the time holds 20% of 504 events'
    """
    past = _times("times", times, horizon)
    law = {"background": background, "branching": branching, "memory": memory}
    shown = past if past.size <= _POINTS else past[:: -(-past.size // _POINTS)]
    after = np.nextafter(shown, np.inf)
    moments = np.unique(np.concatenate([np.linspace(0, horizon, _POINTS), shown, after]))
    moments = moments[moments <= horizon]
    rate = attention.intensity(past, moments, **law)
    outside = attention.intensity([], moments, **law)
    ax = ax or new_axes(width=10.0, height=5.0)
    with plt.rc_context(STYLE):
        top = float(rate.max()) or 1.0
        ax.fill_between(moments, outside, rate, color=BLUE, alpha=0.25, lw=0,
                        label=f"brought by earlier {what}s")  # fmt: skip
        ax.plot(moments, rate, color=BLUE, lw=1.5, label="rate")
        ax.plot(moments, outside, color=ORANGE, lw=2.5, ls="--", label="from outside")
        marks = past if past.size <= _MOST_MARKS else past[:: -(-past.size // _MOST_MARKS)]
        ax.plot(marks, np.full(marks.size, -0.06 * top), "|", color="black", ms=12,
                alpha=min(1.0, max(0.25, 200 / max(marks.size, 1))), label=f"one {what}")  # fmt: skip
        ax.axhline(0, color=GREY, lw=0.8)
        ax.set_xlim(0, horizon)
        ax.set_ylim(-0.12 * top, 1.3 * top)
        ax.set_yticks([tick for tick in ax.get_yticks() if 0 <= tick <= 1.3 * top])
        ax.xaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
        ax.yaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
        ax.set_xlabel(f"time ({unit})")
        ax.set_ylabel(f"rate ({what}s a unit of time,\ntime in {unit})")
        ax.legend(loc="upper center", ncols=4, frameon=False, fontsize=12)
        finish(ax, title or _crowded(past, horizon), prediction)
    return ax


def event_replays(
    replays: Sequence[ArrayLike],
    *,
    horizon: float,
    expected: ArrayLike | None = None,
    at: ArrayLike | None = None,
    unit: str = "hours",
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how the number of events grows in several replays, and in their mean.

    Parameters
    ----------
    replays : sequence of array_like of float
        Times of the events of each replay.
    horizon : float
        How long each was watched (unit of time).
    expected, at : array_like of float, optional
        What theory expects at which times (`attention.expected_count`).
    unit : str
        The unit of time.
    prediction : object, optional
        The reader's guess; a kept guess of a number is marked at the horizon.

    Examples
    --------
    >>> law = {"background": 0, "branching": 0.9, "memory": 1, "horizon": 40, "shock": 1}
    >>> ax = event_replays([attention.hawkes(**law, rng=r) for r in range(9)], horizon=40)
    >>> ax.get_title(loc="left").startswith("After 40 hours")
    True
    """
    if not len(replays):
        msg = "replays must be at least one, got none"
        raise ValueError(msg)
    if (expected is None) != (at is None):
        msg = "expected and at must be given together, got one of them"
        raise ValueError(msg)
    all_times = [_times("replays", times, horizon) for times in replays]
    moments = np.linspace(0, horizon, 400)
    counts = np.array([np.searchsorted(times, moments, side="right") for times in all_times])
    mean, last = counts.mean(axis=0), np.array([times.size for times in all_times])
    ax = ax or new_axes(width=10.0, height=5.0)
    with plt.rc_context(STYLE):
        faint = max(0.12, min(0.7, 12 / len(counts)))
        for i, course in enumerate(counts):
            ax.plot(moments, course, color=BLUE, lw=1.2, alpha=faint, drawstyle="steps-post",
                    label="one replay" if not i else None)  # fmt: skip
        ax.plot(moments, mean, color="black", lw=3, label=f"mean of {len(counts)} replays")
        if expected is not None and at is not None:
            ax.plot(np.asarray(at), np.asarray(expected), color=ORANGE, lw=3, ls="--",
                    label="expected by theory")  # fmt: skip
        guessed = getattr(prediction, "value", None)
        if guessed is not None:
            ax.plot(horizon, float(guessed), "*", color=PURPLE, mec="white", ms=22, zorder=5,
                    clip_on=False, label="your prediction")  # fmt: skip
        ax.set_xlim(0, horizon)
        ax.set_ylim(0, None)
        ax.yaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
        ax.xaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
        ax.set_xlabel(f"time ({unit})")
        ax.set_ylabel("events so far")
        handles = ax.legend(loc="upper left", frameon=False).get_lines()
        handles[0].set_alpha(1.0)
        words = (
            f"After {horizon:g} {unit} the same start has brought "
            f"{last.min():,} to {last.max():,} events (mean {last.mean():,.0f})"
        )
        finish(ax, title or words, prediction)
    return ax


def residual_quantiles(
    residuals: ArrayLike,
    *,
    level: float = 0.95,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the sorted gaps on a model's clock against those of Exp(1), with a band.

    Under the true model a dot lies within the band with the chance `level`; neighbours move
    together, so that a stretch outside is less telling than the test in the title.

    Parameters
    ----------
    residuals : array_like of float
        From `attention.residuals` or a fit.
    level : float
        Chance that one dot lies within the band, above 0 and below 1.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> law = {"background": 1, "branching": 0.8, "memory": 1}
    >>> times = attention.hawkes(**law, horizon=300, rng=1)
    >>> ax = residual_quantiles(attention.residuals(times, **law))
    >>> ax.get_title(loc="left").startswith("The events come as the model says")
    True
    """
    share = _checks.probability("level", level)
    if share in (0.0, 1.0):
        msg = f"level must be above 0 and below 1, got {level!r}"
        raise ValueError(msg)
    found = attention.check_residuals(residuals)
    gaps = np.sort(np.asarray(residuals, np.float64))
    n = gaps.size
    rank = np.arange(1, n + 1)
    if n > _MOST_DOTS:  # fewer where they crowd, all of the longest
        rank = np.unique((n + 1 - np.geomspace(1, n, _MOST_DOTS)).round().astype(np.int64))
    law = stats.expon.ppf((rank - 0.5) / n)
    low, high = (
        stats.expon.ppf(stats.beta.ppf(q, rank, n + 1 - rank))
        for q in ((1 - share) / 2, (1 + share) / 2)
    )
    ax = ax or new_axes(width=9.5, height=5.4)
    with plt.rc_context(STYLE):
        far = 1.05 * float(max(law.max(), gaps.max()))
        ax.fill_between(law, low, high, color=GREY, alpha=0.3, lw=0,
                        label=f"where {share:.0%} of the dots lie if the model is right")  # fmt: skip
        ax.plot([0, far], [0, far], color=GREY, lw=1.5)
        shown = gaps[rank - 1]
        out = (shown < low) | (shown > high)
        ax.plot(law[~out], shown[~out], "o", color=BLUE, ms=5, mew=0, label="a gap")
        if out.any():
            ax.plot(law[out], shown[out], "D", color=RED, mfc="white", ms=6, mew=1.5,
                    label="a gap outside the band")  # fmt: skip
        ax.set_xlim(0, 1.05 * float(law.max()))
        ax.set_ylim(0, far)
        ax.set_xlabel("gap that the model expects (1: as long as one expected event takes)")
        ax.set_ylabel("gap found\n(the same unit)")
        ax.legend(loc="upper left", frameon=False)
        fits = found.p_value >= 0.05
        chance = f"p = {found.p_value:.2f}" if found.p_value >= 0.005 else "p < .005"
        words = "The events come as the model says" if fits else "Not as the model says"
        said = f"{words} ({n:,} gaps, {chance})"
        if n < _FEWEST_GAPS:
            said = f"Too few to tell: {counted(n, 'gap')}, {_FEWEST_GAPS} are needed"
        finish(ax, title or said, prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def _times(name: str, times: ArrayLike, horizon: float) -> Array:
    found = np.sort(np.asarray(times, np.float64).ravel())
    end = _checks.number("horizon", horizon, low=0)
    if not bool(((found >= 0) & (found <= end)).all()):
        msg = f"{name} must be times in [0, {end:g}], the horizon, got others"
        raise ValueError(msg)
    return found


def _crowded(past: Array, horizon: float) -> str:
    """Say how unevenly events come in time."""
    if not past.size:
        return "No event came"
    most = np.bincount(np.minimum((past / horizon * 10).astype(int), 9)).max()
    return f"The busiest tenth of the time holds {most / past.size:.0%} of {past.size:,} events"
