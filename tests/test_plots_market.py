"""What the figures of the closed loop show, read back from their axes."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import QuadMesh

from cemlab import market, plots
from cemlab.classroom.exercises import Prediction, predict
from cemlab.market import LINES, Market, Policy, norms
from cemlab.market.attribution import LeverValues
from cemlab.plots._style import BLUE, GREEN, GREY, ORANGE
from cemlab.plots.market import _looks

CRM = Policy.of_shares(phone=0.35, social=0.05, retention=0.2, advertising=0.4)
CEM = Policy.of_shares(
    prevention=0.45, phone=0.3, advertising=0.25, organisation="pooled", resolution="deep"
)
POLICIES = {"CRM": CRM, "CEM": CEM}
RUNS = {name: market.simulate(policy, months=36) for name, policy in POLICIES.items()}
MAP = pd.DataFrame(
    [(x, y, name, npv) for x in (0.01, 0.03, 0.1) for y in (0.2, 0.8)
     for name, npv in (("crm", 100.0), ("cem", 100.0 + 1000 * (x - 0.03) + 10 * (y - 0.5)))],
    columns=["failure_rate", "virality", "policy", "npv"],
)  # fmt: skip
WHAT_IF = pd.DataFrame(
    {"baseline": [10e6, 0.02], "other": [12e6, 0.021], "difference": [2e6, 0.001],
     "low": [1e6, -0.001], "high": [3e6, 0.003], "ahead": [0.9, 0.6], "p5": [-1e6, -0.01],
     "p95": [4e6, 0.02], "n": [50, 50], "unit": ["EUR", "a month"]},
    index=pd.Index(["npv", "churn"], name="outcome"),
)  # fmt: skip
LEVERS = LeverValues(
    pd.DataFrame({"value": [-3e6, 8e6], "share": [-0.6, 1.6]},
                 index=pd.Index(["pooling", "prevention"], name="player")),
    pd.DataFrame({"pooling": [False, True, False, True], "prevention": [False, False, True, True],
                  "npv": [140e6, 136e6, 147e6, 145e6]}, index=["none", "a", "b", "both"]),
    {},
)  # fmt: skip
FIGURES = {
    "loop_course": lambda **given: plots.loop_course(RUNS, **given),
    "twins": lambda **given: plots.twins(RUNS["CRM"], RUNS["CEM"], **given),
    "policy_ranks": lambda **given: plots.policy_ranks(market.compare(POLICIES), **given),
    "what_if_difference": lambda **given: plots.what_if_difference(
        WHAT_IF, ("npv", "churn"), **given
    ),
    "budgets": lambda **given: plots.budgets(POLICIES, **given),
    "lever_values": lambda **given: plots.lever_values(LEVERS, **given),
    "policy_map": lambda **given: plots.policy_map(MAP, **given),
    "shaming_norm": lambda **given: plots.shaming_norm(norms.norm_loop(), **given),
    "team_dashboard": lambda **given: plots.team_dashboard(
        market.dashboard(RUNS["CEM"], "cem"), "cem", **given
    ),
}


@pytest.fixture(autouse=True)
def _no_figures_left():
    yield
    plt.close("all")


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def title(ax):
    return ax.get_title(loc="left")


def words(ax):
    return [text.get_text() for text in ax.texts]


@pytest.mark.parametrize("name", FIGURES)
def test_a_prediction_stands_beside_the_result_and_a_title_may_be_given(name):
    ax = FIGURES[name](prediction="7 apples", title="Given")
    assert "Your prediction: 7 apples" in words(ax)
    assert title(ax) == "Given"
    ax.figure.canvas.draw()
    pill = next(text for text in ax.texts if "7 apples" in text.get_text()).get_window_extent()
    above = ax._left_title.get_window_extent()
    assert pill.y1 <= above.y0 or pill.x0 >= above.x1


@pytest.mark.parametrize("name", FIGURES)
def test_figures_can_share_axes_and_their_titles_fit(name):
    ax = plots.new_axes(width=12.5)
    assert FIGURES[name](ax=ax) is ax
    assert not any("Your prediction" in word for word in words(ax))
    ax.figure.canvas.draw()
    assert ax._left_title.get_window_extent().x1 <= ax.figure.bbox.x1
    assert title(ax)


# --- over months -----------------------------------------------------------------------------


def test_each_panel_shows_one_variable_of_each_run_in_its_unit():
    ax = plots.loop_course(RUNS, ["reputation", "churn", "customers"])
    reputation, churn, customers = ax.child_axes
    for line, run in zip(reputation.lines, RUNS.values(), strict=True):
        table = market.monthly(run)
        np.testing.assert_allclose(line.get_ydata(), 100 * table["reputation"], rtol=1e-12)
        np.testing.assert_allclose(line.get_xdata(), np.arange(1, 37) / 12)
    table = market.monthly(RUNS["CEM"])
    np.testing.assert_allclose(
        churn.lines[1].get_ydata(), 100 * table["left"] / table["customers"], rtol=1e-12
    )
    np.testing.assert_allclose(customers.lines[0].get_ydata()[0], 100.0)
    names = ["reputation (%)", "churn a month (%)", "customers (thousand)"]
    assert [title(part) for part in ax.child_axes] == names
    assert {part.get_xlabel() for part in ax.child_axes} == {"years"}


def test_a_title_orders_policies_by_their_worth():
    npv = {name: run.details["npv"] / 1e6 for name, run in RUNS.items()}
    assert npv["CEM"] > npv["CRM"]
    said = f"Worth over 3 years: CEM {npv['CEM']:.1f}, CRM {npv['CRM']:.1f} million EUR"
    assert title(plots.loop_course(RUNS)) == said


def test_runs_of_different_length_are_not_compared_by_worth():
    runs = {"CRM": RUNS["CRM"], "short": market.simulate(CRM, months=30)}
    said = title(plots.loop_course(runs, ["reputation"]))
    assert said.startswith("In the end, reputation (%): CRM ")


def test_names_stand_beside_the_ends_of_their_lines_and_apart():
    run = RUNS["CRM"]
    ax = plots.loop_course({"CRM": run, "CEM": run, "a": run, "b": run}, ["reputation"])
    heights = sorted(text.get_position()[1] for text in ax.child_axes[0].texts)
    assert min(np.diff(heights)) >= 0.13 - 1e-12
    assert heights[0] >= 0
    assert heights[-1] <= 1
    assert [line.get_color() for line in ax.child_axes[0].lines][:2] == [BLUE, ORANGE]


def test_one_month_is_a_point_and_one_run_needs_no_name():
    run = market.simulate(CRM, months=1)
    part = plots.loop_course(run, ["posts"]).child_axes[0]
    assert part.lines[0].get_marker() == "o"
    assert not part.texts
    assert part.get_xlabel() == "months"


def test_a_kept_guess_is_a_star_in_the_unit_of_the_first_panel():
    guess = Prediction("28.1", 0.4, "percent", "reputation")
    ax = plots.loop_course(RUNS, ["reputation", "churn"], prediction=guess)
    star = ax.child_axes[0].lines[-1]
    assert (star.get_marker(), star.get_ydata()[0], star.get_xdata()[0]) == ("*", 40.0, 3.0)


@pytest.mark.parametrize("guess", [0.02, 0.99])
def test_a_guess_far_off_lies_within_its_panel_and_above_no_title(guess):
    kept = Prediction("28.1", guess, "percent", "reputation after a long time")
    ax = plots.loop_course(RUNS, ["reputation", "churn", "customers"], prediction=kept)
    low, high = ax.child_axes[0].get_ylim()
    assert low < 100 * guess < high
    ax.figure.canvas.draw()
    (pill,) = ax.texts
    under = pill.get_window_extent().y0
    titles = [part._left_title for part in ax.child_axes]
    assert all(words.get_window_extent().y1 <= under for words in titles)
    assert ax._left_title.get_window_extent().y0 >= pill.get_window_extent().y1


def test_every_variable_can_be_drawn():
    every = [*market.VARIABLES, "churn"]
    for first in range(0, len(every), 6):
        parts = plots.loop_course(RUNS, every[first : first + 6]).child_axes
        assert len(parts) == len(every[first : first + 6])
        for part in parts:
            assert np.isfinite(part.get_ylim()).all()
            assert len(part.lines) == 2


def test_a_company_without_customers_has_no_churn_to_draw():
    gone = Market(base_churn=1.0, acquisition=0.0)
    run = market.simulate(Policy(phone=90_000), market=gone, months=3)
    part = plots.loop_course(run, ["churn"]).child_axes[0]
    assert part.lines[0].get_ydata()[0] == 100
    assert np.isnan(part.lines[0].get_ydata()[1:]).all()


def test_twins_are_a_line_a_band_and_means():
    luck = Market(failure_sd=0.3)
    runs = [market.simulate(CRM, months=36, market=luck, rng=1, replicate=r) for r in range(5)]
    ax = plots.twins(RUNS["CRM"], runs, ["reputation"])
    part = ax.child_axes[0]
    every = np.array([100 * market.monthly(run)["reputation"] for run in runs])
    band = part.collections[0].get_paths()[0].vertices
    assert band[:, 1].max() == pytest.approx(every.max())
    assert band[:, 1].min() == pytest.approx(every.min())
    dots = part.lines[1]
    assert dots.get_ydata()[0] == pytest.approx(every.mean(axis=0)[-1])  # the last month is shown
    off = abs(every.mean(axis=0)[-1] / (100 * RUNS["CRM"].final("reputation")) - 1)
    said = float(re.search(r"within ([\d.]+)%", title(ax))[1]) / 100
    assert off <= said < off + 0.0011


def test_months_say_what_was_wrong():
    with says("variable must be one of " + ", ".join([*market.VARIABLES, "churn"]) + ", got 'x'"):
        plots.loop_course(RUNS, ["x"])
    with says("courses must be 1 to 4 runs, got 5: draw a second figure"):
        plots.loop_course(dict.fromkeys("abcde", RUNS["CRM"]))
    with says("variables must be 1 to 6 variables, got 0: draw a second figure"):
        plots.loop_course(RUNS, [])
    with says("lived must be at least one run, got none"):
        plots.twins(RUNS["CRM"], [])
    with says("lived must have the 36 months of the expected run, got [12]"):
        plots.twins(RUNS["CRM"], market.simulate(CRM, months=12))


# --- side by side ----------------------------------------------------------------------------


def test_the_best_bars_are_filled_and_ranks_written():
    frame = pd.DataFrame(
        {"npv": [1e6, 3e6, 2e6], "churn": [0.02, 0.03, 0.02]}, ["CRM", "CEM", "yours"]
    )
    ax = plots.policy_ranks(frame, ("npv", "churn"))
    npv, churn = ax.child_axes
    assert words(npv) == ["1  #3", "3  #1", "2  #2"]
    assert words(churn) == ["2  #1", "3  #3", "2  #1"]
    filled = [bar.get_facecolor() != (1, 1, 1, bar.get_alpha()) for bar in churn.patches]
    assert filled == [True, False, True]
    assert [bar.get_width() for bar in npv.patches] == pytest.approx([1, 3, 2])
    said = "No policy is first on everything: CRM on 1 of 2, CEM on 1, yours on 1"
    assert title(ax) == said


def test_a_policy_that_is_first_everywhere_is_said_to_be():
    frame = pd.DataFrame({"npv": [-1e6, -3e6], "churn": [0.02, np.nan]}, ["CRM", "CEM"])
    ax = plots.policy_ranks(frame, ("npv", "churn"))
    assert title(ax) == "CRM is first on all 2"
    assert words(ax.child_axes[1]) == ["2  #1", "no figure"]
    assert title(plots.policy_ranks(frame, ("npv",))) == "CRM is first: most net present value"


def test_titles_of_ranks_know_equals_and_what_nobody_has():
    def said(rows, **more):
        frame = pd.DataFrame(rows, columns=["npv", "posts", "nps"], **more)
        return title(plots.policy_ranks(frame, tuple(frame)))

    nan = np.nan
    assert said([(1, 2, 3), (1, 2, 3)], index=["a", "b"]) == "a and b are equal on all 3"
    three = [(1, 2, 3), (1, 2, 3), (0, 2, 3)]
    assert said(three, index=list("abc")) == "a and b are first on all 3"
    assert said([(1, 2, nan)], index=["CRM"]) == "CRM is first on all 2 known"
    assert said([(nan, nan, nan)], index=["CRM"]) == "No figure is known of any policy"
    both = said([(1, 2, nan), (2, 3, nan)], index=["a", "b"])
    assert both == "No policy is first on everything: a on 1 of 2, b on 1"
    posts = pd.DataFrame({"posts": [5.0, 0.0]}, ["CRM", "empty"])
    ax = plots.policy_ranks(posts, ("posts",))
    assert title(ax) == "empty is first: fewest public posts a month"
    assert title(ax.child_axes[0]).endswith("fewer is better")


def test_long_names_and_six_measures_do_not_touch():
    names = ["CRM", "CEM", "integrated", "A very long policy name here"]
    plans = dict(zip(names, (CRM, CEM, CRM, CEM), strict=True))
    measures = ("customers", "posts", "nps", "customer_equity", "public_share", "cost_per_contact")
    ax = plots.policy_ranks(market.compare(plans, months=3), measures)
    ax.figure.canvas.draw()
    starts = [part.get_window_extent().x0 for part in ax.child_axes[1:]]
    starts.append(ax.figure.bbox.x1)
    for part, start in zip(ax.child_axes, starts, strict=True):
        assert max(text.get_window_extent().x1 for text in part.texts) < start
        assert part._left_title.get_window_extent().x1 < start
    assert ax._left_title.get_window_extent().x1 <= ax.figure.bbox.x1


@pytest.mark.parametrize("third", ["integrated", "A very long policy name here"])
def test_six_panels_of_months_keep_their_words_apart(third):
    runs = RUNS | {third: RUNS["CRM"]}
    chosen = ["reputation", "public_share", "churn", "customers", "abandoned_social", "exposures"]
    ax = plots.loop_course(runs, chosen)
    ax.figure.canvas.draw()
    boxes = [part._left_title.get_window_extent() for part in ax.child_axes]
    boxes += [text.get_window_extent() for part in ax.child_axes for text in part.texts]
    boxes += [tick.get_window_extent() for part in ax.child_axes for tick in part.get_yticklabels()]
    boxes.append(ax._left_title.get_window_extent())
    if third != "integrated":
        assert third in [text.get_text() for text in ax.get_legend().get_texts()]
        boxes.append(ax.get_legend().get_window_extent())
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


@pytest.mark.parametrize("count", [3, 6])
def test_numbers_of_policies_do_not_touch_the_next_panel(count):
    names = ["CRM", "CEM", "integrated", "myopic", "loudest", "yours"][:count]
    ax = plots.policy_ranks(market.compare(dict.fromkeys(names, CRM)))
    ax.figure.canvas.draw()
    starts = [part.get_window_extent().x0 for part in ax.child_axes[1:]]
    for part, start in zip(ax.child_axes[:-1], starts, strict=True):
        assert max(text.get_window_extent().x1 for text in part.texts) < start
        assert part._left_title.get_window_extent().x1 < start + 1


def test_differences_carry_their_intervals():
    ax = plots.what_if_difference(WHAT_IF, ("npv", "churn"))
    assert words(ax) == ["+2 million EUR (+1 to +3)", "+0.1 points of % (-0.1 to +0.3)"]
    assert title(ax) == "In the middle of the pairs: net present value +2 million EUR (+1 to +3)"
    lines = [line for line in ax.lines if line.get_marker() in "os" and len(line.get_xdata()) == 1]
    assert [line.get_marker() for line in lines] == ["o", "s"]  # churn: the interval holds 0
    assert "50 pairs" in ax.get_xlabel()
    ends = [np.asarray(line.get_xdata()) for line in ax.lines[1:] if line.get_linewidth() == 1.5]
    thin = [pair for pair in ends if pair.size == 2]
    assert [(pair / pair[1]).tolist() for pair in thin] == [[-0.25, 1], [-0.5, 1]]
    assert max(pair[1] for pair in thin) < 1


def test_all_outcomes_of_a_real_what_if_can_be_drawn():
    found = market.what_if(CRM, CEM, market=Market(failure_sd=0.2), months=12, runs=4, rng=1)
    ax = plots.what_if_difference(found, tuple(found.index))
    assert len(words(ax)) == len(found)


def test_side_by_side_says_what_was_wrong():
    with says("measure must be one of npv, got 'luck'"):
        plots.policy_ranks(pd.DataFrame({"npv": [1.0]}, ["CRM"]), ("luck",))
    with says("outcome must be one of npv, churn, got 'nps'"):
        plots.what_if_difference(WHAT_IF, ("nps",))
    with says("outcomes must be at least one row, got none"):
        plots.what_if_difference(WHAT_IF, ())


# --- money -----------------------------------------------------------------------------------


def test_lines_of_a_budget_fill_the_bar_and_a_pool_is_one_piece():
    ax = plots.budgets(POLICIES)
    bars = [bar for bar in ax.patches if bar.get_height() > 0.5]
    for y, pieces in ((0, 6), (1, 5)):
        row = [bar for bar in bars if abs(bar.get_y() + bar.get_height() / 2 - y) < 0.1]
        assert len(row) == pieces
        assert sum(bar.get_width() for bar in row) == pytest.approx(1)
    assert "pooled, deep\n150,000 EUR" in words(ax)
    assert "hatched: phone and social in one pool" in ax.get_xlabel()
    said = "Most apart in prevention: CRM spends 0% of its budget on it, CEM 45%"
    assert title(ax) == said


def test_a_line_too_thin_for_its_number_has_it_below():
    thin = Policy(phone=60_000, social=1_500, advertising=88_000, retention=500)
    found = [part for part in plots.budgets({"CRM": thin}).texts if "%" in part.get_text()]
    assert [part.get_text() for part in found] == ["40%", "1%", "59%"]  # 0.3 % is not told
    assert found[1].get_position()[1] > 0.3 > found[0].get_position()[1]


def test_budgets_take_a_frame_of_policies():
    rows = [{"policy": name, **dict(zip(LINES, policy.lines(), strict=True)),
             "organisation": policy.organisation, "resolution": policy.resolution}
            for name, policy in POLICIES.items()]  # fmt: skip
    frame = pd.DataFrame(rows)
    assert title(plots.budgets(frame)) == title(plots.budgets(POLICIES))
    assert words(plots.budgets(frame.set_index("policy"))) == words(plots.budgets(POLICIES))


def test_budgets_alike_alone_or_empty():
    assert title(plots.budgets({"a": CRM, "b": CRM})) == "All share out their budget alike"
    only = "CEM spends most on prevention: 45% of its budget"
    assert title(plots.budgets({"CEM": CEM})) == only
    assert "0 EUR" in " ".join(words(plots.budgets({"CRM": CRM, "nothing": Policy()})))
    with says("policies must be 1 to 8, got 0: choose some"):
        plots.budgets({})
    with says("policies must be one Policy a name, got 3 for CRM"):
        plots.budgets({"CRM": 3})


def test_steps_lead_from_no_lever_to_all():
    ax = plots.lever_values(LEVERS)
    none, everything, *steps = (bar for bar in ax.patches)
    floor = none.get_y()
    tops = [bar.get_y() + bar.get_height() for bar in (none, everything)]
    assert tops == pytest.approx([140, 145])
    assert [bar.get_height() for bar in steps] == pytest.approx([8, -3])
    assert [bar.get_y() for bar in steps] == pytest.approx([140, 148])
    assert f"(axis from {floor:g})" in ax.get_ylabel()
    assert title(ax) == "Prevention adds 8 million EUR, pooling takes away 3"


def test_steps_of_nothing_are_0_and_take_nothing_away():
    tiny = LeverValues(
        pd.DataFrame({"value": [1.8e-9, -3.1e3], "share": [0.0, 1.0]}, index=["a", "b"]),
        pd.DataFrame({"a": [False, True, False, True], "b": [False, False, True, True],
                      "npv": [140e6, 140e6, 140e6 - 3.1e3, 140e6 - 3.1e3]}, index=list("wxyz")),
        {},
    )  # fmt: skip
    ax = plots.lever_values(tiny)
    assert words(ax) == ["140", "140", "0", "-0.003"]
    assert title(ax) == "A adds nothing, b takes away 0.003"


# --- borders ---------------------------------------------------------------------------------


def test_a_map_shows_the_difference_in_per_cent_of_the_larger():
    ax = plots.policy_map(MAP)
    field = next(part for part in ax.collections if isinstance(part, QuadMesh))
    cem = {(x, y): 100 + 1000 * (x - 0.03) + 10 * (y - 0.5)
           for x in (0.01, 0.03, 0.1) for y in (0.2, 0.8)}  # fmt: skip
    wanted = [[100 * (cem[x, y] - 100) / max(cem[x, y], 100) for x in (0.01, 0.03, 0.1)]
              for y in (0.2, 0.8)]  # fmt: skip
    np.testing.assert_allclose(np.asarray(field.get_array()).reshape(2, 3), wanted)
    assert {"CRM\nahead", "CEM\nahead"} <= set(words(ax))
    assert title(ax) == "CRM is ahead in 50% of these 6 markets, CEM in 50%"
    assert ax.get_xlabel() == "failure rate (share of experiences); dotted: default"
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "linear")


def test_a_map_turned_round_or_mixed_up_is_the_same_map():
    mixed = MAP.sample(frac=1, random_state=1)
    assert title(plots.policy_map(mixed)) == title(plots.policy_map(MAP))
    other = plots.policy_map(MAP, a="cem", b="crm")
    assert title(other) == "CEM is ahead in 50% of these 6 markets, CRM in 50%"


def test_a_map_of_one_line_marks_its_border_by_points():
    line = MAP[MAP["virality"] == 0.2]
    ax = plots.policy_map(line)
    x = market.border(line)["failure_rate"].to_numpy()
    assert x == pytest.approx([0.033])
    dots = next(part for part in ax.lines if part.get_marker() == "o")
    assert dots.get_xdata() == pytest.approx(x)


def test_a_map_marks_the_guessed_border_where_the_other_parameter_has_its_default():
    def stars(guess):
        ax = plots.policy_map(MAP, prediction=guess)
        return [(*part.get_xdata(), *part.get_ydata()) for part in ax.lines
                if part.get_marker() == "*"]  # fmt: skip

    assert stars(predict("policylab.6", 0.02)) == [(0.02, Market().virality)]
    assert stars(predict("policylab.6", 0.5)) == []  # outside the map
    assert stars("2 %") == []


def test_a_map_without_a_border_says_so():
    ahead = MAP[MAP["failure_rate"] == 0.1]
    assert title(plots.policy_map(ahead)) == "CEM is ahead in all 2 markets"
    same = MAP.assign(npv=0.0)
    assert title(plots.policy_map(same)) == "CRM and CEM are worth the same in all 6 markets"


def test_maps_say_what_was_wrong():
    with says("policy must be one of crm, cem, got 'myopic'"):
        plots.policy_map(MAP, b="myopic")
    with says("a and b must be two policies, got 'crm' twice"):
        plots.policy_map(MAP, b="crm")


def test_a_norm_goes_up_at_one_fold_and_down_at_the_other():
    found = norms.folds(Market(norm=0.6))
    ax = plots.shaming_norm(norms.norm_loop())
    out, end = (float(x) / 100 for x in re.findall(r"(\d+\.\d+)", title(ax)))
    assert out == pytest.approx(found.begins, abs=6e-4)
    assert end == pytest.approx(found.ends, abs=6e-4)


def test_without_a_norm_the_way_back_is_the_way():
    ax = plots.shaming_norm(norms.norm_loop(market=Market(norm=0.2)))
    assert title(ax) == "The habit goes the way that it came: no hysteresis"
    long = norms.norm_loop(np.linspace(0.04, 0.1, 61))
    assert title(plots.shaming_norm(long)).endswith("points and stays on this path")
    short = norms.norm_loop(np.linspace(0.0, 0.06, 61))
    said = "Shaming does not break out: the advantage stays short of the fold"
    assert title(plots.shaming_norm(short)) == said


def test_folds_are_told_even_of_a_coarse_path():
    said = "Shaming breaks out at an advantage of 6.4 points and ends only at 3.6"
    assert title(plots.shaming_norm(norms.norm_loop([-0.2, 0.05, 0.2]))) == said


@pytest.mark.parametrize(
    ("path", "norm"), [([0, 0.05], 0.6), (np.linspace(-1, 1, 201), 3.0), ([0.05, 0.2], 0.6)]
)
def test_habits_at_rest_are_drawn_only_where_they_are(path, norm):
    """Any point of the grey lines is nearly at rest."""
    world = Market(norm=norm)
    ax = plots.shaming_norm(norms.norm_loop(path, market=world))
    drawn = [line for line in ax.lines if line.get_color() == GREY and len(line.get_xdata())]
    assert drawn
    for line in drawn:
        for t in (0.0, 0.5):
            at = [np.asarray(axis, float) for axis in (line.get_xdata(), line.get_ydata())]
            gain, share = (values[:-1] * (1 - t) + values[1:] * t for values in at)
            pull = 8 * (gain - 0.35 + norm * share)
            np.testing.assert_allclose(1 / (1 + np.exp(-pull)), share, atol=0.01)


# --- reports ---------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["crm", "cem", "both"])
def test_a_panel_of_each_report_with_its_last_figure_large(role):
    frame = market.dashboard(RUNS["CEM"], role)
    ax = plots.team_dashboard(frame, role)
    assert len(ax.child_axes) == frame.shape[1]
    for part, name in zip(ax.child_axes, frame, strict=True):
        drawn, given = part.lines[0].get_ydata(), frame[name].to_numpy()
        times = 100 if "share" in name or name == "reputation" else 1
        np.testing.assert_allclose(drawn, times * given)
        assert part.texts[0].get_text() == _looks.digits(float(drawn[-1]))
        assert re.fullmatch(r".+\n.+", title(part))  # each has its unit
    ax.figure.canvas.draw()
    boxes = [part._left_title.get_window_extent() for part in ax.child_axes]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_reports_tell_what_moved_most():
    frame = pd.DataFrame(
        {"nps_points": [30.0, 33.0], "reputation": [0.5, 0.4]},
        index=pd.RangeIndex(1, 3, name="quarter"),
    )
    said = "CEM reports, quarter 2: reputation 40%, 10 points less than before"
    assert title(plots.team_dashboard(frame, "cem")) == said
    still = frame.iloc[[0, 0]].set_axis([1, 2])
    said = "CEM reports, quarter 2: nothing moves by half a point or half a per cent"
    assert title(plots.team_dashboard(still, "cem")) == said
    assert title(plots.team_dashboard(frame.iloc[:1], "cem")) == "CEM reports, quarter 1"


def test_a_small_base_does_not_make_the_news():
    frame = pd.DataFrame(
        {"nps_points": [-3.0, -50.0], "public_share_of_complainers": [0.06, 0.08],
         "calls_handled": [1000.0, 760.0]}, index=[1, 2],
    )  # fmt: skip
    said = "Both reports, quarter 2: NPS -50, 47 points less than before"
    assert title(plots.team_dashboard(frame, "both")) == said
    rest = frame.drop(columns="nps_points")
    said = "Both reports, quarter 2: calls handled 760, 24% less than before"
    assert title(plots.team_dashboard(rest, "both")) == said


def test_nothing_counted_has_one_tick_and_no_figure_has_none():
    frame = pd.DataFrame({"calls_handled": [0.0, 0.0], "reputation": np.nan}, [1, 2])
    ax = plots.team_dashboard(frame, "crm")
    assert [part.get_yticks().tolist() for part in ax.child_axes] == [[0.0], []]
    run = market.simulate(CRM, market=Market(voice=0), months=3)
    part = plots.loop_course(run, ["calls"]).child_axes[0]
    assert part.get_ylim()[1] - part.get_ylim()[0] > 1


def test_a_figure_that_is_missing_leaves_a_gap():
    frame = pd.DataFrame({"nps_points": [30.0, np.nan], "cost_per_contact_eur": np.nan}, [1, 2])
    ax = plots.team_dashboard(frame, "crm")
    assert [part.texts[0].get_text() for part in ax.child_axes] == ["30", "no figure"]
    with says("reports must be at least one quarter of 1 to 14 figures, got 0 of 2"):
        plots.team_dashboard(frame.iloc[:0], "crm")
    with says("role must be one of crm, cem, both, got 'ceo'"):
        plots.team_dashboard(frame, "ceo")


def test_assumptions_stand_with_the_changed_ones_first():
    changed = market.parameters(
        Market(prevention_cost=6.0, desk_hours=150, advertising_elasticity=0.1)
    )
    shown = plots.assumptions(changed).data
    cells = re.findall(r"<tr>(.*?)</tr>", shown)[1:]
    first = [re.sub("<.*?>", "|", row).strip("|").split("|")[0] for row in cells]
    assert first[:3] == ["advertising elasticity", "prevention cost", "desk hours"]
    marked = changed[(changed["mark"] != "") | changed["changed"]]
    assert len(cells) == len(marked)
    contested = plots.assumptions(changed, mark="contested").data
    few = changed["mark"].str.contains("contested") | changed["changed"]
    assert contested.count("<tr>") - 1 == few.sum() < len(marked)
    with says("mark must be one of assumed, contested, got 'true'"):
        plots.assumptions(changed, mark="true")


# --- looks -----------------------------------------------------------------------------------


def test_a_policy_has_one_colour_wherever_it_is_drawn():
    assert _looks.colours(["CRM"]) == _looks.colours(["crm", "CEM"])[:1] == [BLUE]
    five = _looks.colours(["a", "CEM", "b", "CRM", "integrated"])
    assert len(set(five)) == 5
    assert five[4] == GREEN
    assert len(_looks.colours(list("abcdefgh"))) == 8


def test_every_variable_and_outcome_has_words():
    assert set(market.VARIABLES) | {"churn"} == set(_looks.NAMES)
    every = market.compare({"CRM": CRM}, months=3)
    assert set(every.columns) == set(market.OUTCOMES)
    names = list(every)
    for first in range(0, len(names), 6):
        plots.policy_ranks(every, tuple(names[first : first + 6]))
