"""Better plans of few sessions, compiled: some sessions are taken out and put back, a million times in seconds."""

from scheduler.agenda.reinserting.loading import Kernel, may_reinsert

__all__ = ["Kernel", "may_reinsert"]
