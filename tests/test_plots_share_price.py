"""Figures of a claim about a share, and the dashboard of its window."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from cemlab import plots, widgets
from cemlab.classroom.exercises import Prediction
from cemlab.evidence import claim_arithmetic
from cemlab.widgets import share_price

DAYS = pd.to_datetime(["2009-07-06", "2009-07-07", "2009-07-08", "2009-07-09"])
SHARES = pd.DataFrame({"UAL": [0.5, -0.1, 0.2, 0.0], "DAL": [0.0, 0.1, 0.0, -0.1]}, DAYS)
WINDOW = ("2009-07-06", "2009-07-07")


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def title(ax):
    return ax.get_title(loc="left")


def line(ax, label):
    return next(each for each in ax.lines if each.get_label() == label)


def test_the_course_counts_from_the_close_of_the_first_day():
    ax = plots.price_course(SHARES, firm="UAL", others=["DAL"], window=WINDOW)
    assert line(ax, "UAL").get_ydata() == pytest.approx([0, -10, 8, 8])
    assert line(ax, "DAL").get_ydata() == pytest.approx([0, 10, 10, -1])
    assert title(ax) == "UAL: -10.0% from 6 Jul to 7 Jul; +8.0% by 9 Jul"
    short = plots.price_course(SHARES.iloc[:2], firm="UAL", window=WINDOW)
    assert title(short) == "UAL: -10.0% from 6 Jul to 7 Jul"


def test_the_course_is_the_same_for_rows_in_any_order_and_dates_in_a_column():
    mixed = SHARES.iloc[[2, 0, 3, 1]].rename_axis("date").reset_index()
    given = [plots.price_course(table, firm="UAL", window=WINDOW) for table in (SHARES, mixed)]
    first, second = (line(ax, "UAL").get_ydata() for ax in given)
    np.testing.assert_array_equal(first, second)


def test_the_year_is_told_where_the_days_are_of_several():
    late = SHARES.set_axis(pd.to_datetime(["2009-12-30", "2009-12-31", "2010-01-04", "2010-01-05"]))
    ax = plots.price_course(
        late, firm="UAL", window=("2009-12-30", "2010-01-04"), marks={"2009-12-31": "news"}
    )
    assert title(ax) == "UAL: +8.0% from 30 Dec 2009 to 4 Jan 2010; +8.0% by 5 Jan 2010"
    assert (ax.get_xlabel(), ax.get_ylabel()) == (
        "close of the trading day",
        "change since the close of 30 Dec 2009",
    )
    assert [t.get_text() for t in ax.texts] == ["31 Dec 2009: news"]
    assert {t.get_text()[-4:] for t in ax.get_xticklabels()} <= {"2009", "2010"}
    within = plots.price_course(SHARES, firm="UAL", window=WINDOW)
    assert within.get_xlabel() == "close of the trading day, 2009"


def test_the_course_reads_dates_given_as_text_and_refuses_what_reads_two_ways():
    text = SHARES.set_axis(SHARES.index.strftime("%Y-%m-%d"))
    assert title(plots.price_course(text, firm="UAL", window=WINDOW)).endswith("+8.0% by 9 Jul")
    american = SHARES.set_axis(SHARES.index.strftime("%m/%d/%Y"))
    with pytest.raises(
        ValueError, match=r"^dates of returns must read one way only, .* got '07/06"
    ):
        plots.price_course(american, firm="UAL", window=WINDOW)
    with pytest.raises(ValueError, match=r"^window must read one way only, .* got '7/6/2009'"):
        plots.price_course(SHARES, firm="UAL", window=("7/6/2009", "2009-07-07"))


def test_a_mark_stands_at_its_day_and_a_guess_within_the_picture():
    guess = Prediction("shareprice.2", -0.6, "percent", "")
    ax = plots.price_course(
        SHARES, firm="UAL", window=WINDOW, marks={"2009-07-08": "news"}, prediction=guess
    )
    assert [t.get_text() for t in ax.texts] == ["8 Jul: news", "Your prediction: -60%"]
    star = line(ax, "your prediction")
    assert star.get_ydata() == pytest.approx([-60])
    assert ax.get_ylim()[0] < -60
    assert "your prediction" in [t.get_text() for t in ax.get_legend().get_texts()]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"firm": "AMR"}, "returns must have a column AMR without gaps, got none"),
        ({"window": WINDOW[::-1]}, "window must begin before it ends, got 2009-07-07 to 2009-07-06"),
        ({"window": ("2009-07-05", "2009-07-07")}, "days must be trading days of the table, got 2009-07-05"),
        ({"marks": {"2009-07-04": "x"}}, "days must be trading days of the table, got 2009-07-04"),
    ],
)  # fmt: skip
def test_wrong_use_of_the_course_names_the_way_out(change, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        plots.price_course(SHARES, **({"firm": "UAL", "window": WINDOW} | change))


def test_a_gap_in_the_returns_is_refused():
    with pytest.raises(ValueError, match="column UAL without gaps, got 1 missing"):
        plots.price_course(SHARES.assign(UAL=[0.1, np.nan, 0, 0]), firm="UAL", window=WINDOW)


def test_a_claimed_loss_stands_beside_the_whole():
    exact = claim_arithmetic(price=10, shares=1e6, fall=0.2, loss=5e6)
    ax = plots.claimed_loss(exact, currency="EUR", prediction=Prediction("x", 0.3, "percent", ""))
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([10, 2, 5])
    assert title(ax) == "5 million EUR would be 50% of all shares, not 20%"
    assert line(ax, "your prediction").get_xdata() == pytest.approx([3])
    small = claim_arithmetic(price=10, shares=1e3, fall=0.2, loss=2.5e3)
    assert title(plots.claimed_loss(small)).startswith("0.0025 million USD would be 25% of all")
    open_end = claim_arithmetic(price=10, shares=1e6, shares_are="at least")
    with pytest.raises(ValueError, match="a market value with an upper end, got inf: give"):
        plots.claimed_loss(open_end)


@pytest.fixture(scope="module")
def returns():
    luck, days = np.random.default_rng(1), pd.bdate_range("2009-01-05", periods=160)
    names = ["UAL", "SPX", "DAL", "LUV", "JBLU", "ALK"]
    return pd.DataFrame(0.02 * luck.standard_normal((160, 6)), days, names)


def test_every_slider_of_the_window_changes_the_picture_and_back(returns):
    box = widgets.event_window(returns)
    *sliders, picture = box.children
    assert [s.description for s in sliders] == ["first day", "trading days", "compared with"]
    for slider in sliders:
        before, value = picture.value, slider.value
        other = slider.options[0] if hasattr(slider, "options") else slider.max
        slider.value = other[1] if isinstance(other, tuple) else other
        assert picture.value != before, slider.description
        slider.value = value
        assert picture.value == before, slider.description


def test_the_dashboard_studies_what_its_sliders_say(returns, monkeypatch):
    seen = []
    real = plots.car_path
    monkeypatch.setattr(share_price.plots, "car_path", lambda study, **rest: seen.append(study) or real(study, **rest))  # fmt: skip
    first, days, against, _ = widgets.event_window(returns).children
    assert seen[-1].daily["date"].iloc[[0, -1]].dt.day.tolist() == [7, 10]
    first.value, days.value, against.value = pd.Timestamp("2009-07-22"), 2, "nothing"
    assert seen[-1].car == pytest.approx(returns.loc["2009-07-22":"2009-07-23", "UAL"].sum())
    against.value = "the market"
    assert seen[-1].factors == ("SPX",)
