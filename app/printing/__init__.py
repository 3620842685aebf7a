"""Itineraries of persons and delegations as page, PDF and feed; what was printed when."""
