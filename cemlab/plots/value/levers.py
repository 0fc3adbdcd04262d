"""Figures of levers on loyalty: a rising retention, a bond through failures, rivals who answer."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

from cemlab import _words
from cemlab.plots._style import BLUE, GREY, ORANGE, PURPLE, RED, STYLE, finish, new_axes

_LOOKS = ((BLUE, "o", "-"), (ORANGE, "s", "--"))


def two_readings(
    readings: pd.DataFrame,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a retention that rises with tenure, and the two stories that it may tell.

    Parameters
    ----------
    readings : DataFrame
        Of `crm.value.two_readings`.
    prediction : object, optional
        The reader's guess; a kept guess is taken as the last retention: a star.

    Examples
    --------
    >>> frame = pd.DataFrame({"learning": [0.5, 0.9], "differing": [0.5, 0.9], "each": 0.5}, index=[1, 2])
    >>> two_readings(frame).get_title(loc="left")
    'Retention rises from 50% to 90%, and the curve does not say why'
    """
    ax = ax or new_axes(width=10.0)
    words = {
        "learning": "customers learn to stay: each one's retention rises",
        "differing": "customers differ: those who leave easily are gone first",
        "each": "in that second story: each one's own never changes (mean of all at the start)",
    }
    # The second is drawn on the first, with open marks: where they agree both are seen.
    looks = ((BLUE, "o", "-", 7), (ORANGE, "s", "--", 13), (GREY, "", ":", 0))
    with plt.rc_context(STYLE):
        for (colour, marker, dash, size), (name, label) in zip(looks, words.items(), strict=True):
            ax.plot(readings.index, readings[name], color=colour, marker=marker, ls=dash, lw=2.5,
                    ms=size, mfc="none" if size > 7 else colour, mew=2, label=label)  # fmt: skip
        guessed = getattr(prediction, "value", None)
        if guessed is not None:
            ax.plot(readings.index[-1], guessed, "*", color=PURPLE, ms=20, zorder=5, clip_on=False,
                    label="your prediction")  # fmt: skip
        ax.set_ylim(0, 1.02)
        ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.xaxis.set_major_locator(MaxNLocator(10, integer=True))
        ax.set_xlabel("tenure: purchases so far")
        ax.set_ylabel("buy again, of those still there")
        ax.legend(loc="lower right", frameon=False)
        rate = readings["learning"]
        found = f"Retention rises from {rate.iloc[0]:.0%} to {rate.iloc[-1]:.0%}, and the curve does not say why"
        finish(ax, title or found, prediction)
    return ax


def after_failures(
    course: pd.DataFrame,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how likely customers are to buy again through failures, with a bond and without.

    Parameters
    ----------
    course : DataFrame
        Of `crm.value.love_brand`; periods with a failure are shaded.
    prediction : object, optional
        The reader's guess; a kept guess is taken as the chance with a bond at the last failure.

    Examples
    --------
    >>> from cemlab.crm.value import love_brand
    >>> ax = after_failures(love_brand([0, 1, 1], bond=2, advantage=0, severity=2, wear=0.5))
    >>> ax.get_title(loc="left")
    'At failure number 2: 29% buy again with a bond, 12% without'
    """
    ax = ax or new_axes(width=10.0)
    failed = course.index[course["failure"] > 0]
    with plt.rc_context(STYLE):
        for place in failed:
            label = "failure" if place == failed[0] else None
            ax.axvspan(place - 0.5, place + 0.5, color="#F3D9C9", lw=0, zorder=0, label=label)
        for (colour, marker, dash), name in zip(
            _LOOKS, ("repurchase", "without_bond"), strict=True
        ):
            label = {"repurchase": "with a bond", "without_bond": "without"}[name]
            ax.plot(course.index, course[name], color=colour, marker=marker, ls=dash, lw=2.5, ms=8,
                    label=label)  # fmt: skip
        last = failed[-1] if len(failed) else course.index[-1]
        guessed = getattr(prediction, "value", None)
        if guessed is not None:
            ax.plot(last, guessed, "*", color=PURPLE, ms=20, zorder=5, label="your prediction")
        ax.set_ylim(0, 1.02)
        ax.set_yticks([0, 0.25, 0.5, 0.75, 1])
        ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.set_xlim(course.index[0] - 0.5, course.index[-1] + 0.5)
        ax.xaxis.set_major_locator(MaxNLocator(12, integer=True))
        ax.set_xlabel("period")
        ax.set_ylabel("chance to buy again")
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=4, frameon=False)
        when = f"At failure number {len(failed)}" if len(failed) else "No failure"
        both = course.loc[last, ["repurchase", "without_bond"]]
        found = f"{when}: {both.iloc[0]:.0%} buy again with a bond, {both.iloc[1]:.0%} without"
        finish(ax, title or found, prediction)
    return ax


def pulled_away(
    course: pd.DataFrame,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw who is still a customer while rivals answer those whom the firm leaves without an answer.

    Parameters
    ----------
    course : DataFrame
        Of `crm.value.competitor_pull`; the gap between the two lines is shaded.
    prediction : object, optional
        The reader's guess; a kept guess (a share) is taken as what is left at the end: a star.

    Examples
    --------
    >>> from cemlab.crm.value import competitor_pull
    >>> given = {"base_leave": 0.1, "unanswered": 0.5, "pull": 0.4, "rivals_answer": 0.5}
    >>> ax = pulled_away(competitor_pull(2, margin=100, discount=0, **given))
    >>> ax.get_title(loc="left")
    'After 2 periods 64% are left, 81% if all were answered'
    """
    ax = ax or new_axes(width=10.0)
    t, end = course.index, course.index[-1]
    with plt.rc_context(STYLE):
        ax.fill_between(t, course["staying"], course["staying_if_answered"], color=RED, alpha=0.15,
                        lw=0, label="pulled away")  # fmt: skip
        ax.plot(t, course["staying_if_answered"], color=BLUE, marker="o", ls="-", lw=2.5, ms=8,
                label="if all were answered")  # fmt: skip
        ax.plot(t, course["staying"], color=RED, marker="s", ls="--", lw=2.5, ms=8,
                label="as it is")  # fmt: skip
        guessed = getattr(prediction, "value", None)
        if guessed is not None:
            ax.plot(end, guessed, "*", color=PURPLE, ms=20, zorder=5, clip_on=False,
                    label="your prediction")  # fmt: skip
        ax.set_ylim(0, 1.02)
        ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.xaxis.set_major_locator(MaxNLocator(12, integer=True))
        ax.set_xlabel("period")
        ax.set_ylabel("still a customer")
        ax.legend(loc="lower left", frameon=False)
        now, then = course.loc[end, ["staying", "staying_if_answered"]]
        found = f"After {_words.counted(end, 'period')} {now:.0%} are left, {then:.0%} if all were answered"
        finish(ax, title or found, prediction)
    return ax
