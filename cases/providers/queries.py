"""Which providers and permits somebody may see: a clerk those of his own provider, an office those of its area."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from cases.access.queries import posts_of, sees
from cases.errors import NotFound
from cases.providers.models import Permit, Provider
from cases.providers.rules import Standing, why_not

OWN = "provider.permits"
"""The right of a clerk of a hospital or fitting centre to the permits of his own provider."""
WATCHING = ("claim.verify", "claim.check", "provider.manage", "provider.confirm", "inspect")


def own_providers(viewer: Any, right: str = OWN) -> QuerySet[Provider]:
    """本机构: the providers at whose office the viewer holds a post with this right."""
    offices = [post.office_id for post in posts_of(viewer) if right in post.role.rights]
    return Provider.objects.filter(office__in=offices).select_related("office")


def visible_providers(viewer: Any) -> QuerySet[Provider]:
    """看得见的定点机构: one's own, and for whoever manages or checks them those that lie in or over his area."""
    reach = Q(pk__in=own_providers(viewer))
    for post in posts_of(viewer):
        if any(right in post.role.rights for right in WATCHING):
            area = post.office.division_code
            over = [area[:length] for length in (2, 4, 6) if length <= len(area)]
            reach |= Q(office__division_code__startswith=area) | Q(office__division_code__in=over)
    return Provider.objects.filter(reach).select_related("office").order_by("office__division_code", "pk")


def get_provider(viewer: Any, pk: int) -> Provider:
    """One provider that the viewer may see; NotFound otherwise."""
    found = visible_providers(viewer).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def visible_permits(viewer: Any) -> QuerySet[Permit]:
    """看得见的通知单: those of one's own provider once issued, and those of the cases that one may read."""
    own = Q(provider__in=own_providers(viewer)) & ~Q(state="proposed")
    rows = Permit.objects.filter(own | sees(viewer, "case__"))
    return rows.select_related("case", "provider__office").order_by("-pk")


def own_permits(viewer: Any) -> QuerySet[Permit]:
    """本机构的通知单: what the viewer's provider may act on; proposed ones are not known to it yet."""
    rows = Permit.objects.filter(provider__in=own_providers(viewer)).exclude(state="proposed")
    return rows.select_related("case__patient", "provider__office").order_by("-pk")


def get_own_permit(viewer: Any, number: str) -> Permit:
    """One permit of the viewer's own provider; NotFound for any other, the same as for a number that never existed."""
    found = own_permits(viewer).filter(number=number).first()
    if found is None:
        raise NotFound()
    return found


def standing(permit: Permit, *, on: date) -> str:
    """Why a permit may not be used that day, a code of `rules.INVALID`, or ""."""
    is_open = permit.provider.is_open_on(on)
    return why_not(Standing(permit.state, permit.not_before, permit.valid_until, is_open), on=on)


def live_permit(*, id_key: str, part: str) -> Permit | None:
    """The permit that this eye or ear of this person has now, whoever's case it is."""
    rows = Permit.objects.filter(id_key=id_key, part=part, state__in=["proposed", "issued", "used"])
    return rows.select_related("provider__office").first()
