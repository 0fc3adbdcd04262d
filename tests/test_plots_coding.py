"""What the figures of coders, codes and audits show, read back from their axes."""

import re

import numpy as np
import pandas as pd
import pytest

from cemlab import plots
from cemlab.cem import audit, incidents

CODINGS, STORIES = incidents.codings(), incidents.narratives()
COMPARED = incidents.compare(CODINGS, raters=["A", "B"])
SHARES = incidents.frequencies(CODINGS)
SIDES = incidents.both_sides(CODINGS, STORIES)
MARCH = audit.example()[:40]
CHANGES = audit.over_time(audit.example())
LABELS = audit.rubric("eight-truths").table()["title_en"]
FIGURES = {
    "agreement_bars": lambda **given: plots.agreement_bars(COMPARED, **given),
    "code_shares": lambda **given: plots.code_shares(SHARES, "problem", **given),
    "green_but_red": lambda **given: plots.green_but_red(SIDES, **given),
    "audit_profile": lambda **given: plots.audit_profile(MARCH, **given),
    "audit_change": lambda **given: plots.audit_change(CHANGES, **given),
}


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def words(ax):
    return [text.get_text() for text in ax.texts]


def ticks(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


@pytest.mark.parametrize("name", FIGURES)
def test_a_prediction_stands_beside_the_result_and_a_title_may_be_given(name):
    ax = FIGURES[name](prediction="7 apples", title="Given")
    assert "Your prediction: 7 apples" in words(ax)
    assert ax.get_title(loc="left") == "Given"
    ax.figure.canvas.draw()
    pill = next(t for t in ax.texts if "7 apples" in t.get_text()).get_window_extent()
    title = ax._left_title.get_window_extent()
    assert pill.y1 <= title.y0 or pill.x0 >= title.x1
    assert not any("Your prediction" in word for word in words(FIGURES[name]()))


@pytest.mark.parametrize("name", FIGURES)
def test_figures_can_share_axes_and_name_their_units_within_their_width(name):
    ax = plots.new_axes()
    assert FIGURES[name](ax=ax) is ax
    own = FIGURES[name]()
    assert own.get_xlabel()
    own.figure.canvas.draw()
    assert own._left_title.get_window_extent().x1 <= own.figure.bbox.x1


def test_bars_stand_at_kappa_with_its_interval_and_the_bands_are_a_convention():
    ax = plots.agreement_bars(COMPARED)
    dots = ax.lines[0]
    assert dots.get_xdata().tolist() == COMPARED["value"].tolist()
    spans = [tuple(line[:, 0]) for line in ax.collections[0].get_segments()]
    assert spans == list(zip(COMPARED["low"], COMPARED["high"], strict=True))
    assert ticks(ax) == ["touchpoint", "problem", "feeling", "remedy"]
    assert {"slight", "fair", "moderate", "substantial", "almost perfect"} <= set(words(ax))
    assert "convention" in ax.get_xlabel()


def test_what_is_not_defined_is_said_in_words():
    alike = COMPARED.assign(value=np.nan, low=np.nan, high=np.nan)
    ax = plots.agreement_bars(alike)
    assert words(ax).count("not defined: all 24 alike") == 4
    assert ax.get_title(loc="left") == "Agreement beyond chance is not defined: everything was coded alike"  # fmt: skip
    one = plots.agreement_bars(COMPARED[:1])
    assert one.get_title(loc="left") == "Agreement beyond chance on touchpoint: 0.74"


def test_the_matrix_shows_every_count_and_frames_agreement():
    table = incidents.confusion(CODINGS, "remedy")
    ax = plots.confusion(table, title="Given")
    assert sum(int(word) for word in words(ax)) == 24
    assert len(ax.patches) == len(table)
    bold = sum(int(t.get_text()) for t in ax.texts if t.get_weight() == "bold")
    assert bold == np.trace(table)
    assert ax.get_ylabel() == "main code by A"
    assert plots.confusion(table).get_title(loc="left") == f"A and B chose the same code for {bold} of 24 narratives"  # fmt: skip


def test_shares_are_drawn_with_what_anybody_saw():
    ax = plots.code_shares(SHARES, "feeling")
    rows = SHARES.loc["feeling"]
    hollow, full = ax.lines
    assert full.get_xdata().tolist() == rows["value"].tolist()
    assert hollow.get_xdata().tolist() == (rows["by_any"] / rows["n"]).tolist()
    assert ticks(ax) == rows.index.tolist()
    with says("dimension must be one of touchpoint, problem, feeling, remedy, got 'mood'"):
        plots.code_shares(SHARES, "mood")


def test_each_narrative_is_a_square_of_its_story_in_the_row_of_its_dashboard():
    ax = plots.green_but_red(SIDES)
    squares = [bar for bar in ax.patches if np.isfinite(bar.get_x())]
    assert len(squares) == 24
    assert sum(bar.get_y() < 0 for bar in squares) == (SIDES["dashboard"] == "green").sum()
    assert words(ax) == ["9", "8", "4", "2", "1"]
    one = plots.green_but_red(SIDES[SIDES["narrative"].isin(["airline-bag", "bank-card"])])
    assert one.get_title(loc="left") == "Of 2 narratives green on the dashboard, 1 is red as told"


def test_a_profile_has_a_dot_for_each_rating_and_marks_the_weakest():
    ax = plots.audit_profile(MARCH, labels=LABELS)
    drawn = np.concatenate([line.get_xdata() for line in ax.lines])
    assert sorted(drawn) == sorted(MARCH["level"].dropna())
    means = ax.collections[-1].get_offsets()[:, 0]
    assert means.tolist() == audit.scores(MARCH)["mean"].tolist()
    marked = [t.get_text() for t in ax.get_yticklabels() if t.get_color() != "black"]
    assert marked == ["Customers set the hours"]
    assert words(ax).count("1 not observed") == 3


def test_change_has_the_largest_on_top_and_says_n():
    ax = plots.audit_change(CHANGES)
    assert ticks(ax)[0] == "hours"
    before, after = ax.lines[:2]
    gaps = np.array(after.get_xdata()) - np.array(before.get_xdata())
    assert gaps == pytest.approx(sorted(CHANGES["value"], reverse=True))
    assert words(ax)[0] == "+2.00 [+0.70, +3.30], n = 4"
    nobody = CHANGES.assign(n=0, value=np.nan, low=np.nan, high=np.nan, before=np.nan, after=np.nan)
    ax = plots.audit_change(nobody)
    assert set(words(ax)) == {"no rater on both days"}
    assert ax.get_title(loc="left") == "0 of 8 criteria rose; interval above 0 for none"


def test_nothing_to_draw_is_said():
    with says("compared must have at least one row, got none"):
        plots.agreement_bars(COMPARED[:0])
    with says("sides must have at least one row, got none"):
        plots.green_but_red(pd.DataFrame())
