"""What `python -m txaio.migrate` looks for: what behaves differently now."""
