"""The policy duel: nothing is lost, nothing leaks, nothing moves by mistake, and the sums are right."""

import re
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from cemlab import _files, events, market
from cemlab.classroom import game
from cemlab.classroom.game import _codes
from cemlab.market import Market, Policy, Segment

TEAMS = {"North": "crm", "South": "cem"}
NORTH, SOUTH = "0-60-10-10-20-0-SF", "40-30-0-0-30-0-PD"


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def duel(**given):
    return game.Duel(TEAMS, **{"quarters": 3, "rng": 2026} | given)


def played(**given):
    made = duel(**given)
    made.enter("North", NORTH)
    made.enter("South", SOUTH)
    for _ in range(made.quarters):
        made.play()
    return made


@pytest.fixture(scope="module")
def ended():
    return played()


# --- codes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        "0 60 10 10 20 0 split fast", "0-60-10-10-20-0-SF", "0,60,10,10,20,0,S,F", "0/60/10/10/20/0/fs",
        " 0; 60%; 10%; 10%; 20%; 0%; FAST Split\n", "0–60–10–10–20–0SF", "sf 00 060 10 10 20 0",
        "0|60|10|10|20|0|SF", "(0_60_10_10_20_0_SF)", "0 60.0 10. 10 20 0 SF!", "０-６０-１０-１０-２０-０-ＳＦ",
        "٠ ٦٠ ١٠ ١٠ ٢٠ ٠ SF", "0 - 60 - 10 - 10 - 20 - 0 - SF",
    ],
)  # fmt: skip
def test_a_code_is_read_however_it_is_written(code):
    found = _codes.decision(code, team="North", role="crm")
    assert found.code == NORTH
    assert found.policy(150_000) == Policy(
        phone=90_000, social=15_000, retention=15_000, advertising=30_000
    )


SHAPE = "the code of North must be six whole per cents and two ways".replace("six", "6")
ORDER = "the lines are prevention, phone, social, retention, advertising, empowerment"
EACH = "each per cent of North must be a whole number from 0 to 100"
WAYS = "the ways of North must be split or pooled (S, P) and fast or deep (F, D)"
ODD = "the code of North must be whole per cents and the ways split or pooled, fast or deep, such as 0-60-10-10-20-0-SF"


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("0 60 10 10 20 split fast", f"{SHAPE}, such as {game.EXAMPLE}, got 5 numbers: {ORDER}"),
        ("", f"{SHAPE}, such as {game.EXAMPLE}, got 0 numbers: {ORDER}"),
        ("0 60 10 10 15 0 SF", "the per cents of North must add up to 100, got 95: add 5"),
        ("0 60 10 10 25 0 SF", "the per cents of North must add up to 100, got 105: take away 5"),
        ("0 60 10 -10 20 20 SF", f"{EACH}, got -10"),
        ("-10 50 10 10 20 20 SF", f"{EACH}, got -10"),
        ("0,5 59,5 10 10 20 0 SF", f"{EACH}, got 0,5"),
        ("0 60.5 9.5 10 20 0 SF", f"{EACH}, got 60.5"),
        ("0 101 0 0 0 0 SF", f"{EACH}, got 101"),
        ("0 60 10 10 20 0", f"{WAYS}, got none: end the code like {game.EXAMPLE}"),
        ("0 60 10 10 20 0 S", f"{WAYS}, got split: end the code like {game.EXAMPLE}"),
        ("0 60 10 10 20 0 SP", f"{WAYS}, got split and pooled: end the code like {game.EXAMPLE}"),
        ("0 60 10 10 20 0 quick", f"{ODD}, got 'quick' in it"),
        ("1" * 201, "the code of North must be short, such as 0-60-10-10-20-0-SF, got 201 letters"),
        (7, "the code of North must be text, such as '0-60-10-10-20-0-SF', got 7"),
        ("40 20 10 0 30 0 SF", "North plays crm and must leave prevention at 0, got 40: give it to phone, social, retention or advertising"),
        ("0 60 10 0 25 5 SF", "North plays crm and must leave empowerment at 0, got 5: give it to phone, social, retention or advertising"),
    ],
)  # fmt: skip
def test_a_wrong_code_is_refused_in_one_sentence_and_nothing_moves(code, sentence, tmp_path):
    made = duel(file=tmp_path / "duel.csv")
    before = (tmp_path / "duel.csv").read_bytes(), repr(made)
    with says(sentence) as caught:
        made.enter("North", code)
    assert caught.value._render_traceback_() == [f"✗ Nothing has moved: {sentence}."]
    assert ((tmp_path / "duel.csv").read_bytes(), repr(made)) == before


