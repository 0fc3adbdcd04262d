"""What the figures show, read back from their axes."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from PIL import Image

from cemlab import cases, datasets, lenses, plots
from cemlab.classroom import exercises
from cemlab.network import Network
from cemlab.sim import cascade, reputation, star_desk


@pytest.fixture(scope="module")
def case():
    return cases.load("united-breaks-guitars")


REACHES = pd.DataFrame({0.1: [1, 3], 0.2: [5, 9]}).rename_axis(columns="chance")
LAST = pd.DataFrame({"complaint": [30, 5], "answer": [10, 15]}).rename_axis("answer after")
LAB = {
    "mean_reach": lambda **given: plots.mean_reach(REACHES, **given),
    "sorted_runs": lambda **given: plots.sorted_runs(np.array([1, 4, 100]), **given),
    "courses": lambda **given: plots.courses({"told": (path(p=1.0), "total")}, **given),
    "last_words": lambda **given: plots.last_words(LAST, **given),
}


def path(*, p: float, initial=(0,), **given):
    """Return the run of a story along three people, one a round at p = 1."""
    chain = Network.from_edges([(0, 1), (1, 2)])
    return cascade.simulate(chain, initial=list(initial), p=p, rng=1, **given)


def extent(part, ax):
    """Return where a text, box or bar stands on the picture (pixels), drawn if need be."""
    if ax.figure.stale:
        ax.figure.canvas.draw()
    return part.get_window_extent(ax.figure.canvas.get_renderer())


def within(inner, outer) -> bool:
    return (
        outer.x0 <= inner.x0 and inner.x1 <= outer.x1
        and outer.y0 <= inner.y0 and inner.y1 <= outer.y1
    )  # fmt: skip


def shown(ax) -> dict:
    """Return what the key of a figure names: name -> what is drawn."""
    return dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))


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
        *(draw() for draw in LAB.values()),
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


def test_a_day_in_a_table_stays_in_one_piece():
    html = plots.table(pd.DataFrame({"date": ["2008-04-01 to 2009-07-05", "1 July 2009"]})).data
    whole = [
        f'<span style="white-space:nowrap">{day}</span>' for day in ("2008-04-01", "2009-07-05")
    ]
    assert " to ".join(whole) in html
    assert html.count("<span") == 2


def test_png_is_a_picture_and_leaves_no_figure_open():
    ax = plots.hidden_axes()
    ax.plot([1, 2])
    assert Image.open(io.BytesIO(plots.png(ax))).size == (864, 460)
    assert plt.get_fignums() == []


@pytest.mark.parametrize("figure", LAB)
def test_an_axes_of_the_caller_is_used_in_the_lab(figure):
    ax = plots.new_axes()
    assert LAB[figure](ax=ax) is ax


def test_an_axes_of_the_caller_is_used():
    ax = plots.new_axes()
    assert plots.reach_distribution(pd.Series([1], name="x"), ax=ax) is ax


# --- the spread lab ----------------------------------------------------------------


def test_mean_reach_draws_means_with_two_standard_errors():
    ax = plots.mean_reach(REACHES)
    line, _, (bars,) = shown(ax)["mean of 2 runs"]
    assert line.get_xdata().tolist() == [0.1, 0.2]
    assert line.get_ydata().tolist() == [2, 7]
    ends = [segment[:, 1].tolist() for segment in bars.get_segments()]
    assert ends == [pytest.approx([0, 4]), pytest.approx([3, 11])]  # standard errors 1 and 2
    assert line.get_linestyle() == "-"
    assert ax.get_ylim()[1] >= 11
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("chance", "people reached (mean)")
    assert ax.get_title(loc="left") == "Mean reach: from 2 to 7 people"


def test_mean_reach_draws_shares_of_people_in_per_cent():
    ax = plots.mean_reach(REACHES, people=20)
    line, _, (bars,) = shown(ax)["mean of 2 runs"]
    assert line.get_ydata() == pytest.approx([0.1, 0.35])
    assert bars.get_segments()[1][:, 1] == pytest.approx([0.15, 0.55])
    ax.figure.canvas.draw()
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels[0] == "0%"
    assert all(label.endswith("%") for label in labels)
    assert ax.get_ylabel() == "part of all people reached"


def test_mean_reach_marks_the_threshold():
    parts = shown(plots.mean_reach(REACHES, mark=0.125))
    assert list(parts["threshold (0.125)"].get_xdata()) == [0.125, 0.125]
    named = shown(plots.mean_reach(REACHES, mark=0.15, mark_words="one each"))
    assert "one each (0.15)" in named


def test_mean_reach_draws_all_of_a_formula_and_leaves_the_runs_as_points():
    formula = pd.Series([0.05, 0.2, 0.9], index=[0.1, 0.15, 0.2])
    ax = plots.mean_reach(REACHES, people=20, formula=formula)
    assert shown(ax)["formula"].get_xdata().tolist() == [0.1, 0.15, 0.2]
    assert shown(ax)["formula"].get_ydata().tolist() == [0.05, 0.2, 0.9]
    line, _, _ = shown(ax)["mean of 2 runs"]
    assert line.get_linestyle() == "None"
    assert ax.get_ylim()[1] >= 0.9


@pytest.mark.parametrize(
    "reaches",
    [REACHES * 0, REACHES[[0.1]], REACHES.iloc[:1], REACHES.iloc[:1] * 0],
    ids=["all zero", "one setting", "one run", "one run of zero"],
)
@pytest.mark.parametrize("people", [None, 10])
def test_mean_reach_takes_extremes(reaches, people):
    ax = plots.mean_reach(reaches, people=people)
    ax.figure.canvas.draw()
    low, high = ax.get_ylim()
    assert low == 0
    assert high > reaches.mean().max() / (people or 1)


def test_sorted_runs_draws_each_run_once_largest_first():
    ax = plots.sorted_runs(pd.Series([1, 100, 4, 35]), what="starters")
    values, edges, _ = ax.patches[0].get_data()
    assert values.tolist() == [100, 35, 4, 1]
    assert edges.tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert list(shown(ax)) == ["4 starters", "mean (35)"]
    assert list(shown(ax)["mean (35)"].get_ydata()) == [35, 35]
    assert ax.get_title(loc="left") == "25% of the starters end within a fifth of the mean"
    assert ax.get_xlabel() == "part of all starters, largest reach first"
    assert ax.get_ylim()[1] > 100


@pytest.mark.parametrize("reaches", [[0, 0, 0], [7], [0]])
def test_sorted_runs_takes_extremes(reaches):
    ax = plots.sorted_runs(np.array(reaches))
    ax.figure.canvas.draw()
    assert ax.get_title(loc="left") == "100% of the runs end within a fifth of the mean"
    assert ax.get_ylim()[1] > max(reaches)


def test_courses_draw_the_runs_values_and_hold_them_to_the_end():
    told, kept = path(p=1.0, step="3h"), path(p=0.0)
    lines = {"told": (told, "total"), "kept": (kept, "total"), "heard": (told, "exposures")}
    ax = plots.courses(lines, unit="hours")
    for (name, end), values in {
        ("told", 3): [1, 2, 3],
        ("kept", 1): [1],
        ("heard", 4): [1, 3, 4],
    }.items():
        line = shown(ax)[f"{name} {end}"]
        assert line.get_xdata()[: len(values)] == pytest.approx([0, 3, 6][: len(values)])
        assert line.get_ydata()[: len(values)].tolist() == values
        assert (line.get_xdata()[-1], line.get_ydata()[-1]) == pytest.approx((6, end))
    assert ax.get_xlim() == pytest.approx((0, 6))
    assert ax.get_ylim()[1] > 4
    assert ax.get_xlabel() == "hours since the start"
    assert ax.get_title(loc="left") == "In the end: told 3, kept 1, heard 4"
    assert len({line.get_color() for line in ax.lines}) == 3
    assert len({line.get_linestyle() for line in ax.lines}) == 3  # told apart without colour
    days = plots.courses({"told": (told, "total")})
    assert days.lines[0].get_xdata()[:3] == pytest.approx([0, 0.125, 0.25])


def test_courses_of_two_words_take_their_colours():
    run = path(p=1.0)
    two = {"complaint": (run, "total"), "answer": (run, "new")}
    ax = plots.courses(two, colours=plots.WORDS)
    assert [line.get_color() for line in ax.lines] == list(plots.WORDS)


def test_courses_draw_shares_of_people_in_per_cent():
    ax = plots.courses({"told": (path(p=1.0), "total")}, people=4)
    assert shown(ax)["told 75%"].get_ydata()[:3] == pytest.approx([0.25, 0.5, 0.75])
    ax.figure.canvas.draw()
    assert all(label.get_text().endswith("%") for label in ax.get_yticklabels())
    assert ax.get_ylabel() == "part of all people"


def test_courses_leave_no_line_out():
    run = path(p=1.0)
    try:
        ax = plots.courses({f"line {i}": (run, "total") for i in range(6)})
    except ValueError:
        return  # refusing so many is as good
    assert len(ax.lines) == 6


@pytest.mark.parametrize("people", [None, 3])
def test_courses_take_a_run_in_which_nothing_happens(people):
    ax = plots.courses({"nobody": (path(p=1.0, initial=()), "total")}, people=people)
    ax.figure.canvas.draw()
    assert not ax.lines[0].get_ydata().any()
    assert ax.get_ylim()[1] > 0


def test_last_words_draw_two_parts_a_row_in_their_colours():
    ax = plots.last_words(LAST, scale=10)
    complaint, answer = ax.containers
    assert [bar.get_width() for bar in complaint] == [300, 50]
    assert [bar.get_width() for bar in answer] == [100, 150]
    assert [bar.get_x() for bar in answer] == [300, 50]  # one begins where the other ends
    assert plots.WORDS == (plots._style.RED, plots._style.BLUE)
    colours = dict(zip(["complaint", "answer"], plots.WORDS, strict=True))
    for name, bars in shown(ax).items():
        assert all(to_hex(bar.get_facecolor()) == colours[name].lower() for bar in bars)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["0", "1"]
    assert ax.yaxis_inverted()  # the first row on top
    assert ax.get_ylabel() == "answer after"
    assert ax.get_title(loc="left") == "The complaint keeps 25% to 75% of those who heard"
    assert list(shown(plots.last_words(LAST, names=("blame", "praise")))) == ["blame", "praise"]


def test_last_words_write_inside_a_bar_only_what_has_room():
    table = pd.DataFrame({"complaint": [1_000_000, 156_000, 100], "answer": [200_000, 700_000, 5]})
    ax = plots.last_words(table)
    bars = [bar for container in ax.containers for bar in container]
    assert words(ax) == "1,000,000 | 156,000 |  | 200,000 | 700,000 | "
    for text, bar in zip(ax.texts, bars, strict=True):
        if text.get_text():
            assert within(extent(text, ax), extent(bar, ax)), text.get_text()


@pytest.mark.parametrize(
    "table",
    [LAST[:1], LAST * [0, 1], LAST * 0, LAST.mul([1, 0], axis=0)],
    ids=["one row", "no complaint", "nobody", "nobody in one row"],
)
def test_last_words_take_extremes(table):
    ax = plots.last_words(table)
    ax.figure.canvas.draw()
    assert [bar.get_width() for bar in ax.containers[0]] == table["complaint"].tolist()
    assert "nan" not in ax.get_title(loc="left")


def test_title_of_last_words_leaves_out_a_row_in_which_nobody_holds_a_word():
    ax = plots.last_words(LAST.mul([1, 0], axis=0))
    assert ax.get_title(loc="left") == "The complaint keeps 75% to 75% of those who heard"


@pytest.mark.parametrize(("rows", "height"), [(1, None), (2, None), (3, None), (8, None), (2, 2.8)])
def test_key_of_last_words_stands_on_the_picture(rows, height):
    table = pd.DataFrame({"complaint": range(1, rows + 1), "answer": 5})
    ax = plots.last_words(table, ax=None if height is None else plots.hidden_axes(height=height))
    key = extent(next(iter(ax.figure.legends), ax.get_legend()), ax)
    assert within(key, ax.figure.bbox)
    assert not key.overlaps(extent(ax.xaxis.label, ax))
    assert not key.overlaps(extent(ax._left_title, ax))


@pytest.mark.parametrize("figure", LAB)
def test_default_title_of_the_lab_says_what_was_found(figure):
    title = LAB[figure]().get_title(loc="left")
    assert any(letter.isdigit() for letter in title)
    assert LAB[figure](title="My own").get_title(loc="left") == "My own"


@pytest.mark.parametrize("figure", LAB)
@pytest.mark.parametrize("title", [None, "A long title that says what was found, and then goes on"])
def test_prediction_stands_under_the_title_of_the_lab(figure, title):
    ax = LAB[figure](prediction="30% of the open crowd", title=title)
    guess = next(text for text in ax.texts if "Your prediction: 30% of" in text.get_text())
    heading, box = extent(ax._left_title, ax), extent(guess.get_bbox_patch(), ax)
    assert not box.overlaps(heading)
    assert not any(extent(text, ax).overlaps(box) for text in ax.get_legend().get_texts())
    assert within(extent(guess, ax), ax.figure.bbox)
    assert within(heading, ax.figure.bbox)
    assert "Your prediction" not in words(LAB[figure]())


def test_waiting_shows_every_channel_of_a_desk_hour_by_hour():
    run = star_desk.simulate(rng=1, hours=6)
    ax = plots.waiting(run)
    shown = {line.get_label(): line.get_ydata() for line in ax.lines}
    assert list(shown) == ["phone", "twitter"]
    for channel, y in shown.items():
        rows = run.series[run.series["variable"] == f"waiting on {channel}"]
        hours = rows["value"].to_numpy()[:-1].reshape(6, 12)  # every five minutes
        assert np.asarray(y) == pytest.approx(hours.mean(axis=1))
    assert ax.get_title(loc="left").startswith("On average wait: ")


def test_waiting_needs_somebody_who_waits():
    with pytest.raises(ValueError, match=r"^run must have somebody waiting .* a run of cascade$"):
        plots.waiting(cascade.simulate(Network.from_edges([(0, 1)]), initial=[0], p=0, rng=1))


def test_measures_are_means_with_two_standard_errors():
    table = pd.DataFrame({"0": [0.1, 0.3], "4": [0.5, 0.7]})
    ax = plots.measures({"a": table, "b": table}, xlabel="x", ylabel="y", percent=True)
    (bars,) = ax.containers[0].lines[2]
    spans = [segment[:, 1].tolist() for segment in bars.get_segments()]
    assert np.ravel(spans) == pytest.approx([0.0, 0.4, 0.4, 0.8])
    assert ax.get_title(loc="left") == "a: 60% at 4 instead of 20%; b: 60% at 4 instead of 20%"


def test_a_prediction_stands_where_it_was_asked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    guess = exercises.predict("netgear.1", 0.4)
    table = pd.DataFrame({"0": [0.1, 0.3], "4": [0.5, 0.7], "6": [0.9, 0.9]})
    ax = plots.measures({"a": table}, xlabel="x", ylabel="y", asked_at=4, prediction=guess)
    assert any(line.get_xydata().tolist() == [[4.0, 0.4]] for line in ax.lines)
    assert str(guess) in words(ax)
    assert ax.get_title(loc="left") == "a: 0.6 at 4 instead of 0.2"


def test_a_brief_scoreboard_keeps_only_what_makes_a_lens_green_or_red(case):
    comparison = lenses.compare(case.events())
    ax = plots.scoreboard(comparison, brief=True)
    ruled = comparison[comparison["colour"].isin(["green", "red", "unsure"])]
    shown = words(ax)
    assert all(metric in shown for metric in ruled["metric"])
    assert not any(sentence in shown for sentence in comparison["sentence"])
    assert "journey length" not in shown


def test_standing_shows_the_first_days_of_reputation():
    week = pd.DataFrame({"time": ["2009-05-11", "2009-05-12", "2009-05-13"], "bad": [5, 5, 5]})
    memory = {"decay_per_step": 0.1, "keep_per_step": 0.5, "good_per_step": 10.0}
    run = reputation.simulate(week, **memory, after="2D")
    wanted = run.series.loc[run.series["variable"] == "reputation", "value"].tolist()
    ax = plots.standing({"as it was": run}, days=3)
    (line,) = ax.lines
    assert list(line.get_xdata()) == [1, 2, 3]
    assert list(line.get_ydata()) == wanted[:3]
    assert ax.get_title(loc="left") == f"In the end: as it was {wanted[2]:.0%}"
