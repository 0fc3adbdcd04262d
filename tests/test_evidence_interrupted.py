"""Interrupted series: exact lines, statsmodels, likelihood by matrices, size, messages."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.linalg import toeplitz
from scipy.signal import lfilter
from statsmodels.api import OLS

from cemlab.evidence import (
    interrupted,
    placebo_interruptions,
    placebo_share,
    rejection_rates,
)
from cemlab.evidence.comparisons import _segments
from cemlab.plots.evidence.comparisons import interrupted_line

patiently = settings(deadline=None, max_examples=25, derandomize=True)
MONTHS = pd.date_range("2004-01-01", periods=84, freq="MS")


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def noise(luck, n=60, memory=0.5):
    return lfilter([1], [1, -memory], luck.standard_normal(n + 50))[50:]


def broken(level=5.0, slope=0.0, n=60, place=30, memory=0.5, seed=1):
    t = np.arange(n)
    line = 10 + 0.2 * t + (t >= place) * (level + slope * (t - place))
    return line + noise(np.random.default_rng(seed), n, memory)


@pytest.mark.parametrize("errors", ["ols", "hac", "ar1", "glsar"])
def test_a_break_without_noise_is_found_as_it_is(errors):
    luck = np.random.default_rng(1)
    t = np.arange(40)
    tiny = 1e-7 * luck.standard_normal(40)
    found = interrupted(3 + t + (t >= 25) * (5 - 2 * (t - 25)) + tiny, event=25, errors=errors)
    assert (found.level, found.slope) == pytest.approx((5, -2), abs=1e-5)
    assert found.effect(3) == pytest.approx(-1, abs=1e-5)
    assert found.path["counterfactual"].iloc[-1] == pytest.approx(42, abs=1e-5)
    assert found.predict(2)["expected"].tolist() == pytest.approx([43 + 5 - 30, 44 + 5 - 32], abs=1e-4)  # fmt: skip
    assert found.predict(2)["counterfactual"].tolist() == pytest.approx([43, 44], abs=1e-4)


def test_newey_west_agrees_with_statsmodels_on_the_same_columns():
    y, t = broken(), np.arange(60.0)
    x = np.column_stack([np.ones(60), t, t >= 30, np.maximum(t - 30, 0)])
    fit = OLS(y, x).fit(cov_type="HAC", cov_kwds={"maxlags": 3, "use_correction": True}, use_t=True)
    found = interrupted(y, event=30, errors="hac")
    assert found.checks["lags"] == 3
    assert found.changes["value"].tolist() == pytest.approx(fit.params[2:], rel=1e-9)
    assert found.changes["se"].tolist() == pytest.approx(fit.bse[2:], rel=1e-9)
    assert found.changes["p"].tolist() == pytest.approx(fit.pvalues[2:], rel=1e-7, abs=1e-12)
    low, high = fit.conf_int()[2]
    assert (found.level.low, found.level.high) == pytest.approx((low, high))


def test_newey_west_by_hand():
    """Bartlett weights, written out."""
    y, t = broken(n=20, place=10), np.arange(20.0)
    x = np.column_stack([np.ones(20), t, t >= 10, np.maximum(t - 10, 0)])
    rest = y - x @ np.linalg.lstsq(x, y)[0]
    u = x * rest[:, None]
    middle = u.T @ u
    for lag in (1, 2):
        cross = u[lag:].T @ u[:-lag]
        middle += (1 - lag / 3) * (cross + cross.T)
    bread = np.linalg.inv(x.T @ x)
    errors = np.sqrt(np.diag(bread @ middle @ bread) * 20 / 16)
    found = interrupted(y, event=10, errors="hac", lags=2)
    assert found.changes["se"].tolist() == pytest.approx(errors[2:], rel=1e-8)


def test_restricted_likelihood_agrees_with_matrices():
    y, t = broken(n=40, place=20, memory=0.6), np.arange(40.0)
    x = np.column_stack([np.ones(40), t, t >= 20, np.maximum(t - 20, 0)])

    def fit(rho):
        v = toeplitz(rho ** np.arange(40.0)) / (1 - rho**2)
        inverse = np.linalg.inv(v)
        inner = x.T @ inverse @ x
        beta = np.linalg.solve(inner, x.T @ inverse @ y)
        left = (y - x @ beta) @ inverse @ (y - x @ beta)
        size = np.linalg.slogdet(v)[1] + np.linalg.slogdet(inner)[1]
        return -size / 2 - 36 / 2 * np.log(left), beta, np.sqrt(np.diag(left / 36 * np.linalg.inv(inner)))  # fmt: skip

    found = interrupted(y, event=20)  # the default
    rho = found.checks["rho"]
    _, beta, errors = fit(rho)
    assert found.changes["value"].tolist() == pytest.approx(beta[2:], rel=1e-7)
    assert found.changes["se"].tolist() == pytest.approx(errors[2:], rel=1e-7)
    grid = np.linspace(-0.9, 0.95, 371)
    assert rho == pytest.approx(max(grid, key=lambda r: fit(r)[0]), abs=0.006)


def test_a_step_of_five_in_noise_with_memory_is_recovered():
    luck = np.random.default_rng(2)
    found = [
        interrupted(noise(luck) + 5 * (np.arange(60) >= 30), event=30, errors="ar1")
        for _ in range(200)
    ]
    levels, slopes = np.array([[f.level, f.slope] for f in found]).T
    assert levels.mean() == pytest.approx(5, abs=4 * levels.std() / np.sqrt(200))
    assert slopes.mean() == pytest.approx(0, abs=4 * slopes.std() / np.sqrt(200))
    covered = np.mean([f.level.low <= 5 <= f.level.high for f in found])
    assert 0.85 <= covered <= 0.985  # nominal 0.95, known to be nearer 0.93


def test_rejection_without_an_effect_is_what_the_words_say():
    def p_values(y):
        return {name: interrupted(y, event=24, errors=name).changes.loc["level", "p"]
                for name in ("hac", "ar1")}  # fmt: skip

    rates = rejection_rates(p_values, lambda luck: noise(luck, 48), replicates=200, rng=1)
    for name, said in {"hac": 0.208, "ar1": 0.083}.items():
        error = np.sqrt(said * (1 - said) * (1 / 200 + 1 / 2000))
        assert rates.loc[name, "value"] == pytest.approx(said, abs=4 * error)
    assert rates.loc["hac", "low"] > 0.1  # Newey-West is too short here
    assert rates.loc["ar1", "high"] < rates.loc["hac", "value"]


def test_seasons_are_told_from_the_break():
    y = pd.Series(np.tile(np.arange(12.0), 7), MONTHS) + 3.0 * (MONTHS >= "2009-07-01")
    y += np.random.default_rng(1).normal(0, 0.01, 84)
    found = interrupted(y, event="2009-06-15", seasons=12, change="level")
    assert found.events == (pd.Timestamp("2009-07-01"),)
    assert found.level == pytest.approx(3, abs=0.02)
    assert abs(interrupted(y, event="2009-07-01", change="level").level - 3) > 0.1


def test_several_interruptions_have_a_row_each():
    t = np.arange(60)
    y = 2.0 * (t >= 20) - 4.0 * (t >= 40) + 0.01 * noise(np.random.default_rng(1))
    found = interrupted(y, event=[40, 20], change="level")
    assert found.changes.index.tolist() == ["level 20", "level 40"]
    assert found.changes["value"].tolist() == pytest.approx([2, -4], abs=0.05)
    assert found.effect() == pytest.approx(-2, abs=0.05)
    assert sorted(set(found.path["after"])) == [0, 1, 2]


@given(st.permutations(range(84)))
@patiently
def test_order_does_not_matter_with_dates(order):
    y = pd.Series(broken(n=84, place=66), MONTHS)
    one = interrupted(y.iloc[order], event="2009-07-01")
    pd.testing.assert_frame_equal(one.changes, interrupted(y, event="2009-07-01").changes)


def test_lists_integers_and_other_calendars_are_read():
    whole = [1, 2, 3, 5, 4, 9, 9, 11, 12, 12]
    base = interrupted(whole, event=5, errors="ols").changes
    for index in (
        range(2001, 2011),
        pd.date_range("2009-01-31", periods=10, freq="ME"),
        pd.date_range("2009-07-01", periods=10, freq="B"),
        pd.date_range("2001-01-01", periods=10, freq="YS"),
        pd.period_range("2009-01", periods=10, freq="M"),
        [f"2009-{month:02d}" for month in range(1, 11)],
    ):
        series = pd.Series(whole, index)
        event = index[5] if not isinstance(index, pd.PeriodIndex) else "2009-06"
        found = interrupted(series, event=event, errors="ols").changes
        pd.testing.assert_frame_equal(found, base)


def test_warnings_name_what_matters():
    short = interrupted(broken(n=24, place=20), event=20).warnings
    assert short[0].startswith("only 4 points after the event")
    assert short[1] == "AR(1) errors with 24 points: a test at 5 % finds a level in about 8 to 11 of 100 series without any break (simulated, autocorrelation 0 to 0.8)"  # fmt: skip
    other = interrupted(broken(n=24, place=12), event=12, errors="glsar").warnings
    assert other == (short[1].replace("errors with", "errors by GLSAR with").replace("8 to 11", "11 to 19"),)  # fmt: skip
    for errors in ("ar1", "hac"):
        assert interrupted(broken(n=200, place=100, memory=0), event=100, errors=errors).warnings == ()  # fmt: skip
    walk = np.cumsum(np.random.default_rng(5).standard_normal(200))
    assert any("random walk" in w for w in interrupted(walk, event=100).warnings)


@pytest.mark.parametrize(
    ("n", "place", "share"),
    [(120, 117, "30 to 80"), (120, 110, "20 to 60"), (24, 12, "20 to 50"), (84, 66, "20 to 50"),
     (60, 30, "10 to 33"), (1000, 970, "10 to 33"), (240, 180, "9 to 22")],
)  # fmt: skip
def test_newey_west_warns_by_the_distance_from_the_ends(n, place, share):
    found = interrupted(broken(n=n, place=place, memory=0), event=place, errors="hac").warnings
    side = min(place, n - place)
    assert found[-1] == f'Newey-West errors with {side} points in the shortest part: a test at 5 % finds a level in about {share} of 100 series without any break (simulated, autocorrelation 0 to 0.5); use errors="ar1"'  # fmt: skip


@pytest.mark.parametrize(("place", "low", "high"), [(117, 0.3, 0.8), (108, 0.2, 0.5)])
def test_newey_west_near_an_end_finds_what_is_not_there(place, low, high):
    def p_values(y):
        return {e: interrupted(y, event=place, errors=e).changes.loc["level", "p"] for e in ("hac", "ar1")}  # fmt: skip

    rates = rejection_rates(p_values, lambda luck: luck.standard_normal(120), replicates=100, rng=1)
    error = 4 * np.sqrt(0.25 / 100)
    assert low - error < rates.loc["hac", "value"] < high + error
    assert rates.loc["hac", "low"] > 0.15
    assert rates.loc["ar1", "value"] == pytest.approx(0.055, abs=4 * np.sqrt(0.055 / 100))


def test_points_without_a_break_lie_in_the_pale_band():
    """In the first two thirds and the rest of white noise; the line's own band holds half of them."""
    luck, inside, narrow = np.random.default_rng(3), [], []
    for _ in range(100):
        later = interrupted(luck.standard_normal(84), event=60).path.iloc[60:]
        inside.append(later["observed"].between(later["point_low"], later["point_high"]).mean())
        narrow.append(later["observed"].between(later["low"], later["high"]).mean())
    assert np.mean(inside) == pytest.approx(0.95, abs=4 * np.std(inside) / 10)
    assert np.mean(narrow) < 0.6


