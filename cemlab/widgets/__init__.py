"""Dashboards: sliders in, a picture out. Nothing is computed here.

`lens_slider`, `firestorm` and `callout` replay cases, `spread_lab` and `contact_centre` models;
`stake` and `roi_calculator` are about money.
"""

from cemlab.widgets._sliders import RUNS
from cemlab.widgets.labs import contact_centre, spread_lab
from cemlab.widgets.money import roi_calculator, stake
from cemlab.widgets.what_ifs import callout, firestorm, lens_slider

__all__ = [
    "RUNS",
    "callout",
    "contact_centre",
    "firestorm",
    "lens_slider",
    "roi_calculator",
    "spread_lab",
    "stake",
]
