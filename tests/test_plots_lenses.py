"""Figures of the two lenses: lamps, shares and titles are those of the tables."""

import pandas as pd
import pytest

from cemlab import cases, lenses, plots

DAY = "2009-07-05"
EVENTS = cases.load("united-breaks-guitars").events()
GROUPS = lenses.by_group(EVENTS, observed_until=DAY)
SEEN = lenses.compare(EVENTS, observed_until=DAY)


def words(ax):
    return [text.get_text() for text in ax.texts]


def test_a_board_shows_the_main_measures_or_every_one():
    main, every = plots.scoreboard(SEEN), plots.scoreboard(SEEN, every=True)
    heads = [[w.split(":")[0] for w in words(ax)] for ax in (main, every)]
    for metric in SEEN["metric"]:
        assert (metric in heads[0]) == (metric in lenses.MAIN)
        assert metric in heads[1]


def test_a_board_shows_times_in_units_that_suit_them():
    shown = words(plots.scoreboard(SEEN))
    assert "journey length: 461 days" in shown
    assert "time to answer: 0 seconds" in shown


def test_partings_come_first_and_the_title_counts_them():
    ax = plots.partings(GROUPS)
    names = [label.get_text() for label in ax.get_yticklabels()]
    part = len(lenses.disagreements(EVENTS, observed_until=DAY))
    assert ax.get_title(loc="left") == (
        f"In {part} of {len(GROUPS)} places one lens is green and the other red"
    )
    assert names[:part] == ["claims desk, phone"] + [
        f"{which} employee, airport" for which in ("first", "second", "third")
    ]
    assert words(ax).count("✓") == part


def test_partings_put_both_shares_where_the_table_says():
    groups = lenses.by_group(EVENTS, by="channel", observed_until=DAY)
    ax = plots.partings(groups)
    drawn = {tuple(line.get_xdata()) for line in ax.lines if len(line.get_xdata()) == 2}
    for row in groups.itertuples():
        company = min(row.in_time_low, row.closed_low)
        assert (company, row.resolved_low) in drawn


def test_of_many_groups_the_worst_are_shown_and_the_title_says_so():
    ax = plots.partings(GROUPS, most=2)
    assert len(ax.get_yticklabels()) == 2
    assert ax.get_title(loc="left").endswith("(the first 2 shown)")


@pytest.mark.parametrize("groups", [GROUPS.iloc[:0], GROUPS.iloc[:1]])
def test_partings_take_extremes(groups):
    ax = plots.partings(groups)
    ax.figure.canvas.draw()
    assert ax.get_xlabel().startswith("share")


def test_where_nothing_parts_the_title_says_so():
    log = pd.DataFrame(
        {"customer": "Ana", "time": "2024-05-01", "actor": "customer", "kind": ["contact"]}
    )
    title = plots.partings(lenses.by_group(log)).get_title(loc="left")
    assert title == "Nowhere is one lens green and the other red"