def test_limits_of_single_points_are_plain_arithmetic():
    y, t = broken(n=20, place=10), np.arange(20.0)
    x = np.column_stack([np.ones(20), t, t >= 10, np.maximum(t - 10, 0)])
    fit = OLS(y, x).fit()
    new = np.column_stack([np.ones(20), t, 0 * t, 0 * t])
    limits = fit.get_prediction(new).conf_int(obs=True)
    path = interrupted(y, event=10, errors="ols").path
    np.testing.assert_allclose(path[["point_low", "point_high"]], limits)


def test_memory_that_the_errors_allow_for_is_no_longer_found():
    y = noise(np.random.default_rng(1), 400, 0.7)
    plain, careful = (interrupted(y, event=200, errors=e).checks for e in ("ols", "ar1"))
    assert plain["ljung_box_p"] < 1e-6 < 0.05 < careful["ljung_box_p"]


@pytest.mark.parametrize(
    ("index", "first", "last"),
    [
        (pd.date_range("2009-01-01", periods=12, freq="MS"), "2009-08-01", "2009-07-01"),
        (pd.date_range("2009-01-31", periods=12, freq="ME"), "2009-07-31", "2009-06-30"),
        (pd.period_range("2009-01", periods=12, freq="M"), "2009-08-01", "2009-07-01"),
    ],
)
def test_an_event_inside_a_period_is_told(index, first, last):
    series = pd.Series(broken(n=12, place=6), index)
    found = interrupted(series, event="2009-07-06")
    assert found.events == (pd.Timestamp(first),)
    assert found.warnings[0] == f"the event (2009-07-06) lies between two times: {last} counts as before, {first} is the first after (if times mark the start of a period, its own counts as before; if the end, as after); give one of the two as event to choose"  # fmt: skip
    assert not any("between two times" in w for w in interrupted(series, event=first).warnings)


