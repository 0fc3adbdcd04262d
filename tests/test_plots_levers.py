"""What the figures of levers on value show, read back from their axes."""

import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from cemlab import plots
from cemlab.classroom.exercises import Prediction
from cemlab.crm import value

RATES = {"rate_satisfied": 1.0, "rate_dissatisfied": 0.3, "death_satisfied": 0.02,
         "death_dissatisfied": 0.2, "discount": 0.01}  # fmt: skip
MORE = value.satisfied_more([0.5, 0.65, 0.8], **RATES)
BOUGHT = pd.DataFrame(
    {"customer": [1, 2, 1, 3, 1], "time": ["2024-01-05", "2024-01-09", "2024-02-07", "2024-02-08", "2024-03-01"]}
)  # fmt: skip
COHORTS = value.cohort_table(BOUGHT, observed_until="2024-03-31")
READINGS = value.two_readings(
    value.learning_relationship(
        5, told_min=6, time_value=0.5, fit_gain=5, learning=0.5, rival_advantage=6, spread=8
    )
)
COURSE = value.love_brand([0, 1, 0, 1], bond=2, advantage=0, severity=2)
TRIAL = value.simulate_four_types(2000, shares=dict.fromkeys(value.FOUR_TYPES, 0.25), rng=1)
SCORES = {
    name: value.targeting(TRIAL, TRIAL[name], draws=100, rng=1) for name in ("uplift", "risk")
}
PULL = value.competitor_pull(
    5, base_leave=0.1, unanswered=0.3, pull=0.2, rivals_answer=0.5, margin=100, discount=0.1
)
FIGURES = {
    "cohort_map": (plots.cohort_map, COHORTS),
    "value_by_satisfaction": (plots.value_by_satisfaction, MORE),
    "one_more_in_ten": (plots.one_more_in_ten, MORE),
    "two_readings": (plots.two_readings, READINGS),
    "after_failures": (plots.after_failures, COURSE),
    "pulled_away": (plots.pulled_away, PULL),
    "qini_curves": (plots.qini_curves, SCORES),
}


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def guess(number):
    return Prediction(id="guess", value=number, form="number", unit="")


def shown(ax):
    return dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))


def words(ax):
    return [text.get_text() for text in ax.texts]


@pytest.mark.parametrize("name", FIGURES)
def test_a_prediction_stands_beside_the_result_and_a_title_may_be_given(name):
    draw, frame = FIGURES[name]
    ax = draw(frame, prediction="7 apples", title="Given")
    assert "Your prediction: 7 apples" in words(ax)
    assert ax.get_title(loc="left") == "Given"
    assert not any("Your prediction" in word for word in words(draw(frame)))


@pytest.mark.parametrize("name", FIGURES)
def test_figures_can_share_axes_and_their_titles_fit(name):
    draw, frame = FIGURES[name]
    ax = plots.new_axes()
    assert draw(frame, ax=ax) is ax
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    alone = draw(frame)
    alone.figure.canvas.draw()
    assert alone._left_title.get_window_extent().x1 <= alone.figure.bbox.x1


def test_a_cohort_map_shows_shares_and_marks_what_is_not_known():
    ax = plots.cohort_map(COHORTS)
    assert sorted(words(ax)) == ["0%", "100%", "100%", "50%", "50%"]
    picture = ax.images[0]
    assert np.ma.masked_invalid(picture.get_array()).mask.tolist() == [
        [False] * 3,
        [False, False, True],
    ]
    assert picture.cmap.get_bad()[:3] == pytest.approx(to_rgb("#DDDDDD"))
    assert [label.get_text() for label in ax.get_yticklabels()] == ["2024-01 (2)", "2024-02 (1)"]
    assert ax.get_title(loc="left") == "Active after 1 month: 33%, after 2 months: 50%"
    with says("table must be at least one complete period, got none"):
        plots.cohort_map(value.cohort_table(BOUGHT[:2]))


@pytest.mark.parametrize(
    ("period", "unit"), [("D", "day"), ("W", "week"), ("Q", "quarter"), ("Y", "year")]
)
def test_a_cohort_map_names_its_periods(period, unit):
    table = value.cohort_table(BOUGHT, period=period, observed_until="2024-12-31")
    ax = plots.cohort_map(table)
    assert ax.get_xlabel() == f"age: {unit}s since the first purchase"
    if period == "W":
        assert ax.get_yticklabels()[0].get_text() == "2024-01-01 (1)"


def test_value_by_satisfaction_is_a_curve_below_its_chord():
    ax = plots.value_by_satisfaction(MORE, prediction=guess(30.0))
    line = shown(ax)["value of a customer"]
    assert line.get_ydata().tolist() == pytest.approx(MORE["value"].tolist())
    star = shown(ax)["your prediction"]
    assert (star.get_xdata()[0], star.get_ydata()[0]) == (0.8, 30.0)
    assert ax.get_ylim()[1] > 30
    assert ax.get_title(loc="left") == "From 50% to 80% satisfied: 2.4 times the value"
    with says("values must be at least two shares, got 1"):
        plots.value_by_satisfaction(MORE[:1])


def test_one_more_in_ten_is_a_bar_for_each_share():
    ax = plots.one_more_in_ten(MORE, prediction=guess(3.0))
    assert [bar.get_height() for bar in ax.patches] == pytest.approx(MORE["gain"].tolist())
    assert [label.get_text() for label in ax.get_xticklabels()] == [
        "50% → 60%",
        "65% → 75%",
        "80% → 90%",
    ]
    assert (
        ax.get_title(loc="left")
        == "One more satisfying purchase in ten: at 80% worth 5.6 times that at 50%"
    )
    other = plots.one_more_in_ten(value.satisfied_more(0.5, 0.2, **RATES))
    assert other.get_title(loc="left") == "20 more satisfying purchases in 100: worth 2.41 at 50%"
    with says("values must be at least one share, got none"):
        plots.one_more_in_ten(MORE[:0])


