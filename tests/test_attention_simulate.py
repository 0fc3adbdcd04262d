"""Self-exciting attention, drawn: mean rates, families, luck, the run and its log."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from plain import plainly
from scipy import stats
from scipy.integrate import quad

from cemlab import _luck, plots, sim, virality
from cemlab.classroom.exercises import Prediction
from cemlab.sim import attention
from cemlab.sim._kernels import attention as _kernels
from cemlab.sim.attention._plan import Plan
from cemlab.testing import check_model

patiently = settings(deadline=None, max_examples=25, derandomize=True)
STEADY = {"background": 2.0, "branching": 0.6, "memory": 0.5}
POWER = attention.power_law(0.6, 0.3)


def says(sentence):
    return pytest.raises(ValueError, match=f"^{re.escape(sentence)}$")


def assert_mean(sample, exact):
    """Compare a mean with its exact value within 4 standard errors."""
    standard_error = np.std(sample) / np.sqrt(len(sample))
    assert np.mean(sample) == pytest.approx(exact, abs=4 * standard_error + 1e-12)


def thinned(background, branching, mean, horizon, rng):
    """Return the times of an exponential Hawkes process by Ogata's thinning, in plain Python."""
    now, excited, times = 0.0, 0.0, []
    while True:
        top = background + excited
        gap = rng.exponential(1 / top)
        now += gap
        if now >= horizon:
            return np.array(times)
        excited *= np.exp(-gap / mean)
        if rng.random() * top < background + excited:
            times.append(now)
            excited += branching / mean


# --- memories ----------------------------------------------------------------------------


@pytest.mark.parametrize("memory", [attention.exponential(2.0), POWER], ids=["exp", "power"])
def test_a_memory_is_one_law(memory):
    t = np.array([0.0, 0.1, 1.0, 7.0])
    added = [quad(lambda x: float(memory.density(x)), 0, end)[0] for end in t]
    assert_allclose(memory.cumulative(t), added, rtol=1e-7, atol=1e-12)
    assert_allclose(memory.cumulative(memory.quantile([0.0, 0.3, 0.99])), [0.0, 0.3, 0.99])
    assert memory.density([-1.0]).tolist() == memory.cumulative([-1.0]).tolist() == [0.0]
    drawn = memory.draw(20_000, rng=1)
    assert stats.kstest(drawn, memory.cumulative).pvalue > 1e-4
    assert_array_equal(drawn, memory.draw(20_000, rng=1))


def test_mean_times_of_memories():
    assert attention.exponential(2.0).mean == 2.0
    assert attention.power_law(3.0, 4.0).mean == 2.0
    assert attention.power_law(1.0, 4.0).mean == np.inf


def test_a_number_and_words_stand_for_memories():
    for given_, meant in [
        (2, attention.exponential(2.0)),
        ("exponential", attention.exponential(1.0)),
        ("power law", attention.power_law(0.4, 1.0)),
    ]:
        one, other = (
            attention.hawkes(background=1, branching=0.5, memory=m, horizon=50, rng=1)
            for m in (given_, meant)
        )
        assert_array_equal(one, other)


# --- theory ------------------------------------------------------------------------------


@pytest.mark.parametrize("branching", [0.0, 0.5, 0.9, 1.0, 1.3])
def test_expected_rate_and_count_are_the_closed_forms_of_an_exponential_memory(branching):
    t, mean = np.array([0.0, 0.3, 2.0, 9.0]), 0.8
    k = (1 - branching) / mean
    grown = t if k == 0 else -np.expm1(-k * t) / k
    rate = 1.5 * (1 + branching / mean * grown) + 3 * branching / mean * np.exp(-k * t)
    twice = t**2 / 2 if k == 0 else (t - grown) / k
    count = 1.5 * (t + branching / mean * twice) + 3 * (1 + branching / mean * grown)
    law = {"background": 1.5, "branching": branching, "memory": mean, "shock": 3}
    assert_allclose(attention.expected_rate(t, **law), rate, rtol=1e-12)
    assert_allclose(attention.expected_count(t, **law), count, rtol=1e-12)


def test_expected_count_of_a_power_law_solves_its_renewal_equation():
    """M(t) = background t + shock + branching times the integral of density(t - s) M(s)."""
    law = {"background": 1.0, "branching": 0.8, "memory": POWER, "shock": 2}
    nodes, weights = np.polynomial.legendre.leggauss(200)
    for t in (0.5, 4.0, 60.0):
        top = np.log1p(t / 0.3)  # equal steps in log(1 + s / cutoff) follow the density
        s = 0.3 * np.expm1(top * (nodes + 1) / 2)
        width = weights * top / 2 * (s + 0.3)
        past = POWER.density(s) @ (width * attention.expected_count(t - s, **law))
        found = float(attention.expected_count(t, **law))
        assert found == pytest.approx(t + 2 + 0.8 * past, rel=1e-6)