def test_dates_are_read_in_one_way_only():
    values = broken(n=12, place=6)
    base = interrupted(values, event=6).changes
    months = pd.date_range("2009-01-01", periods=12, freq="MS")
    for index, event in (
        ([f"01.{m:02d}.2009" for m in range(1, 13)], "01.07.2009"),
        (months.tz_localize("US/Pacific"), "2009-07-01"),
        (months, pd.Timestamp("2009-07-01", tz="UTC")),
        (pd.period_range("2009-01", periods=12, freq="M"), pd.Period("2009-07")),
        ([str(year) for year in range(2000, 2012)], 2006),
        ([str(year) for year in range(2000, 2012)], "2006"),
        (np.round(2008 + np.arange(12) / 12, 3), 2008.5),
        (pd.Index(range(2000, 2012), dtype=object), 2006),
    ):
        pd.testing.assert_frame_equal(interrupted(pd.Series(values, index), event=event).changes, base)  # fmt: skip
    with says("times of the series must read one way only, such as 2009-07-06 or 06.07.2009 (day first), got '1/1/2009': read it with pd.to_datetime(..., dayfirst=True) or dayfirst=False before"):  # fmt: skip
        interrupted(pd.Series(values, [f"{m}/1/2009" for m in range(1, 13)]), event=6)
    with says("times of the series must be dates such as 2009-07-06, got 'Jan'"):
        interrupted(pd.Series(values, [*("Jan", "Feb", "Mar") * 4]), event="Jul")  # fmt: skip
    with says("event must read one way only, such as 2009-07-06 or 06.07.2009 (day first), got '7/6/2009': read it with pd.to_datetime(..., dayfirst=True) or dayfirst=False before"):  # fmt: skip
        interrupted(pd.Series(values, months), event="7/6/2009")


