"""FIND: one search interface, two backends, one query language."""
