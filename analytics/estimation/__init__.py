"""Estimation of customer value models: pure NumPy and SciPy, no Django."""
