"""Figures of one firm's returns around an event: the path, and where chance alone would lead."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from cemlab.evidence import EventStudy, Placebo
from cemlab.plots._style import BLUE, GREY, ORANGE, PURPLE, RED, STYLE, finish, new_axes

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
    ax = ax or new_axes(width=10.0, height=6.2)
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
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        _per_cent(ax.yaxis)
        ax.set_xlabel(f"trading days from {study.day0.day} {study.day0:%b %Y} (at the close)")
        ax.set_ylabel("return beyond what is expected")
        ax.legend(loc="upper left", bbox_to_anchor=(0.0, -0.14), ncols=2, frameon=False)
        finish(ax, title or _path_title(study), prediction)
    return ax


def placebo_histogram(
    placebo: Placebo,
    *,
    claim: float | None = None,
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
    prediction : object, optional
        The reader's guess; a kept guess (a fraction) is marked.

    Raises
    ------
    ValueError
        If no event was given.

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
        if claim is not None:
            fell = (np.abs(cars) >= abs(claim) * (1 - 1e-12)).mean()
            words = f"claimed: {claim:+.0%}\n({fell:.0%} of the dates go so\nfar, up or down)"
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
        finish(ax, title or told, prediction)
    return ax


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
    ax.plot([], [], color=GREY, alpha=0.6, label=f"{len(paths):,} other dates")
    for end in ("low", "high"):
        ax.plot(x, 100 * _from_nothing(band[end].to_numpy()), color=ORANGE, ls="--", lw=2.5, zorder=3,
                label="95% of the other dates" if end == "low" else None)  # fmt: skip
    return 1.6 * float(np.abs(band.to_numpy()).max())


def _law(study: EventStudy) -> str:
    return "earlier windows" if study.errors == "empirical" else f"{study.errors} errors"


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
