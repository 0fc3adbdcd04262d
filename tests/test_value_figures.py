"""What the figures of customers' value show, read back from their axes."""

import re

import numpy as np
import pandas as pd
import pytest

from cemlab import datasets, plots
from cemlab.classroom.exercises import Prediction
from cemlab.crm import value

SHOP = datasets.load("cdnow-summary")
BG = value.bg_nbd(SHOP)
KEPT = [1000, 869, 743, 653, 593, 551, 517, 491]
FITS = value.sbg(KEPT), value.geometric(KEPT)
WORTH = pd.DataFrame({"value": [60.0, 20, 10, 5, 5, 0, 0, 0, 0, 0]})
FIGURES = {
    "tracking": lambda **given: plots.tracking(BG, SHOP, t=39, **given),
    "alive": lambda **given: plots.alive(BG, age=39, **given),
    "survival_curves": lambda **given: plots.survival_curves(KEPT, *FITS, **given),
    "retention_curves": lambda **given: plots.retention_curves(KEPT, *FITS, **given),
    "forecasts": lambda **given: plots.forecasts(
        {"formula": 50, "model": 105}, counted=100, unit="purchases", **given
    ),
    "clv_range": lambda **given: plots.clv_range(WORTH, **given),
}


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def line(ax, label):
    return next(drawn for drawn in ax.lines if drawn.get_label().startswith(label))


@pytest.mark.parametrize("name", FIGURES)
def test_a_prediction_stands_beside_the_result_and_everything_fits(name):
    ax = FIGURES[name](prediction="7 apples", title="Given")
    assert "Your prediction: 7 apples" in [text.get_text() for text in ax.texts]
    assert ax.get_title(loc="left") == "Given"
    ax = FIGURES[name]()
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    ax.figure.canvas.draw()
    width = ax.figure.bbox.width
    key = ax.get_legend().get_texts() if ax.get_legend() else []
    for text in (ax._left_title, *ax.texts, *key):
        box = text.get_window_extent()
        assert box.x0 >= 0
        assert box.x1 <= width
    shared = plots.new_axes()
    assert FIGURES[name](ax=shared) is shared


def test_tracking_shows_means_of_what_was_counted_and_expected():
    ax = FIGURES["tracking"]()
    drawn = line(ax, "expected").get_ydata()
    expected = BG.conditional_purchases(SHOP, 39)
    assert drawn[2] == pytest.approx(expected[SHOP["frequency"] == 2].mean())
    assert drawn[7] == pytest.approx(expected[SHOP["frequency"] >= 7].mean())
    counted = ax.containers[0].lines[0].get_ydata()
    assert counted[1] == pytest.approx(SHOP.loc[SHOP["frequency"] == 1, "frequency_holdout"].mean())
    assert ax.get_title(loc="left") == "Expected 1,653 purchases, counted 1,882: 12% too few"
    assert ax.get_xticklabels()[0].get_text() == "0\nn=1,411"


def test_tracking_needs_a_holdout():
    with says("summary must have a column frequency_holdout, got ['frequency', 'recency', 'age']"):
        plots.tracking(BG, SHOP[["frequency", "recency", "age"]], t=39)


def test_silence_says_more_of_busy_customers():
    ax = FIGURES["alive"]()
    few, many = line(ax, "1 repeat purchase"), line(ax, "20 repeat purchases")
    assert many.get_ydata()[0] > few.get_ydata()[0]
    assert many.get_ydata()[100] < few.get_ydata()[100]
    chance = BG.alive({"frequency": 1, "recency": 39.0, "age": 39.0}).iloc[0]
    assert few.get_ydata()[0] == pytest.approx(chance)
    with says("age must be above 0, got 0"):
        plots.alive(BG, age=0)


def test_survival_curves_show_counts_models_and_what_came_later():
    ax = plots.survival_curves(KEPT, *FITS, later=[468, 445, 427, 409, 394])
    assert ax.get_title(loc="left") == (
        "Left after 12 periods: 38% if customers differ, 27% if alike; counted 39%"
    )
    assert line(ax, "customers differ").get_ydata()[7] == pytest.approx(
        FITS[0].survival(7)["value"].iloc[0]
    )
    assert line(ax, "counted later").get_ydata()[-1] == 0.394
    guess = Prediction("x", 0.3, "percent", "still there")
    star = line(plots.survival_curves(KEPT, *FITS, prediction=guess), "your prediction")
    assert (star.get_xdata()[0], star.get_ydata()[0]) == (12, 0.3)
    alone = plots.survival_curves(KEPT, periods=7)
    assert alone.get_title(loc="left") == "Left after 7 periods: 49%"
    with says("periods must be a whole number of at least 7, got 3"):
        plots.survival_curves(KEPT, periods=3)


def test_best_customers_hold_their_part_in_any_order():
    ax = plots.clv_range(WORTH.sample(frac=1, random_state=1), shares=[0.1, 0.2])
    assert ax.get_title(loc="left") == "The best 20% of 10 customers hold 80% of the value"
    assert np.all(np.diff(line(ax, "as expected").get_ydata()) >= 0)
    with says("values must be finite, at least 0 and not all 0, got none"):
        plots.clv_range(WORTH.head(0))
    with says("values must be finite, at least 0 and not all 0, got 0 to 0"):
        plots.clv_range(WORTH * 0)


