"""Pure NumPy and SciPy: no database, no words, no clock."""
