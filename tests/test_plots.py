"""What the figures show, read back from their axes."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from cemlab import cases, datasets, lenses, plots


@pytest.fixture(scope="module")
def case():
    return cases.load("united-breaks-guitars")


def words(ax) -> str:
    return " | ".join(text.get_text() for text in ax.texts)


def test_timeline_has_one_line_a_step_and_marks_our_readings(case):
    events = case.events()
    ax = plots.timeline(events[events["issue"] == "guitar"])
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels[0] == "Guitar damaged"
    assert "Tells an employee (3x)" in labels
    assert labels.count("Song 1 goes online") == 1
    hollow = [line for line in ax.lines if line.get_markerfacecolor() == "white"]
    assert len(hollow) == 14  # thirteen steps with a reading of ours, and the key
    assert "8 Jul 2009" in words(ax)


def test_timeline_draws_an_uncertain_date_as_a_bar(case):
    events = case.events()
    ax = plots.timeline(events[events["label"] == "Final no"])
    bar = next(line for line in ax.lines if len(line.get_xdata()) == 2)
    assert list(pd.to_datetime(bar.get_xdata())) == [
        pd.Timestamp("2008-11-01"),
        pd.Timestamp("2009-07-05"),
    ]


def test_timeline_takes_a_log_without_words():
    log = pd.DataFrame(
        {"customer": "Ana", "time": pd.to_datetime(["2024-05-01"]), "latest": pd.NaT,
         "actor": "customer", "kind": "contact"}
    )  # fmt: skip
    ax = plots.timeline(log)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["contact"]


def test_view_curve_shows_each_kind_of_reading_within_the_band():
    readings = datasets.load("ubg-views")
    ax = plots.view_curve(readings)
    shown = dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
    first = readings[readings["time"] <= "2009-08-20"]
    for name, chosen in {
        "exact reading": (first["precision"] == "exact"),
        "contested reading": (first["confidence"] == "contested"),
    }.items():
        expected = first.loc[chosen, "views"].to_numpy() / 1e6
        assert shown[name].get_ydata() == pytest.approx(expected)
    assert "5.0 million views in 45 days" in ax.get_title(loc="left")


def test_replays_tell_the_two_groups_apart_and_keep_the_prediction(case):
    histories = case.replays("as-it-happened", runs=20, rng=2009)
    reach = case.reach("as-it-happened", runs=20, rng=2009)
    ax = plots.replays(histories, readings=datasets.load("ubg-views"), prediction="30%")
    _, labels = ax.get_legend_handles_labels()
    assert f"replay that breaks out ({(reach >= 500).sum()})" in labels
    assert f"replay that fizzles ({(reach < 500).sum()})" in labels
    assert "Your prediction: 30%" in words(ax)


def test_class_shares_count_every_replay_once():
    reach = pd.DataFrame({"a": [0, 1, 2, 9, 10, 99, 100, 999, 1000, 50_000]})
    assert plots.class_shares(reach)["a"].tolist() == [0.1, 0.1, 0.2, 0.2, 0.2, 0.2]


def test_reach_distribution_draws_the_shares():
    reach = pd.Series([1, 1, 5, 2000], name="song")
    ax = plots.reach_distribution(reach)
    assert [bar.get_height() for bar in ax.patches] == [0, 0.5, 0.25, 0, 0, 0.25]
    assert ax.get_title(loc="left") == "75% of the replays stay below 500 people"


def test_policies_bars_add_up_to_all_replays():
    ax = plots.policies(pd.DataFrame({"a": [1, 5, 2000, 3], "b": [0, 0, 7, 8]}))
    widths = np.array([bar.get_width() for bar in ax.patches]).reshape(6, 2)
    assert widths.sum(axis=0) == pytest.approx([1, 1])
    assert "mean 502" in words(ax)


def test_paired_difference_says_how_much_and_how_sure():
    pairs = pd.DataFrame({"reach_a": [10, 10, 10, 10], "reach_b": [10, 10, 6, 6]})
    pairs["difference"] = pairs["reach_b"] - pairs["reach_a"]
    ax = plots.paired_difference(pairs)
    assert ax.get_title(loc="left") == "In 50% of the replays the decision changes nothing"
    assert "mean change -2 people" in words(ax)  # sd 2.309, so two standard errors are 2.3
    assert "give or take 2" in words(ax)


def test_scoreboard_title_is_the_verdict(case):
    seen = lenses.compare(case.events(), observed_until="2009-07-05", currency="USD")
    ax = plots.scoreboard(seen)
    assert ax.get_title(loc="left") == lenses.verdict(seen)
    assert "journey length: 461 days" in words(ax)
    assert "cost avoided: 1,200 USD" in words(ax)
    assert "promises broken: not recorded" in words(ax)


def test_money_marks_assumed_and_contested():
    ax = plots.money(
        {"repair": 1200, "stake": (400, 2.5e6, "assumed"), "claim": (1.8e8, 1.8e8, "contested")}
    )
    assert words(ax) == "1,200 | 400 to 2.5 m (assumed) | 180 m (contested)"


def test_every_axis_has_a_name(case):
    axes = [
        plots.view_curve(datasets.load("ubg-views")),
        plots.replays(case.replays("as-it-happened", runs=3, rng=1)),
        plots.reach_distribution(pd.Series([1, 2], name="x")),
        plots.paired_difference(case.compare("as-it-happened", "recovery-before", runs=3, rng=1)),
    ]
    assert all(ax.get_xlabel() and ax.get_ylabel() and ax.get_title(loc="left") for ax in axes)


def test_table_escapes_and_leaves_blanks_blank():
    frame = pd.DataFrame(
        {"note": ["<b>&", None], "value": [1.5, np.nan]}, index=pd.Index([1, 2], name="id")
    )
    html = plots.table(frame).data
    assert "&lt;b>&amp;" in html
    assert "nan" not in html.lower()
    assert "None" not in html
    assert html.count("<tr>") == 3


def test_png_is_a_picture_and_leaves_no_figure_open():
    ax = plots.hidden_axes()
    ax.plot([1, 2])
    assert Image.open(io.BytesIO(plots.png(ax))).size == (864, 460)
    assert plt.get_fignums() == []


def test_an_axes_of_the_caller_is_used():
    ax = plots.new_axes()
    assert plots.reach_distribution(pd.Series([1], name="x"), ax=ax) is ax
