"""Numbers that notebook 34 says in words."""

import ast
from pathlib import Path

import nbformat
import pytest

from cemlab import lenses
from cemlab.classroom.exercises import check
from cemlab.crm import roi
from cemlab.sim import service_desk
from cemlab.sim.service_desk import Channel, Habits

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def retailer():
    return roi.calculator("example-retailer", rng=2010)


def per_cent(values):
    return [round(100 * value) for value in values]


def test_one_number_has_three_answers_of_two_signs(retailer):
    likely = retailer.tornado["roi_likely"].iloc[0]
    found = retailer.summary.loc["roi"]
    assert per_cent([likely, found["median"], found["mean"]]) == [-6, -5, 9]
    assert per_cent(found[["q05", "q95"]]) == [-52, 111]
    assert per_cent([retailer.chance_of_loss]) == [55]
    assert 2 * retailer.chance_of_loss.parts["standard_error"] == pytest.approx(0.011, abs=0.001)
    assert 2 * found["standard_error"] == pytest.approx(0.014, abs=0.001)


def test_both_ways_of_asking_name_the_margin_first(retailer):
    table = retailer.tornado
    assert table.index[:2].tolist() == ["ideas.margin", "support.contacts_saved"]
    assert per_cent(table["swing"].iloc[:2]) == [115, 71]
    assert per_cent(table.loc["ideas.margin", ["roi_low", "roi_high"]]) == [-29, 86]
    assert (table["roi_low"].iloc[:2] < 0).all()
    assert (table["roi_high"].iloc[:2] > 0).all()
    shares = table["variance_share"].sort_values(ascending=False)
    assert shares.index[:2].tolist() == ["ideas.margin", "support.contacts_saved"]
    assert per_cent(shares.iloc[:2]) == [45, 9]
    assert per_cent([1 - shares.sum()]) == [20]
    assert table.loc["support.contacts_saved", "break_even"] == pytest.approx(0.45, abs=0.005)


def test_what_is_said_of_the_assumptions(retailer):
    table = retailer.assumptions
    assert len(table) == 26
    assert table.index[table["mark"] == "source"].tolist() == [
        "support.answers", "ideas.accepted", "training.people",
    ]  # fmt: skip
    open_ended = table.index[table["distribution"] == "lognormal"]
    assert open_ended.tolist() == ["ideas.margin", "risk.damage"]
    costs = retailer.lines[retailer.lines["kind"] == "cost"]
    likely = {"answering": 35_500 * 1.5, "staff": 60_000, "training": 2531 * 0.5 * 20}
    for line, value in likely.items():  # costs can rise further than fall
        assert costs.loc[line, "median"] > 1.1 * value
    assert (retailer.draws["roi"] > 2.36).mean() == pytest.approx(0.01, abs=0.001)


def test_the_weakest_line_hardly_matters(retailer):
    left = retailer.leave_one_out()
    assert per_cent(left["roi"]) == [-5, -28, -39, -21, -7, -9]
    assert per_cent(left["chance_of_loss"]) == [55, 69, 89, 68, 56, 58]


def test_the_conclusion_flips_within_the_range(retailer):
    def middle(saved):
        return retailer.suppose({"support.contacts_saved": saved}).roi.value

    assert middle(0.54) < 0 < middle(0.56)
    assert check("roi.8", middle(0.4)).right is False
    assert check("roi.8", middle(0.6)).right
    assert check("roi.8", middle(1.2)).right
    assert check("roi.8", middle(1.3)).right is False


def test_another_firm_has_another_answer():
    telecom = roi.calculator("telecom", rng=2010)
    assert per_cent([telecom.roi, telecom.chance_of_loss]) == [17, 30]
    assert telecom.tornado.index[0] == "support.contacts_saved"
    assert per_cent([telecom.tornado["variance_share"].iloc[0]]) == [60]
    assert telecom.tornado["variance_share"].idxmax() == "support.contacts_saved"


