"""Figures: a frame in, an Axes out; each title says what was found."""

from matplotlib.axes import Axes

from cemlab.plots._style import clear, hidden_axes, new_axes, png
from cemlab.plots.attention.bursts import event_rate, event_replays, residual_quantiles
from cemlab.plots.attention.curves import adoption_curve, attention_classes, decay_laws
from cemlab.plots.attention.fits import fit_residuals, readings_fit
from cemlab.plots.attention.judging import forecasts_against, likelihood_profile
from cemlab.plots.attention.outlooks import outlook_by_day, outlooks
from cemlab.plots.coding.agreement import agreement_bars, confusion
from cemlab.plots.coding.audits import audit_change, audit_profile
from cemlab.plots.coding.stories import code_shares, green_but_red
from cemlab.plots.evidence.abnormal_returns import car_path, placebo_histogram, placebo_table
from cemlab.plots.evidence.airlines import baggage_rate, satisfaction_by_airline
from cemlab.plots.evidence.breaks import breaks_by_date
from cemlab.plots.evidence.comparisons import (
    group_differences,
    group_means,
    interrupted_line,
    placebo_gaps,
    synthetic_path,
)
from cemlab.plots.evidence.definitions import (
    definitions_reaching,
    definitions_table,
    window_map,
)
from cemlab.plots.evidence.many_firms import firm_returns, rejection_bars
from cemlab.plots.evidence.power_curves import power_curves
from cemlab.plots.evidence.share_price import claimed_loss, price_course
from cemlab.plots.evidence.specification_curve import specification_curve
from cemlab.plots.evidence.tweets import followers_revenue, hourly_tweets, reasons
from cemlab.plots.journeys.journey import journey_map, timeline
from cemlab.plots.journeys.lenses import partings, scoreboard
from cemlab.plots.journeys.touchpoints import channel_gap, green_dots, linkage
from cemlab.plots.market.contests import policy_ranks, what_if_difference
from cemlab.plots.market.duel import duel_debrief, duel_same_years
from cemlab.plots.market.duel_assumptions import duel_assumptions
from cemlab.plots.market.duel_reports import duel_board
from cemlab.plots.market.loop_map import loop_map
from cemlab.plots.market.over_months import loop_course, twins
from cemlab.plots.market.regions import policy_map, shaming_norm
from cemlab.plots.market.reports import assumptions, team_dashboard
from cemlab.plots.market.spending import budgets, lever_values
from cemlab.plots.returns.boards import assumption_table, roi_board, roi_glance, spread_table
from cemlab.plots.returns.claims import up_to
from cemlab.plots.returns.cost import money
from cemlab.plots.returns.distribution import roi_distribution, roi_lines
from cemlab.plots.returns.sensitivity import tornado
from cemlab.plots.service.answers import fates, still_waiting
from cemlab.plots.service.backlog import backlog, clocks, share_bars
from cemlab.plots.service.desk import changes, measures, standing, waiting
from cemlab.plots.service.hours import hours_waited
from cemlab.plots.service.promises import kept_by_hour, promise_costs, workload
from cemlab.plots.service.queues import sorted_waits, waits_by_hour, waits_by_load, waits_by_team
from cemlab.plots.service.replies import expectations, reply_times
from cemlab.plots.service.workforce import readers
from cemlab.plots.spread.lab import WORDS, courses, last_words, mean_reach, sorted_runs
from cemlab.plots.spread.reach import (
    class_shares,
    paired_difference,
    policies,
    reach_distribution,
    replays,
    view_curve,
)
from cemlab.plots.table import table
from cemlab.plots.value.buying import alive, clv_range, forecasts, tracking
from cemlab.plots.value.cohorts import cohort_map
from cemlab.plots.value.contracts import retention_curves, survival_curves
from cemlab.plots.value.levers import after_failures, pulled_away, two_readings
from cemlab.plots.value.satisfied import one_more_in_ten, value_by_satisfaction
from cemlab.plots.value.targeting import qini_curves
from cemlab.plots.voice.answers import answer_shares, index_over_time, response_pyramid
from cemlab.plots.voice.attributes import kano_map, penalty_reward, satisfaction_curve
from cemlab.plots.voice.quality import reliability, servqual_gaps
from cemlab.plots.voice.readings import order_by_measure, survey_reach
from cemlab.plots.voice.scores import score_intervals, score_ladder, share_by_n

__all__ = [
    "WORDS",
    "Axes",
    "adoption_curve",
    "after_failures",
    "agreement_bars",
    "alive",
    "answer_shares",
    "assumption_table",
    "assumptions",
    "attention_classes",
    "audit_change",
    "audit_profile",
    "backlog",
    "baggage_rate",
    "breaks_by_date",
    "budgets",
    "car_path",
    "changes",
    "channel_gap",
    "claimed_loss",
    "class_shares",
    "clear",
    "clocks",
    "clv_range",
    "code_shares",
    "cohort_map",
    "confusion",
    "courses",
    "decay_laws",
    "definitions_reaching",
    "definitions_table",
    "duel_assumptions",
    "duel_board",
    "duel_debrief",
    "duel_same_years",
    "event_rate",
    "event_replays",
    "expectations",
    "fates",
    "firm_returns",
    "fit_residuals",
    "followers_revenue",
    "forecasts",
    "forecasts_against",
    "green_but_red",
    "green_dots",
    "group_differences",
    "group_means",
    "hidden_axes",
    "hourly_tweets",
    "hours_waited",
    "index_over_time",
    "interrupted_line",
    "journey_map",
    "kano_map",
    "kept_by_hour",
    "last_words",
    "lever_values",
    "likelihood_profile",
    "linkage",
    "loop_course",
    "loop_map",
    "mean_reach",
    "measures",
    "money",
    "new_axes",
    "one_more_in_ten",
    "order_by_measure",
    "outlook_by_day",
    "outlooks",
    "paired_difference",
    "partings",
    "penalty_reward",
    "placebo_gaps",
    "placebo_histogram",
    "placebo_table",
    "png",
    "policies",
    "policy_map",
    "policy_ranks",
    "power_curves",
    "price_course",
    "promise_costs",
    "pulled_away",
    "qini_curves",
    "reach_distribution",
    "readers",
    "readings_fit",
    "reasons",
    "rejection_bars",
    "reliability",
    "replays",
    "reply_times",
    "residual_quantiles",
    "response_pyramid",
    "retention_curves",
    "roi_board",
    "roi_distribution",
    "roi_glance",
    "roi_lines",
    "satisfaction_by_airline",
    "satisfaction_curve",
    "score_intervals",
    "score_ladder",
    "scoreboard",
    "servqual_gaps",
    "shaming_norm",
    "share_bars",
    "share_by_n",
    "sorted_runs",
    "sorted_waits",
    "specification_curve",
    "spread_table",
    "standing",
    "still_waiting",
    "survey_reach",
    "survival_curves",
    "synthetic_path",
    "table",
    "team_dashboard",
    "timeline",
    "tornado",
    "tracking",
    "twins",
    "two_readings",
    "up_to",
    "value_by_satisfaction",
    "view_curve",
    "waiting",
    "waits_by_hour",
    "waits_by_load",
    "waits_by_team",
    "what_if_difference",
    "window_map",
    "workload",
]
