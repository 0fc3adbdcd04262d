"""What customers say when they are asked, with intervals, and what is known against it.

Ratings (`nps`, `csat`, `ces`, `acsi`, and their `friends`), how exact they are
(`sample_size`, `interval_of_share`, `possible_n`), who is silent (`bounds`, `weighted`),
ordered answers (`ordinal`), quality of service (`servqual`, `kano`) and its scales.

A survey that the company sends is a hybrid of both lenses: the company chooses who is asked,
when and what (inside-out), and the customer speaks (outside-in). An NPS belongs to neither
lens alone.
"""

from cemlab.cem.surveys.attributes import KANO_ANSWERS as KANO_ANSWERS
from cemlab.cem.surveys.attributes import KANO_CATEGORIES as KANO_CATEGORIES
from cemlab.cem.surveys.attributes import KANO_TABLE as KANO_TABLE
from cemlab.cem.surveys.attributes import Kano as Kano
from cemlab.cem.surveys.attributes import kano as kano
from cemlab.cem.surveys.attributes import kano_coefficients as kano_coefficients
from cemlab.cem.surveys.contrasts import PenaltyReward as PenaltyReward
from cemlab.cem.surveys.contrasts import penalty_reward as penalty_reward
from cemlab.cem.surveys.curves import SatisfactionCurve as SatisfactionCurve
from cemlab.cem.surveys.curves import satisfaction_curve as satisfaction_curve
from cemlab.cem.surveys.differences import (
    difference_score_reliability as difference_score_reliability,
)
from cemlab.cem.surveys.differences import gap_reliability as gap_reliability
from cemlab.cem.surveys.likert import ordinal as ordinal
from cemlab.cem.surveys.likert import response_style as response_style
from cemlab.cem.surveys.logged import answers as answers
from cemlab.cem.surveys.logged import by_outcome as by_outcome
from cemlab.cem.surveys.nonresponse import J_SHAPE as J_SHAPE
from cemlab.cem.surveys.nonresponse import bounds as bounds
from cemlab.cem.surveys.nonresponse import reweighted as reweighted
from cemlab.cem.surveys.nonresponse import simulate_response as simulate_response
from cemlab.cem.surveys.nonresponse import weighted as weighted
from cemlab.cem.surveys.precision import half_width as half_width
from cemlab.cem.surveys.precision import sample_size as sample_size
from cemlab.cem.surveys.published import corrected as corrected
from cemlab.cem.surveys.published import interval_of_share as interval_of_share
from cemlab.cem.surveys.published import possible_n as possible_n
from cemlab.cem.surveys.ratings import acsi as acsi
from cemlab.cem.surveys.ratings import ces as ces
from cemlab.cem.surveys.ratings import csat as csat
from cemlab.cem.surveys.readings import friends as friends
from cemlab.cem.surveys.recommendation import net_score as net_score
from cemlab.cem.surveys.recommendation import nps as nps
from cemlab.cem.surveys.recommendation import nps_from_shares as nps_from_shares
from cemlab.cem.surveys.reliability import cronbach_alpha as cronbach_alpha
from cemlab.cem.surveys.reliability import item_analysis as item_analysis
from cemlab.cem.surveys.reliability import omega as omega
from cemlab.cem.surveys.service_quality import DIMENSIONS as DIMENSIONS
from cemlab.cem.surveys.service_quality import ITEMS as ITEMS
from cemlab.cem.surveys.service_quality import ServiceQuality as ServiceQuality
from cemlab.cem.surveys.service_quality import servperf as servperf
from cemlab.cem.surveys.service_quality import servqual as servqual
from cemlab.cem.surveys.simulated import simulate_servqual as simulate_servqual
from cemlab.cem.surveys.simulated import simulate_survey as simulate_survey
from cemlab.cem.surveys.tolerance import zone_of_tolerance as zone_of_tolerance
from cemlab.cem.surveys.waves import nps_change as nps_change
