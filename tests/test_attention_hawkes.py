"""Self-exciting attention, measured: likelihood, residuals, fits, and what misleads them."""

import pickle
import re
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from plain import both_ways
from scipy import stats
from scipy.integrate import quad

from cemlab import plots
from cemlab.sim import attention
from cemlab.sim._kernels import attention as _kernels
from cemlab.sim.attention import _likelihood, _peak, _process, _terms

patiently = settings(deadline=None, max_examples=25, derandomize=True)
POWER = attention.power_law(0.6, 0.3)
MEMORIES = pytest.mark.parametrize("memory", [0.7, POWER], ids=["exp", "power"])
STEPS = {0: 1.0, 2: 0.5, 5: 3.0}
TIMES = attention.hawkes(background=1, branching=0.6, memory=0.5, horizon=1500, rng=11)


def says(sentence):
    return pytest.raises(ValueError, match=f"^{re.escape(sentence)}$")


def plain_rate(times, t, background, branching, memory):
    """Return the rate just before t, event by event."""
    rate = background[max(edge for edge in background if edge <= t)]
    return rate + branching * sum(float(memory.density(t - s)) for s in times if s < t)


# --- rate and likelihood -----------------------------------------------------------------


@MEMORIES
def test_likelihood_is_that_of_a_plain_double_loop_and_of_integration(memory):
    held = attention.exponential(memory) if memory == 0.7 else memory
    times = attention.hawkes(background=STEPS, branching=0.6, memory=held, horizon=9, rng=1)
    law = {"background": STEPS, "branching": 0.6, "memory": memory}
    rates = [plain_rate(times, t, STEPS, 0.6, held) for t in times]
    cuts = [0.0, *sorted({*times.tolist(), 2.0, 5.0}), 9.0]
    pieces = [
        quad(lambda t: float(attention.intensity(times, [t], **law)[0]), a, b, epsabs=1e-10)[0]
        for a, b in pairwise(cuts)
    ]
    assert times.size > 10
    assert_allclose(attention.intensity(times, times, **law), rates, rtol=1e-12)
    assert_allclose(attention.compensator(times, [9.0], **law), [sum(pieces)], rtol=1e-7)
    found = attention.log_likelihood(times, **law, horizon=9)
    assert found == pytest.approx(np.log(rates).sum() - sum(pieces), rel=1e-7)


def test_two_events_on_paper():
    """Rates 2 and 2 + .5 e^-1; the integral is 2 * 3 + .5 (1 - e^-2) + .5 (1 - e^-1)."""
    found = attention.log_likelihood([2, 1], background=2, branching=0.5, memory=1, horizon=3)
    rest = 6 + 0.5 * (1 - np.exp(-2)) + 0.5 * (1 - np.exp(-1))
    assert found == pytest.approx(np.log(2) + np.log(2 + 0.5 * np.exp(-1)) - rest)


@pytest.mark.parametrize("memory", ["exponential", "power law"])
def test_without_branching_it_is_poissons(memory):
    law = {"branching": 0, "memory": memory, "horizon": 8}
    poisson = 3 * np.log(0.5) + 2 * np.log(2) - (0.5 * 3 + 2 * 5)
    found = attention.log_likelihood([0, 1, 2, 4, 5], background={0: 0.5, 3: 2}, **law)
    assert found == pytest.approx(poisson)
    assert attention.log_likelihood([], background=2, **law) == -16
    assert attention.log_likelihood([1], background=0, **law) == -np.inf


@pytest.mark.parametrize("theta", [0.05, 0.4, 1.0, 6.0])
@pytest.mark.parametrize("turns", [1e-2, 1e3, 1e7])
def test_a_power_law_is_a_sum_of_exponentials_within_the_stated_error(theta, turns):
    memory = attention.power_law(theta, 2.0)
    weights, rates = _terms.terms(memory, 2.0 * turns)
    t = np.append(0.0, 2.0 * np.geomspace(min(1e-4, turns / 10), turns, 200))
    summed = np.exp(-t[:, None] * rates) @ weights
    assert_allclose(summed, memory.density(t), rtol=_terms.ERROR)
    added = -np.expm1(-t[:, None] * rates) @ (weights / rates)
    assert_allclose(added, memory.cumulative(t), rtol=10 * _terms.ERROR, atol=1e-15)


