"""A simulated desk knows what happened: its log must give back its own counts, exactly."""

import math

import numpy as np
import pandas as pd
import pytest

from cemlab.cem import journeys as cem
from cemlab.crm import desk
from cemlab.observation import observe
from cemlab.sim import service_desk
from cemlab.sim.service_desk import Channel, Habits

HOURS = 48
END = pd.Timestamp("2009-07-08")
WITHIN = 2.0


@pytest.fixture(scope="module")
def run():
    """Return a desk where everything happens: hang-ups, promises, posts, new problems."""
    return service_desk.simulate(
        arrivals_per_hour={"phone": 40, "mail": 10},
        channels={
            "phone": Channel(5, 6, solve=0.7, patience_min=5, zero_patience=0.1),
            "mail": Channel(2, 10, solve=0.8, opens=[True, False] * 12),
            "twitter": Channel(1, 5),
        },
        habits=Habits(redial=0.5, leave=0.2, public=0.5, promise=0.5, kept=0.7, again=0.3,
                      again_after_hours=1),
        followers=[0, 10, 1000],
        hours=HOURS,
        rng=3,
    )  # fmt: skip


@pytest.fixture(scope="module")
def truth(run):
    return service_desk.contacts(run)


@pytest.fixture(scope="module")
def seen(run):
    return observe(run.events)


def by_channel(table, column):
    return table.set_index("channel")[column].astype(float).to_dict()


def counted(rows):
    return rows.groupby(rows["channel"].astype(str)).size().astype(float).to_dict()


def test_contacts_answered_abandoned_and_waiting_are_the_simulations(run, truth, seen):
    """Callbacks are the company's calls: contacts of the simulation, no contacts of the log."""
    own = truth[~truth["callback"]]
    table = desk.first_response(seen, by="channel")
    names = run.params["channels"]
    table["channel"] = table["channel"].astype(str)
    answered = own[own["served_min"].notna()]
    assert by_channel(table, "answered") == counted(answered)
    gone = counted(own[own["outcome"] == "abandoned"])
    assert by_channel(table, "abandoned") == dict.fromkeys(names, 0.0) | gone
    assert by_channel(table, "open") == counted(own[own["outcome"] == "waiting"])
    assert int(desk.backlog(seen)["contacts"].sum()) == len(own)
    waits = answered["waited_min"]
    row = desk.first_response(seen).iloc[0]
    assert row["mean_low_min"] == pytest.approx(waits.mean(), rel=1e-12)
    assert row["median_high_min"] == pytest.approx(waits.median(), rel=1e-12)
    assert row["p90_low_min"] == pytest.approx(waits.quantile(0.9), rel=1e-12)


def test_the_share_answered_in_time_is_the_simulations(truth, seen):
    own = truth[~truth["callback"]]
    soon = own["served_min"].notna() & (own["waited_min"] <= WITHIN)
    assert desk.service_level(seen, minutes=WITHIN).loc[0, "low"] == soon.mean()
    for _, row in desk.service_level(seen, minutes=WITHIN, by="channel").iterrows():
        mine = own["channel"] == row["channel"]
        assert (row["low"], row["n"]) == (soon[mine].mean(), mine.sum())


def test_without_callbacks_the_level_is_the_key_figure_itself():
    """Those who still wait and are not late yet: the key figure leaves them out, `n` does not."""
    phone = Channel(4, 6, patience_min=5)
    run = service_desk.simulate(arrivals_per_hour=60, channels={"phone": phone}, hours=3, rng=2)
    row = desk.service_level(run.events, minutes=1, observed_until="2009-07-06 03:00").iloc[0]
    figure = service_desk.kpis(run, within_min=1)["level_of_all"]
    unknown = row["n"] * (row["high"] - row["low"])
    assert unknown > 0
    assert row["low"] * row["n"] / (row["n"] - unknown) == pytest.approx(figure, rel=1e-12)


def test_a_caller_turned_away_was_not_answered():
    phone = Channel(1, 30, opens=[True] + [False] * 23, closing="send away")
    run = service_desk.simulate(arrivals_per_hour=30, channels={"phone": phone}, hours=3, rng=2)
    truth = service_desk.contacts(run)
    away = truth["outcome"].isin(["turned away", "abandoned"]).sum()
    assert (truth["outcome"] == "turned away").any()
    row = desk.first_response(run.events).iloc[0]
    assert row[["answered", "abandoned"]].tolist() == [truth["served_min"].notna().sum(), away]


