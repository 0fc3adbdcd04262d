"""Figures of a fit to readings: the curve with its bands, and the residuals."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter
from scipy.stats import chi2

from cemlab import _checks, _words
from cemlab.calibrate import Fit
from cemlab.plots._style import (
    BLUE,
    GREY,
    RED,
    STYLE,
    finish,
    new_axes,
)
from cemlab.plots.attention.judging import amount

_FEW = 3
_SCALES = ("linear", "log")


def readings_fit(
    fit: Fit,
    *,
    later: pd.DataFrame | None = None,
    scale: str = "linear",
    level: float = 0.95,
    what: str = "views",
    unit: str = "days",
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw readings by kind, the fitted curve, and its bands.

    Dots are exact, bars rounded, arrows lower bounds; hollow diamonds are contested, with
    the chance of each to be the right one.

    Parameters
    ----------
    fit : Fit
        From `cemlab.calibrate.fit`.
    later : DataFrame, optional
        Rows of `cemlab.calibrate.forecast` for one curve: what came after the fit. That part
        is shaded.
    scale : str
        linear, or log (both axes).
    level : float
        Confidence of the bands.
    what, unit : str
        What is read, and the unit of time.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> from cemlab import calibrate
    >>> told = pd.DataFrame({"time": [1, 2, 3, 4, 5], "value": [10, 21, 29, 41, 50]})
    >>> found = calibrate.fit(lambda t, a: a * t, told, start={"a": 5}, bounds={"a": (0, None)})
    >>> readings_fit(found).get_title(loc="left")
    'The curve is off by 3.1% at a typical reading'
    """
    _checks.one_of("scale", scale, _SCALES)
    known = fit.readings
    end = float(known["time"].max())
    if later is not None and not {"actual", "actual_low", "actual_high", "inside"} <= set(later):
        msg = f"later must be a table of calibrate.forecast, got columns {[str(c) for c in later]}"
        raise ValueError(msg)
    far = end if later is None or later.empty else float(later["time"].max())
    begin = float(known["time"].min())
    low = 0.6 * max(begin, end / 1e4) if scale == "log" else min(begin, 0.0)
    grid = (
        np.geomspace(low, far * 1.05, 300) if scale == "log" else np.linspace(low, far * 1.02, 400)
    )
    told = fit.predict(grid[grid > 0] if begin >= 0 else grid, level=level)
    ax = ax or new_axes(width=11.5, height=5.4)
    with plt.rc_context(STYLE):
        if far > end:
            ax.axvspan(
                end,
                far * 1.05,
                facecolor="#E8E8E8",
                edgecolor="#BBBBBB",
                zorder=0,
                label="not used in the fit",
            )
        ax.fill_between(told["time"], told["reading_low"], told["reading_high"], color=BLUE,
                        alpha=0.13, lw=0, label=f"a new reading ({level:.0%})")  # fmt: skip
        ax.fill_between(told["time"], told["low"], told["high"], color=BLUE, alpha=0.32, lw=0,
                        label=f"the curve ({level:.0%})")  # fmt: skip
        ax.plot(told["time"], told["value"], color=BLUE, lw=2.5, label="fitted curve")
        _trusted(ax, known[known["group"] < 0], "black")
        _contested(
            ax, fit.alternatives.join(known["precision"]), 0.005 if scale == "linear" else 0.0
        )
        if far > end and later is not None:
            came = later.assign(
                low=later["actual_low"], high=later["actual_high"], value=later["actual"]
            )
            _trusted(ax, came, RED, " (came later)")
        if scale == "log":
            ax.set_xscale("log")
            ax.set_yscale("log")
            ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
            seen = np.concatenate([known["low"], fit.alternatives["value"]]).astype(float)
            ax.set_ylim(0.4 * seen[seen > 0].min(), None)
        else:
            ax.set_ylim(0, None)
            tops = [known["value"].max(), told["high"].max()]
            tops += [] if later is None else [later["actual"].max()]
            ax.set_ylim(0, min(1.15 * max(tops), 3 * max(tops[:1] + tops[2:])))
        ax.set_xlim(grid[0], grid[-1])
        ax.yaxis.set_major_formatter(FuncFormatter(amount))
        ax.set_xlabel(
            f"{unit} since the beginning"
            + (" (each step is 10 times longer)" if scale == "log" else "")
        )
        ax.set_ylabel(what)
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=11)
        finish(ax, title or _found(fit, later if far > end else None, what, unit), prediction)
    return ax


