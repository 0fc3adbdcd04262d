"""Erlang B, C and A: published numbers, brute-force chains, a simulation, and the limits."""

import heapq
import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.linalg import expm
from scipy.sparse import lil_array
from scipy.sparse.linalg import spsolve
from scipy.special import betainc, gammainc
from scipy.stats import norm, poisson

from cemlab.sim.service_desk.erlang import (
    erlang_a,
    erlang_a_priority,
    erlang_b,
    erlang_c,
)

patiently = settings(deadline=None, max_examples=30, derandomize=True)
SECOND = 1 / 3600
BASE = (100.0, 5.0, 20, 20.0)  # an hour: 100 calls, 12 minutes each, 3 minutes of patience
FIGURES = ("abandon", "answered", "wait_all", "waiting_probability", "occupancy", "queue")
SMALL = {
    "patient": (3.0, 1.0, 4, 0.3, 0.0),
    "hasty": (3.0, 1.0, 2, 4.0, 0.0),
    "too much work": (9.0, 2.0, 3, 0.7, 0.0),
    "one agent": (0.8, 1.0, 1, 1.0, 0.0),
    "some leave at once": (5.0, 1.0, 4, 0.5, 0.3),
    "all leave at once": (5.0, 1.0, 4, 0.5, 1.0),
    "nobody hangs up": (2.0, 1.0, 3, 0.0, 0.0),
    "nobody hangs up once waiting": (3.5, 1.0, 3, 0.0, 0.5),
    "no agent": (3.0, 1.0, 0, 0.5, 0.2),
}
each = pytest.mark.parametrize("case", SMALL.values(), ids=SMALL.keys())


def desk_of(case):
    return erlang_a(*case[:4], zero_patience=case[4])


# --- independent truth -----------------------------------------------------------------


def stationary(up, down):
    """Return the long-run law of a birth-death chain, by solving its balance equations."""
    n = len(up) + 1
    rates = np.diag(up, 1) + np.diag(down, -1)
    rates -= np.diag(rates.sum(axis=1))
    system = rates.T.copy()
    system[-1] = 1.0  # the last balance follows from the others; shares add up to 1
    return np.linalg.solve(system, np.eye(n)[-1])


def long_run(case, room=80):
    """Return (law of callers present, rate at which they join, leave) of a truncated chain."""
    calls, service, agents, leaving, at_once = case
    n = np.arange(agents + room)
    up = np.where(n < agents, calls, calls * (1 - at_once))
    down = np.minimum(n + 1, agents) * service + np.maximum(n + 1 - agents, 0) * leaving
    return stationary(up, down)


def queue_of(case, k):
    """Return the generator of a caller's place in a queue of k: nearer, or gone (last state)."""
    _, service, agents, leaving, _ = case
    moves = np.zeros((k + 2, k + 2))  # 0: answered, 1..k: place, k + 1: hung up
    for place in range(1, k + 1):
        moves[place, place - 1] = agents * service + (place - 1) * leaving
        moves[place, k + 1] = leaving
        moves[place, place] = -moves[place].sum()
    return moves


def fates(case, within, room=80):
    """Return the shares of callers answered and gone within this time, by matrix exponential."""
    law, agents = long_run(case, room), case[2]
    reached = expm(queue_of(case, room) * within)
    answered, gone = law[:agents].sum(), law[agents:].sum() * case[4]
    for k in range(1, room + 1):
        share = law[agents + k - 1] * (1 - case[4])
        answered += share * reached[k, 0]
        gone += share * reached[k, -1]
    return answered, gone


