"""Figures of claims of the form "up to x %"."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, NullLocator

from cemlab import _checks
from cemlab.plots._style import BLUE, ORANGE, PURPLE, RED, STYLE, finish, new_axes
from cemlab.plots.returns.distribution import percent, percents


def up_to(
    table: pd.DataFrame,
    *,
    claim: float | None = None,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how the best of n experiments grows with n, while the mean stays where it is.

    Parameters
    ----------
    table : DataFrame
        Of `roi.maxima`: `n`, `value`, `low`, `high`, `level`, `mean`, `true_of_best`.
    claim : float, optional
        An "up to" effect (share of 1), such as 0.67, drawn as a line.
    prediction : object, optional
        The reader's guess; a kept guess is a number of experiments and drawn as a line.

    Examples
    --------
    >>> from cemlab.crm import roi
    >>> ax = up_to(roi.maxima([1, 10, 100], mean=0.05, sd=0.2))
    >>> ax.get_title(loc="left")
    'The mean stays at 5%; the best of 100 shows 55%'
    """
    if table.empty:
        msg = "table must have at least one number of experiments, got none"
        raise ValueError(msg)
    rows = table.sort_values("n")
    ax = ax or new_axes(width=10.0, height=4.8)
    n = rows["n"].to_numpy(np.float64)
    with plt.rc_context(STYLE):
        band = f"of 100 such vendors, {100 * rows['level'].iloc[0]:g} show a best in here"
        ax.fill_between(n, rows["low"], rows["high"], color="#B9D4E8", label=band)
        for column, look, colour, words in (
            ("value", "o-", BLUE, "the best, as measured"),
            ("true_of_best", "^--", ORANGE, "the best, in truth"),
            ("mean", ":", "black", "mean of all"),
        ):
            ax.plot(n, rows[column], look, color=colour, lw=3, ms=8)
            ax.annotate(words, (n[-1], rows[column].iloc[-1]), (10, 0), color=colour,
                        textcoords="offset points", va="center", weight="bold")  # fmt: skip
        if claim is not None:
            told = _checks.number("claim", claim)
            ax.axhline(told, color=RED, ls="-.", lw=2)
            ax.annotate(f'told: "up to {percent(told)}"', (n[0], told), (0, 5), color=RED,
                        textcoords="offset points", weight="bold")  # fmt: skip
        guessed = float(getattr(prediction, "value", 0.0))
        if guessed > 0:
            ax.axvline(guessed, color=PURPLE, ls=":", lw=3, label="your prediction")
        ax.set_xscale("log")
        ax.xaxis.set_minor_locator(NullLocator())
        ax.set_xticks(n, [f"{value:,.0f}" for value in n])
        ax.yaxis.set_major_locator(MaxNLocator(6))
        ax.yaxis.set_major_formatter(percents())
        ax.set_xlabel("experiments of which the best is told (each step: several times more)")
        ax.set_ylabel("effect on sales")
        top = max(rows["high"].max(), -1.0 if claim is None else claim)
        low = min(rows["low"].min(), 0.0) - 0.05
        ax.set_ylim(low, top + 0.3 * (top - low))
        ax.legend(loc="upper left", ncols=1, frameon=False)
        last = rows.iloc[-1]
        found = (
            f"The mean stays at {percent(last['mean'])}; "
            f"the best of {last['n']:,.0f} shows {percent(last['value'])}"
        )
        finish(ax, title or found, prediction)
    return ax
