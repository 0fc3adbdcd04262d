"""What the figures of surveys show, read back from their axes."""

import re

import numpy as np
import pandas as pd
import pytest

from cemlab import datasets, plots
from cemlab.cem import surveys
from cemlab.classroom.exercises import Prediction
from cemlab.estimate import table

WAVES = table({"May": surveys.nps_from_shares(0.4, 0.3, 100), "June": surveys.nps([9, 9, 3])})
STUDY = datasets.load("sncr-2008")
ANSWERS = STUDY[STUDY["kind"] == "distribution"]
SHARES = surveys.interval_of_share(0.372, n=[1000, 50, 43], decimals=1)
TOLD = pd.DataFrame({"score": [0, 5, 5, 8, 10, 10], "answered": [1, 0, 0, 0, 1, 1]})
INDEX = datasets.load("acsi-pay-tv")
STEPS = pd.DataFrame({"value": [3.5, 12.5, 53.9], "n": [90, 80, 9]}, index=["all", "asked", "told"])
FIGURES = {
    "score_ladder": lambda **given: plots.score_ladder(STEPS, **given),
    "score_intervals": lambda **given: plots.score_intervals(WAVES, **given),
    "answer_shares": lambda **given: plots.answer_shares(ANSWERS, **given),
    "share_by_n": lambda **given: plots.share_by_n(surveys.corrected(SHARES, 0.5, 1), **given),
    "response_pyramid": lambda **given: plots.response_pyramid(TOLD, **given),
    "index_over_time": lambda **given: plots.index_over_time(INDEX, **given),
}


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def words(ax):
    return [text.get_text() for text in ax.texts]


def shown(ax):
    return ax.get_legend_handles_labels()[1]


def whiskers(ax):
    return [path.tolist() for lines in ax.collections for path in lines.get_segments()]


@pytest.mark.parametrize("name", FIGURES)
def test_a_prediction_stands_beside_the_result_and_a_title_may_be_given(name):
    ax = FIGURES[name](prediction="7 apples", title="Given")
    assert "Your prediction: 7 apples" in words(ax)
    assert ax.get_title(loc="left") == "Given"
    ax.figure.canvas.draw()
    pill = ax.texts[-1].get_window_extent()
    title = ax._left_title.get_window_extent()
    assert pill.y1 <= title.y0 or pill.x0 >= title.x1
    assert not any("Your prediction" in word for word in words(FIGURES[name]()))


@pytest.mark.parametrize("name", FIGURES)
def test_figures_can_share_axes_and_fit_their_titles(name):
    ax = plots.new_axes()
    assert FIGURES[name](ax=ax) is ax
    assert ax.get_xlabel()
    ax = FIGURES[name]()
    ax.figure.canvas.draw()
    assert ax._left_title.get_window_extent().x1 <= ax.figure.bbox.x1


@pytest.mark.parametrize(
    "name", ["score_intervals", "score_ladder", "share_by_n", "index_over_time"]
)
def test_a_kept_guess_is_marked(name):
    guess = Prediction("x.1", 0.5, "number", "")
    ax = FIGURES[name](prediction=guess)
    assert "your prediction" in shown(ax)


# --- scores ------------------------------------------------------------------------------------


def test_every_score_is_a_dot_with_its_interval():
    ax = plots.score_intervals(WAVES)
    assert [path[0][0] for path in whiskers(ax)] == WAVES["low"].tolist()
    assert [path[1][0] for path in whiskers(ax)] == WAVES["high"].tolist()
    assert [line.get_xdata()[0] for line in ax.lines] == WAVES["value"].tolist()
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["May  (n = 100)", "June  (n = 3)"]
    assert ax.get_xlabel() == "points, with intervals of 95 %"
    assert ax.get_title(loc="left") == "June leads May by 23 points, but the intervals overlap"