def simulated(case, within, customers, rng):
    """Return shares hung up and answered in time, and mean waits, of one desk, call by call."""
    calls, service, agents, leaving, at_once = case
    free = [0.0] * agents
    arrive = np.cumsum(rng.exponential(1 / calls, customers))
    patience = rng.exponential(1 / leaving, customers) * (rng.random(customers) >= at_once)
    work = rng.exponential(1 / service, customers)
    wait, served = np.zeros(customers), np.zeros(customers, bool)
    for i in range(customers):
        offered = max(0.0, free[0] - arrive[i])
        served[i] = offered == 0.0 or offered <= patience[i]
        wait[i] = min(offered, patience[i])
        if served[i]:
            heapq.heapreplace(free, arrive[i] + offered + work[i])
    late = slice(customers // 20, None)
    wait, served = wait[late], served[late]
    good = served & (wait <= within)
    gone = ~served & (wait <= within)
    return [
        1 - served.mean(),
        wait.mean(),
        wait[served].mean(),
        good.mean(),
        good.sum() / served.sum(),
        good.sum() / (~gone).sum(),
    ]


def two_classes(calls, service, agents, leaving, room):
    """Return the mean queues of two classes, the first served first, from all states at once."""
    numbers = {(n, 0, 0): n for n in range(agents)}
    waiting = [(i, j) for i in range(room) for j in range(room)]
    numbers |= {(agents, i, j): agents + spot for spot, (i, j) in enumerate(waiting)}
    rates = lil_array((len(numbers), len(numbers)))

    def move(start, end, rate):
        if end in numbers and rate > 0:
            rates[numbers[end], numbers[start]] += rate
            rates[numbers[start], numbers[start]] -= rate

    for state in numbers:
        n, i, j = state
        if n < agents:
            move(state, (n + 1, 0, 0), sum(calls))
            move(state, (n - 1, 0, 0), n * service)
            continue
        move(state, (n, i + 1, j), calls[0])
        move(state, (n, i, j + 1), calls[1])
        move(state, (n, i - 1, j), i * leaving)
        move(state, (n, i, j - 1), j * leaving)
        taken = (n, i - 1, j) if i else (n, 0, j - 1) if j else (n - 1, 0, 0)
        move(state, taken, n * service)
    rates[0, :] = 1.0
    right = np.zeros(len(numbers))
    right[0] = 1.0
    law = spsolve(rates.tocsc(), right)
    busy = law[agents:].reshape(room, room)
    return busy.sum(1), busy.sum(1) @ np.arange(room), busy.sum(0) @ np.arange(room)


# --- published numbers ------------------------------------------------------------------


def test_published_values_of_b_and_c():
    assert erlang_b(10, 10) == pytest.approx(0.214582, abs=5e-7)
    assert erlang_b(100, 100) == pytest.approx(0.0757005, abs=5e-8)
    assert erlang_b(10, 14) == pytest.approx(0.056819, abs=5e-7)
    assert erlang_c(3, 4) == pytest.approx(0.509434, abs=5e-7)
    assert erlang_c(18, 20) == pytest.approx(0.550769, abs=5e-7)
    assert erlang_c(10, 14) == pytest.approx(0.174132, abs=5e-7)


@pytest.mark.parametrize(("agents", "level"), [(14, 0.88835), (13, 0.7956), (12, 0.6402)])
def test_published_service_levels_without_hang_ups(agents, level):
    desk = erlang_a(200.0, 20.0, agents, 0.0)
    assert desk.service_level(within=20 * SECOND) == pytest.approx(level, abs=5e-5)
    if agents == 14:
        assert desk.wait_all / SECOND == pytest.approx(7.836, abs=5e-4)


def test_published_values_of_a():
    """Fifty agents, 48 calls a minute of a minute each, two minutes of patience."""
    desk = erlang_a(48, 1, 50, 0.5)
    assert desk.abandon == pytest.approx(0.030912, abs=5e-7)
    assert desk.waiting_probability == pytest.approx(0.4678, abs=5e-5)
    assert desk.queue == pytest.approx(2.968, abs=5e-4)
    assert 60 * desk.wait_all == pytest.approx(3.709, abs=5e-4)
    assert 60 * desk.wait_served == pytest.approx(3.616, abs=5e-4)
    assert desk.occupancy == pytest.approx(0.9303, abs=5e-5)
    assert 60 * erlang_a(48, 1, 50, 0.0).wait_all == pytest.approx(20.834, abs=5e-4)
    assert erlang_a(48, 1, 47, 0.5).abandon == pytest.approx(0.05814, abs=5e-6)


def test_the_base_model():
    desk = erlang_a(*BASE)
    assert desk.waiting_probability == pytest.approx(0.375922, abs=5e-7)
    assert desk.abandon == pytest.approx(0.117893, abs=5e-7)
    assert 60 * desk.wait_all == pytest.approx(0.353680, abs=5e-7)
    assert desk.service_level(within=20 * SECOND) == pytest.approx(0.685469, abs=5e-7)
    vip, regular = erlang_a_priority([20, 80], *BASE[1:])
    assert [vip.abandon, regular.abandon] == pytest.approx([0.070763, 0.129676], abs=5e-7)
    assert [60 * vip.wait_all, 60 * regular.wait_all] == pytest.approx(
        [0.212289, 0.389028], abs=5e-7
    )


# --- brute force --------------------------------------------------------------------------


@pytest.mark.parametrize(("load", "agents"), [(0.5, 1), (3.0, 4), (12.0, 5), (7.0, 0)])
def test_lost_calls_are_the_share_of_time_when_all_are_busy(load, agents):
    law = stationary(np.full(agents, load), np.arange(1.0, agents + 1))
    assert erlang_b(load, agents) == pytest.approx(law[-1], rel=1e-12)


@each
def test_means_are_those_of_the_chain_solved_by_force(case):
    calls, service, agents, leaving, at_once = case
    law = long_run(case)
    n = np.arange(law.size)
    queue = law @ np.maximum(n - agents, 0)
    busy = law[agents:].sum()
    working = law @ np.minimum(n, agents)
    desk = desk_of(case)
    assert desk.waiting_probability == pytest.approx(busy, rel=1e-9)
    assert desk.queue == pytest.approx(queue, rel=1e-9, abs=1e-12)
    assert desk.wait_all == pytest.approx(queue / calls, rel=1e-9, abs=1e-12)
    assert desk.abandon == pytest.approx(at_once * busy + leaving * queue / calls, rel=1e-9)
    assert desk.answered == pytest.approx(working * service / calls, rel=1e-9, abs=1e-12)
    share = working / agents if agents else math.nan
    assert desk.occupancy == pytest.approx(share, rel=1e-9, nan_ok=True)


@each
@pytest.mark.parametrize("within", [0.0, 0.05, 0.7, 4.0])
def test_service_levels_are_those_of_the_chain_solved_by_force(case, within):
    desk = desk_of(case)
    answered, gone = fates(case, within)
    assert desk.service_level(within=within) == pytest.approx(answered, abs=1e-10)
    ratio = answered / desk.answered if desk.answered else math.nan
    of_answered = desk.service_level_of_answered(within=within)
    assert of_answered == pytest.approx(ratio, abs=1e-9, nan_ok=True)
    assert desk.service_level_of_patient(within=within) == pytest.approx(
        answered / (1 - gone), abs=1e-9
    )


@each
def test_wait_of_the_served_is_the_area_above_its_service_level(case):
    desk = desk_of(case)
    if not case[2]:
        assert math.isnan(desk.wait_served)
        return
    area, _ = quad(lambda t: 1 - desk.service_level_of_answered(within=t), 0, 40, limit=200)
    assert desk.wait_served == pytest.approx(area, abs=1e-7)


@pytest.mark.parametrize("within", [0.0, 1 / 60, 0.2])
def test_wait_of_the_base_model_is_a_mixture_of_beta_laws(within):
    """Behind k callers with all busy: exp(-leaving x wait) is Beta(agents x mu / leaving, k + 1)."""
    _, service, agents, leaving = BASE
    law, a = long_run((*BASE, 0.0)), agents * service / leaving
    k = np.arange(1, law.size - agents + 1)
    x = math.exp(-leaving * within)
    soon = a / (a + k) * (1 - betainc(a + 1, k, x))
    level = law[:agents].sum() + law[agents:] @ soon
    assert erlang_a(*BASE).service_level(within=within) == pytest.approx(level, abs=1e-11)


@pytest.mark.parametrize(("calls", "leaving"), [(100.0, 20.0), (130.0, 2.0), (60.0, 300.0)])
def test_service_level_in_closed_form(calls, leaving):
    """Where neither number is huge, the law of the wait is one of incomplete gammas."""
    _, service, agents, _ = BASE
    a, x, within = agents * service / leaving, calls / leaving, 0.01
    below = gammainc(a + 1, x) - gammainc(a + 1, x * math.exp(-leaving * within))
    desk = erlang_a(calls, service, agents, leaving)
    late = a / x * below / gammainc(a, x)
    exact = 1 - desk.waiting_probability * (1 - late)
    assert desk.service_level(within=within) == pytest.approx(exact, abs=1e-12)


@pytest.mark.parametrize("name", ["too much work", "some leave at once"])
def test_a_simulated_desk_agrees_within_four_standard_errors(name):
    case, within = SMALL[name], 0.4
    rng = np.random.default_rng(5)
    found = np.array([simulated(case, within, 6000, rng) for _ in range(30)])
    desk = desk_of(case)
    exact = [
        desk.abandon,
        desk.wait_all,
        desk.wait_served,
        desk.service_level(within=within),
        desk.service_level_of_answered(within=within),
        desk.service_level_of_patient(within=within),
    ]
    error = found.std(axis=0, ddof=1) / np.sqrt(len(found))
    assert (np.abs(found.mean(axis=0) - exact) < 4 * error).all(), (found.mean(axis=0), exact)
    assert (error < 0.01).all()


# --- priorities -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("calls", "agents", "leaving"),
    [([1.0, 2.0], 3, 0.5), ([2.0, 0.5], 2, 2.0), ([2.0, 3.0], 3, 1.0), ([0.5, 0.6], 2, 0.0)],
)
def test_two_classes_are_those_of_the_chain_solved_by_force(calls, agents, leaving):
    room = 45
    ahead, first, second = two_classes(calls, 1.0, agents, leaving, room)
    vip, regular = erlang_a_priority(calls, 1.0, agents, leaving)
    assert vip.queue == pytest.approx(first, rel=1e-7)
    assert regular.queue == pytest.approx(second, rel=1e-7)
    assert regular.wait_all == pytest.approx(second / calls[1], rel=1e-7)
    assert regular.abandon == pytest.approx(leaving * second / calls[1], rel=1e-7)
    assert vip.waiting_probability == pytest.approx(ahead.sum(), rel=1e-7)
    assert vip.answered + vip.abandon == pytest.approx(1.0)
    reached = expm(queue_of((0, 1.0, agents, leaving, 0.0), room) * 0.4)
    level = 1 - ahead.sum() + ahead @ reached[1:-1, 0]
    assert vip.service_level(within=0.4) == pytest.approx(level, abs=1e-7)


