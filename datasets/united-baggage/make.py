"""Make data.csv: reports of mishandled baggage, three airlines, month by month, 2004 to 2010.

    python make.py SOURCE

SOURCE is a CSV of the monthly figures of the United States Department of Transportation (columns
airline, date, baggage, scheduled, cancelled, enplaned). The rate is worked out here.
"""

import csv
import sys
from pathlib import Path

COLUMNS = ["month", "airline", "reports", "enplaned", "per_1000", "scheduled", "cancelled"]


def main(source: str) -> None:
    """Write data.csv beside this script."""
    with Path(source).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows.sort(key=lambda row: (row["airline"] != "United", row["airline"], row["date"]))
    with Path(__file__).with_name("data.csv").open("w", encoding="utf-8", newline="\n") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for row in rows:
            reports, enplaned = int(row["baggage"]), int(row["enplaned"])
            rate = f"{1000 * reports / enplaned:.3f}"
            table.writerow([row["date"], row["airline"], reports, enplaned, rate,
                            int(row["scheduled"]), int(row["cancelled"])])  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("make.py needs one argument: the path of the source file")
    main(sys.argv[1])
