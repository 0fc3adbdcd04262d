"""Value, inside-out: what customers are worth to the company, from what they bought or renewed.

A table of purchases becomes one row a customer (`summary`). Who buys without a contract:
`bg_nbd` and `pareto_nbd` (how often, and who has left without a word), `gamma_gamma` (how much),
`clv` (both, as money). Who has one: `sbg` and, for contrast, `geometric`.

Who is who: `rfm`, `gains`, `cohort_table`, `retention`, `churn`. One customer's value: with a
constant retention (`gupta_lehmann`, `elasticity`), by satisfaction (`satisfaction_clv`,
`satisfied_more`), when lost early (`early_loss`), with rivals (`customer_equity`). Whom a measure
moves, in place of who is at risk: `targeting`. Levers on loyalty as thought experiments:
`learning_relationship`, `love_brand`, `competitor_pull`.
"""

from cemlab.crm.value.buying import BgNbdFit as BgNbdFit
from cemlab.crm.value.buying import ParetoNbdFit as ParetoNbdFit
from cemlab.crm.value.buying import bg_nbd as bg_nbd
from cemlab.crm.value.buying import pareto_nbd as pareto_nbd
from cemlab.crm.value.buying import simulate_bg_nbd as simulate_bg_nbd
from cemlab.crm.value.buying import simulate_pareto_nbd as simulate_pareto_nbd
from cemlab.crm.value.cohorts import churn as churn
from cemlab.crm.value.cohorts import cohort_table as cohort_table
from cemlab.crm.value.cohorts import retention as retention
from cemlab.crm.value.contracts import ContractFit as ContractFit
from cemlab.crm.value.contracts import geometric as geometric
from cemlab.crm.value.contracts import sbg as sbg
from cemlab.crm.value.equity import brand_purchases as brand_purchases
from cemlab.crm.value.equity import customer_equity as customer_equity
from cemlab.crm.value.equity import driver_roi as driver_roi
from cemlab.crm.value.equity import steady_share as steady_share
from cemlab.crm.value.equity import switching as switching
from cemlab.crm.value.four_types import FOUR_TYPES as FOUR_TYPES
from cemlab.crm.value.four_types import ideal_qini as ideal_qini
from cemlab.crm.value.four_types import simulate_four_types as simulate_four_types
from cemlab.crm.value.learning import learning_relationship as learning_relationship
from cemlab.crm.value.learning import purchases_in_all as purchases_in_all
from cemlab.crm.value.learning import two_readings as two_readings
from cemlab.crm.value.levers import answer_worth as answer_worth
from cemlab.crm.value.levers import competitor_pull as competitor_pull
from cemlab.crm.value.levers import love_brand as love_brand
from cemlab.crm.value.levers import tolerated_failure as tolerated_failure
from cemlab.crm.value.lifetime_value import early_loss as early_loss
from cemlab.crm.value.lifetime_value import elasticity as elasticity
from cemlab.crm.value.lifetime_value import gupta_lehmann as gupta_lehmann
from cemlab.crm.value.purchases import summary as summary
from cemlab.crm.value.satisfaction import purchases_by as purchases_by
from cemlab.crm.value.satisfaction import satisfaction_clv as satisfaction_clv
from cemlab.crm.value.satisfaction import satisfied_more as satisfied_more
from cemlab.crm.value.satisfaction import simulate_satisfaction as simulate_satisfaction
from cemlab.crm.value.segments import gains as gains
from cemlab.crm.value.segments import rfm as rfm
from cemlab.crm.value.spending import SpendingFit as SpendingFit
from cemlab.crm.value.spending import clv as clv
from cemlab.crm.value.spending import gamma_gamma as gamma_gamma
from cemlab.crm.value.spending import spend_correlation as spend_correlation
from cemlab.crm.value.uplift import Targeting as Targeting
from cemlab.crm.value.uplift import targeting as targeting
from cemlab.crm.value.uplift import targeting_difference as targeting_difference
