"""Figures of the journey against its parts: green dots, gaps between channels, hidden links."""

from itertools import cycle
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter
from numpy.typing import ArrayLike

from cemlab import _checks
from cemlab.cem.touchpoints import journey_share
from cemlab.plots._style import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, STYLE, finish, new_axes

_LENSES = {"CRM": BLUE, "CEM": ORANGE}
_DASHES = ("-", "--", "-.", ":", (0, (1, 1)), (0, (6, 1, 1, 1, 1, 1)))
_MARKERS = ("o", "s", "^", "D", "v", "P")
_SAME = 0.005  # bounds no farther apart leave nothing open
_LITTLE = 0.5  # shares below it have an axis of their own, others one to 100 %


def green_dots(
    scores: pd.DataFrame | ArrayLike,
    *,
    enough: float = 0.8,
    fine: str = "fine",
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw each touchpoint's share as a dot, and below them the whole journey's.

    A dot is green and round from `enough` on, else red and square. The bar is what the
    touchpoints' shares allow, the black mark what they give if luck is independent; both are
    left out where the dots leave nothing open.

    Parameters
    ----------
    scores : DataFrame or array_like of float, shape (n,)
        What `touchpoints.scores` returned, or shares that every journey has to pass.
    enough : float
        Share from which a dot is green, in [0, 1]; assumed.
    fine : str
        What a dot asks, in words: "answered within a day".
    prediction : object, optional
        The reader's guess; a kept guess is a share of journeys and drawn as a star.

    Examples
    --------
    >>> ax = green_dots([0.9] * 5)
    >>> ax.get_title(loc="left")
    'Every touchpoint at 90%, the journey at 59%'
    """
    line = _checks.probability("enough", enough)
    parts, whole = _parts(scores)
    known = parts["share"].dropna()
    if known.empty:
        msg = "scores must have at least one touchpoint that was judged, got none"
        raise ValueError(msg)
    y = np.arange(len(parts))
    below = len(parts) + 0.5
    ax = ax or new_axes(width=10.0, height=2.6 + 0.42 * len(parts))
    with plt.rc_context(STYLE):
        ax.axvline(line, color=GREY, ls="--", lw=1.5, zorder=1)
        ax.annotate(f"enough: {line:.0%}", (line, -0.6), (-6, 0), textcoords="offset points",
                    ha="right", va="center", color=GREY, size=12)  # fmt: skip
        for place, share in zip(y, parts["share"], strict=True):
            if np.isnan(share):
                ax.text(0.01, float(place), "not judged", va="center", color=GREY)
            else:
                _dot(ax, share, float(place), line, 14)
        if whole["high"] - whole["low"] > _SAME:
            ax.plot([whole["low"], whole["high"]], [below] * 2, color="#B9D4E8", lw=12, zorder=1,
                    solid_capstyle="butt", label="possible with these touchpoints")  # fmt: skip
            ax.plot(whole["product"], below, "|", color="black", ms=34, mew=4, zorder=2, ls="",
                    label=f"if independent: {whole['product']:.0%}")  # fmt: skip
        found = whole["share"]
        if not np.isnan(found):
            _dot(ax, found, below, line, 18)
        guessed = getattr(prediction, "value", None)
        if guessed is not None:
            ax.plot(guessed, below, "*", color=PURPLE, ms=20, zorder=5, label="your prediction")
        ax.axhline(len(parts) - 0.25, color="#BBBBBB", lw=1)
        ax.set_yticks([*y, below], [*parts["name"].astype(str), "the whole journey"])
        ax.set_ylim(below + 0.7, -1.0)
        ax.set_xlim(0, 1.08)
        ax.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1.0])
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.set_xlabel(f"share of journeys that were {fine} there")
        if ax.get_legend_handles_labels()[0]:
            ax.legend(loc="upper center", bbox_to_anchor=(0.45, -0.62 / (1.4 + 0.42 * len(parts))),
                      ncols=3, frameon=False)  # fmt: skip
        low, high = f"{known.min():.0%}", f"{known.max():.0%}"
        each = f"at {low}" if low == high else f"at {low} to {high}"
        reached = whole["product"] if np.isnan(found) else found
        words = f"Every touchpoint {each}, the journey at {reached:.0%}"
        if fine != "fine":
            words = (
                f"{fine[:1].upper()}{fine[1:]}: touchpoints {each}, the journey at {reached:.0%}"
            )
        finish(ax, title or words, prediction)
    return ax


def channel_gap(
    table: pd.DataFrame,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the share resolved by channel: as counted, and for the same mix of cases everywhere.

    Parameters
    ----------
    table : DataFrame
        What `channels.channel_gap` returned.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> from cemlab.cem import channels
    >>> ax = channel_gap(channels.channel_gap(channels.mixed_cases(), adjust="case"))
    >>> ax.get_title(loc="left")
    'web - phone: 8 points as counted, -20 points for the same cases'
    """
    rows = table[(table["measure"] == "resolved") & table["crude"].notna()]
    if rows.empty:
        msg = "table must have at least one channel with a share, got none"
        raise ValueError(msg)
    rows = rows.sort_values(["crude", "channel"], ascending=[False, True])
    gap = table[table["measure"] == "gap"].iloc[0]
    adjusted = bool(rows["adjusted"].notna().any())
    looks: list[tuple[str, str, str, str]] = [("crude", BLUE, "o", "as counted")]
    if adjusted:
        looks.append(("adjusted", RED, "D", "for the same mix of cases"))
    y = np.arange(len(rows))
    ax = ax or new_axes(width=10.0, height=2.2 + 0.85 * len(rows))
    with plt.rc_context(STYLE):
        if adjusted:
            ax.hlines(y, rows["crude"], rows["adjusted"], color="#CCCCCC", lw=2, zorder=1)
        for (name, colour, marker, words), side in zip(looks, (-0.14, 0.14), strict=False):
            place = y + (side if adjusted else 0.0)
            ax.hlines(
                place, rows[f"{name}_low"], rows[f"{name}_high"], color=colour, lw=3, alpha=0.45
            )
            fill = "white" if name == "crude" and adjusted else colour
            ax.plot(rows[name], place, marker, color=colour, mfc=fill, mew=2.5, ms=11, label=words)
            above = name == "crude"
            for at, share in zip(place, rows[name], strict=True):
                ax.annotate(f"{share:.0%}", (share, at), (0, 8 if above else -8), color=colour,
                            textcoords="offset points", ha="center",
                            va="bottom" if above else "top")  # fmt: skip
        names = zip(rows["channel"], rows["journeys"], strict=True)
        ax.set_yticks(y, [f"{name}\n{n:,} journeys" for name, n in names])
        ax.set_ylim(len(rows) - 0.45, -0.55)
        ax.set_xlim(0, 1.1)
        ax.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1.0])
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.set_xlabel("share of journeys resolved (with interval)")
        if adjusted:
            ax.legend(
                loc="upper left",
                frameon=False,
                ncols=2,
                bbox_to_anchor=(0.0, -0.6 / (0.9 + 0.85 * len(rows))),
            )
        finish(ax, title or _gap_words(gap, rows), prediction)
    return ax


