"""Data sets of airlines, tweets, views and followers: they give the figures that were published."""

import re
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from cemlab import _proportions, _shelf, datasets, plots, readings
from cemlab.classroom.exercises import Prediction

SATISFACTION = datasets.load("acsi-airlines")
RETURNS = datasets.load("airline-returns-2008-2010").set_index("date")
BAGGAGE = datasets.load("united-baggage")
US_BAGGAGE = datasets.load("us-baggage").set_index("year")
TWEETS = datasets.load("airline-tweets-2015")
NESTLE = datasets.load("nestle-views")
DELL = datasets.load("dell-followers-revenue")
FIGURES = {
    "satisfaction_by_airline": lambda **given: plots.satisfaction_by_airline(SATISFACTION, **given),
    "baggage_rate": lambda **given: plots.baggage_rate(BAGGAGE, **given),
    "reasons": lambda **given: plots.reasons(TWEETS, **given),
    "hourly_tweets": lambda **given: plots.hourly_tweets(TWEETS, **given),
    "followers_revenue": lambda **given: plots.followers_revenue(DELL, **given),
}


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def words(ax):
    return [text.get_text() for text in ax.texts]


def limits(name):
    table = datasets.describe(name)
    return table.loc[table.index == "(limit)", "meaning"].tolist()


def chained(ticker, first, last):
    """Return the return over several days, the first day among them."""
    return float((1 + RETURNS.loc[first:last, ticker]).prod() - 1)


# --- how the tables were made ---------------------------------------------------------


TYPED = ["acsi-airlines", "nestle-views", "dell-followers-revenue", "us-baggage"]


@pytest.mark.parametrize("name", TYPED)
def test_a_set_typed_from_its_sources_is_made_again_byte_by_byte(name, tmp_path):
    folder = _shelf.folder("datasets") / name
    script = shutil.copy(folder / "make.py", tmp_path)
    subprocess.run([sys.executable, script], check=True)
    assert (tmp_path / "data.csv").read_bytes() == (folder / "data.csv").read_bytes()


def test_returns_are_made_from_closes_in_any_order(tmp_path):
    script = shutil.copy(_shelf.folder("datasets") / "airline-returns-2008-2010/make.py", tmp_path)
    closes = {"2009-07-06": 3.34, "2009-07-02": 4.0, "2009-07-07": 3.26, "2011-01-03": 9.0}
    names = [name for name in datasets.load("airline-returns-2008-2010").columns if name != "date"]
    rows = [f"{day},{name},{close}" for day, close in closes.items() for name in [*names, "HD"]]
    (tmp_path / "closes.csv").write_text("\n".join(["date,ticker,close", *rows]) + "\n")
    subprocess.run([sys.executable, script, tmp_path / "closes.csv"], check=True)
    made = pd.read_csv(tmp_path / "data.csv")
    assert made["date"].tolist() == ["2009-07-06", "2009-07-07"]
    assert made["UAL"].tolist() == [-0.165, -0.0239521]  # 3.34/4.00 - 1, 3.26/3.34 - 1


# --- satisfaction ---------------------------------------------------------------------


def test_united_was_last_of_six_before_the_video():
    year = SATISFACTION[SATISFACTION["year"] == 2009].set_index("airline")["acsi"]
    assert year.sort_values(ascending=False).to_dict() == {
        "Southwest": 81, "Continental": 68, "Delta": 64, "American": 60, "US Airways": 59,
        "United": 56,
    }  # fmt: skip
    day = SATISFACTION.loc[SATISFACTION["year"] == 2009, "published"]
    assert set(day) == {pd.Timestamp("2009-05-19")}
    assert (pd.Timestamp("2009-07-06") - day.iloc[0]).days == 48


