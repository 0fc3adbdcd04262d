"""What the notebook on coding experiences says in its sentences."""

import ast
import re
from itertools import combinations, product
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from cemlab import lenses
from cemlab.cem import agreement, incidents
from cemlab.classroom.exercises import check

CODINGS, STORIES = incidents.codings(), incidents.narratives()
NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "35-coding-experiences.ipynb"
PAIR = CODINGS[CODINGS["rater"] != "C"]
FOUR = ["airline-bag", "router-script", "bank-card", "hotel-lift"]


def test_how_far_a_and_b_agree():
    found = incidents.compare(PAIR).round(2)
    assert found["value"].tolist() == [0.74, 0.70, 0.53, 0.64]
    feeling = found.loc["feeling", ["low", "high", "n", "observed", "expected"]]
    assert feeling.tolist() == [0.32, 0.75, 24, 0.58, 0.10]
    assert check("coding.6", incidents.compare(PAIR).loc["feeling", "value"]).right
    assert max(found["low"]) < min(found["high"])  # "even that order is not sure"
    table = incidents.confusion(PAIR, "feeling")
    assert [int(table.to_numpy().trace()), len(table)] == [14, 11]
    mixed = table.loc["resignation"].sum() + table["resignation"].sum()
    assert mixed - 2 * table.loc["resignation", "resignation"] == 4
    assert table["resignation"].sum() == table.loc["resignation", "resignation"]
    feelings = incidents.scheme().table().loc["feeling"]
    assert len(feelings) == 12
    bad = ["anger", "helplessness", "worry", "feeling small", "disappointment", "loss of trust", "giving up"]  # fmt: skip
    assert feelings.loc[feelings["tone"] == "bad", "label_en"].tolist() == bad


def test_one_settled_story_is_not_enough_and_any_two_are():
    parted = incidents.disagreements(PAIR)
    parted = parted[parted["dimension"] == "touchpoint"].set_index("narrative")[["A", "B"]]
    assert len(parted) == 5
    assert parted.loc[["airline-bag", "hotel-lift"]].drop_duplicates().shape == (1, 2)
    assert len(parted.drop_duplicates()) == 4  # one comes back, the other three do not

    main = PAIR[(PAIR["dimension"] == "touchpoint") & (PAIR["place"] == 1)]
    codes = main.pivot_table("code", "narrative", "rater", aggfunc="first")[["A", "B"]]

    def kappas(k):
        found = {}
        for names in combinations(parted.index, k):
            for chosen in product(*parted.loc[list(names)].to_numpy()):
                talked = codes.copy()
                talked.loc[list(names)] = [[code, code] for code in chosen]
                found[names, chosen] = agreement.cohen_kappa(talked["A"], talked["B"])
        return found

    one, two, three = (kappas(k) for k in (1, 2, 3))
    assert not any(check("coding.8", value).right for value in one.values())
    assert all(check("coding.8", value).right for value in two.values())
    assert {round(value, 2) for value in two.values()} <= {0.84, 0.85}
    assert all("more than you need" in check("coding.8", value).words for value in three.values())
    answer = {"airline-bag": "counter", "hotel-lift": "counter"}
    settled = incidents.compare(incidents.settle(PAIR, "touchpoint", answer))
    dots = incidents.compare(incidents.settle(PAIR, "touchpoint", ...)).loc["touchpoint", "value"]
    assert check("coding.8", dots).words.startswith("Not answered yet")
    by_hand = float(two[tuple(answer), tuple(answer.values())])
    assert settled.loc["touchpoint", "value"] == pytest.approx(by_hand)


def test_green_on_the_dashboard_and_red_as_told():
    found = incidents.green_but_red(PAIR, STORIES)
    assert [found.n, found.parts["green_but_red"]] == [17, 9]
    assert [round(100 * x) for x in (found.low, found, found.high)] == [31, 53, 74]
    sides = incidents.both_sides(PAIR, STORIES).merge(STORIES).set_index("narrative")
    assert sides.loc[["airline-bag", "router-script"], "csat"].tolist() == [4, 4]
    assert (sides.loc[["airline-bag", "router-script"], ["dashboard", "story"]] == ["green", "red"]).all(axis=None)  # fmt: skip
    assert "because she had been kind" in sides.loc["airline-bag", "text"]
    assert "The young man was polite" in sides.loc["router-script", "text"]
    unseen = (sides["dashboard"] == "green") & sides["resolved"] & (sides["story"] == "red")
    assert sides.index[unseen].tolist() == ["telecom-number"]
    number = sides.loc["telecom-number"]
    assert number["contacts"] == 6
    assert "I will never move again, so I suppose they have won." in number["text"]


