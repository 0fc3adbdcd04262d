"""Every definition of a fall: the same as one study each, by hand, messages, figure."""

import re
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cemlab import evidence, plots
from cemlab.classroom.exercises import Prediction

patiently = settings(deadline=None, max_examples=25, derandomize=True)
DAYS = pd.bdate_range("2009-01-01", periods=160)
LUCK = np.random.default_rng(11)
INDEX = LUCK.normal(0, 0.01, 160)
SHARES = pd.DataFrame(
    {"SPX": INDEX, "UAL": 1.5 * INDEX + LUCK.normal(0, 0.03, 160),
     "DAL": INDEX + LUCK.normal(0, 0.02, 160), "LUV": INDEX + LUCK.normal(0, 0.02, 160)}, DAYS,
)  # fmt: skip
GIVEN = {"firm": "UAL", "market": "SPX", "peers": ["DAL", "LUV"], "estimation": 100,
         "events": DAYS[120:125], "windows": [1, 4]}  # fmt: skip
FOUND = evidence.specifications(SHARES, **GIVEN)


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def test_each_definition_is_one_event_study():
    assert len(FOUND.table) == 5 * 2 * 5 * 2 - 5  # one day, against nothing: simple is log
    models = {
        "none": {"model": "raw", "factors": []},
        "constant mean": {"factors": []},
        "market": {"factors": "SPX"},
        "market + peers": {"factors": ["SPX", ["DAL", "LUV"]]},
        "peers": {"factors": [["DAL", "LUV"]]},
    }
    for _, row in FOUND.table[FOUND.table["kind"] == "simple"].iloc[::5].iterrows():
        one = evidence.event_study(SHARES, firm="UAL", event=row["first_day"], estimation=100,
                                   window=(0, row["days"] - 1), **models[row["benchmark"]])  # fmt: skip
        told = (row["estimate"], row["low"], row["high"], row["t"], row["p"], row["n"])
        assert told == pytest.approx((one.car, one.car.low, one.car.high, one.t, one.p, one.car.n))
        assert row["last_day"] == one.daily["date"].iloc[-1]


def test_log_returns_against_nothing_are_the_change_from_close_to_close():
    closes = pd.Series([3.30, 3.31, 3.29, 3.34, 3.26, 3.25, 3.18, 3.26],
                       pd.bdate_range("2009-07-01", periods=8), name="UAL")  # fmt: skip
    found = evidence.specifications(evidence.returns(closes), firm="UAL", events="2009-07-07",
                                    windows=4, benchmarks="none", estimation=3)  # fmt: skip
    assert set(found.table["first_day"]) == {pd.Timestamp("2009-07-07")}
    log, simple = (found.table.set_index("kind").loc[kind] for kind in ("log", "simple"))
    assert log["estimate"] == pytest.approx(3.26 / 3.34 - 1)
    assert log["estimate"] == pytest.approx(-0.024, abs=5e-5)
    assert simple["estimate"] == pytest.approx(sum(b / a - 1 for a, b in pairwise(closes[3:])))  # fmt: skip
    assert found.share == 0


def test_the_table_is_sorted_and_parts_add_up():
    assert FOUND.table["estimate"].is_monotonic_increasing
    hits = int((FOUND.table["estimate"] <= -0.1).sum())
    assert FOUND.share == hits / len(FOUND.table)
    for ingredient in ("benchmark", "kind", "days", "first_day"):
        parts = FOUND.by(ingredient)
        assert parts["reach"].sum() == hits
        assert parts["definitions"].sum() == len(FOUND.table)
    rise = evidence.specifications(SHARES, **GIVEN, claim=0.05)
    assert rise.share == (FOUND.table["estimate"] >= 0.05).mean()


def test_a_fixed_estimation_window_serves_all_definitions():
    found = evidence.specifications(SHARES, **(GIVEN | {"estimation": (DAYS[5], DAYS[104])}))
    one = evidence.event_study(SHARES, firm="UAL", factors="SPX", event=DAYS[124], window=(0, 3),
                               estimation=(DAYS[5], DAYS[104]))  # fmt: skip
    row = found.table.query("benchmark == 'market' and kind == 'simple' and days == 4")
    row = row.set_index("first_day").loc[DAYS[124]]
    assert (row["estimate"], row["t"]) == pytest.approx((one.car, one.t))


def test_definitions_without_returns_are_left_out_and_counted():
    found = evidence.specifications(SHARES, **(GIVEN | {"windows": [1, 38]}))
    assert found.notes[0] == "20 definitions left out for missing or too few returns"
    assert len(found.table) == 75
    with says("returns must hold a complete study of one definition, got none of 50: "
              "take a shorter estimation"):  # fmt: skip
        evidence.specifications(SHARES, **(GIVEN | {"windows": 60, "estimation": 100}))


