"""What the figures of the policy duel show, read back from their axes; with one to six teams."""

import re
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from cemlab import market, plots
from cemlab.classroom import game
from cemlab.plots._style import BLUE, GREEN, GREY, ORANGE, PURPLE, RED
from cemlab.plots.market._looks import DARK, signed

CODES = {
    "North": ("crm", "0-40-10-20-30-0-SF"), "South": ("cem", "30-40-0-0-25-5-PD"),
    "East": ("integrated", "25-30-3-15-27-0-SD"), "West": ("crm", "0-30-4-31-35-0-SF"),
    "Hill and Dale": ("cem", "45-25-0-0-30-0-PD"), "Coast": ("integrated", "10-40-5-20-25-0-PD"),
}  # fmt: skip


def played(*teams, quarters=4, world=market.SCENARIOS["watched"]):
    duel = game.Duel({t: CODES[t][0] for t in teams}, quarters=quarters, rng=7, market=world)
    duel.play_all({t: {1: CODES[t][1]} for t in teams})
    return duel


@pytest.fixture(scope="module")
def two():
    return played("North", "South")


@pytest.fixture(scope="module")
def six():
    return played(*CODES)


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def words(ax):
    parts = [ax, *ax.child_axes]
    return [text.get_text() for part in parts for text in part.texts]


def cards(ax):
    """Return of each card: team, colour of its frame, its numbers by their words."""
    found = []
    for card in ax.child_axes:
        texts = [text.get_text() for text in card.texts]
        edge = card.spines["left"].get_edgecolor()
        rows = {texts[n + 1]: (texts[n], texts[n + 2]) for n in range(1, len(texts), 3)}
        found.append((texts[0], plt.matplotlib.colors.to_hex(edge).upper(), rows))
    return found


def inside(ax):
    """Return whether all words lie within the picture."""
    ax.figure.canvas.draw()
    whole = ax.figure.bbox
    texts = [
        t for part in (ax, *ax.child_axes) for t in (*part.texts, part.title, part._left_title)
    ]
    return [
        t.get_text() for t in texts
        if t.get_text() and not (whole.x0 - 1 <= t.get_window_extent().x0 and t.get_window_extent().x1 <= whole.x1 + 1)
    ]  # fmt: skip


# --- the board --------------------------------------------------------------------------


def test_a_card_holds_a_teams_own_reports_and_no_other(two):
    boards = two.dashboards()
    (north, south) = cards(plots.duel_board(boards))
    assert (north[0], south[0]) == ("North", "South")
    assert (north[1], south[1]) == (BLUE, ORANGE)
    frame = boards["North"]
    new = frame["new_customers"]
    step = new.iloc[-1] / new.iloc[-2] - 1
    assert north[2]["new customers"] == (f"{new.iloc[-1]:,.0f}", f"{'▲' if step > 0 else '▼'} {abs(step):.0%}")  # fmt: skip
    assert south[2]["reputation (0 to 1)"][0] == f"{boards['South']['reputation'].iloc[-1]:.2f}"
    assert not set(north[2]) & set(south[2])
    assert [len(card[2]) for card in (north, south)] == [7, 7]


def test_a_lone_card_keeps_its_teams_colour_and_names_it_once(two):
    ax = plots.duel_board({"South": two.dashboard("South")}, prediction="5 failures")
    ((team, colour, _),) = cards(ax)
    assert (team, colour) == ("South", ORANGE)
    assert "South" not in ax.get_title(loc="left")
    assert "Your prediction: 5 failures" in words(ax)
    assert inside(ax) == []


@pytest.mark.parametrize("count", [1, 2, 3, 6])
def test_boards_of_any_number_of_teams_stay_in_the_picture(six, count):
    boards = dict(list(six.dashboards().items())[:count])
    ax = plots.duel_board(boards)
    integrated = sum(CODES[team][0] == "integrated" for team in boards)
    assert len(cards(ax)) == count + integrated
    assert inside(ax) == []
    sizes = [text.get_fontsize() for part in ax.child_axes for text in part.texts]
    assert min(sizes) >= 10.5


def test_a_first_quarter_has_no_change():
    ax = plots.duel_board(played("North", quarters=1).dashboards())
    assert ax.get_title(loc="left") == "After quarter 1: the first reports"
    assert {change for *_, rows in cards(ax) for _, change in rows.values()} == {""}


