"""Compiled kernels, one file a model: arrays and numbers in, arrays out."""
