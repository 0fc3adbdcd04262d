"""Staffing: the fewest agents by search one by one, and contacts that come back."""

import math
import re
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import lil_array
from scipy.sparse.linalg import spsolve

from cemlab.sim.service_desk.erlang import erlang_a, erlang_c
from cemlab.sim.service_desk.staffing import repeat_contacts, retrial, square_root_staff, staff

patiently = settings(deadline=None, max_examples=30, derandomize=True)
SECOND = 1 / 3600
HOUR = {"service_rate": 5.0, "patience_rate": 20.0, "within": 20 * SECOND, "level": 0.8}
RATE = st.floats(-2, 2).map(lambda x: 10.0**x)


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


# --- staff ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agents", "level"), [(14, 0.88835), (13, 0.7956), (12, 0.6402), (11, 0.3896)]
)
def test_published_numbers_of_agents_without_hang_ups(agents, level):
    """What 200 calls an hour of three minutes get within 20 seconds, to the printed digits."""
    plan = {"service_rate": 20.0, "patience_rate": 0.0, "within": 20 * SECOND}
    assert staff(arrival_rate=200.0, level=level - 6e-5, **plan) == agents
    assert staff(arrival_rate=200.0, level=level + 6e-5, **plan) == agents + 1


@patiently
@given(RATE, RATE, RATE | st.just(0.0), st.floats(0, 2), st.floats(0.01, 0.99), st.floats(0, 1))
def test_it_is_the_first_number_that_keeps_the_promise(
    calls, service, leaving, within, level, at_once
):
    rates = {"service_rate": service, "patience_rate": leaving}
    found = staff(
        arrival_rate=min(calls, 60 * service),
        within=within,
        level=level,
        zero_patience=at_once,
        **rates,
    )

    def kept(agents):
        joining = min(calls, 60 * service) * (1 - at_once) / service
        if leaving == 0 and joining >= agents:
            return 0.0
        desk = erlang_a(min(calls, 60 * service), agents=agents, zero_patience=at_once, **rates)
        return desk.service_level(within=within)

    levels = [kept(agents) for agents in range(found + 3)]
    assert found == next(n for n, value in enumerate(levels) if value >= level)
    assert all(b >= a - 1e-12 for a, b in pairwise(levels))


def test_each_hour_is_looked_at_by_itself():
    calls = [0.0, 100.0, 37.5, 100.0, 0.01]
    found = staff(arrival_rate=calls, **HOUR)
    assert found.dtype == np.int64
    assert found.tolist() == [staff(arrival_rate=c, **HOUR) for c in calls]
    assert found[0] == 0
    assert found[4] == 1
    for several in (np.array(calls), pd.Series(calls, index=list("abcde")), tuple(calls)):
        assert staff(arrival_rate=several, **HOUR).tolist() == found.tolist()
    assert isinstance(staff(arrival_rate=100, **HOUR), int)
    assert staff(arrival_rate=[], **HOUR).shape == (0,)


def test_patience_and_a_milder_promise_need_fewer_agents():
    need = staff(arrival_rate=100.0, **HOUR)
    assert need > 20
    assert staff(arrival_rate=100.0, **(HOUR | {"level": 0.6})) < need
    assert staff(arrival_rate=100.0, **(HOUR | {"within": 0.1})) < need
    assert staff(arrival_rate=100.0, **(HOUR | {"patience_rate": 0.0})) > need
    assert staff(arrival_rate=1.0, **(HOUR | {"level": 1e-9})) == 1


def test_thousands_of_agents():
    found = staff(arrival_rate=20_000.0, **HOUR)
    levels = [
        erlang_a(20_000.0, 5.0, n, 20.0).service_level(within=20 * SECOND)
        for n in (found - 1, found)
    ]
    assert levels[0] < 0.8 <= levels[1]


# --- the square root --------------------------------------------------------------------------


