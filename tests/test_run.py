"""Run: what a simulation returns can be trusted, traced and read."""

import pickle
from dataclasses import FrozenInstanceError

import pandas as pd
import pytest

import cemlab
from cemlab import events
from cemlab.network import Network
from cemlab.run import Run
from cemlab.sim import cascade

LOG = pd.DataFrame(
    {"customer": [7], "time": ["2009-07-06"], "actor": ["customer"], "kind": ["publish"]}
)


def a_run(make_events=LOG.copy, params=None):
    series = pd.DataFrame(
        {
            "time": pd.to_datetime(["2009-07-06", "2009-07-07"] * 2),
            "variable": ["new", "new", "total", "total"],
            "value": [1.0, 4.0, 1.0, 5.0],
        }
    )
    return Run("cascade", params or {"p": 0.5}, series, 255, make_events, "abc")


def test_a_run_cannot_be_changed():
    run = a_run()
    with pytest.raises(FrozenInstanceError):
        run.model = "other"
    with pytest.raises(TypeError):
        run.params["p"] = 1.0


def test_parameters_are_those_of_the_start_even_if_the_callers_change():
    given = {"p": 0.5}
    run = a_run(params=given)
    given["p"] = 1.0
    assert run.params["p"] == 0.5


def test_the_log_is_built_only_when_asked_for_and_only_once():
    calls = []
    run = a_run(lambda: calls.append("built") or LOG)
    assert calls == []
    assert run.events is run.events
    assert calls == ["built"]


def test_the_log_is_a_valid_one():
    pd.testing.assert_frame_equal(a_run().events, events.validate(LOG))


def test_a_model_that_writes_a_bad_log_is_found_out():
    run = a_run(lambda: LOG.assign(kind="sing"))
    with pytest.raises(ValueError, match=r"row 0, kind: must be one of .* got 'sing'"):
        _ = run.events


def test_provenance_says_what_made_the_run():
    assert a_run().provenance == {
        "model": "cascade",
        "cemlab": cemlab.__version__,
        "key": "00000000000000ff",
        "network": "abc",
    }


def test_final_is_the_last_value_of_a_variable():
    assert (a_run().final("new"), a_run().final("total")) == (4.0, 5.0)


def test_an_unknown_variable_is_named_with_those_there_are():
    with pytest.raises(ValueError, match="variable must be one of new, total, got 'old'"):
        a_run().final("old")


def test_a_printed_run_does_not_spill_its_log():
    assert "make_events" not in repr(a_run())


def test_a_run_can_be_sent_to_another_process():
    net = Network.from_edges([(0, 1), (1, 2)])
    run = cascade.simulate(net, initial=[0], p=0.5, rng=1)
    twin = pickle.loads(pickle.dumps(run))
    assert twin.series.equals(run.series)
    assert twin.events.equals(run.events)
    assert (dict(twin.params), twin.provenance) == (dict(run.params), run.provenance)
