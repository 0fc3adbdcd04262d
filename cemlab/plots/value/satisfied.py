"""Figures of what satisfaction is worth: the value by what part satisfies, and one more in ten."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from cemlab.plots._style import BLUE, GREY, PURPLE, STYLE, finish, new_axes


def value_by_satisfaction(
    values: pd.DataFrame,
    *,
    unit: str = "purchases to come, discounted",
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the value of a customer by the share of purchases that satisfy.

    Parameters
    ----------
    values : DataFrame
        Of `crm.value.satisfied_more`, two shares or more.
    unit : str
        What the value is counted in.
    prediction : object, optional
        The reader's guess; a kept guess is taken as the value at the largest share: a star.

    Examples
    --------
    >>> frame = pd.DataFrame({"value": [2.0, 5.0]}, index=pd.Index([0.5, 0.8], name="p"))
    >>> value_by_satisfaction(frame).get_title(loc="left")
    'From 50% to 80% satisfied: 2.5 times the value'
    """
    curve = values["value"].sort_index()
    if len(curve) < 2:
        msg = f"values must be at least two shares, got {len(curve)}"
        raise ValueError(msg)
    ax = ax or new_axes()
    first, last = curve.index[0], curve.index[-1]
    with plt.rc_context(STYLE):
        ax.plot(curve.index, curve, color=BLUE, lw=3, label="value of a customer")
        ax.plot([first, last], curve.iloc[[0, -1]], color=GREY, ls="--", lw=1.5,
                label="if each step were worth the same")  # fmt: skip
        guessed = getattr(prediction, "value", None)
        if guessed is not None:
            ax.plot(last, guessed, "*", color=PURPLE, ms=20, zorder=5, clip_on=False,
                    label="your prediction")  # fmt: skip
        ax.set_ylim(0, 1.08 * max(curve.max(), guessed or 0.0) or 1)
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.set_xlabel("purchases that satisfy")
        ax.set_ylabel(unit)
        ax.legend(loc="upper left", frameon=False)
        times = f"{curve.iloc[-1] / curve.iloc[0]:.2g} times the value" if curve.iloc[0] else "value from 0"  # fmt: skip
        finish(ax, title or f"From {first:.0%} to {last:.0%} satisfied: {times}", prediction)
    return ax


def one_more_in_ten(
    values: pd.DataFrame,
    *,
    unit: str = "purchases to come, discounted",
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what one more satisfying purchase in ten is worth, by how many satisfy already.

    Parameters
    ----------
    values : DataFrame
        Of `crm.value.satisfied_more`; other steps than one in ten are named as they are.
    unit : str
        What the value is counted in.
    prediction : object, optional
        The reader's guess; a kept guess is taken as the gain at the largest share: a star.

    Examples
    --------
    >>> frame = pd.DataFrame({"gain": [1.0, 5.0], "more": 0.1}, index=pd.Index([0.5, 0.8], name="p"))
    >>> one_more_in_ten(frame).get_title(loc="left")
    'One more satisfying purchase in ten: at 80% worth 5 times that at 50%'
    """
    if values.empty:
        msg = "values must be at least one share, got none"
        raise ValueError(msg)
    rows = values.sort_index()
    ax = ax or new_axes(width=10.0)
    x, gain = np.arange(len(rows)), rows["gain"].to_numpy()
    more = rows["more"].iloc[0]
    with plt.rc_context(STYLE):
        ax.bar(x, gain, width=0.6, color=BLUE)
        for place, height in zip(x, gain, strict=True):
            ax.annotate(f"{height:.1f}" if gain.max() >= 1 else f"{height:.2g}", (place, height), (0, 4), ha="center", textcoords="offset points")  # fmt: skip
        guessed = getattr(prediction, "value", None)
        if guessed is not None:
            ax.plot(x[-1], guessed, "*", color=PURPLE, mec="white", ms=22, zorder=5,
                    label="your prediction")  # fmt: skip
            ax.legend(loc="upper left", frameon=False)
        ax.set_xticks(x, [f"{p:.0%} → {p + more:.0%}" for p in rows.index])
        ax.set_ylim(0, 1.15 * max(gain.max(), guessed or 0.0) or 1)
        ax.set_xlabel("purchases that satisfy, before and after")
        ax.set_ylabel(f"gain per customer\n({unit})")
        step = (
            "One more satisfying purchase in ten"
            if abs(more - 0.1) < 1e-9
            else f"{100 * more:.3g} more satisfying purchases in 100"
        )
        found = f"{step}: worth {gain[-1]:.3g} at {rows.index[-1]:.0%}"
        if len(gain) > 1 and gain[0] > 0:
            times = f"worth {gain[-1] / gain[0]:.2g} times that at {rows.index[0]:.0%}"
            found = f"{step}: at {rows.index[-1]:.0%} {times}"
        finish(ax, title or found, prediction)
    return ax