def test_a_definition_counts_once():
    asked = {"firm": "UAL", "events": DAYS[120:122], "windows": {1}, "benchmarks": ["none"], "estimation": 100}  # fmt: skip
    found = evidence.specifications(SHARES, **asked)
    assert len(found.table) == 2
    assert found.table["estimate"].is_unique
    assert found.notes == (
        "2 definitions left out that would repeat others: the change of one day against nothing is the "
        "same with simple and with log returns",
    )
    assert len(evidence.specifications(SHARES, **asked, kinds="log").table) == 2


def test_sums_of_simple_returns_that_mislead_are_told():
    shares = pd.DataFrame({"UAL": [0.01, -0.01, 0.02, -0.5, 0.6]}, DAYS[:5])
    found = evidence.specifications(shares, firm="UAL", events=DAYS[3], windows=2,
                                    benchmarks="none", estimation=3)  # fmt: skip
    assert found.table.set_index("kind")["estimate"].round(6).to_dict() == {"log": -0.2, "simple": 0.1}  # fmt: skip
    assert found.notes == (
        "in 1 of 1 pair simple and log returns differ by more than 2% of the price (1 even in sign): "
        "only log returns against nothing say what a holder lost",
    )


def test_one_peer_may_be_named_by_itself():
    one, same = (evidence.specifications(SHARES, **(GIVEN | {"peers": peers})) for peers in ("DAL", ["DAL"]))  # fmt: skip
    pd.testing.assert_frame_equal(one.table, same.table)


def test_without_market_or_peers_only_two_benchmarks_are_left():
    found = evidence.specifications(SHARES, **(GIVEN | {"market": None, "peers": []}))
    assert set(found.table["benchmark"]) == {"none", "constant mean"}


@patiently
@given(st.randoms())
def test_rows_and_columns_may_stand_in_any_order(luck):
    rows, columns = list(range(160)), list(SHARES.columns)
    luck.shuffle(rows)
    luck.shuffle(columns)
    other = evidence.specifications(SHARES.iloc[rows][columns], **GIVEN)
    pd.testing.assert_frame_equal(other.table, FOUND.table)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"claim": 0}, "claim must be a fall or a rise, got 0"),
        ({"windows": []}, "windows must be one length or more, got none"),
        ({"windows": 0}, "windows must be a whole number of at least 1, got 0"),
        ({"events": []}, "events must be one date or more, got none"),
        ({"kinds": "monthly"}, "kinds must be one of simple, log, got 'monthly'"),
        ({"market": None, "benchmarks": "market"}, "market must be given for the benchmark market, got none"),
        ({"peers": [], "benchmarks": ["peers"]}, "peers must be given for the benchmark peers, got none"),
        ({"events": "2012-01-02"}, "events must lie within the returns, 2009-01-01 to 2009-08-12, got 2012-01-02"),
    ],
)  # fmt: skip
def test_says_what_is_wrong(changed, sentence):
    with says(sentence):
        evidence.specifications(SHARES, **(GIVEN | changed))


def test_logarithms_need_returns_above_minus_1():
    gone = SHARES.copy()
    gone.iloc[10, 1] = -1.0
    with says("returns of UAL must be above -1 for logarithms, got -1"):
        evidence.specifications(gone, **GIVEN)


def test_the_curve_shows_all_definitions_and_their_ingredients():
    kept = Prediction("share", 0.25, "percent", "")
    ax = plots.specification_curve(FOUND, prediction=kept)
    curve = next(line for line in ax.lines if line.get_label() == "does not reach the claim")
    assert curve.get_ydata() == pytest.approx(100 * FOUND.table["estimate"].to_numpy())
    hit = next(line for line in ax.lines if line.get_label() == "reaches the claim")
    n = int(FOUND.table["reaches"].sum())
    assert len(hit.get_ydata()) == n
    assert ax.get_title(loc="left").startswith(f"{n or 'None'} of 95 definitions yield")
    star = next(line for line in ax.lines if line.get_label() == "your prediction")
    assert star.get_xdata()[0] == 23.75
    rows = [label.get_text() for label in ax.get_yticklabels()]
    for words in ("against market + peers", "days 4", "returns log", "from 18 Jun"):
        assert words in rows
    marks = [line for line in ax.lines if line.get_marker() == "|"]
    assert sum(len(line.get_xdata()) for line in marks) == 4 * 95  # 4 ingredients each
    ax.figure.canvas.draw()
    assert ax._left_title.get_window_extent().x1 <= ax.figure.bbox.width


def test_one_definition_is_not_called_several():
    found = evidence.specifications(SHARES, firm="UAL", events=DAYS[120], windows=4, benchmarks="none",
                                    kinds="log", estimation=100)  # fmt: skip
    ax = plots.specification_curve(found)
    assert ax.get_title(loc="left") == "The only definition does not yield a fall of 10% or more"
    assert ax.get_xlabel().startswith("1 definition (")