def test_many_events_are_counted_as_few_are(monkeypatch):
    times = attention.hawkes(background=2, branching=0.7, memory=POWER, horizon=150, rng=2)
    law = {"background": 2, "branching": 0.7, "memory": POWER}
    exact = attention.log_likelihood(times, **law, horizon=150), attention.residuals(times, **law)
    monkeypatch.setattr(_process, "EXACT", 0)
    quick = attention.log_likelihood(times, **law, horizon=150), attention.residuals(times, **law)
    assert quick[0] == pytest.approx(exact[0], abs=1e-9 * times.size)
    assert quick[0] != exact[0]
    assert_allclose(quick[1], exact[1], rtol=1e-7, atol=1e-9)


KERNELS = {
    "excited": ((np.array([[1.0, 0.5], [0.2, 0.1]]), np.array([1.0, 0.3])), np.zeros((3, 5))),
    "gathered": ((np.array([1.0, 0.5]), np.array([1.0, 0.3])), np.zeros(5)),
    "excited_exactly": ((0.6, 0.3), np.zeros(5)),
    "gathered_exactly": ((0.6, 0.3), np.zeros(5)),
}


@pytest.mark.parametrize("name", KERNELS)
def test_sums_over_the_past_are_the_same_compiled_and_plain(name):
    times, at = np.array([0.0, 0.0, 1.0, 2.5]), np.array([0.0, 1.0, 1.0, 2.0, 4.0])
    values, out = KERNELS[name]
    compiled, plain = both_ways(_kernels, name, (times, at, *values), [out])
    assert_allclose(np.array(plain[1][0]), np.array(compiled[1][0]), rtol=1e-13)
    before = [0, 2, 2, 3, 4]  # events strictly before each moment
    if name == "excited":
        d = [[a - t for t in times[:k]] for a, k in zip(at, before, strict=True)]
        first = [sum(np.exp(-x) + 0.5 * np.exp(-0.3 * x) for x in one) for one in d]
        moved = [sum(x * (np.exp(-x) + 0.5 * np.exp(-0.3 * x)) for x in one) for one in d]
        assert_allclose(compiled[1][0][0], first)
        assert_allclose(compiled[1][0][2], moved)


@patiently
@given(st.permutations(range(12)), st.booleans())
def test_the_order_of_rows_does_not_matter(order, power):
    times = TIMES[:12].round(1)  # with ties
    mixed = times[list(order)]
    law = {"background": 1, "branching": 0.5, "memory": POWER if power else 1.0}
    for one, other in [(times, mixed), (times.tolist(), pd.Series(mixed, index=order))]:
        assert attention.log_likelihood(one, **law, horizon=20) == attention.log_likelihood(
            other, **law, horizon=20
        )
        assert_array_equal(attention.residuals(one, **law), attention.residuals(other, **law))
        assert_array_equal(
            attention.intensity(one, times, **law)[list(order)],
            attention.intensity(one, mixed, **law),
        )


def test_simultaneous_events_do_not_excite_each_other():
    law = {"background": 2, "branching": 0.5, "memory": 1}
    assert attention.intensity([1, 1], [1, 1.0], **law).tolist() == [2, 2]
    assert attention.residuals([1, 1], **law).tolist() == [2, 0]


# --- residuals ---------------------------------------------------------------------------


