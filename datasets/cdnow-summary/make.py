"""Make data.csv: what the customers of an online music shop bought, one row a customer.

    python make.py CDNOW_sample.txt

The file of purchases is not in the repository. It is the 1/10 sample of the CDNOW cohort that
Peter Fader and Bruce Hardie give away with their notes on customer-base analysis ("CDNOW data
set"): 6,919 purchases, each with a customer's number, the number in the sample, date, discs and
dollars. Several packages that fit such models carry a copy.
"""

import argparse
from pathlib import Path

import pandas as pd

from cemlab.crm.value import summary

OBSERVED_UNTIL, HOLDOUT_UNTIL = "1997-09-30", "1998-06-30"
FIELDS = ["in_master", "customer", "time", "discs", "spend"]


def main() -> None:
    """Write data.csv beside this script."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("purchases", type=Path, help="the file of purchases")
    text = pd.read_csv(parser.parse_args().purchases, sep=r"\s+", names=FIELDS, dtype=str)
    purchases = pd.DataFrame(
        {
            "customer": text["customer"],
            "time": pd.to_datetime(text["time"], format="%Y%m%d"),
            "spend": text["spend"].astype(float),
        }
    )
    table = summary(purchases, observed_until=OBSERVED_UNTIL, holdout_until=HOLDOUT_UNTIL)
    table = table.sort_values(table.columns.tolist())
    file = Path(__file__).with_name("data.csv")
    table.to_csv(file, index=False, float_format="%.2f", lineterminator="\n")


if __name__ == "__main__":
    main()
