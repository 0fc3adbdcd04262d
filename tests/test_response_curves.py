"""Waits with those still waiting: published figures, closed forms, plain Python and other libraries."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy import stats
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

from cemlab import datasets
from cemlab.cem import response
from cemlab.observation import observe

patiently = settings(deadline=None, max_examples=25, derandomize=True)
TREATED = [6, 6, 6, "6*", 7, "9*", 10, "10*", "11*", 13, 16, "17*", "19*", "20*", 22, 23, "25*", "32*", "32*", "34*", "35*"]  # fmt: skip
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
SURVEYS = datasets.load("response-expectations")
DAY = pd.Timestamp("2024-05-01")


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def table(*ends, **columns):
    """Return waits from words such as 6 (answered), 6* (still open) and 6- (given up)."""
    ways = {"*": "open", "-": "abandoned"}
    ended = pd.Series([ways.get(str(end)[-1], "answered") for end in ends], dtype=object)
    minutes = [float(str(end).rstrip("*-")) for end in ends]
    frame = pd.DataFrame({"wait_min": minutes, "ended": ended})
    return frame.assign(answered=frame["ended"] == "answered", **columns)


FREIREICH = table(*TREATED, *PLACEBO, arm=["6-MP"] * 21 + ["placebo"] * 21)
WAITS = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.sampled_from(["answered", "abandoned", "open"]),
        st.sampled_from(["web", "phone"]),
    ),
    min_size=1,
    max_size=14,
)


def framed(rows):
    frame = pd.DataFrame(rows, columns=["wait_min", "ended", "channel"])
    return frame.assign(
        wait_min=frame["wait_min"].astype(float), answered=frame["ended"] == "answered"
    )


# --- Kaplan and Meier --------------------------------------------------------------------


def test_the_curve_of_a_published_trial():
    """Freireich et al. 1963: 21 patients on 6-MP and 21 on placebo, weeks of remission."""
    curve = response.survival(FREIREICH, by="arm")
    treated = curve[(curve["arm"] == "6-MP") & (curve["answered"] > 0)]
    assert treated["minutes"].tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert treated["waiting"].round(4).tolist() == [
        0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482,
    ]  # fmt: skip
    assert treated["at_risk"].tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert treated["answered"].tolist() == [3, 1, 1, 1, 1, 1, 1]
    placebo = curve[curve["arm"] == "placebo"]
    assert placebo["waiting"].iloc[[0, 1, 5]].tolist() == pytest.approx([19 / 21, 17 / 21, 8 / 21])
    assert placebo["waiting"].iloc[-1] == 0


def test_greenwood_by_hand():
    """S = 18/21, Greenwood's sum 3 / (21 x 18); log(-log S) +- 1.96 se / (S |log S|)."""
    first = response.survival(FREIREICH[:21]).iloc[0]
    centre, half = math.log(-math.log(18 / 21)), 1.959964 * math.sqrt(3 / 378) / math.log(21 / 18)
    assert first["low"] == pytest.approx(math.exp(-math.exp(centre + half)))
    assert first["high"] == pytest.approx(math.exp(-math.exp(centre - half)))
    assert (round(first["low"], 3), round(first["high"], 3)) == (0.620, 0.952)  # as R prints it


def test_the_curve_is_that_of_another_library():
    rng = np.random.default_rng(5)
    minutes, open_ = rng.integers(0, 200, 3000), rng.random(3000) < 0.4
    curve = response.survival(pd.DataFrame({"wait_min": minutes, "answered": ~open_}), level=0.9)
    theirs = stats.ecdf(stats.CensoredData.right_censored(minutes, open_)).sf
    assert curve["minutes"].tolist() == theirs.quantiles.tolist()
    np.testing.assert_allclose(curve["waiting"], theirs.probabilities, rtol=0, atol=1e-12)
    inside = (curve["waiting"] > 0) & (curve["waiting"] < 1)
    with np.errstate(all="ignore"):
        limits = theirs.confidence_interval(0.9, method="log-log")
    np.testing.assert_allclose(curve["low"][inside], limits.low.probabilities[inside], atol=1e-10)
    np.testing.assert_allclose(curve["high"][inside], limits.high.probabilities[inside], atol=1e-10)
    assert curve.loc[~inside, ["low", "high"]].isna().all(axis=None)