def test_published_scores_stand_as_printed_and_recalled_ones_are_marked():
    table = SATISFACTION.set_index(["year", "airline"])
    printed = {
        2008: {"Southwest": 79, "American": 62, "Continental": 62, "US Airways": 54, "United": 56},
        2012: {"JetBlue": 81, "Southwest": 77, "Delta": 65, "American": 64, "United": 62, "Industry": 67},
        2014: {"JetBlue": 79, "Southwest": 78, "Delta": 71, "American": 66, "US Airways": 66, "United": 60, "Industry": 69},
    }  # fmt: skip
    for year, scores in printed.items():
        assert table.loc[year, "acsi"].to_dict() == scores
    assert table.index.is_unique
    recalled = SATISFACTION[SATISFACTION["source"] == "recalled"]
    assert (SATISFACTION["confidence"] == "unverified").equals(SATISFACTION["source"] == "recalled")
    assert recalled["published"].isna().all()
    assert recalled.groupby("year").size().to_dict() == {2010: 7, 2011: 4, 2015: 7}
    assert table.loc[(2008, "United"), "confidence"] == "computed"


def test_a_day_of_publication_stands_only_where_a_report_of_that_year_was_found():
    printed = SATISFACTION[SATISFACTION["published"].notna()]
    assert (printed["published"].dt.year == printed["year"]).all()
    assert printed["source"].str.contains(r"-20\d\d$").all()
    assert (printed["source"].str[-4:].astype(int) == printed["year"]).all()
    unprinted = SATISFACTION[SATISFACTION["published"].isna()]
    assert unprinted.groupby("source").size().to_dict() == {
        "azcentral-2014": 6, "consumerist-2012": 2, "eturbonews-2009": 1, "recalled": 18,
    }  # fmt: skip


# --- returns --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "percent"),
    [
        ("2009-07-07", "2009-07-10", -2.40),  # from the close of 6 July
        ("2009-07-21", "2009-07-21", 5.98),
        ("2009-07-22", "2009-07-22", -9.68),
        ("2009-07-07", "2009-07-31", 23.35),
        ("2008-09-08", "2008-09-08", -11.22),  # published: 11.2 %
    ],
)
def test_returns_of_united_are_those_of_the_facts(first, last, percent):
    assert 100 * chained("UAL", first, last) == pytest.approx(percent, abs=0.005)


def test_levels_come_back_within_half_a_cent():
    level = 4.60 * (1 + RETURNS["UAL"]).cumprod()
    known = {"2008-09-05": 12.30, "2008-09-08": 10.92, "2009-07-06": 3.34, "2009-07-10": 3.26,
             "2009-07-22": 3.36, "2010-12-31": 23.82}  # fmt: skip
    assert np.abs(level.loc[list(known)].to_numpy() - list(known.values())).max() < 0.005


def test_only_united_has_a_close_to_start_from():
    meant = datasets.describe("airline-returns-2008-2010").loc["date":"SPY", "meaning"]
    assert [name for name, words in meant.items() if "2008-07-01" in words] == ["UAL"]
    assert "4.60 USD" in meant["UAL"]


def test_a_move_of_a_few_per_cent_was_ordinary_when_the_limits_say_so():
    wild = RETURNS["UAL"].abs() >= 0.05
    assert round(wild.mean(), 2) == 0.33
    assert wild.groupby(RETURNS.index.year).mean().round(2).tolist() == [0.65, 0.38, 0.10]
    assert RETURNS["UAL"].idxmax() == pd.Timestamp("2008-07-22")
    assert round(RETURNS["UAL"].max(), 3) == 0.685


def test_trading_days_are_all_there_in_order():
    assert RETURNS.index.is_monotonic_increasing
    assert RETURNS.index.is_unique
    assert (RETURNS.index.day_of_week < 5).all()
    assert RETURNS.groupby(RETURNS.index.year).size().to_dict() == {2008: 127, 2009: 252, 2010: 252}
    assert RETURNS.notna().all(axis=None)
    shared = RETURNS[["UAL", "DAL", "SPX", "SPY"]].corr()
    assert shared.loc["SPX", "SPY"] > 0.98
    assert 0.7 < shared.loc["UAL", "DAL"] < 0.9


# --- baggage --------------------------------------------------------------------------


def test_april_2009_is_the_figure_in_the_newspaper():
    row = BAGGAGE[(BAGGAGE["airline"] == "United") & (BAGGAGE["month"] == "2009-04-01")].iloc[0]
    assert row["reports"] == 13_517
    assert round(row["enplaned"] / 1e6, 2) == 4.03
    assert round(row["per_1000"], 2) == 3.35