@pytest.mark.parametrize("memory", [0.7, POWER], ids=["exp", "power"])
@pytest.mark.parametrize("background", [2.0, {0: 1.0, 3: 0.0, 5: 4.0}], ids=["steady", "steps"])
def test_mean_counts_are_those_of_theory(memory, background):
    law = {"background": background, "branching": 0.7, "memory": memory}
    counts = attention.reach(**law, horizon=12, shock=2, runs=4000, rng=1)
    assert_mean(counts, float(attention.expected_count(12, **law, shock=2)))


def test_long_spans_have_the_mean_rate_and_variance_ratio_of_theory():
    spans, length = 4000, 200.0
    times = attention.hawkes(**STEADY, horizon=spans * length, rng=5)
    counts = np.bincount((times / length).astype(int), minlength=spans)[1:]
    assert_mean(counts, length * attention.mean_rate(2.0, 0.6))
    ratio, limit = counts.var() / counts.mean(), attention.variance_ratio(0.6)
    turns = (1 - 0.6) / 0.5 * length  # of the memory of the whole family within a span
    exact = limit - (limit - 1) * -np.expm1(-turns) / turns
    assert ratio == pytest.approx(exact, abs=4 * exact * np.sqrt(2 / spans))
    assert exact == pytest.approx(limit, rel=0.01)


def test_family_sizes_follow_borels_law():
    law = {"background": 0, "branching": 0.6, "memory": 0.01, "horizon": 100.0}
    sizes = attention.reach(**law, shock=1, runs=40_000, rng=2)
    exact = attention.cluster_law(np.arange(1, 8), 0.6)
    shares = np.bincount(sizes, minlength=8)[1:8] / sizes.size
    assert (np.abs(shares - exact) < 4 * np.sqrt(exact * (1 - exact) / sizes.size)).all()
    assert_mean(sizes, 1 / (1 - 0.6))
    assert attention.cluster_law(np.arange(2000), 0.6).sum() == pytest.approx(1)
    assert attention.cluster_law([0, 1, 2], 0.0).tolist() == [0.0, 1.0, 0.0]


def test_thinning_in_plain_python_has_the_same_law():
    rng = np.random.default_rng(3)
    plain = [thinned(2.0, 0.6, 0.5, 10.0, rng) for _ in range(1000)]
    ours = [attention.hawkes(**STEADY, horizon=10.0, rng=r) for r in range(1000)]
    counts = [[times.size for times in many] for many in (plain, ours)]
    for many in counts:
        assert_mean(many, float(attention.expected_count(10.0, **STEADY)))
    assert stats.ks_2samp(*counts).pvalue > 1e-3
    gaps = [np.concatenate([np.diff(times) for times in many[:300]]) for many in (plain, ours)]
    assert stats.ks_2samp(*gaps).pvalue > 1e-3


# --- luck --------------------------------------------------------------------------------


@pytest.mark.parametrize("memory", [0.7, POWER], ids=["exp", "power"])
def test_families_are_the_same_compiled_and_plain(memory):
    steps = {0: 2.0, 1: 0.0, 2: 5.0}
    plan = Plan.of(steps, 0.7, memory, 4.0, 2, [1.5], 1000)
    args = (*plan.arguments(), _luck.key(1), 3, 1000, 4)
    compiled, plain = _kernels.families(*args), plainly(_kernels, "families", *args)
    assert compiled[0].size > 10
    assert_allclose(plain[0], compiled[0], rtol=1e-13)
    assert_array_equal(plain[1], compiled[1])


@pytest.mark.parametrize("memory", ["exponential", "power law"])
def test_the_same_luck_gives_the_same_times(memory):
    law = {"background": 2, "branching": 0.6, "memory": memory, "horizon": 30}
    one, two, other = (attention.hawkes(**law, rng=rng) for rng in (1, 1, 2))
    assert_array_equal(one, two)
    assert not np.array_equal(one, other)
    assert (np.diff(one) > 0).all()
    assert 0 <= one[0] < one[-1] < 30
    assert_array_equal(attention.simulate(**law, rng=1).details["times"], one)


@patiently
@given(st.floats(0, 1.2), st.floats(0, 1.2), st.integers(0, 2**32))
def test_more_branching_keeps_every_event(a, b, seed):
    few, many = (
        attention.hawkes(background=1, branching=n, memory=1, horizon=8, rng=seed)
        for n in sorted((a, b))
    )
    assert set(few.tolist()) <= set(many.tolist())


