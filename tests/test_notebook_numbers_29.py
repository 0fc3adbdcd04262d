"""Numbers that notebook 29 says in words, found again from the codes that it plays."""

import ast
import math
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


def _until_the_next(codes):
    return {q: codes[max(known for known in codes if known <= q)] for q in range(1, 13)}


@pytest.fixture(scope="module")
def duel():
    plans = {"CRM team": {}, "CEM team": {}}
    for cell in CELLS:
        for team, code, quarter in ENTERED.findall(cell.source):
            plans[f"{team} team"][int(quarter)] = code
    assert [len(codes) for codes in plans.values()] == [12, 12]
    kept = {team: _until_the_next(codes) for team, codes in game.EXAMPLE_PLANS.items()}
    assert kept == plans
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
    assert million(told.scores["score"]) == [74.20, 70.84]
    lead = -told.scores[["score", "npv", "equity"]].diff().iloc[1] / 1e6
    assert lead.round(2).tolist() == [3.35, 0.95, 2.40]
    assert round(100 * lead["score"] / (told.scores["score"].mean() / 1e6)) == 5
    assert round(told.scores["score"].mean() / 1e6, 1) == 72.5
    assert [round(100 * x) for x in told.scores["public_share"]] == [6, 20]
    assert told.scores["customers"].round().tolist() == [86_471, 74_259]
    low, high = sorted(told.scores["reputation"])
    assert 0.45 < low / high < 0.5
    months = told.courses[told.courses["team"] == "CRM team"]["public_share"]
    assert round(100 * months.max()) == 30
    assert months.argmax() + 1 == 8  # after eight months


def test_for_20_months_the_other_team_had_earned_more(told):
    profit = told.courses.pivot_table(index="month", columns="team", values="profit").cumsum()
    ahead = profit["CRM team"] > profit["CEM team"]
    assert ahead.loc[3:20].all()
    assert not ahead.loc[21:].any()
    assert round((profit["CRM team"] - profit["CEM team"]).max() / 1e6, 2) == 0.16
    rows = [[21.03, 21.19], [30.88, 30.99], [40.48, 40.31], [49.91, 49.27], [59.32, 58.03]]
    assert [million(profit.loc[month]) for month in (12, 18, 24, 30, 36)] == rows


def test_whoever_multiplied_saw_how_many_are_left(duel, told):
    months = told.courses[told.courses["team"] == "CRM team"].set_index("month").loc[34:36]
    assert round(months["new"].sum()) == 4789
    assert round(months["customers"].mean(), -3) == 75_000
    assert round(months["left"].sum(), -1) == 5350
    last = duel.dashboard("CRM team").iloc[-1]
    assert round(100 * last["churn_share_a_month"], 2) == 2.39


def test_the_reports_are_fine_on_both_sides(duel):
    crm, cem = duel.dashboard("CRM team"), duel.dashboard("CEM team")
    assert crm["new_customers"].round()[[1, 3, 6]].tolist() == [5074, 4361, 3831]
    assert crm["cost_per_contact_eur"].round(2)[[1, 12]].tolist() == [20.63, 16.25]
    assert crm["margin_eur_a_customer_month"].round(2)[[1, 12]].tolist() == [20.03, 21.53]
    assert (crm["calls_answered_share"] > 0.98).all()
    assert round(crm["posts_answered_share"][3], 1) == 0.9
    assert cem["nps_points"].round()[[1, 12]].tolist() == [35, 37]
    assert cem["nps_points"].round().between(35, 37).all()
    assert cem["failures_per_100_customers_month"].round(1)[[6, 8, 9]].tolist() == [6.5, 5.1, 6.3]


