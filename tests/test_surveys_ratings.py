"""Net promoter score, satisfaction, effort and index: published numbers, theory and bad input."""

import math
import pickle
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from cemlab.cem import surveys
from cemlab.cem.surveys import _net
from cemlab.estimate import Estimate

patiently = settings(deadline=None, max_examples=25, derandomize=True)
ROUGH = ", rough here: fewer than 10 answers besides the commonest kind, method='score' is better"
SCORES = st.lists(st.integers(0, 10), min_size=1, max_size=40)


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def limits(estimate):
    return [estimate.low, estimate.high]


# --- net promoter score ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("promoters", "detractors", "n", "score", "half"),
    [(0.5, 0.2, 400, 30, 7.65), (0.4, 0.3, 1000, 10, 5.15), (0.5, 0.2, 100, 30, 15.31)],
)
def test_published_scores_and_their_intervals(promoters, detractors, n, score, half):
    passives = 1 - promoters - detractors
    counts = [round(n * part) for part in (promoters, passives, detractors)]
    answers = np.repeat([9, 7, 0], counts)
    for found in (
        surveys.nps(answers),
        surveys.nps([10, 8, 6], counts=counts),
        surveys.nps_from_shares(promoters, detractors, n),
    ):
        assert found == pytest.approx(score)
        assert limits(found) == pytest.approx([score - half, score + half], abs=0.005)
        assert dict(found.parts) == pytest.approx(
            {"promoters": promoters, "passives": passives, "detractors": detractors}
        )
        assert (found.n, found.unit, found.level) == (n, "points", 0.95)


def test_the_cuts_are_those_of_reichheld():
    assert [float(surveys.nps([score])) for score in range(11)] == [-100] * 7 + [0, 0, 100, 100]


@patiently
@given(SCORES)
def test_a_plain_loop_finds_the_same_and_order_does_not_matter(scores):
    up = sum(score >= 9 for score in scores)
    down = sum(score <= 6 for score in scores)
    for given_scores in (scores, scores[::-1], pd.Series(scores, dtype="Int64")):
        found = surveys.nps(given_scores)
        assert found == pytest.approx(100 * (up - down) / len(scores))
        assert -100 <= found.low <= found <= found.high <= 100
        assert found.high > found.low


@patiently
@given(SCORES, st.integers(1, 5))
def test_equal_weights_and_counts_change_nothing_but_more_people_narrow_it(scores, times):
    plain = surveys.nps(scores)
    weighted = surveys.nps(scores, weights=[times] * len(scores))
    assert limits(weighted) == pytest.approx(limits(plain))
    assert weighted.n == pytest.approx(len(scores))
    counted = surveys.nps(scores, counts=[times] * len(scores))
    repeated = surveys.nps(scores * times)
    assert limits(counted) == pytest.approx(limits(repeated))
    assert counted.n == len(scores) * times


def test_weights_by_hand():
    """Weights 3, 1: shares 3/4 and 1/4, variance (9 (1/2)^2 + (3/2)^2) / 16, effective n 16 / 10."""
    found = surveys.nps([10, 0], weights=[3, 1], level=0.5)
    assert found == 50
    assert found.n == pytest.approx(1.6)
    half = 100 * stats.norm.ppf(0.75) * math.sqrt((9 * 0.25 + 2.25) / 16)
    assert found.low == pytest.approx(50 - half)
    assert "Kish" in found.method


def test_missing_answers_are_left_out_and_counted():
    found = surveys.nps([10, None, 3, float("nan"), pd.NA])
    assert (found.value, found.n) == (0, 2)
    assert found.method == f"Wald{ROUGH}, cut at the end of the scale; 3 missing answers left out"


def test_equal_answers_do_not_make_it_certain():
    for score, value in ((10, 100), (8, 0), (2, -100)):
        found = surveys.nps([score] * 20)
        assert found == value
        assert found.high - found.low > 10
        assert found.method.startswith("score test, as all answers are of one kind")
    assert surveys.nps([10]).low < -50


