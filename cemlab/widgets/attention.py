"""Dashboard of self-exciting attention: how much comes from outside, and how much is passed on."""

from typing import Any

import ipywidgets as ipw

from cemlab import plots
from cemlab.sim import attention
from cemlab.widgets._sliders import LABEL, WIDE, live, steps


def attention_lab(*, days: float = 30.0, rng: int = 25) -> ipw.VBox:
    """Return the attention lab: posts that each bring further posts (the Hawkes process).

    Each move replays the same luck: with more follow-ups each post keeps those that it had. The
    title compares what came from outside with all posts.

    Parameters
    ----------
    days : float
        How long is watched.
    rng : int
        Source of luck.
    """
    common = {"style": LABEL, "layout": WIDE}
    sliders = {
        "branching": ipw.FloatSlider(
            value=0.5, min=0, max=0.95, step=0.05, description="follow-ups of each post", **common
        ),
        "mean": steps("mean wait (days)", (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0), 1.0, "{:g}"),
        "shock": ipw.IntSlider(
            value=40, min=0, max=100, step=10, description="posts at once, on day 0", **common
        ),
        "outside": ipw.FloatSlider(
            value=1, min=0, max=5, step=0.5, description="posts a day from outside", **common
        ),
    }

    def draw(ax: plots.Axes, branching: float, mean: float, shock: int, outside: float) -> None:
        law: dict[str, Any] = {"background": outside, "branching": branching, "memory": mean}
        once: dict[str, Any] = {"horizon": days, "shock": shock, "rng": rng}
        times = attention.hawkes(**law, **once)
        alone = attention.hawkes(**(law | {"branching": 0}), **once).size
        usual = float(attention.expected_count(days, **law, shock=shock))
        title = f"{alone:,} posts from outside became {times.size:,} (on average {usual:,.0f})"
        plots.event_rate(times, **law, horizon=days, unit="days", what="post", title=title, ax=ax)
        ax.set_ylabel("posts a day")

    for slider in sliders.values():
        slider.description_allow_html = True
        slider.description = f'<span style="font-size:15px">{slider.description}</span>'

    widest = [(0.95, 0.1, 100, 5.0)]  # room for the longest numbers beside the axis
    return live(draw, sliders, plots.hidden_axes(width=10.0, height=5.0), ahead=widest)
