"""Data sets: what is loaded is what was described, or one sentence says what is not."""

import hashlib
import json
import math
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from cemlab import _shelf, datasets
from cemlab.datasets import DataError

TABLE = "day,guests,mood\n2024-05-06,12,good\n2024-05-07T18:30,0,\n"
DAY = {"name": "day", "type": "datetime", "description": "when", "constraints": {"required": True}}
GUESTS = {
    "name": "guests",
    "type": "integer",
    "unit": "people",
    "description": "how many",
    "constraints": {"minimum": 0, "maximum": 100},
}
MOOD = {"name": "mood", "type": "string", "description": "how they felt"}


def a_set(folder, table=TABLE, fields=(DAY, GUESTS, MOOD), **resource):
    """Write a small data set whose hash is right, and return its folder."""
    content = table.encode()
    (folder / "data.csv").write_bytes(content)
    package = {
        "name": "cafe",
        "title": "A cafe",
        "description": "Guests by day.",
        "limits": ["Two days only."],
        "licenses": [{"name": "CC0-1.0", "title": "No rights reserved"}],
        "sources": [{"name": "till", "title": "The till"}],
        "resources": [
            {
                "name": "data",
                "path": "data.csv",
                "encoding": "utf-8",
                "bytes": len(content),
                "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
                "schema": {"fields": list(fields)},
                **resource,
            }
        ],
    }
    (folder / "datapackage.json").write_text(json.dumps(package, indent=2))
    return folder


def refusal(folder, file="data.csv"):
    with pytest.raises(DataError) as caught:
        datasets.read(folder)
    said = str(caught.value)
    assert said.startswith(str(folder / file))
    assert "\n" not in said
    return said.removeprefix(str(folder / file))


def of_one_column(folder, value, **column):
    described = {"name": "x", "type": "number", "description": "a column", **column}
    table = f"x,y\n1,1\n{value},2\n"
    first = {"string": "a", "date": "2024-05-01", "datetime": "2024-05-01"}
    table = table.replace("\n1,1", f"\n{first.get(described['type'], '1')},1")
    return a_set(folder, table, [described, {"name": "y", "type": "integer", "description": "n"}])


# --- good sets -----------------------------------------------------------------------


def test_a_set_is_read_with_the_types_it_describes(tmp_path):
    table = datasets.read(a_set(tmp_path))
    assert table.dtypes.astype(str).to_dict() == {
        "day": "datetime64[us]",
        "guests": "int64",
        "mood": "str",
    }
    assert table["day"].tolist() == [pd.Timestamp("2024-05-06"), pd.Timestamp("2024-05-07 18:30")]


def test_text_that_looks_empty_elsewhere_stays_text(tmp_path):
    folder = a_set(tmp_path, "mood\nNA\nnull\n", [MOOD])
    assert datasets.read(folder)["mood"].tolist() == ["NA", "null"]


def test_whole_numbers_are_exact_to_the_last_digit(tmp_path):
    folder = of_one_column(tmp_path, 2**53 + 1, type="integer")
    assert datasets.read(folder)["x"].tolist() == [1, 2**53 + 1]


def test_the_ends_of_a_range_belong_to_it(tmp_path):
    folder = of_one_column(tmp_path, 5, constraints={"minimum": 1, "maximum": 5})
    assert datasets.read(folder)["x"].tolist() == [1, 5]


def test_a_value_that_need_not_be_given_may_be_missing(tmp_path):
    rules = {"minimum": 0, "maximum": 9}
    assert math.isnan(datasets.read(of_one_column(tmp_path, "", constraints=rules))["x"][1])


def test_a_choice_that_need_not_be_made_may_be_missing(tmp_path):
    folder = of_one_column(tmp_path, "", type="string", constraints={"enum": ["a", "b"]})
    assert datasets.read(folder)["x"].tolist() == ["a", ""]


# --- what does not fit its description -----------------------------------------------


def test_a_changed_file_is_found_out_by_its_hash(tmp_path):
    a_set(tmp_path)
    (tmp_path / "data.csv").write_text(TABLE.replace("12", "13"))
    said = refusal(tmp_path)
    assert said.startswith(", hash: must be sha256:")
    assert hashlib.sha256(TABLE.replace("12", "13").encode()).hexdigest() in said


def test_a_missing_table_is_named(tmp_path):
    a_set(tmp_path)
    (tmp_path / "data.csv").unlink()
    assert "found nothing there" in refusal(tmp_path)


def test_a_missing_description_is_named(tmp_path):
    assert "found nothing" in refusal(tmp_path, "datapackage.json")


@pytest.mark.parametrize(
    "header", ["day,guests,weather", "guests,day,mood", "day,guests,mood,rain"]
)
def test_other_columns_are_named(header, tmp_path):
    table = TABLE.replace("day,guests,mood", header)
    assert refusal(a_set(tmp_path, table)).startswith(", columns: must be day, guests, mood")


