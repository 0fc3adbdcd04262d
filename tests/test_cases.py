"""Cases: a file from anybody is checked or refused, and the shipped case keeps its word."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cemlab import cases, datasets, events, lenses, observation, readings, sim
from cemlab.cases import Case, CaseError
from cemlab.network import Network
from cemlab.sim import callout, firestorm

CAFE = """\
slug: cafe
title: {en: Cafe, de: Kaffeehaus}
summary: A cold coffee.
company: Cafe Nord
period: 2024
channels: [store]
sources:
  note: {text: "A note, 2024"}
facts:
  F-1: {date: 2024-05-01, figure: 12, unit: EUR, statement: Cold., source: note, confidence: origin}
  F-2: {date: [2024-05-01, 2024-05-03], statement: Said., source: note, confidence: unverified}
timeline:
  - {fact: F-1, customer: Ana, issue: coffee, actor: company, kind: failure, value: 12, label: Cold}
  - {fact: F-2, customer: Ana, issue: coffee, actor: customer, kind: contact, label: Says so}
scenarios:
  wait:
    title: Wait
    decision: Do nothing.
    model: firestorm
    network: {generator: preferential, size: 50, ties: 2, seed: 1}
    parameters:
      listeners: {value: 5, unit: people, range: [1, 10], basis: assumption}
      share_chance: {value: 0.5, unit: probability, range: [0, 1], basis: F-1}
  hurry:
    title: Hurry
    decision: Recover.
    like: wait
    parameters:
      recovery_chance: {value: 1, unit: probability, range: [0, 1], basis: note}
claims:
  - {claim: It was cold., test: Feel it., facts: [F-1]}
"""


def written(tmp_path, content):
    file = tmp_path / "cafe.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def cafe(tmp_path, old="", new=""):
    """Return the cafe's case, with one thing in its file changed."""
    assert CAFE.count(old) == 1 or not old
    return cases.read(written(tmp_path, CAFE.replace(old, new) if old else CAFE))


def refusal(tmp_path, content):
    """Return the one sentence behind the file's name; nothing else may have happened."""
    file = written(tmp_path, content)
    with pytest.raises(CaseError) as caught:
        cases.read(file)
    said = str(caught.value)
    assert said.startswith(str(file))
    assert "\n" not in said
    assert list(tmp_path.iterdir()) == [file]
    return said.removeprefix(str(file))


# --- a small case --------------------------------------------------------------------


def test_a_small_case_is_read(tmp_path):
    case = cafe(tmp_path)
    assert (case.slug, case.title.de, case.company) == ("cafe", "Kaffeehaus", "Cafe Nord")
    assert case.facts["F-2"].date == (pd.Timestamp("2024-05-01"), pd.Timestamp("2024-05-03"))


@pytest.mark.parametrize(
    ("written_as", "first", "last"),
    [
        ("2024-05-01", "2024-05-01", None),
        ("2024-05-01T14:30", "2024-05-01 14:30", None),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023", "2023-01-01", "2023-12-31"),
        ("[2023, 2024-02]", "2023-01-01", "2024-02-29"),
    ],
)
def test_a_month_or_a_year_is_a_span(written_as, first, last, tmp_path):
    date = cafe(tmp_path, "date: 2024-05-01", f"date: {written_as}").facts["F-1"].date
    assert date == (pd.Timestamp(first), last and pd.Timestamp(last))


def test_the_timeline_is_a_valid_log_with_the_marks_of_its_facts(tmp_path):
    log = cafe(tmp_path).events()
    pd.testing.assert_frame_equal(events.validate(log), log)
    assert log["source"].tolist() == ["F-1", "F-2"]
    assert log["confidence"].tolist() == ["origin", "unverified"]
    assert log["latest"].tolist() == [pd.NaT, pd.Timestamp("2024-05-03")]
    assert log["assumed"].tolist() == ["", ""]


def test_a_scenario_takes_over_what_it_does_not_change(tmp_path):
    case = cafe(tmp_path)
    assert case.parameters("hurry")["value"].to_dict() == {
        "listeners": 5, "share_chance": 0.5, "recovery_chance": 1,
    }  # fmt: skip
    assert case.simulate("hurry", rng=1).final("total") == 0
    assert case.simulate("wait", rng=1).final("total") > 0


def test_numbers_that_nobody_documented_are_marked(tmp_path):
    marks = cafe(tmp_path).parameters("hurry")["mark"]
    assert marks.to_dict() == {"listeners": "assumed", "share_chance": "", "recovery_chance": ""}


@pytest.mark.parametrize("generator", ["preferential", "random"])
def test_a_network_is_grown_from_the_numbers_in_the_file(generator, tmp_path):
    case = cafe(tmp_path, "generator: preferential", f"generator: {generator}")
    people = getattr(Network, generator)(50, 2, rng=1)
    run = firestorm.simulate(people, listeners=5, share_chance=0.5, rng=7)
    assert case.simulate("wait", rng=7).network == run.network
    reach = firestorm.reach(people, listeners=5, share_chance=0.5, runs=30, rng=7)
    assert case.reach("wait", runs=30, rng=7).tolist() == reach.tolist()


