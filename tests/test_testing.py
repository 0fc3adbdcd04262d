"""The check of a model's promises: good models pass, and each broken promise is named."""

import random
import re
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest

from cemlab.network import Network
from cemlab.run import Run
from cemlab.sim import cascade
from cemlab.testing import check_model

PATH = Network.from_edges([(0, 1), (1, 2), (2, 3)])
NAME = "test_testing"
START = pd.Timestamp("2009-07-06").as_unit("us")


def table(luck, days=4):
    """Return a good series of two variables, with values of this luck."""
    return pd.DataFrame(
        {
            "time": np.tile(pd.date_range(START, periods=days, unit="us"), 2),
            "variable": np.repeat(["new", "total"], days),
            "value": luck.random(2 * days),
        }
    )


def letters(luck, rows=3):
    """Return a good log with values of this luck."""
    return pd.DataFrame(
        {
            "customer": "Ana",
            "time": pd.date_range(START, periods=rows, unit="us"),
            "actor": "customer",
            "kind": "contact",
            "value": luck.random(rows),
        }
    )


def model(*, series=None, log=None, luck=None, **fields):
    """Return a good model, but for what is given: functions that spoil its tables or its luck."""

    def simulate(*, days=4, rng=None, **_others):
        key = int(np.random.default_rng(rng).integers(2**63))
        drawn = np.random.default_rng(key) if luck is None else luck(key)
        totals, rows = table(drawn, days), letters(drawn)
        totals = totals if series is None else series(totals)
        rows = rows if log is None else log(rows)
        made = {"model": NAME, "params": {}, "key": key, "make_events": lambda: rows} | fields
        return Run(series=totals, **made)

    simulate.__module__ = f"cemlab.sim.{NAME}"
    return simulate


def breaks(promise):
    """Return what is raised for a broken promise, as a pattern."""
    sentence = f"cemlab.sim.{NAME} must keep its promise, got a broken one: {promise}"
    return pytest.raises(AssertionError, match=f"^{re.escape(sentence)}$")


def differs():
    start = f"cemlab.sim.{NAME} must give the same tables for the same luck, got a difference: "
    return pytest.raises(AssertionError, match=f"^{re.escape(start)}")


# --- good models ------------------------------------------------------------------------


def test_a_good_model_passes():
    check_model(model(), {})
    check_model(model(), {"days": 1})
    check_model(cascade.simulate, {"network": PATH, "initial": [0], "p": 0.5})


@pytest.mark.parametrize("column", ["str", "object"])
def test_text_may_be_held_either_way(column):
    check_model(model(series=lambda t: t.astype({"variable": column})), {})


def test_a_log_without_rows_is_good():
    check_model(model(log=lambda t: t.iloc[:0]), {})


def test_a_model_without_chance_takes_no_rng():
    def simulate(*, days):
        quiet = table(np.random.default_rng(1), days)
        return Run(NAME, {}, quiet, 0, lambda: letters(np.random.default_rng(1)))

    simulate.__module__ = NAME
    check_model(simulate, {"days": 2}, uses_luck=False)
    with pytest.raises(AssertionError, match=r"^test_testing must keep its promise.*: takes rng$"):
        check_model(simulate, {"days": 2})


@pytest.mark.parametrize(
    "argument",
    [
        np.arange(3.0),
        np.array([0.5, np.nan]),
        pd.DataFrame({"a": [1.0, np.nan]}),
        [0, 2],
        {0: [1], 2: [0, 1]},
        {0: np.array([1, 2])},
        range(3),
        (1, 2),
        PATH,
        None,
        "first",
    ],
    ids=repr,
)
def test_a_model_that_leaves_its_arguments_alone_passes(argument):
    check_model(model(), {"given": argument})


def test_the_example_and_the_global_luck_are_left_as_they_were():
    example = MappingProxyType({"network": PATH, "initial": [0], "p": 0.5})
    state, plain = np.random.get_state(), random.getstate()  # noqa: NPY002
    check_model(cascade.simulate, example)
    assert str(np.random.get_state()) == str(state)  # noqa: NPY002
    assert random.getstate() == plain


# --- luck -------------------------------------------------------------------------------


def test_numpys_global_luck_is_noticed():
    def draws(table):
        np.random.random()  # noqa: NPY002
        return table

    with breaks("leaves NumPy's global luck alone"):
        check_model(model(series=draws), {})


