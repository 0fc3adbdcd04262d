"""Phase map and border: points of the grid as optimised one by one, lines crossed by hand."""

import re

import pandas as pd
import pytest

from cemlab.market import BOXES, LINES, Market, border, optimise, phase_map
from cemlab.market.course import lived

X, Y = ("failure_rate", [0.01, 0.08]), ("prevention_cost", [1.0, 6.0])


def table(crm, cem, x=(0.1, 0.2), y=(1.0, 3.0)):
    """Return a map of two policies, values by second number, then first."""
    points = [(a, b) for b in y for a in x]
    rows = [(*point, "crm", float(value)) for point, value in zip(points, crm, strict=True)]
    rows += [(*point, "cem", float(value)) for point, value in zip(points, cem, strict=True)]
    return pd.DataFrame(rows, columns=["failure_rate", "virality", "policy", "npv"])


def test_each_point_is_optimised_in_its_own_market():
    found = phase_map(X, Y, months=24, progress=False)
    assert found.columns.tolist() == [
        "failure_rate", "prevention_cost", "policy", "npv", *LINES, "organisation", "resolution",
    ]  # fmt: skip
    assert len(found) == 4 * len(BOXES)
    for row in found.itertuples():
        market = Market(failure_rate=row.failure_rate, prevention_cost=row.prevention_cost)
        plan = optimise(row.policy, market=market, months=24)
        assert tuple(getattr(row, line) for line in LINES) == plan.lines()
        assert (row.organisation, row.resolution) == (plan.organisation, plan.resolution)
        assert row.npv == lived(plan, market, 24).npv


def test_who_is_ahead_changes_with_failures_and_the_cost_of_prevention():
    """Table of the sketch: CRM where failures are rare or prevention dear, CEM by default."""
    found = phase_map(X, Y, policies=("crm", "cem"), progress=False)
    wide = found.pivot_table(index=["failure_rate", "prevention_cost"], columns="policy", values="npv")  # fmt: skip
    ahead = wide["cem"] > wide["crm"]
    assert ahead.to_dict() == {
        (0.01, 1.0): False, (0.01, 6.0): False, (0.08, 1.0): True, (0.08, 6.0): False,
    }  # fmt: skip
    assert len(border(found)) == 2


def test_workers_change_nothing():
    one = phase_map(X, Y, months=6, workers=1, progress=False)
    pd.testing.assert_frame_equal(phase_map(X, Y, months=6, workers=3, progress=False), one)


def test_says_how_far_it_is_only_if_asked(capsys, monkeypatch):
    monkeypatch.setattr("cemlab.market.phases._EVERY_S", 0.0)
    phase_map(X, Y, months=1, policies=["crm"], progress=False)
    assert capsys.readouterr().err == ""
    phase_map(X, Y, months=1, policies=["crm"])
    said = capsys.readouterr().err
    assert said.endswith("\rphase map: 4 of 4 points\n")
    assert said.count("\r") == 4


def test_border_crosses_grid_lines_in_both_directions():
    """Differences -1 3 / 1 1: a quarter along the lower line, half-way up on the left."""
    found = border(table([0, 3, 1, 1], [1, 0, 0, 0]))
    assert found["failure_rate"].tolist() == pytest.approx([0.1, 0.125])
    assert found["virality"].tolist() == pytest.approx([2.0, 1.0])


def test_border_on_a_grid_point_and_nowhere():
    assert border(table([1, 2, 2, 2], [1, 1, 1, 1])).to_numpy().tolist() == [[0.1, 1.0]]
    assert border(table([1, 2, 2, 2], [0, 1, 1, 1])).empty


def test_border_is_the_same_for_any_order_of_rows_and_both_ways():
    given = table([0, 3, 1, -4], [1, 0, 0, 0])
    pd.testing.assert_frame_equal(border(given.sample(frac=1, random_state=1)), border(given))
    pd.testing.assert_frame_equal(border(given, "cem", "crm"), border(given))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"x": ("wages", [1])}, "x's name must be one of customers, "),
        ({"x": "virality"}, "x must be a name and values, such as ('virality', [0.2, 0.6]), got 'virality'"),
        ({"y": ("failure_rate", [0.2])}, "x and y must be two numbers of Market, got 'failure_rate' twice"),
        ({"x": ("virality", [])}, "x's values must be numbers that differ, at least one, got []"),
        ({"x": ("virality", [1, 1])}, "x's values must be numbers that differ, at least one, got [1, 1]"),
        ({"x": ("voice", [2.0])}, "voice must be a finite number in [0, 1], got 2.0"),
        ({"policies": ["crm", "CEM"]}, "policies must be one of crm, cem, integrated, myopic, loudest, got 'CEM'"),
        ({"policies": 5}, "policies must be kinds of company, such as ('crm', 'cem'), got 5"),
        ({"policies": None}, "policies must be kinds of company, such as ('crm', 'cem'), got None"),
        ({"policies": []}, "policies must be kinds that differ, at least one, got []"),
        ({"workers": 0}, "workers must be a whole number of at least 1, got 0"),
        ({"budget": -1}, "budget must be a finite number in [0, 1000000000000], got -1"),
        ({"months": 0}, "months must be a whole number in [1, 1000000], got 0"),
    ],
)  # fmt: skip
def test_phase_map_says_what_is_wrong(given, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}"):
        phase_map(**{"x": X, "y": Y, "months": 1} | given)


def test_border_says_what_is_wrong():
    with pytest.raises(ValueError, match=r"^map must be a table of phase_map, got dict$"):
        border({})
    with pytest.raises(ValueError, match=r"^a must be one of crm, cem, got 'myopic'$"):
        border(table([1] * 4, [2] * 4), "myopic")
    with pytest.raises(ValueError, match=r"^b must be one of cem, got 'crm'$"):
        border(table([1] * 4, [2] * 4), "crm", "crm")


def test_border_refuses_points_twice_without_a_value_and_one_policy_only():
    given = table([0, 3, 1, -4], [1, 0, 0, 0])
    twice = pd.concat([given, given.iloc[[1]]])
    with pytest.raises(
        ValueError,
        match=r"^map must have each point and policy once, got 1 other rows, the first at failure_rate 0\.2, virality 1\.0, policy crm: drop or mend them$",
    ):
        border(twice)
    given.loc[2, "npv"] = float("nan")
    with pytest.raises(
        ValueError,
        match=r"^map must have a value of npv in each row, got 1 other rows, the first at failure_rate 0\.1, virality 3\.0, policy crm: drop or mend them$",
    ):
        border(given)
    both = table([1] * 4, [2] * 4)
    one = both[both["policy"] == "crm"]
    with pytest.raises(
        ValueError,
        match=r"^map must hold two policies at least, got \['crm'\]: name two or more in phase_map$",
    ):
        border(one)


def test_integrated_is_ahead_all_over_the_map():
    found = phase_map(("virality", [0.3, 1.5]), ("failure_rate", [0.01, 0.3]), budget=20_000, months=12, progress=False)  # fmt: skip
    wide = found.pivot_table(index=["virality", "failure_rate"], columns="policy", values="npv")
    for kind in ("crm", "cem", "myopic"):
        assert (wide["integrated"] >= wide[kind]).all()
    assert (wide["crm"] >= wide["myopic"]).all()
