"""What each lever adds: fair splits of a difference."""

import re
from itertools import permutations
from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cemlab.market import (
    LEVERS,
    Market,
    Policy,
    Segment,
    attribution,
    compare,
    lever_values,
    shapley,
    split_difference,
)

patiently = settings(deadline=None, max_examples=25, derandomize=True)
FOUR = LEVERS[:4]


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def games(n):
    """Any game of n players a, b, ...: what each set achieves."""
    names = "abcdefgh"[:n]
    worths = st.lists(st.floats(-1e3, 1e3), min_size=2**n, max_size=2**n)
    return worths.map(lambda v: lambda who: v[sum(2 ** names.index(p) for p in who)])


def shares_of(value, names):
    return shapley(value, names)["value"].to_dict()


# --- Shapley values ----------------------------------------------------------------------


def test_the_glove_game():
    """A left and two right gloves: the left one is last or middle in 4 of 6 orders."""
    found = shapley(lambda who: min("L" in who, len(who - {"L"})), ["L", "R1", "R2"])
    assert found["value"].tolist() == pytest.approx([4 / 6, 1 / 6, 1 / 6])
    assert found["share"].tolist() == found["value"].tolist()
    assert found.index.name == "player"


def test_the_airport_game_of_littlechild_and_owen():
    """A runway for the longest: each stretch is shared by those who need it."""
    need = {"small": 1.0, "middle": 4.0, "large": 10.0}
    found = shares_of(lambda who: max((need[p] for p in who), default=0.0), list(need))
    assert found == pytest.approx(
        {"small": 1 / 3, "middle": 1 / 3 + 3 / 2, "large": 1 / 3 + 1.5 + 6}
    )


def test_votes_with_a_veto():
    """As in the Security Council, made small: both of two, and two of four others."""
    names = ["v1", "v2", *(f"o{i}" for i in range(4))]
    small = shares_of(lambda who: {"v1", "v2"} <= who and len(who) >= 4, names)
    exact = sum(comb(4, k) / (comb(5, k + 1) * 6) for k in range(2, 5))
    assert small["v1"] == pytest.approx(exact)
    assert small["o0"] == pytest.approx((1 - 2 * exact) / 4)


@patiently
@given(games(4))
def test_it_is_the_mean_over_all_orders_and_adds_up(value):
    names = list("abcd")
    orders = list(permutations(names))
    mean = dict.fromkeys(names, 0.0)
    for order in orders:
        for i, name in enumerate(order):
            before, after = frozenset(order[:i]), frozenset(order[: i + 1])
            mean[name] += (value(after) - value(before)) / len(orders)
    found = shares_of(value, names)
    assert found == pytest.approx(mean, abs=1e-9)
    assert sum(found.values()) == pytest.approx(
        value(frozenset(names)) - value(frozenset()), abs=1e-9
    )


@patiently
@given(games(3), games(3))
def test_games_add_and_the_order_of_names_does_not_matter(one, other):
    both = shares_of(lambda who: one(who) + 2 * other(who), list("abc"))
    first, second = (shares_of(game, list("cab")) for game in (one, other))
    assert both == pytest.approx({p: first[p] + 2 * second[p] for p in "abc"}, abs=1e-9)


@patiently
@given(games(2))
def test_a_dummy_gets_what_it_brings_alone_and_equals_get_the_same(value):
    def with_dummy(who):
        return value(who - {"c"}) + 7.0 * ("c" in who)

    found = shares_of(with_dummy, list("abc"))
    assert found["c"] == pytest.approx(7)
    symmetric = shares_of(lambda who: value(frozenset("ab"[: len(who)])), list("ab"))
    assert symmetric["a"] == pytest.approx(symmetric["b"])


def test_nothing_to_share():
    assert shapley(lambda _: 5.0, ["a", "b"])["value"].tolist() == [0, 0]
    assert shapley(lambda _: 5.0, ["a", "b"])["share"].isna().all()


def test_says_what_players_must_be():
    with says("players must be 1 to 12 names, got 0"):
        shapley(lambda _: 0.0, [])
    with says("players must be 1 to 12 names, got 13"):
        shapley(lambda _: 0.0, [str(i) for i in range(13)])
    with says("players must be different names, got 'a' twice"):
        shapley(lambda _: 0.0, ["a", "a"])
    with says("value of a + b must be a finite number, got nan"):
        shapley(lambda who: np.nan if len(who) == 2 else 0.0, ["a", "b"])


# --- levers, each set at its best --------------------------------------------------------


