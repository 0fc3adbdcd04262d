"""Figures: a frame in, an Axes out; each title says what was found."""

from matplotlib.axes import Axes

from cemlab.plots._style import clear, hidden_axes, new_axes, png
from cemlab.plots.cost import money
from cemlab.plots.journey import scoreboard, timeline
from cemlab.plots.lab import WORDS, courses, last_words, mean_reach, sorted_runs
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
    "WORDS",
    "Axes",
    "class_shares",
    "clear",
    "courses",
    "hidden_axes",
    "last_words",
    "mean_reach",
    "money",
    "new_axes",
    "paired_difference",
    "png",
    "policies",
    "reach_distribution",
    "replays",
    "scoreboard",
    "sorted_runs",
    "table",
    "timeline",
    "view_curve",
]