@MEMORIES
def test_residuals_are_exponential_under_the_true_model_only(memory):
    law = {"background": 1.0, "branching": 0.7, "memory": memory}
    times = attention.hawkes(**law, horizon=1000, shock=3, rng=3)
    true = attention.residuals(times, **law, shock=3)
    assert true.size == times.size - 3
    assert attention.check_residuals(true).p_value > 0.01
    assert attention.check_residuals(true).correlation_p_value > 0.01
    assert abs(true.mean() - 1) < 4 / np.sqrt(true.size)
    rate = times.size / 1000
    for wrong in ({"background": rate, "branching": 0.0}, {"branching": 0.3}):
        gaps = attention.residuals(times, **(law | wrong), shock=3)
        assert attention.check_residuals(gaps).p_value < 1e-6


def test_the_test_of_residuals_is_kolmogorovs():
    gaps = [0.2, 0.7, 1.3, 2.0]
    found = attention.check_residuals(gaps)
    shares = 1 - np.exp(-np.array(gaps))
    by_hand = max(
        np.abs(shares - np.arange(1, 5) / 4).max(), np.abs(shares - np.arange(4) / 4).max()
    )
    assert found.distance == pytest.approx(by_hand)
    assert found.p_value == pytest.approx(stats.kstwo.sf(by_hand, 4))
    assert found.correlation == pytest.approx(np.corrcoef(shares[1:], shares[:-1])[0, 1])
    assert found.mean == pytest.approx(1.05)
    assert attention.check_residuals([1.0]).correlation == 0.0


# --- fits --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["exponential", "power law"])
def test_the_slope_of_the_likelihood_is_its_derivative(kind):
    events = _likelihood.Events.of(TIMES[:300], 150.0, 0, None, None, [40, 90])
    place = np.array([0.1, -0.2, 0.3, -0.5, -0.7, 0.2][: 5 if kind == "exponential" else 6])
    value, slope = _likelihood.score(events, kind, place)
    for k, step in enumerate(1e-5 * np.eye(place.size)):
        change = [_likelihood.score(events, kind, place + s * step)[0] for s in (1, -1)]
        assert slope[k] == pytest.approx((change[0] - change[1]) / 2e-5, rel=1e-5, abs=1e-4)
    levels = dict(zip([0.0, 40.0, 90.0], np.exp(place[:3]), strict=True))
    law = {"background": levels, "branching": np.exp(-0.5)}
    memory = _likelihood.memory_at(kind, place[4:])
    same = attention.log_likelihood(TIMES[:300], **law, memory=memory, horizon=150)
    assert value == pytest.approx(same, abs=1e-6)


def test_a_fit_finds_its_parameters_again():
    fit = attention.fit_hawkes(TIMES, horizon=1500)
    truth = {"background": 1.0, "branching": 0.6, "mean": 0.5}
    for name, value in truth.items():
        assert abs(fit.params[name] - value) < 4 * fit.standard_errors[name]
    again = attention.log_likelihood(
        TIMES, background=fit.params["background"], branching=fit.params["branching"],
        memory=fit.memory, horizon=1500,
    )  # fmt: skip
    assert fit.loglik == pytest.approx(again)
    assert fit.aic == pytest.approx(6 - 2 * fit.loglik)
    n = TIMES.size
    assert fit.poisson_loglik == pytest.approx(n * np.log(n / 1500) - n)
    assert fit.aic < fit.poisson_aic
    assert fit.check().p_value > 0.05
    assert fit.warnings == ()
    sent = pickle.loads(pickle.dumps(fit))
    assert (sent.params, sent.loglik) == (dict(fit.params), fit.loglik)
    table = fit.interval()
    wald = np.array([fit.standard_errors[name] for name in truth]) * 2 * 1.96
    assert_allclose(table["high"] - table["low"], wald, rtol=0.1)
    score = lambda z: _likelihood.score(fit._events, "exponential", z)  # noqa: E731
    for name in truth:  # at a limit the best of the others lies 1.92 below the peak
        place = np.log([fit.params[other] for other in truth])
        k = list(truth).index(name)
        best = max(
            _peak.climb(
                lambda z, at=table.loc[name, "low"]: (
                    score(np.insert(z, k, np.log(at)))[0],  # noqa: B023
                    np.delete(score(np.insert(z, k, np.log(at)))[1], k),  # noqa: B023
                ),
                np.delete(place, k) + s, np.full(2, -20.0), np.full(2, 20.0),
            )[1]
            for s in (-0.1, 0.1)
        )  # fmt: skip
        assert fit.loglik - best == pytest.approx(stats.chi2.ppf(0.95, 1) / 2, rel=0.01)


