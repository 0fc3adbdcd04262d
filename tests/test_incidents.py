"""Critical incidents: the files that come along, forms, coders against each other and the numbers."""

import csv
import re

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell
from pandas.testing import assert_frame_equal

from cemlab import _shelf, lenses
from cemlab.cem import _forms, incidents
from cemlab.cem.agreement import cohen_kappa
from cemlab.cem.incidents import IncidentError

patiently = settings(deadline=None, max_examples=8, derandomize=True)
STORIES, CODINGS, SCHEME = incidents.narratives(), incidents.codings(), incidents.scheme()
FOLDER = _shelf.folder("instruments") / "incidents"


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def coded(**by_rater):
    """Build codings of one dimension, a letter a narrative: coded(A="xxy", B="xyy")."""
    rows = [
        (rater, f"n{i}", "feeling", code, 1)
        for rater, codes in by_rater.items()
        for i, code in enumerate(codes)
        if code != "."
    ]
    return pd.DataFrame(rows, columns=["rater", "narrative", "dimension", "code", "place"])


# --- what comes along ----------------------------------------------------------------------


def test_the_corpus_is_varied_and_every_story_is_short():
    assert STORIES["narrative"].is_unique
    assert len(STORIES) == 24
    assert STORIES["sector"].nunique() >= 12
    assert STORIES["text"].str.split().str.len().between(60, 110).all()
    assert STORIES["csat"].isna().sum() >= 4


def test_every_code_explains_itself_in_two_languages_and_every_coding_is_of_a_story():
    table = SCHEME.table()
    filled = ["label_en", "label_de", "definition", "definition_de", "example", "exclude"]
    assert (table[filled] != "").all(axis=None)
    assert all(one.question_de and "other" in one.codes for one in SCHEME.dimensions.values())
    assert set(table.index) >= set(zip(CODINGS["dimension"], CODINGS["code"], strict=True))
    assert set(CODINGS["narrative"]) == set(STORIES["narrative"])
    assert CODINGS.groupby("rater")["narrative"].nunique().tolist() == [24, 24, 12]


def test_the_example_coders_disagree_honestly_more_in_what_is_felt_than_where():
    kappa = incidents.compare(CODINGS, raters=["A", "B"])["value"]
    assert kappa.between(0.5, 0.8).all()
    assert kappa.idxmax() == "touchpoint"
    assert kappa.idxmin() == "feeling"


# --- agreement -----------------------------------------------------------------------------


def test_two_coders_have_cohens_kappa_and_more_have_alpha():
    given = coded(A="aabb", B="aaba")
    found = incidents.compare(given).loc["feeling"]
    direct = cohen_kappa([*"aabb"], [*"aaba"])
    assert found[["value", "low", "high", "n"]].tolist() == [direct, direct.low, direct.high, 4]
    three = incidents.compare(coded(A="aabb", B="aaba", C="a.b."), rng=1).loc["feeling"]
    assert three["method"].startswith("Krippendorff's alpha")
    assert three["n"] == 4


def test_by_code_counts_presence_in_any_place():
    extra = pd.DataFrame([("A", "n3", "feeling", "a", 2)], columns=CODINGS.columns)
    found = incidents.compare(pd.concat([coded(A="aabb", B="aaba"), extra]), by="code")
    assert found.loc[("feeling", "a"), ["value", "observed", "share"]].tolist() == [1, 1, 0.75]
    b = cohen_kappa([0, 0, 1, 1], [0, 0, 1, 0])
    assert found.loc[("feeling", "b"), "value"] == pytest.approx(b)


def test_pairs_are_each_compared_on_what_both_coded():
    found = incidents.compare(CODINGS, by="pair")
    assert found.loc["feeling", "n"].to_dict() == {"A - B": 24, "A - C": 12, "B - C": 12}
    two = incidents.compare(CODINGS, raters=["A", "C"])
    assert found.loc[("remedy", "A - C"), "value"] == two.loc["remedy", "value"]


