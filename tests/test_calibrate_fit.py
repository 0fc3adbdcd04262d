"""Fitting readings of all kinds: hand-made likelihoods, recovery, alternatives, messages."""

import copy
import math
import pickle
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from cemlab import calibrate, datasets
from cemlab.calibrate import _table, curves

patiently = settings(deadline=None, max_examples=25, derandomize=True)
START, BOUNDS = {"p": 0.01, "q": 0.3, "m": 2e6}, {"p": (0, 1), "q": (0, 5), "m": (0, None)}
TRUTH = {"p": 0.02, "q": 0.4, "m": 1e6}
UBG = datasets.load("ubg-views")


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def bass(t, *, p, q, m):
    fade = np.exp(-(p + q) * np.asarray(t, float))
    return m * (1 - fade) / (1 + q / p * fade)


def line(t, *, a):
    return a * np.asarray(t, float)


def constant(t, *, a):
    return a + 0.0 * np.asarray(t, float)


def noisy(n=20, sigma=0.03, seed=1):
    t = np.linspace(1, 20, n)
    luck = np.random.default_rng(seed).standard_normal(n)
    return pd.DataFrame({"time": t, "value": bass(t, **TRUTH) * np.exp(sigma * luck)})


NOISY = noisy()
FIT = calibrate.fit(bass, NOISY, start=START, bounds=BOUNDS, counter=False)


# --- the likelihood of each kind, by hand ------------------------------------------------


def test_exact_readings_give_the_log_normal_mean_and_spread():
    table = pd.DataFrame({"time": [1, 2, 3, 4], "value": [10.0, 12.0, 9.0, 11.0]})
    found = calibrate.fit(constant, table, start={"a": 5}, bounds={"a": (0, None)}, counter=False)
    logs = np.log(table["value"])
    assert found.params["a"] == pytest.approx(np.exp(logs.mean()), rel=1e-6)
    assert found.sigma == pytest.approx(logs.std(ddof=1), rel=1e-6)
    assert found.standard_errors["a"] == pytest.approx(
        found.params["a"] * logs.std(ddof=1) / 2, rel=1e-4
    )
    height = norm.logpdf(logs, logs.mean(), logs.std(ddof=0)).sum() - logs.sum()
    assert found.loglik == pytest.approx(height, abs=1e-8)
    assert found.aic == pytest.approx(4 - 2 * height)
    assert found.bic == pytest.approx(2 * math.log(4) - 2 * height)
    assert found.aicc == pytest.approx(found.aic + 2 * 2 * 3 / (4 - 2 - 1))


def test_a_straight_line_with_absolute_noise_is_least_squares():
    t, y = np.array([1.0, 2, 3, 4, 5]), np.array([2.0, 4.5, 5.5, 8.5, 10])
    found = calibrate.fit(
        lambda t, a, b: a + b * t, pd.DataFrame({"time": t, "value": y}),
        start={"a": 0, "b": 1}, noise="absolute",
    )  # fmt: skip
    b, a = np.polyfit(t, y, 1)
    left = y - a - b * t
    assert dict(found.params) == pytest.approx({"a": a, "b": b}, abs=1e-6)
    # exact for straight curves: the classical Student interval, by profile and by curvature
    error = math.sqrt(left @ left / 3 / ((t - 3) ** 2).sum())
    wide = 3.182446305 * error
    for method in ("profile", "wald"):
        row = found.interval(0.95, method=method).loc["b"]
        assert [row["low"], row["high"]] == pytest.approx([b - wide, b + wide], abs=1e-4)
    said = found.predict([3.0])
    assert said["high"].iloc[0] - said["value"].iloc[0] == pytest.approx(
        3.182446305 * math.sqrt(left @ left / 3 / 5), abs=1e-4
    )


