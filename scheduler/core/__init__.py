"""What the three problems share: values, refusals, outcomes, staged solving, the one place that runs CP-SAT."""
