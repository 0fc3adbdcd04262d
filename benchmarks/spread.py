"""How quickly stories spread here and elsewhere: python benchmarks/spread.py [--quick].

The same graphs, starters and chances for everybody: preferential attachment, 5 ties a
newcomer, 50 starters; cascade with p = 0.2, outbreak with rates 0.3 and 1. Only public
functions of the package. Each round runs every contender once, in turn; times are medians
over the rounds, and a ratio is the median of the rounds' own ratios. Peers come with ``pip install -e ".[bench]"``. The last line is JSON.
"""

import argparse
import array
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cynetdiff.models
import EoN
import ndlib.models.epidemics as ndlib
import ndlib.models.ModelConfig as ndlib_config
import networkx
import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from cemlab.network import Network
from cemlab.sim import cascade, outbreak, rivalry, rumour, threshold

P = 0.2
RATES = {"spread_rate": 0.3, "recovery_rate": 1.0}
STARTERS = 50
Work = Callable[[], object]


def seconds(work: Work, times: int) -> float:
    """Return the time of one of several calls in a row."""
    begun = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - begun) / times


def in_turn(contenders: dict[str, tuple[Work, int, int]], rounds: int) -> dict[str, list[float]]:
    """Return the seconds a replicate, round by round: (work, calls in a row, replicates a call)."""
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(rounds + 1):
        for name, (work, times, replicates) in contenders.items():
            found = seconds(work, times) / replicates
            if turn:  # the first round warms up
                taken[name].append(found)
    return taken


def ratio(above: list[float], below: list[float]) -> float:
    """Return how many times as long the first takes as the second, median over the rounds."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def show(words: str, found: dict[str, list[float]], scale: float = 1000.0) -> None:
    """Print the median and the range of each contender."""
    print(f"\n{words} (median, least to most)")
    for name, values in found.items():
        middle, low, high = (scale * f(values) for f in (statistics.median, min, max))
        print(f"  {name:<28}{middle:>11,.2f}   ({low:,.2f} to {high:,.2f})")


def starters(network: Network) -> np.ndarray:
    return np.sort(np.random.default_rng(1).choice(network.n, STARTERS, replace=False))


def as_graph(network: Network) -> networkx.Graph:
    graph = networkx.empty_graph(network.n)
    graph.add_edges_from(zip(network.sources.tolist(), network.targets.tolist(), strict=True))
    return graph


def peer_cascade(network: Network, first: np.ndarray, by_arc: bool) -> Work:
    """Cynetdiff's independent cascade, set up once, run to its end."""
    starts = array.array("I", network.start[:-1].tolist())
    edges = array.array("I", network.targets.tolist())
    chance = {"activation_prob": P}
    if by_arc:
        chance = {"activation_probs": array.array("f", [P] * len(edges))}
    model = cynetdiff.models.IndependentCascadeModel(starts, edges, **chance)
    model.set_rng(1)
    model.set_seeds(set(first.tolist()))

    def run() -> int:
        model.reset_model()
        model.advance_until_completion()
        return model.get_num_activated_nodes()

    return run


def ndlib_cascade(graph: networkx.Graph, first: np.ndarray) -> Work:
    config = ndlib_config.Configuration()
    config.add_model_initial_configuration("Infected", first.tolist())
    for edge in graph.edges():
        config.add_edge_configuration("threshold", edge, P)

    def run() -> int:
        model = ndlib.IndependentCascadesModel(graph, seed=1)
        model.set_initial_status(config)
        while True:
            counts = model.iteration(node_status=False)["node_count"]
            if not counts[1]:
                return counts[2]

    return run


def gather(network: Network) -> Work:
    """Read every neighbour of everybody once: what a method cannot beat that reads all links."""
    flags = np.zeros(network.n, np.uint8)
    return lambda: flags[network.targets].sum()


def dijkstra_outbreak(network: Network, first: np.ndarray) -> Work:
    """Run the same exact law without a compiler of our own: random delays, SciPy's Dijkstra."""
    rng = np.random.default_rng(1)

    def run() -> int:
        lasts = rng.exponential(1 / RATES["recovery_rate"], network.n)
        takes = rng.exponential(1 / RATES["spread_rate"], network.targets.size)
        live = np.flatnonzero(takes <= lasts[network.sources])
        start = np.searchsorted(live, network.start)
        graph = csr_array(
            (takes[live], network.targets[live], start.astype(np.int32)), (network.n,) * 2
        )
        times = dijkstra(graph, indices=first, min_only=True)
        return int(np.isfinite(times).sum())

    return run


