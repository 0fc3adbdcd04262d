"""What the figures of service quality show, read back from their axes."""

import re

import numpy as np
import pandas as pd
import pytest

from cemlab import estimate, plots
from cemlab.cem import surveys

PARTS = {"speed": ["quick", "on time"], "care": ["kind", "polite"]}
EXPECT = pd.DataFrame({"quick": [7, 6, 7, 6], "on time": [7, 6, 6, 7], "kind": [5, 5, 4, 6], "polite": [5, 4, 4, 5]})  # fmt: skip
FOUND = pd.DataFrame({"quick": [4, 3, 5, 3], "on time": [3, 4, 3, 4], "kind": [5, 5, 5, 5], "polite": [5, 5, 4, 5]})  # fmt: skip
QUALITY = surveys.servqual(EXPECT, FOUND, dimensions=PARTS)
KANO = surveys.kano(
    {"seat": 30 * [2], "upgrade": 10 * [1] + 10 * [3] + 10 * [2], "fee": 30 * [5]},
    {"seat": 29 * [5] + [3], "upgrade": 20 * [3] + 10 * [5], "fee": 30 * [1]},
)
RNG = np.random.default_rng(1)
RATED = pd.DataFrame(RNG.integers(1, 6, (400, 2)), columns=["delivery", "extras"])
OVERALL = 6 - 2.0 * (RATED["delivery"] <= 2) + 1.5 * (RATED["extras"] >= 4) + RNG.normal(0, 1, 400)
CONTRASTS = surveys.penalty_reward(OVERALL, RATED, low=2, high=4)
SCORE = np.array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10] * 2)
SPEND = np.array([8, 12, 16, 20, 20, 20, 20, 21, 22, 23] * 2)
CURVE = surveys.satisfaction_curve(SCORE, SPEND, kinks=(4, 7))
ALPHAS = estimate.table(
    {
        name: surveys.cronbach_alpha(RNG.normal(0, 1, (80, 1)) * load + RNG.normal(0, 1, (80, 4)))
        for name, load in (("good", 2.0), ("poor", 0.4))
    }
)
FIGURES = {
    "servqual_gaps": lambda **given: plots.servqual_gaps(QUALITY, **given),
    "kano_map": lambda **given: plots.kano_map(KANO, **given),
    "penalty_reward": lambda **given: plots.penalty_reward(CONTRASTS, **given),
    "satisfaction_curve": lambda **given: plots.satisfaction_curve(CURVE, **given),
}


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def words(ax):
    return [text.get_text() for text in ax.texts]


def title(ax):
    return ax.get_title(loc="left")


@pytest.mark.parametrize("name", FIGURES)
def test_a_prediction_stands_beside_the_result_and_a_title_may_be_given(name):
    ax = FIGURES[name](prediction="as usual", title="Mine")
    assert "Your prediction: as usual" in words(ax)
    assert title(ax) == "Mine"
    same = plots.new_axes()
    assert FIGURES[name](ax=same) is same


def test_gaps_stand_with_the_widest_on_top_and_their_intervals():
    ax = plots.servqual_gaps(QUALITY)
    ticks = [tick.get_text() for tick in ax.get_yticklabels()]
    assert ticks == ["speed\n(n = 4)", "care\n(n = 4)"]
    rows = QUALITY.dimensions.sort_values("gap")
    shown = {line.get_label(): line.get_xdata().tolist() for line in ax.lines}
    assert shown["expected"] == rows["expectation"].tolist()
    assert shown["found"] == rows["perception"].tolist()
    assert any(text.startswith("−2.88  [") for text in words(ax))
    assert title(ax) == "1 of 2 dimensions falls short, most of all speed (−2.88)"


def test_a_gap_without_an_interval_says_so():
    ax = plots.servqual_gaps(surveys.servqual(EXPECT[:1], FOUND[:1], dimensions=PARTS))
    assert "−3.50  no interval" in words(ax)
    assert title(ax) == "0 of 2 dimensions fall short"


def test_perceptions_alone_have_no_gaps_to_draw():
    with says("found must have gaps, got perceptions only: use servqual"):
        plots.servqual_gaps(surveys.servperf(FOUND, dimensions=PARTS))


def test_the_map_shows_better_against_worse_and_what_is_not_clear():
    ax = plots.kano_map(KANO)
    points = {box.get_label(): box.lines[0] for box in ax.containers}
    seat, upgrade = (points[name] for name in ("must-be", "must-be, not clear"))
    assert [seat.get_xdata()[0], seat.get_ydata()[0]] == pytest.approx([29 / 30, 0])
    assert [upgrade.get_xdata()[0], upgrade.get_ydata()[0]] == pytest.approx([1 / 3, 1 / 3])
    assert upgrade.get_markerfacecolor() == "white"
    assert {"seat", "upgrade"} <= set(words(ax))
    assert "fee" not in words(ax)
    assert title(ax).startswith("1 of 2 attributes lies surely in one quarter")


def test_only_reverse_answers_have_no_map():
    with says("found must have an attribute with coefficients, got only reverse or questionable answers"):  # fmt: skip
        plots.kano_map(surveys.kano([5], [1]))


def test_bars_are_penalties_and_rewards_with_the_widest_on_top():
    ax = plots.penalty_reward(CONTRASTS)
    rows = CONTRASTS.attributes.loc[["delivery", "extras"]]
    bars = {box.get_label(): [bar.get_width() for bar in box] for box in ax.containers if hasattr(box, "patches")}  # fmt: skip
    assert bars["bad scores (penalty)"] == pytest.approx(rows["penalty"].tolist())
    assert bars["good scores (reward)"] == pytest.approx(rows["reward"].tolist())
    assert {"basic", "excitement"} <= set(words(ax))
    assert title(ax) == "2 attributes: 1 basic, 1 excitement"


def test_reliability_is_told_from_a_limit_by_its_interval():
    ax = plots.reliability(ALPHAS)
    assert title(ax) == "1 of 2 scales surely reaches 0.7"
    assert f"{ALPHAS.loc['good', 'value']:.2f}" in words(ax)
    markers = [line.get_marker() for line in ax.lines if line.get_marker() in ("o", "D")]
    assert markers == ["o", "D"]


def test_items_may_be_spared_and_some_figures_are_not_defined():
    table = surveys.item_analysis([[1, 2, 5], [2, 3, 4], [4, 3, 2], [5, 4, 1]])
    ax = plots.reliability(table, enough=0.5)
    assert "not defined" in words(ax)
    assert title(ax) == "0 of 3 items can each be spared: the others surely reach 0.5"


def test_says_what_a_table_of_reliability_must_be():
    with says("table must be at least one row of value, low, high and n, got 1 rows without high, low, n"):  # fmt: skip
        plots.reliability(pd.DataFrame({"value": [0.8]}))


def test_the_curve_shows_its_zone_and_the_means_of_the_data():
    ax = plots.satisfaction_curve(CURVE, data=([*SCORE, np.nan], [*SPEND, 3]))
    assert title(ax) == "A point lost below 4 costs 4, a point gained above 7 brings 1"
    means = ax.collections[0].get_offsets()
    assert means.tolist() == [[float(x), float(y)] for x, y in zip(SCORE[:10], SPEND[:10], strict=True)]  # fmt: skip
    line = next(line for line in ax.lines if line.get_label() == "fitted")
    assert line.get_xdata().tolist() == [1, 4, 7, 10]
    assert line.get_ydata() == pytest.approx([8, 20, 20, 23])