def test_both_lenses_and_what_the_codes_add():
    board = lenses.compare(incidents.to_events(STORIES), sla_hours=24).set_index("metric")
    shown = board.loc[["answered in time", "issues closed", "journeys resolved"], "value"]
    assert (100 * shown).round().tolist() == [94, 92, 54]
    assert lenses.colours(board.reset_index()) == {"CRM": "green", "CEM": "red"}
    shares = incidents.frequencies(PAIR)
    assert shares.loc[("remedy", "listening"), ["count", "by_any"]].tolist() == [2, 6]
    assert shares.loc[("problem", "rule_first"), ["count", "n"]].tolist() == [6, 24]


def test_the_paradox_and_the_third_coder():
    by_code = incidents.compare(PAIR, by="code").round(3)
    message, word = by_code.loc[("touchpoint", "message")], by_code.loc[("problem", "not_believed")]
    assert message["observed"] == word["observed"] == 0.875
    assert [message["value"], word["value"]] == [0.71, 0.333]
    rare = by_code.loc[[("problem", "not_believed"), ("problem", "waiting")]]
    assert (rare["share"] * rare["n"]).round(1).tolist() == [2.5, 2.0]
    assert rare["method"].str.contains("too few").all()
    waiting = PAIR[PAIR["code"] == "waiting"].groupby("rater")["narrative"].apply(set)
    assert [len(waiting["A"]), len(waiting["B"]), waiting["A"] & waiting["B"]] == [1, 3, set()]
    assert by_code.loc[("problem", "waiting"), ["value", "observed"]].tolist() == [-0.067, 0.833]
    three = incidents.compare(CODINGS, rng=35)
    assert round(three.loc["feeling", "value"], 2) == 0.63
    pairs = incidents.compare(CODINGS, by="pair").loc["feeling", "value"].round(2)
    assert pairs.to_dict() == {"A - B": 0.53, "A - C": 0.90, "B - C": 0.62}
    of_c = CODINGS.loc[CODINGS["rater"] == "C", "narrative"]
    there, elsewhere = PAIR["narrative"].isin(of_c), ~PAIR["narrative"].isin(of_c)
    same = [incidents.compare(PAIR[part]).loc["feeling", "value"] for part in (there, elsewhere)]
    assert [round(value, 2) for value in same] == [0.52, 0.51]


def test_the_class_forms_come_back_as_they_were_filled(tmp_path):
    four = STORIES[STORIES["narrative"].isin(FOUR)]
    files = [tmp_path / f"{rater}.xlsx" for rater in "AB"]
    for file in files:
        incidents.code_sheet(four, rater=file.stem, filled=PAIR, path=file, keep=True)
    yours = incidents.read_codings(files, narratives=four)
    shown = PAIR[PAIR["narrative"].isin(FOUR)].reset_index(drop=True)
    pd.testing.assert_frame_equal(yours, shown)
    argue = incidents.disagreements(yours)
    assert (argue["what"] != "more or fewer codes").sum() == 8


def test_a_copy_without_solutions_runs_and_says_that_nothing_is_answered():
    cells = [cell["source"] for cell in nbformat.read(NOTEBOOK, 4).cells]
    solved = [cell for cell in cells if "### BEGIN SOLUTION" in cell]
    assert len(solved) == 5
    given = {"incidents": incidents, "check": check, "pair": PAIR}
    for cell in solved:
        _, solution, rest = re.split("### (?:BEGIN|END) SOLUTION\n", cell)
        names = [node.targets[0].id for node in ast.parse(solution).body]
        assert len(names) == 1
        *lines, last = rest.strip().split("\n")
        exec("\n".join([f"{names[0]} = ...", *lines]), given)
        assert "Not answered yet" in eval(last, given).words