def test_united_lost_less_baggage_each_year_before_and_after_the_video():
    united = BAGGAGE[BAGGAGE["airline"] == "United"]
    years = united.groupby(united["month"].dt.year)[["reports", "enplaned"]].sum()
    rate = 1000 * years["reports"] / years["enplaned"]
    assert rate.loc[2008:].round(2).tolist() == [5.24, 4.10, 3.40]
    assert years["reports"].loc[2008:].tolist() == [283_357, 196_356, 154_630]
    assert (years["enplaned"].loc[2008:] / 1e6).round(2).tolist() == [54.11, 47.95, 45.54]


def test_every_airline_has_every_month_and_rates_fit_their_counts():
    assert BAGGAGE.groupby("airline").size().to_dict() == {
        "American Eagle": 84, "Hawaiian": 84, "United": 84,
    }  # fmt: skip
    assert not BAGGAGE.duplicated(["airline", "month"]).any()
    rate = 1000 * BAGGAGE["reports"] / BAGGAGE["enplaned"]
    assert (rate - BAGGAGE["per_1000"]).abs().max() <= 0.0005 + 1e-12
    assert (BAGGAGE["cancelled"] < BAGGAGE["scheduled"]).all()


def test_the_season_of_baggage_is_the_one_in_the_limits():
    month = BAGGAGE["month"].dt.month
    sums = BAGGAGE.groupby(["airline", month])[["reports", "enplaned"]].sum()
    sums["rate"] = 1000 * sums["reports"] / sums["enplaned"]
    rate = sums.pivot_table(index="airline", columns="month", values="rate")
    for name in ("United", "American Eagle"):
        ranked = rate.loc[name].sort_values(ascending=False).index.tolist()
        assert ranked[:2] == [12, 1]
        assert set(ranked[2:6]) == {6, 7, 8, 2}
    for name in rate.index:
        assert rate.loc[name].idxmax() == 12
    assert rate.loc["Hawaiian"].max() / rate.loc["Hawaiian"].min() < 1.2
    season = next(one for one in limits("united-baggage") if "season" in one)
    for words, number in {"December": 12, "January": 1, "June": 6, "November": 11}.items():
        assert f"{words} {rate.loc['United', number]:.2f}" in season
    low = {4, 9, 10, 11}
    assert set(rate.loc["United"].nsmallest(4).index) == low


def test_rates_of_all_airlines_are_those_of_their_counts():
    known = {2007: 7.05, 2008: 5.26, 2009: 3.99, 2010: 3.51, 2011: 3.39}
    assert US_BAGGAGE["per_1000"].loc[2007:].to_dict() == known
    rate = 1000 * US_BAGGAGE["reports_million"] / US_BAGGAGE["enplaned_million"]
    far = (rate - US_BAGGAGE["per_1000"]).abs().max()
    assert 0.0115 < far < 0.0125
    assert sum("by up to 0.012 per 1,000" in limit for limit in limits("us-baggage")) == 1
    people = US_BAGGAGE["enplaned_million"]
    assert people.index[people.diff().abs() > 100].tolist() == [2005, 2006]  # out of line, and back
    assert US_BAGGAGE.index[US_BAGGAGE["note"] != ""].tolist() == [2005]
    assert US_BAGGAGE.index.tolist() == list(range(1990, 2012))


# --- tweets ---------------------------------------------------------------------------


def test_tweets_by_sentiment_are_those_of_the_facts():
    counts = TWEETS.pivot_table(index="airline", columns="sentiment", values="n", aggfunc="sum")
    assert counts.to_numpy().sum() == 14_640
    assert counts.sum().to_dict() == {"negative": 9_178, "neutral": 3_099, "positive": 2_363}
    share = (100 * counts["negative"] / counts.sum(axis=1)).round(1)
    assert share.to_dict() == {
        "American": 71.0, "Delta": 43.0, "Southwest": 49.0, "US Airways": 77.7, "United": 68.9,
        "Virgin America": 35.9,
    }  # fmt: skip


