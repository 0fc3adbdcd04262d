"""Channels against each other, and small against large audiences: by hand and by theory."""

import re
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy import optimize, special
from statsmodels.stats.proportion import confint_proportions_2indep

from cemlab.cem import _case_mix, channels
from cemlab.cem.channels import channel_gap, inequality, mixed_cases
from cemlab.observation import observe

patiently = settings(deadline=None, max_examples=25, derandomize=True)
DAY = pd.Timestamp("2024-05-01")
VALUES = ["crude", "crude_low", "crude_high", "adjusted", "adjusted_low", "adjusted_high"]


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def cells(*counts):
    """Build a log from (channel, case, journeys, resolved)."""
    rows = [
        {"customer": 1000 * c + i, "channel": channel, "case": case, "kind": kind, "time": time}
        for c, (channel, case, told, solved) in enumerate(counts)
        for kind, time, count in (
            ("contact", "2024-05-01", told),
            ("resolve", "2024-05-02", solved),
        )
        for i in range(count)
    ]
    return pd.DataFrame(rows).assign(actor="customer")


def resolved(table, column="crude"):
    rows = table[table["measure"] == "resolved"]
    return dict(zip(rows["channel"], rows[column], strict=True))


def measure(table, name):
    return table[table["measure"] == name].iloc[0]


KIDNEY = [("a", "small", 87, 81), ("a", "large", 263, 192)]
KIDNEY += [("b", "small", 270, 234), ("b", "large", 80, 55)]
TWO = [("chat", "x", 100, 95), ("letter", "x", 100, 65)]


# --- crude -----------------------------------------------------------------------------------


def test_two_channels_are_thirty_points_apart():
    table = channel_gap(cells(*TWO))
    assert resolved(table) == {"chat": 0.95, "letter": 0.65}
    gap = measure(table, "gap")
    assert gap["crude"] == pytest.approx(0.30)
    assert gap["channel"] == "chat - letter"
    assert gap["journeys"] == 200
    assert measure(table, "icc")["crude"] == pytest.approx(4.361111 / 18.25, abs=1e-6)
    assert (table["method"] == "").all()
    assert table["adjusted"].isna().all()


def test_the_gap_of_two_channels_has_newcombes_interval():
    """56 of 70 and 48 of 80: .20, .0524 to .3339 (Newcombe 1998, method 10)."""
    gap = measure(channel_gap(cells(("a", "x", 70, 56), ("b", "x", 80, 48))), "gap")
    assert gap[VALUES[:3]].tolist() == pytest.approx([0.2, 0.0524, 0.3339], abs=5e-5)


def test_newcombes_intervals_are_those_of_another_library():
    rng = np.random.default_rng(4)
    n, m = rng.integers(1, 60, (2, 40))
    good, well = rng.integers(0, n + 1), rng.integers(0, m + 1)
    found = channels.newcombe((good, n), (well, m), 0.9)
    for k in range(40):
        theirs = confint_proportions_2indep(
            good[k], n[k], well[k], m[k], method="newcomb", alpha=0.1
        )
        assert [found[0][k], found[1][k]] == pytest.approx(list(theirs))


def test_all_pairs_of_many_channels_are_compared_in_one_go():
    """300 channels make 44,850 pairs; the widest limits are those of a loop over some of them."""
    good, n = np.arange(300) % 40, np.full(300, 40)
    begun = time.process_time()
    gap = channels._gap([str(k) for k in range(300)], good, n, None, 0.95)
    assert time.process_time() - begun < 1.0  # one call a pair took 8 seconds
    each = 1 - 0.05 / 44_850
    low, high = channels.newcombe((39, 40), (0, 40), each)
    assert (gap["crude_low"], gap["crude_high"]) == pytest.approx((low, high))


def test_what_describes_a_case_does_not_depend_on_the_order_of_rows():
    """Two first rows at one time that name different cases: the log decides, not the typing."""
    frame = mixed_cases()
    doubled = frame[frame["kind"] == "contact"].iloc[::3]
    other = doubled["case"].map({"easy": "hard", "hard": "easy"})
    frame = pd.concat([frame, doubled.assign(case=other)], ignore_index=True)
    assert_frame_equal(channel_gap(frame[::-1], adjust="case"), channel_gap(frame, adjust="case"))