def test_numpys_global_luck_that_is_set_to_a_seed_is_noticed():
    def sets(table):
        np.random.seed(1)  # noqa: NPY002
        return table

    with breaks("leaves NumPy's global luck alone"):
        check_model(model(series=sets), {})


def test_pythons_global_luck_is_noticed():
    def draws(table):
        return table.assign(value=table["value"] + random.random())

    with breaks("leaves Python's global luck alone"):
        check_model(model(series=draws), {})


def test_luck_of_the_log_is_noticed_too():
    with breaks("leaves Python's global luck alone"):
        check_model(model(log=lambda t: t.assign(value=random.random())), {})


def test_fresh_luck_in_every_call_is_noticed():
    fresh = model(luck=lambda _key: np.random.default_rng())
    with differs():
        check_model(fresh, {})
    with differs():
        check_model(model(log=lambda t: t.assign(value=np.random.default_rng().random())), {})


def test_a_key_that_is_not_from_rng_is_noticed():
    def simulate(*, rng):
        made = model()(rng=rng)
        key = int(np.random.default_rng().integers(2**60))
        return Run(NAME, {}, made.series, key, made.make_events)

    simulate.__module__ = NAME
    with pytest.raises(AssertionError, match="draws one key from rng: the same integer"):
        check_model(simulate, {})


def test_a_model_that_ignores_rng_is_noticed():
    with breaks("moves a Generator on"):
        check_model(model(key=7, luck=lambda _key: np.random.default_rng(7)), {})


# --- what a run holds -------------------------------------------------------------------


@pytest.mark.parametrize("result", [None, {}, table(np.random.default_rng(1))])
def test_what_is_not_a_run_is_noticed(result):
    def simulate(*, rng):
        return result

    simulate.__module__ = f"cemlab.sim.{NAME}"
    with breaks("returns a Run"):
        check_model(simulate, {})


@pytest.mark.parametrize("name", ["cascade", "", "cemlab.sim.test_testing"])
def test_a_run_of_another_name_is_noticed(name):
    with breaks(f"its Run names the model's module ({name!r} is not 'test_testing')"):
        check_model(model(model=name), {})


@pytest.mark.parametrize("key", [np.uint64(7), 7.0, "7", None, True])
def test_a_key_that_is_no_int_is_noticed(key):
    with breaks("its Run holds the key as an int"):
        check_model(model(key=key), {})


COLUMNS = "series has the columns ['time', 'variable', 'value']"
SPOILED_SERIES = {
    "a column too many": (lambda t: t.assign(unit="people"), COLUMNS),
    "a column too few": (lambda t: t.drop(columns="variable"), COLUMNS),
    "columns in another order": (lambda t: t[["variable", "time", "value"]], COLUMNS),
    "times in ns": (
        lambda t: t.astype({"time": "datetime64[ns]"}),
        "series.time is datetime64[us]",
    ),
    "days as numbers": (lambda t: t.assign(time=range(8)), "series.time is datetime64[us]"),
    "whole numbers": (lambda t: t.assign(value=range(8)), "series.value is float64"),
    "half precision": (lambda t: t.astype({"value": "float32"}), "series.value is float64"),
    "categories": (lambda t: t.astype({"variable": "category"}), "series.variable is text"),
    "numbered variables": (lambda t: t.assign(variable=1), "series.variable is text"),
    "nan": (lambda t: t.assign(value=np.nan), "series.value is finite"),
    "infinity": (lambda t: t.assign(value=np.inf), "series.value is finite"),
    "unsorted": (lambda t: t.iloc[[1, 0, 2, 3, 4, 5, 6, 7]], "series is sorted by time"),
    "one variable unsorted": (
        lambda t: t.iloc[[0, 1, 2, 3, 4, 7, 6, 5]],
        "series is sorted by time",
    ),
    "no time": (
        lambda t: t.assign(time=t["time"].where(t["value"] < 0)),
        "series is sorted by time",
    ),
    "no rows": (lambda t: t.iloc[:0], "series has at least one row"),
    "a row twice": (
        lambda t: t.iloc[[0, 0, 1, 2, 3, 4, 5, 6, 7]],
        "series has one row a variable and time",
    ),
}


