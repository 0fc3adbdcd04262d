"""Uplift: curves by hand, the ideal area, and why a score of risk picks the wrong customers."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cemlab.crm.value import (
    FOUR_TYPES,
    ideal_qini,
    simulate_four_types,
    targeting,
    targeting_difference,
)

patiently = settings(deadline=None, max_examples=25, derandomize=True)
SHARES = dict(zip(FOUR_TYPES, (0.5, 0.2, 0.2, 0.1), strict=True))
N = 40_000
TRIAL = simulate_four_types(N, shares=SHARES, rng=1)
EIGHT = pd.DataFrame({"treated": [1, 0, 1, 0, 1, 0, 1, 0], "outcome": [1, 0, 1, 0, 1, 1, 0, 0]})


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def test_a_curve_by_hand():
    """Upper half: 2 of 2 against 0 of 2; all: 3 of 4 against 1 of 4. Areas .125 + .25."""
    found = targeting(EIGHT, [2, 2, 2, 2, 1, 1, 1, 1], groups=2, rng=1)
    assert found.curve["value"].to_dict() == {0.0: 0.0, 0.5: 0.5, 1.0: 0.5}
    assert found.curve["random"].tolist() == [0, 0.25, 0.5]
    assert found.figures["auuc"] == 0.375
    assert found.figures["qini"] == 0.125
    assert found.figures["effect"] == 0.5
    assert found.groups[
        ["treated", "kept_treated", "kept_control", "value"]
    ].to_numpy().tolist() == [
        [2, 1, 0, 1],
        [2, 0.5, 0.5, 0],
    ]


def test_uplift_by_group_has_newcombes_interval():
    """56 of 70 against 48 of 80: .2, .0524 to .3339 (Newcombe 1998, method 10)."""
    trial = pd.DataFrame(
        {"treated": [1] * 70 + [0] * 80, "outcome": [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32}
    )
    found = targeting(trial, np.ones(150), rng=1)
    assert found.groups[["value", "low", "high", "n"]].to_numpy()[0] == pytest.approx(
        [0.2, 0.0524, 0.3339, 150], abs=5e-5
    )
    effect = found.figures["effect"]
    assert [effect.low, effect.high] == pytest.approx([0.0524, 0.3339], abs=5e-5)
    assert found.figures["qini"] == pytest.approx(0)


def plain(trial, score, groups):
    """Rank, group and difference in plain Python."""
    n = len(trial)
    rows = list(zip(trial["treated"], trial["outcome"], score, strict=True))
    place = []
    for _, _, s in rows:
        above, equal = sum(x > s for _, _, x in rows), sum(x == s for _, _, x in rows)
        place.append((2 * above + equal) * groups // (2 * n))
    points = [(0.0, 0.0)]
    for last in sorted(set(place)):
        some = [(t, y) for (t, y, _), g in zip(rows, place, strict=True) if g <= last]
        arms = [[y for t, y in some if t == arm] for arm in (1, 0)]
        if all(arms):
            gap = np.mean(arms[0]) - np.mean(arms[1])
            points.append((len(some) / n, len(some) / n * gap))
    return points


@patiently
@given(
    st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 5)), min_size=4, max_size=30),
    st.randoms(),
)
def test_curves_agree_with_plain_python_in_any_order(rows, luck):
    rows = [(True, True, 5), (False, True, 5), *rows]
    trial = pd.DataFrame(rows, columns=["treated", "outcome", "score"])
    found = targeting(trial, trial["score"], groups=4, draws=100, rng=1)
    points = list(zip(found.curve.index, found.curve["value"], strict=True))
    assert np.array(points) == pytest.approx(np.array(plain(trial, trial["score"], 4)))
    luck.shuffle(rows)
    other = pd.DataFrame(rows, columns=["treated", "outcome", "score"])
    again = targeting(other, other["score"], groups=4, draws=100, rng=1)
    pd.testing.assert_frame_equal(again.curve, found.curve)


def test_groups_add_up_to_all():
    found = targeting(TRIAL, np.random.default_rng(1).normal(size=N), rng=2)
    assert found.groups["customers"].tolist() == [N // 10] * 10
    assert found.groups["treated"].sum() == TRIAL["treated"].sum()
    assert found.curve["value"].iloc[-1] == pytest.approx(found.figures["effect"])


def test_the_ideal_area_has_a_closed_form():
    """P = .2, D = .1: (.16 + .09) / 2 = .125, found within its sampling error."""
    found = targeting(TRIAL, TRIAL["uplift"], groups=100, rng=3).figures["qini"]
    assert ideal_qini(persuadables=0.2, sleeping_dogs=0.1) == pytest.approx(0.125)
    error = (found.high - found.low) / (2 * 1.96)
    assert found == pytest.approx(0.125, abs=4 * error)


def test_risk_finds_persuadables_only_together_with_lost_causes():
    """With R = P + L = .4 at risk the area is (P (1 - R) + D R) / 2 = .08, not .125."""
    risk = targeting(TRIAL, TRIAL["risk"], groups=100, rng=3).figures["qini"]
    error = (risk.high - risk.low) / (2 * 1.96)
    assert risk == pytest.approx(0.08, abs=4 * error)
    gap = targeting_difference(TRIAL, TRIAL["uplift"], TRIAL["risk"], rng=4)
    assert gap.low > 0
    assert gap == pytest.approx(gap.parts["one"] - gap.parts["other"])
    assert gap == pytest.approx(0.045, abs=4 * (gap.high - gap.low) / (2 * 1.96))


def test_risk_is_worse_than_chance_where_those_at_risk_are_sleeping_dogs():
    """They stay with .4 if left alone, and with .1 if reminded; the persuadable seem safe."""
    chances = {"sleeping dog": (0.4, 0.1), "persuadable": (0.7, 1.0)}
    trial = simulate_four_types(
        N, shares=dict.fromkeys(("sleeping dog", "persuadable"), 0.5), chances=chances, rng=5
    )
    assert targeting(trial, trial["risk"], rng=6).figures["qini"].high < 0
    assert targeting(trial, trial["uplift"], rng=6).figures["qini"].low > 0


def test_noise_makes_a_score_worse_and_chance_is_worth_nothing():
    noisy = simulate_four_types(N, shares=SHARES, noise=1.0, rng=1)
    best = targeting(noisy, TRIAL["uplift"], rng=1).figures["qini"]
    blurred = targeting(noisy, noisy["uplift"], rng=1).figures["qini"]
    chance = targeting(noisy, np.random.default_rng(9).normal(size=N), rng=1).figures["qini"]
    assert best > blurred.high > blurred.low > chance.high
    assert chance.low < 0 < chance.high


def test_intervals_of_the_area_hold_as_often_as_they_say():
    """150 trials of 1000; a tie of all scores within types keeps the ideal exact."""
    inside, runs = 0, 150
    for k in range(runs):
        trial = simulate_four_types(1000, shares=SHARES, rng=k)
        found = targeting(trial, trial["uplift"], draws=200, rng=k).figures["qini"]
        inside += found.low <= 0.125 <= found.high
    assert inside / runs >= 0.95 - 4 * np.sqrt(0.05 * 0.95 / runs)


def test_a_trial_is_drawn_as_asked():
    counts = TRIAL["type"].value_counts(normalize=True)
    for name, share in SHARES.items():
        assert counts[name] == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / N))
    stayed = TRIAL.groupby(["type", "treated"], observed=True)["outcome"].mean()
    found = {name: (stayed[name, 0], stayed[name, 1]) for name in FOUR_TYPES}
    assert found == dict(FOUR_TYPES)
    assert simulate_four_types(50, shares=SHARES, rng=1).equals(
        simulate_four_types(50, shares=SHARES, rng=1)
    )


def test_a_score_whose_best_have_no_comparison_starts_with_the_first_that_have():
    found = targeting(EIGHT, [9, 1, 8, 1, 1, 1, 1, 1], groups=4, rng=1)
    assert found.groups["value"].isna().tolist() == [True, False]
    assert found.curve.index[1] == 0.25
    assert found.curve["value"].iloc[1] == pytest.approx(0.25 * 0.5)


def test_says_what_is_wrong():
    with says(
        "treated must be some customers and not all, got 4 of 4: without both groups there is nothing to compare"
    ):
        targeting(EIGHT[EIGHT["treated"] == 1], np.ones(4))
    with says("trial must have a column outcome, got treated"):
        targeting(EIGHT[["treated"]], np.ones(8))
    with says("outcome must be 0 or 1 for every customer, got nan: leave out who is unknown"):
        targeting(EIGHT.assign(outcome=np.nan), np.ones(8))
    with says("score must be one known number for each of the 8 customers, got shape (3,)"):
        targeting(EIGHT, [1, 2, 3])
    with says("other must be one known number for each of the 8 customers, got a missing one"):
        targeting_difference(EIGHT, np.ones(8), [np.nan] * 8)
    with says("shares must add up to 1, got 0.5"):
        simulate_four_types(5, shares={"persuadable": 0.5})
    with says("shares must be one of sure thing, persuadable, lost cause, sleeping dog, got 'cat'"):
        simulate_four_types(5, shares={"cat": 1})
    with says("treated_share must be above 0 and below 1, got 1: a trial needs both groups"):
        simulate_four_types(5, shares=SHARES, treated_share=1)
    with says("persuadables and sleeping_dogs must add up to at most 1, got 1.2"):
        ideal_qini(persuadables=0.6, sleeping_dogs=0.6)
    with says("draws must be a whole number of at least 100, got 5"):
        targeting(EIGHT, np.ones(8), draws=5)


def test_scores_are_paired_with_the_trial_by_their_labels():
    trial, score = TRIAL.head(500), TRIAL["uplift"].head(500)
    turned = score.sort_values(ascending=False, kind="stable")
    for one in (turned, turned.to_numpy()[np.argsort(turned.index)]):
        assert targeting(trial, one, draws=100, rng=1).curve.equals(targeting(trial, score, draws=100, rng=1).curve)  # fmt: skip
    assert targeting_difference(trial, turned, score, draws=100, rng=1) == 0
    with says("score must have the same labels as trial, got others: use score.to_numpy() if they "
              "stand in the same order"):  # fmt: skip
        targeting(trial, score.set_axis(range(1, 501)))


def test_no_curve_where_no_group_has_both_arms():
    trial = pd.DataFrame({"treated": [1, 1, 0, 0], "outcome": [1, 0, 1, 0]})
    found = targeting(trial, [4, 3, 2, 1], groups=4, rng=1)
    assert found.curve[["value", "low", "high"]].isna().all(axis=None)
    assert found.figures["effect"] == 0
    assert np.isnan(found.figures["qini"])
    assert found.figures["qini"].method == (
        "no figure: no group of the score has both treated and untreated customers")  # fmt: skip
    with says("one must leave treated and untreated customers in at least one group, got none with "
              "both: choose fewer groups"):  # fmt: skip
        targeting_difference(trial, [4, 3, 2, 1], [1, 1, 1, 1], groups=4)
