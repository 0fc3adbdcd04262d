"""Figures of policies side by side: who is first on what, and the same years under another policy."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cemlab import _checks, _words
from cemlab.plots._style import BLUE, DPI, GREY, STYLE, TITLE, finish, new_axes, show_prediction
from cemlab.plots.market import _looks

_MEASURES = {
    "npv": ("net present value", "EUR", 1),
    "profit": ("profit, last month", "EUR", 1),
    "customers": ("customers, last month", "", 1),
    "customer_equity": ("customer equity", "EUR", 1),
    "clv": ("value of a customer", "EUR", 1),
    "satisfaction_clv": ("the same, by satisfaction", "EUR", 1),
    "churn": ("churn a month", "%", -1),
    "new": ("new customers a month", "", 1),
    "failure_share": ("failures, of experiences", "%", -1),
    "solved_share": ("solved, of complaints", "%", 1),
    "nps": ("Net Promoter Score", "points", 1),
    "reputation": ("reputation", "%", 1),
    "posts": ("public posts a month", "", -1),
    "public_share": ("go public, of complainers", "%", -1),
    "exposures": ("exposures a month", "", -1),
    "cost_to_serve": ("cost to serve", "EUR", -1),
    "cost_per_contact": ("cost per contact", "EUR", -1),
}  # fmt: skip
"""Of each outcome: its words, its unit, and whether more (1) or less (-1) is better."""

_MONEY_OF_ONE = ("clv", "satisfaction_clv", "cost_to_serve", "cost_per_contact")
_MOST_POLICIES = 8
_MOST_MEASURES = 6
_NAME, _BAR = 1.9, 0.75
"""Inches for a line of a policy's name at most, and for a bar at least."""


