"""Figures of one journey: its timeline, and how its steps may have felt."""

import textwrap

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cemlab import _words
from cemlab.plots._style import ACTORS, GREEN, GREY, RED, STYLE, TITLE, finish, new_axes

_MARKS = {"customer": "o", "company": "s", "public": "^", "rival": "D"}
_NAMED = 24
_SAID = {
    "failure": "it went wrong",
    "contact": "got in touch",
    "acknowledge": "receipt",
    "answer": "answered",
    "abandon": "gave up",
    "transfer": "sent elsewhere",
    "promise": "promised",
    "callback": "called back",
    "refuse": "refused",
    "offer": "offered",
    "accept": "accepted",
    "decline": "declined",
    "compensate": "paid",
    "apologise": "said sorry",
    "resolve": "solved",
    "close": "closed",
    "reopen": "came back",
    "publish": "went public",
    "leave": "left",
}
_LETTERS = 34
_ROOMY = 12
_ROOM = 100
"""Letters that fit side by side below the axes."""
_TEXT = {**ACTORS, "customer": "#9A6200"}


def timeline(events: pd.DataFrame, *, title: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw a journey: one line an event, who acted by colour, uncertain dates as bars.

    Parameters
    ----------
    events : DataFrame
        An event log; `label`, `confidence` and `assumed`, where it has them, give the
        words and the marks (hollow: our reading adds to the source, or it is shaky).
    """
    rows = _lines(events)
    ax = ax or new_axes(height=1.3 + 0.27 * len(rows))
    late = events["time"].min() + 0.6 * (events["time"].max() - events["time"].min())
    with plt.rc_context(STYLE):
        for y, row in enumerate(rows.itertuples()):
            colour = ACTORS[row.actor]
            if row.latest > row.time:
                ax.plot([row.time, row.latest], [y, y], color=colour, lw=7, alpha=0.35)
            face = "white" if row.shaky else colour
            middle = row.time + (row.latest - row.time) / 2
            ax.plot(middle, y, "o", ms=9, mec=colour, mfc=face, mew=2)
            if row.latest == row.time:
                day = f"{row.time.day} {row.time:%b %Y}"
                side = (-11, "right") if row.time > late else (11, "left")
                ax.annotate(
                    day, (row.time, y), (side[0], 0), textcoords="offset points",
                    ha=side[1], va="center", size=11, color=GREY,
                )  # fmt: skip
        ax.set_yticks(range(len(rows)), [f"{row.words}" for row in rows.itertuples()])
        for label, row in zip(ax.get_yticklabels(), rows.itertuples(), strict=True):
            label.set_color(_TEXT[row.actor])
        ax.invert_yaxis()
        ax.grid(axis="x", color="#DDDDDD")
        ax.xaxis.set_major_formatter(mdates.ConciseDateFormatter(mdates.AutoDateLocator()))
        ax.set_xlabel("date (bars: somewhere in this span)")
        _actor_key(ax, rows)
        last = events["latest"].fillna(events["time"]).max()
        days = (last - events["time"].min()).days
        ax.set_title(title or f"{len(rows)} steps in {days} days", loc="left", **TITLE)
    return ax


def journey_map(steps: pd.DataFrame, *, title: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw a journey step by step: who acted, and how it may have felt.

    Steps stand in their order (of their earliest times) and not to scale; above each is the
    time since the first. The peak (the step farthest from neutral; of two equally far the
    worse, then the earlier) and the end are ringed.

    Parameters
    ----------
    steps : DataFrame
        Of `touchpoints.felt_steps`, one journey: `time`, `actor`, `kind`, `score`, and what
        there is of `customer`, `issue`, `latest`, `label`, `touchpoint` and `channel`. More than
        24 steps are numbered, and not named. A step without a label is told in plain words.

    Raises
    ------
    ValueError
        If there is no step, or steps are of several journeys.

    Examples
    --------
    >>> from cemlab.cem import touchpoints
    >>> log = pd.DataFrame({"customer": "Ana", "actor": ["company", "customer", "company"],
    ...                     "time": ["2024-05-01", "2024-05-02", "2024-05-04"],
    ...                     "kind": ["failure", "contact", "apologise"]})
    >>> journey_map(touchpoints.felt_steps(log)).get_title(loc="left")
    '3 steps in 3 days: the peak -0.8, the end +0.4'
    """
    _one_journey(steps)
    score = steps["score"].to_numpy(np.float64)
    x = np.arange(1, len(steps) + 1)
    peak, last = int(np.lexsort([x, score, -np.abs(score)])[0]), len(steps) - 1
    named = len(steps) <= _NAMED
    ax = ax or new_axes(width=11.5, height=6.4 if named else 5.2)
    reach = max(1.0, float(np.abs(score).max()))
    since, span = _since_first(steps)
    with plt.rc_context(STYLE):
        ax.axhspan(0, 2 * reach, color=GREEN, alpha=0.06, lw=0)
        ax.axhspan(-2 * reach, 0, color=RED, alpha=0.06, lw=0)
        ax.axhline(0, color=GREY, lw=1.5, ls="--", zorder=1)
        ax.plot(x, score, color="#999999", lw=2, zorder=2)
        for actor in dict.fromkeys(steps["actor"].astype(str)):
            who = (steps["actor"] == actor).to_numpy()
            ax.plot(x[who], score[who], _MARKS[actor], ls="none", color=ACTORS[actor], ms=11,
                    mec="white", label=actor, zorder=3)  # fmt: skip
        for step, words in _ringed(peak, last).items():
            ax.plot(x[step], score[step], "o", ms=20, mec="black", mfc="none", mew=2, zorder=4)
            away = 1 if score[step] > 0 else -1
            side = "left" if step == 0 else "right" if step == last else "center"
            aside = {"left": -10, "right": 10, "center": 0}[side]
            ax.annotate(f"{words} {score[step]:+.1f}", (x[step], score[step]), (aside, 15 * away),
                        textcoords="offset points", ha=side, weight="bold",
                        va="bottom" if away > 0 else "top")  # fmt: skip
        for row, place in enumerate(_told(since)):
            lower = 0.16 * (row % 2) if len(steps) > _ROOMY else 0.0
            ax.text(float(x[place]), (1.44 - lower) * reach, since[place], ha="center", va="top",
                    size=11, color=GREY)  # fmt: skip
        ax.set_ylim(-1.6 * reach, 1.5 * reach)
        ax.set_xlim(0.4, len(steps) + 0.6)
        ax.set_yticks([-reach, -reach / 2, 0, reach / 2, reach])
        ax.set_yticklabels([f"{v:+.1f}" if v else "0" for v in ax.get_yticks()])
        ends = f"{-reach:.3g} worst, {reach:.3g} best"
        ax.set_ylabel(f"how it may have felt\n(assumed; {ends})")
        if named:
            _name_steps(ax, x, _step_names(steps))
            for label, actor in zip(ax.get_xticklabels(), steps["actor"], strict=True):
                label.set_color(_TEXT[str(actor)])
        ax.set_xlabel("steps in order; at the top, the time since the first (~: uncertain)")
        ax.legend(loc="lower left", frameon=False, ncols=4, bbox_to_anchor=(0.0, -0.01))
        found = f"{len(steps)} step{'s' if last else ''} in {span}: the peak {score[peak]:+.1f}, "
        found += f"the end {_end(steps)}"
        finish(ax, title or found, None)
    return ax


# --- inside ------------------------------------------------------------------------


def _one_journey(steps: pd.DataFrame) -> None:
    """Stop if there is no step, or if steps are of several journeys."""
    if steps.empty:
        msg = "steps must have at least one step, got none: does `felt` name the kinds of this log?"
        raise ValueError(msg)
    whose = [name for name in ("customer", "issue") if name in steps]
    journeys = len(steps.drop_duplicates(whose)) if whose else 1
    if journeys > 1:
        msg = f"steps must be of one journey, got {journeys}: choose one customer and issue"
        raise ValueError(msg)


def _ringed(peak: int, last: int) -> dict[int, str]:
    """Return the steps that are ringed, with their words."""
    return {peak: "peak and end"} if peak == last else {peak: "peak", last: "end"}


def _end(steps: pd.DataFrame) -> str:
    """Return the score of the last step, or of those that may have been last."""
    score, final = steps["score"], steps["time"].iloc[-1]
    late = steps["latest"] > final if "latest" in steps else score.isna()
    known = score[late.to_numpy() | (np.arange(len(steps)) == len(steps) - 1)]
    low, high = f"{known.min():+.1f}", f"{known.max():+.1f}"
    return low if low == high else f"{low} to {high}"


def _since_first(steps: pd.DataFrame) -> tuple[list[str], str]:
    """Return the time from the first step to each, in few letters, and to the last, in words."""
    minute = pd.Timedelta("1min")
    latest = steps["latest"].fillna(steps["time"]) if "latest" in steps else steps["time"]
    begin, begin_latest = steps["time"].iloc[0], latest.iloc[0]
    low = ((steps["time"] - begin_latest) / minute).clip(lower=0).to_numpy()
    high = ((latest - begin) / minute).to_numpy()
    short = []
    for least, most in zip(low, high, strict=True):
        number, unit = _words.span((least + most) / 2, (least + most) / 2).split()
        about = "~" if most > least else ""
        letters = "min" if unit.startswith("min") else unit[0]
        short.append(f"{about}{number} {letters}" if number != "0" else f"{about}0")
    return ["0", *short[1:]], _words.span(float(low[-1]), float(high[-1]))


def _told(since: list[str]) -> list[int]:
    """Return the steps above which the time is written: where it changes, at most 24 of them."""
    changes = [i for i, words in enumerate(since) if i == 0 or words != since[i - 1]]
    return changes[:: -(-len(changes) // _NAMED)]


def _name_steps(ax: Axes, x: NDArray[np.int64], names: list[str]) -> None:
    """Write the steps' names level, on several lines, if there is room; else slanted."""
    width = int(_ROOM / len(names))
    lines = [
        [line for part in name.replace(" (", "\n(").split("\n")
         for line in textwrap.wrap(part, width, break_long_words=False)]
        for name in names
    ]  # fmt: skip
    fits = all(len(parts) < 4 and max(map(len, parts)) <= width for parts in lines)
    if fits:
        ax.set_xticks(x, ["\n".join(parts) for parts in lines], linespacing=1.15)
    else:
        ax.set_xticks(x, names, rotation=38, ha="right", rotation_mode="anchor")
    ax.tick_params(axis="x", labelsize=12.5)


def _step_names(steps: pd.DataFrame) -> list[str]:
    """Return what each step is called: its label, or else what was done, and where."""
    names = []
    for row in steps.to_dict("records"):
        where = next((row[c] for c in ("touchpoint", "channel") if pd.notna(row.get(c))), None)
        label = row.get("label")
        said = "hung up" if (row["kind"], where) == ("abandon", "phone") else None
        said = said or _SAID.get(str(row["kind"]), str(row["kind"]))
        words = label if isinstance(label, str) and label else said
        words += f" ({where})" if words != label and where is not None else ""
        names.append(words if len(words) <= _LETTERS else f"{words[: _LETTERS - 1]}…")
    return names


def _lines(events: pd.DataFrame) -> pd.DataFrame:
    """Return one line a distinct step: words, actor, span, and whether it is shaky."""
    label = events["label"] if "label" in events else events["kind"]
    extra = events.get("assumed", pd.Series("", index=events.index)) != ""
    trust = events.get("confidence", pd.Series("", index=events.index))
    frame = pd.DataFrame(
        {
            "label": label.astype(str),
            "actor": events["actor"].astype(str),
            "time": events["time"],
            "latest": events["latest"].fillna(events["time"]),
            "shaky": extra | trust.isin(["contested", "unverified"]),
        }
    )
    keys = ["label", "actor", "time", "latest"]
    lines = (
        frame.groupby(keys, sort=False)
        .agg(shaky=("shaky", "any"), n=("shaky", "size"))
        .reset_index()
    )
    posts = (events["kind"] == "publish") & label.duplicated(keep=False)
    twice = lines["label"].isin(label[posts])
    lines["words"] = lines["label"] + np.where(
        (lines["n"] > 1) & ~twice, " (" + lines["n"].astype(str) + "x)", ""
    )
    return lines


def _actor_key(ax: Axes, rows: pd.DataFrame) -> None:
    for actor in dict.fromkeys(rows["actor"]):
        ax.plot([], [], "o", ms=9, color=ACTORS[actor], label=actor)
    if rows["shaky"].any():
        ax.plot([], [], "o", ms=9, mec=GREY, mfc="white", mew=2, label="our reading, or contested")
    since = rows["time"] - rows["time"].min()
    crowded = (since.iloc[2 * len(rows) // 3 :] < since.max() / 2).any()
    where = "upper right" if crowded else "lower left"
    ax.legend(loc=where, frameon=True, framealpha=0.9, edgecolor="none")
