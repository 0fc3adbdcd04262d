"""Figures of what customers are worth: who is still one, and what they buy next."""

from collections.abc import Mapping, Sequence
from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter, StrMethodFormatter

from cemlab import _checks, _words
from cemlab.crm.value._predictions import BuyingFit
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

_LOOKS = ((BLUE, "-"), (ORANGE, "--"), (GREEN, "-."), (RED, ":"), (PURPLE, (0, (1, 1))))


def tracking(
    fit: BuyingFit,
    summary: pd.DataFrame,
    *,
    t: float,
    most: int = 7,
    unit: str = "units of time",
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what customers bought later against what was expected of them before.

    Parameters
    ----------
    fit : BgNbdFit or ParetoNbdFit
        Fitted to the time before the holdout.
    summary : DataFrame
        The customers, with `frequency_holdout` (purchases in the holdout).
    t : float
        Length of the holdout, in the unit of the fit.
    most : int
        Customers with at least so many earlier repeat purchases are taken together.
    unit : str
        What `t` is counted in, such as "weeks".
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> from cemlab import datasets
    >>> from cemlab.crm.value import bg_nbd
    >>> shop = datasets.load("cdnow-summary")
    >>> ax = tracking(bg_nbd(shop), shop, t=39)
    >>> ax.get_title(loc="left")
    'Expected 1,653 purchases, counted 1,882: 12% too few'
    """
    if "frequency_holdout" not in summary:
        msg = (
            f"summary must have a column frequency_holdout, got {[str(c) for c in summary.columns]}"
        )
        raise ValueError(msg)
    _checks.whole("most", most, low=1)
    n = summary["customers"].to_numpy() if "customers" in summary else np.ones(len(summary))
    group = np.minimum(summary["frequency"].to_numpy(np.int64), most)
    counted = summary["frequency_holdout"].to_numpy(np.float64)
    expected = fit.conditional_purchases(summary, t).to_numpy()
    many, real, meant = (np.bincount(group, n * c, most + 1) for c in (1.0, counted, expected))
    squares = np.bincount(group, n * counted**2, most + 1)
    x = np.flatnonzero(many)
    many, real, meant, squares = (c[x] for c in (many, real, meant, squares))
    mean = real / many
    error = np.sqrt(np.maximum(squares / many - mean**2, 0.0) / many)
    ax = ax or new_axes(width=10.0, height=5.2)
    with plt.rc_context(STYLE):
        ax.errorbar(x, mean, yerr=1.96 * error, fmt="o", color=BLUE, ms=10, capsize=5, lw=2,
                    label="counted (mean, 95% interval)")  # fmt: skip
        ax.plot(x, meant / many, "D--", color=ORANGE, ms=9, mfc="white", mew=2, lw=2,
                label=f"expected ({fit.model})")  # fmt: skip
        names = [f"{k}" if k < most else f"{most} or more" for k in x]
        ax.set_xticks(x, [f"{a}\nn={b:,.0f}" for a, b in zip(names, many, strict=True)])
        ax.set_xlabel("repeat purchases before")
        ax.set_ylabel(f"purchases in the next {t:g}\n{unit}, mean a customer")
        ax.set_ylim(0, 1.12 * float((mean + 1.96 * error).max()) or 1.0)
        ax.legend(loc="upper left", frameon=False)
        finish(ax, title or _gap(float(meant.sum()), float(real.sum())), prediction)
    return ax


def forecasts(
    said: Mapping[str, float] | pd.Series,
    *,
    counted: float,
    unit: str,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw forecasts of one number beside what was then counted.

    Parameters
    ----------
    said : mapping of str to float, or Series
        Who forecasts, and how much: a bar each, the first on top.
    counted : float
        What came, above 0: a bar of its own and a line.
    unit : str
        What is counted, such as "purchases in the next 39 weeks".
    prediction : object, optional
        The reader's guess; a kept guess is marked on the bar of what was counted.

    Examples
    --------
    >>> ax = forecasts({"a formula": 50, "a model": 90}, counted=100, unit="purchases")
    >>> ax.get_title(loc="left")
    'Counted 100: forecasts 50% too low to 10% too low'
    """
    given = {str(name): _checks.number("said", x, low=0) for name, x in dict(said).items()}
    came = _checks.number("counted", counted, low=0)
    if not given or not came:
        rule = (
            "counted must be above 0, got 0"
            if given
            else "said must be one forecast or more, got none"
        )
        raise ValueError(rule)
    gaps = {name: _words_of_gap(x / came - 1) for name, x in given.items()}
    names, length = [*given, "counted"], np.array([*given.values(), came])
    y = np.arange(len(names))[::-1]
    ax = ax or new_axes(width=10.0, height=1.6 + 0.7 * len(names))
    with plt.rc_context(STYLE):
        ax.barh(y, length, height=0.6, color=[BLUE] * len(given) + ["black"])
        for place, x, words in zip(y, length, [*gaps.values(), ""], strict=True):
            ax.annotate(f"{x:,.0f}  {words}", (x, place), (-8, 0), textcoords="offset points",
                        ha="right", va="center", color="white")  # fmt: skip
        ax.axvline(came, color="black", lw=1.5, ls=":")
        guessed = getattr(prediction, "value", None)
        far = max(length.max(), guessed or 0.0)
        if guessed is not None:
            ax.plot(guessed, 0, "*", color=PURPLE, mec="white", ms=22, zorder=5,
                    label="your prediction")  # fmt: skip
            ax.legend(loc="upper right", frameon=False)
        ax.set_xlim(0, (1.25 if guessed is not None else 1.05) * far)
        ax.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        ax.set_yticks(y, names)
        ax.tick_params(axis="y", length=0)
        ax.set_xlabel(unit)
        ax.set_ylabel("who says it")
        ends = list(
            dict.fromkeys(_words_of_gap(pick(given.values()) / came - 1) for pick in (min, max))
        )
        who = next(iter(given)) if len(given) == 1 else "forecasts"
        found = f"Counted {came:,.0f}: {who} {' to '.join(ends)}"
        finish(ax, title or found, prediction)
    return ax


def alive(
    fit: BuyingFit,
    *,
    age: float,
    frequencies: Sequence[int] = (1, 3, 8, 20),
    unit: str = "",
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the chance to be still a customer against the time since the last purchase.

    Parameters
    ----------
    fit : BgNbdFit or ParetoNbdFit
        A fitted model.
    age : float
        Time since the first purchase, the same for all, in the unit of the fit.
    frequencies : sequence of int
        Repeat purchases, a line each.
    unit : str
        What `age` is counted in, such as "weeks".
    prediction : object, optional
        The reader's guess; a kept guess (a share) is marked where the one who bought most often
        has been silent for half of the time.

    Examples
    --------
    >>> from cemlab import datasets
    >>> from cemlab.crm.value import bg_nbd
    >>> ax = alive(bg_nbd(datasets.load("cdnow-summary")), age=39)
    >>> ax.get_title(loc="left")
    'Silent half the time: 59% are still customers with 1 repeat, 0.02% with 20'
    """
    old = _checks.number("age", age, low=0)
    given = [_checks.whole("frequencies", x, low=1) for x in frequencies]
    if old == 0 or not given:
        rule = "age must be above 0" if old == 0 else "frequencies must be at least one number"
        msg = f"{rule}, got {age if old == 0 else list(frequencies)!r}"
        raise ValueError(msg)
    silence = np.linspace(0, 0.995 * old, 200)
    ax = ax or new_axes(width=10.0, height=5.0)
    half = {}
    with plt.rc_context(STYLE):
        for (colour, dash), x in zip(cycle(_LOOKS), given, strict=False):
            chance = fit.alive({"frequency": np.full(200, x), "recency": old - silence,
                                "age": np.full(200, old)})  # fmt: skip
            middle = {"frequency": x, "recency": old / 2, "age": old}
            half[x] = float(fit.alive(middle).iloc[0])
            ax.plot(silence, chance, color=colour, ls=dash, lw=3,
                    label=_words.counted(x, "repeat purchase"))  # fmt: skip
        ax.axvline(old / 2, color=GREY, lw=1.5, ls=":", zorder=0)
        _star(ax, old / 2, prediction)
        ax.set_xlim(0, old)
        ax.set_ylim(0, 1)
        ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        shown = f"{unit} since" if unit else "time since"
        ax.set_xlabel(f"{shown} the last purchase (of {old:g} since the first)")
        ax.set_ylabel("chance to be still a customer")
        ax.legend(loc="upper right", frameon=False)
        least, last = min(half), max(half)
        repeats = _words.counted(least, "repeat")
        found = f"Silent half the time: {_share(half[least])} are still customers with {repeats}"
        if last > least:
            found += f", {_share(half[last])} with {last}"
        finish(ax, title or found, prediction)
    return ax


def clv_range(
    values: pd.DataFrame,
    *,
    shares: Sequence[float] = (0.01, 0.1, 0.5),
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what part of the total value the best customers hold, best first.

    Parameters
    ----------
    values : DataFrame
        Of `clv`: one row a customer, `value` (money).
    shares : sequence of float
        Parts of the customers that are marked; the title names the second, or the only one.
    prediction : object, optional
        The reader's guess; a kept guess (a share) is marked.

    Examples
    --------
    >>> ax = clv_range(pd.DataFrame({"value": [60.0, 20, 10, 5, 5, 0, 0, 0, 0, 0]}))
    >>> ax.get_title(loc="left")
    'The best 10% of 10 customers hold 60% of the value'
    """
    value = np.sort(np.asarray(values["value"], np.float64))[::-1]
    if not value.size or not np.isfinite(value).all() or value[-1] < 0 or value[0] == 0:
        got = "none" if not value.size else f"{value[0]:g} to {value[-1]:g}"
        msg = f"values must be finite, at least 0 and not all 0, got {got}"
        raise ValueError(msg)
    marks = [_checks.probability("shares", share) for share in shares]
    x = np.arange(value.size + 1) / value.size
    y = np.append(0.0, np.cumsum(value)) / value.sum()
    ax = ax or new_axes(width=9.0, height=5.4)
    with plt.rc_context(STYLE):
        ax.plot([0, 1], [0, 1], color=GREY, ls=":", lw=2, label="if all were worth the same")
        ax.plot(x, y, color=BLUE, lw=3, label="as expected by the model")
        held = np.interp(marks, x, y)
        for place, part in zip(marks, held, strict=True):
            ax.plot(place, part, "o", color=BLUE, ms=9)
            above = part < place + 0.2  # else the words would lie on the line of equal worth
            ax.annotate(f"best {place:.0%}: {part:.0%}", (place, part), (12, 16 if above else -6),
                        textcoords="offset points", va="bottom" if above else "top")  # fmt: skip
        named = min(1, len(marks) - 1)
        if marks:
            _star(ax, marks[named], prediction)
        ax.set_xlim(0, 1)
        ax.set_ylim(0, 1.02)
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.set_xlabel("customers, the most valuable first")
        ax.set_ylabel("part of the total value to come")
        ax.legend(loc="lower right", frameon=False)
        found = f"{value.size:,} customers are worth {value.sum():,.0f} together"
        if marks:
            found = f"The best {marks[named]:.0%} of {value.size:,} customers hold {held[named]:.0%} of the value"
        finish(ax, title or found, prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def _gap(expected: float, counted: float) -> str:
    found = f"Expected {expected:,.0f} purchases, counted {counted:,.0f}"
    if not counted:
        return found
    gap = expected / counted - 1
    return f"{found}: {abs(gap):.0%} too {'few' if gap < 0 else 'many'}"


def _share(part: float) -> str:
    return _words.share(part, part)


def _words_of_gap(gap: float) -> str:
    return "exact" if not round(100 * gap) else f"{abs(gap):.0%} too {'low' if gap < 0 else 'high'}"


def _star(ax: Axes, place: float, prediction: object) -> None:
    """Mark a kept guess of a share."""
    guessed = getattr(prediction, "value", None)
    if isinstance(guessed, int | float) and 0 <= guessed <= 1:
        ax.plot(place, guessed, "*", color=PURPLE, ms=20, clip_on=False, zorder=5,
                label="your prediction")  # fmt: skip
