"""Make data.csv: how long companies took to reply on Twitter in autumn 2017, by account.

    python make.py

The figures are typed here from two pages of abh2050, Customer Support Intelligence (GitHub,
MIT licence, commit bf5382d), who computed them from the collection Customer Support on
Twitter (Kaggle): BRANDS from the three tables of its Readme (most replies, fastest ten,
slowest ten by the mean), WHOLE from its notebook eda.ipynb, cell 17. Minutes are rounded to
three digits after the point; nothing else is changed.
"""

import csv
from pathlib import Path

COLUMNS = ["whose", "account", "replies", "q25_min", "median_min", "q75_min", "mean_min"]
COLUMNS += ["listed_for", "source"]

WHOLE = [  # whose, replies, lower quartile, median, upper quartile, mean
    ("everybody", 2013577, 4.616667, 17.9, 111.583333, 1292.758429),
    ("all companies", 1265281, 6.183333, 21.15, 107.183333, 300.845657),
]

BRANDS = [  # account, replies, median, mean, listed for
    ("AmazonHelp", 168823, 11.467, 40.898, "volume"),
    ("AppleSupport", 106648, 70.967, 147.359, "volume"),
    ("Uber_Support", 56193, 8.867, 95.574, "volume"),
    ("SpotifyCares", 43206, 43.95, 186.847, "volume"),
    ("Delta", 42149, 10.183, 182.519, "volume"),
    ("Tesco", 38470, 96.708, 239.796, "volume"),
    ("AmericanAir", 36531, 10.733, 20.274, "volume and fastest"),
    ("TMobileHelp", 34229, 2.75, 12.058, "volume and fastest"),
    ("comcastcares", 32975, 29.283, 192.752, "volume"),
    ("British_Airways", 29291, 180.5, 253.15, "volume"),
    ("VerizonSupport", 17805, 3.3, 7.742, "fastest"),
    ("ATVIAssist", 17518, 362.108, 2599.387, "slowest"),
    ("SW_Help", 11775, 6.567, 20.881, "fastest"),
    ("airtel_care", 9866, 693.342, 3390.286, "slowest"),
    ("AlaskaAir", 7414, 3.5, 10.568, "fastest"),
    ("LondonMidland", 6515, 4.617, 8.666, "fastest"),
    ("DropboxSupport", 5940, 1387.425, 2036.128, "slowest"),
    ("nationalrailenq", 4135, 5.433, 9.984, "fastest"),
    ("VirginAmerica", 2802, 3.617, 13.267, "fastest"),
    ("TfL", 2218, 37.8, 3552.911, "slowest"),
    ("ArbysCares", 1904, 1057.625, 2266.136, "slowest"),
    ("DunkinDonuts", 1278, 1331.417, 1946.274, "slowest"),
    ("SCsupport", 1250, 3973.383, 4465.225, "slowest"),
    ("AWSSupport", 1034, 151.275, 1514.407, "slowest"),
    ("PearsonSupport", 824, 9.4, 22.959, "fastest"),
    ("askvisa", 709, 2983.85, 3397.092, "slowest"),
    ("AskRobinhood", 430, 785.767, 1867.245, "slowest"),
    ("mediatemplehelp", 302, 7.975, 26.495, "fastest"),
]


def main() -> None:
    """Write data.csv beside this script."""
    with Path(__file__).with_name("data.csv").open("w", encoding="utf-8", newline="\n") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for whose, replies, *minutes in WHOLE:
            rounded = [round(value, 3) for value in minutes]
            table.writerow([whose, "", replies, *rounded, "", "abh2050-eda"])
        for account, replies, median, mean, listed in BRANDS:
            row = ["brand", account, replies, "", median, "", mean, listed, "abh2050-readme"]
            table.writerow(row)


if __name__ == "__main__":
    main()