def test_a_cem_team_makes_no_offers_and_an_integrated_one_may_do_all():
    with says("South plays cem and must leave retention at 0, got 10: give it to prevention, phone, social, advertising or empowerment"):  # fmt: skip
        duel().enter("South", "0 60 10 10 20 0 SF")
    solo = game.Duel({"You": "integrated"}, quarters=1, rng=1)
    assert solo.enter("You", "20 20 20 20 10 10 PD").moved


@settings(deadline=None, max_examples=25, derandomize=True)
@given(
    st.lists(st.integers(0, 100), min_size=5, max_size=5),
    st.sampled_from(["split fast", "pooled deep", "SD", "fp"]),
)
def test_every_code_comes_back_as_itself_and_spends_the_budget(cuts, ways):
    per_cents = np.diff([0, *sorted(cuts), 100]).tolist()
    found = _codes.decision(" ".join(map(str, per_cents)) + " " + ways, team="A")
    assert list(found.per_cents) == per_cents
    assert _codes.decision(found.code, team="A") == found
    assert found.policy(123_457).total == pytest.approx(123_457)


def test_a_code_that_is_asked_for_is_not_shown(monkeypatch):
    asked = []
    monkeypatch.setattr("getpass.getpass", lambda words: asked.append(words) or NORTH)
    made = duel()
    assert repr(made.enter("North")) == "✓ North has handed in its plan for quarter 1."
    assert asked == ["Code of North for quarter 1 (hidden): "]


@pytest.mark.parametrize(
    "code", ["33-31-17-9-10-0-SF", "0-31-17-9-10-0-SF", "0-31-17-9-43-0-XX", "31-17 SF", "0 31.5"]
)
def test_a_hidden_code_is_not_shown_when_it_is_refused(code, monkeypatch):
    monkeypatch.setattr("getpass.getpass", lambda words: code)
    with pytest.raises(game.DuelError) as caught:
        duel().enter("North")
    said = str(caught.value)
    assert said.endswith("; the code stays hidden")
    for part in ("33", "31", "17", "43", "XX"):
        assert part not in said
    tried = duel().try_code("North")
    assert (tried.words, tried.right) == (f"Nothing has moved: {said}.", False)


def test_of_a_hidden_code_only_a_wrong_sum_is_told(monkeypatch):
    monkeypatch.setattr("getpass.getpass", lambda words: "0-31-17-9-10-0-SF")
    with says("the per cents of North must add up to 100, got 67; the code stays hidden"):
        duel().enter("North")


def test_a_code_that_is_only_tried_moves_nothing(tmp_path, monkeypatch):
    made = duel(file=tmp_path / "duel.csv")
    before = (tmp_path / "duel.csv").read_bytes(), repr(made)
    good = made.try_code("north", NORTH)
    assert (good.right, good.moved) == (True, False)
    assert repr(good) == f"✓ North may hand in {NORTH}. Nothing has moved."
    assert "#00795A" in good._repr_html_()
    wrong = made.try_code("North", "10-40-10-20-30-0-SF")
    assert repr(wrong) == (
        "✗ Nothing has moved: the per cents of North must add up to 100, got 110: take away 10."
    )
    assert "#B34700" in wrong._repr_html_()
    assert (wrong.right, wrong.moved) == (False, False)
    role = made.try_code("North", "10-40-10-20-20-0-SF")
    assert role.words.startswith(
        "Nothing has moved: North plays crm and must leave prevention at 0"
    )
    assert made.try_code("East", NORTH).words == (
        "Nothing has moved: team must be one of North, South, got 'East'."
    )
    monkeypatch.setattr("getpass.getpass", lambda words: NORTH)
    hidden = made.try_code("North")
    assert repr(hidden) == ("✓ North may hand in this code, which stays hidden. Nothing has moved.")
    assert ((tmp_path / "duel.csv").read_bytes(), repr(made)) == before


def test_a_wrong_second_code_says_that_the_first_teams_plan_is_kept():
    made = duel()
    made.enter("North", NORTH)
    with pytest.raises(game.DuelError) as caught:
        made.enter("South", "10 60 10 10 20 0 SF")
    (line,) = caught.value._render_traceback_()
    assert line.endswith("The plan of North for this quarter stays handed in.")
    made.enter("South", "20 50 10 0 20 0 SF")
    with pytest.raises(game.DuelError) as caught:
        made.enter("South", "nonsense")
    (line,) = caught.value._render_traceback_()
    assert line.endswith("The plans of North and South for this quarter stay handed in.")


