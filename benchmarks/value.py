"""How quickly and how well customers' value is fitted: python benchmarks/value.py [--quick].

BG/NBD and Pareto/NBD on the 2,357 customers of CDNOW, here with standard errors, against the
package lifetimes without: each round runs every contender once, in turn; times are medians over
the rounds, and a ratio is the median of the rounds' own ratios. Then a million customers,
simulated from the model and rounded to days, in a process of their own. Then recovery: customers are
simulated from known parameters and fitted again, and the 95 % intervals are counted that hold
the truth (nominal .95), with the standard error of that share. The peer comes with
``pip install -e ".[bench]"``; without it only ours is timed. The last line is JSON.
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

from cemlab import datasets
from cemlab.crm import value

try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import lifetimes
except ImportError:
    lifetimes = None

SHOP = datasets.load("cdnow-summary")
COLUMNS = [SHOP[name] for name in ("frequency", "recency", "age")]
SHOP_LIKE_CDNOW = {"r": 0.2426, "alpha": 4.4135, "a": 0.7929, "b": 2.4258}
SPENDING = {"p": 6.25, "q": 3.74, "v": 15.44}
CONTRACTS = {"alpha": 0.668, "beta": 3.806}
Work = Callable[[], object]


# --- speed -------------------------------------------------------------------------------


def peer(kind: str) -> Work:
    """Return a fit of the peer, without penalty and without a word."""

    def fit() -> object:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return getattr(lifetimes, kind)(penalizer_coef=0.0).fit(*COLUMNS)

    return fit


def in_turn(contenders: dict[str, tuple[Work, int]], rounds: int) -> dict[str, list[float]]:
    """Return the seconds a call, round by round: (work, calls in a row)."""
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(rounds + 1):
        for name, (work, times) in contenders.items():
            begun = time.perf_counter()
            for _ in range(times):
                work()
            if turn:  # the first round warms up
                taken[name].append((time.perf_counter() - begun) / times)
    return taken


def against_peer(rounds: int) -> dict[str, float]:
    """Time the fits on CDNOW, print them, and return medians and ratios."""
    ours = {"bg": (lambda: value.bg_nbd(SHOP), 10), "pareto": (lambda: value.pareto_nbd(SHOP), 3)}
    theirs = {"bg": "BetaGeoFitter", "pareto": "ParetoNBDFitter"}
    contenders: dict[str, tuple[Work, int]] = {}
    for name, work in ours.items():
        contenders[f"{name}_nbd"] = work
        if lifetimes is not None:
            contenders[f"{name}_nbd, lifetimes"] = (peer(theirs[name]), 1)
    found = in_turn(contenders, rounds)
    print(f"{len(SHOP):,} customers; milliseconds (median, least to most)")
    for name, values in found.items():
        middle, low, high = (1000 * f(values) for f in (statistics.median, min, max))
        print(f"  {name:<24}{middle:>11,.2f}   ({low:,.2f} to {high:,.2f})")
    result = {f"{name}_nbd_ms": 1000 * statistics.median(found[f"{name}_nbd"]) for name in ours}
    if lifetimes is None:
        print('  lifetimes is not installed: pip install -e ".[bench]"')
        return result
    for name, kind in theirs.items():
        pairs = zip(found[f"{name}_nbd, lifetimes"], found[f"{name}_nbd"], strict=True)
        result[f"{name}_nbd_vs_lifetimes"] = statistics.median(a / b for a, b in pairs)
        mine, other = ours[name][0]().params, peer(kind)().params_
        apart = max(abs(other[parameter] / number - 1) for parameter, number in mine.items())
        print(f"  {name}_nbd: the peer's parameters are within {apart:.1e} of ours")
        result[f"{name}_nbd_apart"] = apart
    return result


_MILLION = """
import time
import numpy as np
from cemlab.crm import value
ages = np.random.default_rng(1).integers(189, 274, 1_000_000).astype(float)
params = {{"r": 0.2426, "alpha": 4.4135 * 7, "a": 0.7929, "b": 2.4258}}
begun = time.perf_counter()
shop = value.simulate_bg_nbd(params, ages, rng=1)
shop["recency"] = np.where(shop["frequency"] > 0, np.ceil(shop["recency"]), 0.0)
made = time.perf_counter()
fit = value.{model}(shop)
fitted = time.perf_counter()
fit.table(shop, 273)
print(made - begun, fitted - made, time.perf_counter() - fitted)
"""


def a_million(model: str) -> dict[str, float]:
    """Return the seconds to simulate, to fit and to predict a million customers."""
    command = [sys.executable, "-c", _MILLION.format(model=model)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    made, fitted, table = map(float, told)
    print(f"  {model:<12}{made:>7.2f} s to simulate, {fitted:.2f} s to fit with standard errors, "
          f"{table:.2f} s for everybody's forecast with intervals")  # fmt: skip
    return {f"million_{model}_fit_s": fitted, f"million_{model}_table_s": table}


# --- truth -------------------------------------------------------------------------------


def buyers(rng: np.random.Generator) -> pd.DataFrame:
    return value.simulate_bg_nbd(SHOP_LIKE_CDNOW, SHOP["age"], rng=rng)


def spenders(rng: np.random.Generator) -> pd.DataFrame:
    p, q, v = SPENDING.values()
    x = SHOP.loc[SHOP["frequency"] > 0, "frequency"].to_numpy()
    mean = rng.gamma(p * x) / (rng.gamma(q, 1 / v, x.size) * x)
    return pd.DataFrame({"frequency": x, "recency": 5.0, "age": 9.0, "mean_spend": mean})


def cohort(rng: np.random.Generator) -> list[int]:
    life = rng.geometric(rng.beta(*CONTRACTS.values(), 1000))
    return [int((life > t).sum()) for t in range(8)]


def recovered(name: str, make: Callable, fit: Callable, truth: dict, runs: int) -> dict[str, float]:
    """Print and return how often the interval of each parameter holds the truth."""
    rng, held, noted = np.random.default_rng(2024), dict.fromkeys(truth, 0), 0
    for _ in range(runs):
        found = fit(make(rng))
        if found.note:  # no interval: counted as a miss
            noted += 1
            continue
        table = found.interval()
        for parameter, number in truth.items():
            row = table.loc[parameter]
            held[parameter] += bool(row["low"] < number < row["high"])
    words = []
    for parameter, hits in held.items():
        share = hits / runs
        words.append(f"{parameter} {share:.3f} (s.e. {(share * (1 - share) / runs) ** 0.5:.3f})")
    print(f"  {name:<12}{runs} fits, {noted} at a border: {', '.join(words)}")
    return {f"{name}_covers_{parameter}": hits / runs for parameter, hits in held.items()}


def main() -> None:
    """Run everything, or with --quick fewer rounds and fits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and fits")
    quick = parser.parse_args().quick
    result = against_peer(2 if quick else 7)
    print("\n1,000,000 customers")
    for model in ("bg_nbd", "pareto_nbd"):
        result |= a_million(model)
    runs = 50 if quick else 400
    print("\nshare of 95 % intervals that hold the truth, nominal 0.950")
    result |= recovered("bg_nbd", buyers, value.bg_nbd, SHOP_LIKE_CDNOW, runs)
    result |= recovered("gamma_gamma", spenders, value.gamma_gamma, SPENDING, runs)
    result |= recovered("sbg", cohort, value.sbg, CONTRACTS, runs)
    print(json.dumps({name: float(f"{number:.4g}") for name, number in result.items()}))


if __name__ == "__main__":
    main()
