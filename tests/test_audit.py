"""Audits by rubric: the rubrics that come along, forms, scores, change and agreement."""

import re
from datetime import datetime
from itertools import product

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy import stats

from cemlab import _shelf
from cemlab.cem import _forms, audit
from cemlab.cem.agreement import krippendorff_alpha
from cemlab.cem.audit import AuditError

patiently = settings(deadline=None, max_examples=8, derandomize=True)
EXAMPLE = audit.example()
MARCH = EXAMPLE[EXAMPLE["date"] == "2024-03-01"]
TRUTHS = audit.rubric("eight-truths")
NA = np.nan


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def rated(levels, *, date="2024-05-01", raters=None):
    """Build ratings of one firm from {criterion: [level of each rater]}."""
    rows = [
        (rater, pd.Timestamp(date), "Nordtel", name, level)
        for name, given in levels.items()
        for rater, level in zip(raters or "ABCDEFG", given, strict=False)
    ]
    return pd.DataFrame(rows, columns=["rater", "date", "firm", "criterion", "level"])


@pytest.mark.parametrize("name", audit.rubrics())
def test_every_criterion_has_five_levels_evidence_and_a_source(name):
    found = audit.rubric(name)
    assert found.name == name
    assert found.source.text
    for one in found.criteria.values():
        assert len(set(one.levels)) == 5
        assert len(one.evidence) >= 2
        assert one.title.en != one.title.de
    assert list(found.table().index) == list(found.criteria)


def test_the_sources_own_criteria_are_all_there():
    assert len(TRUTHS.criteria) == 8
    assert len(audit.rubric("relationship").criteria) == 7
    four = {key.split("_")[0] for key in audit.rubric("four-dimensions").criteria}
    assert four == {"organisation", "process", "information", "technology"}


# --- scores --------------------------------------------------------------------------------


def test_not_observed_is_not_nought():
    table = audit.scores(rated({"x": [0, 4, NA], "y": [3, 3, 3], "z": [NA] * 3}))
    names = ["mean", "median", "lowest", "highest", "n", "not_observed", "weakest"]
    assert table.loc["x", names].tolist() == [2, 2, 0, 4, 2, 1, True]
    assert table.loc["z", ["n", "not_observed", "weakest"]].tolist() == [0, 3, False]
    assert audit.overall(rated({"x": [0, 4, NA], "y": [3, 3, 3], "z": [NA] * 3})) == 2.5


def test_a_mean_hides_the_weakest_link_and_the_estimate_shows_it():
    lame = audit.overall(rated({k: [4, 4] for k in "abcdefg"} | {"answer": [0, 0]}))
    even = audit.overall(rated({k: [3.0 + (k < "e"), 3.0 + (k < "e")] for k in "abcdefgh"}))
    assert lame == even == 3.5
    assert (lame.parts["weakest"], even.parts["weakest"]) == (0, 3)


def test_with_full_forms_the_interval_is_that_of_the_raters_means():
    levels = {"x": [1, 2, 4, 3], "y": [0, 2, 3, 3], "z": [1, 1, 4, 2]}
    found = audit.overall(rated(levels))
    means = np.mean(list(levels.values()), axis=0)
    low, high = stats.t.interval(0.95, 3, means.mean(), stats.sem(means))
    assert found == pytest.approx(means.mean())
    assert (found.low, found.high) == pytest.approx((max(low, 0), min(high, 4)))


def test_weights_shift_the_mean():
    ratings = rated({"x": [0, 0], "y": [4, 4]})
    assert audit.overall(ratings, weights={"x": 3, "y": 1}) == 1.0
    assert audit.overall(ratings, weights={"x": 0, "y": 1}) == 4.0


def test_one_rater_has_no_interval_and_says_why():
    found = audit.overall(rated({"x": [2]}))
    assert (found, found.n, found.method) == (2.0, 1, "no interval: one rater")
    assert np.isnan(found.low)


