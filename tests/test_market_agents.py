"""The market with single people: the same loop as the expected numbers, and a log for both lenses."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from cemlab import events, lenses, market
from cemlab.cem.surveys import nps
from cemlab.market import Market, Policy, Segment, agents
from cemlab.market.agents import _months
from cemlab.network import Network
from cemlab.sim.service_desk.erlang import erlang_a
from cemlab.testing import check_model

PLAN = Policy(prevention=20_000, phone=60_000, social=10_000, retention=10_000, advertising=50_000)
PUBLIC = Network.random(2000, 20, rng=3)


def of_size(customers, **changes):
    """Return the market and the policy of a company of this size, its public as large."""
    factor = customers / Market().customers
    return replace(Market(**changes).scaled(factor), audience=customers), PLAN.scaled(factor)


def counted(run):
    return market.monthly(run).reset_index(drop=True)


def live(customers=2000, *, network=PUBLIC, months=6, policy=None, rng=1, plan=None, **changes):
    world, scaled = of_size(customers, **changes)
    given = plan or (policy.scaled(customers / Market().customers) if policy else scaled)
    return agents.simulate(given, network=network, months=months, market=world, rng=rng)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"months": 1, "surveyed": 1.0, "replicate": 3},
        {"policy": {0: Policy(), 2: Policy(phone=9000, organisation="pooled", resolution="deep")}},
    ],
)
def test_keeps_the_promises_of_every_model(more):
    few = Market(customers=800, acquisition=20, failure_sd=0.2, rival_pull=0.1)
    example = {"policy": Policy(phone=5000, social=3000), "network": PUBLIC, "market": few}
    check_model(agents.simulate, {**example, "months": 3, **more})


def test_a_path_where_everybody_tells_is_counted_by_hand():
    """Whoever begins, three people on a path share, and each tie is used once: two exposures."""
    path = Network.from_edges([(0, 1), (1, 2)])
    world = Market(customers=300, virality=100, readers=1, calming=0, start_public=1, learning=0)
    run = agents.simulate(Policy(), network=path, market=world, months=2, rng=1)
    table = counted(run)
    assert (table["posts"] > 5).all()
    assert (table["sharers"] == 3).all()
    assert_array_equal(table["exposures"], 2 * table["posts"])
    log = run.events
    told = log[log["kind"].isin(["publish", "share"])]
    by_issue = told.groupby(["customer", "issue"], observed=True)
    assert by_issue["value"].sum().eq(2).all()
    assert all(sorted(who) == [0, 1, 2] for _, who in by_issue["by"])


def test_people_are_conserved_month_by_month():
    run = live(months=12, experiences=1.5, failure_rate=0.2, rival_pull=0.3)
    table, held = counted(run), run.details["held"]
    flow = table["customers"] + table["new"] - table["left"]
    assert_array_equal(held.sum(axis=1), np.append(table["customers"], flow.iloc[-1]))
    assert_array_equal(flow[:-1], table["customers"][1:])
    assert_array_equal(table["complaints"], table["calls"] + table["posts"] - table["escalated"])
    assert_array_equal(table["complaints"], table["solved"] + table["unsolved"])
    assert_array_equal(table["failures"], table["complaints"] + table["silent"])
    assert_allclose(table["margin"], held[:-1] @ [10, 60])
    assert_allclose(
        table["solved"],
        table["calls"] * table["solved_phone"] + table["posts"] * table["solved_social"],
    )
    worth = 1.01 ** -np.arange(12)
    assert run.details["npv"] == pytest.approx(table["profit"] @ worth)


def test_the_same_people_meet_the_same_luck_until_the_policy_changes():
    _, plan = of_size(2000)
    changed = {0: plan, 12: plan.scaled(0.3)}
    one, other = (live(months=15, plan=p) for p in (plan, changed))
    assert_array_equal(one.details["course"][:12], other.details["course"][:12])
    assert not np.array_equal(one.details["course"][12:], other.details["course"][12:])
    begun = [run.events.query("time < '2010-07-05'") for run in (one, other)]
    assert_array_equal(begun[0]["time"], begun[1]["time"])
    assert_array_equal(begun[0]["customer"].astype(int), begun[1]["customer"].astype(int))


def test_paired_differences_vary_less_than_unpaired_ones():
    world, plan = of_size(2000)
    other = replace(plan, prevention=plan.prevention * 1.2, advertising=plan.advertising * 0.92)
    ends = np.array(
        [
            [
                agents.simulate(
                    p, network=PUBLIC, market=world, months=6, rng=5, replicate=r, surveyed=0
                ).details["npv"]
                for p in (plan, other)
            ]
            for r in range(40)
        ]
    )
    paired = np.var(ends[:, 1] - ends[:, 0])
    unpaired = np.var(ends[:, 1] - np.roll(ends[:, 0], 1))
    assert paired < unpaired / 2


def test_offers_keep_only_those_they_are_made_to():
    offers = replace(PLAN, retention=1e9)
    with_, without = (live(policy=p, retention_effect=1.0, months=8) for p in (offers, PLAN))
    high = with_.details["held"][:, 1]
    assert (np.diff(high) >= 0).all()
    assert without.details["held"][-1, 1] < high[-1]


DIFFERENCES = ("customers", "calls", "posts", "solved_phone", "solved_social", "sharers", "exposures",
               "reputation", "public_share", "left", "new", "margin", "promoters")  # fmt: skip


def gaps(customers, runs, months, **changes):
    """Return mean and standard error of twin / expected - 1, one column each of DIFFERENCES."""
    world, plan = of_size(customers, **changes)
    expected = market.monthly(market.simulate(plan, market=world, months=months))
    found = []
    for r in range(runs):
        network = Network.random(customers, 20, rng=r)
        run = agents.simulate(
            plan, network=network, market=world, months=months, rng=7, replicate=r, surveyed=0
        )
        found.append(counted(run)[list(DIFFERENCES)].mean())
    table = np.array(found) / expected[list(DIFFERENCES)].mean().to_numpy() - 1.0
    return table.mean(axis=0), table.std(axis=0, ddof=1) / np.sqrt(runs)


def test_approaches_the_expected_numbers_as_the_company_grows():
    """What is left shrinks as 1 / customers: with 100,000 it is within what 1,000 and 10,000 leave."""
    small, small_error = gaps(1000, 100, 12)
    middle, middle_error = gaps(10_000, 20, 12)
    large, large_error = gaps(100_000, 3, 12)
    bias = np.abs(small) + 4 * small_error
    assert (np.abs(middle) < bias / 5 + 4 * middle_error).all()
    bias = np.abs(middle) + 4 * middle_error
    assert (np.abs(large) < bias / 5 + 4 * large_error).all()
    assert (np.abs(large) < 0.03).all()


CUTS = {
    "nobody complains": {"voice": 0},
    "nobody goes public": {"start_public": 0, "learning": 0, "escalation": 0},
    "nobody passes on": {"virality": 0},
    "nobody reads": {"readers": 0},
    "nothing fails": {"failure_rate": 0},
    "nothing happens": {"experiences": 0},
    "nobody comes": {"acquisition": 0},
    "nobody leaves": {"base_churn": 0, "loss_silent": 0, "loss_unresolved": 0, "loss_slow": 0, "loss_fast": 0},
    "a rival pulls": {"rival_pull": 0.5},
}  # fmt: skip


@pytest.mark.parametrize("cut", CUTS)
def test_every_link_is_cut_as_in_the_expected_numbers(cut):
    plan = replace(PLAN, phone=200_000, social=400_000).scaled(0.02)
    run = live(months=4, plan=plan, **CUTS[cut])
    world, _ = of_size(2000, **CUTS[cut])
    expected = market.monthly(market.simulate(plan, market=world, months=4))
    table = counted(run)
    for name in expected:
        if not name.startswith("abandoned"):
            assert (table[name] == 0).all() == (expected[name] == 0).all(), name
    if cut == "nobody reads":
        assert run.events.query("kind == 'publish'")["value"].eq(0).all()
    if cut == "nobody passes on":
        assert (table["sharers"] == 1).all()
    if cut == "nothing fails":
        assert_allclose(table["reputation"], expected["reputation"], rtol=0.01)


def test_without_elasticity_standing_brings_nobody():
    good, bad = (live(reputation_elasticity=0, talk_bad=x) for x in (0.0, 1.0))
    assert counted(good)["reputation"].iloc[-1] > counted(bad)["reputation"].iloc[-1] + 0.1
    assert_array_equal(counted(good)["new"], counted(bad)["new"])


def test_without_learning_the_habit_stays():
    assert (counted(live(learning=0))["public_share"] == 0.1).all()


def test_stories_above_the_threshold_reach_as_many_as_the_law_says():
    """Each post is large with the same chance as its part of the public is reached: n S^2."""
    table = [counted(live(months=4, virality=1.6, calming=0, rng=r)) for r in range(12)]
    world, plan = of_size(2000, virality=1.6, calming=0)
    law = market.monthly(market.simulate(plan, market=world, months=1))["sharers"].iloc[0]
    posts = np.concatenate([t["posts"] for t in table])
    sharers = np.concatenate([t["sharers"] for t in table])
    mean = np.average(sharers, weights=posts)
    error = np.sqrt(np.average((sharers - mean) ** 2 * posts, weights=posts) / posts.sum())
    assert abs(mean - law) < 4 * error
    assert law > 500


def test_a_calmer_story_is_a_part_of_the_same_one():
    wild, calm = (desk(replace(PLAN, social=1e6), calming=x)[0] for x in (0.0, 0.9))
    assert_array_equal(wild["came"], calm["came"])
    assert (calm["sharers"] <= wild["sharers"]).all()
    assert calm["sharers"].sum() < wild["sharers"].sum()


def test_without_agents_nobody_is_helped():
    table = counted(live(policy=Policy(advertising=50_000), months=3))
    assert (table[["solved", "solved_phone", "solved_social"]] == 0).all(axis=None)
    assert (table[["abandoned_phone", "abandoned_social"]] == 1).all(axis=None)


def test_three_segments_come_by_their_shares():
    kinds = (Segment("a", 0.5, 5.0), Segment("b", 0.3, 20.0, offered=True), Segment("c", 0.2, 90.0))
    run = live(20_000, segments=kinds, months=2)
    held = run.details["held"][0]
    expected = 20_000 * np.array([0.5, 0.3, 0.2])
    assert (np.abs(held - expected) < 4 * np.sqrt(expected)).all()
    failed = run.events.query("kind == 'failure'")["value"]
    assert sorted(failed.unique()) == [5, 20, 90]


def test_a_closed_market_is_never_overfull():
    world = Market(customers=950, market_size=1000, acquisition=200)
    run = agents.simulate(Policy(advertising=1e6), network=PUBLIC, market=world, months=12, rng=1)
    assert run.details["held"].sum(axis=1).max() <= 1000


def test_loud_complaints_move_the_money():
    moved = counted(live(policy=replace(PLAN, loudest=1.0)))
    assert_allclose(moved["phone_money"] + moved["social_money"], 1400)
    assert moved["social_money"].iloc[0] == pytest.approx(1400 * 0.5 / 1.4)


# --- the desk ----------------------------------------------------------------------


def desk(policy, customers=20_000, months=1, **changes):
    """Return the contacts of a month with wait and end (desk hours), in order of arrival."""
    world, plan = of_size(customers, **changes)
    _, kept = _months.lived(policy or plan, world, PUBLIC, months, surveyed=0, key=3, replicate=0)
    rows = kept.contacts[np.argsort(kept.contacts["came"], kind="stable")]
    return rows, rows["came"] + rows["waited"]


def test_a_pool_serves_in_turn_and_nobody_waits_beside_an_idle_agent():
    rows, began = desk(Policy(phone=8000, social=4000, organisation="pooled"))
    served = rows["answered"]
    start, end = began[served], (began + rows["served"])[served]
    assert (np.diff(start) >= 0).all()
    busy = (start[:, None] <= start) & (end[:, None] > start)
    assert busy.sum(axis=0).max() == 3
    came = rows["came"]
    at_arrival = ((start[:, None] < came) & (end[:, None] > came)).sum(axis=0)
    assert (at_arrival[rows["waited"] > 0] == 3).all()
    assert (rows["waited"][at_arrival < 3] == 0).all()
    assert rows["is_post"].any()
    assert not rows["is_post"].all()


@pytest.mark.parametrize("agents_there", [3, 5, 6])
def test_callers_hang_up_as_often_as_erlang_a_says(agents_there):
    found, expected = [], []
    world = Market(customers=100_000, start_public=0.0, learning=0.0, escalation=0.0, voice=0.6)
    plan = Policy(phone=4000.0 * agents_there)
    for r in range(8):
        run = agents.simulate(
            plan, network=PUBLIC, market=world, months=1, rng=11, replicate=r, surveyed=0
        )
        row = counted(run).iloc[0]
        found.append(row["abandoned_phone"])
        expected.append(erlang_a(row["calls"] / 160, 5.0, agents_there, 12.0).abandon)
    gap = np.array(found) - expected
    assert abs(gap.mean()) < 4 * gap.std(ddof=1) / np.sqrt(8)
    assert min(found) > 0.1


def test_part_of_an_agent_is_there_for_that_part_of_each_day():
    """A quarter on the phone: the first two of eight hours. Half for posts: half with, half without."""
    rows, began = desk(Policy(phone=1000, social=2000), escalation=1.0)
    phone, social = (began[rows["answered"] & (rows["is_post"] == post)] % 8 for post in (0, 1))
    assert 1.8 < phone.max() < 2
    with_, without = social[social < 2], social[social >= 2]
    assert 0.8 < with_.max() < 1
    assert 4.7 < without.max() < 5
    assert set(began[rows["answered"]] // 8) == set(range(20))


@pytest.mark.parametrize("hours", [1.0, 8.0, 37.3, 160.0, 744.0])
@pytest.mark.parametrize("part", [1e-9, 0.3, 0.999])
def test_days_of_any_length_end(hours, part):
    plan = Policy(phone=4000 * part, social=4000 * (1 - part))
    rows, began = desk(plan, 2000, desk_hours=hours, escalation=1.0)
    assert began[rows["answered"]].max(initial=0) < hours


def test_a_caller_who_was_not_helped_posts_within_the_month_a_day_later():
    rows, _ = desk(Policy(), 200_000, escalation=1.0, voice=1.0, patience_rate=1e4)
    calls, later = rows[~rows["escalated"] & ~rows["is_post"]], rows[rows["escalated"]]
    called = calls["came"][np.argsort(calls["failure"])]
    pause = later["came"][np.argsort(later["failure"])] - called
    assert len(called) == len(pause)
    assert (pause > 0).all()
    assert later["came"].max() <= 160
    early = pause[called < 60]
    assert abs(early.mean() - 8) < 4 * 8 / np.sqrt(early.size)


def test_posts_of_a_small_pool_fare_as_its_calls():
    """Six tenths of an agent: posts came a second after the call, to the same empty desk."""
    world = replace(Market().scaled(0.1), audience=10_000)
    plan = Policy(prevention=9000, phone=2400, organisation="pooled", resolution="deep")
    found = [
        counted(
            agents.simulate(plan, network=PUBLIC, market=world, months=6, rng=r, surveyed=0)
        ).mean()
        for r in range(20)
    ]
    gap = np.array([(f["solved_social"] / f["solved_phone"]) for f in found]) - 1
    assert abs(gap.mean()) < 4 * gap.std(ddof=1) / np.sqrt(20)
    assert gap.std(ddof=1) / np.sqrt(20) < 0.05


# --- the log -----------------------------------------------------------------------


def test_the_log_says_what_the_series_says():
    run = live(20_000, months=3, network=Network.random(20_000, 20, rng=1))
    log, table = run.events, counted(run)
    kinds, total = log["kind"].value_counts(), table.sum()
    by = log.groupby(["kind", "channel"], observed=True).size()
    assert kinds["failure"] == total["failures"]
    assert by["contact", "phone"] == total["calls"]
    assert by["contact", "social"] == kinds["publish"] == total["posts"]
    assert kinds["resolve"] == total["solved"]
    assert kinds["answer"] == kinds["close"] == kinds["work"]
    assert kinds["leave"] == total["left"]
    assert kinds["share"] == pytest.approx((table["posts"] * (table["sharers"] - 1)).sum())
    told = log[log["kind"].isin(["publish", "share"])]
    assert told["value"].sum() == total["exposures"]
    gone = by["abandon", "phone"] / by["contact", "phone"]
    assert gone == pytest.approx((table["abandoned_phone"] * table["calls"]).sum() / total["calls"])
    assert events.validate(log).equals(log)
    journeys = log[log["issue"] != 0]
    row = lenses.compare(journeys).set_index("metric")
    assert row.loc["contacts", "value"] == total["calls"] + total["posts"]
    assert row.loc["journeys resolved", "n"] == total["failures"]
    solved = total["solved"] / total["failures"]
    assert row.loc["journeys resolved", "value"] == pytest.approx(solved)
    public = journeys.query("kind == 'publish'")[["customer", "issue"]].drop_duplicates()
    assert row.loc["gone public", "value"] == len(public) == total["posts"]
    assert row.loc["issues closed", "value"] > row.loc["journeys resolved", "value"]


def test_waits_and_work_are_true_minutes():
    log = live(20_000, months=2).events
    work = log.loc[log["kind"] == "work", "value"]
    calls = log.loc[(log["kind"] == "work") & (log["channel"] == "phone"), "value"]
    assert abs(calls.mean() - 12.0) < 4 * calls.std() / np.sqrt(len(calls))
    assert len(work) > len(calls)
    spread = log.loc[log["kind"] == "contact", "time"].dt.day
    assert set(spread) == set(range(1, 32))


def test_those_asked_answer_as_the_series_expects():
    world, plan = of_size(20_000, experiences=1.0)
    run = agents.simulate(plan, network=PUBLIC, market=world, months=3, rng=2, surveyed=0.3)
    score = run.events.query("kind == 'survey_nps'")["value"]
    table = counted(run)
    asked = table["customers"].sum()
    assert abs(len(score) - 0.3 * asked) < 4 * np.sqrt(0.21 * asked)
    expected = np.average(table["promoters"] - table["detractors"], weights=table["customers"])
    found = nps(score.to_numpy())
    assert abs(found - 100 * expected) < 4 * 100 * np.sqrt(0.62 / len(score))
    assert set(score.unique()) == set(range(11))


@pytest.mark.parametrize("experiences", [0.3, 4.5])
def test_customers_are_asked_about_the_month_whatever_they_met(experiences):
    world, plan = of_size(20_000, experiences=experiences, failure_rate=0.3)
    run = agents.simulate(plan, network=PUBLIC, market=world, months=1, rng=2, surveyed=1)
    score = run.events.query("kind == 'survey_nps'")["value"]
    row = counted(run).iloc[0]
    assert len(score) == row["customers"]
    expected = row["promoters"] - row["detractors"]
    assert abs(nps(score.to_numpy()) - 100 * expected) < 4 * 100 / np.sqrt(len(score))
    law = market.monthly(market.simulate(plan, market=world, months=1)).iloc[0]
    assert row["detractors"] == pytest.approx(law["detractors"], rel=0.03)
    assert row["promoters"] == pytest.approx(law["promoters"], rel=0.03)


@pytest.mark.parametrize(
    "changes", [{"patience_rate": 0.001}, {"patience_rate": 0.01, "desk_hours": 1.0}, {}]
)
def test_nothing_of_a_customer_follows_their_leaving_or_the_end(changes):
    world = Market(customers=3000, acquisition=90, failure_rate=0.3, escalation=0.8, **changes)
    plan = Policy(phone=2500, social=1500)
    run = agents.simulate(plan, network=PUBLIC, market=world, months=4, rng=3, surveyed=0.5)
    log = run.events
    own = log[log["kind"] != "share"]
    assert own["time"].max() < np.datetime64("2009-11-06")
    left = own[own["kind"] == "leave"].set_index("customer")["time"]
    assert len(left) > 500
    when = own["customer"].astype(int).map(left.rename(index=int))
    assert not ((own["time"] > when) & when.notna()).any()
    last = own.groupby("customer", observed=True)["kind"].last()
    assert (last[left.index] == "leave").all()
    by_issue = own[own["issue"] != 0].sort_values("time", kind="stable")
    call = by_issue[(by_issue["channel"] == "phone") & by_issue["kind"].isin(["close", "abandon"])]
    post = by_issue[by_issue["kind"] == "publish"]
    both = post.merge(call, on=["customer", "issue"], suffixes=("", "_call"))
    assert len(both) > 100
    assert (both["time"] > both["time_call"]).all()


def test_a_market_nearly_full_fills_as_expected():
    """One in five of the 50 left comes: 10 in the mean, never more than 50."""
    world = Market(customers=950, market_size=1000, acquisition=200, advertising_elasticity=0)
    runs = [
        agents.simulate(Policy(), network=PUBLIC, market=world, months=1, rng=r) for r in range(200)
    ]
    new = np.array([run.final("new") for run in runs])
    assert abs(new.mean() - 10) < 4 * np.sqrt(8 / 200)
    high = replace(world, customers=999, acquisition=1e9)
    assert agents.simulate(Policy(), network=PUBLIC, market=high, months=1, rng=1).final("new") == 1


def test_standing_stays_where_nobody_tells():
    table = counted(live(500, months=3, experiences=0, memory=0))
    assert_allclose(table["reputation"], 0.75)


def test_a_run_keeps_its_plan_whatever_the_caller_does():
    plan = {0: Policy(phone=4000)}
    run = live(500, plan=plan, months=3)
    plan[0] = Policy(phone=1)
    assert run.params["policy"][0].phone == 4000


def test_names_of_the_public_stand_in_the_log():
    named = Network.from_edges([(0, 1)])
    named = Network(2, named.start, named.targets, ("Ana", "Ben"))
    world = Market(customers=200, virality=10, readers=1, calming=0, start_public=1.0)
    log = agents.simulate(Policy(), network=named, market=world, months=1, rng=1).events
    assert set(log["by"].dropna()) == {"Ana", "Ben"}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"months": 0}, "months must be a whole number in [1, 1000000], got 0"),
        ({"network": 5}, "network must be a Network with at least one person, got 5"),
        ({"surveyed": 2}, "surveyed must be a probability in [0, 1], got 2"),
        ({"policy": {3: Policy()}}, "a plan must begin with month 0, got 3 as its first"),
        ({"market": 1}, "market must be a Market, got 1"),
    ],
)
def test_wrong_arguments_are_one_sentence(wrong, message):
    given = {"policy": Policy(), "network": PUBLIC, "months": 1, **wrong}
    with pytest.raises(ValueError) as caught:  # noqa: PT011  (the whole message follows)
        agents.simulate(**given)
    assert str(caught.value) == message


def test_too_many_people_are_refused_before_they_are_made():
    huge = Market(customers=1e9, market_size=1e9)
    with pytest.raises(ValueError, match=r"^market must fit in memory, got a need of"):
        agents.simulate(Policy(), network=PUBLIC, market=huge, months=120)
