"""How quickly logs from elsewhere are read: python benchmarks/imports.py [--quick].

A made-up export of tweets in the layout of "Customer Support on Twitter": threads of 1 to 10
tweets (in one of ten, everybody answers a company's post), twenty companies, texts with commas,
quotes, line breaks and emoji, and some broken rows. Each reading runs in a process of its own. A full
run is one round; with --quick there are three, and seconds are their median. Peak memory is the
largest of the whole process. The last line is JSON.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

COMPANIES = [f"{name}{kind}" for name in ("Acme", "Blue", "Cargo", "Delta", "Echo") for kind in ("Help", "Care", "Air", "Net")]  # fmt: skip
TEXTS = [
    "@{} my bag has not come out at the airport, and nobody at the desk knows where it is or whom I should ask about it. Who does?",
    '@{} they told me "two hours" on Monday.\nIt is Thursday now, and I have told this story to five people already. Five.',
    "@{} thanks, that was quick 🙂 but the bill is still wrong, you charged me twice, and the second one is higher, please look again",
    "@{} 😡😡 cancelled, no text, no mail, no answer on the phone; what does a customer have to do to reach a human being at your place?",
    "@{} We are sorry to hear this! Please send us your number by private message, so that we can look into it for you. ^AB",
]
_READ = """
import json, sys, time
from cemlab import exchange
begun = time.perf_counter()
log = getattr(exchange, sys.argv[1])(sys.argv[2], **json.loads(sys.argv[3]))
print(time.perf_counter() - begun, len(log))
"""
_WRITE = """
import sys, time
from cemlab import exchange
log = exchange.read(sys.argv[1])
begun = time.perf_counter()
exchange.write(log, sys.argv[2])
print(time.perf_counter() - begun, len(log))
"""
_CONVERT = """
import sys
from cemlab import exchange
exchange.write(exchange.read_twcs(sys.argv[1], progress=False), sys.argv[2])
"""
_STRICT = """
import sys, time
from cemlab import events
begun = time.perf_counter()
log = events.read(sys.argv[1])
print(time.perf_counter() - begun, len(log))
"""
_PEAK = """
try:
    lines = open("/proc/self/status").read().splitlines()
    print(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024)
except OSError:
    import resource
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
BROKEN = (
    b"not a tweet\r\n"
    b'2,"105",True,Tue Oct 31 22:10:47 +0000 2017,"a number again",,\r\n'
    b"999999999,105,True,Tue Foo 31 22:10:47 +0000 2017,no month,,\r\n"
    b"999999998,105,maybe,Tue Oct 31 22:10:47 +0000 2017,no flag,,\r\n"
    b"999999997,105,True,Tue Oct 31 22:10:47 +0000 2017,itself,,999999997\r\n"
)


def make(path: Path, tweets: int, part: int = 500_000) -> None:
    """Write a made-up export of about so many tweets."""
    rng = np.random.default_rng(1)
    head = "tweet_id,author_id,inbound,created_at,text,response_tweet_id,in_response_to_tweet_id"
    with path.open("wb") as file:
        file.write(head.encode() + b"\n")
        for begin in range(0, tweets, part):
            options = pa.csv.WriteOptions(include_header=False, quoting_style="needed")
            pa.csv.write_csv(threads(rng, begin + 2, min(part, tweets - begin)), file, options)
            file.write(BROKEN)


