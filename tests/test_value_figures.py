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
    for text in (ax._left_title, *ax.texts, *ax.get_legend().get_texts()):
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
        "Still there after 12 periods: 38% (sBG), 27% (geometric); counted 39%"
    )
    assert line(ax, "sBG").get_ydata()[7] == pytest.approx(FITS[0].survival(7)["value"].iloc[0])
    assert line(ax, "counted later").get_ydata()[-1] == 0.394
    guess = Prediction("x", 0.3, "percent", "still there")
    star = line(plots.survival_curves(KEPT, *FITS, prediction=guess), "your prediction")
    assert (star.get_xdata()[0], star.get_ydata()[0]) == (12, 0.3)
    alone = plots.survival_curves(KEPT, periods=7)
    assert alone.get_title(loc="left") == "Still there after 7 periods: 49%"
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
