"""Figure of every definition of a fall, sorted, with what each is made of."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from cemlab import _words
from cemlab.evidence import Specifications
from cemlab.plots._style import BLUE, GREY, PURPLE, RED, STYLE, finish, new_axes

_ROWS = {"first_day": "from", "days": "days", "benchmark": "against", "kind": "returns"}
_STEP = 0.085
"""Height of a row of ingredients, as a part of the height of the curve."""

_MANY = 8
"""Values of an ingredient that get a row each; more are drawn as classes of neighbours."""


def specification_curve(
    found: Specifications,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw all estimates from the deepest to the highest, and below them their ingredients.

    Parameters
    ----------
    found : Specifications
        All definitions.
    prediction : object, optional
        The reader's guess; a kept guess (a share of the definitions) is marked on the line of the
        claim, as so many definitions from the left.

    Examples
    --------
    >>> from cemlab.evidence import specifications
    >>> days = pd.date_range("2009-07-06", periods=4)
    >>> shares = pd.DataFrame({"UAL": [0.02, 0.0, -0.06, -0.05]}, days)
    >>> found = specifications(shares, firm="UAL", events=days[2:], windows=[1, 2],
    ...                        benchmarks=["none"], estimation=2)
    >>> specification_curve(found).get_title(loc="left")
    '2 of 4 definitions yield a fall of 10% or more'
    """
    table, n = found.table, len(found.table)
    rows = _ingredients(table)
    ax = ax or new_axes(width=11.0, height=4.0 + 0.27 * len(rows))
    x, y = np.arange(n), 100 * table["estimate"].to_numpy()
    hit = table["reaches"].to_numpy()
    size = float(np.clip(1800 / n, 2.0, 9.0))
    with plt.rc_context(STYLE):
        ax.axhline(0, color="black", lw=1)
        ax.plot(x, y, "o", color=BLUE, ms=size, label="does not reach the claim")
        ax.plot(x[hit], y[hit], "s", color=RED, ms=max(size, 6.0), label="reaches the claim")
        ax.axhline(
            100 * found.claim, color=RED, ls="--", lw=2.5, label=f"claimed: {found.claim:+.0%}"
        )
        guessed = getattr(prediction, "value", None)
        if isinstance(guessed, int | float) and 0 <= guessed <= 1:
            ax.plot(guessed * n, 100 * found.claim, "*", color=PURPLE, mec="white", ms=22, zorder=5,
                    label="your prediction")  # fmt: skip
        ax.set_xlim(-0.02 * n - 0.5, 1.02 * n - 0.5)
        _matrix(ax, rows, y, 100 * found.claim, hit)
        ax.set_ylabel("estimated change", loc="top")
        first = ", the deepest fall first" if n > 1 else ""
        ax.set_xlabel(
            f"{_words.counted(n, 'definition')}{first} (simple returns added, log compounded)"
        )
        if n == 1:
            ax.set_xticks([])
        ax.legend(loc="upper left", facecolor="white", edgecolor="none", framealpha=0.9)
        finish(ax, title or told(found), prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def told(found: Specifications) -> str:
    """Return the finding: how many definitions reach the claim."""
    hits = int(found.table["reaches"].sum())
    what = "fall" if found.claim < 0 else "rise"
    wanted = f"a {what} of {abs(found.claim):.0%} or more"
    if len(found.table) == 1:
        return f"The only definition {'yields' if hits else 'does not yield'} {wanted}"
    verb = "yields" if hits < 2 else "yield"
    return f"{hits or 'None'} of {len(found.table):,} definitions {verb} {wanted}"


def _ingredients(table: pd.DataFrame) -> list[tuple[str, "pd.Series[bool]"]]:
    """Return words and members of each row of the matrix; many values are put into classes."""
    rows = []
    for column, words in _ROWS.items():
        values = table[column].drop_duplicates()
        if column in ("first_day", "days"):
            values = values.sort_values()
        if len(values) < 2:
            continue
        groups = np.array_split(values.to_numpy(), min(len(values), _MANY // 2 + 1)) if len(values) > _MANY else [[v] for v in values]  # fmt: skip
        for group in groups:
            ends = list(dict.fromkeys([_shown(group[0]), _shown(group[-1])]))
            rows.append((f"{words} {' to '.join(ends)}", table[column].isin(list(group))))
    return rows


def _shown(value: object) -> str:
    return f"{pd.Timestamp(value).day} {pd.Timestamp(value):%b}" if isinstance(value, np.datetime64 | pd.Timestamp) else f"{value}"  # fmt: skip


def _matrix(
    ax: Axes,
    rows: list[tuple[str, "pd.Series[bool]"]],
    y: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    claim: float,
    hit: "np.ndarray[tuple[int], np.dtype[np.bool_]]",
) -> None:
    """Draw which definition has which ingredient, below the curve in the same axes."""
    low, high = min(float(y.min()), claim, 0.0), max(float(y.max()), claim, 0.0)
    room = (high - low) or 1.0
    step, floor = _STEP * room, low - 0.1 * room
    ticks = [
        float(v) for v in MaxNLocator(5).tick_values(low, high) if low - 0.05 * room <= v <= high
    ]
    words = [f"{v:+g}%" if v else "0%" for v in ticks]
    narrow = max(0.4, min(6.0, 300 / len(y)))
    for i, (name, member) in enumerate(rows):
        place = floor - (i + 0.7) * step
        for chosen, colour in ((~hit, GREY), (hit, RED)):
            x = np.flatnonzero(member.to_numpy() & chosen)
            wide = max(narrow, 2.0) if colour == RED else narrow
            ax.plot(x, np.full(len(x), place), "|", color=colour, ms=12, mew=wide, zorder=2)
        ticks.append(place)
        words.append(name)
    ax.axhline(floor, color="black", lw=1)
    ax.set_yticks(ticks, words, fontsize=12)
    ax.set_ylim(floor - (len(rows) + 0.4) * step, high + 0.08 * room)
