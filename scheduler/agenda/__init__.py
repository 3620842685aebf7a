"""The agenda problem: sessions into rooms and times, so that nobody is in two places and no rule is broken."""
