"""Figure of what a study of one firm can find at all."""

from collections.abc import Sequence
from itertools import cycle
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from cemlab import _checks
from cemlab.evidence.shares import _finding
from cemlab.plots._style import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, STYLE, finish, new_axes

_LOOKS: tuple[tuple[str, Any], ...] = ((BLUE, "-"), (ORANGE, "--"), (GREEN, "-."), (GREY, ":"))
_COLUMNS = ("sigma", "effect", "power", "detectable", "se", "df", "days", "level")


def power_curves(
    curve: pd.DataFrame,
    *,
    claim: float | None = None,
    names: Sequence[str] | None = None,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the chance of finding an effect against its size, a line a daily deviation.

    Parameters
    ----------
    curve : DataFrame
        Of `power_curve`; falls and rises are drawn by their size.
    claim : float, optional
        The effect that was claimed, such as -0.1: marked, and named in the title.
    names : sequence of str, optional
        What each line is, in the order of the deviations in the table; two are written on
        their lines. None: the deviation, and what is significant.
    prediction : object, optional
        The reader's guess; a kept guess (a chance) is marked at the claim.

    Raises
    ------
    ValueError
        If a column is missing, or there are not as many names as deviations.

    Examples
    --------
    >>> from cemlab.evidence import power_curve
    >>> power_curves(power_curve([0.03, 0.07], 4), claim=-0.1).get_title(loc="left")
    'A real 10% in 4 days would be found with a chance of 38% or 11%'
    """
    missing = [name for name in _COLUMNS if name not in curve]
    if missing or curve.empty:
        got = f"no {missing[0]}" if missing else "no row"
        msg = f"curve must have rows with columns {', '.join(_COLUMNS)}, got {got}"
        raise ValueError(msg)
    groups = list(curve.groupby("sigma", sort=False))
    if names is not None and len(names) != len(groups):
        msg = f"names must be one a deviation of the curve, {len(groups)}, got {len(names)}: give {len(groups)}"
        raise ValueError(msg)
    written = names is not None and len(groups) == 2
    ax = ax or new_axes(width=10.0, height=5.2)
    days, level = int(curve["days"].iloc[0]), float(curve["level"].iloc[0])
    size = None if claim is None else abs(_checks.number("claim", claim))
    chances = []
    with plt.rc_context(STYLE):
        for i, ((colour, dash), (sigma, part)) in enumerate(zip(cycle(_LOOKS), groups, strict=False)):  # fmt: skip
            part = part.assign(effect=part["effect"].abs()).sort_values("effect")
            least = float(part["detectable"].iloc[0])
            x, y = part["effect"].to_numpy(), part["power"].to_numpy()
            told = f"daily {float(sigma):.1%}: significant from {least:.1%}" if names is None else str(names[i])  # fmt: skip
            ax.plot(100 * x, y, color=colour, ls=dash, lw=3.5, label=None if written else told)
            if written:
                steep = sigma == min(float(each) for each, _ in groups)
                _on_line(ax, 100 * x, y, told, colour, left=steep)
            if size is not None:
                chances.append(_chance(part, size, level))
                ax.plot(100 * size, chances[-1], "o", color=colour, ms=11, zorder=4, clip_on=False)
                ax.annotate(f"{chances[-1]:.0%}", (100 * size, chances[-1]), (10, -4),
                            textcoords="offset points", va="top", color=colour)  # fmt: skip
        ax.axhline(0.8, color=GREY, lw=1.5, ls=":")
        ax.annotate("usually asked\nfor: 80%", (0.0, 0.8), (4, 4), xycoords=("axes fraction", "data"),
                    textcoords="offset points", color=GREY)  # fmt: skip
        ax.axhline(1 - level, color=GREY, lw=1.5, ls=":")
        ax.annotate(f"false alarms: {1 - level:.0%}", (1.0, 1 - level), (0, 4), ha="right", color=GREY,
                    xycoords=("axes fraction", "data"), textcoords="offset points")  # fmt: skip
        if size is not None:
            ax.axvline(100 * size, color=RED, lw=2.5, ls="--", label=f"claimed: {size:.0%}")
            guessed = getattr(prediction, "value", None)
            if isinstance(guessed, int | float) and 0 <= guessed <= 1:
                ax.plot(100 * size, guessed, "*", color=PURPLE, mec="white", ms=22, zorder=5,
                        label="your prediction")  # fmt: skip
        far = max(float(curve["effect"].abs().max()), 1.1 * (size or 0.0))
        ax.set_xlim(0, 100 * (far or 0.01))
        ax.set_ylim(0, 1)
        ax.xaxis.set_major_formatter(PercentFormatter(100, decimals=0))
        ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.set_xlabel(f"true effect over {days} trading day{'s' if days > 1 else ''}, up or down")
        ax.set_ylabel("chance to find it")
        ax.legend(loc="upper left", bbox_to_anchor=(0.0, -0.14), ncols=2, frameon=False)
        finish(ax, title or _title(curve, claim, chances, days), prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def _on_line(ax: Axes, x: Any, y: Any, words: str, colour: str, *, left: bool) -> None:
    """Write words beside a rising line: left of its upper part, or right of its lower part."""
    place = int(np.argmin(np.abs(y - (0.9 if left else 0.4))))
    ax.annotate(words, (x[place], y[place]), (-12, 4) if left else (14, -8), textcoords="offset points",
                ha="right" if left else "left", va="center", color=colour, fontweight="bold",
                bbox={"fc": "white", "ec": "none", "pad": 1, "alpha": 0.8})  # fmt: skip


def _chance(part: pd.DataFrame, size: float, level: float) -> float:
    """Return the chance at the claim itself, wherever the effects of the curve begin and end."""
    error, df = float(part["se"].iloc[0]), float(part["df"].iloc[0])
    return float(_finding.chance(size / error, level, df))


def _title(curve: pd.DataFrame, claim: float | None, chances: list[float], days: int) -> str:
    span = f"{days} day" + ("s" if days > 1 else "")
    if claim is None:
        ends = [f"{x:.1%}" for x in (curve["detectable"].min(), curve["detectable"].max())]
        return f"In {span}, only {' to '.join(dict.fromkeys(ends))} and more is significant"
    ends = [f"{x:.0%}" for x in (max(chances), min(chances))]
    joined = (
        " or ".join(dict.fromkeys(ends)) if len(chances) == 2 else " to ".join(dict.fromkeys(ends))
    )
    return f"A real {abs(claim):.0%} in {span} would be found with a chance of {joined}"
