"""Figures of tweets: what they are about, when they come, and what was said to come of them."""

from collections.abc import Sequence

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import FuncFormatter, PercentFormatter

from cemlab import _checks, _proportions, _words
from cemlab.evidence import _dates
from cemlab.plots._style import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, STYLE, finish, new_axes
from cemlab.plots.evidence._titles import fitted
from cemlab.plots.voice.scores import mark_guess

_HOURS = LinearSegmentedColormap.from_list("hours", ["#D9D9D9", "#4A7DA6", "#001F3F"])
_LOOKS = (
    (BLUE, "o"), (ORANGE, "s"), (GREEN, "^"), (RED, "D"), ("#6B3E26", "v"), (GREY, "X"),
)  # fmt: skip


def reasons(
    tweets: pd.DataFrame,
    *,
    airlines: Sequence[str] | None = None,
    listed: Sequence[str] = (),
    level: float = 0.95,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what negative tweets are about: the share of each reason, with Wilson's interval.

    Parameters
    ----------
    tweets : DataFrame
        The data set ``airline-tweets-2015``: `airline`, `sentiment`, `reason`, `n` (tweets).
        Negative tweets without a reason are left out.
    airlines : sequence of str, optional
        Up to six airlines, a colour each; by default all of them taken together.
    listed : sequence of str
        Reasons to number, such as those that the reader chooses from.
    level : float
        Confidence of the intervals.
    prediction : object, optional
        The reader's guess; a kept guess (a share) is marked at its value. With `listed` it is a
        place in the list, whose row is marked.

    Notes
    -----
    Critique: the intervals take tweets as independent. Somebody who waits writes again, so they
    are too narrow.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association, 22(158), 209-212.

    Examples
    --------
    >>> from cemlab import datasets
    >>> reasons(datasets.load("airline-tweets-2015")).get_title(loc="left")
    'Customer service issue: 32% of 9,178 negative tweets'
    """
    sure = _proportions.confidence(level)
    known = list(dict.fromkeys(tweets["airline"]))
    groups = {"all airlines": known} if airlines is None else {name: [name] for name in airlines}
    for name in airlines or []:
        _checks.one_of("airlines", name, known)
    if not 1 <= len(groups) <= len(_LOOKS):
        msg = f"airlines must be 1 to {len(_LOOKS)} names, got {len(groups)}"
        raise ValueError(msg)
    given = tweets["reason"].notna() & tweets["reason"].ne("")
    bad = tweets[(tweets["sentiment"] == "negative") & given]
    table = bad.pivot_table(
        index="reason", columns="airline", values="n", aggfunc="sum", fill_value=0
    )
    table = table.reindex(columns=known, fill_value=0)
    counts = pd.DataFrame({name: table[who].sum(axis=1) for name, who in groups.items()})
    counts = counts.loc[counts.sum(axis=1).sort_values(kind="stable", ascending=False).index]
    totals = counts.sum()
    if not (totals > 0).all():
        msg = f"tweets must have a negative one for each airline, got none for {totals.idxmin()}"
        raise ValueError(msg)
    _checks.one_of_each("listed", listed, counts.index)
    numbers = {name: place for place, name in enumerate(listed, 1)}
    ax = ax or new_axes(width=10.5, height=1.8 + (0.3 + 0.1 * len(groups)) * len(counts))
    with plt.rc_context(STYLE):
        y = np.arange(len(counts), dtype=float)
        for k, ((colour, marker), name) in enumerate(zip(_LOOKS, groups, strict=False)):
            share = counts[name] / totals[name]
            limits = np.array([_proportions.wilson(n, totals[name], sure) for n in counts[name]])
            place = y + 0.18 * (k - (len(groups) - 1) / 2)
            ax.hlines(place, limits[:, 0], limits[:, 1], color=colour, lw=3)
            ax.plot(share, place, marker, color=colour, ms=8, label=f"{name}, n = {totals[name]:,}")
            if len(groups) == 1:
                for at, high, x in zip(place, limits[:, 1], share, strict=True):
                    ax.annotate(
                        f"{x:.1%}", (high, at), (8, 0), textcoords="offset points", va="center"
                    )
        if not listed:
            mark_guess(ax, prediction, vertical=True)
        ax.set_yticks(y, [f"{reason}  [{numbers[reason]}]" if reason in numbers else reason
                          for reason in counts.index])  # fmt: skip
        ax.set_ylim(len(counts) - 0.4, -0.6)
        ax.set_xlim(0, 1.08 * ax.get_xlim()[1])
        _guessed(ax, [numbers.get(reason) for reason in counts.index], prediction)
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.set_xlabel(f"part of the negative tweets ({sure:.0%} interval)")
        ax.grid(axis="x", color="#DDDDDD")
        ax.legend(loc="lower right", facecolor="white", edgecolor="none", framealpha=0.9)
        top = (counts / totals).iloc[0]
        found = f"{str(counts.index[0]).capitalize()}: {_words.share(top.min(), top.max())} of "
        every = _words.counted(int(totals.sum()), "negative tweet")
        found += every if len(groups) == 1 else "the negative tweets"
        finish(ax, title or fitted(ax, found), prediction)
    return ax


def hourly_tweets(
    tweets: pd.DataFrame,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how many tweets each airline got in each hour, a row an airline.

    An hour without tweets is white, the darker the more. The title names the airline whose tweets start last: the
    first hour by which one tweet in a hundred had come.

    Parameters
    ----------
    tweets : DataFrame
        The data set ``airline-tweets-2015``: `date`, `hour` (0 to 23), `airline`, `n` (tweets).
    prediction : object, optional
        The reader's guess.

    Notes
    -----
    Critique: how tweets were drawn is not known, so rows compare when tweets came, not how many
    there were.

    Examples
    --------
    >>> from cemlab import datasets
    >>> hourly_tweets(datasets.load("airline-tweets-2015")).get_title(loc="left")
    'American starts on 22 February, the others on 17 February'
    """
    if tweets.empty:
        msg = "tweets must be at least one hour of one airline, got none"
        raise ValueError(msg)
    days = _dates.moments(tweets["date"], "dates of tweets").normalize()
    when = days + pd.to_timedelta(tweets["hour"].to_numpy(), unit="h")
    table = tweets.assign(when=when).pivot_table(
        index="airline", columns="when", values="n", aggfunc="sum", fill_value=0
    )
    hours = pd.date_range(when.min(), when.max(), freq="h")
    table = table.reindex(columns=hours, fill_value=0)
    passed = table.cumsum(axis=1).ge(0.01 * table.sum(axis=1), axis=0)
    starts = passed.idxmax(axis=1).sort_values(kind="stable")
    table = table.loc[starts.index]
    ax = ax or new_axes(width=11.5, height=2.0 + 0.5 * len(table))
    with plt.rc_context(STYLE):
        edges = mdates.date2num([*hours, hours[-1] + pd.Timedelta(hours=1)])
        shown = np.ma.masked_equal(table.to_numpy(float), 0)
        mesh = ax.pcolormesh(edges, np.arange(len(table) + 1), shown, cmap=_HOURS, vmin=0)
        ax.figure.colorbar(mesh, ax=ax, label="tweets an hour", pad=0.01)
        ax.set_yticks(np.arange(len(table)) + 0.5, table.index.tolist())
        ax.tick_params(axis="y", length=0)
        ax.invert_yaxis()
        ax.xaxis_date()
        ax.xaxis.set_major_locator(mdates.DayLocator())
        ax.xaxis.set_major_formatter(FuncFormatter(lambda at, _: _day(mdates.num2date(at))))
        ax.set_xlabel("day, US Pacific time (marks: midnight)")
        ax.set_ylabel("written to")
        finish(ax, title or fitted(ax, _late(starts)), prediction)
    return ax


def followers_revenue(
    told: pd.DataFrame,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw followers and the revenue said to come from them, on one scale of millions.

    Lines join only figures of one account; revenue of a wider scope stands alone and hollow, with
    its scope beside it.

    Parameters
    ----------
    told : DataFrame
        The data set ``dell-followers-revenue``: `date`, `quantity` (followers, revenue), `value`
        (people; million USD, cumulated), `scope`. The first scope of revenue is joined.
        Rows without a value are left out.
    prediction : object, optional
        The reader's guess; a kept guess (millions) is marked at its value.

    Notes
    -----
    Critique: revenue is what the company says came from its tweets. Nobody knows who would have
    bought anyway, and one curve beside another says nothing on that.

    Examples
    --------
    >>> from cemlab import datasets
    >>> followers_revenue(datasets.load("dell-followers-revenue")).get_title(loc="left")
    'DellOutlet: 1.5 million followers, 2 million USD; 6.5 million USD is all Dell accounts'
    """
    rows = told.assign(date=_dates.moments(told["date"], "dates"))
    rows = rows[rows["value"].notna()].sort_values("date", kind="stable")
    people, money = (rows[rows["quantity"] == kind] for kind in ("followers", "revenue"))
    if people.empty or money.empty:
        kind = "followers" if people.empty else "revenue"
        msg = f"told must have figures of followers and revenue, got none of {kind}"
        raise ValueError(msg)
    scope = str(money["scope"].iloc[0])
    own, wider = money[money["scope"] == scope], money[money["scope"] != scope]
    ax = ax or new_axes(width=10.5, height=5.4)
    with plt.rc_context(STYLE):
        ax.plot(people["date"], people["value"] / 1e6, "s-", color=ORANGE, ms=9, lw=2,
                label=f"followers of {people['scope'].iloc[0]} (million people)")  # fmt: skip
        ax.plot(own["date"], own["value"], "o-", color=BLUE, ms=9, lw=2,
                label=f"revenue said to come from {scope}, since the start (million USD)")  # fmt: skip
        if len(wider):
            ax.plot(wider["date"], wider["value"], "o", color=BLUE, mfc="white", mew=2, ms=10,
                    label="revenue, another scope")  # fmt: skip
        for _, row in wider.iterrows():
            ax.annotate(f"{row['value']:g}: {row['scope']}", (row["date"], row["value"]), (-8, -4),
                        textcoords="offset points", ha="right", va="top")  # fmt: skip
        mark_guess(ax, prediction, vertical=False)
        ax.set_ylim(0, 1.3 * max(money["value"].max(), people["value"].max() / 1e6))
        marks = mdates.AutoDateLocator(minticks=3, maxticks=8)
        ax.xaxis.set_major_locator(marks)
        ax.xaxis.set_major_formatter(mdates.AutoDateFormatter(marks))
        ax.set_xlabel("date")
        ax.set_ylabel("millions (people, or USD)")
        ax.grid(axis="y", color="#DDDDDD")
        ax.legend(loc="upper left", frameon=False)
        found = f"{scope}: {people['value'].iloc[-1] / 1e6:.2g} million followers, "
        found += f"{own['value'].iloc[-1]:g} million USD"
        if len(wider):
            most = wider.loc[wider["value"].idxmax()]
            found += f"; {most['value']:g} million USD is {most['scope']}"
        finish(ax, title or fitted(ax, found), prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def _guessed(ax: Axes, numbers: Sequence[int | None], prediction: object) -> None:
    """Frame the row whose number was guessed."""
    value = getattr(prediction, "value", None)
    for place, number in enumerate(numbers):
        if number is not None and number == value:
            ax.axhspan(place - 0.46, place + 0.46, fc="none", ec=PURPLE, lw=3, zorder=4)
            ax.annotate("your prediction", (1.0, place), (-6, 0), color=PURPLE, ha="right",
                        xycoords=("axes fraction", "data"), textcoords="offset points",
                        va="center", weight="bold")  # fmt: skip


def _day(moment: pd.Timestamp) -> str:
    return f"{moment.day} {moment:%B}"


def _late(starts: "pd.Series[pd.Timestamp]") -> str:
    """Say which airline starts last, if it starts on a later day than the others."""
    last, before = starts.iloc[-1], starts.iloc[:-1]
    if before.empty:
        return f"{starts.index[-1]} starts on {_day(last)}"
    days = list(dict.fromkeys(_day(start) for start in before))
    if _day(last) in days:
        return f"All airlines start by {_day(last)}"
    between = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    return f"{starts.index[-1]} starts on {_day(last)}, the others on {between}"
