"""What a reader should know before a fit of a Hawkes process is believed, in sentences."""

from collections.abc import Iterator

import numpy as np

from cemlab._words import counted
from cemlab.sim.attention import _rivals, _starts
from cemlab.sim.attention._likelihood import Events
from cemlab.sim.attention._peak import Peak
from cemlab.sim.attention._residuals import check_residuals

_FEW = 100
_NEAR_CRITICAL = 0.8
_HARDLY = 2.0
_DOUBTFUL = 0.05
_TAKEN_AWAY = 0.5


def warnings(events: Events, kind: str, names: list[str], peak: Peak) -> Iterator[str]:
    """Yield what a reader should know, a sentence each."""
    n = events.explained.size
    if n < _FEW:
        yield f"Only {counted(n, 'event')}: intervals are wide, and their level is rough."
    tied = n - np.unique(events.explained).size
    if tied:
        yield (
            f"{counted(tied, 'event shares its', 'events share their')} time with an earlier one, "
            "as rounded times do: simultaneous events are taken not to excite each other, which "
            "hides quick follow-ups; spread them with unround() and fit again."
        )
    branching = float(np.exp(peak.place[events.levels]))
    if peak.at_border[events.levels] and branching < 1:
        yield "No excitement is seen: branching is at its border of 0, and the memory is unknown."
        return
    border = [name for name, at in zip(names, peak.at_border, strict=True) if at]
    if border:
        yield (
            f"The likelihood still rises at the border of what is looked at in "
            f"{' and '.join(border)}: no standard error is known there."
        )
    if np.isnan(np.diag(peak.covariance)[~peak.at_border]).any():
        yield (
            "The likelihood is nearly flat: other parameters explain the events as well, and "
            "standard errors are not known."
        )
    gain = peak.height - events.poisson()[1]
    if gain < _HARDLY:
        yield (
            f"Excitement explains the events hardly better than an outside alone (log-likelihood "
            f"higher by {gain:.2f}): branching and memory mean little."
        )
    if events.steady and branching > _NEAR_CRITICAL:
        yield (
            f"Branching {branching:.2f} is near 1 or above: an outside that changes (days, news, "
            "campaigns) looks the same to this model; fit again with changes= or shape= first."
        )
    if gain >= _HARDLY and n <= _rivals.MOST_EVENTS:
        yield from _better(events, kind, peak, branching)
    yield from _of_residuals(events, kind, peak)


# --- inside ------------------------------------------------------------------------


def _better(events: Events, kind: str, peak: Peak, branching: float) -> Iterator[str]:
    """Yield what explains the events clearly better."""
    size = peak.place.size
    aic = 2 * size - 2 * peak.height
    bic = size * float(np.log(events.explained.size)) - 2 * peak.height
    if events.steady:
        rival = _rivals.changing_outside(events, kind, peak.place[events.levels + 1 :])
        less = rival.branching < _TAKEN_AWAY * branching
        if less and rival.bic <= bic - _rivals.CLEARLY:
            yield (
                f"An outside that changes explains the events better: {rival.words} the BIC is "
                f"lower by {bic - rival.bic:.0f}, and branching falls from {branching:.2f} to "
                f"about {rival.branching:.2f}; do not take it for word of mouth."
            )
    rival = _rivals.other_memory(events, kind)
    if rival.aic <= aic - _rivals.CLEARLY:
        yield (
            f"A memory of the other kind, {rival.words}, explains the events better (AIC lower by "
            f"{aic - rival.aic:.0f}), with a branching of about {rival.branching:.2f} instead of "
            f'{branching:.2f}: fit again with memory="{rival.words}".'
        )


def _of_residuals(events: Events, kind: str, peak: Peak) -> Iterator[str]:
    found = check_residuals(_starts.gaps(events, kind, peak.place))
    if found.p_value < _DOUBTFUL:
        yield (
            f"Residuals are not like Exp(1) (Kolmogorov-Smirnov p = {found.p_value:.2g}): the events "
            "come otherwise than this model says."
        )
    if found.correlation_p_value < _DOUBTFUL:
        yield (
            f"Neighbouring residuals are alike (correlation {found.correlation:.2f}, p = "
            f"{found.correlation_p_value:.2g}): something that lasts is not in this model, such as "
            "an outside that changes."
        )
