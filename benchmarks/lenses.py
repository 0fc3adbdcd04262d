"""How quickly both lenses read a log: python benchmarks/lenses.py [--events N] [--quick].

A made-up log of calls, mails and posts; `lenses.compare` and `lenses.disagreements` on all of it
in a fresh process (time and peak memory); the same measures journey by journey with pandas'
groupby and apply on a smaller log; pm4py's own statistics where it has the same ones; the
Kaplan-Meier curve of a million answers. The last line is JSON.
"""

import argparse
import contextlib
import io
import json
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from cemlab import lenses
from cemlab.cem import journeys, response

KINDS = ("contact", "answer", "abandon", "transfer", "promise", "callback", "close", "resolve")
KINDS += ("publish", "work", "reopen")
CONTACT, ANSWER, ABANDON, TRANSFER, PROMISE, CALLBACK, CLOSE, RESOLVE, PUBLISH, WORK, REOPEN = (
    range(len(KINDS))
)
OF_CUSTOMERS = (CONTACT, ABANDON, RESOLVE, PUBLISH, REOPEN)
STEPS = 8


def made_up(events: int, seed: int = 1) -> pd.DataFrame:
    """Return a log of journeys of eight events on four channels, in order of time."""
    luck = np.random.default_rng(seed)
    n = events // STEPS
    kind = np.tile([CONTACT, ANSWER, WORK, PROMISE, CONTACT, CALLBACK, CLOSE, RESOLVE], (n, 1))
    changes = [(1, ABANDON, 0.1), (3, TRANSFER, 0.6), (5, ANSWER, 0.5), (6, REOPEN, 0.02)]
    for step, other, chance in [*changes, (7, PUBLISH, 0.2), (7, CONTACT, 0.1)]:
        kind[luck.random(n) < chance, step] = other
    hours = np.cumsum(luck.exponential(2.0, (n, STEPS)), axis=1) + luck.random((n, 1)) * 24 * 90
    channel = np.repeat(luck.integers(0, 4, (n, 1)), STEPS, axis=1)
    channel[:, 4:][luck.random(n) < 0.3] = 3
    kind, channel = kind.ravel(), channel.ravel()
    minutes = np.where(kind == WORK, luck.exponential(6.0, kind.size), np.nan)
    value = np.where(kind == PROMISE, 240.0, minutes)
    people = np.isin(kind, [CONTACT, PUBLISH])
    value[people] = luck.integers(0, 2000, people.sum())
    customer = pd.CategoricalDtype(pd.RangeIndex(n))
    frame = pd.DataFrame(
        {
            "customer": pd.Categorical.from_codes(np.repeat(np.arange(n), STEPS), dtype=customer),
            "time": np.datetime64("2024-01-01", "us") + (hours.ravel() * 3.6e9).astype("m8[us]"),
            "actor": pd.Categorical.from_codes(
                1 - np.isin(kind, OF_CUSTOMERS), ["customer", "company"]
            ),
            "by": pd.Categorical.from_codes(channel, ["desk A", "desk B", "desk C", "desk D"]),
            "channel": pd.Categorical.from_codes(channel, ["chat", "email", "phone", "twitter"]),
            "kind": pd.Categorical.from_codes(kind, list(KINDS)),
            "value": value,
        }
    )
    return frame.sort_values("time", ignore_index=True)


def seconds(work: Callable[[], object], rounds: int = 3) -> float:
    """Return the quickest of some rounds in seconds, after one unmeasured."""
    taken = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken[1:])


# --- one big log, in a process of its own --------------------------------------------


def big(events: int) -> None:
    """Read one big log through both lenses; print seconds and the peak of memory."""
    import resource

    lenses.compare(made_up(8000))
    lenses.disagreements(made_up(8000))
    log = made_up(events)
    before = peak_gb(resource)
    start = time.perf_counter()
    lenses.compare(log)
    compared = time.perf_counter() - start
    start = time.perf_counter()
    lenses.disagreements(log)
    parted = time.perf_counter() - start
    figures = {"compare_s": compared, "disagreements_s": parted}
    figures |= {"log_gb": before, "peak_gb": peak_gb(resource)}
    print(json.dumps(figures))


