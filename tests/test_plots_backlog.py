"""What the figures of open issues, clocks and shares show, read back from their axes."""

import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.dates import date2num

from cemlab import plots
from cemlab.cem import response
from cemlab.classroom.exercises import Prediction

FILES, HERS = "open in the company's files", "open for the customer"
CLOSED, SOLVED = "closed in the files, not solved", "solved, still open in the files"
DOTS = "lowest and highest: dates are uncertain"


def table(company, customer, company_high=None):
    """Build what `desk.backlog` returns of so many days."""
    end = pd.date_range("2024-05-02", periods=len(company), unit="us")
    columns = {
        "open_company_low": company,
        "open_company_high": company_high or company,
        "open_customer_low": customer,
        "open_customer_high": customer,
    }
    counts = {name: pd.array(values, "Int64") for name, values in columns.items()}
    return pd.DataFrame({"start": end - pd.Timedelta("1D"), "end": end} | counts)


TABLE = table([2, 3, 1], [2, 5, 40])


def shown(ax):
    return dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))


def title(ax):
    return ax.get_title(loc="left")


def test_both_counts_stand_at_the_ends_of_the_periods():
    ax = plots.backlog(TABLE)
    lines = shown(ax)
    assert lines[FILES].get_ydata().tolist() == [2, 3, 1]
    assert lines[HERS].get_ydata().tolist() == [2, 5, 40]
    for name in (FILES, HERS):
        assert date2num(lines[name].get_xdata()).tolist() == date2num(TABLE["end"]).tolist()
    assert title(ax) == "At the end: 1 issue open in the files, 40 for customers"
    assert ax.get_ylim()[0] == 0
    assert ax.get_ylim()[1] > 40
    assert (ax.get_xlabel(), ax.get_ylabel()) == (
        "date (counted at the end of each day)",
        "open issues",
    )
    weeks = TABLE.assign(start=TABLE["end"] - pd.Timedelta("7D"))
    assert plots.backlog(weeks).get_xlabel() == "date (counted at the end of each period)"


def test_the_lines_are_told_apart_without_colour():
    lines = shown(plots.backlog(TABLE))
    assert lines[FILES].get_linestyle() != lines[HERS].get_linestyle()
    assert lines[FILES].get_marker() != lines[HERS].get_marker()
    many = shown(plots.backlog(table([1] * 50, [2] * 50)))
    assert many[FILES].get_marker() == "None"  # points would hide the lines


@pytest.mark.parametrize(
    ("company", "customer", "areas"),
    [
        ([1, 2], [3, 4], {CLOSED}),
        ([3, 4], [1, 2], {SOLVED}),
        ([3, 1], [1, 4], {CLOSED, SOLVED}),
        ([3, 1], [3, 1], set()),
    ],
)
def test_the_area_between_the_lines_is_named(company, customer, areas):
    ax = plots.backlog(table(company, customer))
    assert {CLOSED, SOLVED} & set(shown(ax)) == areas


def test_the_area_reaches_from_line_to_line():
    area = shown(plots.backlog(TABLE))[CLOSED]
    corners = np.concatenate([path.vertices[:, 1] for path in area.get_paths()])
    assert (corners.min(), corners.max()) == (1, 40)


def test_uncertain_counts_are_dotted():
    ax = plots.backlog(table([1, 2], [5, 6], company_high=[3, 2]))
    assert shown(ax)[FILES].get_ydata().tolist() == [2, 2]
    dotted = [line.get_ydata() for line in ax.lines if line.get_linestyle() == ":"]
    assert [list(y) for y in dotted if len(y)] == [[1, 2], [3, 2]]
    assert DOTS in shown(ax)
    assert DOTS not in shown(plots.backlog(TABLE))
    late = plots.backlog(table([1, 2], [5, 6], company_high=[1, 1_003]))
    assert title(late) == "At the end: 2 to 1,003 issues open in the files, 6 for customers"


