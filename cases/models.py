"""Table of contents: every room's models, so that Django finds them under one app label."""

from cases.access.models import *  # noqa: F403
from cases.award.models import *  # noqa: F403
from cases.calendar.models import *  # noqa: F403
from cases.consent.models import *  # noqa: F403
from cases.dossier.models import *  # noqa: F403
from cases.duplicates.models import *  # noqa: F403
from cases.evidence.models import *  # noqa: F403
from cases.history.models import *  # noqa: F403
from cases.money.models import *  # noqa: F403
from cases.notices.models import *  # noqa: F403
from cases.outgoing.models import *  # noqa: F403
from cases.people.models import *  # noqa: F403
from cases.policy.models import *  # noqa: F403
from cases.publicity.models import *  # noqa: F403
from cases.regions.models import *  # noqa: F403