def against_peers(n: int, rounds: int) -> dict[str, list[float]]:
    """Time everybody on one graph and print it."""
    network = Network.preferential(n, 5, rng=1)
    first = starters(network)
    by_arc = np.full(network.targets.size, P)
    graph = as_graph(network)
    runs = 200
    spread = {"initial": first, "p": P, "rng": 3}
    told = {"initial": first, **RATES, "rng": 3}
    contenders: dict[str, tuple[Work, int, int]] = {
        "cascade.reach": (lambda: cascade.reach(network, **spread, runs=runs), 1, runs),
        "cascade.reach, 2 threads": (
            lambda: cascade.reach(network, **spread, runs=runs, threads=2), 1, runs),
        "cascade.reach, paired": (
            lambda: cascade.reach(network, **spread, runs=50, paired=True), 1, 50),
        "cascade.reach, p by arc": (
            lambda: cascade.reach(network, initial=first, p=by_arc, rng=3, runs=50), 1, 50),
        "cascade.simulate": (lambda: cascade.simulate(network, **spread), 5, 1),
        "cascade.reach_from_each": (lambda: cascade.reach_from_each(network, p=P, rng=3), 5, 1),
        "cynetdiff": (peer_cascade(network, first, by_arc=False), 20, 1),
        "cynetdiff, p by arc": (peer_cascade(network, first, by_arc=True), 20, 1),
        "EoN.basic_discrete_SIR": (
            lambda: EoN.basic_discrete_SIR(graph, P, initial_infecteds=first.tolist()), 1, 1),
        "ndlib": (ndlib_cascade(graph, first), 1, 1),
        "plain gather": (gather(network), 5, 1),
        "outbreak.reach": (lambda: outbreak.reach(network, **told, runs=50), 1, 50),
        "outbreak.reach, paired": (
            lambda: outbreak.reach(network, **told, runs=25, paired=True), 1, 25),
        "outbreak.reach, 2 threads": (
            lambda: outbreak.reach(network, **told, runs=50, threads=2), 1, 50),
        "outbreak.simulate": (lambda: outbreak.simulate(network, **told), 5, 1),
        "EoN.fast_SIR": (
            lambda: EoN.fast_SIR(graph, RATES["spread_rate"], RATES["recovery_rate"],
                                 initial_infecteds=first.tolist()), 1, 1),
        "SciPy Dijkstra": (dijkstra_outbreak(network, first), 3, 1),
    }  # fmt: skip
    found = in_turn(contenders, rounds)
    show(f"{n:,} people, {network.targets.size // 2:,} ties; milliseconds a replicate", found)
    return found


def at_scale() -> dict[str, list[float]]:
    """Time single runs among a million people."""
    network = Network.preferential(1_000_000, 5, rng=1)
    first = starters(network)
    spread = {"initial": first, "p": P, "rng": 3}
    told = {"initial": first, **RATES, "rng": 3}
    sides = {"complaint": first, "response": [0], "p_complaint": P, "p_response": P, "delay": 3}
    found = in_turn(
        {
            "cascade.reach": (lambda: cascade.reach(network, **spread, runs=20), 1, 20),
            "plain gather": (gather(network), 3, 1),
            "cascade.simulate": (lambda: cascade.simulate(network, **spread), 3, 1),
            "outbreak.reach": (lambda: outbreak.reach(network, **told, runs=5), 1, 5),
            "outbreak.simulate": (lambda: outbreak.simulate(network, **told), 2, 1),
            "threshold.simulate": (
                lambda: threshold.simulate(network, initial=first, rng=3), 2, 1),
            "rivalry.simulate": (lambda: rivalry.simulate(network, **sides, rng=3), 2, 1),
            "rumour.simulate": (lambda: rumour.simulate(n=1_000_000, rng=3), 2, 1),
        },
        5,
    )  # fmt: skip
    show("1,000,000 people, 5,000,000 ties; seconds a run", found, scale=1.0)
    return found


def for_sliders() -> dict[str, list[float]]:
    """Time `simulate` of every model among 1000 people."""
    network = Network.preferential(1000, 3, rng=1)
    one = {"initial": [0], "rng": 3}
    sides = {"complaint": [0], "response": [5], "p_complaint": P, "p_response": P, "delay": 3}
    found = in_turn(
        {
            "cascade": (lambda: cascade.simulate(network, **one, p=P), 20, 1),
            "outbreak": (lambda: outbreak.simulate(network, **one, **RATES), 20, 1),
            "threshold": (lambda: threshold.simulate(network, **one, share=0.1), 20, 1),
            "rumour": (lambda: rumour.simulate(network=network, **one), 20, 1),
            "rivalry": (lambda: rivalry.simulate(network, **sides, rng=3), 20, 1),
        },
        9,
    )
    show("1,000 people; milliseconds a `simulate`", found)
    return found