def test_quarter_9_was_bad_for_both(told):
    months = told.courses.assign(quarter=(told.courses["month"] + 2) // 3)
    sums = months.groupby(["team", "quarter"])[["failures", "customers"]].sum()
    rate = sums["failures"] / sums["customers"]
    for team in ("CRM team", "CEM team"):
        assert rate[team][9] > 1.2 * rate[team][8]


def test_luck_hardly_decides_and_assumptions_do(duel, told):
    row = told.other_years.loc["CEM team"]
    assert (round(row["ahead"] * row["n"]), row["n"]) == (200, 200)
    turned = told.assumptions[told.assumptions["flips"]]
    assert (turned["parameter"].nunique(), told.assumptions["parameter"].nunique()) == (6, 18)
    pairs = set(zip(turned["parameter"], turned["tried"] / turned["lived"], strict=True))
    assert pairs == {
        ("retention_effect", 2.0), ("retention_cost", 0.25), ("reputation_elasticity", 0.25),
        ("reputation_elasticity", 0.0), ("voice", 0.0), ("learning", 0.0), ("readers", 0.0),
    }  # fmt: skip
    for effect, ahead in ((0.6, "CEM team"), (0.65, "CRM team")):
        assert duel.suppose(retention_effect=effect).index[0] == ahead
    assert duel.suppose(prevention_cost=3.4).index[0] == "CEM team"
    assert duel.suppose(retention_cost=1.0).index[0] == "CEM team"
    dear = duel.suppose(prevention_cost=3.4, retention_cost=1.0)
    assert dear.index[0] == "CRM team"
    assert million(dear["score"]) == [73.00, 72.12]
    assert dear["reputation"].iloc[0] / dear["reputation"].iloc[1] == pytest.approx(0.5, abs=0.02)
    assert dear["customers"].iloc[0] < dear["customers"].iloc[1]


def test_the_length_of_the_game_does_not_decide(duel, told):
    plans = {team: dict(codes) for team, codes in game.EXAMPLE_PLANS.items()}
    for quarters, lead in ((4, 0.62), (6, 1.30), (8, 1.80)):
        short = game.Duel(rng=2026, quarters=quarters)
        early = {t: {q: c for q, c in codes.items() if q <= quarters} for t, codes in plans.items()}
        short.play_all(early)
        assert short.scores.index[0] == "CEM team"
        assert round(-short.scores["score"].diff().iloc[1] / 1e6, 2) == lead


def test_what_was_possible(duel, told):
    best = told.best["score"]
    assert [round(x / 1e6, 1) for x in best[["crm", "cem", "integrated"]]] == [78.4, 78.7, 80.3]
    codes = told.best["code"].tolist()
    assert codes == ["0-26-2-38-34-0-SD", "59-16-2-0-23-0-SD", "36-19-2-22-21-0-SD"]
    assert round(best["integrated"] / 1e6, 2) == 80.33
    left = best[["crm", "cem"]].to_numpy() - told.scores.loc[["CRM team", "CEM team"], "score"]
    assert [round(x / 1e6, 1) for x in left] == [7.5, 4.5]
    first = duel.what_if("CEM team", 1, "30-40-0-0-25-5-PD")
    assert million(first["difference"].iloc[:3]) == [0.84, 0.68, 0.16]
    late = told.same_years.query("team == 'CEM team'").set_index("quarter")["score"]
    assert late.is_monotonic_increasing  # the later the other plan, the better
    mine = told.same_years.query("team == 'CRM team'").set_index("quarter")["score"]
    assert mine.is_monotonic_decreasing
    assert mine[1] == pytest.approx(late[13])


def test_the_prices_of_the_rules():
    world, tenth = market.SCENARIOS["watched"], 0.1 * market.BUDGET
    fewer = [1 - math.exp(-n * tenth / world.customers / world.prevention_cost) for n in (1, 3, 6)]
    assert [round(100 * share) for share in fewer] == [8, 23, 41]
    offered = sum(s.share * s.offered for s in world.segments) * world.customers
    kept = [1 - math.exp(-n * tenth / offered / world.retention_cost) for n in (1, 3)]
    assert [round(100 * world.retention_effect * share) for share in kept] == [13, 27]
    assert tenth / world.wage == 3.75
    assert round(100 * (2**world.advertising_elasticity - 1)) == 9
    complaints = world.customers * world.experiences * world.failure_rate * world.voice
    use = 1 - math.exp(-tenth / complaints / world.empowerment_cost)
    assert (round(100 * world.empowerment_gain * use), world.empowerment_gain) == (8, 0.25)


def test_the_lenses_part_on_the_same_people(duel):
    logs = (duel.events(team, customers=50_000) for team in ("CRM team", "CEM team"))
    crm, cem = (lenses.compare(log).set_index("metric")["value"] for log in logs)
    assert [round(look["issues closed"], 2) for look in (crm, cem)] == [0.39, 0.38]
    assert [round(look["journeys resolved"], 2) for look in (crm, cem)] == [0.30, 0.31]
    assert crm["gone public"] > 3 * cem["gone public"]
    assert 1 - crm["cost to serve"] / cem["cost to serve"] == pytest.approx(0.2, abs=0.01)


def test_the_rules_are_those_of_the_game():
    world = market.SCENARIOS["watched"]
    assert (world.wage, world.voice, world.failure_rate, world.negativity) == (4000, 0.5, 0.08, 2)
    assert (world.fast_solved, world.deep_solved, world.star_solved) == (0.65, 0.8, 0.95)
    assert (world.loss_silent, world.prevention_cost, market.BUDGET) == (0.21, 1.7, 150_000)
    assert [(s.share, s.margin) for s in world.segments] == [(0.8, 10), (0.2, 60)]
    assert game.BEFORE == "0-60-10-0-30-0-SF"


def test_alone_one_can_do_more_than_either_box():
    alone = game.Duel({"You": "integrated"}, rng=2026)
    alone.play_all({"You": {1: "30-25-3-20-22-0-SD"}})
    assert round(alone.scores["score"].iloc[0] / 1e6, 2) == 79.19


@pytest.mark.parametrize(
    ("question", "answer", "words"),
    [
        ("duel.8", 60_000, "How many people"),
        ("duel.8", 18.75, "two teams"),
        ("duel.8", 3.75, "second number"),
        ("duel.9", "b", "same months of luck"),
        ("duel.7", 0.6, "still stands first"),
        ("duel.7", 0.8, "a lower one"),
        ("duel.7", 74.2, "Asked is the effect"),
        ("duel.7", 65, "as a part"),
        ("duel.7", 0.2, "Weaker offers"),
        ("duel.12", 64.49, "Which of your people wait"),
        ("duel.12", 77.98, "neither of them could buy together"),
        ("duel.12", 79_190_000, "million EUR"),
    ],
)
def test_a_typical_mistake_gets_its_own_thought(question, answer, words):
    said = check(question, answer)
    assert said.right is False
    assert words in said.words


def test_a_memo_to_the_other_team_may_use_its_own_words():
    start = "Our company has 86,471 customers, yours 74,259."
    for end in (
        "You would be ahead if offers worked twice as well.",
        "That hangs on how much reputation pulls.",
        "Nobody has measured what prevention costs.",
        "Unless people stop reading posts, it stays so.",
    ):
        assert check("duel.11", f"{start} {end}").right, end
    assert check("duel.11", "We had 3 teams. I like costs if possible.").right is False


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
