"""Numbers that notebook 25 says in words."""

import ast
import math
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from cemlab import calibrate, cases, datasets, lenses, readings
from cemlab.classroom.exercises import check
from cemlab.sim import attention

ROOT = Path(__file__).parents[1]
CLOCK = {"since": "2009-07-06", "starts": 4}
TWO = calibrate.view_curves("Bass", "power law", size=4e6)
THREE = calibrate.view_curves("Bass", "power law", "Bass + trickle", size=4e6)
YEAR = 8_733_989


@pytest.fixture(scope="module")
def views():
    return datasets.load("ubg-views")


@pytest.fixture(scope="module")
def sure(views):
    return views[~views["confidence"].isin(["contested", "unverified"])]


@pytest.fixture(scope="module")
def month(sure):
    return sure[sure["time"] < "2009-08-01"]


@pytest.fixture(scope="module")
def week_fits(sure):
    return calibrate.fit_each(**TWO, readings=sure[sure["time"] < "2009-07-15"], **CLOCK)


@pytest.fixture(scope="module")
def late(sure):
    return calibrate.forecast(**THREE, readings=sure, days=[18, 26, 41], until=600, **CLOCK)


def test_what_is_said_of_the_readings(views, sure):
    week = views[views["time"] < "2009-07-15"]
    assert len(week) == 10
    assert not (week["precision"] == "exact").any()
    assert week["confidence"].tolist() == ["contested"] * 5 + ["independent"] * 5
    assert len(sure) == 21
    assert sure["time"].min() > pd.Timestamp("2009-07-09")
    assert views.set_index("time")["views"]["2010-06-29 12:00"] == YEAR
    assert round(100 * 2_700_000 / YEAR) == 31
    assert round(100 * 5_000_000 / YEAR) == 57
    second = readings.limits(views).set_index("time").loc["2011-02-15"].iloc[0]
    assert second[["low", "high"]].tolist() == [5e6, 15e6]


def test_doubling_by_hand():
    doubling = 3 / math.log2(1_450_000 / 150_000)
    assert round(24 * doubling) == 22
    assert round(24 * 3 / math.log2(1_450_000 / 25_000)) == 12
    assert 1 < 3 / math.log2(1_450_000 / 200_000) < 1.1
    a_day = (1_450_000 / 150_000) ** (1 / 3) - 1
    assert check("attention.6", 0.70 / a_day).words.startswith("The rule of 70")
    linear = 150_000 / ((1_450_000 - 150_000) / 3)
    assert check("attention.6", linear).words.startswith("That supposes that the same number")
    later = pd.Timestamp("2009-07-14 13:00") - pd.Timestamp("2009-07-10 23:00")
    assert round(later / pd.Timedelta("1D"), 1) == 3.6
    assert 2_700_000 < 2 * 1_450_000
    all_people = pd.Timedelta(days=doubling * math.log2(6.8e9 / 1_450_000))
    assert (pd.Timestamp("2009-07-10 23:00") + all_people).strftime("%d %b") == "22 Jul"


def test_the_first_week_leaves_everything_open(week_fits, late):
    bass, power = week_fits["Bass"], week_fits["power law"]
    times = [358.5, 589.5, *bass.readings["time"]]
    told = {name: one.predict(times) for name, one in week_fits.items()}
    ends = {name: table.iloc[0] for name, table in told.items()}
    assert [round(row["value"] / 1e6) for row in ends.values()] == [3, 107]
    assert ends["Bass"]["reading_low"] == pytest.approx(0.84e6, abs=0.005e6)
    assert ends["Bass"]["reading_high"] > 1e9
    assert ends["power law"]["reading_low"] > YEAR
    seen = bass.readings
    for name, missed in (("Bass", 0), ("power law", 2)):  # readings the curve does not run through
        curve = told[name]["value"].to_numpy()[2:]
        assert int(((curve < seen["low"]) | (curve > seen["high"])).sum()) == missed
    assert bass.warnings[0].startswith("hardly more readings (4 with two limits) than parameters")
    assert "hold a whole region of curves" in bass.warnings[1]
    assert power.warnings[1].startswith("exponent lies on its bound (0)")
    assert [round(table["value"].iloc[1] / 1e6) for table in told.values()] == [3, 175]
    day_18 = late[(late["days"] == 18) & (late["curve"] == "power law")].iloc[0]
    assert day_18["note"].startswith("exponent lies on its bound (2)")


