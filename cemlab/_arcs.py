"""Arcs: pairs of people as sorted, merged rows."""