# --- bad case files ------------------------------------------------------------------

FACT = (
    "{date: 2024-05-01, figure: 12, unit: EUR, statement: Cold., source: note, confidence: origin}"
)
RANGE = "range: [1, 10]"
BAD = [
    # (what stands there, what stands there instead, place, rule, value)
    ("slug: cafe", "slug: ../../etc/passwd", ", line 1, slug: ", "must", "'../../etc/passwd'"),
    ("company: ", "firm: x\ncompany: ", ", line 4, firm: ", "is no field", "'x'"),
    ("company: ", "core: no\ncore: no\ncompany: ", ", line 5: ", "stands once", "'core'"),
    ("  F-2: ", "  F-1: ", ", line 11: ", "stands once", "'F-1'"),
    ("summary: A cold coffee.\n", "", ", line 1, summary: ", "must be given", "nothing"),
    ("summary: A cold coffee.", "summary: ''", ", line 3, summary: ", "must", "''"),
    ("period: 2024", "period: May 2024", ", line 5, period: ", "must be a real date", "'May 2024'"),
    ("channels: [store]", "channels: store", ", line 6, channels: ", "list", "'store'"),
    (", source: note, confidence: origin", ", confidence: origin",
     ", line 10, facts.F-1.source: ", "must be given", "nothing"),
    ("source: note, confidence: origin", "source: diary, confidence: origin",
     ", line 10, facts.F-1.source: ", "one of the sources note", "'diary'"),
    ("source: note, confidence: origin", "source: [], confidence: origin",
     ", line 10, facts.F-1.source: ", "must", "[]"),
    ("confidence: origin", "confidence: sure",
     ", line 10, facts.F-1.confidence: ", "'independent', 'contested'", "'sure'"),
    ("date: 2024-05-01,", "date: 2024-02-30,",
     ", line 10, facts.F-1.date: ", "must be a real date", "'2024-02-30'"),
    ("date: 2024-05-01,", "date: 2024-05-01T25:00,",
     ", line 10, facts.F-1.date: ", "must be a real date", "'2024-05-01T25:00'"),
    ("[2024-05-01, 2024-05-03]", "[2024-05-04, 2024-05-03]",
     ", line 11, facts.F-2.date: ", "from not after to", "['2024-05-04', '2024-05-03']"),
    ("date: 2024-05-01,", "date: 9999,", ", line 10, facts.F-1.date: ", "must be", "9999"),
    ("figure: 12", "figure: .nan", ", line 10, facts.F-1.figure: ", "finite number", "nan"),
    ("figure: 12", "figure: -.inf", ", line 10, facts.F-1.figure: ", "finite number", "-inf"),
    ("figure: 12", "figure: [2, 1]", ", line 10, facts.F-1.figure: ", "[low, high]", "[2, 1]"),
    ("figure: 12", "figure: yes", ", line 10, facts.F-1.figure: ", "finite number", "True"),
    ("figure: 12", "figure: 1e3", ", line 10, facts.F-1.figure: ", "finite number", "'1e3'"),
    ("{fact: F-1,", "{fact: F-9,", ", line 13, timeline.0.fact: ", "id of a fact", "'F-9'"),
    ("kind: failure", "kind: sing", ", line 13, timeline.0.kind: must be one of purchase, ",
     "failure, contact", "'sing'"),
    ("actor: company", "actor: cook", ", line 13, timeline.0.actor: must be one of customer, ",
     "company, public", "'cook'"),
    ("kind: failure, value: 12", "kind: failure, value: -1", "timeline", "at least 0", "-1.0"),
    ("facts: [F-1]", "facts: [F-9]", ", line 31, claims.0.facts: ", "ids of facts", "'F-9'"),
    ("like: wait", "like: nap", ", line 27, scenarios.hurry.like: ", "scenario", "'nap'"),
    ("like: wait", "like: hurry", ", line 27, scenarios.hurry.like: ", "scenario", "'hurry'"),
    ("model: firestorm", "model: os.system",
     ", line 19, scenarios.wait.model: ", f"must be one of {', '.join(sim.names())}", "'os.system'"),
    ("    model: firestorm\n", "", "scenarios.wait.model: ", "must be given", "nothing"),
    ("size: 50", "size: 1", ", line 20, scenarios.wait.network.size: ", "equal to 2", "1"),
    ("seed: 1", "seed: -1", ", line 20, scenarios.wait.network.seed: ", "equal to 0", "-1"),
    ("ties: 2", "ties: 50", ", line 20, scenarios.wait.network", "ties", "50"),
    ("generator: preferential", "generator: facebook",
     ", line 20, scenarios.wait.network.generator: ", "'preferential'", "'facebook'"),
    ("generator: preferential", "generator: small_world",
     ", line 20, scenarios.wait.network.generator: ", "'preferential' or 'random'", "'small_world'"),
    ("value: 5,", "value: 11,",
     ", line 22, scenarios.wait.parameters.listeners.value: ", "range [1, 10]", "11"),
    (RANGE, "range: [10, 1]",
     ", line 22, scenarios.wait.parameters.listeners.range: ", "[low, high]", "[10, 1]"),
    (RANGE, "range: 5",
     ", line 22, scenarios.wait.parameters.listeners.range: ", "[low, high]", "5"),
    (f"{RANGE}, basis: assumption", RANGE,
     ", line 22, scenarios.wait.parameters.listeners.basis: ", "must be given", "nothing"),
    (f"{RANGE}, basis: assumption", f"{RANGE}, basis: hope",
     ", line 22, scenarios.wait.parameters.listeners.basis: ", "a fact, a source", "'hope'"),
    (f"{RANGE}, basis: assumption", f"{RANGE}, basis: F-2",
     ", line 22, scenarios.wait.parameters.listeners.basis: ", "unverified", "'F-2'"),
    ("recovery_chance: ", "mood: ",
     ", line 29, scenarios.hurry.parameters.mood: ", "parameter of firestorm", "'mood'"),
    ("channels: [store]", "channels: &a [store]\nalso: *a", ", line 7: ", "aliases", "'*a'"),
    ("company: Cafe Nord", "company: !!python/object/apply:os.system ['touch owned']",
     ", line 4: ", "tag", "os.system'"),
    ("company: Cafe Nord", "company: !!python/object/new:pathlib.Path ['owned']",
     ", line 4: ", "tag", "pathlib.Path'"),
    ("company: Cafe Nord", "company: " + "[" * 20_000 + "]" * 20_000,
     ", line 4: ", "nest", "20"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "place", "rule", "value"), BAD, ids=[f"{b[1][:40]}" or b[0][:40] for b in BAD]
)
def test_a_bad_case_file_is_refused_in_one_sentence(
    old, new, place, rule, value, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert CAFE.count(old) == 1
    said = refusal(tmp_path, CAFE.replace(old, new))
    assert place in said
    assert rule in said
    assert value in said


def test_a_figure_that_no_computer_holds_is_refused(tmp_path):
    said = refusal(tmp_path, CAFE.replace("figure: 12", "figure: 1" + "0" * 400))
    assert said.startswith(", line 10, facts.F-1.figure: must be a finite number, got 1000")


@pytest.mark.parametrize("name", ["network", "rng", "start", "replicate"])
def test_a_scenario_cannot_set_what_is_not_the_models_to_set(name, tmp_path):
    said = refusal(tmp_path, CAFE.replace("recovery_chance: ", f"{name}: "))
    assert said.startswith(f", line 29, scenarios.hurry.parameters.{name}: ")


def test_a_scenario_must_give_what_its_model_needs(tmp_path):
    line = next(line for line in CAFE.splitlines(keepends=True) if "share_chance" in line)
    said = refusal(tmp_path, CAFE.replace(line, ""))
    assert "scenarios.wait" in said
    assert "share_chance" in said


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("", ": must not be empty"),
        ("\n \n", ": must not be empty"),
        ("# to do\n", "must be"),
        (CAFE.replace("Cold", "Kälte").encode("latin-1"), ", line 10: must be text in UTF-8"),
        (CAFE.encode("utf-16"), ", line 1: must be text in UTF-8"),
        (CAFE + "#" * 256 * 1024, ": must have at most 256 kB"),
        ("[" * 20_000, ", line 1: must not nest deeper"),
        ("{" * 20_000, ", line 1: must not nest deeper"),
    ],
    ids=["empty", "blank", "comment", "latin-1", "utf-16", "too large", "brackets", "braces"],
)
def test_a_file_that_is_no_case_is_refused(content, part, tmp_path):
    assert part in refusal(tmp_path, content)


