"""Plain logs in CSV, Parquet and spreadsheets: the same log comes back, or one sentence."""

import csv
import gzip
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from cemlab import events, exchange
from cemlab.exchange import _sheets, plain

patiently = settings(deadline=None, max_examples=25, derandomize=True)
ENDINGS = list(plain.ENDINGS)
NAMES = st.sampled_from(["Ana", "Zoë", "=1+1", "@bob", "'-x", "''+y", "a, b", 'say "hi"', "007"])


@st.composite
def logs(draw):
    n = draw(st.integers(0, 8))
    numbered = draw(st.booleans())
    minutes = draw(st.lists(st.integers(0, 10**6), min_size=n, max_size=n))
    rows = []
    for minute in minutes:
        time = pd.Timestamp("2024-05-01") + pd.Timedelta(milliseconds=minute * 7)
        late = draw(st.sampled_from([pd.NaT, pd.Timedelta(minutes=minute)]))
        kind = draw(st.sampled_from(["contact", "refuse", "share", "close"]))
        rows.append(
            {
                "customer": draw(st.integers(1, 2**62)) if numbered else draw(NAMES),
                "time": time,
                "latest": time + late,
                "actor": draw(st.sampled_from(events.ACTORS)),
                "by": draw(st.none() | (st.integers(0, 2**62) if numbered else NAMES)),
                "kind": kind,
                "value": draw(st.sampled_from([np.nan, 0.0, 0.1, 12345.678, 1e300])),
                "note": draw(st.sampled_from(["", "-1", "two\nlines", "plain"])),
            }
        )
    columns = ["customer", "time", "latest", "actor", "by", "kind", "value", "note"]
    frame = pd.DataFrame(rows, columns=columns).astype({"note": "str", "value": float})
    frame[["customer", "by"]] = frame[["customer", "by"]].astype(object)
    return events.validate(frame)


@pytest.mark.parametrize("ending", ENDINGS)
@given(log=logs())
@patiently
def test_what_is_written_is_read(tmp_path_factory, ending, log):
    path = tmp_path_factory.mktemp("x") / f"log{ending}"
    exchange.write(log, path)
    again = exchange.read(path)
    if ending == ".xlsx":  # an empty cell has no kind
        again["note"] = again["note"].astype("str").fillna("")
    if log.empty:
        assert again.empty
        assert list(again.columns) == list(log.columns)
    else:
        assert_frame_equal(again, log)


@given(log=logs())
@patiently
def test_the_quick_way_reads_the_same_as_the_strict_one(tmp_path_factory, log):
    path = tmp_path_factory.mktemp("x") / "log.csv"
    events.write(log, path)
    marked = [name for name in ("customer", "by") if log[name].astype("str").str.match("^'+[=+@-]").any()]  # fmt: skip
    if not marked:
        assert_frame_equal(exchange.read(path), events.read(path))


def test_the_quick_way_is_taken(tmp_path, monkeypatch):
    log = events.validate(pd.DataFrame({"customer": 1, "time": ["2024-05-01"], "actor": "customer", "kind": "contact"}))  # fmt: skip
    for ending in (".csv", ".csv.gz"):
        path = tmp_path / f"log{ending}"
        exchange.write(log, path)
        monkeypatch.setattr(plain, "_strictly", None)
        assert_frame_equal(exchange.read(path), log)


@pytest.mark.parametrize(
    "text",
    [
        "customer,time,actor,kind\nAna,2024-05-01T10:00,customer,contact\n",
        "customer,time,actor,kind\n Ana , 2024-05-01 , customer , contact \n",
        "\ufeffcustomer,time,actor,kind,value\nAna,2024-05-01 10:00:00.123456789,customer,contact, 1e2 ",
        "customer,time,actor,kind,value,more\nAna,2024-05-01,customer,contact,.5,\n",
        'customer,time,actor,kind\n"A ""x"", b",2024-05-01,customer,contact\n',
        "customer,time,actor,kind\n",
    ],
)
def test_other_peoples_csv_is_read_as_events_reads_it(tmp_path, text):
    path = tmp_path / "log.csv"
    path.write_text(text, encoding="utf-8")
    assert_frame_equal(exchange.read(path), events.read(path))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "customer,time\n1,2\n",
        "customer,time,actor,kind\nAna,soon,customer,contact\n",
        "customer,time,actor,kind\nAna,2024-05-01,customer,contact\n\nBo,2024-05-01,customer,contact\n",
        "customer,time,actor,kind\nAna,2024-05-01,customer\n",
        "customer,time,actor,kind,value\nAna,2024-05-01,customer,contact,1_000\n",
        "customer,time,actor,kind,value\nAna,2024-05-01,customer,contact,-1\n",
        "customer,time,time,actor,kind\nAna,2024-05-01,2024-05-01,customer,contact\n",
        "customer,time,actor,kind\nA\x07,2024-05-01,customer,contact\n",
    ],
)
def test_csv_errors_are_those_of_events(tmp_path, text):
    path = tmp_path / "log.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"log\.csv") as strict:
        events.read(path)
    with pytest.raises(ValueError, match=r"log\.csv") as quick:
        exchange.read(path)
    assert str(quick.value) == str(strict.value)
    packed = tmp_path / "log2.csv.gz"
    packed.write_bytes(gzip.compress(text.encode()))
    with pytest.raises(ValueError, match=r"log2\.csv\.gz") as found:
        exchange.read(packed)
    assert str(found.value) == str(strict.value).replace(str(path), str(packed))