# --- play ----------------------------------------------------------------------------------


def test_a_team_that_hands_in_nothing_keeps_its_plan_and_the_screen_says_so():
    made = duel()
    made.enter("North", NORTH)
    assert repr(made) == "Duel, quarter 1 of 3; handed in: North; to come: South"
    assert made.play().words == "Quarter 1 of 3 is closed. South handed in nothing and keeps its last plan."  # fmt: skip
    made.enter("South", SOUTH)
    assert made.play().words == "Quarter 2 of 3 is closed. North handed in nothing and keeps its last plan."  # fmt: skip
    assert made.play().words == "Quarter 3 of 3 is closed. North and South handed in nothing and keep their last plan. The game is over: call debrief()."  # fmt: skip
    table = made.decisions().set_index(["team", "quarter"])
    assert table.loc["North", "code"].tolist() == [NORTH] * 3
    assert table.loc["South", "code"].tolist() == [game.BEFORE, SOUTH, SOUTH]
    assert table.loc["South", "handed_in"].tolist() == [False, True, False]


def test_a_second_plan_takes_the_place_of_the_first_and_can_be_taken_back():
    made = duel()
    made.enter("North", "0 100 0 0 0 0 SF")
    assert made.enter("North", NORTH).words == "North has changed its plan for quarter 1."
    made.play()
    assert made.undo().words == "Taken back: the end of quarter 1. Quarter 1 is open."
    assert made.undo().words == "Taken back: the plan of North. Quarter 1 is open."
    made.play()
    made.finish()
    assert made.decisions()["code"].tolist() == ["0-100-0-0-0-0-SF", game.BEFORE]
    assert made.undo().words == "Taken back: the early end. Quarter 2 is open."


def test_cells_that_are_run_again_change_nothing():
    made = duel()
    made.enter("North", NORTH, quarter=1)
    made.play(1)
    assert made.enter("North", NORTH, quarter=1).moved is False
    assert made.play(1).words == "Quarter 1 is closed already: nothing has moved."
    assert made.quarter == 2
    with says("quarter must be the open one for North to change its plan, got 1, which is closed: undo() opens the last one again"):  # fmt: skip
        made.enter("North", "0 100 0 0 0 0 SF", quarter=1)
    with says("quarter must be the open one, 2, got 3"):
        made.play(3)


def test_a_dashboard_is_that_of_the_role_and_of_the_same_years():
    made = played()
    for team, role, code in (("North", "crm", NORTH), ("South", "cem", SOUTH)):
        plan = _codes.decision(code, team=team).policy(150_000)
        run = market.simulate(plan, months=9, market=market.SCENARIOS["watched"], rng=2026)
        assert_frame_equal(made.dashboard(team), market.dashboard(run, role))
        assert list(made.dashboard(team)) == list(market.ROLES[role])
    assert list(made.dashboards()) == ["North", "South"]


def test_history_does_not_change_when_the_game_goes_on():
    made = duel()
    made.play()
    first = made.dashboard("North")
    made.enter("North", NORTH)
    made.play()
    assert_frame_equal(made.dashboard("North").iloc[:1], first)


def test_nothing_is_shown_before_the_end(tmp_path):
    made = duel()
    made.enter("North", NORTH)
    made.play()
    wait = "must wait for the end, got 2 quarters to play: play on, or finish() now"
    closed = {
        "debrief": lambda: made.scores, "what_if": lambda: made.what_if("North", 1, SOUTH),
        "events": lambda: made.events("North"), "export": lambda: made.export(tmp_path),
        "decisions": made.decisions,
    }  # fmt: skip
    for name, call in closed.items():
        with says(f"{name} {wait}"):
            call()
    assert list(tmp_path.iterdir()) == []
    assert not re.search(r"\d{2}", repr(made) + str(made))
    with says("team must be one of North, South, got 'West'"):
        made.dashboard("West")


def test_after_the_end_nothing_goes_on(ended):
    over = "got its end after quarter 3: undo() opens it again"
    with says(f"the game must be open to play a quarter, {over}"):
        ended.play()
    with says(f"the game must be open to hand in a plan, {over}"):
        ended.enter("North", NORTH)
    assert repr(ended) == "Duel of North and South: over after 3 quarters; debrief() shows all"
    with says("dashboard must wait for a closed quarter, got none yet: enter a plan of North and play()"):  # fmt: skip
        duel().dashboard("North")
    with says("undo must have a step to take back, got none yet"):
        duel().undo()
    with says("quarter must be at least 1: play one before the end, got 0"):
        duel().finish()


