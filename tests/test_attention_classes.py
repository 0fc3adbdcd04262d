"""Classes of attention and sizes of cascades: theory, recovery, doubt, figures and messages."""

import math
import re
import time

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.signal import fftconvolve
from scipy.special import beta

from cemlab import datasets, plots, readings
from cemlab.sim import attention
from cemlab.sim.attention import _decay, _reactions, _resolvent

patiently = settings(deadline=None, max_examples=25, derandomize=True)
DAYS = np.arange(1.0, 61)
QUIET = [2, 3, 2, 4, 2, 3, 2, 2, 3, 3]


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def renewal(part, n, step, cells):
    """Solve R = n phi + n phi * R on equal cells: part(t) is the memory up to t."""
    mass = n * np.diff(part(np.arange(cells + 1) * step))
    series = -mass
    series[0] += 1
    found = np.array([1 / series[0]])
    while found.size < cells:  # Newton's steps for the inverse of a power series
        size = min(2 * found.size, cells)
        rest = -fftconvolve(found, series[:size])[:size]
        rest[0] += 2
        found = fftconvolve(found, rest)[:size]
    found[0] -= 1
    return found / step


def at_time(part, n, t, cells=4000):
    """Return R(t) from two widths of cells, extrapolated."""
    coarse, fine = (
        renewal(part, n, t / k, 2 * k)[k - 1 : k + 1].mean() for k in (cells, 2 * cells)
    )
    return 2 * fine - coarse


# --- the response ------------------------------------------------------------------------


@pytest.mark.parametrize("n", [0.3, 0.9, 1.0])
def test_the_check_itself_knows_exponential_memory(n):
    found = at_time(lambda t: -np.expm1(-t / 2), n, 3.0)
    assert found == pytest.approx(attention.exponential_response(3, branching=n, mean=2), rel=1e-5)


@pytest.mark.parametrize(("n", "theta"), [(1, 0.4), (0.5, 0.4), (0.9, 0.2), (0.99, 0.7), (1, 0.05), (0.3, 0.95), (1, 0.9)])  # fmt: skip
@pytest.mark.parametrize("t", [1.0, 30.0])
def test_the_response_solves_the_renewal_equation(n, theta, t):
    expected = at_time(lambda s: 1 - (1 + s) ** -theta, n, t)
    assert attention.response(t, branching=n, theta=theta) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("n", "slopes"), [(1, (0.577, 0.594, 0.598)), (0.5, (1.18, 1.337, 1.380))])
def test_slopes_bend_towards_their_class(n, slopes):
    for (low, high), slope in zip(((10, 100), (100, 1000), (1000, 8000)), slopes, strict=True):
        t = np.arange(low, high, 0.5)
        found = -np.polyfit(np.log(t), np.log(attention.response(t, branching=n, theta=0.4)), 1)[0]
        assert found == pytest.approx(slope, abs=0.006)


@pytest.mark.parametrize("theta", [0.1, 0.4, 0.8])
def test_far_away_the_slopes_are_those_of_the_classes(theta):
    fall = {n: attention.response([1e14, 1e15], branching=n, theta=theta) for n in (0.2, 1)}
    slope = {n: -np.diff(np.log10(y))[0] for n, y in fall.items()}
    assert slope[0.2] == pytest.approx(1 + theta, abs=0.03)
    assert slope[1] == pytest.approx(1 - theta, abs=0.03)


@pytest.mark.parametrize(("n", "theta"), [(0.5, 0.4), (0.9, 0.7), (0.99, 0.3)])
def test_all_that_a_shock_brings(n, theta):
    x, weights, _ = _resolvent.of(n, theta, 1e9)
    assert (weights / x).sum() == pytest.approx(n / (1 - n), rel=2e-3)  # rest: after 1e9 cutoffs
    assert attention.response(0, branching=n, theta=theta, cutoff=5) == pytest.approx(n * theta / 5)
    assert attention.response([-1, math.inf], branching=n, theta=theta).tolist() == [0, 0]


