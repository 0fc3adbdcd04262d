"""Make data.csv: daily returns of five airlines and the market, July 2008 to December 2010.

    python make.py SOURCE

SOURCE is a CSV of closing prices (columns date, ticker, close), put together from the files
named in datapackage.json ("sources"); it is not in the repository. A return is the close of a
day divided by the close of the trading day before, less 1; the first day has none.
"""

import csv
import itertools
import sys
from pathlib import Path

TICKERS = ("UAL", "DAL", "LUV", "JBLU", "ALK", "SPX", "SPY")
FIRST, LAST = "2008-07-01", "2010-12-31"
DECIMALS = 7
"""Enough for a chain of 631 returns to end within half a cent of the last close."""


def main(source: str) -> None:
    """Write data.csv beside this script."""
    with Path(source).open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["ticker"] in TICKERS]
    closes = {(row["date"], row["ticker"]): float(row["close"]) for row in rows}
    days = sorted({day for day, _ in closes if FIRST <= day <= LAST})
    with Path(__file__).with_name("data.csv").open("w", encoding="utf-8", newline="\n") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["date", *TICKERS])
        for before, day in itertools.pairwise(days):
            returns = [closes[day, name] / closes[before, name] - 1 for name in TICKERS]
            table.writerow([day, *(f"{x:.{DECIMALS}f}" for x in returns)])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("make.py needs one argument: the path of the source file")
    main(sys.argv[1])