# --- the file --------------------------------------------------------------------------------


def test_after_a_crash_at_any_moment_the_game_is_the_same(tmp_path, ended):
    file = tmp_path / "duel.csv"
    acts = [("enter", "North", NORTH), ("enter", "South", SOUTH), ("play",), ("play",), ("play",)]
    duel(file=file)
    for name, *parts in acts:
        getattr(game.Duel.resume(file), name)(*parts)
    again = game.Duel.resume(file)
    assert repr(again) == repr(ended)
    assert_frame_equal(again.debrief().scores, ended.debrief().scores, check_exact=True)
    assert_frame_equal(again.debrief().courses, ended.debrief().courses, check_exact=True)
    assert list(tmp_path.iterdir()) == [file]


def test_fresh_luck_and_any_market_are_kept(tmp_path):
    world = Market(
        segments=(Segment("a", 1 / 3, 0.1), Segment("b", 2 / 3, 7.0, offered=True)),
        virality=1.2, failure_sd=0.3, audience=5e5,
    )  # fmt: skip
    first = game.Duel(market=world, budget=99_999.99, quarters=2, file=tmp_path / "d.csv")
    first.play()
    again = game.Duel.resume(tmp_path / "d.csv")
    assert_frame_equal(first.dashboard("CRM team"), again.dashboard("CRM team"), check_exact=True)


def test_an_old_game_is_not_written_over(tmp_path):
    file = tmp_path / "duel.csv"
    duel(file=file)
    with says(f"file must be a new one, got {file}, which is there already: go on with game.Duel.resume({str(file)!r}), or name another"):  # fmt: skip
        duel(file=file)


def test_a_step_that_cannot_be_written_has_not_happened(tmp_path, monkeypatch):
    file = tmp_path / "duel.csv"
    made = duel(file=file)
    before = file.read_bytes(), repr(made)

    @contextmanager
    def full(_):
        raise OSError(28, "No space left on device", str(file))
        yield

    with monkeypatch.context() as patch:
        patch.setattr(_files, "replacing", full)
        for act in (lambda: made.enter("North", NORTH), made.play):
            with pytest.raises(OSError, match="No space left"):
                act()
    assert (file.read_bytes(), repr(made)) == before
    assert made.play().moved


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("plan,1,North,0-60", "plan,1,North,1-60", ", line 9: must be a step of this duel: the per cents of North must add up to 100, got 101: take away 1"),
        ("plan,1,North", "plan,2,North", ", line 9: must be a step of this duel: quarter must be 1, got 2"),
        ("plan,1,North", "plan,1,West", ", line 9: must be a step of this duel: team must be one of North, South, got 'West'"),
        ("plan,1,North", "move,1,North", ", line 9: must be a line of a duel: what must be one of duel, luck, budget, quarters, market, team, plan, closed, end, got 'move'"),
        ("plan,1,North,0-60", "quarters,,,1\r\nplan,1,North,0-60", ", line 9: must be a line of a duel: quarters must stand once, got it again: take the line out"),
        ("-SF\r\n", "-SF\r\nteam,,North,integrated\r\n", ", line 10: must be a line of a duel: team must stand before the first step, got it again: take the line out"),
        ("-SF\r\n", "-SF\r\nclosed,1,West,xx\r\n", ", line 10: must be a line of a duel: closed must have no team and no value, got 'West'"),
        ("luck,,,2026", "luck,,,2.03E+03", ": must say how the duel began: luck must be a whole number, got '2.03E+03'"),
        ("plan,1,North", "plan,one,North", ", line 9: must be a line of a duel: quarter must be a whole number, got 'one'"),
        ("budget,,,150000.0", "budget,,,much", ": must say how the duel began: budget must be a number of EUR, got 'much'"),
        ("luck,,,2026\r\n", "", ": must say how the duel began, got no luck"),
        ("quarters,,,3", "quarters,,,0", ": must say how the duel began: quarters must be a whole number in [1, 40], got 0"),
        ("what,quarter", "who,quarter", ", columns: must be what, quarter, team, value in this order, got who, quarter, team, value"),
    ],
)  # fmt: skip
def test_a_file_that_somebody_changed_is_refused_with_its_line(old, new, sentence, tmp_path):
    file = tmp_path / "duel.csv"
    duel(file=file).enter("North", NORTH)
    text = file.read_bytes().decode()
    assert text.count(old) == 1
    file.write_bytes(text.replace(old, new).encode())
    with says(f"{file}{sentence}"):
        game.Duel.resume(file)