def test_square_root_staff_rounds_up():
    assert square_root_staff(100.0, 0.5) == 105
    assert square_root_staff(100.0, 0.51) == 106
    assert square_root_staff(1.1 * 100, 0.0) == 110  # 110.00000000000001
    assert square_root_staff(0.0, 3.0) == 0
    assert square_root_staff(4.0, -3.0) == 0


@pytest.mark.parametrize("load", [50, 200, 1000])
def test_a_grade_keeps_its_promise_at_every_size(load):
    """The same grade gives about the same chance to wait, with hang-ups and without."""
    agents = square_root_staff(load, 1.0)
    grade = (agents - load) / math.sqrt(load)
    limit = 1 / (1 + grade * math.sqrt(2 * math.pi) * math.exp(grade**2 / 2) * _phi(grade))
    assert erlang_c(load, agents) == pytest.approx(limit, abs=0.15 / math.sqrt(load))
    half = erlang_a(load, 1.0, load, 1.0).waiting_probability
    assert half == pytest.approx(0.5, abs=0.25 / math.sqrt(load))


def _phi(x):
    return (1 + math.erf(x / math.sqrt(2))) / 2


# --- calls that come again ----------------------------------------------------------------------


def retrying(calls, service, retry, room=400):
    """Return the mean number of people about to retry, from all states (busy, retrying) at once."""
    rates = lil_array((2 * room, 2 * room))

    def move(start, end, rate):
        if end[1] < room:
            rates[end[0] * room + end[1], start[0] * room + start[1]] += rate
            rates[start[0] * room + start[1], start[0] * room + start[1]] -= rate

    for k in range(room):
        move((0, k), (1, k), calls)
        move((1, k), (1, k + 1), calls)
        move((1, k), (0, k), service)
        if k:
            move((0, k), (1, k - 1), k * retry)
    rates[0, :] = 1.0
    law = spsolve(rates.tocsc(), np.eye(2 * room)[0])
    return law.reshape(2, room).sum(axis=0) @ np.arange(room)


@pytest.mark.parametrize(
    ("calls", "service", "retry"), [(0.3, 1.0, 0.5), (1.2, 2.0, 0.4), (0.8, 1.0, 50.0)]
)
def test_retries_are_those_of_the_chain_solved_by_force(calls, service, retry):
    exact = retrying(calls, service, retry)
    assert retrial(calls, service, retry) == pytest.approx(exact, rel=1e-8)


def test_retries_at_once_are_a_queue():
    assert retrial(0.3, 1.0, 0.5) == pytest.approx(0.385714, abs=5e-7)
    assert retrial(0.0, 1.0, 1.0) == 0.0
    assert retrial(0.8, 1.0, 1e9) == pytest.approx(erlang_a(0.8, 1.0, 1, 0.0).queue, rel=1e-8)


@patiently
@given(RATE, RATE, st.integers(0, 40), RATE, st.floats(0, 0.99), st.floats(0, 1))
def test_contacts_bring_forth_themselves(calls, service, agents, leaving, again, solve):
    total = repeat_contacts(calls, service, agents, leaving, again=again, solve=solve)
    desk = erlang_a(total, service, agents, leaving)
    failed = desk.abandon + desk.answered * (1 - solve)
    assert total == pytest.approx(calls + again * total * failed, rel=1e-9)
    assert calls <= total <= calls / (1 - again) * (1 + 1e-12)


def test_more_contacts_come_back_where_less_is_solved():
    def total(again, solve=1.0, agents=20):
        return repeat_contacts(100.0, 5.0, agents, 20.0, again=again, solve=solve)

    assert total(0.0, 0.3) == 100.0
    assert np.all(np.diff([total(a) for a in np.linspace(0, 0.99, 30)]) > 0)
    assert np.all(np.diff([total(0.5, s) for s in np.linspace(0, 1, 30)]) < 0)
    assert np.all(np.diff([total(0.5, 0.9, n) for n in range(30)]) < 0)
    assert total(0.5, 0.0) == pytest.approx(200.0, rel=1e-12)
    assert total(0.5, 1.0, agents=0) == pytest.approx(200.0, rel=1e-12)
    assert total(0.5, 1.0, agents=10_000) == pytest.approx(100.0, rel=1e-12)
    assert repeat_contacts(0.0, 5.0, 0, 20.0, again=1.0, solve=0.0) == 0.0
    for calls in (0.1, 0.3, 1.1, 3.3):  # nothing fails, but for rounding
        assert repeat_contacts(calls, 1.0, 40, 1.0, again=0.2) == pytest.approx(calls, rel=1e-14)


