"""Edge lists in files: the quick and the strict way read the same, and say what is wrong."""

import gzip
import re

import numpy as np
import pandas as pd
import plain
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from cemlab import _edge_list
from cemlab._edge_list import lines, people
from cemlab._edge_list import plain as quick
from cemlab.network import Network

steadily = settings(deadline=None, derandomize=True)


def arcs(net):
    """Return {(speaker, listener): weight}, people by their labels."""
    ends = [(net.labels[u], net.labels[v]) for u, v in zip(net.sources, net.targets, strict=True)]
    assert len(set(ends)) == len(ends)
    return dict(zip(ends, [None] * len(ends) if net.weights is None else net.weights, strict=True))


def refusal(build, *args, **kwargs):
    with pytest.raises(ValueError, match="must") as caught:
        build(*args, **kwargs)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def quickly(path, kind):
    """Read a file the quick way, or return None."""
    ids = kind()
    try:
        return people.numbered(ids, quick.blocks(path, ids))
    except quick.NotPlainError:
        return None


# --- text ----------------------------------------------------------------------------


def written(tmp_path, content):
    file = tmp_path / "edges.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


@pytest.mark.parametrize("separator", [",", ";", "\t", " ", "   ", ", "])
@pytest.mark.parametrize("header", [[], ["source", "target"], ["From", "To"]])
def test_every_separator_and_header_is_read(separator, header, tmp_path):
    lines = [header, ["7", "30"], ["30", "100"]]
    text = "".join(separator.join(cells) + "\n" for cells in lines if cells)
    net = Network.from_csv(written(tmp_path, text))
    assert net.labels == (7, 30, 100)
    assert set(arcs(net)) == {(7, 30), (30, 7), (30, 100), (100, 30)}


def test_comments_blank_lines_byte_marks_and_windows_ends_are_no_edges(tmp_path):
    text = "# who hears whom\n\n1,2\n  \n2,3\n"
    file = written(tmp_path, text.replace("\n", "\r\n").encode("utf-8-sig"))
    assert Network.from_csv(file).labels == (1, 2, 3)


def test_names_are_sorted_and_may_hold_anything_in_quotes(tmp_path):
    file = written(tmp_path, 'Zoë,Bo\n"Müller, Ana",Bo\nnan,NA\n')
    net = Network.from_csv(file, directed=True)
    assert net.labels == ("Bo", "Müller, Ana", "NA", "Zoë", "nan")
    assert set(arcs(net)) == {("Zoë", "Bo"), ("Müller, Ana", "Bo"), ("nan", "NA")}


def test_whole_ids_are_sorted_as_numbers_unless_one_is_a_name(tmp_path):
    assert Network.from_csv(written(tmp_path, "9,10\n")).labels == (9, 10)
    assert Network.from_csv(written(tmp_path, "9,10\n9,x\n")).labels == ("10", "9", "x")


@pytest.mark.parametrize("header", ["person,hears", "id_1,id_2", "Source,Target"])
def test_words_over_numbers_are_a_header(header, tmp_path):
    assert Network.from_csv(written(tmp_path, f"{header}\n1,2\n2,3\n")).labels == (1, 2, 3)


def test_names_over_a_name_are_people(tmp_path):
    assert Network.from_csv(written(tmp_path, "ana,bo\nbo,3\n")).labels == ("3", "ana", "bo")


def test_long_ids_are_kept_to_the_last_digit(tmp_path):
    file = written(tmp_path, "1234567890123456789,1234567890123456788\n")
    assert Network.from_csv(file).labels == (1234567890123456788, 1234567890123456789)


def test_ids_of_any_length_are_read(tmp_path):
    net = Network.from_csv(written(tmp_path, f"{10**19},{10**19 + 1}\n"))
    assert [int(label) for label in net.labels] == [10**19, 10**19 + 1]


def test_weights_are_read_and_added_up(tmp_path):
    net = Network.from_csv(written(tmp_path, "from;to;weight\n1;2;0.5\n2;1;2\n2;3;1e2\n"))
    assert arcs(net) == {(1, 2): 2.5, (2, 1): 2.5, (2, 3): 100, (3, 2): 100}


def test_loops_and_repeated_edges_of_a_file_are_counted(tmp_path):
    net = Network.from_csv(written(tmp_path, "1,1\n1,2\n2,1\n1,2\n"))
    assert (net.self_loops, net.duplicates, net.n) == (1, 2, 2)


