"""Placebo dates: the same as a plain loop, ranks by hand, speed, messages, figures."""

import re
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cemlab import evidence, plots
from cemlab.classroom.exercises import Prediction

patiently = settings(deadline=None, max_examples=25, derandomize=True)
DAYS = pd.bdate_range("2009-01-01", periods=220)
LUCK = np.random.default_rng(7)
INDEX = LUCK.normal(0, 0.01, 220)
SHARES = pd.DataFrame({"SPX": INDEX, "UAL": 1.5 * INDEX + LUCK.normal(0, 0.03, 220)}, DAYS)
GIVEN = {"firm": "UAL", "factors": ["SPX"], "window": (0, 3), "estimation": 60}
FOUND = evidence.placebo(SHARES, event=DAYS[150], **GIVEN)


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def test_all_dates_at_once_are_the_same_as_one_by_one():
    assert len(FOUND.table) == 220 - 60 - 3 - 7
    for _, row in FOUND.table.iloc[::15].iterrows():
        one = evidence.event_study(SHARES, event=row["date"], **GIVEN)
        assert (row["car"], row["se"], row["t"]) == pytest.approx((one.car, one.se, one.t), rel=1e-10)  # fmt: skip
        path = FOUND.paths.loc[row["date"]].to_numpy()
        assert path == pytest.approx(one.daily["cumulated"].to_numpy(), rel=1e-10)


def test_ranks_by_hand_with_ties():
    # Without a factor, raw returns: 1, -1, 2, -2, 1, -3 (%) and the event -2: of the 6 others,
    # 3 are as far out (-2, 2, -3), 2 as low, 5 as high.
    r = np.array([0, 0, 1, -1, 2, -2, 1, -3, -2]) / 100
    shares = pd.DataFrame({"UAL": r}, DAYS[:9])
    found = evidence.placebo(shares, firm="UAL", factors=[], model="raw", event=DAYS[8],
                             window=(0, 0), estimation=(-2, -1), dates=DAYS[3:8])  # fmt: skip
    assert found.table["car"].round(6).tolist() == [-0.01, 0.02, -0.02, 0.01, -0.03]
    assert (found.p, found.p_lower, found.p_upper) == (4 / 6, 3 / 6, 5 / 6)
    assert found.rank == 2


def test_p_is_the_rank_of_the_table():
    cars, true = FOUND.table["car"].to_numpy(), float(FOUND.study.car)
    assert FOUND.p == (1 + (np.abs(cars) >= abs(true)).sum()) / (1 + len(cars))
    t = FOUND.table["t"].to_numpy()
    assert FOUND.p_by_t == (1 + (np.abs(t) >= abs(FOUND.study.t)).sum()) / (1 + len(t))
    assert FOUND.rank == 1 + (cars < true).sum()
    assert FOUND.p_lower + FOUND.p_upper == pytest.approx(1 + 1 / (1 + len(cars)))


def test_p_is_at_most_5_per_cent_one_time_in_20():
    luck, small = np.random.default_rng(5), 0
    for _ in range(200):
        shares = pd.DataFrame({"UAL": luck.standard_t(3, 60)}, DAYS[:60]) / 100
        found = evidence.placebo(shares, firm="UAL", factors=[], model="raw", event=DAYS[59],
                                 window=(0, 0), estimation=20)  # fmt: skip
        small += found.p <= 0.05
    exact = 2 / 40  # 39 other dates: the two farthest places of 40
    assert small / 200 == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 200))


def test_windows_near_the_event_are_left_out_and_overlap_is_told():
    near = FOUND.table["date"].between(DAYS[147], DAYS[153])
    assert not near.any()
    assert FOUND.notes[0] == "7 dates left out whose windows share a day with the event's"
    # its days 150 to 153 are among the 60 before days 151 to 213, of which 154 to 213 are kept
    assert FOUND.notes[1] == "the event lies in the estimation window of 60 dates"
    assert re.fullmatch(r"windows of 4 days overlap: only 38 of 150 can be chosen that do not", FOUND.notes[2])  # fmt: skip


def test_the_band_holds_the_middle_of_the_paths():
    band = FOUND.band(0.9)
    inside = (FOUND.paths[3] >= band["low"][3]) & (FOUND.paths[3] <= band["high"][3])
    assert inside.mean() == pytest.approx(0.9, abs=0.02)
    assert band.index.tolist() == [0, 1, 2, 3]


