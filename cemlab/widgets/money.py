"""Dashboards of money: what a story may cost, and what social media may bring."""

from typing import Any

import ipywidgets as ipw
import numpy as np
import pandas as pd

from cemlab import _words, plots
from cemlab.crm import roi
from cemlab.plots.returns.assumption_names import full_name
from cemlab.widgets._sliders import LABEL, WIDE, live, steps


def stake(*, audience: float, cost_usd: float) -> ipw.VBox:
    """Return sliders for what a story may cost, with the chance at which a recovery pays."""
    sliders = {
        "customers_share": steps("of the audience, customers", _SHARES, 0.01, "{:.2%}"),
        "leave_chance": steps("chance that one leaves", _SHARES, 0.01, "{:.2%}"),
        "margin_usd": steps("margin of a customer (USD)", _MARGINS, 50, "{:,.0f}"),
    }

    def draw(ax: plots.Axes, **assumed: float) -> None:
        lost = roi.stake(audience, **assumed)
        chance = roi.break_even_chance(cost_usd=cost_usd, stake_usd=lost)
        stakes = max(lost, 1.0)
        amounts: dict[str, Any] = {
            "a recovery": cost_usd,
            "at stake in a firestorm": (stakes, stakes, "assumed"),
        }
        verdict = (
            f"pays from a chance of {chance:.2%} on"
            if chance <= 1
            else "does not pay by this alone"
        )
        plots.money(amounts, title=f"Recovering a claim {verdict}", limits=(100, 1e9), ax=ax)

    return live(draw, sliders, plots.hidden_axes(height=2.6))


def roi_calculator(
    assumptions: Any = "example-retailer", *, most: int = 6, rng: int = 2010
) -> ipw.VBox:
    """Return the social-media ROI calculator: suppose that you knew an assumption.

    A slider each for the assumptions that move the return most. At its left end only the
    range is known; elsewhere the assumption is fixed at that value. Every move meets the same
    luck. A list leaves out one of the benefits, with the costs of answers if it is support.

    Parameters
    ----------
    assumptions : mapping, DataFrame, str or Path
        As of `roi.calculator`.
    most : int
        Sliders for assumptions.
    """
    made = roi.calculator(assumptions, runs=_DRAWS, rng=rng)
    shapes = made.assumptions["distribution"]
    sliders: dict[str, ipw.Widget] = {
        str(name): _known(row, shape=shapes[name])
        for name, row in made.tornado[made.tornado["swing"] > 0].head(most).iterrows()
    }
    sliders["without"] = ipw.Dropdown(
        options=[("nothing", ()), *((line, (line,)) for line in made.benefits())],
        description="leave out", style=LABEL, layout=WIDE,
    )  # fmt: skip

    def draw(ax: plots.Axes, without: tuple[str, ...], **values: float | str) -> None:
        known = {name: value for name, value in values.items() if not isinstance(value, str)}
        plots.roi_glance(made.suppose(known, without=without), ax=ax)

    return live(draw, sliders, plots.hidden_axes(width=12.0, height=4.2))


# --- inside ------------------------------------------------------------------------

_SHARES = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
_MARGINS = (5, 10, 20, 50, 100, 200, 500, 1000, 2000)
_DRAWS = 2**11
_OPEN = "open"
_STEPS = 9


def _known(row: pd.Series, *, shape: str) -> ipw.Widget:
    """Return a slider from "only its range" over round values from low to high."""
    space = np.geomspace if shape == "lognormal" else np.linspace
    values = [float(f"{value:.3g}") for value in space(row["low"], row["high"], _STEPS)]
    options = [("its range", _OPEN), *((_words.number(v, v), v) for v in values)]
    return ipw.SelectionSlider(
        options=options, value=_OPEN, style=LABEL, layout=WIDE,
        description=full_name(row.to_dict()),
    )  # fmt: skip
