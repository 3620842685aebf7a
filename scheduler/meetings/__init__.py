"""Meetings: wishes between people are given slots and tables; the rules and the mathematics stand in MODEL.md."""
