"""How quickly the service desk runs here and elsewhere: python benchmarks/service_desk.py [--quick].

The same model for everybody: 100 calls an hour, 20 agents, 12 minutes a call, patience of 3
minutes; then with one customer in five served first; then with all that customers do after a
failure. Only public functions of the package; a run of ours ends with the table of its contacts,
a peer's with its rows. First everybody's figures must agree within 4 standard errors, from
replays of each. Then each round runs every contender once, in turn; times are medians over the
rounds, and a ratio is the median of the rounds' own ratios. Peers come with
``pip install -e ".[bench]"``. The last line is JSON.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import ciw
import numpy as np
import pandas as pd
import simpy_desk

from cemlab.sim import service_desk
from cemlab.sim.service_desk import Channel, Habits

FIRST_COME = {
    "arrivals_per_hour": 100,
    "channels": {"phone": Channel(agents=20, service_min=12, patience_min=3)},
    "followers": [0.0],
}
PRIORITY = FIRST_COME | {
    "channels": {"phone": Channel(agents=20, service_min=12, patience_min=3, priority=1000)},
    "followers": [0.0, 0.0, 0.0, 0.0, 5000.0],
}
FEEDBACK = {
    "arrivals_per_hour": 100,
    "channels": {
        "phone": Channel(agents=24, service_min=12, patience_min=3, solve=0.7),
        "twitter": Channel(
            agents=2, service_min=5, patience_min=60, solve=0.6, priority=1000, acknowledges=True
        ),
    },
    "habits": Habits(
        redial=0.5, leave=0.1, public=0.2, per_tenfold=0.5, learned=0.5, promise=0.5, kept=0.8,
        most_attempts=5, again=0.1, loyal=0.7,
    ),
    "followers": [10.0, 50.0, 200.0, 800.0, 5000.0],
}  # fmt: skip
SHARED = [
    "contacts", "abandoned", "wait_of_all_min", "wait_of_served_min", "level_of_all", "occupancy",
]  # fmt: skip
OF_STORIES = [*SHARED, "solved", "gave_up", "left", "posts_per_100"]
SOON = 20 / 60
BY_AUDIENCE = 1000
Work = Callable[[], object]
Figures = dict[str, float]


# --- the contenders ------------------------------------------------------------------


def ours(setup: dict, hours: int, replicate: int = 0) -> tuple:
    """Return (run, its table of contacts)."""
    run = service_desk.simulate(**setup, hours=hours, rng=1, replicate=replicate)
    return run, service_desk.contacts(run)


def in_simpy(setup: dict, hours: int, seed: int = 0) -> tuple:
    asked = {name: setup[name] for name in ("arrivals_per_hour", "followers")}
    asked |= {"hours": hours, "seed": seed}
    if "habits" in setup:
        return simpy_desk.with_feedback(setup["channels"], setup["habits"], **asked)
    return simpy_desk.one_channel(setup["channels"]["phone"], **asked)


def in_ciw(setup: dict, hours: int, seed: int = 0) -> list:
    phone, followers = setup["channels"]["phone"], np.array(setup["followers"])
    large = float(np.mean(followers >= BY_AUDIENCE))
    rate = setup["arrivals_per_hour"] / 60
    shares = {"large": large, "small": 1 - large} if large else {"small": 1.0}
    ciw.seed(seed)
    network = ciw.create_network(
        arrival_distributions={c: [ciw.dists.Exponential(rate * s)] for c, s in shares.items()},
        service_distributions={c: [ciw.dists.Exponential(1 / phone.service_min)] for c in shares},
        reneging_time_distributions={
            c: [ciw.dists.Exponential(1 / phone.patience_min)] for c in shares
        },
        priority_classes={c: place for place, c in enumerate(shares)},
        number_of_servers=[phone.agents],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(60 * hours)
    return simulation.get_all_records(include_incomplete=True)


# --- what they find --------------------------------------------------------------------


def our_figures(setup: dict, hours: int, replicate: int) -> Figures:
    run, contacts = ours(setup, hours, replicate)
    found = service_desk.kpis(run).to_dict()
    if "habits" in setup:
        return {name: found[name] for name in OF_STORIES} | {
            "callbacks": float(contacts["callback"].sum()),
            "promised": float((contacts["outcome"] == "promised").mean()),
        }
    found = {name: found[name] for name in SHARED}
    if len(setup["followers"]) > 1:
        audience = service_desk.customers(run)["followers"].to_numpy()
        large = contacts[audience[contacts["customer"]] >= BY_AUDIENCE]
        found |= for_the_large(large["waited_min"], large["outcome"] == "abandoned")
    return found


def simpy_figures(setup: dict, hours: int, seed: int) -> Figures:
    rows, rest = in_simpy(setup, hours, seed)
    agents = {name: channel.agents for name, channel in setup["channels"].items()}
    if "habits" not in setup:
        audience, came, waited, served = np.array(rows).T
        found = figures(came, waited, served, hours, agents)
        found["contacts"] += rest
        if len(setup["followers"]) > 1:
            large = audience >= BY_AUDIENCE
            found |= for_the_large(waited[large], np.isnan(served[large]))
        return found
    table = pd.DataFrame(rows, columns=simpy_desk.COLUMNS)
    done = table[table["outcome"] != "waiting"]
    columns = (done[name].to_numpy() for name in ("came", "waited", "served"))
    found = figures(*columns, hours, agents) | {"contacts": float(len(table))}
    fates = pd.Series([outcome for _, outcome in rest]).value_counts(normalize=True)
    posts = (table["channel"] == setup["habits"].public_channel) & ~table["callback"]
    return found | {
        "solved": fates["solved"],
        "gave_up": fates["gave up"],
        "left": fates["left"],
        "posts_per_100": 100 * posts.sum() / len(rest),
        "callbacks": float(table["callback"].sum()),
        "promised": float((table["outcome"] == "promised").mean()),
    }


def ciw_figures(setup: dict, hours: int, seed: int) -> Figures:
    records = in_ciw(setup, hours, seed)
    table = pd.DataFrame(records, columns=ciw.data_record.DataRecord._fields)
    gone = table["record_type"] == "renege"
    known = table[gone | table["service_start_date"].notna()]
    came, begun = known["arrival_date"], known["service_start_date"]
    waited = known["waiting_time"].where(known["waiting_time"].notna(), begun - came)
    served = (known["service_end_date"].fillna(60 * hours) - begun).where(~gone)
    agents = {"phone": setup["channels"]["phone"].agents}
    found = figures(*(c.to_numpy(float) for c in (came, waited, served)), hours, agents)
    found["contacts"] = float(len(table))
    if len(setup["followers"]) > 1:
        large = known["customer_class"] == "large"
        found |= for_the_large(waited[large], gone[known.index][large])
    return found


def figures(came, waited, served, hours: int, agents: dict[str, int]) -> Figures:
    """Return the figures of finished contacts, minutes each; not served: nan."""
    gone = np.isnan(served)
    busy = np.minimum(came + waited + served, 60 * hours) - (came + waited)
    return {
        "contacts": float(came.size),
        "abandoned": float(gone.mean()),
        "wait_of_all_min": float(waited.mean()),
        "wait_of_served_min": float(waited[~gone].mean()),
        "level_of_all": float((~gone & (waited <= SOON)).mean()),
        "occupancy": float(np.nansum(busy) / (60 * hours * sum(agents.values()))),
    }


def for_the_large(waited, gone) -> Figures:
    return {"wait_large_min": float(waited.mean()), "abandoned_large": float(gone.mean())}


def agree(words: str, setup: dict, peers: dict[str, Callable], replays: int, hours: int) -> float:
    """Print everybody's figures; return the largest difference to ours in standard errors."""
    table = pd.DataFrame([our_figures(setup, hours, r) for r in range(replays)])
    printed = {"cemlab": table.mean()}
    worst = 0.0
    for name, peer in peers.items():
        theirs = pd.DataFrame([peer(setup, hours, seed) for seed in range(replays)])[table.columns]
        error = np.sqrt((table.var() + theirs.var()) / replays)
        printed[name] = theirs.mean()
        printed[f"{name} s.e. off"] = (theirs.mean() - table.mean()) / error
        worst = max(worst, printed[f"{name} s.e. off"].abs().max())
    print(f"\n{words}: means of {replays} replays of {hours} hours")
    print(pd.DataFrame(printed).to_string(float_format="{:,.4f}".format))
    if not worst <= 4.0:
        sys.exit(f"the figures of {words} are {worst:.1f} standard errors apart")
    return worst