@pytest.mark.parametrize(
    ("missing", "line", "found"),
    [
        ("customer", FILES, "At the end: 1 issue open in the files; solutions are not recorded"),
        ("company", HERS, "At the end: 40 issues open for customers; closings are not recorded"),
    ],
)
def test_a_side_that_was_never_recorded_has_no_line(missing, line, found):
    part = TABLE.assign(**{f"open_{missing}_low": pd.NA, f"open_{missing}_high": pd.NA})
    ax = plots.backlog(part)
    assert set(shown(ax)) == {line}
    assert title(ax) == found


@pytest.mark.parametrize("issues", [0.0, 38.0, 400.0])
def test_the_readers_star_stands_at_the_end_and_the_axis_holds_it(issues):
    ax = plots.backlog(TABLE, prediction=Prediction("q.1", issues, "number", "issues"))
    star = shown(ax)["your prediction"]
    assert star.get_ydata().tolist() == [issues]
    assert date2num(star.get_xdata()).tolist() == [date2num(TABLE["end"].iloc[-1])]
    ax.figure.canvas.draw()
    mark = shown(ax)[FILES]
    ends = [line.get_transform().transform(line.get_xydata())[-1] for line in (star, mark)]
    assert ends[0][0] - ends[1][0] > (star.get_markersize() + mark.get_markersize()) / 2
    assert to_hex(star.get_color()) == "#8a4f7d"
    assert ax.get_ylim()[1] > issues
    assert f"Your prediction: {issues:g} issues" in [text.get_text() for text in ax.texts]


def test_a_title_may_be_given_and_axes_shared():
    ax = plots.new_axes()
    assert plots.backlog(TABLE, title="Given", prediction="7 apples", ax=ax) is ax
    assert title(ax) == "Given"


def test_nothing_open_is_a_finding():
    assert title(plots.backlog(table([0], [0]))) == (
        "At the end: 0 issues open in the files, 0 for customers"
    )


@pytest.mark.parametrize(
    "nothing",
    [TABLE.iloc[:0], TABLE.assign(**dict.fromkeys(TABLE.columns[2:], pd.NA))],
    ids=["no period", "not recorded"],
)
def test_says_that_there_is_nothing_to_draw(nothing):
    sentence = "table must have at least one period with closings or solutions recorded, got none"
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        plots.backlog(nothing)


# --- two clocks ------------------------------------------------------------------------------------

CONTACTS = pd.DataFrame(
    {
        "wait_min": [0.0, 0.0, 30.0, 90.0, 4.0],
        "answered": [True, True, True, True, False],
        "ended": ["answered"] * 4 + ["abandoned"],
    }
)
JOURNEYS = pd.DataFrame(
    {"wait_min": [10.0, 300.0, 9000.0, 20_000.0], "answered": [True, True, True, False]}
)
CLOCKS = response.competing(CONTACTS), response.survival(JOURNEYS)
NO_ANSWER, NO_SOLUTION = "contacts without an answer", "customers without a solution"


def said(ax):
    return [text.get_text() for text in ax.texts]


def test_who_hung_up_never_has_an_answer():
    lines = shown(plots.clocks(*CLOCKS))
    x, y = lines[NO_ANSWER].get_data()
    assert list(zip(x, y, strict=True)) == [
        (1.0, pytest.approx(0.6)), (4.0, pytest.approx(0.6)), (30.0, pytest.approx(0.4)),
        (90.0, pytest.approx(0.2)), (10080.0, pytest.approx(0.2)),
    ]  # fmt: skip
    assert lines[NO_SOLUTION].get_ydata().tolist() == pytest.approx([1, 0.75, 0.5, 0.25, 0.25])


