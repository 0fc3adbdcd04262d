"""Figures of forecasts, and the dashboard of posts that bring further posts."""

import time

import numpy as np
import pandas as pd
import pytest

from cemlab import calibrate, plots, widgets
from cemlab.classroom.exercises import Prediction
from cemlab.sim import attention

TOLD = pd.DataFrame({"time": [1, 2, 3, 4, 5, 90], "value": [8, 21, 32, 39, 50, 910]})


LATE = pd.DataFrame({"time": [2, 3, 4], "value": [21, 29, 41]})


def line(t, a):
    return a * t


def root(t, a):
    return a * t**0.5


@pytest.fixture(scope="module")
def fits():
    early = TOLD[TOLD["time"] <= 5]
    return {law.__name__: calibrate.fit(law, early, start={"a": 9}) for law in (line, root)}


@pytest.fixture(scope="module")
def table():
    both = {"line": line, "root": root}
    return calibrate.forecast(
        both, TOLD, days=[3, 4, 5], start={"line": {"a": 9}, "root": {"a": 9}}
    ).query("time == 90")


def words(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_outlooks_say_each_forecast_and_what_came(fits):
    came = pd.DataFrame({"time": [90], "actual": [910]})
    guess = Prediction("x", 2000.0, "number", "views")
    ax = plots.outlooks(fits, until=90, came=came, prediction=guess)
    small, large = sorted(float(f.predict([90])["value"].iloc[0]) for f in fits.values())
    assert f"{small:,.0f} or {large:,.0f}, and 910 views came" in ax.get_title(loc="left")
    drawn = {one.get_label(): one for one in ax.lines}
    assert drawn["line"].get_ydata()[-1] == pytest.approx(large)
    assert drawn["came later"].get_xydata().tolist() == [[90.0, 910.0]]
    assert drawn["your prediction"].get_xydata().tolist() == [[90.0, 2000.0]]
    assert drawn["read"].get_xdata().tolist() == [1, 2, 3, 4, 5]
    assert "band for a reading then (95%)" in words(ax)
    assert "day 90" in [text.get_text() for text in ax.texts]
    other = plots.outlooks(fits, until=90, ending="1 May")
    assert "1 May" in [text.get_text() for text in other.texts]


def test_an_open_band_is_cut_at_the_picture_and_marked():
    told = pd.DataFrame({"time": [1.0, 2.0, 3.0], "value": [5.0, 9.0, 16.0]})
    fit = calibrate.fit(lambda t, a, b: a * t**b, told, start={"a": 5, "b": 1}, bounds={"a": (0, None)})  # fmt: skip
    end = fit.predict([1000]).iloc[0]
    ax = plots.outlooks({"power": fit}, until=1000)
    bottom, top = ax.get_ylim()
    assert end["reading_high"] > top
    assert end["reading_low"] < bottom
    arrows = [a for a in ax.texts if getattr(a, "arrow_patch", None) is not None]
    assert len(arrows) == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"until": 5}, "until must be after the last reading fitted, at 5, got 5"),
        ({"fits": {}}, "fits must be one to 5, got 0: choose some"),
    ],
)
def test_outlooks_refuse_in_one_sentence(fits, change, message):
    given = {"fits": fits, "until": 90} | change
    with pytest.raises(ValueError, match="must be") as said:
        plots.outlooks(**given)
    assert str(said.value) == message


def test_forecast_by_day_says_since_when_it_was_right(table):
    ax = plots.outlook_by_day(table, within=0.1)
    off = table.loc[table["curve"] == "line", "error_percent"].abs()
    assert (off < 10).all()
    assert ax.get_title(loc="left") == "Right within 10% from day 3 on (line); 1 of 2 curves never"
    assert plots.outlook_by_day(table, within=0).get_title(loc="left") == (
        "None is right within 0% up to day 5"
    )