def test_classes_add_up_to_the_whole():
    calls = [5.0, 30.0, 0.01, 64.99]
    classes, whole = erlang_a_priority(calls, *BASE[1:]), erlang_a(*BASE)
    assert sum(one.queue for one in classes) == pytest.approx(whole.queue, rel=1e-12)
    lost = sum(c * one.abandon for c, one in zip(calls, classes, strict=True))
    assert lost / 100 == pytest.approx(whole.abandon, rel=1e-12)
    waits = [one.wait_all for one in classes]
    assert waits == sorted(waits)
    assert {one.occupancy for one in classes} == {whole.occupancy}
    (alone,) = erlang_a_priority([100.0], *BASE[1:])
    for figure in (*FIGURES, "wait_served"):
        assert getattr(alone, figure) == pytest.approx(getattr(whole, figure), rel=1e-12)


def test_every_class_hangs_up_where_nobody_serves():
    for leaving in (0.1, 0.3, 0.7, 1.9):
        for one in erlang_a_priority([1.0, 2.0], 1.0, 0, leaving):
            assert one.wait_all == pytest.approx(1 / leaving, rel=1e-12)
            assert (one.abandon, one.answered) == (pytest.approx(1.0, rel=1e-12), 0.0)


def test_waits_without_hang_ups_are_those_of_cobham():
    calls, service, agents = [0.3, 0.5, 0.7], 1 / 12, 20
    work = np.cumsum([0.0, *calls]) / (agents * service)
    first = erlang_c(18, 20) / (agents * service)
    exact = first / ((1 - work[:-1]) * (1 - work[1:]))
    classes = erlang_a_priority(calls, service, agents, 0.0)
    assert [one.wait_all for one in classes] == pytest.approx(exact, rel=1e-11)
    assert [one.abandon for one in classes] == [0, 0, 0]


