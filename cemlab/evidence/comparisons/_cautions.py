"""What a reader has to know before the figures of an interrupted series."""

from collections.abc import Mapping, Sequence

import numpy as np

from cemlab import _words

_FEW = 12
_HAC = ((6, "30 to 80"), (12, "20 to 60"), (24, "20 to 50"), (48, "10 to 33"), (96, "9 to 22"), (192, "5 to 15"))  # fmt: skip
_HAC_LONG = "6 to 12"
_AR1 = ((12, "11 to 18"), (20, "9 to 12"), (30, "8 to 11"), (42, "7 to 11"), (50, "5 to 8"))
_GLSAR = (
    (12, "18 to 33"),
    (20, "12 to 23"),
    (30, "11 to 19"),
    (42, "9 to 15"),
    (60, "7 to 14"),
    (120, "6 to 10"),
)


def cautions(
    places: Sequence[int],
    n: int,
    errors: str,
    checks: Mapping[str, float],
    notes: Sequence[str] = (),
) -> tuple[str, ...]:
    """Return warnings of a series of n points with interruptions at `places`.

    The counts of false findings are simulated: a test of the level at 5 % in AR(1) noise without
    any break, with the event in the middle and, for Newey-West, near an end of series of up to
    1,000 points; 400 to 1,500 series in each case.
    """
    found = list(notes)
    for name, many in (("before", places[0]), ("after", n - places[-1])):
        if many < _FEW:
            found.append(f"only {_words.counted(many, 'point')} {name} the event: a slope is hardly known from fewer than {_FEW} (a rule of thumb)")  # fmt: skip
    memory, side = checks["autocorrelation"], int(min(np.diff([0, *places, n])))
    if errors == "ols" and abs(memory) > 0.2:
        found.append(f"residuals hang together ({memory:.2f} from one period to the next): errors are too small, use ar1")  # fmt: skip
    if errors == "hac" and (side < 96 or memory > 0.2):
        how = f"{side} points in the shortest part"
        found.append(_false("Newey-West errors", how, _below(_HAC, side) or _HAC_LONG, "0.5", memory) + '; use errors="ar1"')  # fmt: skip
    table, name = (_AR1, "AR(1) errors") if errors == "ar1" else (_GLSAR, "AR(1) errors by GLSAR")
    share = _below(table, n) if errors in ("ar1", "glsar") else None
    if share:
        found.append(_false(name, f"{n} points", share, "0.8", memory))
    if checks["rho"] > 0.9:
        found.append(f"noise is close to a random walk (rho {checks['rho']:.2f}): a line with breaks explains little")  # fmt: skip
    return tuple(found)


# --- inside ------------------------------------------------------------------------


def _false(name: str, how: str, share: str, most: str, memory: float) -> str:
    more = f"; more with the {memory:.2f} of these residuals" if memory > float(most) else ""
    return f"{name} with {how}: a test at 5 % finds a level in about {share} of 100 series without any break (simulated, autocorrelation 0 to {most}{more})"


def _below(table: Sequence[tuple[int, str]], many: int) -> str | None:
    return next((share for limit, share in table if many < limit), None)