def test_with_nobody_waiting_it_is_the_share_of_longer_waits():
    curve = response.survival(table(3, 1, 2, 2))
    assert curve["minutes"].tolist() == [1, 2, 3]
    assert curve["waiting"].tolist() == [0.75, 0.25, 0]


def test_with_nobody_answered_all_are_waiting():
    curve = response.survival(table("1*", "2*", "2-"))
    assert curve["waiting"].tolist() == [1, 1]
    assert curve[["low", "high"]].isna().all(axis=None)
    assert curve["at_risk"].tolist() == [3, 2]
    assert curve["censored"].tolist() == [1, 2]


def test_who_left_at_the_time_of_an_answer_had_waited_so_long():
    assert response.survival(table(5, "5*"))["waiting"].tolist() == [0.5]


def plain_curve(rows):
    share, found = 1.0, []
    for minutes in sorted({wait for wait, _, _ in rows}):
        n = sum(wait >= minutes for wait, _, _ in rows)
        d = sum((wait, end) == (minutes, "answered") for wait, end, _ in rows)
        share *= 1 - d / n
        found.append((minutes, share, n, d))
    return found


@patiently
@given(WAITS, st.randoms(use_true_random=False))
def test_curves_are_those_of_a_plain_loop_in_any_order(rows, random):
    curve = response.survival(framed(rows), by="channel")
    for channel, part in curve.groupby("channel"):
        expected = plain_curve([row for row in rows if row[2] == channel])
        shown = part[["minutes", "waiting", "at_risk", "answered"]].to_numpy()
        np.testing.assert_allclose(shown, expected, atol=1e-12)
    ended = curve["answered"].sum() + curve["censored"].sum()
    assert ended == len(rows)
    assert curve["answered"].sum() == response.survival(framed(rows))["answered"].sum()
    mixed = rows.copy()
    random.shuffle(mixed)
    assert_frame_equal(response.survival(framed(mixed), by="channel"), curve)


def test_exponential_waits_within_four_standard_errors():
    rng = np.random.default_rng(8)
    wait, gone = rng.exponential(60, 20_000), rng.exponential(90, 20_000)
    frame = pd.DataFrame({"wait_min": np.minimum(wait, gone), "answered": wait <= gone})
    frame["ended"] = np.where(frame["answered"], "answered", "abandoned")
    curve = response.survival(frame)
    for minutes in (20, 60, 120):
        row = curve[curve["minutes"] <= minutes].iloc[-1]
        error = (row["high"] - row["low"]) / 2 / 1.96
        assert row["waiting"] == pytest.approx(math.exp(-minutes / 60), abs=4 * error)
    mean = response.restricted_mean(frame, minutes=90).iloc[0]
    exact = 60 * (1 - math.exp(-1.5))
    assert mean["mean_min"] == pytest.approx(exact, abs=4 * mean["se_min"])
    half = response.quantiles(frame, at=0.5, if_nobody_gave_up=True).iloc[0]
    error = (half["high"] - half["low"]) / 2 / 1.96
    assert half["minutes"] == pytest.approx(60 * math.log(2), abs=4 * error)
    fates = response.competing(frame)
    row = fates[fates["minutes"] <= 60].iloc[-1]
    all_gone = 1 - math.exp(-60 * (1 / 60 + 1 / 90))
    for name, part in (("answered", 0.6), ("given_up", 0.4)):
        error = (row[f"{name}_high"] - row[f"{name}_low"]) / 2 / 1.96
        assert row[name] == pytest.approx(part * all_gone, abs=4 * error)
    ever = response.quantiles(frame, at=[0.5, 0.65])  # 60 % are ever answered
    exact = -math.log(1 - 0.5 / 0.6) / (1 / 60 + 1 / 90)
    error = (ever["high"][0] - ever["low"][0]) / 2 / 1.96
    assert ever["minutes"][0] == pytest.approx(exact, abs=4 * error)
    assert np.isnan(ever["minutes"][1])


