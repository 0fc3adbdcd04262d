"""Scores of recency, frequency and money by hand, and who answers a mailing."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from cemlab.crm.value import gains, rfm

patiently = settings(deadline=None, max_examples=25, derandomize=True)


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def purchases(*rows):
    return pd.DataFrame(rows, columns=["customer", "time", "spend"])


def ten():
    """Customer k bought k days before the end, k + 1 times in all, for k x 10 in total."""
    rows = []
    for k in range(10):
        days = pd.date_range("2024-03-31", periods=k + 1, freq="-1D") - pd.Timedelta(days=k)
        rows += [(k, day, 10.0 * k / (k + 1)) for day in days]
    return purchases(*rows)


def plain(values, groups=5):
    """Score by the middle place of ties, in plain Python."""
    n, found = len(values), []
    for x in values:
        below, equal = sum(y < x for y in values), sum(y == x for y in values)
        found.append(-(-(2 * below + equal) * groups // (2 * n)))
    return found


def test_ten_customers_make_five_groups_of_two():
    table = rfm(ten())
    assert table["recency"].tolist() == list(range(10))
    assert table["frequency"].tolist() == list(range(1, 11))
    assert table["monetary"].tolist() == pytest.approx([10.0 * k for k in range(10)])
    assert table["code"].tolist() == [
        "511", "511", "422", "422", "333", "333", "244", "244", "155", "155",
    ]  # fmt: skip


def test_nested_scores_are_cut_within_recency():
    """The two customers of each recency group: half of two is group 2 and 4 of 5."""
    table = rfm(ten(), nested=True)
    assert table["f"].tolist() == [2, 4] * 5
    assert table["m"].tolist() == [3] * 10
    assert table["r"].tolist() == rfm(ten())["r"].tolist()


def test_customers_who_all_do_the_same_are_in_the_middle():
    table = rfm(purchases(*[(k, "2024-01-01", 5) for k in range(4)]))
    assert set(table["code"]) == {"333"}
    one = rfm(purchases(("Ana", "2024-01-01", 5)))
    assert one["code"].tolist() == ["333"]


@patiently
@given(st.lists(st.integers(0, 6), min_size=1, max_size=40), st.integers(2, 9), st.randoms())
def test_scores_agree_with_plain_python_in_any_order(spend, groups, luck):
    table = purchases(*[(k, "2024-01-01", x) for k, x in enumerate(spend)])
    found = rfm(table, groups=groups)
    assert found["m"].tolist() == plain(spend, groups)
    rows = list(range(len(table)))
    luck.shuffle(rows)
    assert_frame_equal(rfm(table.iloc[rows], groups=groups), found)


def test_purchases_of_one_day_are_one_occasion_and_those_after_the_end_do_not_count():
    table = purchases(
        ("Ana", "2024-01-01 09:00", 5), ("Ana", "2024-01-01 17:00", 6), ("Ana", "2024-02-01", 7)
    )
    found = rfm(table, observed_until="2024-01-11").loc["Ana"]
    assert found[["frequency", "monetary"]].tolist() == [1, 11.0]
    assert found["recency"] == 10


def test_an_event_log_is_read_by_its_purchases():
    log = pd.DataFrame({"customer": ["Ana", "Bo", "Bo"], "time": ["2024-01-01", "2024-01-03", "2024-01-04"],
                        "actor": "customer", "kind": ["purchase", "purchase", "contact"], "value": [3.0, 4.0, 1]})  # fmt: skip
    table = rfm(log)
    assert table["monetary"].to_dict() == {"Ana": 3.0, "Bo": 4.0}
    assert table["recency"].to_dict() == {"Ana": 3.0, "Bo": 1.0}


def test_a_summary_is_read_as_it_is_and_counts_who_are_alike():
    rows = {
        "frequency": [0, 2, 4],
        "recency": [0.0, 30, 38],
        "T": 38.0,
        "monetary_value": [np.nan, 5, 9],
    }
    grouped = rfm(pd.DataFrame(rows | {"customers": [3, 1, 1]}))
    alone = rfm(pd.DataFrame(rows).iloc[[0, 0, 0, 1, 2]])
    assert grouped["code"].tolist() == alone["code"].tolist()[2:] == ["222", "444", "555"]
    assert grouped["recency"].tolist() == [38.0, 8.0, 0.0]


def test_says_what_is_wrong_with_purchases():
    with says(
        "purchases, row 0, spend: must not be below 0 (leave returned goods out, or subtract them), got -5.0"
    ):
        rfm(purchases(("Ana", "2024-01-01", -5)))
    with says(
        "spend must be known for every purchase, got 1 of 2 without: leave them out or fill them in"
    ):
        rfm(purchases(("Ana", "2024-01-01", None), ("Bo", "2024-01-01", 2)))
    with says("purchases must be at least one purchase, got none"):
        rfm(purchases())
    with says("purchases must be at least one purchase up to 2020-01-01, got none"):
        rfm(ten(), observed_until="2020-01-01")
    with says(
        "purchases must be an event log or a table with customer, time and (if known) spend, got a"
    ):
        rfm(pd.DataFrame({"a": [1]}))
    with says("purchases, row 0, time: must not be empty, got ''"):
        rfm(purchases(("Ana", None, 1.0), ("Ana", "2024-01-01", 1.0)))
    with says("groups must be a whole number in [2, 9], got 10"):
        rfm(ten(), groups=10)


def test_says_what_is_wrong_with_a_summary():
    good = {"frequency": [1], "recency": [2.0], "age": [3.0], "mean_spend": [4.0]}
    with says(
        "summary, row 0, recency: must be at most the age, as both count from the first purchase, got 5.0"
    ):
        rfm(pd.DataFrame(good | {"recency": [5.0]}))
    with says(
        "summary, row 0, mean_spend: must be given where frequency is above 0 (leave such customers out), got nan"
    ):
        rfm(pd.DataFrame(good | {"mean_spend": [np.nan]}))
    with says("summary, row 0, frequency: must be a number of at least 0, got -1.0"):
        rfm(pd.DataFrame(good | {"frequency": [-1]}))
    with says("summary, row 0, customers: must be a whole number, got 0.5"):
        rfm(pd.DataFrame(good | {"customers": [0.5]}))


# --- who answered ------------------------------------------------------------------------


def test_gains_by_hand_with_wilsons_interval():
    """Group 5: 42 of 50 answered (Wilson .7149 to .9166); group 1: 8 of 50; all: half."""
    response = np.repeat([1, 0, 1, 0], [42, 8, 8, 42])
    table = gains(response, np.repeat([5, 1], 50))
    assert table.index.tolist() == [5, 1]
    assert table.loc[5, ["value", "low", "high", "n"]].tolist() == pytest.approx(
        [0.84, 0.7149, 0.9166, 50], abs=5e-5
    )
    assert table["lift"].tolist() == pytest.approx([1.68, 0.32])
    assert table["reached"].tolist() == [0.5, 1.0]
    assert table["gained"].tolist() == pytest.approx([0.84, 1.0])


def test_codes_are_groups_too_and_all_answers_are_gained_in_the_end():
    table = gains([True, False, True, False], ["555", "111", "111", "354"])
    assert table.index.tolist() == ["555", "354", "111"]
    assert table["gained"].tolist() == [0.5, 0.5, 1.0]
    assert (table["lift"] * table["n"]).sum() == pytest.approx(4)


def test_without_an_answer_there_is_an_interval_but_no_lift():
    table = gains([0, 0, 0], [1, 1, 2])
    assert table["value"].tolist() == [0, 0]
    assert table[["low", "high"]].notna().all(axis=None)
    assert table[["lift", "gained"]].isna().all(axis=None)


def test_says_what_is_wrong_with_answers():
    with says("response must be 0 or 1 for every customer, got 2: leave out who is unknown"):
        gains([1, 2], [1, 1])
    with says("response must be 0 or 1 for every customer, got nan: leave out who is unknown"):
        gains([1, np.nan], [1, 1])
    with says("response and score must be of one length and not empty, got 2 and 3"):
        gains([1, 0], [1, 1, 1])
    with says("score must be known for every customer, got one without: leave such customers out"):
        gains([1, 0], [1, None])


def test_labels_decide_who_answered_where_both_have_them():
    response = pd.Series([1, 1, 0, 0], index=list("abcd"))
    score = pd.Series([1, 1, 5, 5], index=list("dcba"))
    assert gains(response, score)["responses"].tolist() == [2, 0]
    with says("score must have the same labels as response, got others: use score.to_numpy() if they "
              "stand in the same order"):  # fmt: skip
        gains(response, score.set_axis(list("wxyz")))
    assert gains(response, score.to_numpy())["responses"].tolist() == [0, 2]


def test_a_purchase_late_on_the_last_day_counts():
    table = purchases(("Ana", "2024-02-01 10:00", 1), ("Ana", "2024-03-31 14:00", 2))
    found = rfm(table, observed_until="2024-03-31").loc["Ana"]
    assert found[["recency", "frequency", "monetary"]].tolist() == [0, 2, 3]


def test_says_what_a_summary_must_be_to_be_scored():
    good = {"frequency": [2, 0], "recency": [2.0, 0], "age": [9.0, 9], "mean_spend": [4.0, None]}
    for wrong, sentence in (
        ({"age": [np.inf, 9]}, "summary, row 0, age: must be finite, got inf"),
        ({"recency": ["a", 0]}, "summary, row 0, recency: must be a number or empty, got 'a'"),
        ({"recency": [0, 0]}, "summary, row 0, recency: must be above 0 where frequency is above 0, got 0.0"),
        ({"frequency": [2.5, 0]}, "summary, row 0, frequency: must be a whole number, got 2.5"),
    ):  # fmt: skip
        with says(sentence):
            rfm(pd.DataFrame(good | wrong))
    with says("purchases, row 0, spend: must be a number or empty, got 'x'"):
        rfm(purchases(("Ana", "2024-01-01", "x")))
    with says(
        "purchases must have their money in a column spend, got value: rename it, or leave it out"
    ):
        rfm(pd.DataFrame({"customer": ["Ana"], "time": ["2024-01-01"], "value": [3.0]}))
