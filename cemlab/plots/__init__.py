"""Figures: a frame in, an Axes out; each title says what was found."""

from matplotlib.axes import Axes

from cemlab.plots._style import clear, hidden_axes, new_axes, png
from cemlab.plots.answers import fates, still_waiting
from cemlab.plots.backlog import backlog, clocks, share_bars
from cemlab.plots.cost import money
from cemlab.plots.desk import changes, measures, standing, waiting
from cemlab.plots.journey import journey_map, timeline
from cemlab.plots.lab import WORDS, courses, last_words, mean_reach, sorted_runs
from cemlab.plots.lenses import partings, scoreboard
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
from cemlab.plots.touchpoints import channel_gap, green_dots, linkage
from cemlab.plots.workforce import readers

__all__ = [
    "WORDS",
    "Axes",
    "backlog",
    "changes",
    "channel_gap",
    "class_shares",
    "clear",
    "clocks",
    "courses",
    "expectations",
    "fates",
    "green_dots",
    "hidden_axes",
    "journey_map",
    "kept_by_hour",
    "last_words",
    "linkage",
    "mean_reach",
    "measures",
    "money",
    "new_axes",
    "paired_difference",
    "partings",
    "png",
    "policies",
    "promise_costs",
    "reach_distribution",
    "readers",
    "replays",
    "reply_times",
    "scoreboard",
    "share_bars",
    "sorted_runs",
    "sorted_waits",
    "standing",
    "still_waiting",
    "table",
    "timeline",
    "view_curve",
    "waiting",
    "waits_by_hour",
    "waits_by_load",
    "waits_by_team",
    "workload",
]