def test_a_folder_and_a_missing_file_are_refused(tmp_path):
    for path, found in ((tmp_path, "a folder"), (tmp_path / "none.yaml", "nothing")):
        with pytest.raises(CaseError, match=f"must be a YAML file, found {found}"):
            cases.read(path)


@pytest.mark.parametrize(
    "slug", ["../../etc/passwd", "/etc/passwd", "nope", "", "united-breaks-guitars.yaml", None, 5]
)
def test_an_unknown_slug_is_named_with_those_there_are(slug):
    with pytest.raises(ValueError, match=r"slug must be one of the cases .*guitars, got") as caught:
        cases.load(slug)
    assert str(caught.value).endswith(f", got {slug!r}")


PIECES = ["!!bool maybe", "!!int ''", "[a]: b", "? [a]", "*a", "&a", "{", "}", "[", "]", ": ", "\n"]
PIECES += ["- ", "  ", "'", '"', ".nan", "1e400", "9" * 400, "-1", "2024-02-30", "~", "no", "#"]
PIECES += ["<<: ", "\t", "F-1", "F-2", "note", "wait", "é", "\0", "\ud7ff", "!", "%", "|"]


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.integers(0, len(CAFE)), st.integers(0, 12), st.sampled_from(PIECES) | st.text(max_size=3))
@example(CAFE.index("12"), 2, "9" * 400)
@example(CAFE.index("A cold"), 14, "!!bool maybe")
@example(CAFE.index("A cold"), 14, "{[a]: b}")
def test_a_damaged_file_is_a_case_or_one_sentence(tmp_path_factory, at, gone, put):
    file = written(tmp_path_factory.getbasetemp(), CAFE[:at] + put + CAFE[at + gone :])
    try:
        case = cases.read(file)
    except CaseError as error:
        assert "\n" not in str(error)  # noqa: PT017
    else:
        assert isinstance(case, Case)