def test_the_response_is_the_mean_of_drawn_families():
    rng, n, theta, runs = np.random.default_rng(11), 0.6, 0.4, 30_000
    parents, births = np.zeros(runs), []
    while parents.size:
        counts = rng.poisson(n, parents.size)
        parents = np.repeat(parents, counts) + (rng.random(counts.sum()) ** (-1 / theta) - 1)
        births.append(parents)
    times = np.concatenate(births)
    for low, high in ((0, 1), (1, 10), (10, 100)):
        mean = quad(lambda t: attention.response(t, branching=n, theta=theta), low, high)[0]
        count = ((times >= low) & (times < high)).sum()
        # families are larger than one: 1 / (1 - n)^2 bounds the spread beyond Poisson
        assert abs(count - runs * mean) < 4 * math.sqrt(runs * mean) / (1 - n)


def test_the_endogenous_response_is_its_integral():
    n, theta = 0.7, 0.3
    for t in (0.5, 20.0):

        def both(v, t=t):
            u = math.exp(v)
            return u * np.prod(attention.response([u, t + u], branching=n, theta=theta))

        pairs = quad(both, -20, 25, limit=200)[0]
        expected = pairs + attention.response(t, branching=n, theta=theta)
        assert attention.endogenous_response(-t, branching=n, theta=theta) == pytest.approx(expected, rel=1e-6)  # fmt: skip


def test_the_identity_behind_the_endogenous_slope():
    for t in (1.0, 10.0):

        def pair(v, t=t):
            return math.exp(0.4 * v) * (t + math.exp(v)) ** -0.6

        whole = quad(pair, -60, 120, limit=400)[0]
        assert whole == pytest.approx(t**-0.2 * beta(0.4, 0.2), rel=1e-6)
    far = attention.endogenous_response([1e8, 1e9], branching=1, theta=0.4)
    assert -np.diff(np.log10(far))[0] == pytest.approx(0.2, abs=2e-3)


def test_a_slider_need_not_wait():
    t = np.geomspace(0.01, 1e4, 500)
    attention.response(t, branching=0.5)
    best = math.inf
    for n in (0.61, 0.62, 0.63):
        begun = time.perf_counter()
        attention.response(t, branching=n)
        best = min(best, time.perf_counter() - begun)
    assert best < 0.03


# --- classes -----------------------------------------------------------------------------


def test_exponents_of_the_four_classes():
    table = attention.exponents(0.3)
    assert table["exponent"].iloc[:3].round(9).tolist() == [1.3, 0.7, 0.4]
    assert math.isnan(table["exponent"].iloc[3])
    assert set(table["confidence"]) == {"shares recalled, unverified"}


def shock(exponent, *, before=30, base=20.0, size=4000.0, days=100, seed=1):
    k = np.arange(1, days + 1.0)
    mean = np.r_[np.full(before, base), 2 * size, base + size * k**-exponent]
    return np.random.default_rng(seed).poisson(mean)


def growth(exponent, *, days=60, size=40_000.0, seed=1):
    k = np.arange(1, days + 1.0)
    wave = size * k**-exponent
    return np.random.default_rng(seed).poisson(np.r_[wave[::-1], 1.3 * size, wave])


@pytest.mark.parametrize("seed", range(5))
def test_classes_are_found_again(seed):
    for views, kind, exponent in (
        (shock(1.4, seed=seed, size=40_000), "exogenous subcritical", 1.4),
        (shock(0.6, seed=seed), "exogenous critical", 0.6),
        (growth(0.2, seed=seed), "endogenous critical", 0.2),
    ):
        found = attention.classify(views)
        assert found.kind == kind, found.trust
        assert float(found.exponent) == pytest.approx(exponent, abs=0.08)
        assert kind in found.trust


def test_a_curve_without_noise_gives_its_exponent():
    found = attention.classify([*QUIET, 5000, *(3000 * DAYS**-0.6)], background=0)
    assert float(found.exponent) == pytest.approx(0.6, abs=1e-12)
    np.testing.assert_allclose(found.predict([1, 32]), [3000, 3000 * 32**-0.6])
    assert found.peak_day == 10
    assert found.peak_share == pytest.approx(5000 / (26 + 5000 + (3000 * DAYS**-0.6).sum()))
    part = attention.classify(
        [*QUIET, 5000, *(3000 * DAYS**-0.6)], window_days=(5, 20), background=0
    )
    assert part.exponent.n == 16
    assert part.decay["days_after"].tolist() == list(range(5, 21))


