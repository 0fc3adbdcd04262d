"""Figures of one firm's returns around an event: the path, and where chance alone would lead."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import HTML
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from cemlab import _checks
from cemlab.evidence import EventStudy, Placebo
from cemlab.plots._style import BLUE, GREY, ORANGE, PURPLE, RED, STYLE, finish, new_axes
from cemlab.plots.evidence._titles import fitted
from cemlab.plots.table import table as worded

_CLOUD = 300
"""Placebo paths drawn at most; more would be one grey area."""


def car_path(
    study: EventStudy,
    *,
    placebo: Placebo | None = None,
    claim: float | None = None,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the cumulative abnormal return day by day, with the range of chance alone.

    Parameters
    ----------
    study : EventStudy
        The event.
    placebo : Placebo, optional
        The same study on other dates: their paths in grey (at most 300, evenly chosen), and
        between which the middle 95 % of all of them lie.
    claim : float, optional
        A claimed figure, such as -0.1, as a line.
    prediction : object, optional
        The reader's guess; a kept guess (a fraction) is marked on the last day.

    Examples
    --------
    >>> import pandas as pd
    >>> from cemlab.evidence import event_study
    >>> days = pd.date_range("2009-07-06", periods=6)
    >>> shares = pd.DataFrame({"UAL": [0.02, 0.0, 0.02, 0.0, 0.01, 0.02]}, days)
    >>> found = event_study(shares, firm="UAL", factors=[], event=days[4], window=(0, 1),
    ...                     estimation=4)
    >>> car_path(found).get_title(loc="left")
    'UAL: +1.0% in 2 days; below 6.4%, up or down, it could be chance'
    """
    ax = ax or new_axes(width=10.0, height=5.0)
    day = study.daily["day"].to_numpy()
    x = np.concatenate([[day[0] - 1], day])
    path = _from_nothing(study.daily["cumulated"].to_numpy())
    with plt.rc_context(STYLE):
        far = 0.0 if placebo is None else _cloud(ax, placebo, x)
        low, high = (_from_nothing((study.daily["cumulated"] - study.daily[end]).to_numpy())
                     for end in ("high", "low"))  # fmt: skip
        ax.fill_between(x, 100 * low, 100 * high, color=BLUE, alpha=0.18, lw=0,
                        label=f"{study.level:.0%} of what chance does ({_law(study)})")  # fmt: skip
        ax.axhline(0, color="black", lw=1)
        if far:  # of the cloud, a few wild paths are cut off
            near = max(np.abs(each).max() for each in (low, high, path, np.array([claim or 0.0])))
            ax.set_ylim(-100 * max(far, 1.1 * near), 100 * max(far, 1.1 * near))
        if claim is not None:
            ax.axhline(100 * claim, color=RED, ls="--", lw=2.5, label=f"claimed: {claim:+.0%}")
        ax.plot(x, 100 * path, "o-", color=BLUE, ms=9, lw=3, label=f"{study.firm}, cumulated", zorder=4)  # fmt: skip
        _star(ax, x[-1], prediction)
        ax.set_xlim(x[0], x[-1] + 0.05 * len(x))
        _days(ax, study, x)
        _per_cent(ax.yaxis)
        ax.set_ylabel("return beyond what is expected")
        ax.legend(loc="upper left", bbox_to_anchor=(0.0, -0.14), ncols=2, frameon=False)
        finish(ax, title or _path_title(study), prediction)
    return ax


