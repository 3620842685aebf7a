"""Wishes, answers, slots and tables, the meeting plan."""