def test_the_companys_clock_is_blue_and_the_customers_orange():
    ax = plots.clocks(*CLOCKS)
    lines = shown(ax)
    assert [to_hex(lines[name].get_color()) for name in (NO_ANSWER, NO_SOLUTION)] == [
        "#0072b2",
        "#e69f00",
    ]
    assert lines[NO_ANSWER].get_linestyle() != lines[NO_SOLUTION].get_linestyle()
    assert said(ax)[:2] == ["20%", "25%"]
    ax.figure.canvas.draw()
    low, high = sorted((t.get_window_extent() for t in ax.texts[:2]), key=lambda box: box.y0)
    assert low.y1 <= high.y0  # the two ends are near, their words apart


@pytest.mark.parametrize(
    ("days", "found"),
    [
        (7, "Half have an answer after 30 minutes, half a solution after 5 hours"),
        (0.1, "Half have an answer after 30 minutes, half a solution not within 2.4 hours"),
    ],
)
def test_the_title_says_after_what_time_half_have_it(days, found):
    ax = plots.clocks(*CLOCKS, days=days)
    assert title(ax) == found
    assert ax.get_xlim()[1] == pytest.approx(1440 * days)
    soon = response.competing(CONTACTS.assign(wait_min=0.0))
    assert title(plots.clocks(soon, CLOCKS[1])).startswith("Half have an answer at once,")


@pytest.mark.parametrize(("hours", "minutes"), [(5.0, 300), (0.0, 1), (336.0, 10_080)])
def test_a_guess_of_hours_is_marked_on_the_axis(hours, minutes):
    guess = Prediction("q.1", hours, "number", "hours")
    ax = plots.clocks(*CLOCKS, prediction=guess, title="Given")
    assert list(shown(ax)["your prediction"].get_xdata()) == [minutes, minutes]
    assert f"Your prediction: {hours:g} hours" in said(ax)
    assert title(ax) == "Given"


def test_clocks_say_what_was_wrong():
    with pytest.raises(ValueError, match=r"^days must be above 0, got 0$"):
        plots.clocks(*CLOCKS, days=0)
    nothing = response.survival(JOURNEYS.iloc[:0])
    sentence = "answers and solutions must have at least one row each, got none"
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        plots.clocks(CLOCKS[0], nothing)


# --- shares as bars --------------------------------------------------------------------------------

SHARES = pd.DataFrame(
    {"lens": ["CRM", "CRM", "CEM"], "low": [0.87, 0.7, 0.62], "high": [0.87, 0.8, 0.62]},
    index=["not back here", "not back at all", "solved"],
)


def test_bars_are_the_shares_and_end_at_the_lower_where_uncertain():
    ax = plots.share_bars(SHARES)
    assert [bar.get_width() for bar in ax.patches] == [0.87, 0.7, 0.62]
    assert [to_hex(bar.get_facecolor()) for bar in ax.patches] == ["#0072b2", "#0072b2", "#e69f00"]
    assert ax.patches[0].get_hatch() != ax.patches[2].get_hatch()
    assert said(ax) == ["87%", "70% to 80%", "62%"]
    assert [line.get_xdata().tolist() for line in ax.lines] == [[0.7, 0.8]]
    assert title(ax) == "Not back here: 87%, not back at all: 70% to 80%, solved: 62%"
    assert [label.get_text() for label in ax.get_yticklabels()] == [*SHARES.index]
    assert ax.get_xlabel() == "share"


def test_the_guess_of_a_share_is_a_star_on_the_last_bar():
    guess = Prediction("q.1", 0.8, "percent", "solved")
    ax = plots.share_bars(SHARES, prediction=guess, title="Given")
    star = next(line for line in ax.lines if line.get_marker() == "*")
    assert (star.get_xdata().tolist(), star.get_ydata().tolist()) == ([0.8], [2])
    assert title(ax) == "Given"
    assert "Your prediction: 80% solved" in said(ax)
    assert "your prediction" in ax.get_xlabel()


@pytest.mark.parametrize(("table", "rows"), [(SHARES.iloc[:0], 0), (SHARES.assign(low=np.nan), 3)])
def test_bars_need_shares(table, rows):
    sentence = f"table must have at least one row and no missing share, got {rows} rows"
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        plots.share_bars(table)
