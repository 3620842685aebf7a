"""The second step at sign-in: set up, passed, taken away."""