def test_each_kind_adds_its_own_term():
    table = pd.DataFrame({
        "time": [1, 2, 3, 4, 5, 6], "value": [11.0, 19, 30, 40, 30, 55],
        "precision": ["exact", "exact", "exact", "rounded", "at least", "exact"],
        "confidence": ["", "", "", "", "", "contested"],
    })  # fmt: skip
    more = pd.DataFrame(
        {"time": [6.5], "value": [70.0], "precision": ["exact"], "confidence": ["contested"]}
    )
    found = calibrate.fit(line, pd.concat([table, more]), start={"a": 8}, bounds={"a": (0, None)})
    a, s = found.params["a"], found.sigma * math.sqrt(4 / 5)  # the likelihood's own

    def density(y, t):
        return norm.pdf(math.log(y), math.log(a * t), s) / y

    terms = [density(11, 1), density(19, 2), density(30, 3)]
    terms.append(
        norm.cdf(math.log(45), math.log(4 * a), s) - norm.cdf(math.log(35), math.log(4 * a), s)
    )
    terms.append(norm.sf(math.log(30), math.log(5 * a), s))
    two = np.array([density(55, 6), density(70, 6.5)]) / 2
    assert found.loglik == pytest.approx(np.log(terms).sum() + math.log(two.sum()), abs=1e-6)
    assert found.alternatives["share"].tolist() == pytest.approx((two / two.sum()).tolist())
    assert dict(found.n) == {
        "exact": 3,
        "rounded": 1,
        "at least": 1,
        "alternatives": 1,
        "readings": 6,
    }


def test_limits_of_ones_own_come_before_precision():
    words = pd.DataFrame(
        {"time": [1, 2, 3], "value": [10, 20, 31], "precision": ["exact", "rounded", "exact"]}
    )
    own = words.assign(precision="exact", low=[np.nan, 15.0, np.nan], high=[np.nan, 25.0, np.nan])
    one, two = (
        calibrate.fit(line, w, start={"a": 8}, bounds={"a": (0, None)}) for w in (words, own)
    )
    assert one.loglik == pytest.approx(two.loglik, abs=1e-9)


def test_a_lower_bound_below_the_curve_changes_nothing_above_it_does():
    table = pd.DataFrame(
        {"time": [1, 2, 3, 4], "value": [10.2, 19.5, 30.3, 40.1], "precision": "exact"}
    )
    low, high = (
        pd.concat([table, pd.DataFrame({"time": [5], "value": [v], "precision": ["at least"]})])
        for v in (30, 60)
    )
    plain, idle, pulled = (
        calibrate.fit(line, t, start={"a": 8}, bounds={"a": (0, None)}).params["a"]
        for t in (table, low, high)
    )
    assert idle == pytest.approx(plain, rel=1e-6)
    assert pulled > 1.02 * plain


# --- recovery ----------------------------------------------------------------------------


def test_the_truth_is_found_again():
    for name, true in TRUTH.items():
        assert abs(FIT.params[name] - true) < 4 * FIT.standard_errors[name]
    assert not FIT.warnings
    table = FIT.interval()
    assert ((table["low"] < pd.Series(TRUTH)) & (pd.Series(TRUTH) < table["high"])).all()


def test_readings_without_noise_give_the_parameters_themselves():
    t = np.arange(1.0, 21)
    found = calibrate.fit(
        bass, pd.DataFrame({"time": t, "value": bass(t, **TRUTH)}), start=START, bounds=BOUNDS
    )
    assert dict(found.params) == pytest.approx(TRUTH, rel=1e-6)
    assert "runs through all readings" in " ".join(found.warnings)


def test_a_far_start_finds_the_same_optimum():
    far = calibrate.fit(bass, NOISY, start={"p": 0.5, "q": 0.01, "m": 1e4}, bounds=BOUNDS)
    assert dict(far.params) == pytest.approx(dict(FIT.params), rel=1e-4)


@pytest.mark.parametrize("scale", [1e-6, 1e3])
def test_units_of_the_readings_change_m_alone(scale):
    moved = calibrate.fit(
        bass,
        NOISY.assign(value=NOISY["value"] * scale),
        start=START | {"m": 2e6 * scale},
        bounds=BOUNDS,
    )
    wanted = dict(FIT.params) | {"m": FIT.params["m"] * scale}
    assert dict(moved.params) == pytest.approx(wanted, rel=1e-5)


@patiently
@given(st.permutations(range(27)))
def test_the_order_of_rows_does_not_matter(order):
    told = _table.told(UBG.iloc[order], column=None, since="2009-07-06", unit="D", unverified=False)
    known = _table.told(UBG, column=None, since="2009-07-06", unit="D", unverified=False)
    pd.testing.assert_frame_equal(told.table, known.table)


