"""Event studies of many firms: loops, published sizes, hand-made tables and messages."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.api import OLS, add_constant

from cemlab.evidence import event_studies, event_study, event_study_rates, rejection_rates
from cemlab.evidence.shares import _firms, many_firms
from cemlab.plots.evidence.many_firms import firm_returns, rejection_bars

patiently = settings(deadline=None, max_examples=25, derandomize=True)
FIRMS = ["A", "B", "C", "D"]


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def market(seed=1, days=160, firms=4):
    luck = np.random.default_rng(seed)
    index = pd.bdate_range("2009-01-01", periods=days)
    m = luck.normal(0, 0.01, days)
    table = pd.DataFrame(luck.normal(0, 0.02, (days, firms)), index, FIRMS[:firms])
    table += 1.2 * m[:, None]
    return table.assign(M=m)


TABLE = market()
DAYS = dict(zip(FIRMS, TABLE.index[[130, 130, 132, 150]], strict=True))
STUDY = event_studies(TABLE, events=DAYS, factors="M", window=(-1, 2), estimation=100)


def one_by_one():
    """Each firm by statsmodels: CAR, its forecast error, residuals, abnormal returns."""
    rows = []
    for firm, day in DAYS.items():
        place = TABLE.index.get_loc(day)
        past, now = slice(place - 101, place - 1), slice(place - 1, place + 3)
        x = add_constant(TABLE["M"].to_numpy())
        fit = OLS(TABLE[firm].to_numpy()[past], x[past]).fit()
        rest = TABLE[firm].to_numpy()[now] - x[now] @ fit.params
        total = x[now].sum(axis=0)
        variance = fit.scale * 4 + total @ fit.cov_params() @ total
        rows.append((rest.sum(), np.sqrt(variance), fit.resid, rest))
    return rows


def test_each_firm_agrees_with_statsmodels():
    for (car, error, _, rest), row in zip(one_by_one(), STUDY.firms.itertuples(), strict=True):
        assert (row.value, row.se) == pytest.approx((car, error), rel=1e-9)
        assert row.p == pytest.approx(2 * stats.t.sf(abs(car / error), 98), rel=1e-8)
        np.testing.assert_allclose(STUDY.abnormal[row.Index], rest, rtol=1e-9)
    assert STUDY.firms["n"].tolist() == [100] * 4
    assert list(STUDY.abnormal.index) == [-1, 0, 1, 2]


def test_all_tests_agree_with_plain_loops():
    rows = one_by_one()
    car, error = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    scar, found = car / error, STUDY.tests["statistic"]
    assert found["J1"] == pytest.approx(car.mean() / (np.sqrt((error**2).sum()) / 4), rel=1e-9)
    assert found["Patell"] == pytest.approx(scar.sum() / np.sqrt(4 * 98 / 96), rel=1e-9)
    assert found["BMP"] == pytest.approx(stats.ttest_1samp(scar, 0).statistic, rel=1e-9)
    assert found["cross-section"] == pytest.approx(stats.ttest_1samp(car, 0).statistic, rel=1e-9)
    share = np.mean([(r[2] > 0).mean() for r in rows])
    up = (car > 0).sum()
    assert found["sign"] == pytest.approx((up - 4 * share) / np.sqrt(4 * share * (1 - share)))
    ranks = np.array([stats.rankdata([*r[2], *r[3]]) for r in rows]) - 105 / 2
    daily = ranks.mean(axis=0)
    assert found["rank"] == pytest.approx(daily[-4:].sum() / (daily.std() * 2), rel=1e-9)
    assert STUDY.mean.value == pytest.approx(car.mean())


def test_correlation_counts_shared_days_only():
    rows, between = one_by_one(), 0.0
    # A and B share all days, C comes two days later (2 of 4 window days), D meets nobody
    same = np.corrcoef(rows[0][2], rows[1][2])[0, 1]
    for k in (0, 1):
        between += np.corrcoef(rows[k][2][2:], rows[2][2][:-2])[0, 1] / 2
    assert STUDY.correlation == pytest.approx((same + between) / 6, rel=1e-9)
    r, bmp = STUDY.correlation, STUDY.tests.loc["BMP", "statistic"]
    factor = np.sqrt((1 - r) / (1 + 3 * r))
    assert STUDY.tests.loc["Kolari-Pynnonen", "statistic"] == pytest.approx(bmp * factor)


def test_mean_correlation_is_that_of_all_pairs():
    x = np.random.default_rng(3).normal(size=(5, 40))
    x -= x.mean(axis=1, keepdims=True)
    pairs = np.corrcoef(x)[np.triu_indices(5, 1)]
    assert _firms.mean_correlation(x) == pytest.approx(pairs.mean())


def test_the_hand_made_table():
    table = pd.DataFrame({"A": [1, -1, 1, -1, 1, -1, 5], "B": [2, -2, -2, 2, 2, -2, 4.0]}) / 100
    found = event_studies(table, events={"A": 6, "B": 6}, factors=None, estimation=6)
    # s^2 = 6/5 and 24/5; a forecast adds 1/6
    assert found.firms["se"].tolist() == pytest.approx([np.sqrt(1.4) / 100, np.sqrt(5.6) / 100])
    assert found.tests.loc["J1", "statistic"] == pytest.approx(9 / np.sqrt(7))
    assert found.correlation == pytest.approx(1 / 3)  # 4 / sqrt(6 * 24)
    assert found.tests.loc["sign", "statistic"] == pytest.approx((2 - 1) / np.sqrt(0.5))


@given(st.permutations(range(160)), st.permutations(range(5)))
@patiently
def test_order_of_rows_and_columns_does_not_matter(rows, columns):
    mixed = TABLE.iloc[rows, columns]
    events = pd.DataFrame({"event": DAYS.values(), "firm": DAYS.keys()})
    found = event_studies(mixed, events=events, factors=["M"], window=(-1, 2), estimation=100)
    pd.testing.assert_frame_equal(found.tests, STUDY.tests)


def test_factors_of_their_own_and_a_pair_of_estimation_days_say_the_same():
    found = event_studies(TABLE[FIRMS], events=pd.Series(DAYS), factors=TABLE["M"].iloc[::-1],
                          window=(-1, 2), estimation=(-101, -2))  # fmt: skip
    pd.testing.assert_frame_equal(found.tests, STUDY.tests)
    dated = TABLE.rename_axis("date").reset_index()
    again = event_studies(dated, events=DAYS, factors="M", window=(-1, 2), estimation=100)
    pd.testing.assert_frame_equal(again.tests, STUDY.tests)


def forms():
    index = TABLE.index
    yield from (index.tz_localize("America/New_York"), index + pd.Timedelta("16h"), index.date,
                [f"{day:%Y-%m-%d}" for day in index], [f"{day:%d.%m.%Y}" for day in index],
                index.to_period("D"))  # fmt: skip


@pytest.mark.parametrize(
    "index", list(forms()), ids=["zone", "close", "dates", "iso", "dots", "periods"]
)
def test_days_are_read_as_for_one_firm(index):
    asked = {"factors": "M", "window": np.array([-1, 2]), "estimation": 100}
    found = event_studies(TABLE.set_axis(index), events=DAYS, **asked)
    pd.testing.assert_frame_equal(found.tests, STUDY.tests)
    found = event_studies(TABLE.set_axis(index), events={k: f"{day:%d.%m.%Y}" for k, day in DAYS.items()}, **asked)  # fmt: skip
    pd.testing.assert_frame_equal(found.tests, STUDY.tests)
    assert found.notes == ()


def test_each_firm_is_what_one_firm_is():
    odd = TABLE.copy()
    odd.iloc[[60, 70], 4] = np.nan
    sunday = DAYS["D"] - pd.Timedelta(days=DAYS["D"].day_of_week + 1)
    asked = {"factors": ["M", ["B", "C"]], "window": (0, 3), "estimation": ("2009-01-05", "2009-05-29")}  # fmt: skip
    found = event_studies(odd, events={"A": DAYS["A"], "D": sunday}, **asked)
    for firm, day in (("A", DAYS["A"]), ("D", sunday)):
        one = event_study(odd, firm=firm, event=day, **asked)
        row = found.firms.loc[firm]
        assert (row["value"], row["se"], row["n"]) == pytest.approx((one.car, one.se, one.car.n))
        assert row["event"] == one.day0
        assert set(note for note in one.notes if "trading day" in note) <= {
            note.removeprefix("event of D: ") for note in found.notes
        }
    assert "event of D: " + f"{sunday:%Y-%m-%d} was no trading day: day 0 is the next one, {found.firms['event']['D']:%Y-%m-%d}" in found.notes  # fmt: skip
    assert "4 returns missing on estimation days left out" in found.notes


def test_firms_with_one_day_have_the_mean_of_all_correlations():
    same = dict.fromkeys(FIRMS, TABLE.index[140])
    found = event_studies(TABLE, events=same, factors="M", estimation=100)
    shifted = event_studies(TABLE.assign(E=TABLE["A"].where(TABLE.index > TABLE.index[50])), events=same | {"E": TABLE.index[140]}, factors="M", estimation=100)  # fmt: skip
    past, x = TABLE[FIRMS].iloc[40:140].to_numpy(), add_constant(TABLE["M"].iloc[40:140].to_numpy())
    rest = past - x @ np.linalg.lstsq(x, past)[0]
    assert found.correlation == pytest.approx(np.corrcoef(rest.T)[np.triu_indices(4, 1)].mean())
    assert shifted.correlation > found.correlation  # E repeats A on the days it has


def test_gaps_on_estimation_days_are_left_out():
    holes = TABLE.copy()
    holes.iloc[[60, 70, 80], 0] = np.nan
    found = event_studies(holes, events=DAYS, factors="M", window=(0, 1), estimation=100)
    assert found.firms["n"].tolist() == [97, 100, 100, 100]
    place = TABLE.index.get_loc(DAYS["A"])
    rows = [t for t in range(place - 100, place) if t not in (60, 70, 80)]
    fit = OLS(TABLE["A"].iloc[rows].to_numpy(), add_constant(TABLE["M"].iloc[rows].to_numpy())).fit()  # fmt: skip
    assert found.loadings.loc["A"].tolist() == pytest.approx(fit.params, rel=1e-8)
    ranks = found.tests.loc["rank", "statistic"]
    assert np.isfinite(ranks)


@pytest.mark.parametrize(
    ("world", "published"),
    [
        ({}, {"Patell": 0.051, "BMP": 0.053, "Kolari-Pynnonen": 0.055}),
        ({"event_variance": 2}, {"Patell": 0.160, "BMP": 0.050, "Kolari-Pynnonen": 0.054}),
        ({"correlation": 0.2}, {"Patell": 0.445, "BMP": 0.484, "Kolari-Pynnonen": 0.051}),
    ],
    ids=["calm", "variance", "correlation"],
)
def test_size_is_that_of_the_table(world, published):
    found = event_study_rates(**world, replicates=1000, rng=1)["value"]
    for name, rate in published.items():
        # both are simulated: 1,000 runs here, 4,000 there
        error = np.sqrt(rate * (1 - rate) * (1 / 1000 + 1 / 4000))
        assert found[name] == pytest.approx(rate, abs=4 * error), name


def test_power_is_that_of_the_normal_for_many_days():
    # effect d in each of 20 firms: J1 ~ N(d sqrt(20) / sqrt(1 + 1/L + ...), 1)
    found = event_study_rates(firms=20, estimation=500, effect=0.5, replicates=1000, rng=2)
    shift = 0.5 * np.sqrt(20) / np.sqrt(1 + 2 / 500)
    power = stats.norm.sf(1.96 - shift) + stats.norm.cdf(-1.96 - shift)
    assert found.loc["J1", "value"] == pytest.approx(power, abs=4 * found.loc["J1", "se"])


def test_the_same_luck_gives_the_same_rates():
    one, two = (event_study_rates(firms=3, replicates=50, rng=7) for _ in range(2))
    pd.testing.assert_frame_equal(one, two)


def test_rates_of_any_test():
    found = rejection_rates(
        lambda x: {"half": x, "never": 1.0}, lambda luck: luck.random() / 10, replicates=400, rng=1
    )
    assert found.loc["half", "value"] == pytest.approx(0.5, abs=4 * found.loc["half", "se"])
    assert found.loc["never", ["value", "low"]].tolist() == pytest.approx([0, 0])
    with says("p of test must be a probability in [0, 1], got nan"):
        rejection_rates(lambda _: np.nan, lambda luck: luck, replicates=2)


def test_one_firm_can_do_four_tests():
    with says(
        "events must name 2 firms or more for BMP, Kolari-Pynnonen, cross-section, got ['A']: "
        'ask for tests=["J1", "Patell", "rank", "sign"], or use event_study for one firm'
    ):
        event_studies(TABLE, events={"A": DAYS["A"]}, factors="M")
    found = event_studies(TABLE, events={"A": DAYS["A"]}, factors="M", tests=["J1", "Patell"])
    assert found.tests.loc["J1", "statistic"] == pytest.approx(found.firms.loc["A", "t"])
    assert np.isnan(found.mean.low)
    assert found.mean.method == "no interval: one firm has no spread between firms"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"events": {}}, "events must name one firm or more, got none"),
        ({"events": {"Z": "2009-07-02"}}, "events must name columns of returns, got ['Z']"),
        ({"events": {"A": "2010-07-04"}}, "event of A must lie within the returns, 2009-01-01 to 2009-08-12, got 2010-07-04"),
        ({"events": {"A": "7/6/2009"}}, "event of A must read one way only, such as 2009-07-06 or 06.07.2009 (day first), got '7/6/2009': read it with pd.to_datetime(..., dayfirst=True) or dayfirst=False before"),
        ({"window": (2, 0)}, "window must be (first, last) in whole trading days from day 0, first not after last, got (2, 0)"),
        ({"estimation": (-50, 0)}, "estimation must not overlap the window, got days -50 to 0 and 0 to 0"),
        ({"factors": ["M", ["A", "B"]]}, "factors must not hold a firm that is studied, got 'A': name other peers"),
        ({"level": 0.05}, "level must be a confidence of at least 0.5, got 0.05: a test at 5% has level 0.95"),
        ({"estimation": 4}, "estimation must have more than 4 days for this model, got 4: lengthen it"),
        ({"factors": ["M", "N"]}, "factors must be a column of the returns, got 'N': there are A, B, C, D, M"),
        ({"tests": ["T"]}, "tests must be one of J1, Patell, BMP, Kolari-Pynnonen, cross-section, rank, sign, got 'T'"),
    ],
)  # fmt: skip
def test_says_what_is_wrong(changed, sentence):
    asked = {"events": DAYS, "factors": "M", "estimation": 100} | changed
    with says(sentence):
        event_studies(TABLE, **asked)


def test_says_what_is_wrong_with_returns():
    flat = TABLE.assign(A=0.0)
    with says("returns must vary beyond the factors on estimation days, got none left for ['A']"):
        event_studies(flat, events=DAYS, factors="M", estimation=100)
    with says("factors must vary and differ from each other on the estimation days, got one that does not: leave it out"):  # fmt: skip
        event_studies(TABLE.assign(M=1.0), events=DAYS, factors="M", estimation=100)
    hole = TABLE.copy()
    hole.loc[DAYS["B"], "B"] = np.nan
    with says("returns must be known on all days of the window, got gaps for ['B']: leave these firms out"):  # fmt: skip
        event_studies(hole, events=DAYS, factors="M", estimation=100)
    with says("estimation of A must lie within the returns, got days -140 to -1 where there are 130 trading days "
              "before day 0 and 29 after it: take fewer days, or others"):  # fmt: skip
        event_studies(TABLE, events=DAYS, factors="M", estimation=140)
    lost = TABLE.assign(M=TABLE["M"].where(TABLE.index != DAYS["B"]))
    with says(f"factors must be known on all days of the window, got none on {DAYS['B']:%Y-%m-%d}"):
        event_studies(lost, events=DAYS, factors="M", estimation=100)
    with pytest.warns(UserWarning, match="returns of A and 3 others look like per cent"):
        event_studies(100 * TABLE, events=DAYS, factors="M", estimation=100)


def test_firms_that_add_up_to_nothing_get_no_corrected_test():
    luck = np.random.default_rng(1)
    a = luck.normal(0, 0.01, size=50)
    table = pd.DataFrame({"A": a, "B": -a})
    found = event_studies(table, events={"A": 45, "B": 45}, factors=None, estimation=40)
    row = found.tests.loc["Kolari-Pynnonen"]
    assert np.isnan(row["statistic"])
    assert row["compared_with"].startswith("no result: residuals of all firms add up to 0")


def test_every_test_says_what_it_assumes():
    assert set(many_firms._ABOUT) == set(_firms.TESTS)
    assert (STUDY.tests[["assumes", "fails_if"]].map(len) > 10).all().all()


def test_figures():
    ax = firm_returns(STUDY)
    assert len(ax.get_yticks()) == 5
    ax.figure.canvas.draw()
    assert ax.get_legend().get_window_extent().y1 < ax.get_window_extent().y0
    one = event_studies(TABLE, events={"A": DAYS["A"]}, factors="M", tests=["J1"], estimation=100)
    assert firm_returns(one).get_title(loc="left").startswith("A is not off zero: ")
    rates = event_study_rates(firms=3, replicates=20, rng=1)
    assert len(rejection_bars(rates).patches) == 7
    with pytest.raises(ValueError, match="rates must be a table of rejection_rates"):
        rejection_bars(rates[["value"]])