def test_a_pair_without_a_common_story_has_a_row_that_says_so():
    found = incidents.compare(coded(A="ab..", B="abab", C="..ab"), by="pair").loc["feeling"]
    assert found.loc["A - C", "method"] == "not defined: no narrative that both coded"
    assert (found.loc["A - C", "n"], np.isnan(found.loc["A - C", "value"])) == (0, True)
    assert found.loc["A - B", "value"] == 1
    with says("codings must have a narrative that two raters coded, got none for A, B"):
        incidents.compare(coded(A="a.", B=".b"), by="pair")


def test_a_rare_code_is_said_to_have_too_few_narratives():
    given = coded(A="a" * 4 + "b" * 8, B="a" * 4 + "b" * 8, C="a" * 3 + "b" * 9)
    said = incidents.compare(given, by="code")["method"]
    assert said.loc["feeling", "a"].endswith(", too few: 3.7 narratives expected")
    assert said.loc["feeling", "b"].endswith("3.7 narratives expected")  # as few without it
    even = incidents.compare(coded(A="ab" * 6, B="ab" * 5 + "ba"), by="code")["method"]
    assert not even.str.contains("too few").any()


def test_where_all_codes_are_the_same_agreement_is_not_defined_and_says_so():
    found = incidents.compare(coded(A="aa", B="aa")).loc["feeling"]
    assert np.isnan(found["value"])
    assert found["observed"] == 1
    assert found["method"] == "not defined: all gave the same"


@given(st.integers(0, 2**32))
@patiently
def test_no_result_depends_on_the_order_of_rows(seed):
    mixed = CODINGS.sample(frac=1, random_state=seed % 2**32)
    order = ["touchpoint", "problem", "feeling", "remedy"]
    one, two = (incidents.compare(c, raters=["A", "B"]).loc[order] for c in (CODINGS, mixed))
    assert_frame_equal(one, two)
    by = ["what", "narrative", "dimension"]
    one, two = (incidents.disagreements(c).sort_values(by) for c in (CODINGS, mixed))
    assert one.values.tolist() == two.values.tolist()
    one, two = (incidents.frequencies(c).sort_index() for c in (CODINGS, mixed))
    assert_frame_equal(one, two)


def test_disagreements_are_those_of_a_loop():
    found = incidents.disagreements(CODINGS, raters=["A", "B"])
    keys = ["rater", "narrative", "dimension"]
    given = {k: p.sort_values("place")["code"].tolist() for k, p in CODINGS.groupby(keys)}
    expected = {}
    for narrative in STORIES["narrative"]:
        for dimension in SCHEME.dimensions:
            a, b = (given[rater, narrative, dimension] for rater in "AB")
            if a != b and (a[0] != b[0] or set(a) != set(b)):
                other = "other order" if set(a) == set(b) else "other main code"
                kind = "more or fewer codes" if a[0] == b[0] else other
                expected[narrative, dimension] = (kind, ", ".join(a), ", ".join(b))
    rows = found.itertuples(index=False)
    assert {(r.narrative, r.dimension): (r.what, r.A, r.B) for r in rows} == expected
    confused = incidents.confusion(CODINGS, "remedy")
    assert confused.to_numpy().sum() == 24
    main = (found["dimension"] == "remedy") & found["what"].isin(["other main code", "other order"])
    assert 24 - np.trace(confused) == main.sum()


# --- counts and numbers --------------------------------------------------------------------


def test_a_code_counts_if_more_than_half_of_its_coders_gave_it():
    given = coded(A="ab", B="aa", C="b.")
    found = incidents.frequencies(given).loc["feeling"]
    assert found.loc["a", ["count", "by_any", "n"]].tolist() == [1, 2, 2]  # n1: one of two
    assert found.loc["b", ["count", "by_any"]].tolist() == [0, 2]
    assert found.loc["a", ["mean", "raters"]].tolist() == pytest.approx([(2 / 3 + 1 / 2) / 2, 2.5])
    assert incidents.frequencies(given, rater="B").loc[("feeling", "a"), "value"] == 1
    assert found.loc["a", ["low", "high"]].tolist() == pytest.approx([0.0945, 0.9055], abs=5e-5)


def board(**columns):
    base = {"answered_in_min": 10.0, "closed": True, "csat": 5.0, "resolved": True}
    return pd.DataFrame({"narrative": ["n0", "n1", "n2", "n3"]} | base | columns)


