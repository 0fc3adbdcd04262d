"""Dashboards of models: the spread lab and a day at a contact centre."""

from typing import Any

import ipywidgets as ipw
import pandas as pd

from cemlab import lenses, plots
from cemlab.network import Network
from cemlab.sim import rivalry, service_desk, star_desk
from cemlab.widgets._sliders import LABEL, RUNS, WIDE, live


def spread_lab(*, rng: int = 20) -> ipw.VBox:
    """Return the spread lab: a complaint among 2,000 people, and the company's answer to it.

    Each move replays both stories on the same luck; the first word counts.
    """
    common = {"style": LABEL, "layout": WIDE}
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

    return live(draw, sliders, plots.hidden_axes())


def contact_centre(*, rng: int = 2009) -> ipw.VBox:
    """Return a day at a phone line and a Twitter team, read through both lenses.

    About 2,000 callers; each move lets the same customers meet another desk. A contact counts
    as answered in time within half an hour.
    """
    common = {"style": LABEL, "layout": WIDE}
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

    return live(draw, sliders, plots.hidden_axes(width=11.5, height=3.0))
