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
    found = interrupted(y, event=30)
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
    found = interrupted(y, event=10, lags=2)
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

    found = interrupted(y, event=20, errors="ar1")
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

    rates = rejection_rates(p_values, lambda luck: noise(luck, 48), replicates=300, rng=1)
    for name, said in {"hac": 0.208, "ar1": 0.083}.items():
        error = np.sqrt(said * (1 - said) * (1 / 300 + 1 / 2000))
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
    assert any("Newey-West intervals are too short with 24 points" in w for w in short)
    assert interrupted(broken(n=200, place=100, memory=0), event=100).warnings == ()
    walk = np.cumsum(np.random.default_rng(5).standard_normal(200))
    assert any("random walk" in w for w in interrupted(walk, event=100, errors="ar1").warnings)


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
        (broken(), {"errors": "white"}, "errors must be one of hac, ar1, glsar, ols, got 'white'"),
        (broken(), {"errors": "ar1", "lags": 2}, 'lags must be left out unless errors="hac", got 2 with ar1'),
        (broken(n=12, place=5), {"event": 5, "seasons": 12}, "series must have points enough for 15 coefficients, got 12: leave out seasons or interruptions"),
        (pd.Series(broken(), [*range(59), 70]), {}, "series must have times at equal distances, got a longer gap after 58: fill it in, or give the values without times"),
        (pd.Series(range(9), list("abcdefghi")), {}, "series must have dates or numbers as its times, got 'a'"),
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
    title = interrupted_line(interrupted(broken(-9), event=30)).get_title(loc="left")
    assert title.startswith("Level at the event: down by 8.86 [")
