"""A calendar of notes ("v may hear at t"), compiled: a ring of thin slots, and a small heap.

A note is a place in the arrays `time` and `after`; a slot is a list of notes, linked by
`after`, and has a bit in `busy` if it may hold any. The notes of the open slot wait in a heap.
"""

import numpy as np

from cemlab._compiled import inlined, kernel

BITS = 64


@kernel
def to_next_busy(busy, slot):
    """Return how many slots further on the next one with its bit set is, 1 to all of them."""
    steps = 1
    total = busy.size * BITS
    while steps <= total:
        at = (slot + steps) % total
        word = busy[at // BITS] >> np.uint64(at % BITS)
        if word == np.uint64(0):
            steps += BITS - at % BITS
        elif word & np.uint64(1):
            return steps
        else:
            steps += 1
    return total


@inlined
def file_note(slots, busy, after, place, note):
    """Put a note into the slot of this place."""
    slot = place % slots.size
    after[note] = slots[slot]
    slots[slot] = note
    busy[slot // BITS] |= np.uint64(1) << np.uint64(slot % BITS)


@inlined
def push(heap, size, time, note):
    """Put a note into the heap; return the new size."""
    i = size
    while i > 0 and time[heap[(i - 1) // 2]] > time[note]:
        heap[i] = heap[(i - 1) // 2]
        i = (i - 1) // 2
    heap[i] = note
    return size + 1


@inlined
def pop(heap, size, time):
    """Drop the first note; return the new size."""
    size -= 1
    note = heap[size]
    i = 0
    while 2 * i + 1 < size:
        child = 2 * i + 1
        if child + 1 < size and time[heap[child + 1]] < time[heap[child]]:
            child += 1
        if time[heap[child]] >= time[note]:
            break
        heap[i] = heap[child]
        i = child
    heap[i] = note
    return size


@kernel
def longer(array):
    """Return a copy with twice the room."""
    grown = np.empty(2 * array.size, array.dtype)
    grown[: array.size] = array
    return grown
