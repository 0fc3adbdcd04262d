"""Numbers that notebook 28 says in words."""

import ast
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pytest

from cemlab import lenses, market
from cemlab.market import SCENARIOS, Market, Policy
from cemlab.network import Network

ROOT = Path(__file__).parents[1]
EVEN = Policy(phone=70_000, social=5_000, advertising=75_000)
STAR = Policy(phone=40_000, social=35_000, advertising=75_000)
TWO = {"policies": ("crm", "cem"), "progress": False}
RATES = ("failure_rate", [0.01, 0.015, 0.02, 0.03, 0.04, 0.06, 0.08, 0.12])


@pytest.fixture(scope="module")
def public():
    return Network.random(100_000, 20, rng=1)


def worth(policies, world=None):
    """Net present values, million EUR, by policy."""
    return market.compare(policies, market=world or Market())["npv"] / 1e6


def best(world, *kinds):
    return {kind: market.optimise(kind, market=world) for kind in kinds}


def test_one_month_by_hand():
    month = market.monthly(market.simulate(EVEN, months=1)).iloc[0]
    names = ["failures", "complaints", "calls", "escalated", "posts"]
    assert month[names].round().tolist() == [8000, 4000, 3600, 189, 589]
    solved = month["solved"] * (0.8 * 0.017 + 0.2 * 0.10)
    unsolved, silent = month["unsolved"] * 0.18, month["silent"] * 0.21
    assert np.round([solved, unsolved, silent]).tolist() == [92, 227, 840]
    assert round(100 * (solved + unsolved) / (solved + unsolved + silent)) == 28
    assert month[["solved_phone", "solved_social"]].round(2).tolist() == [0.65, 0.68]


def test_only_learning_makes_star_the_worse_policy():
    cut = {"reputation_elasticity": 0, "virality": 0, "learning": 0}
    known, spread = {"virality": 0, "learning": 0}, {"learning": 0}
    pair = {"even": EVEN, "star": STAR}
    found = [worth(pair, Market(**links)).round(1).tolist() for links in (cut, known, spread, {})]
    assert found == [[153.2, 154.0], [137.7, 138.7], [128.5, 130.8], [130.3, 115.2]]
    alone = market.simulate(STAR, market=Market(**known))
    assert round(alone.final("reputation"), 2) == 0.52
    ends = market.simulate(STAR)
    assert [round(ends.final(name), 2) for name in ("public_share", "reputation")] == [0.40, 0.23]
    assert (Market().talk_bad / Market().talk_good, Market().negativity) == (pytest.approx(3), 2)


def test_what_the_two_teams_read_before_and_after_the_star_team():
    change = market.simulate({0: EVEN, 24: STAR}, months=60)
    before, after = market.dashboard(change, "both").loc[[8, 20]].to_dict("index").values()
    ratio = {name: after[name] / before[name] for name in before}
    assert round(ratio["calls_handled"], 2) == 0.60
    assert round(ratio["new_customers"], 2) == 0.78
    assert round(ratio["public_share_of_complainers"], 1) == 4.8
    assert round(ratio["exposures_per_1000_customers_month"], 1) == 3.0
    assert (round(before["reputation"], 2), round(after["reputation"], 2)) == (0.42, 0.23)
    fall = before["churn_share_a_month"] - after["churn_share_a_month"]
    assert round(100 * fall, 2) == 0.06
    assert min(after["posts_answered_share"], after["calls_answered_share"]) > 0.999
    assert ratio["nps_points"] > 1
    assert ratio["lost_after_failure_customers"] < 1 < ratio["solved_share_of_failures"]
    lived = market.monthly(change)
    assert round(lived["solved_phone"].iloc[-1], 2) == 0.65
    assert round(lived["solved_social"].iloc[-1], 2) == 0.95
    assert lived["customers"].iloc[-1] < lived["customers"].iloc[23]