def test_logs_and_their_waits_give_the_same_and_missing_groups_stand_last():
    log = pd.DataFrame(
        {
            "customer": ["Ana", "Bo", "Cy", "Bo"],
            "time": DAY + pd.to_timedelta([0, 0, 0, 30], unit="min"),
            "actor": ["customer"] * 3 + ["company"],
            "channel": ["web", "phone", None, "phone"],
            "kind": ["contact"] * 3 + ["answer"],
        }
    )
    curve = response.survival(log, by="channel")
    assert curve["channel"].astype(object).fillna("").tolist() == ["phone", "web", ""]
    assert curve["waiting"].tolist() == [0, 1, 1]
    assert_frame_equal(response.survival(response.first_response(log), by="channel"), curve)
    assert_frame_equal(response.survival(observe(log), by=["channel"]), curve)
    early = observe(log, DAY + pd.Timedelta(minutes=10))
    assert response.survival(early)["waiting"].tolist() == [1]


def test_a_log_without_answers_says_nothing_about_them():
    log = pd.DataFrame({"customer": "Ana", "time": [DAY], "actor": "customer", "kind": "contact"})
    for frame in (log, log[:0], response.first_response(log)):
        assert response.survival(frame).empty
        assert response.competing(frame, by="channel").empty
        assert response.quantiles(frame, at=[0.5]).empty
        assert response.restricted_mean(frame, minutes=5).empty
        assert response.answered_in_time(frame, pd.Series({5: 1.0})).empty
    curve = response.survival(log, by="channel")
    columns = ["minutes", "waiting", "low", "high", "at_risk", "answered", "censored"]
    assert curve.columns.tolist() == ["channel", *columns]


def test_uncertain_waits_give_a_curve_for_the_shortest_and_one_for_the_longest():
    waits = table(30, 60).assign(wait_low_min=[10.0, 60.0])
    assert response.survival(waits)["minutes"].tolist() == [30, 60]
    assert response.survival(waits, which="low")["minutes"].tolist() == [10, 60]
    assert response.quantiles(waits, at=0.5, which="low")["minutes"].tolist() == [10]


# --- quantiles, means, tests -------------------------------------------------------------


def test_medians_of_a_published_trial():
    found = response.quantiles(FREIREICH, at=[0.5], by="arm")
    assert found["minutes"].tolist() == [23, 8]
    assert found["low"].tolist() == [13, 4]  # as R's survfit prints it with log-log limits
    assert found["high"].tolist() == [math.inf, 11]
    assert (found["note"] == "").all()


def test_quantiles_are_those_of_another_library():
    rng = np.random.default_rng(6)
    waits = pd.DataFrame({"wait_min": rng.exponential(60, 501), "answered": rng.random(501) < 0.8})
    theirs = SurvfuncRight(waits["wait_min"], waits["answered"].astype(int))
    found = response.quantiles(waits, at=[0.25, 0.5, 0.8])
    assert found["minutes"].tolist() == [theirs.quantile(p) for p in (0.25, 0.5, 0.8)]
    with np.errstate(all="ignore"):
        limits = [theirs.quantile_ci(p, method="cloglog") for p in (0.25, 0.5, 0.8)]
    assert found[["low", "high"]].values.tolist() == [list(limit) for limit in limits]


def test_a_share_that_is_never_reached_has_no_minutes_but_a_word():
    found = response.quantiles(table(10, "20*", "30*", channel=["a", "a", "b"]), by="channel")
    assert found["minutes"].tolist() == pytest.approx([10, *[math.nan] * 3], nan_ok=True)
    assert found["note"].tolist() == [
        "",
        "only 50% have an answer after 20 minutes",
        *["only 0% have an answer after 30 minutes"] * 2,
    ]
    assert np.isinf(found["high"]).all()


def test_who_gave_up_never_has_an_answer():
    """Nine of ten hang up at minute 5, one is answered at minute 10."""
    waits = table(*["5-"] * 9, 10)
    found = response.quantiles(waits, at=[0.1, 0.5])
    assert found["minutes"].tolist() == pytest.approx([10, math.nan], nan_ok=True)
    assert found["note"].tolist() == [
        "", "only 10% have an answer after 10 minutes: 9 of 10 gave up"]  # fmt: skip
    stayed = response.quantiles(waits, at=[0.1, 0.5], if_nobody_gave_up=True)
    assert stayed["minutes"].tolist() == [10, 10]
    assert (stayed["note"] == "").all()
    short = response.quantiles(table(1, "1-", "1-"), at=0.9)["note"].tolist()
    assert short == ["only 33% have an answer after 1 minute: 2 of 3 gave up"]


