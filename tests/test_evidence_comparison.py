"""Synthetic control and difference in differences: brute force, closed forms, size, messages."""

import re
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.api import OLS

from cemlab.evidence import (
    difference_in_differences,
    rejection_rates,
    synthetic_control,
)
from cemlab.evidence.comparisons import _weights
from cemlab.plots.evidence.comparisons import (
    group_differences,
    group_means,
    placebo_gaps,
    synthetic_path,
)

patiently = settings(deadline=None, max_examples=25, derandomize=True)


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def panel(units=9, times=30, effect=0.0, event=20, seed=1):
    """Two common courses that units share to different degrees; the first unit is met."""
    luck = np.random.default_rng(seed)
    common = np.cumsum(luck.standard_normal((times, 2)), axis=0)
    values = 20 + common @ luck.uniform(0, 1, (2, units)) + 0.3 * luck.standard_normal((times, units))  # fmt: skip
    values[event:, 0] += effect
    return pd.DataFrame(values, columns=[f"u{k}" for k in range(units)])


def long(wide):
    return wide.rename_axis("time").reset_index().melt("time", var_name="unit")


# --- weights -----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_no_point_of_a_fine_grid_is_better(seed):
    luck = np.random.default_rng(seed)
    target, donors = luck.normal(size=12), luck.normal([0, 1, -0.5], size=(12, 3))
    w = _weights.nearest(target, donors)
    assert w.min() >= 0
    assert w.sum() == pytest.approx(1, abs=1e-12)
    steps = np.linspace(0, 1, 201)
    a, b = (x.ravel() for x in np.meshgrid(steps, steps))
    grid = np.array([a, b, 1 - a - b])[:, a + b <= 1]
    losses = ((target[:, None] - donors @ grid) ** 2).sum(axis=0)
    loss = ((target - donors @ w) ** 2).sum()
    assert loss <= losses.min() + 1e-12
    assert np.abs(grid[:, losses.argmin()] - w).max() < 0.02


@given(st.lists(st.floats(0, 1), min_size=5, max_size=5).filter(lambda x: sum(x) > 0.1),
       st.sampled_from([1e-6, 1.0, 1e6]))  # fmt: skip