# --- how long they take ------------------------------------------------------------------


def seconds(work: Work, times: int) -> float:
    """Return the time of one of several calls in a row."""
    begun = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - begun) / times


def in_turn(contenders: dict[str, tuple[Work, int]], rounds: int) -> dict[str, list[float]]:
    """Return the seconds a call, round by round: (work, calls in a row)."""
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(rounds + 1):
        for name, (work, times) in contenders.items():
            found = seconds(work, times)
            if turn:  # the first round warms up
                taken[name].append(found)
    return taken


def ratio(above: list[float], below: list[float]) -> float:
    """Return how many times as long the first takes as the second, median over the rounds."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def show(words: str, found: dict[str, list[float]]) -> None:
    """Print the median and the range of each contender in milliseconds."""
    print(f"\n{words}; milliseconds (median, least to most)")
    for name, values in found.items():
        middle, low, high = (1000 * f(values) for f in (statistics.median, min, max))
        print(f"  {name:<28}{middle:>11,.2f}   ({low:,.2f} to {high:,.2f})")


def against_peers(hours: int, rounds: int) -> dict[str, float]:
    """Time everybody on the three set-ups and print it."""
    found = in_turn(
        {
            "first come": (lambda: ours(FIRST_COME, hours), 5),
            "first come, SimPy": (lambda: in_simpy(FIRST_COME, hours), 1),
            "first come, Ciw": (lambda: in_ciw(FIRST_COME, hours), 1),
            "priority": (lambda: ours(PRIORITY, hours), 5),
            "priority, SimPy": (lambda: in_simpy(PRIORITY, hours), 1),
            "priority, Ciw": (lambda: in_ciw(PRIORITY, hours), 1),
            "feedback": (lambda: ours(FEEDBACK, hours), 5),
            "feedback, SimPy": (lambda: in_simpy(FEEDBACK, hours), 1),
        },
        rounds,
    )
    show(f"{100 * hours:,} customers", found)
    pairs = [name for name in found if ", " in name]
    return {
        name.lower().replace(", ", "_vs_").replace(" ", "_"): ratio(
            found[name], found[name.split(", ")[0]]
        )
        for name in pairs
    }


def for_sliders() -> dict[str, list[float]]:
    """Time `simulate` and `kpis` of a day of 2,000 calls."""
    day = {"arrivals_per_hour": 2000 / 24, "hours": 24, "rng": 3}
    found = in_turn(
        {
            name: (lambda setup=setup: service_desk.kpis(service_desk.simulate(**setup | day)), 20)
            for name, setup in {"first come": FIRST_COME, "feedback": FEEDBACK}.items()
        },
        9,
    )
    show("2,000 calls of a day with their figures", found)
    return found


_MILLION = """
import time
from math import inf
from cemlab.sim import service_desk
from cemlab.sim.service_desk import Channel, Habits
service_desk.warm_up()
setup = {setup!r}
begun = time.perf_counter()
run = service_desk.simulate(**setup, hours=10_000, rng=1)
contacts = service_desk.contacts(run)
print(time.perf_counter() - begun, len(contacts))
"""
_PEAK = """
try:
    lines = open("/proc/self/status").read().splitlines()
    print(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024)
