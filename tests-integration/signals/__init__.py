"""Signals at random moments, after which a program has to end: see `_trials`."""