def test_green_on_the_dashboard_and_red_in_the_story_by_hand():
    given = coded(A=["anger", "anger", "relief", "worry"], B=["worry", "relief", "relief", "anger"])
    table = incidents.both_sides(given, board(csat=[np.nan, 5, 4, 3]))
    assert table["dashboard"].tolist() == ["green", "green", "green", "red"]
    assert table["story"].tolist() == ["red", "disputed", "green", "red"]
    found = incidents.green_but_red(given, board(csat=[np.nan, 5, 4, 3]))
    assert found == pytest.approx(1 / 3)
    assert dict(found.parts) == {"green_but_red": 1, "disputed": 1, "stories": 4}
    slow = incidents.both_sides(given, board(), minutes=5)
    assert (slow["dashboard"] == "red").all()
    never = incidents.both_sides(given, board(answered_in_min=np.nan))
    assert not never["in_time"].any()


def test_what_the_numbers_missed_is_counted_code_by_code():
    given = coded(A="aab", B="aab")
    found = incidents.missed(
        given, board(csat=[np.nan, 2, 5, 5], resolved=[False, True, True, True])
    )
    row = found.loc[("feeling", "a")]
    names = ["n", "in_time", "closed", "surveyed", "satisfied", "green", "resolved", "value"]
    assert row[names].tolist() == [2, 2, 2, 1, 0, 1, 1, 0.5]
    by_code = incidents.missed(CODINGS, STORIES)
    shares = incidents.frequencies(CODINGS)["count"]
    assert by_code["n"].to_dict() == shares[shares > 0].to_dict()


def test_in_the_corpus_more_than_half_of_the_green_boards_hide_a_red_story():
    found = incidents.green_but_red(CODINGS, STORIES)
    assert (found.parts["green_but_red"], found.n) == (9, 17)


def test_both_lenses_read_the_same_stories():
    log = incidents.to_events(STORIES)
    counts = log["kind"].value_counts()
    assert counts["contact"] == STORIES["contacts"].sum()
    assert counts["close"] == STORIES["closed"].sum()
    assert counts["resolve"] == STORIES["resolved"].sum()
    assert counts["survey_csat"] == STORIES["csat"].notna().sum()
    read = lenses.compare(log).set_index("metric")
    assert lenses.colours(lenses.compare(log)) == {"CRM": "green", "CEM": "red"}
    assert read.loc["journeys resolved", "value"] == pytest.approx(STORIES["resolved"].mean())
    late = 2 + 1  # two letters of the childcare grant, the mail about the router
    assert read.loc["answered in time", "value"] == pytest.approx(1 - late / 49)


def test_the_log_says_what_the_stories_say():
    log = incidents.to_events(STORIES).set_index("customer")
    began = log.groupby(level=0, observed=True)["time"].min()
    solved = log[log["kind"] == "resolve"]["time"] - began
    days = {name: gap.days for name, gap in solved.dropna().items()}
    assert (days["telecom-number"], days["insurance-water"], days["hotel-scarf"]) == (17, 42, 1)
    assert log.loc["telecom-number", "time"].dt.day.max() == 19  # from the first of July
    forum = log.loc["router-forum"].set_index("kind")
    assert forum.loc["resolve", "time"] < forum["time"][forum["actor"] == "company"].min()
    assert forum["by"].dropna().tolist() == ["a stranger"] * 2
    assert log.loc["washer-tuesday", "time"].dt.day_name().unique().tolist() == ["Tuesday"]
    weekdays = log[log["kind"].isin(["contact", "resolve"])]["time"].dt.day_name()
    assert weekdays["clinic-results"].tolist() == ["Friday", "Monday", "Monday"]
    assert weekdays["office-passport"].tolist() == ["Monday", "Tuesday", "Wednesday"]
    assert weekdays["washer-seal"].tolist() == ["Monday", "Thursday"]
    told = STORIES.set_index("narrative")["text"]
    assert "how likely" not in told["washer-seal"]


def test_a_story_without_steps_is_laid_down_and_a_wrong_step_named():
    plain = STORIES.drop(columns="steps")
    log = incidents.to_events(plain)
    assert (log["kind"] == "contact").sum() == (log["kind"] == "answer").sum() == 49
    mixed = STORIES.assign(steps=STORIES["steps"].where(STORIES.index < 12))
    assert set(incidents.to_events(mixed)["customer"]) == set(STORIES["narrative"])
    with says("steps of 'airline-bag' must be a time, an actor and a kind such as 2024-05-01T14:30 customer contact, got 'soon'"):  # fmt: skip
        incidents.to_events(STORIES[:1].assign(steps="soon"))


