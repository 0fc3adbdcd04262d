"""Sample sizes, published percentages, and which numbers of people allow them."""

import math
import re
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint, samplesize_confint_proportion

from cemlab import _shelf, datasets
from cemlab.cem import surveys

patiently = settings(deadline=None, max_examples=25, derandomize=True)


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


# --- sample size -----------------------------------------------------------------------------


def test_the_sizes_that_every_textbook_prints():
    assert surveys.sample_size(0.05) == 385
    assert surveys.sample_size(0.05, population=1000) == 278
    assert surveys.sample_size(0.03) == 1068
    assert surveys.sample_size(0.05) == math.ceil(samplesize_confint_proportion(0.5, 0.05))


def test_a_small_population_is_never_more_than_asked():
    assert surveys.sample_size(0.001, population=50) == 50
    assert surveys.sample_size(0.5, population=1) == 1
    assert surveys.half_width(50, population=50) == 0
    assert surveys.half_width(1, population=1) == 0


def test_scores_and_means():
    half = surveys.half_width(400, measure="nps", promoters=0.5, detractors=0.2)
    assert half == pytest.approx(7.65, abs=0.005)
    assert half == pytest.approx(surveys.nps_from_shares(0.5, 0.2, 400).high - 30)
    assert surveys.sample_size(0.1, measure="mean", sd=1) == 385
    assert surveys.half_width(4, measure="mean", sd=2, level=0.5) == pytest.approx(
        0.67449, abs=1e-5
    )


@patiently
@given(st.floats(0.005, 0.3), st.sampled_from(["share", "nps", "mean"]), st.integers(1, 5000))
def test_as_many_as_needed_are_enough_and_one_less_is_not(half, measure, population):
    options = {"measure": measure, "sd": 0.5, "population": population}
    half *= 100 if measure == "nps" else 1
    n = surveys.sample_size(half, **options)
    assert surveys.half_width(n, **options) <= half * (1 + 1e-6)
    if n > 1:
        assert surveys.half_width(n - 1, **options) > half * (1 - 1e-6)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.1, 0.3, 0.97, 1.0])
@pytest.mark.parametrize("half", [0.005, 0.02, 0.1])
def test_the_size_of_a_share_is_enough_for_wilsons_interval_too(share, half):
    n = surveys.sample_size(half, share=share)
    low, high = proportion_confint(share * n, n, method="wilson")
    plain = 1.959964 * math.sqrt(share * (1 - share) / n)
    assert max((high - low) / 2, plain) <= half * (1 + 1e-6)
    if n > 1:
        low, high = proportion_confint(share * (n - 1), n - 1, method="wilson")
        plain = 1.959964 * math.sqrt(share * (1 - share) / (n - 1))
        assert max((high - low) / 2, plain) > half * (1 - 1e-6)
    assert surveys.half_width(n, share=share) <= half


def test_sizes_in_the_wrong_unit_are_refused():
    with says("half_width must be below 1 for a share, got 5: 5 per cent are 0.05"):
        surveys.sample_size(5)
    with says("half_width must be at least 0.5 points for a net score, got 0.05: 5 points are 5, not 0.05"):  # fmt: skip
        surveys.sample_size(0.05, measure="nps")
    with says("promoters and detractors must not be all or none, got 1 and 0: nothing varies then"):
        surveys.sample_size(5, measure="nps", promoters=1, detractors=0)
    with says("sd must be above 0, got 0"):
        surveys.sample_size(0.1, measure="mean", sd=0)


def test_says_what_sizes_must_be():
    with says("half_width must be above 0, got 0"):
        surveys.sample_size(0)
    with says(
        "sd must be given for a mean, got None: half the length of the scale is the worst case"
    ):
        surveys.sample_size(0.1, measure="mean")
    with says("measure must be one of share, nps, mean, got 'csat'"):
        surveys.sample_size(0.1, measure="csat")
    with says("population must be a whole number of at least 10, got 9"):
        surveys.half_width(10, population=9)
    with says("promoters and detractors must add up to at most 1, got 0.8 + 0.5"):
        surveys.sample_size(5, measure="nps", promoters=0.8)


# --- a published share -------------------------------------------------------------------------


