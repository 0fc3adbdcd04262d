"""Journeys, touchpoints, and both lenses on them."""
