"""Engines, sessions and column types."""
