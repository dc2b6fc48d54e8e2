"""Table of contents: every room's models, so that Django finds them under one app label."""

from cases.access.models import *
from cases.award.models import *
from cases.calendar.models import *
from cases.consent.models import *
from cases.dossier.models import *
from cases.duplicates.models import *
from cases.evidence.models import *
from cases.follow_up.models import *
from cases.history.models import *
from cases.history.sealing.models import *
from cases.money.models import *
from cases.notices.models import *
from cases.outgoing.models import *
from cases.people.models import *
from cases.policy.models import *
from cases.privacy.models import *
from cases.providers.models import *
from cases.publicity.models import *
from cases.recusal.models import *
from cases.regions.models import *
from cases.screening.models import *
from cases.stock.models import *
from cases.urgent.models import *