def test_names_with_a_comma_are_whole_where_semicolons_separate(tmp_path):
    assert Network.from_csv(written(tmp_path, "Müller, A;Bo\n")).labels == ("Bo", "Müller, A")


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        ("1,2\n1,-2\n", (", line 2, to: ", "at least 0", "'-2'")),
        ("1,2\n1.5,2\n", (", line 2, from: ", "whole number", "'1.5'")),
        ("source,target\n1,2.0\n", (", line 2, to: ", "whole number", "'2.0'")),
        ("1e3,2\n", (", line 1, from: ", "whole number", "'1e3'")),
        ("1,\n", (", line 1, to: ", "whole number", "''")),
        ("1\n", (", line 1: ", "2 or 3 columns", "got 1")),
        ("1,2,3,4\n", (", line 1: ", "2 or 3 columns", "got 4")),
        ("# edges\n1,2\n\n1,2,3\n", (", line 4: ", "2 or 3 columns", "got 3")),
        ("1,2,-1\n", (", line 1, weight: ", "at least 0", "'-1'")),
        ("1,2,nan\n", (", line 1, weight: ", "finite", "'nan'")),
        ("1,2,inf\n", (", line 1, weight: ", "finite", "'inf'")),
        ("1,2,x\n", (", line 1, weight: ", "finite", "'x'")),
        ("1;2;0,5\n", (", line 1, weight: ", "finite", "'0,5'")),
        ('"a,b\n', (", line 1: ", "2 or 3 columns", "got 1")),
        ("x" * 200_000 + ",b\n", (", line 1", "must")),
        ("", ("at least one edge", "got none")),
        ("\n  \n", ("at least one edge", "got none")),
        ("# nothing\nsource,target\n", ("at least one edge", "got none")),
        (b"M\xfcller,Bo\n", ("text in UTF-8", "position 1")),
        ("1,2\n".encode("utf-16"), ("text in UTF-8", "position 0")),
    ],
)
def test_a_bad_edge_list_is_named_with_file_line_rule_and_value(content, parts, tmp_path):
    file = written(tmp_path, content)
    said = refusal(Network.from_csv, file)
    assert said.startswith(str(file))
    assert [part for part in parts if part not in said] == []
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(("name", "found"), [("", "a folder"), ("none.csv", "nothing")])
def test_what_is_no_file_is_named(name, found, tmp_path):
    said = refusal(Network.from_csv, tmp_path / name)
    assert re.search(f"must be an edge list in a file, found {found} there", said)


@steadily
@given(st.text(st.sampled_from("01a-.,;\t \n#\"'e\x00\u2028é"), max_size=20))
def test_any_text_is_a_network_or_a_value_error(tmp_path_factory, text):
    file = tmp_path_factory.getbasetemp() / "edges.csv"
    file.write_text(text, encoding="utf-8", newline="")
    try:
        net = Network.from_csv(file)
    except ValueError as error:
        assert str(error).startswith(str(file))  # noqa: PT017
    else:
        assert net.n == len(net.labels) == len(set(net.labels))


# --- the quick way and the strict one ---------------------------------------------------