# --- every case on the shelf -----------------------------------------------------------


@pytest.fixture(params=cases.names())
def any_case(request):
    return cases.load(request.param)


def test_every_case_keeps_the_rules_of_its_file(any_case):
    assert list(any_case.problems()) == []


def test_every_row_of_a_timeline_has_a_fact_and_its_confidence(any_case):
    log = any_case.events()
    pd.testing.assert_frame_equal(events.validate(log), log)
    assert len(log) == len(any_case.timeline) > 0
    assert set(log["source"]) <= set(any_case.facts)
    marks = [any_case.facts[name].confidence for name in log["source"]]
    assert log["confidence"].tolist() == marks


def test_no_parameter_rests_on_an_unverified_fact(any_case):
    for scenario in any_case.scenarios:
        basis = set(any_case.parameters(scenario)["basis"]) & set(any_case.facts)
        assert {any_case.facts[name].confidence for name in basis} <= {
            "origin", "independent", "contested", "computed",
        }  # fmt: skip


def test_every_parameter_lies_in_its_range_and_says_its_unit(any_case):
    for scenario in any_case.scenarios:
        table = any_case.parameters(scenario)
        assert ((table["low"] <= table["value"]) & (table["value"] <= table["high"])).all()
        assert (table["unit"] != "").all()


# --- United Breaks Guitars: what is known --------------------------------------------


@pytest.fixture(scope="module")
def ubg():
    return cases.load("united-breaks-guitars")


def figure(case, name):
    return case.facts[name].figure


def test_every_case_on_the_shelf_is_listed_under_the_name_of_its_file():
    table = cases.titles()
    assert table["slug"].tolist() == cases.names()
    assert table.loc[table["slug"] == "united-breaks-guitars", "core"].tolist() == [True]


def test_the_log_is_valid_and_every_row_points_to_a_fact(ubg):
    log = ubg.events()
    pd.testing.assert_frame_equal(events.validate(log), log)
    assert len(log) == len(ubg.timeline)
    assert set(log["source"]) <= set(ubg.facts)
    assert set(log["customer"]) == {"Dave Carroll"}


def test_461_days_lie_between_the_flight_and_the_day_before_the_video(ubg):
    log = ubg.events()
    damaged = log.loc[log["kind"] == "failure", "time"].min()
    posted = log.loc[log["kind"] == "publish", "time"].min()
    assert (damaged, posted) == (pd.Timestamp("2008-03-31"), pd.Timestamp("2009-07-06"))
    assert (posted - pd.Timedelta("1D") - damaged).days == 461
    assert (ubg.facts["UBG-09"].date.latest - ubg.facts["UBG-01"].date.time).days == 461


def test_no_event_rests_on_an_unverified_fact_without_its_mark(ubg):
    log = ubg.events()
    facts = log["source"].map(lambda name: ubg.facts[name].confidence)
    assert log["confidence"].tolist() == facts.tolist()
    assert ubg.fact_table("UBG-10")["mark"].tolist() == ["unverified"]


def test_contested_facts_keep_their_alternatives(ubg):
    shown = ubg.fact_table("UBGV-01", "UBG-08")
    assert shown["figure"].tolist() == ["24,000 or 25,000 or 150,000 or 200,000", "7 or 8 or 12"]
    assert set(shown["mark"]) == {"contested"}
    months = {figure(ubg, "UBG-06"), figure(ubg, "UBG-07"), *ubg.facts["UBG-08"].alternatives}
    assert months == {9, 15, 7, 8, 12}


def test_bounds_and_rounded_figures_say_so(ubg):
    shown = ubg.fact_table("UBG-09", "UBG-37", "UBG-04", "UBGV-11", "UBGV-07")["figure"]
    assert shown.tolist() == [
        "at least 4",
        "at most 558",
        "about 3,500",
        "3,234,157",
        "about 1,400,000 to 1,500,000",
    ]


def test_an_unknown_fact_is_named(ubg):
    with pytest.raises(ValueError, match=r"fact must be one of UBG-01, .*, got 'UBG-99'"):
        ubg.fact_table("UBG-99")


def test_ten_per_cent_and_180_million_cannot_both_be_true(ubg):
    shares, before, after = figure(ubg, "UBG-36"), 3.34, 3.26
    value = shares * before / 1e6
    assert value == pytest.approx(figure(ubg, "UBG-37"), abs=0.5)
    assert figure(ubg, "UBG-27a") / 100 * value < 56 < figure(ubg, "UBG-27b")
    assert figure(ubg, "UBG-27b") / value > 0.3
    assert 100 * (after / before - 1) == pytest.approx(figure(ubg, "UBG-30"), abs=0.005)