def fit_residuals(
    fit: Fit,
    *,
    scale: str = "linear",
    unit: str = "days",
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how far each trusted reading is from the curve, in order of time.

    Dots are exact, hollow squares rounded, arrows lower bounds. Without a pattern the curve
    is as good as the readings; runs on one side show what it misses.

    Parameters
    ----------
    fit : Fit
        From `cemlab.calibrate.fit`.
    scale : str
        linear or log axis of time.
    """
    _checks.one_of("scale", scale, _SCALES)
    table = fit.residuals()
    table = table[table["group"] < 0]
    lag = fit.checks().loc["lag-1 correlation"]
    ax = ax or new_axes(width=10.0, height=4.8)
    looks = {
        "exact": ("o", "black", "exact"),
        "rounded": ("s", "white", "rounded (mean of what it allows)"),
        "at least": ("^", "white", "lower bound (mean of what it allows)"),
    }
    with plt.rc_context(STYLE):
        ax.axhspan(-2, 2, color=BLUE, alpha=0.12, lw=0, label="19 of 20 should lie here")
        ax.axhline(0, color=BLUE, lw=2)
        for kind, (marker, fill, words) in looks.items():
            part = table[table["precision"] == kind]
            if len(part):
                ax.vlines(part["time"], 0, part["residual"], color=GREY, lw=1)
                ax.plot(part["time"], part["residual"], marker, color="black", mfc=fill, mew=2,
                        ms=9, label=words)  # fmt: skip
        if scale == "log":
            ax.set_xscale("log")
            ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
        most = max(3.0, 1.2 * float(table["residual"].abs().max()))
        ax.set_ylim(-most, 1.45 * most)
        ax.set_xlabel(f"{unit} since the beginning")
        size = f"{100 * fit.sigma:.2g}%" if fit.noise != "absolute" else f"{fit.sigma:.3g}"
        ax.set_ylabel(f"reading against curve\n(1 = {size})")
        ax.legend(loc="upper left", frameon=False, ncols=2, fontsize=11.5)
        if np.isnan(lag["value"]):
            found = "Too few readings to look for a pattern"
        elif lag["p"] < 0.05 and lag["value"] > 0:
            found = (
                f"Neighbours err alike (correlation {lag['value']:.2f}): the curve misses something"
            )
        else:
            found = f"No clear pattern: neighbours' errors have a correlation of {lag['value']:.2f}"
        finish(ax, title or found, prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def _trusted(ax: Axes, table: pd.DataFrame, colour: str, more: str = "") -> None:
    exact, rounded, bound = (
        table[table["precision"] == k] for k in ("exact", "rounded", "at least")
    )
    if len(exact):
        ax.plot(
            exact["time"], exact["value"], "o", color=colour, ms=7, label=f"exact{more}", zorder=4
        )
    if len(rounded):
        low = rounded["low"].where(np.isfinite(rounded["low"]), 0.0)  # an upper limit alone
        middle = (low + rounded["high"]) / 2
        reach = [middle - low, rounded["high"] - middle]
        ax.errorbar(rounded["time"], middle, yerr=reach, fmt="_", color=colour, ms=9, mew=2,
                    capsize=4, lw=2, label=f"rounded{more}", zorder=4)  # fmt: skip
    if len(bound):
        ax.plot(bound["time"], bound["low"], "_", color=colour, ms=11, mew=2, zorder=4)
        for when, low in zip(bound["time"], bound["low"], strict=True):
            _upwards(ax, when, low, colour)
        ax.plot([], [], "_", color=colour, ms=11, mew=2, label=f"at least \N{UPWARDS ARROW}{more}")


def _upwards(ax: Axes, when: float, low: float, colour: str) -> None:
    """Draw the arrow of a lower bound."""
    ax.annotate("", (when, low), (0, 26), textcoords="offset points",
                arrowprops={"arrowstyle": "<-", "color": colour, "lw": 2})  # fmt: skip


def _contested(ax: Axes, table: pd.DataFrame, least: float) -> None:
    if table.empty:
        return
    ax.plot(table["time"], table["value"], "D", color=RED, mfc="white", mew=2, ms=8, zorder=4,
            label="contested (chance to be right)")  # fmt: skip
    for _, row in table[table["precision"] == "at least"].iterrows():
        _upwards(ax, row["time"], row["value"], RED)
    for _, row in table[table["share"] >= least].iterrows():
        ax.annotate(f"{row['share']:.0%}", (row["time"], row["value"]), (-8, 4),
                    ha="right", textcoords="offset points", color=RED, size=11)  # fmt: skip


def _found(fit: Fit, later: pd.DataFrame | None, what: str, unit: str) -> str:
    if later is not None:
        days = f"{fit.readings['time'].max():.3g} {unit}"
        good = int(later["inside"].sum())
        return f"From the first {days}: {good} of {len(later)} later readings inside the band"
    few, k, n = fit.readings["group"] < 0, len(fit.params), fit.n["readings"]
    limited = fit.readings["precision"].ne("at least")
    left = int((few & limited).sum()) + fit.n["alternatives"] - k
    if np.isnan(fit.sigma):
        return "The limits of the readings hold a whole region of curves: this is one of them"
    if any("runs through all readings" in one for one in fit.warnings):
        return "The curve runs through all its readings: nothing is left to judge it by"

    def size(sigma: float) -> str:
        if fit.noise != "absolute" and sigma >= 1:
            return f"{100 * sigma:,.0f}%"
        return f"{sigma:,.3g} {what}" if fit.noise == "absolute" else f"{100 * sigma:.2g}%"

    if left > _FEW:
        return f"The curve is off by {size(fit.sigma)} at a typical reading"
    ends = [fit.sigma * (max(left, 1) / chi2.ppf(p, max(left, 1))) ** 0.5 for p in (0.975, 0.025)]
    told = f"Only {_words.counted(n, 'reading')} for {_words.counted(k, 'parameter')}"
    return f"{told}: the curve may be off by {size(ends[0])} or by {size(ends[1])}"
