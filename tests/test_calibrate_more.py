"""Comparing, forecasting, simulated curves, curves with a long tail, and the figures."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from cemlab import calibrate, datasets, plots
from cemlab.calibrate import curves

UBG = datasets.load("ubg-views")
POWER = {"rate": (0, None), "scale": (0, None), "exponent": (-1, 5)}
START = {"rate": 5e5, "scale": 5.0, "exponent": 0.8}
TOLD = pd.DataFrame({"time": [1, 2, 3, 4, 5, 6, 7], "value": [10, 21, 29, 41, 50, 61, 69]})
A = {"start": {"a": 5}, "bounds": {"a": (0, None)}}


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def line(t, *, a):
    return a * np.asarray(t, float)


def root(t, *, a):
    return a * np.sqrt(np.asarray(t, float))


LINE, ROOT = calibrate.fit(line, TOLD, **A), calibrate.fit(root, TOLD, **A)
VIEWS = calibrate.fit(
    curves.power_decay, UBG, start=START, bounds=POWER, since="2009-07-06", starts=4
)


# --- curves ------------------------------------------------------------------------------


def test_power_decay_is_the_sum_of_daily_views():
    t, p = np.linspace(0, 50, 200_001), {"rate": 100.0, "scale": 3.0, "exponent": 0.7}
    daily = 100 * (1 + t / 3) ** -0.7
    total = np.sum((daily[1:] + daily[:-1]) / 2) * (t[1] - t[0])
    assert curves.power_decay(50.0, **p) == pytest.approx(total, rel=1e-8)


def test_power_decay_passes_smoothly_through_exponent_1():
    near, at = (curves.power_decay([2.0], rate=1, scale=1, exponent=e)[0] for e in (1 + 1e-7, 1))
    assert near == pytest.approx(at, rel=1e-6)
    assert at == pytest.approx(np.log(3))


def test_two_phases_and_sums_are_their_parts():
    t = np.array([0.0, 1, 10])
    both = curves.two_phases(t, first=3, first_time=1, second=5, second_time=9)
    parts = curves.saturating(t, total=3, time=1) + curves.saturating(t, total=5, time=9)
    assert both == pytest.approx(parts)
    joined = curves.together(curves.saturating, curves.saturating)
    assert joined(t, total=3, time=1, then_total=5, then_time=9) == pytest.approx(parts)
    assert curves.with_trickle(line)(t, a=2, trickle=3) == pytest.approx(5 * t)


def test_a_scale_of_0_is_refused():
    with says("scale must be above 0, got 0"):
        curves.power_decay([1], rate=1, scale=0, exponent=1)


# --- comparing ---------------------------------------------------------------------------


def test_the_better_curve_comes_first_with_akaikes_weight():
    table = calibrate.compare({"root": ROOT, "line": LINE})
    assert table.index.tolist() == ["line", "root"]
    assert table["weight"].sum() == pytest.approx(1)
    delta = ROOT.aicc - LINE.aicc
    assert table.loc["root", "weight"] == pytest.approx(1 / (1 + np.exp(delta / 2)))
    assert table["note"].tolist() == ["", ""]


def test_other_readings_are_said_not_to_be_comparable():
    less = calibrate.fit(line, TOLD.iloc[:5], **A)
    assert calibrate.compare({"all": LINE, "less": less}).loc["less", "note"] == (
        "other readings than all: not comparable"
    )
    with says("fits must be a mapping of each name to a fit, got {}"):
        calibrate.compare({})


# --- forecasting -------------------------------------------------------------------------


def test_a_forecast_is_the_fit_of_the_first_days():
    table = calibrate.forecast({"line": line, "root": root}, TOLD, days=[3, 5],
                               start={"line": {"a": 5}, "root": {"a": 5}})  # fmt: skip
    assert table.groupby(["curve", "days"]).size().tolist() == [4, 2, 4, 2]
    first = calibrate.fit(line, TOLD.iloc[:3], start={"a": 5})
    rows = table[(table["curve"] == "line") & (table["days"] == 3)]
    said = first.predict([4, 5, 6, 7])
    assert rows["predicted"].to_numpy() == pytest.approx(said["value"].to_numpy(), rel=1e-6)
    assert rows["error_percent"].iloc[-1] == pytest.approx(
        100 * (said["value"].iloc[-1] / 69 - 1), rel=1e-4
    )
    assert rows["inside"].all()
    assert (table.loc[table["curve"] == "root", "error_percent"] < -10).all()


def test_a_lower_bound_is_fulfilled_above_it():
    later = pd.DataFrame({"time": [9, 10], "value": [20, 200], "precision": "at least"})
    table = calibrate.forecast(line, pd.concat([TOLD, later]), days=7, counter=False, **A)
    assert table["inside"].tolist() == [True, False]
    assert table["error_percent"].iloc[0] == 0
    assert table["error_percent"].iloc[1] == pytest.approx(-50, abs=2)


def test_forecasts_need_something_before_and_after():
    with says("days must leave readings to compare with, got 7: the last is at 7"):
        calibrate.forecast(line, TOLD, days=7, **A)
    with says(
        "readings must be at least 2 for 1 parameter and the noise, got 1 (fitted up to day 1)"
    ):
        calibrate.forecast(line, TOLD, days=1, **A)


# --- simulated curves --------------------------------------------------------------------


def adoption(t, *, rng, p, q):
    """Return adopters of 300 people, day by day; each day all luck is drawn anew."""
    have, found = 0, [0]
    for _ in range(int(np.max(t))):
        chance = min(p + q * have / 300, 1.0)
        have += int((rng.random(300)[have:] < chance).sum())
        found.append(have)
    return np.interp(t, np.arange(len(found)), found)


def test_a_simulated_adoption_gives_its_parameters_back():
    t = np.arange(1.0, 13)
    truth = {"p": 0.03, "q": 0.4}
    real = calibrate.averaged(adoption, replicates=60, rng=9)(t, **truth)
    noisy = real * np.exp(0.03 * np.random.default_rng(2).standard_normal(t.size))
    curve = calibrate.averaged(adoption, replicates=15, rng=4)
    found = calibrate.fit(curve, pd.DataFrame({"time": t, "value": noisy}), counter=False,
                          start={"p": 0.05, "q": 0.3}, bounds={"p": (0, 1), "q": (0, 1)}, starts=2)  # fmt: skip
    for name, true in truth.items():
        assert abs(found.params[name] - true) < 4 * found.standard_errors[name]
    assert "the curve is simulated: its own luck is up to" in " ".join(found.warnings)
    assert found.interval()["method"].iloc[0].startswith("curvature")


def test_the_luck_of_a_mean_shrinks_with_the_replicates():
    few, many = (
        calibrate.averaged(lambda t, rng, a: rng.poisson(a * t), replicates=n, rng=1)
        for n in (50, 5000)
    )
    assert few.covariance([10.0], a=10)[0, 0] == pytest.approx(100 / 50, rel=0.8)
    assert many.covariance([10.0], a=10)[0, 0] == pytest.approx(100 / 5000, rel=0.1)


# --- figures -----------------------------------------------------------------------------


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_readings_and_curve_are_drawn(scale):
    ax = plots.readings_fit(VIEWS, scale=scale, prediction="20 million")
    words = [t.get_text() for t in ax.get_legend().get_texts()]
    assert {"exact", "rounded", "fitted curve", "contested (chance to be right)"} <= set(words)
    assert ax.get_title(loc="left").startswith("The curve is off by 13%")


def test_what_came_later_is_shaded():
    table = calibrate.forecast(line, TOLD, days=4, **A)
    ax = plots.readings_fit(calibrate.fit(line, TOLD.iloc[:4], **A), later=table)
    assert (
        ax.get_title(loc="left") == "From the first 4 days: 3 of 3 later readings inside the band"
    )


def test_residuals_profile_and_forecasts_are_drawn():
    lag = VIEWS.checks().loc["lag-1 correlation", "value"]
    assert f"{lag:.2f}" in plots.fit_residuals(VIEWS, scale="log").get_title(loc="left")
    row = LINE.interval().loc["a"]
    ax = plots.likelihood_profile(LINE.profile("a", points=41), name="a")
    low, high = (float(x) for x in re.findall(r"[\d.]+", ax.get_title(loc="left")))
    assert [low, high] == pytest.approx([row["low"], row["high"]], abs=0.02)
    table = calibrate.forecast(root, TOLD, days=[3, 5], **A)
    ax = plots.forecasts_against(table)
    assert ax.get_title(loc="left").startswith("Last reading: predictions from")
