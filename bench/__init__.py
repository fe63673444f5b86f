"""Measures every speed that the product promises: `python -m bench [read] [write] [view] [browser] [--write]`."""