def test_retention_is_counted_among_those_still_there():
    ax = plots.retention_curves(KEPT, *FITS)
    counted = line(ax, "counted")
    assert counted.get_xdata().tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert counted.get_ydata() == pytest.approx([0.869, 743 / 869, 653 / 743, 593 / 653, 551 / 593, 517 / 551, 491 / 517])  # fmt: skip
    rising, flat = line(ax, "customers differ").get_ydata(), line(ax, "one retention").get_ydata()
    assert (np.diff(rising) > 0).all()
    assert flat == pytest.approx(np.full(12, 1 - FITS[1].params["churn"]))
    assert ax.get_ylim() == (0.8, 1.0)
    assert "axis from 80%" in ax.get_ylabel()
    ax.figure.canvas.draw()
    inside = [0.8 - 1e-9 <= place <= 1 + 1e-9 for place in ax.get_yticks()]
    labels = [tick.get_text() for tick, seen in zip(ax.get_yticklabels(), inside, strict=True) if seen]  # fmt: skip
    assert labels == ["80%", "85%", "90%", "95%", "100%"]


def test_a_guess_of_the_last_retention_is_seen_wherever_it_lies():
    given = Prediction(id="guess", value=0.35, form="percent", unit="")
    ax = plots.retention_curves(KEPT, periods=9, prediction=given)
    star = line(ax, "your prediction")
    assert (star.get_xdata()[0], star.get_ydata()[0]) == (9, 0.35)
    assert ax.get_ylim()[0] == pytest.approx(0.3)
    low = plots.retention_curves([10, 0])
    assert low.get_ylim()[0] == 0
    assert "axis from" not in low.get_ylabel()


@pytest.mark.parametrize("wrong", [[5], [[5, 4]], [5, 0, 0]])
def test_retention_needs_somebody_who_could_leave(wrong):
    rule = "survival must be one list of at least 2 numbers, all but the last above 0"
    with says(f"{rule}, got {wrong!r}"):
        plots.retention_curves(wrong)


def test_one_and_many_repeats_are_named_rightly():
    titles = [plots.alive(BG, age=39, frequencies=(k, 8)).get_title(loc="left") for k in (1, 2)]
    assert ["with 1 repeat," in titles[0], "with 2 repeats," in titles[1]] == [True, True]


def test_contracts_name_their_periods():
    later = [468, 445, 427, 409, 394]
    ax = plots.survival_curves(KEPT, *FITS, later=later, unit="year")
    assert ax.get_title(loc="left").startswith("Left after 12 years: 38%")
    assert ax.get_xlabel() == "years since the contract began"
    assert "known years" in [text.get_text() for text in ax.texts]
    ax.figure.canvas.draw()
    assert ax._left_title.get_window_extent().x1 <= ax.figure.bbox.x1
    ax = plots.retention_curves(KEPT, unit="year")
    assert ax.get_xlabel() == "year"
    assert ax.get_title(loc="left") == "Retention goes from 87% in year 1 to 95% in year 7"


def test_a_guess_of_a_chance_is_marked_in_the_middle_of_the_silence():
    given = Prediction("x", 0.7, "percent", "")
    ax = plots.alive(BG, age=39, frequencies=(2, 8), unit="weeks", prediction=given)
    star = line(ax, "your prediction")
    assert (star.get_xdata()[0], star.get_ydata()[0]) == (19.5, 0.7)
    assert ax.get_xlabel() == "weeks since the last purchase (of 39 since the first)"
    assert ax.get_title(loc="left") == (
        "Silent half the time: 53% are still customers with 2 repeats, 8% with 8"
    )


def test_forecasts_stand_beside_what_was_counted():
    ax = FIGURES["forecasts"](prediction=Prediction("x", 140, "number", "purchases"))
    assert [bar.get_width() for bar in ax.patches] == [50, 105, 100]
    assert [name.get_text() for name in ax.get_yticklabels()] == ["formula", "model", "counted"]
    shown = [text.get_text().strip() for text in ax.texts]
    assert shown[:3] == ["50  50% too low", "105  5% too high", "100"]
    assert line(ax, "your prediction").get_xdata()[0] == 140
    assert ax.get_xlim()[1] > 140
    assert ax.get_title(loc="left") == "Counted 100: forecasts 50% too low to 5% too high"
    one = plots.forecasts({"model": 100}, counted=100, unit="purchases")
    assert one.get_title(loc="left") == "Counted 100: model exact"
    with says("counted must be above 0, got 0"):
        plots.forecasts({"model": 1}, counted=0, unit="purchases")
    with says("said must be one forecast or more, got none"):
        plots.forecasts({}, counted=1, unit="purchases")


def test_no_words_lie_on_the_line_of_equal_worth():
    value_of_all = pd.DataFrame({"value": np.r_[np.full(24, 27.0), np.full(212, 7.0), np.full(2121, 1.0)]})  # fmt: skip
    ax = plots.clv_range(value_of_all)
    ax.figure.canvas.draw()
    for words in ax.texts:
        box = words.get_window_extent().transformed(ax.transData.inverted())
        assert box.y0 > box.x1 or box.y1 < box.x0 or box.x0 > 0.5
