"""Rows of a list beside what is here: what would be new, changed, the same, or refused. Nothing is written."""
