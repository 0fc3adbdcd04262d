"""Figures: a frame in, an Axes out; each title says what was found."""

from matplotlib.axes import Axes

from cemlab.plots._style import clear, hidden_axes, new_axes, png
from cemlab.plots.answers import fates, still_waiting
from cemlab.plots.attributes import kano_map, penalty_reward, satisfaction_curve
from cemlab.plots.audits import audit_change, audit_profile
from cemlab.plots.backlog import backlog, clocks, share_bars
from cemlab.plots.boards import assumption_table, roi_board, spread_table
from cemlab.plots.claims import up_to
from cemlab.plots.coding import agreement_bars, confusion
from cemlab.plots.cohorts import cohort_map
from cemlab.plots.contracts import retention_curves, survival_curves
from cemlab.plots.cost import money
from cemlab.plots.desk import changes, measures, standing, waiting
from cemlab.plots.hours import hours_waited
from cemlab.plots.journey import journey_map, timeline
from cemlab.plots.lab import WORDS, courses, last_words, mean_reach, sorted_runs
from cemlab.plots.lenses import partings, scoreboard
from cemlab.plots.levers import after_failures, pulled_away, two_readings
from cemlab.plots.promises import kept_by_hour, promise_costs, workload
from cemlab.plots.quality import reliability, servqual_gaps
from cemlab.plots.queues import sorted_waits, waits_by_hour, waits_by_load, waits_by_team
from cemlab.plots.replies import expectations, reply_times
from cemlab.plots.returns import roi_distribution, roi_lines
from cemlab.plots.satisfied import one_more_in_ten, value_by_satisfaction
from cemlab.plots.sensitivity import tornado
from cemlab.plots.spread import (
    class_shares,
    paired_difference,
    policies,
    reach_distribution,
    replays,
    view_curve,
)
from cemlab.plots.stories import code_shares, green_but_red
from cemlab.plots.survey_answers import answer_shares, index_over_time, response_pyramid
from cemlab.plots.survey_readings import order_by_measure, survey_reach
from cemlab.plots.surveys import score_intervals, score_ladder, share_by_n
from cemlab.plots.table import table
from cemlab.plots.targeting import qini_curves
from cemlab.plots.touchpoints import channel_gap, green_dots, linkage
from cemlab.plots.value import alive, clv_range, forecasts, tracking
from cemlab.plots.workforce import readers

__all__ = [
    "WORDS",
    "Axes",
    "after_failures",
    "agreement_bars",
    "alive",
    "answer_shares",
    "assumption_table",
    "audit_change",
    "audit_profile",
    "backlog",
    "changes",
    "channel_gap",
    "class_shares",
    "clear",
    "clocks",
    "clv_range",
    "code_shares",
    "cohort_map",
    "confusion",
    "courses",
    "expectations",
    "fates",
    "forecasts",
    "green_but_red",
    "green_dots",
    "hidden_axes",
    "hours_waited",
    "index_over_time",
    "journey_map",
    "kano_map",
    "kept_by_hour",
    "last_words",
    "linkage",
    "mean_reach",
    "measures",
    "money",
    "new_axes",
    "one_more_in_ten",
    "order_by_measure",
    "paired_difference",
    "partings",
    "penalty_reward",
    "png",
    "policies",
    "promise_costs",
    "pulled_away",
    "qini_curves",
    "reach_distribution",
    "readers",
    "reliability",
    "replays",
    "reply_times",
    "response_pyramid",
    "retention_curves",
    "roi_board",
    "roi_distribution",
    "roi_lines",
    "satisfaction_curve",
    "score_intervals",
    "score_ladder",
    "scoreboard",
    "servqual_gaps",
    "share_bars",
    "share_by_n",
    "sorted_runs",
    "sorted_waits",
    "spread_table",
    "standing",
    "still_waiting",
    "survey_reach",
    "survival_curves",
    "table",
    "timeline",
    "tornado",
    "tracking",
    "two_readings",
    "up_to",
    "value_by_satisfaction",
    "view_curve",
    "waiting",
    "waits_by_hour",
    "waits_by_load",
    "waits_by_team",
    "workload",
]