@pytest.mark.parametrize(
    ("teams", "rule"),
    [
        ({}, "teams must be 1 to 6 names"),
        ({f"T{n}": "crm" for n in range(7)}, "teams must be 1 to 6 names"),
        ({"North": "myopic"}, "the role of North must be one of crm, cem, integrated, got 'myopic'"),
        ({"=1+1": "crm"}, "a team's name must be 1 to 30 letters"),
        ({"a\nb": "crm"}, "a team's name must be 1 to 30 letters"),
        ({"a": "crm", "A": "cem"}, "names of teams must differ in more than capitals and look-alike letters, got a, A"),
        ({"é": "crm", "e\u0301": "cem"}, "names of teams must differ"),
        ({"A": "crm", "\u0410": "cem"}, "names of teams must differ"),
        ([("A", "crm"), ("A", "cem")], "names of teams must differ"),
        ({"\uff1dcmd|' /C calc'!A0": "crm"}, "a team's name must be 1 to 30 letters"),
    ],
)  # fmt: skip
def test_teams_have_names_and_roles(teams, rule):
    with pytest.raises(ValueError, match=re.escape(rule)):
        game.Duel(teams, rng=1)


def test_a_team_is_found_whatever_its_capitals_and_blanks():
    made = game.Duel({"Nörth": "crm", "👩\u200d👩\u200d👧": "cem"}, quarters=1, rng=1)
    assert made.enter(" nÖrth ", NORTH).words == "Nörth has handed in its plan for quarter 1."
    made.play_all({"NÖRTH": {}})
    assert made.decisions()["handed_in"].tolist() == [True, False]
    assert_frame_equal(made.dashboard("nörth"), made.dashboard("Nörth"))


def test_of_two_notebooks_on_one_file_none_loses_a_plan(tmp_path):
    file = tmp_path / "two.csv"
    first = duel(file=file)
    second = game.Duel.resume(file)
    first.enter("North", NORTH)
    before = file.read_bytes(), repr(second)
    with says(f"{file} must be as this game left it, got other steps in it: go on from there with game.Duel.resume({str(file)!r})"):  # fmt: skip
        second.enter("South", SOUTH)
    assert (file.read_bytes(), repr(second)) == before
    assert first.enter("South", SOUTH).moved
    assert game.Duel.resume(file).enter("South", SOUTH).moved


def test_the_file_lies_in_a_folder_that_is_there(tmp_path):
    place = tmp_path / "none" / "duel.csv"
    with says(f"file must lie in a folder that is there, got {place}: make its folder first"):
        duel(file=place)


# --- the debrief --------------------------------------------------------------------------------

CALM = Market(
    segments=(Segment("all", 1.0, 10.0),), customers=1000, failure_rate=0.0, base_churn=0.1,
    acquisition=0.0,
)  # fmt: skip


def test_the_score_counts_two_years_after_the_end():
    """Nothing fails, a tenth leaves each month: all can be worked out on paper."""
    solo = game.Duel({"You": "integrated"}, market=CALM, budget=1000, quarters=1, rng=1)
    solo.play()
    row = solo.scores.loc["You"]
    months = [(10_000 * 0.9**t - 1000) / 1.01**t for t in range(27)]
    assert row["npv"] == pytest.approx(sum(months[:3]))
    assert row["equity"] == pytest.approx(sum(months[3:]))
    assert row["score"] == pytest.approx(sum(months))
    assert row["customers"] == pytest.approx(729)
    assert (row["churn"], row["reputation"] > 0.75) == (pytest.approx(0.1), True)
    assert solo.suppose(months_after=0).loc["You", "score"] == pytest.approx(sum(months[:3]))


def test_results_are_those_of_compare_in_the_same_years(ended):
    plans = {
        team: _codes.decision(code, team=team).policy(150_000)
        for team, code in (("North", NORTH), ("South", SOUTH))
    }
    world = market.SCENARIOS["watched"]
    table = market.compare(plans, market=world, months=9, rng=2026)
    scores = ended.scores.loc[["North", "South"]]
    for name in ("npv", "reputation", "churn", "public_share", "posts"):
        assert scores[name].tolist() == pytest.approx(table[name].tolist())
    assert ended.scores["score"].is_monotonic_decreasing


def calm(world):
    return replace(world, failure_sd=0.0, virality_sd=0.0, demand_sd=0.0)


def score(codes, world=market.SCENARIOS["watched"], months=36):
    """Return the duel's score of {quarter: code} in expected years (EUR), without the game."""
    plan = {3 * (q - 1): _codes.decision(c, team="A").policy(150_000) for q, c in codes.items()}
    return market.simulate(plan, months=months + 24, market=calm(world)).details["npv"]


