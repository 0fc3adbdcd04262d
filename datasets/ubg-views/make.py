"""Make data.csv: how often the first United Breaks Guitars video had been viewed, by date.

    python make.py SOURCE

SOURCE is a CSV of dated case figures (columns case, metric, datetime_utc_approx, value,
unit, precision, source, confidence) in which the readings were typed from press reports,
blogs and forms named in datapackage.json ("sources"). Only the view counts of song 1
are kept; precision and confidence are put into the workbench's words.
"""

import csv
import sys
from pathlib import Path

PRECISION = {"exact": "exact", "round": "rounded", "lower bound": "at least"}
CONFIDENCE = {
    "indep": "independent",
    "contested": "contested",
    "background": "unverified",
}
SOURCES = {
    "LA Times copy": "latimes-2009",
    "Forrester 2010": "forrester-2010",
    "Wikipedia text": "wikipedia",
    "timmorrissey": "morrissey-2009",
    "vickycollins": "vickycollins-2009",
    "BBC/halohendrix": "bbc-2009",
    "digitalprescriptions": "digitalprescriptions-2009",
    "twoifbysee": "twoifbysee-2009",
    "kulesa": "kulesa-2009",
    "Times/Consumerist": "consumerist-2009",
    "donnedwards": "edwards-2009",
    "HBS WK": "hbs-wk",
    "mktgcliks": "mktgcliks-2009",
    "sourcinginnovation": "sourcing-innovation-2010",
    "CNBC": "cnbc-2012",
    "memory": "recalled",
    "digitalmusicnews": "digitalmusicnews-2017",
    "UNILAD": "unilad-2024",
}


def main(source: str) -> None:
    """Write data.csv beside this script."""
    with Path(source).open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["metric"] == "song1_views"]
    rows.sort(key=lambda row: (row["datetime_utc_approx"], int(row["value"])))
    with Path(__file__).with_name("data.csv").open("w", encoding="utf-8", newline="\n") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["time", "views", "precision", "confidence", "source"])
        for row in rows:
            table.writerow(
                [
                    row["datetime_utc_approx"],
                    int(row["value"]),
                    PRECISION[row["precision"]],
                    CONFIDENCE[row["confidence"]],
                    SOURCES[row["source"]],
                ]
            )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("make.py needs one argument: the path of the source file")
    main(sys.argv[1])
