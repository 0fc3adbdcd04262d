"""What the figures of promised times show, read back from their axes."""

import re

import numpy as np
import pandas as pd
import pytest

from cemlab import datasets, plots
from cemlab.classroom.exercises import Prediction

SURVEYS = datasets.load("response-expectations")
REPLIES = datasets.load("reply-times-2017")
PRICES = pd.DataFrame(
    {
        "cover": ["office", "office", "always", "always"],
        "promise_hours": [48.0, 2.0] * 2,
        "paid_hours": [100.0, np.nan, 120.0, 180.0],
    }
)
KEPT = pd.DataFrame(
    {
        "day": pd.Categorical(["Mon", "Mon", "Sun"], ["Mon", "Sun"], ordered=True),
        "hour": [0, 0, 23],
        "weekend": [False, False, True],
        "kept": [1.0, 0.0, 1.0],
    }
)
FIGURES = {
    "expectations": lambda **given: plots.expectations(SURVEYS, **given),
    "reply_times": lambda **given: plots.reply_times(REPLIES[2:7], **given),
    "promise_costs": lambda **given: plots.promise_costs(PRICES, **given),
    "kept_by_hour": lambda **given: plots.kept_by_hour({"by day": KEPT}, **given),
}


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def shown(ax):
    return dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))


def words(ax):
    return [text.get_text() for text in ax.texts]


@pytest.mark.parametrize("name", FIGURES)
def test_a_prediction_stands_beside_the_result_and_a_title_may_be_given(name):
    ax = FIGURES[name](prediction="7 apples", title="Given")
    assert "Your prediction: 7 apples" in words(ax)
    assert ax.get_title(loc="left") == "Given"
    ax.figure.canvas.draw()
    box = ax.texts[-1]
    pill = box.get_window_extent()
    title = ax._left_title.get_window_extent()
    assert pill.y1 <= title.y0 or pill.x0 >= title.x1
    assert not any("Your prediction" in word for word in words(FIGURES[name]()))


@pytest.mark.parametrize("name", [*FIGURES, "workload"])
def test_figures_can_share_axes(name):
    ax = plots.new_axes()
    draw = FIGURES.get(name, lambda **given: plots.workload(168 * [1], service_min=6, **given))
    assert draw(ax=ax) is ax
    assert ax.get_xlabel()
    assert ax.get_ylabel() or name == "reply_times"


# --- expected and measured ----------------------------------------------------------------


def test_every_survey_share_is_a_point_and_none_are_joined():
    ax = plots.expectations(SURVEYS)
    points = [line for line in ax.lines if len(line.get_xdata())]
    assert all(len(line.get_xdata()) == 1 for line in points)
    assert sorted((line.get_xdata()[0], line.get_ydata()[0]) for line in points) == sorted(
        zip(SURVEYS["within_min"], SURVEYS["share"], strict=True)
    )
    hollow = [line.get_ydata()[0] for line in points if line.get_markerfacecolor() == "white"]
    assert hollow == SURVEYS.loc[SURVEYS["confidence"] == "unverified", "share"].tolist()
    assert {f"{share:.0%}" for share in SURVEYS["share"]} == set(words(ax))
    assert len(shown(ax)) == 4
    low, high = ax.get_xlim()
    assert low < SURVEYS["within_min"].min() < SURVEYS["within_min"].max() < high


def test_measured_quartiles_are_drawn_beside_the_surveys():
    measured = REPLIES[REPLIES["whose"] == "all companies"].iloc[0]
    ax = plots.expectations(SURVEYS, measured=measured)
    line = shown(ax)["measured: replies that had come, 2017"]
    assert line.get_ydata().tolist() == [0.25, 0.5, 0.75]
    assert line.get_xdata().tolist() == measured[["q25_min", "median_min", "q75_min"]].tolist()
    assert "21 min" in words(ax)


def test_reply_times_show_median_and_mean_of_each_account_fastest_on_top():
    brands = REPLIES[REPLIES["whose"] == "brand"]
    ax = plots.reply_times(brands)
    rows = brands.sort_values("median_min")
    assert [label.get_text() for label in ax.get_yticklabels()] == rows["account"].tolist()
    assert ax.yaxis_inverted()
    lines = shown(ax)
    assert lines["median: half are faster"].get_xdata().tolist() == rows["median_min"].tolist()
    assert lines["mean"].get_xdata().tolist() == rows["mean_min"].tolist()
    assert "2.5 days (x 94)" in words(ax)
    assert ax.get_title(loc="left") == "Means are 1.1 to 94 times the medians"
    with says("replies must be at least one account, got none"):
        plots.reply_times(brands[:0])


# --- work, prices, promises kept ----------------------------------------------------------


def test_workload_is_work_by_hour_and_people_are_lines_over_it():
    week = np.arange(168.0)
    ax = plots.workload(week, service_min=30, seats={"five": 5, "by hour": np.arange(168)})
    work, five, by_hour = shown(ax).values()
    assert work.get_data().values.tolist() == (week / 2).tolist()
    assert set(five.get_data().values) == {5}
    assert by_hour.get_data().values.tolist() == list(range(168))
    assert ax.get_ylim()[1] > 167
    assert [label.get_text() for label in ax.get_xticklabels()][0::6] == ["Mon", "Sun"]
    found = "Work for 41.8 people on average, for 83.5 in the busiest hour"
    assert ax.get_title(loc="left") == found
    plots.workload(np.zeros(168), service_min=6).figure.canvas.draw()