def test_from_which_day_on_which_curve_is_right(late):
    year = late[late["time"].between(358, 359)]
    off = year.pivot_table(index="days", columns="curve", values="error_percent")
    assert off["power law"].abs().max() < 14
    assert off.loc[26].abs().idxmin() == "power law"
    assert off["Bass"].between(-60, -45).all()
    assert round(1 + off.loc[26, "Bass + trickle"] / 100) == 4
    assert round(1 + off.loc[41, "Bass + trickle"] / 100) == 3
    said = year.set_index(["days", "curve"])["predicted"] / 1e6
    assert said[26].round(1).to_dict() == {"Bass": 4.2, "power law": 8.5, "Bass + trickle": 34.9}
    bass = year[year["curve"] == "Bass"]
    assert not bass["inside"].any()
    assert (bass["high"] / bass["low"]).max() < 1.6
    later = late[late["time"].between(580, 600)]
    said = later.pivot_table(index="days", columns="curve", values="predicted") / 1e6
    assert said.loc[[26, 41]].min().min() == pytest.approx(4.2, abs=0.05)
    assert said.loc[[26, 41]].max().max() == pytest.approx(56, abs=0.5)


def test_the_best_fit_is_the_worst_forecast(sure, month):
    fits = calibrate.fit_each(**THREE, readings=month, **CLOCK)
    found = calibrate.compare(fits)
    assert (found["n"] == 11).all()
    assert found.index.tolist() == ["Bass + trickle", "Bass", "power law"]
    assert (100 * found["weight"]).round(2).tolist() == [97.38, 2.57, 0.04]
    assert (100 * found["sigma"]).round(2).tolist() == [3.32, 6.95, 10.80]
    assert fits["power law"].warnings[0].startswith("exponent lies on its bound (2)")
    day_41 = sure[sure["time"] < "2009-08-17"]
    weights = calibrate.compare(calibrate.fit_each(**THREE, readings=day_41, **CLOCK))["weight"]
    assert round(weights["Bass + trickle"], 2) == 0.99


def test_the_limit_decides_what_the_power_law_says(sure, month):
    limits = [0.5, 1, 1.4, 2, 3, 4, 6, 10]
    laws = calibrate.power_laws(limits, size=4e6)
    again = calibrate.forecast(**laws, readings=sure, days=26, until=359, **CLOCK)
    by_limit = again.groupby("curve")[["predicted", "error_percent"]].last()
    said = (by_limit["predicted"] / 1e6).round(1).tolist()
    assert said == [22.7, 13.2, 10.4, 8.5, 7.3, 6.8, 6.4, 6.2]
    errors = by_limit["error_percent"].abs().to_dict() | {...: None}
    assert [n for n in limits if check("attention.8", errors.get(n, -1)).right] == [0.5, 1, 6, 10]
    assert check("attention.8", errors.get(..., -1)).right is None
    for unlisted in (5, "3"):
        assert "not in the list" in check("attention.8", errors.get(unlisted, -1)).words
    ends = calibrate.power_laws([6, 10], size=4e6)
    pushed = calibrate.fit_each(**ends, readings=month, **CLOCK)
    assert pushed[6].params["exponent"] == pytest.approx(6)
    assert pushed[10].params["exponent"] < 8  # the scale is at its limit first
    assert pushed[10].params["scale"] == pytest.approx(100)


def test_the_contested_first_day(views, month):
    told = views.iloc[[0, 1, 3]].assign(time=pd.Timestamp("2009-07-07 23:00"))
    assert told["views"].tolist() == [25_000, 150_000, 200_000]
    found = calibrate.each_claim(**TWO, readings=month, claims=told, at=358.5, **CLOCK)
    year = found.pivot_table(index="claim", columns="curve", values="predicted") / 1e6
    bass = found[found["curve"] == "Bass"]
    assert (math.log(2) / (bass["q"] - bass["p"])).round(2).tolist() == [0.44, 0.86, 1.26]
    assert year["Bass"].max() / year["Bass"].min() == pytest.approx(1.08, abs=0.005)
    assert year["power law"].round().tolist() == [73, 44, 21]
    any_one = told.assign(confidence="contested", alternatives="first day")
    both = calibrate.fit_each(**TWO, readings=pd.concat([any_one, month]), **CLOCK)
    shares = [one.alternatives.set_index("value")["share"][200_000] for one in both.values()]
    assert [round(100 * share, 1) for share in shares] == [100.0, 99.7]


