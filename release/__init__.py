"""Making and checking a release, with `python -m release`."""
