"""Figures of tests: returns around an event, comparisons, power, airlines."""