def test_the_class_takes_more_than_a_year(views):
    rates = attention.rates_between(readings.limits(views))
    table = attention.classify_windows(rates, days=[60, 366, 5400])
    assert table["class"].tolist() == ["cannot be told", "cannot be told", "exogenous critical"]
    assert table["best law"].tolist() == ["exponential", "power law", "power law"]
    assert table["exponent"].round(2).tolist() == [0.74, 0.79, 0.70]
    whole = attention.classify(rates)
    assert "not recorded" in whole.trust
    assert whole.share_says.startswith("endogenous critical")
    peak = rates.loc[rates["views_per_day"].idxmax()]
    assert (peak["low"], round(peak["high"], -4)) == (0, 1_390_000)


def test_both_lenses_on_the_same_days():
    events = cases.load("united-breaks-guitars").events()
    for day in ("2009-07-05", "2009-07-14", "2009-08-15"):
        look = lenses.compare(events, observed_until=day).set_index("metric")["value"]
        assert look[["answered in time", "issues closed", "journeys resolved"]].tolist() == [1, 1, 0]  # fmt: skip
    assert not (events["kind"][events["issue"] == "guitar"] == "resolve").any()


def test_fifteen_years_take_two_parts(sure):
    laws = calibrate.view_curves("Bass, then power law", "Bass", size=4e6)
    fit, alone = calibrate.fit_each(**laws, readings=sure, **(CLOCK | {"starts": 1})).values()
    ends = fit.interval().loc[["m", "then_exponent"], ["value", "low", "high"]]
    assert ends.loc["m", "value"] == pytest.approx(2.5e6, abs=0.05e6)
    assert ends.loc["then_exponent"].round(2).tolist() == [0.60, 0.49, 0.79]
    assert round(fit.sigma, 3) == 0.051
    assert len(fit.params) == len(alone.params) + 3
    assert alone.aicc > fit.aicc + 40


def test_four_readings_of_copies_leave_all_open():
    law = calibrate.view_curves("Bass", size=4e6)
    copies = datasets.load("nestle-views")
    few = calibrate.fit_each(**law, readings=copies, since="2010-03-17")["Bass"]
    assert few.params["m"] == pytest.approx(0.94e6, abs=0.005e6)
    assert [one.split(" (")[0].split(":")[0] for one in few.warnings] == [
        "2 contested readings left out", "hardly more readings",
    ]  # fmt: skip
    ends = few.interval()
    for name, (low, high) in law["bounds"]["Bass"].items():
        assert ends.loc[name, ["low", "high"]].tolist() == pytest.approx([low, high], rel=0.01)
    profile = few.profile("m", points=9)
    assert (profile["fall"] < profile["cut"]).all()
    assert round(profile["cut"].iloc[0]) == 20
    assert profile["value"].iloc[[0, -1]].tolist() == pytest.approx([1e5, 1.39e8], rel=0.01)


def test_news_looks_like_word_of_mouth():
    news = {0: 20, 5: 120, 7: 40, 12: 20}
    posts = attention.hawkes(background=news, branching=0, memory=1, horizon=30, rng=25)
    blind = attention.fit_hawkes(posts, horizon=30)
    assert blind.warnings == ()
    found = blind.interval().loc["branching", ["value", "low", "high"]]
    assert found.round(2).tolist() == [0.77, 0.66, 0.89]
    assert attention.check_residuals(blind.residuals()).p_value > 0.5
    assert blind.check(replicates=39).p_value > 0.05
    told = attention.fit_hawkes(posts, horizon=30, shape=news).interval().loc["branching"]
    assert told["low"] == 0
    assert round(told["value"], 2) == 0.01


@pytest.mark.parametrize(
    "limit", ["A view is not a person.", "A view isn't a customer.", "Who leaves it can't tell."]
)
def test_the_memo_takes_many_words_for_what_views_cannot_tell(limit):
    assert check("attention.9", f"3 or 107 million: the curve decides. {limit}").right


def test_each_solution_sets_one_name_so_that_a_students_copy_can_run():
    cells = nbformat.read(ROOT / "notebooks" / "25-attention-lab.ipynb", as_version=4).cells
    mark = "### BEGIN SOLUTION\n"
    solutions = [c.source.split(mark)[1].split("### END")[0] for c in cells if mark in c.source]
    assert len(solutions) == 4
    for solution in solutions:
        (line,) = ast.parse(solution).body
        assert isinstance(line, ast.Assign)
        assert [type(target) for target in line.targets] == [ast.Name]