def test_a_score_without_interval_is_hollow_and_firms_have_their_names():
    firms = surveys.friends({"Ups": [10] * 9 + [8], "Even": [7] * 9 + [8], "Same": [6, 6]})
    ax = plots.score_intervals(firms[firms["measure"] == "mean"])
    assert [line.get_markerfacecolor() for line in ax.lines].count("white") == 1
    assert ax.get_yticklabels()[0].get_text().startswith("Ups")
    assert ax.get_title(loc="left") == "Ups leads Even by 2.7"
    with pytest.raises(ValueError, match="scores must be of one unit, got points, "):
        plots.score_intervals(firms)
    with says("scores must be at least one score, got none"):
        plots.score_intervals(firms[:0])


def test_one_score_alone_and_two_that_are_level():
    assert plots.score_intervals(WAVES[:1]).get_title(loc="left") == "May: -6.28 to 26.3"
    level = pd.DataFrame({"value": [1, 1], "low": [0, 0], "high": [2, 2]}, index=["a", "b"])
    assert plots.score_intervals(level).get_title(loc="left") == "a and b are level"


def test_a_ladder_shows_each_step_by_whole_points():
    ax = plots.score_ladder(STEPS)
    assert [(bar.get_x(), bar.get_width()) for bar in ax.patches] == [(4, 8), (12, 42)]
    assert {"4", "12", "54", "+8", "+42"} <= set(words(ax))
    assert [tick.get_text() for tick in ax.get_yticklabels()][2] == "told\n(n = 9)"
    assert ax.get_title(loc="left") == 'From 4 to 54 points: the largest step, +42, is "told"'
    down = plots.score_ladder(STEPS[["value"]][::-1]).get_title(loc="left")
    assert down == 'From 54 to 4 points: the largest step, -42, is "asked"'
    with says("steps must be at least two scores, got 1: use score_intervals for one"):
        plots.score_ladder(STEPS[:1])


# --- answers -------------------------------------------------------------------------------------


def test_bars_are_the_shares_apart_at_the_middle():
    ax = plots.answer_shares(ANSWERS)
    assert [bar.get_width() for bar in ax.patches] == pytest.approx(ANSWERS["share"].tolist())
    middles = [bar.get_x() + bar.get_width() / 2 for bar in ax.patches[2::5]]
    assert middles == pytest.approx([0, 0, 0])
    assert ax.get_title(loc="left") == "On the positive side of the middle: 35%, 55% and 74%"
    assert "strongly agree" in words(ax)


def test_two_answers_meet_in_the_middle():
    two = pd.DataFrame({"question": "?", "answer": ["yes", "no"], "share": [0.7, 0.3]})
    again = two.assign(question="!", share=[0.4, 0.6])
    yes, no, *more = plots.answer_shares(pd.concat([two, again])).patches
    assert (yes.get_x(), no.get_x()) == pytest.approx((-0.7, 0))
    assert [bar.get_x() for bar in more] == pytest.approx([-0.4, 0])


def test_one_question_alone_stands_on_a_scale_from_0_to_100_with_the_guess():
    guess = Prediction("x.1", 0.3, "percent", "always")
    ax = plots.answer_shares(ANSWERS[:5], prediction=guess)
    assert [bar.get_x() for bar in ax.patches] == pytest.approx([0, 0.06, 0.35, 0.72, 0.91])
    assert ax.get_xlim() == (0, 1)
    assert [line.get_xdata()[0] for line in ax.lines if line.get_label() == "your prediction"] == [
        0.3
    ]
    title = plots.answer_shares(ANSWERS[:5]).get_title(loc="left")
    assert title == "On the positive side of the middle: 35%; always: 6%"


def test_two_answers_are_refused_if_there_is_only_one():
    two = pd.DataFrame({"question": "?", "answer": ["yes", "no"], "share": [0.7, 0.3]})
    with says("answers must have two to 5 answers a question, got [1]"):
        plots.answer_shares(two[:1])


# --- share by n ----------------------------------------------------------------------------------