def test_the_winner_changes_with_the_market():
    found = best(Market(), *market.BOXES)
    values = worth(found)
    assert values["integrated"] > values["cem"] > values["crm"] > values["myopic"]
    assert values["myopic"] > values["loudest"]
    assert round(100 * (values["cem"] / values["crm"] - 1)) == 9
    assert round(found["cem"].prevention / 150_000, 2) == 0.60
    assert round(found["crm"].social / 150_000, 2) == 0.01
    for rate, cost, more in ((0.01, 1, -2.3), (0.01, 6, -2.3), (0.08, 6, -5.0)):
        world = Market(failure_rate=rate, prevention_cost=cost)
        there = worth(best(world, "crm", "cem", "integrated"), world)
        assert round(100 * (there["cem"] / there["crm"] - 1), 1) == more
        assert there["integrated"] > there["crm"]
        no_offers = replace(world, retention_effect=0)
        there = worth(best(no_offers, "crm", "cem"), no_offers)
        assert there["cem"] > there["crm"]


def test_the_borders():
    costs = ("prevention_cost", [0.5, 1, 2])
    edge = market.border(market.phase_map(RATES, costs, **TWO)).set_index("prevention_cost")
    at = edge["failure_rate"].round(3).to_dict()
    assert (at[0.5], at[1.0], at[2.0]) == (0.018, 0.035, 0.087)
    edge = market.border(market.phase_map(RATES, ("virality", [0, 0.4, 0.6, 1]), **TWO))
    at = edge.set_index("virality")["failure_rate"].round(3).to_dict()
    assert [at[share] for share in (0, 0.4, 0.6, 1)] == [0.043, 0.039, 0.035, 0.013]


def test_pooling_loses_by_what_customers_learn():
    found = market.lever_values()
    values = found.values["value"] / 1e6
    names = ["prevention", "deep resolution", "retention", "pooling"]
    assert values[names].round(1).tolist() == [18.3, 5.1, 5.0, -3.9]
    assert round(found.values.loc["prevention", "share"], 2) == 0.75
    assert found.best == "prevention + deep resolution + retention"
    unlearning = market.lever_values(market=Market(learning=0)).values["value"] / 1e6
    assert round(unlearning["pooling"], 1) == -0.5


def test_one_year_of_star_treatment_leaves_a_habit_only_where_the_norm_is_strong():
    calm = Policy(
        prevention=60_000, phone=40_000, advertising=50_000,
        organisation="pooled", resolution="deep",
    )  # fmt: skip
    plan = {0: calm, 24: Policy(phone=20_000, social=80_000, advertising=50_000), 36: calm}

    def ends(plan, norm):
        return round(market.simulate(plan, market=Market(norm=norm)).final("public_share"), 2)

    assert SCENARIOS["norm"] == Market(norm=0.7)
    assert (ends(calm, 0.7), ends(plan, 0.7)) == (0.09, 0.91)
    assert ends(plan, 0.6) == ends(calm, 0.6) == 0.08
    assert ends(plan, 0) == ends(calm, 0) == 0.06
    folds = market.norms.folds(Market(norm=0.6))
    assert (round(100 * folds.ends, 1), round(100 * folds.begins, 1)) == (3.6, 6.4)
    assert market.norms.folds(Market(norm=0.7)).ends < 0


def test_luck_decides_near_the_border_and_not_far_from_it():
    def gap(world, runs):
        a, b = best(world, "crm", "cem").values()
        row = market.what_if(a, b, market=world, runs=runs, rng=1).loc["npv"]
        return [round(row[name] / 1e6, 2) for name in ("difference", "low", "high")]

    watched = SCENARIOS["watched"]
    assert (watched.observer, watched.prevention_cost) == (1, 2)
    assert gap(watched, 200) == [4.81, 3.53, 6.10]
    near = replace(watched, failure_rate=0.04)
    few, many = gap(near, 30), gap(near, 1000)
    assert (round(few[0], 1), round(many[0], 1)) == (-1.8, -0.2)
    assert few[1] < 0 < few[2]
    assert many[1] < 0 < many[2]


