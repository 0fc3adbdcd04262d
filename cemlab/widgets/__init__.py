"""Dashboards: sliders in, a picture out. Nothing is computed here.

`lens_slider`, `firestorm` and `callout` replay cases, `spread_lab` and `contact_centre` models;
`stake` and `roi_calculator` are about money, `event_window` about a share price,
`attention_lab` about posts that bring further posts.
"""

from cemlab.widgets._sliders import RUNS
from cemlab.widgets.attention import attention_lab
from cemlab.widgets.labs import contact_centre, spread_lab
from cemlab.widgets.money import roi_calculator, stake
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
    "roi_calculator",
    "spread_lab",
    "stake",
]
