"""Numbers that notebook 27 says in words, and the figures that it brings."""

import ast
import re
from pathlib import Path

import matplotlib.dates as mdates
import nbformat
import numpy as np
import pandas as pd
import pytest
from matplotlib.lines import Line2D

from cemlab import cases, datasets, evidence, lenses, plots
from cemlab.classroom.exercises import GuessError, Prediction, check, predict
from cemlab.plots._style import ORANGE

ROOT = Path(__file__).parents[1]
BAGS = datasets.load("united-baggage")
ACSI = datasets.load("acsi-airlines")
TWEETS = datasets.load("airline-tweets-2015")
US = datasets.load("us-baggage").set_index("year")["per_1000"]
VIDEO = "2009-08-01"  # the first whole month after it
UNITED = BAGS[BAGS["airline"] == "United"].set_index("month")["per_1000"]
PLACEBOS = evidence.placebo_interruptions(UNITED, event=VIDEO, seasons=12, margin=12, errors="hac")


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def level(start="2004", errors="hac"):
    return evidence.interrupted(UNITED[start:], event=VIDEO, seasons=12, errors=errors).level


# --- baggage --------------------------------------------------------------------------


def test_baggage_fell_before_and_after_the_video_and_elsewhere_as_well():
    year = BAGS["month"].dt.year.rename("year")
    sums = BAGS.groupby(["airline", year])[["reports", "enplaned"]].sum()
    sums["rate"] = 1000 * sums["reports"] / sums["enplaned"]
    rate = sums.pivot_table(index="year", columns="airline", values="rate")
    assert rate["United"].loc[2007:].round(2).tolist() == [5.76, 5.24, 4.10, 3.40]
    fall = (100 * (rate.loc[2010] / rate.loc[2008] - 1)).round()
    assert fall.to_dict() == {"American Eagle": -28, "Hawaiian": -25, "United": -35}
    assert rate.loc[2009:2010, "Hawaiian"].is_monotonic_increasing
    assert (rate.loc[2008:2010].drop(columns="Hawaiian").diff().iloc[1:] < 0).all(axis=None)
    flights = BAGS.groupby(["airline", year])["scheduled"].sum()["United"]
    assert flights[2010] < flights[2009] < flights[2008] < flights[2007]
    assert round(100 * (US[2010] / US[2008] - 1)) == -33
    assert round(rate["United"][2009] / rate["United"][2008] - 1, 1) == -0.2
    assert UNITED.idxmax() == pd.Timestamp("2007-01-01")
    assert rate["United"][2007] < 0.85 * US[2007]
    assert US[2009] < rate["United"][2009] < 1.05 * US[2009]


def test_the_first_test_finds_a_fall_and_the_careful_one_none():
    first, careful = level(), level(errors="ar1")
    assert np.round([first, first.low, first.high], 2).tolist() == [-1.31, -2.40, -0.22]
    assert np.round([careful, careful.low, careful.high], 2).tolist() == [-0.54, -1.88, 0.81]
    assert careful == evidence.interrupted(UNITED, event=VIDEO, seasons=12).level  # the default
    found = evidence.interrupted(UNITED, event=VIDEO, seasons=12, errors="hac")
    (warning,) = found.warnings
    assert warning.startswith("Newey-West errors with 17 points in the shortest part")
    assert "in about 20 to 50 of 100 series without any break" in warning
    slopes = found.slope, evidence.interrupted(UNITED, event=VIDEO, seasons=12).slope
    told = [round(x, 2) for slope in slopes for x in (slope, slope.low, slope.high)]
    assert told == [-0.10, -0.15, -0.04, -0.16, -0.38, 0.06]


def test_every_third_date_has_a_break_at_least_as_clear():
    own = PLACEBOS.loc[PLACEBOS["event"]].iloc[0]
    clear = PLACEBOS[(PLACEBOS["t"].abs() >= abs(own["t"])) & ~PLACEBOS["event"]]
    assert len(PLACEBOS) == 61
    assert len(clear) == own["rank"] - 1 == 22
    up = clear["value"] > 0
    assert up.sum() == 12
    assert set(clear.index[up].year) == {2005, 2006}
    assert clear.index[~up].min() == pd.Timestamp("2008-09-01")
    assert clear.index[~up].max() == pd.Timestamp("2009-07-01")
    assert PLACEBOS.index[PLACEBOS["event"]][0] == pd.Timestamp("2009-08-01")


