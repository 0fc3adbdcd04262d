"""Figures of the time that customers give: hours of waiting, channel by channel."""

from collections.abc import Mapping
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from cemlab.plots._style import GREY, PURPLE, SERIES, STYLE, TITLE, new_axes, show_prediction

_HATCHES = ("", "//", "xx", "..", "")


def hours_waited(
    contacts: Mapping[str, pd.DataFrame],
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how long all customers together waited, a bar for each desk and channel.

    Channels are drawn apart: a minute on the line and a minute until an answer is written are
    not the same.

    Parameters
    ----------
    contacts : mapping of str to DataFrame
        The desk's name -> its contacts: `channel`, `waited_min` (minutes).
    prediction : object, optional
        The reader's guess; a kept guess is hours and drawn as a line.

    Raises
    ------
    ValueError
        If there is no contact.

    Examples
    --------
    >>> calls = pd.DataFrame({"channel": ["phone", "phone"], "waited_min": [60.0, 120.0]})
    >>> ax = hours_waited({"two agents": calls})
    >>> ax.get_title(loc="left")
    'Customers waited longest at two agents, phone: 3 hours'
    """
    rows = []
    for desk, table in contacts.items():
        minutes = table.groupby("channel", observed=True, sort=False)["waited_min"].sum()
        rows += [(desk, str(channel), value / 60) for channel, value in minutes.items()]
    if not rows:
        msg = "contacts must be at least one contact, got none"
        raise ValueError(msg)
    channels = list(dict.fromkeys(channel for _, channel, _ in rows))
    rows.sort(key=lambda row: (list(contacts).index(row[0]), channels.index(row[1])))
    hours = np.array([value for *_, value in rows])
    ax = ax or new_axes(width=10.0, height=2.2 + 0.55 * len(rows))
    with plt.rc_context(STYLE):
        for place, (_, channel, value) in enumerate(rows):
            look = channels.index(channel) % len(SERIES)
            ax.barh(place, value, height=0.66, color=SERIES[look], hatch=_HATCHES[look], ec="white")
            ax.annotate(f"{value:,.0f} h", (value, place), (6, 0), textcoords="offset points",
                        va="center", bbox={"fc": "white", "ec": "none", "pad": 1})  # fmt: skip
        guessed = getattr(prediction, "value", None)
        if guessed is not None:
            ax.axvline(guessed, color=PURPLE, ls=":", lw=3)
        ax.set_yticks(range(len(rows)), [f"{desk}: {channel}" for desk, channel, _ in rows])
        for place, (before, after) in enumerate(pairwise(rows)):
            if before[0] != after[0]:
                ax.axhline(place + 0.5, color=GREY, lw=0.8)
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.set_xlim(0, 1.12 * max(hours.max(), guessed or 0.0, 1.0))
        ax.xaxis.set_major_locator(MaxNLocator(6))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        ax.set_xlabel("hours that all customers together waited")
        show_prediction(ax, prediction)
        most = rows[int(hours.argmax())]
        found = f"Customers waited longest at {most[0]}, {most[1]}: {most[2]:,.0f} hours"
        ax.set_title(title or found, loc="left",
                     **(TITLE | ({} if prediction is None else {"pad": 36})))  # fmt: skip
    return ax