def test_the_default_market_over_all_sixteen_sets():
    """A rough search gave 17.9, 5.2, 4.8, -3.6 and 168.0 million EUR at best, each about 1 %."""
    found = lever_values()
    noise = 0.01 * 168e6
    assert found.values["value"].tolist() == pytest.approx(
        [17.9e6, 5.2e6, 4.8e6, -3.6e6], abs=noise / 2
    )
    assert found.best == "prevention + deep resolution + retention"
    npv = found.combinations["npv"]
    assert npv.max() == pytest.approx(168e6, abs=noise)
    assert npv["none"] == pytest.approx(140.7e6, abs=1e5)
    assert npv["pooling"] == pytest.approx(136.2e6, abs=1e5)
    assert found.values["value"].sum() == pytest.approx(npv[" + ".join(FOUR)] - npv["none"])
    lived = compare(found.policies)["npv"]
    assert lived.to_numpy() == pytest.approx(npv.to_numpy())


def test_each_set_uses_what_it_may_and_nothing_else():
    found = lever_values(levers=["pooling", "retention", "deep resolution"], months=24)
    assert len(found.combinations) == len(found.policies) == 8
    for name, policy in found.policies.items():
        has = found.combinations.loc[name]
        assert policy.organisation == ("pooled" if has["pooling"] else "split")
        assert policy.resolution == ("deep" if has["deep resolution"] else "fast")
        assert policy.retention == 0 or has["retention"]
        assert policy.prevention == policy.empowerment == 0
        assert policy.total == pytest.approx(150_000)


def test_money_that_may_be_left_alone_does_no_harm():
    """Another set of lines can only add, up to what the search misses."""
    levers = ("prevention", "retention", "empowerment")
    npv = lever_values(levers=levers, months=36, market=Market(failure_rate=0.15)).combinations
    for _, small in npv.iterrows():
        for _, large in npv.iterrows():
            if all(large[lever] >= small[lever] for lever in levers):
                assert large["npv"] >= small["npv"]


@pytest.mark.parametrize("missed", [1.0, 5_000.0])
def test_a_search_that_finds_less_with_more_lines_is_corrected(monkeypatch, missed):
    """The larger set is given a plan that wastes some EUR: the smaller set's plan stays better."""

    def poor(group, budget, market, months):
        lost = missed * len(group & {"prevention", "retention"})
        return Policy(phone=60_000, advertising=budget - 60_000 - lost, empowerment=lost)

    monkeypatch.setattr(attribution, "_best", poor)
    found = lever_values(levers=["prevention", "retention"], months=24, market=Market(voice=0))
    assert found.values["value"].tolist() == [0, 0]
    assert len(set(found.policies.values())) == 1
    assert len(set(found.combinations["npv"])) == 1


def test_a_lever_that_does_nothing_is_worth_nothing_at_all():
    world = Market(failure_rate=0, retention_effect=0)
    found = lever_values(market=world, levers=["prevention", "retention", "pooling"], months=24)
    assert found.values["value"].tolist() == [0, 0, 0]


def test_levers_in_other_markets():
    one = Market(segments=(Segment("all", 1, 20),), retention_effect=0.9, failure_rate=0)
    found = lever_values(market=one, levers=["prevention", "retention"], months=12)
    assert found.values["value"].abs().max() < 1e-6 * found.combinations["npv"].max()
    assert found.best == "none"
    assert lever_values(budget=0, months=1).values["value"].tolist() == pytest.approx([0] * 4)


def test_says_what_levers_must_be():
    with says(
        "levers must be one of prevention, deep resolution, retention, pooling, empowerment, got 'luck'"
    ):
        lever_values(levers=["luck"])
    with says("levers must be different names, got 'pooling' twice"):
        lever_values(levers=["pooling", "pooling"])
    with says("months must be a whole number in [1, 1000000], got 0"):
        lever_values(months=0)
    with says("budget must be a finite number of at least 0, got -1"):
        lever_values(budget=-1)


# --- two given policies ------------------------------------------------------------------

A = Policy(phone=60_000, social=10_000, advertising=80_000)
B = Policy(phone=40_000, prevention=50_000, advertising=60_000, organisation="pooled",
           resolution="deep")  # fmt: skip


@pytest.mark.parametrize("market", [Market(), Market(virality=1.5, market_size=3e5, norm=0.7)])
@pytest.mark.parametrize("months", [1, 60])
def test_the_parts_of_a_difference_add_up(market, months):
    parts = split_difference(A, B, market=market, months=months)
    worth = compare({"a": A, "b": B}, market=market, months=months)["npv"]
    assert parts["value"].sum() == pytest.approx(worth["b"] - worth["a"], abs=1e-6)
    assert parts.index.tolist() == [
        "prevention", "service", "advertising", "organisation", "resolution",
    ]  # fmt: skip
    assert parts.loc["resolution", ["before", "after"]].tolist() == ["fast", "deep"]
    assert parts.loc["service", ["before", "after"]].tolist() == [70_000, 40_000]