@pytest.mark.parametrize(
    ("value", "column", "rule"),
    [
        ("x", {}, "must be a number"),
        ("nan", {}, "must be a number"),
        ("inf", {}, "must be a number"),
        ("1e400", {}, "must be a number"),
        ("x", {"type": "integer"}, "integer"),
        ("1.5", {"type": "integer"}, "integer"),
        ("inf", {"type": "integer"}, "integer"),
        ("99999999999999999999", {"type": "integer"}, "integer"),
        ("2024-02-30", {"type": "date"}, "must be a date"),
        ("30.04.2024", {"type": "datetime"}, "must be a datetime"),
        ("2024-05-01T10:00Z", {"type": "datetime"}, "must be a datetime"),
        ("2024-05-01T10:00+02:00", {"type": "datetime"}, "must be a datetime"),
        ("now", {"type": "datetime"}, "must be a datetime"),
        ("-1", {"constraints": {"minimum": 0}}, "must be at least 0"),
        ("11", {"constraints": {"maximum": 10}}, "must be at most 10"),
        ("", {"constraints": {"required": True}}, "must be given"),
        ("c", {"type": "string", "constraints": {"enum": ["a", "b"]}}, "must be one of"),
    ],
)
def test_a_wrong_cell_is_named_with_file_line_column_rule_and_value(value, column, rule, tmp_path):
    said = refusal(of_one_column(tmp_path, value, **column))
    assert said.startswith(", line 3, x: ")
    assert rule in said
    assert said.endswith(f"got {value!r}")


def test_the_line_is_that_of_the_file_even_behind_a_blank_one(tmp_path):
    folder = a_set(tmp_path, "guests,mood\n1,a\n\nx,b\n", [GUESTS, MOOD])
    said = refusal(folder)
    assert said.startswith(", line 4, guests: ")
    assert said.endswith("got 'x'")


@pytest.mark.parametrize(
    "table",
    ["", "mood\na,b\n", "mood\na\nb,c\n", 'mood\n"a\n'],
    ids=["blank", "all rows long", "one long row", "open quote"],
)
def test_a_table_that_cannot_be_read_is_named(table, tmp_path):
    refusal(a_set(tmp_path, table, [MOOD]))


def test_another_encoding_is_named(tmp_path):
    content = "mood\nfröhlich\n".encode("latin-1")
    found = {"hash": f"sha256:{hashlib.sha256(content).hexdigest()}", "bytes": len(content)}
    folder = a_set(tmp_path, "", [MOOD], **found)
    (folder / "data.csv").write_bytes(content)
    assert "UTF-8" in refusal(folder)


@pytest.mark.parametrize(
    ("column", "place", "rule", "value"),
    [
        ({"type": "colour"}, "resources.0.schema.fields.0.type: ", "'integer'", "'colour'"),
        ({"size": 3}, "resources.0.schema.fields.0.size: ", "is no field", "3"),
        ({"constraints": {"minimum": "low"}}, "constraints.minimum: ", "number", "'low'"),
    ],
)
def test_a_wrong_description_is_named_with_line_field_and_value(
    column, place, rule, value, tmp_path
):
    said = refusal(of_one_column(tmp_path, 1, **column), "datapackage.json")
    assert said.startswith(", line ")
    assert place in said
    assert rule in said
    assert said.endswith(f"got {value}")


@pytest.mark.parametrize("kind", ["string", "date"])
def test_a_least_number_of_what_has_none_is_refused(kind, tmp_path):
    value = {"string": "b", "date": "2024-05-02"}[kind]
    folder = of_one_column(tmp_path, value, type=kind, constraints={"minimum": 0})
    with pytest.raises(DataError, match="minimum"):
        datasets.read(folder)


@pytest.mark.parametrize(
    ("resource", "place"),
    [
        ({"path": "../secret.csv"}, "resources.0.path: must be 'data.csv'"),
        ({"hash": "md5:0"}, "resources.0.hash: "),
        ({"encoding": "latin-1"}, "resources.0.encoding: must be 'utf-8'"),
        ({"schema": {"fields": []}}, "resources.0.schema.fields: "),
    ],
)
def test_a_wrong_resource_is_named(resource, place, tmp_path):
    assert place in refusal(a_set(tmp_path, **resource), "datapackage.json")


# --- the shelf -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["nope", "../casestudies", "", None])
def test_an_unknown_set_is_named_with_those_there_are(name):
    with pytest.raises(
        ValueError, match=r"must be one of the data sets .*ubg-views.*, got"
    ) as caught:
        datasets.load(name)
    assert str(caught.value).endswith(f"got {name!r}")


@pytest.mark.parametrize("name", datasets.names())
def test_every_set_is_what_it_says(name):
    assert datasets.verify(name) == (f"{name}: {len(datasets.load(name))} rows, no errors")


