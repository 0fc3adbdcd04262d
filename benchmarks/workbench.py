"""How quickly the workbench answers: python benchmarks/workbench.py.

Start of the package and the command (fresh processes), moves of each dashboard's sliders,
replays of a case, and the event log at a million rows. Medians; the last line is JSON.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from cemlab import cases, events, lenses, sim, widgets
from cemlab.network import Network
from cemlab.sim import cascade


def median_ms(work: Callable[[], object], times: int = 9) -> float:
    """Return the median time of a call in milliseconds, after one call unmeasured."""
    work()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken)


def process_ms(*command: str) -> float:
    """Return the median time of a whole Python process in milliseconds."""
    return median_ms(
        lambda: subprocess.run([sys.executable, *command], check=True, capture_output=True)
    )


def import_ms() -> float:
    """Return the median time of ``import cemlab`` itself, interpreter started."""
    code = "import time; s = time.perf_counter(); import cemlab; print(time.perf_counter() - s)"
    command = [sys.executable, "-c", code]
    runs = [subprocess.run(command, check=True, capture_output=True, text=True) for _ in range(9)]
    return 1000 * statistics.median(float(run.stdout) for run in runs)


def slider_ms(box: object) -> float:
    """Return the median time of a move to a new place over all sliders of a dashboard."""
    taken = []
    for slider in box.children[:-1]:
        steps = hasattr(slider, "options")
        trait = "index" if steps else "value"
        start = getattr(slider, trait)
        if steps:
            values = range(len(slider.options))
        else:
            count = int((slider.max - slider.min) / slider.step)
            values = [slider.min + k * slider.step for k in range(0, count + 1, max(1, count // 5))]
        for value in values:
            if value == start:
                continue
            begun = time.perf_counter()
            setattr(slider, trait, value)
            taken.append(1000 * (time.perf_counter() - begun))
        setattr(slider, trait, start)
    return statistics.median(taken)


def log_of(rows: int) -> pd.DataFrame:
    """Return a log of calls, answered after ten minutes."""
    half = rows // 2
    first = np.datetime64("2024-01-01", "us") + np.arange(half) * np.timedelta64(60, "s")
    times = np.concatenate([first, first + np.timedelta64(600, "s")])
    return pd.DataFrame(
        {
            "customer": np.tile(np.arange(half), 2),
            "time": times,
            "actor": np.repeat(["customer", "company"], half),
            "channel": "phone",
            "kind": np.repeat(["contact", "answer"], half),
        }
    )


def main() -> None:
    """Measure, print a line each, and JSON at the end."""
    sim.warm_up()
    case = cases.load("united-breaks-guitars")
    log = case.events()
    days = ["2008-03-31", "2009-07-05", "2009-07-06", "2009-07-31"]
    small = Network.preferential(1000, 3, rng=1)
    million = log_of(1_000_000)
    figures = {
        "import_cemlab_ms": import_ms(),
        "version_command_ms": process_ms("-m", "cemlab.cli", "--version"),
        "case_list_command_ms": process_ms("-m", "cemlab.cli", "case", "list"),
        "load_case_ms": median_ms(lambda: cases.load("united-breaks-guitars")),
        "slider_firestorm_ms": slider_ms(widgets.firestorm(case)),
        "slider_lenses_ms": slider_ms(widgets.lens_slider(log, days)),
        "slider_stake_ms": slider_ms(widgets.stake(audience=5e6, cost_usd=1200)),
        "slider_roi_calculator_ms": slider_ms(widgets.roi_calculator()),
        "replays_1000_ms": median_ms(lambda: case.reach("as-it-happened", runs=1000, rng=1)),
        "simulate_1000_people_ms": median_ms(
            lambda: cascade.simulate(small, initial=[0], p=0.2, rng=1), 50
        ),
        "both_lenses_case_ms": median_ms(lambda: lenses.compare(log)),
        "validate_1e6_events_ms": median_ms(lambda: events.validate(million), 3),
        "both_lenses_1e6_events_ms": median_ms(lambda: lenses.compare(million), 3),
    }
    for name, value in figures.items():
        print(f"{name:28} {value:10,.1f}")
    print(json.dumps({name: round(value, 1) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
