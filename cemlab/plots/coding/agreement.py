"""Figures of coders against each other: agreement beyond chance, and which code met which."""

from collections.abc import Sequence
from textwrap import fill

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from cemlab.plots._style import (
    BLUE,
    GREY,
    PURPLE,
    STYLE,
    TITLE,
    finish,
    new_axes,
    show_prediction,
)

_BANDS = ((0.0, "slight"), (0.2, "fair"), (0.4, "moderate"), (0.6, "substantial"), (0.8, "almost perfect"))  # fmt: skip
LETTERS = 68
"""In a line of a title."""
_TIGHT = -0.2
"""If the scale begins below, the words of the bands are small."""
_WORDS = "#333333"
"""Of the bands' names: dark enough for a projector."""
_PALE = LinearSegmentedColormap.from_list("pale", ["white", BLUE])


def agreement_bars(
    compared: pd.DataFrame,
    *,
    prediction: object = None,
    at: object = None,
    labels: pd.Series | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw agreement beyond chance with its intervals; the bands of Landis and Koch are a convention.

    Parameters
    ----------
    compared : DataFrame
        As `incidents.compare` returns it. Where agreement is not defined, words stand instead.
    prediction : object, optional
        The reader's guess; a kept guess is a star in the row `at`.
    at : object, optional
        The row that the guess is about, as in the index.
    labels : Series, optional
        Names to show instead of codes, by (dimension, code): `scheme().table()["label_en"]`.

    Examples
    --------
    >>> from cemlab.cem import incidents
    >>> ax = agreement_bars(incidents.compare(incidents.codings(), raters=["A", "B"]))
    >>> ax.get_title(loc="left")
    'Agreement beyond chance from 0.53 (feeling) to 0.74 (touchpoint)'
    """
    some("compared", compared)
    ax = ax or new_axes(width=10.0, height=2.2 + 0.5 * len(compared))
    y = np.arange(len(compared))
    value = compared["value"].to_numpy(float)
    low, high = (compared[name].to_numpy(float) for name in ("low", "high"))
    names = _labels(compared.index, labels)
    star = _star(compared.index, prediction, at)
    with plt.rc_context(STYLE):
        left = min(0.0, float(np.nanmin([0.0, *low, *value, *star[:1]])))
        for i, (start, word) in enumerate(_BANDS):
            ax.axvspan(start, min(start + 0.2, 1.0), color=GREY, alpha=0.05 + 0.05 * i, lw=0)
            wide = left < _TIGHT and start == 0.8  # its words are longer than their band
            ax.annotate(word, (start + (0.01 if wide else 0.1), 1.0), (0, 3), xycoords=("data", "axes fraction"),
                        textcoords="offset points", ha="left" if wide else "center", color=_WORDS,
                        size=10 if left < _TIGHT else 12)  # fmt: skip
        ax.hlines(y, low, high, color=BLUE, lw=5, alpha=0.45)
        ax.plot(value, y, "o", color=BLUE, ms=11)
        if star:
            ax.plot(*star, "*", color=PURPLE, ms=20, mec="white", zorder=5)
        for place, found, n in zip(y, value, compared["n"], strict=True):
            known = np.isfinite(found)
            words = f"{found:.2f}" if known else f"not defined: all {n} alike"
            ax.annotate(words, (found if known else 0.02, place), (0, 9 if known else 0), textcoords="offset points",
                        ha="center" if known else "left", va="bottom" if known else "center")  # fmt: skip
        ax.set_yticks(y, names)
        ax.set_ylim(len(y) - 0.5, -0.75)
        ax.set_xlim(left - 0.02, 1.02)
        ax.set_xlabel("agreement beyond chance (0: as chance would, 1: full; shades: a convention)")  # fmt: skip
        finish(ax, title or _agreement_title(names, value), None)
        _under_bands(ax, prediction)
    return ax


def confusion(
    table: pd.DataFrame,
    *,
    prediction: object = None,
    labels: pd.Series | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how often one coder's code met each of the other's; the framed diagonal is agreement.

    Parameters
    ----------
    table : DataFrame
        As `incidents.confusion` returns it.
    prediction : object, optional
        The reader's guess; a kept guess of a share is shown as a count of stories, too.
    labels : Series, optional
        Names to show instead of codes, by code.

    Examples
    --------
    >>> from cemlab.cem import incidents
    >>> ax = confusion(incidents.confusion(incidents.codings(), "feeling"))
    >>> ax.get_title(loc="left")
    'A and B chose the same code for 14 of 24 stories'
    """
    some("table", table)
    size = len(table)
    ax = ax or new_axes(width=4.6 + 0.75 * size, height=2.4 + 0.55 * size)
    counts = table.to_numpy(int)
    one, other = table.index.name or "one coder", table.columns.name or "the other"
    with plt.rc_context(STYLE):
        ax.imshow(counts, cmap=_PALE, vmin=0, vmax=max(1.6 * counts.max(), 1), aspect="auto")
        for i, j in np.argwhere(counts > 0):
            strong = "bold" if i == j else "normal"
            ax.text(j, i, f"{counts[i, j]}", ha="center", va="center", size=14, weight=strong)
        for i in range(size):
            ax.add_patch(
                plt.Rectangle((i - 0.5, i - 0.5), 1, 1, fill=False, ec=GREY, lw=1.5, clip_on=False)
            )
        ax.set_xticks(
            range(size), [named(x, labels) for x in table.columns], rotation=40, ha="right"
        )
        ax.set_yticks(range(size), [named(x, labels) for x in table.index])
        ax.set_xlabel(f"main code by {other} (numbers: stories)")
        ax.set_ylabel(f"main code by {one}")
        same = (
            f"{one} and {other} chose the same code for {counts.trace()} of {counts.sum()} stories"
        )
        finish(ax, title or same, _as_count(prediction, int(counts.sum())))
    return ax


# --- inside ------------------------------------------------------------------------


def some(name: str, table: pd.DataFrame) -> None:
    """Stop if a table has no row."""
    if table.empty:
        msg = f"{name} must have at least one row, got none"
        raise ValueError(msg)


def _labels(index: pd.Index, labels: pd.Series | None) -> list[str]:
    """Return the rows' names; a first part that all share is left out."""
    if not isinstance(index, pd.MultiIndex):
        return [named(key, labels) for key in index]
    last = [named(key, labels) if labels is not None and key in labels.index else plain(key[-1]) for key in index]  # fmt: skip
    if len(set(index.get_level_values(0))) == 1:
        return last
    return [f"{plain(key[0])}, {word}" for key, word in zip(index, last, strict=True)]


def named(key: object, labels: pd.Series | None) -> str:
    """Return the label of a code, or without one the code in words."""
    return plain(key) if labels is None or key not in labels.index else str(labels[key])


def plain(key: object) -> str:
    """Return a key in words."""
    return str(key).replace("_", " ")


def in_a_row(names: Sequence[str]) -> str:
    """Return names in a row, the last after "and"; many as their number.

    >>> in_a_row(["a"]), in_a_row(["a", "b"]), in_a_row(["a", "b", "c"]), in_a_row(["a"] * 5)
    ('a', 'a and b', 'a, b and c', '5 of them')
    """
    if len(names) > 3:
        return f"{len(names)} of them"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _agreement_title(names: Sequence[str], value: np.ndarray) -> str:
    known = np.flatnonzero(np.isfinite(value))
    if not known.size:
        return "Agreement beyond chance is not defined: everything was coded alike"
    best, worst = known[value[known].argmax()], known[value[known].argmin()]
    if best == worst:
        return f"Agreement beyond chance on {names[best]}: {value[best]:.2f}"
    found = f"Agreement beyond chance from {value[worst]:.2f} ({names[worst]}) to {value[best]:.2f} ({names[best]})"
    return fill(found, LETTERS)


def _star(index: pd.Index, prediction: object, at: object) -> tuple[float, ...]:
    """Return where a kept guess stands: its value, and the row named; nothing without a row."""
    guessed = getattr(prediction, "value", None)
    if guessed is None or at is None:
        return ()
    keys = list(index)
    if at not in keys:
        msg = f"at must be one of the rows {', '.join(map(str, keys))}, got {at!r}"
        raise ValueError(msg)
    return float(guessed), float(keys.index(at))


def _as_count(prediction: object, n: int) -> object:
    """Return a kept guess of a share with the count of stories that it means."""
    if getattr(prediction, "form", None) != "percent":
        return prediction
    return f"{prediction}: {getattr(prediction, 'value', 0.0) * n:.0f} of {n}"


def _under_bands(ax: Axes, prediction: object) -> None:
    """Move the title over the words of the bands, and write the prediction between them."""
    show_prediction(ax, prediction, lift=20.0)
    room = 24 if prediction is None else 56
    ax.set_title(ax.get_title(loc="left"), loc="left", **(TITLE | {"pad": room}))
