"""Which providers and permits somebody may see: a clerk those of his own provider, an office those of its area."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from cases.access.queries import may, posts_of, sees
from cases.calendar import clock
from cases.errors import NotFound
from cases.paging import Page, newest_first
from cases.providers.models import ClaimLine, Permit, Provider, RefundOrder, Surgery
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


class ProviderChoices(Sequence[tuple[str, Any]]):
    """定点机构选项 of a question: every provider of a kind by its credit code, as the register has them now."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return iter([(row.uscc, row.name) for row in self._rows()])

    def __len__(self) -> int:
        return self._rows().count()

    def __getitem__(self, at: Any) -> Any:
        return list(self)[at]

    def open_codes(self) -> set[str]:
        """Those that take patients today."""
        return {row.uscc for row in self._rows() if row.is_open_on(clock.today())}

    def _rows(self) -> QuerySet[Provider]:
        rows = Provider.objects.filter(kind=self.kind).select_related("office")
        return rows.order_by("office__division_code", "pk")


def provider_by_code(code: str) -> Provider | None:
    """The provider of that credit code."""
    return Provider.objects.filter(uscc=code).select_related("office").first()


def get_permit(viewer: Any, number: str) -> Permit:
    """One permit that the viewer may see; NotFound otherwise."""
    found = visible_permits(viewer).filter(number=number).first()
    if found is None:
        raise NotFound()
    return found


def own_lines(viewer: Any) -> QuerySet[ClaimLine]:
    """本机构的申报明细, newest first."""
    rows = ClaimLine.objects.filter(claim__provider__in=own_providers(viewer, "provider.claims"))
    return _with_lines(rows)


def get_own_line(viewer: Any, pk: int) -> ClaimLine:
    """One line of the viewer's own provider; NotFound for any other."""
    found = own_lines(viewer).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def visible_lines(viewer: Any) -> QuerySet[ClaimLine]:
    """看得见的申报明细: those of the cases of one's area, for whoever phones patients or checks claims."""
    reach = Q(pk__in=[])
    for post in posts_of(viewer):
        if any(right in post.role.rights for right in ("claim.verify", "claim.check", "inspect")):
            reach |= Q(case__handling_code__startswith=post.office.division_code)
    return _with_lines(ClaimLine.objects.filter(reach))


def get_line(viewer: Any, pk: int) -> ClaimLine:
    """One line of a case of the viewer's area; NotFound for any other."""
    found = visible_lines(viewer).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def _with_lines(rows: QuerySet[ClaimLine]) -> QuerySet[ClaimLine]:
    return rows.select_related("claim__provider__office", "permit__case", "permit__provider__office", "case").order_by(
        "-pk"
    )


def accepted_lines(case: Any) -> list[ClaimLine]:
    """已认可的明细 of a case, in the order of its permits."""
    rows = ClaimLine.objects.filter(case=case, state="accepted")
    return list(rows.select_related("permit", "claim__provider__office").order_by("permit_id"))


def was_treated(case: Any) -> bool:
    """做过一处: whether anything was done under a permit of the case."""
    return Permit.objects.filter(case=case, state="used").exists()


# --- pages -------------------------------------------------------------------------------------------------------------


def _must_have(viewer: Any, *rights: str) -> None:
    """Whoever has none of these rights has no such page (NotFound)."""
    if not any(right in post.role.rights for post in posts_of(viewer) for right in rights):
        raise NotFound()


def permits_page(viewer: Any, *, after: str = "") -> Page[Permit]:
    """本机构的通知单, newest first."""
    _must_have(viewer, OWN)
    return newest_first(own_permits(viewer), after)


def own_lines_page(viewer: Any, *, after: str = "") -> Page[ClaimLine]:
    """本机构的申报明细, newest first."""
    _must_have(viewer, "provider.claims")
    return newest_first(own_lines(viewer).prefetch_related("refunds"), after)


def lines_page(viewer: Any, *, after: str = "") -> Page[ClaimLine]:
    """申报明细 of one's area, newest first."""
    _must_have(viewer, *CHECKING)
    return newest_first(visible_lines(viewer), after)


CHECKING = ("claim.verify", "claim.check", "inspect")


def watched_providers(viewer: Any) -> list[Provider]:
    """定点机构 that the viewer manages, checks or inspects; whoever does none of it has no such page."""
    _must_have(viewer, *WATCHING)
    return list(visible_providers(viewer))


def managed_areas(viewer: Any) -> list[str]:
    """Where the viewer may register providers: the codes of his areas."""
    return [post.office.division_code for post in posts_of(viewer) if "provider.manage" in post.role.rights]


def get_watched(viewer: Any, pk: int) -> Provider:
    """One of them; NotFound for any other."""
    _must_have(viewer, *WATCHING)
    return get_provider(viewer, pk)


def open_permits(viewer: Any, provider: Provider) -> list[Permit]:
    """待实施的通知单 of a provider, as far as the viewer may read their cases."""
    rows = Permit.objects.filter(sees(viewer, "case__"), provider=provider, state__in=["proposed", "issued"])
    return list(rows.select_related("case").order_by("pk")[:200])


def get_office_permit(viewer: Any, number: str) -> Permit:
    """One permit of a case of the viewer's area, for whoever may move it or give it up; NotFound for any other."""
    found = get_permit(viewer, number)
    if may(viewer, "claim.verify", found.case.handling_code) is None:
        raise NotFound()
    return found


def line_of(permit: Permit) -> ClaimLine | None:
    """The claim line of a permit."""
    return ClaimLine.objects.filter(permit=permit).first()


def surgery_of(permit: Permit) -> Surgery | None:
    """The surgery of a permit."""
    return Surgery.objects.filter(permit=permit).first()


def open_refund(line: ClaimLine) -> RefundOrder:
    """The refund that the hospital still owes; NotFound when there is none."""
    found = RefundOrder.objects.filter(line=line, done_at=None).first()
    if found is None:
        raise NotFound()
    return found
