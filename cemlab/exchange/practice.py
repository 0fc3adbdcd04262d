"""Practice files: exports with the faults that real ones have, to learn what reading does with them."""

import csv
import io
from pathlib import Path

from cemlab._files import replacing
from cemlab.exchange.twitter import COLUMNS

_DAY = "Wed May 01 09:00:00 +0000 2024"
_LATER = "Wed May 01 09:30:00 +0000 2024"


def add_odd_tweets(path: str | Path) -> int:
    """Append odd lines to a small export of tweets, so that `read_twcs` has something to report.

    A repeated tweet, one without a number, one without a date, one that is neither inbound nor
    outbound, one without an author, a company's post that answers nobody, two that answer a tweet
    which is not there, and a line that is no row at all.

    Parameters
    ----------
    path : str or Path
        A CSV file in the layout of `read_twcs`, as `write_twcs` makes it, in UTF-8; it stays
        whole if this fails.

    Returns
    -------
    int
        How many lines were added.

    Raises
    ------
    ValueError
        If the file has other columns, or no tweet with a number.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> from cemlab import exchange
    >>> log = pd.DataFrame({"customer": "Ana", "actor": "customer", "kind": "contact",
    ...                     "time": ["2024-04-30 10:00"]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "tweets.csv")
    ...     exchange.write_twcs(log, file)
    ...     add_odd_tweets(file)
    9
    """
    file = Path(path)
    with file.open(encoding="utf-8-sig", newline="") as opened:
        text = opened.read()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    numbers = [int(n) for row in rows if (n := row.get("tweet_id") or "").isdigit()]
    top = text.splitlines()[0].split(",") if text else []
    if top != list(COLUMNS) or not numbers:
        msg = (
            f"{file}: must be an export of tweets with the columns {', '.join(COLUMNS)} and a "
            f"numbered tweet, got {', '.join(top) or 'nothing'} and {len(numbers)} tweets: "
            "write one with exchange.write_twcs"
        )
        raise ValueError(msg)
    first = next(row for row in rows if (row["tweet_id"] or "").isdigit())
    new = max(numbers) + 1
    gone, someone, other = new + 900_000, "900001", "900002"
    odd = [
        [first[name] for name in COLUMNS],
        ["", someone, "True", _DAY, "No number.", "", ""],
        [new, someone, "True", "yesterday", "No date.", "", ""],
        [new + 1, someone, "perhaps", _DAY, "From whom to whom?", "", ""],
        [new + 2, "", "True", _DAY, "No author.", "", ""],
        [new + 3, "RailCare", "False", _DAY, "Happy May Day to all!", "", ""],
        [new + 4, someone, "True", _DAY, "The tweet before is gone.", "", gone],
        [new + 5, other, "True", _LATER, "Mine is gone too.", "", gone + 1],
        ["this line", "is torn"],
    ]
    lines = io.StringIO(newline="")
    csv.writer(lines).writerows(odd)
    with replacing(file) as draft:
        end = "" if text.endswith("\n") else "\n"
        draft.write_text(text + end + lines.getvalue(), encoding="utf-8", newline="")
    return len(odd)
