"""Dashboards of cases: the day of the look, and other decisions on the same luck."""

from typing import Any

import ipywidgets as ipw
import pandas as pd

from cemlab import lenses, plots
from cemlab.cases import Case
from cemlab.widgets._sliders import LABEL, RUNS, WIDE, live


def lens_slider(events: pd.DataFrame, days: list[str], **options: Any) -> ipw.VBox:
    """Return a slider over days: both lenses, as they stood on each.

    Parameters
    ----------
    events : DataFrame
        An event log.
    days : list of str
        Days to choose from, such as "2009-07-05".
    **options
        Options of `lenses.compare`.
    """
    slider = ipw.SelectionSlider(
        options=days, value=days[0], description="day of the look", style=LABEL, layout=WIDE
    )

    def draw(ax: plots.Axes, day: str) -> None:
        plots.scoreboard(lenses.compare(events, observed_until=day, main=True, **options), ax=ax)

    axes = plots.hidden_axes(width=11.5, height=5.4)
    return live(draw, {"day": slider}, axes, ahead=[(day,) for day in days])


def firestorm(case: Case, *, scenario: str = "as-it-happened", rng: int = 2009) -> ipw.VBox:
    """Return the what-if of a case: one slider a decision or assumption, on the same luck.

    The picture compares the scenario as it stands in the case file with the sliders'.
    """
    table = case.parameters(scenario)
    sliders = {name: _slider(table.loc[name], words) for name, words in _FIRESTORM.items()}
    base = case.reach(scenario, runs=RUNS, rng=rng)

    def draw(ax: plots.Axes, **changes: Any) -> None:
        changed = case.reach(scenario, runs=RUNS, rng=rng, **changes)
        both = pd.DataFrame({case.scenarios[scenario].title: base, "your policy": changed})
        means = f"{base.mean():,.0f} as it happened, {changed.mean():,.0f} with your policy"
        plots.reach_distribution(both, title=f"Mean reach: {means}", ax=ax)

    return live(draw, sliders, plots.hidden_axes())


def callout(case: Case, *, scenario: str = "as-it-happened", rng: int = 2009) -> ipw.VBox:
    """Return whose word comes last in a callout, as the case has it and as the sliders say.

    One person of this picture stands for ten of the case's model: quick enough for the hand.
    """
    grown = case.scenarios[scenario].network
    tenth = {"size": grown.size // 10 if grown else 0} | {
        name: int(value) // 10
        for name, value in case.parameters(scenario)["value"].items()
        if name.endswith("followers")
    }
    table = case.parameters(scenario)
    sliders = {name: _slider(table.loc[name], words) for name, words in _CALLOUT.items()}

    def words(**changes: Any) -> list[float]:
        scaled = {k: v // 10 if k.endswith("followers") else v for k, v in changes.items()}
        common = {"runs": 5, "rng": rng, **tenth, **scaled}
        return [
            100 * case.reach(scenario, measure=measure, **common).mean()
            for measure in ("still", "answered")
        ]

    before = words()

    def draw(ax: plots.Axes, **changes: Any) -> None:
        rows = {case.scenarios[scenario].title: before, "your sliders": words(**changes)}
        both = pd.DataFrame.from_dict(rows, orient="index", columns=["complaint", "answer"])
        part = both.iloc[1, 0] / both.iloc[1].sum()
        plots.last_words(both, title=f"The complaint keeps {part:.0%} with your sliders", ax=ax)

    return live(draw, sliders, plots.hidden_axes(height=3.2))


# --- inside ------------------------------------------------------------------------

_FIRESTORM = {
    "listeners": "his audience (people)",
    "share_chance": "chance of sharing (assumed)",
    "recovery_chance": "recovery before: chance it settles",
    "offer_day": "offer on day",
    "accept_chance": "chance the offer is accepted",
    "sharing_after": "sharing left after acceptance",
    "press_followers": "people who hear the press",
}
_CALLOUT = {
    "answer_hour": "company answers after (hours)",
    "answer_followers": "hear the company (x 10 people)",
    "good_word_followers": "notice her good word (x 10 people)",
    "gift_followers": "hear of the gift (x 10 people)",
    "retell_chance": "chance of retelling (assumed)",
    "answer_retell_chance": "the same for answers (assumed)",
    "retell_after": "retelling left after the answer",
}


def _slider(row: pd.Series, words: str) -> ipw.Widget:
    low, high, value = row["low"], row["high"], row["value"]
    common = {"description": words, "style": LABEL, "layout": WIDE}
    if row["unit"] in ("people", "tens of people"):
        ends = {"min": int(low), "max": int(high), "step": 100 if high > 1000 else 1}
        return ipw.IntSlider(value=int(value), **ends, **common)
    whole = row["unit"].startswith("hours") or "day" in row["unit"]
    step = 1.0 if whole else (high - low) / 20
    form = ".0f" if whole else ".2f"
    return ipw.FloatSlider(value=value, min=low, max=high, step=step, readout_format=form, **common)