def test_a_contact_that_nobody_answered_stays_without_an_answer():
    one = STORIES[:1].assign(
        steps="", answered_in_min=np.nan, closed=False, csat=np.nan, contacts=2
    )
    log = incidents.to_events(one)
    assert log["kind"].tolist() == ["contact", "contact"]
    assert log["time"].diff().iloc[1] == pd.Timedelta("1D")


# --- forms ---------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_form_that_was_filled_in_is_read_back(tmp_path, ending):
    file = tmp_path / f"ana.{ending}"
    form = incidents.code_sheet(STORIES[:3], rater="Ana", path=file)
    assert "csat" not in form
    with pytest.raises(IncidentError, match="codings must hold at least one code, got none"):
        incidents.read_codings(file)
    codes = ["phone", " Waiting; silence", "anger", ""]
    if ending == "csv":
        form.loc[0, list(SCHEME.dimensions)] = codes
        form.to_csv(file, index=False)
    else:
        book = openpyxl.load_workbook(file)
        assert book.sheetnames == ["codings", "scheme"]
        for i, code in enumerate(codes):
            book["codings"].cell(2, 5 + i, code)
        book.save(file)
    found = incidents.codings(file)
    assert found["code"].tolist() == ["phone", "waiting", "silence", "anger"]
    assert found["place"].tolist() == [1, 1, 2, 1]
    assert set(found["narrative"]) == {"airline-bag"}


def test_a_form_with_semicolons_is_read_too(tmp_path):
    file = tmp_path / "ana.csv"
    file.write_text('rater;narrative;touchpoint;problem;feeling;remedy\nAna;x;phone;"waiting; silence";anger;apology\n')  # fmt: skip
    assert incidents.read_codings(file)["code"].tolist()[:3] == ["phone", "waiting", "silence"]


def test_a_torn_row_and_an_open_quote_are_refused_whatever_stands_between_cells(tmp_path):
    file = tmp_path / "ana.csv"
    for mark in ",;":
        head = mark.join(["rater", "narrative", *SCHEME.dimensions]) + "\n"
        file.write_text(head + mark.join(["Ana", "x", "phone"]) + "\n")
        with says(f"{file}, line 2: must have 6 columns as the first line, got 3"):
            incidents.read_codings(file)
        file.write_text(head + mark.join(["Ana", "x", "phone", '"waiting', "anger", "apology"]))
        with pytest.raises(IncidentError, match="must be a table with columns, got none"):
            incidents.read_codings(file)


def test_only_stories_that_were_given_may_be_coded(tmp_path):
    file = tmp_path / "ana.csv"
    file.write_text("rater,narrative,touchpoint,problem,feeling,remedy\nAna,bank-cart,phone,,,\n")
    assert len(incidents.read_codings(file)) == 1
    sentence = "must be of one of the 24 narratives given, got 'bank-cart': did you mean bank-card?"
    for read in (incidents.read_codings, incidents.codings):
        with says(f"{file}, row 2, touchpoint: {sentence}"):
            read(file, narratives=STORIES)
    assert_frame_equal(incidents.codings(narratives=STORIES), CODINGS)


def test_no_cell_of_a_form_can_be_taken_for_a_formula(tmp_path):
    file = tmp_path / "ana.csv"
    story = STORIES[:3].assign(title=["=1+1", "'=x", "- quiet"])
    form = incidents.code_sheet(story, rater="@Ana", path=file)
    cells = [cell for row in csv.reader(file.read_text("utf-8-sig").splitlines()) for cell in row]
    assert not any(cell[:1] in "=+-@" for cell in cells if cell)
    names = ["rater", "title"]
    back = [{name: row[name] for name in names} for _, row in _forms.read(file, names, ValueError)]
    assert back == form[names].to_dict("records")


