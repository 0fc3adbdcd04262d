"""Event study of one firm: by hand, against regressions with dummies, extremes, messages."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.diagnostic import het_arch

from cemlab import evidence, plots
from cemlab.classroom.exercises import Prediction
from cemlab.evidence import _dates
from cemlab.evidence.shares import _residuals

patiently = settings(deadline=None, max_examples=25, derandomize=True)
DAYS = pd.bdate_range("2009-01-01", periods=200)
CLOSES = [3.34, 3.26, 3.25, 3.18, 3.26]


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def market(seed=1, days=DAYS):
    luck = np.random.default_rng(seed)
    index, oil = luck.normal(0.0005, 0.01, len(days)), luck.normal(0, 0.02, len(days))
    firm = 0.001 + 1.3 * index - 0.4 * oil + luck.normal(0, 0.03, len(days))
    return pd.DataFrame({"SPX": index, "oil": oil, "UAL": firm, "DAL": index + 0.5 * oil}, days)


SHARES = market()
GIVEN = {"firm": "UAL", "factors": ["SPX", "oil"], "event": DAYS[150], "window": (0, 3),
         "estimation": 120}  # fmt: skip


def study(shares=SHARES, **changed):
    return evidence.event_study(shares, **(GIVEN | changed))


def dummies(shares, factors, used, during):
    """Return CAR and t of one regression with a dummy for each day of the window."""
    rows = np.concatenate([used, during])
    x = sm.add_constant(shares[factors].to_numpy()[rows], has_constant="add")
    own = np.vstack([np.zeros((len(used), len(during))), np.eye(len(during))])
    fit = sm.OLS(shares["UAL"].to_numpy()[rows], np.column_stack([x, own])).fit()
    test = fit.t_test(np.r_[np.zeros(x.shape[1]), np.ones(len(during))])
    return float(test.effect[0]), float(test.sd[0, 0]), float(test.pvalue)


# --- by hand, and against other arithmetic ----------------------------------------------------


def test_the_market_model_by_hand():
    # Estimation: f = -1, 0, 1, 0 (%), r = -2, 1, 2, -1 (%): beta 2, alpha 0, residuals 0, 1, 0, -1.
    # Window: f = 1, 2; r = 3, 4. Abnormal: 1, 0. Variance 2 / 2 = 1; v = (2, 3):
    # 1 x (2 + 4 / 4 + 9 / 2) = 7.5.
    shares = pd.DataFrame({"m": [-1, 0, 1, 0, 1, 2], "UAL": [-2, 1, 2, -1, 3, 4]}, DAYS[:6]) / 100
    found = evidence.event_study(shares, firm="UAL", factors="m", event=DAYS[4], window=(0, 1),
                                 estimation=4)  # fmt: skip
    assert found.coefficients["value"].tolist() == pytest.approx([0, 2], abs=1e-12)
    assert found.daily["abnormal"].tolist() == pytest.approx([0.01, 0], abs=1e-12)
    assert found.daily["expected"].tolist() == pytest.approx([0.02, 0.04])
    assert found.sigma == pytest.approx(0.01)
    assert found.car == pytest.approx(0.01)
    assert found.se == pytest.approx(np.sqrt(7.5) / 100)
    assert found.daily["se"].tolist() == pytest.approx(np.sqrt([1 + 0.25 + 0.5, 1 + 0.25 + 2]) / 100)  # fmt: skip
    assert found.t == pytest.approx(1 / np.sqrt(7.5))
    assert found.simple_t == pytest.approx(1 / np.sqrt(2))
    assert (found.df, found.car.n) == (2, 4)
    assert found.detectable == pytest.approx(stats.t.ppf(0.975, 2) * found.se)
    assert found.car.high - found.car == pytest.approx(found.detectable)
    assert found.p == pytest.approx(2 * stats.t.sf(found.t, 2))


@pytest.mark.parametrize("factors", [[], ["SPX"], ["SPX", "oil"]])
@pytest.mark.parametrize("window", [(0, 0), (0, 3), (-2, 10)])
def test_a_regression_with_a_dummy_a_day_gives_the_same_car_and_t(factors, window):
    found = study(factors=factors, window=window)
    during = np.arange(window[0], window[1] + 1) + 150
    car, se, p = dummies(SHARES, factors, np.arange(during[0] - 120, during[0]), during)
    assert (found.car, found.se, found.p) == pytest.approx((car, se, p), rel=1e-10)
    assert found.t == pytest.approx(car / se, rel=1e-10)


def test_one_day_is_the_forecast_of_the_regression():
    found = study(window=(0, 0))
    x = sm.add_constant(SHARES[["SPX", "oil"]].to_numpy())
    fit = sm.OLS(SHARES["UAL"].to_numpy()[30:150], x[30:150]).fit()
    told = fit.get_prediction(x[150:151])
    low, high = told.conf_int(obs=True, alpha=0.05)[0]
    assert found.se == pytest.approx(told.se_obs[0], rel=1e-10)
    assert found.car.low == pytest.approx(SHARES["UAL"].iloc[150] - high, rel=1e-9)
    assert found.car.high == pytest.approx(SHARES["UAL"].iloc[150] - low, rel=1e-9)
    assert found.coefficients["se"].to_numpy() == pytest.approx(fit.bse)
    assert found.diagnostics["r_squared"] == pytest.approx(fit.rsquared)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        arch = het_arch(fit.resid, nlags=5)[1]
    assert found.diagnostics["arch_p"] == pytest.approx(arch, rel=1e-8)


def test_hac_is_the_variance_of_a_sum_with_correlation_between_days():
    found = study(errors="HAC", factors=[])
    y = SHARES["UAL"].to_numpy()[30:150]
    e = y - y.mean()
    own = [e[lag:] @ e[: 120 - lag] / 119 for lag in range(4)]
    days = 4 * own[0] + 2 * sum((4 - lag) * own[lag] for lag in (1, 2, 3))
    mean = sm.OLS(y, np.ones(120)).fit(cov_type="HAC", cov_kwds={"maxlags": 3, "use_correction": True})  # fmt: skip
    assert found.se**2 == pytest.approx(days + 16 * mean.bse[0] ** 2, rel=1e-9)
    assert found.car == study(factors=[]).car


def test_the_empirical_p_is_a_rank_among_earlier_windows():
    found = study(errors="empirical")
    x = sm.add_constant(SHARES[["SPX", "oil"]].to_numpy()[30:150])
    e = sm.OLS(SHARES["UAL"].to_numpy()[30:150], x).fit().resid
    inverse, ahead = np.linalg.inv(x.T @ x), np.r_[4, SHARES[["SPX", "oil"]].to_numpy()[150:154].sum(axis=0)]  # fmt: skip
    wide = 4 + ahead @ inverse @ ahead  # of a forecast; sums of residuals are narrower
    own = [x[i : i + 4].sum(axis=0) for i in range(117)]
    sums = np.array([e[i : i + 4].sum() * np.sqrt(wide / (4 - v @ inverse @ v)) for i, v in enumerate(own)])  # fmt: skip
    assert "30 of them apart" in found.car.method
    assert found.p == (1 + (np.abs(sums) >= abs(found.car)).sum()) / 118
    assert found.car.high == pytest.approx(found.car - np.quantile(sums, 0.025))
    for beyond, speaks in ((1 + 1e-9, True), (1 - 1e-9, False)):
        others = (np.abs(sums) >= found.detectable * beyond).sum()
        assert ((1 + others) / 118 <= 0.05) == speaks


def test_other_benchmarks():
    y, m = SHARES["UAL"].to_numpy(), SHARES["SPX"].to_numpy()
    raw, less = study(model="raw"), study(model="market adjusted", factors="SPX")
    assert raw.car == pytest.approx(y[150:154].sum())
    assert raw.se == pytest.approx(2 * np.sqrt((y[30:150] ** 2).mean()))
    assert less.car == pytest.approx((y - m)[150:154].sum())
    assert less.daily["expected"].tolist() == pytest.approx(m[150:154].tolist())
    assert (less.df, less.factors, raw.factors) == (120, ("SPX",), ())
    assert study(model="constant mean").car == study(factors=[]).car
    peers = study(factors=[["SPX", "oil"]])
    mean = SHARES.assign(peers=(SHARES["SPX"] + SHARES["oil"]) / 2)
    assert peers.car == study(mean, factors="peers").car
    assert peers.factors == ("mean of SPX, oil",)


def test_a_known_effect_is_found_and_nothing_is_found_5_per_cent_of_the_time():
    luck, hits = np.random.default_rng(3), 0
    for _ in range(200):
        shares = pd.DataFrame({"UAL": luck.normal(0, 0.03, 34)}, DAYS[:34])
        hits += evidence.event_study(shares, firm="UAL", factors=[], event=DAYS[30], window=(0, 3),
                                     estimation=30).p < 0.05  # fmt: skip
    assert hits / 200 == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / 200))
    moved = SHARES.copy()
    moved.loc[DAYS[151], "UAL"] -= 0.4
    assert study(moved).car == pytest.approx(study().car - 0.4)
    assert study(moved).p < 1e-6


def test_power_and_detectable_effect_agree():
    found = study()
    assert found.power(found.detectable_80) == pytest.approx(0.8)
    assert found.power(-found.detectable_80) == pytest.approx(0.8)
    assert found.power(0) == pytest.approx(0.05)
    size, df = 0.1 / found.se, found.df
    limit = stats.t.ppf(0.975, df)
    peer = stats.nct.sf(limit, df, size) + stats.nct.cdf(-limit, df, size)
    assert found.power(0.1) == pytest.approx(peer, rel=1e-9)
    assert found.power(9.9) == pytest.approx(1)


def test_windows_that_are_long_beside_the_estimation_get_a_note_or_are_refused():
    with says("estimation must be at least 5 times as long as the window for HAC errors, got 120 days for 25: "
              'they would say yes twice as often as promised, so use "normal", or placebo dates'):  # fmt: skip
        study(errors="HAC", window=(0, 24))
    for errors, least, words in (("HAC", 7, "HAC errors say yes"), ("empirical", 13, "ranks say yes")):  # fmt: skip
        assert any(note.startswith(words) for note in study(errors=errors, window=(0, least - 1)).notes)  # fmt: skip
        assert not any(note.startswith(words) for note in study(errors=errors, window=(0, least - 2)).notes)  # fmt: skip


def test_ranks_keep_their_promise_for_windows_of_ten_days():
    luck, one, inverse = np.random.default_rng(4), np.ones((100, 1)), np.array([[0.01]])
    hits = np.zeros(2)
    for e in luck.standard_normal((3000, 110)):
        rest = e[:100] - e[:100].mean()
        car = float((e[100:] - e[:100].mean()).sum())
        stretched = _residuals.scaled_runs(rest, one, inverse, np.array([10.0]), 10)
        for i, sums in enumerate((stretched, _residuals.runs(rest, 10))):
            hits[i] += _residuals.rank(car, sums)["two_sided"] <= 0.05
    error = np.sqrt(0.05 * 0.95 / 3000)
    assert hits[0] / 3000 == pytest.approx(0.05, abs=4 * error)
    assert hits[1] / 3000 > 0.05 + 4 * error  # residuals are narrower than forecasts


def test_holding_a_share_is_not_the_sum_of_its_returns():
    # Half lost, then doubled: the sum is +50 %, a holder has what he had.
    shares = pd.DataFrame({"UAL": [0.01, -0.01, 0.02, -0.02, -0.5, 1.0]}, DAYS[:6])
    found = evidence.event_study(shares, firm="UAL", factors=[], model="raw", event=DAYS[4],
                                 window=(0, 1), estimation=4)  # fmt: skip
    assert found.car == pytest.approx(0.5)
    assert dict(found.buy_and_hold) == pytest.approx({"firm": 0, "benchmark": 0, "difference": 0})
    assert any(note.startswith("the CAR adds returns up (+50.0%); one who held the share did +0.0%") for note in found.notes)  # fmt: skip
    assert not any("adds returns up" in note for note in study(window=(0, 0)).notes)


def test_an_expected_move_that_dwarfs_the_share_is_told():
    # Mean +5 % a day for ten days, then -1 %: the CAR of -6 % is mostly the mean.
    shares = pd.DataFrame({"UAL": [0.06, 0.04] * 5 + [-0.01]}, DAYS[:11])
    notes = evidence.event_study(shares, firm="UAL", factors=[], event=DAYS[10], window=(0, 0), estimation=10).notes  # fmt: skip
    assert "most of the CAR (-6.0%) is what was expected (+5.0%), not what the share did (-1.0%): look at the coefficients" in notes  # fmt: skip
    assert any(note.startswith("alpha is +5.0% a day") for note in notes)
    assert not any("expected" in note or "alpha" in note for note in study().notes)


# --- forms of data --------------------------------------------------------------------------------


@patiently
@given(st.randoms())
def test_rows_and_columns_may_stand_in_any_order(luck):
    rows, columns = list(range(200)), list(SHARES.columns)
    luck.shuffle(rows)
    luck.shuffle(columns)
    assert repr(study(SHARES.iloc[rows][columns])) == repr(study())


def test_dates_may_be_a_column_words_long_or_have_a_zone():
    long = SHARES.rename_axis("date").reset_index().melt("date", var_name="ticker", value_name="return")  # fmt: skip
    forms = {
        "column": SHARES.rename_axis("date").reset_index(),
        "words": SHARES.set_axis([f"{day:%Y-%m-%d}" for day in DAYS]),
        "long": long.sample(frac=1, random_state=1),
        "zone": SHARES.tz_localize("America/New_York"),
        "objects": SHARES.astype(object),
    }
    for name, form in forms.items():
        assert study(form).t == pytest.approx(study().t, rel=1e-12), name
    plain = SHARES.rename(columns={"UAL": "firm", "SPX": 0, "oil": "return"})
    assert study(plain, firm="firm", factors=(0, "return")).t == study().t


def test_words_with_dots_are_days_first_and_slashes_are_refused():
    dots = SHARES.set_axis([f"{day:%d.%m.%Y}" for day in DAYS])
    assert study(dots, event=f"{DAYS[150]:%d.%m.%Y}").t == study().t
    assert study(event="06.07.2009").day0 == pd.Timestamp("2009-07-06")
    with says("event must read one way only, such as 2009-07-06 or 06.07.2009 (day first), got '7/6/2009': "
              "read it with pd.to_datetime(..., dayfirst=True) or dayfirst=False before"):  # fmt: skip
        study(event="7/6/2009")
    with pytest.raises(ValueError, match="days of returns must read one way only"):
        study(SHARES.set_axis([f"{day:%m/%d/%Y}" for day in DAYS]))


SIX = pd.Timestamp("2009-07-06")


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("2009-07-06", SIX), ("2009/7/6", SIX), ("20090706", SIX), ("06.07.2009", SIX), ("6 July 2009", SIX),
        ("2009-07", SIX.replace(day=1)), ("2009Q3", SIX.replace(day=1)), ("2009", pd.Timestamp("2009-01-01")),
        ("2009-07-06T23:30:00-04:00", SIX.replace(hour=23, minute=30)), ("06.07.2009 16:00", SIX.replace(hour=16)),
        (pd.Timestamp("2009-07-06", tz="Asia/Tokyo"), SIX), (pd.Period("2009-07"), SIX.replace(day=1)),
        (SIX.date(), SIX), (np.datetime64("2009-07-06"), SIX),
    ],
)  # fmt: skip
def test_one_reader_of_dates(given, read):
    assert _dates.moment(given, "event") == read
    assert _dates.moments([given, given], "days").tolist() == [read, read]


@pytest.mark.parametrize("given", ["7/6/2009", "07-06-2009", "06.07.09", "6 7 2009"])
def test_dates_that_read_two_ways_are_refused(given):
    with pytest.raises(ValueError, match=r"^event must read one way only, .* got '.*': read it with"):  # fmt: skip
        _dates.moment(given, "event")


@pytest.mark.parametrize("given", ["31.02.2009", "200907", "Jul", "soon", 20090706, 2009.5, True, [1]])  # fmt: skip
def test_what_is_no_date_is_refused(given):
    with says(f"event must be a date such as 2009-07-06, got {given!r}"):
        _dates.moment(given, "event")


def test_a_row_without_a_date_is_refused():
    for rows in (["2009-07-06", None], pd.DatetimeIndex(["2009-07-06", pd.NaT])):
        with says("days must be known in each row, got 1 row without one"):
            _dates.moments(rows, "days")


def test_days_without_trading_are_told():
    every = SHARES.asfreq("D")
    filled = every.fillna(0.0)
    notes = study(filled, event=DAYS[150]).notes
    assert any(re.match(r"\d\d of 124 days used fall on a Saturday or Sunday", note) for note in notes)  # fmt: skip
    assert any(re.match(r"\d\d of 124 days used have returns of 0 in all columns", note) for note in notes)  # fmt: skip
    gone = study(SHARES.drop(DAYS[151]), event=DAYS[150]).notes
    assert f"there is no row for {DAYS[151]:%Y-%m-%d}, a weekday within the window: a holiday, or a return that is missing" in gone  # fmt: skip
    moved = study(SHARES.drop(DAYS[150])).notes[0]
    assert moved == f"{DAYS[150]:%Y-%m-%d} has no row (no trading day, or missing): day 0 is the next one, {DAYS[151]:%Y-%m-%d}"  # fmt: skip
    assert study().notes == ()


def test_factors_may_be_a_table_of_their_own():
    own = SHARES[["SPX", "oil"]].sample(frac=1, random_state=3)
    assert study(SHARES[["UAL"]], factors=own).t == study().t
    assert study(factors=SHARES["SPX"]).t == study(factors="SPX").t


def test_an_estimation_window_may_be_days_dates_or_lie_after_the_event():
    days = study(estimation=(-120, -1))
    dates = study(estimation=(DAYS[30], str(DAYS[149].date())))
    assert days.t == dates.t == study().t
    assert study(gap=10, estimation=100).estimation == (DAYS[40], DAYS[139])
    after = study(event=DAYS[5], estimation=(20, 139))
    assert after.estimation == (DAYS[25], DAYS[144])
    car, se, _ = dummies(SHARES, ["SPX", "oil"], np.arange(25, 145), np.arange(5, 9))
    assert (after.car, after.se) == pytest.approx((car, se), rel=1e-10)


def test_an_event_on_a_sunday_counts_from_monday_and_says_so():
    sunday = DAYS[150] - pd.Timedelta(days=DAYS[150].day_of_week + 1)
    found = study(event=sunday)
    assert found.day0 == sunday + pd.Timedelta(days=1)
    assert found.notes[0] == (
        f"{sunday:%Y-%m-%d} was no trading day: day 0 is the next one, {found.day0:%Y-%m-%d}"
    )


def test_missing_days_of_the_estimation_window_are_left_out_and_counted():
    holed = SHARES.copy()
    holed.iloc[[40, 50], 2] = np.nan
    found = study(holed)
    assert found.car.n == 118
    assert found.notes[0] == "2 days without a return left out of the estimation window"
    used = np.delete(np.arange(30, 150), [10, 20])
    car, se, _ = dummies(SHARES, ["SPX", "oil"], used, np.arange(150, 154))
    assert (found.car, found.se) == pytest.approx((car, se), rel=1e-10)


def test_notes_name_what_is_odd():
    odd = SHARES.copy()
    odd.iloc[100, 2] += 0.5
    assert any("not normal" in note for note in study(odd).notes)
    assert "the estimation window leaves only 17 degrees of freedom" in study(estimation=20).notes
    holed = SHARES.drop(DAYS[60:70])
    assert any(note.startswith("there are no rows between 2009-03-25 and 2009-04-09") for note in study(holed, estimation=100).notes)  # fmt: skip
    assert any(
        "too few windows" in note
        for note in study(errors="empirical", estimation=12, window=(0, 0)).notes
    )


def test_returns_of_prices():
    days = pd.to_datetime(["2009-07-06", "2009-07-07", "2009-07-08", "2009-07-09", "2009-07-10"])
    found = evidence.returns(pd.DataFrame({"UAL": CLOSES}, days))
    assert found["UAL"].round(4).tolist() == [-0.024, -0.0031, -0.0215, 0.0252]
    logs = evidence.returns(pd.Series(CLOSES, days, name="UAL"), kind="log")
    assert np.exp(logs["UAL"].sum()) - 1 == pytest.approx(3.26 / 3.34 - 1)
    long = pd.DataFrame({"date": [*days, *days], "ticker": ["UAL"] * 5 + ["DAL"] * 5,
                         "close": [*CLOSES, 1, 2, 4, 8, 16]}).sample(frac=1, random_state=2)  # fmt: skip
    assert evidence.returns(long)["DAL"].tolist() == [1, 1, 1, 1]
    prices = pd.DataFrame({"UAL": CLOSES, "DAL": range(1, 6)}, days)
    blank = pd.concat([prices, pd.DataFrame(index=pd.to_datetime(["2009-07-04", "2009-07-05", "2009-07-11"]))])  # fmt: skip
    pd.testing.assert_frame_equal(
        evidence.returns(blank), evidence.returns(prices), check_freq=False
    )
    dots = prices.set_axis([f"{day:%d.%m.%Y}" for day in days])
    pd.testing.assert_frame_equal(evidence.returns(dots), evidence.returns(prices), check_index_type=False, check_freq=False)  # fmt: skip
    with pytest.warns(UserWarning, match="prices of DAL never move, got 2 on all 5 days: its returns are 0"):  # fmt: skip
        assert evidence.returns(prices.assign(DAL=2.0))["UAL"].tolist() == found["UAL"].tolist()
    holed = evidence.returns(pd.DataFrame({"UAL": [1, None, 2, 3, 4], "DAL": CLOSES}, days))
    assert holed["UAL"].isna().tolist() == [True, True, False, False]


# --- messages -------------------------------------------------------------------------------------


def test_says_what_is_wrong_with_prices():
    days = pd.date_range("2009-07-06", periods=3)
    with says("prices of UAL must be above 0, got 0 on 2009-07-07"):
        evidence.returns(pd.DataFrame({"UAL": [1.0, 0.0, 2.0]}, days))
    with says("prices of UAL must move, got 2 on all 3 days"):
        evidence.returns(pd.DataFrame({"UAL": [2.0] * 3}, days))
    with says("prices must have one row a trading day, got 2009-07-06 twice"):
        evidence.returns(pd.DataFrame({"UAL": [1.0, 2.0]}, days[[0, 0]]))
    with says("prices must have no hole of more than 7 days, got none between 2009-07-06 and "
              "2009-07-20: give max_gap_days if that is meant"):  # fmt: skip
        evidence.returns(pd.DataFrame({"UAL": [1.0, 2.0]}, pd.to_datetime(["2009-07-06", "2009-07-20"])))  # fmt: skip
    with says("prices must be closing prices, one column a firm, got Volume: drop other columns"):
        evidence.returns(pd.DataFrame({"UAL": [1.0, 2.0], "Volume": [0, 5]}, days[:2]))
    with says("kind must be one of simple, log, got 'weekly'"):
        evidence.returns(pd.DataFrame({"UAL": [1.0, 2.0]}, days[:2]), kind="weekly")
    with says("prices must have trading dates in their index or in a column date, got an index of int64: made-up days will do, such as pd.bdate_range('2009-01-01', periods=2)"):  # fmt: skip
        evidence.returns(pd.DataFrame({"UAL": [1.0, 2.0]}))


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"event": "2012-01-01"}, "event must lie within the returns, 2009-01-01 to 2009-10-07, got 2012-01-01"),
        ({"firm": "AMR"}, "firm must be a column of the returns, got 'AMR': there are SPX, oil, UAL, DAL"),
        ({"factors": ["UAL"]}, "factors must not hold the firm itself, got 'UAL'"),
        ({"window": (3, 0)}, "window must be (first, last) in whole trading days from day 0, first not after last, got (3, 0)"),
        ({"window": (0, 60)}, "window must lie within the returns, got days 0 to 60 where there are 150 trading days before day 0 and 49 after it: take fewer days, or others"),
        ({"estimation": 151}, "estimation must lie within the returns, got days -151 to -1 where there are 150 trading days before day 0 and 49 after it: take fewer days, or others"),
        ({"estimation": 60.5}, "estimation must be a whole number of trading days, or (first, last), got 60.5"),
        ({"estimation": 4}, "estimation must have at least 5 days with returns, got 4: take more days"),
        ({"estimation": (-20, 0)}, "estimation must not overlap the window, got days -20 to 0 and 0 to 3"),
        ({"model": "market adjusted", "factors": []}, "factors must be given for the market adjusted model, got none"),
        ({"factors": ["SPX", "oil", "DAL"]}, "factors must not be combinations of each other, got SPX, oil, DAL: leave one out"),
        ({"firm": "DAL"}, "returns of DAL must not be an exact combination of SPX, oil, got residuals of 0 in the estimation window"),
        ({"level": 0.05}, "level must be a confidence of at least 0.5, got 0.05: a test at 5% has level 0.95"),
    ],
)  # fmt: skip
def test_says_what_is_wrong_with_a_study(changed, sentence):
    with says(sentence):
        study(**changed)


def test_says_where_a_return_is_missing_or_never_moves():
    holed = SHARES.copy()
    holed.iloc[152, 1] = np.nan
    with says(f"window must have a return on each day, got none of oil on {DAYS[152]:%Y-%m-%d}"):
        study(holed)
    for column, value in (("UAL", 0.01), ("oil", 0.0)):
        with says(f"returns must vary in the estimation window, got {value:g} of {column} on all 120 days"):  # fmt: skip
            study(SHARES.assign(**{column: value}))
    with says("returns must have one row a trading day, got 2009-01-01 twice"):
        study(pd.concat([SHARES, SHARES.head(1)]))
    with says("UAL must be finite, got infinity on 2009-01-01"):
        study(SHARES.replace({"UAL": {SHARES["UAL"].iloc[0]: np.inf}}))


def test_warns_of_per_cent():
    with pytest.warns(UserWarning, match="returns of UAL look like per cent, got"):
        found = study(100 * SHARES)
    assert found.t == pytest.approx(study().t)


# --- figure ---------------------------------------------------------------------------------------


def test_the_path_shows_the_car_and_what_chance_does():
    found = study()
    kept = Prediction("fall", -0.1, "percent", "")
    ax = plots.car_path(found, claim=-0.1, prediction=kept)
    line = next(line for line in ax.lines if line.get_label() == "UAL, cumulated")
    assert line.get_ydata()[-1] == pytest.approx(100 * found.car)
    assert line.get_ydata()[0] == 0
    band = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert band.max() == pytest.approx(100 * found.detectable)
    assert ax.get_title(loc="left").startswith(f"UAL: {float(found.car):+.1%} in 4 days")
    star = next(line for line in ax.lines if line.get_label() == "your prediction")
    assert star.get_ydata()[0] == -10
