"""What the figures of coders, codes and audits show, read back from their axes."""

import re
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from cemlab import plots
from cemlab.cem import audit, incidents
from cemlab.classroom.exercises import Prediction

CODINGS, STORIES = incidents.codings(), incidents.narratives()
COMPARED = incidents.compare(CODINGS, raters=["A", "B"])
SHARES = incidents.frequencies(CODINGS)
SIDES = incidents.both_sides(CODINGS, STORIES)
CODES = incidents.scheme().table()["label_en"]
KAPPA = Prediction("x", -0.5, "number", "for feelings")
SHARE = Prediction("x", 0.75, "percent", "the same")
MARCH = audit.example()[:40]
CHANGES = audit.over_time(audit.example())
LABELS = audit.rubric("eight-truths").table()["title_en"]
FIGURES = {
    "agreement_bars": lambda **given: plots.agreement_bars(COMPARED, **given),
    "confusion": lambda **given: plots.confusion(incidents.confusion(CODINGS, "feeling"), **given),
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


def test_words_of_the_bands_stand_apart_if_an_interval_reaches_far_down():
    bands = ("slight", "fair", "moderate", "substantial", "almost perfect")
    for lowest in (0.0, -0.19, -0.5, -1.0):
        ax = plots.agreement_bars(COMPARED.assign(low=lowest), prediction="7 apples")
        ax.figure.canvas.draw()
        words = [t.get_window_extent() for t in ax.texts if t.get_text() in bands]
        assert all(a.x1 < b.x0 for a, b in pairwise(words)), lowest
        assert words[-1].x1 <= ax.figure.bbox.x1


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
    assert plots.confusion(table).get_title(loc="left") == f"A and B chose the same code for {bold} of 24 stories"  # fmt: skip


def test_shares_are_drawn_with_what_anybody_saw():
    ax = plots.code_shares(SHARES, "feeling")
    rows = SHARES.loc["feeling"]
    hollow, full = ax.lines
    assert full.get_xdata().tolist() == rows["value"].tolist()
    assert ax.get_legend_handles_labels()[1][1].startswith("more than half of its coders")
    assert hollow.get_xdata().tolist() == (rows["by_any"] / rows["n"]).tolist()
    assert ticks(ax) == [code.replace("_", " ") for code in rows.index]
    with says("dimension must be one of touchpoint, problem, feeling, remedy, got 'mood'"):
        plots.code_shares(SHARES, "mood")


def test_each_narrative_is_a_square_of_its_story_in_the_row_of_its_dashboard():
    ax = plots.green_but_red(SIDES)
    squares = [bar for bar in ax.patches if np.isfinite(bar.get_x())]
    assert len(squares) == 24
    assert sum(bar.get_y() < 0 for bar in squares) == (SIDES["dashboard"] == "green").sum()
    told = ["red as told: 9", "green as told: 8", "red as told: 5", "coders disagree: 1", "green as told: 1"]  # fmt: skip
    assert words(ax) == told
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    one = plots.green_but_red(SIDES[SIDES["narrative"].isin(["airline-bag", "bank-card"])])
    assert one.get_title(loc="left") == "Of 2 stories green on the dashboard, 1 is red as told"


def test_what_was_not_missing_stands_apart_and_is_not_the_finding():
    two = CODINGS[CODINGS["rater"] != "C"]
    ax = plots.code_shares(incidents.frequencies(two), "remedy", labels=CODES["remedy"])
    assert ticks(ax)[0] == "one person in charge"
    assert ticks(ax)[-1] == "nothing was missing"
    assert ax.get_title(loc="left") == 'Most common besides "nothing was missing":\none person in charge (3 of 24)'  # fmt: skip
    heights = ax.lines[0].get_ydata()
    assert heights[-1] - heights[-2] > heights[1] - heights[0]
    assert ax.get_legend_handles_labels()[1][:2] == ["at least one coder gave it", "both coders gave it"]  # fmt: skip
    alone = plots.code_shares(incidents.frequencies(two, rater="A"), "remedy")
    assert "the coder gave it" in alone.get_legend_handles_labels()[1]


def test_labels_stand_in_the_place_of_codes():
    table = incidents.confusion(CODINGS, "feeling")
    assert "giving up" in ticks(plots.confusion(table, labels=CODES["feeling"]))
    by_code = incidents.compare(CODINGS, by="code", raters=["A", "B"])
    rows = [("touchpoint", "message"), ("problem", "not_believed")]
    assert ticks(plots.agreement_bars(by_code.loc[rows])) == ["touchpoint, message", "problem, not believed"]  # fmt: skip
    assert ticks(plots.agreement_bars(by_code.loc[rows], labels=CODES)) == ["touchpoint, in writing", "problem, not believed"]  # fmt: skip
    assert ticks(plots.agreement_bars(by_code.loc[rows[:1]], labels=CODES)) == ["in writing"]


def test_a_kept_guess_is_marked_at_its_place():
    star = plots.agreement_bars(COMPARED, prediction=KAPPA, at="feeling").lines[-1]
    assert [*star.get_xdata(), *star.get_ydata()] == [-0.5, 2]
    assert len(plots.agreement_bars(COMPARED, prediction=KAPPA).lines) == 1
    with says("at must be one of the rows touchpoint, problem, feeling, remedy, got 'mood'"):
        plots.agreement_bars(COMPARED, prediction=KAPPA, at="mood")
    ax = plots.confusion(incidents.confusion(CODINGS, "feeling"), prediction=SHARE)
    assert "Your prediction: 75% the same: 18 of 24" in words(ax)
    for guessed, end in ((4, 3.43), (24, 23.43), (0, -0.4)):
        ax = plots.green_but_red(SIDES, prediction=Prediction("x", guessed, "number", "stories"))
        assert ax.lines[-1].get_xdata()[-1] == pytest.approx(end)
        assert ax.get_xlim()[1] >= end


def test_a_profile_has_a_dot_for_each_rating_and_marks_the_weakest():
    ax = plots.audit_profile(MARCH, labels=LABELS)
    drawn = np.concatenate([line.get_xdata() for line in ax.lines])
    assert sorted(drawn) == sorted(MARCH["level"].dropna())
    means = ax.collections[-1].get_offsets()[:, 0]
    assert means.tolist() == audit.scores(MARCH)["mean"].tolist()
    marked = [t.get_text() for t in ax.get_yticklabels() if t.get_color() != "black"]
    assert marked == ["Customers set the hours"]
    assert words(ax).count("1 not observed") == 3


def test_a_tie_of_criteria_with_long_names_fits_into_the_title():
    low = MARCH["criterion"].isin(["answer", "reach", "feedback"])
    alike = MARCH.assign(level=np.where(low, 1.0, 2.0))
    ax = plots.audit_profile(alike, labels=LABELS, prediction="7 apples")
    ax.figure.canvas.draw()
    title, pill = ax._left_title, next(t for t in ax.texts if "7 apples" in t.get_text())
    assert title.get_window_extent().x1 <= ax.figure.bbox.x1
    assert title.get_window_extent().y1 <= ax.figure.bbox.y1
    assert pill.get_window_extent().y1 <= title.get_window_extent().y0
    assert title.get_text().endswith("everywhere and is used\n(1.0 of 4; all criteria 1.6)")


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


def test_a_guess_of_a_level_is_marked_in_its_place():
    guess = Prediction("audit.1", 1.5, "number", "of 4 levels")
    ax = plots.audit_profile(MARCH, prediction=guess)
    marked = [line for line in ax.lines if line.get_label() == "your prediction"]
    assert [line.get_xdata().tolist() for line in marked] == [[1.5, 1.5]]
    ax = plots.audit_change(CHANGES, prediction=guess)
    marked = [line for line in ax.lines if line.get_label() == "your prediction"]
    assert marked[0].get_xdata()[0] == pytest.approx(CHANGES["before"].mean() + 1.5)
    mean = next(text for text in ax.texts if text.get_text() == "+0.76")
    assert np.mean(marked[0].get_ydata()) == pytest.approx(mean.xy[1])
    assert ticks(ax)[-1] == "mean of the criteria"


def test_of_one_criterion_alone_nothing_is_weakest():
    votes = MARCH[MARCH["criterion"] == "together"]
    ax = plots.audit_profile(votes, labels=LABELS)
    assert (
        ax.get_title(loc="left") == "Departments work together: levels from 1 to 2, 1 not observed"
    )
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["one rater", "mean"]
    ax.figure.canvas.draw()
    assert ax.get_legend().get_window_extent().y0 >= 0
    alike = plots.audit_profile(votes.assign(level=2.0))
    assert alike.get_title(loc="left") == "together: all see level 2"


def test_means_hide_no_dot():
    ax = plots.audit_profile(MARCH, labels=LABELS)
    dots = np.array([(x, y) for line in ax.lines for x, y in line.get_xydata()])
    dots, means = (
        ax.transData.transform(dots),
        ax.transData.transform(ax.collections[-1].get_offsets()),
    )
    apart = np.hypot(*(dots[:, None] - means[None]).transpose(2, 0, 1))
    assert apart.min() > 7


def test_nothing_to_draw_is_said():
    with says("compared must have at least one row, got none"):
        plots.agreement_bars(COMPARED[:0])
    with says("sides must have at least one row, got none"):
        plots.green_but_red(pd.DataFrame())