def test_missing_returns_leave_dates_out_and_say_so():
    holed = SHARES.copy()
    holed.iloc[100, 0] = np.nan
    found = evidence.placebo(holed, **GIVEN)
    assert len(found.table) == 157 - 4
    assert found.notes[0] == "4 dates left out for missing or constant returns"
    one = evidence.event_study(holed, event=DAYS[120], **GIVEN)
    row = found.table.set_index("date").loc[DAYS[120]]
    assert (row["car"], row["se"]) == pytest.approx((one.car, one.se), rel=1e-10)
    assert np.isnan(found.p)
    assert repr(found) == "Placebo(153 dates)"


@patiently
@given(st.randoms())
def test_rows_may_stand_in_any_order(luck):
    rows = list(range(220))
    luck.shuffle(rows)
    other = evidence.placebo(SHARES.iloc[rows], event=DAYS[150], **GIVEN)
    pd.testing.assert_frame_equal(other.table, FOUND.table)


def test_an_estimation_window_may_lie_after_the_event():
    after = evidence.placebo(SHARES, event=DAYS[5], **(GIVEN | {"estimation": (10, 69)}))
    assert after.table["date"].iloc[-1] == DAYS[219 - 69]
    assert after.table["date"].iloc[0] == DAYS[0]


def test_a_thousand_studies_take_no_time():
    luck = np.random.default_rng(1)
    shares = pd.DataFrame(luck.normal(0, 0.02, (1123, 3)), pd.bdate_range("2005-01-01", periods=1123),
                          ["UAL", "SPX", "oil"])  # fmt: skip
    start = time.perf_counter()
    found = evidence.placebo(shares, firm="UAL", factors=["SPX", "oil"], window=(0, 3), estimation=120)  # fmt: skip
    assert time.perf_counter() - start < 2
    assert len(found.table) == 1000


def test_says_what_is_wrong():
    with says("returns must hold a whole study, got 220 days for days -300 to 3"):
        evidence.placebo(SHARES, **(GIVEN | {"estimation": 300}))
    with says("estimation must be trading days relative to day 0, got dates "
              "('2009-01-01', '2009-03-01'): every placebo date has its own"):  # fmt: skip
        evidence.placebo(SHARES, **(GIVEN | {"estimation": ("2009-01-01", "2009-03-01")}))
    with says("returns must hold a placebo date with complete windows, got none among 0: "
              "take a shorter estimation"):  # fmt: skip
        evidence.placebo(SHARES, dates=[DAYS[3]], **GIVEN)
    with says("placebo must hold an event, got none: give event= to placebo"):
        plots.placebo_histogram(evidence.placebo(SHARES, **GIVEN))
    with says("placebo must have the window of the study, 2 days, got 4"):
        short = evidence.event_study(SHARES, event=DAYS[150], **(GIVEN | {"window": (0, 1)}))
        plots.car_path(short, placebo=FOUND)


def test_figures_show_the_cloud_and_the_rank():
    ax = plots.car_path(FOUND.study, placebo=FOUND, claim=-0.1)
    band = [line for line in ax.lines if line.get_label() == "95% of the other dates"]
    assert band[0].get_ydata()[1:] == pytest.approx(100 * FOUND.band()["low"].to_numpy())
    low, high = ax.get_ylim()
    assert low < -10 < 10 < high
    kept = Prediction("fall", -0.04, "percent", "")
    ax = plots.placebo_histogram(FOUND, claim=-0.1, prediction=kept)
    assert sum(bar.get_height() for bar in ax.patches) == len(FOUND.table)
    far = (FOUND.table["car"].abs() >= abs(FOUND.study.car)).sum()
    assert ax.get_title(loc="left").startswith(f"{far} of 150 other dates moved as far as UAL")
    claimed = next(line.get_label() for line in ax.lines if line.get_label().startswith("claimed"))
    both = (FOUND.table["car"].abs() >= 0.1).mean()  # two-sided, as the title
    assert claimed == f"claimed: -10%\n({both:.0%} of the dates go so\nfar, up or down)"
    star = next(line for line in ax.lines if line.get_label() == "your prediction")
    assert star.get_xdata()[0] == pytest.approx(-4)
    ax.figure.canvas.draw()
    assert ax._left_title.get_window_extent().x1 <= ax.figure.bbox.width
