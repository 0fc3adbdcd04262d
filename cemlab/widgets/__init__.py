"""Dashboards: sliders in, a picture out. Nothing is computed here.

`lens_slider`, `firestorm` and `callout` replay cases, `spread_lab` and `contact_centre` models;
`stake` and `roi_calculator` are about money, `event_window` about a share price,
`attention_lab` about posts that bring further posts, `policy_lab` about what one budget does
to service, voice, standing and value.
"""

from cemlab.widgets._sliders import RUNS
from cemlab.widgets.attention import attention_lab
from cemlab.widgets.labs import contact_centre, spread_lab
from cemlab.widgets.money import roi_calculator, stake
from cemlab.widgets.one_budget import policy_lab
from cemlab.widgets.share_price import event_window
from cemlab.widgets.what_ifs import callout, firestorm, lens_slider

__all__ = [
    "RUNS",
    "attention_lab",
    "callout",
    "contact_centre",
    "event_window",
    "firestorm",
    "lens_slider",
    "policy_lab",
    "roi_calculator",
    "spread_lab",
    "stake",
]
