"""Make data.csv: how often Greenpeace's video about Nestle had been viewed, by date, 2010.

    python make.py

The figures are typed here from the blogs, mails and press named in datapackage.json ("sources").
They count different things: see the column scope.
"""

import csv
from pathlib import Path

COLUMNS = ["time", "views", "precision", "confidence", "source", "scope", "alternatives"]
ROWS = [
    ("2010-03-17T12:00", 17_000, "rounded", "independent", "greenpeace-blog-2010",
     "original, when it was removed", ""),
    ("2010-03-17T18:00", 78_500, "rounded", "contested", "kerfuffle-talk", "one copy", "one copy"),
    ("2010-03-18T12:00", 100_000, "at least", "contested", "ivey-case", "not said", "first day"),
    ("2010-03-18T12:00", 180_000, "rounded", "independent", "greenpeace-blog-2010",
     "copies, 24 hours", ""),
    ("2010-03-23T12:00", 585_000, "rounded", "independent", "greenpeace-uk-2010",
     "copies, summed", ""),
    ("2010-05-18T12:00", 1_500_000, "rounded", "independent", "fast-company-2010",
     "copies, summed", ""),
]  # fmt: skip


def main() -> None:
    """Write data.csv beside this script."""
    with Path(__file__).with_name("data.csv").open("w", encoding="utf-8", newline="\n") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(ROWS)


if __name__ == "__main__":
    main()
