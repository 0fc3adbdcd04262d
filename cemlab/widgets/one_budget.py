"""Dashboard of the closed loop: share out one budget, and see what follows."""

from functools import lru_cache
from typing import Any

import ipywidgets as ipw

from cemlab import market, plots
from cemlab.market import BUDGET, LINES, Market, Policy
from cemlab.run import Run
from cemlab.widgets._sliders import LABEL, WIDE, live, steps


def policy_lab(*, budget: float = BUDGET, months: int = 120) -> ipw.VBox:
    """Return sliders for a policy and its market, with the best CRM and CEM policies beside.

    The sliders of money are weights: whatever they say, they are scaled to the same budget;
    the line over the picture says what they come to in EUR. The two policies beside are the
    best of their kind in the default market, found once; all three then live in the market of
    the sliders.

    Parameters
    ----------
    budget : float
        EUR a month, above 0, for each of the three policies.
    months : int
        How long is looked ahead.
    """
    beside = {name: market.optimise(name.lower(), budget=budget) for name in ("CRM", "CEM")}
    common = {"style": LABEL, "layout": WIDE}
    sliders: dict[str, ipw.Widget] = {
        name: ipw.IntSlider(value=at, min=low, max=100, step=1, description=words, **common)
        for name, (at, low, words) in _WEIGHTS.items()
    }
    sliders["social_part"] = ipw.FloatSlider(
        value=0.2, min=0, max=1, step=0.05, readout_format=".0%",
        description="of service: for public posts", **common,
    )  # fmt: skip
    sliders["ways"] = ipw.Dropdown(options=_WAYS, description="how the desk is run", **common)
    sliders["failure_rate"] = steps("failures without prevention", _FAILING, 0.08, "{:.1%}")
    sliders["virality"] = ipw.FloatSlider(
        value=0.6, min=0, max=1.5, step=0.1, description="virality (sharers a sharer)", **common
    )
    sliders["prevention_cost"] = steps("cost of prevention (EUR)", _COSTS, 1.0, "{:g}")
    sliders["observer"] = ipw.FloatSlider(
        value=0, min=0, max=3, step=0.5, description="unanswered posts weigh more by", **common
    )

    def yours(given: dict[str, Any]) -> Policy:
        organisation, resolution = given["ways"]
        weights = {name: given[name] for name in (*_WEIGHTS, "social_part")}
        return Policy.of_weights(
            budget, organisation=organisation, resolution=resolution, **weights
        )

    @lru_cache(maxsize=64)
    def lived(policy: Policy, world: Market) -> Run:
        return market.simulate(policy, market=world, months=months)

    def draw(ax: plots.Axes, **given: Any) -> None:
        world = Market(**{name: given[name] for name in _WORLD})
        policies = beside | {"yours": yours(given)}
        runs = {name: lived(policy, world) for name, policy in policies.items()}
        plots.loop_course(runs, _SHOWN, ax=ax)

    # Words on the page cost nothing; words in a picture are what makes it slow.
    spent = ipw.HTML()

    def tell(_: object = None) -> None:
        policy = yours({name: slider.value for name, slider in sliders.items()})
        lines = zip(LINES[:-1], policy.lines(), strict=False)
        said = ", ".join(f"{line} <b>{money:,.0f}</b>" for line, money in lines)
        spent.value = f'<span style="font-size:17px">Yours, EUR a month: {said}</span>'

    for slider in sliders.values():
        slider.observe(tell, names="value")
    tell()
    box = live(draw, sliders, plots.hidden_axes(width=12.0, height=3.6))
    box.children = (*box.children[:-1], spent, box.children[-1])
    return box


# --- inside ------------------------------------------------------------------------

_SHOWN = ("reputation", "churn")  # two: with a third panel a move is too slow
_WEIGHTS = {
    "prevention": (20, 0, "weight: prevention"),
    "service": (40, 0, "weight: service"),
    "retention": (10, 0, "weight: retention offers"),
    "advertising": (30, 1, "weight: advertising"),
}
"""Of each weight: where it begins, its least value (not all may be 0) and its words."""

_WORLD = ("failure_rate", "virality", "prevention_cost", "observer")
_WAYS = [
    (f"{team}, {length}", (organisation, resolution))
    for organisation, team in (("split", "two teams"), ("pooled", "one team"))
    for resolution, length in (("fast", "short contacts"), ("deep", "long contacts"))
]
_FAILING = (0.0, 0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3)
_COSTS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
