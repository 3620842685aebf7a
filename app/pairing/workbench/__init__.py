"""What the pairing lead works with: what-if and apply, candidates, reasons why not, weights, the history of plans."""
