"""What the notebook on the customer's voice says in its sentences."""

import numpy as np
import pytest

from cemlab import datasets, lenses
from cemlab.cem import surveys
from cemlab.classroom.exercises import check
from cemlab.observation import observe
from cemlab.sim import service_desk
from cemlab.sim.service_desk import Channel

BRANCHES = {
    "Harbour": np.repeat(range(11), [2, 2, 3, 3, 3, 3, 4, 15, 15, 15, 35]),
    "Market": np.repeat(range(11), [0, 0, 0, 0, 0, 4, 8, 14, 36, 26, 12]),
}
WOULD_SAY = np.repeat(range(11), [200, 100, 200, 300, 500, 1200, 1500, 2000, 2000, 1200, 800])


def desk(rng=1):
    """The desk of notebook 01, watched for a second week."""
    day = [False] * 8 + [True] * 10 + [False] * 6
    run = service_desk.simulate(
        arrivals_per_hour={"phone": [12] * 168 + [0] * 168, "e-mail": [6] * 168 + [0] * 168},
        channels={
            "phone": Channel(agents=4, service_min=12, solve=0.6, patience_min=10),
            "e-mail": Channel(agents=4, service_min=10, solve=0.6, opens=day),
            "twitter": Channel(agents=1, service_min=10, solve=0.9, opens=day),
        },
        habits=service_desk.Habits(
            promise=0.4, kept=0.5, callback_after_min=240, callback_due_min=1440,
            redial=0.4, redial_after_min=240, leave=0.2, public=0.3,
        ),
        followers=[100, 300, 1000], start="2024-03-04", rng=rng,
    )  # fmt: skip
    return observe(run.events, "2024-03-18")


def test_an_interval_of_a_score_of_thirty():
    half = [30 - surveys.nps_from_shares(0.5, 0.2, n).low for n in (100, 400, 1600)]
    assert half == pytest.approx([15.31, 7.65, 3.83], abs=0.005)
    assert check("voice.7", surveys.nps_from_shares(0.5, 0.2, 100)).right
    change = surveys.nps_change(
        surveys.nps_from_shares(0.48, 0.20, 150), surveys.nps_from_shares(0.51, 0.18, 150)
    )
    assert [round(x) for x in (change, change.low, change.high)] == [5, -12, 22]
    each = surveys.sample_size(5 / 2**0.5, measure="nps", promoters=0.5, detractors=0.2)
    assert each == 1875
    assert surveys.sample_size(5, measure="nps", promoters=0.5, detractors=0.2) == 938
    assert surveys.sample_size(0.05, share=0.5) == 385


def test_how_often_a_true_change_of_five_points_is_seen():
    """Drawn anew: two waves, 50 against 45 % promoters, 20 against 20 % detractors."""
    luck = np.random.default_rng(24)
    for n, power in {1875: 0.5, 3830: 0.8}.items():
        waves = [luck.multinomial(n, [up, 1 - up - 0.2, 0.2], 4000) / n for up in (0.45, 0.5)]
        score = [wave[:, 0] - wave[:, 2] for wave in waves]
        spread = [wave[:, 0] + wave[:, 2] - s**2 for wave, s in zip(waves, score, strict=True)]
        seen = score[1] - score[0] > 1.96 * np.sqrt(sum(spread) / n)
        error = np.sqrt(power * (1 - power) / 4000)
        assert abs(seen.mean() - power) < 4 * error + 0.01  # 45 % has a slightly other variance


def test_two_branches_change_places_with_the_measure():
    found = surveys.friends(BRANCHES)
    first = found[found["rank"] == 1].set_index("measure")["firm"].to_dict()
    assert first == {
        "NPS": "Harbour", "top-2-box": "Harbour", "mean": "Market", "net 8-10 minus 0-5": "Market",
    }  # fmt: skip
    by = found.set_index(["measure", "firm"])
    for measure in first:  # all intervals overlap
        one, other = by.loc[measure].loc["Harbour"], by.loc[measure].loc["Market"]
        assert max(one["low"], other["low"]) < min(one["high"], other["high"])
    plain = surveys.nps_change(BRANCHES["Harbour"], BRANCHES["Market"])
    assert plain.low < 0 < plain.high
    nets = [surveys.net_score(a, top_from=8, bottom_to=5) for a in BRANCHES.values()]
    lead = surveys.nps_change(*nets)
    assert [round(x) for x in (lead, lead.low, lead.high)] == [21, 3, 39]
    four = 1 - 0.05 / 4
    nets = [surveys.net_score(a, top_from=8, bottom_to=5, level=four) for a in BRANCHES.values()]
    lead = surveys.nps_change(*nets, level=four)
    assert [round(x) for x in (lead, lead.low, lead.high)] == [21, -2, 44]
    assert [round(x) for x in (plain, plain.low, plain.high)] == [-4, -24, 16]


