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
    assert Market().readers == 20
    first = market.monthly(alone)["reputation"].iloc[:2]
    assert first.round(2).tolist() == [0.75, 0.52]


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
    worse = [before["cost_per_contact_eur"], after["cost_per_contact_eur"]]
    assert [round(cost, 1) for cost in worse] == [18.5, 19.9]
    still = {"calls_answered_share": 1, "margin_eur_a_customer_month": 20,
             "failures_per_100_customers_month": 8}  # fmt: skip
    for name, value in still.items():
        assert [before[name], after[name]] == pytest.approx([value] * 2, rel=1e-3)
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
    near = market.compare(found)
    for name in ("myopic", "loudest"):
        other, crm = near.loc[name], near.loc["crm"]
        assert other["churn"] > crm["churn"]
        assert other["reputation"] < crm["reputation"]


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
    npv = found.combinations["npv"] / 1e6
    assert npv.iloc[[0, -1]].round().tolist() == [141, 165]
    assert found.best == "prevention + deep resolution + retention"
    unlearning = market.lever_values(market=Market(learning=0)).values["value"] / 1e6
    assert round(unlearning["pooling"], 1) == -0.5


def test_one_year_of_star_treatment_leaves_a_habit_only_where_the_norm_is_strong():
    calm = Policy(
        prevention=60_000, phone=40_000, advertising=50_000,
        organisation="pooled", resolution="deep",
    )  # fmt: skip
    starred = replace(calm, phone=20_000, social=20_000, organisation="split")
    plan = {0: calm, 24: starred, 36: calm}

    def ends(plan, norm):
        return round(market.simulate(plan, market=Market(norm=norm)).final("public_share"), 2)

    assert starred.total == calm.total
    habit = market.monthly(market.simulate(plan))["public_share"].round(2)
    assert habit.iloc[[23, 35, 47]].tolist() == [0.06, 0.26, 0.07]  # without a norm, in a year

    assert SCENARIOS["norm"] == Market(norm=0.7)
    assert (ends(calm, 0.7), ends(plan, 0.7)) == (0.09, 0.91)
    assert ends(plan, 0.6) == ends(calm, 0.6) == 0.08
    assert ends(plan, 0) == ends(calm, 0) == 0.06
    folds = market.norms.folds(Market(norm=0.6))
    assert (round(100 * folds.ends, 1), round(100 * folds.begins, 1)) == (3.6, 6.4)
    assert market.norms.folds(Market(norm=0.7)).ends < 0


def test_luck_turns_the_winner_near_the_border_by_stories_that_run_away():
    def row(world):
        a, b = best(world, "crm", "cem").values()
        found = market.what_if(a, b, market=world, rng=1).loc["npv"]
        money = [round(found[name] / 1e6, 1) for name in ("difference", "p5", "p95")]
        return [*money, round(100 * found["ahead"])]

    watched = SCENARIOS["watched"]
    assert (watched.observer, watched.prevention_cost) == (1, 1.7)
    assert watched.rival_pull > 0 < watched.publicisation
    chance = {"failure_sd": 0.2, "virality_sd": 0.2, "demand_sd": 0.1}
    assert {name: getattr(watched, name) for name in chance} == chance
    assert row(Market(**chance)) == [14.9, 13.8, 25.7, 100]
    assert row(watched) == [4.2, 3.5, 23.1, 99]
    near = replace(watched, failure_rate=0.04)
    assert row(near) == [-2.8, -3.3, 23.0, 17]
    a, b = best(near, "crm", "cem").values()  # the same two policies, other stories
    found = market.what_if(a, b, market=replace(near, virality_sd=0), rng=1).loc["npv"]
    assert found["ahead"] == 0 > found["p95"]


def test_a_public_that_watches_turns_the_order_only_near_the_border():
    signs = ("observer", [0, 3]), ("publicisation", [0, 0.5])
    index = ["observer", "publicisation"]
    for cost, ahead in ((1, [True, True, True, True]), (2, [False, False, True, True])):
        found = market.phase_map(*signs, market=Market(prevention_cost=cost), **TWO)
        table = found.pivot_table(index=index, columns="policy", values="npv") / 1e6
        assert (table["cem"] > table["crm"]).tolist() == ahead
        for name in index:  # both lose by each switch
            lost = table.xs(0, level=name) - table.xs({"observer": 3}.get(name, 0.5), level=name)
            assert (lost > 0).all(axis=None)
    assert round(table["crm"].iloc[0] - table["cem"].iloc[0], 1) == 0.9


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
    assert seen["crm"][told].round(2).tolist() == [0.94, 0.49, 5.88, 0.32]
    assert seen["cem"][told].round(2).tolist() == [0.97, 0.49, 7.40, 0.40]
    assert round(seen["cem"]["cost to serve"] / seen["crm"]["cost to serve"], 1) == 1.3
    assert [counts[kind]["failure"] for kind in ("crm", "cem")] == [194_951, 93_433]
    assert counts["cem"]["leave"] < counts["crm"]["leave"]
    expected = market.simulate(policy, months=24, market=town)
    names = ["reputation", "customers", "left", "public_share"]
    near = {name: run.final(name) / expected.final(name) - 1 for name in names}
    near["left"] = (1 + near["left"]) / (1 + near["customers"]) - 1  # churn
    assert max(map(abs, near.values())) < 0.05


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
    contested = market.parameters()[marks.str.contains("contested")]
    assert (len(contested), contested["doubt"].str.contains("decides").sum()) == (14, 3)


def test_each_solution_sets_one_name_so_that_a_students_copy_can_run():
    cells = nbformat.read(ROOT / "notebooks" / "28-policy-lab.ipynb", as_version=4).cells
    mark = "### BEGIN SOLUTION\n"
    solutions = [c.source.split(mark)[1].split("### END")[0] for c in cells if mark in c.source]
    assert len(solutions) == 6
    for solution in solutions:
        (line,) = ast.parse(solution).body
        assert isinstance(line, ast.Assign)
        assert [type(target) for target in line.targets] == [ast.Name]