@pytest.mark.parametrize("mean", [0.3, 3, 100, 10_000])
def test_noise_is_not_given_a_class(mean):
    rng = np.random.default_rng(8)
    found = [
        attention.classify(1.0 * rng.poisson(mean, 90) + (mean < 1) * np.eye(90)[5])
        for _ in range(20)
    ]
    assert {one.kind for one in found} == {"cannot be told"}


def test_what_cannot_be_told_says_why():
    cases = {
        "No day stands out": [5, 6, 4, 5, 7, 5, 6, 4, 5, 6, 5, 4],
        "Only 0 days with views after the peak": [*QUIET, *(np.arange(1, 9) ** 3)],
        "Only 3 days": [*QUIET, 900, 500, 300, 200],
        "There is more than one peak": [*QUIET, 5000, *(3000 * DAYS**-0.6), 4000, *(2000 * DAYS**-0.6)],
        "The fall is no power law: exponential": [*QUIET, *(2 + 5000 * np.exp(-DAYS[:30] / 6))],
        "but the views rose towards the peak": [*(3000 * DAYS**-0.6)[::-1], 4000, *(3000 * DAYS**-0.6)],
        "but the views did not rise": [*QUIET, 4000, *(3000 * DAYS**-0.2)],
        "steeper than any class": [*QUIET, 9e6, *(2 + 3e6 * DAYS[:20] ** -2.5)],
    }  # fmt: skip
    for words, views in cases.items():
        found = attention.classify(views)
        assert found.kind == "cannot be told"
        assert words in found.trust
    near = np.random.default_rng(2).lognormal(0, 0.4, 25) * 3000 * DAYS[:25] ** -1.0
    found = attention.classify([*QUIET, 5000, *near])
    assert "it fits exogenous critical as well as exogenous subcritical" in found.trust


def test_a_steady_audience_is_taken_off_or_not():
    views = shock(1.4, base=100, size=40_000)
    assert float(attention.classify(views).exponent) == pytest.approx(1.4, abs=0.06)
    assert float(attention.classify(views, background=0).exponent) < 1.2
    assert attention.classify(views).background == pytest.approx(100, abs=5)


def test_laws_are_compared():
    stretched = attention.classify([*QUIET, 9000, *(8000 * np.exp(-(DAYS**0.5)))], background=0)
    laws = stretched.laws
    assert laws["aicc"].idxmin() == "stretched exponential"
    assert laws.loc["stretched exponential", "stretch"] == pytest.approx(0.5, abs=1e-3)
    assert laws.loc["stretched exponential", "tau_days"] == pytest.approx(1, abs=0.02)
    n, y = 60, np.log(8000) - DAYS**0.5
    line = np.polyfit(DAYS, y, 1)
    squares = ((y - np.polyval(line, DAYS)) ** 2).sum()
    expected = n * np.log(squares / n) + 6 + 24 / (n - 4)
    assert laws.loc["exponential", "aicc"] == pytest.approx(expected)
    assert laws.loc["exponential", "tau_days"] == pytest.approx(-1 / line[0])


@pytest.mark.parametrize(("days", "alike"), [(15, 0.0), (15, 0.5), (60, 0.0), (60, 0.5)])
def test_intervals_of_exponents_hold(days, alike):
    rng, k, held, runs = np.random.default_rng(9), np.arange(1, days + 1.0), 0, 200
    for _ in range(runs):
        noise = rng.normal(0, 0.15, days)
        for i in range(1, days):
            noise[i] += alike * noise[i - 1]
        exponent = _decay.exponent(k, 3000 * k**-0.6 * np.exp(noise), 0.95)
        held += exponent.low <= 0.6 <= exponent.high
    assert held / runs > 0.92 - 4 * math.sqrt(0.08 * 0.92 / runs)  # waves of a few days cost 3 %


@given(st.randoms(use_true_random=False))
@patiently
def test_order_and_container_do_not_matter(luck):
    views = shock(0.6)
    rows = list(range(views.size))
    luck.shuffle(rows)
    dates = pd.date_range("2009-07-06", periods=views.size)
    listed = attention.classify(views.tolist())
    for shuffled in (
        pd.Series(views, dates).iloc[rows],
        pd.Series(views, index=range(views.size)).iloc[rows],
        pd.DataFrame({"views": views, "note": "x", "date": dates}).iloc[rows],
        pd.DataFrame({"views_per_day": views, "end_day": np.arange(1.0, views.size + 1), "start_day": np.arange(views.size)}).iloc[rows],
    ):  # fmt: skip
        found = attention.classify(shuffled)
        assert found.trust == listed.trust
        assert float(found.exponent) == float(listed.exponent)
    assert attention.classify(pd.Series(views, dates).iloc[rows]).peak_day == dates[30]