def test_a_power_law_is_told_from_an_exponential_memory():
    memory = attention.power_law(0.8, 0.05)
    times = attention.hawkes(background=1, branching=0.7, memory=memory, horizon=1500, rng=7)
    power = attention.fit_hawkes(times, horizon=1500, memory="power law")
    plain = attention.fit_hawkes(times, horizon=1500)
    assert power.aic < plain.aic - 20
    for name, value in {"background": 1, "branching": 0.7, "theta": 0.8, "cutoff": 0.05}.items():
        assert abs(power.params[name] - value) < 4 * power.standard_errors[name]
    assert plain.check().p_value < 0.05
    assert plain.warnings[-1].startswith("Residuals are not like Exp(1)")


def test_a_changing_outside_looks_like_branching_until_it_is_allowed_for():
    outside = {0: 1.0, 300: 8.0, 400: 1.0}
    times = attention.hawkes(background=outside, branching=0, memory=1, horizon=1000, rng=4)
    steady = attention.fit_hawkes(times, horizon=1000)
    assert steady.params["branching"] > 0.8
    assert steady.loglik > steady.poisson_loglik + 100
    assert any("is near 1 or above" in sentence for sentence in steady.warnings)
    for better in ({"changes": [300, 400]}, {"shape": outside}):
        fit = attention.fit_hawkes(times, horizon=1000, **better)
        assert fit.loglik - fit.poisson_loglik < 2
        assert "hardly better than an outside alone" in " ".join(fit.warnings)
        assert fit.aic < steady.aic - 100
    assert list(attention.fit_hawkes(times, horizon=1000, changes=[400, 300]).params)[:3] == [
        "background from 0", "background from 300", "background from 400",
    ]  # fmt: skip


def test_a_cascade_of_one_shock_needs_no_background():
    times = attention.hawkes(background=0, branching=0.8, memory=2.0, horizon=200, shock=300, rng=1)
    fit = attention.fit_hawkes(times, horizon=200, shock=300, background=0)
    assert list(fit.params) == ["branching", "mean"]
    assert fit.n == times.size - 300
    # no event is lost behind the horizon, so that branching is offspring over events
    assert fit.params["branching"] == pytest.approx(fit.n / times.size, rel=1e-4)
    assert abs(fit.params["mean"] - 2.0) < 4 * fit.standard_errors["mean"]
    assert fit.check().p_value > 0.01


def test_what_events_cannot_say_is_said():
    evenly = np.arange(1.0, 60.0)
    fit = attention.fit_hawkes(evenly, horizon=60)
    assert "No excitement is seen" in " ".join(fit.warnings)
    assert fit.params["background"] == pytest.approx(59 / 60, rel=1e-3)
    assert fit.warnings[0] == "Only 59 events: intervals are wide, and their level is rough."
    rounded = attention.fit_hawkes(np.floor(TIMES[:400]), horizon=float(np.ceil(TIMES[400])))
    tied = 400 - np.unique(np.floor(TIMES[:400])).size
    assert f"{tied} events share their time with an earlier one" in " ".join(rounded.warnings)
    spread = attention.unround(np.floor(TIMES[:400]), step=1, rng=1)
    assert_array_equal(np.floor(spread), np.floor(TIMES[:400]))
    assert not any("share" in w for w in attention.fit_hawkes(spread, horizon=400).warnings)