def test_the_score_interval_of_passives_only_has_a_closed_form():
    """Where nobody is either, the limits are +-z^2 / (n + z^2)."""
    z2 = stats.norm.ppf(0.975) ** 2
    found = surveys.nps([7] * 10, method="score")
    assert limits(found) == pytest.approx([-100 * z2 / (10 + z2), 100 * z2 / (10 + z2)], abs=1e-6)


@pytest.mark.parametrize(("top", "bottom", "n"), [(0.5, 0.2, 20), (0.9, 0.1, 10), (0.3, 0.0, 10)])
def test_at_the_score_limits_the_test_just_rejects(top, bottom, n):
    """The likeliest shares with that net score are searched for numerically."""
    low, high, _ = _net.limits(top, bottom, n, 1.0, level=0.95, method="score")
    for net in (low, high):

        def against(down, net=net):
            shares = np.clip([down + net, down, 1 - net - 2 * down], 1e-300, 1)
            return -float(np.array([top, bottom, 1 - top - bottom]) @ np.log(shares))

        ends = (max(0.0, -net), (1 - net) / 2)
        found = optimize.minimize_scalar(against, bounds=ends, method="bounded",
                                         options={"xatol": 1e-12}).x  # fmt: skip
        variance = (2 * found + net - net**2) / n
        assert abs(top - bottom - net) / math.sqrt(variance) == pytest.approx(1.959964, rel=1e-3)


def test_adjusted_wald_adds_three_answers():
    """8 of 10 promoters, 1 detractor: 8.75 and 1.75 of 13."""
    found = surveys.nps([10] * 8 + [7] + [0], method="adjusted")
    up, down = 8.75 / 13, 1.75 / 13
    half = 1.959964 * math.sqrt((up + down - (up - down) ** 2) / 13)
    assert limits(found) == pytest.approx([100 * (up - down - half), 100 * (up - down + half)])
    assert found == pytest.approx(70)


@pytest.mark.parametrize(("method", "least"), [("wald", 0.85), ("adjusted", 0.93), ("score", 0.93)])
def test_how_often_intervals_of_twenty_answers_hold(method, least):
    """Exact coverage, over all outcomes: P = .85, D = .05, where Wald's formula is too narrow."""
    n, top, bottom = 20, 0.85, 0.05
    ups, downs = np.meshgrid(np.arange(n + 1), np.arange(n + 1))
    kept = ups + downs <= n
    covered = 0.0
    for up, down in zip(ups[kept], downs[kept], strict=True):
        chance = stats.multinomial.pmf([up, down, n - up - down], n, [top, bottom, 0.1])
        found = (
            surveys.nps_from_shares(up / n, down / n, n, method=method) if chance > 1e-9 else None
        )
        covered += chance * (found is not None and found.low <= 80 <= found.high)
    assert covered >= least
    assert (covered < 0.925) == (method == "wald")


def coverage(n, top, bottom, method="wald"):
    """Return how often the interval holds the true score, over all outcomes."""
    ups, downs = np.meshgrid(np.arange(n + 1), np.arange(n + 1))
    kept = ups + downs <= n
    covered = 0.0
    shares = [top, bottom, 1 - top - bottom]
    for up, down in zip(ups[kept], downs[kept], strict=True):
        chance = stats.multinomial.pmf([up, down, n - up - down], n, shares)
        if chance > 1e-6:
            found = surveys.nps_from_shares(up / n, down / n, n, method=method)
            covered += chance * (found.low <= 100 * (top - bottom) <= found.high)
    return covered


@pytest.mark.parametrize(("top", "bottom"), [(0.97, 0.01), (0.95, 0.0), (0.08, 0.0)])
def test_walds_interval_is_rough_where_one_kind_is_nearly_all_and_says_so(top, bottom):
    """However many answers there are of that kind: 100 are not enough."""
    assert coverage(100, top, bottom) < 0.9
    assert coverage(100, top, bottom, "score") > 0.93
    assert surveys.nps_from_shares(top, bottom, 100).method.startswith(f"Wald{ROUGH}")


