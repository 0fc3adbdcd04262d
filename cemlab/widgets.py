"""Dashboards: sliders in, a picture out. Nothing is computed here."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import ipywidgets as ipw
import pandas as pd

from cemlab import lenses, plots
from cemlab.cases import Case
from cemlab.crm import roi
from cemlab.network import Network
from cemlab.sim import rivalry, service_desk, star_desk

_WIDE = ipw.Layout(width="640px")
_LABEL = {"description_width": "240px"}
RUNS = 150
"""Replays behind each move of a slider: enough for the shape, quick enough for the hand."""


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
        options=days, value=days[0], description="day of the look", style=_LABEL, layout=_WIDE
    )

    def draw(ax: plots.Axes, day: str) -> None:
        plots.scoreboard(lenses.compare(events, observed_until=day, main=True, **options), ax=ax)

    axes = plots.hidden_axes(width=11.5, height=5.4)
    return _live(draw, {"day": slider}, axes, ahead=[(day,) for day in days])


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

    return _live(draw, sliders, plots.hidden_axes())


def stake(*, audience: float, cost_usd: float) -> ipw.VBox:
    """Return sliders for what a story may cost, with the chance at which a recovery pays."""
    sliders = {
        "customers_share": _steps("of the audience, customers", _SHARES, 0.01, "{:.2%}"),
        "leave_chance": _steps("chance that one leaves", _SHARES, 0.01, "{:.2%}"),
        "margin_usd": _steps("margin of a customer (USD)", _MARGINS, 50, "{:,.0f}"),
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

    return _live(draw, sliders, plots.hidden_axes(height=2.6))


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

    return _live(draw, sliders, plots.hidden_axes(height=3.2))


def spread_lab(*, rng: int = 20) -> ipw.VBox:
    """Return the spread lab: a complaint among 2,000 people, and the company's answer to it.

    Each move replays both stories on the same luck; the first word counts.
    """
    common = {"style": _LABEL, "layout": _WIDE}
    sliders = {
        "crowd": ipw.Dropdown(options=["all alike", "with hubs"], description="crowd", **common),
        "friends": ipw.IntSlider(
            value=8, min=2, max=20, step=2, description="friends a head", **common
        ),
        "chance": ipw.FloatSlider(
            value=0.15, min=0, max=0.5, step=0.01, description="chance of telling", **common
        ),
        "followers": ipw.IntSlider(
            value=200, min=0, max=1000, step=50, description="company's followers", **common
        ),
        "delay": ipw.IntSlider(
            value=2, min=0, max=10, step=1, description="answer after (rounds)", **common
        ),
    }

    def draw(ax: plots.Axes, crowd: str, friends: int, followers: int, **story: Any) -> None:
        people = 2000
        net = (
            Network.random(people, friends, rng=rng)
            if crowd == "all alike"
            else Network.preferential(people, friends // 2, rng=rng)
        ).with_hub(followers)
        chances = dict.fromkeys(("p_complaint", "p_response"), story["chance"])
        delay = story["delay"] if followers else None
        found = rivalry.reach(
            net, complaint=[0], response=[people], **chances, delay=delay, runs=RUNS, rng=rng
        )
        table = pd.DataFrame({"hold the complaint": found[:, 0], "hold the answer": found[:, 1]})
        large = (table["hold the complaint"] >= 100).mean()
        title = f"At least 100 people hold the complaint in {large:.0%} of the replays"
        plots.reach_distribution(table, colours=plots.WORDS, title=title, ax=ax)

    return _live(draw, sliders, plots.hidden_axes())


def contact_centre(*, rng: int = 2009) -> ipw.VBox:
    """Return a day at a phone line and a Twitter team, read through both lenses.

    About 2,000 callers; each move lets the same customers meet another desk. A contact counts
    as answered in time within half an hour.
    """
    common = {"style": _LABEL, "layout": _WIDE}
    whole = {
        "calls_per_hour": (80, 20, 140, 5, "new customers an hour"),
        "phone_agents": (22, 0, 40, 1, "people on the phone"),
        "twitter_agents": (1, 0, 12, 1, "people who answer tweets"),
        "phone_patience_min": (5, 1, 30, 1, "callers' patience (minutes)"),
    }
    sliders: dict[str, ipw.Widget] = {
        name: ipw.IntSlider(value=at, min=low, max=high, step=step, description=words, **common)
        for name, (at, low, high, step, words) in whole.items()
    }
    sliders["kept"] = ipw.FloatSlider(
        value=0.5, min=0, max=1, step=0.1, description="promised callbacks kept", **common
    )
    sliders["star"] = ipw.Dropdown(
        options=[("large accounts first", 1), ("in turn", 0)], description="tweets", **common
    )

    def draw(ax: plots.Axes, **settings: Any) -> None:
        run = star_desk.simulate(**settings, rng=rng)
        seen = lenses.compare(run.make_events(), sla_hours=0.5, main=True)
        figures = service_desk.kpis(run)
        posts, solved = figures["posts_per_100"], figures["solved"]
        title = f"{posts:.1f} posts per 100 customers; {solved:.0%} without a problem at midnight"
        plots.scoreboard(seen, brief=True, title=title, ax=ax)

    return _live(draw, sliders, plots.hidden_axes(width=11.5, height=3.0))


# --- inside ------------------------------------------------------------------------

_SHARES = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
_MARGINS = (5, 10, 20, 50, 100, 200, 500, 1000, 2000)
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
    common = {"description": words, "style": _LABEL, "layout": _WIDE}
    if row["unit"] in ("people", "tens of people"):
        ends = {"min": int(low), "max": int(high), "step": 100 if high > 1000 else 1}
        return ipw.IntSlider(value=int(value), **ends, **common)
    whole = row["unit"].startswith("hours") or "day" in row["unit"]
    step = 1.0 if whole else (high - low) / 20
    form = ".0f" if whole else ".2f"
    return ipw.FloatSlider(value=value, min=low, max=high, step=step, readout_format=form, **common)


def _steps(words: str, values: tuple[float, ...], value: float, form: str) -> ipw.Widget:
    """Return a slider over round numbers."""
    options = [(form.format(number), number) for number in values]
    return ipw.SelectionSlider(
        options=options, value=value, description=words, style=_LABEL, layout=_WIDE
    )


def _live(
    draw: Callable[..., None],
    sliders: dict[str, ipw.Widget],
    ax: plots.Axes,
    ahead: Iterable[tuple[Any, ...]] = (),
) -> ipw.VBox:
    """Put sliders over a picture that is drawn anew at every move, or kept from before.

    `ahead` lists positions whose pictures are drawn at once.
    """

    @lru_cache(maxsize=256)
    def picture_of(*values: Any) -> bytes:
        plots.clear(ax)
        draw(ax, **dict(zip(sliders, values, strict=True)))
        return plots.png(ax)

    for values in ahead:
        picture_of(*values)
    picture = ipw.Image(format="png")

    def redraw(_: object = None) -> None:
        picture.value = picture_of(*(slider.value for slider in sliders.values()))

    for slider in sliders.values():
        slider.observe(redraw, names="value")
    redraw()
    return ipw.VBox([*sliders.values(), picture])
