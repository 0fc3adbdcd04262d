"""What the figures of returns show, read back from their axes."""

import re

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from cemlab import plots
from cemlab.classroom.exercises import Prediction
from cemlab.crm import roi
from cemlab.plots.returns.assumption_names import NAMES
from cemlab.plots.returns.distribution import percent

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
    "hours_waited": lambda **given: plots.hours_waited(CONTACTS, **given),
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


@pytest.mark.parametrize("name", [*FIGURES, "roi_board", "roi_glance"])
def test_figures_can_share_axes(name):
    ax = plots.new_axes()
    draw = FIGURES.get(name, lambda **given: getattr(plots, name)(MADE, **given))
    assert draw(ax=ax) is ax
    assert ax.get_xlabel() or name in ("roi_board", "roi_glance")


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


def test_the_range_of_nine_draws_in_ten_and_the_mean_can_be_read():
    ax = plots.roi_distribution(pd.DataFrame({"roi": np.linspace(-1.0, 1.0, 201)}))
    assert {"−90%", "90%"} <= set(words(ax))
    assert shown(ax)["nine draws in ten"].get_xdata() == pytest.approx([-0.9, 0.9])
    assert shown(ax)["mean: 0%"].get_xdata() == pytest.approx([0])
    skewed = pd.DataFrame({"roi": [*np.linspace(-1.0, 1.0, 198), 9.0, 30.0]})
    assert (
        "1% of the draws lie further right, up to 3,000%"
        in plots.roi_distribution(skewed).get_xlabel()
    )


def test_one_return_without_spread_is_drawn():
    ax = plots.roi_distribution(pd.DataFrame({"roi": [-1.0, -1.0]}))
    assert ax.get_title(loc="left") == "A loss in 100% of the draws; the middle return is −100%"
    with says("draws must be at least one finite return, got 0 draws"):
        plots.roi_distribution(pd.DataFrame({"roi": []}))


# --- tornado -----------------------------------------------------------------------------------


def test_bars_of_the_tornado_run_between_the_two_returns():
    ax = plots.tornado(MADE.tornado)
    rows = MADE.tornado[MADE.tornado["swing"] > 0]
    assert ticks(ax) == ["price of a study", "studies", "cost of tools", "agency fee for a hire"]
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
    # Triangle from 3,000 over 4,000 to 9,000: 3,000 + root(.05 x 6 m), 9,000 - root(.05 x 30 m).
    assert places["3,500"] == pytest.approx(cost["roi_low"])
    assert places["7,800"] == pytest.approx(cost["roi_high"])
    assert places["7,800"] < places["3,500"]  # a higher cost returns less


def test_the_bar_that_was_guessed_is_marked_and_options_are_numbered():
    listed = ["hiring.fee", "tools.cost"]
    guess = Prediction("x", 2.0, "number", "in the list")
    ax = plots.tornado(MADE.tornado, most=1, listed=listed, prediction=guess)
    assert ticks(ax) == ["price of a study", "cost of tools  [2]", "agency fee for a hire  [1]"]
    assert "1 smaller bars left out" in ax.get_xlabel()
    marked = [text.xy[1] for text in ax.texts if text.get_text() == "your prediction"]
    assert marked == [ticks(ax).index("cost of tools  [2]")]
    other = plots.tornado(MADE.tornado, listed=listed, prediction="2")
    assert "your prediction" not in words(other)
    with says(f"listed must be one of {', '.join(MADE.tornado.index)}, got 'luck'"):
        plots.tornado(MADE.tornado, listed=["luck"])


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
    assert (
        title
        == f"On average research brings {share:.0%} of all benefits, tools is 100% of all costs"
    )
    costs = MADE.lines[MADE.lines["kind"] == "cost"]
    assert plots.roi_lines(costs).get_title(loc="left") == "On average tools is 100% of all costs"
    with says("lines must be at least one benefit or cost, got none"):
        plots.roi_lines(MADE.lines.head(0))


# --- up to ---------------------------------------------------------------------------------------


