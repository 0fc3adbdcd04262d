"""Outcomes: by hand, against the customer values of the CRM shelf, pair by pair; dashboards."""

import math
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal
from scipy import stats

from cemlab import market
from cemlab.crm.value import gupta_lehmann, satisfaction_clv
from cemlab.market import OUTCOMES, ROLES, SCENARIOS, Market, Policy, Segment
from cemlab.market.outcomes import _around_median
from cemlab.network import Network
from cemlab.sim import cascade

patiently = settings(deadline=None, max_examples=25, derandomize=True)
CRM = Policy(phone=45_000, social=6_000, retention=40_000, advertising=59_000)
CEM = Policy(
    prevention=90_000, phone=20_000, social=4_000, advertising=36_000, organisation="pooled",
    resolution="deep",
)  # fmt: skip
BOTH = {"crm": CRM, "cem": CEM}
WATCHED = SCENARIOS["watched"]
ALL = (Segment("all", 1.0, 20.0),)
PARTS = st.integers(0, 1000).map(lambda n: n / 1000)


def says(sentence):
    return pytest.raises(ValueError, match=f"^{re.escape(sentence)}$")


def one(policy, **numbers):
    """Return the outcomes of one policy, and its months, in a market with these numbers."""
    months = numbers.pop("months", 24)
    world = Market(**numbers)
    row = market.compare({"it": policy}, market=world, months=months).loc["it"]
    return row, market.monthly(market.simulate(policy, market=world, months=months))


# --- compare --------------------------------------------------------------------------


def test_one_row_a_policy_and_one_column_an_outcome():
    table = market.compare(BOTH, months=12)
    assert list(table.index) == ["crm", "cem"]
    assert table.index.name == "policy"
    assert list(table.columns) == list(OUTCOMES)
    assert all(kind == np.float64 for kind in table.dtypes)
    assert_frame_equal(
        market.compare({"cem": CEM, "crm": CRM}, months=12).loc[["crm", "cem"]], table
    )


def test_flows_and_shares_are_the_last_months():
    row, months = one(CEM)
    last = months.iloc[-1]
    for name in ("profit", "customers", "new", "failure_share", "reputation", "posts", "exposures"):
        assert row[name] == last[name]
    assert row["public_share"] == last["public_share"]
    assert row["churn"] == last["left"] / last["customers"]
    assert row["solved_share"] == last["solved"] / last["complaints"]
    assert row["cost_to_serve"] == 24_000 / last["customers"]
    answered = last["calls"] * (1 - last["abandoned_phone"])
    answered += last["posts"] * (1 - last["abandoned_social"])
    assert row["cost_per_contact"] == pytest.approx(24_000 / answered, rel=1e-12)
    worth = 1.01 ** -np.arange(24.0)
    assert row["npv"] == pytest.approx(float(months["profit"] @ worth), rel=1e-12)


def test_empowerment_is_a_cost_of_serving():
    row, months = one(Policy(phone=20_000, social=10_000, empowerment=10_000))
    assert row["cost_to_serve"] == 40_000 / months["customers"].iloc[-1]


def test_equity_is_gupta_and_lehmanns_by_segment():
    """Those with offers leave less often: .6 (1 - 1/e) of 1/e-th as many here."""
    row, months = one(CRM, retention_effect=0.6)
    run = market.simulate(CRM, market=Market(retention_effect=0.6), months=24)
    low, high = run.details["held"][-2]
    last = months.iloc[-1]
    stop = 0.6 * (1 - math.exp(-40_000 / (2.0 * high)))
    leave = last["left"] / (low + high * (1 - stop))  # both leave alike, but for offers
    each = [
        gupta_lehmann(margin, retention=1 - churn, discount=0.01, at_once=True)
        for margin, churn in ((10, leave), (60, leave * (1 - stop)))
    ]
    assert row["customer_equity"] == pytest.approx(low * each[0] + high * each[1], rel=1e-9)
    assert row["clv"] == pytest.approx(row["customer_equity"] / last["customers"], rel=1e-12)