@pytest.mark.parametrize(
    ("n", "top", "bottom"), [(20, 0.5, 0.1), (75, 0.85, 0.02), (100, 0.5, 0.2)]
)
def test_walds_interval_is_fair_where_ten_answers_are_of_other_kinds(n, top, bottom):
    assert coverage(n, top, bottom) > 0.91
    assert surveys.nps_from_shares(top, bottom, n).method.startswith("Wald")
    assert "rough" not in surveys.nps_from_shares(top, bottom, n).method


def test_answers_that_look_like_another_scale_raise_a_question():
    five = surveys.nps([1, 5, 4, 4, 2, 5])
    assert five.method.endswith("; no answer above 5: was it asked on 0 to 10?")
    seven = surveys.nps([7, 5, 4, 4, 2, 6])
    assert seven.method.endswith("; no answer above 7: was it asked on 0 to 10?")
    effort = surveys.ces([1, 2, 5, 4, 1])
    assert effort.method == "Wilson; no answer above 5: was it asked on 1 to 7?"
    table = surveys.friends({"Five": [1, 5, 4, 4, 2, 5], "Ten": [1, 5, 4, 4, 2, 9]})
    asked = table["method"].str.endswith("no answer above 5: was it asked on 0 to 10?")
    assert asked.tolist() == [True] * 4 + [False] * 4
    for quiet in (surveys.nps([5, 3]), surveys.csat([5, 3, 1, 2, 4]), surveys.ces([1, 2, 5, 4, 6])):
        assert "asked on" not in quiet.method


def test_shares_that_no_number_of_people_gives_are_doubted():
    odd = surveys.nps_from_shares(0.5, 0.2, 7)
    assert odd.method.endswith("; no counts of 7 people give these shares")
    both = surveys.nps_from_shares(0.67, 0.33, 2)
    assert "no counts of 2 people" in both.method
    for good in (surveys.nps_from_shares(0.5, 0.2, 10), surveys.nps_from_shares(1 / 3, 2 / 3, 3),
                 surveys.nps_from_shares(0.51, 0.18, 150), surveys.nps_from_shares(0.5, 0.2, 7.5)):  # fmt: skip
        assert "people" not in good.method


def test_a_score_travels_to_other_processes():
    found = surveys.nps([10, 8, 3])
    again = pickle.loads(pickle.dumps(found))
    assert (again, again.parts) == (found, found.parts)


def test_any_scale_and_any_cuts():
    found = surveys.net_score([1, 2, 3, 4, 5, 5], scale=(1, 5), top_from=5, bottom_to=2)
    assert found == 0
    assert found.parts["passives"] == pytest.approx(1 / 3)
    same = [surveys.net_score([10, 8, 1]), surveys.nps([10, 8, 1])]
    assert limits(same[0]) == limits(same[1])


@pytest.mark.parametrize(
    ("scores", "sentence"),
    [
        ([11], "scores must be whole numbers in [0, 10], or missing, got 11"),
        ([-1, 3], "scores must be whole numbers in [0, 10], or missing, got -1"),
        ([7.5], "scores must be whole numbers in [0, 10], or missing, got 7.5"),
        ([float("inf")], "scores must be whole numbers in [0, 10], or missing, got inf"),
        (["9", "10"], "scores must be whole numbers in [0, 10], or missing, got '9'"),
        ([9, "ten"], "scores must be whole numbers in [0, 10], or missing, got 'ten'"),
        ([9, True], "scores must be whole numbers in [0, 10], or missing, got True"),
        ([True], "scores must be whole numbers in [0, 10], or missing, got True"),
        (9, "scores must be whole numbers in [0, 10], or missing, in one list, got shape ()"),
        ([], "scores must hold at least one answer that counts, got none among 0"),
        ([None, None], "scores must hold at least one answer that counts, got none among 2"),
    ],
)
def test_says_what_scores_must_be(scores, sentence):
    with says(sentence):
        surveys.nps(scores)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"weights": [1]}, "weights must be numbers of at least 0, one for each answer, got 1 for 2 answers"),
        ({"weights": [1, -2]}, "weights must be numbers of at least 0, one for each answer, got -2"),
        ({"weights": [0, 0]}, "scores must hold at least one answer that counts, got none among 2"),
        ({"counts": [1, 0.5]}, "counts must be whole numbers, got 0.5"),
        ({"level": 1}, "level must be above 0 and below 1, got 1"),
        ({"level": 95}, "level must be above 0 and below 1, got 95: 95 % is 0.95"),
        ({"method": "magic"}, "method must be one of wald, adjusted, score, got 'magic'"),
    ],
)  # fmt: skip
def test_says_what_options_must_be(options, sentence):
    with says(sentence):
        surveys.nps([9, 3], **options)