def test_scores_and_shares_change_by_points():
    """From -3 to -50 is no "-1567%"; a share of 6 % that becomes 8 % has not changed by a third."""
    columns = {"nps_points": [-3.0, -50.0], "public_share_of_complainers": [0.06, 0.08], "reputation": [0.5, 0.4]}  # fmt: skip
    ax = plots.duel_board({"S": pd.DataFrame(columns, index=[1, 2])})
    ((_, _, rows),) = cards(ax)
    assert [change for _, change in rows.values()] == ["▼ 47 points", "▲ 2 points", "▼ 20%"]
    assert (
        ax.get_title(loc="left") == "After quarter 2, most changed: Net Promoter Score -47 points"
    )
    calm = pd.DataFrame({"nps_points": [0.0, 1.0], "churn_share_a_month": [0.02, 0.0201]})
    ((_, _, rows),) = cards(plots.duel_board({"S": calm}))
    assert [change for _, change in rows.values()] == ["▲ 1 point", "▲ 0.01 points"]


def test_white_names_can_be_read_and_two_cards_of_one_team_be_told_apart(six):
    ax = plots.duel_board({team: six.dashboard(team) for team in ("South", "East")})
    assert [card[0] for card in cards(ax)] == ["South", "East (CRM reports)", "East (CEM reports)"]
    for card in ax.child_axes:
        fill = np.array(
            plt.matplotlib.colors.to_rgb(card.texts[0].get_bbox_patch().get_facecolor())
        )
        light = np.where(fill <= 0.03928, fill / 12.92, ((fill + 0.055) / 1.055) ** 2.4)
        assert 1.05 / (light @ [0.2126, 0.7152, 0.0722] + 0.05) > 3.0  # large bold words


def test_what_nobody_could_count_is_none():
    frame = pd.DataFrame({"posts_answered_share": [np.nan, np.nan]}, index=[1, 2])
    ((_, _, rows),) = cards(plots.duel_board({"North": frame}))
    assert rows["of public posts answered"] == ("none", "")
    with says("dashboards must hold a team with a closed quarter, got none"):
        plots.duel_board({})


# --- the debrief -------------------------------------------------------------------------


def test_what_a_team_could_not_see_is_shaded(two):
    told = two.debrief()
    ax = plots.duel_debrief(told, prediction="3 million")
    *panels, bars = ax.child_axes
    shaded = {
        part.get_title(loc="left"): [(plt.matplotlib.colors.to_hex(c.get_edgecolor()[0]).upper(), c.get_hatch()) for c in part.collections]
        for part in panels
    }  # fmt: skip
    assert shaded == {
        "customers lost a month": [(DARK[ORANGE], "\\\\")], "new customers a month": [(DARK[ORANGE], "\\\\")],
        "reputation (0 to 1)": [(BLUE, "//")], "of complainers go public": [(BLUE, "//")],
    }  # fmt: skip
    assert not any(c.get_facecolor().size for part in panels for c in part.collections)
    ahead = told.scores.index[0]
    assert words(bars)[0] == f"{ahead}:\n{told.scores['score'].iloc[0] / 1e6:,.1f} million EUR"
    lengths = [patch.get_width() for patch in bars.patches]
    assert lengths == pytest.approx([*told.scores["npv"] / 1e6, *told.scores["equity"] / 1e6])
    assert "Your prediction: 3 million" in words(ax)
    assert inside(ax) == []
    earned, later = -np.diff(told.scores[["npv", "equity"]] / 1e6, axis=0)[0]
    assert ax.get_title(loc="left").endswith(f"({signed(earned)} earned, {signed(later)} after)")


def test_parts_that_disagree_are_named_and_close_scores_told_apart(two):
    told = two.debrief()
    close = told.scores.assign(npv=[3e6, 4e6], equity=[2.04e6, 1e6], score=[5.04e6, 5e6])
    ax = plots.duel_debrief(replace(told, scores=close))
    assert ax.get_title(loc="left").endswith("by 0.04 million EUR (-1 earned, +1.04 after: the parts disagree)")  # fmt: skip
    assert [text.split("\n")[1] for text in words(ax.child_axes[-1])] == ["5.04 million EUR", "5.00 million EUR"]  # fmt: skip


def test_long_names_lie_over_nothing():
    names = ["A very long name for this team", "Another name of thirty letters"]
    assert [len(name) for name in names] == [30, 30]
    made = game.Duel(dict(zip(names, ("crm", "cem"), strict=True)), quarters=1, rng=7)
    made.play_all({names[1]: {1: "30-40-0-0-25-5-PD"}})
    ax = plots.duel_debrief(made.debrief())
    assert inside(ax) == []
    title, legend = ax._left_title, ax.child_axes[-1].get_legend()
    assert not title.get_window_extent().overlaps(legend.get_window_extent())
    for text in ax.child_axes[-1].texts:
        assert not text.get_window_extent().overlaps(legend.get_window_extent())
    assert inside(plots.duel_board(made.dashboards())) == []


def test_of_more_teams_the_unseen_is_thin(six):
    ax = plots.duel_debrief(six.debrief())
    churn, *_ = ax.child_axes
    widths = [line.get_linewidth() for line in churn.lines]
    assert widths == [3, 1.2, 3, 3, 1.2, 3]  # roles: crm, cem, integrated, twice
    assert not churn.collections
    assert [line.get_color() for line in churn.lines] == [BLUE, ORANGE, GREEN, RED, PURPLE, GREY]


