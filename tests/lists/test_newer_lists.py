"""Lists of hospitals, devices, duplicates and policy: thirty rows are asked for as often as a few."""

import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from cases.access.models import Office, User
from cases.calendar import clock
from cases.dossier.models import Case
from cases.duplicates.models import AgencyList, CaseTrace
from cases.policy.models import PolicyVector
from cases.providers.claims import ClaimLine
from cases.providers.permits import Permit
from cases.providers.register import Provider
from cases.stock.fittings import Fitting, Waiting
from cases.stock.models import DeviceModel, Handover, StockCount
from tests.lists.test_constant_queries import List, asks_as_often, cases, more, undone
from tests.matrix.world import World
from workflows.desk.errands.models import Errand

__all__ = ["undone"]


def _more_cases(world: World) -> list[Case]:
    cases(world)
    return list(Case.objects.filter(number__startswith="640422-2026-9").order_by("pk"))


def permits(world: World) -> None:
    """Thirty more permits, each of a person of its own."""
    found = _more_cases(world)
    more(
        world.rows["permit"], number=lambda number: f"MORE-{number}", token=lambda number: uuid.uuid4(),
        id_key=lambda number: f"more-{number}", case_id=lambda number: found[number].pk,
    )  # fmt: skip


def claim_lines(world: World) -> None:
    """Thirty more lines of the claim."""
    permits(world)
    made = list(Permit.objects.filter(number__startswith="MORE-").order_by("pk"))
    more(
        ClaimLine.objects.get(pk=world.rows["claim_line"].pk), invoice_no=lambda number: f"MORE-{number}",
        permit_id=lambda number: made[number].pk, case_id=lambda number: made[number].case_id,
    )  # fmt: skip


def providers(world: World) -> None:
    """Thirty more hospitals."""
    row = Provider.objects.get(pk=world.rows["provider"].pk)
    more(row.office, name=lambda number: f"另一家医院 {number}", kind=lambda number: "hospital")
    made = list(Office.objects.filter(name__startswith="另一家医院").order_by("pk"))
    more(row, office_id=lambda number: made[number].pk, uscc=lambda number: f"9164040000{number:08}")


def handovers(world: World) -> None:
    """Thirty more hand-overs."""
    more(Handover.objects.get(pk=world.rows["handover"].pk), number=lambda number: f"MORE-{number}")


def one_count(world: World) -> str:
    """The page with one count on it."""
    by = User.objects.get(username="storekeeper")
    world.rows["counted"] = StockCount.objects.create(
        place=world.rows["place"], counted=3, expected=3, by=by, at=clock.now()
    )
    return ""


def stock_counts(world: World) -> None:
    """Thirty more counts of the store."""
    more(world.rows["counted"])


def models(world: World) -> None:
    """Thirty more models of device."""
    more(DeviceModel.objects.earliest("pk"), model=lambda number: f"更多型号 {number}")


def fittings(world: World) -> None:
    """Thirty more people to be fitted."""
    found = _more_cases(world)
    row = Fitting.objects.get(pk=world.rows["fitting"].pk)
    more(row, id_key=lambda number: f"more-{number}", case_id=lambda number: found[number].pk)


def waiting(world: World) -> None:
    """Thirty more people who wait for a device."""
    found = _more_cases(world)
    need = {"loss": "70", "born": "1950-01-01", "category": "H02"}
    more(Waiting(case=found[0], need=need, since=clock.now()), case_id=lambda number: found[number].pk)


def one_hit(world: World) -> str:
    """The page with one case of somebody with the same telephone."""
    _traces(world, _more_cases(world)[:1])
    return ""


def hits(world: World) -> None:
    """As many as there may be."""
    _traces(world, list(Case.objects.filter(number__startswith="640422-2026-9").order_by("pk"))[1:])


def _traces(world: World, found: list[Case]) -> None:
    trace = CaseTrace.objects.get(case=world.rows["case"])
    same = {field.attname: getattr(trace, field.attname) for field in trace._meta.concrete_fields}
    CaseTrace.objects.bulk_create(CaseTrace(**{**same, "case_id": case.pk, "id_key": f"m{case.pk}"}) for case in found)


