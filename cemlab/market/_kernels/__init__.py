"""Compiled loops of the market: arrays and plain numbers in, arrays out."""