def test_the_two_signs_of_the_public_do_not_turn_the_order():
    signs = ("observer", [0, 3]), ("publicisation", [0, 0.5])
    found = market.phase_map(*signs, **TWO)
    table = found.pivot_table(index=["observer", "publicisation"], columns="policy", values="npv")
    assert (table["cem"] > table["crm"]).all()
    lost = table.iloc[0] - table.iloc[-1]
    assert lost["crm"] > lost["cem"] > 0


def test_both_lenses_read_the_same_people(public):
    town = Market(audience=100_000)
    lives = {"network": public, "months": 24, "market": town, "rng": 7}
    seen, counts = {}, {}
    for kind, policy in best(Market(), "crm", "cem").items():
        run = market.agents.simulate(policy, **lives)
        log = run.events
        seen[kind] = lenses.compare(log[log["issue"] != 0]).set_index("metric")["value"]
        counts[kind] = log["kind"].value_counts()
    told = ["answered in time", "issues closed", "cost to serve", "journeys resolved"]
    assert seen["crm"][told].round(2).tolist() == [0.94, 0.48, 5.88, 0.32]
    assert seen["cem"][told].round(2).tolist() == [0.96, 0.49, 7.38, 0.40]
    assert round(seen["cem"]["cost to serve"] / seen["crm"]["cost to serve"], 1) == 1.3
    assert [counts[kind]["failure"] for kind in ("crm", "cem")] == [194_926, 93_472]
    assert counts["cem"]["leave"] < counts["crm"]["leave"]
    expected = market.simulate(policy, months=24, market=town)
    names = ["reputation", "customers", "left", "public_share"]
    near = {name: run.final(name) / expected.final(name) - 1 for name in names}
    assert max(abs(near[name]) for name in ("reputation", "customers")) < 0.03
    assert abs((1 + near["left"]) / (1 + near["customers"]) - 1) < 0.03
    assert round(near["public_share"], 2) == -0.14


def test_posts_of_callers_turned_away_meet_a_full_desk(public):
    """Why the people's habit lies below the expected one: cut the way from call to post."""
    policy = market.optimise("cem")
    off = {}
    for escalation in (0.15, 0.0):
        town = Market(audience=100_000, escalation=escalation)
        run = market.agents.simulate(policy, network=public, months=24, market=town, rng=7)
        late = market.monthly(run).iloc[12:]
        gap = late["abandoned_social"] - late["abandoned_phone"]
        off[escalation] = gap.mean() / (gap.std(ddof=1) / np.sqrt(len(gap)))
    assert off[0.15] > 2.5
    assert abs(off[0.0]) < 2


def test_what_is_said_at_home():
    rule = market.limits.first_euro(Policy(phone=2e6, social=1e6, advertising=50_000)).round(2)
    assert rule["rule"].tolist() == [5.20, 7.30]
    assert rule["loop"].tolist() == [8.38, 7.25]
    policy = {"cem": market.optimise("cem")}
    quiet = market.compare(policy, market=Market(voice=0.25)).iloc[0]
    heard = market.compare(policy).iloc[0]
    assert [round(1000 * row["failure_share"]) for row in (quiet, heard)] == [41, 42]
    assert [round(100 * row["churn"], 2) for row in (quiet, heard)] == [2.20, 2.08]
    told = [r["customers"] * r["failure_share"] * v for r, v in ((quiet, 0.25), (heard, 0.5))]
    assert round(told[1] / told[0], 1) == 2.0
    marks = market.parameters()["mark"]
    assert (marks == "assumed").sum() == 50


def test_each_solution_sets_one_name_so_that_a_students_copy_can_run():
    cells = nbformat.read(ROOT / "notebooks" / "28-policy-lab.ipynb", as_version=4).cells
    mark = "### BEGIN SOLUTION\n"
    solutions = [c.source.split(mark)[1].split("### END")[0] for c in cells if mark in c.source]
    assert len(solutions) == 6
    for solution in solutions:
        (line,) = ast.parse(solution).body
        assert isinstance(line, ast.Assign)
        assert [type(target) for target in line.targets] == [ast.Name]
