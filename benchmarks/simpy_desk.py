"""The service desk told once more in SimPy, with the same channels and habits, and as quickly as SimPy goes.

`service_desk.py` races against it, and tests/test_service_desk_peers.py compares the figures.
Exponential laws, channels that never close and have agents of their own.
"""

import bisect
import math
import random
from collections.abc import Mapping
from typing import Any

import simpy

from cemlab.sim.service_desk import Channel, Habits

Row = list[Any]
COLUMNS = (
    "customer", "attempt", "issue", "channel", "callback", "came", "waited", "served", "outcome",
    "anger",
)  # fmt: skip
"""What is in the row of a contact: see :func:`with_feedback`."""
_WAITED, _SERVED, _OUTCOME, _ANGER = (
    COLUMNS.index(name) for name in ("waited", "served", "outcome", "anger")
)


def one_channel(
    phone: Channel, *, arrivals_per_hour: float, hours: int, followers: list[float], seed: int
) -> tuple[list[tuple[float, float, float, float]], int]:
    """Run one channel whose customers call once.

    Returns
    -------
    tuple
        A row (followers, came, waited, served; nan: hung up) for each finished contact, in
        minutes, and how many still wait at the end.
    """
    env = simpy.Environment()
    luck = random.Random(seed)
    draw, later = luck.random, luck.expovariate
    gap, service, patience = arrivals_per_hour / 60, 1 / phone.service_min, 1 / phone.patience_min
    bounds = phone.audiences[::-1]
    rows = []

    def call(request, audience):
        came = env.now
        with request as turn:
            if not turn.triggered:
                yield turn | env.timeout(later(patience))
            if not turn.triggered:
                rows.append((audience, came, env.now - came, math.nan))
                return
            served = later(service)
            rows.append((audience, came, env.now - came, served))
            yield env.timeout(served)

    def in_turn():
        while True:
            yield env.timeout(later(gap))
            env.process(call(desk.request(), 0.0))

    def by_audience():
        while True:
            yield env.timeout(later(gap))
            audience = followers[int(draw() * len(followers))]
            first = -bisect.bisect_right(bounds, audience)
            env.process(call(desk.request(priority=first), audience))

    if bounds:
        desk = simpy.PriorityResource(env, phone.agents)
        env.process(by_audience())
    else:
        desk = simpy.Resource(env, phone.agents)
        env.process(in_turn())
    env.run(until=60.0 * hours)
    return rows, len(desk.queue)


def with_feedback(
    channels: Mapping[str, Channel],
    habits: Habits,
    *,
    arrivals_per_hour: float,
    hours: int,
    followers: list[float],
    seed: int,
) -> tuple[list[Row], list[Row]]:
    """Run several channels, and all that customers do after a contact that failed or succeeded.

    Nobody begins or decides anything after the end; whoever is being served then is served to
    the end.

    Returns
    -------
    tuple
        A row of `COLUMNS` for each contact, in minutes (`waited`, `served`: nan where unknown;
        `anger`: after it), and a row (followers, outcome) for each customer.
    """
    env = simpy.Environment()
    luck = random.Random(seed)
    draw, later = luck.random, luck.expovariate
    end = 60.0 * hours
    origin = next(iter(channels))
    public_channel = habits.public_channel
    per_minute, per_failure = habits.anger_per_hour / 60, habits.anger_per_failure
    desks = {}
    for name, channel in channels.items():
        bounds = channel.audiences[::-1]
        team = (simpy.PriorityResource if bounds else simpy.Resource)(env, channel.agents)
        calm = habits.acknowledged if channel.acknowledges else 1.0
        patience = 0.0 if channel.patience_min == math.inf else 1 / channel.patience_min
        laws = 1 / channel.service_min, patience, channel.zero_patience, channel.solve
        desks[name] = team, bounds, calm, *laws
    rows: list[Row] = []
    people: list[list[Any]] = []

    def pause(minutes):
        return env.timeout(later(1 / minutes) if minutes else 0.0)

    def customer(k, audience):
        channel, called, worked = origin, False, None
        anger, attempts, issue = 0.0, 0, 1
        heard = 1 + habits.per_tenfold * math.log10(1 + audience)
        while True:
            team, bounds, calm, service, patience, zero_patience, solve = desks[channel]
            attempts += 1
            came = env.now
            row = [
                k, attempts, issue, channel, called, came, math.nan, math.nan, "waiting", anger,
            ]  # fmt: skip
            rows.append(row)
            if bounds:
                turn = team.request(priority=-bisect.bisect_right(bounds, audience))
            else:
                turn = team.request()
            if not turn.triggered:
                if called:
                    yield turn
                elif zero_patience and draw() < zero_patience:
                    pass
                elif patience:
                    yield turn | env.timeout(later(patience))
                else:
                    yield turn
                if env.now >= end:
                    return  # with the turn, if it came: nobody else is served any more
            called = False
            waited = row[_WAITED] = env.now - came
            anger += per_minute * waited * calm
            solved = False
            if turn.triggered:
                served = row[_SERVED] = later(service)
                yield env.timeout(served)
                team.release(turn)
                solved = draw() < solve
                row[_OUTCOME] = "solved" if solved else "unsolved"
            else:
                turn.cancel()
                row[_OUTCOME] = "abandoned"
            if solved:
                anger, worked = 0.0, channel
                if attempts >= habits.most_attempts or draw() >= habits.again:
                    people[k][1] = "solved"
                    return
                issue += 1
                if draw() >= habits.loyal:
                    channel = origin
                yield pause(60 * habits.again_after_hours)
                if env.now >= end:
                    return
                continue
            anger = row[_ANGER] = min(1.0, anger + per_failure)
            if turn.triggered and attempts < habits.most_attempts and draw() < habits.promise:
                row[_OUTCOME] = "promised"
                called = draw() < habits.kept
                minutes = habits.callback_after_min if called else habits.callback_due_min
                yield env.timeout(minutes)
                if env.now >= end:
                    return
                if called:
                    continue
                anger = min(1.0, anger + per_failure)
            chance = habits.public * anger * heard
            if worked == public_channel:
                chance *= 1 + habits.learned
            if attempts >= habits.most_attempts:
                people[k][1] = "gave up"
                return
            if draw() < chance:
                channel = public_channel
            else:
                u = draw()
                if u >= habits.redial:
                    people[k][1] = "left" if u < habits.redial + habits.leave else "gave up"
                    return
                channel = origin
            yield pause(habits.redial_after_min)
            if env.now >= end:
                return

    def newcomers():
        while True:
            yield env.timeout(later(arrivals_per_hour / 60))
            if env.now >= end:
                return
            audience = followers[int(draw() * len(followers))]
            people.append([audience, "unfinished"])
            env.process(customer(len(people) - 1, audience))

    env.process(newcomers())
    env.run()
    return rows, people