def test_a_loss_and_a_lone_team_are_told():
    ax = plots.duel_debrief(played("North", quarters=1).debrief())
    assert ax.get_title(loc="left").startswith("North is worth ")
    poor = market.Market(customers=1000, market_size=2000)
    told = played("North", "South", quarters=1, world=poor).debrief()
    assert (told.scores["npv"] < 0).all()
    assert inside(plots.duel_debrief(told)) == []


# --- the same years ------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 3, 6])
def test_each_company_takes_over_the_best_plan_of_the_others(six, count):
    duel = played(*list(CODES)[:count])
    told = duel.debrief()
    ax = plots.duel_same_years(told, prediction="nobody")
    first, second = told.scores.index[:2]
    drawn = {line.get_label(): line.get_ydata() for line in ax.lines if " then " in str(line.get_label())}  # fmt: skip
    assert len(drawn) == count
    assert f"{first}, then {second}'s plan" in drawn
    for label, y in drawn.items():
        team, other = re.match(r"(.*), then (.*)'s plan", label).groups()
        assert y[-1] == pytest.approx(told.scores.loc[team, "score"] / 1e6)
        assert y[0] == pytest.approx(told.scores.loc[other, "score"] / 1e6)
    assert ax.get_xticklabels()[-1].get_text() == "never"
    assert inside(ax) == []


def test_an_inner_quarter_may_gain_most(two):
    told = two.debrief()
    rows = told.same_years.assign(score=1e6)
    best = (rows["team"] == "North") & (rows["quarter"] == 3)
    rows.loc[best, "score"] = 1.39e6
    ax = plots.duel_same_years(replace(told, same_years=rows))
    title = ax.get_title(loc="left").replace("\n", " ")
    assert title == "The same years: North with South's plan from quarter 3 on would be worth 0.39 million EUR more"  # fmt: skip


def test_one_team_has_no_plan_to_take_over():
    told = played("North", quarters=1).debrief()
    with says("told must be of two teams or more, got one: nobody's plan to take over"):
        plots.duel_same_years(told)
    with says("told must be of two teams or more in a market with numbers to change, got one"):
        plots.duel_assumptions(told)


# --- assumptions and the map ------------------------------------------------------------------


def test_left_of_the_line_another_team_leads(two):
    told = two.debrief()
    ax = plots.duel_assumptions(told, prediction="3 of 18")
    first, second = told.scores.index[:2]
    tried = told.assumptions
    drawn = {line.get_label(): line.get_xdata() for line in ax.lines}
    theirs = tried.loc[tried["ahead"] == second, "lead"] / 1e6
    assert (np.sort(drawn[f"{second} ahead"]) == np.sort(-theirs)).all()
    assert (drawn[f"{first} ahead"] >= 0).all()
    (played_lead,) = {float(x) for x in drawn["as played"]}
    assert played_lead == pytest.approx(-np.diff(told.scores["score"])[0] / 1e6)
    turned = tried.loc[tried["flips"], "parameter"].nunique()
    count = tried["parameter"].nunique()
    assert ax.get_title(loc="left") == f"One number changed: {first} is no longer ahead with {turned} of {count}"  # fmt: skip
    rows = [label.get_text() for label in ax.get_yticklabels()]
    assert len(rows) == count
    assert "price of prevention (1.7)" in rows
    assert "months counted after the end (24)" in rows
    assert not any("_" in row for row in rows)
    beside = [t for t in words(ax) if re.fullmatch(r"[\d.e-]+", t)]
    assert sorted(beside) == sorted(f"{x:.3g}" for x in tried.loc[tried["ahead"] == second, "tried"])  # fmt: skip
    assert inside(ax) == []


def test_of_six_teams_those_are_named_that_lead_somewhere(six):
    told = six.debrief()
    ax = plots.duel_assumptions(told)
    named = [text.get_text() for text in ax.get_legend().get_texts()]
    leading = [team for team in CODES if team in set(told.assumptions["ahead"])]
    assert 1 < len(leading) < 6
    assert named == [*(f"{team} ahead" for team in leading), "as played"]
    assert inside(ax) == []


def test_the_map_has_each_budget_line_once_and_fits():
    ax = plots.loop_map()
    told = words(ax)
    for line in market.LINES:
        assert told.count(line) == 1
    assert "reputation" in told
    for rule in range(2, 10):  # the first rule is the box of the customers
        assert any(re.search(rf"\(.*{rule}\)|\({rule},", words) for words in told), rule
    assert inside(ax) == []
    assert plots.loop_map(title="Loop").get_title(loc="left") == "Loop"
