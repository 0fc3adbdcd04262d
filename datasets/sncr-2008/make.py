"""Make data.csv: how customers used social media for customer care, United States, spring 2008.

    python make.py

The figures are typed here from the reports named in datapackage.json ("sources"); one row is
one answer to one question, one single share, or one source's mean on an index.
"""

import csv
from pathlib import Path

COLUMNS = ["kind", "question", "answer", "place", "share", "precision", "index_max_4"]
COLUMNS += ["confidence", "source"]

OFTEN = ("always", "often", "sometimes", "rarely", "never")
AGREE = ("strongly agree", "agree", "neutral", "disagree", "strongly disagree")

DISTRIBUTIONS = [
    ("research customer care online before buying", OFTEN, (6, 29, 37, 19, 9)),
    ("quality of care weighs in the decision to buy", OFTEN, (10, 45, 29, 13, 3)),
    ("choose companies by care experiences shared online", AGREE, (14, 60, 18, 7, 1)),
]
SINGLE = [
    ("use social media to vent about a care experience", "yes", 59.1, "exact", "mediapost"),
    (
        "research customer care online before buying",
        "at least sometimes",
        72.2,
        "exact",
        "mediapost",
    ),
    (
        "quality of care weighs in the decision to buy",
        "at least sometimes",
        84,
        "exact",
        "mediapost",
    ),
    ("choose companies by care experiences shared online", "agree", 74, "exact", "mediapost"),
    (
        "blogs, ratings and forums give customers a greater voice",
        "agree",
        81,
        "exact",
        "wise-marketer",
    ),
    (
        "companies take the opinions of customers seriously",
        "agree",
        33,
        "less than",
        "wise-marketer",
    ),
    ("search engines as a source", "very valuable", 29, "exact", "crmindustry"),
    ("online rating systems as a source", "very valuable", 21, "exact", "crmindustry"),
    ("discussion forums as a source", "very valuable", 17, "exact", "crmindustry"),
    ("microblogs as a source", "no value", 39, "exact", "crmindustry"),
    ("YouTube as a source", "no value", 27, "exact", "crmindustry"),
    ("social networks as a source", "no value", 22, "exact", "crmindustry"),
]
INDEX = [
    ("search engines", 3.79),
    ("online rating systems", 3.69),
    ("discussion forums", 3.52),
    ("blogs", 3.24),
    ("company sites", 3.11),
    ("advocacy sites", 2.88),
    ("social networks", 2.50),
    ("RSS", 2.35),
    ("YouTube", 2.14),
]


def rows() -> list[tuple[object, ...]]:
    """Return the rows of the table."""
    found: list[tuple[object, ...]] = []
    for question, answers, shares in DISTRIBUTIONS:
        for place, (answer, share) in enumerate(zip(answers, shares, strict=True), start=1):
            row = ("distribution", question, answer, place, share / 100, "exact", "")
            found.append((*row, "independent", "mediapost"))
    for question, answer, share, precision, source in SINGLE:
        row = ("single", question, answer, "", round(share / 100, 4), precision, "")
        found.append((*row, "independent", source))
    for name, mean in INDEX:
        row = ("index", "value as a source", name, "", "", "exact", mean)
        found.append((*row, "independent", "mediapost"))
    return found


def main() -> None:
    """Write data.csv beside this script."""
    with Path(__file__).with_name("data.csv").open("w", encoding="utf-8", newline="\n") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(rows())


if __name__ == "__main__":
    main()