def test_one_customer_by_hand():
    """Nothing fails, 2 % leave, 1 % interest: 20 EUR x 1.01 / .03."""
    row, _ = one(Policy(), segments=ALL, failure_rate=0, base_churn=0.02)
    assert row["clv"] == pytest.approx(20 * 1.01 / 0.03, rel=1e-9)
    in_time = 20 / (-math.log(0.98) + math.log(1.01))  # margins flow, nobody is let down
    assert row["satisfaction_clv"] == pytest.approx(in_time, rel=1e-9)


@pytest.mark.parametrize("experiences", [0.5, 1.0, 3.0])
def test_the_value_by_satisfaction_is_the_shelfs(experiences):
    row, months = one(CEM, segments=ALL, experiences=experiences)
    last = months.iloc[-1]
    f, solved = last["failure_share"], last["solved"] / last["failures"]
    p = 1 - f * (1 - solved)
    lost = last["silent"] * 0.21 + last["unsolved"] * 0.18
    bad = lost / (last["silent"] + last["unsolved"])
    good = f * solved / p * (0.8 * 0.017 + 0.2 * 0.10)
    base = -math.log(1 - 0.015)
    exact = satisfaction_clv(
        p,
        rate_satisfied=experiences,
        rate_dissatisfied=experiences,
        death_satisfied=base + experiences * good / (1 - good),
        death_dissatisfied=base + experiences * bad / (1 - bad),
        discount=math.log(1.01),
        margin=20 / experiences,
    )
    assert row["satisfaction_clv"] == pytest.approx(exact, rel=1e-9)
    assert row["satisfaction_clv"] == pytest.approx(row["clv"], rel=0.1)  # two views of one churn


def test_without_experiences_it_is_the_margin_by_base_churn():
    row, _ = one(CEM, segments=ALL, experiences=0)
    flow = 20 / (-math.log(1 - 0.015) + math.log(1.01))
    assert row["satisfaction_clv"] == pytest.approx(flow, rel=1e-6)


def test_recommendation_falls_by_what_failures_lose():
    """A tenth fails, silently: 3 x .21 of it are detractors, whoever they were."""
    row, _ = one(Policy(), failure_rate=0.1, voice=0)
    lost = 0.1 * 3 * 0.21
    assert row["nps"] == pytest.approx(100 * (0.5 * (1 - lost) - (0.1 + 0.9 * lost)), rel=1e-12)
    assert one(Policy(), failure_rate=0)[0]["nps"] == pytest.approx(40)
    assert one(Policy(), failure_rate=1, voice=0, overstatement=100)[0]["nps"] == -100


@patiently
@given(PARTS, PARTS, st.sampled_from(["failure_rate", "loss_silent", "loss_slow"]))
def test_recommendation_never_rises_with_what_goes_wrong(first, second, name):
    better, worse = sorted((first, second))
    scores = [one(CRM, months=1, **{name: x})[0]["nps"] for x in (better, worse)]
    assert scores[0] >= scores[1] - 1e-9
    assert -100 <= scores[1] <= scores[0] + 1e-9 <= 100 + 1e-9


def test_recommendation_counts_customers_who_met_any_failure_of_the_month():
    """Seven experiences, 30 % fail, silently: .63 of those are detractors; leaving is alike."""
    row, _ = one(
        Policy(), months=1, experiences=7, failure_rate=0.3, voice=0, base_churn=0, rival_pull=0
    )
    upset = 1 - (1 - 0.3 * 0.63) ** 7
    assert row["nps"] == pytest.approx(100 * (0.5 - 0.1 - (0.5 + 0.9) * upset), rel=1e-12)
    assert row["churn"] == pytest.approx(1 - (1 - 0.3 * 0.21) ** 7, rel=1e-12)
    rarely, _ = one(Policy(), months=1, experiences=0.3, failure_rate=0.1, voice=0)
    assert rarely["nps"] == pytest.approx(40 - 140 * 0.3 * 0.1 * 0.63, rel=1e-12)


@pytest.mark.parametrize("rate", [0.01, 0.08, 0.5])
@pytest.mark.parametrize("experiences", [0.3, 1.0, 4.5, 30.0])
def test_as_many_turn_detractors_as_say_they_leave(experiences, rate):
    """Without other reasons, and with an overstatement of 1, those who leave are detractors."""
    row, months = one(
        CRM, months=1, experiences=experiences, failure_rate=rate, overstatement=1, base_churn=0,
        retention_effect=0,
    )  # fmt: skip
    upset = 1 - months["promoters"].iloc[0] / 0.5
    assert upset == pytest.approx(row["churn"], rel=1e-9)