@pytest.mark.parametrize("rates", [[1.0], 5.0, np.ones((168, 2))])
def test_workload_asks_for_a_week(rates):
    shape = np.shape(rates)
    with says(f"arrivals_per_hour must be the 168 hours of a week, got {shape} numbers"):
        plots.workload(rates, service_min=6)


def test_promise_costs_draw_a_line_a_cover_and_mark_what_is_out_of_reach():
    ax = plots.promise_costs(PRICES)
    lines = shown(ax)
    assert list(lines) == ["office", "always"]
    assert lines["always"].get_ydata().tolist() == [120, 180]  # the longest promise first
    assert np.isnan(lines["office"].get_ydata()).tolist() == [False, True]
    crosses = [line for line in ax.lines if line.get_marker() == "x" and len(line.get_xdata())]
    assert [round(line.get_xdata()[0]) for line in crosses] == [1]
    assert crosses[0].get_color() == lines["office"].get_color()
    key = [text.get_text() for text in ax.get_legend().get_texts()]
    assert key == ["office", "always", "out of reach with any number of people"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["2 days", "2 hours"]
    found = "From 2 days to 2 hours: 1.8 times the paid hours, at the cheapest cover"
    assert ax.get_title(loc="left") == found


def test_promise_costs_compare_the_two_promises_asked_for():
    more = pd.concat(
        [PRICES, pd.DataFrame({"cover": ["office", "always"], "promise_hours": 24.0, "paid_hours": 150.0})]
    )  # fmt: skip
    ax = plots.promise_costs(more, between=(48, 24))
    assert ax.get_title(loc="left").startswith("From 2 days to 1 day: 1.5 times")
    with says("between must be two of the promises 48, 24, 2 (hours), got 3"):
        plots.promise_costs(more, between=(48, 3))
    with says("prices must be at least one promise, got none"):
        plots.promise_costs(PRICES[:0])


def test_promise_costs_keep_a_cover_that_never_reaches_any_promise():
    lost = PRICES.assign(paid_hours=np.nan)
    ax = plots.promise_costs(lost)
    assert list(shown(ax)) == ["office", "always"]
    assert ax.get_title(loc="left") == "From 2 days to 2 hours: out of reach"
    ax.figure.canvas.draw()


def test_kept_by_hour_draws_shares_where_something_was_written():
    ax = plots.kept_by_hour({"one": KEPT, "two": KEPT.assign(kept=0.0)})
    one, two = shown(ax).values()
    y = one.get_ydata()
    assert (y[0], y[167], np.isnan(y).sum()) == (0.5, 1.0, 166)
    assert np.nanmax(two.get_ydata()) == 0
    assert one.get_linestyle() != two.get_linestyle()
    assert ax.get_title(loc="left") == "In time at weekends: 100% (one), 0% (two)"


# --- guesses on the axes ------------------------------------------------------------------


def kept_guess(value, unit):
    return Prediction("response.1", value, "number", unit)


@pytest.mark.parametrize("minutes", [1, 120, 10_000])
def test_a_guess_of_minutes_is_a_line_at_its_minutes(minutes):
    measured = REPLIES[REPLIES["whose"] == "all companies"].iloc[0]
    ax = plots.expectations(SURVEYS, measured=measured, prediction=kept_guess(minutes, "minutes"))
    assert set(shown(ax)["your prediction"].get_xdata()) == {minutes}
    assert ax.get_xlim()[0] < minutes < ax.get_xlim()[1]
    assert ax.get_title(loc="left") == "Half of the replies came within 21 minutes"


def test_a_guess_of_no_time_has_no_place_on_a_scale_of_times():
    ax = plots.expectations(SURVEYS, prediction=kept_guess(0, "minutes"))
    assert "your prediction" not in shown(ax)
    assert "Your prediction: 0 minutes" in words(ax)
    found = "4 questions, 4 different shares for an answer within the hour"
    assert ax.get_title(loc="left") == found


def test_a_guessed_price_is_a_star_or_an_arrow_at_the_top():
    def mark(times, prices=PRICES, **given):
        ax = plots.promise_costs(prices, prediction=kept_guess(times, "times"), **given)
        found = [line for line in ax.lines if line.get_marker() in ("*", "^") and line.get_zorder() == 5]  # fmt: skip
        return ax, [(m.get_marker(), int(m.get_xdata()[0]), m.get_ydata()[0]) for m in found]

    assert mark(1.5)[1] == [("*", 1, 150.0)]  # times the cheapest cover of two days, at two hours
    assert mark(0.5, between=(2, 48))[1] == [("*", 0, 90.0)]
    ax, found = mark(24)
    assert found[0][:2] == ("^", 1)
    assert found[0][2] < ax.get_ylim()[1]
    assert "2,400, off the top" in words(ax)
    assert mark(2, PRICES.assign(paid_hours=np.nan))[1] == []


def test_a_guessed_share_is_a_line_over_the_weekend():
    ax = plots.kept_by_hour({"one": KEPT}, prediction=Prediction("response.3", 0.5, "percent", ""))
    line = shown(ax)["your prediction"]
    assert line.get_xdata().tolist() == [120, 168]
    assert line.get_ydata().tolist() == [0.5, 0.5]
