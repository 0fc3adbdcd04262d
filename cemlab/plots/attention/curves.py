"""Figures of attention as a curve: adoption with its peak, the classes, decay after a peak."""

import math
from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, StrMethodFormatter

from cemlab import _checks, _words
from cemlab.calibrate import BassFit
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
from cemlab.sim import attention
from cemlab.sim.attention import Classification

_ALMOST_NONE = 1e-6
_WORDS = {
    "endogenous critical": "built up from inside",
    "exogenous critical": "push from outside,\npassed on",
    "exogenous subcritical": "push from outside,\nhardly passed on",
}
_LOOKS = {
    "power law": (BLUE, "-"),
    "exponential": (RED, "--"),
    "stretched exponential": (GREEN, "-."),
}


def adoption_curve(
    curve: BassFit | pd.DataFrame,
    *,
    adoptions: object = None,
    unit: str = "period",
    of: str = "adoptions",
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a Bass curve: adoptions a period with their peak, and all who have adopted so far.

    Parameters
    ----------
    curve : BassFit or DataFrame
        A fit of `fit_bass`; or one row with `p`, `q` and `m`, and optionally `periods`: how many
        to draw (default: until nearly all have adopted).
    adoptions : array_like, optional
        What was counted in each period from launch on: drawn as bars; without, that of a fit.
    unit : str
        Length of a period, such as "year" or "day".
    of : str
        What is counted, such as "sold (thousands)".
    prediction : object, optional
        The reader's guess; a kept guess (periods until the peak) is marked.

    Examples
    --------
    >>> ax = adoption_curve(pd.DataFrame({"p": [0.01], "q": [0.4], "m": [1000]}))
    >>> ax.get_title(loc="left")
    'The peak comes after 9 periods: 105 a period, 49% of all so far'
    """
    if isinstance(curve, BassFit):
        adoptions = curve.adoptions if adoptions is None else adoptions
        curve = pd.DataFrame([dict(curve.params)])
    missing = {"p", "q", "m"} - set(curve.columns)
    if missing or len(curve) != 1:
        got = f"{len(curve)} rows with {[str(c) for c in curve.columns]}"
        msg = f"curve must be one row with p, q and m, got {got}"
        raise ValueError(msg)
    row = curve.iloc[0]
    law: dict[str, float] = {name: float(row[name]) for name in ("p", "q", "m")}
    peak = attention.bass_peak(**law)
    counted = np.asarray([] if adoptions is None else adoptions, np.float64)
    last = float(row["periods"]) if "periods" in curve else _nearly_all(**law)
    last = max(_checks.number("periods", last, low=0), float(counted.size))
    t = np.linspace(0, last, 500)
    ax = ax or new_axes(width=10.0, height=5.2)
    with plt.rc_context(STYLE):
        if counted.size:
            ax.bar(np.arange(counted.size) + 0.5, counted, 0.86, color="#C9C9C9", label=f"counted a {unit}")  # fmt: skip
        rate = attention.bass_rate(t, **law)
        ax.plot(t, rate, color=BLUE, lw=3, label=f"Bass curve, a {unit}")
        ax.plot(
            peak.time, peak.rate, "o", color=BLUE, ms=11, mec="black", zorder=5, label="its peak"
        )
        guessed = getattr(prediction, "value", None)
        if isinstance(guessed, int | float) and guessed >= 0:
            ax.axvline(guessed, color=PURPLE, ls=":", lw=3, label="your prediction")
        top = max(float(rate.max()), float(counted.max(initial=0.0)))
        ax.set_ylim(0, 1.3 * top)
        ax.set_xlim(0, last)
        ax.set_xlabel(f"{unit}s since launch")
        ax.set_ylabel(f"{of} a {unit}", color=BLUE)
        ax.yaxis.set_major_formatter(FuncFormatter(_amount))
        so_far = ax.twinx()
        so_far.plot(
            t, attention.bass(t, **law), color=ORANGE, ls="--", lw=3, label="so far, right scale"
        )
        so_far.axhline(law["m"], color=GREY, ls=":", lw=1.5)
        so_far.set_ylim(0, 1.3 * law["m"])
        so_far.set_ylabel(f"so far (dotted: all, {_words.number(law['m'], law['m'])})")
        so_far.yaxis.set_major_formatter(FuncFormatter(_amount))
        so_far.spines["right"].set_visible(True)
        so_far.tick_params(labelsize=STYLE["font.size"])
        (one, words), (other, more) = (a.get_legend_handles_labels() for a in (ax, so_far))
        ax.legend([*one, *other], [*words, *more], loc="upper left", ncols=3, frameon=False, fontsize=11.5)  # fmt: skip
        part = peak.cumulative / law["m"]
        found = "No peak after launch: adoptions only fall"
        if peak.inner:
            found = f"The peak comes after {peak.time:.3g} {unit}s: {_words.number(peak.rate, peak.rate)} a {unit}, {part:.0%} of all so far"
        finish(ax, title or found, prediction)
    return ax


def attention_classes(
    classes: pd.DataFrame,
    *,
    days: float = 100.0,
    cutoff_days: float = 0.001,
    subcritical: float = 0.3,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how attention falls after a peak in each of the four classes, on log-log axes.

    Parameters
    ----------
    classes : DataFrame
        Of `exponents`: one row a class, with its `exponent`.
    days : float
        Last day to draw, above 1.
    cutoff_days : float
        Waiting times are flat up to here.
    subcritical : float
        Branching of the curve below the critical point, in [0, 1); at 0 the limit is drawn: the
        views that follow the shock directly.
    prediction : object, optional
        The reader's guess.

    Notes
    -----
    Curves are computed, not lines of the exponents: each is 1 on day 1. The noise of the fourth
    class is one example (fixed luck).

    Examples
    --------
    >>> ax = attention_classes(attention.exponents(0.4))
    >>> ax.get_title(loc="left")
    'Left after 100 days: 40% of a burst from inside, 0.16% of a mere push'
    """
    last = _checks.number("days", days, low=1.01)
    if not 0 <= subcritical < 1:
        msg = f"subcritical must be at least 0 and below 1, got {subcritical!r}"
        raise ValueError(msg)
    fall = classes["exponent"]
    theta = float(fall["exogenous subcritical"]) - 1
    t = np.geomspace(1, last, 300)
    common: dict[str, Any] = {"theta": theta, "cutoff": cutoff_days}
    curves = {
        "endogenous critical": attention.endogenous_response(t, branching=1, **common),
        "exogenous critical": attention.response(t, branching=1, **common),
        "exogenous subcritical": attention.response(
            t, branching=max(subcritical, _ALMOST_NONE), **common
        ),
    }
    looks = {
        "endogenous critical": (GREEN, "-"),
        "exogenous critical": (BLUE, "--"),
        "exogenous subcritical": (RED, "-."),
    }
    ax = ax or new_axes(width=10.0, height=5.4)
    with plt.rc_context(STYLE):
        k = np.arange(1, int(last) + 1)
        noise = np.random.default_rng(4).gamma(4.0, 0.25, k.size)
        ax.plot(k, noise, color=GREY, lw=1, alpha=0.8, zorder=0)
        left = {}
        for name, y in curves.items():
            y = y / y[0]
            left[name] = float(y[-1])
            colour, dash = looks[name]
            ax.plot(t, y, color=colour, ls=dash, lw=3)
            words = f"{_WORDS[name]}\n(exponent {fall[name]:.2g})"
            ax.annotate(words, (last, left[name]), (8, 0), textcoords="offset points", va="center",
                        color=colour, fontweight="bold", annotation_clip=False)  # fmt: skip
        ax.annotate("from inside, hardly\npassed on: no burst", (last, 1.0), (8, 22), color=GREY,
                    textcoords="offset points", va="center", annotation_clip=False)  # fmt: skip
        _log_days(ax, 1.0, last)
        ax.set_yscale("log")
        ax.set_ylim(0.5 * min(left.values()), 4.0)
        ax.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:g}"))
        ax.set_ylabel("views a day (day 1 = 1)")
        ax.set_xlabel("days after the peak (each step to the right is several times longer)")
        inside, alone = left["endogenous critical"], left["exogenous subcritical"]
        found = f"Left after {last:g} days: {inside:.0%} of a burst from inside, {100 * alone:.2g}% of a mere push"
        finish(ax, title or found, prediction)
    return ax


