"""The map of the closed loop: what leads to what, and where each budget line acts."""

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from cemlab.plots._style import BLUE, GREY, STYLE, finish, new_axes

_BOXES = {
    "customers": (1.0, 2.0, "customers"),
    "failures": (4.0, 3.3, "failures"),
    "calls": (7.0, 3.3, "complaints\nby phone"),
    "posts": (10.2, 3.3, "complaints\nin public"),
    "leave": (4.0, 2.0, "customers\nwho leave"),
    "reputation": (10.2, 0.7, "reputation"),
    "new": (4.0, 0.7, "customers\nwho come"),
}
"""Of each thing: its place and its words."""

_ARROWS = (
    ((1.4, 2.25), (3.5, 3.15), "experiences (2)", (1.95, 2.85), 0.0),
    ((4.5, 3.3), (6.3, 3.3), "half speak (3)", (5.4, 3.46), 0.0),
    ((4.3, 3.55), (9.7, 3.68), "some go public at once: the more, the better it pays (8)", (7.0, 4.45), -0.22),
    ((7.7, 3.3), (9.5, 3.3), "not helped (4)", (8.6, 3.46), 0.0),
    ((4.0, 3.05), (4.0, 2.38), "silent (3)", (4.52, 2.72), 0.0),
    ((6.6, 2.95), (4.7, 2.2), "not solved, or slowly (9)", (6.6, 2.35), 0.0),
    ((3.3, 2.0), (1.75, 2.0), "fewer", (2.5, 2.15), 0.0),
    ((10.2, 2.95), (10.2, 0.95), "seen by others;\nmore if unanswered (5, 6)", (9.0, 2.0), 0.0),
    ((9.5, 0.7), (4.75, 0.7), "brings (7)", (7.1, 0.86), 0.0),
    ((3.3, 0.9), (1.4, 1.75), "more", (2.1, 1.2), 0.0),
)  # fmt: skip
"""From, to, words, where these stand, and the arrow's bend."""

_LINES = (
    ("prevention", 4.0, 3.92), ("phone", 7.0, 3.9), ("empowerment", 7.95, 2.78), ("social", 10.9, 3.92),
    ("retention", 5.35, 1.85), ("advertising", 4.0, 0.08),
)  # fmt: skip
"""Budget lines, each beside what it acts on."""


def loop_map(*, title: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw the closed loop of `market.Market`: what leads to what, and what each line buys.

    In brackets: the rule that an arrow stands for, as the notebook of the duel counts them. White boxes are people and what happens to them, blue ones the six budget lines. All
    customers' margins pay for the budget; the map leaves out chance, rivals and saturation.

    Examples
    --------
    >>> loop_map().get_title(loc="left")
    'The loop: failures, complaints, reputation, customers, and again failures'
    """
    ax = ax or new_axes(width=12.0, height=5.6)
    ax.set_axis_off()
    ax.set(xlim=(0, 11.9), ylim=(-0.2, 4.75))
    with plt.rc_context(STYLE):
        for start, end, said, place, bend in _ARROWS:
            look = {
                "arrowstyle": "-|>", "lw": 2, "color": GREY, "shrinkA": 0, "shrinkB": 0,
                "connectionstyle": f"arc3,rad={bend}", "mutation_scale": 18,
            }  # fmt: skip
            ax.annotate("", end, start, arrowprops=look, zorder=1)
            ax.text(*place, said, size=12, ha="center", va="center", style="italic")
        for x, y, words in _BOXES.values():
            ax.text(x, y, words, size=13, weight="bold", ha="center", va="center", zorder=3,
                    bbox={"boxstyle": "round,pad=0.5", "fc": "white", "ec": "black", "lw": 1.5})  # fmt: skip
        for line, x, y in _LINES:
            ax.text(x, y, line, size=12, ha="center", va="center", color="white", zorder=3,
                    bbox={"boxstyle": "round,pad=0.3", "fc": BLUE, "ec": "none"})  # fmt: skip
        said = "The loop: failures, complaints, reputation, customers, and again failures"
        finish(ax, title or said, None)
    return ax