@patiently
def test_a_known_mixture_is_found_again(parts, scale):
    true = np.array(parts) / sum(parts)
    donors = scale * (5 + np.random.default_rng(3).normal(size=(12, 5)))
    assert _weights.nearest(donors @ true, donors) == pytest.approx(true, abs=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_weights_meet_the_conditions_of_an_optimum(seed):
    luck = np.random.default_rng(seed)
    target, donors = luck.normal(size=30), luck.normal(size=(30, 12))
    w = _weights.nearest(target, donors)
    slope = donors.T @ (donors @ w - target)
    least = slope[w > 0].min()
    assert np.ptp(slope[w > 0]) < 1e-8  # the same wherever there is weight
    assert slope.min() > least - 1e-8  # and nowhere lower


# --- synthetic control -------------------------------------------------------------------


def test_a_mixture_with_a_step_gives_the_step():
    wide = panel(6)
    wide["U"] = 0.6 * wide["u2"] + 0.4 * wide["u4"] + 3.0 * (np.arange(30) >= 20)
    found = synthetic_control(wide, unit="U", event=20)
    assert found.weights.round(6).to_dict() == {"u0": 0, "u1": 0, "u2": 0.6, "u3": 0, "u4": 0.4, "u5": 0}  # fmt: skip
    assert found.effect == pytest.approx(3)
    assert found.units.loc["U", "rank"] == 1
    assert found.units.loc["U", "ratio"] == np.inf
    assert sorted(found.left_out.columns) == ["u2", "u4"]


def test_gaps_and_ratios_are_plain_arithmetic():
    wide = panel(effect=2.0)
    found = synthetic_control(wide, unit="u0", event=20)
    gap = wide["u0"] - wide.iloc[:, 1:] @ found.weights.to_numpy()
    np.testing.assert_allclose(found.path["gap"], gap)
    ratio = (gap[20:] ** 2).mean() / (gap[:20] ** 2).mean()
    assert found.units.loc["u0", "ratio"] == pytest.approx(ratio)
    assert found.effect == pytest.approx(gap[20:].mean())
    # the placebo of u3 mixes from all others, the unit among them
    others = wide.drop(columns="u3")
    w = _weights.nearest(wide["u3"][:20].to_numpy(), others[:20].to_numpy())
    np.testing.assert_allclose(found.gaps["u3"], wide["u3"] - others @ w)


def test_eight_donors_cannot_give_less_than_one_in_nine():
    found = synthetic_control(panel(effect=30.0), unit="u0", event=20)
    assert found.p == pytest.approx(1 / 9)
    assert found.p.parts["smallest"] == pytest.approx(0.111, abs=5e-4)
    assert "with 8 donors p cannot fall below 0.111" in found.warnings


@given(st.permutations(range(270)))
@patiently
def test_long_and_wide_in_any_order_are_the_same(order):
    wide = panel(effect=2.0)
    mixed = long(wide).iloc[order][["value", "unit", "time"]]
    one, two = (synthetic_control(p, unit="u0", event=20, donors=list(wide)[1:]) for p in (wide, mixed))  # fmt: skip
    pd.testing.assert_frame_equal(one.units, two.units)
    assert one.p == two.p


@pytest.mark.parametrize(("donors", "runs"), [(2, 400), (3, 300), (8, 150)])
def test_the_unit_comes_first_as_often_as_any_other(donors, runs):
    """All mix from as many others: where nothing happened, first in 1 of J + 1 cases."""
    due = 1 / (donors + 1)

    def p_value(wide):
        return synthetic_control(wide, unit="u0", event=20).p

    rates = rejection_rates(p_value, lambda luck: panel(donors + 1, seed=luck), replicates=runs, nominal=due + 1e-9, rng=1)  # fmt: skip
    assert rates.loc["test", "value"] == pytest.approx(due, abs=4 * np.sqrt(due * (1 - due) / runs))


def test_predictors_choose_donors_that_are_alike():
    wide = panel(6)
    wide["U"] = (wide["u1"] + wide["u2"]) / 2
    traits = pd.DataFrame({"size": [9.0, 2, 4, 8, 9, 7, 3]}, ["u0", "u1", "u2", "u3", "u4", "u5", "U"])  # fmt: skip
    traits["fleet"] = [4.0, 1, 3, 9, 7, 8, 2]
    found = synthetic_control(wide, unit="U", event=20, predictors=traits.iloc[::-1])
    assert found.weights[["u1", "u2"]].tolist() == pytest.approx([0.5, 0.5], abs=1e-6)


def test_warnings_of_synthetic_control():
    wide = panel()
    wide["u0"] += 50
    told = synthetic_control(wide, unit="u0", event=20).warnings
    assert any(w.startswith("poor fit: 0%") for w in told)
    assert any("outside all donors at 100%" in w for w in told)
    assert any("8 donors for 5 times" in w for w in synthetic_control(panel(), unit="u0", event=5).warnings)  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"unit": "X"}, "unit must be units of the panel, got ['X']"),
        ({"unit": ["u0", "u1"]}, "unit must be one unit, got ['u0', 'u1']: study them one after another, or use difference_in_differences"),
        ({"donors": ["u1"]}, "donors must be two or more, got 1: compare two units by difference_in_differences"),
        ({"donors": ["u0", "u1"]}, "donors must not hold the unit that the event met, got ['u0']"),
        ({"event": 30}, "event must leave 2 times or more before it and one from it on, got 30 in a panel from 0 to 29"),
        ({"event": 1}, "event must leave 2 times or more before it and one from it on, got 1 in a panel from 0 to 29"),
    ],
)  # fmt: skip
def test_synthetic_control_says_what_is_wrong(asked, sentence):
    with says(sentence):
        synthetic_control(panel(), **({"unit": "u0", "event": 20} | asked))


def test_panels_that_cannot_be_used():
    wide = panel()
    wide.loc[3, "u2"] = np.nan
    with says("panel must have all cells, got 1 missing, such as u2 at 3: leave out that unit or time"):  # fmt: skip
        synthetic_control(wide, unit="u0", event=20)
    with says("panel must have all cells, got 1 missing, such as u0 at 0: leave out that unit or time"):  # fmt: skip
        difference_in_differences(long(panel()).iloc[1:], units="u0", event=20)
    with says("panel must have each unit once at each time, got some twice"):
        synthetic_control(pd.concat([long(panel())] * 2), unit="u0", event=20)
    with says("panel must move before the event in every unit, got one value throughout for ['u5']: leave it out"):  # fmt: skip
        synthetic_control(panel().assign(u5=3.0), unit="u0", event=20)
    with says("panel must hold numbers, got something else: drop other columns, and make the times its index"):  # fmt: skip
        synthetic_control(panel().assign(name="x"), unit="u0", event=20)