def test_chance_gives_every_policy_the_same_years():
    table = market.compare({"a": CRM, "b": CRM}, market=WATCHED, months=24, rng=4, replicate=3)
    assert_allclose(table.loc["a"], table.loc["b"], rtol=0)
    run = market.simulate(CRM, market=WATCHED, months=24, rng=4, replicate=3)
    assert table.loc["a", "npv"] == run.details["npv"]
    other = market.compare({"a": CRM}, market=WATCHED, months=24, rng=4, replicate=4)
    assert other.loc["a", "npv"] != run.details["npv"]


def test_plans_spend_the_same_month_by_month():
    plan = {0: CRM, 12: CEM}
    table = market.compare({"plan": plan, "crm": CRM}, months=24)
    run = market.simulate(plan, months=24)
    assert table.loc["plan", "npv"] == run.details["npv"]
    late = {0: CRM, 5: replace(CRM, phone=46_000)}
    with says(
        "policies must spend the same in every month, got 150,000 EUR for 'crm' and 151,000 for 'late' in month 5: change a budget, or say equal=False"
    ):
        market.compare({"crm": CRM, "late": late}, months=24)
    assert len(market.compare({"crm": CRM, "late": late}, months=5)) == 2
    assert len(market.compare({"crm": CRM, "late": late}, months=24, equal=False)) == 2


@pytest.mark.parametrize("months", [1, 2, 120])
@pytest.mark.parametrize("budget", [0.0, 1.0, 1e9])
@pytest.mark.parametrize(
    "world",
    [
        Market(), Market(virality=0), Market(virality=1.5), Market(virality=1), Market(voice=0),
        Market(failure_rate=0), Market(failure_rate=1), Market(segments=ALL),
        Market(segments=tuple(Segment(name, 1 / 3, 10.0, offered=name == "a") for name in "abc")),
        Market(base_churn=0, discount=0), Market(segments=(Segment("all", 1.0, -3.0),)),
        Market(experiences=0), Market(audience=1), Market(market_size=100_000),
    ],
    ids=str,
)  # fmt: skip
def test_any_market_and_any_budget_have_outcomes(world, budget, months):
    policy = Policy(phone=budget / 2, social=budget / 4, prevention=budget / 4)
    row = market.compare({"it": policy}, market=world, months=months).loc["it"]
    missing = set(row.index[row.isna()])
    assert missing <= {"solved_share", "cost_per_contact"}
    complains = world.voice * world.experiences * row["failure_share"] > 0
    assert ("solved_share" in missing) == (not complains)


def test_values_are_endless_where_nobody_leaves_and_money_keeps():
    row, _ = one(Policy(), base_churn=0, discount=0, failure_rate=0)
    assert row[["customer_equity", "clv", "satisfaction_clv"]].tolist() == [math.inf] * 3
    assert math.isfinite(row["npv"])


def test_endless_value_and_endless_cost_are_no_figure():
    kinds = Segment("pay", 0.5, 5.0), Segment("cost", 0.5, -5.0)
    row, _ = one(Policy(), base_churn=0, discount=0, failure_rate=0, segments=kinds)
    assert row[["customer_equity", "clv", "satisfaction_clv"]].isna().all()


