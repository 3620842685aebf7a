"""What a delegation does outside the agenda."""