def test_a_share_has_wilsons_interval():
    table = channel_gap(cells(("a", "x", 50, 42), ("b", "x", 9, 3)))
    assert table.loc[0, VALUES[:3]].tolist() == pytest.approx([0.84, 0.7149, 0.9166], abs=5e-5)


def test_an_interval_of_the_best_of_many_holds_although_it_was_picked():
    """Six channels solve half of their journeys each: the true gap is 0."""
    rng, inside, naive, runs = np.random.default_rng(5), 0, 0, 150
    for _ in range(runs):
        good = rng.binomial(60, 0.5, size=6)
        gap = channels._gap(list("abcdef"), good, np.full(6, 60), None, 0.95)
        inside += gap["crude_low"] == 0
        naive += channels.newcombe((good.max(), 60), (good.min(), 60), 0.95)[0] <= 0
    assert inside / runs >= 0.95 - 4 * np.sqrt(0.05 * 0.95 / runs)
    assert naive / runs < 0.85


def test_the_channel_of_the_first_contact_counts_or_of_any():
    frame = pd.concat([
        cells(("phone", "x", 2, 2), ("web", "x", 1, 0)),
        pd.DataFrame({"customer": [0], "channel": "web", "kind": "contact", "actor": "customer", "time": "2024-05-01 12:00"}),
        pd.DataFrame({"customer": [5], "channel": None, "kind": "contact", "actor": "customer", "time": "2024-05-01"}),
        pd.DataFrame({"customer": [0], "channel": "mail", "kind": "answer", "actor": "company", "time": "2024-05-01"}),
    ])  # fmt: skip
    first, of_any = channel_gap(frame), channel_gap(frame, contact="any")
    assert resolved(first) == {"phone": 1.0, "web": 0.0}
    assert resolved(first, "journeys") == {"phone": 2, "web": 1}
    assert resolved(of_any) == {"phone": 1.0, "web": 0.5}
    assert np.isnan(measure(of_any, "icc")["crude"])


def test_what_is_resolved_later_is_not_resolved_yet():
    assert set(resolved(channel_gap(cells(*TWO), observed_until="2024-05-01")).values()) == {0.0}


def test_a_log_that_never_records_a_solution_has_no_shares():
    table = channel_gap(cells(("a", "x", 2, 0), ("b", "y", 2, 0)), adjust="case")
    assert table[VALUES].isna().all(axis=None)
    assert table["journeys"].tolist() == [2, 2, 4, 4]


def test_one_channel_has_no_gap_and_an_empty_log_no_channel():
    table = channel_gap(cells(("a", "x", 4, 3), ("a", "y", 2, 1)), adjust="case")
    assert resolved(table) == {"a": pytest.approx(4 / 6)}
    assert table.loc[1:, VALUES].isna().all(axis=None)
    empty = channel_gap(cells(*TWO), observed_until="2020-01-01")
    assert empty["measure"].tolist() == ["gap", "icc"]


def test_the_icc_is_one_where_the_channel_decides_and_unknown_where_nothing_differs():
    def icc(*counts):
        return measure(channel_gap(cells(*counts)), "icc")["crude"]

    assert icc(("a", "x", 5, 5), ("b", "x", 4, 0)) == pytest.approx(1.0)
    assert np.isnan(icc(("a", "x", 5, 5), ("b", "x", 5, 5)))
    assert np.isnan(icc(("a", "x", 1, 1), ("b", "x", 1, 0)))
    assert icc(("a", "x", 10, 5), ("b", "x", 10, 5)) < 0


def test_the_icc_finds_the_variance_between_many_channels():
    """Chances 0.5 +- 0.2 by channel: variance .04 between, of .25 in all."""
    rng = np.random.default_rng(2)
    found = []
    for _ in range(60):
        chances = rng.choice([0.3, 0.7], size=20)
        n = np.full(20, 40)
        found.append(channels._icc(rng.binomial(n, chances), n))
    error = np.std(found) / np.sqrt(len(found))
    assert np.mean(found) == pytest.approx(0.16, abs=4 * error)


# --- adjusted ----------------------------------------------------------------------------------