def test_a_list_a_series_and_a_table_are_one():
    y = [10.0, 21.0, 29.0, 41.0]
    days = pd.date_range("2020-01-02", periods=4)
    fits = [
        calibrate.fit(line, given, start={"a": 5}, bounds={"a": (0, None)}, since=since)
        for given, since in (
            (y, None),
            (pd.Series(y), None),
            (pd.Series(y, index=[1, 2, 3, 4]), None),
            (pd.Series(y, index=days), "2020-01-01"),
            (pd.DataFrame({"views": y, "time": days.astype(str)}), "2020-01-01"),
        )
    ]
    assert [f.loglik for f in fits] == pytest.approx([fits[0].loglik] * 5)


def test_hours_and_days_are_the_same_history():
    days = calibrate.fit(
        line, UBG.iloc[11:15], start={"a": 1e5}, bounds={"a": (0, None)}, since="2009-07-06"
    )
    hours = calibrate.fit(
        line,
        UBG.iloc[11:15],
        start={"a": 1e4},
        bounds={"a": (0, None)},
        since="2009-07-06",
        unit="h",
    )
    assert hours.params["a"] * 24 == pytest.approx(days.params["a"], rel=1e-6)


# --- alternatives ------------------------------------------------------------------------


def contested(**columns):
    table = pd.DataFrame(
        {
            "time": np.arange(1.0, 9),
            "value": 10 * np.arange(1.0, 9) * (1 + 0.02 * (-1) ** np.arange(8)),
        }
    )
    pair = pd.DataFrame(
        {"time": [3.5, 3.6], "value": [36.0, 110.0], "confidence": "contested"} | columns
    )
    return pd.concat([table, pair], ignore_index=True)


def test_the_alternative_on_the_curve_is_likelier():
    found = calibrate.fit(line, contested(), start={"a": 5}, bounds={"a": (0, None)}, counter=False)
    assert found.alternatives["share"].round(3).tolist() == [1.0, 0.0]
    assert found.n["alternatives"] == 1


def test_labels_and_weights_of_alternatives_are_obeyed():
    four = pd.concat([contested(alternatives=["a", "b"]), contested(alternatives=["b", "a"])[-2:]])
    four["source"] = range(len(four))
    two = calibrate.fit(line, four, start={"a": 5}, bounds={"a": (0, None)}, counter=False)
    assert two.n["alternatives"] == 2
    only = calibrate.fit(
        line, contested(weight=[0.0, 1.0]), start={"a": 5}, bounds={"a": (0, None)}, counter=False
    )
    assert only.alternatives["share"].tolist() == [0.0, 1.0]


def test_contested_readings_far_apart_are_two_questions():
    told = contested()
    told.loc[told.index[-1], "time"] = 6.6
    found = calibrate.fit(line, told, start={"a": 5}, bounds={"a": (0, None)}, counter=False)
    assert found.n["alternatives"] == 0
    # each stands alone: nobody says what else could be true, so neither is believed
    assert dict(found.left_out) == {"contested alone": 2}
    assert found.params["a"] == pytest.approx(
        calibrate.fit(line, told.iloc[:8], start={"a": 5}, bounds={"a": (0, None)}).params["a"]
    )
    assert found.warnings[0] == ("2 contested readings left out: no alternative stands beside them")


def test_unverified_readings_are_counted_and_used_when_asked():
    power = {"rate": (0, None), "scale": (0, None), "exponent": (-1, 5)}
    start = {"rate": 5e5, "scale": 5, "exponent": 0.8}
    found = calibrate.fit(curves.power_decay, UBG, start=start, bounds=power, since="2009-07-06")
    assert dict(found.left_out) == {"unverified": 1}
    assert found.n == {"exact": 7, "rounded": 10, "at least": 4, "alternatives": 1, "readings": 22}
    more = calibrate.fit(
        curves.power_decay,
        UBG,
        start=start,
        bounds=power,
        since="2009-07-06",
        unverified=True,
        starts=4,
    )
    assert more.n["readings"] == 23


# --- intervals, bands, residuals, warnings ---------------------------------------------


def test_three_intervals_agree_where_the_likelihood_is_a_parabola():
    wald, profile, boot = (
        FIT.interval(method=m, rng=1)[["low", "high"]] for m in ("wald", "profile", "bootstrap")
    )
    width = wald["high"] - wald["low"]
    assert ((profile.sub(wald)).abs().div(width, axis=0) < 0.05).all().all()
    assert ((boot.sub(wald)).abs().div(width, axis=0) < 0.25).all().all()
    again = FIT.interval(method="bootstrap", rng=1)[["low", "high"]]
    pd.testing.assert_frame_equal(boot, again)