def test_the_interval_of_a_share_reached_by_hand():
    """40 waits of a minute more each, 10 then hang up: F and its error are a binomial share's."""
    waits = table(*range(1, 31), *[f"{k}.5-" for k in range(1, 11)])
    found = response.quantiles(waits, at=0.5).iloc[0]
    assert found["minutes"] == 20
    inside = []
    for answered in range(1, 31):
        f = answered / 40
        error = math.sqrt(f * (1 - f) / 40) / ((1 - f) * -math.log(1 - f))
        low, high = ((1 - f) ** math.exp(s * 1.959964 * error) for s in (1, -1))
        inside += [answered] if low <= 0.5 < high else []
    assert (found["low"], found["high"]) == (inside[0], inside[-1] + 1)


@patiently
@given(WAITS, st.floats(0.05, 1))
def test_quantiles_are_those_of_the_fates(rows, share):
    frame = framed(rows)
    found, fates = response.quantiles(frame, at=share).iloc[0], response.competing(frame)
    there = fates.loc[fates["answered"] >= share - 1e-12, "minutes"]
    assert np.isnan(found["minutes"]) if there.empty else found["minutes"] == there.iloc[0]
    if not (frame["ended"] == "abandoned").any():
        stayed = response.quantiles(frame, at=share, if_nobody_gave_up=True)
        assert_frame_equal(response.quantiles(frame, at=share), stayed)


def test_a_restricted_mean_by_hand():
    """S is 1 to 10, 3/4 to 20, 3/8 to 30 (of two at risk one was answered), then 3/8 to 40."""
    waits = table(10, "15*", 20, "50*")
    found = response.restricted_mean(waits, minutes=40).iloc[0]
    assert found["mean_min"] == pytest.approx(10 + 7.5 + 20 * 3 / 8)
    variance = 15**2 * 1 / (4 * 3) + 7.5**2 * 1 / (2 * 1)
    assert found["se_min"] == pytest.approx(math.sqrt(variance))
    assert found["low"] == pytest.approx(25 - 1.959964 * math.sqrt(variance))
    assert found["high"] == pytest.approx(25 + 1.959964 * math.sqrt(variance))
    assert response.restricted_mean(waits, minutes=40, level=0.999)["high"].tolist() == [40]
    with_horizon = response.restricted_mean(waits, minutes=15).iloc[0]
    assert with_horizon["mean_min"] == pytest.approx(10 + 5 * 0.75)


def test_without_censoring_the_restricted_mean_is_the_mean():
    waits = table(*range(1, 31))
    found = response.restricted_mean(waits, minutes=100).iloc[0]
    assert found["mean_min"] == pytest.approx(15.5)
    assert found["se_min"] == pytest.approx(np.std(range(1, 31)) / math.sqrt(30))


def test_a_mean_beyond_all_waits_is_missing_with_a_word():
    found = response.restricted_mean(
        table(10, "20*", 5, channel=["a", "a", "b"]), minutes=60, by="channel"
    )
    assert found["mean_min"].tolist() == pytest.approx([math.nan, 5], nan_ok=True)
    assert found["note"].tolist() == ["no wait was followed for more than 20 minutes", ""]


def test_the_log_rank_test_of_a_published_trial():
    found = response.log_rank(FREIREICH, by="arm").iloc[0]
    assert round(found["chi2"], 2) == 16.79
    assert (found["dof"], found["n"]) == (1, 42)
    assert found["p"] == pytest.approx(4.17e-5, rel=0.01)
    halves = (stats.CensoredData.right_censored(part["wait_min"], ~part["answered"])
              for _, part in FREIREICH.groupby("arm"))  # fmt: skip
    assert found["chi2"] == pytest.approx(stats.logrank(*halves).statistic ** 2)


def test_equal_groups_differ_no_more_than_chance():
    """Under no difference the statistic of three groups has a mean of 2 and a variance of 4."""
    rng = np.random.default_rng(9)
    found = []
    for _ in range(150):
        waits = pd.DataFrame({"wait_min": rng.exponential(60, 90), "answered": rng.random(90) < 0.7,
                              "channel": np.repeat(["a", "b", "c"], 30)})  # fmt: skip
        row = response.log_rank(waits, by="channel").iloc[0]
        assert row["dof"] == 2
        found.append(row["chi2"])
    assert np.mean(found) == pytest.approx(2, abs=4 * np.std(found) / math.sqrt(150))