def agency_lists(world: World) -> None:
    """Thirty more lists that were compared."""
    by, day = User.objects.get(username="prov_review"), clock.today()
    row = AgencyList(
        kind="civil", agency="民政", purpose="查重", basis="办法", list_date=day, rows=1, by=by, at=clock.now()
    )
    more(row, file_sha256=lambda number: f"{number:064}")


def vectors(world: World) -> None:
    """Thirty more test vectors."""
    row = PolicyVector.objects.filter(version=world.rows["version"]).earliest("pk")
    more(row, title=lambda number: f"更多情况 {number}")


def errands(world: World) -> None:
    """Thirty more things asked of the province's reviewers at the step here, and as many that were answered."""
    more(world.rows["errand"])
    for one in Errand.objects.filter(case=world.rows["case"], state="open").order_by("-pk")[:5]:
        one.state, one.answer, one.ended_by = "answered", "问过了。", world.rows["errand"].by
        one.ended_office, one.ended_at = world.rows["errand"].office, clock.now()
        one.save()


def one_waits(world: World) -> str:
    """The page with one who waits for money."""
    cases(world, state=lambda number: "PANEL" if number else "WAITLIST", award=lambda number: 1000)
    return ""


def waiting_for_money(world: World) -> None:
    """Those of the panel wait too."""
    Case.objects.filter(number__startswith="640422-2026-9").update(state="WAITLIST")


def one_check_hit(world: World) -> str:
    """The page with one hit of a standing check whose sentence names a person, a step and another case."""
    row = world.rows["hit"]
    row.facts |= {"person": world.rows["case"].owner_id, "other": row.case_id}
    row.save(update_fields=["facts"])
    return ""


def check_hits(world: World) -> None:
    """Thirty more of them."""
    more(world.rows["hit"], subject=lambda number: f"more {number}")


NEWER = [
    List("inspector", "checks:check", check_hits, ("C14",), one_check_hit),
    List("eye_hospital", "providers:home", permits),
    List("eye_hospital", "providers:claims", claim_lines),
    List("xiji_intake", "providers:lines", claim_lines),
    List("prov_review", "providers:providers", providers),
    List("storekeeper", "stock:home", handovers),
    List("storekeeper", "stock:counts", stock_counts, few=one_count),
    List("storekeeper", "stock:models", models),
    List("hearing_centre", "fitting:home", fittings),
    List("prov_review", "fitting:waiting", waiting),
    List("xiji_review", "hits:case", hits, ("@case",), one_hit),
    List("prov_review", "lists:home", agency_lists),
    List("prov_review", "desk:line", waiting_for_money, few=one_waits),
    List("prov_review", "desk:errands", errands),
    List("prov_review", "desk:home", errands),
    List("prov_review", "case:errands", errands, ("@case",)),
    List("policy_edit", "policy:vectors", vectors, ("@version_key",)),
]


@pytest.mark.parametrize("one", NEWER, ids=str)
def test_a_newer_list_asks_as_often_for_thirty_rows_as_for_a_few(undone: World, one: List) -> None:
    undone.rows["version_key"] = undone.rows["version"].pk
    asks_as_often(undone, one)


def test_the_last_hand_over_and_the_last_count_are_reached_page_by_page(undone: World) -> None:
    browser = Client()
    browser.force_login(User.objects.get(username="storekeeper"), backend="django.contrib.auth.backends.ModelBackend")
    handovers(undone)
    one_count(undone)
    undone.rows["counted"].expected = 77
    more(undone.rows["counted"])
    for name, last in (("stock:home", undone.rows["handover"].number), ("stock:counts", "账面台数</dt><dd>3<")):
        first = browser.get(reverse(name)).content.decode()
        found = re.search(r"after=(\d+)", first)
        assert found and last not in first, name
        assert last in browser.get(reverse(name), {"after": found[1]}).content.decode()
        assert browser.get(reverse(name), {"after": "x"}).content.decode().count("<tr") == first.count("<tr")
