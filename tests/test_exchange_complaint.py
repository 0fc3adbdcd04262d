"""My last complaint: plain words in a sheet, with errors that name the cell."""

import csv
from datetime import date, datetime

import openpyxl
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from cemlab import events, exchange, lenses
from cemlab.exchange._phrases import PHRASES, meaning, plain
from cemlab.exchange._steps import USUAL_ACTOR

HEAD = ["when", "until", "who", "what happened", "where", "how many", "note"]
GERMAN = ["Wann", "Bis", "Wer", "Was geschah", "Wo", "Wie viel", "Notiz"]


def sheet(folder, *rows, head=HEAD, name="mine.xlsx"):
    path = folder / name
    if name.endswith(".csv"):
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=";").writerows([head, *rows])
    else:
        book = openpyxl.Workbook()
        for row in [head, *rows]:
            book.active.append(row)
        book.save(path)
    return path


TOLD = [
    ["2024-05-02 09:10", None, "I", "I called", "Phone", None, None],
    ["2024-05-02 09:40", None, "hotline", "They answered!", "phone", 30, None],
    ["3.5.2024", "2024-05-06 12:00", None, "sie sagten es sei erledigt", None, None, "no"],
    ["7.5.2024 20:05", None, "ich", "I WROTE about it  in public.", "Forum", "1.300,0", None],
]


@pytest.mark.parametrize("name", ["mine.xlsx", "mine.csv"])
@pytest.mark.parametrize("head", [HEAD, GERMAN])
def test_rows_in_plain_words_become_a_log(tmp_path, name, head):
    log = exchange.read_complaint(sheet(tmp_path, *TOLD, head=head, name=name))
    shown = log[["time", "actor", "kind", "channel"]].astype(object)
    assert shown.where(shown.notna(), None).values.tolist() == [
        [pd.Timestamp("2024-05-02 09:10"), "customer", "contact", "phone"],
        [pd.Timestamp("2024-05-02 09:40"), "company", "answer", "phone"],
        [pd.Timestamp("2024-05-03"), "company", "close", None],
        [pd.Timestamp("2024-05-07 20:05"), "customer", "publish", "forum"],
    ]
    assert log["latest"].tolist()[2] == pd.Timestamp("2024-05-06 12:00")
    assert log["latest"].isna().tolist() == [True, True, False, True]
    assert log["by"].dropna().tolist() == ["hotline"]
    assert log["value"].fillna(-1).tolist() == [-1, 30, -1, 1300]
    assert log["note"].tolist() == ["", "", "no", ""]
    assert log[["customer", "issue", "source"]].drop_duplicates().values.tolist() == [["me", 1, "complaint"]]  # fmt: skip
    assert_frame_equal(events.validate(log), log)


def test_a_date_without_a_time_is_some_time_of_that_day(tmp_path):
    rows = [
        [date(2024, 5, 2), None, None, "I called", None, None, None],
        [datetime(2024, 5, 3, 8, 30), date(2024, 5, 4), None, "I called", None, None, None],
        ["2024-05-05 00:00", None, None, "I called", None, None, None],
    ]
    log = exchange.read_complaint(sheet(tmp_path, *rows))
    assert log["latest"].fillna(log["time"]).astype("str").tolist() == [
        "2024-05-02 23:59:59",
        "2024-05-04 23:59:59",
        "2024-05-05 00:00:00",
    ]


