"""Benchmarks of txaio and of other libraries; each figure is a ratio within one run.

``python -m benchmarks`` runs all of them, ``--quick`` a short version.
"""
