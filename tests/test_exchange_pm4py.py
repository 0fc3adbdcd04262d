"""Frames of process mining: out and in again, also through pm4py itself."""

import warnings

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from cemlab import events, exchange
from cemlab.exchange._steps import USUAL_ACTOR

patiently = settings(deadline=None, max_examples=25, derandomize=True)
ROWS = {
    "customer": ["Ana/1", "Ana/1", "Bo\\", "Bo\\"],
    "issue": [1, 1, 1, 2],
    "time": ["2024-05-01 10:00", "2024-05-01 10:30", "2024-05-02", "2024-05-03 00:00:00.000001"],
    "latest": [None, None, "2024-05-04", None],
    "actor": ["customer", "company", "public", "customer"],
    "by": [None, 7, 2**60, None],
    "channel": ["phone", "phone", "web", None],
    "kind": ["contact", "answer", "publish", "survey_nps"],
    "value": [None, 30.0, 200.0, 0.0],
    "note": ["x", "", "y", "z"],
}
LOG = events.validate(pd.DataFrame(ROWS).astype({"by": "Int64"}))
FOREIGN = pd.DataFrame(
    {
        "case:concept:name": ["17", "17", "18"],
        "concept:name": ["Call", "Reply", "Call"],
        "time:timestamp": ["2024-05-01 12:00+02:00", "2024-05-01 10:30Z", "2024-05-01 11:00"],
        "org:resource": ["me", "Acme", "me"],
        "cost": [1, 2, 3],
    }
)


def test_columns_of_process_mining():
    frame = exchange.to_pm4py(LOG)
    assert frame.columns.tolist()[:4] == ["case:concept:name", "concept:name", "time:timestamp", "org:resource"]  # fmt: skip
    assert frame["case:concept:name"].tolist() == ["Ana\\/1/1", "Ana\\/1/1", "Bo\\\\/1", "Bo\\\\/2"]
    assert frame["concept:name"].tolist()[:2] == ["customer: contact", "company: answer"]
    assert str(frame["time:timestamp"].dt.tz) == "UTC"
    assert frame["org:resource"].tolist() == ["customer", "7", str(2**60), "customer"]


def test_out_and_in_again():
    assert_frame_equal(exchange.from_pm4py(exchange.to_pm4py(LOG)), LOG)
    empty = LOG.iloc[:0]
    again = exchange.from_pm4py(exchange.to_pm4py(empty))
    assert again.empty


names = st.sampled_from(["a", "a/b", "b\\", "/", "\\/"])


@given(st.lists(st.tuples(names, names, st.integers(0, 99), st.sampled_from(list(events.KINDS))), min_size=1, max_size=9))  # fmt: skip
@patiently
def test_any_log_comes_back_and_cases_are_journeys(rows):
    frame = pd.DataFrame(rows, columns=["customer", "issue", "time", "kind"])
    frame["time"] = pd.Timestamp("2024-05-01") + pd.to_timedelta(frame["time"], unit="min")
    log = events.validate(frame.assign(actor=frame["kind"].map(USUAL_ACTOR)))
    out = exchange.to_pm4py(log)
    assert_frame_equal(exchange.from_pm4py(out), log)
    cases = out["case:concept:name"].nunique()
    assert cases == len(log[["customer", "issue"]].drop_duplicates())
    assert_frame_equal(exchange.from_pm4py(out.sample(frac=1, random_state=1)), log)


@pytest.fixture(scope="module")
def pm4py():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("pm4py")


@pytest.mark.filterwarnings("ignore")
def test_pm4py_gives_it_back(pm4py, tmp_path):
    frame = pm4py.format_dataframe(exchange.to_pm4py(LOG))
    assert_frame_equal(exchange.from_pm4py(frame), LOG)
    traces = pm4py.convert_to_event_log(frame)
    assert len(traces) == 3
    assert_frame_equal(exchange.from_pm4py(pm4py.convert_to_dataframe(traces)), LOG)
    pm4py.write_xes(frame, str(tmp_path / "log.xes"))
    again = pm4py.convert_to_dataframe(pm4py.read_xes(str(tmp_path / "log.xes")))
    assert_frame_equal(exchange.from_pm4py(again), LOG)


