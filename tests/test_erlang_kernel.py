"""The compiled Erlang A: against the exact one, at any size, in no time."""

import time

import numpy as np
import pytest

from cemlab.sim._kernels.erlang import abandoned
from cemlab.sim.service_desk import erlang_a


@pytest.mark.parametrize("seed", range(6))
def test_agrees_with_the_exact_one_from_overload_to_idle(seed):
    g = np.random.default_rng(seed)
    for _ in range(25):
        service, patience = np.exp(g.uniform(-2, 2)), np.exp(g.uniform(-4, 5))
        load = np.exp(g.uniform(-5, 9))
        far = g.choice([0, 1, 5, 30]) * g.normal() * np.sqrt(load)
        staff = max(0, int(load * g.choice([0.2, 1, 1, 1, 1.5]) + far))
        exact = erlang_a(load * service, service, staff, patience).abandon
        assert abandoned(load * service, service, patience, float(staff)) == pytest.approx(
            exact, rel=1e-12, abs=1e-290
        )


def test_one_agent_less_than_the_load_of_a_huge_desk():
    """A square-root law: with staff = load, the share falls as 1 / root of the load."""
    shares = [abandoned(5 * load, 5.0, 12.0, load) for load in (1e6, 1e8, 1e10)]
    assert shares[0] / shares[1] == pytest.approx(10, rel=1e-3)
    assert shares[1] / shares[2] == pytest.approx(10, rel=1e-4)


def test_overload_leaves_who_is_not_served():
    assert abandoned(1e9, 5.0, 12.0, 1e8) == pytest.approx(0.5, rel=1e-14)
    assert abandoned(1e9, 5.0, 12.0, 0.0) == 1.0


@pytest.mark.parametrize("staff", [200.5, 1e6, 1e12])
def test_far_more_agents_than_load_and_nobody_hangs_up(staff):
    begun = time.perf_counter()
    assert abandoned(20.0, 5.0, 12.0, staff) < 1e-250
    assert time.perf_counter() - begun < 0.5


def test_without_calls_part_of_an_agent_answers_its_part():
    assert abandoned(0.0, 5.0, 12.0, 0.25) == 0.75
    assert abandoned(0.0, 5.0, 12.0, 3.5) == 0.0
    assert abandoned(1e-310, 5.0, 12.0, 0.25) == pytest.approx(0.75, rel=1e-12)