# --- difference in differences -----------------------------------------------------------


def test_two_by_two_is_the_difference_of_four_means():
    wide = pd.DataFrame({"a": [10.0, 16], "b": [12.0, 15], "c": [8.0, 9], "d": [6.0, 8]})
    found = difference_in_differences(wide, units=["a", "b"], event=1)
    assert found.effect == pytest.approx((15.5 - 11) - (8.5 - 7))
    assert dict(found.effect.parts) == pytest.approx({"met before": 11, "met after": 15.5, "others before": 7, "others after": 8.5})  # fmt: skip
    # changes 6, 3 | 1, 2: mean squares 2.25 and 0.25 around their means, over 2 units each;
    # 8 cells, 6 coefficients (4 units, 1 time, the effect)
    error = np.sqrt((2.25 / 2 + 0.25 / 2) * 4 / 3 * 7 / 2)
    width = found.effect.high - found.effect.low
    assert width == pytest.approx(2 * 3.182446 * error * 1.0, rel=1e-5)


def with_dummies(wide, extra):
    """Return the regression of all cells on every dummy and the columns made by `extra`."""
    cells = long(wide)
    x = pd.get_dummies(cells[["unit", "time"]].astype(str), drop_first=True, dtype=float)
    met = cells["unit"].isin(["u0", "u1", "u2"]) * 1.0
    x = pd.concat([pd.DataFrame(extra(met, cells["time"])), x.assign(one=1.0)], axis=1)
    groups = {"groups": cells["unit"].astype("category").cat.codes}
    return OLS(cells["value"], x).fit(cov_type="cluster", cov_kwds=groups, use_t=True)


@pytest.mark.parametrize(("times", "event"), [(12, 7), (2, 1), (6, 3)])
def test_two_way_fixed_effects_agree_with_dummies(times, event):
    wide = panel(8, times, effect=1.0, event=event)
    fit = with_dummies(wide, lambda met, t: {"both": met * (t >= event)})
    found = difference_in_differences(wide, units=["u0", "u1", "u2"], event=event)
    assert found.effect == pytest.approx(fit.params["both"], rel=1e-9)
    assert [found.effect.low, found.effect.high] == pytest.approx(fit.conf_int().loc["both"].tolist())  # fmt: skip
    assert found.p_cluster == pytest.approx(fit.pvalues["both"])


def test_clustered_errors_have_their_closed_form():
    wide = panel(8, 12, event=7)
    found = difference_in_differences(wide, units=["u0", "u1", "u2"], event=7)
    change = wide[7:].mean() - wide[:7].mean()
    spread = change[:3].var(ddof=0) / 3 + change[3:].var(ddof=0) / 5
    error = np.sqrt(spread * 8 / 7 * 95 / (96 - 20))  # 96 cells; 8 units, 11 times, the effect
    assert found.effect.high - found.effect == pytest.approx(2.364624 * error, rel=1e-5)


def test_differences_by_time_agree_with_dummies():
    wide = panel(8, 6, event=4)
    found = difference_in_differences(wide, units=["u0", "u1", "u2"], event=4)
    fit = with_dummies(wide, lambda met, t: {f"t{k}": met * (t == k) for k in (0, 1, 2, 4, 5)})
    for k in (0, 1, 2, 4, 5):
        row = found.by_time.loc[k]
        assert row["value"] == pytest.approx(fit.params[f"t{k}"])
        assert row[["low", "high"]].tolist() == pytest.approx(fit.conf_int().loc[f"t{k}"].tolist())
    assert found.by_time.loc[3, ["value", "low", "high"]].tolist() == [0, 0, 0]
    fit = with_dummies(wide[:4], lambda met, t: {"trend": met * t})
    assert found.trend == pytest.approx(fit.params["trend"])
    assert [found.trend.low, found.trend.high] == pytest.approx(fit.conf_int().loc["trend"].tolist())  # fmt: skip


