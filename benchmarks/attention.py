"""How quickly attention is drawn and fitted, and how well: python benchmarks/attention.py [--quick].

Self-exciting attention (Hawkes): a million events with an exponential and with a power-law
memory, each in a process of its own (seconds, peak memory); the likelihood of 100,000 events;
drawing against the package tick, where it is installed (in version 0.8.0.2 its likelihood fails
with an error), and against Ogata's thinning and the recursion in plain Python. Each round runs
every contender once, in turn; times are medians over the rounds, and a ratio is the median of
the rounds' own ratios. Then recovery: events are drawn from known parameters and fitted again,
and the 95 % profile intervals are counted that hold the truth (nominal .95), with the standard
error of that share. Then fits to readings and event studies: Bass fits, coverage of intervals for
readings of four kinds, a thousand placebo studies against a loop of studies with statsmodels, and
how often each test of many firms says yes where nothing happened. The last line is JSON.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd

from cemlab import calibrate, datasets, evidence
from cemlab.sim import attention

try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from tick import hawkes as tick
except ImportError:
    tick = None

Work = Callable[[], object]
Result = dict[str, float]
LAW = {"background": 1.0, "branching": 0.5, "memory": 1.0}
POWER_LAW = attention.power_law(0.8, 0.1)


def in_turn(contenders: dict[str, Work], rounds: int) -> dict[str, list[float]]:
    """Return the seconds of each call, round by round; the first round warms up."""
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(rounds + 1):
        for name, work in contenders.items():
            begun = time.perf_counter()
            work()
            if turn:
                taken[name].append(time.perf_counter() - begun)
    return taken


def ratio(found: dict[str, list[float]], slow: str, quick: str) -> float:
    return statistics.median(a / b for a, b in zip(found[slow], found[quick], strict=True))


# --- speed: self-exciting attention ------------------------------------------------------

_MILLION = """
import resource, time
from cemlab.sim import attention
attention.warm_up()
law = {{"background": 1000, "branching": 0.5, "memory": {memory!r}}}
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
taken = []
for seed in range({rounds}):
    begun = time.perf_counter()
    times = attention.hawkes(**law, horizon={horizon}, rng=seed)
    taken.append(time.perf_counter() - begun)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(sorted(taken)[len(taken) // 2], times.size, after / 1024, (after - before) / 1024)
"""


def a_million(rounds: int) -> Result:
    """Draw a million events with each memory; seconds, events a second, peak memory."""
    print("a million events")
    result: Result = {}
    for memory, horizon in (("exponential", 505), ("power law", 570)):
        code = _MILLION.format(memory=memory, horizon=horizon, rounds=rounds)
        done = subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True
        )
        seconds, count, peak, more = map(float, done.stdout.split())
        print(f"  {memory:<12}{seconds:>8.3f} s for {count:,.0f} events, {count / seconds / 1e6:.1f} million "
              f"a second; peak {peak:,.0f} MB, {more:,.0f} MB more than before")  # fmt: skip
        name = memory.replace(" ", "_")
        result |= {f"hawkes_{name}_s": seconds, f"hawkes_{name}_events_a_s": count / seconds,
                   f"hawkes_{name}_peak_mb": peak}  # fmt: skip
    return result


def thinned(background: float, branching: float, mean: float, horizon: float) -> np.ndarray:
    """Return event times by Ogata's thinning, in plain Python."""
    rng, now, excited, times = np.random.default_rng(1), 0.0, 0.0, []
    while True:
        top = background + excited
        gap = rng.exponential(1 / top)
        now += gap
        if now >= horizon:
            return np.array(times)
        excited *= np.exp(-gap / mean)
        if rng.random() * top < background + excited:
            times.append(now)
            excited += branching / mean


def recursion(times: np.ndarray, horizon: float) -> float:
    """Return the log-likelihood by the usual recursion, in plain Python."""
    background, branching, mean = LAW.values()
    kept = np.exp(-np.diff(times) / mean).tolist()
    excited, all_of_it = 0.0, [0.0]
    for one in kept:
        excited = one * (1 + excited)
        all_of_it.append(excited)
    rate = background + branching / mean * np.array(all_of_it)
    left = np.exp(-(horizon - times) / mean).sum()
    return float(np.log(rate).sum() - background * horizon - branching * (times.size - left))


def against_others(rounds: int) -> Result:
    """Time our simulation and likelihood of 100,000 events against others."""
    horizon = 50_000.0
    times = attention.hawkes(**LAW, horizon=horizon, rng=1)[:100_000]
    horizon = float(times[-1])

    def simulated() -> None:
        attention.hawkes(**LAW, horizon=horizon, rng=1)

    def ours() -> float:
        return attention.log_likelihood(times, **LAW, horizon=horizon)

    def power() -> float:
        law = LAW | {"memory": POWER_LAW}
        return attention.log_likelihood(times, **law, horizon=horizon)

    contenders: dict[str, Work] = {
        "draw": simulated,
        "draw, thinning in plain Python": lambda: thinned(*LAW.values(), horizon),
        "likelihood": ours,
        "likelihood, plain recursion": lambda: recursion(times, horizon),
        "likelihood, power law": power,
    }
    apart = abs(ours() - recursion(times, horizon))
    if tick is not None:
        one = np.array([[1.0]])

        def drawn() -> None:
            simulation = tick.SimuHawkesExpKernels(
                0.5 * one, one, baseline=np.array([1.0]), end_time=horizon, seed=1, verbose=False
            )
            simulation.simulate()

        contenders["draw, tick"] = drawn
    found = in_turn(contenders, rounds)
    print(f"\n{times.size:,} events; milliseconds (median, least to most)")
    for name, values in found.items():
        middle, low, high = (1000 * f(values) for f in (statistics.median, min, max))
        print(f"  {name:<34}{middle:>10,.2f}   ({low:,.2f} to {high:,.2f})")
    print(f"  the plain recursion's likelihood is within {apart:.1e} of ours")
    result = {
        "likelihood_ms": 1000 * statistics.median(found["likelihood"]),
        "likelihood_power_law_ms": 1000 * statistics.median(found["likelihood, power law"]),
        "draw_vs_thinning": ratio(found, "draw, thinning in plain Python", "draw"),
        "likelihood_vs_plain": ratio(found, "likelihood, plain recursion", "likelihood"),
    }
    if tick is not None:
        result["draw_vs_tick"] = ratio(found, "draw, tick", "draw")
    else:
        print("  tick is not installed: pip install tick")
    return result


# --- truth: self-exciting attention ------------------------------------------------------


def recovered(kind: str, memory: object, horizon: float, truth: Result, runs: int) -> Result:
    """Print and return how often the profile interval of each parameter holds the truth."""
    rng, held = np.random.default_rng(2024), dict.fromkeys(truth, 0)
    seconds, count, flat = [], [], 0
    for _ in range(runs):
        law = {"background": truth["background"], "branching": truth["branching"]}
        times = attention.hawkes(**law, memory=memory, horizon=horizon, rng=rng)
        begun = time.perf_counter()
        fit = attention.fit_hawkes(times, horizon=horizon, memory=kind)
        seconds.append(time.perf_counter() - begun)
        count.append(times.size)
        flat += bool(np.isnan(list(fit.standard_errors.values())).any())
        table = fit.interval()
        for parameter, number in truth.items():
            row = table.loc[parameter]
            held[parameter] += bool(row["low"] <= number <= row["high"])
    words = []
    for parameter, hits in held.items():
        share = hits / runs
        words.append(f"{parameter} {share:.3f} (s.e. {(share * (1 - share) / runs) ** 0.5:.3f})")
    middle = 1000 * statistics.median(seconds)
    print(f"  {kind:<12}{runs} fits of about {np.mean(count):,.0f} events, {middle:.1f} ms each, "
          f"{flat} flat or at a border: {', '.join(words)}")  # fmt: skip
    name = kind.replace(" ", "_")
    result = {f"{name}_covers_{parameter}": hits / runs for parameter, hits in held.items()}
    return result | {f"fit_{name}_ms": middle}


def coverage(quick: bool) -> Result:
    """Fit simulated events again and again, with each memory."""
    print("\nshare of 95 % intervals that hold the truth, nominal 0.950")
    plain = {"background": 1.0, "branching": 0.6, "mean": 0.5}
    power = {"background": 1.0, "branching": 0.6, "theta": 0.8, "cutoff": 0.1}
    found = recovered("exponential", 0.5, 400.0, plain, 40 if quick else 400)
    return found | recovered("power law", POWER_LAW, 400.0, power, 5 if quick else 200)


# --- fits to readings --------------------------------------------------------------------

_AIR_CONDITIONERS = [96, 195, 238, 380, 1045, 1230, 1267, 1828, 1586, 1673, 1800, 1580, 1500]


def bass_fits(rounds: int) -> Result:
    """Time the published series, and count intervals that hold the truth in simulated ones."""
    taken = in_turn({"fit": lambda: calibrate.fit_bass(_AIR_CONDITIONERS)}, 10 * rounds)["fit"]
    found = calibrate.fit_bass(_AIR_CONDITIONERS)
    print(f"\nroom air conditioners: {1000 * statistics.median(taken):.1f} ms a fit; "
          f"p {float(found.p):.5f}, q {float(found.q):.5f}, m {float(found.m):,.0f}")  # fmt: skip
    rng, truth, runs = np.random.default_rng(7), {"p": 0.01, "q": 0.4, "m": 20_000.0}, 400
    true = attention.bass_periods(15, **truth)
    held = dict.fromkeys(truth, 0)
    for _ in range(runs):
        drawn = np.maximum(true + rng.normal(0, 60, true.size), 0)
        table = calibrate.fit_bass(drawn).interval()
        for name, number in truth.items():
            held[name] += bool(table.loc[name, "low"] <= number <= table.loc[name, "high"])
    print(f"  {runs} fits of simulated series, share of intervals that hold the truth: "
          + ", ".join(f"{name} {hits / runs:.3f}" for name, hits in held.items()))  # fmt: skip
    result = {f"bass_covers_{name}": hits / runs for name, hits in held.items()}
    return result | {"bass_fit_ms": 1000 * statistics.median(taken)}


def mixed_readings(rng: np.random.Generator, truth: Result, noise: float) -> pd.DataFrame:
    """Return sixteen readings of a Bass curve: exact, rounded, bounds, one with a rival."""
    t = np.linspace(1, 20, 16)
    shown = attention.bass(t, **truth) * np.exp(noise * rng.standard_normal(t.size))
    unit = 10.0 ** (np.floor(np.log10(shown)) - 1)
    bound = np.isin(np.arange(16), [7, 13])
    rounded = (np.arange(16) % 4 == 1) & ~bound
    value = np.where(rounded, np.round(shown / unit) * unit, np.round(shown))
    value = np.where(bound, 0.5 * value, value)
    low = np.where(rounded, value - unit / 2, np.where(bound, value, np.nan))
    high = np.where(rounded, value + unit / 2, np.where(bound, np.inf, np.nan))
    table = pd.DataFrame({"time": t, "value": value, "low": low, "high": high, "confidence": ""})
    table.loc[2, "confidence"] = "contested"
    rival = table.loc[[2]].assign(value=3 * table.loc[2, "value"])
    return pd.concat([table, rival], ignore_index=True)


def readings_coverage(runs: int) -> Result:
    """Fit mixed readings of a known curve again and again."""
    rng, truth = np.random.default_rng(0), {"p": 0.02, "q": 0.4, "m": 1e6}
    bounds = {"p": (0, 1), "q": (0, 5), "m": (0, None)}
    held = dict.fromkeys(truth, 0)
    for _ in range(runs):
        readings = mixed_readings(rng, truth, 0.08)
        start = {"p": 0.01, "q": 0.3, "m": 2e6}
        fit = calibrate.fit(
            attention.bass, readings, start=start, bounds=bounds, counter=False, starts=4
        )
        table = fit.interval(method="profile")
        for name, number in truth.items():
            held[name] += bool(table.loc[name, "low"] <= number <= table.loc[name, "high"])
    words = [
        f"{name} {hits / runs:.3f} (s.e. {(hits / runs * (1 - hits / runs) / runs) ** 0.5:.3f})"
        for name, hits in held.items()
    ]
    print(f"readings of four kinds, {runs} fits: {', '.join(words)}")
    return {f"readings_cover_{name}": hits / runs for name, hits in held.items()}


# --- event studies -----------------------------------------------------------------------


def placebo_studies(rounds: int) -> Result:
    """Run a thousand placebo studies, and some of them one by one."""
    shown = datasets.load("airline-returns-2008-2010").set_index("date")
    days = pd.bdate_range("2004-01-01", periods=1130)
    rng = np.random.default_rng(1)
    draws = shown[["UAL", "SPX"]].to_numpy()[rng.integers(0, len(shown), days.size)]
    returns = pd.DataFrame(draws, index=days, columns=["UAL", "SPX"])
    plan = {"firm": "UAL", "factors": "SPX", "window": (0, 3), "estimation": 120}

    def at_once() -> object:
        return evidence.placebo(returns, **plan)

    def one_by_one() -> None:
        for day in days[200:210]:
            evidence.event_study(returns, event=day, **plan)

    taken = in_turn({"at once": at_once, "ten studies": one_by_one}, rounds)
    count = len(evidence.placebo(returns, **plan).table)
    seconds = statistics.median(taken["at once"]) * 1000 / count
    each = statistics.median(taken["ten studies"]) / 10
    print(
        f"\n1,000 placebo studies: {seconds:.3f} s; one study with its table: {1000 * each:.1f} ms"
    )
    return {"placebo_1000_s": seconds, "event_study_ms": 1000 * each}


def sizes(runs: int) -> Result:
    """Print how often tests of thirty firms say yes where nothing happened (nominal .05)."""
    print(f"\nthirty firms, nothing happened, nominal .05, {runs:,} runs")
    result: Result = {}
    worlds = {"calm": {}, "variance": {"event_variance": 2.0}, "correlated": {"correlation": 0.2}}
    for world, change in worlds.items():
        table = evidence.event_study_rates(replicates=runs, rng=2009, **change)
        print(f"  {world:<12}" + ", ".join(f"{n} {r:.3f}" for n, r in table["value"].items()))
        result |= {f"{world}_{name}": float(rate) for name, rate in table["value"].items()}
    return result


def main() -> None:
    """Run everything, or with --quick fewer rounds and fits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and fits")
    quick = parser.parse_args().quick
    rounds = 3 if quick else 9
    result = a_million(rounds)
    result |= against_others(rounds)
    result |= coverage(quick)
    result |= bass_fits(rounds)
    result |= readings_coverage(40 if quick else 400)
    result |= placebo_studies(rounds)
    result |= sizes(500 if quick else 4000)
    print(json.dumps({name: float(f"{number:.4g}") for name, number in result.items()}))


if __name__ == "__main__":
    main()
