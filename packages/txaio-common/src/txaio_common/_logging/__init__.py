"""Log messages: levels, loggers, records, and what writes them."""