def test_contacts_of_unknown_groups_are_not_compared():
    more = pd.concat([FREIREICH, table(1, 2, "3*", arm=[None] * 3)], ignore_index=True)
    assert_frame_equal(response.log_rank(more, by="arm"), response.log_rank(FREIREICH, by="arm"))


# --- fates -------------------------------------------------------------------------------


def test_fates_by_hand():
    """1 of 5 answered; 1 of 4 gives up; one is cut off; half of 2 answered; the last is open."""
    found = response.competing(table(1, "2-", "3*", 4, "5*"))
    assert found["minutes"].tolist() == [1, 2, 3, 4, 5]
    assert found["answered"].tolist() == pytest.approx([0.2, 0.2, 0.2, 0.5, 0.5])
    assert found["given_up"].tolist() == pytest.approx([0, 0.2, 0.2, 0.2, 0.2])
    assert found["waiting"].tolist() == pytest.approx([0.8, 0.6, 0.6, 0.3, 0.3])
    assert found["at_risk"].tolist() == [5, 4, 3, 2, 1]


def test_fates_are_those_of_another_library():
    rng = np.random.default_rng(7)
    minutes, status = rng.exponential(60, 400), rng.integers(0, 3, 400)
    waits = pd.DataFrame({"wait_min": minutes, "answered": status == 1})
    waits["ended"] = np.array(["open", "answered", "abandoned"])[status]
    found = response.competing(waits).set_index("minutes")
    with np.errstate(all="ignore"):
        theirs = CumIncidenceRight(minutes, status)
    shown = found.loc[theirs.times]
    for k, name in enumerate(["answered", "given_up"]):
        np.testing.assert_allclose(shown[name], theirs.cinc[k], atol=1e-12)
        share = shown[name].iloc[10:-1]
        scale = np.log(np.log(shown[f"{name}_low"].iloc[10:-1]) / np.log(share)) / 1.959964
        error = scale * share * -np.log(share)
        np.testing.assert_allclose(error, theirs.cinc_se[k][10:-1], rtol=1e-6)


def test_the_interval_without_censoring_is_the_binomial_one():
    """At any wait the share answered is then a plain share of n: se**2 = F (1 - F) / n."""
    found = response.competing(table(*range(1, 41), *[f"{k}.5-" for k in range(1, 41)]))
    row = found.iloc[30]
    share = row["answered"]
    slope = math.sqrt(share * (1 - share) / 80) / (share * -math.log(share))
    expected = share ** math.exp(1.959964 * slope)
    assert row["answered_low"] == pytest.approx(expected, rel=1e-6)


def test_if_nobody_gives_up_the_share_answered_is_one_minus_the_curve():
    waits = FREIREICH[:21]
    found, curve = response.competing(waits), response.survival(waits)
    np.testing.assert_allclose(found["answered"], 1 - curve["waiting"], atol=1e-12)
    np.testing.assert_allclose(found["waiting_low"], curve["low"])
    assert found[["given_up", "given_up_low", "given_up_high"]].isna().all(axis=None)


@patiently
@given(WAITS)
def test_fates_add_up_and_one_minus_the_curve_overstates_the_answers(rows):
    waits = framed(rows)
    found, curve = response.competing(waits), response.survival(waits)
    total = found["answered"] + found["given_up"].fillna(0) + found["waiting"]
    np.testing.assert_allclose(total, 1)
    assert (found["answered"] <= 1 - curve["waiting"] + 1e-12).all()
    for name in ("answered", "given_up", "waiting"):
        known = found.dropna(subset=f"{name}_low")
        assert known[name].between(known[f"{name}_low"], known[f"{name}_high"]).all()


def test_one_minus_the_curve_overstates_by_who_gave_up():
    waits = table("1-", "1-", 2, "3-")
    assert 1 - response.survival(waits)["waiting"].iloc[-1] == pytest.approx(0.5)
    assert response.competing(waits)["answered"].iloc[-1] == pytest.approx(0.25)


# --- what customers expect ---------------------------------------------------------------


