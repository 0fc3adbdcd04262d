"""Colours, sizes and small parts that all figures share."""

import io
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

BLUE, ORANGE, GREEN, RED, PURPLE, GREY = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#8A4F7D",
    "#6B6B6B",
)
"""Okabe and Ito's colours: told apart by colour-blind readers."""

ACTORS = {"customer": ORANGE, "company": BLUE, "public": PURPLE, "rival": GREEN}
STYLE = {
    "font.size": 13,
    "axes.titlesize": 15,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "text.parse_math": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
DPI = 96


PREDICTION: dict[str, Any] = {
    "color": "white",
    "bbox": {"boxstyle": "round,pad=0.4", "fc": PURPLE, "ec": "none"},
}
TITLE: dict[str, Any] = {"fontsize": 15, "fontweight": "bold", "y": 1.0, "pad": 6}
SERIES = (BLUE, ORANGE, GREEN, RED, PURPLE)


def new_axes(*, width: float = 9.0, height: float = 4.8) -> Axes:
    """Return empty axes of a size that a projector shows well (inches at 96 dpi)."""
    # The first figure makes a notebook show figures: inside rc_context that would be undone.
    figure = plt.figure(figsize=(width, height), dpi=DPI, layout="constrained")
    with plt.rc_context(STYLE):
        ax: Axes = figure.subplots()
    return _with_large_ticks(ax)


def hidden_axes(*, width: float = 9.0, height: float = 4.8) -> Axes:
    """Return axes that only `png` shows: for pictures that change."""
    figure = Figure(figsize=(width, height), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    with plt.rc_context(STYLE):
        return _with_large_ticks(figure.subplots())


def png(ax: Axes) -> bytes:
    """Return the picture of hidden axes; margins are worked out once, to be quick afterwards."""
    canvas = ax.figure.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    canvas.draw()
    file = io.BytesIO()
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    picture.save(file, format="png", compress_level=1)
    canvas.figure.set_layout_engine("none")
    return file.getvalue()


def clear(ax: Axes) -> None:
    """Empty axes for the next drawing, in the same style."""
    with plt.rc_context(STYLE):
        ax.clear()
    _with_large_ticks(ax)


def _with_large_ticks(ax: Axes) -> Axes:
    """Set the size of the ticks' words, as some ticks are made later, out of our style."""
    ax.tick_params(labelsize=STYLE["font.size"])
    return ax


def show_prediction(ax: Axes, prediction: object, *, lift: float = 0.0) -> None:
    """Write the reader's guess over the right end of the axes, `lift` points higher."""
    if prediction is not None:
        ax.annotate(
            f"Your prediction: {prediction}",
            (1.0, 1.02),
            (0.0, lift),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="right",
            va="bottom",
            **PREDICTION,
        )


def finish(ax: Axes, title: str, prediction: object) -> None:
    """Write the title, and between it and the figure the reader's prediction."""
    show_prediction(ax, prediction)
    room = {} if prediction is None else {"pad": 36}
    ax.set_title(title, loc="left", **(TITLE | room))


def days_since(times: pd.Series, origin: pd.Timestamp) -> Any:
    return ((times - origin) / pd.Timedelta("1D")).to_numpy()
