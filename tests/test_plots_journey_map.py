"""The journey map: steps in order, peak and end ringed, times as far as they are known."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from cemlab import cases, plots
from cemlab.cem import touchpoints

LOG = pd.DataFrame(
    {
        "customer": "Ana",
        "actor": ["company", "customer", "customer", "company", "customer"],
        "time": ["2024-05-01 10:00", "2024-05-01 10:30", "2024-05-01 10:31", "2024-05-03", "2024-05-09"],
        "kind": ["failure", "contact", "abandon", "apologise", "resolve"],
        "channel": ["web", "phone", "phone", "letter", None],
    }
)  # fmt: skip
STEPS = touchpoints.felt_steps(LOG)


def words(ax):
    return [text.get_text() for text in ax.texts]


def named(ax):
    return [label.get_text().replace("\n", " ") for label in ax.get_xticklabels()]


def test_steps_stand_in_order_with_their_scores():
    ax = plots.journey_map(STEPS)
    line = ax.lines[1]
    assert line.get_xdata().tolist() == [1, 2, 3, 4, 5]
    assert line.get_ydata().tolist() == [-0.8, -0.1, -0.5, 0.4, 0.8]
    assert named(ax) == [
        "it went wrong (web)", "got in touch (phone)", "hung up (phone)", "said sorry (letter)", "solved",
    ]  # fmt: skip
    assert words(ax)[2:] == ["0", "30 min", "31 min", "38 h", "7.6 d"]
    assert "assumed" in ax.get_ylabel()


def test_every_kind_that_can_be_felt_is_told_in_plain_words():
    kinds = list(touchpoints.FELT)
    steps = STEPS.iloc[[0] * len(kinds)].assign(kind=kinds, channel=None)
    assert not {*named(plots.journey_map(steps))} & {*kinds}
    mail = plots.journey_map(STEPS.iloc[2:3].assign(channel="e-mail"))
    assert named(mail) == ["gave up (e-mail)"]  # only a telephone is hung up


@pytest.mark.parametrize("count", [1, 5, 11, 12, 13, 24])
def test_names_of_steps_are_level_if_there_is_room_and_never_meet(count):
    kinds = ["contact", "answer", "abandon"] * 8
    channels = ["phone", "twitter", "e-mail"] * 8
    steps = STEPS.iloc[[0] * count].assign(kind=kinds[:count], channel=channels[:count])
    ax = plots.journey_map(steps)
    ax.figure.canvas.draw()
    labels = ax.get_xticklabels()
    level = count < 12  # "(twitter)" has 9 letters, and 100 fit side by side
    assert {label.get_rotation() == 0 for label in labels} == {level}
    boxes = [label.get_window_extent() for label in labels]
    assert min(box.y0 for box in boxes) >= 0
    if level:
        assert all(a.x1 < b.x0 for a, b in pairwise(boxes))


def test_long_names_are_slanted():
    for label in ("They sent me from one desk to another", "Unverschämtheit"):
        ax = plots.journey_map(STEPS.iloc[[0] * 9].assign(label=label))
        assert {name.get_rotation() for name in ax.get_xticklabels()} == {38}


def test_of_two_peaks_equally_far_the_worse_is_ringed():
    ax = plots.journey_map(STEPS)
    assert words(ax)[:2] == ["peak -0.8", "end +0.8"]
    rings = [line for line in ax.lines if line.get_markersize() == 20]
    assert [(r.get_xdata()[0], r.get_ydata()[0]) for r in rings] == [(1, -0.8), (5, 0.8)]
    assert ax.get_title(loc="left") == "5 steps in 7.6 days: the peak -0.8, the end +0.8"


def test_peak_and_end_are_those_of_the_table():
    events = cases.load("netgear").events()
    row = touchpoints.peak_end(events, felt=touchpoints.FELT).iloc[0]
    title = plots.journey_map(touchpoints.felt_steps(events)).get_title(loc="left")
    ends = f"the end {row['end_low']:+.1f} to {row['end_high']:+.1f}"  # the dates leave it open
    assert title.endswith(f"the peak {row['peak']:+.1f}, {ends}")
    assert title.startswith(f"{row['steps']} steps")


def test_the_earlier_of_two_equal_peaks_is_ringed():
    steps = STEPS.assign(score=[-0.1, -0.5, -0.5, 0.1, 0.2])
    ring = next(line for line in plots.journey_map(steps).lines if line.get_markersize() == 20)
    assert ring.get_xdata()[0] == 2


def test_a_last_step_that_is_the_peak_is_ringed_once():
    ax = plots.journey_map(STEPS.iloc[1:])
    assert words(ax)[0] == "peak and end +0.8"
    assert sum(line.get_markersize() == 20 for line in ax.lines) == 1


def test_one_step_is_a_journey():
    ax = plots.journey_map(STEPS.iloc[:1])
    ax.figure.canvas.draw()
    assert ax.get_title(loc="left") == "1 step in 0 seconds: the peak -0.8, the end -0.8"


def test_uncertain_times_are_marked():
    events = cases.load("united-breaks-guitars").events()
    steps = touchpoints.felt_steps(events[events["issue"] == "guitar"])
    ax = plots.journey_map(steps)
    ax.figure.canvas.draw()
    above = [w for w in words(ax) if not w.startswith(("peak", "end"))]
    assert above[0] == "0"
    assert "462 d" in above  # the song: 31 March 2008 to 6 July 2009
    assert sum(w.startswith("~") for w in above) == 4  # claim, transfers, final no, donation
    assert named(ax)[0] == "Guitar damaged"


def test_who_acted_is_told_by_colour_and_by_mark():
    ax = plots.journey_map(STEPS)
    by_actor = {line.get_label(): line for line in ax.lines if line.get_linestyle() == "None"}
    company, customer = by_actor["company"], by_actor["customer"]
    assert company.get_xdata().tolist() == [1, 4]
    assert customer.get_xdata().tolist() == [2, 3, 5]
    assert company.get_color() != customer.get_color()
    assert company.get_marker() != customer.get_marker()


@pytest.mark.parametrize("count", [20, 24, 25, 60])
def test_many_steps_can_be_drawn(count):
    steps = pd.DataFrame(
        {
            "actor": "customer",
            "time": pd.date_range("2024-05-01", periods=count, freq="7h"),
            "kind": "contact",
            "label": "A long label that nobody could read at the back of a room",
            "score": np.linspace(-3, 2, count),
        }
    )
    ax = plots.journey_map(steps, title="Mine")
    ax.figure.canvas.draw()
    assert ax.get_title(loc="left") == "Mine"
    assert ax.get_ylim()[0] < -3
    assert "-3 worst, 3 best" in ax.get_ylabel()
    times = [w for w in words(ax) if not w.startswith(("peak", "end"))]
    assert times[:2] == {20: ["0", "7 h"], 60: ["0", "14 h"]}.get(count, times[:2])
    assert len(times) <= 24
    assert ("…" in named(ax)[0]) == (count <= 24)


def test_says_what_was_wrong():
    with pytest.raises(
        ValueError, match="steps must have at least one step, got none: does `felt`"
    ):
        plots.journey_map(STEPS.iloc[:0])
    two = STEPS.assign(issue=[1, 1, 1, 2, 2])
    with pytest.raises(
        ValueError, match="steps must be of one journey, got 2: choose one customer and issue"
    ):
        plots.journey_map(two)
