"""All models of all domains, for migrations and for whoever makes tables."""

import app.accounts.models
import app.agenda.models
import app.claims.models
import app.delegations.models
import app.events.models
import app.meetings.models
import app.pairing.models
import app.platform.audit
import app.platform.idempotency
import app.platform.outbox
import app.printing.models
import app.registration.importing.models
import app.registration.models
import app.solver_runs.models
import app.visits.models  # noqa: F401
from app.platform.database.base import Base

metadata = Base.metadata