_READ = """
import sys, time
from cemlab.network import Network
Network.from_edges([(0, 1)])
begun = time.perf_counter()
network = getattr(Network, sys.argv[1])(sys.argv[2])
print(time.perf_counter() - begun)
"""
_HUGE = """
import time
import numpy as np
from cemlab.network import Network
from cemlab.sim import cascade
begun = time.perf_counter()
network = Network.preferential(10_000_000, 5, rng=1)
grown = time.perf_counter() - begun
begun = time.perf_counter()
reach = cascade.reach(network, initial=np.arange(50), p=0.2, runs=1, rng=1)[0]
took = time.perf_counter() - begun
print(grown, took, reach)
"""
_PEAK = """
try:
    lines = open("/proc/self/status").read().splitlines()
    print(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024)
except OSError:
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def fresh(code: str, *args: str) -> list[float]:
    """Run code in a process of its own; return the numbers it prints, and its peak megabytes."""
    command = [sys.executable, "-c", code + _PEAK, *args]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [float(number) for number in printed.split()]


def reading(edges: int = 10_000_000) -> dict[str, list[float]]:
    """Time the reading of an edge list, with the process's peak memory."""
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    ends = np.random.default_rng(1).integers(0, 1_000_000, (2, edges), dtype=np.int32)
    table = pa.table({"source": ends[0], "target": ends[1]})
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        text, packed = Path(folder, "edges.csv"), Path(folder, "edges.parquet")
        pyarrow.csv.write_csv(table, text)
        pyarrow.parquet.write_table(table, packed)
        del ends, table
        found["from_csv"] = fresh(_READ, "from_csv", str(text))
        found["from_parquet"] = fresh(_READ, "from_parquet", str(packed))
    print(f"\n{edges:,} edges among 1,000,000 people")
    for name, (took, megabytes) in found.items():
        print(f"  {name:<28}{took:>12.2f} s, peak {megabytes:,.0f} MB")
    return found


def main() -> None:
    """Run everything, or with --quick only 10,000 people."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10,000 people only")
    quick = parser.parse_args().quick
    small = against_peers(10_000, 3)
    t = small if quick else against_peers(100_000, 9)
    ours, course = t["cascade.reach"], t["outbreak.reach"]
    result = {
        "cascade_vs_cynetdiff": ratio(t["cynetdiff"], ours),
        "cascade_2_threads_vs_cynetdiff": ratio(t["cynetdiff"], t["cascade.reach, 2 threads"]),
        "cascade_vs_eon": ratio(t["EoN.basic_discrete_SIR"], ours),
        "cascade_vs_ndlib": ratio(t["ndlib"], ours),
        "cascade_vs_gather": ratio(t["plain gather"], ours),
        "paired_vs_cynetdiff": ratio(t["cynetdiff"], t["cascade.reach, paired"]),
        "by_arc_vs_cynetdiff": ratio(t["cynetdiff, p by arc"], t["cascade.reach, p by arc"]),
        "threads_2_vs_1": ratio(ours, t["cascade.reach, 2 threads"]),
        "outbreak_vs_eon": ratio(t["EoN.fast_SIR"], course),
        "outbreak_vs_dijkstra": ratio(t["SciPy Dijkstra"], course),
        "outbreak_simulate_vs_eon": ratio(t["EoN.fast_SIR"], t["outbreak.simulate"]),
        "outbreak_simulate_vs_dijkstra": ratio(t["SciPy Dijkstra"], t["outbreak.simulate"]),
    }
    median = statistics.median
    result |= {f"slider_{k}_ms": 1000 * median(v) for k, v in for_sliders().items()}
    if not quick:
        result |= {f"million_{k}_s": median(v) for k, v in at_scale().items()}
        for name, (took, megabytes) in reading().items():
            result |= {f"{name}_10m_s": took, f"{name}_10m_mb": megabytes}
        grown, took, reach, megabytes = fresh(_HUGE)
        print("\n10,000,000 people, 50,000,000 ties, in a process of its own")
        print(f"  grown in {grown:.1f} s; one cascade of {reach:,.0f} people in {took:.2f} s; "
              f"peak {megabytes / 1024:.1f} GB")  # fmt: skip
        result |= {"ten_million_s": took, "ten_million_gb": megabytes / 1024}
    print(json.dumps({name: round(value, 3) for name, value in result.items()}))


if __name__ == "__main__":
    main()