def moved(code):
    """Yield all codes in which 3 or 10 per cent have moved from one line to another."""
    found = _codes.decision(code, team="A")
    for step in (3, 10):
        for to in range(6):
            for source in range(6):
                parts = list(found.per_cents)
                parts[to], parts[source] = parts[to] + step, parts[source] - step
                if to != source and parts[source] >= 0:
                    yield found._replace(per_cents=tuple(parts)).code


@pytest.fixture(scope="module")
def best():
    """The best plans found in a market with the numbers of the game, but no luck."""
    made = game.Duel(market=calm(market.SCENARIOS["watched"]), rng=1)
    made.play_all({})
    return made.debrief().best


def test_in_the_games_own_market_both_roles_at_their_best_are_even(best):
    """By the duel's score, with the duel's lines and ways free, within 1 %."""
    worth = best["score"]
    assert worth["crm"] == pytest.approx(worth["cem"], rel=0.01)
    assert worth["integrated"] > worth[["crm", "cem"]].max()
    assert worth.tolist() == pytest.approx([score({1: code}) for code in best["code"]])


def legal(codes, role):
    """Return the codes that spend nothing on what a role may not do."""
    barred = [market.LINES.index(line) for line in game.ROLES[role]]
    return [c for c in codes if not any(_codes.decision(c, team="A").per_cents[n] for n in barred)]


def test_the_best_plans_can_be_handed_in_and_no_neighbour_is_better(best):
    for role, code in best["code"].items():
        found = _codes.decision(code, team="A", role=role)
        assert best.loc[role, list(market.LINES)].tolist() == list(found.per_cents)
        near = legal(moved(code), role)
        assert len(near) > 15
        assert max(score({1: other}) for other in near) <= best.loc[role, "score"]
    for role, code in (("crm", "0-27-2-46-25-0-SD"), ("cem", "59-19-2-0-20-0-SD")):
        assert best.loc[role, "score"] >= score({1: code})


def test_who_beats_the_best_plan_found_is_named(ended):
    told = ended.debrief()
    beaten = replace(told, best=told.best.assign(score=-1.0))
    said = "did better than the best unchanging plan that we found for expected years."
    assert f"{told.scores.index[0]} and {told.scores.index[1]} {said}" in beaten.words
    assert said not in replace(told, best=told.best.assign(score=1e12)).words


def test_a_trick_of_the_last_quarters_does_not_pay(best):
    """Nothing that a role may do late gains 0.1 % of the score of its best plan."""
    for role, base in best["score"].items():
        own = best.loc[role, "code"]
        for quarter in (10, 12):
            tries = legal([*best["code"], *moved(own)], role)
            assert len(tries) > 15
            assert max(score({1: own, quarter: late}) for late in tries) < 1.001 * base


def test_both_parts_of_the_lead_are_told(ended):
    told = ended.debrief()
    lead = -np.diff(told.scores[["npv", "equity"]], axis=0)[0] / 1e6
    both = f": {lead[0]:+,.2f} earned, {lead[1]:+,.2f} in the two years after"
    assert both in told.words
    other = replace(told, scores=told.scores.assign(npv=[1e6, 2e6], equity=[9e6, 1e6], score=[10e6, 3e6]))  # fmt: skip
    assert "7.00 million EUR: -1.00 earned, +8.00 in the two years after, so that the two parts disagree." in other.words  # fmt: skip
    rule = told.assumptions.query("parameter == 'months_after'").set_index("tried")
    assert rule.index.tolist() == [0, 12, 60, 120]
    for after, row in rule.iterrows():
        table = ended.suppose(months_after=int(after))
        assert row["ahead"] == table.index[0]
        assert row["lead"] == pytest.approx(-np.diff(table["score"])[0])


def test_who_takes_back_the_end_after_the_debrief_is_reminded():
    made = played()
    assert made.undo().words == "Taken back: the end of quarter 3. Quarter 3 is open."
    made.play()
    made.debrief()
    assert made.undo().words.endswith("But all have seen the debrief of these years.")


def test_the_same_years_run_from_the_other_plan_to_the_own(ended):
    told = ended.debrief()
    rows = told.same_years.set_index(["team", "other", "quarter"])["score"]
    score = told.scores["score"]
    assert rows["North", "South", 1] == pytest.approx(score["South"])
    assert rows["North", "South", 4] == pytest.approx(score["North"])
    early = game.Duel(TEAMS, quarters=3, rng=2026)
    early.enter("North", NORTH)
    early.play()
    early._steps.given.teams["North"] = "integrated"
    early.enter("North", SOUTH)
    early.play()
    early.play()
    assert rows["North", "South", 2] == pytest.approx(early.scores.loc["North", "score"])