def test_says_what_shares_must_be():
    with says("promoters and detractors must add up to at most 1, got 0.7 + 0.4"):
        surveys.nps_from_shares(0.7, 0.4, 100)
    with says("n must be a finite number of at least 1, got 0"):
        surveys.nps_from_shares(0.7, 0.1, 0)
    with says("bottom_to must be a whole number in [0, 8], got 9"):
        surveys.net_score([9], top_from=9, bottom_to=9)
    with says("scale must be two whole numbers, lowest and highest answer, got (5, 1)"):
        surveys.net_score([9], scale=(5, 1))


# --- change ------------------------------------------------------------------------------------


def test_a_change_adds_the_variances():
    before, after = surveys.nps_from_shares(0.4, 0.3, 1000), surveys.nps_from_shares(0.5, 0.2, 400)
    found = surveys.nps_change(before, after)
    half = 196 * math.sqrt(0.69 / 1000 + 0.61 / 400)
    assert found == pytest.approx(20)
    assert limits(found) == pytest.approx([20 - half, 20 + half], abs=0.01)
    assert found.n == 1400
    back = surveys.nps_change(after, before)
    assert limits(back) == pytest.approx([-found.high, -found.low])
    again = surveys.nps_change(
        np.repeat([9, 7, 0], [400, 300, 300]), np.repeat([9, 7, 0], [200, 120, 80])
    )
    assert limits(again) == pytest.approx(limits(found))


def test_waves_of_another_level_are_refused():
    with says("before must have an interval of level 0.95, got 0.9"):
        surveys.nps_change(surveys.nps([9, 3], level=0.9), [9, 3])


def test_only_net_scores_by_the_same_cuts_can_be_compared():
    score = surveys.nps([9, 3, 10, 8])
    other = "must be scores 0 to 10 or a net score of them, got an estimate in"
    with says(f"before {other} share of 1 of another measure"):
        surveys.nps_change(surveys.csat([5, 1]), score)
    with says(f"after {other} points of another measure"):
        surveys.nps_change(score, surveys.acsi([[5, 5, 5], [6, 7, 9]]))
    with says(f"before {other} points of another measure"):
        surveys.nps_change(surveys.nps_change(score, score), score)
    loose = surveys.net_score([9, 3, 10, 8], top_from=8, bottom_to=5)
    with says(
        "before and after must be net scores with the same cuts, got 8-10 minus 0-5 and 9-10 minus 0-6"
    ):
        surveys.nps_change(loose, score)
    with says(
        "before and after must be net scores with the same cuts, got 9-10 minus 0-6 and 5-5 minus 1-3"
    ):
        surveys.nps_change(score, surveys.net_score([5, 1], scale=(1, 5), top_from=5, bottom_to=3))
    assert surveys.nps_change(loose, loose) == 0
    assert surveys.nps_change(surveys.net_score([9, 3]), [9, 3]) == 0


# --- satisfaction and effort -----------------------------------------------------------------


