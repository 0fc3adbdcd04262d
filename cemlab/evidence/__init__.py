"""Test a claim about cause: event studies, interrupted series, comparison units, power.

One firm, one event: `returns` (from prices), `event_study` (market model, CAR, what could have
been found), `placebo` (the same on other dates), `specifications` (every definition of a fall at
once), `power`, `detectable` and `power_curve` (closed forms), `size_by_simulation`, and
`claim_arithmetic` (what a fall and a loss mean for each other).

Many firms: `event_studies` (seven tests of the mean), `event_study_rates` (how often each rejects).
One series: `interrupted` (level and slope at an event), `placebo_interruptions` and
`placebo_share` (the same at other dates). One unit or a few beside others: `synthetic_control`,
`difference_in_differences`. Any test of yours: `rejection_rates` (size and power, by simulation).
"""

from cemlab.evidence.comparisons.differences import (
    DifferenceInDifferences as DifferenceInDifferences,
)
from cemlab.evidence.comparisons.differences import (
    difference_in_differences as difference_in_differences,
)
from cemlab.evidence.comparisons.interrupted_series import InterruptedSeries as InterruptedSeries
from cemlab.evidence.comparisons.interrupted_series import interrupted as interrupted
from cemlab.evidence.comparisons.other_dates import placebo_interruptions as placebo_interruptions
from cemlab.evidence.comparisons.other_dates import placebo_share as placebo_share
from cemlab.evidence.comparisons.synthetic_units import SyntheticControl as SyntheticControl
from cemlab.evidence.comparisons.synthetic_units import synthetic_control as synthetic_control
from cemlab.evidence.shares.claims import claim_arithmetic as claim_arithmetic
from cemlab.evidence.shares.definitions import Specifications as Specifications
from cemlab.evidence.shares.definitions import specifications as specifications
from cemlab.evidence.shares.detection import detectable as detectable
from cemlab.evidence.shares.detection import power as power
from cemlab.evidence.shares.detection import power_curve as power_curve
from cemlab.evidence.shares.many_firms import FirmsStudy as FirmsStudy
from cemlab.evidence.shares.many_firms import event_studies as event_studies
from cemlab.evidence.shares.one_firm import EventStudy as EventStudy
from cemlab.evidence.shares.one_firm import event_study as event_study
from cemlab.evidence.shares.placebo_dates import Placebo as Placebo
from cemlab.evidence.shares.placebo_dates import placebo as placebo
from cemlab.evidence.shares.prices import returns as returns
from cemlab.evidence.shares.simulated_size import size_by_simulation as size_by_simulation
from cemlab.evidence.size_and_power import event_study_rates as event_study_rates
from cemlab.evidence.size_and_power import rejection_rates as rejection_rates
