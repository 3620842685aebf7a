"""People who can sign in, the roles they hold, and the links and sessions that let them in."""