def test_up_to_67_per_cent_is_the_best_of_many():
    shops = {"mean": 0.05, "sd": 0.20, "true_sd": 0.10}
    assert roi.up_to(210, **shops) < 0.67 < roi.up_to(220, **shops)
    best = roi.up_to(300, **shops)
    assert per_cent([best, best.parts["true_of_best"]]) == [69, 18]
    assert per_cent([roi.uplift_without_effect(25, review_chance=0.01, shape=2)]) == [60]
    assert per_cent([roi.reviews_uplift(1.0, 0.0), roi.reviews_uplift(0.0, 0.05)]) == [18, 2]


def test_the_saved_agent_and_twitter_are_told_apart():
    phone = {"service_min": 6, "patience_min": 8, "solve": 0.8}
    tweets = Channel(agents=2, service_min=4, patience_min=240, solve=0.7)

    def desks(seed):
        common = {"habits": Habits(redial=0.7, leave=0.1), "hours": 240, "rng": seed}
        alone = {
            n: service_desk.simulate(
                arrivals_per_hour=100, channels={"phone": Channel(agents=n, **phone)}, **common
            )
            for n in (14, 13)
        }
        split = service_desk.simulate(
            arrivals_per_hour={"phone": 80, "twitter": 20},
            channels={"phone": Channel(agents=11, **phone), "twitter": tweets},
            **common,
        )
        return alone[14], alone[13], split

    def unsolved(run):
        found = service_desk.kpis(run)
        return found["customers"] * (1 - found["solved"])

    def hours(run):
        waits = service_desk.contacts(run)
        return waits.groupby("channel", observed=True)["waited_min"].sum() / 60

    runs = desks(34)
    assert [hours(run).round()["phone"] for run in runs] == [203, 344, 234]
    assert round(hours(runs[2])["twitter"]) == 891
    assert [round(unsolved(run)) for run in runs] == [2074, 2363, 2409]
    assert round(100 * (hours(runs[2])["phone"] / hours(runs[0])["phone"] - 1)) == 15
    looks = [lenses.compare(run.events).set_index("metric")["value"] for run in runs]
    assert [round(look["cost to serve"], 2) for look in looks] == [3.45, 3.41, 3.26]
    assert max(look["issues closed"] for look in looks) - 0.02 < min(
        look["issues closed"] for look in looks
    )
    for seed in (1, 2, 3):  # with other luck: the agent costs help, Twitter a queue
        usual, fewer, split = desks(seed)
        lost, more = unsolved(fewer) - unsolved(usual), unsolved(split) - unsolved(fewer)
        assert lost > 250 > 2 * abs(more)
        assert hours(usual)["phone"] < hours(split)["phone"] < hours(fewer)["phone"]
        assert hours(split)["twitter"] > 2 * hours(split)["phone"]


@pytest.mark.parametrize(
    ("question", "answer", "words"),
    [
        ("roi.5", 0.13, "Does more come back"),
        ("roi.5", 0.15, "a part of what was spent"),
        ("roi.5", 0.5, "what one answer saves"),
        ("roi.5", 0.87, "which return breaks even"),
        ("roi.6", 0.4, "two decimals"),
        ("roi.7", "c", "This year".lower()),
        ("roi.7", "d", "without Twitter"),
        ("roi.8", -0.0942, "0.45 would be enough"),
        ("roi.8", -0.0055, "0.45 would be enough"),
        ("roi.8", -0.139, "Which way"),
    ],
)
def test_a_typical_mistake_gets_its_own_thought(question, answer, words):
    said = check(question, answer)
    assert said.right is False
    assert words in said.words


def test_a_memo_on_a_return_may_use_its_own_words():
    middle = "In the middle we lose five per cent, and the contacts saved decide."
    for limit in (
        "The hours that customers lose are not included.",
        "The anger of customers is missing.",
        "Nobody has measured them.",
    ):
        assert check("roi.9", f"{middle} {limit}").right, limit


def test_each_solution_sets_one_name_so_that_a_students_copy_can_run():
    cells = nbformat.read(ROOT / "notebooks" / "34-roi-calculator.ipynb", as_version=4).cells
    mark = "### BEGIN SOLUTION\n"
    solutions = [c.source.split(mark)[1].split("### END")[0] for c in cells if mark in c.source]
    assert len(solutions) == 5
    for solution in solutions:
        (line,) = ast.parse(solution).body
        assert isinstance(line, ast.Assign)
        assert [type(target) for target in line.targets] == [ast.Name]
