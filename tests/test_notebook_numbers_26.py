"""Numbers that notebook 26 says in words."""

import ast
from pathlib import Path

import nbformat
import pytest

from cemlab import datasets, evidence, lenses
from cemlab.cases import load
from cemlab.classroom.exercises import check

ROOT = Path(__file__).parents[1]
PEERS = ["DAL", "LUV", "JBLU", "ALK"]
BENCHMARK = ["SPX", PEERS]


@pytest.fixture(scope="module")
def shares():
    return datasets.load("airline-returns-2008-2010").set_index("date").loc[:"2010-09-30"]


def four_days(shares, factors):
    return evidence.event_study(
        shares, firm="UAL", factors=factors, event="2009-07-07", window=(0, 3), estimation=120
    )


def per_cent(values, places=1):
    return [round(100 * float(value), places) for value in values]


def test_ten_per_cent_and_180_million_exclude_each_other():
    found = evidence.claim_arithmetic(price=3.34, shares=167_040_862, shares_are="at most")
    assert round(found["high"]["market value"] / 1e6) == 558
    assert round(found["high"]["value of the fall"] / 1e6, 1) == 55.8
    assert per_cent([found["low"]["loss as a share"]], 0) == [32]
    assert round(found["high"]["value of the fall"] / 3500, -1) == 15_940
    guitar = 180e6 / 51_000
    assert guitar == pytest.approx(3500, rel=0.01)


def test_what_the_closes_did(shares):
    united = shares["UAL"]

    def change(first, last):
        return (1 + united.loc[first:last]).prod() - 1

    assert per_cent([change("2009-07-07", "2009-07-10"), change("2009-07-07", "2009-07-31")]) == [-2.4, 23.4]  # fmt: skip
    assert per_cent([change("2009-07-07", "2009-07-21"), change("2009-07-07", "2009-07-22")], 0) == [11, 1]  # fmt: skip
    assert per_cent([united["2009-07-06"]]) == [0.9]
    peers = (1 + shares.loc["2009-07-07":"2009-07-31", PEERS]).prod() - 1
    assert per_cent([peers.min(), peers.max()], 0) == [19, 23]
    peers = (1 + shares.loc["2009-07-07":"2009-07-10", PEERS]).prod() - 1
    assert per_cent([peers.mean(), peers["ALK"]], 0) == [4, 8]
    assert per_cent(united.loc[["2009-07-21", "2009-07-22"]]) == [6.0, -9.7]
    assert (united.loc["2009-07-07":"2009-07-09"] < 0).all()
    assert per_cent(united.loc[["2008-07-22", "2008-09-08"]]) == [68.5, -11.2]
    course = 3.34 * (1 + united.loc["2009-07-07":"2009-07-10"]).prod()
    assert round(course, 2) == 3.26


def test_the_study_cannot_tell_the_claim_from_nothing(shares):
    study, alone = four_days(shares, BENCHMARK), four_days(shares, "SPX")
    assert per_cent([study.car, study.car.low, study.car.high]) == [-6.0, -22.1, 10.1]
    assert round(study.p, 2) == 0.46
    assert per_cent([alone.car, study.sigma, alone.sigma]) == [5.3, 4.0, 6.2]
    assert per_cent([study.detectable, study.detectable_80, study.power(-0.1)], 0) == [16, 23, 23]
    assert per_cent([alone.power(-0.1)], 0) == [12]
    assert study.detectable_80 > 2 * 0.1
    one_day = evidence.power(study.sigma, 1, -0.1, estimation=120, factors=2)
    assert per_cent([one_day], 0) == [70]
    fewer = [four_days(shares, ["SPX", peers]).car for peers in (["DAL", "LUV", "JBLU"], ["DAL"])]
    assert per_cent(fewer) == [-3.8, -2.5]


def test_no_airline_was_quiet_enough(shares):
    firms = ["UAL", *PEERS]
    noise = {
        firm: evidence.event_study(
            shares, firm=firm, factors=["SPX", [peer for peer in firms if peer != firm]],
            event="2009-07-07", window=(0, 3), estimation=120,
        ).sigma
        for firm in firms
    }  # fmt: skip
    assert min(noise, key=noise.get) == "LUV"
    assert per_cent([noise["LUV"]]) == [3.1]
    quiet = 0.1 / (2.8 * 2)
    assert evidence.power(quiet, 4, -0.1) == pytest.approx(0.8, abs=0.002)
    assert check("shareprice.12", quiet).right