def test_the_profile_touches_the_cut_at_the_interval():
    table, row = FIT.profile("q"), FIT.interval().loc["q"]
    falls = np.interp([row["low"], row["value"], row["high"]], table["value"], table["fall"])
    assert falls == pytest.approx(
        [table["cut"].iloc[0], 0.0, table["cut"].iloc[0]], rel=0.05, abs=0.02
    )


def test_bands_hold_the_curve_and_widen_for_a_new_reading():
    said = FIT.predict([2, 10, 40])
    assert said["value"].to_numpy() == pytest.approx(bass(said["time"], **FIT.params))
    inner, outer = (said[f"{p}high"] - said[f"{p}low"] for p in ("", "reading_"))
    assert (outer > inner).all()


def test_randomised_residuals_are_one_draw_of_what_is_possible():
    told = NOISY.assign(precision=["exact", "rounded"] * 10)
    told["value"] = told["value"].round(-4).where(told["precision"] == "rounded", told["value"])
    found = calibrate.fit(bass, told, start=START, bounds=BOUNDS, starts=4)
    mean = np.mean([found.residuals(rng=i)["residual"] for i in range(200)], axis=0)
    assert np.abs(mean - found.residuals()["residual"]).max() < 4 / math.sqrt(200)


def test_residuals_that_agree_are_told():
    t = np.arange(1.0, 25)
    told = pd.DataFrame({"time": t, "value": 100 * t * np.exp(0.1 * np.sin(t / 3))})
    found = calibrate.fit(line, told, start={"a": 50}, bounds={"a": (0, None)})
    z = found.residuals()["residual"].to_numpy()
    lag = (z[1:] @ z[:-1]) / (z @ z)
    assert found.warnings[0] == (
        f"residuals of neighbours agree (lag-1 correlation {lag:.2f}): the intervals are too short"
    )


def test_a_parameter_without_effect_and_one_on_its_bound_are_told():
    loose = calibrate.fit(
        lambda t, a, b: a * t + 0 * b,
        NOISY.iloc[:6],
        start={"a": 1e4, "b": 1},
        bounds={"a": (0, None), "b": (0, 9)},
    )
    assert "the readings do not fix b: other values fit as well" in loose.warnings
    stuck = calibrate.fit(line, [10, 21, 29, 41], start={"a": 5}, bounds={"a": (1, 6)})
    assert stuck.warnings[0].startswith("a lies on its bound (6)")
    assert math.isnan(stuck.standard_errors["a"])


def test_increments_follow_the_errors_that_readings_share():
    rng, t = np.random.default_rng(3), np.arange(1.0, 31)
    steps = np.diff(bass(t, **TRUTH), prepend=0.0) * np.exp(0.2 * rng.standard_normal(30))
    told = pd.DataFrame({"time": t, "value": steps.cumsum()})
    found = calibrate.fit(bass, told, start=START, bounds=BOUNDS, noise="increments")
    for name, true in TRUTH.items():
        assert abs(found.params[name] - true) < 4 * found.standard_errors[name]
    assert found.sigma == pytest.approx(0.2, abs=4 * 0.2 / math.sqrt(60))
    said = found.predict([30.5])
    assert said["value"].iloc[0] > told["value"].iloc[-1]


def test_a_fit_travels():
    again = pickle.loads(pickle.dumps(FIT))
    assert again.params == FIT.params
    assert repr(again) == repr(FIT)


# --- messages ----------------------------------------------------------------------------


def bad(rows, **changed):
    table = pd.DataFrame(rows, columns=["time", "value", "precision"])
    return calibrate.fit(line, table, **({"start": {"a": 5}, "bounds": {"a": (0, None)}} | changed))


def test_exact_readings_that_fall_are_refused():
    with says(
        "exact readings of a counter must not fall, got 30 at time 2 and then 20 at time 3 in rows 1 and 2: "
        "correct one, mark both as contested, or say counter=False if it is no counter"
    ):
        bad([(1, 10, "exact"), (2, 30, "exact"), (3, 20, "exact")])
    assert (
        bad([(1, 10, "exact"), (2, 30, "exact"), (3, 20, "exact")], counter=False).params["a"] > 0
    )


