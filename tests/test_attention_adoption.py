"""Bass diffusion: published peaks, closed forms, extremes, chance, figures and messages."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad, solve_ivp

from cemlab import calibrate, plots
from cemlab.sim import attention

patiently = settings(deadline=None, max_examples=25, derandomize=True)
LAW = {"p": 0.03, "q": 0.38, "m": 1000.0}


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


# Bass 1969: p, q, m (millions) recalled; their peaks (years, millions a year) are computed and
# agree with the paper's predicted ones where those are known.
BASS_1969 = [
    ("electric refrigerators", 0.002617, 0.21566, 40.001, 20.21, 2.209),
    ("home freezers", 0.018119, 0.17110, 21.973, 11.87, 1.149),
    ("black and white television", 0.027877, 0.25105, 96.717, 7.88, 7.493),
    ("water softeners", 0.017703, 0.29695, 5.793, 8.96, 0.483),
    ("room air conditioners", 0.010399, 0.41861, 16.895, 8.61, 1.857),
    ("clothes dryers", 0.017206, 0.35688, 15.092, 8.11, 1.479),
    ("power lawnmowers", 0.0091837, 0.33790, 44.751, 10.39, 3.989),
    ("electric bed coverings", 0.005876, 0.24387, 76.589, 14.92, 4.897),
    ("automatic coffee makers", 0.017135, 0.30145, 58.838, 9.00, 4.953),
    ("steam irons", 0.028632, 0.32791, 55.696, 6.84, 5.398),
    ("record players", 0.024796, 0.65410, 21.937, 4.82, 3.864),
]


@pytest.mark.parametrize(("p", "q", "m", "time", "height"), [row[1:] for row in BASS_1969], ids=[row[0] for row in BASS_1969])  # fmt: skip
def test_peaks_of_eleven_products(p, q, m, time, height):
    peak = attention.bass_peak(p, q, m)
    assert peak.inner
    assert peak.time == pytest.approx(time, abs=0.0051)
    assert peak.rate == pytest.approx(height, abs=0.00051)
    assert attention.bass_rate(peak.time, p=p, q=q, m=m) == pytest.approx(peak.rate, rel=1e-12)
    assert attention.bass(peak.time, p=p, q=q, m=m) == pytest.approx(peak.cumulative, rel=1e-12)
    beside = attention.bass_rate([peak.time - 0.1, peak.time + 0.1], p=p, q=q, m=m)
    assert (beside < peak.rate).all()


def test_the_curve_solves_its_equation():
    p, q, m = LAW.values()
    t = np.linspace(0, 30, 31)
    course = solve_ivp(lambda _, a: (p + q * a / m) * (m - a), (0, 30), [0.0], t_eval=t, rtol=1e-10, atol=1e-9)  # fmt: skip
    np.testing.assert_allclose(attention.bass(t, **LAW), course.y[0], rtol=1e-7, atol=1e-6)
    rose = quad(lambda s: attention.bass_rate(s, **LAW), 2, 9)[0]
    assert rose == pytest.approx(attention.bass(9, **LAW) - attention.bass(2, **LAW), rel=1e-10)


def test_without_imitation_it_is_exponential():
    t = np.array([0.0, 1.0, 10.0])
    found = attention.bass(t, p=0.1, q=0, m=50)
    np.testing.assert_allclose(found, 50 * (1 - np.exp(-0.1 * t)), rtol=1e-14)
    peak = attention.bass_peak(0.1, 0, 50)
    assert (peak.time, peak.rate, peak.inner) == (0.0, 5.0, False)
    assert attention.bass_peak(0.1, 0.1, 50).inner is False


def test_shapes_scalars_and_times_before_launch():
    assert isinstance(attention.bass(3, **LAW), float)
    assert attention.bass([[1, 2], [3, 4]], **LAW).shape == (2, 2)
    assert (
        attention.bass(pd.Series([4, 1]), **LAW).tolist() == attention.bass([4, 1], **LAW).tolist()
    )
    assert attention.bass([-5, 0], **LAW).tolist() == [0, 0]
    assert attention.bass_rate(-1, **LAW) == 0
    assert attention.bass([], **LAW).size == 0


@given(st.floats(1e-290, 1e6), st.floats(0, 1e200), st.floats(0, 1e300))
@patiently
def test_no_time_or_rate_is_too_large(p, q, t):
    found = attention.bass(np.array([t, 2 * t, np.inf]), p=p, q=q, m=7.0)
    assert np.isfinite(found).all()
    assert (np.diff(found) >= -1e-12).all()
    assert found[-1] == pytest.approx(7.0)
    assert attention.bass_rate(t, p=p, q=q, m=7.0) >= 0


@given(st.lists(st.floats(0, 60), min_size=2, max_size=20, unique=True))
@patiently
def test_periods_are_differences_and_add_up(moments):
    edges = np.sort(moments)
    if (np.diff(edges) < 1e-9).any():
        return
    found = attention.bass_periods(edges, **LAW)
    curve = attention.bass(edges, **LAW)
    np.testing.assert_allclose(found, np.diff(curve), atol=1e-9)
    assert found.sum() == pytest.approx(curve[-1] - curve[0], abs=1e-9)


def test_late_periods_keep_their_digits():
    p, q = 0.03, 0.38
    last = attention.bass_periods([200, 201], p=p, q=q, m=1)[0]
    expected = (p + q) / p * np.exp(-(p + q) * 200) * -np.expm1(-(p + q))
    assert last == pytest.approx(expected, rel=1e-12)
    assert attention.bass_periods(13, p=0.00944, q=0.37476, m=18713).sum() == pytest.approx(
        attention.bass(13, p=0.00944, q=0.37476, m=18713), rel=1e-12
    )


def test_the_rule_of_the_regression_is_not_the_curve():
    adopters, rule = 0.0, []
    for _ in range(10):
        rule.append((0.03 + 0.38 * adopters / 1000) * (1000 - adopters))
        adopters += rule[-1]
    assert rule[0] == 30
    assert attention.bass_periods(10, **LAW)[0] > 35
    assert np.abs(np.array(rule) / attention.bass_periods(10, **LAW) - 1).max() > 0.1


# --- effort ------------------------------------------------------------------------------


@pytest.mark.parametrize("effort", [1, {0: 1.0}, pd.Series([1.0, 1.0], [0, 7]), pd.DataFrame({"effort": [1], "time": [-3]})])  # fmt: skip
def test_normal_effort_is_the_bass_curve(effort):
    t = np.linspace(0, 40, 9)
    assert attention.generalised_bass(t, **LAW, effort=effort).tolist() == attention.bass(t, **LAW).tolist()  # fmt: skip


def test_effort_makes_time_run():
    steps = {5: 0.0, 0: 2.0, 8: 1.0}
    found = attention.generalised_bass([3, 5, 7, 10], **LAW, effort=steps)
    np.testing.assert_allclose(found, attention.bass([6, 10, 10, 12], **LAW), rtol=1e-14)
    waves = attention.generalised_bass([9, 2, 2], **LAW, effort=lambda t: 1 + np.sin(t))
    clock = [t + 1 - np.cos(t) for t in (9, 2, 2)]
    np.testing.assert_allclose(waves, attention.bass(clock, **LAW), rtol=1e-10)
    jump = attention.generalised_bass(10, **LAW, effort=lambda t: 2.0 if t < 5 else 0.0)
    assert jump == pytest.approx(attention.bass(10, **LAW), rel=1e-6)


# --- chance ------------------------------------------------------------------------------


def test_the_mean_of_many_launches_tends_to_the_curve():
    m, runs, t = 5000, 400, np.array([2.0, 5.0, 8.0, 15.0])
    rng = np.random.default_rng(5)
    times = (attention.simulate_adoption(p=0.03, q=0.38, m=m, horizon=20, rng=rng) for _ in range(runs))  # fmt: skip
    counts = np.array([np.searchsorted(x, t, side="right") for x in times]) / m
    error = counts.std(axis=0, ddof=1) / np.sqrt(runs)
    assert (np.abs(counts.mean(axis=0) - attention.bass(t, p=0.03, q=0.38, m=1)) < 4 * error).all()


def test_two_people_adopt_as_the_chain_says():
    rng = np.random.default_rng(6)
    runs = [attention.simulate_adoption(p=0.5, q=1.0, m=2, horizon=1e9, rng=rng) for _ in range(8000)]  # fmt: skip
    first, gap = np.array([(x[0], x[1] - x[0]) for x in runs]).T
    for waits, mean in ((first, 1 / (2 * 0.5)), (gap, 1 / (0.5 + 1.0 / 2))):
        assert abs(waits.mean() - mean) < 4 * waits.std() / np.sqrt(waits.size)


def test_luck_order_and_first_adopters():
    law = {"q": 0.5, "m": 300, "horizon": 12}
    one, two = (attention.simulate_adoption(p=0.02, **law, rng=3) for _ in range(2))
    assert one.tolist() == two.tolist()
    assert (np.diff(one) >= 0).all()
    assert one[-1] <= 12
    begun = attention.simulate_adoption(p=0, **law, initial=3, rng=3)
    assert begun[:3].tolist() == [0, 0, 0]
    assert begun.size > 3
    assert attention.simulate_adoption(p=0, q=0, m=5, horizon=9, initial=2, rng=1).tolist() == [
        0,
        0,
    ]


# --- figures -----------------------------------------------------------------------------


def test_the_figure_shows_curve_peak_and_counts():
    sold = [96, 195, 238, 380, 1045, 1230, 1267, 1828, 1586, 1673, 1800, 1580, 1500]
    law = pd.DataFrame({"m": [18713], "q": [0.37476], "p": [0.00944]})
    ax = plots.adoption_curve(law, adoptions=sold, unit="year", of="sold (thousands)")
    assert (
        ax.get_title(loc="left")
        == "The peak comes after 9.58 years: 1,843 a year, 49% of all so far"
    )
    assert len(ax.patches) == 13
    assert ax.get_xlabel() == "years since launch"
    flat = plots.adoption_curve(pd.DataFrame({"p": [0.3], "q": [0.1], "m": [10]}), prediction=3)
    assert flat.get_title(loc="left") == "No peak after launch: adoptions only fall"
    with says("curve must be one row with p, q and m, got 1 rows with ['p']"):
        plots.adoption_curve(pd.DataFrame({"p": [0.3]}))
    plt.close("all")


# --- messages ----------------------------------------------------------------------------


def test_messages():
    with says("p must be above 0, got 0: without a first adopter nobody can be imitated"):
        attention.bass(1, p=0, q=0.3, m=10)
    with says("m must be above 0, got 0"):
        attention.bass(1, p=0.1, q=0.3, m=0)
    with says("q must be a finite number of at least 0, got -1"):
        attention.bass_peak(0.1, -1, 10)
    with says("t must be numbers of periods, none missing, got 1 missing"):
        attention.bass([1, None], **LAW)
    with says("t must be numbers of periods, none missing, got '2009': count dates from a start, as (dates - start) / pd.Timedelta('1D')"):  # fmt: skip
        attention.bass("2009", **LAW)
    with pytest.raises(ValueError, match=r"^t must be numbers of periods, none missing, got Dat"):
        attention.bass(pd.date_range("2009-07-06", periods=2), **LAW)
    with says("periods must be a whole number, or two or more rising moments, got [0.0, 0.0]"):
        attention.bass_periods([0, 0], **LAW)
    with says("p must be above 0 if nobody has adopted at launch, got 0: give initial adopters"):
        attention.simulate_adoption(p=0, q=0.3, m=10, horizon=5)
    with says("effort must start at 0 or before, got the first at 2: add a step at 0, where 1 is normal"):  # fmt: skip
        attention.generalised_bass(1, **LAW, effort={2: 1.0})
    with says("effort must have one step a time, got several at 0"):
        attention.generalised_bass(1, **LAW, effort=pd.Series([1, 2], [0, 0]))
    with says("effort must be a finite number of at least 0, got -1.0"):
        attention.generalised_bass(1, **LAW, effort=lambda t: -1.0)
    with says("effort must have the columns time and effort, got ['x']"):
        attention.generalised_bass(1, **LAW, effort=pd.DataFrame({"x": [1]}))


@pytest.mark.parametrize("small", [1e-13, 1e-9])
def test_slow_curves_keep_their_digits(small):
    found = attention.bass_periods(3, p=small, q=small, m=1 / small)
    np.testing.assert_allclose(found, 1.0, rtol=10 * small + 1e-14)


def test_large_markets_have_a_readable_axis():
    ax = plots.adoption_curve(pd.DataFrame({"p": [0.01], "q": [0.4], "m": [1e9]}))
    ax.figure.canvas.draw()
    for axis in ax.figure.axes:
        words = [one.get_text() for one in axis.get_yticklabels()]
        assert any(word.endswith(" M") for word in words)
        assert not any("e+" in word for word in words)


def test_the_figure_takes_a_fit_with_its_adoptions():
    sold = [96, 195, 238, 380, 1045, 1230, 1267, 1828, 1586, 1673, 1800, 1580, 1500]
    fit = calibrate.fit_bass(sold)
    ax = plots.adoption_curve(fit)
    assert [bar.get_height() for bar in ax.patches] == sold
    by_hand = plots.adoption_curve(pd.DataFrame([dict(fit.params)]), adoptions=sold)
    assert ax.get_title(loc="left") == by_hand.get_title(loc="left")