def test_a_longer_horizon_only_adds():
    short, long = (attention.hawkes(**STEADY, horizon=end, rng=1) for end in (20, 50))
    assert_array_equal(long[long < 20], short)


def test_replicates_are_the_histories_and_threads_change_nothing():
    law = {**STEADY, "horizon": 10, "shock": 1}
    many = attention.reach(**law, runs=20, rng=4)
    alone = [attention.simulate(**law, rng=4, replicate=r).final("total") for r in range(20)]
    assert many.tolist() == alone
    assert_array_equal(many, attention.reach(**law, runs=20, rng=4, threads=3))
    varied = sim.vary(attention.reach, "branching", [0.2, 0.8], rng=4, runs=50, background=1,
                      memory=1, horizon=10)  # fmt: skip
    assert (varied[0.2] <= varied[0.8]).all()


def test_steps_may_be_given_in_many_ways():
    table = pd.DataFrame({"rate": [1.0, 5.0], "note": "x", "time": [0, 4]})
    ways = [table, table.iloc[::-1], {4: 5, 0: 1}, pd.Series([1, 5], [0, 4]), [(0, 1), (4, 5)]]
    found = [
        attention.hawkes(background=w, branching=0.5, memory=1, horizon=9, rng=1) for w in ways
    ]
    for other in found[1:]:
        assert_array_equal(found[0], other)


def test_no_branching_gives_the_outside_alone():
    steps = {0: 3.0, 2: 0.0, 6: 3.0}
    times = attention.hawkes(background=steps, branching=0, memory=1, horizon=8, rng=1, outside=[3])
    assert times[(times >= 2) & (times < 6)].tolist() == [3.0]
    rhythm = attention.repeated({0: 0.0, 8: 5.0}, every=24, horizon=240)
    busy = attention.hawkes(background=rhythm, branching=0, memory=1, horizon=240, rng=1) % 24
    assert busy.min() >= 8
    assert attention.hawkes(background=0, branching=0.5, memory=1, horizon=9).tolist() == []


# --- the run -----------------------------------------------------------------------------


@pytest.mark.parametrize("memory", [1, "power law"])
@pytest.mark.parametrize("background", [0.0, 1.0])
def test_keeps_the_promises_of_every_model(memory, background):
    example = {"background": background, "branching": 0.5, "memory": memory, "horizon": 20.5}
    check_model(attention.simulate, example)
    check_model(attention.simulate, {**example, "shock": 2, "outside": [3.0], "unit": "D"})


def test_series_and_log_tell_the_same_story():
    run = attention.simulate(**STEADY, horizon=30.5, shock=1, rng=1, unit="30min", every=2)
    log, total = run.events, run.series[run.series["variable"] == "total"]
    new = run.series[run.series["variable"] == "new"]
    assert log["kind"].tolist() == ["publish"] + ["share"] * (len(log) - 1)
    assert log["actor"].tolist() == ["customer"] + ["public"] * (len(log) - 1)
    assert total["value"].iloc[-1] == new["value"].sum() == len(log)
    assert total["time"].iloc[-1] == pd.Timestamp("2009-07-06 15:15")
    for moment, value in zip(total["time"], total["value"], strict=True):
        assert (log["time"] <= moment).sum() == value
    followed = log[log["heard_from"].notna()]
    assert (followed["heard_from"] < followed["by"].astype(int)).all()
    tree = virality.descriptors(log)
    assert tree["size"].tolist() == [len(log)]


