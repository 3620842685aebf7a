"""The ledger of scarce things: who or what is taken at which tick, and by what."""