def test_sixty_two_per_cent_of_an_unknown_number():
    table = surveys.interval_of_share(0.62, n=[50, 200, 1000])
    assert table["count_low"].tolist() == [31, 123, 615]
    assert table["count_high"].tolist() == [31, 125, 625]
    for row in table.itertuples():
        low = proportion_confint(row.count_low, row.n, method="wilson")[0]
        high = proportion_confint(row.count_high, row.n, method="wilson")[1]
        assert (row.low, row.high) == pytest.approx((low, high))
    assert table["possible"].all()


def test_a_number_of_people_that_cannot_give_the_share_is_marked():
    table = surveys.interval_of_share(0.372, n=[50, 43], decimals=1)
    assert table["possible"].tolist() == [False, True]
    assert table["count_low"].isna().tolist() == [True, False]
    assert table.loc[1, "count_low"] == 16
    low, high = proportion_confint(18.6, 50, method="wilson")
    assert table.loc[0, ["low", "high"]].tolist() == pytest.approx([low, high])


@patiently
@given(st.integers(1, 300), st.integers(0, 2), st.data())
def test_every_share_of_n_people_is_possible_for_n(n, decimals, data):
    count = data.draw(st.integers(0, n))
    printed = round(100 * count / n, decimals) / 100
    row = surveys.interval_of_share(printed, n=n, decimals=decimals).iloc[0]
    assert row["possible"]
    assert row["count_low"] <= count <= row["count_high"]
    assert 0 <= row["low"] <= printed <= row["high"] <= 1
    assert n in surveys.possible_n(printed, decimals=decimals, most=n)


def test_possible_numbers_agree_with_trying_them_all():
    for share, decimals in ((0.372, 1), (0.62, 0), (0.125, 1), (0, 0), (1, 1), (0.3333, 2)):
        half, tried = 0.5 / 10**decimals, []
        for n in range(1, 201):
            near = [abs(100 * k / n - 100 * share) for k in range(n + 1)]
            if min(near) <= half + 1e-9:
                tried.append(n)
        assert surveys.possible_n(share, decimals=decimals, most=200).tolist() == tried


def test_future_stores_cannot_have_asked_fewer_than_199():
    table = datasets.load("future-stores-2014")
    alone = [surveys.possible_n(row.share, decimals=row.decimals)[0] for row in table.itertuples()]
    assert alone == [8, 5, 19, 21, 43, 16]
    found = surveys.possible_n(table["share"], decimals=table["decimals"].tolist())
    assert found[:5].tolist() == [199, 215, 218, 231, 234]
    assert 50 not in found
    assert {200, 1000} & set(found.tolist()) == {1000}
    exact = surveys.possible_n(table["share"], decimals=1)
    assert exact[:4].tolist() == [250, 400, 487, 500]
    assert (250 * table["share"]).tolist() == pytest.approx([155, 100, 80, 120, 93, 172])


def test_two_decimals_say_something_below_ten_thousand():
    shares = np.arange(0, 10_001) / 10_000
    some = [surveys.possible_n(share, decimals=2, most=12_000) for share in shares[1::997]]
    assert all(set(range(10_000, 12_001)) <= set(found.tolist()) for found in some)
    assert not all(9000 in found for found in some)


def test_from_a_thousand_on_one_decimal_says_nothing():
    found = surveys.possible_n([0.372, 0.688], decimals=1, most=3000)
    assert set(range(1000, 3001)) <= set(found.tolist())
    assert surveys.possible_n([0.5, 0.333], decimals=[0, 1], most=5).size == 0


def test_says_what_published_shares_must_be():
    with says("decimals must be those of the printed percentage, got 0 for 37.2 %"):
        surveys.interval_of_share(0.372, n=50)
    with says("decimals must be those of the printed percentage, got 1 for 37.25 %"):
        surveys.possible_n(0.3725, decimals=1)
    with says("share must be a probability in [0, 1], got 62: 62 % is 0.62"):
        surveys.interval_of_share(62, n=50)
    with says("n must be a whole number of at least 1, got 50.5"):
        surveys.interval_of_share(0.62, n=[3, 50.5])
    with says("n must be a whole number of at least 1, got 0"):
        surveys.interval_of_share(0.62, n=[50, 0])
    with says("decimals must be one number, or one for each share, got 1 for 2 shares"):
        surveys.possible_n([0.5, 0.6], decimals=[1])
    with says("shares must be at least one share, got none"):
        surveys.possible_n([])