def policy_ranks(
    compared: pd.DataFrame,
    measures: tuple[str, ...] = ("npv", "churn", "reputation", "posts", "nps"),
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw policies side by side on several outcomes, each with its rank; the first are filled.

    Fewer posts count as better here. That is a reading: a company that makes complaining
    easier has more of them, and one without customers has none. Equals share a rank; an
    outcome that nobody has is left out of the title.

    Parameters
    ----------
    compared : DataFrame
        Of `market.compare`, of up to 8 policies; a row each, the first on top.
    measures : tuple of str
        Up to 6 columns to draw.
    prediction : object, optional
        The reader's guess.

    Raises
    ------
    ValueError
        If a measure is unknown or not in the frame, or there are no policies or too many.

    Examples
    --------
    >>> frame = pd.DataFrame({"npv": [148e6, 164e6], "churn": [0.024, 0.025]}, ["CRM", "CEM"])
    >>> policy_ranks(frame, ("npv", "churn")).get_title(loc="left")
    'No policy is first on everything: CRM on 1 of 2, CEM on 1'
    """
    shown = list(measures)
    _checks.one_of_each("measure", shown, [name for name in _MEASURES if name in compared])
    if not 1 <= len(compared) <= _MOST_POLICIES or not 1 <= len(shown) <= _MOST_MEASURES:
        msg = f"compared must be drawn with 1 to {_MOST_POLICIES} policies and 1 to {_MOST_MEASURES} measures, got {len(compared)} and {len(shown)}: choose some"
        raise ValueError(msg)
    names = [str(name) for name in compared.index]
    ranks = {
        name: _ranks(compared[name].to_numpy(np.float64), _MEASURES[name][2]) for name in shown
    }
    values = {name: compared[name].to_numpy(np.float64) for name in shown}
    labels = [_looks.wrapped(_looks.words(name), _NAME, 14, bold=True) for name in names]
    numbers = {name: _numbers(values[name], ranks[name], name) for name in shown}
    beside = {name: _looks.inches(numbers[name], 13, bold=True) + 0.3 for name in shown}
    start = _looks.inches(labels, 14, bold=True) + 0.15
    if ax is None:
        needed = start + max(beside.values()) * len(shown) + _BAR * len(shown)
        ax = new_axes(width=max(12.5, needed), height=1.75 + 0.62 * len(names))
    ax.set_axis_off()
    high, wide = float(ax.get_window_extent().height) / DPI, _looks.width(ax)
    step = (wide - start) / len(shown)
    heads = {name: _head(name, values[name], step - 0.2) for name in shown}
    above = 0.2 * max(head.count("\n") + 1 for head in heads.values()) + 0.2
    rows = np.arange(len(names))
    with plt.rc_context(STYLE):
        for column, name in enumerate(shown):
            bars = max(step - beside[name], 0.3 * step)
            place = ((start + column * step) / wide, 0.0, bars / wide, 1 - min(above / high, 0.5))
            part = ax.inset_axes(place)
            size, _ = _scaled(name, _MEASURES[name][1], values[name])
            _bars(part, values[name] * size, ranks[name], _looks.colours(names), numbers[name])
            part.set_title(heads[name], loc="left", fontsize=12, fontweight="normal")
            part.set_yticks(rows, labels if not column else [""] * len(names), fontsize=14,
                            fontweight="bold")  # fmt: skip
        show_prediction(ax, prediction)
        room = {"pad": 36} if prediction is not None else {"pad": 6}
        said = _looks.headline(ax, title or _leaders(names, values, ranks))
        ax.set_title(said, loc="left", **(TITLE | room))
    return ax


def what_if_difference(
    found: pd.DataFrame,
    outcomes: tuple[str, ...] = ("npv", "customers", "churn", "reputation", "posts", "nps"),
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what another policy would have changed in the same years, with intervals.

    The mark is the median of the pairs, the thick line its interval, the thin one where nine in
    ten pairs fall. Each row has a scale of its own; the line of no difference is common to all.
    The numbers stand beside it in their units.

    Parameters
    ----------
    found : DataFrame
        Of `market.what_if`.
    outcomes : tuple of str
        Rows to draw, the first on top; the title tells of the first.
    prediction : object, optional
        The reader's guess.

    Raises
    ------
    ValueError
        If an outcome is unknown or not in the frame.

    Examples
    --------
    >>> row = {"baseline": 148e6, "other": 164e6, "difference": 16e6, "low": 15e6, "high": 17e6,
    ...        "ahead": 0.98, "p5": 4e6, "p95": 25e6, "n": 200, "unit": "EUR"}
    >>> ax = what_if_difference(pd.DataFrame([row], ["npv"]), ("npv",))
    >>> ax.get_title(loc="left")
    'In the middle of the pairs: net present value +16 million EUR (+15 to +17)'
    """
    shown = list(outcomes)
    _checks.one_of_each("outcome", shown, [name for name in _MEASURES if name in found.index])
    if not shown:
        msg = "outcomes must be at least one row, got none"
        raise ValueError(msg)
    rows = found.loc[shown]
    ax = ax or new_axes(width=12.0, height=1.4 + 0.62 * len(rows))
    said = []
    with plt.rc_context(STYLE):
        ax.axvline(0, color="black", lw=1.5, zorder=1)
        for y, (name, row) in enumerate(rows.iterrows()):
            middle, low, high = (float(row[part]) for part in ("difference", "low", "high"))
            least, most = float(row["p5"]), float(row["p95"])
            far = np.nanmax(np.abs([middle, low, high, least, most, 1e-300])) * 1.08
            sure = low > 0 or high < 0
            colour = BLUE if sure else GREY
            if np.isfinite(middle):
                ax.plot([least / far, most / far], [y, y], color=colour, lw=1.5)
                ax.plot([low / far, high / far], [y, y], color=colour, lw=6, solid_capstyle="butt")
                ax.plot(middle / far, y, "o" if sure else "s", color=colour, ms=12,
                        mfc=colour if sure else "white", mew=2)  # fmt: skip
            said.append(_difference(str(name), row))
            ax.text(1.12, y, said[-1], va="center", size=13,
                    weight="bold" if sure else "normal")  # fmt: skip
        ax.set_yticks(range(len(rows)), [_MEASURES[name][0] for name in shown])
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.set_xlim(-1.1, 3.0)
        ax.set_xticks([-0.55, 0, 0.55], ["less", "no difference", "more"])
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        pairs = _words.counted(int(rows["n"].max()), "pair")
        ax.set_xlabel(f"other policy less baseline, in the middle of {pairs} of the same years "
                      "(median)\nthick: its interval, hollow if that holds 0 or is missing; "
                      "thin: nine in ten pairs", loc="left")  # fmt: skip
        words = _MEASURES[shown[0]][0]
        finish(ax, title or f"In the middle of the pairs: {words} {said[0]}", prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def _ranks(values: NDArray[np.float64], better: int) -> NDArray[np.int64]:
    """Return ranks, 1 for the best; equals share the better one, nothing ranks last.

    >>> _ranks(np.array([3.0, 1.0, np.nan, 3.0]), 1).tolist()
    [1, 3, 4, 1]
    """
    rounded = np.array([float(f"{value:.9g}") for value in values])
    worst = np.where(np.isnan(rounded), -np.inf, better * rounded)
    found: NDArray[np.int64] = 1 + (worst[None, :] > worst[:, None]).sum(axis=1)
    return found


def _bars(
    part: Axes,
    values: NDArray[np.float64],
    ranks: NDArray[np.int64],
    shades: list[str],
    numbers: list[str],
) -> None:
    known = np.where(np.isfinite(values), values, 0.0)
    rows = np.arange(values.size)
    for y, value, rank, colour, said, raw in zip(
        rows, known, ranks, shades, numbers, values, strict=True
    ):
        best = rank == 1 and not np.isnan(raw)
        part.barh(y, value, 0.62, color=colour if best else "white", ec=colour, lw=2,
                  alpha=1.0 if best else 0.85)  # fmt: skip
        part.annotate(said, (max(float(value), 0.0), y), (5, 0), textcoords="offset points",
                      va="center", size=13, weight="bold" if best else "normal")  # fmt: skip
    low, high = min(0.0, float(known.min())), max(0.0, float(known.max()))
    part.set_xlim(low, high if high > low else low + 1.0)
    part.set_ylim(values.size - 0.5, -0.5)
    part.axvline(0, color="black", lw=1.2)
    part.set_xticks([])
    part.tick_params(length=0)
    part.spines[:].set_visible(False)


def _numbers(values: NDArray[np.float64], ranks: NDArray[np.int64], name: str) -> list[str]:
    """Return what stands beside each bar: the value and its rank."""
    size, _ = _scaled(name, _MEASURES[name][1], values)
    shown = [_looks.digits(float(value * size)) for value in values]
    return [
        said + ("" if np.isnan(value) else f"  #{rank}")
        for said, value, rank in zip(shown, values, ranks, strict=True)
    ]


def _head(name: str, values: NDArray[np.float64], wide: float) -> str:
    words, unit, better = _MEASURES[name]
    _, shown_unit = _scaled(name, unit, values)
    goal = "more" if better > 0 else "less" if unit else "fewer"
    lines = _looks.wrapped(words, wide, 12).split("\n")
    if shown_unit or len(lines) == 1:
        lines.append(f"({shown_unit})" if shown_unit else "")
    return "\n".join([*lines, f"{goal} is better"])


def _scaled(name: str, unit: str, values: NDArray[np.float64]) -> tuple[float, str]:
    """Return what to multiply an outcome with to show it, and its unit then."""
    if unit == "%":
        return 100.0, "%"
    if unit == "EUR" and name not in _MONEY_OF_ONE:
        size, money = _looks.money(values)
        return 1 / size, money
    return 1.0, unit


def _leaders(
    names: list[str], values: dict[str, NDArray[np.float64]], ranks: dict[str, NDArray[np.int64]]
) -> str:
    """Return in words who is first; on an outcome that nobody has, nobody is."""
    known = [name for name in ranks if not np.isnan(values[name]).all()]
    count = len(known)
    first = {
        policy: sum(int(ranks[name][i]) == 1 for name in known) for i, policy in enumerate(names)
    }
    leaders = sorted((name for name in names if first[name]), key=lambda name: -first[name])
    if not count:
        return "No figure is known of any policy"
    whole = f"all {count}" if count == len(ranks) else f"all {count} known"
    top = [name for name in leaders if first[name] == count]
    if count == 1 and len(top) < len(names):
        better, unit = _MEASURES[known[0]][2], _MEASURES[known[0]][1]
        way = "most" if better > 0 else "least" if unit else "fewest"
        return f"{_looks.listed(top)} {_are(top)} first: {way} {_MEASURES[known[0]][0]}"
    if len(names) > 1 and len(top) == len(names):
        return f"{_looks.listed(top)} are equal on {whole}"
    if top:
        return f"{_looks.listed(top)} {_are(top)} first on {whole}"
    said = ", ".join(f"{_looks.words(name)} on {first[name]}" for name in leaders[1:])
    most = f"{_looks.words(leaders[0])} on {first[leaders[0]]} of {count}"
    return f"No policy is first on everything: {most}" + (f", {said}" if said else "")


def _are(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _difference(name: str, row: "pd.Series[float]") -> str:
    ends = np.array([float(row[part]) for part in ("difference", "low", "high")])
    size, unit = _scaled(name, _MEASURES[name][1], ends)
    unit = "points of %" if unit == "%" else unit
    if np.isnan(ends[0]):
        return "no figure"
    middle, low, high = (_looks.signed(value * size) for value in ends)
    between = f" ({low} to {high})" if np.isfinite(ends[1:]).all() else ""
    return f"{middle}{' ' + unit if unit else ''}{between}"