@pytest.mark.parametrize("margin", [12, 10])
def test_before_the_video_alone_all_clear_breaks_are_up(margin):
    limit = PLACEBOS.loc[PLACEBOS["event"], "t"].abs().iloc[0]
    early = evidence.placebo_interruptions(
        UNITED[:"2009-07"], event="2008-07-01", seasons=12, margin=margin, errors="hac"
    )
    clear = early[early["t"].abs() >= limit]
    ups = int((clear["value"] > 0).sum())
    assert (len(early), len(clear), ups) == {12: (44, 8, 8), 10: (48, 9, 8)}[margin]
    assert set(clear.index[clear["value"] > 0].year) == {2006}


def test_the_first_year_without_a_clear_fall_is_2006():
    inside = {year: level(str(year)).low < 0 < level(str(year)).high for year in range(2004, 2010)}
    assert [year for year, none in inside.items() if none] == [2006, 2007, 2008, 2009]
    found = level("2006")
    assert np.round([found, found.low, found.high], 2).tolist() == [-0.45, -1.57, 0.66]
    assert level("2007") > 0 > level("2009")  # the sign turns twice, and says nothing
    for year in range(2004, 2010):
        assert check("indicators.8", year).right is (year == 2006)


def test_three_airlines_are_too_few_to_compare():
    rates = BAGS.pivot_table(index="month", columns="airline", values="per_1000")["2008":]
    panel = 100 * rates / rates[:"2008-12"].mean()
    found = {
        name: evidence.difference_in_differences(panel, units=name, event=VIDEO) for name in panel
    }
    assert round(found["United"].effect) == -6
    assert found["United"].p == pytest.approx(2 / 3)
    assert abs(found["Hawaiian"].effect) > abs(found["United"].effect)
    assert found["United"].p.parts["smallest"] == pytest.approx(1 / 3)
    assert found["United"].warnings[-1] == "with 3 units the placebo p cannot fall below 0.333"
    sooner = evidence.difference_in_differences(panel[:"2010-08"], units="United", event=VIDEO)
    assert round(sooner.effect) == 3
    ax = plots.group_means(found["United"], event_name="the video")
    assert ax.get_title(loc="left") == "United: 6.09 less than the 2 others (p = 0.67)"
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["United", "the 2 others", "United, gone like the 2 others"]
    assert "video" in [text.get_text() for text in ax.texts]


# --- satisfaction ---------------------------------------------------------------------


def test_five_alarms_three_airlines():
    alarms = ACSI[(ACSI["year"] <= 2009) & (ACSI["acsi"] <= 60)]
    assert len(alarms) == 5
    assert alarms["airline"].nunique() == 3
    assert (alarms["year"] == 2009).sum() == 3
    lowest = alarms.loc[alarms["acsi"].idxmin()]
    assert (lowest["airline"], lowest["year"], lowest["acsi"]) == ("US Airways", 2008, 54)
    (delta,) = ACSI.loc[(ACSI["airline"] == "Delta") & (ACSI["acsi"] <= 60), "confidence"]
    assert delta == "independent"
    own = ACSI[ACSI["airline"] == "United"].set_index("year")
    sure = own.index[own["confidence"] != "unverified"]
    assert sure.tolist() == [2008, 2009, 2012, 2014]
    assert (ACSI["confidence"] == "unverified").sum() == 18
    assert len(ACSI) == 50


def test_one_step_in_four_is_as_large_as_uniteds():
    wide = ACSI.pivot_table(index="year", columns="airline", values="acsi")
    assert wide.loc[2010, "United"] - wide.loc[2009, "United"] == 4
    steps = wide.drop(columns=["United", "Industry"]).diff()
    assert steps.count().sum() == 29
    assert (steps.abs() >= 4).sum().sum() == 7
    sure = ACSI[ACSI["confidence"] != "unverified"]
    sure = sure.pivot_table(index="year", columns="airline", values="acsi").reindex(wide.index)
    known = sure.drop(columns=["United", "Industry"]).diff()
    assert known.count().sum() == 15 == 29 - 14
    assert (known.abs() >= 4).sum().sum() == 6


def test_for_one_passenger_the_lenses_part_as_well():
    events = cases.load("united-breaks-guitars").events()
    look = lenses.compare(events, observed_until="2009-07-05").set_index("metric")["value"]
    assert look[["answered in time", "issues closed", "time to answer"]].tolist() == [1, 1, 0]
    assert (pd.Timestamp("2009-07-05") - pd.Timestamp("2008-03-31")).days == 461


# --- tweets and followers -------------------------------------------------------------


