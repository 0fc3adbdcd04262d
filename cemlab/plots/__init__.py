"""Figures: a frame in, an Axes out; each title says what was found."""

from matplotlib.axes import Axes

from cemlab.plots._style import clear, hidden_axes, new_axes, png
from cemlab.plots.cost import money
from cemlab.plots.desk import changes, measures, standing, waiting
from cemlab.plots.journey import scoreboard, timeline
from cemlab.plots.lab import WORDS, courses, last_words, mean_reach, sorted_runs
from cemlab.plots.promises import kept_by_hour, promise_costs, workload
from cemlab.plots.queues import sorted_waits, waits_by_hour, waits_by_load, waits_by_team
from cemlab.plots.replies import expectations, reply_times
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
    "changes",
    "class_shares",
    "clear",
    "courses",
    "expectations",
    "hidden_axes",
    "kept_by_hour",
    "last_words",
    "mean_reach",
    "measures",
    "money",
    "new_axes",
    "paired_difference",
    "png",
    "policies",
    "promise_costs",
    "reach_distribution",
    "replays",
    "reply_times",
    "scoreboard",
    "sorted_runs",
    "sorted_waits",
    "standing",
    "table",
    "timeline",
    "view_curve",
    "waiting",
    "waits_by_hour",
    "waits_by_load",
    "waits_by_team",
    "workload",
]
