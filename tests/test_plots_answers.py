"""What the figures of waits and readers show, read back from their axes."""

import re
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from cemlab import datasets, plots
from cemlab.cem import conversations, response
from cemlab.classroom.exercises import Prediction

WAITS = pd.DataFrame(
    {
        "channel": ["web"] * 4 + ["phone"] * 2,
        "wait_min": [10.0, 20.0, 60.0, 300.0, 1.0, 2.0],
        "ended": ["answered", "abandoned", "answered", "open", "answered", "answered"],
    }
).assign(answered=lambda t: t["ended"] == "answered")
WEB = WAITS[:4]
CURVES = response.survival(WAITS, by="channel")
FATES = response.competing(WEB)
READ = {"growth_per_week": 1.0, "minutes_each": 1.0}
TABLE = conversations.readers_needed(360, weeks=4, staff=4, **READ)
SURVEYS = datasets.load("response-expectations")
ONE = SURVEYS[SURVEYS["survey"] == "Spider Marketing"]
FIGURES = {
    "still_waiting": lambda **given: plots.still_waiting(CURVES, **given),
    "fates": lambda **given: plots.fates(FATES, **given),
    "readers": lambda **given: plots.readers(TABLE, **given),
}
GUESS = Prediction("x", 30.0, "number", "minutes")


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def shown(ax):
    return dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))


def words(ax):
    return [text.get_text() for text in ax.texts]


def title(ax):
    return ax.get_title(loc="left")


@pytest.mark.parametrize("name", FIGURES)
def test_a_prediction_stands_beside_the_result_and_a_title_may_be_given(name):
    ax = plots.new_axes()
    assert FIGURES[name](prediction="7 apples", title="Given", ax=ax) is ax
    assert "Your prediction: 7 apples" in words(ax)
    assert title(ax) == "Given"
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    ax.figure.canvas.draw()
    pill = next(t for t in ax.texts if "prediction" in t.get_text()).get_window_extent()
    assert pill.y1 <= ax._left_title.get_window_extent().y0
    assert not any("Your prediction" in word for word in words(FIGURES[name]()))


# --- who still waits ---------------------------------------------------------------------


def test_each_group_is_a_step_line_that_begins_with_all():
    ax = plots.still_waiting(CURVES)
    lines = shown(ax)
    assert list(lines) == ["phone", "web"]
    for name, line in lines.items():
        part = CURVES[CURVES["channel"] == name]
        assert line.get_drawstyle() == "steps-post"
        assert line.get_xdata()[1:].tolist() == part["minutes"].tolist()
        assert line.get_ydata().tolist() == [1, *part["waiting"]]
    assert title(ax) == "Half have an answer after 1.0 min (phone) and 60 min (web)"


def test_below_the_axis_stands_how_many_had_waited_so_long():
    ax = plots.still_waiting(CURVES)
    ticks = [label.get_text() for label in ax.get_xticklabels()]
    assert ticks == ["1 min", "5 min", "20 min", "1 h", "4 h"]
    assert [word for word in words(ax) if word != "still waiting"] == [*"20000", *"44321"]
    ax.figure.canvas.draw()
    lowest = min(text.get_window_extent().y0 for text in ax.texts)
    assert ax.xaxis.label.get_window_extent().y1 <= lowest
    assert ax.xaxis.label.get_window_extent().y0 >= 0


def test_a_million_waits_are_few_points_with_the_same_steps():
    rng = np.random.default_rng(1)
    many = pd.DataFrame({"wait_min": rng.exponential(60, 50_000), "answered": True})
    curve = response.survival(many)
    line = shown(plots.still_waiting(curve))["all contacts"]
    assert 100 < len(line.get_xdata()) <= 2001
    known = dict(zip(curve["minutes"], curve["waiting"], strict=True))
    pairs = list(zip(line.get_xdata(), line.get_ydata(), strict=True))
    assert all(known[x] == y for x, y in pairs[1:])
    assert pairs[0][1] > 0.98


def test_the_answered_alone_and_expectations_can_be_beside_it():
    curve = response.survival(WEB)
    only = response.survival(WEB[WEB["answered"]])
    ax = plots.still_waiting(curve, answered_only=only, expected=ONE, prediction=GUESS)
    assert shown(ax)["answered contacts only"].get_ydata().tolist()[-2:] == [0.5, 0]
    points = shown(ax)["expect to wait longer (survey)"]
    assert points.get_xdata().tolist() == [60, 1440]
    assert points.get_ydata().tolist() == pytest.approx([0.53, 0.16])
    assert shown(ax)["answered contacts only"].get_linestyle() == "-."
    assert "answered contacts only" in words(ax)  # on the line, and so not in the legend
    assert [t.get_text() for t in ax.get_legend().get_texts()] == [
        "all contacts",
        "expect to wait longer (survey)",
        "your prediction",
    ]
    assert shown(ax)["your prediction"].get_xdata() == [30, 30]
    assert title(ax) == "Half have an answer after 60 min, not 10 min as the answered suggest"
    assert ax.get_xlim()[1] > 1440