def linkage(
    table: pd.DataFrame,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what each measure says when a share of the links between channels is hidden.

    Shares are drawn as they are; if any measure goes beyond [0, 1], all are drawn as a
    multiple of their truth (their value with nothing hidden, marked at the left).

    Parameters
    ----------
    table : DataFrame
        `share` (of the links hidden, in [0, 1]; 0 is the truth), `metric`, `lens` (CRM or CEM),
        `value`, `low`, `high` (a band; missing: none).
    prediction : object, optional
        The reader's guess; a kept guess is a share: a star at the right end, if shares are drawn.

    Examples
    --------
    >>> table = pd.DataFrame({"share": [0.0, 1.0] * 2, "metric": ["repeats"] * 2 + ["resolved"] * 2,
    ...                       "lens": "CEM", "value": [10.0, 4.0, 0.5, 0.4], "low": None, "high": None})
    >>> linkage(table).get_title(loc="left")
    'With 100% of the links hidden, repeats is at 40% of the truth'
    """
    rows, multiples = _in_one_unit(table)
    ax = ax or new_axes(width=10.0, height=5.0)
    ends, found = [], []
    with plt.rc_context(STYLE):
        looks = zip(cycle(_DASHES), cycle(_MARKERS), rows.groupby(["lens", "metric"], sort=False))
        for dash, marker, ((lens, metric), part) in looks:
            colour = _LENSES.get(str(lens), GREEN)
            line = part.sort_values("share")
            x = line["share"]
            ax.fill_between(x, line["low"], line["high"], color=colour, alpha=0.15, lw=0)
            ax.plot(x, line["value"], marker, ls=dash, color=colour, lw=2.5, ms=7, clip_on=False)
            ax.plot(line["share"].iloc[0], line["value"].iloc[0], marker, color=colour, ms=14,
                    mfc="white", mew=2.5, zorder=4, clip_on=False)  # fmt: skip
            ends.append((float(line["value"].iloc[-1]), f"{metric} ({lens})", colour))
            found.append((float(line["value"].iloc[-1] - line["value"].iloc[0]), metric))
        last = float(rows["share"].max())
        guessed = None if multiples else getattr(prediction, "value", None)
        top = float(
            np.nanmax([*rows[["value", "high"]].to_numpy(np.float64).ravel(), guessed or 0.0])
        )
        top = 1.2 * top if 0 < top < _LITTLE and not multiples else max(1.0, top)
        if guessed is not None:
            ax.plot(last, guessed, "*", color=PURPLE, ms=20, zorder=5, clip_on=False)
        ax.set_ylim(0, 1.08 * top)
        ax.set_xlim(0, last or 1.0)
        _name_ends(ax, ends, last, 1.08 * top)
        if multiples:
            ax.axhline(1.0, color=GREY, lw=1.5, ls=":", zorder=1)
        ax.set_ylabel("part of the truth" if multiples else "what the measure says")
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.set_xlabel("links hidden between a person's channels (hollow: the truth)")
        change, metric = max(found, key=lambda pair: abs(pair[0]))
        unit = (
            f"at {1 + change:.0%} of the truth"
            if multiples
            else f"{100 * abs(change):.0f} points too {'low' if change < 0 else 'high'}"
        )
        finish(ax, title or f"With {last:.0%} of the links hidden, {metric} is {unit}", prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def _parts(scores: pd.DataFrame | ArrayLike) -> tuple[pd.DataFrame, "pd.Series[Any]"]:
    """Return the touchpoints' rows, and that of the whole journey."""
    if isinstance(scores, pd.DataFrame):
        whole = scores["part"] == "journey"
        return scores[~whole], scores[whole].iloc[0]
    one = journey_share(scores).iloc[0].to_dict() | {"share": np.nan}
    shares = np.atleast_1d(np.asarray(scores, np.float64))
    names = [f"touchpoint {i}" for i in range(1, shares.size + 1)]
    return pd.DataFrame({"name": names, "share": shares}), pd.Series(one)


def _dot(ax: Axes, share: float, place: float, line: float, size: float) -> None:
    """Draw a dot with its share, green and round or red and square."""
    colour, marker = (GREEN, "o") if share >= line else (RED, "s")
    ax.plot(share, place, marker, color=colour, ms=size, mec="white", zorder=3)
    ax.annotate(f"{share:.0%}", (share, place), (size / 2 + 5, 0), textcoords="offset points",
                va="center", fontweight="bold", color=colour, zorder=6)  # fmt: skip


def _gap_words(gap: "pd.Series[Any]", rows: pd.DataFrame) -> str:
    if np.isnan(gap["crude"]):
        return f"{rows['channel'].iloc[0]}: {rows['crude'].iloc[0]:.0%} of journeys resolved"
    words = f"{gap['channel']}: {100 * gap['crude']:.0f} points as counted"
    if np.isnan(gap["adjusted"]):
        return words
    return f"{words}, {100 * gap['adjusted']:.0f} points for the same cases"


def _in_one_unit(table: pd.DataFrame) -> tuple[pd.DataFrame, bool]:
    """Return the rows that can be drawn in one unit, and whether they are parts of the truth."""
    numbers = ["value", "low", "high"]
    rows = table.astype(dict.fromkeys(numbers, float)).dropna(subset="value")
    if not (rows["share"] == 0).any():
        msg = "table must have rows at share 0 (the truth), got none"
        raise ValueError(msg)
    if ((rows[numbers] >= 0) & (rows[numbers] <= 1) | rows[numbers].isna()).all(axis=None):
        return rows, False
    truth = rows[rows["share"] == 0].set_index(["lens", "metric"])["value"]
    zero = truth[truth == 0]
    if len(zero):
        msg = (
            "table must have no truth of 0 where a measure goes beyond [0, 1], got "
            f"{zero.index[0][1]!r}: leave it out"
        )
        raise ValueError(msg)
    base = truth.reindex(pd.MultiIndex.from_frame(rows[["lens", "metric"]])).to_numpy()
    return rows.assign(**{name: rows[name] / base for name in numbers}), True


def _name_ends(ax: Axes, ends: list[tuple[float, str, str]], last: float, top: float) -> None:
    """Write each line's name at its right end, moved apart where they would meet."""
    step, place = 0.065 * top, -np.inf
    for value, words, colour in sorted(ends):
        place = max(value, place + step)
        ax.annotate(words, (last, value), (last + 0.05 * (last or 1.0), place), textcoords="data",
                    va="center", annotation_clip=False,
                    arrowprops={"arrowstyle": "-", "color": colour})  # fmt: skip