def test_the_channel_that_looks_worse_is_better_for_every_kind_of_case():
    """The odds ratio is 3 for easy and for hard cases, so that the logit fits exactly."""
    table = channel_gap(mixed_cases(), adjust="case")
    crude, adjusted = resolved(table), resolved(table, "adjusted")
    assert crude == {"phone": 34 / 60, "web": 39 / 60}
    wanted = {"phone": (0.9 * 58 + 0.5 * 62) / 120, "web": (0.75 * 58 + 0.25 * 62) / 120}
    assert adjusted == pytest.approx(wanted, abs=1e-6)
    gap = measure(table, "gap")
    assert gap["crude"] == pytest.approx(5 / 60)
    assert gap["adjusted"] == pytest.approx(wanted["web"] - wanted["phone"], abs=1e-6)
    assert set(table["method"][:3]) == {"logit, delta method"}


def test_kidney_stones():
    """Charig et al. 1986: 78 % against 83 %, though better for small and for large stones."""
    table = channel_gap(cells(*KIDNEY), adjust="case")
    assert resolved(table) == pytest.approx({"a": 273 / 350, "b": 289 / 350})
    assert measure(table, "gap")["channel"] == "b - a"
    assert measure(table, "gap")["adjusted"] < 0
    assert resolved(table, "adjusted") == pytest.approx(plain_logit(KIDNEY), abs=1e-4)


def plain_logit(counts):
    """Return standardised shares from a logit of channel and case, by a general minimiser."""
    b = np.array([channel == "b" for channel, *_ in counts])
    large = np.array([case == "large" for _, case, *_ in counts])
    n, good = (np.array([row[i] for row in counts]) for i in (2, 3))

    def lost(x):
        p = special.expit(x[0] + x[1] * b + x[2] * large)
        return -(good * np.log(p) + (n - good) * np.log1p(-p)).sum()

    x = optimize.minimize(lost, np.zeros(3), tol=1e-10).x
    return {
        name: np.average(special.expit(x[0] + x[1] * k + x[2] * large), weights=n)
        for k, name in enumerate("ab")
    }


def test_adjusting_for_what_is_alike_everywhere_changes_nothing():
    frame = cells(("a", "x", 40, 30), ("a", "y", 20, 15), ("b", "x", 40, 20), ("b", "y", 20, 10))
    table = channel_gap(frame, adjust=["case"])
    assert resolved(table, "adjusted") == pytest.approx(resolved(table), abs=1e-6)


def test_with_one_kind_of_case_the_interval_is_that_of_a_plain_logit():
    table = channel_gap(cells(("a", "x", 80, 60), ("b", "x", 90, 30)), adjust="case")
    wide = 1.959964 / np.sqrt(80 * 0.75 * 0.25)
    wanted = special.expit(np.array([-wide, 0, wide]) + special.logit(0.75))
    found = table.loc[0, ["adjusted_low", "adjusted", "adjusted_high"]].astype(float)
    assert found.tolist() == pytest.approx(wanted.tolist(), abs=1e-6)
    gap = measure(table, "gap")
    wide = 1.959964 * np.sqrt(0.75 * 0.25 / 80 + 2 / 9 / 90)
    assert gap["adjusted_high"] - gap["adjusted"] == pytest.approx(wide, abs=1e-6)


def test_adjusted_intervals_hold():
    """Half of the cases hard; easy .8, hard .4 on both channels, which get them 4:1 and 1:4."""
    rng, runs = np.random.default_rng(7), 300
    shares, gaps = 0, 0
    for _ in range(runs):
        kinds = [
            ("easy", 0.8, 0, 160),
            ("hard", 0.4, 0, 40),
            ("easy", 0.8, 1, 40),
            ("hard", 0.4, 1, 160),
        ]
        case = pd.DataFrame({"case": [case for case, _, _, n in kinds for _ in range(n)]})
        channel = np.repeat([k for _, _, k, _ in kinds], [n for *_, n in kinds])
        good = np.concatenate([rng.random(n) < p for _, p, _, n in kinds])
        found = _case_mix.standardised(case, channel, good)
        row = found.row(0, 0.95)
        shares += row["adjusted_low"] <= 0.6 <= row["adjusted_high"]
        gap = found.difference(0, 1, 0.95)
        gaps += gap["adjusted_low"] <= 0 <= gap["adjusted_high"]
    for inside in (shares, gaps):
        assert inside / runs == pytest.approx(0.95, abs=4 * np.sqrt(0.05 * 0.95 / runs))


