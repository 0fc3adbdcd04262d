"""Figures of money: how policies spend one budget, and what each lever adds."""

from collections.abc import Mapping
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cemlab.market import LINES, Policy
from cemlab.market.attribution import LeverValues
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
from cemlab.plots.market import _looks

_SHADES = dict(zip(LINES, (GREEN, BLUE, "#56B4E9", PURPLE, ORANGE, GREY), strict=True))
_POOL = "phone and social"
_LEGIBLE, _TOLD = 0.045, 0.005
"""Share of the budget from which its number fits into a bar, and from which it is told at all."""
_DARK = ("prevention", "phone", "retention", "empowerment")
_MOST = 8


def budgets(
    policies: Mapping[str, Policy] | pd.DataFrame,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how policies share out their budget, with the way each runs its desk beside.

    A pool has one sum for phone and social, and is drawn so. "Split by complaints" is a desk
    whose service money follows those that can be seen.

    Parameters
    ----------
    policies : mapping of str to Policy, or DataFrame
        Up to 8 by name; or a frame with the six lines (EUR a month), `organisation` and
        `resolution`, and the names in its index or a column `policy`.
    prediction : object, optional
        The reader's guess.

    Raises
    ------
    ValueError
        If there are no policies or too many, or the frame lacks a line.

    Examples
    --------
    >>> ax = budgets({"CRM": Policy(phone=60_000, advertising=90_000),
    ...               "CEM": Policy(prevention=75_000, phone=60_000, advertising=15_000)})
    >>> ax.get_title(loc="left")
    'Most apart in prevention: CRM spends 0% of its budget on it, CEM 50%'
    """
    rows = _spent(policies)
    if not 1 <= len(rows) <= _MOST:
        msg = f"policies must be 1 to {_MOST}, got {len(rows)}: choose some"
        raise ValueError(msg)
    total = rows[list(LINES)].sum(axis=1)
    parts = rows[list(LINES)].div(total.where(total > 0, 1.0), axis=0)
    ax = ax or new_axes(width=12.0, height=1.7 + 0.7 * len(rows))
    with plt.rc_context(STYLE):
        for y, (name, share) in enumerate(parts.iterrows()):
            pooled = rows.loc[name, "organisation"] == "pooled"
            start = 0.0
            for line, part in _pieces(share, pooled=pooled).items():
                first = line.split(" ")[0]
                ax.barh(y, part, 0.66, left=start, color=_SHADES[first], ec="white", lw=1.5,
                        hatch="//" if line == _POOL else None)  # fmt: skip
                if part >= _LEGIBLE:
                    box = {"fc": _SHADES[first], "ec": "none", "pad": 1.5}
                    ax.text(start + part / 2, y, f"{part:.0%}", ha="center", va="center", size=13,
                            weight="bold", color="white" if first in _DARK else "black",
                            bbox=box if line == _POOL else None)  # fmt: skip
                elif part >= _TOLD:
                    ax.text(start + part / 2, y + 0.34, f"{part:.0%}", ha="center", va="top",
                            size=11)  # fmt: skip
                start += part
            way = f"{rows.loc[name, 'organisation']}, {rows.loc[name, 'resolution']}"
            ax.text(1.015, y, f"{way}\n{total[name]:,.0f} EUR", va="center", size=12)
        ax.set_yticks(range(len(rows)), [_looks.words(name) for name in rows.index], fontsize=14)
        ax.set_ylim(len(rows) - 0.5, -0.5)
        ax.set_xlim(0, 1)
        ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
        pools = (
            "; hatched: phone and social in one pool"
            if (rows["organisation"] == "pooled").any()
            else ""
        )
        ax.set_xlabel(f"share of the budget (EUR a month){pools}")
        ax.tick_params(axis="y", length=0)
        spent = [line for line in LINES if (parts[line] > 0).any()]
        patches = [plt.Rectangle((0, 0), 1, 1, color=_SHADES[line]) for line in spent]
        ax.legend(patches, spent, loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=6,
                  frameon=False, handlelength=1.2, columnspacing=1.2)  # fmt: skip
        show_prediction(ax, prediction, lift=32.0)
        room = {"pad": 68 if prediction is not None else 36}
        beside = 2.3 + _looks.inches([_looks.words(name) for name in rows.index], 14)
        said = _looks.headline(ax, title or _apart(parts), beside=beside)
        ax.set_title(said, loc="left", **(TITLE | room))
    return ax


def lever_values(
    found: LeverValues,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what each lever adds, as steps from no lever to all of them.

    A step is the mean of what the lever adds over all orders of adding (Shapley): it may go
    down. The axis does not begin at 0, as the steps are the point: it says so.

    Parameters
    ----------
    found : LeverValues
        Of `market.lever_values`.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> from cemlab import market
    >>> ax = lever_values(market.lever_values(levers=["retention", "pooling"], months=12))
    >>> [label.get_text() for label in ax.get_xticklabels()][::3]
    ['no lever', 'all levers']
    """
    values = found.values["value"].sort_values(ascending=False, kind="stable")
    names = [str(name) for name in values.index]
    allowed = found.combinations[names].sum(axis=1)
    npv = found.combinations["npv"]
    start, end = float(npv[allowed == 0].iloc[0]), float(npv[allowed == len(names)].iloc[0])
    size, unit = _looks.money([start, end])
    steps = np.concatenate([[start], start + values.cumsum()]) / size
    ax = ax or new_axes(width=11.0, height=5.4)
    low, high = float(steps.min()), float(steps.max())
    floor = min(low - 0.25 * max(high - low, 1e-3 * abs(high)), low)
    digits = 10.0 ** np.floor(np.log10(max(high - floor, 1e-9)))
    floor = 0.0 if 0 <= floor < 0.3 * high else float(np.floor(floor / digits) * digits)
    gap = 0.012 * (high - floor)
    with plt.rc_context(STYLE):
        ends = [0, len(names) + 1]
        for x, height in zip(ends, (steps[0], end / size), strict=True):
            ax.bar(x, height - floor, 0.7, bottom=floor, color=GREY)
            ax.text(x, height + gap, _looks.digits(height), ha="center", va="bottom", weight="bold")
        for x, (before, after) in enumerate(pairwise(steps), start=1):
            said = _looks.signed(after - before)
            up = not said.startswith("-")
            ax.bar(x, after - before, 0.7, bottom=before, color=BLUE if up else RED,
                   hatch=None if up else "//", ec="white")  # fmt: skip
            ax.text(x, max(before, after) + gap, said, ha="center", va="bottom",
                    weight="bold")  # fmt: skip
            ax.plot([x - 1.35, x + 0.35], [before, before], color="black", lw=1)
        ax.plot([len(names) - 0.35, ends[1] + 0.35], [steps[-1]] * 2, color="black", lw=1)
        labels = [_wrapped(name) for name in names]
        ax.set_xticks(range(len(names) + 2), ["no lever", *labels, "all levers"])
        ax.tick_params(axis="x", length=0)
        ax.set_ylim(floor, high + 0.1 * (high - floor))
        begins = f"\n(axis from {_looks.digits(floor)})" if floor else ""
        ax.set_ylabel(f"net present value ({unit}){begins}")
        finish(ax, _looks.headline(ax, title or _adds(values / size, unit), beside=1.0), prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def _spent(policies: Mapping[str, Policy] | pd.DataFrame) -> pd.DataFrame:
    if isinstance(policies, pd.DataFrame):
        wanted = [*LINES, "organisation", "resolution"]
        lacking = [name for name in wanted if name not in policies]
        if lacking:
            msg = f"policies must have the columns {', '.join(wanted)}, got none for {', '.join(lacking)}"
            raise ValueError(msg)
        return policies.set_index("policy") if "policy" in policies else policies
    rows = {}
    for name, policy in policies.items():
        if not isinstance(policy, Policy):
            msg = f"policies must be one Policy a name, got {policy!r} for {name}"
            raise ValueError(msg)
        desk = f"{policy.organisation} by complaints" if policy.loudest else policy.organisation
        ways = {"organisation": desk, "resolution": policy.resolution}
        rows[name] = dict(zip(LINES, policy.lines(), strict=True)) | ways
    return pd.DataFrame.from_dict(rows, orient="index")


def _pieces(share: "pd.Series[float]", *, pooled: bool) -> dict[str, float]:
    pieces = {line: float(share[line]) for line in LINES}
    if not pooled:
        return pieces
    pool = pieces["phone"] + pieces["social"]
    return {_POOL if line == "phone" else line: pool if line == "phone" else part
            for line, part in pieces.items() if line != "social"}  # fmt: skip


def _apart(parts: pd.DataFrame) -> str:
    # Phone and social are one sum: in a pool nobody can tell them apart.
    told = parts.assign(service=parts["phone"] + parts["social"]).drop(columns=["phone", "social"])
    if len(told) == 1:
        line = str(told.iloc[0].idxmax())
        return f"{_looks.words(told.index[0])} spends most on {line}: {told.iloc[0].max():.0%} of its budget"
    line = str((told.max() - told.min()).idxmax())
    least, most = told[line].idxmin(), told[line].idxmax()
    low, high = told.loc[least, line], told.loc[most, line]
    if high - low < 5e-3:
        return "All share out their budget alike"
    return f"Most apart in {line}: {_looks.words(least)} spends {low:.0%} of its budget on it, {_looks.words(most)} {high:.0%}"


def _adds(values: "pd.Series[float]", unit: str) -> str:
    def told(value: float) -> str:
        shown = _looks.signed(value)
        if shown == "0":
            return "adds nothing"
        return f"{'adds' if value > 0 else 'takes away'} {shown[1:]}"

    best, worst = values.index[0], values.index[-1]
    most, least = (told(float(values.iloc[at])) for at in (0, -1))
    if most == least == "adds nothing":
        return "No lever adds anything"
    said = f"{str(best).capitalize()} {most}" + ("" if most == "adds nothing" else f" {unit}")
    return said + (f", {worst} {least}" if len(values) > 1 else "")


def _wrapped(name: str) -> str:
    return name.replace(" ", "\n")