def test_what_is_said_of_the_tweets():
    bad = TWEETS[TWEETS["sentiment"] == "negative"]
    share = bad.groupby("reason")["n"].sum() / bad["n"].sum()
    assert round(100 * share["lost luggage"] + 100 * share["damaged luggage"]) == 9
    assert round(100 * share["can't tell"]) == 13
    assert round(100 * share["customer service issue"]) == 32
    went_wrong = ["late flight", "cancelled flight", "lost luggage", "damaged luggage"]
    went_wrong += ["bad flight", "flight booking problems", "long lines"]
    assert round(100 * share[went_wrong].sum()) == 50
    assert len(share) == 10  # and two on treatment, one that cannot be told
    hour = TWEETS["date"] + pd.to_timedelta(TWEETS["hour"], unit="h")
    same = TWEETS[hour >= "2015-02-22 12:00"]
    kinds = {"index": "airline", "columns": "sentiment", "values": "n", "aggfunc": "sum"}
    late, every = same.pivot_table(**kinds), TWEETS.pivot_table(**kinds)
    both = ["American", "United"]
    assert every.loc[both, "negative"].tolist() == [1960, 2633]
    assert late.loc[both, "negative"].tolist() == [1955, 918]
    part = 100 * late["negative"] / late.sum(axis=1)
    assert part[both].round().tolist() == [71, 72]
    reason = same[same["reason"] == "customer service issue"].groupby("airline")["n"].sum()
    assert (100 * reason / late["negative"])[both].round().tolist() == [39, 25]


# --- figures --------------------------------------------------------------------------


def test_breaks_at_least_as_clear_are_marked_and_counted():
    ax = plots.breaks_by_date(PLACEBOS, event_name="the video", prediction="9 of 60")
    assert ax.get_title(loc="left") == "22 of the 60 other dates show a break at least as clear as the video"  # fmt: skip
    drawn = {
        (line.get_color(), line.get_marker()): len(line.get_xdata())
        for line in ax.lines
        if line.get_marker() in "^v" and len(line.get_xdata())
    }
    clear = {mark: n for (colour, mark), n in drawn.items() if colour == ORANGE}
    assert clear == {"^": 12, "v": 10}
    assert sum(drawn.values()) == 61
    assert "Your prediction: 9 of 60" in [text.get_text() for text in ax.texts]
    mixed = plots.breaks_by_date(PLACEBOS.sample(frac=1, random_state=1), event_name="the video")
    assert mixed.get_title(loc="left") == ax.get_title(loc="left")


def test_the_legend_shows_both_ways_where_there_are_both():
    ax = plots.breaks_by_date(PLACEBOS, event_name="the video")
    shown = [handle.get_marker() for handle in ax.get_legend().findobj(Line2D)]
    assert shown == ["^", "v", "^", "v", "v"]  # the video's is down
    assert ax.get_ylabel() == "how clear the break is\n(0: not at all)"


def test_a_break_and_its_limits_have_the_same_decimals():
    found = evidence.interrupted(UNITED, event=VIDEO, seasons=12, errors="hac")
    ax = plots.interrupted_line(found, event_name="the video")
    assert ax.get_title(loc="left") == "Level at the video: down by 1.31 (limits 0.22 to 2.40)"
    (word,) = (text for text in ax.texts if text.get_text() == "video")
    assert (word.xy[1], word.get_ha(), word.get_va()) == (1.0, "right", "top")  # beside the band


def test_breaks_of_a_series_without_dates_and_a_tie():
    table = pd.DataFrame({"value": [1, -2, 2.0], "t": [1, -2, 2.0], "event": [False, False, True]})
    ax = plots.breaks_by_date(table)
    assert ax.get_title(loc="left") == "1 of the 2 other dates shows a break at least as clear as the event"  # fmt: skip
    with says("table must mark one event, got 3: take that of placebo_interruptions"):
        plots.breaks_by_date(table.assign(event=True))
    with says("table must have a known t at each date, got 3 without: leave those dates out"):
        plots.breaks_by_date(table.assign(t=np.nan))


def test_a_guess_for_a_year_is_marked_over_that_year():
    guess = Prediction("x", 3.5, "number", "per 1,000")
    ax = plots.baggage_rate(BAGS, prediction={2007: guess, 2010: "less"})
    assert "Your prediction: 3.5 per 1,000 in 2007, less in 2010" in [t.get_text() for t in ax.texts]  # fmt: skip
    (line,) = (line for line in ax.lines if line.get_label() == "your prediction")
    assert list(line.get_ydata()) == [3.5, 3.5]
    ends = [mdates.num2date(x).year for x in mdates.date2num(line.get_xdata())]
    assert ends == [2007, 2007]
    assert not [t for t in plots.baggage_rate(BAGS, prediction={}).texts if "Your" in t.get_text()]


