"""What changes accounts: signing in and out, roles given and ended."""
