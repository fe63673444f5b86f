"""Exports: panels in, documents out. They draw the same objects as the pages, so that the two cannot disagree."""