@pytest.mark.parametrize("name", datasets.names())
def test_every_set_knows_its_size_and_its_sources(name):
    folder = _shelf.folder("datasets") / name
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    (resource,) = package["resources"]
    assert resource["bytes"] == (folder / "data.csv").stat().st_size
    table = datasets.load(name)
    if "source" in table:
        assert set(table["source"]) == {source["name"] for source in package["sources"]}


@pytest.mark.parametrize("name", datasets.names())
def test_one_changed_byte_of_a_shipped_set_is_found_out(name, tmp_path):
    folder = Path(shutil.copytree(_shelf.folder("datasets") / name, tmp_path / name))
    pd.testing.assert_frame_equal(datasets.read(folder), datasets.load(name))
    content = bytearray((folder / "data.csv").read_bytes())
    content[-2] ^= 1
    (folder / "data.csv").write_bytes(content)
    assert refusal(folder).startswith(", hash: must be sha256:")


def test_a_description_lists_columns_limits_licence_and_sources():
    table = datasets.describe("ubg-views")
    assert list(table.index[:5]) == ["time", "views", "precision", "confidence", "source"]
    assert {"(what)", "(limit)", "(licence)", "wikipedia"} <= set(table.index)


# --- the views of the first song -----------------------------------------------------


def test_the_views_are_27_readings_from_the_first_day_on():
    views = datasets.load("ubg-views")
    assert len(views) == 27
    assert views["time"].is_monotonic_increasing
    assert views["time"].iloc[0] > pd.Timestamp("2009-07-06")


def test_exact_readings_never_fall_over_time():
    views = datasets.load("ubg-views")
    exact = views.loc[views["precision"] == "exact", "views"]
    assert len(exact) == 7
    assert exact.is_monotonic_increasing


def test_the_first_days_keep_their_alternatives():
    views = datasets.load("ubg-views")
    contested = views[views["confidence"] == "contested"]
    assert len(contested) == 5
    assert contested["views"].max() / contested["views"].min() > 8
    assert contested["time"].max() < pd.Timestamp("2009-07-09")


def test_the_reading_without_a_document_is_marked():
    views = datasets.load("ubg-views").set_index("source")
    assert views.loc["recalled", "confidence"] == "unverified"
    assert (views["confidence"] == "unverified").sum() == 1


# --- reply times and expectations ----------------------------------------------------


@pytest.mark.parametrize("name", ["reply-times-2017", "response-expectations"])
def test_a_set_typed_from_its_sources_is_made_again_byte_by_byte(name, tmp_path):
    folder = _shelf.folder("datasets") / name
    script = shutil.copy(folder / "make.py", tmp_path)
    subprocess.run([sys.executable, script], check=True)
    assert (tmp_path / "data.csv").read_bytes() == (folder / "data.csv").read_bytes()


def test_reply_times_are_28_accounts_and_the_whole_collection():
    replies = datasets.load("reply-times-2017")
    assert replies["whose"].value_counts().to_dict() == {
        "brand": 28, "all companies": 1, "everybody": 1,
    }  # fmt: skip
    accounts = replies[replies["whose"] == "brand"]
    assert accounts["account"].is_unique
    assert accounts["replies"].is_monotonic_decreasing
    listed = {name: accounts["listed_for"].str.contains(name) for name in ("volume", "est")}
    assert listed["volume"].sum() == 10
    assert (
        accounts["replies"][listed["volume"]].min() > accounts["replies"][~listed["volume"]].max()
    )
    assert listed["est"].sum() == 20
    whole = int(replies.loc[replies["whose"] == "all companies", "replies"].iloc[0])
    assert accounts["replies"].sum() < whole < replies["replies"].max()


def test_accounts_are_listed_by_their_mean_and_means_lie_above_medians():
    replies = datasets.load("reply-times-2017")
    means = replies.set_index("listed_for")["mean_min"]
    assert (
        means.filter(like="fastest").max() < means.drop(["volume and fastest", ""])["volume"].min()
    )
    assert means["volume"].max() < means["slowest"].min()
    assert (replies["mean_min"] > replies["median_min"]).all()
    quartiles = replies[replies["whose"] != "brand"][["q25_min", "median_min", "q75_min"]]
    assert (quartiles.T.diff().iloc[1:] > 0).all(axis=None)
    assert replies.loc[replies["whose"] == "brand", ["q25_min", "q75_min"]].isna().all(axis=None)


def test_expectations_grow_with_the_time_within_one_question():
    said = datasets.load("response-expectations").sort_values("within_min")
    assert len(said) == 8
    assert (said.groupby(["survey", "about", "base"])["share"].diff().dropna() > 0).all()
    recalled = said[said["confidence"] == "unverified"]
    assert recalled[["source", "within_min", "share"]].values.tolist() == [["recalled", 30, 0.32]]