def test_contradicting_limits_are_refused():
    with says(
        "readings of a counter must not contradict each other, got at least 5,000,000 at time 3 and then "
        "4,000,000 at time 10 in rows 0 and 1: correct one, mark both as contested, or say counter=False "
        "if it is no counter"
    ):
        bad([(3, 5_000_000, "at least"), (10, 4_000_000, "exact"), (12, 4_500_000, "exact")])
    with says("low must be at most high, got 5 and 4 in row 0"):
        calibrate.fit(
            line, pd.DataFrame({"time": [1], "value": [3], "low": [5], "high": [4]}), start={"a": 1}
        )


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"start": {"a": -1}}, "start of a must lie within its bounds 0 to inf, got -1"),
        ({"bounds": {"a": (3, 1)}}, "bounds of a must be two numbers, the lower first (None: open), got (3, 1)"),
        ({"bounds": {"b": (0, 1)}}, "bounds must be one of a, got 'b'"),
        ({"noise": "white"}, "noise must be one of relative, absolute, increments, got 'white'"),
        ({"column": "x"}, "column must be one of time, value, precision, got 'x'"),
    ],
)  # fmt: skip
def test_arguments_are_checked(changed, sentence):
    with says(sentence):
        bad([(1, 10, "exact"), (2, 20, "exact"), (3, 30, "exact")], **changed)


def test_too_few_readings_are_refused():
    bounds = pd.DataFrame(
        {"time": [1, 2, 3], "value": [9, 8, 27], "precision": ["at least"] * 2 + ["exact"]}
    )
    with says(
        "readings must be at least 2 for 1 parameter and the noise, got 1 (2 with one limit only, which do not count)"
    ):
        calibrate.fit(line, bounds, start={"a": 1})
    with says(
        "readings must be at least 2 for 1 parameter and the noise, got 1 (1 group of 2 alternatives, where a group counts once)"
    ):
        calibrate.fit(line, contested().iloc[-2:], start={"a": 1})
    with says("start must be a mapping of each parameter's name to a number, got [1, 2]"):
        calibrate.fit(line, [1.0, 2.0], start=[1, 2])
    with says(
        "readings must be at least 4 for 3 parameters and the noise, got 3 (1 missing left out)"
    ):
        calibrate.fit(bass, [1.0, 2.0, 3.0, np.nan], start=START, bounds=BOUNDS)
    with says("readings must be at least one, got none"):
        calibrate.fit(bass, [], start=START)


def test_zero_has_no_logarithm():
    with says(
        "readings must be above 0 with relative noise, got 0 at time 1 in row 0: leave it out, or say noise='absolute'"
    ):
        bad([(1, 0, "exact"), (2, 10, "exact"), (3, 20, "exact")])
    start = bad([(0, 0, "exact"), (1, 11, "exact"), (2, 20, "exact")])
    assert dict(start.left_out) == {"zero like the curve": 1}


def test_dates_need_a_zero():
    with says(
        "since must be the date of time 0 where readings have dates, got None: the first reading is of 2009-07-07 03:00"
    ):
        calibrate.fit(line, UBG, start={"a": 1})


# --- where a fit could mislead -----------------------------------------------------------

T9 = np.array([1, 2, 3, 4, 6, 8, 10, 14, 20.0])
LUCK = np.array([0.5, -1, 0.3, 1.2, -0.7, 0.2, -1.1, 0.9, -0.3])
OPEN = {"a": (0, None), "b": (0, None)}


def slowing(t, *, a, b):
    return a * -np.expm1(-np.asarray(t, float) / b)


NINE = pd.DataFrame(
    {"time": T9, "value": np.round(slowing(T9, a=650, b=5.5) * np.exp(0.03 * LUCK))}
)


def slow(table, start=(600, 5), **more):
    return calibrate.fit(
        slowing, table, start=dict(zip("ab", start, strict=True)), bounds=OPEN, **more
    )