def test_reasons_are_given_for_negative_tweets_only():
    assert (TWEETS["reason"].ne("") == TWEETS["sentiment"].eq("negative")).all()
    by_reason = TWEETS.groupby("reason")["n"].sum()
    assert round(100 * by_reason["customer service issue"] / 9_178, 1) == 31.7
    united = TWEETS[TWEETS["airline"] == "United"].groupby("reason")["n"].sum()
    luggage = united[["damaged luggage", "lost luggage"]]
    assert luggage.tolist() == [22, 269]
    assert round(100 * luggage.sum() / united.drop("").sum()) == 11
    assert united.drop("").sum() == 2_633


def test_american_starts_five_days_after_the_others():
    early = TWEETS[TWEETS["date"] < "2015-02-22"].groupby("airline")["n"].sum()
    assert early["American"] == 4
    assert early.drop("American").min() > 300
    american = TWEETS[TWEETS["airline"] == "American"]
    noon = american["date"] + pd.to_timedelta(american["hour"], unit="h") < "2015-02-22 12:00"
    assert american.loc[noon, "n"].sum() == 8
    assert not TWEETS.duplicated(["date", "hour", "airline", "sentiment", "reason"]).any()


def test_a_row_may_be_a_single_tweet_and_the_limits_say_how_often():
    assert list(TWEETS) == ["date", "hour", "airline", "sentiment", "reason", "n"]
    single = f"{(TWEETS['n'] == 1).sum():,} of the {len(TWEETS):,} rows stand for a single tweet"
    assert single.startswith("1,961 of the 4,863")
    assert sum(limit.startswith(single) for limit in limits("airline-tweets-2015")) == 1
    assert TWEETS.loc[TWEETS["airline"] == "American", "n"].sum() == 2_759


# --- views and followers --------------------------------------------------------------


def test_views_of_the_second_case_go_through_the_tools_of_the_first():
    band = readings.envelope(NESTLE, ["2010-03-20", "2010-04-15", "2010-06-01"])
    assert band["low"].tolist() == [175_000, 580_000, 1_450_000]
    assert band["high"].tolist() == [590_000, 1_550_000, np.inf]
    assert NESTLE["views"].tolist() == [17_000, 78_500, 100_000, 180_000, 585_000, 1_500_000]
    assert NESTLE.loc[NESTLE["confidence"] == "contested", "views"].tolist() == [78_500, 100_000]
    assert NESTLE["time"].is_monotonic_increasing


def test_followers_and_revenue_are_those_of_the_press():
    people = DELL[DELL["quantity"] == "followers"]
    assert people["value"].tolist() == [117_000, 609_000, 779_000, 1_220_000, 1_500_000]
    assert people["value"].iloc[-1] / people["value"].iloc[-2] == pytest.approx(1.23, abs=0.005)
    money = DELL[DELL["quantity"] == "revenue"].set_index("scope")["value"]
    assert money["DellOutlet"].tolist() == [0, 1, 2]
    assert money.drop("DellOutlet").to_dict() == {
        "DellOutlet and new systems": 3.0, "all Dell accounts": 6.5, "Dell Brazil": 0.8,
    }  # fmt: skip
    (share,) = [limit for limit in limits("dell-followers-revenue") if "61 billion" in limit]
    assert f"about {100 * 6.5e6 / 61e9:.2f} % of one year" in share
    assert share.endswith(f"it is about {100 * 6.5e6 / (2.5 * 61e9):.3f} %.")


# --- figures --------------------------------------------------------------------------


@pytest.mark.parametrize("name", FIGURES)
def test_a_prediction_stands_beside_the_result_and_a_title_may_be_given(name):
    ax = FIGURES[name](prediction="7 apples", title="Given")
    assert "Your prediction: 7 apples" in words(ax)
    assert ax.get_title(loc="left") == "Given"
    own = plots.new_axes(width=12.0)
    assert FIGURES[name](ax=own) is own
    assert own.get_xlabel()
    own.figure.canvas.draw()
    assert own._left_title.get_window_extent().x1 <= own.figure.bbox.x1
    for text in own.texts:
        assert text.get_window_extent().x1 <= own.figure.bbox.x1


@pytest.mark.parametrize("name", [name for name in FIGURES if name != "hourly_tweets"])
def test_a_kept_guess_is_marked_at_its_value(name):
    ax = FIGURES[name](prediction=Prediction("x", 0.25, "number", "any"))
    at = [line for line in ax.lines if line.get_label() == "your prediction"]
    assert len(at) == 1
    data = at[0].get_xdata() if name == "reasons" else at[0].get_ydata()
    assert list(data) == [0.25, 0.25]