def test_a_rubric_adds_what_nobody_rated():
    part = MARCH[MARCH["criterion"].isin(["answer", "hours"])]
    table = audit.scores(part, TRUTHS)
    assert table.loc["reward", ["n", "not_observed"]].tolist() == [0, 0]
    assert table.loc["hours", "title"] == "Customers set the hours"
    assert table.index[table["weakest"]].tolist() == ["hours"]


@given(st.integers(0, 2**32 - 1))
@patiently
def test_no_result_depends_on_the_order_of_rows(seed):
    mixed = EXAMPLE.sample(frac=1, random_state=seed)
    assert_frame_equal(audit.over_time(mixed), audit.over_time(EXAMPLE))
    assert_frame_equal(audit.spread(mixed), audit.spread(EXAMPLE))
    march = mixed[mixed["date"] == "2024-03-01"]
    assert_frame_equal(audit.scores(march), audit.scores(MARCH))
    assert audit.agreement(mixed, rng=1).row() == audit.agreement(EXAMPLE, rng=1).row()


# --- time and agreement --------------------------------------------------------------------


def test_change_counts_only_those_who_rated_twice():
    before = rated({"x": [1, 1, 0]}, date="2024-01-01", raters="ABC")
    after = rated({"x": [2, 3, 4]}, date="2024-07-01", raters="ABD")
    row = audit.over_time(pd.concat([before, after])).loc["x"]
    assert row[["value", "n", "before", "after"]].tolist() == [1.5, 2, 1, 2.5]
    assert row["all_raters"] == pytest.approx(3 - 2 / 3)
    assert (row["raters"], row["others"]) == ("A, B", "C, D")
    half = stats.t.ppf(0.975, 1) * np.std([1, 2], ddof=1) / np.sqrt(2)
    assert (row["low"], row["high"]) == pytest.approx((1.5 - half, 1.5 + half))


def test_change_without_anybody_twice_is_missing_but_named():
    before = rated({"x": [1]}, date="2024-01-01", raters="A")
    after = rated({"x": [2]}, date="2024-07-01", raters="B")
    row = audit.over_time(pd.concat([before, after])).loc["x"]
    assert np.isnan(row["value"])
    assert (row["n"], row["others"], row["all_raters"]) == (0, "A, B", 1)


def test_agreement_is_the_ordinal_alpha_of_what_was_judged():
    table = [[0, 1, 2, 4], [0, 2, 2, 3], [NA, 1, 3, 4]]
    ratings = rated({f"c{i}": column for i, column in enumerate(np.array(table).T)})
    direct = krippendorff_alpha(table, metric="ordinal", rng=1)
    found = audit.agreement(ratings, rng=1)
    assert found == pytest.approx(float(direct))
    assert found.n == 4


def test_spread_is_the_mean_gap_of_two_raters():
    found = audit.spread(rated({"x": [0, 1, 4], "y": [2, 2, NA], "z": [1, NA, NA]}))
    assert found["criterion"].tolist() == ["x", "y", "z"]
    assert found.loc[0, ["range", "gap", "n"]].tolist() == pytest.approx([4, (1 + 3 + 4) / 3, 3])
    assert found.loc[1, ["range", "gap"]].tolist() == [0, 0]
    assert np.isnan(found.loc[2, "range"])


def test_raters_who_hardly_differ_can_have_an_alpha_near_nought():
    ratings = rated({f"c{i}": levels for i, levels in enumerate([[3, 3], [3, 2], [3, 3], [2, 3]])})
    assert audit.agreement(ratings, rng=1) < 0.1
    assert audit.spread(ratings)["range"].max() == 1


# --- forms ---------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_form_that_was_filled_in_is_read_back(tmp_path, ending):
    file = tmp_path / f"ana.{ending}"
    form = audit.sheet(TRUTHS, firm="Nordtel", date="2024-05-01", rater="Ana", path=file)
    levels = [0, 1, 2, 3, 4, "not observed", "Not observed", 2]
    if ending == "csv":
        form["level"] = levels
        form.to_csv(file, index=False)
    else:
        book = openpyxl.load_workbook(file)
        assert book.sheetnames == ["ratings", "rubric"]
        for i, level in enumerate(levels):
            book["ratings"].cell(2 + i, 5, level)
        book.save(file)
    found = audit.read(file, TRUTHS)
    assert found["level"].fillna(-1).tolist() == [0, 1, 2, 3, 4, -1, -1, 2]
    assert found["criterion"].tolist() == list(TRUTHS.criteria)
    assert (found["date"] == "2024-05-01").all()


