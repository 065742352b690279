"""Benchmarks of txaio beside its peers: each figure is a ratio taken in one run.

``python -m benchmarks`` runs all of them, ``--quick`` a short form.
"""
