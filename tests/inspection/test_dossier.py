"""The dossier of a case is whole, an outsider checks it with nothing but what is in it and two keys, and it leaves a look first."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases import text
from cases.access.actions import make_staff
from cases.access.models import Office, Post
from cases.calendar import clock
from cases.dossier.models import Case
from cases.evidence.models import MaterialFile
from cases.history.models import Access, Event
from cases.history.sealing import actions as sealing
from cases.history.sealing.queries import seal_keys
from cases.history.sealing.rules import key_of, origin_of
from cases.history.sealing.sealer import Sealer
from cases.notices.models import Notice
from cases.regions.models import Division
from tests.inspection.conftest import signed_in
from workflows import actions
from workflows.inspection.dossier.queries import papers_of
from workflows.inspection.dossier.sheet import sheet
from workflows.models import Decision
from workflows.reports.eventlog import signing

PURPOSE = {"purpose": "移送复核"}
ENDING = "家属来电说患者已经去世，不再办理。"
browser_of: Callable[[Any], Client] = signed_in.__wrapped__()


def ask(person: Any, case: Case) -> Any:
    return browser_of(person).post(reverse("inspection:dossier", args=[case.number]), PURPOSE)


@pytest.fixture(scope="module")
def world(committed: Any, tmp_path_factory: Any, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    """All is sealed; the dossier of the paid case is taken and unpacked; what an outsider holds lies beside it."""
    folder = tmp_path_factory.mktemp("dossier")
    with django_db_blocker.unblock():
        sealing.change_key(path=folder / "seal_key", reason="first key")
        sealer = Sealer(folder / "seal_key")
        while sealer.one_pass():
            pass
        public = seal_keys()[0].public
        trust = {
            "log_keys": [key_of(origin_of(public), public).vkey()],
            "export_keys": [signing.public_key().vkey()],
        }
        (folder / "trust.json").write_text(json.dumps(trust))
        before = Access.objects.latest("pk").pk
        answer = ask(committed.cast["inspector"], committed.case)
        look = Access.objects.filter(pk__gt=before, action="export").get()
        (folder / "case.zip").write_bytes(b"".join(answer.streaming_content))
        zipfile.ZipFile(folder / "case.zip").extractall(folder / "case")
        yield SimpleNamespace(folder=folder, look=look, answer=answer, **vars(committed))


def checked(world: SimpleNamespace, place: Path, what: str = "dossier", where: str = ".") -> tuple[int, str]:
    """What the program in the dossier says, alone, in its folder."""
    command = [sys.executable, "-I", "reliefverify.py", what, where, "--trust", str(world.folder / "trust.json")]
    run = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    return run.returncode, run.stdout + run.stderr


def test_each_file_is_listed_with_its_hash_and_a_stranger_finds_nothing_wrong(world: SimpleNamespace) -> None:
    place, case = world.folder / "case", world.case
    listed = {one["name"]: one for one in json.loads((place / "manifest.json").read_text("utf-8"))["files"]}
    there = {one.relative_to(place).as_posix() for one in place.rglob("*") if one.is_file()}
    assert there == {*listed, "manifest.json", "manifest.sig"}
    for name, one in listed.items():
        data = (place / name).read_bytes()
        assert (one["size"], one["sha256"]) == (len(data), sha256(data).hexdigest()), name
    papers = sorted(MaterialFile.objects.filter(case=case, removed_at=None).values_list("stored_sha256", flat=True))
    assert papers == sorted(one["sha256"] for name, one in listed.items() if name.startswith("papers/")) != []
    lines = [json.loads(line) for line in (place / "events.jsonl").read_text("utf-8").splitlines()]
    chain = Event.objects.filter(stream__kind="case", stream__key=str(case.pk)).order_by("seq")
    assert [line["hash"] for line in lines] == [bytes(event.hash).hex() for event in chain]
    assert (place / "案卷.pdf").read_bytes()[:5] == b"%PDF-"
    assert checked(world, place, "proof", "proof.json")[0] == 0
    for where in (".", "../case.zip"):
        code, said = checked(world, place, where=where)
        assert code == 0 and "key pinned" in said and "note:" not in said, said


def test_the_look_stands_with_purpose_and_count_before_the_first_byte(world: SimpleNamespace) -> None:
    look, papers = world.look, MaterialFile.objects.filter(case=world.case, removed_at=None).count()
    assert (look.purpose, look.acting_role, look.case_id) == ("移送复核", "INS", world.case.pk)
    assert {f"papers: {papers}", "answers", "account", "opinions"} <= {*json.loads(look.fields)["fields"]}
    assert "no-store" in world.answer.headers["Cache-Control"]
    empty = browser_of(world.cast["inspector"]).post(reverse("inspection:dossier", args=[world.case.number]))
    assert empty.status_code == 422 and not empty.streaming


def said_of(case: Case, *, sees_account: bool = True) -> str:
    """All that the sheet of a case says, in words."""
    shown = sheet(case, sees_account=sees_account, papers=papers_of(case), entries=0, head="", now=clock.now())
    return json.dumps(shown["parts"], ensure_ascii=False, default=str)


def test_the_sheet_says_what_was_told_decided_paid_and_sent_and_the_account_only_by_right(
    world: SimpleNamespace,
) -> None:
    case, said = world.case, said_of(world.case)
    number = str(case.accounts.latest("pk").account)
    assert number in said and number not in said_of(case, sees_account=False)
    for row in Decision.objects.filter(case=case):
        assert row.opinion in said and str(row.actor.name) in said
    assert "同意 5" in said and text.money(case.award) in said and world.batch.number in said
    assert all(one.number in said for one in Notice.objects.filter(case=case))
    assert all(one.sha256[:16] in said for one in papers_of(case))


def paper(place: Path) -> Path:
    return sorted((place / "papers").iterdir())[0]


def flip(place: Path) -> None:
    data = bytearray(paper(place).read_bytes())
    data[len(data) // 2] ^= 1
    paper(place).write_bytes(bytes(data))


def relist(place: Path) -> None:
    flip(place)
    text, data = (place / "manifest.json").read_text("utf-8"), paper(place).read_bytes()
    told = json.loads(text)
    next(one for one in told["files"] if one["name"].endswith(paper(place).name))["sha256"] = sha256(data).hexdigest()
    (place / "manifest.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")


def retell(place: Path) -> None:
    text = (place / "events.jsonl").read_text("utf-8")
    (place / "events.jsonl").write_text(text.replace('"outcome":"denied"', '"outcome":"ok"', 1), "utf-8")


@pytest.mark.parametrize(
    ("hand", "causes"),
    [
        (flip, {"file_changed"}),
        (lambda place: paper(place).unlink(), {"file_missing"}),
        (lambda place: (place / "papers" / "999.jpg").write_bytes(b"x"), {"file_added"}),
        (relist, {"manifest_forged"}),
        (retell, {"file_changed", "event_changed"}),
    ],
    ids=["a byte", "a paper gone", "a paper more", "a new list", "an entry"],
)
def test_whatever_is_changed_is_found_and_named(
    world: SimpleNamespace, tmp_path: Path, hand: Any, causes: set[str]
) -> None:
    place = tmp_path / "case"
    shutil.copytree(world.folder / "case", place)
    hand(place)
    code, said = checked(world, place)
    assert code == 1 and {line.partition(":")[0] for line in said.splitlines()[:-1]} == causes, said


@pytest.mark.django_db
def test_what_waits_for_its_seal_is_counted_and_a_case_of_another_place_does_not_exist(
    world: SimpleNamespace, tmp_path: Path
) -> None:
    cast, other = world.cast, world.other
    actions.terminate(case=other, reasons=["J01"], opinion=ENDING, by=cast["prov_head"])
    assert ENDING in said_of(other)
    (tmp_path / "other.zip").write_bytes(b"".join(ask(cast["inspector"], other).streaming_content))
    with zipfile.ZipFile(tmp_path / "other.zip") as packed:
        told, readme = json.loads(packed.read("manifest.json")), packed.read("README.txt").decode()
        proved = len(json.loads(packed.read("proof.json"))["entries"])
    assert told["unsealed"] > 0 and told["entries"] == proved + told["unsealed"]
    assert f"最后 {told['unsealed']} 条还没有封存" in readme
    assert checked(world, world.folder / "case", where=str(tmp_path / "other.zip"))[0] == 0

    far = make_staff(username="insp_far", name="马远", password="a-long-first-77", by=cast["sysadmin"])
    Division.objects.create(code="65", name="外省", level=Division.objects.get(pk="64").level)
    office = Office.objects.get(pk=cast["inspector"].posts.get().office_id)
    office.pk, office.division_code = None, "65"
    office.save()
    Post.objects.create(user=far, role_id="INS", office=office, starts_on=clock.today())
    before = Access.objects.count()
    assert ask(far, other).status_code == 404 and Access.objects.count() == before
