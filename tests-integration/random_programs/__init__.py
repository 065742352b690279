"""Random programs, which behave the same on every backend: see `_check`."""