def test_the_way_back_has_the_same_parts_with_the_other_sign():
    there, back = split_difference(A, B, months=24), split_difference(B, A, months=24)
    assert there["value"].to_numpy() == pytest.approx(-back["value"].to_numpy(), rel=1e-9)


def test_one_difference_gets_all_and_two_lines_by_hand():
    deep = Policy(phone=60_000, social=10_000, advertising=80_000, resolution="deep")
    worth = compare({"a": A, "b": deep})["npv"]
    only = split_difference(A, deep)
    assert only["value"].tolist() == pytest.approx([worth["b"] - worth["a"]])
    b = Policy(phone=60_000, social=10_000, advertising=40_000, retention=40_000)
    less = Policy(phone=60_000, social=10_000, advertising=40_000).scaled(150 / 110)
    more = Policy(phone=60_000, social=10_000, advertising=80_000, retention=40_000).scaled(
        150 / 190
    )
    npv = compare({"a": A, "b": b, "less": less, "more": more})["npv"]
    offers = (npv["more"] - npv["a"] + npv["b"] - npv["less"]) / 2
    assert split_difference(A, b).loc["retention", "value"] == pytest.approx(offers)


def test_nothing_different_and_nothing_left():
    same = split_difference(A, A)
    assert same.empty
    assert same.columns.tolist() == ["before", "after", "value", "share"]
    phone, care = Policy(phone=1000), Policy(prevention=1000)
    parts = split_difference(phone, care, months=3)  # one mixture has no money at all
    assert parts["value"].sum() == pytest.approx(
        compare({"a": phone, "b": care}, months=3)["npv"].diff().iloc[-1]
    )
    loud = Policy(phone=50_000, advertising=100_000, loudest=1)
    assert "loudest" in split_difference(loud, A).index


@pytest.mark.parametrize("way", [{"organisation": "pooled"}, {"loudest": 1.0}])
def test_a_plan_that_nobody_follows_is_no_difference(way):
    one = Policy(phone=50_000, social=10_000, advertising=90_000, **way)
    other = Policy(phone=10_000, social=50_000, advertising=90_000, **way)
    assert split_difference(one, other, months=6).empty
    split = Policy(phone=40_000, social=30_000, advertising=80_000, resolution="deep")
    first, second = (split_difference(pool, split, months=6) for pool in (one, other))
    pd.testing.assert_frame_equal(first, second)
    assert first.index[-1] in ("organisation", "resolution", "loudest")
    assert not {"phone", "social", "social_part"} & set(first.index)


def test_one_pool_or_two_teams_is_a_question_of_organisation_only():
    split = Policy(phone=50_000, social=10_000, advertising=90_000, resolution="deep")
    pool = Policy(phone=60_000, advertising=90_000, resolution="deep", organisation="pooled")
    npv = compare({"pool": pool, "split": split})["npv"]
    parts = split_difference(pool, split)
    assert parts.index.tolist() == ["organisation"]
    assert parts["value"].tolist() == pytest.approx([npv["split"] - npv["pool"]])
    loud = Policy(phone=60_000, advertising=90_000, resolution="deep", loudest=0.3)
    assert split_difference(pool, loud, months=6).index.tolist() == ["organisation"]


def test_two_teams_may_share_the_same_money_in_another_way():
    a, b = Policy(phone=60_000, social=20_000), Policy(phone=20_000, social=60_000)
    parts = split_difference(a, b, months=6)
    assert parts.index.tolist() == ["social_part"]
    assert parts.loc["social_part", ["before", "after"]].tolist() == [0.25, 0.75]
    more = Policy(phone=30_000, social=30_000, advertising=20_000)
    both = split_difference(a, more, months=6)
    assert both.index.tolist() == ["service", "social_part", "advertising"]
    npv = compare({"a": a, "b": more}, months=6)["npv"]
    assert both["value"].sum() == pytest.approx(npv["b"] - npv["a"])


def test_says_what_policies_must_be():
    with says("b must spend what a spends, 150,000 EUR a month, got 75,000: use b.scaled"):
        split_difference(A, B.scaled(0.5))
    with says("a must be a Policy, got 'crm'"):
        split_difference("crm", B)
