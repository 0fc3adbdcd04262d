"""Figures of the closed loop: courses, policies side by side, borders, norms, and the duel."""
