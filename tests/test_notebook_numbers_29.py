"""Numbers that notebook 29 says in words, found again from the codes that it plays."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

from cemlab import lenses, market
from cemlab.classroom import game
from cemlab.classroom.exercises import check

ROOT = Path(__file__).parents[1]
CELLS = nbformat.read(ROOT / "notebooks" / "29-policy-duel.ipynb", as_version=4).cells
ENTERED = re.compile(r'duel\.enter\("(CRM|CEM) team", "([^"]+)", quarter=(\d+)\)  # YOUR CLASS')


@pytest.fixture(scope="module")
def duel():
    plans = {"CRM team": {}, "CEM team": {}}
    for cell in CELLS:
        for team, code, quarter in ENTERED.findall(cell.source):
            plans[f"{team} team"][int(quarter)] = code
    assert [len(codes) for codes in plans.values()] == [12, 12]
    made = game.Duel(rng=2026)
    made.play_all(plans)
    return made


@pytest.fixture(scope="module")
def told(duel):
    return duel.debrief()


def million(values):
    return [round(value / 1e6, 2) for value in values]


def test_the_result_and_what_neither_team_saw(told):
    assert told.scores.index.tolist() == ["CEM team", "CRM team"]
    assert million(told.scores["score"]) == [87.42, 85.97]
    assert [round(100 * x) for x in told.scores["public_share"]] == [6, 20]
    assert told.scores["customers"].round().tolist() == [85_519, 74_259]
    low, high = sorted(told.scores["reputation"])
    assert low / high == pytest.approx(0.5, abs=0.025)
    months = told.courses[told.courses["team"] == "CRM team"]["public_share"]
    assert round(100 * months.max()) == 30
    assert months.argmax() + 1 == 8  # after eight months


def test_for_23_months_the_other_team_had_earned_more(told):
    profit = told.courses.pivot_table(index="month", columns="team", values="profit").cumsum()
    ahead = profit["CRM team"] > profit["CEM team"]
    assert ahead.loc[3:23].all()
    assert not ahead.loc[24:].any()
    assert million(profit.loc[21]) == [35.62, 35.71]


def test_the_reports_are_fine_on_both_sides(duel):
    crm, cem = duel.dashboard("CRM team"), duel.dashboard("CEM team")
    assert crm["new_customers"].round()[[1, 3, 6]].tolist() == [5074, 4361, 3831]
    assert crm["cost_per_contact_eur"].round(2)[[1, 12]].tolist() == [20.63, 16.25]
    assert crm["margin_eur_a_customer_month"].round(2)[[1, 12]].tolist() == [20.03, 21.53]
    assert (crm["calls_answered_share"] > 0.98).all()
    assert round(crm["posts_answered_share"][3], 1) == 0.9
    assert cem["nps_points"].round()[[1, 12]].tolist() == [35, 37]
    assert cem["failures_per_100_customers_month"].round(1)[[6, 8, 9]].tolist() == [6.8, 5.3, 6.7]


def test_quarter_9_was_bad_for_both(told):
    months = told.courses.assign(quarter=(told.courses["month"] + 2) // 3)
    sums = months.groupby(["team", "quarter"])[["failures", "customers"]].sum()
    rate = sums["failures"] / sums["customers"]
    for team in ("CRM team", "CEM team"):
        assert rate[team][9] > 1.25 * rate[team][8]


def test_luck_hardly_decides_and_assumptions_do(duel, told):
    row = told.other_years.loc["CEM team"]
    assert (round(row["ahead"] * row["n"]), row["n"]) == (199, 200)
    turned = told.assumptions[told.assumptions["flips"]]
    assert (turned["parameter"].nunique(), told.assumptions["parameter"].nunique()) == (11, 17)
    pairs = set(zip(turned["parameter"], turned["tried"], strict=True))
    assert {("retention_cost", 1.0), ("prevention_cost", 4.0)} <= pairs
    assert ("reputation_elasticity", 0.417 / 2) in pairs
    for price, ahead in ((2.5, "CEM team"), (2.6, "CRM team"), (6.0, "CRM team")):
        assert duel.suppose(prevention_cost=price).index[0] == ahead
    dear = duel.suppose(prevention_cost=6.0)["reputation"]
    assert dear["CRM team"] / dear["CEM team"] == pytest.approx(0.5, abs=0.04)


def test_what_was_possible(duel, told):
    best = told.best["score"]
    assert [round(x / 1e6, 1) for x in best[["crm", "cem", "integrated"]]] == [92.1, 92.6, 98.3]
    left = best[["crm", "cem"]].to_numpy() - told.scores.loc[["CRM team", "CEM team"], "score"]
    assert [round(x / 1e6, 1) for x in left] == [6.1, 5.1]
    first = duel.what_if("CEM team", 1, "30-40-0-0-25-5-PD")
    assert million(first["difference"].iloc[:3]) == [0.91, 0.64, 0.27]
    late = told.same_years.query("team == 'CEM team'").set_index("quarter")["score"]
    assert late.idxmax() == 10
    assert round((late[10] - late[13]) / 1e6, 1) == 1.2
    mine = told.same_years.query("team == 'CRM team'").set_index("quarter")["score"]
    assert mine[10] < mine[13] < mine[1]


def test_the_lenses_part_on_the_same_people(duel):
    logs = (duel.events(team, customers=50_000) for team in ("CRM team", "CEM team"))
    crm, cem = (lenses.compare(log).set_index("metric")["value"] for log in logs)
    assert [round(look["issues closed"], 2) for look in (crm, cem)] == [0.39, 0.38]
    assert [round(look["journeys resolved"], 2) for look in (crm, cem)] == [0.28, 0.31]
    assert crm["gone public"] > 2 * cem["gone public"]
    assert 1 - crm["cost to serve"] / cem["cost to serve"] == pytest.approx(0.2, abs=0.01)


def test_the_rules_are_those_of_the_game():
    world = market.SCENARIOS["watched"]
    assert (world.wage, world.voice, world.failure_rate, world.negativity) == (4000, 0.5, 0.08, 2)
    assert (world.fast_solved, world.deep_solved, world.star_solved) == (0.65, 0.8, 0.95)
    assert (world.loss_silent, world.prevention_cost, market.BUDGET) == (0.21, 2.0, 150_000)
    assert [(s.share, s.margin) for s in world.segments] == [(0.8, 10), (0.2, 60)]
    assert game.BEFORE == "0-60-10-0-30-0-SF"


def test_alone_one_can_do_more_than_either_box():
    alone = game.Duel({"You": "integrated"}, rng=2026)
    alone.play_all({"You": {1: "25-25-5-20-25-0-SD"}})
    assert round(alone.scores["score"].iloc[0] / 1e6, 2) == 95.21


@pytest.mark.parametrize(
    ("question", "answer", "words"),
    [
        ("duel.8", 60_000, "How many people"),
        ("duel.8", 18.75, "two teams"),
        ("duel.8", 3.75, "second number"),
        ("duel.9", "b", "same months of luck"),
        ("duel.10", 2.4, "still stands first"),
        ("duel.10", 4.0, "a lower one"),
        ("duel.10", 87.42, "Asked is the price"),
        ("duel.12", 74.46, "Where do staff wait"),
        ("duel.12", 95_210_000, "million EUR"),
    ],
)
def test_a_typical_mistake_gets_its_own_thought(question, answer, words):
    said = check(question, answer)
    assert said.right is False
    assert words in said.words


def test_a_memo_to_the_other_team_may_use_its_own_words():
    start = "Our company has 85,519 customers, yours 74,259."
    for end in (
        "You would be ahead if offers worked twice as well.",
        "That hangs on how much reputation pulls.",
        "Nobody has measured what prevention costs.",
        "Unless people stop reading posts, it stays so.",
    ):
        assert check("duel.11", f"{start} {end}").right, end


def test_nothing_of_the_stored_duel_stays_in_the_folder():
    code = "\n".join(cell.source for cell in CELLS if cell.cell_type == "code")
    assert "TemporaryDirectory" in code
    assert code.rstrip().endswith("place.cleanup()")
    assert code.count("# YOUR CLASS") == 24 + 3


def test_each_solution_sets_one_name_so_that_a_students_copy_can_run():
    mark = "### BEGIN SOLUTION\n"
    solutions = [c.source.split(mark)[1].split("### END")[0] for c in CELLS if mark in c.source]
    assert len(solutions) == 5
    for solution in solutions:
        (line,) = ast.parse(solution).body
        assert isinstance(line, ast.Assign)
        assert [type(target) for target in line.targets] == [ast.Name]
