"""Where the loop can be solved by hand, against the compiled loop."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cemlab.market import SCENARIOS, VARIABLES, Market, Policy, Segment, limits, monthly, simulate

patiently = settings(deadline=None, max_examples=25, derandomize=True)
ENDLESS = Market(audience=math.inf)
THREE = Market(
    segments=(Segment("a", 0.5, 10), Segment("b", 0.3, -5, offered=True),
              Segment("c", 0.2, 100, offered=True)),
    customers=20_000, experiences=2.5, market_size=50_000, voice=0.7, failure_rate=0.03,
    observer=1.0, publicisation=0.2, rival_pull=0.02, norm=0.6, virality=1.3,
)  # fmt: skip
ADS = Policy(phone=15_000, social=15_000, advertising=120_000, organisation="pooled")
AMPLE = Policy(phone=1_350_000, social=1_350_000, advertising=300_000, organisation="pooled",
               resolution="deep")  # fmt: skip
STARS = Policy(phone=2e6, social=2e6, advertising=80_000, retention=40_000)


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def agree(found, lived, tolerance=1e-9):
    for name in found.index.drop("churn"):
        assert found[name] == pytest.approx(lived[name], rel=tolerance, abs=1e-9), name
    assert found["churn"] == pytest.approx(lived["left"] / lived["customers"], rel=tolerance)


# --- no failures -------------------------------------------------------------------------


def test_no_failures_by_hand():
    found = limits.no_failures(ADS)
    come = 3000 * 4**0.12 * (1 / 0.75) ** 0.417
    assert found["customers"] == pytest.approx(come / 0.015, rel=1e-13)
    assert found["customers"] == pytest.approx(266_303.361, abs=1e-3)
    assert found["profit"] == pytest.approx(20 * found["customers"] - 150_000)
    room = limits.no_failures(ADS, market=Market(market_size=200_000))["customers"]
    assert room == pytest.approx(come * 200_000 / (come + 0.015 * 200_000), rel=1e-12)


def test_no_failures_with_offers_by_hand():
    """Offers that stop a known part: a balance a class."""
    offers = Policy(advertising=30_000, retention=1e9)  # all of the effect, 0.4
    found = limits.no_failures(offers)
    come = 3000 * (1 / 0.75) ** 0.417
    assert found["customers"] == pytest.approx(come / 0.015 * (0.8 + 0.2 / 0.6), rel=1e-12)


@pytest.mark.parametrize("market", [ENDLESS, Market(market_size=150_000), THREE])
@pytest.mark.parametrize("policy", [ADS, STARS, Policy()])
def test_no_failures_is_where_the_loop_rests(policy, market):
    lived = limits.steady_state(policy, market=replace(market, failure_rate=0))
    agree(limits.no_failures(policy, market=market), lived)


@pytest.mark.parametrize("offers", [0.0, 5e7])
def test_where_nobody_leaves_and_nobody_comes_everybody_stays(offers):
    """Any number is at rest: it is that of the start; offers may keep one class for good."""
    policy = Policy(phone=1e5, retention=offers)
    for churn, effect in ((0.0, 0.4), (0.03, 1.0)):
        market = Market(base_churn=churn, acquisition=0, market_size=2e5, retention_effect=effect)
        found = limits.no_failures(policy, market=market)
        agree(found, limits.steady_state(policy, market=replace(market, failure_rate=0)))
        kept = 100_000 if not churn else 20_000 if offers else 0
        assert found["customers"] == pytest.approx(kept, abs=1e-6)
        assert found["left"] == 0


# --- ample capacity ----------------------------------------------------------------------


def test_ample_capacity_by_hand():
    """The four figures: customers, reputation, habit, churn."""
    found = limits.ample_capacity(AMPLE, market=ENDLESS)
    s = 1 / (1 + math.exp(8 * 0.35))
    escalated = (1 - s) * 0.2 * 0.15
    posts = 0.5 * (s + escalated)
    solved = 0.5 * (1 - s) * 0.8 + posts * 0.8
    unsolved = 0.5 * (1 - s) * 0.2 * 0.85 + posts * 0.2
    loss = 0.08 * (0.5 * 0.21 + unsolved * 0.18 + solved * (0.8 * 0.017 + 0.2 * 0.10))
    churn = 1 - 0.985 * (1 - loss)
    bad = 0.08 * (0.06 * (0.5 + unsolved) + posts / (1 - 0.6 * (1 - 0.3 * 0.8)))
    good = 0.02 * 0.92 + 0.5 * 0.06 * 0.08 * solved
    reputation = good / (good + 2 * bad)
    come = 3000 * 10**0.12 * (reputation / 0.75) ** 0.417
    exact = [s, reputation, churn, come / churn]
    names = ["public_share", "reputation", "churn", "customers"]
    assert found[names].tolist() == pytest.approx(exact, rel=1e-12)
    assert found[names].round(7).tolist() == pytest.approx(
        [0.0573242, 0.5152396, 0.0256210, 131_987.549053], abs=1e-6
    )


@pytest.mark.parametrize("market", [ENDLESS, Market(), SCENARIOS["watched"], THREE])
@pytest.mark.parametrize("policy", [AMPLE, STARS])
def test_ample_capacity_is_where_the_loop_rests(policy, market):
    agree(limits.ample_capacity(policy, market=market), limits.steady_state(policy, market=market))


def test_consistent_channels_keep_the_habit_whatever_the_load():
    for service in (10_000, 40_000, 2_000_000):
        plan = Policy(phone=service, advertising=50_000, organisation="pooled")
        share = limits.steady_state(plan)["public_share"]
        assert share == pytest.approx(1 / (1 + math.exp(2.8)), abs=1e-9)


# --- rest --------------------------------------------------------------------------------


def test_at_rest_people_and_failures_balance():
    rest = limits.steady_state(Policy(phone=50_000, social=10_000, advertising=90_000))
    assert rest.index.tolist() == list(VARIABLES)
    assert rest["left"] == pytest.approx(rest["new"], rel=1e-9)
    told = rest["solved"] + rest["unsolved"] + rest["silent"]
    assert told == pytest.approx(rest["failures"], rel=1e-12)


def test_rest_is_the_end_of_a_long_run():
    plan = {0: ADS, 30: Policy(phone=60_000, advertising=90_000)}
    last = monthly(simulate(plan, months=3000)).iloc[-1]
    rest = limits.steady_state(plan)
    assert last.to_numpy() == pytest.approx(rest.to_numpy(), rel=1e-9, abs=1e-9)
    noisy = limits.steady_state(plan, market=Market(failure_sd=0.3, demand_sd=0.1))
    assert noisy.tolist() == rest.tolist()


# --- prevention --------------------------------------------------------------------------


def test_best_prevention_of_known_damages():
    found = limits.best_prevention([[5, 12.5, 20], [40, 80, 0]])
    exact = np.array([[0, 0, 0.47], [1.16315, 1.8563, 0]])
    assert found == pytest.approx(exact, abs=5e-6)
    assert isinstance(limits.best_prevention(20), float)
    assert limits.best_prevention(1e6, market=Market(failure_rate=0)) == 0


@patiently
@given(st.floats(0, 500), st.floats(0.1, 10), st.floats(0.01, 1), st.floats(0, 5))
def test_best_prevention_costs_least(damage, cost, rate, experiences):
    market = Market(prevention_cost=cost, failure_rate=rate, experiences=experiences)
    best = limits.best_prevention(damage, market=market)

    def spent(b):
        return b + experiences * rate * np.exp(-b / cost) * damage

    grid = np.linspace(0, 20 * cost, 2001)
    assert spent(best) <= spent(grid).min() + 1e-9 * (1 + damage)


# --- the first euro ----------------------------------------------------------------------


def test_the_first_euro_by_hand_for_ever():
    """One segment, one experience, every failure silent: D = loss x value of a customer."""
    market = Market(segments=(Segment("all", 1, 20, offered=True),), voice=0)
    found = limits.first_euro(Policy(advertising=30_000), market=market)["long_run"]
    churn = 1 - 0.985 * (1 - 0.08 * 0.21)
    worth = 20 / (0.01 + churn)
    damage = 0.985 * 0.21 * worth
    assert found["prevention"] == pytest.approx(0.08 * damage / 1)
    assert found["retention"] == pytest.approx(0.4 * churn / 2 * worth)
    pays = limits.best_prevention(damage, market=market) > 0
    assert pays == (found["prevention"] > 1)


@pytest.mark.parametrize("months", [2, 24, 120, 1200])
@pytest.mark.parametrize(
    "market",
    [Market(), Market(experiences=2.5, failure_rate=0.2, discount=0), Market(experiences=0.4)],
)
def test_the_rule_is_exact_in_a_frozen_world_with_ample_staff(market, months):
    ample = Policy(phone=5e6, social=3e6, advertising=50_000)
    found = limits.first_euro(ample, market=market, months=months)
    assert found["frozen"].to_numpy() == pytest.approx(found["rule"].to_numpy(), rel=2e-5)


def test_a_long_horizon_comes_near_for_ever():
    found = limits.first_euro(STARS, months=3000)
    assert found["rule"].to_numpy() == pytest.approx(found["long_run"].to_numpy(), rel=1e-9)


def test_where_the_rule_stops_holding():
    """Reputation brings newcomers: in the loop a failure fewer is worth more than a lost customer."""
    ample = limits.first_euro(Policy(phone=2e6, social=1e6, advertising=50_000))
    assert ample.loc["prevention", "loop"] > 1.3 * ample.loc["prevention", "rule"]
    assert ample.loc["prevention", "rule"] < ample.loc["retention", "rule"]
    assert ample.loc["prevention", "loop"] > ample.loc["retention", "loop"]  # the order turns
    deaf = Market(reputation_elasticity=0, learning=0)
    cut = limits.first_euro(Policy(phone=2e6, social=1e6, advertising=50_000), market=deaf)
    assert cut["loop"].to_numpy() == pytest.approx(cut["rule"].to_numpy(), rel=1e-5)
    full = limits.first_euro(Policy(phone=20_000, social=5_000, advertising=125_000))
    assert full.loc["prevention", "frozen"] > 1.02 * full.loc["prevention", "rule"]  # relief


def test_no_one_to_keep_and_nothing_to_prevent():
    nobody = Market(segments=(Segment("all", 1, 20),), failure_rate=0)
    assert limits.first_euro(ADS, market=nobody).abs().max().max() < 1e-6
    month = limits.first_euro(ADS, months=1)
    assert month["rule"].tolist() == [0, 0]
    still = Market(base_churn=0, failure_rate=0, discount=0)
    assert limits.first_euro(ADS, market=still)["long_run"].isna().all()


# --- messages ----------------------------------------------------------------------------


def test_says_what_was_wrong():
    with says("policy must be a Policy, got {0: 1}"):
        limits.no_failures({0: 1})
    with says(
        "prevention must be 0 in this limit, got 5: change failure_rate or the solved shares instead"
    ):
        limits.ample_capacity(Policy(prevention=5))
    with says(
        "base_churn must be above 0 in an endless market that nobody else leaves, got 0: there is no state of rest"
    ):
        limits.no_failures(ADS, market=Market(base_churn=0))
    with says(
        "talk_good and experiences must be above 0, got 0: without evidence there is no reputation"
    ):
        limits.no_failures(ADS, market=Market(talk_good=0))
    with says("norm must let the habit settle, got -5 with learning 1: lower learning"):
        limits.ample_capacity(STARS, market=Market(norm=-5, learning=1))
    with pytest.raises(
        ValueError,
        match=r"^policy must lead to a state of rest within 65,536 months, got customers still moving, [\d,.]+ at half of them and [\d,.]+ at their end: see market.simulate$",
    ):
        limits.steady_state(ADS, market=Market(base_churn=0, failure_rate=0))
    with says("damage must be finite numbers of at least 0, got [1, -2]"):
        limits.best_prevention([1, -2])
    with says("damage must be finite numbers of at least 0, got 'much'"):
        limits.best_prevention("much")
    with says("months must be a whole number in [1, 1000000], got 0"):
        limits.first_euro(ADS, months=0)