def test_everybody_insists_until_it_is_solved():
    """Then all who come are solved in the end: contacts answered x solve = first contacts."""
    total = repeat_contacts(79.0, 5.0, 20, 20.0, again=1.0, solve=0.8)
    desk = erlang_a(total, 5.0, 20, 20.0)
    assert total * desk.answered * 0.8 == pytest.approx(79.0, rel=1e-10)
    assert desk.abandon > 0.2


def test_nobody_hangs_up_but_not_everything_is_solved():
    assert repeat_contacts(60.0, 5.0, 20, 0.0, again=0.5, solve=0.5) == pytest.approx(80.0)
    assert repeat_contacts(60.0, 5.0, 20, 1e-9, again=0.5, solve=0.5) == pytest.approx(80.0)


# --- what it says ----------------------------------------------------------------------------------


@pytest.mark.parametrize("level", [0, 1, 1.2, -0.1])
def test_says_which_level_is_none(level):
    with says(f"level must be a share above 0 and below 1, got {level}"):
        staff(arrival_rate=1.0, **(HOUR | {"level": level}))


def test_says_what_was_wrong():
    with says("arrival_rate must be a finite number in [0, 1000000000], got nan"):
        staff(arrival_rate=[1.0, math.nan], **HOUR)
    with says("arrival_rate must be a finite number in [0, 1000000000], got [1]"):
        staff(arrival_rate=[[1], [2, 3]], **HOUR)
    with says("arrival_rate must be at most 500000 times service_rate, got 1e+08 and 5"):
        staff(arrival_rate=1e8, **HOUR)
    with says("within must be a finite number of at least 0, got -1"):
        staff(arrival_rate=1.0, **(HOUR | {"within": -1}))
    with says("zero_patience must be a probability in [0, 1], got 2"):
        staff(arrival_rate=1.0, zero_patience=2, **HOUR)
    with says("service_rate must be a finite number in [1e-09, 1000000000], got 0"):
        staff(arrival_rate=[], **(HOUR | {"service_rate": 0}))
    with says("load must be a finite number in [0, 1000000000], got -1"):
        square_root_staff(-1, 1)
    with says("grade must be a finite number in [-1000000000, 1000000000], got inf"):
        square_root_staff(1, math.inf)
    with says(
        "load must be below agents for a steady state, got 1.5 with 1 agents: let fewer people call, or serve them faster"
    ):
        retrial(3, 2, 1)
    with says("retry_rate must be a finite number in [1e-09, 1000000000], got 0"):
        retrial(1, 2, 0)


def test_says_when_contacts_never_end():
    with says(
        "arrival_rate must be below agents * service_rate * solve if everybody who failed contacts again, got 1 and 0"
    ):
        repeat_contacts(1, 5, 20, 20, again=1, solve=0)
    with says(
        "load must be below agents for a steady state, got 16 with 10 agents: add agents, or give a patience_rate above 0"
    ):
        repeat_contacts(60, 5, 10, 0, again=0.5, solve=0.5)
    with says(
        "again must let contacts settle below 1e+09 per unit of time, got 1 with 20 agents: add agents"
    ):
        repeat_contacts(math.nextafter(100, 0), 5, 20, 1e9, again=1)
    with says("again must be a probability in [0, 1], got 2"):
        repeat_contacts(1, 5, 20, 20, again=2)
    with says("solve must be a probability in [0, 1], got -1"):
        repeat_contacts(1, 5, 20, 20, again=0, solve=-1)