def test_answered_in_time_by_hand():
    """F is 0, 1/4, 3/4 at 0, 30, 120 minutes: .2 x 0 + .45 x 1/4 + .35 x 3/4, and one later."""
    waits = table(10, 60, 100, 200)
    found = response.answered_in_time(waits, pd.Series({120: 0.65, 30: 0.2})).iloc[0]
    assert found["low"] == pytest.approx(0.375)
    assert found["high"] == pytest.approx(0.2 / 4 + 0.45 * 0.75 + 0.35)
    assert found["n"] == 4


def test_who_gave_up_is_never_answered_in_time():
    waits = table(*["5-"] * 9, 10)
    row = response.answered_in_time(waits, pd.Series({10: 0.0, 15: 1.0})).iloc[0]
    assert (row["low"], row["high"]) == pytest.approx((0.1, 0.1))
    later = response.answered_in_time(waits, pd.Series({6: 0.0})).iloc[0]  # all expect it later
    assert (later["low"], later["high"]) == pytest.approx((0.0, 0.1))
    mixed = response.answered_in_time(table("5-", 10, "20*", "20*"), pd.Series({30: 1.0})).iloc[0]
    assert (mixed["low"], mixed["high"]) == pytest.approx((0.0, 0.75))


@patiently
@given(WAITS, st.integers(0, 7))
def test_answered_in_time_is_a_plain_share_where_nobody_is_open(rows, minutes):
    frame = framed([row for row in rows if row[1] != "open"] or [(1, "abandoned", "web")])
    share = (frame["answered"] & (frame["wait_min"] <= minutes)).mean()
    survey = pd.Series({0: 0.0, minutes: 1.0} if minutes else {0: 1.0})
    row = response.answered_in_time(frame, survey).iloc[0]
    assert row["high"] == pytest.approx(share)


def test_a_survey_of_every_minute_leaves_no_doubt():
    """Expectations and waits exponential, 60 and 30 minutes: P = (1/30) / (1/30 + 1/60) = 2/3."""
    minutes = np.arange(0, 2000, 0.5)
    expected = pd.Series(1 - np.exp(-minutes / 60), index=minutes)
    rng = np.random.default_rng(3)
    waits = pd.DataFrame({"wait_min": rng.exponential(30, 40_000), "answered": True})
    found = response.answered_in_time(waits, expected).iloc[0]
    assert found["high"] - found["low"] < 0.01
    spread = 4 * math.sqrt(1 / 12 / 40_000) * 2
    assert found["low"] - spread < 2 / 3 < found["high"] + spread


def test_beyond_the_longest_wait_anything_may_be():
    waits = table(10, "20*", channel="web")
    found = response.answered_in_time(waits, pd.Series({15: 0.5, 60: 1.0}), by="channel").iloc[0]
    assert found["low"] == pytest.approx(0.5 * 0.5)
    assert found["high"] == pytest.approx(0.5 * 0.5 + 0.5)
    assert found["channel"] == "web"


def test_uncertain_waits_widen_the_limits():
    waits = table(30, 60).assign(wait_low_min=[5.0, 60.0])
    exact = response.answered_in_time(table(30, 60), pd.Series({10: 1.0})).iloc[0]
    found = response.answered_in_time(waits, pd.Series({10: 1.0})).iloc[0]
    assert (exact["low"], exact["high"]) == (0, 0)
    assert (found["low"], found["high"]) == (0, 0.5)


def test_surveys_answer_one_question():
    one = SURVEYS[SURVEYS["survey"] == "Spider Marketing"]
    found = response.answered_in_time(table(30, 600, 3000), one).iloc[0]
    assert found["low"] == pytest.approx(0.37 / 3 + 0.16 * 2 / 3)
    assert found["high"] == pytest.approx(0.47 / 3 + 0.37 * 2 / 3 + 0.16)
    asked = "expected must be answers to one question (survey, year, platform, about, base)"
    with says(f"{asked}, got 5: choose the rows of one"):
        response.answered_in_time(table(30), SURVEYS)