def test_checks_are_those_of_the_residuals():
    found = interrupted(broken(), event=30, errors="ols")
    rest = (found.path["observed"] - found.path["fitted"]).to_numpy()
    assert found.checks["autocorrelation"] == pytest.approx(rest[1:] @ rest[:-1] / (rest @ rest))
    assert found.checks["durbin_watson"] == pytest.approx(np.sum(np.diff(rest) ** 2) / (rest @ rest))  # fmt: skip
    assert found.checks["sd"] == pytest.approx(np.sqrt(rest @ rest / 56))


def test_a_clear_break_ranks_first_among_the_dates():
    found = placebo_interruptions(broken(level=8), event=30, errors="ols")
    assert found.index.tolist() == list(range(8, 53))
    assert found.loc[30, "rank"] == 1
    assert placebo_share(found) == pytest.approx(1 / 45)
    one = interrupted(broken(level=8), event=17, errors="ols").changes.loc["level"]
    assert found.loc[17, ["value", "t"]].tolist() == pytest.approx([one["value"], one["t"]])


def test_ranks_favour_no_part_of_the_series_much():
    """Newey-West put the clearest date of noise among the outermost 10 of 45 every other time."""
    luck, counts = np.random.default_rng(5), {"ar1": 0, "hac": 0}
    for _ in range(25):
        y = luck.standard_normal(60)
        for errors in counts:
            date = placebo_interruptions(y, event=30, errors=errors)["rank"].idxmin()
            counts[errors] += date < 13 or date >= 48
    assert counts["ar1"] < counts["hac"]
    assert counts["ar1"] / 25 == pytest.approx(0.32, abs=4 * np.sqrt(0.32 * 0.68 / 25))
    assert counts["hac"] / 25 == pytest.approx(0.48, abs=4 * np.sqrt(0.25 / 25))