def test_two_readings_meet_at_both_ends():
    ax = plots.two_readings(READINGS, prediction=guess(0.7))
    learn, differ, own, star = shown(ax).values()
    for end in (0, -1):
        assert learn.get_ydata()[end] == pytest.approx(differ.get_ydata()[end])
    assert len(set(own.get_ydata())) == 1
    assert (star.get_xdata()[0], star.get_ydata()[0]) == (5, 0.7)


def test_failures_are_shaded_and_both_customers_drawn():
    ax = plots.after_failures(COURSE, prediction=guess(0.2))
    lines = shown(ax)
    assert lines["with a bond"].get_ydata().tolist() == pytest.approx(COURSE["repurchase"].tolist())
    assert lines["without"].get_ydata().tolist() == pytest.approx(COURSE["without_bond"].tolist())
    assert lines["your prediction"].get_xdata()[0] == 4
    assert len(ax.patches) == 2
    last = COURSE.loc[4]
    assert (
        ax.get_title(loc="left")
        == f"At failure number 2: {last['repurchase']:.0%} buy again with a bond, {last['without_bond']:.0%} without"
    )
    calm = plots.after_failures(value.love_brand([0, 0], bond=2, advantage=0, severity=2))
    assert calm.get_title(loc="left") == "No failure: 88% buy again with a bond, 50% without"


def test_the_pull_of_rivals_is_the_gap_of_two_lines():
    ax = plots.pulled_away(PULL, prediction=guess(0.55))
    lines = shown(ax)
    assert lines["as it is"].get_ydata() == pytest.approx(0.87 ** np.arange(6))
    assert lines["if all were answered"].get_ydata() == pytest.approx(0.9 ** np.arange(6))
    gap = lines["pulled away"].get_paths()[0].vertices
    assert {0.87**5, 0.9**5} <= set(gap[:, 1].tolist())
    star = lines["your prediction"]
    assert (star.get_xdata()[0], star.get_ydata()[0]) == (5, 0.55)
    assert ax.get_title(loc="left") == "After 5 periods 50% are left, 59% if all were answered"
    one = plots.pulled_away(PULL[:2]).get_title(loc="left")
    assert one == "After 1 period 87% are left, 90% if all were answered"


@pytest.mark.parametrize("name", ["qini_curves", "pulled_away", "after_failures"])
def test_the_labels_of_percentages_are_where_they_say(name):
    draw, frame = FIGURES[name]
    ax = draw(frame)
    ax.figure.canvas.draw()
    for place, label in zip(ax.get_yticks(), ax.get_yticklabels(), strict=True):
        assert float(label.get_text().replace("\N{MINUS SIGN}", "-").rstrip("%")) == pytest.approx(
            100 * place
        )


def test_qini_curves_are_drawn_with_their_intervals_and_chance():
    ax = plots.qini_curves(SCORES)
    lines = shown(ax)
    for name, found in SCORES.items():
        assert lines[name].get_ydata().tolist() == pytest.approx(found.curve["value"].tolist())
    assert lines["at random"].get_ydata()[-1] == pytest.approx(SCORES["risk"].figures["effect"])
    assert len(ax.collections) == 2
    best = [f"{found.curve['value'].max():.1%} by {name}" for name, found in SCORES.items()]
    assert ax.get_title(loc="left") == f"Kept at best: {', '.join(best)}"
    with says("scores must be at least one score, got none"):
        plots.qini_curves({})


def test_a_guess_of_who_is_kept_is_marked_at_the_share_treated():
    trial = value.simulate_four_types(
        2000, shares=dict.fromkeys(value.FOUR_TYPES, 0.25), noise=0.5, rng=1
    )
    scores = {name: value.targeting(trial, trial[name], draws=100, rng=1) for name in SCORES}
    assert all(found.curve.index[2] == pytest.approx(0.2) for found in scores.values())
    ax = plots.qini_curves(scores, treated=0.2, prediction=guess(0.1))
    star = shown(ax)["your prediction"]
    assert (star.get_xdata()[0], star.get_ydata()[0]) == (0.2, 0.1)
    kept = [f"{found.curve['value'].iloc[2]:.0%} kept by {name}" for name, found in scores.items()]
    assert ax.get_title(loc="left") == f"The best 20% treated: {', '.join(kept)}"
    assert "your prediction" not in shown(plots.qini_curves(SCORES, prediction=guess(0.1)))
    with says("treated must be above 0, got 0: nobody is kept then"):
        plots.qini_curves(SCORES, treated=0)


def test_bars_tell_one_decimal_and_small_ones_two_figures():
    assert words(plots.one_more_in_ten(MORE))[:3] == [f"{x:.1f}" for x in MORE["gain"]]
    small = MORE.assign(gain=MORE["gain"] / 100)
    assert words(plots.one_more_in_ten(small))[:3] == [f"{x:.2g}" for x in small["gain"]]


def test_the_key_of_failures_stands_below_the_bands():
    ax = plots.after_failures(COURSE)
    ax.figure.canvas.draw()
    assert ax.get_legend().get_window_extent().y1 <= ax.xaxis.label.get_window_extent().y0