def placebo_histogram(
    placebo: Placebo,
    *,
    claim: float | None = None,
    tail: float | None = None,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how often other dates yield which cumulative abnormal return, and where the event's is.

    Parameters
    ----------
    placebo : Placebo
        With an event.
    claim : float, optional
        A claimed figure, such as -0.1, as a line.
    tail : float, optional
        Share of the dates, such as 0.05: what the worst of them fall by at least, as a line and
        in the title.
    prediction : object, optional
        The reader's guess; a kept guess (a fraction) is marked.

    Raises
    ------
    ValueError
        If no event was given, or the tail is not between 0 and 1.

    Examples
    --------
    >>> import pandas as pd
    >>> from cemlab.evidence import placebo
    >>> days = pd.date_range("2009-07-06", periods=8)
    >>> shares = pd.DataFrame({"UAL": [0.01, -0.01, 0.02, -0.02, 0.01, -0.01, 0.0, -0.05]}, days)
    >>> found = placebo(shares, firm="UAL", factors=[], event=days[7], window=(0, 0), estimation=4)
    >>> placebo_histogram(found).get_title(loc="left")
    '0 of 3 other dates moved as far as UAL at the event (-4.5%), up or down'
    """
    study = placebo.study
    if study is None:
        msg = "placebo must hold an event, got none: give event= to placebo"
        raise ValueError(msg)
    cars = placebo.table["car"].to_numpy()
    ax = ax or new_axes(width=10.0, height=5.0)
    with plt.rc_context(STYLE):
        counts, _, _ = ax.hist(100 * cars, bins=_bins(cars), color="#BBBBBB", ec="white",
                               label=f"{len(cars):,} other dates")  # fmt: skip
        top = float(np.max(counts))
        ax.axvline(100 * study.car, color=BLUE, lw=4, label=f"the event: {float(study.car):+.1%}")
        if tail is not None:
            part = _checks.probability("tail", tail)
            worst = float(np.quantile(cars, part))
            ax.axvline(100 * worst, color=ORANGE, ls="-.", lw=3, label=f"the worst {part:.0%}: {worst:+.1%} or less")  # fmt: skip
        if claim is not None:
            fell = (np.abs(cars) >= abs(claim) * (1 - 1e-12)).mean()
            words = f"claimed: {claim:+.0%}"
            if tail is None:
                words += f"\n({fell:.0%} of the dates go so\nfar, up or down)"
            ax.axvline(100 * claim, color=RED, ls="--", lw=2.5, label=words)
        guessed = _guess(prediction)
        if guessed is not None:
            ax.plot(100 * guessed, 0.05 * top, "*", color=PURPLE, mec="white", ms=22, zorder=5,
                    clip_on=False, label="your prediction")  # fmt: skip
        ax.set_ylim(0, 1.08 * top)
        ax.yaxis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]))
        _per_cent(ax.xaxis)
        length = study.window[1] - study.window[0] + 1
        ax.set_xlabel(f"return beyond what is expected, in {length} day{'s' if length > 1 else ''}")
        ax.set_ylabel("dates")
        ax.legend(loc="upper right", frameon=False)
        far = int((np.abs(cars) >= abs(float(study.car)) * (1 - 1e-12)).sum())
        told = f"{far} of {len(cars)} other dates moved as far as {study.firm} at the event ({float(study.car):+.1%}), up or down"  # fmt: skip
        if tail is not None:
            told = f"The worst {part:.0%} of {len(cars)} other dates: {worst:+.1%} or less; {study.firm} at the event: {float(study.car):+.1%}"  # fmt: skip
        finish(ax, title or fitted(ax, told), prediction)
    return ax


def placebo_table(placebo: Placebo, *, claim: float | None = None, tail: float = 0.05) -> HTML:
    """Return how far other dates fall, all of them, those before and those after the event.

    Parameters
    ----------
    placebo : Placebo
        With an event; falls are counted (a claim above 0: rises to the claim).
    claim : float, optional
        A claimed figure, such as -0.1: how many of 100 dates go so far.
    tail : float
        Share of the dates: what the worst of them fall by at least.

    Raises
    ------
    ValueError
        If no event was given, or the tail is not between 0 and 1.
    """
    study = placebo.study
    if study is None:
        msg = "placebo must hold an event, got none: give event= to placebo"
        raise ValueError(msg)
    part, table = _checks.probability("tail", tail), placebo.table
    groups = {"all": table, "before the event": table[table["date"] < study.day0],
              "after the event": table[table["date"] > study.day0]}  # fmt: skip
    rows = []
    for words, some in groups.items():
        cars = some["car"].to_numpy()
        if not len(cars):
            continue
        row: dict[str, object] = {"other dates": words, "number": len(cars)}
        row[f"the worst {part:.0%} fall by at least (%)"] = -100 * float(np.quantile(cars, part))
        row[f"of 100 fall as far as {study.firm} at the event"] = 100 * float(
            (cars <= float(study.car)).mean()
        )
        if claim is not None:
            far = cars <= claim if claim < 0 else cars >= claim
            row[f"of 100 reach {claim:+.0%}"] = 100 * float(far.mean())
        rows.append(row)
    return worded(pd.DataFrame(rows), decimals=1)


# --- inside ------------------------------------------------------------------------


def _from_nothing(values: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> "np.ndarray[tuple[int], np.dtype[np.float64]]":  # fmt: skip
    return np.concatenate([[0.0], values])


def _cloud(ax: Axes, placebo: Placebo, x: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> float:
    paths, band = placebo.paths.to_numpy(), placebo.band()
    if paths.shape[1] != len(x) - 1:
        msg = f"placebo must have the window of the study, {len(x) - 1} days, got {paths.shape[1]}"
        raise ValueError(msg)
    shown = np.unique(np.linspace(0, len(paths) - 1, min(_CLOUD, len(paths))).astype(int))
    lines = 100 * np.vstack([np.zeros(len(shown)), paths[shown].T])
    ax.plot(x, lines, color=GREY, alpha=0.11, lw=1, zorder=1)
    some = f"{len(shown)} of " if len(shown) < len(paths) else ""
    ax.plot([], [], color=GREY, alpha=0.6, label=f"{some}{len(paths):,} other dates")
    for end in ("low", "high"):
        ax.plot(x, 100 * _from_nothing(band[end].to_numpy()), color=ORANGE, ls="--", lw=2.5, zorder=3,
                label="95% of the other dates" if end == "low" else None)  # fmt: skip
    return 1.6 * float(np.abs(band.to_numpy()).max())


def _law(study: EventStudy) -> str:
    words = {"empirical": "earlier windows", "normal": "a bell curve"}
    return words.get(study.errors, f"{study.errors} errors")


def _days(ax: Axes, study: EventStudy, x: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> None:
    """Name the days by their dates: the close before the window, and then each, or every few."""
    dates = study.daily["date"]
    names = ["close before", *[f"{day.day} {day:%b}" for day in dates]]
    step = -(-len(dates) // 7)
    kept = [0, *[i for i in range(len(dates), 0, -step)[::-1] if i > step // 2]]
    ax.set_xticks([int(x[i]) for i in kept], [names[i] for i in kept])
    years = "/".join(dict.fromkeys(f"{day:%Y}" for day in dates.iloc[[0, -1]]))
    ax.set_xlabel(f"close of the trading day, {years}")


def _bins(cars: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> int:
    return int(np.clip(2 * np.sqrt(len(cars)), 5, 45))


def _path_title(study: EventStudy) -> str:
    length = len(study.daily)
    days = f"{length} day" + ("s" if length > 1 else "")
    told = f"{study.firm}: {float(study.car):+.1%} in {days}"
    if study.p < 1 - study.level:
        return f"{told}; more than chance does (p = {study.p:.2g})"
    return f"{told}; below {study.detectable:.1%}, up or down, it could be chance"


def _per_cent(axis: object) -> None:
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:+g}%" if value else "0%"))  # type: ignore[attr-defined]


def _guess(prediction: object) -> float | None:
    guessed = getattr(prediction, "value", None)
    return float(guessed) if isinstance(guessed, int | float) else None


def _star(ax: Axes, place: float, prediction: object) -> None:
    guessed = _guess(prediction)
    if guessed is not None:
        ax.plot(place, 100 * guessed, "*", color=PURPLE, ms=22, mec="white", zorder=6, clip_on=False,
                label="your prediction")  # fmt: skip