def test_columns_may_be_absent_and_in_any_order(tmp_path):
    path = sheet(
        tmp_path, ["I called", None, "2024-05-01"], [], head=["What happened:", "", "DATE"]
    )
    assert exchange.read_complaint(path, customer="Ana")["customer"].tolist() == ["Ana"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["2024-05-01", None, None, "they vanished"], r"D3: must be one of the phrases of write_complaint \(perhaps '.*'\), got 'they vanished'"),
        (["2024-05-01", None, None, None, "web"], "D3: must be one of the phrases .*, got nothing"),
        (["10/11/2024", None, None, "I called"], "A3: must be a date such as .*, got '10/11/2024'"),
        (["31.2.2024", None, None, "I called"], "A3: must be a date such as .*, got '31.2.2024'"),
        ([None, None, None, "I called"], "A3: must be a date such as 2024-05-31 14:30, got nothing"),
        ([45000, None, None, "I called"], "A3: must be a date .*, got 45000"),
        (["2024-05-02", "2024-05-01", None, "I called"], "B3: must not be before time, got '2024-05-01"),
        (["2024-05-02", "soon", None, "I called"], "B3: must be a date .*, got 'soon'"),
        (["2024-05-01", None, None, "they said no", None, "much"], "F3: must be a number such as 300 or 12.50, got 'much'"),
        (["2024-05-01", None, None, "they said no", None, -5], "F3: must be at least 0 for kind refuse, got -5.0"),
        (["2024-05-01", None, None, "I rated the service from 1 to 5", None, 9], "F3: must be a score 1 to 5 for kind survey_csat, got 9.0"),
        (["2024-05-01", None, "a\nb", "I called"], "C3: must be printable text"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["mine.xlsx", "mine.csv"])
def test_errors_name_the_cell(tmp_path, row, said, name):
    if name.endswith(".csv"):
        said = said.replace("45000", "'45000'")
    path = sheet(tmp_path, ["2024-05-01 09:00", None, None, "I called"], row, name=name)
    with pytest.raises(ValueError, match=rf"mine\.\w+, {said}") as error:
        exchange.read_complaint(path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (["when", "what happened", "whom"], "C1: must be one of when .wann., until .*got 'whom'"),
        (["when", "what happened", "Wann"], "C1: may stand once, got 'Wann'"),
        (["when", "who"], "row 1: must have a column 'what happened', got 'when, who'"),
        (["what happened"], "row 1: must have a column 'when', got 'what happened'"),
    ],
)
def test_errors_in_headings(tmp_path, head, said):
    with pytest.raises(ValueError, match=said):
        exchange.read_complaint(sheet(tmp_path, ["2024-05-01"], head=head))


def test_empty_and_strange_files(tmp_path):
    with pytest.raises(ValueError, match="a row for each thing that happened, got 1 rows"):
        exchange.read_complaint(sheet(tmp_path))
    for name in ("mine.xlsx", "mine.csv"):
        (tmp_path / name).write_bytes(b"\xff\xfe\x00")
        with pytest.raises(ValueError, match=r"mine\.\w+: must be"):
            exchange.read_complaint(tmp_path / name)
    with pytest.raises(ValueError, match=r"ending of mine\.ods must be one of .xlsx, .csv, got '.ods'"):  # fmt: skip
        exchange.read_complaint(tmp_path / "mine.ods")
    with pytest.raises(ValueError, match="found nothing there"):
        exchange.read_complaint(tmp_path / "none.csv")
    path = sheet(tmp_path, *[["2024-05-01", None, None, "I called"]] * 1000)
    with pytest.raises(ValueError, match="must have at most 1,000 rows, got more"):
        exchange.read_complaint(path)


def test_every_phrase_has_its_own_words_and_a_known_meaning():
    words = [plain(text) for p in PHRASES for text in (p.english, p.german)]
    assert len(set(words)) == len(words)
    for phrase in PHRASES:
        assert phrase.kind in events.KINDS
        assert phrase.actor in events.ACTORS
        assert meaning(f"  {phrase.english.upper()} ! ") == (phrase.actor, phrase.kind)
        assert meaning(phrase.german) == (phrase.actor, phrase.kind)
    assert meaning("Sie haben zurueckgerufen") == ("company", "callback")
    assert meaning("survey_nps") == (USUAL_ACTOR["survey_nps"], "survey_nps")
    # whatever can happen can be said, but for the staff's own minutes
    assert {phrase.kind for phrase in PHRASES} == set(events.KINDS) - {"work"}