# --- messages ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda w: response.survival(w, by="brand"), "by must be one of the columns wait_min, ended, answered, got 'brand'"),
        (lambda w: response.survival(w, by=[]), "by must be one of the columns wait_min, ended, answered, got ''"),
        (lambda w: response.survival(w, level=1), "level must be above 0 and below 1, got 1"),
        (lambda w: response.survival(w, which="mid"), "which must be one of low, high, got 'mid'"),
        (lambda w: response.survival(w.assign(wait_min=-1.0)), "wait_min must be minutes of at least 0, got -1.0"),
        (lambda w: response.survival(w.assign(wait_min=math.nan)), "wait_min must be minutes of at least 0, got nan"),
        (lambda w: response.quantiles(w, at=1.5), "at must be a probability in [0, 1], got 1.5"),
        (lambda w: response.restricted_mean(w, minutes=0), "minutes must be above 0, got 0"),
        (lambda w: response.quantiles(w, at=[]), "at must be at least one share, got []"),
        (lambda w: response.log_rank(w.assign(arm="a"), by="arm"), "by must be a column of at least two groups of contacts, got 1 in 'arm'"),
        (lambda w: response.log_rank(w, by="ended"), "by must be columns known before the wait ends, got 'ended'"),
        (lambda w: response.log_rank(w.assign(arm=[1, 2]), by=["arm", "answered"]), "by must be columns known before the wait ends, got 'answered'"),
        (lambda w: response.survival(w.assign(answered=["yes", "no"])), "answered must be True or False, got 'yes': compare it with the word that means True"),
        (lambda w: response.log_rank(w.assign(answered="no", arm=[1, 2]), by="arm"), "answered must be True or False, got 'no': compare it with the word that means True"),
        (lambda w: response.competing(w.assign(ended="gave up")), "ended must be one of answered, abandoned, open, got 'gave up'"),
        (lambda w: response.answered_in_time(w, pd.Series({5: 0.5, 9: 0.4})),
         "expected must be minutes of at least 0 and shares in [0, 1] that rise with them, got [(5.0, 0.5), (9.0, 0.4)]"),
        (lambda w: response.answered_in_time(w, pd.DataFrame({"share": [1.0]})),
         "expected must have the columns within_min and share, missing within_min"),
    ],
)  # fmt: skip
def test_messages_name_rule_and_value(call, sentence):
    with says(sentence):
        call(table(1, 2))


def test_groups_that_cannot_be_compared():
    nobody = table("1*", "2*", channel=["a", "b"])
    with says("waits must have at least one answer to compare groups, got none in 2 contacts"):
        response.log_rank(nobody, by="channel")
    sentence = "waits must have a minute at which some of those waiting are answered and others not, got none: there is nothing to compare"
    for ends in (("1*", 2), (2, 2)):
        with says(sentence):
            response.log_rank(table(*ends, channel=["a", "b"]), by="channel")
    gone = table("1*", 2, 3, channel=["a", "b", "b"])
    sentence = "by must be groups in which somebody still waits after 2 minutes, when some are answered and others not, got nobody in 'a' of 'channel': leave it out"
    with says(sentence):
        response.log_rank(gone, by="channel")
    later = table("1*", 2, 3, 3, 4, channel=["a", "b", "b", "c", "c"])
    assert response.log_rank(later[1:], by="channel")["dof"].tolist() == [1]


@patiently
@given(WAITS)
def test_the_log_rank_test_knows_when_it_cannot_compare(rows):
    """Its sentences stand for just those waits in which a plain loop finds no variance."""
    frame = framed(rows)
    variance, groups = 0.0, frame["channel"].nunique()
    for minutes in sorted(set(frame.loc[frame["answered"], "wait_min"])):
        risk = frame[frame["wait_min"] >= minutes]
        d, n = (risk["answered"] & (risk["wait_min"] == minutes)).sum(), len(risk)
        web = (risk["channel"] == "web").mean()
        variance += d * web * (1 - web) * (n - d) / max(n - 1, 1)
    try:
        found = response.log_rank(frame, by="channel")
    except ValueError:
        assert groups < 2 or variance == 0
    else:
        assert variance > 0
        assert 0 <= found["p"].iloc[0] <= 1


def test_who_gives_up_is_out_of_the_log_rank_test_but_not_of_the_fates():
    web, phone = table(*[10] * 5, *[20] * 5), table(*["5-"] * 8, 10, 20)
    both = pd.concat([web.assign(channel="web"), phone.assign(channel="phone")])
    assert response.log_rank(both, by="channel")["p"].tolist() == [1.0]
    last = response.competing(both, by="channel").groupby("channel")["answered"].last()
    assert last.to_dict() == pytest.approx({"phone": 0.2, "web": 1.0})