def test_intervals_stand_by_n_and_an_impossible_n_is_hollow():
    ax = plots.share_by_n(SHARES)
    rows = SHARES.sort_values("n")
    assert [path[0][0] for path in whiskers(ax)] == rows["low"].tolist()
    dots = [line for line in ax.lines if line.get_marker() == "o" and len(line.get_xdata())]
    assert [dot.get_markerfacecolor() for dot in dots] == ["#0072B2", "white", "#0072B2"]
    assert shown(ax) == ["as published", "n cannot be"]
    assert ax.get_title(loc="left") == "37.2% may be 24% to 52% (n = 43) or 34% to 40% (n = 1,000)"


def test_the_corrected_range_stands_below():
    ax = plots.share_by_n(surveys.corrected(SHARES, 0.5, 0.8))
    assert len(whiskers(ax)) == 6
    assert ax.get_xlabel() == "share of all people"
    assert "after the assumed correction" in shown(ax)


def test_a_share_to_compare_with_is_a_line_and_those_asked_have_their_name():
    ax = plots.share_by_n(SHARES, who="stores", beside=0.5)
    assert 0.5 in [line.get_xdata()[0] for line in ax.lines if len(line.get_xdata()) == 2]
    assert "50%" in words(ax)
    assert (ax.get_xlabel(), ax.get_ylabel().split()[0]) == ("share of all stores", "stores")


def test_the_title_leaves_out_what_cannot_be():
    ax = plots.share_by_n(SHARES[:2])
    assert ax.get_title(loc="left") == "37.2% may be 34% to 40% (n = 1,000)"


# --- who answers -------------------------------------------------------------------------------


def test_the_pyramid_has_all_customers_left_and_those_who_answer_right():
    ax = plots.response_pyramid(TOLD)
    tints, bars = ax.patches[:2], [bar.get_width() for bar in ax.patches[2:]]
    assert -sum(bars[:11]) == pytest.approx(1)
    assert sum(bars[11:]) == pytest.approx(1)
    assert bars[10] == pytest.approx(-1 / 3)
    assert bars[21] == pytest.approx(2 / 3)
    assert ax.get_title(loc="left") == "NPS of all -17, of the answers 33"
    promoters, detractors = (
        [step for step in range(11) if tint.get_y() < step < tint.get_y() + tint.get_height()]
        for tint in tints
    )
    assert (promoters, detractors) == ([9, 10], list(range(7)))
    assert {"promoters", "detractors"} <= set(words(ax))
    with says("responses must have at least one answer, got none of 2"):
        plots.response_pyramid(pd.DataFrame({"score": [1, 2], "answered": [False, False]}))


def test_scores_of_another_scale_are_not_read_as_net_promoter_scores():
    ax = plots.response_pyramid(TOLD.assign(score=10 * TOLD["score"]))
    assert (
        ax.get_title(loc="left") == "50% answer: 67% of the answers are 100, of the customers 33%"
    )
    assert not {"promoters", "detractors"} & set(words(ax))


# --- index ---------------------------------------------------------------------------------------


def test_each_company_is_a_line_dotted_over_missing_years():
    ax = plots.index_over_time(INDEX)
    pieces = [line for line in ax.lines if len(line.get_xdata()) == 2]
    gaps = [line for line in pieces if np.diff(line.get_xdata()) > 1]
    assert [line.get_linestyle() for line in gaps] == [":"]
    points = [line for line in ax.lines if len(line.get_xdata()) == 1]
    assert len(points) == len(INDEX)
    hollow = [line.get_xdata()[0] for line in points if line.get_markerfacecolor() == "white"]
    assert hollow == [2007]
    assert set(words(ax)) == set(INDEX["company"])


def test_names_of_lines_do_not_meet():
    ax = plots.index_over_time(INDEX)
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    for k, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[k + 1 :])


def test_another_company_may_be_the_hero():
    ax = plots.index_over_time(INDEX, highlight="Cox")
    assert ax.get_title(loc="left") == "Cox: 63 in 2008, 67 in 2010"
    with pytest.raises(ValueError, match=r"^highlight must be one of Comcast, .*, got 'Me'$"):
        plots.index_over_time(INDEX, highlight="Me")
    with says("index must be at least one year of one company, got none"):
        plots.index_over_time(INDEX[:0])
