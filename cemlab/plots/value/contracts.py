"""Figures of contracts: what part is still there, and what part renews, year by year."""

from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, MultipleLocator, PercentFormatter
from numpy.typing import ArrayLike

from cemlab import _checks, _words
from cemlab.crm.value.contracts import ContractFit
from cemlab.plots._style import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, STYLE, finish, new_axes

_LOOKS = ((BLUE, "-"), (ORANGE, "--"), (GREEN, "-."), (RED, ":"))
_NAMES = {"sBG": "customers differ", "geometric": "one retention for all"}
_IF = {"sBG": "if customers differ", "geometric": "if alike"}


def survival_curves(
    survival: ArrayLike,
    *fits: ContractFit,
    periods: int = 12,
    later: ArrayLike | None = None,
    unit: str = "period",
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the share of a cohort that is still there, and what fitted models make of it.

    Parameters
    ----------
    survival : array_like
        What the models were fitted to: counts or shares at the end of period 0, 1, 2 ...
    *fits : ContractFit
        Models of it, such as `sbg(...)` and `geometric(...)`; the title names their forecasts.
    periods : int
        How far to look.
    later : array_like, optional
        What came afterwards, in the unit of `survival`, from its next period on.
    unit : str
        Name of one period, such as "year".
    prediction : object, optional
        The reader's guess; a kept guess (a share) is marked at the last period.

    Examples
    --------
    >>> from cemlab.crm.value import geometric, sbg
    >>> kept = [1000, 869, 743, 653, 593, 551, 517, 491]
    >>> ax = survival_curves(kept, sbg(kept), geometric(kept), unit="year")
    >>> ax.get_title(loc="left")
    'Left after 12 years: 38% if customers differ, 27% if alike'
    """
    seen = np.asarray(survival, np.float64)
    if seen.ndim != 1 or seen.size < 2 or not seen[0] > 0:
        msg = (
            f"survival must be one list of at least 2 numbers, the first above 0, got {survival!r}"
        )
        raise ValueError(msg)
    end = _checks.whole("periods", periods, low=seen.size - 1)
    ax = ax or new_axes(width=10.0, height=5.2)
    told = []
    with plt.rc_context(STYLE):
        ax.axvspan(0, seen.size - 1, color="#EFEFEF", zorder=0)
        ax.text(0.15, 0.02, f"known {unit}s", color=GREY, fontsize=12)
        x = np.arange(end + 1)
        for (colour, dash), fit in zip(cycle(_LOOKS), fits, strict=False):
            curve = fit.survival(x)
            ax.plot(
                x,
                curve["value"],
                color=colour,
                ls=dash,
                lw=3,
                label=_NAMES.get(fit.model, fit.model),
            )
            if not fit.note:
                ax.fill_between(x, curve["low"], curve["high"], color=colour, alpha=0.15, lw=0)
            told.append(f"{curve['value'].iloc[-1]:.0%} {_IF.get(fit.model, fit.model)}")
        ax.plot(seen / seen[0], "o", color="black", ms=9, label="counted")
        after = (
            np.empty(0) if later is None else np.asarray(later, np.float64)[: end + 1 - seen.size]
        )
        if after.size:
            place = np.arange(seen.size, seen.size + after.size)
            ax.plot(place, after / seen[0], "o", mec="black", mfc="white", mew=2, ms=9,
                    label="counted later")  # fmt: skip
        guessed = getattr(prediction, "value", None)
        if isinstance(guessed, int | float) and 0 <= guessed <= 1:
            ax.plot(end, guessed, "*", color=PURPLE, ms=20, clip_on=False, zorder=5,
                    label="your prediction")  # fmt: skip
        ax.set_xlim(0, end + 0.15)
        ax.set_ylim(0, 1.02)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.set_xlabel(f"{unit}s since the contract began")
        ax.set_ylabel("share still there")
        ax.legend(loc="upper right", frameon=False)
        found = f"Left after {_words.counted(end, unit)}: {', '.join(told)}"
        if not told:
            found = f"Left after {_words.counted(seen.size - 1, unit)}: {seen[-1] / seen[0]:.0%}"
        elif after.size == end + 1 - seen.size and after.size:
            found += f"; counted {after[-1] / seen[0]:.0%}"
        finish(ax, title or found, prediction)
    return ax


def retention_curves(
    survival: ArrayLike,
    *fits: ContractFit,
    periods: int = 12,
    unit: str = "period",
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what part of those still there renews at the end of each period, and fitted models.

    The axis of shares does not begin at 0, as the rise is the point: it says so.

    Parameters
    ----------
    survival : array_like
        What the models were fitted to: counts or shares at the end of period 0, 1, 2 ...
    *fits : ContractFit
        Models of it, such as `sbg(...)` and `geometric(...)`.
    periods : int
        How far to look.
    unit : str
        Name of one period, such as "year".
    prediction : object, optional
        The reader's guess; a kept guess (a share) is taken as the retention of the last period.

    Examples
    --------
    >>> from cemlab.crm.value import geometric, sbg
    >>> kept = [1000, 869, 743, 653, 593, 551, 517, 491]
    >>> retention_curves(kept, sbg(kept), geometric(kept)).get_title(loc="left")
    'Retention goes from 87% in period 1 to 95% in period 7'
    """
    seen = np.asarray(survival, np.float64)
    if seen.ndim != 1 or seen.size < 2 or not (seen[:-1] > 0).all():
        msg = f"survival must be one list of at least 2 numbers, all but the last above 0, got {survival!r}"
        raise ValueError(msg)
    end = _checks.whole("periods", periods, low=seen.size - 1)
    renewed = seen[1:] / seen[:-1]
    lowest = float(renewed.min())
    ax = ax or new_axes(width=10.0)
    with plt.rc_context(STYLE):
        x = np.arange(1, end + 1)
        for (colour, dash), fit in zip(cycle(_LOOKS), fits, strict=False):
            curve = fit.retention(x)
            ax.plot(
                x,
                curve["value"],
                color=colour,
                ls=dash,
                lw=3,
                label=_NAMES.get(fit.model, fit.model),
            )
            if not fit.note:
                ax.fill_between(x, curve["low"], curve["high"], color=colour, alpha=0.15, lw=0)
                lowest = min(lowest, float(curve["low"].min()))
        ax.plot(x[: renewed.size], renewed, "o", color="black", ms=9, label="counted")
        guessed = getattr(prediction, "value", None)
        if isinstance(guessed, int | float) and 0 <= guessed <= 1:
            lowest = min(lowest, float(guessed))
            ax.plot(end, guessed, "*", color=PURPLE, ms=20, clip_on=False, zorder=5,
                    label="your prediction")  # fmt: skip
        floor = max(np.floor(10 * lowest) / 10, 0.0)
        ax.set_ylim(floor, 1.0)
        ax.set_xlim(0.7, end + 0.3)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.yaxis.set_major_locator(MultipleLocator(0.05 if floor >= 0.5 else 0.2))
        ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.set_xlabel(unit)
        begins = f"\n(axis from {floor:.0%})" if floor else ""
        ax.set_ylabel(f"renew, of those still there{begins}")
        ax.legend(loc="lower right", frameon=False)
        found = f"Retention goes from {renewed[0]:.0%} in {unit} 1 to {renewed[-1]:.0%} in {unit} {renewed.size}"
        finish(ax, title or found, prediction)
    return ax
