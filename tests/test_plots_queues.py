"""What the figures of a service desk show, read back from their axes."""

import math

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from cemlab import plots
from cemlab.classroom.exercises import Prediction
from cemlab.sim import service_desk as desk

PATIENT = {"nobody hangs up": math.inf}
BOTH = PATIENT | {"some hang up": 2.0}
LINE = {"agents": 50, "service_min": 1}
TEAMS = {"calls_per_min": 48, "agents": 50, "service_min": 1, "patience_min": 2}
CHANGE = pd.DataFrame(
    {
        "a": [4.0, 10.0],
        "b": [2.0, 15.0],
        "difference": [-2.0, 5.0],
        "low": [-2.4, 4.0],
        "high": [-1.6, 6.0],
        "pairing_gain": [4.0, 9.0],
    },
    index=["posts_per_100", "wait_of_all_min"],
)
WORDS = {"wait_of_all_min": "mean wait", "posts_per_100": "public complaints"}
CALLS = pd.DataFrame({"arrived_min": [5.0, 10.0, 130.0], "waited_min": [0.0, 0.5, 2.0]})
FIGURES = {
    "waits_by_load": lambda **given: plots.waits_by_load(BOTH, **LINE, **given),
    "sorted_waits": lambda **given: plots.sorted_waits(pd.Series([0.0, 9.0]), **given),
    "waits_by_hour": lambda **given: plots.waits_by_hour(CALLS, average_s=3.0, **given),
    "waits_by_team": lambda **given: plots.waits_by_team([10, 1], **TEAMS, **given),
    "changes": lambda **given: plots.changes(CHANGE, WORDS, **given),
}


@pytest.fixture(scope="module")
def replays():
    """Return replays of the desk of 50 at 40 and at 48 calls a minute, where nobody hangs up."""
    phone = {"phone": desk.Channel(agents=50, service_min=1)}
    return {
        calls: desk.repeat(
            desk.simulate(arrivals_per_hour=60 * calls, channels=phone, hours=20, rng=22),
            runs=8,
            warm_up_hours=4,
        )
        for calls in (40, 48)
    }


def title(ax) -> str:
    return ax.get_title(loc="left")


def shown(ax) -> dict:
    return dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))


