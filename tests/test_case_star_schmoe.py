"""A made-up case says so wherever it is shown, and its two journeys part as told."""

import pytest

from cemlab import cases, cli, lenses
from cemlab.cases import CaseError


@pytest.fixture(scope="module")
def case():
    return cases.load("star-schmoe")


def test_a_made_up_case_says_so_wherever_it_is_introduced(case, capsys):
    assert case.fictional
    assert {fact.confidence for fact in case.facts.values()} == {"invented"}
    assert set(case.fact_table()["mark"]) == {"invented"}
    assert set(case.events()["confidence"]) == {"invented"}
    cli.main(["case", "list"])
    assert "Star and Schmoe (fictional)" in capsys.readouterr().out
    cli.main(["case", "show", "star-schmoe"])
    assert "[invented]" in capsys.readouterr().out
    assert not any(cases.load(slug).fictional for slug in cases.names() if slug != case.slug)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("confidence: invented", "confidence: origin", "must be invented, got 'origin'"),
        ("fictional: true\n", "", "must be no invented one, as the case is not fictional, got 'invented'"),
        ("en: Star and Schmoe (fictional)", "en: Star and Schmoe", "title.en: must say 'fictional', as the case is fictional, got 'Star and Schmoe'"),
        ("de: Star und Niemand (erfunden)", "de: Star und Niemand", "title.de: must say 'erfunden'"),
        ("company: Kettle and Comet (fictional)", "company: Kettle and Comet", "company: must say 'fictional'"),
    ],
)  # fmt: skip
def test_made_up_and_found_are_never_mixed(old, new, said, tmp_path):
    path = next(path for path in cases.paths() if path.stem == "star-schmoe")
    text = path.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "star-schmoe.yaml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CaseError) as caught:
        cases.read(file)
    assert said in str(caught.value)


def test_both_files_are_closed_and_one_problem_is_solved(case):
    log = case.events()
    found = {}
    for who in ("Sam", "Stella"):
        table = lenses.compare(log[log["customer"] == who]).set_index("metric")
        found[who] = table.loc["issues closed", "value"], (log["customer"] == who).sum()
    assert found["Sam"][0] == found["Stella"][0] == 1.0
    assert log.loc[log["kind"] == "resolve", "customer"].tolist() == ["Stella"]
    both = lenses.compare(log).set_index("metric")
    assert both.loc["journeys resolved", ["value", "colour"]].tolist() == [0.5, "red"]
    assert both.loc["issues closed", "colour"] == "green"


def test_more_for_the_stars_brings_more_posts_and_level_service_fewer(case):
    posts = {
        name: case.reach(name, runs=8, rng=1, measure="posts_per_100").mean()
        for name in ("more-for-the-stars", "as-it-is", "level-service")
    }
    assert posts["more-for-the-stars"] > posts["as-it-is"] > posts["level-service"]
