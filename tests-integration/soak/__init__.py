"""Many connections with timers for a long time, on real loops: see `_program`."""