def test_every_wrong_cell_is_named(tmp_path):
    file = tmp_path / "ana.csv"

    def wrong(rows, sentence):
        file.write_text("rater,date,firm,criterion,level,evidence\n" + rows)
        with says(f"{file}, {sentence}"):
            audit.read(file, TRUTHS)

    wrong("Ana,2024-05-01,N,answer,5,\n", "row 2, level: must be 0 to 4 or 'not observed', got '5'")
    wrong("Ana,2024-05-01,N,answer,,\n", "row 2, level: must be 0 to 4 or 'not observed', got nothing")  # fmt: skip
    wrong("Ana,2024-05-01,N,price,1,\n", f"row 2, criterion: must be one of {', '.join(TRUTHS.criteria)}, got 'price'")  # fmt: skip
    wrong("Ana,soon,N,answer,1,\n", "row 2, date must be a day such as 2024-05-03, got 'soon': write the year first")  # fmt: skip
    for text in ("03.05.2024", "03/05/2024", "now", "2024", "2024-13-01", "2024-05-01 10:00:00"):
        wrong(f"Ana,{text},N,answer,1,\n", f"row 2, date must be a day such as 2024-05-03, got '{text}': write the year first")  # fmt: skip
    wrong("Ana,2024-05-01,N,answer,n/a,\n", "row 2, level: must be 0 to 4 or 'not observed', got 'n/a': did you mean 'not observed'?")  # fmt: skip
    wrong(",2024-05-01,N,answer,1,\n", "row 2, rater: must be given, got nothing")
    twice = "Ana,2024-05-01,N,answer,1,\n" * 2
    wrong(twice, "row 3, criterion: must be rated once by each rater a day, got 'answer' by 'Ana' twice")  # fmt: skip
    file.write_text("rater,date,firm,criterion,level,evidence\n")
    with says(f"{file}: must hold at least one rating, got none"):
        audit.read(file, TRUTHS)


def test_days_of_a_spreadsheet_are_days_whatever_they_look_like(tmp_path):
    file = tmp_path / "ana.xlsx"
    audit.sheet(TRUTHS, firm="Nordtel", date="2024-05-01", rater="Ana", path=file)
    book = openpyxl.load_workbook(file)
    for i in range(8):
        book["ratings"].cell(2 + i, 2, datetime(2024, 5, 3)).number_format = "dd.mm.yyyy"
        book["ratings"].cell(2 + i, 5, 1)
    book.save(file)
    assert (audit.read(file, TRUTHS)["date"] == "2024-05-03").all()


def test_the_example_can_be_written_and_read_again(tmp_path):
    file = tmp_path / "again.csv"
    EXAMPLE.to_csv(file, na_rep="not observed")
    assert_frame_equal(audit.read(file, TRUTHS), EXAMPLE)


def test_a_rater_is_written_in_one_way(tmp_path):
    file = tmp_path / "ana.csv"
    rows = "Ana,2024-05-01,N,answer,1,\nana,2024-05-01,N,reach,1,\n"
    file.write_text("rater,date,firm,criterion,level,evidence\n" + rows)
    with says(f"{file}: rater must be written in one way, got 'Ana' and 'ana'"):
        audit.read(file, TRUTHS)


def test_raw_frames_compare_days_not_text():
    october = rated({"x": [3, 3]}, date="2024-10-01")
    march = rated({"x": [1, 2]}, date="2024-03-01")
    both = pd.concat([october, march])
    text = both.assign(date=both["date"].dt.strftime("%Y-%m-%d"))
    assert_frame_equal(audit.over_time(text), audit.over_time(both))
    assert audit.over_time(both).loc["x", "value"] == 1.5
    with says("date must be a day such as 2024-05-03, got '1.10.2024': write the year first"):
        audit.over_time(both.assign(date="1.10.2024"))
    for date in (pd.NaT, None):
        with says(f"date must be a day such as 2024-05-03, got {date}: write the year first"):
            audit.scores(both.assign(date=date))


