"""Readings: what a counter that never falls can have shown between them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cemlab import readings

START = pd.Timestamp("2009-07-06")


def table(*rows):
    """Return readings from (day, views, precision, confidence)."""
    frame = pd.DataFrame(rows, columns=["day", "views", "precision", "confidence"])
    return frame.assign(time=START + pd.to_timedelta(frame["day"], unit="D"))


def on_days(days):
    return START + pd.to_timedelta(list(days), unit="D")


@pytest.mark.parametrize(
    ("views", "low", "high"),
    [
        (1_300_000, 1_250_000, 1_350_000),
        (25_000, 24_500, 25_500),
        (5_000_000, 4_500_000, 5_500_000),
        (1_450_000, 1_400_000, 1_500_000),
        (7, 6.5, 7.5),
    ],
)
def test_a_rounded_reading_is_off_by_half_of_its_last_digit_at_most(views, low, high):
    found = readings.limits(table((0, views, "rounded", "independent")))
    assert found[["low", "high"]].to_numpy().tolist() == [[low, high]]


def test_an_exact_reading_is_what_it_says():
    found = readings.limits(table((0, 3_234_157, "exact", "independent")))
    assert found[["low", "high"]].to_numpy().tolist() == [[3_234_157, 3_234_157]]


def test_a_bound_has_no_upper_limit():
    found = readings.limits(table((0, 500_000, "at least", "independent")))
    assert found[["low", "high"]].to_numpy().tolist() == [[500_000, np.inf]]


def test_the_envelope_runs_from_earlier_readings_up_to_later_ones():
    known = table((2, 100, "exact", "independent"), (4, 300, "exact", "independent"))
    found = readings.envelope(known, on_days([1, 2, 3, 4, 5]))
    assert found["low"].tolist() == [0, 100, 100, 300, 300]
    assert found["high"].tolist() == [100, 100, 300, 300, np.inf]


def test_a_bound_lifts_the_envelope_but_does_not_cap_it():
    known = table((2, 100, "at least", "independent"), (4, 300, "exact", "independent"))
    found = readings.envelope(known, on_days([1, 3]))
    assert found["low"].tolist() == [0, 100]
    assert found["high"].tolist() == [300, 300]


def test_the_envelope_does_not_depend_on_the_order_of_rows():
    known = table((4, 300, "exact", "independent"), (2, 100, "exact", "independent"))
    days = on_days([1, 3, 5])
    pd.testing.assert_frame_equal(
        readings.envelope(known, days), readings.envelope(known[::-1], days)
    )


def test_contested_readings_count_for_nothing():
    trusted = table((0, 0, "exact", "independent"), (10, 100, "exact", "independent"))
    doubtful = pd.concat([trusted, table((5, 90, "exact", "contested"))])
    days = on_days([3, 7])
    pd.testing.assert_frame_equal(
        readings.envelope(trusted, days), readings.envelope(doubtful, days)
    )
    half = [
        readings.day_of_share(t, share=0.5, by_day=10, start=START) for t in (trusted, doubtful)
    ]
    assert half == [5.0, 5.0]


@settings(deadline=None, derandomize=True)
@given(st.lists(st.integers(0, 1000), min_size=3, max_size=15), st.data())
def test_the_true_count_never_leaves_the_envelope(steps, data):
    count = np.cumsum(steps)
    days = np.arange(count.size)
    read = data.draw(st.lists(st.sampled_from(list(days)), min_size=1, unique=True))
    precision = data.draw(st.sampled_from(["exact", "at least"]))
    known = table(*((day, count[day], precision, "independent") for day in read))
    found = readings.envelope(known, on_days(days))
    assert (found["low"] <= count).all()
    assert (count <= found["high"]).all()


def test_half_is_reached_on_a_straight_line_between_readings():
    known = table((0, 0, "exact", "independent"), (2, 60, "rounded", "independent"),
                  (10, 100, "exact", "independent"))  # fmt: skip
    # By day 6 the line shows 80; half of it, 40, is two thirds of the way to day 2.
    found = readings.day_of_share(known, share=0.5, by_day=6, start=START)
    assert found == pytest.approx(4 / 3)


def test_bounds_do_not_bend_the_line():
    line = table((0, 0, "exact", "independent"), (10, 100, "exact", "independent"))
    bent = pd.concat([line, table((5, 10, "at least", "independent"))])
    assert readings.day_of_share(bent, share=0.5, by_day=10, start=START) == 5.0


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"share": 1.5}, r"share must be a probability in \[0, 1\], got 1.5"),
        ({"by_day": -1}, "by_day must be a finite number of at least 0, got -1"),
        ({"by_day": np.nan}, "by_day must be a finite number of at least 0, got nan"),
    ],
)
def test_a_bad_share_or_day_is_named(wrong, sentence):
    asked = {"share": 0.5, "by_day": 10, "start": START, **wrong}
    with pytest.raises(ValueError, match=sentence):
        readings.day_of_share(table((0, 1, "exact", "independent")), **asked)
