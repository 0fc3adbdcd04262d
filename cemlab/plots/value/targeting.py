"""Figure of targeting: whom a measure keeps, if the best scores are treated first."""

from collections.abc import Mapping
from itertools import cycle
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

from cemlab import _checks
from cemlab.plots._style import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, STYLE, finish, new_axes

if TYPE_CHECKING:
    from cemlab.crm.value.uplift import Targeting

_LOOKS = ((BLUE, "o", "-"), (ORANGE, "s", "--"), (GREEN, "^", "-."), (RED, "D", ":"))


def qini_curves(
    scores: "Mapping[str, Targeting]",
    *,
    treated: float | None = None,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how many customers a measure keeps if it goes to those with the best scores first.

    Parameters
    ----------
    scores : mapping of str to Targeting
        Of `crm.value.targeting`, a line with its interval each; dashed: treating at random.
    treated : float, optional
        Share of the customers of whom the title speaks, above 0; by default the best of each.
    prediction : object, optional
        The reader's guess; a kept guess (what part is kept) is marked at `treated`.

    Examples
    --------
    >>> from cemlab.crm import value
    >>> trial = value.simulate_four_types(400, shares={"persuadable": 0.5, "lost cause": 0.5}, rng=1)
    >>> ax = qini_curves({"uplift": value.targeting(trial, trial["uplift"], groups=4, rng=1)})
    >>> ax.get_legend_handles_labels()[1]
    ['uplift', 'at random']
    """
    if not scores:
        msg = "scores must be at least one score, got none"
        raise ValueError(msg)
    at = None if treated is None else _checks.probability("treated", treated)
    if at == 0:
        msg = "treated must be above 0, got 0: nobody is kept then"
        raise ValueError(msg)
    ax = ax or new_axes()
    told = []
    with plt.rc_context(STYLE):
        for (colour, marker, dash), (name, found) in zip(cycle(_LOOKS), scores.items(), strict=False):  # fmt: skip
            curve = found.curve
            ax.fill_between(
                curve.index, curve["low"], curve["high"], color=colour, alpha=0.15, lw=0
            )
            ax.plot(curve.index, curve["value"], color=colour, marker=marker, ls=dash, lw=2.5, ms=7, label=name)  # fmt: skip
            if at is None:
                told.append(f"{curve['value'].max():.1%} by {name}")
            else:
                told.append(f"{np.interp(at, curve.index, curve['value']):.0%} kept by {name}")
        ax.plot(curve.index, curve["random"], color=GREY, ls="--", lw=1.5, label="at random")
        guessed = getattr(prediction, "value", None)
        if at is not None:
            ax.axvline(at, color=GREY, lw=1.5, ls=":", zorder=0)
        if at is not None and guessed is not None:
            ax.plot(at, guessed, "*", color=PURPLE, ms=20, zorder=5, clip_on=False,
                    label="your prediction")  # fmt: skip
        ax.axhline(0, color="black", lw=0.8)
        ax.set_xlim(0, 1)
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.yaxis.set_major_locator(MaxNLocator(9, steps=[1, 2, 5, 10]))
        ax.yaxis.set_major_formatter(PercentFormatter(1.0))
        ax.set_xlabel("customers treated, best score first")
        ax.set_ylabel("kept by the measure, of all customers")
        ax.legend(loc="lower right", frameon=False)
        begin = "Kept at best" if at is None else f"The best {at:.0%} treated"
        finish(ax, title or f"{begin}: {', '.join(told)}", prediction)
    return ax