def test_what_62_per_cent_can_mean():
    shares = surveys.interval_of_share(0.62, n=[50, 250, 1000])
    assert (shares["low"] > 0.5).tolist() == [False, True, True]
    after = surveys.corrected(shares, 0.5, 0.8)
    width = (after["corrected_high"] - after["corrected_low"]) > (shares["high"] - shares["low"])
    assert width.tolist() == [True, True, True]
    open_by = 100 * np.array(
        [
            shares["high"].iloc[2] - shares["low"].iloc[2],
            after["corrected_high"].iloc[2] - after["corrected_low"].iloc[2],
        ]
    )
    assert open_by.round().tolist() == [7, 23]
    study = datasets.load("future-stores-2014")
    n = surveys.possible_n(study["share"], decimals=study["decimals"].tolist())
    assert (n[0], len(n), np.isin([50, 200, 1000], n).tolist()) == (199, 352, [False, False, True])
    exact = surveys.possible_n(study["share"], decimals=1)
    assert exact[0] == 250
    assert n[:2].tolist() == [199, 215]
    assert [round(250 * x, 6) for x in study["share"]] == [155, 100, 80, 120, 93, 172]
    assert round(shares["low"].iloc[1], 3) == 0.554
    for factor in (1, 0.95, 0.91, 0.9, 0.89):  # the largest that flips, and only that, is right
        low = surveys.corrected(shares.iloc[[1]], factor, factor)["corrected_low"].iloc[0]
        assert (low <= 0.5) == (factor <= 0.9)
        assert check("voice.9", factor).right == (factor == 0.9)


def test_headlines_of_one_distribution():
    study = datasets.load("sncr-2008")
    first = study[study["kind"] == "distribution"].iloc[:5]["share"].to_numpy()
    assert first[0] == 0.06
    sums = [first[:3].sum(), first[2:].sum(), first[:2].sum(), first[3:].sum()]
    assert sums == pytest.approx([0.72, 0.65, 0.35, 0.28])
    assert first[2] > 0.72 / 2
    least = surveys.interval_of_share(0.72, n=300).iloc[0]
    assert [round(100 * x) for x in (least["low"], least["high"])] == [66, 77]


def test_those_who_answer_are_not_all():
    people = surveys.simulate_response(WOULD_SAY, rng=24)
    given = people.loc[people["answered"], "score"]
    heard = surveys.nps(given)
    assert [round(x) for x in (heard, heard.low, heard.high)] == [11, 7, 15]
    assert (heard.n, surveys.nps(WOULD_SAY).value) == (1581, -20)
    mended = surveys.weighted(given, surveys.J_SHAPE)
    assert round(mended) == -21
    assert mended.low < -20 < mended.high
    sure = surveys.bounds(heard.value, people["answered"].mean(), scale=(-100, 100)).iloc[0]
    assert sure[["low", "high"]].round().tolist() == [-82, 86]


@pytest.fixture(scope="module")
def seen():
    return desk()


def test_the_survey_of_a_desk_misses_whom_it_lost(seen):
    heard = surveys.by_outcome(surveys.simulate_survey(seen, rng=24))
    assert heard["total"].tolist() == [2916, 2252, 664, 2677, 239]
    assert heard["asked"].tolist() == [2544, 2252, 292, 2544, 0]
    assert heard["answered"].tolist() == [495, 467, 28, 495, 0]
    assert heard["value"].round().tolist()[:3] == [54, 63, -96]
    assert round(100 * heard["share_of_all"].loc["not resolved"]) == 4
    everybody = surveys.simulate_survey(seen, asked="all", chance=1, rng=24)
    truth = surveys.by_outcome(everybody)["value"]
    assert truth.round().tolist() == [3, 33, -96, 13, -97]
    whole = surveys.answers(everybody)
    asked = surveys.answers(surveys.simulate_survey(seen, chance=1, rng=24))["score"].dropna()
    told = surveys.answers(surveys.simulate_survey(seen, rng=24))["score"].dropna()
    steps = [whole["score"], whole.loc[whole["closed"], "score"], asked, told]
    assert [round(surveys.nps(step)) for step in steps] == [3, 13, 18, 54]
    assert [len(step) for step in steps] == [2916, 2677, 2544, 495]
    silence = surveys.simulate_survey(seen, asked="all", rng=24)  # the same chances, all asked
    assert round(surveys.by_outcome(silence).loc["all", "value"]) == 39
    look = lenses.compare(seen).set_index("metric")["value"]
    assert look[["issues closed", "journeys resolved"]].round(2).tolist() == [0.92, 0.77]


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_the_gap_is_there_with_other_luck(seed):
    seen = desk(rng=seed)
    heard = surveys.by_outcome(surveys.simulate_survey(seen, rng=seed)).loc["all"]
    everybody = surveys.simulate_survey(seen, asked="all", chance=1, rng=seed)
    truth = surveys.by_outcome(everybody).loc["all", "value"]
    assert heard["low"] > truth + 20
    assert abs(truth) < 10


def test_an_index_beside_a_programme():
    index = datasets.load("acsi-pay-tv").set_index(["company", "year"])["acsi"]
    change = {name: index[name, 2010] - index[name, 2008] for name in ("Comcast", "Dish", "Industry")}  # fmt: skip
    assert change == {"Comcast": 7, "Dish": 6, "Industry": 2}
    assert index["Comcast", 2015] == index["Comcast", 2008] == 54
    assert surveys.half_width(250, measure="mean", sd=22) * 2**0.5 == pytest.approx(3.9, abs=0.05)


def test_four_methods_of_two_groups_part_company():
    calm, divided = np.repeat([2, 3, 4], [10, 70, 20]), np.repeat([1, 3, 4, 5], [25, 20, 30, 25])
    said = surveys.ordinal(calm, divided)["reading"].tolist()
    assert said == ["no clear difference", "b higher", "b higher", "b higher"]
    two = surveys.ordinal(calm, divided).iloc[[0, 2]][["value", "low", "high"]]
    assert two.round(2).to_numpy().tolist() == [[0.2, -0.11, 0.51], [0.61, 0.53, 0.69]]