def test_activities_from_elsewhere_get_a_meaning():
    log = exchange.from_pm4py(FOREIGN, activities={"Call": "contact", "Reply": ("rival", "answer")})
    assert log["customer"].tolist() == [17, 17, 18]
    assert log["time"].dt.strftime("%H:%M").tolist() == ["10:00", "10:30", "11:00"]
    assert log["actor"].tolist() == ["customer", "rival", "customer"]
    assert log["by"].tolist() == ["me", "Acme", "me"]
    assert log["cost"].tolist() == [1, 2, 3]
    assert_frame_equal(events.validate(log), log)


def test_every_kind_has_a_usual_actor():
    assert set(USUAL_ACTOR) == set(events.KINDS)
    assert set(USUAL_ACTOR.values()) <= set(events.ACTORS)


def test_unknown_activities_are_listed():
    with pytest.raises(ValueError, match="got nothing for 'Call', 'Reply'"):
        exchange.from_pm4py(FOREIGN)
    with pytest.raises(ValueError, match=r"got nothing for 'Reply'$"):
        exchange.from_pm4py(FOREIGN, activities={"Call": "contact"})


@pytest.mark.parametrize(
    ("frame", "activities", "said"),
    [
        (FOREIGN.drop(columns="concept:name"), {}, "missing concept:name"),
        (FOREIGN, {"Call": "ring"}, r"activities\['Call'\] must be one of purchase, .*got 'ring'"),
        (FOREIGN, {"Call": ("boss", "contact")}, r"activities\['Call'\] must be one of customer,.*got 'boss'"),
        (FOREIGN.assign(**{"time:timestamp": "soon"}), {"Call": "contact", "Reply": "answer"}, "time:timestamp: must be dates such as .*got 'soon'"),
        (FOREIGN.assign(**{"concept:name": [None, "Call", "Call"]}), {"Call": "contact"}, "frame, row 0, concept:name: must not be empty"),
    ],
)  # fmt: skip
def test_says_what_was_wrong(frame, activities, said):
    with pytest.raises(ValueError, match=said):
        exchange.from_pm4py(frame, activities=activities)


def test_a_log_that_is_one_already():
    with pytest.raises(
        ValueError, match="must have no columns of process mining yet, got 'org:resource'"
    ):
        exchange.to_pm4py(LOG.assign(**{"org:resource": "x"}))


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".parquet"])
def test_files(tmp_path, ending):
    out = exchange.to_pm4py(LOG)
    path = tmp_path / f"x{ending}"
    out.to_parquet(path) if ending == ".parquet" else out.to_csv(path, index=False)
    again = exchange.read_pm4py(path)
    again["note"] = again["note"].astype("str").fillna("")
    assert_frame_equal(again, LOG)