def test_forms_can_be_written_filled_and_several_read_together(tmp_path):
    six = STORIES[:6]
    files = [tmp_path / "A.xlsx", tmp_path / "B.csv"]
    for file in files:
        form = incidents.code_sheet(six, rater=file.stem, filled=CODINGS, path=file)
    assert form.loc[0, "feeling"] == "belittled, disappointment"
    both = incidents.read_codings(files)
    kept = CODINGS["rater"].isin(["A", "B"]) & CODINGS["narrative"].isin(six["narrative"])
    assert_frame_equal(both, CODINGS[kept].reset_index(drop=True))
    assert (incidents.code_sheet(STORIES, rater="C", filled=CODINGS)["remedy"] == "").sum() == 12
    with says(f"{files[0]}, row 2, touchpoint: must be coded once by each rater, got 'airline-bag' by 'A' twice"):  # fmt: skip
        incidents.read_codings([files[0], files[0]])
    with says("rater must be one of those who filled in, got 'D': see filled['rater']"):
        incidents.code_sheet(six, rater="D", filled=CODINGS)


def test_what_was_settled_is_alike_for_all_and_nothing_else_changes():
    said = {"airline-bag": ["broken_promise", "not_believed"], "bank-card": "core_failure"}
    after = incidents.settle(CODINGS, "problem", said)
    here = after["dimension"].eq("problem") & after["narrative"].isin(list(said))
    for name, codes in (said | {"bank-card": ["core_failure"]}).items():
        rows = after[here & after["narrative"].eq(name)]
        given = rows.groupby("rater")["code"].apply(list).to_dict()
        assert given == dict.fromkeys("ABC", codes)
    before = CODINGS["dimension"].eq("problem") & CODINGS["narrative"].isin(list(said))
    assert_frame_equal(after[~here].reset_index(drop=True), CODINGS[~before].reset_index(drop=True))
    for nothing_yet in ({}, ...):
        assert_frame_equal(incidents.settle(CODINGS, "problem", nothing_yet), CODINGS)
    three = coded(A=["anger", "."], B=["anger", "worry"], C=["anger", "relief"])
    told = incidents.settle(
        three, "feeling", {"n1": "relief"}
    )  # A has not coded it, and still has not
    assert told.loc[told["narrative"] == "n1", ["rater", "code"]].values.tolist() == [["B", "relief"], ["C", "relief"]]  # fmt: skip


def test_settling_says_what_was_wrong():
    with says("decisions, bank-card: must be one code, got phone, visit: choose the one that fits best"):  # fmt: skip
        incidents.settle(CODINGS, "touchpoint", {"bank-card": ["phone", "visit"]})
    with says("decisions, bank-card: must be a code that a coder gave there (phone), got 'visit'"):
        incidents.settle(CODINGS, "touchpoint", {"bank-card": "visit"})
    with says("decisions, bank-card: must have a code, got none"):
        incidents.settle(CODINGS, "problem", {"bank-card": []})
    with says("dimension must be one of touchpoint, problem, feeling, remedy, got 'mood'"):
        incidents.settle(CODINGS, "mood", {})
    with pytest.raises(ValueError, match=r"^decisions must be one of airline-bag, .*, got 'bag'$"):
        incidents.settle(CODINGS, "problem", {"bag": "cost"})


def test_a_form_that_is_there_is_kept_if_asked(tmp_path):
    file = tmp_path / "ana.csv"
    incidents.code_sheet(STORIES[:2], rater="Ana", path=file, keep=True)
    empty = file.read_text(encoding="utf-8-sig")
    file.write_text(filled := empty.replace(",,,", ",phone,nothing,relief,"), encoding="utf-8-sig")
    form = incidents.code_sheet(STORIES[:2], rater="Ana", path=file, keep=True)
    assert file.read_text(encoding="utf-8-sig") == filled != empty
    assert form["touchpoint"].tolist() == ["", ""]
    incidents.code_sheet(STORIES[:2], rater="Ana", path=file)
    assert file.read_text(encoding="utf-8-sig") == empty