def test_raw_frames_need_raters_and_levels():
    plain = rated({"x": [1, 2]})
    with says("rater must be a text in every row, got a blank: drop that row"):
        audit.scores(plain.assign(rater=["A", None]))
    with says("rater must be a text in every row, got 1: use .astype(str)"):
        audit.over_time(plain.assign(rater=[1, "A"]))
    with says("level must be 0 to 4, got True: it is no yes or no"):
        audit.scores(plain.assign(level=[True, False]))
    with says("rater must be written in one way, got 'A' and 'a'"):
        audit.scores(plain.assign(rater=["A", "a"]))


def test_the_examples_evidence_fits_its_levels():
    seen = EXAMPLE[EXAMPLE["evidence"] != ""]
    assert not seen.groupby(["criterion", "evidence"], observed=True)["level"].nunique().gt(1).any()
    answers = EXAMPLE[(EXAMPLE["criterion"] == "answer") & (EXAMPLE["evidence"] != "")]
    numbers = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8, "nine": 9}
    tenths = answers["evidence"].str.split().str[0].map(numbers)
    least = answers["level"].map({0: 0, 1: 1, 2: 5, 3: 8, 4: 8})
    most = answers["level"].map({0: 0, 1: 4, 2: 7, 3: 10, 4: 10})
    assert tenths.between(least, most).all()


def test_every_level_of_the_example_has_a_word_of_evidence():
    assert (EXAMPLE["evidence"] != "").all()


def test_levels_without_a_word_of_evidence_are_counted():
    plain = rated({"x": [0, 4, NA], "y": [3, 3, 3]})
    assert audit.scores(plain)["no_evidence"].tolist() == [2, 3]
    words = plain.assign(evidence=["seen", " ", None, None, "seen", "seen"])
    assert audit.scores(words)["no_evidence"].tolist() == [1, 1]


def test_a_form_may_hold_what_is_seen_from_one_side_only(tmp_path):
    file = tmp_path / "form.xlsx"
    form = audit.sheet(TRUTHS, seen_from="outside", path=file)
    assert form["criterion"].tolist() == ["answer", "reach", "hours", "reward"]
    book = openpyxl.load_workbook(file)
    assert [sheet.max_row for sheet in book] == [5, 5]
    with says("seen_from must be one of inside, outside, got 'above'"):
        audit.sheet(TRUTHS, seen_from="above")
    with says("seen_from must be one of inside, got 'outside'"):
        audit.sheet(audit.rubric("four-dimensions"), seen_from="outside")


def test_one_changed_rating_moves_the_lead_as_filled_in_anew():
    assert audit.lead(MARCH, "hours") == pytest.approx(0.8 - 1.25)
    assert audit.lead(MARCH, "reach") == pytest.approx(2 - 0.8)
    flips = []
    for rater, name, level in product(MARCH["rater"].unique(), TRUTHS.criteria, range(5)):
        cell = (MARCH["rater"] == rater) & (MARCH["criterion"] == name)
        means = audit.scores(MARCH.assign(level=MARCH["level"].mask(cell, level)))["mean"]
        lead = audit.lead(MARCH, "hours", (rater.lower(), name, level))
        assert lead == pytest.approx(means["hours"] - means.drop("hours").min())
        if lead > 0 and name != "hours":
            flips.append((rater, name, level))
    assert flips == [("Ben", "feedback", 0), ("Dana", "together", 0), ("Dana", "reward", 0)]


