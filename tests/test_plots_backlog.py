"""What the figure of the backlog shows, read back from its axes."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.dates import date2num

from cemlab import plots
from cemlab.classroom.exercises import Prediction

FILES, HERS = "open in the company's files", "open for the customer"
CLOSED, SOLVED = "closed in the files, not solved", "solved, still open in the files"
DOTS = "lowest and highest: dates are uncertain"


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


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
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("end of the period", "open issues")


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