def test_dates_become_times():
    words = ["2009-07-07", "2009-07-06 12:00", "2009-07-06"]
    dates = pd.Series([pd.Timestamp(word) for word in words])
    assert attention.elapsed(words).tolist() == [0, 12, 24]
    assert attention.elapsed(dates).tolist() == [0, 12, 24]
    assert attention.elapsed(dates, start="2009-07-05", unit="1D").tolist() == [1, 1.5, 2]
    run = attention.simulate(background=1, branching=0.5, memory=1, horizon=20, shock=1, rng=1)
    assert_allclose(attention.elapsed(run.events["time"]), run.details["times"], atol=1e-9)


def test_says_what_was_wrong():
    law = {"background": 1, "branching": 0.5, "memory": 1}
    cases = [
        ([-1], "times must be in [0, 9], the horizon, got -1 at place 0"),
        ([1, 10], "times must be in [0, 9], the horizon, got 10 at place 1"),
        ([1, None], "times must be in [0, 9], the horizon, got nan at place 1"),
        ([[1, 2]], "times must be one list of numbers, got shape (1, 2) of int64"),
        (["a"], "times must be one list of numbers, got shape (1,) of <U1"),
        (pd.Series(pd.to_datetime(["2009-07-06"])), "times must be one list of numbers, got dates: turn dates into times by elapsed(...)"),
    ]  # fmt: skip
    for times, sentence in cases:
        with says(sentence):
            attention.log_likelihood(times, **law, horizon=9)
    with says(
        "shock must be at most the number of times at 0, 0, got 1: let times begin with the first post"
    ):
        attention.residuals([1, 2], **law, shock=1)
    with says("times must have more events to explain than there are parameters (3), got 3"):
        attention.fit_hawkes([1, 2, 3], horizon=9)
    with says("times must be at two different moments or more, got 1 only"):
        attention.fit_hawkes([1, 1, 1, 1], horizon=9)
    with says("memory must be one of exponential, power law, got 2"):
        attention.fit_hawkes([1, 2, 3, 4], horizon=9, memory=2)
    with says("background, shape and changes must be given one at a time, got shape and changes"):
        attention.fit_hawkes([1, 2, 3, 4], horizon=9, shape={0: 1}, changes=[3])
    with says("shape must have a rate above 0 before the horizon, got 0 throughout"):
        attention.fit_hawkes([1, 2, 3, 4], horizon=9, shape={0: 0})
    with says("residuals must be at least one, got none"):
        attention.check_residuals([])
    for wrong in (["soon"], ["07/06/2009"], [1, 2]):
        told = f"such as 2009-07-06, without a time zone, got {wrong[0]!r}"
        with says(f"moments must be dates {told}"):
            attention.elapsed(wrong)
    with says("moments must be dates without a time zone, got a missing one"):
        attention.elapsed(["2009-07-06", None])
    with says("moments must be dates without a time zone, got none"):
        attention.elapsed([])
    with says("level must be above 0 and below 1, got 1"):
        attention.fit_hawkes(TIMES[:99], horizon=60).interval(1)
    with says(
        "start must not be after the first of the moments, 2009-07-06 00:00:00, got 2010-01-01 00:00:00"
    ):
        attention.elapsed(["2009-07-06"], start="2010-01-01")


# --- what looks like excitement and is none -----------------------------------------------


def says_of(fit, words):
    return any(words in one for one in fit.warnings)


def test_an_outside_that_changes_is_tried():
    grows = np.sort(np.random.default_rng(2).uniform(0, 1, 400) ** 2 * 200)  # no excitement
    fit = attention.fit_hawkes(grows, horizon=200)
    assert fit.params["branching"] > 0.6
    assert says_of(fit, "An outside that changes explains the events better: with a level")
    assert says_of(fit, "Neighbouring residuals are alike")
    told = attention.fit_hawkes(grows, horizon=200, changes=[25, 50, 100, 150])
    assert not says_of(told, "An outside that changes")
    true = attention.fit_hawkes(TIMES, horizon=1500)
    assert true.warnings == ()