@pytest.mark.parametrize("name", ["new.xlsx", "new.csv"])
def test_the_empty_sheet_has_no_rows_and_its_example_can_be_read(tmp_path, name):
    path = tmp_path / name
    exchange.write_complaint(path)
    with pytest.raises(ValueError, match="got 1 rows"):
        exchange.read_complaint(path)
    if name.endswith(".csv"):
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        assert sum("They" in line or "they" in line for line in lines) > 10
        rows = [row for (row, *_) in csv.reader(lines) if row.startswith("# 2024")]
        example = [row.removeprefix("# ").split(" | ") for row in rows]
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([lines[0].split(","), *example])
    else:
        book = openpyxl.load_workbook(path)
        assert book.sheetnames == ["complaint", "example", "phrases", "help"]
        assert book["help"].max_row == 3
        assert book["phrases"].max_row == len(PHRASES) + 1
        assert str(book["complaint"].data_validations.dataValidation[0].sqref) == "D2:D11"
        del book["complaint"]
        book.save(path)
    log = exchange.read_complaint(path)
    assert len(log) == 10
    assert lenses.verdict(lenses.compare(log)).endswith(".")


def test_nothing_is_half_written(tmp_path):
    with pytest.raises(ValueError, match=r"ending of new.txt"):
        exchange.write_complaint(tmp_path / "new.txt")
    with pytest.raises(OSError, match="none"):
        exchange.write_complaint(tmp_path / "none" / "new.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ("0,125", 0.125), ("0.125", 0.125), ("12,5", 12.5), ("12.50", 12.5), ("1.234.567", 1234567),
        ("1,234,567.5", 1234567.5), ("1.234,567", 1234.567), ("12.500,5", 12500.5), ("12 500", 12500),
        ("1234,567", 1234.567), ("12500", 12500), (12500, 12500), (12.5, 12.5),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(tmp_path, told, number):
    path = sheet(tmp_path, ["2024-05-01", None, None, "they said no", None, told])
    assert exchange.read_complaint(path)["value"].tolist() == [number]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("12,500", "'12,500': write 12.5 or 12500"),
        ("1.234", "'1.234': write 1.234 or 1234"),
        ("-1.300", "'-1.300': write -1.3 or -1300"),
    ],
)
def test_numbers_that_can_be_read_in_two_ways(tmp_path, told, said):
    path = sheet(tmp_path, ["2024-05-01", None, None, "they said no", None, told])
    with pytest.raises(ValueError, match=f"F2: must be a number that can be read in one way only, got {said}$"):  # fmt: skip
        exchange.read_complaint(path)


@pytest.mark.parametrize("name", ["mine.xlsx", "mine.csv"])
def test_no_cell_without_a_heading(tmp_path, name):
    path = sheet(tmp_path, ["2024-05-01", *[None] * 2, "I called", *[None] * 3, "x"], name=name)
    with pytest.raises(ValueError, match=r"mine\.\w+, H2: must stand under a heading, got 'x'"):
        exchange.read_complaint(path)


def test_only_a_row_of_one_cell_can_be_a_remark(tmp_path):
    good = ["2024-05-01", None, None, "I called"]
    path = sheet(tmp_path, ["# a remark"], good, name="mine.csv")
    assert len(exchange.read_complaint(path)) == 1
    path = sheet(tmp_path, good, ["# 2024-05-02", *good[1:]], name="mine.csv")
    with pytest.raises(ValueError, match=r"A3: must be a date .*got '# 2024-05-02'"):
        exchange.read_complaint(path)


def test_other_encodings_and_separators(tmp_path):
    path = tmp_path / "mine.csv"
    text = "sep=;\nwann;was geschah;Notiz\n2024-05-01;ich habe angerufen;Müll, oft\n"
    path.write_text(text, encoding="utf-8")
    assert exchange.read_complaint(path)["note"].tolist() == ["Müll, oft"]
    for encoding in ("cp1252", "utf-16"):
        path.write_text(text, encoding=encoding)
        with pytest.raises(ValueError, match=r"must be text in UTF-8, got other bytes at position \d+: save it as CSV UTF-8"):  # fmt: skip
            exchange.read_complaint(path)