def test_teams_with_the_same_plan_have_the_same_years():
    made = game.Duel({"A": "crm", "B": "cem", "C": "integrated"}, quarters=2, rng=5)
    made.play()
    made.play()
    assert len(set(made.scores["score"])) == 1
    told = made.debrief()
    assert told.words.startswith("A and B are level")
    assert (told.other_years["ahead"] == 0).all()
    assert not told.assumptions["flips"].any()


def test_other_years_are_other_replicates(ended):
    told = ended.debrief().other_years
    assert (told["n"] == 200).all()
    assert told["ahead"].sum() == pytest.approx(1)
    assert (told["low"] < told["score"]).all()
    assert (told["score"] < told["high"]).all()
    calm = played(market=Market())
    assert calm.debrief().other_years["n"].tolist() == [1, 1]
    assert "no chance" in repr(calm.debrief())


def test_an_assumption_turns_the_order_if_it_does_so_by_itself():
    """Rerun one changed world by hand: the debrief says the same about it."""
    made = played(market=Market(), quarters=12)
    told = made.debrief().assumptions
    first = made.scores.index[0]
    assert (told["flips"] == (told["ahead"] != first)).all()
    row = told[(told["parameter"] == "prevention_cost") & (told["tried"] == 4.0)].iloc[0]
    other = played(market=Market(prevention_cost=4.0), quarters=12).scores
    assert row["ahead"] == other.index[0]
    assert row["lead"] == pytest.approx(other["score"].iloc[0] - other["score"].iloc[1])
    assert {"virality", "learning", "voice"} <= set(told.loc[told["tried"] == 0, "parameter"])


def test_some_assumption_can_turn_the_order():
    """Prevention is all that parts the two: at four times its cost it does not pay."""
    made = game.Duel(TEAMS, market=Market(), quarters=12, rng=1)
    made.enter("North", "0 40 3 17 40 0 SF")
    made.enter("South", "30 40 3 0 27 0 SF")
    for _ in range(12):
        made.play()
    assert made.scores.index[0] == "South"
    told = made.debrief()
    turned = told.assumptions[told.assumptions["flips"]]
    assert {4.0} <= set(turned.loc[turned["parameter"] == "prevention_cost", "tried"])
    numbers = turned["parameter"].unique()
    tried = told.assumptions["parameter"].nunique()
    assert f"turns with {len(numbers)} of {tried} numbers, one at a time: {numbers[0]} at " in told.words  # fmt: skip
    mildest = turned.loc[turned["parameter"] == "prevention_cost", "tried"].min()
    assert f"prevention_cost at {mildest:g}" in told.words  # of several, the one nearest to 1


def test_luck_is_told_in_whole_years(ended):
    first = ended.scores.index[0]
    times = round(200 * ended.debrief().other_years.loc[first, "ahead"])
    assert f"In {times} of 200 other years it would be, too." in ended.debrief().words


def test_a_plan_known_from_the_start_is_the_same_game(ended):
    again = duel()
    said = again.play_all({"North": {1: NORTH}, "South": {1: SOUTH}})
    assert said.words == "Quarter 3 of 3 is closed. The game is over: call debrief()."
    assert_frame_equal(again.scores, ended.scores, check_exact=True)
    assert_frame_equal(again.decisions(), ended.decisions())


def test_a_plan_with_a_wrong_code_plays_nothing():
    made = duel()
    with says("the per cents of South must add up to 100, got 90: add 10"):
        made.play_all({"North": {1: NORTH}, "South": {3: "40 20 0 0 30 0 PD"}})
    with says("quarter must be a whole number in [1, 3], got 4"):
        made.play_all({"North": {4: NORTH}})
    assert repr(made) == "Duel, quarter 1 of 3; to come: North and South"
    made.play()
    with says("quarter must be a whole number in [2, 3], got 1"):
        made.play_all({"North": {1: NORTH}})


def test_a_field_of_a_closed_quarter_asks_for_nothing(monkeypatch):
    made = duel()
    made.play()
    monkeypatch.setattr("getpass.getpass", lambda words: pytest.fail(words))
    said = made.enter("North", quarter=1)
    assert (said.moved, said.words) == (False, "Quarter 1 is closed already: nothing has moved.")


