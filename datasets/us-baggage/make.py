"""Make data.csv: mishandled baggage of all US airlines that report, by year, 1990 to 2011.

    python make.py

The figures are typed here from table 1-65 of the National Transportation Statistics; one row is
one year. The rates are those that the table prints.
"""

import csv
from pathlib import Path

COLUMNS = ["year", "reports_million", "enplaned_million", "per_1000", "note"]
ROWS = [
    (1990, 2.66, 395.70, 6.73), (1991, 2.20, 408.47, 5.38), (1992, 2.45, 416.95, 5.87),
    (1993, 2.28, 407.55, 5.60), (1994, 2.32, 435.67, 5.33), (1995, 2.28, 439.80, 5.18),
    (1996, 2.46, 464.00, 5.30), (1997, 2.28, 459.83, 4.96), (1998, 2.48, 481.75, 5.16),
    (1999, 2.54, 499.10, 5.08), (2000, 2.74, 517.47, 5.29), (2001, 2.14, 467.93, 4.58),
    (2002, 1.81, 471.35, 3.84), (2003, 2.20, 524.52, 4.19), (2004, 2.82, 575.36, 4.91),
    (2005, 2.94, 442.02, 6.64), (2006, 4.08, 606.60, 6.73), (2007, 4.40, 624.69, 7.05),
    (2008, 3.14, 595.82, 5.26), (2009, 2.10, 527.83, 3.99), (2010, 1.95, 554.50, 3.51),
    (2011, 1.91, 562.94, 3.39),
]  # fmt: skip
NOTES = {2005: "passengers do not fit the neighbouring years"}


def main() -> None:
    """Write data.csv beside this script."""
    with Path(__file__).with_name("data.csv").open("w", encoding="utf-8", newline="\n") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows((*row, NOTES.get(row[0], "")) for row in ROWS)


if __name__ == "__main__":
    main()