@pytest.mark.parametrize("start", [(600, 0), (600, 1e-3), (0, 0), (1e-6, 1e9), (1e12, 1e-9)])
def test_a_start_many_powers_of_ten_away_finds_the_peak(start):
    assert slow(NINE, start).loglik == pytest.approx(slow(NINE).loglik, abs=1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_bounds_are_searched_evenly_too(seed):
    t = np.arange(1.0, 31)
    luck = 10 * np.random.default_rng(seed).standard_normal(30)
    told = pd.DataFrame({"time": t, "value": 500 + 100 * np.sin(2.2 * t) + luck})
    found = calibrate.fit(
        lambda t, a, w: 500 + a * np.sin(w * t), told, start={"a": 50, "w": 1},
        bounds={"a": (0, 500), "w": (0, 4)}, noise="absolute",
    )  # fmt: skip
    assert abs(found.params["w"] - 2.2) < 4 * found.standard_errors["w"]
    assert abs(found.params["a"] - 100) < 4 * found.standard_errors["a"]


def test_standard_errors_and_sigma_are_those_of_least_squares():
    t, y = np.array([1.0, 2, 3, 4, 5]), np.array([2.0, 4.5, 5.5, 8.5, 10])
    found = calibrate.fit(
        lambda t, a, b: a + b * t, pd.DataFrame({"time": t, "value": y}),
        start={"a": 0, "b": 1}, noise="absolute",
    )  # fmt: skip
    fitted, spread = np.polyfit(t, y, 1, cov=True)
    assert found.covariance.to_numpy() == pytest.approx(spread[::-1, ::-1], rel=1e-4)
    left = y - np.polyval(fitted, t)
    assert found.sigma == pytest.approx(math.sqrt(left @ left / 3), rel=1e-6)
    # a straight line: its bootstrap is Student's interval, up to the luck of 1000 draws (4 s.e.)
    exact, drawn = (found.interval(method=m, replicates=1000) for m in ("profile", "bootstrap"))
    wide, tried = (float((x["high"] - x["low"])["b"]) for x in (exact, drawn))
    assert tried == pytest.approx(wide, rel=0.38)


def test_a_repeated_row_is_one_reading():
    one, two = slow(NINE), slow(pd.concat([NINE, NINE]))
    assert dict(two.left_out) == {"said twice": 9}
    assert dict(two.standard_errors) == pytest.approx(dict(one.standard_errors), rel=1e-6)
    apart = pd.concat([NINE.assign(source="one"), NINE.assign(source="two")])
    assert slow(apart).n["readings"] == 18


def test_words_of_confidence_are_checked():
    doubt = NINE.assign(confidence=["press"] * 8 + [" Contested"])
    assert slow(doubt).left_out["contested alone"] == 1
    assert slow(NINE.assign(confidence="verified")).n["readings"] == 9
    with says(
        "confidence must be contested, unverified or a word unlike them (trusted), got 'contestd' in row 0: did you mean contested?"
    ):
        slow(NINE.assign(confidence="contestd"))


def test_two_parameters_that_only_add_up_have_no_standard_errors():
    found = calibrate.fit(lambda t, a, b: (a + b) * t, NINE, start={"a": 1, "b": 1}, bounds=OPEN)
    assert all(math.isnan(error) for error in found.standard_errors.values())
    assert "the readings do not fix a, b: other values fit as well" in found.warnings


def test_rounded_readings_that_hold_a_region_of_curves():
    told = pd.DataFrame({"time": [1, 2, 3, 5, 8, 12], "value": [100, 200, 200, 300, 400, 500],
                         "precision": "rounded"})  # fmt: skip
    found = slow(told)
    assert found.warnings[0].startswith("the limits of the rounded readings hold a whole region")
    assert math.isnan(found.sigma)
    assert math.isnan(found.standard_errors["a"])
    low, high = found.interval().loc["a", ["low", "high"]]
    assert 0 < low < 450 < 800 < high < 2000
    band = found.predict([12.0, 20.0])
    inside = [p for p in ((520, 5.0), (600, 6.5))  # two curves inside every limit, by hand
              if np.all(np.abs(slowing(told["time"], a=p[0], b=p[1]) - told["value"]) <= 50)]  # fmt: skip
    assert len(inside) == 2
    for a, b in inside:
        said = slowing(band["time"], a=a, b=b)
        assert ((band["low"] <= said) & (said <= band["high"])).all()
    with says(
        "method must be profile where rounded readings hold a whole region of curves, got 'wald': it has no peak"
    ):
        found.interval(method="wald")


def test_errors_that_add_up_are_noticed_and_independent_ones_are_not():
    rng, told, false = np.random.default_rng(5), 0, 0
    t, steady = np.arange(2.0, 42, 2), np.linspace(1, 8, 20)
    for _ in range(10):
        steps = np.diff(slowing(np.append(0, t), a=5e4, b=7.0)) * np.exp(
            0.3 * rng.standard_normal(20)
        )
        found = slow(pd.DataFrame({"time": t, "value": steps.cumsum()}), (4e4, 5), starts=2)
        told += "errors add up from reading to reading" in " ".join(found.warnings)
        alone = slowing(steady, a=5e4, b=7.0) * np.exp(0.01 * rng.standard_normal(20))
        found = slow(pd.DataFrame({"time": steady, "value": alone}), (4e4, 5), starts=2)
        false += "errors add up" in " ".join(found.warnings)
    assert told == 10
    assert false <= 1


def test_broken_numbers_that_fall_are_said():
    found = calibrate.fit(line, [96.5, 180.2, 120.1, 300.7, 340.0], start={"a": 50})
    assert found.warnings[0] == (
        "readings fall, from 180.2 at time 2 to 120.1 at time 3: taken as no counter, as not all are whole numbers (say counter=True or counter=False)"
    )


def test_a_curve_that_raises_is_named_with_its_time():
    with says(
        "curve must give a value at every time, got ZeroDivisionError (float division by zero) at time 6 with a 1: choose another start, bounds or time"
    ):
        calibrate.fit(
            lambda t, a: np.array([a / 0 if x > 5 else a for x in t]), NINE, start={"a": 1}
        )


def test_one_limit_is_enough_for_a_row():
    more = pd.DataFrame({"time": [25.0], "high": [630.0]})
    told = pd.concat([NINE.rename(columns={"value": "low"}).assign(high=NINE["value"]), more])
    assert slow(told).n["readings"] == 10
    assert slow(told).params["a"] < slow(NINE).params["a"]
    # the fit does not stop for want of a column, but for want of readings
    with pytest.raises(ValueError, match="9 with one limit only, which do not count"):
        slow(NINE.rename(columns={"value": "high"}))


def test_zones_of_dates_are_all_or_none():
    days = ["2020-01-02T00:00+01:00", "2020-01-03T00:00Z", "2020-01-04T00:00Z"]
    told = pd.DataFrame({"time": days, "value": [10, 21, 29]})
    found = calibrate.fit(line, told, start={"a": 5}, since="2020-01-01T01:00+01:00")
    assert found.readings["time"].to_numpy() == pytest.approx([23 / 24, 2, 3])
    with says("since must have no time zone where readings have none, got '2020-01-01T00:00Z'"):
        calibrate.fit(line, told.assign(time=["2020-01-02", "2020-01-03", "2020-01-04"]),
                      start={"a": 5}, since="2020-01-01T00:00Z")  # fmt: skip
    with says(
        "time must have a time zone in every row or in none, got '2020-01-02' beside others: write the zone of each"
    ):
        calibrate.fit(
            line, told.assign(time=["2020-01-02", *days[1:]]), start={"a": 5}, since="2020-01-01"
        )


def test_a_curve_without_a_name_does_not_travel_but_is_copied():
    found = calibrate.fit(lambda t, a: a * t, NINE, start={"a": 50})
    assert copy.deepcopy(found) is found
    with pytest.raises(
        pickle.PicklingError, match="curve must be a function with a name at the top"
    ):
        pickle.dumps(found)


def test_an_empty_label_of_alternatives_is_none():
    time = np.arange(1.0, 7)
    views = 1000.0 * np.log1p(time)
    plain = pd.DataFrame({"time": time, "value": views})
    start = {"a": 500.0}

    def curve(t, a):
        return a * np.log1p(t)

    labelled = plain.assign(alternatives="", confidence="")
    one = calibrate.fit(curve, plain, start=start, counter=False)
    other = calibrate.fit(curve, labelled, start=start, counter=False)
    assert other.n == one.n
    assert other.loglik == pytest.approx(one.loglik)


def test_the_same_readings_in_other_shapes_give_the_same_fit():
    def line(t, a):
        return a * t

    start, pairs = {"a": 1.0}, [(1, 10), (2, 19), (3, 31), (5, 52)]
    table = pd.DataFrame(pairs, columns=["time", "value"])
    due = calibrate.fit(line, table, start=start).params["a"]
    shapes = [
        pairs, np.array(pairs, float), table.rename(columns={"time": "t"}),
        table.rename(columns={"time": "day", "value": "views"}), table.to_dict("records"),
    ]  # fmt: skip
    for shape in shapes:
        assert calibrate.fit(line, shape, start=start).params["a"] == pytest.approx(due)
    with pytest.raises(
        ValueError, match=r"one column of times \(time, t, day, date\), got \['t', 'day', 'v'\]"
    ):
        calibrate.fit(line, pd.DataFrame({"t": [1], "day": [1], "v": [1]}), start=start)
