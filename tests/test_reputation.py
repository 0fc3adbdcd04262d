"""Reputation: two laws against closed forms and numerical integration, and what they read."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy.integrate import solve_ivp

from cemlab import events
from cemlab.network import Network
from cemlab.sim import cascade, reputation
from cemlab.testing import check_model

patiently = settings(deadline=None, max_examples=30, derandomize=True)
STAR = Network.from_edges([(0, 1), (0, 2), (0, 3), (3, 4)])
STORY = cascade.simulate(STAR, initial=[0], p=1.0, rng=1)
LAWS = {"decay_per_step": 0.1, "keep_per_step": 0.9}
FLOWS = st.lists(st.floats(0, 1e6), max_size=30)


def values(run):
    return {name: rows["value"].to_numpy() for name, rows in run.series.groupby("variable")}


def table(**flows):
    days = max(len(flow) for flow in flows.values())
    return pd.DataFrame({"time": pd.date_range("2024-05-01", periods=days), **flows})


def log(*rows):
    """Return an event log from (time, actor, kind, value, side)."""
    frame = pd.DataFrame(rows, columns=["time", "actor", "kind", "value", "side"])
    return frame.assign(customer="Ana")


# --- promises ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [STORY, STORY.events, table(good=[1, 2], bad=[3, 0])],
    ids=["run", "log", "table"],
)
def test_keeps_the_promises_of_every_model(source):
    check_model(reputation.simulate, {"source": source, **LAWS}, uses_luck=False)


def test_a_run_tells_where_it_comes_from():
    run = reputation.simulate(STORY, **LAWS)
    assert run.key == 0
    assert run.network == STAR.fingerprint
    assert run.params["source"] == f"cascade {STORY.key:016x}"
    assert run.params["decay_per_step"] == 0.1
    assert_frame_equal(run.events, STORY.events)
    for source, name in ((STORY.events, "event log"), (table(bad=[1]), "table")):
        assert reputation.simulate(source, **LAWS).params["source"] == name
    assert len(reputation.simulate(table(bad=[1]), **LAWS).events) == 0


def test_without_starters_the_standing_stays_where_it_is():
    run = reputation.simulate(cascade.simulate(STAR, initial=[], p=1.0), **LAWS, after="3D")
    assert len(run.events) == 0
    assert values(run)["reputation"].tolist() == [0.5] * 4
    assert values(run)["goodwill"].tolist() == [0] * 4


def test_warming_up_needs_nothing():
    assert reputation.warm_up() is None


# --- goodwill -------------------------------------------------------------------------------


@pytest.mark.parametrize(("decay", "months"), [(0.05, 13.86), (0.1, 6.93), (0.2, 3.47)])
def test_half_lives_are_the_published_ones(decay, months):
    assert reputation.half_life(decay) == pytest.approx(months, abs=0.005)
    level = reputation.goodwill(np.zeros(1), decay=decay * reputation.half_life(decay), first=8)
    assert level[-1] == pytest.approx(4, rel=1e-12)


@pytest.mark.parametrize("decay", [0.01, 0.1, 1.0, 50.0])
def test_steady_inflow_leads_to_inflow_over_decay(decay):
    steps = int(60 / decay) + 1
    level = reputation.goodwill(np.full(steps, 3.0), decay=decay, first=-7)
    assert level[-1] == pytest.approx(3 / decay, rel=1e-12)
    t = np.arange(1, steps + 1)
    exact = 3 / decay + (-7 - 3 / decay) * np.exp(-decay * t)
    assert level == pytest.approx(exact, rel=1e-9, abs=1e-9)


def test_goodwill_is_the_integral_of_its_equation():
    inflow = np.random.default_rng(1).normal(0, 5, 12)
    level = reputation.goodwill(inflow, decay=0.3, first=2.0)
    now = 2.0
    for step, u in enumerate(inflow):
        path = solve_ivp(lambda t, g, u=u: u - 0.3 * g, (0, 1), [now], rtol=1e-11, atol=1e-12)
        now = path.y[0, -1]
        assert level[step] == pytest.approx(now, abs=1e-9)


def test_without_decay_goodwill_adds_up():
    assert reputation.goodwill([1, 2, -4], decay=0, first=5).tolist() == [6, 8, 4]
    slowly = reputation.goodwill([1, 2, -4], decay=1e-12, first=5)
    assert slowly == pytest.approx([6, 8, 4], abs=1e-10)


@patiently
@given(FLOWS, st.floats(0, 5), st.integers(1, 5))
def test_shorter_steps_change_nothing_in_goodwill(inflow, decay, parts):
    whole = reputation.goodwill(inflow, decay=decay)
    fine = reputation.goodwill(np.repeat(inflow, parts) / parts, decay=decay / parts)
    assert fine[parts - 1 :: parts] == pytest.approx(whole, rel=1e-9, abs=1e-9)


# --- beta reputation --------------------------------------------------------------------------


def test_thirty_good_and_ten_bad_lead_to_three_quarters_and_a_mass_of_four_hundred():
    found = reputation.beta(np.full(400, 30), np.full(400, 10), keep=0.9).iloc[-1]
    mass = found["good_evidence"] + found["bad_evidence"]
    assert mass == pytest.approx(400, rel=1e-12)
    assert found["good_evidence"] / mass == pytest.approx(0.75, rel=1e-12)
    assert found["reputation"] == pytest.approx(301 / 402, rel=1e-12)


@pytest.mark.parametrize("keep", [0.0, 0.5, 0.99])
@pytest.mark.parametrize("negativity", [0.0, 1.0, 3.0])
def test_steady_mentions_lead_to_the_fixed_point(keep, negativity):
    good, bad = 6.0, 2.0
    found = reputation.beta(
        np.full(3500, good), np.full(3500, bad), keep=keep, negativity=negativity
    ).iloc[-1]
    total = good + negativity * bad
    mass = found["good_evidence"] + found["bad_evidence"]
    assert mass == pytest.approx(total / (1 - keep), rel=1e-9)
    assert found["good_evidence"] / mass == pytest.approx(good / total, rel=1e-9)


@patiently
@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)), max_size=20), st.floats(0, 1),
       st.floats(0, 5))  # fmt: skip
def test_evidence_is_the_discounted_sum_of_all_mentions(pairs, keep, negativity):
    good, bad = ([pair[i] for pair in pairs] for i in (0, 1))
    found = reputation.beta(good, bad, keep=keep, negativity=negativity)
    for t in range(len(pairs)):
        weight = keep ** np.arange(t, -1, -1.0)
        r = weight @ np.array(good[: t + 1])
        s = negativity * (weight @ np.array(bad[: t + 1]))
        assert found["good_evidence"][t] == pytest.approx(r, rel=1e-9)
        assert found["bad_evidence"][t] == pytest.approx(s, rel=1e-9)
        assert found["reputation"][t] == pytest.approx((r + 1) / (r + s + 2), rel=1e-9)
    assert found["reputation"].between(0, 1).all()


def test_without_forgetting_reputation_is_laplaces_rule():
    """Good, good, bad, ...: (successes + 1) / (trials + 2)."""
    outcome = np.random.default_rng(2).integers(0, 2, 50)
    found = reputation.beta(outcome, 1 - outcome, keep=1.0)["reputation"]
    exact = (np.cumsum(outcome) + 1) / (np.arange(50) + 3)
    assert found.to_numpy() == pytest.approx(exact, rel=1e-12)


@patiently
@given(FLOWS, st.floats(0, 1), st.floats(0, 5), st.floats(0, 5))
def test_heavier_bad_news_never_helps(bad, keep, low, more):
    good = np.ones(len(bad))
    light = reputation.beta(good, bad, keep=keep, negativity=low)["reputation"]
    heavy = reputation.beta(good, bad, keep=keep, negativity=low + more)["reputation"]
    assert (heavy <= light + 1e-12).all()


# --- a story --------------------------------------------------------------------------------


def test_a_storys_sharers_or_their_listeners_are_bad_mentions():
    """Round 0 the hub (3 listeners), round 1 three more (4 in all), round 2 the last (1)."""
    by_mention = values(reputation.simulate(STORY, **LAWS, after="2D"))
    assert by_mention["bad"].tolist() == [1, 3, 1, 0, 0]
    assert by_mention["good"].tolist() == [0] * 5
    by_exposure = values(reputation.simulate(STORY, **LAWS, after="2D", weight="exposures"))
    assert by_exposure["bad"].tolist() == [3, 4, 1, 0, 0]


def test_the_series_are_the_two_laws():
    found = values(
        reputation.simulate(
            table(good=[5.0, 0, 2], bad=[1.0, 9, 0]), **LAWS, negativity=2, after="4D"
        )
    )
    good, bad = np.array([5.0, 0, 2, 0, 0, 0, 0]), np.array([1.0, 9, 0, 0, 0, 0, 0])
    assert found["good"].tolist() == good.tolist()
    assert found["bad"].tolist() == bad.tolist()
    level = reputation.goodwill(good - 2 * bad, decay=0.1)
    assert found["goodwill"].tolist() == level.tolist()
    expected = reputation.beta(good, bad, keep=0.9, negativity=2)["reputation"]
    assert found["reputation"].tolist() == expected.tolist()


@pytest.mark.parametrize("negativity", [1.0, 3.0])
def test_everyday_mentions_hold_the_standing_and_win_it_back(negativity):
    calm = {**LAWS, "good_per_step": 30, "bad_per_step": 10, "negativity": negativity}
    quiet = values(reputation.simulate(table(bad=[0.0]), **calm))
    total = 30 + negativity * 10
    fixed = (300 + 1) / (10 * total + 2)
    assert quiet["reputation"] == pytest.approx(np.full(31, fixed), rel=1e-12)
    assert quiet["goodwill"] == pytest.approx(np.full(31, (30 - negativity * 10) / 0.1), abs=1e-9)
    storm = values(reputation.simulate(table(bad=[500.0]), **calm, after="300D"))
    assert storm["reputation"][0] < fixed / 1.5
    assert (np.diff(storm["reputation"]) > -1e-12).all()
    assert storm["reputation"][-1] == pytest.approx(fixed, rel=1e-9)
    assert storm["goodwill"][-1] == pytest.approx((30 - negativity * 10) / 0.1, abs=1e-9)


def test_goodwill_lost_is_won_back_by_half_in_a_half_life():
    days = reputation.half_life(0.05)
    decay = 0.05 * days / 14  # so that the half-life is 14 steps
    level = values(reputation.simulate(table(bad=[100.0]), decay_per_step=decay, keep_per_step=0.9))
    assert level["goodwill"][14] == pytest.approx(level["goodwill"][0] / 2, rel=1e-12)


def test_responses_are_good_and_the_rest_of_the_company_is_neither():
    answered = log(
        ("2024-05-01 10:00", "customer", "publish", 10, "complaint"),
        ("2024-05-01 11:00", "public", "share", 20, None),
        ("2024-05-01 12:00", "company", "publish", None, None),
        ("2024-05-02 09:00", "company", "publish", 5, "response"),
        ("2024-05-02 10:00", "public", "share", 7, "response"),
        ("2024-05-03 10:00", "company", "apologise", None, None),
    )
    for weight, bad, good in (("mentions", 2, 2), ("exposures", 30, 12)):
        found = values(reputation.simulate(answered, **LAWS, weight=weight, after="1D"))
        assert found["bad"].tolist() == [bad, 0, 0, 0]
        assert found["good"].tolist() == [0, good, 0, 0]


def test_a_log_without_sides_has_no_good_mentions_and_rivals_do_not_count():
    mixed = log(
        ("2024-05-01", "customer", "publish", 10, None),
        ("2024-05-01", "rival", "publish", 10, None),
        ("2024-05-01", "customer", "contact", 10, None),
    ).drop(columns="side")
    found = values(reputation.simulate(mixed, **LAWS, after="1D"))
    assert found["bad"].tolist() == [1, 0]
    assert found["good"].tolist() == [0, 0]


def test_steps_begin_at_midnight_and_go_on_after_the_last_row():
    late = log(
        ("2024-05-01 23:59", "customer", "publish", 1, None),
        ("2024-05-02 00:00", "public", "share", 1, None),
        ("2024-05-04 12:00", "public", "share", 1, None),
    )
    run = reputation.simulate(late, **LAWS, after="36h")
    assert values(run)["bad"].tolist() == [1, 1, 0, 1, 0, 0]
    assert run.series["time"].min() == pd.Timestamp("2024-05-01")
    halves = reputation.simulate(late, **LAWS, step="12h", after="1h")
    assert values(halves)["bad"].tolist() == [0, 1, 1, 0, 0, 0, 0, 1, 0]
    assert halves.series["time"].iloc[1] == pd.Timestamp("2024-05-01 12:00")


def test_a_run_is_read_from_its_first_round_on():
    run = cascade.simulate(STAR, initial={2: [0]}, p=0.0, start="2024-05-01 06:00", step="12h")
    found = reputation.simulate(run, **LAWS, step="12h", after="12h")
    assert found.series["time"].iloc[0] == pd.Timestamp("2024-05-01 06:00")
    assert values(found)["bad"].tolist() == [0, 0, 1, 0]


def test_tables_may_be_wide_or_tidy_and_rows_of_one_step_add_up():
    wide = table(good=[1.0, 4], bad=[2.0, 0])
    tidy = wide.melt(id_vars="time")
    other = pd.DataFrame({"time": wide["time"], "variable": "noise", "value": -1.0})
    twice = pd.concat([wide, wide])
    exact = reputation.simulate(wide, **LAWS).series
    assert_frame_equal(reputation.simulate(tidy, **LAWS).series, exact)
    assert_frame_equal(reputation.simulate(pd.concat([tidy, other]), **LAWS).series, exact)
    assert values(reputation.simulate(twice, **LAWS))["good"][:3].tolist() == [2, 8, 0]
    again = reputation.simulate(reputation.simulate(wide, **LAWS, after="1D").series, **LAWS)
    assert values(again)["bad"][:3].tolist() == [2, 0, 0]


@patiently
@given(
    st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)), min_size=1, max_size=20),
    st.floats(0, 5),
    st.floats(0, 1),
    st.floats(0, 5),
)
def test_bounds(pairs, decay, keep, negativity):
    flows = table(good=[g for g, _ in pairs], bad=[b for _, b in pairs])
    found = values(
        reputation.simulate(
            flows, decay_per_step=decay, keep_per_step=keep, negativity=negativity, after="1D"
        )
    )
    assert ((found["reputation"] >= 0) & (found["reputation"] <= 1)).all()
    assert np.isfinite(found["goodwill"]).all()
    assert found["good"].sum() == pytest.approx(flows["good"].sum())


# --- messages --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (
            {"decay_per_step": -1},
            "decay_per_step must be a finite number of at least 0, got -1",
        ),
        ({"keep_per_step": 1.1}, "keep_per_step must be a probability in [0, 1], got 1.1"),
        ({"negativity": "x"}, "negativity must be a finite number of at least 0, got 'x'"),
        ({"good_per_step": -1}, "good_per_step must be a finite number of at least 0, got -1"),
        ({"bad_per_step": None}, "bad_per_step must be a finite number of at least 0, got None"),
        (
            {"decay_per_step": 0, "good_per_step": 1},
            "decay_per_step must be above 0 where there are everyday mentions, got 0",
        ),
        (
            {"keep_per_step": 1, "bad_per_step": 1},
            "keep_per_step must be below 1 where there are everyday mentions, got 1",
        ),
        ({"weight": "likes"}, "weight must be one of mentions, exposures, got 'likes'"),
        (
            {"step": 0},
            "step must be a span of time such as 1D or 12h, above zero, got 0",
        ),
        (
            {"after": "-1D"},
            "after must be a span of time such as 1D or 12h, above zero, got '-1D'",
        ),
        (
            {"source": [1, 2]},
            "source must be a Run, an event log or a table of good and bad mentions, got list",
        ),
        ({"source": table(bad=[1]).iloc[:0]}, "source must have at least one row, got none"),
        (
            {"source": STORY.series},
            "source must have time, and good or bad mentions, got new, total, exposures",
        ),
        (
            {"source": table(views=[1])},
            "source must have time, and good or bad mentions, got time, views",
        ),
        (
            {"source": table(good=[1, -2])},
            "source, row 1, good: must be at least 0, got -2.0",
        ),
        (
            {"source": table(bad=[1.0, np.nan])},
            "source, row 1, bad: must be at least 0, got nan",
        ),
        (
            {"source": table(bad=[1]).assign(time=None)},
            "source, row 0, time: must be a date, got None",
        ),
        (
            {"source": log(("2024-05-01", "customer", "publish", 1, "yes"))},
            "side must be one of complaint, response, got 'yes'",
        ),
        (
            {
                "source": log(("2024-05-01", "customer", "publish", None, None)),
                "weight": "exposures",
            },
            "weight must be mentions where a log does not say how many each mention reached, got 'exposures'",
        ),
    ],
)
def test_says_what_was_wrong(wrong, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        reputation.simulate(**{"source": STORY, **LAWS, **wrong})


def test_too_many_steps_are_refused_before_they_are_made():
    with pytest.raises(ValueError, match=r"^step must fit in memory, .* take a longer step$"):
        reputation.simulate(STORY, **LAWS, step="1us", after="3000D")


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: reputation.goodwill([1, np.nan], decay=1),
            "inflow must be finite numbers, got nan in step 1",
        ),
        (
            lambda: reputation.goodwill([[1]], decay=1),
            "inflow must be finite numbers in one list, got [[1]]",
        ),
        (
            lambda: reputation.goodwill([1], decay=-1),
            "decay must be a finite number of at least 0, got -1",
        ),
        (
            lambda: reputation.beta([1], [-1], keep=0.5),
            "bad must be finite numbers of at least 0, got -1.0 in step 0",
        ),
        (
            lambda: reputation.beta([1], [1, 2], keep=0.5),
            "bad must have as many steps as good, 1, got 2",
        ),
        (
            lambda: reputation.beta([1], [1], keep=2),
            "keep must be a probability in [0, 1], got 2",
        ),
        (lambda: reputation.half_life(0), "decay must be above 0, got 0"),
    ],
)
def test_the_laws_say_what_was_wrong(call, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        call()


def test_the_log_of_a_file_can_be_read(tmp_path):
    events.write(STORY.events, tmp_path / "log.csv")
    again = reputation.simulate(events.read(tmp_path / "log.csv"), **LAWS)
    assert_frame_equal(again.series, reputation.simulate(STORY, **LAWS).series)
