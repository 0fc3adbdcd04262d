"""What the figures of returns show, read back from their axes."""

import re

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from cemlab import plots
from cemlab.classroom.exercises import Prediction
from cemlab.crm import roi

GIVEN = {
    "research": {"studies": (1, 2, 4), "price": (1000, 4000), "as_good": 1},
    "hiring": {"hires": 2, "fee": {"distribution": "triangular", "low": 500, "likely": 600,
                                   "high": 700, "contested": True}, "replaced": 1},
    "tools": {"cost": (3000, 4000, 9000)},
}  # fmt: skip
MADE = roi.calculator(GIVEN, runs=2000, rng=1)
MAXIMA = roi.maxima([1, 10, 100], mean=0.05, sd=0.2, true_sd=0.1)
FIGURES = {
    "roi_distribution": lambda **given: plots.roi_distribution(MADE.draws, **given),
    "tornado": lambda **given: plots.tornado(MADE.tornado, **given),
    "roi_lines": lambda **given: plots.roi_lines(MADE.lines, **given),
    "up_to": lambda **given: plots.up_to(MAXIMA, **given),
}


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def shown(ax):
    return dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))


def words(ax):
    return [text.get_text() for text in ax.texts]


def ticks(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


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


@pytest.mark.parametrize("name", [*FIGURES, "roi_board"])
def test_figures_can_share_axes(name):
    ax = plots.new_axes()
    draw = FIGURES.get(name, lambda **given: plots.roi_board(MADE, **given))
    assert draw(ax=ax) is ax
    assert ax.get_xlabel() or name == "roi_board"


# --- distribution ----------------------------------------------------------------------------


def test_losses_and_gains_are_two_parts_of_all_draws():
    ax = plots.roi_distribution(MADE.draws)
    loss, gain = (part.get_data() for part in ax.patches)
    lost = (MADE.draws["roi"] < 0).mean()
    assert loss.values.sum() == pytest.approx(lost, abs=0.002)  # smallest 0.1 % left out
    assert gain.values.sum() == pytest.approx(1 - lost, abs=0.011)
    assert loss.edges[-1] == gain.edges[0] == pytest.approx(0, abs=1e-12)
    assert f"A loss in {lost:.0%} of the draws" in ax.get_title(loc="left")
    assert shown(ax)["break-even"].get_xdata() == [0, 0]


def test_a_kept_guess_of_the_return_is_drawn_even_off_the_picture():
    ax = plots.roi_distribution(MADE.draws, prediction=Prediction("x", 30.0, "percent", ""))
    assert shown(ax)["your prediction"].get_xdata() == [30, 30]
    assert ax.get_xlim()[1] >= 30


def test_one_return_without_spread_is_drawn():
    ax = plots.roi_distribution(pd.DataFrame({"roi": [-1.0, -1.0]}))
    assert ax.get_title(loc="left") == "A loss in 100% of the draws; the middle return is −100%"
    with says("draws must be at least one finite return, got 0 draws"):
        plots.roi_distribution(pd.DataFrame({"roi": []}))


# --- tornado -----------------------------------------------------------------------------------


def test_bars_of_the_tornado_run_between_the_two_returns():
    ax = plots.tornado(MADE.tornado)
    rows = MADE.tornado[MADE.tornado["swing"] > 0]
    assert ticks(ax) == ["research studies", "research price", "tools cost", "hiring fee"]
    for bar, (_, row) in zip(ax.patches, rows.iterrows(), strict=True):
        ends = sorted([row["roi_low"], row["roi_high"]])
        assert [bar.get_x(), bar.get_x() + bar.get_width()] == pytest.approx(ends)
    colours = {mpl.colors.to_hex(bar.get_facecolor()) for bar in ax.patches}
    assert len(colours) == 2  # assumed and contested
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend[-2:] == ["assumed", "contested"]


def test_ends_of_a_bar_say_what_was_assumed_there():
    ax = plots.tornado(MADE.tornado)
    cost = MADE.tornado.loc["tools.cost"]
    places = {text.get_text(): text.xy[0] for text in ax.texts}
    assert places["3,000"] == pytest.approx(cost["roi_low"])
    assert places["9,000"] == pytest.approx(cost["roi_high"])
    assert places["9,000"] < places["3,000"]  # a higher cost returns less


def test_bars_left_out_are_counted():
    ax = plots.tornado(MADE.tornado, most=1)
    assert len(ax.patches) == 1
    assert "3 smaller bars left out" in ax.get_xlabel()
    with says("table must have at least one assumption that moves the return, got none"):
        plots.tornado(MADE.tornado[MADE.tornado["swing"] == 0])
    with says("most must be a whole number of at least 1, got 0"):
        plots.tornado(MADE.tornado, most=0)


# --- lines -------------------------------------------------------------------------------------


def test_each_line_is_a_range_with_its_middle():
    ax = plots.roi_lines(MADE.lines, currency="EUR")
    assert ticks(ax) == ["research", "hiring", "tools"]
    ranges = [line.get_xdata() for line in ax.lines if line.get_linewidth() == 8]
    rows = MADE.lines.loc[ticks(ax)]
    np.testing.assert_allclose(ranges, rows[["low", "high"]])
    middles = [line.get_xdata()[0] for line in ax.lines
               if line.get_marker() in "os" and len(line.get_xdata())]  # fmt: skip
    assert middles == pytest.approx(rows["median"].tolist())
    assert ax.get_xlabel().startswith("EUR a year")
    assert "contested" in shown(ax)


def test_the_title_of_lines_names_the_largest_by_its_mean():
    share = MADE.lines.loc["research", "share"]
    title = plots.roi_lines(MADE.lines).get_title(loc="left")
    assert title == f"Research brings {share:.0%} of all benefits, tools is 100% of all costs"
    costs = MADE.lines[MADE.lines["kind"] == "cost"]
    assert plots.roi_lines(costs).get_title(loc="left") == "Tools is 100% of all costs"
    with says("lines must be at least one benefit or cost, got none"):
        plots.roi_lines(MADE.lines.head(0))


# --- up to ---------------------------------------------------------------------------------------


def test_the_best_grows_and_the_mean_stays():
    ax = plots.up_to(MAXIMA.sample(frac=1, random_state=1), claim=0.67)
    lines = shown(ax)
    assert lines["best of n, as measured"].get_ydata() == pytest.approx(MAXIMA["value"].to_numpy())
    assert lines["mean of all"].get_ydata().tolist() == [0.05] * 3
    assert lines["what that best one truly does"].get_ydata() == pytest.approx(
        MAXIMA["true_of_best"].to_numpy()
    )
    assert lines['told: "up to 67%"'].get_ydata() == [0.67, 0.67]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "10", "100"]
    low, high = ax.get_ylim()
    assert low < MAXIMA["low"].min()
    assert high > MAXIMA["high"].max()
    wide = roi.maxima([1, 10], mean=0, sd=1, level=0.9)
    assert "90 of 100 maxima" in shown(plots.up_to(wide))
    guess = Prediction("x", 40.0, "number", "shops")
    assert shown(plots.up_to(MAXIMA, prediction=guess))["your prediction"].get_xdata() == [40, 40]
    zero = Prediction("x", 0.0, "number", "shops")  # no place on this scale
    assert "your prediction" not in shown(plots.up_to(MAXIMA, prediction=zero))
    with says("table must have at least one number of experiments, got none"):
        plots.up_to(MAXIMA.head(0))


# --- board -----------------------------------------------------------------------------------------


def test_the_board_holds_the_distribution_and_the_tornado():
    ax = plots.roi_board(MADE, most=2)
    left, right = ax.child_axes
    assert left.get_xlabel() == "return on investment"
    assert len(ticks(right)) == 2
    first = MADE.drivers.iloc[0]
    assert ax.get_title(loc="left").endswith(
        f"{first['line']} {first['input']} is {first['share']:.0%} of what is open"
    )
    known = MADE.suppose(MADE.assumptions["likely"].to_dict())
    assert [text.get_text() for text in plots.roi_board(known).child_axes[1].texts] == [
        "nothing varies"
    ]
