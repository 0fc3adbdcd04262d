"""Figures of fits to readings: curve and bands, residuals, profiles, and what came later."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from cemlab import _checks
from cemlab.calibrate import Fit
from cemlab.plots._style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    STYLE,
    finish,
    new_axes,
)

_SERIES = ((BLUE, "o"), (ORANGE, "s"), (GREEN, "^"), (RED, "D"), (PURPLE, "v"), (GREY, "P"),
           ("black", "X"), (BLUE, "*"))  # fmt: skip
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
    'The curve is off by 2.8% at a typical reading'
    """
    _checks.one_of("scale", scale, _SCALES)
    known = fit.readings
    end = float(known["time"].max())
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
        _contested(ax, fit.alternatives, 0.005 if scale == "linear" else 0.0)
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
            ax.set_ylim(0, min(1.15 * max(tops), 3 * max(tops[0], tops[-1])))
        ax.set_xlim(grid[0], grid[-1])
        ax.yaxis.set_major_formatter(FuncFormatter(_amount))
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


def likelihood_profile(
    profile: pd.DataFrame,
    *,
    name: str,
    level: float = 0.95,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how the likelihood falls as one parameter moves, and where the interval is cut.

    Parameters
    ----------
    profile : DataFrame
        From `Fit.profile`: `value`, `fall`, `cut`.
    name : str
        What the parameter is called, with its unit.
    level : float
        Level that the profile was asked for (for the words).

    Examples
    --------
    >>> parabola = pd.DataFrame({"value": [1.0, 2.0, 3.0, 4.0, 5.0], "fall": [8.0, 2.0, 0.0, 2.0, 8.0]})
    >>> likelihood_profile(parabola.assign(cut=4.0), name="q").get_title(loc="left")
    'q lies between 1.67 and 4.33'
    """
    value, fall, cut = (profile[c].to_numpy(float) for c in ("value", "fall", "cut"))
    limit, best = float(cut[0]), int(np.argmin(fall))
    left = float(np.interp(-limit, -fall[: best + 1], value[: best + 1]))
    right = float(np.interp(limit, fall[best:], value[best:]))
    known = fall[0] >= limit, fall[-1] >= limit
    ax = ax or new_axes(width=8.5, height=4.8)
    with plt.rc_context(STYLE):
        inside = (value >= left) & (value <= right)
        ax.plot(value, fall, color=BLUE, lw=2.5, label="best fit with the parameter held")
        ax.axhline(limit, color=RED, lw=2, ls="--", label=f"cut of the {level:.0%} interval")
        at = np.sort(np.concatenate([[left, right], value[inside]]))
        ax.fill_between(at, np.interp(at, value, fall), limit, color=BLUE, alpha=0.18, lw=0)
        ax.plot(
            value[best], 0, "o", color="black", ms=10, clip_on=False, zorder=5, label="best fit"
        )
        for ok, end in zip(known, (left, right), strict=True):
            if ok:
                ax.axvline(end, color=RED, lw=1, ls=":")
        ax.set_ylim(0, 1.9 * limit)
        ax.set_xlim(value[0], value[-1])
        ax.xaxis.set_major_formatter(FuncFormatter(_amount))
        ax.set_xlabel(name)
        ax.set_ylabel("twice the fall of\nthe log-likelihood")
        ax.legend(loc="upper center", frameon=False, fontsize=11.5)
        ends = [f"{_three(x)}" for x in (left, right)]
        if all(known):
            found = f"{name} lies between {ends[0]} and {ends[1]}"
        elif known[0]:
            found = f"{name} is above {ends[0]}; the readings set no upper limit"
        elif known[1]:
            found = f"{name} is below {ends[1]}; the readings set no lower limit"
        else:
            found = f"The readings do not determine {name}"
        finish(ax, title or found, prediction)
    return ax


def forecasts_against(
    table: pd.DataFrame,
    *,
    what: str = "views",
    unit: str = "days",
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what was predicted from the first days over what came, reading by reading.

    On the line, prediction and reading agree; hollow marks are lower bounds, which a
    prediction fulfils on the line or above it.

    Parameters
    ----------
    table : DataFrame
        From `cemlab.calibrate.forecast`.
    what, unit : str
        What is read, and the unit of time.

    Examples
    --------
    >>> from cemlab import calibrate
    >>> told = pd.DataFrame({"time": [1, 2, 3, 4, 10], "value": [10, 21, 29, 41, 60]})
    >>> found = calibrate.forecast(lambda t, a: a * t, told, days=4, start={"a": 5})
    >>> forecasts_against(found).get_title(loc="left")
    'Last reading: predicted 68% too much from 4 days'
    """
    if table.empty:
        msg = "table must have at least one prediction, got none"
        raise ValueError(msg)
    ax = ax or new_axes(width=10.0, height=5.4)
    kinds = list(table.groupby(["curve", "days"], sort=False))
    with plt.rc_context(STYLE):
        ax.axhline(1.0, color="black", lw=1.5)
        for i, ((curve, days), part) in enumerate(kinds):
            colour, marker = _SERIES[i % len(_SERIES)]
            part = part.sort_values("time")
            words = f"{curve}, {days:g} {unit}" if curve else f"from the first {days:g} {unit}"
            x = part["time"] * 1.03 ** (i - (len(kinds) - 1) / 2)
            ratio = part["predicted"] / part["actual"]
            ax.vlines(x, np.maximum(part["low"] / part["actual"], 1e-3), part["high"] / part["actual"],
                      color=colour, lw=2, alpha=0.45)  # fmt: skip
            ax.plot(x, ratio, "-", color=colour, lw=1)
            for bound in (False, True):
                here = (part["precision"] == "at least") == bound
                ax.plot(x[here], ratio[here], marker, color=colour, ms=9, mew=2,
                        mfc="white" if bound else colour, label=None if bound else words)  # fmt: skip
        ax.set_xscale("log")
        ax.set_yscale("log")
        middle = (table["predicted"] / table["actual"]).to_numpy()
        middle = middle[np.isfinite(middle) & (middle > 0)]
        middle = middle if middle.size else np.ones(1)
        low, high = max(0.5 * middle.min(), 0.02), min(2.0 * middle.max(), 50.0)
        low, high = min(low, 0.45), max(high, 2.2)
        ax.set_ylim(low, high)
        ticks = [t for t in (0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 10, 20, 50) if low <= t <= high]
        ax.set_yticks(ticks, [_times(t) for t in ticks])
        ax.minorticks_off()
        ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
        first, last = table["time"].min(), table["time"].max()
        steps = [
            s * 10**e
            for e in range(-1, 5)
            for s in (1, 2, 5)
            if 0.9 * first <= s * 10**e <= 1.1 * last
        ]
        if len(steps) > 1:
            ax.set_xticks(steps)
        ax.set_xlabel(f"{unit} since the beginning (each step is several times longer)")
        ax.set_ylabel(f"predicted {what}\nagainst what came")
        ax.grid(axis="y", color="#DDDDDD")
        ax.legend(loc="best", frameon=False, fontsize=11.5)
        finish(ax, title or _misses(table, unit), prediction)
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
        middle = (rounded["low"] + rounded["high"]) / 2
        reach = [middle - rounded["low"], rounded["high"] - middle]
        ax.errorbar(rounded["time"], middle, yerr=reach, fmt="_", color=colour, ms=9, mew=2,
                    capsize=4, lw=2, label=f"rounded{more}", zorder=4)  # fmt: skip
    if len(bound):
        ax.plot(bound["time"], bound["low"], "_", color=colour, ms=11, mew=2, zorder=4)
        for when, low in zip(bound["time"], bound["low"], strict=True):
            ax.annotate("", (when, low), (0, 26), textcoords="offset points",
                        arrowprops={"arrowstyle": "<-", "color": colour, "lw": 2})  # fmt: skip
        ax.plot([], [], "_", color=colour, ms=11, mew=2, label=f"at least \N{UPWARDS ARROW}{more}")


def _contested(ax: Axes, table: pd.DataFrame, least: float) -> None:
    if table.empty:
        return
    ax.plot(table["time"], table["value"], "D", color=RED, mfc="white", mew=2, ms=8, zorder=4,
            label="contested (chance to be right)")  # fmt: skip
    for _, row in table[table["share"] >= least].iterrows():
        ax.annotate(f"{row['share']:.0%}", (row["time"], row["value"]), (-8, 4),
                    ha="right", textcoords="offset points", color=RED, size=11)  # fmt: skip


def _found(fit: Fit, later: pd.DataFrame | None, what: str, unit: str) -> str:
    if later is not None:
        days = f"{fit.readings['time'].max():.3g} {unit}"
        good = int(later["inside"].sum())
        return f"From the first {days}: {good} of {len(later)} later readings inside the band"
    if fit.noise == "absolute":
        return f"The curve is off by {fit.sigma:,.3g} {what} at a typical reading"
    return f"The curve is off by {100 * fit.sigma:.2g}% at a typical reading"


def _misses(table: pd.DataFrame, unit: str) -> str:
    last = table[(table["time"] == table["time"].max())]
    errors = last["error_percent"]
    if len(last) == 1:
        error, days = float(errors.iloc[0]), float(last["days"].iloc[0])
        return f"Last reading: predicted {_too(error)} from {days:g} {unit}"
    return (
        f"Last reading: predictions from {_too(float(errors.min()))} to {_too(float(errors.max()))}"
    )


def _too(percent: float) -> str:
    if percent > 200:
        return f"{1 + percent / 100:,.0f} times what came"
    size = f"{abs(percent):.0f}%"
    return "right to 1%" if size == "0%" else f"{size} too {'much' if percent > 0 else 'little'}"


def _times(ratio: float) -> str:
    return "right" if ratio == 1 else f"x {ratio:g}" if ratio > 1 else f"1/{1 / ratio:g}"


def _three(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _amount(value: float, _: object = None) -> str:
    """Return an amount with its millions or thousands.

    >>> _amount(1_500_000), _amount(25_000), _amount(0.5), _amount(0)
    ('1.5 M', '25 k', '0.5', '0')
    """
    for size, name in ((1e6, " M"), (1e3, " k")):
        if abs(value) >= size:
            return f"{value / size:.4g}{name}"
    return f"{value:.4g}"