def test_missing_and_empty_days_are_counted():
    views = shock(0.6).astype(float)
    views[[3, 50, 60]] = np.nan
    views[70] = 0
    found = attention.classify(views)
    assert found.left_out == {"missing": 3, "zero": 1}
    assert found.exponent.n == 97
    assert "1 day without views above the background left out" in found.trust


# --- readings ----------------------------------------------------------------------------


def test_rates_between_readings_add_up_and_hold_their_bounds():
    counter = readings.limits(datasets.load("ubg-views")).sample(frac=1, random_state=1)
    rates = attention.rates_between(counter)
    assert (rates["start_day"].iloc[1:].to_numpy() == rates["end_day"].iloc[:-1].to_numpy()).all()
    assert (rates["low"] <= rates["views_per_day"] + 1e-9).all()
    assert (rates["views_per_day"] <= rates["high"] + 1e-9).all()
    found = attention.classify(rates)
    assert "What came before the peak is not recorded" in found.trust
    assert "known only within a factor of two" in found.trust
    three = pd.DataFrame(
        {"views": [700, 0, 500], "day": [3, 0, 1], "low": [690, 0, 450], "high": [710, 0, 550]}
    )
    assert attention.rates_between(three).to_numpy().tolist() == [
        [0, 1, 500, 450, 550],
        [1, 3, 100, 70, 130],
    ]


def test_dates_may_be_words_and_missing_readings_are_left_out():
    words = pd.DataFrame({"time": ["2010-01-03", "2010-01-01", None], "views": [30, 10, 50]})
    assert attention.rates_between(words)["views_per_day"].tolist() == [10]


def test_wide_spans_keep_the_exponent():
    day = np.r_[0, 1, np.geomspace(2, 400, 18)]
    views = 1000 + 5000 * np.maximum(day - 0.5, 0) ** 0.4
    views[0] = 0
    found = attention.classify(attention.rates_between(pd.DataFrame({"day": day, "views": views})))
    assert float(found.exponent) == pytest.approx(0.6, abs=0.02)


# --- cascades ----------------------------------------------------------------------------


def test_reactions_sum_to_one():
    density, flat, theta = _reactions.FLAT_DENSITY, _reactions.FLAT_S, _reactions.THETA
    assert density * flat * (1 + 1 / theta) == pytest.approx(1, abs=1e-6)
    rounded = 6.27e-4 * 300 * (1 + 1 / 0.242)
    assert rounded == pytest.approx(0.9654, abs=5e-5)
    for low, high in ((0, 200), (100, 900), (300, 1e5)):
        whole = quad(attention.reaction_density, low, high, points=[300], limit=200)[0]
        assert attention.reacted(high) - attention.reacted(low) == pytest.approx(whole, rel=1e-8)
    assert attention.reacted([-1, 0]).tolist() == [0, 0]


def test_infectiousness_is_the_plain_sum():
    rng = np.random.default_rng(4)
    when, fans, now, window = np.r_[0, np.sort(rng.uniform(0, 9000, 30))], rng.integers(1, 90, 31), 7000.0, 2500.0  # fmt: skip
    seen = due = 0.0
    for i, (t, n) in enumerate(zip(when, fans, strict=True)):
        if t > now:
            continue
        if i and t > now - window:
            seen += 1 - (now - t) / window
        start = max(t, now - window)
        due += n * quad(lambda s, t=t: (1 - (now - s) / window) * attention.reaction_density(s - t), start, now, points=[min(t + 300, now)])[0]  # fmt: skip
    order = rng.permutation(31)
    found = attention.infectiousness(when[order], fans[order], now, window_s=window)
    assert float(found) == pytest.approx(seen / due, rel=1e-7)
    dates = pd.Timestamp("2009-07-06") + pd.to_timedelta(when, unit="s")
    later = pd.Timestamp("2009-07-06") + pd.Timedelta(seconds=now)
    assert float(attention.infectiousness(dates, fans, later, window_s=window)) == pytest.approx(
        float(found)
    )


