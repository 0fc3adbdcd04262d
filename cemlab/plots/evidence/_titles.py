"""Titles that go on to a second line where the picture is too narrow for one."""

import textwrap

from matplotlib.axes import Axes

_LETTERS_PER_INCH = 8.2
"""Of the bold letters of a title."""


def fitted(ax: Axes, title: str) -> str:
    r"""Return a title in as many lines as its axes need.

    >>> from matplotlib.figure import Figure
    >>> fitted(Figure(figsize=(2, 2)).subplots(), "United Airlines lost 9 pieces")
    'United Airlines\nlost 9 pieces'
    """
    place = ax.get_subplotspec()
    beside = place.get_gridspec().ncols / len(place.colspan) if place else 1.0
    whole = ax.get_figure(root=True)
    width = whole.get_size_inches()[0] / beside if whole else 9.0
    return textwrap.fill(title, max(12, int(_LETTERS_PER_INCH * width)), break_on_hyphens=False)
