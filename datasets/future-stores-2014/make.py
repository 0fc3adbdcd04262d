"""Make data.csv: what stores said about their channels in the Future Stores survey of 2014.

    python make.py

The figures are typed here from the report named in datapackage.json ("sources").
"""

import csv
from pathlib import Path

COLUMNS = ["statement", "share", "decimals", "confidence", "source"]

ROWS = [
    ("have a multichannel strategy", 0.62, 0),
    ("use external partners for mobile", 0.40, 0),
    ("use external partners for social media", 0.32, 0),
    ("put mobile first", 0.48, 0),
    ("put social media first", 0.372, 1),
    ("have or plan a mobile support channel", 0.688, 1),
]


def main() -> None:
    """Write data.csv beside this script."""
    with Path(__file__).with_name("data.csv").open("w", encoding="utf-8", newline="\n") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows((*row, "origin", "ethority") for row in ROWS)


if __name__ == "__main__":
    main()