def cascade(rng, p, first, mean):
    """Draw posts and audiences, generation by generation."""
    flat = _reactions.FLAT_DENSITY * 300
    posts, fans = [np.zeros(1)], [np.array([float(first)])]
    while posts[-1].size:
        counts = rng.poisson(p * fans[-1])
        u = rng.random(counts.sum())
        late = 300 * ((1 - np.maximum(u, flat)) * _reactions.THETA / flat) ** (
            -1 / _reactions.THETA
        )
        wait = np.where(u < flat, u / _reactions.FLAT_DENSITY, late)
        posts.append(np.repeat(posts[-1], counts) + wait)
        fans.append(rng.geometric(1 / mean, wait.size).astype(float))
    return np.concatenate(posts), np.concatenate(fans)


def test_late_forecasts_are_right_on_average_and_intervals_hold():
    rng, gaps, held, chance = np.random.default_rng(12), [], [], []
    for _ in range(300):
        when, fans = cascade(rng, 0.015, 3000, 40)
        late = attention.final_size(when, fans, at=2e6, mean_followers=40, window_s=1e12)
        early = attention.final_size(when, fans, at=21600, mean_followers=40, window_s=1e12)
        gaps.append(float(late) - (when.size - 1))
        held.append(early.low <= when.size - 1 <= early.high)
        chance.append(early.parts["infectiousness"])
    assert abs(np.mean(gaps)) < 4 * np.std(gaps) / math.sqrt(300)
    assert np.mean(chance) == pytest.approx(0.015, abs=4 * np.std(chance) / math.sqrt(300))
    assert 0.95 - 4 * math.sqrt(0.95 * 0.05 / 300) < np.mean(held)


def test_above_the_critical_value_there_is_no_forecast():
    when, fans = np.arange(0, 300, 10.0), np.full(30, 100)
    found = attention.final_size(when, fans, at=300)
    assert math.isinf(found)
    assert math.isinf(found.high)
    assert found.low == 29
    assert found.method.startswith("supercritical: each share brings ")
    nobody = attention.final_size([0], [500], at=3600, mean_followers=10)
    assert (float(nobody), nobody.low) == (0, 0)
    assert nobody.high > 0


# --- figures -----------------------------------------------------------------------------


def test_figures_state_what_they_show():
    ax = plots.attention_classes(attention.exponents(0.4))
    assert ax.texts[0].get_text() == "built up from inside\n(exponent 0.2)"
    drawn = {tuple(line.get_ydata()[[0, -1]].round(4)) for line in ax.lines[1:]}
    assert len(drawn) == 3
    found = attention.classify(shock(0.6))
    ax = plots.decay_laws(found, prediction=1)
    assert ax.get_title(loc="left").startswith("Views fall with exponent 0.6")
    assert len(ax.lines) == 4
    assert len(plots.decay_laws(found, laws=["exponential"]).lines) == 3
    with pytest.raises(ValueError, match=r"^found must hold a fitted decay, got 3 points: Only 3"):
        plots.decay_laws(attention.classify([*QUIET, 900, 500, 300, 200]))
    plt.close("all")


# --- messages ----------------------------------------------------------------------------


