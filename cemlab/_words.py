"""Figures in words: shares, spans of time and counts, with their uncertainty."""

_UNITS = (("seconds", 1 / 60, 90 / 60), ("minutes", 1.0, 90.0), ("hours", 60.0, 48 * 60.0))
_DAY = ("days", 24 * 60.0)
SHOWN = 60
"""Characters of a foreign value that a sentence shows."""


def share(low: float, high: float) -> str:
    """Return a share, or the two that it lies between, in per cent.

    Examples
    --------
    >>> share(0.914, 0.914), share(0.912, 0.914), share(0.5, 0.92), share(0.004, 0.9996)
    ('91%', '91%', '50% to 92%', '0.4% to 99.96%')
    """
    return _between(_percent(low), _percent(high))


def span(low_min: float, high_min: float) -> str:
    """Return a time in minutes, or the two that it lies between, in units that suit them.

    Examples
    --------
    >>> span(0.2, 0.2), span(30, 45.2), span(60 * 36, 60 * 36), span(0, 461 * 24 * 60)
    ('12 seconds', '30 to 45 minutes', '36 hours', '0 to 461 days')
    >>> span(0, 0), span(5, 250)
    ('0 seconds', '5 minutes to 4.2 hours')
    """
    (low, low_unit), (high, high_unit) = _time(low_min), _time(high_min)
    if low == "0" or low_unit == high_unit:
        shown = _between(low, high)
        return f"{shown} {high_unit if shown != '1' else high_unit[:-1]}"
    return f"{low} {low_unit} to {high} {high_unit}"


def number(low: float, high: float) -> str:
    """Return a count or an amount, or the two that it lies between.

    Examples
    --------
    >>> number(1200, 1200), number(3, 5), number(7.024, 7.024)
    ('1,200', '3 to 5', '7.02')
    """
    places = 0 if all(x >= 100 or x == int(x) for x in (low, high)) else 2
    return _between(*(f"{x + 0.0:,.{places}f}" for x in (low, high)))


def _percent(part: float) -> str:
    """Return per cent; a part that is neither none nor all is not shown as such."""
    percent = 100 * part
    if 0 < percent < 0.5:
        return f"{percent:.1g}%"
    if 99.5 <= percent < 100:
        return f"{100 - float(f'{100 - percent:.1g}'):g}%"
    return f"{percent:.0f}%"


def counted(n: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun.

    Examples
    --------
    >>> counted(1, "journey"), counted(2000, "journey"), counted(1, "promise is", "promises are")
    ('1 journey', '2,000 journeys', '1 promise is')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def short(value: object) -> str:
    """Return how a value looks in a sentence: no control characters, not too long.

    Examples
    --------
    >>> short("late"), short(10**5000)
    ("'late'", 'a number too long to show')
    """
    try:
        shown = repr(value)
    except ValueError:  # a number with thousands of digits
        return "a number too long to show"
    return shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}..."


def _between(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"


def _time(minutes: float) -> tuple[str, str]:
    """Return a number of minutes as a number and a unit that suits it."""
    name, size = next(((n, size) for n, size, most in _UNITS if minutes < most), _DAY)
    value = minutes / size
    return f"{value:,.{int(value < 9.95)}f}".removesuffix(".0"), name
