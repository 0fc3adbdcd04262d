"""Figures of answers to surveys: distributions, who is silent, and an index over the years."""

import math
from itertools import cycle
from typing import Any, Literal

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from cemlab.plots._style import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, STYLE, finish, new_axes
from cemlab.plots.voice.scores import mark_guess

_LOOKS = ((ORANGE, "s"), (GREEN, "^"), (RED, "D"), ("#6B3E26", "v"), ("#CC79A7", "P"), (GREY, "X"))
_TINTS = (("promoters", 8.5, 10.6, "#DCEAF5"), ("detractors", -0.6, 6.5, "#F9E4D7"))
_STEPS = ("#00527F", "#7FB8DA", "#D9D9D9", "#F0A46B", "#B34700")
_BOX = {"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none"}


def answer_shares(
    answers: pd.DataFrame,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw whole distributions of answers, a bar a question, apart at the middle answer.

    A single question stands from 0 to 100 %.

    Parameters
    ----------
    answers : DataFrame
        `question`, `answer` and `share` (of 1), answers from the most to the least positive;
        two to five a question. Rows of the data set ``sncr-2008`` of kind "distribution".
    prediction : object, optional
        The reader's guess; beside a single question a kept guess of its first answer is
        marked at its value.

    Examples
    --------
    >>> from cemlab import datasets
    >>> study = datasets.load("sncr-2008")
    >>> answer_shares(study[study["kind"] == "distribution"]).get_title(loc="left")
    'On the positive side of the middle: 35%, 55% and 74%'
    """
    questions = list(dict.fromkeys(answers["question"]))
    tables = [answers.loc[answers["question"] == q, ["answer", "share"]] for q in questions]
    if not tables or not all(2 <= len(table) <= len(_STEPS) for table in tables):
        msg = f"answers must have two to {len(_STEPS)} answers a question, got {[len(t) for t in tables]}"
        raise ValueError(msg)
    ax = ax or new_axes(width=11.0, height=1.6 + 1.35 * len(questions))
    ups, alone = [], len(tables) == 1
    with plt.rc_context(STYLE):
        for place, table in enumerate(tables):
            share = table["share"].to_numpy(np.float64)
            half, odd = divmod(share.size, 2)
            ups.append(share[:half].sum())
            left = 0.0 if alone else -ups[-1] - odd * share[half] / 2
            tones = _STEPS[:half] + (_STEPS[2],) * odd + _STEPS[len(_STEPS) - half :]
            _bar(ax, place, left, share, tones, list(table["answer"]))
            ax.annotate(questions[place], (0, place), (0, 30), textcoords="offset points",
                        ha="left" if alone else "center", fontweight="bold", bbox=_BOX)  # fmt: skip
        ax.axvline(0, color="#BBBBBB", lw=1, zorder=0)
        ax.set_ylim(len(questions) - 0.45, -0.85)
        ax.set_xlim(0 if alone else -1, 1)
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
        ax.xaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{abs(share):.0%}"))
        sides = ", to the left: positive; the middle answer by halves"
        ax.set_xlabel("part of those who answered" + ("" if alone else sides))
        said = [f"{up:.0%}" for up in ups]
        listed = " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)
        found = f"On the positive side of the middle: {listed}"
        if alone:
            found += f"; {tables[0]['answer'].iloc[0]}: {tables[0]['share'].iloc[0]:.0%}"
            guess = getattr(prediction, "value", None)
            if guess is not None:
                ax.plot(
                    [guess, guess], [-0.36, 0.36], ":", color=PURPLE, lw=4, label="your prediction"
                )
        finish(ax, title or found, prediction)
    return ax


def response_pyramid(
    responses: pd.DataFrame,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how all customers score, to the left, and how those who answer do, to the right.

    Parameters
    ----------
    responses : DataFrame
        Of `surveys.simulate_response`: `score` and `answered`. Whole scores within 0 to 10
        are read as net promoter scores: the title gives both, and tints show whom they count.

    Examples
    --------
    >>> told = pd.DataFrame({"score": [0, 5, 5, 10], "answered": [False, False, False, True]})
    >>> response_pyramid(told).get_title(loc="left")
    'NPS of all -50, of the answers 100'
    """
    score, answered = responses["score"], responses["answered"].to_numpy(bool)
    if not answered.any():
        msg = f"responses must have at least one answer, got none of {len(responses):,}"
        raise ValueError(msg)
    steps = np.sort(score.unique())
    ten = bool(np.isin(steps, np.arange(11)).all())
    if np.array_equal(steps, np.round(steps)) and np.ptp(steps) <= 20:
        steps = np.arange(11) if ten else np.arange(steps[0], steps[-1] + 1)
    everybody, those = _parts(score, steps), _parts(score[answered], steps)
    ax = ax or new_axes(width=10.0, height=5.2)
    y, most = np.arange(steps.size), 1.22 * max(everybody.max(), those.max())
    with plt.rc_context(STYLE):
        for name, low, high, tint in _TINTS if ten else ():
            ax.axhspan(low, high, color=tint, lw=0, zorder=0)
            ax.text(1.01, (low + high) / 2, name, va="center", fontsize=12.5,
                    transform=ax.get_yaxis_transform())  # fmt: skip
        ax.barh(y, -everybody, color=GREY, height=0.8, label="all customers")
        ax.barh(y, those, color=ORANGE, height=0.8, label="those who answer")
        for shares, side, align in ((everybody, -1, "right"), (those, 1, "left")):
            for place, share in zip(y, shares, strict=True):
                ax.annotate(f"{share:.0%}" if share >= 0.005 or not share else "<1%",
                            (side * share, place), (side * 4, 0), ha=align, va="center",
                            textcoords="offset points", fontsize=12)  # fmt: skip
        ax.axvline(0, color="black", lw=1)
        ax.set_xlim(-most, most)
        ax.set_ylim(-0.6, steps.size - 0.4)
        ax.set_yticks(y, [f"{step:g}" for step in steps])
        ax.set_ylabel("score")
        ax.set_xlabel("part of each group")
        ax.xaxis.set_major_locator(MaxNLocator(9, steps=[1, 2, 5, 10]))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{abs(share):.0%}"))
        ax.legend(loc="lower center", ncols=2, frameon=False, bbox_to_anchor=(0.5, -0.28))
        if ten:
            all_of_them, heard = (x[9:].sum() - x[:7].sum() for x in (everybody, those))
            found = f"NPS of all {100 * all_of_them:.0f}, of the answers {100 * heard:.0f}"
        else:
            widest = int(np.argmax(those - everybody))
            found = f"{answered.mean():.0%} answer: {those[widest]:.0%} of the answers are"
            found += f" {steps[widest]:g}, of the customers {everybody[widest]:.0%}"
        finish(ax, title or found, prediction)
    return ax


def index_over_time(
    index: pd.DataFrame,
    *,
    highlight: str | None = None,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw an index of satisfaction year by year, a line a company; dotted over missing years.

    Parameters
    ----------
    index : DataFrame
        `year`, `company`, `acsi` (0 to 100): rows of the data set ``acsi-pay-tv``.
        Figures whose `confidence` is "computed" are hollow.
    highlight : str, optional
        The company that the title is about; by default the one with most years.
    prediction : object, optional
        The reader's guess; a kept guess is marked at its value.

    Examples
    --------
    >>> from cemlab import datasets
    >>> index_over_time(datasets.load("acsi-pay-tv")).get_title(loc="left")
    'Comcast: 54 in 2008, 61 in 2010, 54 in 2015'
    """
    if index.empty:
        msg = "index must be at least one year of one company, got none"
        raise ValueError(msg)
    companies = index["company"].value_counts(sort=False)
    main = str(companies.idxmax()) if highlight is None else highlight
    if main not in companies.index:
        msg = f"highlight must be one of {', '.join(companies.index)}, got {highlight!r}"
        raise ValueError(msg)
    others = [name for name in companies.index if name != main]
    ax = ax or new_axes(width=11.0, height=5.6)
    with plt.rc_context(STYLE):
        ends = []
        for (colour, marker), name in zip(cycle(_LOOKS), others, strict=False):
            tone = "black" if name == "Industry" else colour
            ends.append(_line(ax, index[index["company"] == name], tone, marker, 2.0, layer=3))
        ends.append(_line(ax, index[index["company"] == main], BLUE, "o", 5.0, layer=2))
        mark_guess(ax, prediction, vertical=False)
        ax.margins(y=0.12)
        years = index["year"]
        _labels(ax, ends, [*others, main], index[index["company"] == main])
        ax.set_xlim(years.min() - 0.3, years.max() + 0.16 * max(np.ptp(years), 1) + 0.3)
        step = math.ceil((np.ptp(years) + 1) / 12)
        ax.set_xticks(range(years.min(), years.max() + 1, step))
        ax.set_xlabel("year")
        ax.set_ylabel("satisfaction index (0 to 100)")
        ax.grid(axis="y", color="#DDDDDD")
        finish(ax, title or _course(index[index["company"] == main], main), prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def _bar(
    ax: Axes, place: int, left: float, share: Any, tones: tuple[str, ...], names: list[str]
) -> None:
    """Draw one bar of answers, each with its name and share where there is room."""
    for k, (part, tone, name) in enumerate(zip(share, tones, names, strict=True)):
        ax.barh(place, part, left=left, color=tone, height=0.5, edgecolor="white")
        dark = tone in (_STEPS[0], _STEPS[-1])
        if part >= 0.04:
            ax.annotate(f"{part:.0%}", (left + part / 2, place), ha="center", va="center",
                        color="white" if dark else "black")  # fmt: skip
        if part >= (0.03 if k in (0, len(names) - 1) else 0.09):
            at, side = _beside(k, left, part)
            ax.annotate(name, (at, place), (0, -32), textcoords="offset points",
                        ha=side, va="center", fontsize=11, bbox=_BOX)  # fmt: skip
        left += part


def _beside(k: int, left: float, part: float) -> tuple[float, Literal["left", "center", "right"]]:
    """Return where the name of a part stands; at the ends of a bar there is room outside."""
    if part >= 0.09:
        return left + part / 2, "center"
    return (left + part, "right") if k == 0 else (left, "left")


def _parts(score: "pd.Series[Any]", steps: Any) -> Any:
    return score.value_counts(normalize=True).reindex(steps, fill_value=0.0).to_numpy()


def _line(
    ax: Axes, rows: pd.DataFrame, colour: str, marker: str, width: float, *, layer: int
) -> tuple[float, float, str]:
    """Draw one company; return where its line ends and its colour."""
    rows = rows.sort_values("year")
    year, value = rows["year"].to_numpy(), rows["acsi"].to_numpy()
    for k in range(len(year) - 1):
        dash = "-" if year[k + 1] - year[k] == 1 else ":"
        ax.plot(year[k : k + 2], value[k : k + 2], dash, color=colour, lw=width, zorder=layer)
    computed = rows["confidence"].eq("computed").to_numpy() if "confidence" in rows else year < 0
    for x, y, hollow in zip(year, value, computed, strict=True):
        fill = "white" if hollow else colour
        ax.plot(x, y, marker, color=colour, mfc=fill, mew=2, ms=6 + width, zorder=layer)
    return float(year[-1]), float(value[-1]), colour


def _labels(
    ax: Axes, ends: list[tuple[float, float, str]], names: list[str], main: pd.DataFrame
) -> None:
    """Write each name beside the end of its line; names move apart, and off the main line."""
    low, high = ax.get_ylim()
    for year in sorted({end[0] for end in ends}):
        here = sorted((k for k in range(len(ends)) if ends[k][0] == year), key=lambda k: ends[k][1])
        values = [ends[k][1] for k in here]
        if year < main["year"].max():
            passing = float(
                np.interp(year, *main.sort_values("year")[["year", "acsi"]].T.to_numpy())
            )
            above = int(np.searchsorted(values, passing))
            values[above:above] = [passing]
            here[above:above] = [-1]
        for k, y in zip(here, _apart(values, 0.07 * (high - low)), strict=True):
            if k >= 0:
                ax.annotate(names[k], (year, y), (12, 0), textcoords="offset points",
                            va="center", color=ends[k][2], fontweight="bold")  # fmt: skip


def _course(rows: pd.DataFrame, name: str) -> str:
    """Say where a company began, its highest known figure, and where it ended.

    Computed figures are left out as long as others are known.
    """
    if "confidence" in rows and rows["confidence"].ne("computed").any():
        rows = rows[rows["confidence"].ne("computed")]
    rows = rows.sort_values("year")
    first, last, best = rows.iloc[0], rows.iloc[-1], rows.loc[rows["acsi"].idxmax()]
    start, end = (f"{row['acsi']:g} in {row['year']}" for row in (first, last))
    if len(rows) == 1:
        return f"{name}: {start}"
    if best["year"] in (first["year"], last["year"]):
        return f"{name}: {start}, {end}"
    return f"{name}: {start}, {best['acsi']:g} in {best['year']}, {end}"


def _apart(values: list[float], gap: float) -> list[float]:
    """Return sorted places at least `gap` apart, as near to the values as this allows.

    >>> _apart([1.0, 1.0, 5.0], 1.0)
    [0.5, 1.5, 5.0]
    """
    groups = [[value, 1.0] for value in values]  # mean place, members
    k = 0
    while k + 1 < len(groups):
        (one, m), (other, n) = groups[k], groups[k + 1]
        if other - one < gap * (m + n) / 2 - 1e-9:
            groups[k : k + 2] = [[(one * m + other * n) / (m + n), m + n]]
            k = max(k - 1, 0)
        else:
            k += 1
    return [mean + gap * (i - (n - 1) / 2) for mean, n in groups for i in range(int(n))]