def test_with_two_times_the_effect_and_its_last_difference_are_one():
    found = difference_in_differences(panel(8, 2, event=1), units=["u0", "u1", "u2"], event=1)
    last = found.by_time.iloc[-1]
    assert [found.effect, found.effect.low, found.effect.high] == pytest.approx(last[["value", "low", "high"]].tolist())  # fmt: skip


@pytest.mark.parametrize(("met", "others", "few"), [(5, 100, True), (9, 9, True), (40, 3, True), (10, 10, False), (10, 100, False)])  # fmt: skip
def test_the_smaller_side_decides_on_the_warning(met, others, few):
    wide = pd.DataFrame(np.random.default_rng(0).normal(size=(6, met + others)))
    found = difference_in_differences(wide, units=list(range(met)), event=3, draws=99, rng=1)
    told = f"{met} units met and {others} others: with fewer than 10 on a side a test by clustered errors at 5 % rejects in up to 13 of 100 panels where nothing happened (simulated): use the placebo p"  # fmt: skip
    assert found.warnings == ((told,) if few else ())


def test_a_few_units_of_many_are_found_too_often_by_clustered_errors_only():
    def both(wide):
        found = difference_in_differences(wide, units=[0, 1, 2, 3, 4], event=3, draws=99, rng=1)
        return {"clustered": found.p_cluster, "placebo": found.p}

    rates = rejection_rates(both, lambda luck: pd.DataFrame(luck.normal(size=(6, 105))), replicates=200, rng=1)  # fmt: skip
    assert rates.loc["clustered", "value"] == pytest.approx(0.106, abs=4 * np.sqrt(0.106 / 200))
    assert rates.loc["placebo", "value"] == pytest.approx(0.05, abs=4 * np.sqrt(0.05 / 200))


def test_placebo_tries_every_pick():
    wide = panel(7, 10, effect=3.0, event=6)
    found = difference_in_differences(wide, units=["u0", "u1"], event=6)
    change = (wide[6:].mean() - wide[:6].mean()).to_numpy()
    own = abs(change[:2].mean() - change[2:].mean())
    hits = 0
    for pick in combinations(range(7), 2):
        rest = np.delete(change, pick)
        hits += abs(change[list(pick)].mean() - rest.mean()) >= own - 1e-9
    assert found.p == pytest.approx(hits / 21)
    assert found.p.parts["smallest"] == pytest.approx(1 / 21)


def test_one_unit_has_no_clustered_interval():
    found = difference_in_differences(panel(), units="u0", event=20)
    assert np.isnan(found.effect.low)
    assert np.isnan(found.p_cluster)
    assert found.effect.method.startswith("no interval: with one unit on a side")
    assert found.p.parts["smallest"] == pytest.approx(1 / 9)
    assert found.warnings[0].startswith("one unit on a side")


def test_clustered_errors_are_worthless_for_one_unit_and_placebo_is_not():
    def both(wide):
        met = np.array([1.0] + [0.0] * 19)
        after = (np.arange(10) >= 5).astype(float)
        cells = np.outer(met - met.mean(), after - after.mean()).ravel()
        y = (wide - wide.mean()).sub((wide - wide.mean()).mean(axis=1), axis=0).T.to_numpy().ravel()
        fit = OLS(y, cells).fit(cov_type="cluster", cov_kwds={"groups": np.repeat(range(20), 10)}, use_t=True)  # fmt: skip
        return {"clustered": fit.pvalues[0],
                "placebo": difference_in_differences(wide, units=0, event=5).p}  # fmt: skip

    rates = rejection_rates(both, lambda luck: pd.DataFrame(luck.normal(size=(10, 20))), replicates=200, nominal=0.0501, rng=1)  # fmt: skip
    assert rates.loc["placebo", "value"] == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / 200))
    assert rates.loc["clustered", "low"] > 0.5


def test_a_trend_before_is_shown():
    wide = pd.DataFrame(np.zeros((10, 6)), columns=list("abcdef"))
    wide += np.random.default_rng(1).normal(0, 0.01, wide.shape)
    wide[["a", "b", "c"]] = wide[["a", "b", "c"]].add(0.5 * np.arange(10), axis=0)
    found = difference_in_differences(wide, units=list("abc"), event=7)
    assert found.trend == pytest.approx(0.5, abs=0.01)
    assert found.trend.low > 0
    assert (found.by_time.loc[:5, "high"] < 0).all()


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"units": []}, "units must be units of the panel, got none"),
        ({"units": "x"}, "units must be units of the panel, got ['x']"),
        ({"units": list(panel())}, "others must be one unit or more, got none: the event met all units of the panel"),
        ({"others": ["u0", "u1"]}, "others must not hold the unit that the event met, got ['u0']"),
        ({"event": 0}, "event must leave a time before it and one from it on, got 0 in a panel from 0 to 29"),
        ({"event": 31}, "event must leave a time before it and one from it on, got 31 in a panel from 0 to 29"),
    ],
)  # fmt: skip
def test_difference_in_differences_says_what_is_wrong(asked, sentence):
    with says(sentence):
        difference_in_differences(panel(), **({"units": "u0", "event": 20} | asked))


