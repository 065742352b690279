"""Small programs in the style of txaio 26.6."""