def test_computed_rates_follow_from_their_figures(ubg):
    reports, passengers = figure(ubg, "UBG-39a"), figure(ubg, "UBG-39b")
    assert 1000 * reports / passengers == pytest.approx(3.35, abs=0.005)
    rates = [figure(ubg, f"UBG-40{year}") for year in "abc"]
    assert rates == sorted(rates, reverse=True)


def test_the_first_eight_days_share_follows_from_the_readings(ubg):
    views = datasets.load("ubg-views").set_index("time")["views"]
    share = views["2009-07-14"].iloc[0] / views["2010-07-11"].iloc[0]
    assert share == pytest.approx(figure(ubg, "UBGV-30"), abs=0.005)


def test_five_million_were_reached_weeks_before_the_repeated_date(ubg):
    first, repeated = ubg.facts["UBGV-17"], ubg.facts["UBGV-18"]
    assert first.figure == repeated.figure == 5_000_000
    assert first.date.time < repeated.date.time
    assert set(ubg.claims[1].facts) == {"UBGV-17", "UBGV-18"}


# --- United Breaks Guitars: what if --------------------------------------------------


SCENARIOS = ["as-it-happened", "recovery-before", "offer-accepted-day-2", "offer-first-hour"]
SCENARIOS += ["press-stays-away"]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_scenario_runs_and_writes_a_log(ubg, scenario):
    run = ubg.simulate(scenario, rng=1)
    pd.testing.assert_frame_equal(events.validate(run.events), run.events)
    posts = run.events["kind"].isin(["publish", "share"]).sum()
    assert posts == run.final("total") == ubg.reach(scenario, runs=1, rng=1).iloc[0]


def test_no_scenario_is_left_untested(ubg):
    assert list(ubg.scenarios) == SCENARIOS


def test_a_comparison_is_the_difference_replicate_by_replicate(ubg):
    table = ubg.compare("as-it-happened", "recovery-before", runs=40, rng=7)
    assert list(table.columns) == ["replicate", "reach_a", "reach_b", "difference"]
    assert table["replicate"].tolist() == list(range(40))
    assert (table["difference"] == table["reach_b"] - table["reach_a"]).all()
    assert table["reach_a"].tolist() == ubg.reach("as-it-happened", runs=40, rng=7).tolist()
    assert table["reach_b"].tolist() == ubg.reach("recovery-before", runs=40, rng=7).tolist()


def test_two_scenarios_meet_the_same_luck(ubg):
    table = ubg.compare("as-it-happened", "recovery-before", runs=200, rng=7)
    recovered = table["reach_b"] == 0
    assert (table["reach_a"] == table["reach_b"])[~recovered].all()
    # 0.8 is the chance of a recovery; 0.028 is the standard error of its share.
    assert recovered.mean() == pytest.approx(0.8, abs=4 * 0.028)


def test_a_scenario_compared_with_itself_differs_nowhere(ubg):
    table = ubg.compare("as-it-happened", {"share_chance": 0.09}, runs=30, rng=7)
    assert not table["difference"].any()


@pytest.mark.parametrize("rng", [None, np.random.default_rng(7)], ids=["fresh", "generator"])
def test_both_sides_of_a_comparison_share_even_fresh_luck(ubg, rng):
    table = ubg.compare("as-it-happened", "as-it-happened", runs=30, rng=rng)
    assert not table["difference"].any()
    assert len(set(table["reach_a"])) > 1


def test_changes_may_name_the_scenario_they_change(ubg):
    change = {"scenario": "press-stays-away", "recovery_chance": 1.0}
    assert not ubg.compare("as-it-happened", change, runs=10, rng=7)["reach_b"].any()


def test_fewer_shares_never_reach_more_people(ubg):
    less, more = {"share_chance": 0.05}, {"share_chance": 0.12}
    assert (ubg.compare(less, more, runs=60, rng=3)["difference"] >= 0).all()


def test_every_replay_is_the_history_that_reach_counts(ubg):
    histories = ubg.replays("offer-first-hour", runs=20, rng=5)
    totals = histories[histories["variable"] == "total"].groupby("replicate")["value"].last()
    assert totals.tolist() == ubg.reach("offer-first-hour", runs=20, rng=5).tolist()
    assert histories.groupby("replicate")["day"].first().eq(0).all()


def test_one_run_is_the_first_replicate(ubg):
    assert (
        ubg.simulate("as-it-happened", rng=5).final("total")
        == (ubg.reach("as-it-happened", runs=3, rng=5).iloc[0])
    )


def test_the_same_integer_gives_the_same_log_and_a_generator_moves_on(ubg):
    one, same = (ubg.simulate("as-it-happened", rng=5).events for _ in range(2))
    pd.testing.assert_frame_equal(one, same)
    rng = np.random.default_rng(5)
    first, second = (ubg.reach("as-it-happened", runs=20, rng=rng).tolist() for _ in range(2))
    assert first != second


