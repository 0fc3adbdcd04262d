"""Figures of a claim about a share, and the dashboard of its window."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from cemlab import evidence, plots, widgets
from cemlab.classroom.exercises import Prediction
from cemlab.evidence import claim_arithmetic, event_study, placebo, power_curve, specifications
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
    far = plots.claimed_loss(exact, prediction=Prediction("x", 2.0, "percent", ""))
    mark = line(far, "your prediction, beyond the picture")
    assert mark.get_xdata() == pytest.approx([far.get_xlim()[1]])
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


def test_the_days_of_a_path_are_named_by_their_dates(returns):
    who = {"firm": "UAL", "factors": ["SPX"], "event": returns.index[140]}
    short = event_study(returns, window=(0, 3), estimation=100, **who)
    names = [label.get_text() for label in plots.car_path(short).get_xticklabels()]
    assert names == ["close before", *[f"{day.day} {day:%b}" for day in returns.index[140:144]]]
    long = event_study(returns, window=(0, 11), estimation=100, **who)
    names = [label.get_text() for label in plots.car_path(long).get_xticklabels()]
    last = returns.index[151]
    assert (names[0], names[-1]) == ("close before", f"{last.day} {last:%b}")
    assert len(names) == 7


def test_only_so_many_paths_as_are_drawn_are_said(returns):
    long = pd.concat([returns, returns.set_axis(returns.index + pd.Timedelta("364D"))])
    long = pd.concat([long, returns.set_axis(returns.index + pd.Timedelta("728D"))])
    who = {"firm": "UAL", "factors": ["SPX"], "window": (0, 1), "estimation": 60}
    found = placebo(long, event=long.index[100], **who)
    ax = plots.car_path(found.study, placebo=found)
    words = [text.get_text() for text in ax.get_legend().get_texts()]
    assert f"300 of {len(found.table)} other dates" in words


@pytest.fixture(scope="module")
def others(returns):
    who = {"firm": "UAL", "factors": ["SPX"], "window": (0, 1), "estimation": 60}
    return placebo(returns, event=returns.index[120], **who)


def test_the_worst_dates_have_a_line_and_the_title(others):
    ax = plots.placebo_histogram(others, claim=-0.1, tail=0.1)
    worst = float(np.quantile(others.table["car"], 0.1))
    drawn = line(ax, f"the worst 10%: {worst:+.1%} or less")
    assert drawn.get_xdata()[0] == pytest.approx(100 * worst)
    assert title(ax).startswith(f"The worst 10% of {len(others.table)} other dates: {worst:+.1%}")
    with pytest.raises(ValueError, match=r"^tail must be .* got 2"):
        plots.placebo_histogram(others, tail=2)


def test_the_table_of_other_dates_counts_before_and_after(others):
    html = plots.placebo_table(others, claim=-0.02).data
    cars, day = others.table["car"].to_numpy(), others.table["date"].to_numpy()
    for part in (cars, cars[day < others.study.day0], cars[day > others.study.day0]):
        values = [-100 * np.quantile(part, 0.05), 100 * (part <= float(others.study.car)).mean()]
        values.append(100 * (part <= -0.02).mean())
        cells = [f">{v:,.0f}<" if float(v).is_integer() else f">{v:,.1f}<" for v in values]
        assert all(cell in html for cell in [f">{len(part)}<", *cells])
    alone = placebo(pd.DataFrame({"UAL": np.tile([0.01, -0.01, 0.02], 5)}, pd.bdate_range("2009-01-05", periods=15)),
                    firm="UAL", factors=[], window=(0, 0), estimation=4)  # fmt: skip
    with pytest.raises(ValueError, match=r"^placebo must hold an event, got none: give event="):
        plots.placebo_table(alone)


def test_two_named_lines_carry_their_names():
    curve = power_curve([0.07, 0.03], 4)
    ax = plots.power_curves(curve, claim=-0.1, names=["wild", "quiet"])
    texts = {text.get_text(): text for text in ax.texts}
    assert texts["wild"].get_color() == ax.lines[0].get_color()
    assert texts["quiet"].get_ha() == "right"
    assert title(ax).endswith("38% or 11%")
    three = plots.power_curves(power_curve([0.02, 0.03, 0.07], 4), names=["a", "b", "c"])
    assert [t.get_text() for t in three.get_legend().get_texts()] == ["a", "b", "c"]
    with pytest.raises(
        ValueError, match=r"^names must be one a deviation of the curve, 2, got 1: give 2$"
    ):
        plots.power_curves(curve, names=["wild"])


FEW = pd.DataFrame({"UAL": [0.02, 0.0, -0.06, -0.05, 0.04]}, pd.date_range("2009-07-06", periods=5))


@pytest.fixture(scope="module")
def few():
    return specifications(FEW, firm="UAL", events=FEW.index[2:4], windows=[1, 2],
                          benchmarks=["none"], estimation=2)  # fmt: skip


def test_the_map_writes_each_window_into_its_field_and_frames_those_that_reach(few):
    guess = Prediction("x", 0.5, "percent", "of them")
    ax = plots.window_map(few, published="2009-07-10", prediction=guess)
    assert title(ax) == "2 of 6 definitions yield a fall of 10% or more"
    fields = {tuple(t.get_position()): t.get_text() for t in ax.texts[:4]}
    assert fields == {(0, 0): "-6.0", (1, 0): "-11.0", (0, 1): "-5.0", (1, 1): "-1.0"}
    assert [frame.get_xy() for frame in ax.patches] == [(0.5, -0.5)]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["8 Jul", "9 Jul"]
    assert ax.texts[-1].get_text() == "Your prediction: 50% of them, that is 3; here: 2"
    (parting,) = ax.lines
    assert parting.get_xdata().tolist() == [
        1.5,
        1.5,
        0.5,
        0.5,
    ]  # two windows from 8 July, one from 9 July
    assert parting.get_label() == "left of the line: over before 10 Jul (4 of all definitions)"
    assert ax.get_xlabel() == "trading days (4 of the 6: nothing, added up)"
    with pytest.raises(ValueError, match=r"^found must hold .* got none of peers and simple: take"):
        plots.window_map(few, benchmark="peers")


def test_the_table_of_definitions_shows_those_that_reach_and_the_deepest_before(few):
    html = plots.definitions_table(few, before="2009-07-09").data
    assert html.count("<tr>") == 4  # a head, two that reach, one that was over
    assert ">-11.0<" in html or ">-11<" in html
    assert ">compounded<" in html
    assert "compared with" not in html  # the same in all rows
    assert plots.definitions_table(few, every=True).data.count("<tr>") == 7


def test_another_claim_counts_other_definitions(few):
    assert plots.definitions_reaching(few, -0.1) == "-10%: 2 of 6 definitions"
    assert plots.definitions_reaching(few, -0.05, before="2009-07-10").startswith("-5%: 4 of 4")
    assert plots.definitions_reaching(few, -0.2, before="2009-07-10") == (
        "-20%: none of 4 definitions that were over before 10 Jul"
    )
    assert plots.definitions_reaching(few, 0.01) == "+1%: none of 6 definitions"
    assert plots.definitions_reaching(few, ...) == "No claim yet."


def test_a_table_shows_each_column_with_its_own_places():
    html = plots.table(pd.DataFrame({"a": [1.25], "p": [0.0312]}), decimals={"a": 1}).data
    assert ">1.2<" in html
    assert ">0.03<" in html


def test_a_late_event_is_named_to_the_left_of_its_line():
    panel = pd.DataFrame({"A": [1, 2, 1, 3, 2], "B": [3, 2, 5, 1, 4], "U": [1, 2, 3, 2, 6.0]})
    for event, side in ((4, "right"), (2, "left")):
        mixed = evidence.synthetic_control(panel, unit="U", event=event)
        (name,) = [t for t in plots.synthetic_path(mixed).texts if t.get_text() == "event"]
        assert name.get_ha() == side