def test_a_number_is_a_straight_line_on_the_scale_of_the_logit():
    """With two values of a number it is the same as two names."""
    frame = mixed_cases()
    frame["hours"] = frame["case"].map({"easy": 2.0, "hard": 100.0})
    by_name, by_number = (channel_gap(frame, adjust=name) for name in ("case", "hours"))
    assert_frame_equal(by_name, by_number, rtol=1e-6)
    both = channel_gap(frame, adjust=["case", "hours"])  # the same twice: nothing is added
    assert_frame_equal(by_name, both, rtol=1e-4)  # both fits stop when the likelihood does


def test_all_or_nothing_in_a_channel_gives_a_result_and_says_how():
    table = channel_gap(cells(("a", "x", 9, 9), ("a", "y", 4, 4), ("b", "x", 9, 6), ("b", "y", 5, 1)),
                        adjust="case")  # fmt: skip
    assert table["method"][0] == "logit with 3 pseudo-journeys (separation), delta method"
    rows = table[table["measure"] == "resolved"]
    assert (
        (rows["adjusted_low"] < rows["adjusted"]) & (rows["adjusted"] < rows["adjusted_high"])
    ).all()
    assert resolved(table, "adjusted")["a"] > 0.85


def test_where_all_end_the_same_way_there_is_no_interval():
    table = channel_gap(cells(("a", "x", 3, 3), ("b", "x", 3, 3), ("b", "y", 1, 1)), adjust="case")
    assert resolved(table, "adjusted") == {"a": 1.0, "b": 1.0}
    assert table["adjusted_low"].isna().all()
    assert table["method"][0] == "all journeys end the same way"


def test_a_missing_name_is_a_kind_of_its_own():
    frame = mixed_cases()
    unnamed = frame.assign(case=frame["case"].where(frame["case"] == "easy"))
    assert_frame_equal(channel_gap(unnamed, adjust="case"), channel_gap(frame, adjust="case"))


def test_cases_that_tell_the_channel_cannot_be_compared():
    frame = cells(("a", "x", 4, 3), ("b", "y", 4, 1))
    with says(
        "adjust must leave the channels apart, got ['case']: they tell the channel, so no case can be compared across channels"
    ):
        channel_gap(frame, adjust="case")


def test_says_what_else_is_wrong():
    frame = cells(*TWO)
    with says("contact must be one of first, any, got 'last'"):
        channel_gap(frame, contact="last")
    with says("level must be above 0 and below 1, got 1"):
        channel_gap(frame, level=1)
    with says(
        "adjust must be left out with contact=\"any\", got ['case']: a journey counts more than once there"
    ):
        channel_gap(frame, contact="any", adjust="case")
    with pytest.raises(ValueError, match=r"^adjust must be columns of the log, got 'mood': there are customer, .*case$"):  # fmt: skip
        channel_gap(frame, adjust="mood")
    with says(
        "adjust must be known in the first row of every journey, got 'value' missing in 200 of 200: fill it, or make it a name"
    ):
        channel_gap(frame, adjust="value")


# --- small and large audiences -------------------------------------------------------------------


def log(*rows):
    """Build a log from (customer, minute, actor, kind, value)."""
    frame = pd.DataFrame(
        [(*row, None)[:5] for row in rows], columns=["customer", "time", "actor", "kind", "value"]
    )
    frame["time"] = DAY + pd.to_timedelta(frame["time"].astype(float), unit="m")
    return frame.assign(channel="web")


CROWD = log(
    ("Ana", 0, "customer", "contact", 50),
    ("Ana", 60, "company", "answer"),
    ("Bo", 0, "customer", "contact", 99),  # open
    ("Cy", 0, "customer", "contact", 20000),
    ("Cy", 10, "company", "answer"),
    ("Cy", 20, "customer", "resolve"),
    ("Di", 0, "customer", "contact", 5),
    ("Di", 1, "customer", "publish", 10000),  # the largest counts
    ("Di", 5, "company", "answer"),
    ("Ed", 0, "customer", "contact"),  # who knows
    ("Ed", 1, "public", "publish", 9e6),
    ("Bo", 100, "company", "acknowledge"),
)