CELL = st.sampled_from(["1", "2", "03", "30", "9" * 20, "a", "b c", " a", "x1", "#x", "0x1f", "-1"])
WEIGHT = st.sampled_from(
    ["1", "0.5", " 2e-1", ".5", "1_0", "nan", "1e999", "0.1234567890123456789"]
)
LINE = st.one_of(
    st.tuples(CELL, CELL), st.tuples(CELL, CELL, WEIGHT), st.sampled_from([(), (" ",), ("# no",)])
)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(
    st.lists(LINE, min_size=1, max_size=5),
    st.sampled_from([",", ";", "\t", " "]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_both_ways_read_the_same(tmp_path_factory, table, separator, end):
    file = tmp_path_factory.getbasetemp() / "both.csv"
    file.write_text(end.join(separator.join(cells) for cells in table), newline="")
    found = [quickly(file, kind) for kind in (people.Numbers, people.Names)]
    try:
        strict = lines.read(file)
    except ValueError as error:
        assert found == [None, None]
        assert refusal(Network.from_csv, file) == str(error)  # noqa: PT017
        return
    for edges in [*found, _edge_list.read(file)]:
        assert edges is None or in_any_order(edges) == in_any_order(strict)


def in_any_order(edges):
    labels, u, v, weights = edges
    return (
        labels,
        sorted(zip(u, v, u if weights is None else weights, strict=True)),
        weights is None,
    )


@pytest.mark.parametrize("header", ["", "source,target\n", '# none\n\n"a","b"\n'])
def test_numbers_and_names_are_read_quickly(header, tmp_path):
    numbers, names = written(tmp_path, header + "1,2\r\n2,30\n"), tmp_path / "names.csv"
    assert quickly(numbers, people.Numbers)[0] == (1, 2, 30)
    names.write_text("from,to\nana,bo\nbo,Zoë 3\n", encoding="utf-8")
    assert quickly(names, people.Names)[0] == ("Zoë 3", "ana", "bo")


def test_files_of_many_pieces_are_read_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(quick, "_PIECE", 100)
    monkeypatch.setattr(quick, "_BLOCK", 64)
    luck = np.random.default_rng(1)
    ids = luck.integers(0, 2**62, 3000)
    pairs = ids[luck.integers(0, ids.size, (5000, 2))]
    for prefix, kind in (("", people.Numbers), ("p", people.Names)):
        rows = [
            (f"{prefix}{u}", f"{prefix}{v}", float(w))
            for (u, v), w in zip(pairs, luck.random(5000), strict=True)
        ]
        file = written(tmp_path, "".join(f"{u},{v},{w!r}\n" for u, v, w in rows))
        labels, u, v, weights = quickly(file, kind)
        assert list(labels) == sorted(set(labels))
        assert [str(labels[i]) for i in u] == [row[0] for row in rows]
        assert [str(labels[i]) for i in v] == [row[1] for row in rows]
        assert weights.tolist() == [row[2] for row in rows]


def test_a_bad_line_far_down_is_named(tmp_path):
    file = written(tmp_path, "1,2\n" * 50_000 + "1,-2\n" + "1,2\n" * 9)
    said = refusal(Network.from_csv, file)
    assert (
        said
        == f"{file}, line 50001, to: an id must be a whole number of at least 0 or a name, got '-2'"
    )


def test_people_without_a_gap_from_0_are_called_by_their_numbers(tmp_path):
    assert Network.from_csv(written(tmp_path, "0,2\n1,0\n")).labels == range(3)
    assert Network.from_csv(written(tmp_path, '0,"2"\n1,0\n')).labels == range(3)
    assert Network.from_csv(written(tmp_path, "0,2\n")).labels == (0, 2)


def test_compiled_and_plain_python_number_people_alike(monkeypatch):
    monkeypatch.setattr(plain, "MODULES", [*plain.MODULES, people])
    ids = np.random.default_rng(1).integers(0, 50, 200)
    outputs = [np.full((128, 2), -1), np.empty(64, np.int64)]
    results = []
    for call in (people._number, lambda *a: plain.plainly(people, "_number", *a)):
        slots, known = (array.copy() for array in outputs)
        out = np.empty(ids.size, np.int32)
        results.append((call(ids, 0, slots, known, 0, out), slots.tolist(), out.tolist()))
    assert results[0] == results[1]


# --- packed text and Parquet --------------------------------------------------------------


@pytest.mark.parametrize("text", ["1,2\n2,30\n", 'from;to;w\nana;bo;0.5\n"c";bo;1\n'])
def test_packed_text_is_text(text, tmp_path):
    packed = tmp_path / "edges.csv.gz"
    packed.write_bytes(gzip.compress(text.encode()))
    one, other = Network.from_csv(written(tmp_path, text)), Network.from_csv(packed)
    assert (one.fingerprint, one.labels) == (other.fingerprint, other.labels)


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-9], lambda data: data[:30] + b"x" * 40, lambda _: b"1,2\n"]
)
def test_a_damaged_packed_file_is_named(damage, tmp_path):
    packed = tmp_path / "edges.csv.gz"
    text = "".join(f"{i},{i + 1}\n" for i in range(1000))
    packed.write_bytes(damage(gzip.compress(text.encode())))
    said = refusal(Network.from_csv, packed)
    assert said.startswith(f"{packed}: must be a file that can be read to its end, got ")