# --- limits ---------------------------------------------------------------------------------


@pytest.mark.parametrize("load", [5.0, 18.0, 19.9])
def test_without_hang_ups_it_is_erlang_c(load):
    desk, late = erlang_a(load, 1.0, 20, 0.0), erlang_c(load, 20)
    assert desk.waiting_probability == pytest.approx(late, rel=1e-12)
    assert desk.wait_all == pytest.approx(late / (20 - load), rel=1e-11)
    assert desk.wait_served == pytest.approx(desk.wait_all, rel=1e-12)
    assert (desk.abandon, desk.answered) == (0.0, pytest.approx(1.0, rel=1e-14))
    for within in (0.0, 0.3, 5.0):
        level = 1 - late * math.exp(-(20 - load) * within)
        assert desk.service_level(within=within) == pytest.approx(level, rel=1e-12)
        assert desk.service_level_of_patient(within=within) == pytest.approx(level, rel=1e-12)


@pytest.mark.parametrize("leaving", [1e-6, 1e-9, 1e-12, 1e-300])
def test_endless_patience_leads_to_erlang_c(leaving):
    desk, limit = erlang_a(18.0, 1.0, 20, leaving), erlang_a(18.0, 1.0, 20, 0.0)
    for figure in ("waiting_probability", "wait_all", "wait_served", "occupancy"):
        exact = getattr(limit, figure)
        assert getattr(desk, figure) == pytest.approx(exact, rel=20 * leaving + 1e-11), figure


