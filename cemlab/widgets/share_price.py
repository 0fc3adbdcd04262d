"""Dashboard of an event study: first day, length and benchmark, and what they make of a price."""

from collections.abc import Sequence

import ipywidgets as ipw
import pandas as pd

from cemlab import evidence, plots
from cemlab.widgets._sliders import LABEL, WIDE, live


def event_window(
    returns: pd.DataFrame,
    *,
    firm: str = "UAL",
    market: str = "SPX",
    peers: Sequence[str] = ("DAL", "LUV", "JBLU", "ALK"),
    first: object = "2009-07-01",
    last: object = "2009-07-31",
    start: object = "2009-07-07",
    days: int = 4,
    most: int = 12,
    estimation: int = 120,
    claim: float = -0.1,
) -> ipw.VBox:
    """Return sliders for the window and the benchmark of an event study of one firm.

    The title says the cumulative abnormal return.

    Parameters
    ----------
    returns : DataFrame
        As of `evidence.event_study`, with dates in the index.
    firm, market, peers : str, str and sequence of str
        Columns.
    first, last : date
        Between which the first day of the window may be chosen.
    start, days : date and int
        First day and length (trading days) at the beginning.
    most : int
        Longest window, in trading days; the returns must reach so far beyond `last`.
    estimation : int
        Trading days before the window from which the benchmark is estimated.
    claim : float
        The claimed figure, drawn as a line.
    """
    factors = {
        "nothing": [],
        "the market": [market],
        "market and peers": [market, list(peers)],
        "peers": [list(peers)],
    }
    able = returns.sort_index().loc[first:last].index
    options = [(f"{day.day} {day:%b %Y}", day) for day in able]
    common = {"style": LABEL, "layout": WIDE}
    sliders = {
        "start": ipw.SelectionSlider(
            options=options, value=pd.Timestamp(start), description="first day", **common
        ),
        "days": ipw.IntSlider(value=days, min=1, max=most, description="trading days", **common),
        "against": ipw.Dropdown(
            options=list(factors), value="market and peers", description="compared with", **common
        ),
    }  # fmt: skip

    def draw(ax: plots.Axes, start: pd.Timestamp, days: int, against: str) -> None:
        study = evidence.event_study(
            returns, firm=firm, factors=factors[against], event=start, window=(0, days - 1),
            estimation=estimation, model="market" if factors[against] else "raw",
        )  # fmt: skip
        plots.car_path(study, claim=claim, ax=ax)

    return live(draw, sliders, plots.hidden_axes(width=12.0, height=4.8))