def test_handled_minutes_and_the_occupancy_are_the_simulations(truth, seen):
    """Callbacks are work too: on the contact that they answer."""
    served = truth[truth["served_min"].notna()]
    row = desk.handling(seen).iloc[0]
    assert row["minutes"] == pytest.approx(served["served_min"].sum(), rel=1e-12)
    assert row["issues"] == served.groupby(["customer", "issue"]).ngroups
    minutes = served.groupby(served["channel"].astype(str))["served_min"].sum()
    found = by_channel(desk.handling(seen, by="channel"), "minutes")
    assert found == pytest.approx(minutes.to_dict(), rel=1e-12)
    phone = Channel(3, 6)
    run = service_desk.simulate(
        arrivals_per_hour=[20] * 30 + [0] * 6, channels={"phone": phone}, rng=2
    )  # the last hours are empty: no contact goes on after them
    busy = desk.occupancy(run.events, staff_hours=3 * 36)["occupancy"].iloc[0]
    assert busy == pytest.approx(service_desk.kpis(run)["occupancy"], rel=1e-12)


def test_solved_issues_are_the_simulations(truth, seen):
    solved = truth[truth["outcome"] == "solved"].groupby(["customer", "issue"]).ngroups
    issues = truth.groupby(["customer", "issue"]).ngroups
    table = desk.backlog(seen)
    assert int(table["resolved"].sum()) == int(cem.journeys(seen)["resolved"].sum()) == solved
    assert table["open_customer_low"].iloc[-1] == issues - solved
    closings = truth[truth["served_min"].notna() & (truth["outcome"] != "promised")]
    files = closings.groupby(["customer", "issue"]).ngroups
    assert int(table["closed"].sum()) == desk.reopening(seen).loc[0, "n"] == files
    assert table["open_company_low"].iloc[-1] == issues - files
    assert desk.cost_to_serve(seen).loc[0, "resolved"] == solved


def test_what_came_back_after_a_closing_is_the_simulations(truth, seen):
    finished = truth["served_min"].notna() & (truth["outcome"] != "promised")
    rows = truth.assign(over=finished).sort_values(["customer", "attempt"])
    by = [rows["customer"], rows["issue"]]
    closed_before = rows["over"].astype(int).groupby(by).transform(lambda s: s.cumsum().shift(fill_value=0)) > 0  # fmt: skip
    back = rows[closed_before & ~rows["callback"]].groupby(["customer", "issue"]).ngroups
    row = desk.reopening(seen).iloc[0]
    assert back > 0
    assert row["again_low"] * row["n"] == pytest.approx(back)


def test_callbacks_are_rows_of_the_log(run, truth):
    served = truth["callback"] & truth["served_min"].notna()
    assert (run.events["kind"] == "callback").sum() == served.sum() > 0


def test_with_prompt_returns_first_contact_resolution_is_the_chance_to_be_helped():
    """Each contact fails with chance q, and whoever failed is back in minutes: geometric."""
    q = 0.41
    run = service_desk.simulate(
        arrivals_per_hour=[3000] + [0] * 35,
        channels={"phone": Channel(6000, 1, solve=1 - q)},
        habits=Habits(redial=1, redial_after_min=1),
        rng=5,
    )
    seen = observe(run.events, "2009-07-07 12:00")
    row = desk.first_contact_resolution(seen, days=1, across=True).iloc[0]
    assert (row["unknown"], row["low"]) == (0, row["high"])
    error = math.sqrt(q * (1 - q) / row["n"])
    assert row["low"] == pytest.approx(1 - q, abs=4 * error)
    each = int(desk.backlog(seen)["contacts"].sum()) / row["n"]
    error = math.sqrt(q) / (1 - q) / math.sqrt(row["n"])
    assert each == pytest.approx(1 / (1 - q), abs=4 * error)


def test_who_changes_the_channel_each_time_is_helped_more_often_channel_by_channel():
    """Two channels in turn: on each an issue ends at its first contact with chance 1 - q**2."""
    q, n = 0.41, 20_000
    attempts = np.random.default_rng(8).geometric(1 - q, n)
    customer = np.repeat(np.arange(n), attempts)
    turn = np.arange(customer.size) - np.repeat(np.cumsum(attempts) - attempts, attempts)
    log = pd.DataFrame({"customer": customer, "actor": "customer", "kind": "contact"})
    log["channel"] = np.where(turn % 2, "web", "phone")
    log["time"] = pd.Timestamp("2024-05-01") + pd.to_timedelta(turn, unit="h")
    options = {"days": 2, "observed_until": "2024-05-09"}
    across = desk.first_contact_resolution(log, across=True, **options).iloc[0]
    apart = desk.first_contact_resolution(log, **options).iloc[0]
    assert across["low"] == pytest.approx(1 - q, abs=4 * math.sqrt(q * (1 - q) / n))
    share = 1 - q**2
    assert apart["low"] == pytest.approx(share, abs=4 * math.sqrt(2 * share * (1 - share) / n))
    assert apart["low"] > across["low"]
