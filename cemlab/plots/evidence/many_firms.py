"""Figures of many firms around their events, and of how often tests say yes."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from cemlab import _words
from cemlab.evidence.shares.many_firms import FirmsStudy
from cemlab.plots._style import BLUE, GREY, ORANGE, PURPLE, RED, STYLE, finish, new_axes

_MOST = 40


def firm_returns(
    study: FirmsStudy,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw each firm's cumulative abnormal return with its interval, and the mean of all.

    Parameters
    ----------
    study : FirmsStudy
        Of `event_studies`; the 40 firms with the largest returns up or down are shown at most.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> from cemlab.evidence import event_studies
    >>> table = pd.DataFrame({"A": [1, -1, 1, -1, 1, -1, 5], "B": [2, -2, -2, 2, 2, -2, 4.0]}) / 100
    >>> found = event_studies(table, events={"A": 6, "B": 6}, factors=None, estimation=6)
    >>> firm_returns(found).get_title(loc="left")
    '1 of 2 firms is off zero; their mean is 4.5% [-4.5%, 13.5%]'
    """
    table = study.firms
    kept = table["value"].abs().sort_values(ascending=False).index[:_MOST]
    shown = table.loc[table.index.isin(kept)].sort_values("value", ascending=False)
    off = (shown["low"] > 0) | (shown["high"] < 0)
    y = np.arange(len(shown), 0, -1)
    ax = ax or new_axes(width=10.0, height=2.4 + 0.42 * len(shown))
    with plt.rc_context(STYLE):
        for part, colour, marker, label in (
            (off, RED, "D", "interval without zero"),
            (~off, BLUE, "o", "interval with zero"),
        ):
            if part.any():
                _bars(ax, shown[part], y[part.to_numpy()], colour, marker, label)
        mean = study.mean
        known = bool(np.isfinite(mean.low))
        wide = [[mean - mean.low], [mean.high - mean]] if known else None
        ax.errorbar([mean.value], [0], xerr=wide, fmt="s", color="black", ms=11, lw=3, capsize=6)
        ax.axvline(0, color=GREY, lw=1.5, ls=":", zorder=0)
        names = [f"{firm}, {_day(day)}" for firm, day in shown["event"].items()]
        ax.set_yticks([*y, 0], [*names, f"mean of {_words.counted(len(table), 'firm')}"])
        ax.tick_params(axis="y", length=0)
        ax.set_ylim(-0.7, len(shown) + 0.7)
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=None))
        first, last = study.abnormal.index[[0, -1]]
        days = f"day {first}" if first == last else f"days {first} to {last}"
        ax.set_xlabel(f"cumulative abnormal return, {days} (0: the event)")
        ax.set_ylabel("firm, event")
        ax.legend(
            loc="upper left",
            bbox_to_anchor=(0.0, -0.14 * 6 / (2.4 + 0.42 * len(shown))),
            ncols=2,
            frameon=False,
        )
        everyone = (table["low"] > 0) | (table["high"] < 0)
        off_zero = int(everyone.sum())
        value = f"{mean:.1%}"
        if len(table) == 1:
            value += f" [{table['low'].iloc[0]:.1%}, {table['high'].iloc[0]:.1%}]"
            found = f"{table.index[0]} is {'' if off_zero else 'not '}off zero: {value}"
        else:
            found = f"{off_zero} of {_words.counted(len(table), 'firm')} {'is' if off_zero == 1 else 'are'} off zero; their mean is {value}"
            if known:
                found += f" [{mean.low:.1%}, {mean.high:.1%}]"
        finish(ax, title or found, prediction)
    return ax


def rejection_bars(
    rates: pd.DataFrame,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how often tests reject, with two standard errors and the nominal rate.

    Parameters
    ----------
    rates : DataFrame
        Of `rejection_rates` or `event_study_rates`.
    prediction : object, optional
        The reader's guess; a kept guess (a share) is marked.

    Examples
    --------
    >>> rates = pd.DataFrame({"value": [0.16, 0.05], "se": 0.004, "n": 4000, "nominal": 0.05}, ["Patell", "BMP"])
    >>> rejection_bars(rates).get_title(loc="left")
    'Of 100 tests at 5%, BMP rejects 5, Patell 16'
    """
    missing = {"value", "se", "n", "nominal"} - set(rates.columns)
    if missing or rates.empty:
        msg = f"rates must be a table of rejection_rates, got columns {[str(c) for c in rates.columns]}"
        raise ValueError(msg)
    nominal, n = float(rates["nominal"].iloc[0]), int(rates["n"].iloc[0])
    value, error = rates["value"].to_numpy(), 2 * rates["se"].to_numpy()
    y = np.arange(len(rates))[::-1]
    near = np.abs(value - nominal) <= np.maximum(2 * error, 0.01)
    ax = ax or new_axes(width=10.0, height=2.2 + 0.55 * len(rates))
    with plt.rc_context(STYLE):
        ax.barh(y, value, height=0.62, color=[BLUE if good else ORANGE for good in near])
        low = np.minimum(error, value)
        ax.errorbar(value, y, xerr=[low, error], fmt="none", color="black", capsize=5, lw=1.5)
        ax.axvline(nominal, color="black", lw=1.5, ls=":", label=f"nominal: {nominal:.0%}")
        for place, share, up in zip(y, value, error, strict=True):
            ax.annotate(f"{share:.1%}", (share + up, place), (6, 0), va="center", textcoords="offset points",
                        bbox={"fc": "white", "ec": "none", "pad": 1})  # fmt: skip
        guess = getattr(prediction, "value", None)
        if isinstance(guess, int | float) and 0 <= guess <= 1:
            ax.axvline(guess, color=PURPLE, lw=7, alpha=0.45, label="your prediction")
        ax.set_yticks(y, [str(name) for name in rates.index])
        ax.tick_params(axis="y", length=0)
        ax.set_xlim(0, min(1.0, 1.18 * float((value + error).max()) + 0.02))
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=None))
        ax.set_xlabel(f"share of {n:,} simulated data sets in which the test rejects")
        ax.set_ylabel("test")
        ax.legend(loc="lower right", frameon=False)
        least, most = rates["value"].idxmin(), rates["value"].idxmax()
        found = f"Of 100 tests at {nominal:.0%}, {least} rejects {100 * rates['value'].min():.0f}"
        if least != most:
            found += f", {most} {100 * rates['value'].max():.0f}"
        finish(ax, title or found, prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def _bars(ax: Axes, table: pd.DataFrame, y: Any, colour: str, marker: str, label: str) -> None:
    wide = [table["value"] - table["low"], table["high"] - table["value"]]
    ax.errorbar(table["value"], y, xerr=wide, fmt=marker, color=colour, ms=8, lw=2, capsize=4, label=label)  # fmt: skip


def _day(day: object) -> str:
    return f"{day:%Y-%m-%d}" if isinstance(day, pd.Timestamp) else f"{day}"
