"""What a release goes through; `python -m release` is the whole of it."""