def words(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_the_curve_is_the_formula_of_erlang():
    ax = plots.waits_by_load(PATIENT, **LINE)
    load, wait = shown(ax)["theory: nobody hangs up"].get_data()
    assert (load[0], load[-1]) == pytest.approx((0.6, 0.985))
    for x, y in zip(load[::30], wait[::30], strict=True):
        busy = desk.erlang_c(50 * x, 50)
        assert y == pytest.approx(60 * busy / (50 - 50 * x))  # 1 / (capacity - arrivals), in s


def test_simulated_waits_stand_where_they_were_simulated_and_hold_the_formula(replays):
    ax = plots.waits_by_load(PATIENT, **LINE, replays={"nobody hangs up": replays})
    dots, _, (bars,) = shown(ax)["simulated, with 95 % interval"]
    assert dots.get_xdata() == pytest.approx([0.8, 0.96])
    found = [60 * desk.intervals(replays[x]).loc["wait_of_all_min"] for x in replays]
    assert dots.get_ydata().tolist() == pytest.approx([f["mean"] for f in found])
    for calls, bar, f in zip(replays, bars.get_segments(), found, strict=True):
        error = f["standard_error"]
        assert bar[:, 1] == pytest.approx([f["low"], f["high"]])
        exact = 60 * desk.erlang_a(calls, 1, 50, 0).wait_all
        assert abs(bar[:, 1].mean() - exact) < 4 * error
    assert title(ax) == "20% more calls: the mean wait goes from 0.5 to 20.8 s"


def test_two_curves_are_told_apart_without_colour_and_compared_where_simulated(replays):
    ax = plots.waits_by_load(BOTH, **LINE, replays={"some hang up": replays})
    lines = [shown(ax)[f"theory: {name}"] for name in BOTH]
    assert {line.get_linestyle() for line in lines} == {"-", "--"}
    assert title(ax) == "At 96% load: 20.8 s if nobody hangs up, 3.7 s if some hang up"


def guessed(seconds: float) -> Prediction:
    return Prediction("service.1", seconds, "number", "seconds")


@pytest.mark.parametrize("seconds", [0.0, 12.0, 30.0])
def test_the_readers_star_stands_at_the_load_that_was_asked_for(replays, seconds):
    ax = plots.waits_by_load(
        PATIENT, **LINE, replays={"nobody hangs up": replays}, prediction=guessed(seconds)
    )
    (star,) = [line for line in ax.lines if line.get_marker() == "*"]
    assert star.get_xydata().tolist() == [[0.96, seconds]]
    assert to_hex(star.get_color()) == "#8a4f7d"


def test_the_readers_line_stands_at_the_guessed_wait_and_the_axis_holds_it():
    waits = pd.Series([0.0, 10.0])
    for seconds, end in ((4.0, 10.8), (20.0, 21.0)):
        ax = plots.sorted_waits(waits, prediction=guessed(seconds))
        (line,) = [line for line in ax.lines if line.get_linestyle() == ":"]
        assert set(line.get_ydata()) == {seconds}
        assert ax.get_ylim() == pytest.approx((0, end))


def test_the_readers_star_stands_at_the_first_split_into_teams():
    for seconds, end in ((4.0, 1.45 * 15.742), (40.0, 42.0)):
        ax = plots.waits_by_team([10, 1], **TEAMS, prediction=guessed(seconds))
        (star,) = ax.lines
        assert star.get_xydata().tolist() == [[seconds, -0.4]]
        assert ax.get_xlim() == pytest.approx((0, end), rel=1e-3)


@pytest.mark.parametrize(
    "draw",
    [
        lambda guess: plots.waits_by_load(PATIENT, **LINE, prediction=guess),
        lambda guess: plots.sorted_waits(pd.Series([0.0, 9.0]), prediction=guess),
        lambda guess: plots.waits_by_team([10, 1], **TEAMS, prediction=guess),
    ],
)
def test_a_guess_that_would_crush_the_figure_is_only_written(draw):
    plain, ax = draw(None), draw(guessed(3600))
    assert (ax.get_xlim(), ax.get_ylim()) == (plain.get_xlim(), plain.get_ylim())
    assert len(ax.lines) == len(plain.lines)
    assert any("Your prediction: 3,600 seconds" in text for text in words(ax))


def test_every_wait_is_drawn_longest_first():
    ax = plots.sorted_waits(pd.Series([0.0, 30.0, 0.0, 10.0]))
    values, edges, _ = shown(ax)["4 callers"].get_data()
    assert values.tolist() == [30, 10, 0, 0]
    assert edges.tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert shown(ax)["mean (10.0 s)"].get_ydata()[0] == 10
    assert title(ax).startswith("50% of the callers do not wait")


def test_a_hundred_thousand_waits_keep_their_shape():
    waits = pd.Series(np.arange(100_000.0))
    values, edges, _ = shown(plots.sorted_waits(waits))["100,000 callers"].get_data()
    assert len(values) == 2000
    assert values[0] == 99_999
    assert np.interp(0.25, edges[:-1], values) == pytest.approx(75_000, rel=1e-3)


def test_days_are_named_and_their_spread_is_the_title():
    ax = plots.sorted_waits(pd.Series(np.arange(1.0, 102.0)), what="days")
    assert title(ax) == "One in ten days is below 11.0 s, one in ten above 91.0 s"
    assert ax.get_ylabel() == "mean wait (seconds)"


def test_hours_without_calls_stay_empty():
    ax = plots.waits_by_hour(CALLS, opens=22, average_s=3.0)
    assert [bar.get_height() for bar in ax.patches] == [15, 0, 120]
    assert words(ax) == ["15.0", "120.0"]
    assert [tick.get_text().split("\n")[0] for tick in ax.get_xticklabels()] == ["22", "23", "0"]
    assert title(ax) == "120.0 s in the hour from 0, 15.0 s in the calmest"
    assert "what the average hour would have (3.0 s)" in shown(ax)
    short = plots.waits_by_hour(CALLS, average_s=0.3468)
    assert "what the average hour would have (0.35 s)" in shown(short)


def test_teams_share_the_same_work():
    ax = plots.waits_by_team([10, 1], **TEAMS)
    expected = [60 * desk.erlang_a(48 / k, 1, 50 // k, 0.5).wait_all for k in (10, 1)]
    assert [bar.get_width() for bar in ax.patches] == pytest.approx(expected)
    assert words(ax) == ["15.7 s; 13.1% hang up", "3.7 s; 3.1% hang up"]
    assert title(ax) == "10 teams of 5: 15.7 s; 1 team of 50: 3.7 s"


def test_changes_are_relative_and_other_customers_blur_them():
    ax = plots.changes(CHANGE, WORDS)
    assert [label.get_text() for label in ax.get_yticklabels()] == list(WORDS.values())
    assert words(ax) == ["+50%", "-50%"]

    def widths(name):
        _, _, (bars,) = shown(ax)[name]
        return [bar[1, 0] - bar[0, 0] for bar in bars.get_segments()]

    same = widths("the same customers")
    assert same == pytest.approx([0.2, 0.2])  # (6 - 4) / 10 and (2.4 - 1.6) / 4
    assert widths("if other customers came") == pytest.approx([0.6, 0.4])  # root of 9, root of 4


def test_changes_without_any_spread_are_drawn_too():
    sure = CHANGE.assign(low=CHANGE["difference"], high=CHANGE["difference"], pairing_gain=np.nan)
    ax = plots.changes(sure, WORDS)
    assert words(ax) == ["+50%", "-50%"]
    ax.figure.canvas.draw()


@pytest.mark.parametrize("name", FIGURES)
def test_title_prediction_and_axes_are_the_readers(name):
    ax = FIGURES[name](title="My title", prediction="7 seconds")
    assert title(ax) == "My title"
    assert any("Your prediction: 7 seconds" in text for text in words(ax))
    assert ax.get_xlabel()
    own = plots.new_axes()
    assert FIGURES[name](ax=own) is own


@pytest.mark.parametrize("name", FIGURES)
def test_nothing_overlaps_or_leaves_the_picture(name):
    ax = FIGURES[name](prediction="7 seconds")
    canvas = ax.figure.canvas
    canvas.draw()
    renderer = canvas.get_renderer()
    whole = ax.figure.bbox
    head = next(text for text in (ax.title, ax._left_title, ax._right_title) if text.get_text())
    boxes = [head.get_window_extent(renderer)]
    boxes += [text.get_window_extent(renderer) for text in ax.texts]
    for box in boxes:
        assert whole.x0 <= box.x0 <= box.x1 <= whole.x1
        assert whole.y0 <= box.y0 <= box.y1 <= whole.y1
    for i, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[i + 1 :])
    key = ax.get_legend()
    if key is not None:
        assert not key.get_window_extent(renderer).overlaps(boxes[0])


def test_colours_can_be_told_apart_by_colour_blind_readers():
    ax = plots.waits_by_load(BOTH, **LINE)
    assert [to_hex(line.get_color()) for line in ax.lines] == ["#0072b2", "#e69f00"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: plots.waits_by_load({}, **LINE),
            r"patience_min must be 1 to 5 curves, got 0",
        ),
        (
            lambda: plots.waits_by_load(PATIENT, agents=0, service_min=1),
            r"agents must be a whole number .*, got 0",
        ),
        (
            lambda: plots.waits_by_load(PATIENT, **LINE, replays={"other": {}}),
            r"replays must be one of nobody hangs up, got 'other'",
        ),
        (
            lambda: plots.sorted_waits(pd.Series([], dtype=float)),
            r"waits_s must be at least one number, got none of the callers",
        ),
        (lambda: plots.waits_by_hour(CALLS.iloc[:0]), r"contacts must be at least one, got none"),
        (
            lambda: plots.waits_by_team([3], **TEAMS),
            r"teams must share 50 agents out evenly, got \[3\]",
        ),
        (
            lambda: plots.waits_by_team([], **TEAMS),
            r"teams must share 50 agents out evenly, got \[\]",
        ),
        (
            lambda: plots.changes(CHANGE, {}),
            r"names must be at least one row of the comparison, got none",
        ),
        (
            lambda: plots.changes(CHANGE, {"solved": "solved"}),
            r"names must be one of posts_per_100, wait_of_all_min, got 'solved'",
        ),
        (
            lambda: plots.changes(CHANGE.assign(a=0.0), WORDS),
            r"names must be figures above 0 at first, got wait_of_all_min, posts_per_100",
        ),
    ],
)
def test_wrong_use_is_one_sentence(call, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()