def test_a_guessed_reason_is_marked_in_its_row():
    five = ["lost luggage", "late flight"]
    ax = plots.reasons(TWEETS, listed=five, prediction=Prediction("x", 1, "number", "in the list"))
    labels = [tick.get_text() for tick in ax.get_yticklabels()]
    assert labels[1] == "late flight  [2]"
    (mark,) = (text for text in ax.texts if text.get_text() == "your prediction")
    assert labels[int(mark.xy[1])] == "lost luggage  [1]"
    assert ax.get_xlim()[1] < 0.5
    none = plots.reasons(TWEETS, listed=five, prediction=Prediction("x", 5, "number", ""))
    assert "your prediction" not in [text.get_text() for text in none.texts]
    with says(f"listed must be one of {', '.join(reasons_in_order())}, got 'rain'"):
        plots.reasons(TWEETS, listed=["rain"])


def reasons_in_order():
    counts = TWEETS[TWEETS["sentiment"] == "negative"].groupby("reason")["n"].sum()
    return counts.sort_values(ascending=False).index


# --- exercises ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "answer", "words"),
    [
        ("indicators.6", 13_517 / 4_030_000, "from one passenger"),
        ("indicators.6", 0.335, "for 100 passengers"),
        ("indicators.6", 298, "Upside down"),
        ("indicators.6", 3.4, "two decimals"),
        ("indicators.7", "a", "True"),
        ("indicators.7", "d", "before there was a song"),
        ("indicators.8", 2005, "both limits are below 0"),
        ("indicators.8", 2007, "the sign has turned"),
        ("indicators.8", 2009, "an earlier year"),
        ("indicators.8", -0.45, "in which the line begins"),
        ("indicators.8", 2003, "look at the limits, not at the sign"),
        ("indicators.10", 0.0107, "That would be 1 %"),
        ("indicators.10", 0.01, "three digits"),
        ("indicators.10", 0.0001, "three digits"),
        ("indicators.10", 6.5 / 61, "a thousand millions"),
        ("indicators.10", 2 / 61_000, "of all accounts"),
        ("indicators.11", "d", "Whose followers"),
    ],
)
def test_a_typical_mistake_gets_its_own_thought(question, answer, words):
    said = check(question, answer)
    assert said.right is False
    assert words in said.words


def test_a_memo_on_a_warning_may_use_its_own_words():
    start = "Satisfaction was 56, the lowest of all."
    for limit in (
        "That is a symptom.",
        "It cannot tell who will sing.",
        "Five such alarms were followed by one song.",
        "US Airways was lower, without a song.",
        "Correlation is not causation.",
        "It doesn't predict a song.",
        "It isn't the cause of the video.",
    ):
        assert check("indicators.9", f"{start} {limit}").right, limit
    assert check("indicators.9", "NPS may be 12. It cannot say who will sing.").right
    for claim in ("So low satisfaction caused it.", "That is the cause of the video."):
        assert check("indicators.9", f"{start} {claim}").right is False, claim


def test_a_count_is_guessed_in_whole_numbers(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert predict("indicators.3", 3).value == 3
    assert predict("indicators.3", 3.0).value == 3
    for id, value, rule in (
        ("indicators.3", 0.3, "a whole number from 0 to 60"),
        ("indicators.3", 61, "a whole number from 0 to 60"),
        ("indicators.4", 0.6, "a whole number from 10 to 100"),
        ("indicators.4", 60.5, "a whole number from 10 to 100"),
        ("indicators.5", 9, "a number from 0 to 1 (a part: 0.75 means 75 %)"),
    ):
        sentence = f"the prediction {id} must be {rule}, got {value!r}"
        with pytest.raises(GuessError, match="^" + re.escape(sentence) + "$"):
            predict(id, value)
    assert predict("indicators.1", 3.5).value == 3.5


def test_each_solution_sets_one_name_so_that_a_students_copy_can_run():
    cells = nbformat.read(ROOT / "notebooks" / "27-leading-indicators.ipynb", as_version=4).cells
    mark = "### BEGIN SOLUTION\n"
    solutions = [c.source.split(mark)[1].split("### END")[0] for c in cells if mark in c.source]
    assert len(solutions) == 6
    for solution in solutions:
        (line,) = ast.parse(solution).body
        assert isinstance(line, ast.Assign)
        assert [type(target) for target in line.targets] == [ast.Name]
