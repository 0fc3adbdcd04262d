"""What the figures of journeys, channels and hidden links show, read back from their axes."""

import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.text import Text

from cemlab import plots
from cemlab.cem import channels, touchpoints
from cemlab.classroom.exercises import Prediction
from cemlab.plots._style import GREEN, RED

SURVEYS = pd.DataFrame(
    {
        "customer": [1, 1, 2, 2, 3, 3, 1],
        "actor": "customer",
        "time": "2024-05-01",
        "touchpoint": ["gate", "phone"] * 3 + ["lounge"],
        "kind": ["survey_csat"] * 6 + ["contact"],
        "value": [5, 5, 4, 1, 5, 4, None],
    }
)
SCORES = touchpoints.scores(SURVEYS)
GAP = channels.channel_gap(channels.mixed_cases(), adjust="case")
HIDDEN = pd.DataFrame(
    {
        "share": [0.0, 0.5, 1.0] * 2,
        "metric": ["answered in time"] * 3 + ["resolved"] * 3,
        "lens": ["CRM"] * 3 + ["CEM"] * 3,
        "value": [0.8, 0.8, 0.8, 0.6, 0.5, 0.3],
        "low": [0.7] * 3 + [None] * 3,
        "high": [0.9] * 3 + [None] * 3,
    }
)
FIGURES = {
    "green_dots": lambda **given: plots.green_dots(SCORES, **given),
    "channel_gap": lambda **given: plots.channel_gap(GAP, **given),
    "linkage": lambda **given: plots.linkage(HIDDEN, **given),
}


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def words(ax):
    return [text.get_text() for text in ax.texts]


def points(ax, marker):
    """Return (x, y) of single marks of this kind."""
    lines = [
        line for line in ax.lines if line.get_marker() == marker and len(line.get_xdata()) == 1
    ]
    return [(float(line.get_xdata()[0]), float(line.get_ydata()[0])) for line in lines]


@pytest.mark.parametrize("name", FIGURES)
def test_a_prediction_stands_beside_the_result_and_a_title_may_be_given(name):
    ax = FIGURES[name](prediction="7 apples", title="Given")
    assert "Your prediction: 7 apples" in words(ax)
    assert ax.get_title(loc="left") == "Given"
    ax.figure.canvas.draw()
    pill = next(text for text in ax.texts if "prediction" in text.get_text()).get_window_extent()
    title = ax._left_title.get_window_extent()
    assert pill.y1 <= title.y0 or pill.x0 >= title.x1
    assert not any("Your prediction" in word for word in words(FIGURES[name]()))


@pytest.mark.parametrize("name", FIGURES)
def test_figures_can_share_axes_and_stay_inside_their_picture(name):
    ax = plots.new_axes(width=10, height=5)
    assert FIGURES[name](ax=ax) is ax
    assert ax.get_xlabel()
    ax = FIGURES[name]()
    ax.figure.canvas.draw()
    for text in [*ax.texts, *ax.get_yticklabels(), *ax.get_legend_handles_labels()[0]]:
        box = text.get_window_extent(ax.figure.canvas.get_renderer())
        assert box.x0 >= 0
        assert box.x1 <= ax.figure.bbox.x1


# --- green dots ----------------------------------------------------------------------------------


def test_dots_are_green_from_enough_on_and_the_journey_is_red():
    ax = plots.green_dots(SCORES, enough=0.8)
    assert points(ax, "o") == [(1.0, 0.0)]  # gate: 3 of 3
    assert points(ax, "s") == [(pytest.approx(2 / 3), 2.0), (pytest.approx(2 / 3), 3.5)]
    colours = {line.get_marker(): to_hex(line.get_color()).upper() for line in ax.lines}
    assert (colours["o"], colours["s"]) == (GREEN, RED)
    assert "not judged" in words(ax)  # the lounge
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == ["gate", "lounge", "phone", "the whole journey"]
    assert ax.get_title(loc="left") == "Every touchpoint at 67% to 100%, the journey at 67%"
    assert points(plots.green_dots(SCORES, enough=0.6), "s") == []
    assert points(plots.green_dots([0.8, 0.9], enough=0.8), "s") == []


def test_shares_alone_show_the_product_and_the_bounds():
    ax = plots.green_dots([0.9] * 5)
    assert ax.get_title(loc="left") == "Every touchpoint at 90%, the journey at 59%"
    assert points(ax, "|") == [(pytest.approx(0.59049), 5.5)]
    bar = next(line for line in ax.lines if line.get_label() == "possible with these touchpoints")
    assert list(bar.get_xdata()) == pytest.approx([0.5, 0.9])
    assert len(points(ax, "o")) == 5
    assert points(ax, "s") == []


def test_a_kept_guess_is_a_star_on_the_journeys_row():
    ax = plots.green_dots([0.9] * 5, prediction=Prediction("q", 0.8, "number", "share"))
    assert points(ax, "*") == [(0.8, 5.5)]


def test_where_the_dots_leave_nothing_open_there_is_no_bar():
    one = SURVEYS[SURVEYS["touchpoint"] == "phone"]  # a single place: its share is the journey's
    ax = plots.green_dots(touchpoints.scores(one))
    assert points(ax, "|") == []
    assert ax.get_legend() is None
    assert points(ax, "s") == [(pytest.approx(2 / 3), 0.0), (pytest.approx(2 / 3), 1.5)]
    guess = Prediction("q", 0.8, "number", "share")
    legend = plots.green_dots(touchpoints.scores(one), prediction=guess).get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["your prediction"]


