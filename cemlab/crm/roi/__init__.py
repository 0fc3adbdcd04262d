"""What money brings back: returns with ranges, a social-media calculator, and claims taken apart.

`roi`, `romi`, `break_even_volume`, `payback_time` and `npv` are the arithmetic. `calculator`
draws a return from assumptions with ranges and says which of them drive it; `assumptions` reads
and checks these, `suppose` asks what follows if one were known. `up_to`, `maxima`,
`mean_behind`, `best_effect`, `reviews_uplift`, `review_evidence`, `uplift_without_effect` and
`share_of_products_needed` take apart "reviews raise sales by up to 67 %". `stake`,
`break_even_chance` and `ledger` weigh a recovery against a story.
"""

from cemlab.crm.roi.assumed import AssumptionError, assumptions, examples, suppose
from cemlab.crm.roi.claims import best_effect, maxima, mean_behind, up_to
from cemlab.crm.roi.returns import break_even_volume, npv, payback_time, roi, romi
from cemlab.crm.roi.reviews import (
    VALENCE_ELASTICITY,
    VOLUME_ELASTICITY,
    review_evidence,
    reviews_uplift,
    share_of_products_needed,
    uplift_without_effect,
)
from cemlab.crm.roi.social_media import Calculation, calculator
from cemlab.crm.roi.stakes import break_even_chance, ledger, stake

__all__ = [
    "VALENCE_ELASTICITY",
    "VOLUME_ELASTICITY",
    "AssumptionError",
    "Calculation",
    "assumptions",
    "best_effect",
    "break_even_chance",
    "break_even_volume",
    "calculator",
    "examples",
    "ledger",
    "maxima",
    "mean_behind",
    "npv",
    "payback_time",
    "review_evidence",
    "reviews_uplift",
    "roi",
    "romi",
    "share_of_products_needed",
    "stake",
    "suppose",
    "up_to",
    "uplift_without_effect",
]