def stored(tmp_path, **columns):
    file = tmp_path / "edges.parquet"
    parquet.write_table(pa.table(columns), file)
    return file


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize(
    "columns",
    [
        {"a": [7, 30], "b": [30, 100]},
        {"a": pa.array([7, 30], pa.uint64()), "b": pa.array([30, 100], pa.int8())},
        {"a": ["7", "30"], "b": pa.array(["30", "100"]).dictionary_encode()},
        {"a": ["ana", "bo"], "b": pa.array(["bo", 'c"d'], pa.large_string())},
        {"a": ["ana", "30"], "b": [30, 100]},
        {"a": [7, 30], "b": [30, 7], "weight": [0.5, 2.25], "more": ["x", "y"]},
        {"a": [7, 30], "b": [30, 7], "weight": [5, 2]},
    ],
)
def test_parquet_and_text_are_the_same_network(columns, directed, tmp_path):
    file = stored(tmp_path, **columns)
    text = tmp_path / "edges.csv"
    pd.read_parquet(file).iloc[:, :3].to_csv(
        text, index=False, sep=";", header=["from", "to", "weight"][: len(columns)]
    )
    one, other = (
        Network.from_parquet(file, directed=directed),
        Network.from_csv(text, directed=directed),
    )
    assert (one.fingerprint, one.labels) == (other.fingerprint, other.labels)


def test_the_index_of_a_table_is_no_column(tmp_path):
    file = tmp_path / "edges.parquet"
    pd.DataFrame({"a": [1, 2], "b": [2, 3]}, index=[5, 9]).to_parquet(file)
    net = Network.from_parquet(file)
    assert (net.labels, net.weights) == ((1, 2, 3), None)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"a": [1]}, ": must have 2 or 3 columns (from, to, weight), got 1"),
        ({"a": [1.5], "b": [1]}, ", from: must hold whole numbers or names, got double"),
        ({"a": [1], "b": [True]}, ", to: must hold whole numbers or names, got bool"),
        ({"a": [1], "b": [2], "c": ["x"]}, ", weight: must hold numbers, got string"),
        ({"a": [1, 2], "b": [2, -3]}, ", row 2, to: an id must be a whole number of at least 0 or a name, got -3"),
        ({"a": [1, None], "b": [2, 3]}, ", row 2, from: an id must be a whole number of at least 0 or a name, got None"),
        ({"a": ["x", None], "b": [2, 3]}, ", row 2, from: an id must be a whole number of at least 0 or a name, got None"),
        ({"a": ["x", "y"], "b": ["z", "1.5"]}, ", row 2, to: an id must be a whole number of at least 0 or a name, got '1.5'"),
        ({"a": [1, 2], "b": [2, 3], "c": [1.0, -1]}, ", row 2, weight: must be a finite number of at least 0, got -1.0"),
        ({"a": [1], "b": [2], "c": pa.array([None], pa.float64())}, ", row 1, weight: must be a finite number of at least 0, got None"),
        ({"a": pa.array([], pa.int64()), "b": pa.array([], pa.int64())}, ": must hold at least one edge (from, to), got none"),
    ],
)  # fmt: skip
def test_a_bad_parquet_file_is_named_with_row_rule_and_value(columns, said, tmp_path):
    file = stored(tmp_path, **columns)
    assert refusal(Network.from_parquet, file) == f"{file}{said}"


def test_what_is_no_parquet_file_is_named(tmp_path):
    file = written(tmp_path, "1,2\n")
    assert refusal(Network.from_parquet, file).startswith(
        f"{file}: must be a Parquet file that can be read"
    )
    assert "found nothing there" in refusal(Network.from_parquet, tmp_path / "none.parquet")


@pytest.mark.parametrize("index", ["edge", None])
def test_names_of_rows_are_no_weights(tmp_path, index):
    file = tmp_path / "ties.parquet"
    rows = pd.Index([70, 80], name=index)
    pd.DataFrame({"a": [0, 1], "b": [1, 2]}, index=rows).to_parquet(file)
    assert Network.from_parquet(file).weights is None


@pytest.mark.parametrize("header", ["src,dst", "from_id,to_id", "user,friend", "Person A,Person B"])
def test_common_names_of_columns_are_no_people(tmp_path, header):
    file = tmp_path / "ties.csv"
    file.write_text(f"{header}\nana,bo\nbo,cy\n", encoding="utf-8")
    assert Network.from_csv(file).labels == ("ana", "bo", "cy")