def test_the_best_grows_and_the_mean_stays():
    ax = plots.up_to(MAXIMA.sample(frac=1, random_state=1), claim=0.67)
    drawn = [line.get_ydata() for line in ax.lines]
    for column, line in zip(("value", "true_of_best", "mean"), drawn, strict=False):
        np.testing.assert_allclose(line, MAXIMA[column])
    assert drawn[3] == [0.67, 0.67]
    assert {"the best, as measured", "the best, in truth", "mean of all",
            'told: "up to 67%"'} <= set(words(ax))  # fmt: skip
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "10", "100"]
    low, high = ax.get_ylim()
    assert low < MAXIMA["low"].min()
    assert high > MAXIMA["high"].max()
    wide = roi.maxima([1, 10], mean=0, sd=1, level=0.9)
    assert "of 100 such vendors, 90 show a best in here" in shown(plots.up_to(wide))
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
    # The title speaks of the bar on top.
    assert ticks(right)[0] == "price of a study"
    first, second = (percent(x) for x in MADE.tornado[["roi_low", "roi_high"]].iloc[0])
    chance = f"{MADE.chance_of_loss.value:.0%}"
    assert ax.get_title(loc="left") == (
        f"A loss in {chance} of the draws. Price of a study: the return goes from {first} to {second}"
    )
    known = MADE.suppose(MADE.assumptions["likely"].to_dict())
    assert [text.get_text() for text in plots.roi_board(known).child_axes[1].texts] == [
        "nothing varies"
    ]


def test_a_glance_names_what_moves_the_return():
    ax = plots.roi_glance(MADE, most=1)
    (part,) = ax.child_axes
    assert part.get_xlabel() == "return on investment"
    head, first = (text.get_text() for text in ax.texts)
    low, high = (percent(x) for x in sorted(MADE.tornado[["roi_low", "roi_high"]].iloc[0]))
    assert head == "What moves the return most, alone:"
    assert first == f"price of a study\n    {low} to {high}, {MADE.tornado['mark'].iloc[0]}"
    assert ax.get_title(loc="left") == f"A loss in {MADE.chance_of_loss.value:.0%} of the draws"
    known = MADE.suppose(MADE.assumptions["likely"].to_dict())
    assert [text.get_text() for text in plots.roi_glance(known).texts] == ["Nothing is left open."]


# --- tables and boards -----------------------------------------------------------------------


def test_a_table_of_assumptions_shows_what_sources_say_in_full():
    shown = plots.assumption_table(roi.assumptions("example-retailer")).data
    for words in ("2,531", "11,940", "3,200", "12 m", "people trained", "contested", "CNBC"):
        assert words in shown
    assert shown.count(">ideas<") == 1  # the line stands once
    assert "3,162" not in shown


def test_a_board_shows_the_middle_and_what_drives_it():
    ax = plots.roi_board(MADE)
    left, right = ax.child_axes
    median = f"{MADE.roi.value:.0%}".replace("-", "−")
    assert words(left) == [f"middle (dashed): {median}"]
    assert {"assumed", "contested"} <= set(words(right))
    assert "price of a study" in ticks(right)
    known = roi.calculator({"tools": {"cost": 5}}, runs=2, rng=1)
    assert "nothing varies" in words(plots.roi_board(known).child_axes[1])


def test_every_assumption_of_the_examples_has_a_name_of_its_own():
    for example in roi.examples():
        assert set(roi.assumptions(example).index) <= set(NAMES)
    assert len(set(NAMES.values())) == len(NAMES)


def test_the_parts_of_the_spread_add_up():
    made = roi.calculator("example-retailer", runs=2048, rng=1)
    _, *rows = plots.spread_table(made.tornado, most=3).data.split("<tr><td")
    parts = [float(re.findall(r">([^<]*)</td>", row)[2]) for row in rows]
    assert len(parts) == 5
    assert sum(parts) == pytest.approx(100, abs=2)
    assert parts[0] == round(100 * made.tornado["variance_share"].max())
    with says("most must be a whole number of at least 1, got 0"):
        plots.spread_table(made.tornado, most=0)


# --- hours -----------------------------------------------------------------------------------

CONTACTS = {
    "two": pd.DataFrame({"channel": ["phone"] * 2, "waited_min": [30.0, 90.0]}),
    "one": pd.DataFrame({"channel": ["web", "phone"], "waited_min": [300.0, 60.0]}),
}


def test_hours_are_drawn_apart_by_desk_and_channel():
    ax = plots.hours_waited(CONTACTS, prediction=Prediction("x", 7.0, "number", "hours"))
    assert ticks(ax) == ["two: phone", "one: phone", "one: web"]
    assert [bar.get_width() for bar in ax.patches] == [2, 1, 5]
    assert {"2 h", "1 h", "5 h", "Your prediction: 7 hours"} <= set(words(ax))
    assert [7, 7] in [list(line.get_xdata()) for line in ax.lines]
    assert ax.get_xlim()[1] > 7
    assert ax.get_title(loc="left") == "Customers waited longest at one, web: 5 hours"
    with says("contacts must be at least one contact, got none"):
        plots.hours_waited({})