def part(table, band, metric):
    rows = table[(table["band"] == band) & (table["metric"] == metric)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_audiences_counted_by_hand():
    table = inequality(CROWD, minutes=30)
    shown = {
        (band, metric): (n, value)
        for band, metric, n, value in table[["band", "metric", "n", "value"]].values.tolist()
    }
    assert shown["0 to 99", "in time"] == (2, 0.0)
    assert shown["10,000 and more", "in time"] == (2, 1.0)
    assert shown["0 to 99", "resolved"] == (2, 0.0)
    assert shown["10,000 and more", "resolved"] == (2, 0.5)
    assert shown["not recorded", "resolved"] == (1, 0.0)
    assert shown["top - bottom", "in time"] == (4, 1.0)
    assert shown["top - bottom", "resolved"] == (4, 0.5)
    assert shown["10,000 and more", "median wait"] == (2, 7.5)
    assert shown["100 to 999", "resolved"][0] == 0
    slow = part(table, "0 to 99", "median wait")
    assert (slow["low"], slow["high"]) == (80.0, np.inf)  # 60, and 100 or more
    assert np.isnan(slow["value"])
    gap = part(table, "top - bottom", "median wait")
    assert (gap["low"], gap["high"]) == (-np.inf, 7.5 - 80.0)


def test_a_contact_that_may_yet_be_answered_in_time_widens_the_interval():
    table = inequality(CROWD, minutes=200, edges=(0, 100))
    row = part(table, "0 to 99", "in time")
    assert (row["n"], row["value"]) == (2, 0.75)
    assert row["low"] == pytest.approx(channels.wilson(1, 2, 0.95)[0])
    assert row["high"] == pytest.approx(1.0)
    gap = part(table, "top - bottom", "in time")
    assert gap["low"] == pytest.approx(channels.newcombe((2, 2), (2, 2), 0.95)[0])
    assert gap["high"] == pytest.approx(channels.newcombe((2, 2), (1, 2), 0.95)[1])


def test_the_bands_and_the_unknown_add_up_to_all():
    table = inequality(CROWD, minutes=30)
    bands = table[~table["band"].isin(["top - bottom", "all"])]
    totals = bands.groupby("metric")["n"].sum()
    assert totals["in time"] == totals["median wait"] == 5
    assert totals["resolved"] == 5


def test_who_gave_up_was_never_answered():
    calls = [("Ana", 0, "customer", "contact", 5), ("Ana", 7, "customer", "abandon")]
    row = part(inequality(log(*calls)), "0 to 99", "median wait")
    assert row[["n", "low", "high"]].tolist() == [1, 7.0, np.inf]


def test_differences_have_newcombes_interval():
    rows = []
    for who, (size, n, good) in enumerate([(10, 80, 48), (5000, 70, 56)]):
        for i in range(n):
            rows.append((1000 * who + i, 0, "customer", "contact", size))
            rows += [(1000 * who + i, 1, "customer", "resolve")] if i < good else []
    row = part(inequality(log(*rows)), "top - bottom", "resolved")
    assert row[["low", "value", "high"]].tolist() == pytest.approx([0.0524, 0.2, 0.3339], abs=5e-5)


@pytest.mark.parametrize(("top", "sign"), [(True, 1), (False, -1)])
def test_the_concentration_index_reaches_its_bounds(top, sign):
    """3 of 12 resolved, those with the largest (or smallest) audience: 1 - 3/12."""
    rows = []
    for i in range(12):
        rows.append((i, 0, "customer", "contact", 10 * i))
        rows += [(i, 1, "customer", "resolve")] if (i >= 9 if top else i < 3) else []
    table = inequality(log(*rows))
    assert part(table, "all", "concentration")["value"] == pytest.approx(sign * 0.75)
    assert part(table, "all", "concentration, scaled")["value"] == pytest.approx(sign)


def test_without_difference_the_concentration_index_is_zero():
    alike = [("Ana", 5), ("Bo", 5), ("Cy", 5)]
    rows = [(name, 0, "customer", "contact", size) for name, size in alike]
    table = inequality(log(*rows, ("Ana", 1, "customer", "resolve")))
    assert part(table, "all", "concentration")["value"] == pytest.approx(0.0)
    none = inequality(log(*rows, ("Bo", 1, "customer", "reopen")))
    assert np.isnan(part(none, "all", "concentration")["value"])
    every = [(name, 1, "customer", "resolve") for name, _ in alike]
    full = inequality(log(*rows, *every))
    assert part(full, "all", "concentration")["value"] == pytest.approx(0.0)
    assert np.isnan(part(full, "all", "concentration, scaled")["value"])


def test_what_is_never_recorded_is_missing():
    silent = CROWD.assign(value=None)
    table = inequality(silent, minutes=30)
    assert part(table, "not recorded", "resolved")[["n", "value"]].tolist() == [5, 0.2]
    assert table[table["band"].isin(["top - bottom", "all"])]["value"].isna().all()
    unsaid = inequality(log(("Ana", 0, "customer", "contact", 5)), minutes=30)
    assert unsaid["n"].sum() == 0
    assert unsaid["value"].isna().all()
    assert inequality(CROWD, minutes=30, observed_until="2020-01-01")["n"].sum() == 0


def test_edges_may_be_chosen():
    bands = inequality(CROWD, edges=(0, 0.5, 30))["band"].unique().tolist()
    assert bands[:3] == ["0 to under 0.5", "0.5 to under 30", "30 and more"]


@pytest.mark.parametrize("edges", [(), (5, 10), (0, 10, 10), (0, 10, 5)])
def test_says_what_edges_must_be(edges):
    with says(f"edges must be rising numbers from 0 on, got {list(edges)}"):
        inequality(CROWD, edges=edges)


# --- all logs --------------------------------------------------------------------------------------


@st.composite
def logs(draw):
    row = st.tuples(
        st.sampled_from(["Ana", "Bo", "Cy", "Di"]),
        st.integers(0, 20),
        st.sampled_from([("customer", "contact"), ("customer", "resolve"), ("customer", "publish"),
                         ("company", "answer")]),
        st.sampled_from([None, 5.0, 500.0, 50000.0]),
    )  # fmt: skip
    rows = draw(st.lists(row, min_size=1, max_size=14))
    frame = log(*((c, t, *who, v if who[0] == "customer" else None) for c, t, who, v in rows))
    channel = draw(
        st.lists(st.sampled_from(["web", "phone", None]), min_size=len(rows), max_size=len(rows))
    )
    return frame.assign(channel=channel)  # fmt: skip


@patiently
@given(logs(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(frame, luck):
    order = list(range(len(frame)))
    luck.shuffle(order)
    mixed = frame.iloc[order]
    assert_frame_equal(channel_gap(mixed), channel_gap(frame))
    assert_frame_equal(inequality(mixed, minutes=5), inequality(frame, minutes=5))


def plain_shares(frame):
    """Return journeys and resolved ones by channel of the first contact, by a plain loop."""
    rows = observe(frame).log.to_dict("records")
    first = {}
    for row in rows:
        told = row["actor"] == "customer" and row["kind"] in ("contact", "publish")
        if told and isinstance(row["channel"], str):
            noted = row["kind"] == "publish" and any(
                (r["customer"], r["time"], r["kind"]) == (row["customer"], row["time"], "contact")
                for r in rows
            )
            if not noted:
                first.setdefault(row["customer"], row["channel"])
    solved = {row["customer"] for row in rows if row["kind"] == "resolve"}
    counts = {}
    for customer, channel in first.items():
        n, good = counts.get(channel, (0, 0))
        counts[channel] = n + 1, good + (customer in solved)
    return counts if "resolve" in set(frame["kind"]) else {}


@patiently
@given(logs())
def test_shares_are_those_of_a_plain_loop(frame):
    table = channel_gap(frame)
    rows = table[(table["measure"] == "resolved") & table["crude"].notna()]
    found = {
        c: (n, round(n * share)) for c, n, share in rows[["channel", "journeys", "crude"]].values
    }
    assert found == plain_shares(frame)


def test_an_observation_will_do():
    seen = observe(CROWD)
    assert_frame_equal(inequality(seen), inequality(CROWD))
    assert_frame_equal(channel_gap(seen), channel_gap(CROWD))
