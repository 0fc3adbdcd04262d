"""Cohorts, retention and churn: tables by hand, plain loops, and a rise that nobody's loyalty makes."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from cemlab.crm.value import churn, cohort_table, retention

patiently = settings(deadline=None, max_examples=25, derandomize=True)
FIGURES = ["value", "low", "high", "n"]
TERMS = pd.DataFrame(
    {
        "start": ["2024-01-05", "2024-01-20", "2024-01-31", "2024-02-02"],
        "end": [None, "2024-02-10", "2024-01-31", "2024-04-15"],
    }
)


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def bought(*rows):
    return pd.DataFrame(rows, columns=["customer", "time"])


def wide(table, name="value"):
    return table.pivot_table(name, "cohort", "age", dropna=False).to_numpy()


def test_terms_by_hand():
    """January: 3 start, 2 stay through January, 1 through February and later."""
    table = cohort_table(TERMS, observed_until="2024-03-31")
    assert table["cohort"].astype(str).tolist() == ["2024-01"] * 3 + ["2024-02"] * 3
    assert table["active"].tolist()[:5] == [2, 1, 1, 1, 1]
    assert np.isnan(table["active"].iloc[5])
    assert table["value"].tolist()[:3] == pytest.approx([2 / 3, 1 / 3, 1 / 3])


def test_a_share_has_wilsons_interval_and_a_censored_cell_none():
    rows = [(k, "2024-01-05") for k in range(50)] + [(k, "2024-02-05") for k in range(42)]
    table = cohort_table(bought(*rows), observed_until="2024-03-30").set_index("age")
    assert table.loc[1, FIGURES].tolist() == pytest.approx([0.84, 0.7149, 0.9166, 50], abs=5e-5)
    assert table.loc[2, ["active", "value", "low", "high"]].isna().all()


def test_a_period_is_known_once_the_observation_lasts_into_its_last_day():
    rows = bought(("Ana", "2024-02-01"), ("Ana", "2024-03-01"))
    known = [
        cohort_table(rows, observed_until=day)["active"].notna().tolist()
        for day in ("2024-03-30", "2024-03-31", "2024-04-01")
    ]
    assert known == [[True, False], [True, True], [True, True, False]]


def plain(rows, until, period):
    """Return {(cohort, age): active} and {period: (at risk, kept)} by loops over customers."""
    active, moves = {}, {}
    last = pd.Period(until, period)
    if pd.Timestamp(until) < last.end_time.normalize():
        last -= 1
    for customer in {c for c, _ in rows}:
        seen = {pd.Period(t, period) for c, t in rows if c == customer}
        first = min(seen)
        for one in seen:
            if one <= last:
                key = (str(first), (one - first).n)
                active[key] = active.get(key, 0) + 1
            if one + 1 <= last:
                risk, kept = moves.get(one + 1, (0, 0))
                moves[one + 1] = (risk + 1, kept + (one + 1 in seen))
    return active, moves


@patiently
@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 200)), min_size=1, max_size=20),
    st.sampled_from(["W", "M", "Q"]),
    st.randoms(),
)
def test_purchases_agree_with_a_plain_loop_in_any_order(drawn, period, luck):
    rows = [(c, pd.Timestamp("2024-01-01") + pd.Timedelta(days=d)) for c, d in drawn]
    until = "2024-09-30"
    table = cohort_table(bought(*rows), period=period, observed_until=until)
    active, moves = plain(rows, until, period)
    assume(moves)
    some = table[table["active"] > 0]
    keys = zip(some["cohort"].astype(str), some["age"], strict=True)
    assert dict(zip(keys, some["active"], strict=True)) == active
    rates = retention(bought(*rows), period=period, observed_until=until)
    assert {
        p: (n, k) for p, n, k in zip(rates.index, rates["n"], rates["kept"], strict=True)
    } == moves
    luck.shuffle(rows)
    assert_frame_equal(cohort_table(bought(*rows), period=period, observed_until=until), table)


def test_retention_of_terms_by_hand():
    """January: 3 come, 1 leaves; February: 2 and 1 new, 1 leaves; March: both stay; April: 1 leaves."""
    table = retention(TERMS, observed_until="2024-04-30")
    assert table.index.astype(str).tolist() == ["2024-01", "2024-02", "2024-03", "2024-04"]
    assert table[["n", "kept"]].to_numpy().tolist() == [[3, 2], [3, 2], [2, 2], [2, 1]]
    ages = retention(TERMS, observed_until="2024-04-30", by="age")
    assert ages[["n", "kept"]].to_numpy().tolist() == [[4, 3], [3, 2], [2, 1], [1, 1]]


def test_churn_is_what_retention_leaves():
    kept, lost = (f(TERMS, observed_until="2024-04-30") for f in (retention, churn))
    assert (kept["value"] + lost["value"]).tolist() == [1, 1, 1, 1]
    assert lost["low"].tolist() == pytest.approx((1 - kept["high"]).tolist())
    assert lost["lost"].tolist() == (kept["n"] - kept["kept"]).tolist()


def test_by_age_and_by_period_count_the_same_customers():
    rng = np.random.default_rng(3)
    rows = bought(*zip(rng.integers(0, 50, 400), pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, 400), "D"), strict=True))  # fmt: skip
    sums = [retention(rows, by=by)[["n", "kept"]].sum().tolist() for by in ("period", "age")]
    assert sums[0] == sums[1]


def test_a_log_may_end_a_relationship_by_leaving():
    log = pd.DataFrame({"customer": ["Ana", "Bo", "Ana", "Bo", "Cy"], "actor": "customer",
                        "kind": ["purchase", "purchase", "leave", "purchase", "leave"],
                        "time": ["2024-01-05", "2024-01-06", "2024-02-10", "2024-03-01", "2024-01-01"]})  # fmt: skip
    left = cohort_table(log, still="not left", observed_until="2024-03-31")
    assert left["active"].tolist() == [2, 1, 1]
    again = cohort_table(log, observed_until="2024-03-31")
    assert again["active"].tolist() == [2, 0, 1]


def test_retention_rises_with_age_although_no_customer_changes():
    """Half stay with .9, half with .5 each month: .7, then .7571, then .8057 (closed form)."""
    rng, n = np.random.default_rng(1), 20_000
    stay = np.repeat([0.9, 0.5], n // 2)
    months = rng.geometric(1 - stay) - 1
    start = pd.Timestamp("2024-01-01")
    ends = [
        start + pd.DateOffset(months=int(m) + 1) if m < 11 else None
        for m in range(months.max() + 1)
    ]
    table = pd.DataFrame({"start": start, "end": np.array(ends, object)[months]})
    found = retention(table, by="age", observed_until="2024-12-31")["value"].to_numpy()
    left = np.array([[0.9, 0.5]]).T ** np.arange(4)
    exact = left.sum(axis=0)[1:] / left.sum(axis=0)[:3]
    error = np.sqrt(exact * (1 - exact) / (n * left.mean(axis=0)[:3]))
    assert found[0] == 1  # nobody leaves in the month of the start
    assert np.all(np.abs(found[1:4] - exact) < 4 * error)
    assert found[1:4].tolist() == sorted(found[1:4])


def test_a_million_purchases_count_every_customer_once():
    rng = np.random.default_rng(2)
    days = np.datetime64("2020-01-01") + rng.integers(0, 1000, 1_000_000)
    table = pd.DataFrame({"customer": rng.integers(0, 200_000, 1_000_000), "time": days})
    found = cohort_table(table)
    assert found.loc[found["age"] == 0, "customers"].sum() == table["customer"].nunique()


def test_says_what_is_wrong():
    with says("log must be at least one customer, got none"):
        cohort_table(TERMS[:0])
    with says("log must be at least one customer up to 2020-01-01, got none"):
        cohort_table(TERMS, observed_until="2020-01-01")
    with says("end must not be before start, got 2024-01-01 for start 2024-01-05"):
        cohort_table(pd.DataFrame({"start": ["2024-01-05"], "end": ["2024-01-01"]}))
    with says("start must be known for every customer, got one without: leave such customers out"):
        cohort_table(pd.DataFrame({"start": ["2024-01-05", None], "end": [None, None]}))
    with says(
        "log, row 0, start: must be a date such as 2009-07-06 or 2009-07-06 14:30, in UTC without a time zone, got 'soon'"
    ):
        cohort_table(pd.DataFrame({"start": ["soon"], "end": [None]}))
    with says("period must be one of D, W, M, Q, Y, got 'H'"):
        cohort_table(TERMS, period="H")
    with says("still must be one of not left, got 'bought'"):
        cohort_table(TERMS, still="bought")
    with says(
        "the observation must hold a complete period (M) with customers at risk, got none: choose a shorter period"
    ):
        retention(bought(("Ana", "2024-01-05")))
    with says("level must be above 0 and below 1, got 1.0"):
        cohort_table(TERMS, level=1.0)


def test_who_leaves_in_the_period_of_the_start_is_counted():
    """60 of 100 leave in the month in which they came: churn .6, then none of the 40."""
    spans = pd.DataFrame({"start": ["2024-01-02"] * 100, "end": ["2024-01-20"] * 60 + [None] * 40})
    by_age = churn(spans, observed_until="2024-02-29", by="age")
    assert by_age[["value", "n", "lost"]].to_numpy().tolist() == [[0.6, 100, 60], [0, 40, 0]]
    lost = churn(spans, observed_until="2024-02-29")
    assert lost["value"].tolist() == [0.6, 0]


@patiently
@given(st.lists(st.tuples(st.integers(0, 90), st.integers(0, 200)), min_size=1, max_size=25))
def test_retention_of_one_cohort_multiplies_to_the_cohort_table(spans):
    first = pd.Timestamp("2024-01-01")
    start = first + pd.to_timedelta([0 for _ in spans], "D")
    end = start + pd.to_timedelta([stay for _, stay in spans], "D")
    table = pd.DataFrame({"start": start, "end": end})
    still = cohort_table(table, observed_until="2024-12-31")["value"].to_numpy()
    kept = retention(table, observed_until="2024-12-31", by="age")["value"].to_numpy()
    assert np.cumprod(kept) == pytest.approx(still[: kept.size], abs=1e-12)


def test_the_last_day_counts_as_a_whole_whatever_its_hour():
    rows = bought(
        ("Ana", "2024-02-01 10:00"), ("Ana", "2024-03-31 14:00"), ("Bo", "2024-03-31 09:00")
    )
    for until in ("2024-03-31", "2024-03-31 12:00"):
        table = retention(rows, observed_until=until)
        assert table[["n", "kept"]].to_numpy().tolist() == [[1, 1]]
        assert cohort_table(rows, observed_until=until)["customers"].tolist() == [1] * 4
    log = rows.assign(actor="customer", kind="purchase")
    assert retention(log, observed_until="2024-03-31")["kept"].tolist() == [1]


def test_an_end_to_come_is_no_end():
    spans = pd.DataFrame({"start": ["2024-01-02"] * 2, "end": ["2024-12-31", None]})
    with says("observed_until must be given for starts and ends, got None: an end may be planned and "
              "not have happened"):  # fmt: skip
        retention(spans)
    assert retention(spans, observed_until="2024-03-31")["value"].tolist() == [1, 1, 1]