def test_what_a_dot_asks_can_be_said():
    ax = plots.green_dots(SCORES, fine="content")
    assert ax.get_xlabel() == "share of journeys that were content there"
    assert ax.get_title(loc="left") == "Content: touchpoints at 67% to 100%, the journey at 67%"


def test_without_a_judged_touchpoint_there_is_no_figure():
    with says("scores must have at least one touchpoint that was judged, got none"):
        plots.green_dots(touchpoints.scores(SURVEYS[6:]))


# --- channels --------------------------------------------------------------------------------------


def test_crude_and_adjusted_shares_stand_side_by_side_best_first():
    ax = plots.channel_gap(GAP)
    drawn = {line.get_label(): line.get_xdata() for line in ax.lines}
    assert drawn["as counted"].tolist() == pytest.approx([0.65, 34 / 60])
    assert drawn["for the same mix of cases"].tolist() == pytest.approx(
        [59 / 120, 83.2 / 120], abs=1e-6
    )
    assert [t.get_text() for t in ax.get_yticklabels()] == [
        "web\n60 journeys",
        "phone\n60 journeys",
    ]
    assert words(ax) == ["65%", "57%", "49%", "69%"]


def test_without_adjustment_there_is_one_mark_a_channel():
    ax = plots.channel_gap(channels.channel_gap(channels.mixed_cases()))
    assert [line.get_label() for line in ax.lines] == ["as counted"]
    assert ax.get_legend() is None
    assert ax.get_title(loc="left") == "web - phone: 8 points as counted"


def test_one_channel_has_a_title_of_its_own():
    one = channels.mixed_cases().assign(channel="web")
    ax = plots.channel_gap(channels.channel_gap(one))
    assert ax.get_title(loc="left") == "web: 61% of journeys resolved"


def test_without_shares_there_is_no_figure():
    unresolved = channels.mixed_cases().query("kind == 'contact'")
    with says("table must have at least one channel with a share, got none"):
        plots.channel_gap(channels.channel_gap(unresolved))


# --- links -----------------------------------------------------------------------------------------


def test_shares_are_drawn_as_they_are_with_the_truth_marked():
    ax = plots.linkage(HIDDEN)
    lines = [line for line in ax.lines if len(line.get_xdata()) == 3]
    assert [line.get_ydata().tolist() for line in lines] == [[0.8] * 3, [0.6, 0.5, 0.3]]
    assert len({line.get_linestyle() for line in lines}) == 2
    assert points(ax, "o") == [(0.0, 0.8)]
    assert points(ax, "s") == [(0.0, 0.6)]
    assert {"answered in time (CRM)", "resolved (CEM)"} <= set(words(ax))
    assert (
        ax.get_title(loc="left") == "With 100% of the links hidden, resolved is 30 points too low"
    )


def test_other_units_are_drawn_as_parts_of_the_truth():
    ax = plots.linkage(HIDDEN.assign(value=HIDDEN["value"] * 50, low=None, high=None))
    drawn = [line.get_ydata().tolist() for line in ax.lines if len(line.get_xdata()) == 3]
    assert drawn[1] == pytest.approx([1.0, 5 / 6, 0.5])
    assert (
        ax.get_title(loc="left") == "With 100% of the links hidden, resolved is at 50% of the truth"
    )
    assert ax.get_ylabel() == "part of the truth"


def test_small_shares_have_an_axis_of_their_own():
    small = HIDDEN[HIDDEN["lens"] == "CEM"].assign(value=[0.13, 0.11, 0.09])
    assert plots.linkage(small).get_ylim() == pytest.approx((0, 0.13 * 1.2 * 1.08))
    assert plots.linkage(HIDDEN).get_ylim() == pytest.approx((0, 1.08))
    zero = plots.linkage(small.assign(value=0.0))
    assert zero.get_ylim() == pytest.approx((0, 1.08))


def test_the_guess_of_a_share_is_a_star_at_the_right_end():
    small = HIDDEN[HIDDEN["lens"] == "CEM"].assign(value=[0.13, 0.11, 0.09])
    ax = plots.linkage(small, prediction=Prediction("q", 0.3, "percent", "come back"))
    assert points(ax, "*") == [(1.0, 0.3)]
    assert ax.get_ylim()[1] > 0.3
    multiples = HIDDEN.assign(value=HIDDEN["value"] * 50, low=None, high=None)
    guess = Prediction("q", 0.3, "number", "contacts")
    assert points(plots.linkage(multiples, prediction=guess), "*") == []


def test_names_of_lines_that_meet_are_moved_apart():
    ax = plots.linkage(HIDDEN.assign(value=0.5, low=None, high=None))
    ax.figure.canvas.draw()
    boxes = sorted((Text.get_window_extent(t) for t in ax.texts), key=lambda box: box.y0)
    assert boxes[0].y1 <= boxes[1].y0 + 1


def test_linkage_says_what_is_missing():
    with says("table must have rows at share 0 (the truth), got none"):
        plots.linkage(HIDDEN[HIDDEN["share"] > 0])
    zero = HIDDEN.assign(value=np.array([0.0, 1, 2, 3, 4, 5]), low=None, high=None)
    with says(
        "table must have no truth of 0 where a measure goes beyond [0, 1], got 'answered in time': leave it out"
    ):
        plots.linkage(zero)