def test_files_from_elsewhere_need_a_mapping(tmp_path):
    FOREIGN.to_csv(tmp_path / "x.csv", index=False)
    words = tmp_path / "words.yaml"
    words.write_text("activities:\n  Call: contact\n  Reply: [company, answer]\n", encoding="utf-8")
    log = exchange.read_pm4py(tmp_path / "x.csv", mapping=words)
    assert log["kind"].tolist() == ["contact", "answer", "contact"]
    with pytest.raises(ValueError, match=r"x\.csv: activities must say .* 'Call', 'Reply'"):
        exchange.read_pm4py(tmp_path / "x.csv")
    words.write_text("activities:\n  Call: 3\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"words\.yaml, line 2, activities\.Call"):
        exchange.read_pm4py(tmp_path / "x.csv", mapping=words)
    with pytest.raises(
        ValueError, match=r"ending of x\.xes must be one of .csv, .csv.gz, .parquet, got '.xes'"
    ):
        exchange.read_pm4py(tmp_path / "x.xes")
    with pytest.raises(ValueError, match="found nothing there"):
        exchange.read_pm4py(tmp_path / "y.csv")


MEANT = {"Call": "contact", "Reply": "answer"}


def test_only_completed_steps_count():
    steps = FOREIGN.assign(**{"lifecycle:transition": ["start", "COMPLETE", None]})
    with pytest.warns(exchange.LeftOutWarning, match=r"^1 of 3 rows whose lifecycle:transition is not complete left out$"):  # fmt: skip
        log = exchange.from_pm4py(steps, activities=MEANT)
    assert log["kind"].tolist() == ["answer", "contact"]
    assert exchange.report(log)["count"].tolist() == [2, 1]
    for same in ("complete", "start"):
        log = exchange.from_pm4py(steps.assign(**{"lifecycle:transition": same}), activities=MEANT)
        assert len(log) == 3
    steps["lifecycle:transition"] = ["start", "resume", "start"]
    with pytest.raises(ValueError, match="must be complete where an activity is, got only 'resume', 'start'"):  # fmt: skip
        exchange.from_pm4py(steps, activities=MEANT)


def test_names_that_only_happen_to_be_ours_are_kept_apart():
    more = FOREIGN.assign(by="post", value="3 EUR", channel="c", source="s", latest="never", kind="k")  # fmt: skip
    log = exchange.from_pm4py(more, activities=MEANT)
    assert_frame_equal(log[list(events.COLUMNS)], exchange.from_pm4py(FOREIGN, activities=MEANT)[list(events.COLUMNS)])  # fmt: skip
    assert log["foreign value"].tolist() == ["3 EUR"] * 3
    assert {f"foreign {name}" for name in ("by", "channel", "source", "latest", "kind")} <= set(log)
    given = {word: word.split(": ")[1] for word in exchange.to_pm4py(LOG)["concept:name"]}
    again = exchange.from_pm4py(exchange.to_pm4py(LOG), activities=given)  # ours: marked
    assert_frame_equal(again.drop(columns="actor"), LOG.drop(columns="actor"))


@pytest.mark.parametrize(
    ("activities", "said"),
    [
        ({"Call": None}, r"activities\['Call'\] must be a kind, or an actor and a kind, got None"),
        ({"Call": ("company",)}, r"activities\['Call'\] must be a kind, or an actor and a kind, got \('company',\)"),
        (["Call"], r"activities must say what each activity is, got \['Call'\]"),
    ],
)  # fmt: skip
def test_odd_activities(activities, said):
    with pytest.raises(ValueError, match=said):
        exchange.from_pm4py(FOREIGN, activities=activities)


def test_columns_that_stand_twice():
    with pytest.raises(ValueError, match="frame: every column may stand once, got 'cost' twice"):
        exchange.from_pm4py(pd.concat([FOREIGN, FOREIGN[["cost"]]], axis=1), activities=MEANT)


TOP = "case:concept:name,concept:name,time:timestamp"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{TOP},n\n1,Call,2024-05-01,\"two\nlines\"\n\n2,Call,soon,\n", r"x\.csv, line 5, time:timestamp: must be dates such as .*got 'soon'"),
        (f"{TOP}\n1,Call,2024-05-01\n2,,2024-05-01\n", r"x\.csv, line 3, concept:name: must not be empty, got None"),
        (f"{TOP}\n,Call,2024-05-01\n", r"x\.csv, line 2, customer: must not be empty"),
        (f"{TOP}\n1,Call,2024-05-01,more\n", r"x\.csv: must have no row with more cells than the head, got one"),
        (f"{TOP}\n1,Call,2024-05-01\n1,Call,2024-05-01,more\n", r"x\.csv, line 3: must have no row with more cells than the head \(3\), got 4"),
        (f"a,{TOP},a\n1,1,Call,2024-05-01,1\n", r"x\.csv: every column may stand once, got 'a' twice"),
        ("", r"x\.csv: must be a file with a table, but is empty"),
    ],
)  # fmt: skip
def test_errors_name_the_line_of_the_file(tmp_path, text, said):
    path, words = tmp_path / "x.csv", tmp_path / "words.yaml"
    path.write_text(text, encoding="utf-8")
    words.write_text("activities: {Call: contact}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=said) as error:
        exchange.read_pm4py(path, mapping=words)
    assert "\n" not in str(error.value)


def test_yaml_words_must_be_words(tmp_path):
    FOREIGN.to_csv(tmp_path / "x.csv", index=False)
    (tmp_path / "w.yaml").write_text("activities: {yes: contact}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"line 1, activities: must be words, got yes or on, .*put it in quotes"):  # fmt: skip
        exchange.read_pm4py(tmp_path / "x.csv", mapping=tmp_path / "w.yaml")
