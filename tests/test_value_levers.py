"""Levers on loyalty: closed forms, limits, and plain loops."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cemlab.crm.value import (
    answer_worth,
    competitor_pull,
    learning_relationship,
    love_brand,
    purchases_in_all,
    sbg,
    tolerated_failure,
    two_readings,
)

patiently = settings(deadline=None, max_examples=25, derandomize=True)
TOLD = {"told_min": 10, "time_value": 0.5, "fit_gain": 8, "learning": 0.4,
        "rival_advantage": 5, "spread": 5}  # fmt: skip
PULL = {"base_leave": 0.1, "unanswered": 0.5, "pull": 0.4, "rivals_answer": 0.5,
        "margin": 100, "discount": 0.1}  # fmt: skip
LOVE = {"bond": 2.0, "advantage": 0.5, "severity": 2.0}


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def logistic(x):
    return 1 / (1 + np.exp(-x))


# --- a learning relationship -------------------------------------------------------------


def test_a_learning_relationship_by_hand():
    """Third purchase: 30 minutes told, 15 to tell again; fit 8 (1 - e^-1.2)."""
    row = learning_relationship(5, **TOLD).loc[3]
    fit = 8 * (1 - np.exp(-1.2))
    assert row[["fit", "told_min", "switching_cost"]].tolist() == pytest.approx([fit, 30, 15])
    assert row["retention"] == pytest.approx(logistic((fit + 15 - 5) / 5))


def test_retention_rises_for_the_customer_herself():
    assert np.all(np.diff(learning_relationship(8, **TOLD)["retention"]) > 0)


def test_without_learning_or_telling_retention_is_constant():
    table = learning_relationship(6, **TOLD | {"told_min": 0, "learning": 0})
    assert table["retention"].tolist() == pytest.approx([logistic(-1.0)] * 6)
    r = logistic(-1.0)
    assert purchases_in_all(table) == pytest.approx((1 - r**6) / (1 - r))


def test_data_that_can_be_taken_along_bind_nobody():
    """All portable: as if nothing had been told or learned; half: the logit halves its gain."""
    free = learning_relationship(6, portable=1, **TOLD)
    assert free["retention"].tolist() == pytest.approx([logistic(-1.0)] * 6)
    assert free["switching_cost"].eq(0).all()
    half, none = (learning_relationship(6, portable=p, **TOLD)["retention"] for p in (0.5, 0))
    gain = [np.log(r / (1 - r)) * 5 + 5 for r in (half, none)]
    assert (gain[0] / gain[1]).tolist() == pytest.approx([0.5] * 6)


def test_staying_is_the_product_of_retentions():
    table = learning_relationship(4, **TOLD)
    r = table["retention"].to_numpy()
    assert table["staying"].tolist() == pytest.approx([1, r[0], r[0] * r[1], r[0] * r[1] * r[2]])
    assert purchases_in_all(table[:1]) == 1


def test_the_second_reading_is_the_shifted_beta_geometric_and_meets_the_first_twice():
    table = two_readings(learning_relationship(8, **TOLD))
    assert table["differing"].iloc[[0, -1]].tolist() == pytest.approx(
        table["learning"].iloc[[0, -1]].tolist()
    )
    odds = table["learning"] / (1 - table["learning"])
    alpha = 7 / (odds.iloc[-1] - odds.iloc[0])
    beta = alpha * odds.iloc[0]
    t = np.arange(1, 9)
    assert table["differing"].tolist() == pytest.approx(
        ((beta + t - 1) / (alpha + beta + t - 1)).tolist()
    )
    assert table["each"].tolist() == [table["learning"].iloc[0]] * 8


def test_the_second_reading_is_found_again_by_the_model_of_contracts():
    """Survival of the second story, refitted: the same retention in every year."""
    table = two_readings(learning_relationship(6, **TOLD | {"spread": 20}))
    survival = np.append(1.0, np.cumprod(table["differing"]))
    fit = sbg(np.round(1e6 * survival))
    again = [fit.params["beta"] + t - 1 for t in range(1, 7)]
    found = [b / (fit.params["alpha"] + b) for b in again]
    assert found == pytest.approx(table["differing"].tolist(), abs=1e-3)


def test_says_what_learning_needs():
    with says("portable must be a probability in [0, 1], got 2"):
        learning_relationship(3, portable=2, **TOLD)
    with says("spread must be above 0, got 0"):
        learning_relationship(3, **TOLD | {"spread": 0})
    with says("purchases must be a whole number of at least 1, got 0"):
        learning_relationship(0, **TOLD)
    with says("relationship must have a column staying, got a"):
        purchases_in_all(pd.DataFrame({"a": [1]}))
    with says("retention must rise from above 0, got 0.5 at first and 0.5 at last"):
        two_readings(pd.DataFrame({"retention": [0.5, 0.5]}))


# --- a loved brand -----------------------------------------------------------------------


@patiently
@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=12),
    st.floats(0, 4), st.floats(0, 1), st.floats(0, 1), st.floats(0, 2),
)  # fmt: skip
def test_a_loved_brand_agrees_with_a_plain_loop(failures, bond, wear, recovery, betrayal):
    table = love_brand(failures, bond=bond, advantage=0.5, severity=2, wear=wear, recovery=recovery, betrayal=betrayal)  # fmt: skip
    now = bond
    for f, row in zip(failures, table.itertuples(), strict=True):
        assert row.bond == pytest.approx(now)
        assert row.repurchase == pytest.approx(logistic(now + 0.5 - f * (2 + betrayal * now)))
        assert row.without_bond == pytest.approx(logistic(0.5 - 2 * f))
        now = now * (1 - wear * f)
        now += recovery * (bond - now)


def test_the_buffer_wears_out_and_recovers_by_powers():
    worn = love_brand([1] * 5, wear=0.3, recovery=0, **LOVE)["bond"]
    assert worn.tolist() == pytest.approx([2 * 0.7**k for k in range(5)])
    back = love_brand([1, 0, 0, 0], wear=0.5, recovery=0.2, **LOVE)["bond"]
    assert (2 - back.iloc[1:]).tolist() == pytest.approx([0.8, 0.64, 0.512])


def test_without_a_bond_there_is_no_buffer_and_without_failures_it_stays():
    assert love_brand([0, 1, 1], **LOVE | {"bond": 0})["buffer"].eq(0).all()
    assert love_brand([0] * 4, **LOVE)["bond"].eq(2).all()


def test_one_failure_costs_less_with_a_bond_unless_love_becomes_hate():
    drop = {}
    for betrayal in (0, 1, 1.5):
        table = love_brand([0, 1], betrayal=betrayal, **LOVE)
        drop[betrayal] = table["repurchase"].diff().iloc[1], table["without_bond"].diff().iloc[1]
    assert abs(drop[0][0]) < abs(drop[0][1])
    after = love_brand([1], betrayal=1, **LOVE)
    assert after["buffer"].iloc[0] == pytest.approx(0)
    assert love_brand([1], betrayal=1.5, **LOVE)["buffer"].iloc[0] < 0
    assert abs(drop[1.5][0]) > abs(drop[1][0]) > abs(drop[1][1])


def test_a_bond_can_enlarge_the_drop_where_chances_are_small_anyway():
    table = love_brand([0, 1], bond=2, advantage=-2, severity=2)
    assert abs(table["repurchase"].diff().iloc[1]) > abs(table["without_bond"].diff().iloc[1])


def test_price_and_performance_may_swing():
    table = love_brand([0, 0], **LOVE | {"advantage": [0.5, -1]})
    assert table["without_bond"].tolist() == pytest.approx([logistic(0.5), logistic(-1)])


@pytest.mark.parametrize("betrayal", [0.0, 0.4, 1.2])
def test_the_tolerated_failure_leaves_just_the_chance_that_was_asked(betrayal):
    most = tolerated_failure(bond=2, advantage=1, keep=0.6, betrayal=betrayal)
    if most >= 0:
        table = love_brand([1], bond=2, advantage=1, severity=most, betrayal=betrayal)
        assert table["repurchase"].iloc[0] == pytest.approx(0.6)
    assert most == pytest.approx(2 * (1 - betrayal) + 1 - np.log(1.5))


def test_says_what_love_needs():
    with says("failures must be a finite number in [0, 1], got 2"):
        love_brand([0, 2], **LOVE)
    with says("failures must be one list of at least one period, got shape (0,)"):
        love_brand([], **LOVE)
    with says("advantage must be one number or one for each of the 3 periods, got shape (2,)"):
        love_brand([0, 0, 0], **LOVE | {"advantage": [1, 2]})
    with says("keep must be above 0 and below 1, got 1"):
        tolerated_failure(bond=1, advantage=0, keep=1)


# --- rivals who answer -------------------------------------------------------------------


def test_pull_by_hand():
    table = competitor_pull(2, **PULL | {"discount": 0})
    assert table["staying"].tolist() == pytest.approx([1, 0.8, 0.64])
    assert table["lost"].tolist() == pytest.approx([0, 10, 27])


@pytest.mark.parametrize("name", ["unanswered", "pull", "rivals_answer"])
def test_without_any_of_the_three_only_the_base_leaves(name):
    given = PULL | {name: 0}
    table = competitor_pull(5, **given)
    assert table["staying"].tolist() == pytest.approx((0.9 ** np.arange(6)).tolist())
    assert table["lost"].eq(0).all()
    assert answer_worth(**given).parts["lost"] == 0


def test_a_long_time_loses_what_the_closed_form_says():
    found = answer_worth(**PULL)
    assert competitor_pull(400, **PULL)["lost"].iloc[-1] == pytest.approx(found.parts["lost"])
    assert found.parts["value"] == pytest.approx(100 * 0.8 / 0.3)


@patiently
@given(
    st.floats(0.01, 0.4), st.floats(0.01, 1), st.floats(0, 0.5), st.floats(0, 1), st.floats(0.5, 5)
)
def test_at_the_threshold_answering_neither_gains_nor_loses(
    base, unanswered, pull, rivals, contacts
):
    given = {"base_leave": base, "unanswered": unanswered, "pull": pull, "rivals_answer": rivals,
             "margin": 100, "discount": 0.1}  # fmt: skip
    most = answer_worth(contacts=contacts, **given)
    stay = 1 - base
    with_answers = (100 - most * contacts * unanswered) * stay / (1.1 - stay)
    assert with_answers == pytest.approx(most.parts["value"], rel=1e-9)


def test_an_answer_is_worth_less_where_customers_ask_more_often():
    assert answer_worth(contacts=4, **PULL) == pytest.approx(answer_worth(**PULL) / 4)
    assert answer_worth(**PULL | {"pull": 0}) == 0


def test_says_what_pull_needs():
    with says("base_leave + unanswered x pull x rivals_answer must be at most 1, got 1.15"):
        competitor_pull(2, **PULL | {"base_leave": 0.9, "pull": 1})
    with says("base_leave or discount must be above 0, got 0 and 0: the value would be infinite"):
        answer_worth(**PULL | {"base_leave": 0, "discount": 0})
    with says("base_leave must be below 1, got 1: nobody is left to be answered"):
        answer_worth(**PULL | {"base_leave": 1, "pull": 0})
    with says("contacts must be above 0, got 0"):
        answer_worth(contacts=0, **PULL)
    with says("unanswered must be a probability in [0, 1], got -1"):
        competitor_pull(2, **PULL | {"unanswered": -1})


def test_says_what_two_readings_need():
    with says("relationship must have a column retention, got x"):
        two_readings(pd.DataFrame({"x": [1]}))
    long = learning_relationship(300, **TOLD)
    first = long.index[long["retention"].to_numpy() >= 1][0]
    with says(
        f"retention must stay below 1, got 1 as good as exactly at tenure {first}: follow fewer purchases"
    ):
        two_readings(long)
