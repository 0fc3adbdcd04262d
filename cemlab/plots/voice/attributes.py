"""Figures of attributes: Kano's map, penalty and reward, and the zone of indifference."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter
from numpy.typing import ArrayLike

from cemlab._words import counted
from cemlab.cem.surveys.attributes import KANO_CATEGORIES, Kano
from cemlab.cem.surveys.contrasts import PenaltyReward
from cemlab.cem.surveys.curves import SatisfactionCurve
from cemlab.plots._style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    STYLE,
    TITLE,
    finish,
    new_axes,
    show_prediction,
)

_KANO = {"M": (RED, "s"), "O": (BLUE, "o"), "A": (GREEN, "^"), "I": (GREY, "D"),
         "R": (PURPLE, "v"), "Q": (ORANGE, "X")}  # fmt: skip
_CORNERS = ((0.08, 0.97), (0.9, 0.97), (0.08, 0.03), (0.93, 0.03))  # where words stand
_ZONE = "#F3E3BF"
_NUDGES = ((11, 9), (11, -17), (-11, 9), (-11, -17))


def kano_map(
    found: Kano,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw each attribute by what it adds if there, and what its absence costs, with intervals.

    Colour and form are its most frequent category; hollow where that is not clear. An
    attribute with reverse or questionable answers only is left out.

    Parameters
    ----------
    found : Kano
        What `surveys.kano` returned.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> from cemlab.cem import surveys
    >>> ax = kano_map(surveys.kano({"seat": 30 * [2]}, {"seat": 29 * [5] + [3]}))
    >>> ax.get_title(loc="left")
    '1 of 1 attribute lies surely in one quarter of the map'
    """
    table = found.coefficients.dropna(subset="value")
    if table.empty:
        msg = "found must have an attribute with coefficients, got only reverse or questionable answers"
        raise ValueError(msg)
    rows = found.categories.loc[table.index.unique(level=0)]
    better, worse = table.xs("better", level=1), table.xs("worse", level=1)
    x, y = -worse["value"].to_numpy(), better["value"].to_numpy()
    ax = ax or new_axes(width=9.6, height=7.2)
    shown = set()
    with plt.rc_context(STYLE):
        ax.axhline(0.5, color="#BBBBBB", lw=1.5, zorder=0)
        ax.axvline(0.5, color="#BBBBBB", lw=1.5, zorder=0)
        corners = {"attractive": (0, 1), "one-dimensional": (1, 1), "indifferent": (0, 0), "must-be": (1, 0)}  # fmt: skip
        for words, (side, level) in corners.items():
            ax.text(0.01 + 0.98 * side, 0.01 + 0.98 * level, words, color=GREY, size=14,
                    ha="right" if side else "left", va="top" if level else "bottom", style="italic")  # fmt: skip
        for i, row in enumerate(rows.to_dict("records")):
            colour, marker = _KANO[row["most"]]
            error: dict[str, Any] = {
                "xerr": [[x[i] + worse["high"].iloc[i]], [-worse["low"].iloc[i] - x[i]]],
                "yerr": [[y[i] - better["low"].iloc[i]], [better["high"].iloc[i] - y[i]]],
            }
            clear = row["category"] != "not clear"
            name = KANO_CATEGORIES[row["most"]] + ("" if clear else ", not clear")
            ax.errorbar(x[i], y[i], **error, fmt=marker, color=colour, ms=11, mew=2, elinewidth=1.5,
                        mfc=colour if clear else "white", label=None if name in shown else name)  # fmt: skip
            shown.add(name)
        for i, (dx, dy) in enumerate(_sides(x, y)):
            ax.annotate(str(rows.index[i]), (x[i], y[i]), (dx, dy), size=12.5, zorder=5,
                        textcoords="offset points", ha="left" if dx > 0 else "right")  # fmt: skip
        ax.set_xlim(-0.02, 1.02)
        ax.set_ylim(-0.02, 1.02)
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.set_xlabel("worse: part of customers whom its absence puts off")
        ax.set_ylabel("better: part whom its presence pleases")
        ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3, frameon=False, fontsize=12)
        sure = _one_side(better) & _one_side(-worse)
        verb = "lies" if sure.sum() == 1 else "lie"
        found_words = f"{sure.sum()} of {counted(len(table) // 2, 'attribute')} {verb} surely in one quarter of the map"
        lines = -(-len(shown) // 3)
        finish_above(ax, title or found_words, prediction, room=14 + 21 * lines)
    return ax


def penalty_reward(
    found: PenaltyReward,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what each attribute costs when bad, and brings when good, with intervals.

    Parameters
    ----------
    found : PenaltyReward
        What `surveys.penalty_reward` returned.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> from cemlab.cem import surveys
    >>> rating, overall = [1, 1, 3, 3, 5, 5], [1, 3, 4, 6, 5, 7]
    >>> ax = penalty_reward(surveys.penalty_reward(overall, {"speed": rating}, low=2, high=4))
    >>> ax.get_title(loc="left")
    'No attribute shows its kind beyond doubt'
    """
    rows = found.attributes.assign(range=found.attributes["reward"] - found.attributes["penalty"])
    rows = rows.sort_values("range", ascending=False, kind="stable")
    ax = ax or new_axes(width=10.0, height=2.4 + 0.66 * len(rows))
    y = np.arange(len(rows))
    with plt.rc_context(STYLE):
        looks = (("penalty", RED, "bad scores (penalty)"), ("reward", BLUE, "good scores (reward)"))
        for lift, (name, colour, words) in zip((-0.18, 0.18), looks, strict=True):
            value = rows[name]
            off = [value - rows[f"{name}_low"], rows[f"{name}_high"] - value]
            ax.barh(y + lift, value, height=0.34, color=colour, label=words, zorder=2)
            ax.errorbar(value, y + lift, xerr=off, fmt="none", ecolor="black", capsize=4, zorder=3)
        ax.axvline(0, color="black", lw=1)
        ends = rows.filter(regex="^(penalty|reward)").to_numpy()
        low, high = min(ends.min(), 0.0), max(ends.max(), 0.0)
        for place, kind in zip(y, rows["kind"], strict=True):
            ax.text(high + 0.04 * (high - low), float(place), kind, va="center", size=13,
                    color=GREY if kind == "not clear" else "black")  # fmt: skip
        ax.set_xlim(low - 0.05 * (high - low), high + 0.32 * (high - low))
        ax.set_yticks(y, [str(name) for name in rows.index])
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.set_xlabel(f"overall score against middling scores (points, n = {found.base.n:,g})")
        ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, frameon=False)
        clear = rows.loc[rows["kind"] != "not clear", "kind"]
        counts = clear.value_counts(sort=False).to_dict()
        words = ", ".join(f"{n} {kind}" for kind, n in counts.items())
        words = f"{counted(len(rows), 'attribute')}: {words}"
        if len(clear) < len(rows):
            words += f", {len(rows) - len(clear)} not clear"
        finish_above(ax, title or (words if counts else "No attribute shows its kind beyond doubt"),
                prediction, room=34)  # fmt: skip
    return ax


def satisfaction_curve(
    found: SatisfactionCurve,
    *,
    data: tuple[ArrayLike, ArrayLike] | None = None,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the three lines of a satisfaction curve, and the zone of indifference between.

    Parameters
    ----------
    found : SatisfactionCurve
        What `surveys.satisfaction_curve` returned.
    data : tuple of array_like, optional
        Satisfaction and outcome; shown as the mean of each of at most 12 groups of scores.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> from cemlab.cem import surveys
    >>> score = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] * 2
    >>> spend = [8, 12, 16, 20, 20, 20, 20, 21, 22, 23] * 2
    >>> ax = satisfaction_curve(surveys.satisfaction_curve(score, spend, kinks=(4, 7)))
    >>> ax.get_title(loc="left")
    'A point lost below 4 costs 4, a point gained above 7 brings 1'
    """
    (lower, upper), wide = found.kinks["value"], np.ptp(found.kinks["value"])
    ends = [lower - max(wide, 1.0), upper + max(wide, 1.0)]
    ax = ax or new_axes(width=9.6, height=5.2)
    with plt.rc_context(STYLE):
        if data is not None:
            x, y, n = _groups(*data)
            ends = [min(x.min(), lower), max(x.max(), upper)]
            ax.scatter(x, y, s=30 + 170 * n / n.max(), color=GREY, alpha=0.7, zorder=2,
                       label="mean of respondents (larger: more)")  # fmt: skip
        ax.axvspan(lower, upper, color=_ZONE, zorder=0)
        ax.fill([], [], fc=_ZONE, ec=GREY, label="zone of indifference")
        at = np.array([ends[0], lower, upper, ends[1]])
        ax.plot(at, found.predict(at), color=BLUE, lw=3.5, label="fitted", zorder=3)
        for _, row in found.kinks.iterrows():
            height = float(found.predict([row["value"]])[0])
            if not np.isnan(row["low"]):
                ax.plot([row["low"], row["high"]], [height] * 2, color=RED, lw=6, alpha=0.8,
                        solid_capstyle="butt", zorder=4)  # fmt: skip
            ax.plot(row["value"], height, "o", ms=10, color=RED, zorder=5)
        ax.plot([], [], "o-", color=RED, lw=5, label="kink, with its interval where known")
        ax.set_xlabel("satisfaction (points)")
        ax.set_ylabel("outcome")
        ax.legend(loc="lower right", fontsize=12, framealpha=1.0)
        below, above = found.slopes.loc["below", "value"], found.slopes.loc["above", "value"]
        words = f"A point lost below {lower:.3g} costs {below:.3g}, a point gained above {upper:.3g} brings {above:.3g}"
        finish(ax, title or words, prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def finish_above(ax: Axes, title: str, prediction: object, *, room: float = 6.0) -> None:
    """Write the title over what stands above the axes, and the reader's guess between."""
    show_prediction(ax, prediction, lift=room - 6.0)
    ax.set_title(title, loc="left", **(TITLE | {"pad": room + 30.0 * (prediction is not None)}))


def _one_side(table: pd.DataFrame) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    """Mark the intervals that do not reach over one half."""
    ends = np.sort(table[["low", "high"]].to_numpy(), axis=1)
    return (ends[:, 0] > 0.5) | (ends[:, 1] < 0.5)


def _sides(x: Any, y: Any) -> list[tuple[float, float]]:
    """Return for each point the side of its words that is farthest from the other points."""
    taken = [*zip(x, y, strict=True), *_CORNERS]
    chosen: list[tuple[float, float]] = []
    for px, py in zip(x, y, strict=True):
        best, room = _NUDGES[0], -1.0
        for dx, dy in _NUDGES:
            at = (px + 0.09 * np.sign(dx), py + 0.03 * np.sign(dy))
            outside = not (0.0 <= px + 0.18 * np.sign(dx) <= 1.0)
            near = min((np.hypot((at[0] - qx) / 2, at[1] - qy) for qx, qy in taken if (qx, qy) != (px, py)), default=1.0)  # fmt: skip
            if (score := near - outside) > room:
                best, room = (dx, dy), score
        chosen.append(best)
        taken.append((px + 0.09 * np.sign(best[0]), py + 0.03 * np.sign(best[1])))
    return chosen


def _groups(x: ArrayLike, y: ArrayLike, most: int = 12) -> tuple[Any, Any, Any]:
    """Return mean score, mean outcome and size of groups of like scores."""
    one, other = np.asarray(x, np.float64), np.asarray(y, np.float64)
    there = ~np.isnan(one) & ~np.isnan(other)
    one, other = one[there], other[there]
    places, group = np.unique(one, return_inverse=True)
    if len(places) > most:
        edges = np.linspace(one.min(), one.max(), most + 1)[1:-1]
        group = np.digitize(one, edges)
    n = np.bincount(group).astype(np.float64)
    kept = n > 0
    sums = [np.bincount(group, weights=values)[kept] / n[kept] for values in (one, other)]
    return sums[0], sums[1], n[kept]