def test_other_dates_fall_as_far(shares):
    choice = {"firm": "UAL", "factors": BENCHMARK, "window": (0, 3), "estimation": 120}
    dates = evidence.placebo(shares, event="2009-07-07", **choice)
    cars = dates.table["car"]
    assert (dates.rank, len(cars) + 1) == (73, 438)
    assert per_cent([cars.quantile(0.05)]) == [-10.7]
    assert str(dates.table["date"].min())[:7] == "2008-12"
    before, after = (cars[dates.table["date"] < "2009-07-07"], cars[dates.table["date"] > "2009-07-07"])  # fmt: skip
    for some, n, so_far, ten in ((before, 131, 31, 12), (after, 306, 10, 3)):
        assert len(some) == n
        assert per_cent([(some <= dates.study.car).mean(), (some <= -0.1).mean()], 0) == [so_far, ten]  # fmt: skip
    assert any("only 110 of 437" in note for note in dates.notes)


def test_what_the_same_tools_find(shares):
    of = {"firm": "UAL", "factors": BENCHMARK}

    def study(event, window, estimation=40):
        return evidence.event_study(shares, event=event, window=window, estimation=estimation, **of)

    false_story = [study("2008-09-08", window) for window in ((0, 0), (0, 3))]
    assert per_cent([each.car for each in false_story]) == [-13.7, -11.3]
    assert [round(each.p, 2) for each in false_story] == [0.09, 0.48]
    assert per_cent([false_story[1].detectable, false_story[1].sigma]) == [31.8, 7.4]
    calm = study("2008-09-08", (0, 0), 32)
    assert calm.estimation[0] > shares["UAL"].idxmax()
    assert round(calm.p, 3) == 0.004
    results = [study("2009-07-21", window) for window in ((0, 0), (0, 3))]
    assert per_cent([each.car for each in results]) == [14.4, 10.4]
    assert results[0].p < 0.001 < 0.05 < results[1].p
    assert (shares.loc["2009-07-21", PEERS] < 0).all()
    day = evidence.placebo(shares, event="2008-09-08", window=(0, 0), estimation=40, **of)
    assert (day.rank, len(day.table) + 1) == (1, 527)


def test_only_two_days_after_the_column_yield_ten_per_cent(shares):
    july = shares.loc["2009-07-06":"2009-07-22"].index
    every = evidence.specifications(
        shares, firm="UAL", events=july, windows=range(1, 11), market="SPX", peers=PEERS
    )
    hits = every.table[every.table["reaches"]]
    assert (len(every.table), len(hits)) == (1287, 5)
    assert set(hits["first_day"].astype(str)) == {"2009-07-22"}
    assert set(hits["last_day"].astype(str)) == {"2009-07-23"}
    before = every.table[every.table["last_day"] < "2009-07-22"]
    assert len(before) == 738
    assert per_cent([before["estimate"].min()]) == [-9.3]
    deepest = before.iloc[0]
    assert (deepest["benchmark"], deepest["days"], round(deepest["p"], 2)) == ("peers", 6, 0.35)
    assert str(deepest["first_day"])[:10] == "2009-07-07"
    nearly = before[before["estimate"] <= -0.09]
    assert set(nearly["benchmark"]) == {"peers", "market + peers"}
    assert per_cent(nearly["estimate"]) == [-9.3, -9.2]
    assert set(zip(nearly["first_day"].dt.day, nearly["last_day"].dt.day, strict=True)) == {(7, 14)}
    beside = hits[hits["benchmark"].isin(["peers", "market + peers"])]
    assert set(beside["p"].round(2)) == {0.03}


def test_the_customers_lens_was_red_before():
    look = lenses.compare(load("united-breaks-guitars").events(), observed_until="2009-07-05")
    value = look.set_index("metric")["value"]
    assert value[["issues closed", "journeys resolved"]].tolist() == [1, 0]
    assert value["journey length"] == 461
    assert value["cost avoided"] == 1200