def test_messages():
    with says("branching must be in [0, 1], got 1.1: above 1 a burst grows without end"):
        attention.response(1, branching=1.1)
    with says("theta must be a finite number in [0.05, 0.95], got 1"):
        attention.response(1, branching=0.5, theta=1)
    with says("theta must be below 0.5 where branching is 1, got 0.5: then bursts from inside have no scale"):  # fmt: skip
        attention.endogenous_response(1, branching=1, theta=0.5)
    with says("theta must be above 0 and below 0.5, got 0.5: else the classes fall together"):
        attention.exponents(0.5)
    with says("views must be above 0 on some day, got 0 in all of 3"):
        attention.classify([0, 0, 0])
    with says("views must be above 0 on some day, got none"):
        attention.classify([])
    with says("views must be finite and at least 0, got -1"):
        attention.classify([3, -1])
    with says("views must be numbers, got ['a', 'b']"):
        attention.classify(["a", "b"])
    for odd in (7, "views", {"a": 1}, [[1, 2], [3, 4]]):
        with pytest.raises(ValueError, match=r"^views must be a list, a Series, or a DataFrame"):
            attention.classify(odd)
    with says("seconds must be seconds, none missing, got 1 missing"):
        attention.reacted([1, None])
    with says("readings must have dates or numbers of days in time, got 'soon'"):
        attention.rates_between(pd.DataFrame({"time": ["soon", "late"], "views": [1, 2]}))
    twice = pd.Series([1, 2], pd.to_datetime(["2009-07-06", "2009-07-06"]))
    with says(
        "views must have one row for each time, got several for 2009-07-06: add them up first"
    ):
        attention.classify(twice)
    with says("window_days must be the first and the last day after the peak, got (5, 2)"):
        attention.classify([1, 2], window_days=(5, 2))
    with says("readings must never fall, got 90 after 100: mark the wrong one as contested"):
        attention.rates_between(pd.DataFrame({"day": [0, 1], "views": [100, 90]}))
    with says("readings must be two or more that can be trusted and are bounded, got 1"):
        attention.rates_between(pd.DataFrame({"day": [0], "views": [100]}))
    with says("followers must have one number for each time, got 1 for 2 times"):
        attention.infectiousness([0, 1], [1], 5)
    with says("at must be after the first post, got 0"):
        attention.infectiousness([0, 1], [1, 1], 0)
    with says("followers must be above 0 for some post, got 0 in all: nobody can share"):
        attention.infectiousness([0, 1], [0, 0], 9)
    with says("mean_followers must be given while nobody has shared, got None"):
        attention.final_size([0], [5], at=9)


# --- one vocabulary, and sums of weeks -------------------------------------------------


@pytest.mark.parametrize("when", ["day", "time", "date"])
@pytest.mark.parametrize("what", ["views", "value"])
def test_tables_may_call_time_and_views_as_fits_do(when, what):
    days = [0.0, 1.0, 3.0]
    told = pd.DataFrame({"extra": 0, what: [0, 500, 700], when: days})
    dates = told.assign(**{when: pd.Timestamp("2009-07-06") + pd.to_timedelta(days, unit="D")})
    for one in (told, dates, dates.astype({when: str})):
        found = attention.rates_between(one.iloc[::-1])
        assert found[["start_day", "end_day", "views_per_day"]].to_numpy().tolist() == [[0, 1, 500], [1, 3, 100]]  # fmt: skip
    fall = 100 + 3000 * np.arange(1, 31) ** -0.6
    table = pd.DataFrame({when: np.arange(30), what: fall})
    assert attention.classify(table).exponent == attention.classify(list(fall)).exponent


@pytest.mark.parametrize("freq", ["W", "MS", "QS"])
def test_sums_of_weeks_or_months_are_not_days(freq):
    fall = 100 + 3000 * np.arange(1, 31) ** -0.6
    dates = pd.date_range("2009-07-06", periods=30, freq=freq)
    for views in (pd.Series(fall, dates), pd.Series(fall, dates.to_period(freq[0])),
                  pd.DataFrame({"date": dates, "views": fall})):  # fmt: skip
        with pytest.raises(ValueError, match=r"^views must be of single days, got rows that are \d+ days apart or more: give sums of weeks or months as start_day, end_day and views_per_day$"):  # fmt: skip
            attention.classify(views)


def test_dates_of_posts_may_be_words():
    words = ["2020-01-01", "2020-01-02"]
    dates = pd.to_datetime(words)
    at = {"at": "2020-01-03", "mean_followers": 5}
    assert attention.final_size(words, [5, 5], **at) == attention.final_size(dates, [5, 5], **at)
    with says("times must be seconds, or dates without a time zone, got 'soon'"):
        attention.final_size(["soon"], [5], at="2020-01-03")


def test_a_mere_shock_is_drawn_at_its_limit():
    ax = plots.attention_classes(attention.exponents(0.2), days=20, subcritical=0)
    assert "nan" not in ax.get_title(loc="left")
    red = next(line.get_ydata() for line in ax.lines if line.get_linestyle() == "-.")
    assert red[-1] == pytest.approx((20.001 / 1.001) ** -1.2, rel=1e-3)