@pytest.mark.parametrize(
    "spoiled",
    SPOILED_SERIES,
)
def test_a_spoiled_series_is_noticed(spoiled):
    spoil, promise = SPOILED_SERIES[spoiled]
    with breaks(promise):
        check_model(model(series=spoil), {})


SPOILED_LOGS = {
    "a kind that is none": lambda t: t.assign(kind="shout"),
    "an actor who is none": lambda t: t.assign(actor="press"),
    "a missing column": lambda t: t.drop(columns="customer"),
    "a value below zero": lambda t: t.assign(value=-1.0),
    "no customer": lambda t: t.assign(customer=None),
}


@pytest.mark.parametrize("spoiled", SPOILED_LOGS)
def test_an_invalid_log_is_noticed(spoiled):
    with pytest.raises((AssertionError, ValueError), match="events"):
        check_model(model(log=SPOILED_LOGS[spoiled]), {})


@pytest.mark.parametrize("spoiled", SPOILED_LOGS)
def test_an_invalid_log_is_told_as_a_broken_promise_of_this_model(spoiled):
    with pytest.raises(AssertionError, match=rf"^cemlab\.sim\.{NAME} must keep its promise, got"):
        check_model(model(log=SPOILED_LOGS[spoiled]), {})


def test_a_log_that_is_another_when_built_again_is_noticed():
    def simulate(*, rng):
        made = model()(rng=rng)
        goes_on = np.random.default_rng(made.key)
        return Run(NAME, {}, made.series, made.key, lambda: letters(goes_on))

    simulate.__module__ = NAME
    with pytest.raises(AssertionError, match=f"^{NAME} must"):
        check_model(simulate, {})


# --- arguments --------------------------------------------------------------------------


def sorts(given):
    given.sort()


def adds(given):
    given[9] = 0


def fills(given):
    given["a"] = 0.0


def sorts_inside(given):
    given[0].sort()


def renews_inside(given):
    given[0] = np.sort(given[0])


CHANGES = {
    "a list sorted": ([2, 0], sorts),
    "an array sorted": (np.array([2, 0]), sorts),
    "a mapping grown": ({0: [1]}, adds),
    "a frame filled": (pd.DataFrame({"a": [1.0]}), fills),
    "a list inside a mapping": ({0: [2, 0]}, sorts_inside),
    "an array inside a mapping": ({0: np.array([2, 0])}, sorts_inside),
    "an array inside a mapping, renewed": ({0: np.array([2, 0])}, renews_inside),
    "a list inside a list": ([[2, 0]], sorts_inside),
    "a series": (pd.Series([2, 0], index=["a", "b"]), fills),
    "a set": ({1, 2}, lambda given: given.discard(1)),
}


@pytest.mark.parametrize(
    "change",
    CHANGES,
)
def test_a_changed_argument_is_noticed(change):
    argument, spoil = CHANGES[change]
    whole = model()

    def simulate(*, given, rng):
        spoil(given)
        return whole(rng=rng)

    simulate.__module__ = f"cemlab.sim.{NAME}"
    with breaks("leaves its argument given as it was"):
        check_model(simulate, {"given": argument})


def test_an_argument_that_is_used_up_is_named_before_the_tables_that_differ_for_it():
    whole = model(series=lambda t: t)

    def simulate(*, given, rng):
        return whole(days=given.pop(), rng=rng)

    simulate.__module__ = f"cemlab.sim.{NAME}"
    with breaks("leaves its argument given as it was"):
        check_model(simulate, {"given": [1, 2, 3, 4, 5, 6, 7, 8, 9]})


def fragile(*, given, rng=None):
    """Run, unless what is given is at its extreme."""
    if given in ([], 0.0, 1.0):
        raise ZeroDivisionError
    return model()(rng=rng)


fragile.__module__ = f"cemlab.sim.{NAME}"


@pytest.mark.parametrize(
    ("name", "value"), [("initial", [1]), ("complaint", [1]), ("p", 0.5), ("retell_chance", 0.5)]
)
def test_extremes_are_tried_where_the_example_has_starters_or_chances(name, value):
    def simulate(*, rng=None, **given):
        return fragile(given=given[name], rng=rng)

    simulate.__module__ = f"cemlab.sim.{NAME}"
    with pytest.raises(ZeroDivisionError):
        check_model(simulate, {name: value})