def test_a_rhythm_is_found():
    day = attention.repeated({0: 0.5, 8: 4, 20: 0.5}, every=24, horizon=240)
    times = attention.hawkes(background=day, branching=0, memory=1, horizon=240, rng=1)
    fit = attention.fit_hawkes(times, horizon=240)
    assert fit.params["branching"] > 0.5
    assert says_of(fit, "with a rhythm that comes every 24 (shape=)")
    assert not says_of(attention.fit_hawkes(times, horizon=240, shape=day), "An outside that changes")  # fmt: skip


def test_the_other_memory_is_tried():
    memory = attention.power_law(0.8, 0.05)
    times = attention.hawkes(background=1, branching=0.7, memory=memory, horizon=800, rng=7)
    plain = attention.fit_hawkes(times, horizon=800)
    assert says_of(plain, 'fit again with memory="power law"')
    power = attention.fit_hawkes(times, horizon=800, memory="power law")
    assert not says_of(power, "A memory of the other kind")
    short = attention.hawkes(background=1, branching=0.6, memory=0.5, horizon=150, rng=1)
    fit = attention.fit_hawkes(short, horizon=150)
    assert not says_of(fit, "A memory of the other kind")


def test_the_check_of_a_fit_allows_for_the_fit():
    times = attention.hawkes(background=1, branching=0.6, memory=0.5, horizon=60, rng=3)
    fit = attention.fit_hawkes(times, horizon=60)
    plain = attention.check_residuals(fit.residuals())
    found = fit.check(replicates=39, rng=5)
    assert found == fit.check(replicates=39, rng=5)
    assert (found.distance, found.correlation) == (plain.distance, plain.correlation)
    assert plain.replicates == 0
    assert found.replicates == 39
    assert found.p_value < plain.p_value  # the fit has used up part of the distance
    assert (40 * found.p_value) % 1 == pytest.approx(0, abs=1e-9)
    with says("replicates must be a whole number of at least 19, got 5"):
        fit.check(replicates=5)


def test_the_checks_p_value_is_even_under_the_true_model():
    low = []
    for luck in range(12):
        times = attention.hawkes(background=1, branching=0.4, memory=0.5, horizon=40, rng=luck)
        fit = attention.fit_hawkes(times, horizon=40)
        low.append(fit.check(replicates=19, rng=luck).p_value)
    mean = 1 / np.sqrt(12 * 12)
    assert abs(np.mean(low) - 0.525) < 4 * mean  # of plain p-values: about .9
    assert min(low) < 0.4


def test_no_excitement_is_no_number():
    even = np.sort(np.random.default_rng(2).uniform(0, 200, 200))
    fit = attention.fit_hawkes(even, horizon=200)
    assert fit.params["branching"] == 0
    assert np.isnan(fit.params["mean"])
    assert fit.standard_errors["background"] == pytest.approx(1 / np.sqrt(200), rel=1e-3)
    assert fit.loglik == pytest.approx(fit.poisson_loglik, abs=1e-3)
    assert says_of(fit, "No excitement is seen")
    table = fit.interval()
    assert table.loc["background", ["low", "high"]].tolist() == pytest.approx([0.868, 1.145], abs=0.002)  # fmt: skip
    assert table.loc["branching", "low"] == 0
    assert fit.residuals().mean() == pytest.approx(1, rel=0.05)
    assert repr(fit).startswith("Hawkes, exponential memory, n = 200 events in 200: background 1 (s.e. 0.071), branching 0, mean nan; AIC 406.0, without excitement 402.0; No excitement")  # fmt: skip


@pytest.mark.parametrize(("n", "begins"), [(1, "Too few to tell: 1 gap,"), (9, "Too few to tell: 9 gaps,"), (10, "The events come")])  # fmt: skip
def test_few_gaps_say_nothing(n, begins):
    gaps = -np.log1p(-(np.arange(n) + 0.5) / n)
    assert plots.residual_quantiles(gaps).get_title(loc="left").startswith(begins)
