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
    table = calibrate.compare({"all": LINE, "less": less, "root": ROOT})
    assert table["weight"].isna().tolist() == [False, False, True]
    assert table["weight"].sum() == pytest.approx(1)
    with says("fits must be a mapping of each name to a fit, got {}"):
        calibrate.compare({})


def test_a_curve_through_all_readings_gets_no_weight():
    told = pd.DataFrame({"time": [1, 2, 3, 4], "value": [10, 20, 30, 40]})
    one, two = calibrate.fit(line, told, **A), calibrate.fit(root, told, **A)
    table = calibrate.compare({"line": one, "root": two})
    assert table["note"].to_dict() == {
        "line": "the curve runs through all readings, its likelihood has no limit: not comparable",
        "root": "",
    }
    assert table["weight"].fillna(-1).to_dict() == {"root": 1.0, "line": -1.0}
    ends = one.interval().loc["a", ["low", "high"]].to_numpy(float)
    assert ends == pytest.approx([10, 10], rel=1e-4)
    assert plots.readings_fit(one).get_title(loc="left") == (
        "The curve runs through all its readings: nothing is left to judge it by"
    )


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


def test_alternatives_cut_in_two_are_neither_fitted_nor_scored():
    pair = pd.DataFrame({"time": [4.5, 5.5], "value": [120, 55], "alternatives": "x"})
    table = calibrate.forecast(line, pd.concat([TOLD, pair]), days=[4, 5, 6], **A)
    cut = table[table["days"] == 5]
    plain = calibrate.forecast(line, TOLD, days=5, **A)
    assert cut["predicted"].to_numpy() == pytest.approx(plain["predicted"].to_numpy())
    assert cut["time"].tolist() == [6, 7]
    sentence = "2 contested readings of groups with some before and some after these days are neither fitted nor scored"
    assert sentence in cut["note"].iloc[0]
    assert sentence not in " ".join(table.loc[table["days"] != 5, "note"])


def test_later_readings_do_not_decide_about_an_earlier_forecast():
    fallen = [10, 21, 29, 41, 50, 61, 69, 80, 5]
    table = calibrate.forecast(line, fallen, days=5, **A)
    assert table["inside"].tolist() == [True, True, True, False]
    with pytest.raises(ValueError, match="exact readings of a counter must not fall"):
        calibrate.fit(line, fallen, **A)


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
    assert ax.get_title(loc="left").startswith("The curve is off by 14%")


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


def test_one_forecast_is_one_mark_with_the_legend_outside():
    ax = plots.forecasts_against(calibrate.forecast(line, TOLD, days=6, **A))
    ax.figure.canvas.draw()
    assert ax.get_legend().get_window_extent().x0 >= ax.get_window_extent().x1


def test_a_contested_lower_bound_has_an_arrow_and_few_readings_a_range():
    told = pd.DataFrame({
        "time": [0.5, 0.75, 1.5, 1.5, 6, 62], "value": [17e3, 78.5e3, 100e3, 180e3, 585e3, 1.5e6],
        "precision": ["rounded", "rounded", "at least", "rounded", "rounded", "rounded"],
        "confidence": ["", "contested", "contested", "", "", ""],
    })  # fmt: skip
    found = calibrate.fit(
        curves.saturating, told, start={"total": 1e6, "time": 10},
        bounds={"total": (0, None), "time": (0, None)},
    )  # fmt: skip
    ax = plots.readings_fit(found)
    assert sum(a.arrow_patch is not None for a in ax.texts) == 1
    title = ax.get_title(loc="left")
    assert title.startswith("Only 5 readings for 2 parameters: the curve may be off by ")
    left = 3  # the chi-square range of a standard deviation with three readings left over
    low, high = found.sigma * np.sqrt(left / np.array([9.348404, 0.215795]))
    assert title.endswith(f"{100 * low:.2g}% or by {100 * high:,.0f}%")


def test_what_came_later_must_be_a_forecast():
    table = pd.DataFrame({"time": [1, 2, 3, 4], "value": [10, 21, 29, 41]})
    found = calibrate.fit(lambda t, a: a * t, table, start={"a": 5})
    with pytest.raises(ValueError, match=r"^later must be a table of calibrate.forecast, got columns \['time', 'value'\]$"):  # fmt: skip
        plots.readings_fit(found, later=table)