def test_top_two_boxes_have_wilsons_interval():
    found = surveys.csat(np.repeat([5, 4, 3, 1], [12, 30, 5, 3]))
    assert found == pytest.approx(0.84)
    assert limits(found) == pytest.approx([0.7149, 0.9166], abs=5e-5)
    mean = (60 + 120 + 15 + 3) / 50
    answers = np.repeat([5, 4, 3, 1], [12, 30, 5, 3])
    half = stats.t.ppf(0.975, 49) * stats.sem(answers)
    parts = found.parts
    assert [parts["mean"], parts["mean_low"], parts["mean_high"]] == pytest.approx(
        [mean, mean - half, mean + half]
    )
    assert [parts[str(k)] for k in range(1, 6)] == pytest.approx([0.06, 0, 0.1, 0.6, 0.24])


def test_other_scales_and_numbers_of_boxes():
    assert surveys.csat([1, 2, 3, 4, 5, 6, 7], scale=(1, 7), top=3) == pytest.approx(3 / 7)
    assert surveys.csat([10, 9, 1], scale=(1, 10), top=1) == pytest.approx(1 / 3)
    with says("scores must be whole numbers in [1, 5], or missing, got 7"):
        surveys.csat([5, 7])
    with says("top must be a whole number in [1, 4], got 5"):
        surveys.csat([5], top=5)


def test_all_satisfied_or_one_alone_is_no_certainty():
    found = surveys.csat([5] * 20)
    z2 = stats.norm.ppf(0.975) ** 2
    assert limits(found) == pytest.approx([20 / (20 + z2), 1])
    assert math.isnan(found.parts["mean_low"])
    alone = surveys.csat([4])
    assert alone.parts["mean"] == 4
    assert alone.low == pytest.approx(1 / (1 + z2))


def test_low_effort_is_low_in_the_first_version_and_high_in_the_second():
    first = surveys.ces([1, 2, 3, 4, 5], version=1)
    second = surveys.ces([1, 2, 3, 4, 5, 6, 7])
    assert first == pytest.approx(2 / 5)
    assert second == pytest.approx(3 / 7)
    assert (first.parts["mean"], second.parts["mean"], second.parts["7"]) == (
        3,
        4,
        pytest.approx(1 / 7),
    )
    with says("scores must be whole numbers in [1, 5], or missing, got 7"):
        surveys.ces([7], version=1)
    with says("version must be a whole number in [1, 2], got 3"):
        surveys.ces([3], version=3)


# --- index -------------------------------------------------------------------------------------


def test_the_index_runs_from_0_to_100():
    assert surveys.acsi([[10, 10, 10]] * 5) == 100
    assert surveys.acsi([[1, 1, 1]] * 5) == 0
    assert surveys.acsi([[8, 7, 6]]) == pytest.approx(66.67, abs=0.005)


def test_weights_of_the_index_by_hand():
    """Means 8, 7, 6 with weights 2, 1, 1: 100 (29 - 4) / 36."""
    found = surveys.acsi([[9, 7, 6], [7, 7, 6]], weights=[2, 1, 1])
    assert found == pytest.approx(100 * 25 / 36)
    assert list(found.parts.values()) == [8, 7, 6]


def test_the_interval_of_the_index_is_that_of_the_respondents_own():
    items = pd.DataFrame(
        {"satisfied": [8, 9, 3, 7, None], "expected": [7, 9, 4, 7, 1], "ideal": [6, 10, 2, 8, 1]}
    )
    own = ((items.dropna() - 1) * 100 / 9).mean(axis=1)
    found = surveys.acsi(items)
    assert found == pytest.approx(own.mean())
    expected = stats.t.interval(0.95, 3, own.mean(), stats.sem(own))
    assert limits(found) == pytest.approx([max(expected[0], 0), min(expected[1], 100)])
    assert found.method.endswith("1 with missing answers left out")
    assert list(found.parts) == ["satisfied", "expected", "ideal"]


def test_one_respondent_or_equal_ones_have_no_interval_and_it_says_so():
    assert surveys.acsi([[8, 7, 6]]).method == "no interval: one respondent"
    same = surveys.acsi([[8, 7, 6], [6, 7, 8]])
    assert same.method == "no interval: all indices are equal"
    assert math.isnan(same.low)


