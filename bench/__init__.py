"""Measurements against floors of the same run; machines are noisy, so ratios are what counts."""
