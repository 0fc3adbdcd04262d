"""Make data.csv: tweets to six airlines, counted by hour, airline, sentiment and reason.

    python make.py SOURCE

SOURCE is a CSV of counts (columns airline, date, hour, airline_sentiment, negativereason, n) of
the labelled tweets named in datapackage.json ("sources"). No text and no name of a user is in it;
other columns, such as retweets, are left out. The labels are put into lower case, "longlines"
into two words.
"""

import csv
import sys
from pathlib import Path

COLUMNS = ["date", "hour", "airline", "sentiment", "reason", "n"]


def main(source: str) -> None:
    """Write data.csv beside this script."""
    with Path(source).open(encoding="utf-8", newline="") as file:
        found = []
        for row in csv.DictReader(file):
            reason = row["negativereason"].lower().replace("longlines", "long lines")
            found.append((row["date"], int(row["hour"]), row["airline"], row["airline_sentiment"],
                          reason, int(row["n"])))  # fmt: skip
    with Path(__file__).with_name("data.csv").open("w", encoding="utf-8", newline="\n") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(sorted(found))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("make.py needs one argument: the path of the source file")
    main(sys.argv[1])
