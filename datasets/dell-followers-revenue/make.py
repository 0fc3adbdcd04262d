"""Make data.csv: followers of Dell on Twitter and the revenue Dell put down to it, 2007 to 2009.

    python make.py

The figures are typed here from the press reports named in datapackage.json ("sources").
"""

import csv
from pathlib import Path

COLUMNS = ["date", "quantity", "value", "precision", "confidence", "source", "scope"]
ROWS = [
    ("2009-03-07", "followers", 117_000, "rounded", "independent", "devguis", "DellOutlet"),
    ("2009-06-07", "followers", 609_000, "rounded", "independent", "devguis", "DellOutlet"),
    ("2009-07-01", "followers", 779_000, "rounded", "independent", "soapbox-2009", "DellOutlet"),
    # 1.5 million in December is 23 % more than three months before.
    ("2009-09-08", "followers", 1_220_000, "rounded", "computed", "cnet-2009", "DellOutlet"),
    ("2009-12-08", "followers", 1_500_000, "rounded", "independent", "cnet-2009", "DellOutlet"),
    # Nothing can have been sold before the account began.
    ("2007-06-01", "revenue", 0, "exact", "computed", "hothardware-2009", "DellOutlet"),
    ("2008-12-01", "revenue", 1.0, "rounded", "independent", "hothardware-2009", "DellOutlet"),
    ("2009-06-11", "revenue", 2.0, "rounded", "independent", "guardian-2009", "DellOutlet"),
    ("2009-06-11", "revenue", 3.0, "rounded", "independent", "guardian-2009",
     "DellOutlet and new systems"),
    ("2009-12-08", "revenue", 6.5, "rounded", "independent", "fast-company-2009",
     "all Dell accounts"),
    ("2009-12-08", "revenue", 0.8, "rounded", "independent", "fast-company-2009", "Dell Brazil"),
]  # fmt: skip


def main() -> None:
    """Write data.csv beside this script."""
    with Path(__file__).with_name("data.csv").open("w", encoding="utf-8", newline="\n") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(ROWS)


if __name__ == "__main__":
    main()