def test_constant_courses_differ_by_nothing():
    found = difference_in_differences(panel() * 0 + 4, units=["u0", "u1"], event=20)
    assert found.effect == found.effect.low == found.effect.high == 0
    assert found.p_cluster == found.p == 1


# --- times ---------------------------------------------------------------------------------


def test_times_and_events_are_read_in_one_way_only():
    wide = panel(6, 12, effect=1.0, event=6)
    base = difference_in_differences(wide, units="u0", event=6)
    for index, event in (
        ([f"01.{m:02d}.2009" for m in range(1, 13)], "01.07.2009"),
        ([str(year) for year in range(2000, 2012)], 2006),
        (pd.period_range("2009-01", periods=12, freq="M"), pd.Period("2009-07")),
        (pd.date_range("2009-01-01", periods=12, freq="MS", tz="UTC"), "2009-07-01"),
    ):
        found = difference_in_differences(wide.set_axis(index), units="u0", event=event)
        assert found.effect == base.effect
        assert found.means["after"].tolist() == base.means["after"].tolist()
    with says("times of the panel must read one way only, such as 2009-07-06 or 06.07.2009 (day first), got '1/1/2009': read it with pd.to_datetime(..., dayfirst=True) or dayfirst=False before"):  # fmt: skip
        difference_in_differences(wide.set_axis([f"1/{m}/2009" for m in range(1, 13)]), units="u0", event=6)  # fmt: skip


def test_an_event_inside_a_period_is_told():
    wide = panel(6, 12, event=6).set_axis(pd.date_range("2009-01-01", periods=12, freq="MS"))
    for found in (
        difference_in_differences(wide, units="u0", event="2009-07-06"),
        synthetic_control(wide, unit="u0", event="2009-07-06"),
    ):
        assert found.warnings[0].startswith("the event (2009-07-06) lies between two times: 2009-07-01 counts as before, 2009-08-01 is the first after")  # fmt: skip
    exact = difference_in_differences(wide, units="u0", event="2009-08-01")
    assert not any("between two times" in w for w in exact.warnings)


def test_a_confidence_is_not_a_level_of_a_test():
    for call in (
        lambda: synthetic_control(panel(), unit="u0", event=20, level=0.05),
        lambda: difference_in_differences(panel(), units="u0", event=20, level=0.05),
    ):
        with says("level must be a confidence of at least 0.5, got 0.05: a test at 5% has level 0.95"):  # fmt: skip
            call()


# --- figures -----------------------------------------------------------------------------


def test_figures():
    wide = panel(effect=4.0).set_axis(pd.date_range("2008-01-01", periods=30, freq="MS"))
    one = synthetic_control(wide, unit="u0", event="2009-09-01")
    assert "p = 0.11" in synthetic_path(one, unit="bags").get_title(loc="left")
    assert len(placebo_gaps(one, poor=1e9).lines) == 9 + 2
    two = difference_in_differences(wide, units=["u0", "u1"], event="2009-09-01")
    assert group_means(two).get_title(loc="left").startswith("Those met: ")
    assert group_differences(two, unit="bags").get_ylabel().endswith("bags")


def test_titles_with_long_names_are_not_cut_off():
    wide = panel(effect=4.0).rename(columns={"u0": "United Airlines Holdings"})
    one = synthetic_control(wide, unit="United Airlines Holdings", event=20)
    for draw in (synthetic_path, placebo_gaps):
        ax = draw(one, prediction=3)
        figure = ax.get_figure()
        figure.canvas.draw()
        (title,) = (t for t in (ax.title, ax._left_title) if t.get_text())
        box = title.get_window_extent()
        assert box.x1 <= figure.bbox.x1
        assert box.y1 <= figure.bbox.y1