def test_a_correction_scales_share_and_interval():
    table = surveys.corrected(surveys.interval_of_share(0.62, n=[50]), 0.5, 0.8)
    row = table.iloc[0]
    assert [row["value_low"], row["value_high"]] == pytest.approx([0.31, 0.496])
    assert row["corrected_low"] == pytest.approx(0.5 * row["low"])
    assert row["corrected_high"] == pytest.approx(0.8 * row["high"])
    assert surveys.corrected(0.8, 1, 2)["value_high"].tolist() == [1.0]
    with says("factor_high must be a finite number of at least 0.8, got 0.5"):
        surveys.corrected(0.62, 0.8, 0.5)
    with says("factor_low must be a factor of at most 10, got 60: 60 per cent are 0.6"):
        surveys.corrected(0.62, 60, 80)
    with says("factor_high must be a factor of at most 10, got 80: 60 per cent are 0.6"):
        surveys.corrected(0.62, 0.6, 80)
    with says("shares must have the columns value, low and high, got none called value"):
        surveys.corrected(pd.DataFrame({"low": [1]}), 0.5, 0.8)


def test_the_widths_of_many_samples_are_as_foretold():
    """The spread of shares of 400 answers, within 4 standard errors of a standard deviation."""
    shares = np.random.default_rng(7).binomial(400, 0.3, 20_000) / 400
    foretold = surveys.half_width(400, share=0.3) / stats.norm.ppf(0.975)
    assert abs(shares.std() - foretold) < 4 * foretold / math.sqrt(2 * 20_000)


# --- the data sets -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["future-stores-2014", "sncr-2008", "acsi-pay-tv"])
def test_the_sets_are_made_again_byte_by_byte(name, tmp_path):
    folder = _shelf.folder("datasets") / name
    script = shutil.copy(folder / "make.py", tmp_path)
    subprocess.run([sys.executable, script], check=True)
    assert (tmp_path / "data.csv").read_bytes() == (folder / "data.csv").read_bytes()


def test_sncr_distributions_add_up_and_agree_with_the_single_shares():
    study = datasets.load("sncr-2008")
    whole = study[study["kind"] == "distribution"]
    assert whole.groupby("question")["share"].sum().tolist() == pytest.approx([1, 1, 1])
    single = study[study["kind"] == "single"].set_index("question")["share"]
    for question, last in ((0, 3), (1, 3), (2, 2)):
        rows = whole[whole["place"] <= last].groupby("question", sort=False)["share"].sum()
        assert abs(rows.iloc[question] - single[rows.index[question]]) < 0.005
    index = study[study["kind"] == "index"]["index_max_4"]
    assert (len(index), index.max(), index.min()) == (9, 3.79, 2.14)


def test_the_index_of_sncr_and_its_shares_cannot_both_be_whole_answers_up_to_4():
    """A mean m of whole answers up to 4 needs a part m - 3 at the top: 4 p + 3 (1 - p) >= m."""
    study = datasets.load("sncr-2008")
    top = study[study["answer"] == "very valuable"].set_index("question")["share"]
    mean = study[study["kind"] == "index"].set_index("answer")["index_max_4"]
    assert top.tolist() == [0.29, 0.21, 0.17]
    for source in ("search engines", "online rating systems", "discussion forums"):
        assert top[f"{source} as a source"] < mean[source] - 3


def test_comcast_in_the_index():
    table = datasets.load("acsi-pay-tv")
    comcast = table[table["company"] == "Comcast"]
    assert dict(zip(comcast["year"], comcast["acsi"], strict=True)) == {
        2007: 56, 2008: 54, 2009: 59, 2010: 61, 2014: 60, 2015: 54,
    }  # fmt: skip
    assert comcast.loc[comcast["year"] == 2007, "confidence"].tolist() == ["computed"]
    assert round(100 * (54 / 56 - 1), 1) == -3.6
