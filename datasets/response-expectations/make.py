"""Make data.csv: how soon people say they expect a company's answer in social media.

    python make.py

The figures are typed here from the reports named in datapackage.json ("sources"); one row is
one answer to one question of one survey. `fact` is the id of the same figure in the case
response-times.
"""

import csv
from pathlib import Path

COLUMNS = ["survey", "year", "platform", "about", "base", "people_asked"]
COLUMNS += ["within_min", "share", "confidence", "source", "fact"]

HABIT = ("Edison, Social Habit", 2012, "social media", "complaint")
LITHIUM = ("Lithium, Millward Brown", 2013, "twitter")
SPIDER = ("Spider Marketing", 2016, "social media", "any post")
USERS = "people who complain in social media"
WAITING = "users who expect an answer"
ACTIVE = "users who deal with brands there"

ROWS = [
    (*HABIT, USERS, "", 30, 0.32, "unverified", "recalled", "RSP-02a"),
    (*HABIT, USERS, "", 60, 0.42, "independent", "convinceandconvert-2012", "RSP-01"),
    (*LITHIUM, "any post", ACTIVE, 501, 30, 0.20, "independent", "marketingland-2013", "RSP-04b"),
    (*LITHIUM, "any post", WAITING, 501, 60, 0.53, "independent", "tomsteel-2013", "RSP-03a"),
    (*LITHIUM, "any post", ACTIVE, 501, 120, 0.65, "independent", "marketingland-2013", "RSP-04a"),
    (*LITHIUM, "complaint", WAITING, 501, 60, 0.72, "independent", "tomsteel-2013", "RSP-03b"),
    (*SPIDER, "consumers", 3000, 60, 0.47, "independent", "lazovic-2016", "RSP-11a"),
    (*SPIDER, "consumers", 3000, 1440, 0.84, "independent", "lazovic-2016", "RSP-11b"),
]


def main() -> None:
    """Write data.csv beside this script."""
    with Path(__file__).with_name("data.csv").open("w", encoding="utf-8", newline="\n") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(ROWS)


if __name__ == "__main__":
    main()