def test_rows_may_come_in_any_order():
    for name, frame in {"satisfaction_by_airline": SATISFACTION, "baggage_rate": BAGGAGE,
                        "reasons": TWEETS, "hourly_tweets": TWEETS, "followers_revenue": DELL,
                        }.items():  # fmt: skip
        mixed = frame.sample(frac=1, random_state=3)
        if name == "followers_revenue":  # whose revenue comes first is whose is joined
            mixed = mixed.sort_values("date", kind="stable")
        draw = getattr(plots, name)
        assert draw(mixed).get_title(loc="left") == draw(frame).get_title(loc="left"), name


WITH_DATES = {
    "satisfaction_by_airline": (SATISFACTION, "published", "days of publication"),
    "baggage_rate": (BAGGAGE, "month", "months"),
    "hourly_tweets": (TWEETS, "date", "dates of tweets"),
    "followers_revenue": (DELL, "date", "dates"),
}


@pytest.mark.parametrize("name", WITH_DATES)
@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d %B %Y"])
def test_dates_may_be_given_as_text(name, form):
    frame, column, _ = WITH_DATES[name]
    text = frame.assign(**{column: frame[column].dt.strftime(form)})
    dated, read = (getattr(plots, name)(table) for table in (frame, text))
    assert read.get_title(loc="left") == dated.get_title(loc="left")
    assert read.get_xlim() == dated.get_xlim()
    for one, other in zip(dated.lines, read.lines, strict=True):
        assert [pd.Timestamp(x) if isinstance(x, str) else x for x in one.get_xdata()] == list(
            other.get_xdata()
        )


@pytest.mark.parametrize("name", WITH_DATES)
def test_dates_that_read_two_ways_are_refused(name):
    frame, column, called = WITH_DATES[name]
    text = frame.assign(**{column: frame[column].dt.strftime("%m/%d/%Y")})
    got = text[column].dropna().iloc[0]
    with pytest.raises(ValueError, match=f"^{called} must read one way only, .* got '{got}': "):
        getattr(plots, name)(text)
    with pytest.raises(ValueError, match=f"^{called} must be dates such as 2009-07-06, got "):
        getattr(plots, name)(frame.assign(**{column: 2009}))


def test_reasons_need_no_dates():
    text = TWEETS.drop(columns=["date", "hour"])
    assert plots.reasons(text).get_title(loc="left") == FIGURES["reasons"]().get_title(loc="left")
    one = plots.reasons(TWEETS[TWEETS["reason"] != ""][:1])
    assert one.get_title(loc="left").endswith("100% of 1 negative tweet")
    mute = TWEETS[TWEETS["sentiment"] == "negative"].copy()
    mute.loc[mute["reason"] == "late flight", "reason"] = ""
    told = plots.reasons(mute)
    late = TWEETS.loc[TWEETS["reason"] == "late flight", "n"].sum()
    assert told.get_title(loc="left").endswith(f"of {9_178 - late:,} negative tweets")
    assert len(told.get_yticks()) == 9


def test_what_is_missing_is_left_out_of_a_figure():
    scores = SATISFACTION.astype({"acsi": float, "year": float})
    scores.loc[(scores["airline"] == "United") & (scores["year"] == 2009), "acsi"] = np.nan
    ax = plots.satisfaction_by_airline(scores)
    assert ax.get_title(loc="left").startswith("United: 56 in 2008, before the video; then 60 in")
    bags = BAGGAGE[BAGGAGE["airline"] == "United"].astype({"reports": float})
    bags.loc[bags["month"].dt.year.eq(2009) & bags["month"].dt.month.ne(4), "reports"] = np.nan
    assert "3.35 in 2009" in plots.baggage_rate(bags).get_title(loc="left")
    last = DELL.assign(value=DELL["value"].where(DELL["value"] != 1_500_000))
    assert "1.2 million followers" in plots.followers_revenue(last).get_title(loc="left")
    with says("index must have a score of United, got none"):
        plots.satisfaction_by_airline(scores.assign(acsi=np.nan))
    with says("year must be known for each score, got 1 missing"):
        plots.satisfaction_by_airline(SATISFACTION.assign(year=[np.nan, *range(2000, 2049)]))
    with says("months must have one with reports and passengers of United, got none"):
        plots.baggage_rate(bags.assign(enplaned=0))


