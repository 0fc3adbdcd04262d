"""Assumptions of a return as a table, and figures of one result side by side."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import HTML
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from cemlab import _checks, _words
from cemlab.crm.roi import Calculation
from cemlab.plots._style import GREY, STYLE, TITLE, new_axes
from cemlab.plots.returns.assumption_names import full_name, name_of
from cemlab.plots.returns.distribution import amount, histogram, percent
from cemlab.plots.returns.sensitivity import MARKS, swings
from cemlab.plots.table import table


def assumption_table(assumptions: pd.DataFrame) -> HTML:
    """Return assumptions as a table for reading, by line: range, unit, mark and basis.

    Figures have four digits, or two where the likely value follows from the range.

    Parameters
    ----------
    assumptions : DataFrame
        Of `roi.assumptions`, or some of its rows.

    Examples
    --------
    >>> from cemlab.crm import roi
    >>> shown = assumption_table(roi.assumptions({"tools": {"cost": (900, 1200, 1500)}}))
    >>> "1,200" in shown.data
    True
    """
    lines = assumptions["line"].astype(str)
    # The line's name stands once, over all its rows.
    shown = pd.DataFrame({"line": lines.where(lines != lines.shift(), "")})
    shown["assumption"] = [name_of(str(name)) for name in assumptions.index]
    for end in ("low", "likely", "high"):
        shown[end] = assumptions[end].map(amount, figures=4)
    derived = assumptions["distribution"] == "lognormal"
    shown.loc[derived, "likely"] = assumptions.loc[derived, "likely"].map(amount, figures=2)
    shown[["unit", "mark", "basis"]] = assumptions[["unit", "mark", "basis"]]
    return table(shown.set_index("line"))


def spread_table(tornado: pd.DataFrame, *, most: int = 5) -> HTML:
    """Return what part of all the spread of a return goes with each assumption, and what is left.

    Parameters
    ----------
    tornado : DataFrame
        Of `roi.calculator`.
    most : int
        Assumptions with a row of their own, at least 1.

    Examples
    --------
    >>> from cemlab.crm import roi
    >>> made = roi.calculator({"research": {"studies": 2, "price": (1000, 4000), "as_good": 1},
    ...                        "tools": {"cost": 5000}}, rng=1)
    >>> "price of a study" in spread_table(made.tornado).data
    True
    """
    count = _checks.whole("most", most, low=1)
    moving = tornado[tornado["swing"] > 0].sort_values("variance_share", ascending=False)
    rows, rest = moving.head(count), moving["variance_share"].iloc[count:].sum()
    together = 1.0 - rest - rows["variance_share"].sum()
    names = [full_name(row) for row in rows.to_dict("records")]
    found = pd.DataFrame({
        "mark": [*rows["mark"], "", ""],
        "part of the spread (%)": (100 * np.array([*rows["variance_share"], rest, together])).round(),
        "± (%)": (200 * np.array([*rows["variance_share_se"], np.nan, np.nan])).round(),
        "pays from": [*("" if np.isnan(x) else amount(x, 2) for x in rows["break_even"]), "", ""],
    }, index=[*names, "all others, each alone", "only together with others"])  # fmt: skip
    return table(found.rename_axis("assumption"))


def roi_board(
    made: Calculation,
    *,
    most: int = 4,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the distribution of the return beside what drives it.

    Parameters
    ----------
    made : Calculation
        Of `roi.calculator`.
    most : int
        Bars of the tornado.
    """
    ax = ax or new_axes(width=12.0, height=4.6)
    ax.set_axis_off()
    found = ""
    _distribution(made, ax.inset_axes((0.06, 0.13, 0.32, 0.74)))
    right = ax.inset_axes((0.66, 0.13, 0.33, 0.74))
    with plt.rc_context(STYLE):
        _lighter(right)
        rows = made.tornado[made.tornado["swing"] > 0].head(most)
        if len(rows):
            found = swings(rows, ax=right, ticks=3, room=0.22)
            right.set_xlabel("return; each alone, 5% to 95% of its draws", size=13)
            likely = f"dashed: all at likely, {percent(rows['roi_likely'].iloc[0])}"
            shown = [mark for mark in MARKS if (rows["mark"] == mark).any()]
            _above(right, {likely: GREY} | {mark: MARKS[mark][0] for mark in shown}, start=-0.35)
        else:
            right.set_axis_off()
            right.text(0.5, 0.5, "nothing varies", ha="center", va="center", size=13, color=GREY)
    ax.set_title(title or _board_words(made, found), loc="left", **TITLE)
    return ax


def roi_glance(
    made: Calculation,
    *,
    most: int = 3,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the distribution of the return, and name what moves it: quick enough for a slider.

    Parameters
    ----------
    made : Calculation
        Of `roi.calculator`.
    most : int
        Assumptions that are named.
    """
    ax = ax or new_axes(width=12.0, height=4.2)
    ax.set_axis_off()
    _distribution(made, ax.inset_axes((0.06, 0.16, 0.5, 0.76)))
    with plt.rc_context(STYLE):
        # Lines of words are drawn far quicker than a second pair of axes.
        for place, words in enumerate(_movers(made, most)):
            ax.text(0.62, 0.9 - 0.2 * place, words, size=14, va="top", transform=ax.transAxes)
    ax.set_title(title or _board_words(made, ""), loc="left", **TITLE)
    return ax


# --- inside ------------------------------------------------------------------------


def _lighter(part: Axes) -> None:
    part.spines[["top", "right"]].set_visible(False)
    part.tick_params(labelsize=13)


def _distribution(made: Calculation, part: Axes) -> None:
    """Draw the draws with as few words as will do: they are what makes a picture slow."""
    with plt.rc_context(STYLE):
        _lighter(part)
        # Losses lie left of the line: hatching would only slow the picture down.
        histogram(made.draws, ax=part, ticks=3, hatched=False)
        part.set_xlabel("return on investment", size=13)
        part.set_ylabel("part of the draws", size=13)
        part.yaxis.set_major_locator(MaxNLocator(2))
        # A line of words is drawn far quicker than a legend.
        _above(part, {f"middle (dashed): {percent(made.roi.value)}": GREY})


def _movers(made: Calculation, most: int) -> list[str]:
    """Return words for each assumption that moves the return most, the farthest first."""
    rows = made.tornado[made.tornado["swing"] > 0].head(most)
    if rows.empty:
        return ["Nothing is left open."]
    lines = ["What moves the return most, alone:"]
    for row in rows.to_dict("records"):
        low, high = sorted((row["roi_low"], row["roi_high"]))
        lines.append(f"{full_name(row)}\n    {percent(low)} to {percent(high)}, {row['mark']}")
    return lines


def _above(ax: Axes, words: dict[str, str], *, start: float = 0.0) -> None:
    """Write words in their colours over the axes, one after the other."""
    ends = [start, *(start + 0.028 * n for n in np.cumsum([len(word) + 2 for word in words]))]
    for (word, colour), x in zip(words.items(), ends, strict=False):
        ax.text(x, 1.03, word, color=colour, size=12, weight="bold", transform=ax.transAxes)


def _board_words(made: Calculation, found: str) -> str:
    chance = made.chance_of_loss.value
    return f"A loss in {_words.share(chance, chance)} of the draws" + (found and f". {found}")
