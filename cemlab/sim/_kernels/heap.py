"""A heap of events, compiled: what comes first is on top."""

import numpy as np

from cemlab._compiled import inlined


@inlined
def put(times, codes, size, time, code):
    """Add an event; return the new size."""
    i = size
    while i > 0 and times[(i - 1) >> 1] > time:
        times[i] = times[(i - 1) >> 1]
        codes[i] = codes[(i - 1) >> 1]
        i = (i - 1) >> 1
    times[i] = time
    codes[i] = code
    return size + 1


@inlined
def drop(times, codes, size):
    """Take the first event away; return the new size."""
    size -= 1
    time = times[size]
    code = codes[size]
    times[size] = np.inf  # so that the last child's neighbour never comes first
    i = 0
    while 2 * i + 1 < size:
        child = 2 * i + 1
        child += int(times[child + 1] < times[child])
        if times[child] >= time:
            break
        times[i] = times[child]
        codes[i] = codes[child]
        i = child
    times[i] = time
    codes[i] = code
    return size


@inlined
def replace(times, codes, size, time, code):
    """Put an event in the place of the first one, which need not have been taken away."""
    i = 0
    while 2 * i + 1 < size:
        child = 2 * i + 1
        if child + 1 < size:
            child += int(times[child + 1] < times[child])
        if times[child] >= time:
            break
        times[i] = times[child]
        codes[i] = codes[child]
        i = child
    times[i] = time
    codes[i] = code
