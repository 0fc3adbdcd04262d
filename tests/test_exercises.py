"""Predictions are kept; checks answer at once, rightly and kindly."""

import pytest
import yaml

from cemlab import cases, datasets, readings
from cemlab.classroom import exercises
from cemlab.classroom.exercises import check, predict, predictions
from cemlab.crm import roi


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_prediction_is_shown_and_kept():
    guess = predict("ubg.1", 0.6)
    assert str(guess) == "60% stay small"
    assert "60%" in guess._repr_html_()
    kept = predictions()
    assert kept[["id", "value"]].values.tolist() == [["ubg.1", 0.6]]


def test_last_prediction_counts():
    predict("ubg.1", 0.6)
    predict("start.1", 0.1)
    predict("ubg.1", 0.2)
    kept = predictions().set_index("id")["value"]
    assert kept.to_dict() == {"start.1": 0.1, "ubg.1": 0.2}


def test_a_class_shows_its_guesses_together(tmp_path):
    for name, value in (("ana", 0.2), ("bo", 0.9)):
        (tmp_path / f"{name}.csv").write_text(
            f"id,value,time\nubg.1,{value},2026-01-01T00:00:00+00:00\n"
        )
    table = predictions(tmp_path / "ana.csv", tmp_path / "bo.csv")
    assert table["value"].tolist() == [0.2, 0.9]
    assert table["reader"].nunique() == 2


def test_a_folder_that_cannot_be_written_loses_no_lesson(tmp_path):
    (tmp_path / exercises.KEPT_IN).mkdir()
    guess = predict("ubg.1", 0.6)
    assert "cannot be written" in repr(guess)
    assert guess.value == 0.6


def test_a_broken_file_is_named_with_its_line(tmp_path):
    (tmp_path / "x.csv").write_text("id,value,time\nubg.1,much,2026\n")
    with pytest.raises(ValueError, match=r"x\.csv, line 2: must be id, value, time, got"):
        predictions(tmp_path / "x.csv")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: predict("ubg.1", 60),
            r"must be a number from 0 to 1 \(a part: 0.75 means 75 %\), got 60",
        ),
        (lambda: predict("ubg.2", 0.5), r"use check\('ubg.2', answer\)"),
        (lambda: predict("nosuch.1", 0.5), "must begin with one of start, ubg"),
        (lambda: check("ubg.99", 1), r"must be one of ubg\.1, .*, got 'ubg.99'"),
        (lambda: check("ubg.1", 0.5), r"use predict\('ubg.1', value\)"),
        (lambda: check("../../etc/passwd", 1), "must begin with one of"),
    ],
)
def test_wrong_use_names_the_way_out(call, message):
    with pytest.raises(ValueError, match=message):
        call()


RIGHT = {
    "start.2": "B ",
    "start.3": 461,
    "ubg.2": [
        "damage", "three employees", "claim refused", "partner airline",
        "final no", "video", "offer", "second song",
    ],
    "ubg.3": (500_000, 1_350_000),
    "ubg.4": "b",
    "ubg.5": 0.04,
    "ubg.6": 0.0,
    "ubg.7": "By the customer's lens we refund. If four of five stories fizzle (80 %), one case cannot show more.",
}  # fmt: skip
WRONG = {
    "start.2": ["a", "c", "z", 7],
    "start.3": [462, 275, "many", -1, float("nan")],
    "ubg.2": [["damage"], list(reversed(RIGHT["ubg.2"])), 5, RIGHT["ubg.2"] * 2],
    "ubg.3": [(900_000, 1_000_000), (0, 5_000_000), 1, (1, 2, 3), ("a", "b")],
    "ubg.4": ["a", "c"],
    "ubg.5": [25.0, 0.001, True, [1]],
    "ubg.6": [-216.0],
    "ubg.7": ["Refund.", "One. Two. Three. Four.", 5],
}


def test_every_checked_question_is_tried_here():
    asked = {
        f"{path.stem}.{number}"
        for path in exercises._FOLDER.glob("*.yaml")
        for number, question in yaml.safe_load(path.read_text(encoding="utf-8")).items()
        if question["kind"] != "prediction"
    }
    assert asked == set(RIGHT) == set(WRONG)


@pytest.mark.parametrize("question", RIGHT)
def test_right_answer_is_right(question):
    said = check(question, RIGHT[question])
    assert said.right is True, said
    assert "✓" in repr(said)


@pytest.mark.parametrize(
    ("question", "answer"), [(q, a) for q, answers in WRONG.items() for a in answers]
)
def test_wrong_answer_gets_a_thought_and_not_the_answer(question, answer):
    said = check(question, answer)
    assert said.right is False
    assert len(said.words) > 15
    assert not (isinstance(RIGHT[question], int) and str(RIGHT[question]) in said.words)


@pytest.mark.parametrize("blank", [None, ..., "", "  "])
def test_unanswered_is_neither_right_nor_wrong(blank):
    said = check("ubg.2", blank)
    assert said.right is None
    assert "Not answered yet" in said.words


def test_markup_in_an_answer_is_shown_as_text():
    assert "<script>" not in check("ubg.2", ["<script>"])._repr_html_()


def test_expected_answers_follow_from_the_facts():
    case = cases.load("united-breaks-guitars")
    events = case.events()
    damage = events.loc[events["kind"] == "failure", "time"].min()
    assert check(
        "start.3", (events.loc[events["kind"] == "publish", "time"].min() - damage).days - 1
    ).right
    moment = ["2009-07-10T06:00"]
    band = readings.envelope(datasets.load("ubg-views"), moment).iloc[0]
    assert check("ubg.3", (band["low"], band["high"])).right
    stake = roi.stake(5_000_000, customers_share=0.01, leave_chance=0.01, margin_usd=60)
    assert check("ubg.5", roi.break_even_chance(cost_usd=1200, stake_usd=stake)).right
    changed = {"scenario": "offer-accepted-day-2", "sharing_after": 1.0}
    flipped = case.compare("as-it-happened", changed, runs=200, rng=2009)
    assert check("ubg.6", flipped["difference"].mean()).right
    as_told = case.compare("as-it-happened", "offer-accepted-day-2", runs=1000, rng=2009)
    assert check("ubg.6", as_told["difference"].mean()).right is False
