"""Plain logs in CSV, Parquet and spreadsheets: the same log comes back, or one sentence."""

import csv
import gzip
import os
import stat
import time
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from cemlab import _sheets, events, exchange
from cemlab._files import replacing
from cemlab.exchange import _foreign, plain

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
        kind = draw(st.sampled_from(["contact", "refuse", "share", "transfer"]))
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


def changed(path, old, new, part="xl/worksheets/sheet1.xml"):
    """Replace bytes in a part of a spreadsheet."""
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    parts[part] = parts[part].replace(old, new)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
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
    good = ["Ana", "2024-05-01", "customer", "contact", 1]
    for row, cell in (([*good[:4], "=1+1"], "E3"), (["=A2", "=B2", "=C2", "=D2"], "A3")):
        path = sheet(tmp_path / "log.xlsx", HEAD, good, row)
        said = (
            rf"log\.xlsx, {cell}: must have a value saved with its formula, got none: open the file"
        )
        with pytest.raises(ValueError, match=said):
            exchange.read(path)
    changed(path, b"<v></v>", b"<v>7</v>")
    changed(path, b"<v />", b"<v>7</v>")
    with pytest.raises(ValueError, match=r"row 3, time: must be a date .*got 7"):
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


ONE = pd.DataFrame({"customer": [1], "time": "2024-05-01", "actor": "customer", "kind": "contact"})


def test_a_spreadsheet_keeps_all_digits(tmp_path):
    path = tmp_path / "log.xlsx"
    numbers = [10**15 - 1, 10**15, 2**60 + 1, 2**60 + 2]
    log = events.validate(pd.concat([ONE] * 4, ignore_index=True).assign(customer=numbers))
    exchange.write(log, path)
    assert_frame_equal(exchange.read(path), log)
    cells = [row[0].value for row in openpyxl.load_workbook(path)["log"].iter_rows(min_row=2)]
    assert cells == [10**15 - 1, str(10**15), str(2**60 + 1), str(2**60 + 2)]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("x" * 32_768, "must be text of at most 32,767 characters, got 32,768"),
        ("a\x07", r"must have no control characters, got 'a\\x07'"),
        (pd.Timestamp("2024-05-01", tz="UTC"), "must be a time without a zone, got '2024-05-01 00"),
        ([1], r"must be text, a number or a date, got \[1\]"),
        (float("inf"), "must be a finite number, got inf"),
    ],
)
def test_what_a_cell_cannot_hold_is_one_sentence(tmp_path, value, said):
    log = ONE.assign(note=pd.Series([value]))
    with pytest.raises(
        ValueError, match=f"log, row 2: {said}.*: a spreadsheet cannot hold it, write"
    ):
        exchange.write(log, tmp_path / "log.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_cells_stand_under_their_own_heading(tmp_path):
    head = ["customer", None, "time", "actor", "kind"]
    row = ["Ana", None, "2024-05-01", "customer", "contact"]
    path = sheet(tmp_path / "log.xlsx", head, row, ["Bo", " ", *row[2:], "", None])
    assert exchange.read(path)[["customer", "kind"]].values.tolist() == [["Ana", "contact"], ["Bo", "contact"]]  # fmt: skip
    for odd, cell in ((["Ana", "x", *row[2:]], "B2"), ([*row, None, "x"], "G2")):
        with pytest.raises(ValueError, match=rf"log\.xlsx, {cell}: must stand under a heading, got 'x'"):  # fmt: skip
            exchange.read(sheet(path, head, odd))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (b'<row r="20000000"><c r="A20000000"><v>1</v></c></row>', "at most 1,048,576 rows"),
        (b'<row r="9"><c r="XFD9"><v>1</v></c></row>' * 3000, "XFD9: must stand under a heading, got 1"),
    ],
)  # fmt: skip
def test_far_and_wide_sheets_end_early(tmp_path, more, said):
    path = changed(sheet(tmp_path / "log.xlsx", HEAD), b"</sheetData>", more + b"</sheetData>")
    begun = time.process_time()
    with pytest.raises(ValueError, match=said):
        exchange.read(path)
    assert time.process_time() - begun < 8


def test_a_sheet_of_empty_wide_rows_ends_too(tmp_path, monkeypatch):
    monkeypatch.setattr(_sheets, "_MOST_CELLS", 50_000)
    more = b"".join(b'<row r="%d"><c r="XFD%d"/></row>' % (i, i) for i in range(5, 10))
    path = changed(sheet(tmp_path / "log.xlsx", HEAD), b"</sheetData>", more + b"</sheetData>")
    with pytest.raises(ValueError, match="and 50,000 cells, got more"):
        exchange.read(path)


def test_broken_spreadsheets_are_one_sentence(tmp_path):
    path = tmp_path / "log.xlsx"
    exchange.write(ONE, path)
    whole = path.read_bytes()
    rng = np.random.default_rng(7)
    said = []
    for _ in range(60):
        content = np.frombuffer(whole, np.uint8).copy()
        content[rng.integers(0, content.size, 4)] = rng.integers(0, 256, 4)
        path.write_bytes(content.tobytes())
        try:
            exchange.read(path)
        except ValueError as error:
            said.append(str(error))
    assert len(said) > 10
    assert not [words for words in said if "\n" in words or not words.startswith(str(path))]
    for part, cut in (("xl/worksheets/sheet1.xml", b"</sheetData>"), ("xl/workbook.xml", b"<sheets>")):  # fmt: skip
        path.write_bytes(whole)
        with pytest.raises(ValueError, match=r"log\.xlsx: must be a spreadsheet \(.xlsx\), got"):
            exchange.read(changed(path, cut, b"", part))
    book = openpyxl.Workbook()
    book.remove(book.active)
    book.create_chartsheet("log")
    book.save(path)
    with pytest.raises(ValueError, match=r"log\.xlsx: must "):
        exchange.read(path)