except OSError:
    import resource
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def a_million(setup: dict, times: int) -> tuple[float, float, float]:
    """Return (seconds, contacts, peak megabytes) of a million customers, medians of processes."""
    command = [sys.executable, "-c", _MILLION.format(setup=setup) + _PEAK]
    told = [
        subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        for _ in range(times)
    ]
    took, contacts, peak = (statistics.median(map(float, c)) for c in zip(*told, strict=True))
    return took, contacts, peak


def main() -> None:
    """Run everything, or with --quick fewer rounds and replays."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and replays")
    quick = parser.parse_args().quick
    replays, hours = (10, 50) if quick else (30, 100)
    both = {"SimPy": simpy_figures, "Ciw": ciw_figures}
    apart = [
        agree("first come", FIRST_COME, both, replays, hours),
        agree("priority", PRIORITY, both, replays, hours),
        agree("feedback", FEEDBACK, {"SimPy": simpy_figures}, replays, hours),
    ]
    result = {"worst_standard_errors": max(apart)}
    result |= against_peers(1000, 2) if quick else against_peers(1000, 9)
    print("\n1,000,000 customers with the table of their contacts, in a process of its own")
    for name, setup in {"million": FIRST_COME, "million_feedback": FEEDBACK}.items():
        took, contacts, peak = a_million(setup, 1 if quick else 5)
        print(f"  {name:<28}{took:>9.2f} s, {contacts:,.0f} contacts, peak {peak:,.0f} MB")
        result |= {f"{name}_s": took, f"{name}_mb": peak}
    sliders = for_sliders()
    result["slider_ms"] = 1000 * statistics.median(sliders["first come"])
    result["slider_feedback_ms"] = 1000 * statistics.median(sliders["feedback"])
    print(json.dumps({name: round(value, 3) for name, value in result.items()}))


if __name__ == "__main__":
    main()