def test_a_company_without_customers_has_no_figures_per_customer():
    row, _ = one(Policy(phone=1000), base_churn=1, acquisition=0, months=3)
    assert row[["customers", "customer_equity", "new"]].tolist() == [0, 0, 0]
    assert set(row.index[row.isna()]) == {
        "clv", "satisfaction_clv", "churn", "solved_share", "cost_to_serve", "cost_per_contact",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("mistake", "sentence"),
    [
        (lambda: market.compare(CRM), f"policies must be {{name: Policy}} with one or more, got {CRM!r}"),
        (lambda: market.compare({}), "policies must be {name: Policy} with one or more, got {}"),
        (lambda: market.compare({3: CRM}), "a policy's name must be a word, got 3"),
        (
            lambda: market.compare({"a": "crm"}),
            "policy must be a Policy, or {month: Policy} beginning with month 0, got 'crm'",
        ),
        (
            lambda: market.compare({"a": CRM, "b": Policy(phone=1)}),
            "policies must spend the same in every month, got 150,000 EUR for 'a' and 1 for 'b' in month 0: change a budget, or say equal=False",
        ),
        (lambda: market.compare(BOTH, equal="no"), "equal must be True or False, got 'no'"),
        (lambda: market.compare(BOTH, months=0), "months must be a whole number in [1, 1000000], got 0"),
        (lambda: market.compare(BOTH, market=1), "market must be a Market, got 1"),
        (
            lambda: market.compare(BOTH, rng=-1),
            "rng must be an integer of at least 0, a numpy.random.Generator or None, got -1",
        ),
        (
            lambda: market.what_if(CRM, CEM, market=Market()),
            "market must have chance for years to differ, got failure_sd, virality_sd and demand_sd all 0: set one above 0, or use compare",
        ),
        (
            lambda: market.what_if(CRM, CEM, market=WATCHED, runs=1),
            "runs must be a whole number in [2, 1000000], got 1",
        ),
        (
            lambda: market.what_if(CRM, CEM, market=WATCHED, level=95),
            "level must be above 0 and below 1, got 95: 95 % is 0.95",
        ),
        (
            lambda: market.what_if(CRM, "cem", market=WATCHED),
            "policy must be a Policy, or {month: Policy} beginning with month 0, got 'cem'",
        ),
        (
            lambda: market.compare(BOTH, replicate=2**64),
            f"replicate must be a whole number in [0, {2**62}], got {2**64}",
        ),
        (
            lambda: Segment("a", 0.5, 1, offered=np.array([1, 2])),
            "a segment's offered must be True or False, got array([1, 2])",
        ),
        (lambda: Segment(["a"], 0.5, 1), "a segment's name must be a word, got ['a']"),
        (lambda: market.dashboard(RUN, "boss"), "role must be one of crm, cem, both, got 'boss'"),
        (lambda: market.dashboard(3, "crm"), "run must be a Run of a market, got 3: use market.simulate"),
        (
            lambda: market.dashboard(STORY, "crm"),
            "run must be a Run of a market, got one of cascade: use market.simulate",
        ),
        (
            lambda: market.dashboard(market.simulate(CRM, months=2), "crm"),
            "run must have at least 3 months, one quarter, got 2",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_one_sentence(mistake, sentence):
    with says(sentence):
        mistake()


# --- the same years, another policy ---------------------------------------------------


def test_what_if_is_the_sign_test_of_single_years():
    table = market.what_if(CRM, CEM, market=WATCHED, months=24, runs=12, level=0.9, rng=5)
    assert list(table.index) == list(OUTCOMES)
    assert table["unit"].to_dict() == dict(OUTCOMES)
    pairs = [
        market.compare(BOTH, market=WATCHED, months=24, rng=5, replicate=r)[["npv", "nps"]]
        for r in range(12)
    ]
    for name in ("npv", "nps"):
        before, after = (np.array([pair.loc[who, name] for pair in pairs]) for who in BOTH)
        gaps = np.sort(after - before)  # of 12, the 3rd and the 10th: 2 x (1 + 12 + 66) / 4096
        row = table.loc[name].drop("unit").astype(float)
        middle = [np.median(before), np.median(after), (gaps[5] + gaps[6]) / 2]
        assert_allclose(row[["baseline", "other", "difference"]], middle, rtol=1e-9)
        assert_allclose(row[["low", "high", "n"]], [gaps[2], gaps[9], 12], rtol=1e-9)
        assert_allclose(
            row[["ahead", "p5", "p95"]], [np.mean(gaps > 0), *np.quantile(gaps, [0.05, 0.95])]
        )


@pytest.mark.parametrize(("n", "level"), [(6, 0.95), (30, 0.95), (31, 0.5), (200, 0.99)])
def test_the_interval_holds_the_median_as_often_as_it_says_whatever_the_law(n, level):
    """2,000 samples each of a law so skewed that its mean lies above 98 % of it."""
    luck = np.random.default_rng(2009)
    draws = np.exp(4 * luck.standard_normal((2000, n))) - 1  # median 0
    ends = [_around_median(np.sort(row), level) for row in draws]
    held = np.mean([low <= 0 <= high for low, high in ends])
    rank = np.searchsorted(np.sort(draws[0]), ends[0][0])
    exact = 1 - 2 * stats.binom.cdf(rank, n, 0.5)
    assert 1 - 2 * stats.binom.cdf(rank + 1, n, 0.5) < level <= exact  # the next would be too short
    assert abs(held - exact) < 4 * math.sqrt(exact * (1 - exact) / 2000)


def test_too_few_pairs_have_no_interval():
    table = market.what_if(CRM, CEM, market=WATCHED, months=2, runs=5, rng=1)
    assert table[["low", "high"]].isna().all(axis=None)
    assert table["difference"].notna().all()
    assert market.what_if(CRM, CEM, market=WATCHED, months=2, runs=6, rng=1)["low"].notna().all()


def test_medians_of_pairs_are_covered_in_the_market_of_rare_huge_stories():
    """The mean of exposures is ruled by few years: its Student interval held it one time in five."""
    calm = Policy(phone=70_000, social=5_000, advertising=75_000)
    star = Policy(phone=50_000, social=25_000, advertising=75_000)
    given = {"market": WATCHED, "months": 12}
    truth = market.what_if(calm, star, runs=2000, rng=999, **given)["difference"]
    groups = [market.what_if(calm, star, runs=25, rng=s, **given) for s in range(60)]
    for name in ("npv", "exposures", "churn", "cost_per_contact"):
        held = np.mean([g.loc[name, "low"] <= truth[name] <= g.loc[name, "high"] for g in groups])
        assert held > 0.957 - 4 * math.sqrt(0.957 * 0.043 / 60), name


def test_the_same_policy_makes_no_difference():
    table = market.what_if(CRM, CRM, market=WATCHED, months=12, runs=6, rng=1)
    assert (table[["difference", "low", "high", "ahead", "p5", "p95"]] == 0).all().all()


def test_pairs_are_far_closer_than_strangers():
    """Luck that strikes both policies drops out: that is why years are paired."""
    slightly = replace(CRM, phone=46_000, advertising=58_000)
    paired = market.what_if(CRM, slightly, market=WATCHED, months=24, runs=40, rng=1).loc["npv"]
    alone = [
        market.simulate(CRM, market=WATCHED, months=24, rng=1, replicate=r).details["npv"]
        for r in range(40)
    ]
    strangers = 2 * 2.02 * math.sqrt(2) * np.std(alone, ddof=1) / math.sqrt(40)
    assert paired["high"] - paired["low"] < strangers / 10


def test_figures_that_only_some_years_have_count_those():
    """At failure shares of almost 0 nobody complains in some months; shares then rest on fewer."""
    world = Market(failure_sd=0.2, voice=0)
    table = market.what_if(CRM, CEM, market=world, months=2, runs=3, rng=1)
    assert table.loc["solved_share", "n"] == 0
    assert table.loc["solved_share", ["baseline", "other", "difference", "low"]].isna().all()
    assert table.loc["npv", "n"] == 3


# --- dashboards -----------------------------------------------------------------------

RUN = market.simulate(CRM, months=24, market=WATCHED, rng=2)
STORY = cascade.simulate(Network.from_edges([(0, 1)]), initial=[0], p=1.0, rng=1)


def test_each_team_sees_its_own_columns_only():
    crm, cem, both = (market.dashboard(RUN, role) for role in ("crm", "cem", "both"))
    assert tuple(crm.columns) == ROLES["crm"]
    assert tuple(cem.columns) == ROLES["cem"]
    assert max(len(names) for names in ROLES.values()) <= 7
    assert not set(crm.columns) & set(cem.columns)
    assert_frame_equal(both, pd.concat([crm, cem], axis=1))
    assert both.index.tolist() == list(range(1, 9))
    assert both.index.name == "quarter"


def test_quarters_by_hand():
    m = market.monthly(RUN).reset_index(drop=True)
    third = m.iloc[6:9]
    sums = third.sum()
    row = market.dashboard(RUN, "both").loc[3]
    calls = (third["calls"] * (1 - third["abandoned_phone"])).sum()
    posts = (third["posts"] * (1 - third["abandoned_social"])).sum()
    here = third["customers"]
    nps = 100 * ((third["promoters"] - third["detractors"]) * here).sum() / here.sum()
    expected = {
        "calls_handled": calls, "calls_answered_share": calls / sums["calls"],
        "posts_answered_share": posts / sums["posts"],
        "cost_per_contact_eur": 3 * 51_000 / (calls + posts),
        "churn_share_a_month": sums["left"] / sums["customers"],
        "margin_eur_a_customer_month": sums["margin"] / sums["customers"],
        "new_customers": sums["new"], "nps_points": nps,
        "failures_per_100_customers_month": 100 * sums["failures"] / sums["customers"],
        "solved_share_of_failures": sums["solved"] / sums["failures"],
        "public_share_of_complainers": (sums["posts"] - sums["escalated"]) / sums["complaints"],
        "exposures_per_1000_customers_month": 1000 * sums["exposures"] / sums["customers"],
        "reputation": third["reputation"].mean(),
    }  # fmt: skip
    for name, value in expected.items():
        assert row[name] == pytest.approx(value, rel=1e-12), name
    free = market.simulate(replace(CRM, retention=0), months=24, market=WATCHED, rng=2)
    third = market.monthly(free).reset_index(drop=True).iloc[6:9]
    assert (third["poached_share"] > 0).all()
    lost = (third["left"] - third["customers"] * 0.015).sum()
    shown = market.dashboard(free, "cem").loc[3, "lost_after_failure_customers"]
    assert shown == pytest.approx(lost, rel=1e-9)


@pytest.mark.parametrize(
    ("numbers", "part"), [({"base_churn": 0}, 1.0), ({"failure_rate": 0}, 0.0)]
)
def test_who_is_lost_after_a_failure(numbers, part):
    run = market.simulate(CRM, months=6, market=Market(**numbers))
    left = market.monthly(run)["left"].to_numpy().reshape(2, 3).sum(axis=1)
    shown = market.dashboard(run, "cem")["lost_after_failure_customers"]
    assert_allclose(shown, part * left, rtol=1e-12)


def test_months_after_the_last_whole_quarter_are_left_out():
    long, short = (market.simulate(CRM, months=n) for n in (11, 9))
    assert_frame_equal(market.dashboard(long, "both"), market.dashboard(short, "both"))


def test_empowerment_costs_by_the_plan():
    plan = {0: Policy(phone=30_000), 1: Policy(phone=30_000, empowerment=5_000)}
    run = market.simulate(plan, months=3)
    shown = market.dashboard(run, "crm")
    spent = shown["cost_per_contact_eur"] * shown["calls_handled"]  # posts are answered by nobody
    assert spent.tolist() == pytest.approx([100_000])


def test_nothing_to_count_is_missing():
    shown = market.dashboard(market.simulate(CRM, months=3, market=Market(failure_rate=0)), "both")
    assert set(shown.columns[shown.isna().any()]) == {
        "calls_answered_share", "posts_answered_share", "cost_per_contact_eur",
        "solved_share_of_failures", "public_share_of_complainers",
    }  # fmt: skip
    gone = Market(base_churn=1, acquisition=0)
    empty = market.dashboard(market.simulate(Policy(), months=6, market=gone), "both").loc[2]
    assert math.isnan(empty["churn_share_a_month"])
    assert empty["new_customers"] == 0


def test_a_starved_phone_looks_fine_to_the_team_that_starves_it():
    """More stars online: churn falls on the dashboard, what it does not show gets worse."""
    few, many = (
        market.dashboard(
            market.simulate(
                Policy.of_shares(phone=0.25 * (1 - x), social=0.25 * x, retention=0.3, advertising=0.45)
            ),
            "both",
        ).iloc[-1]
        for x in (0.1, 0.5)
    )  # fmt: skip
    assert many["churn_share_a_month"] < few["churn_share_a_month"]
    assert many["posts_answered_share"] > few["posts_answered_share"]
    assert many["reputation"] < few["reputation"]
    assert many["public_share_of_complainers"] > few["public_share_of_complainers"]
