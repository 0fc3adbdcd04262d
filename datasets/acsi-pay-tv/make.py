"""Make data.csv: customer satisfaction with pay television, United States, 2007 to 2015.

    python make.py

The figures are typed here from the press copies named in datapackage.json ("sources"); one row
is the index of one company (or the industry) in one year.
"""

import csv
from pathlib import Path

COLUMNS = ["year", "company", "acsi", "confidence", "source"]

COMPANIES = ("Comcast", "Charter", "Time Warner Cable", "Cox", "DirecTV", "Dish", "Industry")
YEARS = [
    (2008, (54, 54, 59, 63, 68, 65, 64), "nexttv-2008"),
    (2009, (59, 51, 59, 66, 71, 64, 63), "multichannel-2009"),
    (2010, (61, None, 61, 67, 68, 71, 66), "fiercevideo-2010"),
]
ALONE = [
    (2007, "Comcast", 56, "computed", "nexttv-2008"),  # 54 in 2008 is 3.6 % less than the year before
    (2014, "Comcast", 60, "independent", "daily-beast-2015"),
    (2015, "Comcast", 54, "independent", "ars-technica-2015"),
]  # fmt: skip


def rows() -> list[tuple[object, ...]]:
    """Return the rows of the table, company by company."""
    found: list[tuple[object, ...]] = list(ALONE)
    for year, scores, source in YEARS:
        named = zip(COMPANIES, scores, strict=True)
        found += [(year, name, acsi, "independent", source) for name, acsi in named if acsi]
    return sorted(found, key=lambda row: (COMPANIES.index(str(row[1])), row[0]))


def main() -> None:
    """Write data.csv beside this script."""
    with Path(__file__).with_name("data.csv").open("w", encoding="utf-8", newline="\n") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(rows())


if __name__ == "__main__":
    main()
