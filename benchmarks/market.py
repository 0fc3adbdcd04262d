"""How quick the closed loop is: python benchmarks/market.py [--quick].

120 months of expected numbers, split desk and pool; the best policy of each kind, in the default
market; a phase map of 20 x 20 points with five kinds (--quick: 6 x 6) on all processors; a move of
a slider (three policies lived and told as tables); 100,000 single people over 120 months, without
and with the log. Medians over the rounds. The last line is JSON.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable

import numpy as np

from cemlab import market
from cemlab.market import Market, Policy, course

Result = dict[str, float]
PLAN = Policy(prevention=60_000, phone=36_000, social=4_000, advertising=50_000)
POOL = Policy(prevention=60_000, phone=40_000, advertising=50_000, organisation="pooled")


def seconds(work: Callable[[], object], rounds: int) -> float:
    work()
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def months(rounds: int) -> Result:
    found = {}
    for name, plan in (("split", PLAN), ("pooled", POOL)):
        found[f"months_120_{name}_ms"] = 1000 * seconds(
            lambda plan=plan: course.lived(plan, Market(), 120), 20 * rounds
        )
    found["slider_ms"] = 1000 * seconds(
        lambda: [market.monthly(market.simulate(plan)) for plan in (PLAN, POOL, PLAN)], rounds
    )
    return found


def best(rounds: int) -> Result:
    return {
        f"optimise_{kind}_ms": 1000 * seconds(lambda kind=kind: market.optimise(kind), rounds)
        for kind in market.BOXES
    }


def phases(side: int) -> Result:
    begun = time.perf_counter()
    found = market.phase_map(
        ("failure_rate", np.geomspace(0.005, 0.2, side).tolist()),
        ("prevention_cost", np.geomspace(0.3, 8, side).tolist()),
    )
    taken = time.perf_counter() - begun
    print(f"border of crm and cem: {len(market.border(found))} points")
    return {f"phase_map_{side}x{side}_s": taken, "processors": os.cpu_count() or 1}


def people(size: int) -> Result:
    from cemlab.network import Network

    whole = Market(audience=float(size), customers=float(size))
    net = Network.random(size, mean_degree=whole.readers, rng=1)  # who reads a post
    begun = time.perf_counter()
    run = market.agents.simulate(PLAN, network=net, market=whole, rng=1)
    lived = time.perf_counter() - begun
    rows = len(run.events)
    return {"agents_s": lived, "log_s": time.perf_counter() - begun - lived, "log_rows": rows}


def main() -> None:
    """Run everything, or with --quick less of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, a smaller map")
    quick = parser.parse_args().quick
    rounds = 3 if quick else 9
    result = months(rounds) | best(rounds) | phases(6 if quick else 20)
    if hasattr(market.agents, "simulate"):
        result |= people(10_000 if quick else 100_000)
    else:
        print("market.agents has no simulate yet")
    for name, number in result.items():
        print(f"  {name:<26}{number:>14,.3f}")
    print(json.dumps({name: float(f"{number:.4g}") for name, number in result.items()}))


if __name__ == "__main__":
    main()