def test_codes_in_words_and_all_else_as_it_was():
    parted = incidents.disagreements(CODINGS, raters=["A", "B"])
    told = incidents.in_words(parted)
    assert_frame_equal(told[["narrative", "dimension", "what"]], parted[["narrative", "dimension", "what"]])  # fmt: skip
    row = told[(told["narrative"] == "hotel-lift") & (told["dimension"] == "problem")].iloc[0]
    assert row[["A", "B"]].tolist() == ["rule before case, it did not work", "it did not work, rule before case"]  # fmt: skip
    shares = incidents.frequencies(CODINGS)
    german = incidents.in_words(shares, language="de")
    assert german.index.names == ["dimension", "code"]
    assert german.reset_index(drop=True).equals(shares.reset_index(drop=True))
    both = [german.index[list(shares.index).index((name, "nothing"))] for name in ("problem", "remedy")]  # fmt: skip
    assert both == [("problem", "nichts ging schief"), ("remedy", "nichts fehlte")]
    with says("table must say the dimension of its rows, got no column or level of that name: see incidents.disagreements"):  # fmt: skip
        incidents.in_words(STORIES)
    with says("language must be one of en, de, got 'fr'"):
        incidents.in_words(parted, language="fr")


def test_a_notebook_shows_a_wrong_form_in_one_sentence(capsys):
    shell = InteractiveShell()
    shell.run_cell("from cemlab.cem import incidents; incidents.read_codings('ana.txt')")
    shown = capsys.readouterr().out
    assert "✗ path must end in .csv or .xlsx, got 'ana.txt'" in shown
    assert "Traceback" not in shown


def test_checking_codings_again_changes_nothing():
    assert_frame_equal(incidents.codings(CODINGS), CODINGS)


def test_every_wrong_cell_is_named(tmp_path):
    file = tmp_path / "ana.csv"
    head = "rater,narrative,touchpoint,problem,feeling,remedy\n"
    places = ", ".join(SCHEME.dimensions["touchpoint"].codes)

    def wrong(rows, sentence):
        file.write_text(head + rows)
        with says(f"{file}, {sentence}"):
            incidents.read_codings(file)

    wrong("Ana,x,fone,,,\n", f"row 2, touchpoint: must be one of the codes {places}, got 'fone': did you mean phone?")  # fmt: skip
    wrong("Ana,x,am Telefon,,,\n", f"row 2, touchpoint: must be one of the codes {places}, got 'am telefon': did you mean phone?")  # fmt: skip
    wrong("Ana,x,on the phone,,,\n", f"row 2, touchpoint: must be one of the codes {places}, got 'on the phone': did you mean phone?")  # fmt: skip
    wrong("Ana,x,phone,,,\nana ,y,phone,,,\n", "row 3, touchpoint: rater must be written in one way, got 'Ana' and 'ana'")  # fmt: skip
    wrong("Ana,x,,,,\nAna,y,phone + visit,,,\n", "row 3, touchpoint: must be one code, got phone, visit: choose the one that fits best")  # fmt: skip
    wrong('Ana,x,,"nothing, cost",,\n', "row 2, problem: must be 'nothing' alone or other codes, got nothing, cost")  # fmt: skip
    wrong('Ana,x,,"cost, cost",,\n', "row 2, problem: must name each code once, got 'cost' twice")
    wrong(",x,phone,,,\n", "row 2, rater: must be given for a row with codes, got nothing")
    wrong("Ana,x,phone,,,\nAna,x,visit,,,\n", "row 3, touchpoint: must be coded once by each rater, got 'x' by 'Ana' twice")  # fmt: skip
    file.write_text("rater,narrative,touchpoint\n")
    with says(f"{file}: must have the columns rater, narrative, touchpoint, problem, feeling, remedy, got none called 'problem'"):  # fmt: skip
        incidents.read_codings(file)
    file.write_bytes(head.encode() + b"\xe4")
    with says(f"{file}: must be text in UTF-8, got other bytes: save it as CSV UTF-8 or as .xlsx"):
        incidents.read_codings(file)
    with says(f"path must end in .csv or .xlsx, got '{tmp_path / 'x.txt'}'"):
        incidents.code_sheet(STORIES, path=tmp_path / "x.txt")
    with says(f"{tmp_path / 'no.csv'}: must be a filled-in form, found nothing there"):
        incidents.read_codings(tmp_path / "no.csv")


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        ("scheme", "several: false", "several: 3", "dimensions.touchpoint.several: must be a valid boolean, unable to interpret input, got 3"),
        ("scheme", "  feeling:", "  text:", "dimensions.text: must be another name than a column's, got 'text'"),
        ("narratives", "contacts: 1", "contacts: 0", "narratives.airline-bag.dashboard.contacts: must be greater than or equal to 1, got 0"),
        ("narratives", "2024-02-05T09:10", "soon", "narratives.airline-bag.date: must be a date such as 2024-05-01T14:30, got 'soon'"),
        ("narratives", "answered_in_min: 12,", "answered_in_min: null,", "narratives.airline-bag.dashboard.answered_in_min: must be given for a case that was closed, got nothing"),
        ("narratives", "2024-02-05T09:10", "05.02.2024", "narratives.airline-bag.date: must be a date such as 2024-05-01T14:30, got '05.02.2024'"),
        ("narratives", "2024-02-05T09:22 company answer", "9:22 company answer", "narratives.airline-bag.steps.1: must be a time, an actor and a kind such as 2024-05-01T14:30 customer contact, got '9:22 company answer'"),
    ],
)  # fmt: skip
def test_files_of_ones_own_are_checked_line_by_line(tmp_path, name, old, new, sentence):
    text = (FOLDER / f"{name}.yaml").read_text("utf-8")
    file = tmp_path / f"{name}.yaml"
    file.write_text(text.replace(old, new, 1), "utf-8")
    line = text[: text.index(old)].count("\n") + 1
    with says(f"{file}, line {line}, {sentence}"):
        getattr(incidents, name)(file)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("2024-02-05T09:22 company answer", "2024-02-05T09:30 company answer", "must be answered after the dashboard's minutes (median), 12.0, got 20.0"),
        ("2024-02-10T10:00 customer survey_csat", "2024-02-10T10:00 company apologise", "must have customer survey_csat if and only if csat says so, got another"),
        ("2024-02-05T09:22 company answer", "2024-02-05T09:22 customer contact", "must have as many contacts as the dashboard, 1, got 2"),
        ("2024-02-05T09:22 company answer", "2024-02-05T09:00 company answer", "must stand in order of time, got an earlier one below a later one"),
    ],
)  # fmt: skip
def test_the_steps_of_a_story_may_not_contradict_its_dashboard(tmp_path, old, new, sentence):
    text = (FOLDER / "narratives.yaml").read_text("utf-8")
    file = tmp_path / "own.yaml"
    file.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(
        IncidentError, match=re.escape(f", narratives.airline-bag.steps: {sentence}") + "$"
    ):
        incidents.narratives(file)


