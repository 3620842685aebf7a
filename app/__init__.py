"""The event office: what an organiser, a delegate and the desk do, one folder a domain."""