def test_titles_where_half_never_get_an_answer():
    never = pd.DataFrame({"wait_min": [10.0, 200.0, 300.0], "answered": [True, False, False]})
    assert title(plots.still_waiting(response.survival(never))) == (
        "After 5.0 h, 67% still have no answer"
    )
    both = pd.concat([never.assign(channel="mail"), WAITS[4:].drop(columns="ended")])
    curves = response.survival(both, by="channel")
    assert title(plots.still_waiting(curves)) == (
        "Half have an answer after 1.0 min (phone), not within 5.0 h (mail)"
    )
    curves = response.survival(never.assign(channel=["a", "b", None]), by="channel")[1:]
    ax = plots.still_waiting(curves)
    assert title(ax) == "In no group does half get an answer"
    assert list(shown(ax)) == ["b", "not recorded"]


def test_what_is_answered_at_once_stands_at_the_left_edge():
    waits = pd.DataFrame({"wait_min": [0.0, 10.0, 20.0, 30.0], "answered": True})
    assert "25% answered at once" in words(plots.still_waiting(response.survival(waits)))
    assert not any("at once" in word for word in words(plots.still_waiting(CURVES)))
    assert not any("at once" in word for word in words(plots.still_waiting(response.survival(WEB))))


def test_waits_of_no_time_can_be_drawn():
    ax = plots.still_waiting(response.survival(pd.DataFrame({"wait_min": [0.0], "answered": True})))
    ax.figure.canvas.draw()
    assert shown(ax)["all contacts"].get_ydata().tolist() == [0]


def test_curves_of_too_many_or_no_groups_are_refused():
    five = response.survival(WAITS.assign(hour=[1, 2, 3, 4, 5, 5]), by="hour")
    with says("curves must be 1 to 4 groups, got 5: choose groups first"):
        plots.still_waiting(five)
    with says("curves must be 1 to 4 groups, got 0: choose groups first"):
        plots.still_waiting(CURVES[:0])
    with says("curves must be 1 group, got 2: choose groups first"):
        plots.still_waiting(CURVES, answered_only=CURVES)


# --- what becomes of them ----------------------------------------------------------------


def test_fates_are_stacked_to_all():
    ax = plots.fates(FATES)
    last = [area.get_paths()[0].vertices for area in ax.collections]
    tops = [part[part[:, 0] == part[:, 0].max(), 1].max() for part in last]
    row = FATES.iloc[-1]
    assert tops == pytest.approx([row["answered"], row["answered"] + row["given_up"], 1])
    assert words(ax) == ["answered 50%", "given up 25%", "still waiting 25%"]
    assert title(ax) == "After 5.0 h: 50% answered, 25% given up, 25% still waiting"
    assert any(line.get_xdata() == [30, 30] for line in plots.fates(FATES, prediction=GUESS).lines)


def test_what_is_not_recorded_is_no_fate_and_small_parts_keep_their_words_apart():
    ax = plots.fates(response.competing(WAITS[4:]))
    assert words(ax) == ["answered 100%", "still waiting 0%"]
    almost = pd.DataFrame({"wait_min": np.arange(1.0, 101), "answered": True})
    almost["ended"] = ["answered"] * 98 + ["abandoned", "open"]
    ax = plots.fates(response.competing(almost))
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert all(low.y1 <= high.y0 for low, high in pairwise(boxes))
    assert all(box.x1 <= ax.figure.bbox.x1 for box in boxes)
    with says("shares must be of one group, got 2: choose the rows of one"):
        plots.fates(response.competing(WAITS, by="channel"))


# --- readers -----------------------------------------------------------------------------


def test_bars_are_readers_and_change_where_there_are_too_few():
    ax = plots.readers(TABLE)
    bars = shown(ax)
    assert [bar.get_height() for bar in bars["readers needed"]] == [1, 2, 4]
    assert [bar.get_height() for bar in bars["more than there are"]] == [8, 16]
    assert bars["readers there are: 4"].get_ydata() == [4, 4]
    assert title(ax) == "From week 3 on, 4 readers no longer suffice"
    assert ax.get_ylim()[1] > 16


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, "From 1 to 16 readers in 4 weeks"),
        ({"staff": 16}, "16 readers suffice for all 4 weeks"),
        ({"staff": 0}, "0 readers do not suffice in any week"),
        ({"staff": 2, "growth_per_week": -0.5}, "2 readers suffice for all 4 weeks"),
        ({"staff": 2, "growth_per_week": -0.5, "minutes_each": 8.0}, "2 readers suffice in 3 of 5 weeks"),
    ],
)  # fmt: skip
def test_titles_of_readers(given, found):
    ax = plots.readers(conversations.readers_needed(360, weeks=4, **READ | given))
    assert title(ax) == found


@pytest.mark.parametrize(("value", "marker"), [(10.0, "*"), (900.0, "^")])
def test_a_guess_of_readers_is_marked_in_the_last_week(value, marker):
    ax = plots.readers(TABLE, prediction=Prediction("x", value, "number", "readers"))
    star = ax.lines[-1]
    assert star.get_marker() == marker
    assert star.get_xdata().tolist() == [4]
    assert star.get_ydata()[0] <= ax.get_ylim()[1]
    assert ("900, off the top" in words(ax)) == (value == 900)


def test_no_weeks_are_refused():
    with says("table must be at least one week, got none"):
        plots.readers(TABLE[:0])