@pytest.mark.parametrize("leaving", [1e-6, 1e-9, 1e-300])
def test_too_much_work_and_long_patience_flow_like_water(leaving):
    """Half of 100 calls must hang up: all wait until half have, log(2) / leaving."""
    desk = erlang_a(100.0, 1.0, 50, leaving)
    assert desk.abandon == pytest.approx(0.5, rel=1e-9)
    assert desk.wait_served * leaving == pytest.approx(math.log(2), rel=leaving + 1e-12)
    assert desk.service_level(within=0.5 / leaving) == pytest.approx(0.0, abs=1e-9)
    assert desk.service_level(within=0.9 / leaving) == pytest.approx(0.5, abs=1e-9)


@pytest.mark.parametrize("leaving", [1e-6, 1e-9, 1e-12, 1e-15])
def test_as_much_work_as_agents_loses_calls_like_a_square_root(leaving):
    """Long queues then follow half a normal law, of mean sqrt(2 / pi) x its spread."""
    lost = erlang_a(50.0, 1.0, 50, leaving).abandon
    exact = math.sqrt(2 / math.pi * leaving / 50)
    assert lost == pytest.approx(exact, rel=2 * math.sqrt(leaving) + 1e-9)


@pytest.mark.parametrize(("load", "agents"), [(20.0, 20), (7.5, 3), (50.0, 80)])
def test_patience_as_long_as_a_call_gives_a_poisson_tail(load, agents):
    desk = erlang_a(load, 1.0, agents, 1.0)
    assert desk.waiting_probability == pytest.approx(poisson.sf(agents - 1, load), rel=1e-10)
    n = np.arange(400)
    queue = poisson.pmf(n, load) @ np.maximum(n - agents, 0)
    assert desk.queue == pytest.approx(queue, rel=1e-10)
    if load == agents:
        assert desk.waiting_probability == pytest.approx(0.529743, abs=5e-7)


