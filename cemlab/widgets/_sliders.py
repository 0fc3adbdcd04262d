"""Sliders over a picture that is drawn anew at every move."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import ipywidgets as ipw

from cemlab import plots

WIDE = ipw.Layout(width="640px")
LABEL = {"description_width": "240px"}
RUNS = 150
"""Replays behind each move of a slider: enough for the shape, quick enough for the hand."""


def steps(words: str, values: tuple[float, ...], value: float, form: str) -> ipw.Widget:
    """Return a slider over round numbers."""
    options = [(form.format(number), number) for number in values]
    return ipw.SelectionSlider(
        options=options, value=value, description=words, style=LABEL, layout=WIDE
    )


def live(
    draw: Callable[..., None],
    sliders: dict[str, ipw.Widget],
    ax: plots.Axes,
    ahead: Iterable[tuple[Any, ...]] = (),
) -> ipw.VBox:
    """Put sliders over a picture that is drawn anew at every move, or kept from before.

    `ahead` lists positions whose pictures are drawn at once.
    """

    @lru_cache(maxsize=256)
    def picture_of(*values: Any) -> bytes:
        plots.clear(ax)
        draw(ax, **dict(zip(sliders, values, strict=True)))
        return plots.png(ax)

    for values in ahead:
        picture_of(*values)
    picture = ipw.Image(format="png")

    def redraw(_: object = None) -> None:
        picture.value = picture_of(*(slider.value for slider in sliders.values()))

    for slider in sliders.values():
        slider.observe(redraw, names="value")
    redraw()
    return ipw.VBox([*sliders.values(), picture])