def test_a_parameter_never_redraws_the_network_but_its_seed_does(ubg):
    def network(**changes):
        return ubg.simulate("as-it-happened", rng=1, **changes).network

    same = {"share_chance": 0.01, "listeners": 50, "press_needs": 5, "hours_per_round": 12}
    assert network() == network(**same)
    assert network() != network(seed=2010)
    assert network() != network(size=19_999)
    assert network() != network(ties=2)


@pytest.mark.parametrize(
    ("asked", "options", "sentence"),
    [
        ("nope", {}, "scenario must be one of as-it-happened, .*press-stays-away, got 'nope'"),
        (
            "as-it-happened",
            {"mood": 1},
            "change must be one of accept_chance, .*seed.*, got 'mood'",
        ),
        ("as-it-happened", {"replicate": 1}, "must be one of .*, got 'replicate'"),
        ("as-it-happened", {"share_chance": 1.2}, r"share_chance must be .* \[0, 1\], got 1.2"),
        ("as-it-happened", {"press_followers": 0.5}, "press_followers must be .*, got 0.5"),
        ("as-it-happened", {"size": 1}, "^size must be .*, got 1$"),
        ("as-it-happened", {"size": "many"}, "^size must be .*, got 'many'$"),
        ("as-it-happened", {"ties": 0}, "^ties must be .*, got 0$"),
        ("as-it-happened", {"ties": 50, "size": 20, "press_followers": 0}, "ties must .*, got 50$"),
        ("as-it-happened", {"seed": -1}, "^seed must be .*, got -1$"),
    ],
)
def test_what_a_scenario_does_not_know_is_named_with_what_it_does(ubg, asked, options, sentence):
    with pytest.raises(ValueError, match=sentence) as caught:
        ubg.simulate(asked, rng=1, **options)
    assert "\n" not in str(caught.value)


def test_unknown_policies_and_runs_are_named(ubg):
    with pytest.raises(ValueError, match=r"scenario must be one of .*, got 'nope'"):
        ubg.compare("as-it-happened", "nope", runs=1, rng=1)
    with pytest.raises(ValueError, match=r"change must be one of .*, got 'mood'"):
        ubg.compare("as-it-happened", {"mood": 1}, runs=1, rng=1)
    with pytest.raises(ValueError, match="runs must be a whole number of at least 1, got 0"):
        ubg.compare("as-it-happened", "recovery-before", runs=0, rng=1)


def test_the_readings_reach_half_of_day_40_when_the_fact_says(ubg):
    views = datasets.load("ubg-views")
    day = readings.day_of_share(views, share=0.5, by_day=40, start="2009-07-06")
    assert round(day, 1) == figure(ubg, "UBGV-31") == 7.7


def test_the_pace_of_the_replays_is_that_of_the_readings(ubg):
    assert ubg.parameters("as-it-happened").loc["hours_per_round", "basis"] == "UBGV-31"
    histories = ubg.replays("as-it-happened", runs=300, rng=1)
    table = histories.pivot_table("value", ["replicate", "day"], "variable")
    days = []
    for _, one in table.reset_index("day").groupby("replicate"):
        if one["total"].iloc[-1] > 500:
            seen = one["exposures"]
            days.append(np.interp(seen.iloc[-1] / 2, seen, one["day"]))
    assert len(days) > 30
    assert np.median(days) == pytest.approx(figure(ubg, "UBGV-31"), abs=1)