def test_no_patience_at_all_is_erlang_b():
    assert erlang_a(10.0, 1.0, 9, 0.5, zero_patience=1.0).abandon == pytest.approx(
        erlang_b(10.0, 9), rel=1e-13
    )
    assert erlang_a(10.0, 1.0, 9, 1e9).abandon == pytest.approx(erlang_b(10.0, 9), rel=1e-7)


def test_the_square_root_limit_of_halfin_and_whitt():
    """With a reserve of b roots the chance to wait nears 1 / (1 + b Phi(b) / phi(b))."""
    grade = 0.7
    limit = 1 / (1 + grade * norm.cdf(grade) / norm.pdf(grade))
    error = []
    for agents in (100, 10_000, 1_000_000):
        root = (-grade + math.sqrt(grade**2 + 4 * agents)) / 2
        error.append(abs(erlang_c(root**2, agents) - limit))
    assert error[2] < error[1] / 5 < error[0] / 25
    assert error[2] < 1e-3


@pytest.mark.parametrize(("grade", "ratio"), [(-0.5, 2.0), (0.0, 0.25), (1.0, 1.0)])
def test_the_square_root_limit_of_garnett(grade, ratio):
    """With hang-ups the limit compares two hazards; `ratio` is patience rate / service rate."""

    def hazard(x):
        return norm.pdf(x) / norm.sf(x)

    root = math.sqrt(ratio)
    limit = 1 / (1 + root * hazard(grade / root) / hazard(-grade))
    agents = 40_000
    load = ((-grade + math.sqrt(grade**2 + 4 * agents)) / 2) ** 2
    desk = erlang_a(load, 1.0, agents, ratio)
    assert desk.waiting_probability == pytest.approx(limit, abs=3 / math.sqrt(agents))
    lost = root * hazard(grade / root) - grade
    assert desk.abandon * math.sqrt(agents) == pytest.approx(lost * limit, rel=0.02)


def test_a_rare_caller_waits_for_nobody_unless_there_is_nobody():
    for figure in FIGURES:
        none, rare = (getattr(erlang_a(rate, 1.0, 3, 0.5), figure) for rate in (0.0, 1e-15))
        assert none == pytest.approx(rare, abs=1e-14)
    desk = erlang_a(0.0, 1.0, 3, 0.0)
    assert (desk.abandon, desk.wait_all, desk.service_level(within=0)) == (0, 0, 1)
    closed = erlang_a(0.0, 1.0, 0, 0.5)
    assert (closed.abandon, closed.wait_all, closed.service_level(within=9)) == (1, 2, 0)
    assert (erlang_b(0.0, 0), erlang_b(0.0, 1), erlang_c(0.0, 1)) == (1.0, 0.0, 0.0)


# --- bounds -----------------------------------------------------------------------------------


RATE = st.floats(-3, 3).map(lambda x: 10.0**x)
DESKS = st.tuples(RATE, RATE, st.integers(1, 60), RATE, st.floats(0, 1))


