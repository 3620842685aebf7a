"""The demonstration: BRIDGE for Cities 4.0 as data, with what is attested and what is illustrative kept apart."""
