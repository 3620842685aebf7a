"""Sessions, the people on them, drafts and released agendas."""