@patiently
@given(DESKS, st.floats(0, 10))
def test_figures_hang_together(case, within):
    calls, service, agents, leaving, at_once = case
    desk = desk_of(case)
    level = desk.service_level(within=within)
    assert desk.answered + desk.abandon == pytest.approx(1.0, abs=1e-12)
    at_first = at_once * desk.waiting_probability
    assert desk.abandon == pytest.approx(at_first + leaving * desk.wait_all, rel=1e-9)
    assert desk.queue == pytest.approx(calls * desk.wait_all, rel=1e-9)
    flow = calls * desk.answered / (agents * service)
    assert desk.occupancy == pytest.approx(flow, rel=1e-9)
    assert desk.abandon <= erlang_b(calls / service, agents) + 1e-12
    assert 0 <= level <= desk.answered + 1e-12
    assert level <= desk.service_level_of_patient(within=within) + 1e-12
    assert desk.service_level(within=0) == pytest.approx(1 - desk.waiting_probability, abs=1e-12)
    assert desk.service_level(within=1e12) == pytest.approx(desk.answered, abs=1e-12)
    assert 0 <= desk.wait_served * desk.answered <= desk.wait_all * (1 + 1e-12)


@patiently
@given(DESKS, st.floats(0, 10))
def test_one_more_agent_never_hurts(case, within):
    desk, more = desk_of(case), desk_of((*case[:2], case[2] + 1, *case[3:]))
    assert more.abandon <= desk.abandon + 1e-12
    assert more.wait_all <= desk.wait_all + 1e-12
    assert more.waiting_probability <= desk.waiting_probability + 1e-12
    assert more.service_level(within=within) >= desk.service_level(within=within) - 1e-12


def test_a_thousand_agents_and_more():
    desk = erlang_a(990.0, 1.0, 1000, 1e-3)
    assert desk.answered * 990 == pytest.approx(1000 * desk.occupancy, rel=1e-12)
    assert erlang_a(1e6, 1.0, 1_000_000, 1.0).waiting_probability == pytest.approx(
        poisson.sf(999_999, 1e6), rel=1e-8
    )


# --- what it says ------------------------------------------------------------------------------


def test_says_what_was_wrong():
    def says(sentence):
        return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")

    steady = "load must be below agents for a steady state, got "
    with says(f"{steady}12 with 10 agents: add agents, or use erlang_a, where people hang up"):
        erlang_c(12, 10)
    with says(f"{steady}20 with 20 agents: add agents, or give a patience_rate above 0"):
        erlang_a(100, 5, 20, 0.0)
    with says(f"{steady}10 with 10 agents: add agents, or give a patience_rate above 0"):
        erlang_a(20, 1, 10, 0.0, zero_patience=0.5)
    with says("load must be a finite number in [0, 1000000000], got nan"):
        erlang_b(math.nan, 3)
    with says("agents must be a whole number in [0, 1000000], got -1"):
        erlang_b(3.0, -1)
    with says("agents must be a whole number in [0, 1000000], got 2.5"):
        erlang_a(1, 1, 2.5, 1)
    with says("service_rate must be a finite number in [1e-09, 1000000000], got 0"):
        erlang_a(1, 0, 2, 1)
    with says("arrival_rate must be a finite number in [0, 1000000000], got -1"):
        erlang_a(-1, 1, 2, 1)
    with says("patience_rate must be a finite number in [0, 1000000000], got nan"):
        erlang_a(1, 1, 2, math.nan)
    with says("zero_patience must be a probability in [0, 1], got 1.5"):
        erlang_a(1, 1, 2, 1, zero_patience=1.5)
    with says("within must be a finite number of at least 0, got -1"):
        erlang_a(*BASE).service_level_of_patient(within=-1)
    for none in ([], [1.0, 0.0]):
        with says(f"arrival_rates must be above 0, one for each class, got {none}"):
            erlang_a_priority(none, 1, 2, 1)
    _, lower = erlang_a_priority([1, 2], 1, 2, 1)
    first = "must be asked of the class served first, got a lower one, of which only means are exact: simulate it"
    with says(f"service_level {first}"):
        lower.service_level(within=1)
    with says(f"wait_served {first}"):
        _ = lower.wait_served