def threads(rng: np.random.Generator, first: int, n: int) -> pa.Table:
    """Return n tweets with the numbers from `first` on: customers and companies in turn.

    One thread in ten is a company's post, and each of its other tweets answers that one.
    """
    length = np.minimum(rng.geometric(0.35, n), 10)
    starts = np.cumsum(length)[: np.searchsorted(np.cumsum(length), n)]
    starts = np.append(0, starts)
    place = np.arange(n) - np.repeat(starts, np.diff(np.append(starts, n)))
    thread = np.repeat(np.arange(starts.size), np.diff(np.append(starts, n)))
    customer = rng.integers(100_000, 800_000, starts.size)[thread]
    company = pa.array(COMPANIES).take(pa.array(rng.integers(0, 20, starts.size)[thread]))
    number = pa.array(first + np.arange(n)).cast(pa.string())
    fan = (rng.random(starts.size) < 0.1)[thread]
    inbound = pa.array(np.where(fan, place > 0, place % 2 == 0))
    author = pc.if_else(
        inbound, pa.array(np.where(fan, customer + place, customer)).cast(pa.string()), company
    )
    second = rng.integers(0, 60 * 86400, starts.size)[thread] + 600 * place
    last = np.append(place[1:] == 0, True)
    row = np.arange(n)
    following = pa.array(first + 1 + row).cast(pa.string())
    answers = pc.if_else(pa.array(last | fan), "", following).to_pylist()
    for post in np.flatnonzero(fan & (place == 0)):
        below = range(post + 1, post + 1 + int(np.argmax(last[post:])))
        answers[post] = ",".join(str(first + i) for i in below)
    answered = pa.array(np.where(fan, starts[thread], row - 1) + first).cast(pa.string())
    asks = pc.if_else(pa.array(place == 0), "", answered)
    text = [pc.replace_substring(pa.array([t] * 1), "{}", "AcmeHelp")[0].as_py() for t in TEXTS]
    said = pa.array(text).take(pa.array(np.where(inbound, rng.integers(0, 4, n), 4)))
    columns = [
        number,
        author,
        pc.if_else(inbound, "True", "False"),
        dates(second),
        said,
        pa.array(answers, pa.string()),
        asks,
    ]
    return pa.table(columns, names=[f"c{i}" for i in range(7)])


def dates(second: np.ndarray) -> pa.Array:
    """Return seconds since October 2017 as Twitter writes them."""
    days = np.datetime64("2017-10-01") + np.arange(second.max() // 86400 + 1)
    named = [day.strftime("%a %b %d") for day in days.tolist()]
    clocks = [f" {s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d} +0000 2017" for s in range(86400)]
    day = pa.array(named).take(pa.array(second // 86400))
    return pc.binary_join_element_wise(day, pa.array(clocks).take(pa.array(second % 86400)), "")


def fresh(code: str, *args: str) -> list[float]:
    """Run code in a process of its own; return the numbers it prints last, and its peak megabytes."""
    command = [sys.executable, "-W", "ignore", "-c", code + _PEAK, *args]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [float(number) for number in printed.split()]


def measured(rounds: int, code: str, name: str, *args: str) -> tuple[float, float]:
    """Print and return the median seconds and the largest peak memory in megabytes."""
    found = [fresh(code, *([name] if code == _READ else []), *args) for _ in range(rounds)]
    took = statistics.median(run[0] for run in found)
    peak = max(run[-1] for run in found)
    extra = [Path(a).suffix for a in args if Path(a).suffix][-1:] + ["with text"] * (
        "keep_text" in args[-1]
    )
    said = f"{took:>9.2f} s, peak {peak:>7,.0f} MB, {found[0][1]:,.0f} events"
    print(f"  {' '.join((name, *extra)):<32}{said}", flush=True)
    return took, peak


def main() -> None:
    """Measure 3 million tweets, or with --quick 100,000."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100,000 tweets only")
    parser.add_argument("--tweets", type=int, help="so many tweets")
    options = parser.parse_args()
    tweets = options.tweets or (100_000 if options.quick else 3_000_000)
    rounds = 3 if options.quick else 1
    with tempfile.TemporaryDirectory() as folder:
        export, packed, text = (
            Path(folder, name) for name in ("twcs.csv", "log.parquet", "log.csv")
        )
        make(export, tweets)
        megabytes = export.stat().st_size / 1e6
        print(f"{tweets:,} tweets, {megabytes:,.0f} MB")
        quiet, texts = '{"progress": false}', '{"progress": false, "keep_text": true}'
        run = partial(measured, rounds)
        found = {
            "read_twcs": run(_READ, "read_twcs", str(export), quiet),
            "read_twcs_text": run(_READ, "read_twcs", str(export), texts),
        }
        fresh(_CONVERT, str(export), str(packed))
        found |= {
            "write_csv": run(_WRITE, "write", str(packed), str(text)),
            "write_parquet": run(_WRITE, "write", str(packed), str(packed.with_stem("new"))),
            "read_csv": run(_READ, "read", str(text), "{}"),
            "read_parquet": run(_READ, "read", str(packed), "{}"),
        }
        if options.quick:
            found["events_read_csv"] = run(_STRICT, "events.read", str(text))
    result = {"tweets": tweets, "megabytes": megabytes}
    for name, (took, peak) in found.items():
        result |= {f"{name}_s": took, f"{name}_mb": peak}
    print(json.dumps({name: round(value, 3) for name, value in result.items()}))


if __name__ == "__main__":
    main()