def test_says_what_items_and_their_weights_must_be():
    with pytest.raises(ValueError, match=r"^items must be scores in \[1, 10\], got 0"):
        surveys.acsi([[0, 5, 5]])
    with says("items must have at least one respondent with all answers, got none of 1"):
        surveys.acsi([[None, 5, 5]])
    with says("items must be scores in [1, 10], got 0: mark missing answers as None"):
        surveys.acsi([[0, 5, 5]])
    for odd, word in (("9", "'9'"), (True, "True"), (pd.Timestamp("2024-05-01"), "Timestamp('2024-05-01 00:00:00')")):  # fmt: skip
        sentence = f"must be numbers, one row a respondent and one column an item, got {word}"
        with says(f"items {sentence}"):
            surveys.acsi([[odd, 5, 5]])
        with says(f"functional {sentence}"):
            surveys.kano([odd], [5])
    rule = "weights must be 3 numbers of at least 0, one a question, not all 0, got "
    for weights in ([1.0, 2.0], [0.0, 0.0, 0.0], [-1.0, 1.0, 1.0]):
        with says(f"{rule}{weights}"):
            surveys.acsi([[5, 5, 5]], weights=weights)


# --- friends -----------------------------------------------------------------------------------


def test_the_order_of_two_firms_turns_between_measures():
    """Ups: 50 % promoters, 30 % detractors; Even: 20 % less 10 %, but higher on average."""
    table = surveys.friends({"Ups": [10] * 5 + [8] * 2 + [3] * 3, "Even": [9] * 2 + [8] * 7 + [6]})
    first = table[table["rank"] == 1].set_index("measure")["firm"]
    assert first.to_dict() == {
        "NPS": "Ups", "mean": "Even", "top-2-box": "Ups", "net 8-10 minus 0-5": "Even",
    }  # fmt: skip
    values = table.set_index(["measure", "firm"])["value"]
    assert values["mean"].tolist() == pytest.approx([7.5, 8.0])
    assert values["net 8-10 minus 0-5"].tolist() == pytest.approx([40, 90])


def test_friends_of_one_list_agree_with_the_single_measures():
    scores = [10, 9, 7, 3, None]
    table = surveys.friends(scores, cuts=[]).set_index("measure")
    assert table["firm"].eq("all").all()
    assert table.loc["NPS", "low"] == surveys.nps(scores).low
    top = surveys.csat([s and s + 1 for s in scores], scale=(1, 11))
    assert table.loc["top-2-box", ["value", "low", "high"]].tolist() == [top.value, *limits(top)]
    assert table.loc["mean", "value"] == 7.25
    rule = (
        "cuts must be pairs of whole numbers in [0, 10], the higher first, such as [(8, 5)], got "
    )
    for cuts, got in (((8, 5), "8"), ([(12, 5)], "(12, 5)"), ([(8.5, 5)], "(8.5, 5)"), ([(5, 8)], "(5, 8)"), (8, "8")):  # fmt: skip
        with says(rule + got):
            surveys.friends(scores, cuts=cuts)
    with says("scores of Bad must be whole numbers in [0, 10], or missing, got 12"):
        surveys.friends({"Bad": [12]})


def test_results_are_estimates():
    for found in (
        surveys.nps([9, 1]),
        surveys.csat([4]),
        surveys.ces([4]),
        surveys.acsi([[4, 4, 4]]),
    ):
        assert isinstance(found, Estimate)


def test_a_million_answers_are_counted_at_once():
    rng = np.random.default_rng(1)
    scores = rng.integers(0, 11, 1_000_000)
    found = surveys.nps(scores)
    truth = 100 * (2 - 7) / 11
    error = 100 * math.sqrt((9 / 11 - (5 / 11) ** 2) / 1e6)
    assert abs(found - truth) < 4 * error
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * error, rel=0.01)
