"""Pages and changes that span domains: home, my day, a release with what it touches, the outbox, the log."""
