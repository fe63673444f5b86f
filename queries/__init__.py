"""The read side: an engine in, a tidy frame of codes out. One subject a file."""
