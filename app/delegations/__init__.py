"""Cities and organisations, their delegations and delegates, needs, offers, availability."""
