"""Fit a curve or a simulation to readings, and say how well the readings determine it.

`fit` takes any curve and readings that are exact, rounded, lower bounds or contested
alternatives; `fit_each` takes several curves; `compare` sets fits side by side; `forecast` fits the first days only and looks
at what came later. `averaged` makes a curve of a simulation. `fit_bass` fits adoptions a
period by Srinivasan and Mason's least squares, `bass_ols` by Bass's regression of 1969.
`curves` has curves of attention with a long tail, `view_curves` and `power_laws` such curves
with where a fit begins and what it may find. `each_claim` takes contested readings as true, one
by one.
"""

from cemlab.calibrate import curves as curves
from cemlab.calibrate._result import Fit as Fit
from cemlab.calibrate.adoption import BassFit as BassFit
from cemlab.calibrate.adoption import BassRegression as BassRegression
from cemlab.calibrate.adoption import bass_ols as bass_ols
from cemlab.calibrate.adoption import fit_bass as fit_bass
from cemlab.calibrate.comparing import compare as compare
from cemlab.calibrate.comparing import each_claim as each_claim
from cemlab.calibrate.comparing import fit_each as fit_each
from cemlab.calibrate.counter_curves import power_laws as power_laws
from cemlab.calibrate.counter_curves import view_curves as view_curves
from cemlab.calibrate.fitting import fit as fit
from cemlab.calibrate.forecasting import forecast as forecast
from cemlab.calibrate.simulated import AveragedCurve as AveragedCurve
from cemlab.calibrate.simulated import averaged as averaged
