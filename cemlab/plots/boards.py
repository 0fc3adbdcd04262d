"""Several figures of one result side by side, for dashboards."""

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from cemlab import _words
from cemlab.crm.roi import Calculation
from cemlab.plots._style import GREY, STYLE, TITLE, new_axes
from cemlab.plots.returns import name_of, roi_distribution, tornado


def roi_board(
    made: Calculation,
    *,
    most: int = 6,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the distribution of the return beside what drives it, for a dashboard.

    Parameters
    ----------
    made : Calculation
        Of `roi.calculator`.
    most : int
        Bars of the tornado.
    """
    ax = ax or new_axes(width=13.0, height=5.0)
    ax.set_axis_off()
    left, right = ax.inset_axes((0.05, 0.13, 0.36, 0.68)), ax.inset_axes((0.62, 0.13, 0.37, 0.68))
    with plt.rc_context(STYLE):
        for part in (left, right):
            part.spines[["top", "right"]].set_visible(False)
            part.tick_params(labelsize=12)
    roi_distribution(made.draws, title=" ", ax=left)
    left.set_xlabel("return on investment", size=13)
    left.set_ylabel("part of the draws", size=13)
    left.legend(loc="lower left", ncols=2, frameon=False, bbox_to_anchor=(-0.02, 1.0), fontsize=12,
                columnspacing=1.0)  # fmt: skip
    if (made.tornado["swing"] > 0).any():
        tornado(made.tornado, most=most, title=" ", ax=right)
        right.set_xlabel("return, each moved alone from low to high", size=13)
        legend = right.get_legend()
        assert legend is not None
        legend.set_bbox_to_anchor((-0.25, 1.0), right.transAxes)
    else:
        right.set_axis_off()
        right.text(0.5, 0.5, "nothing varies", ha="center", va="center", size=13, color=GREY)
    ax.set_title(title or _board_words(made), loc="left", **TITLE)
    return ax


# --- inside ------------------------------------------------------------------------


def _board_words(made: Calculation) -> str:
    chance = made.chance_of_loss.value
    words = f"A loss in {_words.share(chance, chance)} of the draws"
    if len(made.drivers):
        first = made.drivers.iloc[0]
        words += f"; {name_of(first)} is {first['share']:.0%} of what is open"
    return words
