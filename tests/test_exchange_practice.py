"""Practice files: every odd line is found by the reader, and nothing else is touched."""

import pandas as pd
import pytest

from cemlab import exchange

LOG = pd.DataFrame(
    {
        "customer": ["Ana", "Ana", "Bo"],
        "actor": ["customer", "company", "customer"],
        "time": ["2024-04-30 10:00", "2024-04-30 10:30", "2024-04-30 11:00"],
        "kind": ["contact", "answer", "contact"],
        "by": [None, "Acme", None],
    }
)


def test_each_odd_line_is_reported_once(tmp_path):
    file = tmp_path / "tweets.csv"
    exchange.write_twcs(LOG, file)
    clean = file.read_text(encoding="utf-8")
    before = exchange.read_twcs(file)
    assert exchange.add_odd_tweets(file) == 9
    assert file.read_text(encoding="utf-8").startswith(clean)
    with pytest.warns(exchange.LeftOutWarning, match="1 repeated tweet id left out"):
        after = exchange.read_twcs(file, progress=False)
    found = exchange.report(after)
    odd = found[(found["done"] != "") & (found["count"] > 0)]
    assert odd[["what", "done", "count"]].values.tolist() == [
        ["unreadable lines", "left out", 1],
        ["tweets without a number", "left out", 1],
        ["repeated tweet ids", "left out", 1],
        ["links to tweets that are not there", "cut", 2],
        ["tweets without a date", "left out", 1],
        ["tweets neither inbound nor outbound", "left out", 1],
        ["inbound tweets without an author", "left out", 1],
        ["company tweets in answer to nobody in the file", "left out", 1],
    ]
    columns = ["customer", "issue", "time", "kind"]
    same = after[columns].astype(str).iloc[: len(before)]
    assert same.equals(before[columns].astype(str))
    assert len(after) == len(before) + 4  # two more tweets: a contact and a publication each


def test_again_and_without_a_last_line_end(tmp_path):
    file = tmp_path / "tweets.csv"
    exchange.write_twcs(LOG, file)
    file.write_text(file.read_text(encoding="utf-8").rstrip("\n"), encoding="utf-8")
    exchange.add_odd_tweets(file)
    exchange.add_odd_tweets(file)
    counts = exchange.report(exchange.read_twcs(file)).set_index("what")["count"]
    assert counts["repeated tweet ids"] == 2
    assert counts["unreadable lines"] == 2


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n"])
def test_says_what_was_wrong_and_leaves_the_file(tmp_path, content):
    file = tmp_path / "tweets.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"tweets\.csv: must be an export of tweets with the columns tweet_id, .*: write one with exchange\.write_twcs"):  # fmt: skip
        exchange.add_odd_tweets(file)
    assert file.read_text(encoding="utf-8") == content