def peak_gb(resource) -> float:
    """Return the most memory that this process has held, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


# --- the straightforward way -----------------------------------------------------------


def one_journey(rows: pd.DataFrame) -> pd.Series:
    """Return the measures of one journey as one would write them down first."""
    own = rows[rows["actor"] == "customer"]
    told = own[own["kind"] == "contact"]
    solved, closed = ((rows["kind"] == kind).any() for kind in ("resolve", "close"))
    waits = []
    for _, contact in told.iterrows():
        later = rows[(rows["time"] >= contact["time"]) & rows["kind"].isin(["answer", "callback"])]
        same = later[later["channel"] == contact["channel"]]
        reply = same if len(same) else later
        waits.append(
            (reply["time"].iloc[0] - contact["time"]).total_seconds() if len(reply) else np.nan
        )
    broken = 0
    for _, promise in rows[rows["kind"] == "promise"].iterrows():
        due = promise["time"] + pd.Timedelta(minutes=promise["value"])
        keeps = rows[rows["kind"].isin(["callback", "resolve"]) & (rows["time"] >= promise["time"])]
        broken += not (keeps["time"] <= due).any()
    end = rows.loc[rows["kind"] == "resolve", "time"].max() if solved else rows["time"].max()
    return pd.Series(
        {
            "elapsed_h": (end - rows["time"].min()).total_seconds() / 3600,
            "contacts": len(told),
            "handoffs": (rows["kind"] == "transfer").sum(),
            "switches": (told["channel"].astype(str) != told["channel"].astype(str).shift()).sum()
            - 1,
            "broken": broken,
            "closed": closed,
            "resolved": solved,
            "public": (own["kind"] == "publish").any(),
            "wait_s": np.nanmean(waits) if np.isfinite(waits).any() else np.nan,
        }
    )


def by_pandas(log: pd.DataFrame) -> pd.DataFrame:
    """Return the measures of all journeys, one by one."""
    return log.groupby("customer", observed=True)[list(log.columns)].apply(one_journey)


# --- process mining ----------------------------------------------------------------------


def by_pm4py(frame: pd.DataFrame) -> None:
    """Compute pm4py's own statistics of the cases: length, rework, and waits between steps."""
    pm4py = quietly_imported()
    pm4py.get_all_case_durations(frame)
    pm4py.get_rework_cases_per_activity(frame)
    pm4py.get_case_arrival_average(frame)


def quietly_imported():
    """Return pm4py without the words that it prints when it is imported."""
    with contextlib.redirect_stdout(io.StringIO()):
        import pm4py
    return pm4py


def for_pm4py(log: pd.DataFrame) -> pd.DataFrame:
    """Return the log as pm4py wants it."""
    pm4py = quietly_imported()
    frame = log.astype({"customer": str, "kind": str})
    return pm4py.format_dataframe(
        frame, case_id="customer", activity_key="kind", timestamp_key="time"
    )


def main(arguments: argparse.Namespace) -> None:
    """Print the figures; the last line is JSON."""
    events = arguments.events // (100 if arguments.quick else 1)
    command = [sys.executable, __file__, "--big", str(events)]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = {"events": events, **json.loads(shown.splitlines()[-1])}

    small = made_up(events // 1000)
    slow, fast = seconds(lambda: by_pandas(small), 1), seconds(lambda: lenses.compare(small))
    found |= {"small_events": len(small), "groupby_apply_s": slow, "small_compare_s": fast}
    found["times_groupby_apply"] = slow / fast

    middle = made_up(events // 10)
    frame = for_pm4py(middle)
    found["middle_events"] = len(middle)
    found["pm4py_statistics_s"] = seconds(lambda: by_pm4py(frame))
    found["journeys_s"] = seconds(lambda: journeys.journeys(middle))

    luck = np.random.default_rng(1)
    n = events // 10
    waits = pd.DataFrame({"wait_min": luck.exponential(60.0, n), "answered": luck.random(n) < 0.8})
    waits["censored"] = ~waits["answered"]
    found |= {"responses": n, "kaplan_meier_s": seconds(lambda: response.survival(waits))}
    for name, value in found.items():
        print(f"{name:22} {value:12.4g}")
    print(json.dumps(found))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--quick", action="store_true", help="a hundredth of everything")
    parser.add_argument("--big", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    big(given.big) if given.big else main(given)
