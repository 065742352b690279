"""Operations that are repeated, after which no object may be left: see `_count`."""
