"""What the figures of readings show, read back from their axes."""

import re

import numpy as np
import pandas as pd
import pytest

from cemlab import datasets, plots
from cemlab.cem import surveys

TWO = surveys.friends({"Ups": [10] * 5 + [8] * 2 + [3] * 3, "Even": [9] * 2 + [8] * 7 + [6]})
OUTCOME = pd.DataFrame(
    {
        "total": [10, 8, 2], "asked": pd.array([9, 8, 1], "Int64"), "answered": [4, 4, 0],
        "share_of_all": [0.4, 0.5, 0.0], "value": [25.0, 25.0, np.nan], "low": [-40.0, -40.0, np.nan],
        "high": [90.0, 90.0, np.nan], "unit": ["points", "points", ""], "method": "Wald",
    },
    index=pd.Index(["all", "resolved", "not resolved"], name="journeys"),
)  # fmt: skip
FIGURES = {
    "order_by_measure": lambda **given: plots.order_by_measure(TWO, **given),
    "survey_reach": lambda **given: plots.survey_reach(OUTCOME, **given),
}


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def words(ax):
    return [text.get_text() for text in ax.texts]


@pytest.mark.parametrize("name", FIGURES)
def test_a_prediction_stands_beside_the_result_and_all_fits(name):
    ax = FIGURES[name](prediction="7 apples", title="Given")
    assert "Your prediction: 7 apples" in words(ax)
    assert ax.get_title(loc="left") == "Given"
    ax = FIGURES[name]()
    assert ax.get_xlabel()
    ax.figure.canvas.draw()
    assert ax._left_title.get_window_extent().x1 <= ax.figure.bbox.x1
    for text in ax.texts:
        assert text.get_window_extent().x1 <= ax.figure.bbox.x1
    own = plots.new_axes()
    assert FIGURES[name](ax=own) is own


def test_each_measure_stands_on_its_own_scale_and_leaders_are_filled():
    ax = plots.order_by_measure(TWO)
    dots = [line for line in ax.lines if len(line.get_xdata()) == 1]
    places = [float(dot.get_xdata()[0]) for dot in dots]
    wanted = [(20 + 100) / 200, 0.75, 0.5, (40 + 100) / 200, 0.55, 0.80, 0.2, 0.95]
    assert places == pytest.approx(wanted)  # Ups, then Even: NPS, mean, top-2-box, other net
    filled = [dot.get_markerfacecolor() != "white" for dot in dots]
    assert filled == [True, False, True, False, False, True, False, True]
    assert "75" not in words(ax)
    assert any(word.startswith("20 [") for word in words(ax))
    assert any(word.startswith("50% [") for word in words(ax))


def test_titles_name_who_leads():
    same = surveys.friends({"a": [9, 8, 1], "b": [1, 8, 9]})
    assert plots.order_by_measure(same).get_title(loc="left") == "Nobody leads by any of 4 measures"
    clear = surveys.friends({"a": [10, 10, 9], "b": [1, 8, 9]})
    assert plots.order_by_measure(clear).get_title(loc="left") == "a leads by all 4 measures"


def test_a_bar_is_all_journeys_of_a_kind_and_says_who_was_heard():
    ax = plots.survey_reach(OUTCOME)
    parts = [[bar.get_width() for bar in group] for group in ax.containers]
    assert parts == [pytest.approx(p) for p in ([0.4, 0.5, 0], [0.5, 0.5, 0.5], [0.1, 0, 0.5])]
    assert ax.get_title(loc="left") == (
        "Heard: 50% of the journeys resolved, 0% of those not resolved"
    )
    assert {"25 [−40, 90] points, n = 4", "nobody was heard"} <= set(words(ax))
    unknown = plots.survey_reach(OUTCOME.assign(asked=pd.array([pd.NA] * 3, "Int64")).iloc[:1])
    assert unknown.get_legend_handles_labels()[1] == ["answered", "no answer"]
    assert unknown.get_title(loc="left") == "Heard: 40% of 10 journeys"


def test_the_narrow_end_of_a_bar_is_named_outside():
    study = datasets.load("sncr-2008")
    ax = plots.answer_shares(study[study["kind"] == "distribution"])
    for name, sides in {"always": ["right", "center"], "never": ["center", "left"]}.items():
        assert [text.get_ha() for text in ax.texts if text.get_text() == name] == sides


def test_a_corrected_share_says_so_in_its_title():
    shares = surveys.interval_of_share(0.62, n=[50, 1000])
    title = plots.share_by_n(surveys.corrected(shares, 0.5, 0.8)).get_title(loc="left")
    assert title == "62%, corrected: 24% to 59% (n = 50), 29% to 52% (n = 1,000)"


def test_says_what_was_wrong():
    with says("readings must be of two to 5 firms, got 1: use surveys.friends with several"):
        plots.order_by_measure(TWO[TWO["firm"] == "Ups"])
    with says("unit must be one of points, answer (0-10), share of 1, got 'euro'"):
        plots.order_by_measure(TWO.assign(unit="euro"))
    with says("outcome must have at least one journey, got none"):
        plots.survey_reach(OUTCOME.iloc[:0])
