"""From purchases to one row a customer: counted by hand, and by a plain loop."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cemlab.crm import value

patiently = settings(deadline=None, max_examples=25, derandomize=True)

TABLE = pd.DataFrame(
    {
        "customer": ["Ana", "Ana", "Ana", "Ana", "Bo", "Cy"],
        "time": ["2024-01-01", "2024-01-08 09:00", "2024-01-08 18:00", "2024-01-22",
                 "2024-01-15", "2024-02-20"],
        "spend": [9.0, 1.0, 3.0, 6.0, 5.0, 2.0],
    }
)  # fmt: skip


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def test_two_purchases_on_one_day_are_one_occasion():
    found = value.summary(TABLE, observed_until="2024-01-29")
    assert found.index.tolist() == ["Ana", "Bo"]
    assert found.loc["Ana"].tolist() == [2, 3.0, 4.0, 5.0]
    assert found.loc["Bo", ["frequency", "recency", "age"]].tolist() == [0, 0.0, 2.0]
    assert np.isnan(found.loc["Bo", "mean_spend"])


@pytest.mark.parametrize(("unit", "age"), [("D", 28), ("W", 4), ("M", 28 * 12 / 365.25)])
def test_age_is_in_the_unit_asked_for(unit, age):
    found = value.summary(TABLE, observed_until="2024-01-29", unit=unit)
    assert found.loc["Ana", "age"] == pytest.approx(age, rel=1e-12)


def test_the_last_day_observed_counts_whole_and_is_the_last_purchase_unless_given():
    assert value.summary(TABLE, observed_until="2024-01-22").loc["Ana", "frequency"] == 2
    assert value.summary(TABLE, observed_until="2024-01-21").loc["Ana", "frequency"] == 1
    assert value.summary(TABLE, unit="D").loc["Ana", "age"] == 50


def test_a_holdout_counts_what_came_later():
    found = value.summary(TABLE, observed_until="2024-01-07", holdout_until="2024-01-21")
    row = found.loc["Ana"]
    assert found.index.tolist() == ["Ana"]
    assert (row["frequency"], row["frequency_holdout"], row["mean_spend_holdout"]) == (0, 1, 4.0)


def test_an_event_log_says_the_same_as_a_table():
    log = TABLE.rename(columns={"spend": "value"}).assign(actor="customer", kind="purchase")
    contact = log.head(1).assign(kind="contact", customer="Di", value=None)
    both = pd.concat([log, contact])
    found = value.summary(both, observed_until="2024-01-29")
    pd.testing.assert_frame_equal(
        found, value.summary(TABLE, observed_until="2024-01-29"), check_index_type=False
    )


def test_an_unknown_spend_leaves_its_occasion_out_of_the_mean_but_counts_it():
    table = TABLE.assign(spend=[9.0, None, 3.0, 6.0, 5.0, 2.0])
    found = value.summary(table, observed_until="2024-01-29").loc["Ana"]
    assert (found["frequency"], found["mean_spend"]) == (2, 6.0)


def test_without_spend_there_is_no_mean_of_it():
    plain = value.summary(TABLE.drop(columns="spend"))
    empty = value.summary(TABLE.assign(spend=np.nan))
    assert list(plain) == list(empty) == ["frequency", "recency", "age"]


logs = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 40), st.integers(0, 9)), min_size=1, max_size=40
)


@patiently
@given(logs, st.randoms())
def test_agrees_with_a_plain_loop_in_any_order_of_rows(rows, luck):
    days: dict[int, dict[int, float]] = {}
    for who, day, spend in rows:
        days.setdefault(who, {})
        days[who][day] = days[who].get(day, 0.0) + spend
    luck.shuffle(rows)
    who, day, spend = zip(*rows, strict=True)
    start = pd.Timestamp("2024-01-01")
    table = pd.DataFrame({"customer": who, "time": start + pd.to_timedelta(day, unit="D"),
                          "spend": np.array(spend, float)})  # fmt: skip
    until = max(day)
    found = value.summary(table, unit="D")
    assert found.index.tolist() == sorted(days)
    for name, bought in days.items():
        repeat = sorted(bought)[1:]
        row = found.loc[name]
        first = min(bought)
        assert row["frequency"] == len(repeat)
        assert row["recency"] == (repeat[-1] - first if repeat else 0)
        assert row["age"] == until - first
        if repeat:
            assert row["mean_spend"] == pytest.approx(np.mean([bought[d] for d in repeat]))


def test_says_what_is_wrong_with_purchases():
    with says("purchases must be at least one purchase, got none"):
        value.summary(TABLE.head(0))
    with says(
        "purchases must be an event log or a table with customer, time and (if known) spend, got time, spend"
    ):
        value.summary(TABLE.drop(columns="customer"))
    with says("purchases, row 1, spend: must not be below 0 (leave returned goods out, or "
              "subtract them), got -1.0"):  # fmt: skip
        value.summary(TABLE.assign(spend=[9, -1, 3, 6, 5, 2]))
    with says("purchases, row 2, time: must not be empty, got ''"):
        value.summary(TABLE.assign(time=["2024-01-01", "2024-01-08", "", "2024-01-22"] + ["2024-02-02"] * 2))  # fmt: skip
    with says("unit must be one of D, W, M, Y, got 'week'"):
        value.summary(TABLE, unit="week")
    with says(
        "observed_until must not be before the first purchase (2024-01-01), got '2023-01-01'"
    ):
        value.summary(TABLE, observed_until="2023-01-01")
    with says("holdout_until must be after the last day observed (2024-01-29), got '2024-01-29'"):
        value.summary(TABLE, observed_until="2024-01-29", holdout_until="2024-01-29")