def test_formula_marks_in_headings_and_mixed_columns(tmp_path):
    path = tmp_path / "log.csv"
    log = pd.concat([ONE, ONE], ignore_index=True).assign(
        **{"=h": ["x", "y"], "mix": ["=1", None]}, customer=[1, 2]
    )
    exchange.write(log, path)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].endswith('"\'=h","mix"')
    assert lines[1].endswith('"x","\'=1"')
    assert exchange.read(path)[["=h", "mix"]].values.tolist() == [["x", "=1"], ["y", ""]]
    with pytest.raises(ValueError, match=r"log must have columns that .parquet can hold, .*column mix"):  # fmt: skip
        exchange.write(log.assign(mix=["=1", 2]), tmp_path / "log.parquet")


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_empty_file_is_called_empty(tmp_path, ending):
    path = tmp_path / f"log{ending}"
    path.touch()
    with pytest.raises(ValueError, match=r"but is empty$"):
        exchange.read(path)


def test_packed_files_in_capitals_and_too_large(tmp_path, monkeypatch):
    path = tmp_path / "LOG.CSV.GZ"
    exchange.write(ONE, path)
    assert len(exchange.read(path)) == 1
    monkeypatch.setattr(_foreign, "_MOST_BYTES", 100)
    with pytest.raises(ValueError, match="must unpack to at most 1e-07 GB, got more"):
        exchange.read(path)


def test_columns_that_stand_twice_in_parquet(tmp_path):
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.table([[1], ["a"], ["b"]], names=["customer", "note", "note"])
    parquet.write_table(table, tmp_path / "log.parquet")
    with pytest.raises(ValueError, match="every column may stand once, got 'note' twice"):
        exchange.read(tmp_path / "log.parquet")


def test_long_and_unprintable_values_are_cut(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(f"customer,time,actor,kind\nAna,{'x' * 5000},customer,contact\n", encoding="utf-8")  # fmt: skip
    with pytest.raises(ValueError, match=r"line 2, time: must be a date .*got 'x+\.\.\.$") as error:
        exchange.read(path)
    assert len(str(error.value)) < 400
    assert _foreign.cut("x\x1b[2J, got 1") == "x\\x1b[2J, got 1"


def test_check_place(tmp_path, monkeypatch):
    (tmp_path / "dir.csv").mkdir()
    with pytest.raises(ValueError, match="must be a file in a folder that is there, got a folder"):
        exchange.check_place(tmp_path / "dir.csv")
    monkeypatch.setattr(_sheets, "MOST_ROWS", 2)
    for ending in (".csv", ".csv.gz", ".parquet"):
        source = tmp_path / f"log{ending}"
        exchange.write(pd.concat([ONE, ONE], ignore_index=True), source)
        with pytest.raises(ValueError, match=r"at most 1 events for a spreadsheet, got 2: write .parquet"):  # fmt: skip
            exchange.check_place(tmp_path / "x.xlsx", source=source)
    before = sorted(tmp_path.iterdir())
    exchange.check_place(tmp_path / "x.csv", source=source)
    assert sorted(tmp_path.iterdir()) == before
    if os.name == "posix":
        with pytest.raises(ValueError, match="must be in a folder that can be written, got: "):
            exchange.check_place("/proc/x.csv")


# --- replacing a file --------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="permissions and links of POSIX")
def test_permissions_and_links_stay(tmp_path):
    path, link, new = tmp_path / "old", tmp_path / "link", tmp_path / "new"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o600)
    link.symlink_to(path)
    for place in (link, new):
        with replacing(place) as draft:
            assert draft.parent == tmp_path
            draft.write_text("fresh", encoding="utf-8")
    assert link.is_symlink()
    assert path.read_text(encoding="utf-8") == new.read_text(encoding="utf-8") == "fresh"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(new.stat().st_mode) == 0o666 & ~mask
    assert sorted(tmp_path.iterdir()) == [link, new, path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_drafts_are_removed(tmp_path, error):
    path = tmp_path / ("x" * 240)
    path.write_text("old", encoding="utf-8")
    with pytest.raises(error), replacing(path) as draft:  # noqa: PT012
        draft.write_text("half", encoding="utf-8")
        raise error
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_errors_name_the_file_and_not_the_draft(tmp_path):
    path = tmp_path / "log.csv"
    for number in (28, None):
        with pytest.raises(OSError, match=r"log\.csv") as error, replacing(path) as draft:
            raise OSError(number, "full") if number else OSError(f"cannot write {draft}")
        assert ".log.csv" not in str(error.value)
    with pytest.raises(OSError, match=r"none/log\.csv'?$"), replacing(tmp_path / "none" / "log.csv"):  # fmt: skip
        pass
    with pytest.raises(FileNotFoundError, match="other"), replacing(path):
        (tmp_path / "other").read_bytes()
    assert list(tmp_path.iterdir()) == []