def test_another_market_has_another_order_and_the_game_stays(ended):
    same = ended.suppose()
    assert_frame_equal(same, ended.scores.drop(columns="role"), check_exact=True)
    dear = ended.suppose(prevention_cost=4.0)
    other = played(market=replace(market.SCENARIOS["watched"], prevention_cost=4.0))
    assert_frame_equal(dear, other.scores.drop(columns="role"), check_exact=True)
    with says("prevention_cost must be a finite number in [1e-06, 1000000], got 0.0"):
        ended.suppose(prevention_cost=0.0)
    with pytest.raises(
        ValueError,
        match=r"^a number of the market must be one that market.parameters\(\) lists, such as voice, got 'voices'$",
    ):
        ended.suppose(voices=1.0)
    with says("suppose must wait for the end, got 3 quarters to play: play on, or finish() now"):
        duel().suppose()


def test_one_decision_changed_in_the_same_years(ended):
    same = ended.what_if("North", 1, NORTH)
    assert (same["difference"] == 0).all()
    assert same.loc["score", "lived"] == pytest.approx(ended.scores.loc["North", "score"])
    swapped = ended.what_if("North", 1, SOUTH)
    assert swapped.loc["score", "instead"] == pytest.approx(ended.scores.loc["South", "score"])
    with says("quarter must be a whole number in [1, 3], got 4"):
        ended.what_if("North", 4, NORTH)


# --- logs and files ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small():
    """A duel in a market of 2,000 customers, quick to live with single people."""
    world = replace(market.SCENARIOS["watched"].scaled(0.02), readers=5.0)
    return played(market=world, budget=3000.0, quarters=2)


@pytest.mark.parametrize("team", ["North", "South"])
def test_a_small_log_has_the_rates_of_the_game(ended, team):
    """The whole desk works, so that shaming pays in the log as it does in the game."""
    log = ended.events(team)
    months = ended.debrief().courses.query("team == @team")
    for kind, column in (("failure", "failures"), ("publish", "posts")):
        count, expected = (log["kind"] == kind).sum(), months[column].sum() / 10
        assert count == pytest.approx(expected, abs=4 * np.sqrt(expected))


def test_the_log_is_valid_the_same_each_time_and_samples_are_nested(small):
    log, more, whole = (small.events("South", customers=n) for n in (400, 1000, 2000))
    assert_frame_equal(events.validate(log), log)
    assert_frame_equal(log, small.events(" SOUTH ", customers=400))
    people = [set(table["customer"]) for table in (log, more, whole)]
    assert people[0] < people[1] < people[2]
    kept = more[more["customer"].isin(people[0])].reset_index(drop=True)
    assert len(kept) == len(log)
    assert (kept["time"] == log["time"]).all()
    assert len(small.events("South", customers=50_000)) == len(whole)


def test_of_newcomers_the_same_part_is_in_the_sample(small):
    whole, part = (small.events("North", customers=n)["customer"] for n in (2000, 1000))
    came, kept = ({c for c in table if c >= 2000} for table in (whole, part))
    assert kept < came
    assert len(kept) == pytest.approx(len(came) / 2, abs=4 * np.sqrt(len(came) / 4))


def test_export_writes_tables_and_logs_that_can_be_read(small, tmp_path):
    files = small.export(tmp_path / "out", customers=500)
    names = ["decisions.csv", "outcomes.csv", "events_north.csv", "events_south.csv"]
    assert [file.name for file in files] == names
    assert pd.read_csv(files[0])["code"].tolist() == [NORTH] * 2 + [SOUTH] * 2
    outcomes = pd.read_csv(files[1]).set_index("team")
    assert outcomes["score"].tolist() == pytest.approx(small.scores["score"].tolist())
    assert len(events.read(files[2])) == len(small.events("North", customers=500))
    assert len(list((tmp_path / "out").iterdir())) == 4
    with says(f"folder must be a folder, got {files[0]}, which is a file: name another"):
        small.export(files[0])


@pytest.mark.parametrize(
    "world",
    [
        Market(virality=0.0), Market(virality=1.5), CALM, market.SCENARIOS["norm"],
        Market(segments=(Segment("a", 0.5, 5.0), Segment("b", 0.3, 20.0), Segment("c", 0.2, 50.0, offered=True))),
        Market(base_churn=0.0, failure_rate=0.0, discount=0.0),
    ],
)  # fmt: skip
@pytest.mark.parametrize("budget", [1.0, 1e6])
def test_any_market_and_budget_can_be_played(world, budget):
    made = played(market=world, budget=budget, quarters=1)
    scores = made.scores.drop(columns="role")
    assert np.isfinite(scores.to_numpy()).all()
    assert "<table" in made.debrief()._repr_html_()
