"""How long customers waited for an answer, with those still waiting kept as censored.

A contact without an answer has waited at least until the observation ended, or until the
customer gave up. To leave such contacts out would make every figure look better than it is.
Who gave up will never be answered: `competing`, `quantiles` and `answered_in_time` count them so.
`survival`, `restricted_mean` and `log_rank` ask how fast those are answered who stay.
All functions take the table of `first_response`, or an event log. Longest and shortest
waits (`which`) are those that uncertain times allow; where times are exact, they are equal.
"""

from cemlab.cem.response._curves import restricted_mean, survival
from cemlab.cem.response._expected import answered_in_time
from cemlab.cem.response._fates import competing
from cemlab.cem.response._log_rank import log_rank
from cemlab.cem.response._quantiles import quantiles
from cemlab.cem.response._waits import audience_bands, first_response

__all__ = [
    "answered_in_time",
    "audience_bands",
    "competing",
    "first_response",
    "log_rank",
    "quantiles",
    "restricted_mean",
    "survival",
]
