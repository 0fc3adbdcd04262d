"""Figures that judge a fit: profiles of its likelihood, and what came later."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullFormatter

from cemlab.plots._style import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, STYLE, finish, new_axes

_SERIES = ((BLUE, "o"), (ORANGE, "s"), (GREEN, "^"), (RED, "D"), (PURPLE, "v"), (GREY, "P"),
           ("black", "X"), (BLUE, "*"))  # fmt: skip


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
        if value[0] > 0 and value[-1] > 100 * value[0]:
            ax.set_xscale("log")
            ax.xaxis.set_minor_formatter(NullFormatter())
        ax.set_xlim(value[0], value[-1])
        ax.xaxis.set_major_formatter(FuncFormatter(amount))
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
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=11.5)
        finish(ax, title or _misses(table, unit), prediction)
    return ax


def amount(value: float, _: object = None) -> str:
    """Return an amount with its millions or thousands.

    >>> amount(1_500_000), amount(25_000), amount(0.5), amount(0)
    ('1.5 M', '25 k', '0.5', '0')
    """
    for size, name in ((1e6, " M"), (1e3, " k")):
        if abs(value) >= size:
            return f"{value / size:.4g}{name}"
    return f"{value:.4g}"


# --- inside ------------------------------------------------------------------------


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