@pytest.mark.parametrize(
    ("series", "asked", "sentence"),
    [
        ([1, 2, None, 4, 5, 6, 7, 8, 9], {}, "series must be known throughout, got 1 missing of 9: fill them in or cut the series"),
        ([1, 2, 3, 4], {}, "series must have 8 points or more, got 4"),
        ([5] * 12, {}, "series must vary, got 5 throughout"),
        (list("abcdefghi"), {}, "series must be numbers, got something else"),
        (broken(), {"event": 58}, "event must leave 3 points or more before, after and between, got 58 in a series from 0 to 59"),
        (broken(), {"event": [30, 31]}, "event must leave 3 points or more before, after and between, got 30, 31 in a series from 0 to 59"),
        (broken(), {"event": "2009"}, "event must be a finite number, got '2009'"),
        (broken(), {"level": 0.05}, "level must be a confidence of at least 0.5, got 0.05: a test at 5% has level 0.95"),
        (broken(), {"errors": "white"}, "errors must be one of hac, ar1, glsar, ols, got 'white'"),
        (broken(), {"errors": "ar1", "lags": 2}, 'lags must be left out unless errors="hac", got 2 with ar1'),
        (broken(n=12, place=5), {"event": 5, "seasons": 12}, "series must have points enough for 15 coefficients, got 12: leave out seasons or interruptions"),
        (pd.Series(broken(), [*range(59), 70]), {}, "series must have times at equal distances, got a longer gap after 58: fill it in, or give the values without times"),
        (pd.Series(range(9), list("abcdefghi")), {}, "times of the series must be dates such as 2009-07-06, got 'a'"),
    ],
)  # fmt: skip
def test_says_what_is_wrong(series, asked, sentence):
    with says(sentence):
        interrupted(series, **({"event": 4} | asked))


def test_says_what_is_wrong_with_placebos_and_changes():
    with says("event must leave 8 points or more before and after, got 5 and 55: choose a smaller margin"):  # fmt: skip
        placebo_interruptions(broken(), event=5)
    with says("change must be one of level, got 'slope'"):
        _ = interrupted(broken(), event=30, change="level").slope


def test_whitened_noise_has_no_memory_left():
    y = noise(np.random.default_rng(1), 4000, 0.7)
    white = _segments.whitened(y, 0.7)
    assert stats.pearsonr(white[1:], white[:-1]).statistic == pytest.approx(0, abs=4 / np.sqrt(4000))  # fmt: skip


def test_figure():
    found = interrupted(pd.Series(broken(n=84, place=66), MONTHS), event="2009-07-01", seasons=12)
    ax = interrupted_line(found, unit="bags")
    assert ax.get_ylabel() == "bags"
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names[-2:] == ["95% limits of the line without it", "95% limits of single points without it"]  # fmt: skip
    made = interrupted(broken(-9), event=30)
    ax = interrupted_line(made, event_name="the strike")
    assert ax.get_title(loc="left").startswith("Level at the strike: down by 8.66 (limits ")
    assert "without the strike" in [text.get_text() for text in ax.get_legend().get_texts()]
    pale = ax.collections[1].get_paths()[0].get_extents()
    assert pale.height > np.ptp(made.path.loc[30:, ["low", "high"]].to_numpy())
