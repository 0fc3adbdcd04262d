"""Figures of borders: where which policy is ahead, and a habit that outlives its cause."""

import math
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator, PercentFormatter
from numpy.typing import NDArray

from cemlab import _checks
from cemlab.market import border as _border
from cemlab.market import parameters
from cemlab.plots._style import BLUE, GREY, PURPLE, RED, STYLE, finish, new_axes
from cemlab.plots.market import _looks

_LOG_FROM = 8.0
"""Ratio of the ends of a parameter from which evenly growing values get a log scale."""
_SMALL = 0.04
_BUDGET = ("budget", "EUR a month")


def policy_map(
    points: pd.DataFrame,
    *,
    a: str = "crm",
    b: str = "cem",
    border: pd.DataFrame | None = None,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw which of two policies is worth more, market by market, with the border between them.

    A field's colour is the difference of their net present values, in % of the larger amount.

    Parameters
    ----------
    points : DataFrame
        Of `market.phase_map`: its first two columns are the parameters, then `policy`, `npv`.
    a, b : str
        Two of its policies.
    border : DataFrame, optional
        Of `market.border`: points where both are worth the same, drawn as dots on the line that
        is interpolated in any case.
    prediction : object, optional
        The reader's guess; a kept guess is taken as the place of the border along the first
        parameter, and drawn as a star where the second has its default.

    Raises
    ------
    ValueError
        If a policy is not in the frame, or a and b are the same.

    Examples
    --------
    >>> frame = pd.DataFrame({"failure_rate": [.01, .01, .08, .08], "virality": 0.6,
    ...                       "policy": ["crm", "cem"] * 2, "npv": [225e6, 221e6, 148e6, 164e6]})
    >>> policy_map(frame).get_title(loc="left")
    'CRM is ahead in 50% of these 2 markets, CEM in 50%'
    """
    known = list(dict.fromkeys(points["policy"]))
    _checks.one_of_each("policy", (a, b), known)
    if a == b:
        msg = f"a and b must be two policies, got {a!r} twice"
        raise ValueError(msg)
    x, y = (str(name) for name in points.columns[:2])
    worth = {
        name: points[points["policy"] == name].pivot_table(index=y, columns=x, values="npv")
        for name in (a, b)
    }
    larger = np.maximum(worth[a].abs(), worth[b].abs())
    gap = 100 * (worth[b] - worth[a]) / larger.where(larger > 0, 1.0)
    values = gap.to_numpy(np.float64)
    far = max(float(np.nanmax(np.abs(values))), 1e-6)
    across, up = gap.columns.to_numpy(np.float64), gap.index.to_numpy(np.float64)
    ax = ax or new_axes(width=10.5, height=6.2)
    colours = _looks.colours([a, b])
    shades = LinearSegmentedColormap.from_list("ahead", [colours[0], "white", colours[1]])
    with plt.rc_context(STYLE):
        for axis, places in (("x", across), ("y", up)):
            if _logarithmic(places):
                getattr(ax, f"set_{axis}scale")("log")
        norm = TwoSlopeNorm(0.0, -far, far)
        field = ax.pcolormesh(_edges(across), _edges(up), values, cmap=shades, norm=norm)
        if min(values.shape) > 1 and np.nanmin(values) < 0 < np.nanmax(values):
            ax.contour(across, up, values, [0.0], colors="black", linewidths=3)
        elif border is None:
            border = _border(points, a, b)
        if border is not None and len(border):
            ax.plot(border.iloc[:, 0], border.iloc[:, 1], "o", color="black", ms=5, mec="white",
                    mew=0.8, zorder=4)  # fmt: skip
        for name, ahead in ((a, values < 0), (b, values > 0)):
            if ahead.mean() >= _SMALL:
                row, column = _inside(ahead)
                ax.text(across[column], up[row], f"{_looks.words(name)}\nahead", ha="center",
                        va="center", size=16, weight="bold", zorder=5,
                        bbox={"fc": "white", "ec": "none", "alpha": 0.75, "pad": 4})  # fmt: skip
        bar = ax.figure.colorbar(field, ax=ax, pad=0.02)
        bar.set_label(f"{_looks.words(b)} less {_looks.words(a)}, % of the larger NPV")
        bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:+z.3g}" if value else "0"))  # fmt: skip
        bar.outline.set_visible(False)
        marked = [_axis(ax, "y", y, up), _axis(ax, "x", x, across)]
        guessed = getattr(prediction, "value", None)
        if marked[0] and isinstance(guessed, int | float) and across[0] <= guessed <= across[-1]:
            usual = float(parameters().loc[y, "value"])
            ax.plot(guessed, usual, "*", color=PURPLE, mec="white", ms=22, zorder=6)
        if any(marked):
            ax.set_xlabel(f"{ax.get_xlabel()}; dotted: default")
        finish(ax, title or _ahead(values, a, b), prediction)
    return ax


def shaming_norm(
    loop: pd.DataFrame,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the habit of going public while its cause rises and falls again: up is not down.

    The title tells of the path: where it jumps, or that it stays short of the fold.

    Parameters
    ----------
    loop : DataFrame
        Of `market.norms.norm_loop`.
    prediction : object, optional
        The reader's guess; a kept guess is taken as the advantage at which the habit ends again.

    Examples
    --------
    >>> from cemlab import market
    >>> from cemlab.market import norms
    >>> shaming_norm(norms.norm_loop()).get_title(loc="left")
    'Shaming breaks out at an advantage of 6.4 points and ends only at 3.6'
    """
    rest = loop[loop["direction"] == "rest"]
    up, down = (loop[loop["direction"] == way] for way in ("up", "down"))
    ax = ax or new_axes(width=10.5, height=5.6)
    with plt.rc_context(STYLE):
        for kind, part in _stretches(rest):
            stable = kind == "stable"
            ax.plot(part["advantage"], part["public_share"], color=GREY, lw=8 if stable else 2.5,
                    ls="-" if stable else ":", alpha=0.35 if stable else 1.0,
                    solid_capstyle="butt", zorder=1)  # fmt: skip
        ax.plot([], [], color=GREY, lw=8, alpha=0.35, label="habits at rest, stable")
        if (rest["branch"] == "unstable").any():
            ax.plot([], [], color=GREY, lw=2.5, ls=":", label="at rest, but a push ends it")
        ax.plot(
            up["advantage"], up["public_share"], color=RED, lw=3, label="while the advantage rises"
        )
        ax.plot(down["advantage"], down["public_share"], color=BLUE, lw=3, ls="--",
                label="while it falls again")  # fmt: skip
        guessed = getattr(prediction, "value", None)
        if isinstance(guessed, int | float):
            ax.axvline(guessed, color=PURPLE, ls=":", lw=3, label="your prediction")
        ax.set_ylim(0, 1.02)
        ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:z.3g}"))
        ax.set_xlabel(
            "advantage of going public: share solved there less that on the phone (points of %)"
        )
        ax.set_ylabel("complainers who go public at once")
        ax.legend(loc="upper left", frameon=False)
        finish(ax, _looks.headline(ax, title or _jumps(loop), beside=0.9), prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def _logarithmic(places: NDArray[np.float64]) -> bool:
    """Return whether values grow by factors rather than by steps.

    >>> _logarithmic(np.array([0.01, 0.1, 1.0])), _logarithmic(np.array([0.1, 0.5, 0.9]))
    (True, False)
    """
    if places.size < 3 or places.min() <= 0 or places.max() < _LOG_FROM * places.min():
        return False
    steps, factors = np.diff(places), np.diff(np.log(places))
    return bool(np.std(factors) / factors.mean() < np.std(steps) / steps.mean())


def _edges(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the ends of fields around places, half way between neighbours."""
    if places.size == 1:
        half = 0.5 * (abs(float(places[0])) or 1.0)
        return np.array([places[0] - half, places[0] + half])
    turn, back = (np.log, np.exp) if _logarithmic(places) else (np.asarray, np.asarray)
    at = turn(places)
    middle = (at[1:] + at[:-1]) / 2
    ends: NDArray[np.float64] = back(
        np.concatenate([[2 * at[0] - middle[0]], middle, [2 * at[-1] - middle[-1]]])
    )
    return ends


def _inside(ahead: NDArray[np.bool_]) -> tuple[int, int]:
    """Return the field of a region that lies farthest from its ends."""
    wide = np.pad(ahead, 1)
    depth = np.zeros(ahead.shape)
    for _ in range(max(ahead.shape)):
        depth += wide[1:-1, 1:-1]
        wide[1:-1, 1:-1] &= wide[:-2, 1:-1] & wide[2:, 1:-1] & wide[1:-1, :-2] & wide[1:-1, 2:]
    rows, columns = np.nonzero(depth == depth.max())
    middle = len(rows) // 2
    return int(rows[middle]), int(columns[middle])


def _axis(ax: Axes, side: str, name: str, places: NDArray[np.float64]) -> bool:
    """Name an axis by its parameter and unit; mark the default, and say if it lies within."""
    every = parameters()
    words, unit, usual = name.replace("_", " "), "", None
    if name in every.index:
        unit, usual = str(every.loc[name, "unit"]), float(every.loc[name, "value"])
    elif name == _BUDGET[0]:
        unit = _BUDGET[1]
    axis = getattr(ax, f"{side}axis")
    getattr(ax, f"set_{side}label")(f"{words} ({unit})" if unit else words)
    if _logarithmic(places):
        axis.set_major_locator(LogLocator(10, subs=(1.0, 2.0, 5.0)))
        axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: _looks.digits(value)))
    if usual is not None and places.min() < usual < places.max():
        draw = ax.axvline if side == "x" else ax.axhline
        draw(usual, color=GREY, ls=":", lw=2)
        return True
    return False


def _ahead(values: NDArray[np.float64], a: str, b: str) -> str:
    count = int(np.isfinite(values).sum())
    first, second = (values < 0).sum() / count, (values > 0).sum() / count
    names = _looks.words(a), _looks.words(b)
    if max(first, second) == 1:
        return f"{names[0] if first else names[1]} is ahead in all {count:,} markets"
    if first == second == 0:
        return f"{names[0]} and {names[1]} are worth the same in all {count:,} markets"
    equal = 1 - first - second
    rest = f", equal in {equal:.0%}" if equal >= 5e-3 else ""
    return (
        f"{names[0]} is ahead in {first:.0%} of these {count:,} markets, "
        f"{names[1]} in {second:.0%}{rest}"
    )


def _stretches(rest: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Return stretches of one kind of habit, each joined to the next if they meet."""
    kinds, gains = rest["branch"].to_numpy(), rest["advantage"].to_numpy()
    left = (gains[1:] == gains[:-1]) & np.isin(gains[1:], [gains.min(), gains.max()])
    if not np.ptp(gains):
        left[:] = False  # one advantage only: all its habits on one line
    cuts = [0, *(np.flatnonzero((kinds[1:] != kinds[:-1]) | left) + 1).tolist(), len(rest)]
    return [
        (str(kinds[first]), rest.iloc[first if not first or left[first - 1] else first - 1 : last])
        for first, last in pairwise(cuts)
    ]


def _tips(rest: pd.DataFrame) -> tuple[float, float]:
    """Return where a rare habit spreads and a widespread one ends; NaN if not among these.

    Between the two folds lie the habits that a push ends.
    """
    every, between = rest["advantage"], rest.loc[rest["branch"] == "unstable", "advantage"]
    begins = float(between.max()) if between.max() < every.max() else math.nan
    return begins, float(between.min()) if between.min() > every.min() else math.nan


def _jumps(loop: pd.DataFrame) -> str:
    moved = loop[loop["direction"] != "rest"]
    there, back = (
        moved[moved["direction"] == way].sort_values("advantage")["public_share"].to_numpy()
        for way in ("up", "down")
    )
    rest = loop[loop["direction"] == "rest"]
    if not (there < back - 0.01).any():
        if (rest["branch"] == "unstable").any():
            return "Shaming does not break out: the advantage stays short of the fold"
        return "The habit goes the way that it came: no hysteresis"
    begins, ends = _tips(rest)
    out = f"Shaming breaks out at an advantage of {_points(begins)} points"
    if math.isnan(ends):
        return f"{out} and stays on this path"
    return f"{out} and ends only at {_points(ends)}"


def _points(advantage: float) -> str:
    return f"{100 * advantage:z,.1f}".removesuffix(".0")