def test_right_once_and_then_wrong_is_not_right():
    rows = pd.DataFrame({"curve": "", "days": [3, 4, 5], "time": 90.0, "predicted": [100.0, 140.0, 80.0],
                         "low": 50.0, "high": 150.0, "actual": 100.0})  # fmt: skip
    guess = Prediction("x", 1.0, "number", "")
    ax = plots.outlook_by_day(rows.iloc[::-1], prediction=guess)
    assert ax.get_title(loc="left") == "Right within 25% from day 5 on"
    assert "forecast (your prediction)" in words(ax)
    plain = plots.outlook_by_day(rows)
    assert "forecast" in words(plain)


def test_forecasts_of_several_readings_are_refused(table):
    several = pd.concat([table, table.assign(time=91.0)])
    with pytest.raises(ValueError, match="must be") as said:
        plots.outlook_by_day(several)
    assert str(said.value) == (
        "table must be about one later reading and at most 5 curves, got 2 readings and 2 curves: choose rows"
    )


def test_a_profile_over_many_powers_of_ten_has_a_log_axis():
    value = np.geomspace(1e5, 1e9, 9)
    fall = np.linspace(-2, 2, 9) ** 2
    wide = pd.DataFrame({"value": value, "fall": fall, "cut": 5.0})
    assert plots.likelihood_profile(wide, name="m").get_xscale() == "log"
    near = wide.assign(value=np.linspace(1, 9, 9))
    assert plots.likelihood_profile(near, name="q").get_xscale() == "linear"


def test_large_guesses_are_written_in_full():
    assert str(Prediction("x", 5_000_000.0, "number", "views")) == "5,000,000 views"
    assert str(Prediction("x", 1234.5, "number", "")) == "1,234.5"


def test_every_slider_of_the_attention_lab_changes_the_picture_and_back():
    box = widgets.attention_lab()
    picture = box.children[-1]
    assert bytes(picture.value).startswith(b"\x89PNG")
    assert len(box.children) == 5
    took = []
    for slider in box.children[:-1]:
        before, value = picture.value, slider.value
        other = slider.options[0][1] if hasattr(slider, "options") else slider.min
        begin = time.perf_counter()
        slider.value = other
        took.append(time.perf_counter() - begin)
        assert picture.value != before, slider.description
        slider.value = value
        assert picture.value == before, slider.description
    assert min(took) < 1.0  # about 0.08 s on a free machine


def test_each_curve_is_fitted_as_if_alone(fits):
    early = TOLD[TOLD["time"] <= 5]
    both = {"line": line, "root": root}
    start = {"line": {"a": 9}, "root": {"a": 9}, "other": {"b": 1}}
    found = calibrate.fit_each(both, early, start=start, bounds={"line": {"a": (0, None)}})
    assert list(found) == ["line", "root"]
    for name, one in found.items():
        assert one.params["a"] == pytest.approx(fits[name].params["a"], rel=1e-5)
    limited = calibrate.fit_each(both, early, start=start, bounds={"line": {"a": (0, 9.5)}})
    assert limited["line"].params["a"] == pytest.approx(9.5)


@pytest.mark.parametrize(
    ("curves", "start", "message"),
    [
        ({}, {}, "curves must be a mapping of each name to a curve, got {}"),
        ({"line": line}, {"root": {"a": 1}}, "start must have an entry for each curve, got none for 'line'"),
        ({"line": line}, None, "start must have an entry for each curve, got none for 'line'"),
    ],
)  # fmt: skip
def test_fit_each_refuses_in_one_sentence(curves, start, message):
    with pytest.raises(ValueError, match="must") as said:
        calibrate.fit_each(curves, TOLD, start=start)
    assert str(said.value) == message


# --- curves of a counter, claims one by one, few readings ---------------------------------