def test_says_what_was_wrong():
    with says("rater must be a text in every row, got a blank: drop that row"):
        incidents.compare(coded(A="ab", B="ab").replace("A", None))
    with says("rater must be a text in every row, got 1: use .astype(str)"):
        incidents.compare(coded(A="ab", B="ab").replace({"A": 1}))
    with says("rater must be a text in every row, got 1: use .astype(str)"):
        incidents.codings(coded(A="ab", B="ab").replace({"A": 1}))
    with says("raters must be at least two, got A: agreement needs a second coder"):
        incidents.compare(coded(A="ab"))
    with says("raters must be one of A, B, got 'C'"):
        incidents.disagreements(coded(A="ab", B="ab"), raters=["A", "C"])
    with says("codings must have a narrative that two raters coded, got none for A, B"):
        incidents.compare(coded(A="a.", B=".b"))
    with says("by must be one of dimension, code, pair, got 'rater'"):
        incidents.compare(CODINGS, by="rater")
    with says("codings must be of narratives that are given, got 'n3': give its narrative too"):
        incidents.missed(coded(A="aaaa"), board()[:3])
    with says("dimension must be one whose codes have a tone, got 'remedy' with 'listening' without one"):  # fmt: skip
        incidents.both_sides(CODINGS, STORIES, dimension="remedy")
    with says("codings must hold at least one code, got none"):
        incidents.frequencies(CODINGS[:0])
    with says("codings must have the columns rater, narrative, dimension, code, got none called 'rater'"):  # fmt: skip
        incidents.codings(pd.DataFrame({"code": ["x"]}))
    with says("narratives must have at least one with a green dashboard, got none of 4"):
        incidents.green_but_red(coded(A=["anger"] * 4), board(closed=False))
