"""Figures of attention over time: curves, memories, fits to readings."""