def test_a_change_nobody_could_make_is_refused():
    assert audit.lead(MARCH, "hours", ...) is ...
    for change, sentence in (
        (("Zoe", "hours", 1), "rater in change must be one of Ana, Ben, Chris, Dana, Emil, got 'Zoe'"),
        (("Ana", "price", 1), f"criterion in change must be one of {', '.join(TRUTHS.criteria)}, got 'price'"),
        (("Ana", "hours", 5), "level in change must be a whole number in [0, 4], got 5"),
        (("Ana", "hours"), "change must be (rater, criterion, level), got ('Ana', 'hours')"),
    ):  # fmt: skip
        with says(sentence):
            audit.lead(MARCH, "hours", change)
    with says("ratings must have at least two criteria that somebody observed, got one"):
        audit.lead(rated({"x": [1, 2]}), "x")


def test_every_criterion_says_from_where_it_is_seen():
    for name in audit.rubrics():
        assert set(audit.rubric(name).table()["seen_from"]) <= {"outside", "inside"}
    assert TRUTHS.criteria["answer"].seen_from == "outside"
    assert TRUTHS.criteria["together"].seen_from == "inside"


def test_forms_of_several_raters_are_read_together(tmp_path):
    files = [tmp_path / f"audit-{rater}.xlsx" for rater in ("Ana", "Ben")]
    for file in files:
        filled = audit.sheet(TRUTHS, firm="N", date="2024-05-01", rater=file.stem[6:])
        rows = [list(filled.columns), *filled.assign(level="2").values.tolist()]
        _forms.write(file, {"ratings": rows}, choices={}, error=AuditError)
    both = audit.read(files, TRUTHS)
    each = [audit.read(file, TRUTHS) for file in files]
    assert_frame_equal(both, pd.concat(each, ignore_index=True))
    assert audit.scores(both)["n"].tolist() == [2] * 8
    sentence = (
        "row 2, criterion: must be rated once by each rater a day, got 'answer' by 'Ana' twice"
    )
    with says(f"{files[0]}, {sentence}"):
        audit.read([files[0], files[0]], TRUTHS)
    with says("path must be a form or several, got none: is it the right folder?"):
        audit.read(tmp_path.glob("none-*.xlsx"), TRUTHS)


def test_a_rubric_of_ones_own_is_checked_line_by_line(tmp_path):
    file = tmp_path / "own.yaml"
    text = (_shelf.folder("instruments") / "rubrics" / "eight-truths.yaml").read_text("utf-8")
    file.write_text(text, "utf-8")
    assert audit.rubric(file) == TRUTHS
    file.write_text(
        text.replace("      - One to four in ten are answered within a day.\n", ""), "utf-8"
    )
    with pytest.raises(AuditError, match=r"criteria.answer.levels: must .* at least 5 items"):
        audit.rubric(file)
    with says(f"name must be one of {', '.join(audit.rubrics())}, got 'nine-truths'"):
        audit.rubric("nine-truths")


def test_says_what_was_wrong():
    with says("ratings must be of one date, got 2024-03-01, 2024-10-01: choose one, or see over_time"):  # fmt: skip
        audit.scores(EXAMPLE)
    two = pd.concat([MARCH, MARCH.assign(firm="Other")])
    with says("ratings must be of one firm, got Nordtel (fictional), Other: choose one"):
        audit.overall(two)
    with says("ratings must be of at least two dates, got 1: rate again later"):
        audit.over_time(MARCH)
    with says("level must be 0 to 4 or missing for what was not observed, got 2.5"):
        audit.scores(rated({"x": [2.5]}))
    with says("ratings must have a criterion that somebody observed, got none"):
        audit.scores(rated({"x": [NA]}))
    with says("ratings must hold at least one rating, got none"):
        audit.scores(MARCH[:0])
    with says("weights must name every criterion, got none for 'y': give it 0 to leave it out"):
        audit.overall(rated({"x": [1], "y": [1]}), weights={"x": 1})
    with says("weights must be above 0 for a criterion that somebody observed, got 0 for all"):
        audit.overall(rated({"x": [1]}), weights={"x": 0})
    with says("ratings must have each criterion once by each rater a day, got 'x' by 'A' twice"):
        audit.scores(pd.concat([rated({"x": [1]})] * 2))
    with says("ratings must have at least two raters (rows), got 1"):
        audit.agreement(rated({"x": [1], "y": [2]}))
