"""From a submitted form to an approved delegate."""