def test_says_what_was_wrong():
    law = {"background": 1, "branching": 0.5, "memory": 1, "horizon": 10}
    cases = [
        ({"branching": -1}, "branching must be a finite number in [0, 100], got -1"),
        ({"background": -1}, "background must be a finite number of at least 0, got -1"),
        ({"background": [1, 2]}, "background must be a rate of at least 0, or steps of (time, rate), got [1, 2]"),
        ({"background": {1: 2}}, "background must have steps that begin at time 0, each time once, got 1 as the first"),
        ({"background": [(0, 1), (0, 2)]}, "background must have steps that begin at time 0, each time once, got time 0 twice"),
        ({"background": {0: np.nan}}, "background must have finite times and rates of at least 0, got nan at time 0"),
        ({"background": pd.DataFrame({"a": [1]})}, "background must have the columns time and rate, got ['a']"),
        ({"horizon": 0}, "horizon must be a finite number above 0, got 0"),
        ({"memory": "linear"}, "memory must be exponential(mean), power_law(theta, cutoff), a mean time above 0, or one of exponential, power law, got 'linear'"),
        ({"memory": 0}, "memory must be exponential(mean), power_law(theta, cutoff), a mean time above 0, or one of exponential, power law, got 0"),
        ({"outside": [10]}, "outside must be below the horizon, 10, got 10"),
        ({"branching": 2, "limit": 50}, "limit must be at least the number of events, got 50 while branching is 2 and attention grows without end: shorten the horizon or raise limit"),
        ({"background": 99, "limit": 50}, "limit must be at least the number of events, got 50 while branching is 0.5 and the background brings many: shorten the horizon or raise limit"),
    ]  # fmt: skip
    for change, sentence in cases:
        with says(sentence):
            attention.hawkes(**(law | change), rng=1)
    with says(
        "limit must be at least the number of events, got 50 while branching is 2 and attention grows without end: shorten the horizon or raise limit"
    ):
        attention.reach(**(law | {"branching": 2, "limit": 50}), runs=2, rng=1)
    with says(
        "every must be at least 1e-05 here, for a table of at most 1,000,000 rows and whole microseconds, got 0"
    ):
        attention.simulate(**law, every=0)
    with says(
        "branching must be below 1 for a long run to exist, got 1: ask for expected_rate or expected_count at a time"
    ):
        attention.mean_rate(1, 1)
    with says("theta must be a finite number above 0, got 0"):
        attention.power_law(0, 1)
    with says("sizes must be whole numbers of at least 0, got [0.5]"):
        attention.cluster_law([0.5], 0.5)
    with says("at must be finite times of at least 0, got [-1]"):
        attention.expected_rate([-1], **STEADY)
    with says("every must be above the last time of the rhythm, 8, got 8"):
        attention.repeated({0: 1, 8: 2}, every=8, horizon=20)


# --- figures -----------------------------------------------------------------------------


def shown(ax):
    return dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))


def test_the_rate_is_drawn_with_a_mark_an_event():
    law = {"background": {0: 1.0, 5: 3.0}, "branching": 0.6, "memory": 0.5}
    times = attention.hawkes(**law, horizon=10, rng=1)
    ax = plots.event_rate(times, **law, horizon=10, unit="days")
    assert_array_equal(shown(ax)["one event"].get_xdata(), times)
    x, y = shown(ax)["rate"].get_data()
    assert_array_equal(y, attention.intensity(times, x, **law))
    assert set(shown(ax)["from outside"].get_ydata()) == {1.0, 3.0}
    most = np.histogram(times, np.arange(11))[0].max() / times.size
    title = f"The busiest tenth of the time holds {most:.0%} of {times.size} events"
    assert ax.get_title(loc="left") == title
    assert ax.get_xlabel() == "time (days)"
    empty = plots.event_rate([], **law, horizon=10, title=None)
    assert empty.get_title(loc="left") == "No event came"


def test_replays_are_drawn_with_their_mean_and_theory():
    replays = [[1.0, 2.0], [], [3.0, 0.0, 1.0, 4.0]]
    guess = Prediction("q", 3, "number", "events")
    ax = plots.event_replays(replays, horizon=4, expected=[0, 2], at=[0, 4], prediction=guess)
    assert ax.get_title(loc="left") == (
        "After 4 hours the same start has brought 0 to 4 events (mean 2)"
    )
    assert shown(ax)["mean of 3 replays"].get_ydata()[-1] == 2
    assert shown(ax)["expected by theory"].get_ydata().tolist() == [0, 2]
    assert shown(ax)["your prediction"].get_ydata().tolist() == [3]


def test_quantiles_are_those_of_the_gaps_within_their_band():
    law = {"background": 1, "branching": 0.7, "memory": 1}
    gaps = attention.residuals(attention.hawkes(**law, horizon=150, rng=1), **law)
    ax = plots.residual_quantiles(gaps)
    dots = np.concatenate([line.get_ydata() for name, line in shown(ax).items() if "gap" in name])
    assert_allclose(np.sort(dots), np.sort(gaps))
    p = attention.check_residuals(gaps).p_value
    says_so = f"The events come as the model says ({gaps.size} gaps, p = {p:.2f})"
    assert ax.get_title(loc="left") == says_so
    wrong = plots.residual_quantiles(3 * gaps, prediction="yes")
    assert wrong.get_title(loc="left") == f"Not as the model says ({gaps.size} gaps, p < .005)"
    assert "Your prediction: yes" in [text.get_text() for text in wrong.texts]
    assert len(plots.residual_quantiles(np.tile(gaps, 30)).lines[1].get_xdata()) < 2000


def test_figures_say_what_was_wrong():
    with says("replays must be at least one, got none"):
        plots.event_replays([], horizon=4)
    with says("replays must be times in [0, 4], the horizon, got others"):
        plots.event_replays([[5]], horizon=4)
    with says("expected and at must be given together, got one of them"):
        plots.event_replays([[1]], horizon=4, at=[1])
    with says("level must be above 0 and below 1, got 1"):
        plots.residual_quantiles([1.0], level=1)