def test_view_curves_hold_what_a_fit_needs():
    given = calibrate.view_curves(size=8e6, steepest=0.5)
    assert set(given) == {"curves", "start", "bounds"}
    assert list(given["curves"]) == ["Bass", "power law", "Bass + trickle", "Bass, then power law"]
    for name, law in given["curves"].items():
        start, bounds = given["start"][name], given["bounds"][name]
        assert set(start) == set(bounds)
        for key, (low, high) in bounds.items():
            assert low <= start[key]
            assert high is None or start[key] <= high
        assert np.isfinite(law(np.array([0.0, 5.0]), **start)).all()
    assert given["bounds"]["Bass, then power law"]["then_exponent"] == (0, 0.5)
    assert given["bounds"]["Bass"]["m"] == (2e5, 2e9)
    assert list(calibrate.view_curves("power law", "Bass", size=8)["start"]) == ["power law", "Bass"]  # fmt: skip


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: calibrate.view_curves("Bass", size=0), "size must be above 0, got 0"),
        (lambda: calibrate.view_curves(size=9, steepest=-1), "steepest must be above 0, got -1"),
        (lambda: calibrate.power_laws([1, 0], size=9), "steepest must be above 0, got 0"),
        (lambda: calibrate.each_claim({"line": line}, TOLD, TOLD[:0], at=9, start={"line": {"a": 9}}), "claims must be at least one row, got none"),
    ],
)  # fmt: skip
def test_curves_and_claims_refuse_in_one_sentence(call, message):
    with pytest.raises(ValueError, match="must be") as said:
        call()
    assert str(said.value) == message


def test_each_claim_is_fitted_alone_as_if_it_were_trusted():
    claims = pd.DataFrame({"time": [1, 1], "value": [9, 20], "confidence": "contested", "alternatives": "first"})  # fmt: skip
    start = {"line": {"a": 9}, "root": {"a": 9}}
    found = calibrate.each_claim({"line": line, "root": root}, LATE, claims, at=10, start=start)
    assert found[["claim", "curve"]].to_numpy().tolist() == [[9, "line"], [9, "root"], [20, "line"], [20, "root"]]  # fmt: skip
    for _, row in found.iterrows():
        data = pd.concat([pd.DataFrame({"time": [1], "value": [row["claim"]]}), LATE])
        alone = calibrate.fit({"line": line, "root": root}[row["curve"]], data, start={"a": 9})
        assert row["a"] == pytest.approx(alone.params["a"])
        assert row["predicted"] == pytest.approx(alone.predict([10])["value"].iloc[0])


def test_hardly_more_readings_than_parameters_is_said():
    def bent(t, a, b):
        return a * t + b * t**2

    start = {"a": 9, "b": 0.1}
    few = calibrate.fit(bent, LATE, start=start)
    words = "hardly more readings (3 with two limits) than parameters (2): look at interval() and profile() before you believe one"
    assert words in few.warnings
    more = calibrate.fit(bent, pd.concat([LATE, TOLD[TOLD["time"] > 4]]), start=start)
    assert not any("hardly more readings" in one for one in more.warnings)


def test_shorter_windows_are_classified_one_by_one():
    views = [2, 3, 2, 4, 2, 3, 5000, *(2.5 + 3000 * np.arange(1, 41) ** -0.6)]
    table = attention.classify_windows(views, days=[3, 40])
    alone = attention.classify(views, window_days=(0, 40))
    last = table.loc[40]
    assert last["exponent"] == pytest.approx(alone.exponent)
    assert (last["low"], last["high"]) == (alone.exponent.low, alone.exponent.high)
    assert last["class"] == alone.kind == "exogenous critical"
    assert table.loc[3, "class"] == "cannot be told"
    with pytest.raises(ValueError, match="window_days must be"):
        attention.classify_windows(views, days=[0])


def test_a_table_shows_no_negative_zero():
    shown = plots.table(pd.DataFrame({"a": [-0.001, -0.0, -0.5]})).data
    assert "-0.00" not in shown
    assert ">-0<" not in shown
    assert ">-0.50<" in shown