def test_employees_appear_by_their_role_only(ubg):
    people = set(ubg.events()["by"].dropna())
    assert not [name for name in people if re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+", name)]


# --- Maytag: what if -----------------------------------------------------------------


@pytest.fixture(scope="module")
def maytag():
    return cases.load("maytag")


MAYTAG = [
    "as-it-happened",
    "answer-within-an-hour",
    "no-answer",
    "answer-without-repair",
    "repair-at-first-visit",
]
OUTCOMES = ["heard", "still", "answered"]


def small(case, scenario):
    """Return a scenario on 3,000 people instead of 500,000, its audiences to scale."""
    values = case.parameters(scenario)["value"]
    audiences = values[values.index.str.endswith("followers")].to_dict()
    return {"size": 3000} | {k: -(-int(v) * 3000 // 500_000) for k, v in audiences.items()}


def outcome(case, scenario, measure, **changes):
    changes = small(case, scenario) | changes
    return case.reach(scenario, runs=60, rng=7, measure=measure, **changes)


def test_no_scenario_of_maytag_is_left_untested(maytag):
    assert list(maytag.scenarios) == MAYTAG


@pytest.mark.parametrize("scenario", MAYTAG)
def test_every_scenario_of_maytag_runs_and_writes_a_log(maytag, scenario):
    changes = small(maytag, scenario)
    run = maytag.simulate(scenario, rng=7, **changes)
    pd.testing.assert_frame_equal(events.validate(run.events), run.events)
    assert run.series["time"].iloc[0] == pd.Timestamp("2009-08-26")
    heard, still, answered = (outcome(maytag, scenario, name) for name in OUTCOMES)
    assert run.final("complaint") == still[0]
    assert run.final("response") == answered[0]
    posted = run.events[run.events["kind"] != "contact"]
    assert posted.loc[posted["side"] == "complaint", "by"].nunique() == heard[0]
    assert heard.min() > changes["followers"]
    assert (still <= heard).all()
    speaks = changes["answer_followers"] > 0
    assert (run.events["kind"] == "answer").any() == speaks


def test_the_answers_wait_is_the_scenarios(maytag):
    for scenario, hours in [("as-it-happened", 24), ("answer-within-an-hour", 0)]:
        log = maytag.simulate(scenario, rng=7, **small(maytag, scenario)).events
        wait = log.loc[log["kind"] == "answer", "time"].iloc[0] - log["time"].iloc[0]
        assert wait == pd.Timedelta(hours=hours)  # the first round of three hours holds hour 1


def test_maytag_on_the_same_luck(maytag):
    """An earlier answer keeps some from hearing, none of those who follow her."""
    day, hour, never, _, none = (outcome(maytag, scenario, "heard") for scenario in MAYTAG)
    assert (hour <= day).all()
    assert (day <= never).all()
    assert hour.min() > 601  # she and her readers
    assert hour.mean() < day.mean() - 20
    assert (never - day).max() <= 1  # after a day the retelling has all but died out
    assert set(none) == {1}
    still = {scenario: outcome(maytag, scenario, "still") for scenario in MAYTAG[:4]}
    assert still["as-it-happened"].mean() < still["answer-without-repair"].mean() - 200


def test_each_hearer_breeds_a_fifth_of_a_hearer_as_the_note_says(maytag):
    values = maytag.parameters("as-it-happened")["value"]
    assert values["retell_chance"] * maytag.scenarios["as-it-happened"].network.ties == 0.2


def test_a_measure_is_a_column_of_the_models_outcomes(maytag):
    changes = small(maytag, "no-answer")
    values = maytag.parameters("no-answer")["value"].to_dict() | changes
    people = Network.random(values.pop("size"), 4, rng=2009)
    counts = {k: int(v) if k.endswith("followers") else v for k, v in values.items()}
    table = callout.outcomes(people, **counts, runs=60, rng=7)
    for name in OUTCOMES:
        found = outcome(maytag, "no-answer", name)
        assert found.tolist() == table[name].tolist()
        assert (found.name, found.index.name) == (name, "replicate")
    assert outcome(maytag, "no-answer", "reach").tolist() == table["heard"].tolist()


def test_reaches_and_vary_measure_it_too(maytag):
    policies = {s: {"scenario": s} | small(maytag, s) for s in MAYTAG[:2]}
    for name in ("reach", *OUTCOMES):
        table = maytag.reaches(policies, runs=60, rng=7, measure=name)
        for scenario in policies:
            assert table[scenario].tolist() == outcome(maytag, scenario, name).tolist()


def test_varied_hours_of_maytag_meet_the_same_luck(tmp_path):
    """At the full size of the file vary would take long: the same story in a small crowd."""
    text = next(p for p in cases.paths() if p.stem == "maytag").read_text(encoding="utf-8")
    for old, new in [
        ("size: 500000", "size: 3000"),
        ("value: 100000, unit: tens", "value: 600, unit: tens"),
        ("value: 50000,", "value: 300,"),
    ]:
        assert old in text
        text = text.replace(old, new)
    case = cases.read(written(tmp_path, text))
    heard, still = (
        case.vary("as-it-happened", "answer_hour", [0, 3, 24], runs=60, rng=7, measure=name)
        for name in ("heard", "still")
    )
    assert heard.columns.tolist() == ["0", "3", "24"]
    assert heard.columns.name == "answer_hour"
    assert (np.diff(heard.to_numpy(), axis=1) >= 0).all()
    assert (still <= heard).all(axis=None)
    same = case.reach("as-it-happened", runs=60, rng=7, measure="still", answer_hour=3)
    assert still["3"].tolist() == same.tolist()


def test_says_which_measures_there_are(maytag, ubg):
    sentence = r"^measure must be one of reach, heard, still, answered, got 'mood'$"
    with pytest.raises(ValueError, match=sentence):
        outcome(maytag, "no-answer", "mood")
    policy = {"scenario": "no-answer"} | small(maytag, "no-answer")
    with pytest.raises(ValueError, match=sentence):
        maytag.reaches({"none": policy}, runs=1, rng=1, measure="mood")
    sentence = r"^measure must be one of reach, got 'still'$"
    for call in (
        lambda **a: ubg.reach("as-it-happened", **a),
        lambda **a: ubg.reaches({"it": "as-it-happened"}, **a),
        lambda **a: ubg.vary("as-it-happened", "share_chance", [0.1], **a),
    ):
        with pytest.raises(ValueError, match=sentence):
            call(runs=1, rng=1, measure="still")


# --- Netgear and the response times ----------------------------------------------------


@pytest.fixture(scope="module")
def netgear():
    return cases.load("netgear")


@pytest.fixture(scope="module")
def times():
    return cases.load("response-times")


def test_two_cases_hold_every_fact_that_was_collected(netgear, times):
    def rows(case):
        return {name.rstrip("abcdefghij") for name in case.facts}

    assert rows(netgear) >= {f"NET-{n:02}" for n in range(1, 7)} | {"COM-08", "COM-09", "COM-15"}
    wanted = {f"TEL-{n:02}" for n in range(1, 9)} | {f"RSP-{n:02}" for n in range(1, 16)}
    assert rows(times) >= wanted | {"COM-06", "COM-13"}


def test_what_is_recalled_is_marked_in_the_response_times(times):
    unverified = {n for n, fact in times.facts.items() if fact.confidence == "unverified"}
    assert unverified == {"RSP-02a", "RSP-02b"}
    assert not unverified & set(times.events()["source"])
    shown = times.fact_table("TEL-02", "RSP-05d")
    assert shown["figure"].tolist() == ["6 or 7", "42 or 47"]
    assert set(shown["mark"]) == {"contested"}


@pytest.mark.parametrize("slug", ["netgear", "response-times"])
def test_no_source_of_a_case_is_idle(slug):
    case = cases.load(slug)
    assert {key for fact in case.facts.values() for key in fact.sources} == set(case.sources)


def test_every_day_of_the_router_says_that_its_week_is_taken(netgear):
    """Only the month is known, so that no row may pass for a dated one."""
    log = netgear.events()
    assert log["assumed"].str.contains("week of 11 May taken").all()
    assert log["latest"].notna().all()
    assert log["time"].min() >= pd.Timestamp("2009-05-11")
    assert log["latest"].max() < pd.Timestamp("2009-05-18")


def test_the_routers_waits_are_those_that_are_told(netgear):
    """Half an hour on hold, about two days without a call, minutes after the tweet."""
    waits = observation.waits(netgear.events()).set_index("channel")
    held = waits[waits["ended"] == "abandoned"]
    assert held["wait_high_min"].tolist() == [figure(netgear, "NET-02")]
    low, high = waits.loc["voicemail", ["wait_low_min", "wait_high_min"]]
    assert low < figure(netgear, "NET-03") * 24 * 60 < high
    assert waits.loc["twitter", "wait_high_min"].iloc[-1] < 60


def test_one_week_is_red_on_all_channels_and_in_time_on_twitter(netgear):
    log = netgear.events()
    seen = lenses.compare(log).set_index("metric")
    assert seen.loc["answered in time", ["value", "colour"]].tolist() == [0.6, "red"]
    assert seen.loc[["promises broken", "gone public"], "colour"].tolist() == ["red", "red"]
    assert seen.loc["journeys resolved", "colour"] == "green"
    tweets = lenses.compare(log[log["channel"] == "twitter"]).set_index("metric")
    assert tweets.loc["answered in time", ["value", "colour"]].tolist() == [1.0, "green"]


def test_another_promise_gives_the_same_waits_another_colour(times):
    day, four = (
        lenses.compare(times.events(), sla_hours=hours).set_index("metric")["colour"]
        for hours in (24, 96)
    )
    assert (day["answered in time"], four["answered in time"]) == ("unsure", "green")
    assert day["journeys resolved"] == four["journeys resolved"] == "grey"


def test_the_facts_on_reply_times_are_those_of_the_data_set(times):
    replies = datasets.load("reply-times-2017")
    whole = replies[replies["whose"] == "all companies"].iloc[0]
    columns = ["replies", "median_min", "q25_min", "q75_min", "mean_min"]
    found = [figure(times, f"RSP-12{letter}") for letter in "abcde"]
    assert found == pytest.approx(whole[columns].tolist(), abs=0.05)
    largest = replies[replies["whose"] == "brand"].nlargest(10, "replies")
    assert [figure(times, f"RSP-13{letter}") for letter in "abcdefghij"] == pytest.approx(
        largest["median_min"].tolist(), abs=0.051
    )
    comcast = replies.set_index("account").loc["comcastcares"]
    found = [figure(times, f"COM-13{letter}") for letter in "abc"]
    assert found == pytest.approx(comcast[["replies", "median_min", "mean_min"]], abs=0.05)
    ratio = comcast["mean_min"] / comcast["median_min"]
    assert ratio == pytest.approx(figure(times, "COM-13d"), abs=0.05)


def test_the_facts_on_expectations_are_those_of_the_data_set(times):
    for row in datasets.load("response-expectations").itertuples():
        fact = times.facts[row.fact]
        assert row.share == pytest.approx(fact.figure / 100)
        assert row.confidence == fact.confidence
        assert row.year == fact.date.time.year
        assert row.source in fact.sources


def test_a_comparison_may_be_of_any_measure():
    netgear = cases.load("netgear")
    pairs = netgear.compare(
        "as-it-was", "four-moved", runs=2, rng=1, measure="posts_per_100"
    ).set_index("replicate")
    for side, scenario in {"reach_a": "as-it-was", "reach_b": "four-moved"}.items():
        alone = netgear.reach(scenario, runs=2, rng=1, measure="posts_per_100")
        assert pairs[side].tolist() == alone.tolist()