def test_long_names_and_single_rows_stay_within_the_picture():
    long = {"United": "United Airlines Holdings and its subsidiaries"}
    named = {"airline": long["United"]}
    wide = {"DellOutlet": "DellOutlet, United States", "all Dell accounts": "all Dell accounts anywhere"}  # fmt: skip
    drawn = [
        plots.satisfaction_by_airline(SATISFACTION.replace({"airline": long}), **named),
        plots.baggage_rate(BAGGAGE.replace({"airline": long}), **named, others={2009: 3.99},
                           others_name="all airlines of the United States that report"),
        plots.followers_revenue(DELL.replace({"scope": wide})),
        plots.followers_revenue(DELL, ax=plots.new_axes(width=8.0)),
        plots.followers_revenue(DELL[DELL["date"] == "2009-12-08"]),
        plots.satisfaction_by_airline(SATISFACTION[SATISFACTION["year"] == 2015]),
        plots.satisfaction_by_airline(SATISFACTION[:1]),
        plots.baggage_rate(BAGGAGE[:1]),
        plots.hourly_tweets(TWEETS[:1]),
    ]  # fmt: skip
    for ax in drawn:
        ax.figure.canvas.draw()
        right = ax.figure.bbox.x1
        ends = [ax._left_title, ax.xaxis.label]
        assert all(text.get_window_extent().x1 <= right for text in ends), ax._left_title
        assert ax.get_legend() is None or ax.get_legend().get_window_extent().x1 <= right
        ticks = [tick.get_text() for tick in ax.get_xticklabels()]
        assert any(ticks), ax._left_title


def test_unverified_scores_are_hollow_and_said_to_be():
    own = SATISFACTION[SATISFACTION["airline"] == "United"]
    ax = plots.satisfaction_by_airline(own)
    dots = [line for line in ax.lines if line.get_marker() == "o" and len(line.get_xdata()) == 1]
    hollow = {float(dot.get_ydata()[0]) for dot in dots if dot.get_markerfacecolor() == "white"}
    assert hollow == {60.0, 61.0}
    assert len(dots) == 7
    assert "the video\n6 July 2009" in words(ax)
    later = plots.satisfaction_by_airline(own, event="2007-01-01", event_name="the fees")
    assert later.get_title(loc="left") == "United: 56 in 2008, all after the fees"
    never = plots.satisfaction_by_airline(own[["acsi", "airline", "year"]], event="2020-03-11")
    assert never.get_title(loc="left") == "United: 60 in 2015, before the video"


def test_only_the_airline_and_those_beside_it_are_coloured():
    ax = plots.satisfaction_by_airline(SATISFACTION, beside=["Delta"])
    names = set(SATISFACTION["airline"])
    colours = {text.get_text(): text.get_color() for text in ax.texts if text.get_text() in names}
    assert set(colours) == names
    grey = colours["American"]
    assert {name for name, colour in colours.items() if colour != grey} == {"United", "Delta"}
    assert colours["United"] != colours["Delta"]
    assert ax.get_ylabel().endswith("axis starts at 51)")
    assert ax.get_ylim()[0] == 51
    plain = plots.satisfaction_by_airline(SATISFACTION, beside=["United"])
    assert [text.get_color() for text in plain.texts if text.get_text() == "Delta"] == [grey]
    with says("beside must be up to 3 airlines, got 4"):
        plots.satisfaction_by_airline(
            SATISFACTION, beside=["Delta", "Alaska", "JetBlue", "American"]
        )
    with pytest.raises(ValueError, match=r"^beside must be one of United, .*, got 'Ryanair'$"):
        plots.satisfaction_by_airline(SATISFACTION, beside=["Ryanair"])


def test_the_title_of_baggage_begins_two_years_before_the_event():
    found = plots.baggage_rate(BAGGAGE, event="2007-03-01").get_title(loc="left")
    assert found.replace("\n", " ") == (
        "United: 4.28 reports per 1,000 in 2005, 5.70 in 2006, 5.76 in 2007, 5.24 in 2008"
    )