def test_no_cell_of_csv_becomes_a_formula(tmp_path):
    names = ["=cmd|' /C calc'!A0", "+1", "-1+2", "@SUM(A1)", "'=x", "plain"]
    log = pd.DataFrame({"customer": names, "time": "2024-05-01", "actor": "customer", "kind": "contact", "note": names})  # fmt: skip
    path = tmp_path / "log.csv"
    exchange.write(log, path)
    with path.open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert "'@SUM(A1)" in cells
    again = exchange.read(path)
    assert sorted(again["customer"]) == sorted(again["note"]) == sorted(names)


def test_a_formula_in_a_name_is_text_in_a_spreadsheet(tmp_path):
    log = pd.DataFrame({"customer": ["=1+1"], "time": "2024-05-01", "actor": "customer", "kind": "contact"})  # fmt: skip
    path = tmp_path / "log.xlsx"
    exchange.write(log, path)
    cell = openpyxl.load_workbook(path)["log"]["A2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def sheet(path, *rows, title="log"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


HEAD = ["customer", "time", "actor", "kind", "value"]


def test_spreadsheet_errors_name_the_row_of_the_sheet(tmp_path):
    good = ["Ana", pd.Timestamp("2024-05-01"), "customer", "contact", 3]
    path = sheet(tmp_path / "log.xlsx", HEAD, good, [], ["Bo", "soon", "customer", "contact", None])
    with pytest.raises(ValueError, match=r"log\.xlsx, row 4, time: must be a date"):
        exchange.read(path)
    path = sheet(tmp_path / "log.xlsx", HEAD[:2], good[:2])
    with pytest.raises(ValueError, match=r"log\.xlsx: must have the columns .*missing actor, kind"):
        exchange.read(path)
    path = sheet(tmp_path / "log.xlsx", HEAD, good, title="another")
    assert exchange.read(path)["value"].tolist() == [3.0]


def test_formulas_are_not_computed(tmp_path):
    path = sheet(tmp_path / "log.xlsx", HEAD, ["Ana", "2024-05-01", "customer", "contact", "=1+1"])
    assert exchange.read(path)["value"].isna().all()  # no value was saved with it
    path = sheet(tmp_path / "log.xlsx", HEAD, ["=A9", "2024-05-01", "customer", "contact", 1])
    with pytest.raises(ValueError, match=r"row 2, customer: must not be empty"):
        exchange.read(path)


def test_a_spreadsheet_that_unpacks_to_too_much_is_refused(tmp_path):
    path = tmp_path / "log.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 3_000_000)
    with pytest.raises(ValueError, match="must unpack to at most 2 MB, got 3 MB"):
        _sheets.read(path, megabytes=2)
    with pytest.raises(ValueError, match=r"must be a spreadsheet \(.xlsx\), got"):
        exchange.read(path)


@pytest.mark.parametrize("ending", ENDINGS)
def test_no_file_and_another_kind_of_file_are_one_sentence(tmp_path, ending):
    path = tmp_path / f"log{ending}"
    with pytest.raises(ValueError, match="found nothing there"):
        exchange.read(path)
    path.write_bytes(b"\x00\x01\x02 not a log")
    with pytest.raises(ValueError, match=r"log\.\w+") as error:
        exchange.read(path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("ending", [".pkl", ".json", ""])
def test_other_endings_are_refused(tmp_path, ending):
    with pytest.raises(ValueError, match=rf"ending of log{ending} must be one of .csv, .csv.gz, .parquet, .xlsx, got '{ending}'"):  # fmt: skip
        exchange.read(tmp_path / f"log{ending}")


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_bad_log_leaves_the_old_file(tmp_path, ending):
    path = tmp_path / f"log{ending}"
    log = pd.DataFrame(
        {"customer": 1, "time": ["2024-05-01"], "actor": "customer", "kind": "contact"}
    )
    exchange.write(log, path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="actor: must be one of"):
        exchange.write(log.assign(actor="me"), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_too_many_events_for_a_spreadsheet(tmp_path, monkeypatch):
    monkeypatch.setattr(_sheets, "MOST_ROWS", 2)
    log = pd.DataFrame({"customer": 1, "time": ["2024-05-01"] * 2, "actor": "customer", "kind": "contact"})  # fmt: skip
    with pytest.raises(ValueError, match=r"log must have at most 1 events for a spreadsheet, got 2: write .parquet"):  # fmt: skip
        exchange.write(log, tmp_path / "log.xlsx")


def test_parquet_from_others_needs_no_categories(tmp_path):
    frame = pd.DataFrame({"customer": [2**62, 2**62 + 1], "time": pd.to_datetime(["2024-05-02", "2024-05-01"]), "actor": "customer", "kind": "contact"})  # fmt: skip
    frame.to_parquet(tmp_path / "log.parquet")
    assert_frame_equal(exchange.read(tmp_path / "log.parquet"), events.validate(frame))
    frame.assign(kind="shout").to_parquet(tmp_path / "log.parquet")
    with pytest.raises(ValueError, match=r"log\.parquet, row 0, kind: must be one of"):
        exchange.read(tmp_path / "log.parquet")