def test_patell_sees_what_is_not_there():
    rates = evidence.event_study_rates(firms=30, event_variance=2, replicates=8000, rng=26)
    theory = 0.166  # a normal figure with twice the variance beyond 1.96
    assert rates.loc["Patell", "value"] == pytest.approx(theory, abs=4 * rates.loc["Patell", "se"])
    assert rates.loc["BMP", "value"] == pytest.approx(0.05, abs=4 * rates.loc["BMP", "se"])


def test_no_mixture_of_peers_goes_like_united(shares):
    course = 100 * (1 + shares.loc["2009-01-02":"2009-07-10", ["UAL", *PEERS]]).cumprod()
    mixed = evidence.synthetic_control(course, unit="UAL", event="2009-07-07")
    assert mixed.units.loc["UAL", "rank"] == 1
    assert mixed.p == mixed.p.parts["smallest"] == 0.2
    assert (mixed.path.loc["2009-04-01":"2009-07-06", "gap"] < 0).all()
    assert mixed.warnings[0].startswith("poor fit")
    assert (mixed.weights > 0.005).sum() == 2
    ratios = mixed.units["ratio"].sort_values(ascending=False).round(1).head(2)
    assert ratios.to_dict() == {"UAL": 4.0, "ALK": 1.8}


@pytest.mark.parametrize(
    ("question", "answer", "words"),
    [
        ("shareprice.8", 159_405, "the whole company"),
        ("shareprice.8", 51_000, "guitars of the column"),
        ("shareprice.9", "a", "no chance that something is true"),
        ("shareprice.9", "d", "smoke alarm"),
        ("shareprice.8", 18_597, "with 3,000 dollars"),
        ("shareprice.8", 143_464, "other 90 per cent"),
        ("shareprice.8", 4772, "forget the price"),
        ("shareprice.10", -0.1, "The sentence stays right"),
        ("shareprice.10", -0.08, "one per cent larger"),
        ("shareprice.10", -0.093, "Whole per cent"),
        ("shareprice.10", 0.09, "put a minus"),
        ("shareprice.10", -9, "written as -0.1"),
        ("shareprice.12", 0.025, "left out the 2.8"),
        ("shareprice.12", 0.05, "left out the 2.8"),
        ("shareprice.12", 0.1 / 2.8, "the four days"),
        ("shareprice.12", 0.1 / 5.6 * 100, "as a part"),
        ("shareprice.14", 0.25, "apart from the four"),
    ],
)
def test_a_typical_mistake_gets_its_own_thought(question, answer, words):
    said = check(question, answer)
    assert said.right is False
    assert words in said.words


def test_an_honest_sentence_may_use_its_own_words():
    for memo in (
        "In the four days after the video the shares lost 2.4 %, and the 10 % came only after the column. A fall of 10 % would usually have been missed, so nobody knows.",
        "A loss of 180 million would be at least 32 % of the company and does not fit a fall of 10 %. That there was no damage is not shown either: one share is too noisy.",
        "180 million dollars would be at least 32 % of the company, so the numbers are wrong. The test is too weak to see whether there was a loss.",
        "A loss of 180 million and a fall of 10 % are not possible together. The test could not see a loss of some per cent, so we cannot rule it out.",
    ):
        assert check("shareprice.11", memo).right, check("shareprice.11", memo)


def test_memos_that_repeat_the_claim_are_sent_back():
    for memo in (
        "The video cost United 32 % of its value, because of the video. This could not be avoided.",
        "The video cost United 10 % in four days. Nobody knows how much more it might have cost.",
    ):
        said = check("shareprice.11", memo)
        assert said.right is False
        assert "what is wrong with the claim" in said.words


def test_each_solution_sets_one_name_so_that_a_students_copy_can_run():
    (path,) = (ROOT / "notebooks").glob("26-*.ipynb")
    cells = nbformat.read(path, as_version=4).cells
    mark = "### BEGIN SOLUTION\n"
    solutions = [c.source.split(mark)[1].split("### END")[0] for c in cells if mark in c.source]
    assert len(solutions) == 6
    for solution in solutions:
        (line,) = ast.parse(solution).body
        assert isinstance(line, ast.Assign)
        assert [type(target) for target in line.targets] == [ast.Name]