def decay_laws(
    found: Classification,
    *,
    laws: Sequence[str] = ("power law", "exponential"),
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw views after their peak with laws of decay: straight lines are power laws.

    Parameters
    ----------
    found : Classification
        Of `classify`.
    laws : sequence of str
        Which to draw: "power law", "exponential", "stretched exponential".
    prediction : object, optional
        The reader's guess; a kept guess of the exponent is drawn as a line from the first point.

    Raises
    ------
    ValueError
        If there were too few points to fit.

    Examples
    --------
    >>> views = [2, 3, 2, 3, 2, 5000, *(2 + 3000 * np.arange(1, 31) ** -0.6)]
    >>> ax = decay_laws(attention.classify(views))
    >>> ax.get_title(loc="left")
    'Views fall with exponent 0.60 (0.60 to 0.60)'
    """
    points = found.decay
    if found.laws.empty:
        msg = f"found must hold a fitted decay, got {len(points)} points: {found.trust}"
        raise ValueError(msg)
    x, y = points["days_after"].to_numpy(), points["views_per_day"].to_numpy()
    grid = np.geomspace(x.min(), x.max(), 300)
    ax = ax or new_axes(width=10.0, height=5.4)
    with plt.rc_context(STYLE):
        ax.plot(x, y, "o", color="black", ms=7, mfc="white", mew=1.6, zorder=4, label="views a day")
        for name in laws:
            colour, dash = _LOOKS[_checks.one_of("laws", name, _LOOKS)]
            best = float(found.laws.loc[name, "delta"]) == 0
            words = f"{name}{' (fits best)' if best else ''}"
            ax.plot(grid, found.predict(grid, law=name), color=colour, ls=dash, lw=3, label=words)
        guessed = getattr(prediction, "value", None)
        if isinstance(guessed, int | float) and math.isfinite(guessed):
            ax.plot(grid, y[0] * (grid / x[0]) ** -guessed, color=PURPLE, ls=":", lw=3, label="your prediction")  # fmt: skip
        if found.background:
            ax.axhline(found.background, color=GREY, ls=":", lw=1.5, label=f"before: {found.background:,.3g} a day")  # fmt: skip
        _log_days(ax, float(x.min()), float(x.max()))
        ax.set_yscale("log")
        least = min(float(y.min()), found.background or math.inf)
        ax.set_ylim(least / 2.5, y.max() * 2.5)
        ax.yaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
        ax.set_ylabel("views a day")
        ax.set_xlabel("days after the peak (each step to the right is several times longer)")
        ax.legend(loc="upper right", edgecolor="none", framealpha=1.0)
        fall = found.exponent
        words = f"Views fall with exponent {fall:.2f} ({fall.low:.2f} to {fall.high:.2f})"
        if prediction is None:
            ax.set_title(title or words, loc="left", **TITLE)
        else:
            show_prediction(ax, prediction)
            ax.set_title(title or words, loc="left", **(TITLE | {"pad": 36}))
    return ax


# --- inside ------------------------------------------------------------------------


def _nearly_all(p: float, q: float, m: float) -> float:
    """Return the period in which all but a fiftieth of m have adopted."""
    del m
    return math.log((0.98 * q / p + 1) / 0.02) / (p + q)


def _amount(value: float, _: object = None) -> str:
    """Return an amount, large ones in millions or billions.

    >>> _amount(350_000_000), _amount(2e9), _amount(25_000), _amount(0.5)
    ('350 M', '2 bn', '25,000', '0.5')
    """
    for size, name in ((1e9, " bn"), (1e6, " M")):
        if abs(value) >= size:
            return f"{value / size:.4g}{name}"
    return f"{value:,.10g}"


def _log_days(ax: Axes, low: float, high: float) -> None:
    ax.set_xscale("log")
    ax.set_xlim(low / 1.08, high * 1.1)
    narrow = high / low < 50
    ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if narrow else (1.0, 3.0)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,g}"))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.grid(color="#E4E4E4")
    ax.set_axisbelow(True)
