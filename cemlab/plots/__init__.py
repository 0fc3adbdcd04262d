"""Figures: a frame in, an Axes out; each title says what was found."""

from cemlab.plots._style import clear, new_axes
from cemlab.plots.cost import money
from cemlab.plots.journey import scoreboard, timeline
from cemlab.plots.spread import (
    class_shares,
    paired_difference,
    policies,
    reach_distribution,
    replays,
    view_curve,
)
from cemlab.plots.table import table

__all__ = [
    "class_shares",
    "clear",
    "money",
    "new_axes",
    "paired_difference",
    "policies",
    "reach_distribution",
    "replays",
    "scoreboard",
    "table",
    "timeline",
    "view_curve",
]
