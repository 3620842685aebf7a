"""Prints of many sheets at once: gathered, set by children, bound into one document or an archive, then noted."""
