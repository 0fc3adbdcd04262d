"""Make data.csv: customer satisfaction with airlines, United States, 2008 to 2015.

    python make.py

The figures are typed here from the press reports named in datapackage.json ("sources"); one row
is the index of one airline (or the industry) in one year. What no report was found for is marked.
"""

import csv
from pathlib import Path

COLUMNS = ["year", "airline", "acsi", "published", "confidence", "source"]

AIRLINES = (
    "United", "Southwest", "JetBlue", "Alaska", "Delta", "Continental", "American",
    "US Airways", "Industry",
)  # fmt: skip
PUBLISHED = {2008: "2008-05-20", 2009: "2009-05-19", 2012: "2012-06-19", 2014: "2014-04-22"}
"""Day on which the press printed the scores of a year."""

REPORTS = [
    (2008, "bookingbuddy-2008", {"Southwest": 79, "American": 62, "Continental": 62,
                                 "US Airways": 54}),
    (2009, "eturbonews-2009", {"Southwest": 81, "United": 56, "Continental": 68,
                               "US Airways": 59, "Delta": 64, "American": 60}),
    (2011, "consumerist-2012", {"Southwest": 81, "Delta": 56}),
    (2012, "consumerist-2012", {"JetBlue": 81, "Southwest": 77, "Delta": 65, "American": 64,
                                "United": 62, "Industry": 67}),
    (2013, "azcentral-2014", {"JetBlue": 83, "Southwest": 81, "Delta": 68, "American": 65,
                              "US Airways": 64, "Industry": 69}),
    (2014, "azcentral-2014", {"JetBlue": 79, "Southwest": 78, "Delta": 71, "American": 66,
                              "US Airways": 66, "United": 60, "Industry": 69}),
]  # fmt: skip
RECALLED = [
    (2010, {"Southwest": 79, "Continental": 71, "American": 63, "Delta": 62, "US Airways": 62,
            "United": 60, "Industry": 66}),
    (2011, {"American": 63, "United": 61, "US Airways": 61, "Industry": 65}),
    (2015, {"JetBlue": 81, "Southwest": 78, "Alaska": 75, "Delta": 71, "American": 66,
            "United": 60, "Industry": 71}),
]  # fmt: skip


def rows() -> list[tuple[object, ...]]:
    """Return the rows of the table, airline by airline."""
    # The 56 of 2009 was reported as unchanged; no report of 2008 with it was found.
    found = [(2008, "United", 56, "", "computed", "eturbonews-2009")]
    for year, source, scores in REPORTS:
        printed = PUBLISHED.get(year, "")
        found += [(year, name, n, printed, "independent", source) for name, n in scores.items()]
    for year, scores in RECALLED:
        found += [(year, name, n, "", "unverified", "recalled") for name, n in scores.items()]
    return sorted(found, key=lambda row: (AIRLINES.index(row[1]), row[0]))


def main() -> None:
    """Write data.csv beside this script."""
    with Path(__file__).with_name("data.csv").open("w", encoding="utf-8", newline="\n") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(rows())


if __name__ == "__main__":
    main()