def test_a_year_of_baggage_is_all_reports_over_all_passengers():
    few = pd.DataFrame(
        {
            "month": pd.to_datetime(["2009-02-01", "2009-01-01"]),
            "airline": "A",
            "reports": [10, 1],
            "enplaned": [1000, 9000],
        }
    )
    ax = plots.baggage_rate(few, airline="A", others={2009: 4.0, 2008: 5.0}, others_name="all")
    assert ax.get_title(loc="left") == "A: 1.10 reports per 1,000 in 2009"
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["2009"]
    assert ax.get_legend_handles_labels()[1] == ["A, month", "A, year", "all, year"]
    assert ax.lines[0].get_ydata().tolist() == pytest.approx([1 / 9, 10])


def test_shares_of_reasons_have_wilsons_intervals_and_add_up_to_one():
    ax = plots.reasons(TWEETS, airlines=["Delta", "United"], level=0.9)
    delta, united = (line for line in ax.lines if len(line.get_xdata()) == 10)
    assert delta.get_xdata().sum() == pytest.approx(1)
    assert united.get_xdata().max() == pytest.approx(681 / 2633)
    ends = [segment[:, 0] for segment in ax.collections[1].get_segments()]
    assert ends[0] == pytest.approx(_proportions.wilson(681, 2633, 0.9))
    assert ax.get_xlabel() == "part of the negative tweets (90% interval)"
    assert ax.get_title(loc="left") == "Customer service issue: 21% to 26% of the negative tweets"


def test_each_cell_of_the_hours_is_the_count_of_its_hour():
    ax = plots.hourly_tweets(TWEETS)
    cells = ax.collections[0].get_array()
    assert cells.shape == (6, 8 * 24 - 11)  # 16 February 23:00 to 24 February 11:59
    assert cells.sum() == 14_640
    few, many = (sum(ax.collections[0].cmap(part)[:3]) for part in (0.01, 0.5))
    assert 3 > few > many > sum(ax.collections[0].cmap(1.0)[:3])  # the darker the more
    assert [tick.get_text() for tick in ax.get_yticklabels()][-1] == "American"
    american = TWEETS[TWEETS["airline"] == "American"]
    alone = plots.hourly_tweets(american).get_title(loc="left")
    assert alone == "American starts on 22 February"
    rest = plots.hourly_tweets(TWEETS[TWEETS["airline"] != "American"]).get_title(loc="left")
    assert rest == "All airlines start by 17 February"


def test_revenue_of_a_wider_scope_is_hollow_and_not_joined():
    ax = plots.followers_revenue(DELL)
    people, own, wider = ax.lines
    assert people.get_ydata().tolist() == [0.117, 0.609, 0.779, 1.22, 1.5]
    assert own.get_ydata().tolist() == [0, 1, 2]
    assert wider.get_ydata().tolist() == [3.0, 6.5, 0.8]
    assert (wider.get_linestyle(), wider.get_markerfacecolor()) == ("None", "white")
    assert {"3: DellOutlet and new systems", "6.5: all Dell accounts"} <= set(words(ax))


def test_says_what_was_wrong():
    with says("airline must be one of United, American Eagle, Hawaiian, got 'Unitd'"):
        plots.baggage_rate(BAGGAGE, airline="Unitd")
    with says("airlines must be 1 to 6 names, got 0"):
        plots.reasons(TWEETS, airlines=[])
    good = TWEETS[(TWEETS["airline"] != "Delta") | (TWEETS["sentiment"] == "positive")]
    with says("tweets must have a negative one for each airline, got none for Delta"):
        plots.reasons(good, airlines=["Delta"])
    with says("level must be above 0 and below 1, got 95: 95 % is 0.95"):
        plots.reasons(TWEETS, level=95)
    with says("tweets must be at least one hour of one airline, got none"):
        plots.hourly_tweets(TWEETS.iloc[:0])
    with says("told must have figures of followers and revenue, got none of revenue"):
        plots.followers_revenue(DELL[DELL["quantity"] == "followers"])
    with says("event must be a date such as 2009-07-06, got 'soon'"):
        plots.satisfaction_by_airline(SATISFACTION, event="soon")