def test_tables_are_left_as_they_were():
    before = FREIREICH.copy()
    response.competing(FREIREICH, by="arm")
    response.audience_bands(FREIREICH.assign(audience=5.0))
    assert_frame_equal(FREIREICH, before)


@pytest.mark.parametrize(
    "metric",
    [
        response.survival,
        response.quantiles,
        response.competing,
        lambda waits, **by: response.restricted_mean(waits, minutes=5, **by),
        lambda waits, **by: response.answered_in_time(waits, pd.Series({2: 0.5}), **by),
    ],
    ids=["survival", "quantiles", "competing", "restricted_mean", "answered_in_time"],
)
def test_a_group_is_read_as_if_it_were_alone(metric):
    rng = np.random.default_rng(2)
    rows = zip(rng.integers(0, 9, 60), rng.choice(["answered", "abandoned", "open"], 60),
               rng.choice(["phone", "web"], 60), strict=True)  # fmt: skip
    waits = framed(list(rows))
    found = metric(waits, by="channel")
    for channel in ("phone", "web"):
        alone = metric(waits[waits["channel"] == channel])
        part = found[found["channel"] == channel].drop(columns="channel").reset_index(drop=True)
        assert_frame_equal(part, alone)


# --- columns of the log ------------------------------------------------------------------

CALLS = pd.DataFrame(
    {
        "customer": ["Ana", "Bo", "Cy", "Ana", "Bo"],
        "time": DAY + pd.to_timedelta([0, 0, 0, 10, 20], unit="min"),
        "actor": ["customer"] * 3 + ["company", "customer"],
        "by": [None, None, None, "north", "desk"],
        "kind": ["contact"] * 3 + ["answer", "abandon"],
        "touchpoint": ["gate", "gate", "web", "office", "office"],
        "tier": [1, 2, 2, 9, 9],
    }
)


def test_a_log_may_be_grouped_by_any_of_its_columns():
    def groups(by, metric=response.survival, frame=CALLS):
        return metric(frame, by=by)[by].drop_duplicates().astype(object).fillna("").tolist()

    assert groups("touchpoint") == ["gate", "web"]
    assert groups("tier") == [1, 2]
    assert groups("tier", frame=observe(CALLS)) == [1, 2]
    assert groups("team") == ["north", ""]  # who gave up and who still waits have none
    assert groups("team", frame=CALLS.assign(team=["a", "b", "b", "z", "z"])) == ["a", "b"]
    for metric in (
        response.quantiles,
        response.competing,
        lambda log, **by: response.restricted_mean(log, minutes=5, **by),
        lambda log, **by: response.answered_in_time(log, pd.Series({5: 1.0}), **by),
    ):
        assert groups("touchpoint", metric) == ["gate", "web"]
    assert response.log_rank(CALLS, by="tier")["n"].tolist() == [3]
    both = response.competing(CALLS, by=["touchpoint", "channel"])
    assert both.columns.tolist()[:2] == ["touchpoint", "channel"]


def test_columns_that_are_not_there_and_teams_that_are_known_too_late():
    names = "customer, issue, channel, time, wait_low_min, wait_min, answered, censored, ended, sure, hour, weekday, audience"
    names += ", latest, actor, by, touchpoint, kind, value, source, tier, team"
    with says(f"by must be one of the columns {names}, got 'brand'"):
        response.survival(CALLS, by="brand")
    with says("by must be columns known before the wait ends, got 'team'"):
        response.log_rank(CALLS, by="team")
    known = CALLS.assign(team=["a", "b", "b", "z", "z"])
    assert response.log_rank(known, by="team")["n"].tolist() == [3]


def test_the_shortest_of_waits_that_are_exact_are_those_waits():
    waits = table(10, 20, channel=["a", "b"])
    assert_frame_equal(response.survival(waits, which="low"), response.survival(waits))
    low = response.log_rank(waits, by="channel", which="low")
    assert_frame_equal(low, response.log_rank(waits, by="channel"))


@pytest.mark.parametrize("dtype", ["bool", "boolean", "object", "int64", "float64"])
def test_true_and_false_may_be_written_as_numbers(dtype):
    waits = table(10, "20*", 30)
    other = waits.assign(answered=waits["answered"].astype(dtype))
    assert_frame_equal(response.survival(other), response.survival(waits))
    assert_frame_equal(response.quantiles(other), response.quantiles(waits))
